// The reference data (schema/codes/) and the invented demo (schema/demo/) hold together: what a page or rule looks up
// by code is there, once, on every day, in two languages. Needs no broker and no database.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTable, parseCsv } from '../../schema/codes/csv.mjs';
import { derive } from '../../schema/codes/derive.mjs';
import { files } from '../../schema/demo/generate.mjs';

const CODES = new URL('../../schema/codes/', import.meta.url);
const DEMO = new URL('../../schema/demo/', import.meta.url);
const names = readdirSync(CODES).filter(f => f.endsWith('.csv')).map(f => f.slice(0, -4)).sort();
const tables = Object.fromEntries(names.map(n => [n, readTable(new URL(`${n}.csv`, CODES))]));
const codesOf = name => new Set(tables[name].map(r => r.code));
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const FOREVER = '9999-12-31';

/** Every `value` is in `set`; says which are not. */
function allIn(set, values, what) {
  assert.deepEqual([...new Set(values)].filter(v => !set.has(v)), [], `${what}: unknown code`);
}
function unique(values, what) {
  const seen = new Set();
  assert.deepEqual(values.filter(v => seen.size === seen.add(v).size), [], `${what}: given twice`);
}

test('every table is UTF-8 with LF, and all the expected tables are there', () => {
  for (const n of names) {
    const bytes = readFileSync(new URL(`${n}.csv`, CODES));
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    assert.ok(!text.includes('\r') && !text.startsWith('\ufeff') && text.endsWith('\n'), n);
    assert.ok(parseCsv(text, n).every(row => row.every(f => f === f.trim())), `${n}: field with a space at an end`);
  }
  for (const n of ['regions', 'municipalities', 'travel', 'veilig_thuis', 'provinces', 'kinds', 'traits', 'threat_levels', 'threat_kinds', 'residences', 'urgencies', 'languages', 'decline_reasons', 'withdraw_reasons', 'unplaced_reasons', 'departure_reasons', 'destinations', 'stop_reasons', 'funding_streams', 'roles'])
    assert.ok(names.includes(n), `${n}.csv is missing`);
});

test('the CSV reader refuses a ragged row and an unclosed quote', () => {
  assert.throws(() => parseCsv('a,b\n1\n', 'x'), /x line 2: 1 fields, header has 2/);
  assert.throws(() => parseCsv('a\n"1\n', 'x'), /unclosed quote/);
  assert.deepEqual(parseCsv('a,b\n"x, ""y""",\n'), [['a', 'b'], ['x, "y"', '']]);
});

test('a code counts once on any day; days are days', () => {
  for (const [name, rows] of Object.entries(tables)) {
    if (name === 'travel') continue;
    const byCode = new Map();
    for (const r of rows) byCode.set(r.code ?? r.threat_level, [...(byCode.get(r.code ?? r.threat_level) ?? []), r]);
    for (const [code, same] of byCode) {
      const spans = same.map(r => [r.valid_from, r.valid_to || FOREVER]).sort();
      for (const [from, to] of spans) assert.ok(DAY.test(from) && DAY.test(to) && from <= to, `${name} ${code}: ${from}..${to}`);
      for (let i = 1; i < spans.length; i++) assert.ok(spans[i - 1][1] < spans[i][0], `${name} ${code}: days overlap`);
    }
  }
});

test('codes are plain words, and stable numbers are given once', () => {
  for (const [name, rows] of Object.entries(tables)) {
    for (const r of rows) if (r.code !== undefined) assert.match(r.code, /^([a-z][a-z0-9_]{0,30}|R\d\d|GM\d{4}|VT\d\d|PV\d\d)$/, name);
    for (const number of ['nr', 'bit'])
      if (number in rows[0]) {
        unique(rows.map(r => r[number]), `${name} ${number}`);
        assert.ok(rows.every(r => /^\d+$/.test(r[number]) && Number(r[number]) < 64), `${name} ${number}: 0 to 63`);
      }
    for (const order of ['order', 'intake_order', 'phone_order'])
      if (order in rows[0]) unique(rows.map(r => r[order]).filter(Boolean), `${name} ${order}`);
  }
});

