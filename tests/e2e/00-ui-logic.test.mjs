// The logic of the pages that needs no browser: words and times, the need, the answers of the exchange, the stream, CSV.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { parseCsv } from '../../schema/codes/csv.mjs';

globalThis.crypto ??= webcrypto; // Node 18 has it under another name than browsers
const ui = new URL('../../broker/ui/', import.meta.url);
const read = path => readFileSync(new URL(path, ui), 'utf8');
const load = name => import(new URL(`js/${name}.js`, ui));
const nl = JSON.parse(read('i18n/nl.json'));
const en = JSON.parse(read('i18n/en.json'));

const text = await load('text');
const { ApiError, createApi, problemText } = await load('api');
const { createParser } = await load('sse');
const { startLive } = await load('live');
const codes = await load('codes');
const reasons = await load('reasons');
const need = await load('need');
const needReferral = await load('need_referral');
const capacity = await load('capacity');
const csv = await load('csv');
const report = await load('shelter_report');

const camel = name => name.replace(/_(\w)/g, (_, c) => c.toUpperCase());
const dir = new URL('../../schema/codes/', import.meta.url);
const lists = Object.fromEntries(readdirSync(dir).filter(f => f.endsWith('.csv') && f !== 'travel.csv').map(f => {
  const [head, ...rows] = parseCsv(readFileSync(new URL(f, dir), 'utf8'), f);
  return [f.slice(0, -4), rows.map(r => Object.fromEntries(head.map((h, i) => [camel(h), r[i]])))];
}));

test.beforeEach(() => {
  text.setMessages('nl', nl);
  codes.setCodes(lists);
});

test('a text takes its plural form from n and its parameters by name', () => {
  text.setMessages('nl', { 'a.one': '{n} plek', 'a.other': '{n} plekken', b: '{x} en {x}, {y}' });
  assert.equal(text.t('a', { n: 1 }), '1 plek');
  assert.equal(text.t('a', { n: 0 }), '0 plekken');
  assert.equal(text.t('a', { n: 1234 }), '1.234 plekken');
  assert.equal(text.t('b', { x: 'z' }), 'z en z, {y}', 'a missing parameter shows itself');
  assert.equal(text.t('c'), 'c', 'a missing key shows itself');
  assert.equal(text.t('b', { x: '{y}', y: 'q' }), '{y} en {y}, q', 'a value is never read as a text');
});

test('times are Dutch clock times, in winter and in summer', () => {
  assert.equal(text.clock('2026-01-10T02:17:00Z'), '03:17');
  assert.equal(text.clock('2026-07-10T02:17:00Z'), '04:17');
  assert.equal(text.clock('2026-01-10T23:05:00Z'), '00:05');
  assert.equal(text.isoDate('2026-01-10T23:05:00Z'), '2026-01-11');
  const now = Date.parse('2026-01-11T01:00:00Z');
  assert.equal(text.moment('2026-01-10T23:05:00Z', now), '00:05');
  assert.match(text.moment('2026-01-10T20:05:00Z', now), /10 jan.* 21:05/);
});

test('an expected arrival is the next time that clock shows', () => {
  const now = Date.parse('2026-01-10T22:40:30Z'); // 23:40 in the Netherlands
  assert.equal(new Date(text.nextMoment('23:50', now)).toISOString(), '2026-01-10T22:50:00.000Z');
  assert.equal(new Date(text.nextMoment('01:10', now)).toISOString(), '2026-01-11T00:10:00.000Z');
  assert.equal(new Date(text.nextMoment('23:40', now)).toISOString(), '2026-01-10T22:40:00.000Z');
});

test('durations, ages and countdowns', () => {
  for (const [minutes, words] of [[0, '0 min'], [59, '59 min'], [60, '1 u'], [80, '1 u 20'], [125, '2 u 05']])
    assert.equal(text.duration(minutes), words);
  const now = Date.parse('2026-01-10T12:00:00Z');
  const before = m => new Date(now - m * 60000).toISOString();
  for (const [minutes, words] of [[0, 'net bevestigd'], [6, '6 min geleden bevestigd'], [190, '3 u 10 geleden bevestigd'], [1500, 'gisteren bevestigd'], [4000, '2 dagen geleden bevestigd']])
    assert.equal(text.confirmed(before(minutes), now), words);
  assert.equal(text.confirmed(null, now), 'nog nooit opgegeven');
  for (const [s, words] of [[272, '4:32'], [60, '1:00'], [0.4, '0:01'], [0, '0:00'], [-5, '0:00'], [3700, '1:01:40']])
    assert.equal(text.countdown(s), words);
});

