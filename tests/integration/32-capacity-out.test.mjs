// Capacity out, against a real broker with the demo: every document is judged by its own standard's schema and read back
// by our own adapter; who sees what; a partner's machine; pages and polling; and what small numbers must not tell.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { BIN, ROOT, startExchange } from '../support/exchange.mjs';
import { aReport, aWoman, ask, deskOf, demo, expectStatus, openReferral, poolOf } from '../support/world.mjs';
import { poll } from '../support/wait.mjs';

const SHARED = process.env.PLEK_SHARED ?? join(ROOT, '../shared');
const FHIR_XSD = join(SHARED, 'standards/fhir/xsd/fhir-single.xsd');
const HSDS = join(SHARED, 'standards/hsds/service.schema.json');
const absent = path => !existsSync(path) && 'the folder of standards is not beside this checkout';
const noXmllint = spawnSync('xmllint', ['--version']).error && 'xmllint is not installed';

const XML = { headers: { Accept: 'application/fhir+xml' } };
const JSON_ = { headers: { Accept: 'application/fhir+json' } };
const OWN_JSON = { headers: { Accept: 'application/json' } };

let x, referrer, rapporteur, municipality, house;
before(async () => {
  x = await startExchange('capacity-out');
  referrer = await x.as('nachtdienst.rotterdam');
  rapporteur = await x.as('rapporteur.landelijk');
  municipality = await x.as('beleid.rotterdam');
  house = await x.as('intake.lindehof-groep');
  // One unit is held, one house is stopped, of one pool the free number is not known.
  const own = demo.pools.filter(p => demo.locations[p.location - 1].organisation === 1);
  const [stopped, vague, held] = own.slice(1).filter(p => p.kind !== 'cosm' && p.kind !== 'omm').map(p => p.id);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  expectStatus(await house.post('/capacity-reports', { reports: [
    aReport(stopped, { stop: { reason: 'onderhoud', untilAt: until } }),
    aReport(vague, { unitsFree: undefined, unitsOccupied: undefined, unitsOutOfOrder: undefined }), aReport(held)] }), 200, 'reports');
  await ask(referrer, (await openReferral(referrer, aWoman())).id, [held]);
});
after(() => x?.stop());