test('every label is there in Dutch and in English', () => {
  for (const [name, rows] of Object.entries(tables)) {
    const heads = Object.keys(rows[0]);
    for (const h of heads.filter(h => /_nl$/.test(h))) {
      assert.ok(heads.includes(h.replace(/_nl$/, '_en')), `${name}: ${h} has no English twin`);
      for (const r of rows) {
        if (/^(label|ask_label|description|short)_nl$/.test(h)) assert.notEqual(r[h], '', `${name} ${r.code}: ${h} is empty`);
        assert.equal(r[h] === '', r[h.replace(/_nl$/, '_en')] === '', `${name} ${r.code}: ${h} in one language only`);
      }
    }
    if (!['municipalities', 'travel', 'protocol'].includes(name)) assert.ok(heads.includes('label_nl'), `${name} has no labels`);
  }
});

test('35 regions on a map where no two share a hexagon', () => {
  const r = tables.regions;
  assert.equal(r.length, 35);
  assert.deepEqual(r.map(x => x.code), Array.from({ length: 35 }, (_, i) => `R${String(i + 1).padStart(2, '0')}`));
  unique(r.map(x => `${x.hex_q}/${x.hex_r}`), 'hexagon');
  unique(r.map(x => x.short), 'short name');
  // Odd rows are shifted by half a column, as pointy-top hexagons lie.
  for (const x of r) assert.equal(Number(x.hex_q) % 1, Number(x.hex_r) % 2 / 2, `${x.name}: column does not fit its row`);
  allIn(codesOf('municipalities'), r.map(x => x.gemeente), 'centre of region');
  allIn(codesOf('veilig_thuis'), r.map(x => x.veilig_thuis), 'Veilig Thuis of region');
});

test('342 municipalities, each in a region of its own Veilig Thuis region, and three public bodies', () => {
  const all = tables.municipalities, caribbean = all.filter(m => m.region_status === 'none');
  const european = all.filter(m => m.region_status !== 'none');
  assert.equal(european.length, 342);
  assert.deepEqual(caribbean.map(m => m.name), ['Bonaire', 'Saba', 'Sint Eustatius']);
  const region = Object.fromEntries(tables.regions.map(r => [r.code, r]));
  allIn(codesOf('provinces'), european.map(m => m.province), 'province');
  allIn(codesOf('regions'), european.map(m => m.region), 'region');
  for (const m of european) {
    if (m.region_status !== 'confirmed') assert.equal(region[m.region].veilig_thuis, m.veilig_thuis, m.name);
    assert.ok(m.lat > 50.7 && m.lat < 53.6 && m.lon > 3.3 && m.lon < 7.3, `${m.name} lies outside the country`);
  }
  for (const r of tables.regions) assert.equal(european.find(m => m.code === r.gemeente).region, r.code, r.name);
  assert.equal(tables.veilig_thuis.length, 25);
  assert.equal(tables.provinces.length, 12);
});

test('travel is complete, symmetric and short inside a region', () => {
  const t = tables.travel, key = (a, b) => `${a}>${b}`;
  assert.equal(t.length, 35 * 35);
  const by = Object.fromEntries(t.map(r => [key(r.from, r.to), r]));
  assert.equal(Object.keys(by).length, t.length);
  allIn(codesOf('regions'), t.flatMap(r => [r.from, r.to]), 'region');
  for (const r of t) {
    assert.ok(/^\d+$/.test(r.minutes) && /^\d+$/.test(r.km), key(r.from, r.to));
    const back = by[key(r.to, r.from)];
    assert.deepEqual([back.minutes, back.km], [r.minutes, r.km], `${key(r.from, r.to)} is not the same back`);
    if (r.from === r.to) assert.deepEqual([r.minutes, r.km], ['15', '0']);
    else assert.ok(r.minutes > 15 && r.minutes < 330, `${key(r.from, r.to)}: ${r.minutes} min`);
  }
});

test('the derived tables are what derive.mjs makes', () => {
  for (const [name, text] of Object.entries(derive())) assert.equal(readFileSync(new URL(name, CODES), 'utf8'), text, name);
});