test('each reason of the matcher becomes a sentence in both languages', () => {
  const rows = [...readFileSync(new URL('../../broker/core/reason.def', import.meta.url), 'utf8')
    .matchAll(/^REASON\(\w+, "(\w+)", (\w+), (\w+), (\w+)\)/gm)];
  assert.ok(rows.length > 50, 'reason.def was read');
  const example = { persons: 3, years: 12, minutes: 80, trait: 'huisdier_hond', region: 'R28', kind: 'crisis', level: 'rood', threat_kind: 'eer', residence: 'eu', language: 'ti', units: 4, hours: 3, clock: '07:00', decline: 'vol', group: 'teen_son', percent: 41, tenths: 25 };
  for (const [lang, table] of [['nl', nl], ['en', en]]) {
    text.setMessages(lang, table);
    for (const [, code, tone, ...kinds] of rows) {
      const params = kinds.filter(k => k !== 'none').map(kind => ({ kind, value: example[kind] }));
      const sentence = reasons.sentence({ code, tone: tone.toLowerCase(), params });
      assert.notEqual(sentence, code, `${lang}: ${code} has a text`);
      assert.doesNotMatch(sentence, /[{}_]/, `${lang}: ${code}: ${sentence}`);
    }
    const groups = [...readFileSync(new URL('../../broker/core/scarcity.c', import.meta.url), 'utf8').matchAll(/codes\[SCARCE_N\] = \{([^}]*)\}/g)].flatMap(m => [...m[1].matchAll(/"(\w+)"/g)].map(g => g[1]));
    assert.ok(groups.length > 5, 'the groups of the core were found');
    for (const group of groups) assert.ok(`group.${group}` in table, `${lang}: ${group} has words`);
  }
});

test('reasons read well at the edges of their numbers', () => {
  const say = (code, ...params) => reasons.sentence({ code, tone: 'for', params: params.map(([kind, value]) => ({ kind, value })) });
  assert.equal(say('room', ['persons', 3], ['persons', 4]), '3 personen in één kamer voor 4');
  assert.equal(say('room', ['persons', 1], ['persons', 2]), '1 persoon in een kamer voor 2');
  assert.equal(say('son_ok', ['years', 15], ['years', 32767]), 'Zoon van 15 kan mee');
  assert.equal(say('out_son', ['years', 15], ['years', -1]), 'Neemt geen zonen op.');
  assert.equal(say('ask_stale', ['hours', 0]), 'Is er plek? Deze opvang gaf nog niets op.');
  assert.equal(say('threat_ok', ['level', 'rood']), 'Veilig genoeg voor code rood');
  assert.equal(say('language_spoken', ['language', 'ti']), 'Tigrinya in huis');
  assert.equal(say('far', ['minutes', 135]), 'Lange reis: 2 u 15');
  assert.equal(say('ask_trait', ['trait', 'ggz']), 'Kan iemand met psychische klachten bij jullie terecht?');
  assert.equal(say('out_adult_age', ['years', 70], ['years', 65]), 'Volwassene van 70, hier tot en met 65 jaar.');
  assert.equal(say('ask_residence', ['residence', 'onbekend']), 'Is het erg dat we het verblijf nog niet weten?');
  assert.equal(say('something_new'), 'something_new', 'an unknown reason is shown, not hidden');
});