const schemaOf = file => JSON.parse(readFileSync(join(ROOT, 'schema/feeds', file), 'utf8'));
const compile = schema => addFormats(new Ajv({ allErrors: true, strict: false })).compile(schema);
const judge = (validate, what, document) => assert.ok(validate(document), `${what}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);

/** Write TEXT into the exchange's folder; its path. */
function put(name, text) {
  const dir = join(x.dir, 'out');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

function xmllint(schema, name, text) {
  const r = spawnSync('xmllint', ['--nonet', '--noout', '--schema', schema, put(name, text)], { encoding: 'utf8' });
  assert.equal(r.status, 0, `${name}: ${r.stderr.slice(0, 800)}`);
}

const get = async (client, path, options) => expectStatus200(await client.get(path, options), path);
function expectStatus200(answer, path) {
  expectStatus(answer, 200, path);
  return answer;
}

// ---- the standards' own schemas ----

test('own JSON validates, for pools and for counts, and holds the whole demo', async () => {
  const validate = addFormats(new Ajv({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true })).compile(schemaOf('capacity.schema.json'));
  const all = (await get(referrer, '/capacity?limit=1000')).json;
  assert.equal(all.pools.length, demo.pools.length);
  assert.equal(all.total, demo.pools.length);
  for (const [who, client] of [['referrer', referrer], ['house', house], ['rapporteur', rapporteur], ['municipality', municipality]])
    judge(validate, who, (await get(client, '/capacity?limit=1000')).json);
  assert.ok(!validate({ ...all, pools: [{ ...all.pools[0], address: 'x' }] }), 'the schema names every member');
});

test('own XML and JSON of a provider validate', { skip: noXmllint }, async () => {
  const validate = compile(schemaOf('opvang.schema.json'));
  for (const org of demo.organisations.filter(o => o.kind === 'shelter').slice(0, 12)) {
    const xml = await get(referrer, `/capacity/opvang?provider=${org.code}`);
    assert.equal(xml.headers['content-type'], 'application/xml');
    xmllint(join(ROOT, 'schema/feeds/opvang.xsd'), `${org.code}.opvang.xml`, xml.text);
    judge(validate, org.code, (await get(referrer, `/capacity/opvang?provider=${org.code}`, OWN_JSON)).json);
  }
});

test('HSDS 3.1 validates', { skip: absent(HSDS) }, async () => {
  const validate = compile(JSON.parse(readFileSync(HSDS, 'utf8')));
  for (const [client, total] of [[referrer, demo.pools.length], [house, null], [rapporteur, null], [municipality, null]]) {
    const page = (await get(client, '/capacity/hsds?limit=1000')).json;
    assert.ok(page.contents.length > 0 && page.contents.length === page.total_items);
    if (total !== null) assert.equal(page.total_items, total);
    for (const service of page.contents) judge(validate, service.name, service);
    const ids = page.contents.map(s => s.id);
    assert.equal(new Set(ids).size, ids.length);
  }
});

test('FHIR validates in XML, and says the same in JSON', { skip: absent(FHIR_XSD) || noXmllint }, async () => {
  for (const [who, client] of [['referrer', referrer], ['house', house], ['rapporteur', rapporteur], ['municipality', municipality]]) {
    const xml = (await get(client, '/capacity/fhir?limit=500', XML)).text;
    xmllint(FHIR_XSD, `${who}.fhir.xml`, xml);
    const bundle = (await get(client, '/capacity/fhir?limit=500', JSON_)).json;
    const reports = bundle.entry.filter(e => e.resource.resourceType === 'MeasureReport');
    assert.equal(reports.length, bundle.total);
    if (who === 'referrer') assert.equal(bundle.total, demo.pools.length - 1, 'all but the one whose free number is not known');
    // Every value in the one stands in the other, as often.
    const values = (list, node) => {
      for (const [k, v] of Object.entries(node)) {
        if (v !== null && typeof v === 'object') values(list, v);
        else if (k !== 'resourceType' && !(k === 'url' && String(v).startsWith('http'))) list.push(String(v));
      }
      return list.sort();
    };
    const inXml = [...xml.matchAll(/ value="([^"]*)"/g)].map(m => m[1].replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>')).sort();
    assert.deepEqual(values([], bundle), inXml, who);
  }
});

// ---- round trip: our own adapter reads what we write ----

/** Profile of one format that knows every pool of PAGE by the words of that format. */
function profileOf(format, pools, placed) {
  const words = {};
  for (const { place, word, code } of pools) {
    if (placed) words[place] = { ...words[place], [word]: code };
    else words[word] = code;
  }
  return put(`${format}-profile.json`, JSON.stringify({ format, stops: { 'temporarily closed': 'onderhoud' }, providers: { 'lindehof-groep': { pools: words } } }));
}

function readBack(file, profile) {
  const r = spawnSync(join(BIN, 'plek-adapter'), ['check', file, '--profile', profile, '--json'], { encoding: 'utf8' });
  assert.equal(r.status, 0, `${file}: ${r.stdout.slice(0, 800)}${r.stderr}`);
  return Object.fromEntries(JSON.parse(r.stdout).reports.map(o => [o.pool, o]));
}

test('our adapter reads every document back to what the broker believes', async () => {
  const pools = (await get(house, '/capacity?limit=1000')).json.pools;
  const services = (await get(house, '/capacity/hsds?limit=1000')).json.contents;
  assert.ok(pools.some(p => p.stop) && pools.some(p => p.offerable === null) && pools.some(p => p.offerable !== p.unitsFree), 'the cases are there');
  const known = pools.map(p => ({ place: p.location, word: p.code, code: p.code }));
  const byService = pools.map((p, i) => ({ place: services[i].id, word: p.kind, code: p.code }));
  const number = v => (v === null ? undefined : v);
  // What each form can say: [format, path, Accept, words, pools in it, the observation that must come back].
  const own = p => ({ unitsTotal: p.unitsTotal, unitsFree: number(p.offerable), unitsOccupied: number(p.unitsOccupied), unitsOutOfOrder: number(p.unitsOutOfOrder),
    deliverable: { yes: true, no: false }[p.deliverable], stop: p.stop ? { reason: p.stop.reason, untilAt: p.stop.untilAt } : undefined });
  const FORMS = [
    ['opvang_xml', '/capacity/opvang', {}, known, () => true, own],
    ['opvang_json', '/capacity/opvang', OWN_JSON, known, () => true, own],
    ['hsds', '/capacity/hsds', {}, byService, p => p.available !== null, p => ({ unitsTotal: p.unitsTotal, unitsFree: p.available, stop: p.stop ? { reason: 'onderhoud' } : undefined })],
    ['fhir', '/capacity/fhir', XML, known, p => p.available !== null, p => ({ unitsTotal: p.unitsTotal, unitsFree: number(p.available), unitsOccupied: number(p.unitsOccupied) })],
    ['fhir', '/capacity/fhir', JSON_, known, p => p.available !== null, p => ({ unitsTotal: p.unitsTotal, unitsFree: number(p.available), unitsOccupied: number(p.unitsOccupied) })],
  ];
  for (const [format, path, options, words, isIn, expected] of FORMS) {
    const told = (p, o) => assert.deepEqual(
      Object.fromEntries(Object.entries({ observedAt: o.observedAt, unitsTotal: o.unitsTotal, unitsFree: o.unitsFree, unitsOccupied: o.unitsOccupied, unitsOutOfOrder: o.unitsOutOfOrder, deliverable: o.deliverable, stop: o.stop }).filter(([, v]) => v !== undefined)),
      Object.fromEntries(Object.entries({ observedAt: p.observedAt, ...expected(p) }).filter(([, v]) => v !== undefined)), `${format} ${p.code}`);
    const answer = await get(house, `${path}?limit=500`, options);
    const found = readBack(put(`lindehof.${format}`, answer.text), profileOf(format, words, format !== 'opvang_xml' && format !== 'opvang_json'));
    const wanted = pools.filter(p => p.observedAt !== null && isIn(p));
    assert.deepEqual(Object.keys(found).sort(), wanted.map(p => p.code).sort(), format);
    for (const p of wanted) told(p, found[p.code]);
  }
});

// ---- who sees what ----

test('a house sees its own pools, and of others none', async () => {
  const mine = (await get(house, '/capacity?limit=1000')).json;
  assert.equal(mine.sight, 'own');
  assert.deepEqual([...new Set(mine.pools.map(p => p.organisation))], ['lindehof-groep']);
  assert.equal(mine.pools.length, demo.pools.filter(p => demo.locations[p.location - 1].organisation === 1).length);
  for (const path of ['/capacity', '/capacity/opvang', '/capacity/hsds', '/capacity/fhir']) {
    assert.equal((await house.get(`${path}?provider=de-wulp`)).status, 404, path);
    assert.equal((await house.get(`${path}?provider=nobody-at-all`)).status, 404, path);
    assert.equal((await rapporteur.get(`${path}?provider=de-wulp`)).status, 403, path);
  }
  assert.equal((await referrer.get('/capacity/opvang')).status, 400);
  const night = (await get(await x.as('opvang.esdoorn'), '/capacity')).json;
  assert.deepEqual([...new Set(night.pools.map(p => p.location))], ['esdoorn']);
});

test('a municipality gets counts of its region, a rapporteur of all, and neither a house', async () => {
  const cells = (await get(municipality, '/capacity?limit=1000')).json;
  const all = (await get(rapporteur, '/capacity?limit=1000')).json;
  assert.equal(cells.sight, 'aggregated');
  assert.deepEqual([...new Set(cells.cells.map(c => c.region))], ['R28']);
  assert.ok(new Set(all.cells.map(c => c.region)).size > 30);
  // One table for all: what a region's own municipality is told is the rapporteur's row.
  assert.deepEqual(cells.cells, all.cells.filter(c => c.region === 'R28'));
  const houses = demo.locations.flatMap(l => [l.code, l.name]).concat(demo.organisations.filter(o => o.kind === 'shelter').flatMap(o => [o.code, o.name]), demo.pools.map(p => p.code));
  for (const client of [municipality, rapporteur]) {
    for (const [path, options] of [['/capacity?limit=1000', {}], ['/capacity/hsds?limit=1000', {}], ['/capacity/fhir?limit=500', XML], ['/capacity/fhir?limit=500', JSON_]]) {
      const { text } = await get(client, path, options);
      for (const name of houses) assert.ok(!new RegExp(`[">: ]${name}["<: ]`).test(text), `${path}: ${name}`);
    }
  }
});

test('nobody gets an address, a number, or the municipality of a house', async () => {
  const admin = await x.as('beheer.uitwisseling');
  for (const [path, options] of [['/capacity?limit=1000', {}], ['/capacity/hsds?limit=1000', {}], ['/capacity/fhir?limit=500', XML], ['/capacity/opvang?provider=de-wulp', {}]]) {
    const { text } = await get(admin, path, options);
    for (const l of demo.locations) {
      for (const sealed of Object.values(l.sealed)) assert.ok(!text.includes(sealed), path);
      assert.ok(!text.includes(l.municipality), path);
    }
    assert.ok(!/"(addresse?s?|telecom|phones?|municipality|contacts?)":|<(address|telecom|phone)|GM\d{4}/i.test(text), path);
  }
});

// ---- small numbers ----

test('no hidden number follows from the counts and the overview together', async () => {
  const { cells, minimumCell } = (await get(rapporteur, '/capacity?limit=1000')).json;
  const overview = (await get(rapporteur, '/statistics/overview')).json;
  const hidden = cells.filter(c => c.unitsOccupied.suppressed);
  assert.ok(hidden.length > 20 && hidden.length < cells.length);
  for (const c of cells) {
    assert.equal(c.unitsFree.suppressed, c.unitsOccupied.suppressed || c.unitsTotal.suppressed, 'free follows from occupied, and shows what there is');
    // A kind that only this region has, or a region with this kind alone: the overview's totals say it anyway.
    const alone = cells.filter(o => o.region === c.region).length === 1 || cells.filter(o => o.kind === c.kind).length === 1;
    assert.ok(c.unitsTotal.suppressed || c.unitsTotal.value >= minimumCell || alone, JSON.stringify(c));
    const n = c.unitsOccupied.value;
    assert.ok(n === null || n === 0 || n >= minimumCell, JSON.stringify(c));
  }
  // The subtraction attacker: every equation with one unknown left is solved, until none is left.
  for (const field of ['unitsTotal', 'unitsOccupied', 'unitsFree']) {
    const unknown = new Map();
    const at = (name, cell) => { unknown.set(name, cell[field].suppressed ? null : cell[field].value); return name; };
    const lines = [];
    const total = at('NL', overview.totals);
    const kinds = overview.byKind.map(k => at(k.code, k)), regions = overview.byRegion.map(r => at(r.code, r));
    for (const k of kinds) lines.push([k, cells.filter(c => c.kind === k).map(c => at(`${c.region} ${c.kind}`, c))]);
    for (const r of regions) lines.push([r, cells.filter(c => c.region === r).map(c => at(`${c.region} ${c.kind}`, c))]);
    lines.push([total, kinds], [total, regions]);
    for (const [sum, parts] of lines) {
      const missing = [sum, ...parts].filter(n => unknown.get(n) === null);
      assert.notEqual(missing.length, 1, `${field}: ${missing[0]} follows`);
      if (missing.length === 0) assert.equal(parts.reduce((a, n) => a + unknown.get(n), 0), unknown.get(sum), `${field} ${sum}: counted alike`);
    }
  }
});

/** How many hidden cells an attacker knows exactly who also knows that a house takes in no more than its units. TRUTH: what
 * is really there, [region, kind, occupied, total]; BOUND: the total as far as he knows it. A hidden number is open as
 * long as it can go up or down by one while others make good for it: a ring of changes through it. */
function determined(cells, overview, truth, bound) {
  const arcs = [];
  const cell = (name, from, to, n, most) => {
    if (n < most) arcs.push({ name, from, to });
    if (n > 0) arcs.push({ name, from: to, to: from });
  };
  const sum = pick => truth.filter(pick).reduce((a, t) => [a[0] + t[2], a[1] + t[3]], [0, 0]);
  const hidden = cells.filter(c => c.unitsOccupied.suppressed);
  for (const c of hidden) {
    const [, , n] = truth.find(t => t[0] === c.region && t[1] === c.kind);
    cell(`${c.region} ${c.kind}`, c.region, c.kind, n, bound(c));
  }
  for (const k of overview.byKind) if (k.unitsOccupied.suppressed) cell(k.code, k.code, 'Z', ...sum(t => t[1] === k.code));
  for (const r of overview.byRegion) if (r.unitsOccupied.suppressed) cell(r.code, 'M', r.code, ...sum(t => t[0] === r.code));
  const reaches = (from, to, without) => {
    const seen = new Set([from]), todo = [from];
    while (todo.length > 0) {
      const at = todo.pop();
      if (at === to) return true;
      for (const a of arcs) if (a.from === at && a.name !== without && !seen.has(a.to)) { seen.add(a.to); todo.push(a.to); }
    }
    return false;
  };
  return hidden.filter(c => {
    const name = `${c.region} ${c.kind}`;
    return !arcs.some(a => a.name === name && reaches(a.to, a.from, name));
  }).length;
}

test('nor for one who knows that a house takes in no more than its units', async () => {
  const { cells } = (await get(rapporteur, '/capacity?limit=1000')).json;
  const overview = (await get(rapporteur, '/statistics/overview')).json;
  const truth = new Map();
  for (const p of (await get(referrer, '/capacity?limit=1000')).json.pools) {
    const t = truth.get(`${p.region} ${p.kind}`) ?? [p.region, p.kind, 0, 0];
    const occupied = p.unitsOccupied ?? (p.unitsFree === null ? 0 : p.unitsTotal - p.unitsFree - (p.unitsOutOfOrder ?? 0));
    truth.set(`${p.region} ${p.kind}`, [p.region, p.kind, t[2] + Math.min(occupied, p.unitsTotal), t[3] + p.unitsTotal]);
  }
  const all = [...truth.values()];
  const total = c => truth.get(`${c.region} ${c.kind}`)[3];
  assert.equal(determined(cells, overview, all, c => (c.unitsTotal.suppressed ? Infinity : total(c))), 0);
  // He can: in the demo some regions are full, and with every total in his hands he would know their parts.
  assert.ok(determined(cells, overview, all, total) > 0);
});

test('a filter shows a part of the same table, never one of its own', async () => {
  const all = (await get(rapporteur, '/capacity?limit=1000')).json.cells;
  for (const [query, pick] of [['region=R28', c => c.region === 'R28'], ['kind=crisis', c => c.kind === 'crisis'], ['region=R28&kind=vervolg', c => c.region === 'R28' && c.kind === 'vervolg']])
    assert.deepEqual((await get(rapporteur, `/capacity?limit=1000&${query}`)).json.cells, all.filter(pick), query);
  assert.deepEqual((await get(municipality, '/capacity?region=R04')).json.cells, []);
});

// ---- pages and polling ----

test('pages put together are the whole, by each standard\'s own way and by Link', async () => {
  const all = (await get(referrer, '/capacity?limit=1000')).json.pools.map(p => p.code);
  const WAYS = [
    ['/capacity', {}, r => r.json.pools.map(p => p.code), r => r.json.next],
    ['/capacity/hsds', {}, r => r.json.contents.map(s => s.id), r => (r.json.last_page ? null : `/api/v1/capacity/hsds?page=${r.json.page_number + 1}&limit=100`)],
    ['/capacity/fhir', JSON_, r => r.json.entry.filter(e => e.resource.resourceType === 'MeasureReport').map(e => e.resource.group[0].code.coding[0].code), r => r.json.link.find(l => l.relation === 'next')?.url ?? null],
  ];
  for (const [path, options, rows, next] of WAYS) {
    const found = [];
    let pages = 0;
    for (let at = `/api/v1${path}?limit=100`; at !== null; pages++) {
      const r = await referrer.get(at, { ...options, raw: true });
      expectStatus(r, 200, at);
      found.push(...rows(r));
      assert.equal(/^<([^>]+)>; rel="next"$/.exec(r.headers.link ?? '')?.[1] ?? null, next(r), at);
      at = next(r);
    }
    assert.equal(pages, Math.ceil(all.length / 100), path);
    assert.equal(new Set(found).size, path === '/capacity/fhir' ? all.length - 1 : all.length, path);
    if (path === '/capacity') assert.deepEqual(found, all, path);
  }
  // The filters go along.
  const first = (await get(referrer, '/capacity?kind=crisis&limit=10')).json;
  assert.equal(first.next, '/api/v1/capacity?kind=crisis&page=2&limit=10');
});

test('who polls is told that nothing changed, until something does', async () => {
  const pool = demo.pools.find(p => p.kind === 'crisis' && demo.locations[p.location - 1].organisation !== 1).id;
  const region = demo.locations[poolOf(pool).location - 1].region;
  const WATCH = [[referrer, `/capacity?region=${region}&limit=1000`, {}], [referrer, `/capacity/hsds?region=${region}`, {}], [referrer, `/capacity/fhir?region=${region}`, XML], [referrer, `/capacity/fhir?region=${region}`, JSON_],
    [rapporteur, `/capacity?region=${region}`, {}]];
  const tags = [], texts = [];
  for (const [client, path, options] of WATCH) {
    const { headers: { etag }, text } = await get(client, path, options);
    tags.push(etag);
    texts.push(text);
    for (const match of [etag, `"other", W/${etag}`, '*']) {
      const again = await client.get(path, { headers: { ...options.headers, 'If-None-Match': match } });
      assert.equal(again.status, 304, `${path} ${match}`);
      assert.equal(again.text, '');
      assert.equal(again.headers.etag, etag);
    }
    assert.equal((await client.get(path, { headers: { ...options.headers, 'If-None-Match': '"other"' } })).status, 200);
  }
  assert.notEqual(tags[2], tags[3], 'XML and JSON are two things');
  const desk = await x.as(deskOf(pool));
  expectStatus(await desk.post('/capacity-reports', { reports: [aReport(pool, { unitsFree: 0, unitsOccupied: poolOf(pool).units_total })] }), 200);
  for (const [i, [client, path, options]] of WATCH.entries()) {
    const r = await client.get(path, { headers: { ...options.headers, 'If-None-Match': tags[i] } });
    // Who sees counts may not notice it at all: where the number is hidden, so is that it changed.
    const changed = client !== rapporteur || (await get(client, path)).text !== texts[i];
    assert.equal(r.status, changed ? 200 : 304, path);
    if (changed) assert.notEqual(r.headers.etag, tags[i]);
  }
});

test('what is asked wrongly is told', async () => {
  for (const query of ['region=R99', 'kind=hotel', 'page=0', 'limit=1001', 'limit=0', 'page=x', 'region=R28&region=R29'])
    assert.equal((await referrer.get(`/capacity?${query}`)).status, 400, query);
  assert.equal((await referrer.get('/capacity/fhir?limit=501')).status, 400);
  for (const [path, accept, status] of [['fhir', 'text/html', 406], ['fhir', 'application/fhir+xml;q=0', 406], ['fhir', '*/*', 200], ['fhir', 'text/html, application/fhir+xml;q=0.1', 200], ['opvang?provider=de-wulp', 'application/fhir+xml', 406]]) {
    const r = await referrer.get(`/capacity/${path}`, { headers: { Accept: accept } });
    assert.equal(r.status, status, accept);
    if (status === 200) assert.equal(r.headers.vary, 'Accept');
  }
});

// ---- a partner's machine ----

test('a partner is enrolled, reads what its role sees, and is removed, without a restart', async () => {
  const certificate = join(x.dir, 'ca/stranger.crt');
  const partner = x.machine('stranger');
  const refused = (args, says) => {
    const r = x.plek('machine', ...args);
    assert.notEqual(r.status, 0, args.join(' '));
    assert.match(r.out, says);
  };
  assert.equal((await partner.get('/capacity')).status, 403);
  refused(['add', 'partner', '/nowhere.pem', '--reads', 'gemeente-rotterdam', 'municipality'], /nowhere\.pem/);
  refused(['add', 'partner', certificate, '--reads', 'gemeente-nergens', 'municipality'], /no such organisation: gemeente-nergens/);
  refused(['add', 'partner', certificate, '--reads', 'gemeente-rotterdam', 'burgemeester'], /no such role: burgemeester/);
  refused(['add', 'partner', certificate, '--reads', 'gemeente-rotterdam', 'referrer'], /no role referrer/);
  refused(['add', 'partner', certificate], /usage/);
  refused(['remove', 'partner'], /no machine is called partner/);

  const added = x.plek('machine', 'add', 'partner', certificate, '--reads', 'gemeente-rotterdam', 'municipality');
  assert.equal(added.status, 0, added.out);
  refused(['add', 'partner-twee', certificate, '--reads', 'gemeente-rotterdam', 'municipality'], /known already/);
  assert.match(x.plek('machine', 'show').out, /partner\n {2}key [0-9a-f]{64}\n {2}since .*\n {2}reads as municipality of gemeente-rotterdam/);
  x.broker.child.kill('SIGHUP');
  await poll(async () => (await partner.get('/capacity')).status === 200, { what: 'the partner to be let in' });

  for (const [path, options] of [['/capacity', {}], ['/capacity/hsds', {}], ['/capacity/fhir', XML]]) {
    const mine = await get(partner, path, options), person = await get(municipality, path, options);
    assert.equal(mine.text, person.text, path);
    assert.equal((await partner.get(path, { headers: { ...options.headers, 'If-None-Match': person.headers.etag } })).status, 304, path);
  }
  // And nothing else is open to it.
  for (const path of ['/capacity/opvang', '/statistics/overview', '/referrals', '/requests', '/events']) assert.equal((await partner.get(path)).status, 403, path);
  assert.deepEqual((await get(partner, '/pools')).json.pools, []);
  assert.equal((await partner.get('/pools/1')).status, 404);
  assert.equal((await partner.post('/capacity-reports', { reports: [aReport(1)] })).status, 403);

  // The adapter goes on bringing, and reads nothing.
  assert.equal((await x.machine('adapter').get('/capacity')).status, 403);
  assert.ok((await get(x.machine('adapter'), '/pools')).json.pools.length > 0);

  assert.equal(x.plek('machine', 'remove', 'partner').status, 0);
  x.broker.child.kill('SIGHUP');
  await poll(async () => (await partner.get('/capacity')).status === 403, { what: 'the partner to be shut out' });
  assert.equal((await x.machine('adapter').get('/pools?limit=1')).status, 200);
});

test('every answer was as the API is described', () => {
  assert.deepEqual(x.contract.faults, []);
});