test('references between the lists resolve, and words have the allowed values', () => {
  const is = (name, field, allowed) => allIn(new Set(allowed), tables[name].map(r => r[field]), `${name} ${field}`);
  is('kinds', 'gatekeeper', [...codesOf('gatekeepers')]);
  is('kinds', 'clock', ['', ...codesOf('clocks')]);
  is('kinds', 'tier', ['0', '1']);
  assert.deepEqual(tables.kinds.filter(k => k.tier === '1').map(k => k.code).sort(), ['beveiligd', 'cosm', 'omm']);
  for (const list of ['gate_facts', 'gate_returns']) allIn(codesOf('gatekeepers'), tables[list].flatMap(r => r.keepers.split(' ')), `${list} keepers`);
  for (const f of ['night_bed', 'bridge', 'residence_unknown', 'overflow']) is('kinds', f, ['yes', 'no']);
  is('traits', 'need_rule', ['must', 'soft', 'refusal']);
  is('traits', 'group', ['zorg', 'veiligheid', 'doelgroep', 'praktisch', 'taal']);
  is('traits', 'waivable', ['yes', 'no']);
  is('traits', 'before_yes', ['yes', 'no']);
  for (const t of tables.traits) assert.equal(t.waivable === 'yes', t.waive_label_nl !== '', t.code);
  is('decline_reasons', 'effect', ['none', 'full', 'taken', 'rule', 'funding_flag']);
  assert.deepEqual(tables.decline_reasons.filter(r => r.needs_text === 'yes').map(r => r.code), ['anders']);
  for (const list of ['traits', 'decline_reasons']) for (const r of tables[list]) assert.match(r.icon, /^[a-z][a-z-]+$/, `${list} ${r.code}: icon`);
  assert.deepEqual(tables.protocol.map(r => r.threat_level).sort(), ['groen', 'oranje', 'rood']);
  is('handover_items', 'required', ['yes', 'no']);
  assert.ok(tables.handover_items.every(r => Number(r.nr) >= 1 && Number(r.nr) <= 24), 'one bit each of 24');
  is('roles', 'code', ['referrer', 'shelter', 'comensha', 'municipality', 'rapporteur', 'org_admin', 'exchange_admin', 'gatekeeper']);
  allIn(codesOf('organisation_kinds'), tables.roles.flatMap(r => r.organisation_kinds.split(' ')), 'roles');
  assert.deepEqual(Object.fromEntries(tables.urgencies.map(u => [u.code, u.deadline_minutes])), { nu: '240', vandaag: '1440', drie_dagen: '4320' });
});

/* What counts as read is a text that anybody can look up; what was not read says what is left to do. */
test('a clock or funding rule that is confirmed names the text it was read in, another says what to look up', () => {
  for (const list of ['clocks', 'funding_rules']) for (const r of tables[list]) {
    const name = `${list} ${r.code}`;
    assert.match(r.confirmed, /^(yes|no)$/, name);
    assert.doesNotMatch(r.source, /https?:/, name);
    const open = /na te (kijken|vragen)/i.test(r.source);
    assert.equal(open, r.confirmed === 'no', name);
    if (!open) assert.match(r.source, /\(BWBR\d{7}, tekst van \d{1,2} [a-z]+ 20\d\d\)/, name);
  }
});

test('the words of the domain are all there', () => {
  const has = (list, text) => allIn(codesOf(list), text.split(' '), list);
  has('kinds', 'nood crisis vervolg beveiligd mannen cosm omm uur72 jeugd specialist');
  has('threat_kinds', 'partner ex_partner eer netwerk gezin crimineel');
  has('residences', 'nl eu vergunning b8_vergunning bedenktijd_aangeboden bedenktijd asiel dublin geen onbekend');
  has('traits', 'ggz verslaving lvb rolstoel medische_zorg zwanger eer uitbuiting_seksueel uitbuiting_arbeid uitbuiting_crimineel loverboy lhbtiq huisdier_hond huisdier_kat tolk school dagbesteding beveiliging_24u geheim_adres');
  has('decline_reasons', 'vol net_vergeven gezin_past_niet regio_onveilig netwerk_conflict ggz verslaving zorgzwaarte leeftijd_zoon geen_nachtintake verblijf bekostiging huisdier anders');
  has('funding_streams', 'duvo wmo spuk_omm gf_omm cosm jeugdwet wlz zvw_ggz te_regelen');
  const stream = Object.fromEntries(tables.funding_streams.map(r => [r.code, r]));
  assert.equal(stream.spuk_omm.valid_to, '2025-12-31');
  assert.deepEqual([stream.gf_omm.valid_from, stream.gf_omm.cut_permille], ['2026-01-01', '100']);
});