test('why a place stands where it does', () => {
  text.setMessages('nl', nl);
  const why = (code, ...params) => ({ code, tone: 'rank', params: params.map(([kind, value]) => ({ kind, value })) });
  const teen = why('rank_scarce', ['group', 'teen_son'], ['percent', 41]);
  assert.equal(reasons.rankSentence({ rank: 2, score: 800, why: teen }, { score: 803 }), '2e: even goed, maar hier zijn vaker gezinnen met een zoon vanaf 12 jaar op aangewezen (41%)');
  assert.equal(reasons.rankSentence({ rank: 3, score: 857, why: teen }, { score: 803 }), '3e: past beter, maar hier zijn vaker gezinnen met een zoon vanaf 12 jaar op aangewezen (41%)');
  assert.equal(reasons.rankSentence({ rank: 3, score: 700, why: teen }, { score: 803 }), '3e: hier zijn vaker gezinnen met een zoon vanaf 12 jaar op aangewezen (41%)');
  assert.equal(reasons.rankSentence({ rank: 3, score: 857, why: teen }), '3e: hier zijn vaker gezinnen met een zoon vanaf 12 jaar op aangewezen (41%)', 'a frozen proposal does not know the place above it');
  assert.equal(reasons.rankSentence({ rank: 4, score: 700, why: why('rank_scarce_many', ['tenths', 25]) }), '4e: hier zijn meer anderen op aangewezen (2,5 van de 1000 gezinnen)');
  assert.equal(reasons.rankSentence({ rank: 5, score: 900, why: why('rank_farther', ['minutes', 159]) }, { score: 800 }), '5e: minder goed gelegen (2 u 39 reizen)');
  assert.equal(reasons.rankSentence({ rank: 5, why: why('rank_farther', ['minutes', -1]) }), '5e: minder goed gelegen');
  assert.equal(reasons.rankSentence({ rank: 6, why: why('rank_stale', ['hours', 0]) }), '6e: deze opvang gaf nog niets op');
  assert.equal(reasons.rankSentence({ rank: 0 }), '', 'a place that is out, or of which the reasons were erased');
});

test('any place is found by house, kind of room or region, in both languages', () => {
  const pools = [
    { id: 1, locationName: 'Lindehof', name: 'Gezinskamer', nameEn: 'Family room', region: 'R06' },
    { id: 2, locationName: 'Zilverböschung', name: 'Kamer', nameEn: 'Room', region: 'R32' },
  ];
  codes.setCodes({ regions: [{ code: 'R06', name: 'Arnhem', labelNl: 'Arnhem', labelEn: 'Arnhem' }, { code: 'R32', name: 'Den Haag', labelNl: 'Den Haag', labelEn: 'The Hague' }] });
  for (const [words, ids] of [['linde', [1]], ['ARNHEM', [1]], ['the hague', [2]], ['den ha', [2]], ['bosch', [2]], ['family', [1]], ['kamer', [1, 2]], ['k', []], ['  ', []], ['nergens', []]])
    assert.deepEqual(codes.poolsNamed(pools, words), ids, words);
});

test('choices are the rows of today, names are found for other days too', () => {
  const list = [{ code: 'a', labelNl: 'Oud', validFrom: '2020-01-01', validTo: '2025-12-31' }, { code: 'a', labelNl: 'Nieuw', validFrom: '2026-01-01', validTo: '' }, { code: 'b', labelNl: 'Weg', validFrom: '2020-01-01', validTo: '2025-12-31' }];
  for (const rows of [list, [...list].reverse()]) {
    codes.setCodes({ threat_levels: rows }, '2026-05-01');
    assert.deepEqual(codes.rows('threatLevels').map(r => r.labelNl), ['Nieuw']);
    assert.equal(codes.label('threatLevels', 'a'), 'Nieuw');
    assert.equal(codes.label('threatLevels', 'b'), 'Weg');
  }
});

test('regions come nearest first', () => {
  const order = codes.regionsByDistance('R28');
  assert.equal(order[0], 'R28');
  assert.ok(order.indexOf('R32') < 5 && order.indexOf('R17') > 25);
  assert.ok(order.indexOf('R26') > 8, 'as far north, but a province away to the east');
  assert.equal(codes.regionsByDistance(null).length, 35);
});

test('the intake becomes the need of the API', () => {
  let intake = { ...need.emptyIntake(), urgency: 'nu', threat: 'rood' };
  intake = need.withChildren(need.withChildren(intake, 'middle', 1), 'young', 1);
  intake = { ...intake, unsafe: ['R28'], traits: { tolk: 'yes', zwanger: 'yes', ggz: 'unknown' }, language: 'ti' };
  const sent = need.toNeed(intake);
  assert.deepEqual(sent.household, [{ sex: 'vrouw', age: null, pregnant: true }, { sex: 'onbekend', age: 2 }, { sex: 'onbekend', age: 8 }]);
  assert.deepEqual(sent.traits, { tolk: 'yes', zwanger: 'yes', ggz: 'unknown' });
  assert.equal(sent.language, 'ti');
  for (const absent of ['residence', 'homeMunicipality', 'minorAlone', 'callback', 'ground']) assert.ok(!(absent in sent), absent);
  assert.equal(need.toNeed({ ...intake, traits: {} }).language, undefined, 'no interpreter, no language');
  assert.equal(need.toNeed(need.withAdults(intake, 0)).minorAlone, true);
  const opened = needReferral.toReferral(intake, ' 010 123 45 67 ', 0);
  assert.equal(opened.callback, '010 123 45 67');
  assert.equal(opened.ground, 'statutory_task');
  const back = needReferral.fromNeed(opened);
  assert.deepEqual(need.toNeed(back), { ...sent, household: sent.household });
});

test('changing one group of children leaves the others as they were', () => {
  let intake = need.withChildren(need.emptyIntake(), 'teen', 2);
  intake = { ...intake, children: intake.children.map(c => ({ ...c, sex: 'man', age: 15 })) };
  intake = need.withChildren(intake, 'young', 1);
  assert.deepEqual(intake.children.map(c => [c.band, c.sex, c.age]), [['young', 'onbekend', 2], ['teen', 'man', 15], ['teen', 'man', 15]]);
  assert.equal(need.withChildren(intake, 'teen', 1).children.length, 2);
});

test('a teenager without age or sex holds up the asking, not the searching', () => {
  const intake = need.withChildren({ ...need.emptyIntake(), urgency: 'nu' }, 'teen', 1);
  assert.ok(need.isSearchable(intake));
  assert.equal(need.toNeed(intake).household[1].age, 14);
  assert.deepEqual(need.missing(intake, '0101234567'), ['child-sex-0', 'child-age-0']);
  assert.deepEqual(need.missing(need.emptyIntake(), ''), ['callback']);
  for (const bad of ['', '12', 'bel mij', '+31 6 12345678 9012345678']) assert.equal(need.isCallback(bad), false, bad);
});

test('a need is off, needed, not known, off again', () => {
  let set = {};
  const walk = [1, 2, 3].map(() => (set = need.toggled(set, 'ggz')).ggz);
  assert.deepEqual(walk, ['yes', 'unknown', undefined]);
});

test('a kept draft of another shape is not used', () => {
  assert.deepEqual(need.readDraft(JSON.parse(JSON.stringify(need.emptyIntake()))), need.emptyIntake());
  for (const bad of [null, 1, [], {}, { ...need.emptyIntake(), adults: 'x' }, { ...need.emptyIntake(), urgency: 4 }, { ...need.emptyIntake(), unsafe: {} }])
    assert.equal(need.readDraft(bad), null);
});

test('a report by hand counts what is promised, not who has arrived', () => {
  const pool = { id: 1, unitsTotal: 6, capacity: { unitsTotal: 6, unitsHeld: 2, offerable: 1, deliverable: 'yes', stop: { reason: 'schoonmaak', untilAt: null }, unitsOutOfOrder: 1 } };
  const requests = [{ poolId: 1, state: 'accepted', units: 1 }, { poolId: 1, state: 'admitted', units: 1 }, { poolId: 2, state: 'pending', units: 1 }];
  const report = capacity.handReport(pool, 1, requests, { reportId: 'r', observedAt: 'now' });
  assert.equal(report.unitsFree, 2);
  assert.equal(report.unitsOutOfOrder, 1);
  assert.deepEqual(report.stop, { reason: 'schoonmaak' }, 'a stop is not lifted in silence');
  assert.equal(report.deliverable, true);
  assert.equal(capacity.freeMax(pool, requests), 4);
});

/** @param {((call: number) => Response | Promise<Response>)} answer */
function apiWith(answer, on = {}) {
  const calls = [];
  const api = createApi({ fetch: async (url, options) => { calls.push({ url, ...options }); return answer(calls.length); }, wait: async () => {}, ...on });
  return { api, calls };
}
const problem = (status, type, more = {}) => new Response(JSON.stringify({ status, type: `/problems/${type}`, title: 't', detail: 'd', ...more }), { status });