const text = readFileSync(new URL('national.json', DEMO), 'utf8');
const demo = JSON.parse(text);

test('the demo files are byte for byte what the generator makes, and another seed makes others', () => {
  const made = files();
  for (const [name, want] of Object.entries(made))
    assert.ok(readFileSync(new URL(name, DEMO), 'utf8') === want, `${name}: run node schema/demo/generate.mjs`);
  const templates = readdirSync(new URL('feeds/', DEMO)).filter(f => f.endsWith('.in')).map(f => `feeds/${f}`);
  assert.deepEqual(Object.keys(made).sort(), ['national.json', ...templates].sort());
  assert.notEqual(files(1n)['national.json'], text);
});

test('ids are 1, 2, 3 ... and every reference in the demo resolves', () => {
  for (const part of ['organisations', 'locations', 'pools']) {
    demo[part].forEach((x, i) => assert.equal(x.id, i + 1, part));
    unique(demo[part].map(x => x.code), part);
    for (const x of demo[part]) {
      assert.ok(Buffer.byteLength(x.name) < 64 && Buffer.byteLength(x.code) < 48, `${part} ${x.code}: name or code too long`);
      assert.match(x.code, /^[a-z0-9-]+$/);
    }
  }
  const orgs = demo.organisations, pools = demo.pools;
  const org = id => orgs[id - 1] ?? assert.fail(`organisation ${id}`);
  allIn(codesOf('organisation_kinds'), orgs.map(o => o.kind), 'organisation kind');
  allIn(codesOf('regions'), orgs.map(o => o.region).filter(Boolean), 'region');
  allIn(codesOf('veilig_thuis'), orgs.map(o => o.veilig_thuis).filter(Boolean), 'Veilig Thuis region');
  const municipality = Object.fromEntries(tables.municipalities.map(m => [m.code, m]));
  for (const l of demo.locations) {
    // A house is a shelter's; who gives out places may have a desk to ring, with no place in it.
    const kind = org(l.organisation).kind;
    assert.ok(kind === 'shelter' || (['comensha', 'municipality'].includes(kind) && !pools.some(p => p.location === l.id)), `${l.code}: ${kind}`);
    assert.equal(municipality[l.municipality]?.region, l.region, `${l.code} stands outside its region`);
  }
  for (const p of pools) assert.ok(demo.locations[p.location - 1], p.code);
  const roles = Object.fromEntries(tables.roles.map(r => [r.code, r.organisation_kinds.split(' ')]));
  unique(demo.accounts.map(a => a.username), 'username');
  for (const a of demo.accounts) {
    assert.ok(roles[a.role].includes(org(a.organisation).kind), `${a.username}: role does not fit the organisation`);
    if (a.location !== null) assert.equal(demo.locations[a.location - 1].organisation, a.organisation, a.username);
    assert.ok(a.demo === true && a.display_nl && a.display_en && !/pass|secret|hash/i.test(Object.keys(a).join()), a.username);
  }
  allIn(new Set(demo.accounts.map(a => a.role)), [...codesOf('roles')], 'role with a sign-in');
  for (const m of demo.machines) for (const id of m.organisations) assert.equal(org(id).kind, 'shelter');
});