test('a write whose answer is lost is sent again with the same key', async () => {
  const doubts = [];
  const { api, calls } = apiWith(n => { if (n < 3) throw new TypeError('lost'); return Response.json({ id: 1 }, { status: 201 }); }, { onDoubt: d => doubts.push(d) });
  api.setCsrf('token');
  assert.deepEqual(await api.post('/referrals', { a: 1 }), { id: 1 });
  assert.equal(calls.length, 3);
  assert.equal(new Set(calls.map(c => c.headers['Idempotency-Key'])).size, 1);
  assert.match(calls[0].headers['Idempotency-Key'], /^[A-Za-z0-9_-]{8,64}$/);
  assert.equal(calls[0].headers['X-CSRF-Token'], 'token');
  assert.deepEqual(doubts, [true, true, false]);
  const second = apiWith(() => Response.json({}));
  await second.api.post('/x');
  await second.api.post('/x');
  assert.equal(new Set(second.calls.map(c => c.headers['Idempotency-Key'])).size, 2, 'a new intent is a new key');
});

test('doubt ends in saying so, never in a guess', async () => {
  const { api, calls } = apiWith(() => { throw new TypeError('lost'); });
  await assert.rejects(api.post('/x', {}), error => error instanceof ApiError && error.kind === 'unknown');
  assert.equal(calls.length, 6);
  await assert.rejects(api.get('/x'), error => error.kind === 'offline');
  assert.equal(calls.length, 7, 'a read is not repeated');
});

test('a server that does not know whether it was done is asked again; one that knows is believed', async () => {
  for (const [status, type, tries] of [[503, 'doubt', 3], [503, 'fenced', 3], [500, 'internal', 3], [502, '', 3], [503, 'away', 1], [429, 'busy', 1]]) {
    const { api, calls } = apiWith(n => (n < 3 ? problem(status, type) : Response.json({ id: 1 })));
    const answer = await api.post('/x', {}).catch(e => e);
    assert.equal(calls.length, tries, type);
    assert.equal(answer instanceof ApiError, tries === 1, type);
    assert.equal(new Set(calls.map(c => c.headers['Idempotency-Key'])).size, 1);
  }
});

test('a refusal is one text, and is not sent again', async () => {
  for (const [status, type, words] of [
    [409, 'taken', nl['problem.taken']], [412, 'stale_version', nl['problem.stale_version']], [422, 'brand_new', nl['problem.status_422']],
    [503, 'away', nl['problem.status_503']], [418, 'x', nl['problem.unexpected']], [403, '', nl['problem.status_403']],
  ]) {
    const { api, calls } = apiWith(() => problem(status, type, { poolId: 7 }));
    const error = await api.post('/x', {}).catch(e => e);
    assert.equal(problemText(error), words);
    assert.equal(error.problem.poolId, 7);
    assert.equal(calls.length, 1);
  }
  const { api } = apiWith(() => problem(500, 'x', { code: '7F3K' }));
  assert.match(problemText(await api.get('/x').catch(e => e)), /\(code 7F3K\)$/);
  const html = apiWith(() => new Response('<html>bad gateway', { status: 502 }));
  assert.equal(problemText(await html.api.get('/x').catch(e => e)), nl['problem.unexpected']);
});

test('401 leads to signing in, except when asking who I am', async () => {
  let out = 0;
  const { api } = apiWith(() => problem(401, 'unauthorized'), { onSignedOut: () => { out++; } });
  assert.equal((await api.get('/pools').catch(e => e)).kind, 'signed_out');
  assert.equal((await api.get('/session').catch(e => e)).kind, 'problem');
  assert.equal(out, 1);
});

test('the time of a report is the time of the exchange, whatever the clock of the phone says, and never later', async () => {
  let tick = 5000;
  let date = 'Sat, 10 Jan 2026 12:00:00 GMT';
  const { api } = apiWith(() => Response.json({}, { headers: date ? { Date: date } : {} }), { monotonic: () => tick });
  const hear = async (at, header) => { tick = at; date = header; await api.get('/x'); return new Date(api.now()).toISOString().slice(11, -1); };
  date = '';
  await api.get('/x');
  assert.ok(Math.abs(api.now() - Date.now()) < 1000, 'nothing heard yet');
  assert.equal(await hear(5000, 'Sat, 10 Jan 2026 12:00:00 GMT'), '12:00:00.000');
  tick = 7500;
  assert.equal(new Date(api.now()).toISOString(), '2026-01-10T12:00:02.500Z');
  assert.equal(await hear(9000, 'Sat, 10 Jan 2026 12:00:01 GMT'), '12:00:04.000', 'an answer that was long on its way teaches nothing');
  assert.equal(await hear(9200, 'Sat, 10 Jan 2026 12:00:05 GMT'), '12:00:05.000', 'a quicker one does');
  assert.equal(await hear(9300, 'Sat, 10 Jan 2026 11:00:00 GMT'), '11:00:00.000', 'the exchange put its clock back');
  assert.equal(await hear(9400, 'no date'), '11:00:00.100');
});

const aClaim = (id, free, version) => ({ pool: { id, unitsTotal: 6, version, capacity: { unitsTotal: 6, unitsHeld: 0, offerable: free } }, free, version });
const idsOf = sent => Object.fromEntries(['saved', 'late', 'clashed', 'failed'].map(k => [k, sent[k].map(c => c.pool.id)]));

test('each pool is reported by itself, with the version that was on the screen and its own key', async () => {
  const { api, calls } = apiWith(() => Response.json({ applied: 1, late: 0, unchanged: 0 }, { headers: { Date: 'Sat, 10 Jan 2026 12:00:00 GMT' } }), { monotonic: () => 0 });
  await api.get('/session');
  const sent = await report.sendClaims(api, [aClaim(1, 2, 40), aClaim(2, 0, 41)], [{ poolId: 1, state: 'accepted', units: 1 }]);
  assert.deepEqual(idsOf(sent), { saved: [1, 2], late: [], clashed: [], failed: [] });
  const posts = calls.slice(1);
  assert.deepEqual(posts.map(c => c.headers['If-Match']), ['"40"', '"41"']);
  assert.equal(new Set(posts.map(c => c.headers['Idempotency-Key'])).size, 2);
  const reports = posts.map(c => JSON.parse(c.body).reports);
  assert.deepEqual(reports.map(r => [r.length, r[0].poolId, r[0].unitsFree, r[0].observedAt]), [[1, 1, 3, '2026-01-10T12:00:00.000Z'], [1, 2, 0, '2026-01-10T12:00:00.000Z']]);
  assert.equal(new Set(reports.map(r => r[0].reportId)).size, 2);
});

test('only what was taken counts as saved; what another was first with, what is late and what failed are kept apart', async () => {
  const answers = [problem(412, 'stale_version'), Response.json({ applied: 0, late: 1, unchanged: 0 }), problem(422, 'bad_report'), Response.json({ applied: 1, late: 0, unchanged: 0 })];
  const { api } = apiWith(n => answers[n - 1]);
  const sent = await report.sendClaims(api, [1, 2, 3, 4].map(id => aClaim(id, 1, id)), []);
  assert.deepEqual(idsOf(sent), { saved: [4], late: [2], clashed: [1], failed: [3] });
  assert.equal(sent.error.status, 422);
});

test('after a trouble that is not about one pool the others are not tried, and not called saved', async () => {
  const ok = () => Response.json({ applied: 1, late: 0, unchanged: 0 });
  for (const [trouble, kind, tries] of [[() => { throw new TypeError('lost'); }, 'unknown', 7], [() => problem(503, 'away'), 'problem', 2], [() => problem(401, 'unauthorized'), 'signed_out', 2]]) {
    const { api, calls } = apiWith(n => (n === 1 ? ok() : trouble()));
    const sent = await report.sendClaims(api, [1, 2, 3].map(id => aClaim(id, 1, id)), []);
    assert.deepEqual(idsOf(sent), { saved: [1], late: [], clashed: [], failed: [2, 3] });
    assert.equal(sent.error.kind, kind);
    assert.equal(calls.length, tries);
  }
});