test('every pool speaks in codes, and rules that exclude each other do not meet', () => {
  const kinds = Object.fromEntries(tables.kinds.map(k => [k.code, k])), TRI = new Set(['yes', 'no', 'unknown']);
  const residences = [...codesOf('residences')].sort(), levels = ['groen', 'oranje', 'rood'], threats = [...codesOf('threat_kinds')].sort();
  for (const p of demo.pools) {
    assert.ok(kinds[p.kind], p.code);
    assert.equal(p.gatekeeper, kinds[p.kind].gatekeeper, p.code);
    assert.deepEqual(Object.keys(p.residences).sort(), residences, p.code);
    assert.deepEqual(Object.keys(p.threat_levels).sort(), levels, p.code);
    assert.deepEqual(Object.keys(p.threat_kinds).sort(), threats, p.code);
    const facts = [...Object.values(p.residences), ...Object.values(p.threat_levels), ...Object.values(p.threat_kinds), ...Object.values(p.sexes), p.children];
    assert.ok(facts.every(f => TRI.has(f)), `${p.code}: a fact that is not yes, no or unknown`);
    allIn(codesOf('traits'), Object.keys(p.traits), p.code);
    allIn(new Set(['yes', 'no']), Object.values(p.traits), `${p.code} traits`);
    allIn(codesOf('languages'), p.languages, p.code);
    unique(p.languages, p.code);
    allIn(codesOf('regions'), p.serves.regions ?? [], p.code);
    const stream = tables.funding_streams.find(f => f.code === p.funding);
    assert.ok(stream && p.funding.length < 16 && (stream.valid_to || FOREVER) >= '2026-01-01', `${p.code}: ${p.funding}`);
    assert.ok(p.unit_size >= 1 && p.units_total >= 1 && p.name && p.name_en, p.code);
    assert.equal(p.children === 'no', p.oldest_son === -1 && p.oldest_daughter === -1, `${p.code}: children and their ages disagree`);
    assert.ok(p.sexes.women !== 'no' || p.sexes.men !== 'no', `${p.code} admits nobody`);
    assert.ok(levels.some(l => p.threat_levels[l] === 'yes'), `${p.code} carries no threat level`);
    assert.equal(p.traits.geheim_adres, demo.locations[p.location - 1].secret_address ? 'yes' : 'no', p.code);
    if (p.kind === 'cosm') assert.ok(p.residences.bedenktijd === 'yes' && p.residences.nl === 'no', p.code);
    if (kinds[p.kind].residence_unknown === 'yes') assert.equal(p.residences.onbekend, 'yes', `${p.code} must take who is not known yet`);
  }
});

test('the demo is as large and as full as the country', () => {
  assert.ok(demo.locations.length >= 65 && demo.locations.length <= 75, `${demo.locations.length} locations`);
  assert.equal(new Set(demo.locations.map(l => l.region)).size, 35);
  assert.ok(demo.pools.length >= 430 && demo.pools.length <= 470, `${demo.pools.length} pools`);
  const units = {};
  for (const p of demo.pools) units[p.kind] = (units[p.kind] ?? 0) + p.units_total;
  const near = (kind, want, give) => assert.ok(Math.abs(units[kind] - want) <= give, `${kind}: ${units[kind]} units, about ${want}`);
  near('nood', 75, 15); near('crisis', 400, 40); near('vervolg', 549, 60); near('mannen', 40, 8); near('specialist', 70, 10);
  near('omm', 36, 0); near('cosm', 70, 0);
  for (const kind of codesOf('kinds')) assert.ok(units[kind] > 0, `no ${kind}`);
  const traits = [...codesOf('traits')], asked = demo.pools.length * traits.length;
  const unknown = demo.pools.reduce((n, p) => n + traits.filter(t => !(t in p.traits)).length, 0) / asked;
  assert.ok(unknown >= 0.08 && unknown <= 0.12, `${(unknown * 100).toFixed(1)} % of trait facts unknown`);
  const share = (n, of, low, high, what) => assert.ok(n / of >= low && n / of <= high, `${what}: ${(100 * n / of).toFixed(0)} %`);
  share(demo.locations.filter(l => l.secret_address).length, demo.locations.length, 0.4, 0.65, 'secret address');
  share(demo.locations.filter(l => l.night_intake === 'yes').length, demo.locations.length, 0.33, 0.5, 'night intake');
  share(demo.pools.filter(p => p.traits.rolstoel === 'yes').length, demo.pools.length, 0.06, 0.14, 'wheelchair');
  const crisis = demo.pools.filter(p => p.kind === 'crisis');
  share(crisis.filter(p => p.sexes.men === 'no').length, crisis.length, 0.74, 0.92, 'women only');
});

test('one count per pool, and what is free, occupied and out of order is all there is', () => {
  assert.deepEqual(demo.observations.map(o => o.pool), demo.pools.map(p => p.id));
  let free = 0, total = 0;
  for (const o of demo.observations) {
    const p = demo.pools[o.pool - 1];
    assert.equal(o.units_total, p.units_total, p.code);
    assert.equal(o.units_free + o.units_occupied + o.units_out_of_order, o.units_total, p.code);
    assert.ok([o.units_free, o.units_occupied, o.units_out_of_order].every(n => Number.isInteger(n) && n >= 0), p.code);
    assert.ok(Number.isInteger(o.age_minutes) && o.age_minutes >= 0 && ['feed', 'hand', 'phone'].includes(o.source), p.code);
    free += o.units_free; total += o.units_total;
  }
  assert.ok(free / total >= 0.05 && free / total <= 0.15, `${(100 * free / total).toFixed(1)} % free`);
  const carried = new Set(demo.machines.flatMap(m => m.organisations));
  for (const o of demo.observations.filter(o => o.source === 'feed'))
    assert.ok(carried.has(demo.locations[demo.pools[o.pool - 1].location - 1].organisation), 'a feed that no machine carries');
});

test('a mother with two children under code rood finds at least three beds outside Rotterdam, also at night', () => {
  const fits = demo.observations.filter(o => {
    const p = demo.pools[o.pool - 1], l = demo.locations[p.location - 1];
    return o.units_free > 0 && o.deliverable && o.age_minutes < 480 && ['nood', 'crisis'].includes(p.kind) && p.unit_size >= 3
      && p.sexes.women === 'yes' && p.children === 'yes' && (p.oldest_son === null || p.oldest_son >= 9)
      && p.threat_levels.rood === 'yes' && l.night_intake === 'yes' && l.region !== 'R28' && p.serves.regions === null;
  });
  assert.ok(fits.length >= 3, `${fits.length} fit`);
});

test('nothing in the demo can be rung, found or taken for a real house', () => {
  for (const l of demo.locations) {
    assert.match(l.sealed.address, /^Voorbeeldstraat \d+, 0000 [A-Z]{2} Voorbeeldstad \(verzonnen\)$/);
    assert.match(l.sealed.night_number, /^0800-000 \d{4}$/);
    assert.match(l.sealed.meeting_point, /\(verzonnen\)$/);
  }
  const own = demo.organisations.filter(o => o.kind === 'shelter').map(o => o.name).concat(demo.locations.map(l => l.name)).join('|');
  for (const real of ['Arosa', 'Blijf', 'Moviera', 'Kadera', 'Fier', 'Sterk Huis', 'Koraal', 'Valente', 'Perspektief', 'Rosa Manus', 'Wende', 'Oranje Huis', 'Jade', 'Humanitas', 'HVO', 'Querido', 'Emergis', 'Neos', 'Xonar', 'Kopland', 'Safegroup', 'Sterkhuis', 'Valkenhorst', 'Lumens', 'Hera'])
    assert.ok(!own.toLowerCase().split(/[| ]/).includes(real.toLowerCase()) && !own.includes(`${real} `), `${real} is a real name`);
});

test('provider files carry the time they are dropped, and the EDXL-HAVE file is valid', t => {
  const dir = mkdtempSync(join(tmpdir(), 'plek-feeds-'));
  try {
    const time = '2026-11-21T22:15:00+01:00';
    const dropped = execFileSync(fileURLToPath(new URL('feeds/stamp', DEMO)), [dir, time], { encoding: 'utf8' }).trim().split('\n');
    assert.deepEqual(dropped.map(f => f.slice(dir.length + 1)).sort(), readdirSync(dir).flatMap(p => readdirSync(join(dir, p)).map(f => `${p}/${f}`)).sort(), 'a half file is left');
    const poolCodes = new Set(demo.pools.map(p => p.code));
    for (const file of dropped) {
      const body = readFileSync(file, 'utf8');
      assert.ok(body.includes(time) && !body.includes('@OBSERVED_AT@'), file);
    }
    const [head, ...rows] = readFileSync(join(dir, 'havenlicht/havenlicht.csv'), 'utf8').trim().split('\n').map(l => l.split(';'));
    for (const r of rows) {
      const [total, occupied, free, broken] = r.slice(3, 7).map(Number);
      assert.ok(r.length === head.length && poolCodes.has(r[1]) && occupied + free + broken === total, r.join(';'));
    }
    const schema = fileURLToPath(new URL('../../../shared/standards/edxl-have/edxl-have/1.0/edxl-have.xsd', import.meta.url));
    if (!existsSync(schema) || spawnSync('xmllint', ['--version']).error) return t.diagnostic('EDXL-HAVE schema or xmllint absent: not validated');
    const lint = spawnSync('xmllint', ['--nonet', '--noout', '--schema', schema, join(dir, 'de-wulp/de-wulp.have.xml')], { encoding: 'utf8' });
    assert.equal(lint.status, 0, lint.stderr);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