test('the page asks for the requests after the pools: the version then covers both', () => {
  // An accepted request older than the version of its pool would count a household that has arrived as promised.
  const body = /async function load\(\) \{.*?\n\}/s.exec(read('js/shelter.js'))[0];
  assert.match(body, /await frame\.api\.get\('\/pools.*await frame\.api\.get\('\/requests/s);
  assert.doesNotMatch(body, /Promise\.all/);
});

test('the stream is read whole, however it is cut', () => {
  const stream = 'retry: 2500\n\n: comment\nid: 7\nevent: request_made\ndata: {"seq":7}\n\nid: 8\r\ndata: a\r\ndata: b\r\n\r\nevent: reset\n\n';
  const want = [{ id: '7', event: 'request_made', data: '{"seq":7}' }, { id: '8', event: 'message', data: 'a\nb' }, { id: '8', event: 'reset', data: '' }];
  for (const size of [1, 2, 7, 1000]) {
    const got = [];
    let retry = 0;
    const feed = createParser(e => got.push(e), ms => { retry = ms; });
    for (let i = 0; i < stream.length; i += size) feed(stream.slice(i, i + size));
    assert.deepEqual(got, want, `in parts of ${size}`);
    assert.equal(retry, 2500);
  }
});

test('an id that stands alone is told, one that was cut off is not', () => {
  const stream = 'retry: 10\nid: 41\n\n: alive\n\n: alive\nid: 42\n\nid: 43\nevent: x\ndata: {}\n\nid: 44\n';
  for (const size of [1, 3, 1000]) {
    const ids = [];
    const events = [];
    const feed = createParser(e => events.push(e.id), undefined, id => ids.push(id));
    for (let i = 0; i < stream.length; i += size) feed(stream.slice(i, i + size));
    assert.deepEqual([ids, events], [['41', '42'], ['43']], `in parts of ${size}`);
  }
});

/** Tabs of one browser before a real server: what a page of them is told, and the Last-Event-ID of each connect. */
async function openTabs(t) {
  const streams = [];
  const server = createServer((request, answer) => {
    answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
    answer.write('retry: 5\n\n');
    streams.push({ lastId: request.headers['last-event-id'], say: text => answer.write(text), cut: () => answer.destroy() });
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const channels = [];
  const leaving = [];
  const queue = []; // for the lock: its holder is the first
  const outside = { fetch, BroadcastChannel, addEventListener: globalThis.addEventListener };
  globalThis.fetch = (url, options) => outside.fetch(origin + url, options);
  globalThis.BroadcastChannel = class extends outside.BroadcastChannel { constructor(name) { super(name); channels.push(this); } };
  globalThis.addEventListener = (_, listener) => leaving.push(listener);
  const hadNavigator = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { locks: { async request(_, { signal }, job) {
    const before = queue.at(-1);
    const held = (async () => { await before; if (!signal.aborted) await job(); })();
    queue.push(held);
    return held;
  } } } });
  t.after(() => {
    for (const leave of leaving) leave();
    for (const channel of channels) channel.close();
    Object.assign(globalThis, outside);
    if (hadNavigator) Object.defineProperty(globalThis, 'navigator', hadNavigator);
    else delete globalThis.navigator;
    server.closeAllConnections();
    server.close();
  });
  const openTab = () => {
    const heard = [];
    const tab = { heard, signs: 0 };
    startLive({ event: e => heard.push(e.kind), state: () => { tab.signs++; }, signedOut: () => heard.push('signed_out') });
    const place = leaving.length - 1;
    return Object.assign(tab, { close: () => { leaving[place](); channels[place].onmessage = null; } });
  };
  return { streams, openTab };
}

/** @param {() => boolean} isSo */
async function until(isSo, what) {
  for (let i = 0; i < 400; i++) {
    if (isSo()) return;
    await new Promise(done => setTimeout(done, 10));
  }
  assert.fail(`waited in vain: ${what}`);
}

/** The stream says what is no fact, and TAB noticed: bytes are one sign of life, an id another. */
async function saying(stream, tab, words, signs) {
  const before = tab.signs;
  stream.say(words);
  await until(() => tab.signs >= before + signs, words);
}

test('a quiet stream that breaks goes on where it was, and one without an id fetches everything anew', async t => {
  const { streams, openTab } = await openTabs(t);
  const tab = openTab();
  await until(() => tab.heard.length === 1, 'the first opening');
  assert.deepEqual(tab.heard, ['reset'], 'what happened between the loading of the page and now is fetched');
  assert.equal(streams[0].lastId, undefined);
  streams[0].cut();
  await until(() => streams.length === 2 && tab.heard.length === 2, 'the second');
  assert.equal(streams[1].lastId, undefined);
  assert.deepEqual(tab.heard, ['reset', 'reset'], 'lost, no id: everything anew');
  streams[1].say('id: 7\n\n');
  streams[1].say('id: 8\nevent: request_made\ndata: {"seq":8}\n\n');
  await until(() => tab.heard.length === 3, 'the fact');
  await saying(streams[1], tab, ': alive\nid: 12\n\n', 2);
  await saying(streams[1], tab, 'id: 13\n', 1); // cut off: not told
  streams[1].cut();
  await until(() => streams.length === 3, 'the third');
  assert.equal(streams[2].lastId, '12');
  streams[2].say('id: 14\nevent: request_made\ndata: {"seq":14}\n\n');
  await until(() => tab.heard.length === 4, 'the fact in the gap');
  assert.deepEqual(tab.heard, ['reset', 'reset', 'request_made', 'request_made'], 'resumed: nothing is fetched twice');
});

test('a tab that comes later hears how far the stream is, and goes on from there when the reading tab closes', async t => {
  const { streams, openTab } = await openTabs(t);
  const first = openTab();
  await until(() => streams.length === 1, 'the stream');
  streams[0].say('id: 19\nevent: request_made\ndata: {"seq":19}\n\n');
  await until(() => first.heard.length === 2, 'the opening and a fact');
  await saying(streams[0], first, ': alive\nid: 20\n\n', 2);
  const second = openTab();
  await until(() => second.heard.length === 1, 'an answer from the tab that reads');
  assert.deepEqual(second.heard, ['reset']);
  assert.deepEqual(first.heard, ['reset', 'request_made'], 'the other tab fetches nothing for it');
  first.close();
  await until(() => streams.length === 2, 'the second tab reads');
  assert.equal(streams[1].lastId, '20');
  streams[1].say('id: 21\nevent: request_made\ndata: {"seq":21}\n\n');
  await until(() => second.heard.length === 2, 'the fact');
  const third = openTab();
  await until(() => third.heard.length === 1, 'the third tab');
  await saying(streams[1], third, ': alive\nid: 25\n\n', 2);
  second.close();
  await until(() => streams.length === 3, 'the third tab reads');
  assert.equal(streams[2].lastId, '25', 'an id alone is shared too');
});

test('CSV opens in a spreadsheet of the reader and starts no formula', () => {
  const rows = [['Regio', 'Vrij', 'Deel'], ['=1+1', 4, 12.5], ['-x', null, 0], ['a;"b"', 1, 2], ['@x', 1, -2], ['minder dan 5', 1, 1]];
  assert.equal(csv.toCsv(rows, 'nl'), '\ufeffRegio;Vrij;Deel\r\n\'=1+1;4;12,5\r\n\'-x;;0\r\n"a;""b""";1;2\r\n\'@x;1;-2\r\nminder dan 5;1;1\r\n');
  assert.match(csv.toCsv(rows, 'en'), /'=1\+1,4,12\.5/);
  assert.equal(csv.fileWord("Regio’s vergeleken: Den Haag"), 'regio-s-vergeleken-den-haag');
});

test('a time of today or tomorrow is the moment on a Dutch clock, also in the nights in which it is changed', () => {
  const now = Date.parse('2026-01-10T21:30:00Z'); // 22:30 on the clock
  const iso = at => at && new Date(at).toISOString();
  assert.equal(iso(text.momentOn(0, '23:00', now)), '2026-01-10T22:00:00.000Z');
  assert.equal(iso(text.momentOn(1, '07:00', now)), '2026-01-11T06:00:00.000Z');
  assert.equal(iso(text.momentOn(1, '07:00', Date.parse('2026-06-30T22:30:00Z'))), '2026-07-02T05:00:00.000Z', 'already the next day here');
  assert.equal(text.momentOn(1, '02:30', Date.parse('2026-03-28T12:00:00Z')), null, 'an hour that is skipped');
  assert.equal(iso(text.momentOn(1, '02:30', Date.parse('2026-10-24T12:00:00Z'))), '2026-10-25T01:30:00.000Z', 'the later of two');
  assert.equal(text.momentOn(0, '', now), null);
});
