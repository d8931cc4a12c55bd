// The logic of the data connection that needs no browser: complaints in Dutch, which connection needs somebody, what is
// said when hand and feed differ, what a file would change.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

globalThis.crypto ??= webcrypto; // Node 18 has it under another name than browsers
const root = new URL('../../', import.meta.url);
const read = path => readFileSync(new URL(path, root), 'utf8');
const load = name => import(new URL(`broker/ui/js/${name}.js`, root));
const dutch = JSON.parse(read('broker/ui/i18n/complaints.nl.json'));
const text = await load('text');
const complaint = await load('complaint');
const feed = { ...await load('feed'), ...await load('feed_messages'), ...await load('feed_differ'), ...await load('feed_upload') };
const capacity = await load('capacity');
const report = await load('shelter_report');

test.beforeEach(() => {
  text.setMessages('nl', JSON.parse(read('broker/ui/i18n/nl.json')));
  complaint.setComplaints(dutch);
});

/* ---- complaints ---- */

/** Sources that read what a provider sends; profiles and lists of sources speak to the operator's console only. */
const inFolder = dir => readdirSync(new URL(dir, root), { withFileTypes: true })
  .flatMap(e => (e.isDirectory() ? inFolder(`${dir}${e.name}/`) : e.name.endsWith('.c') ? [`${dir}${e.name}`] : []));
const SOURCES = [...inFolder('adapters/'), 'broker/base/json.c'].filter(f => !/profile|check_file|xpath_rules|adapter_config|plek_adapter|transport\/(?!drop)/.test(f));

// A call that complains, or a sentence that such a call is given: returned by a function, kept in a table or a variable.
const CALL = /\b(?:reading_complain|reading_notice|safe_json_complain|json_fault_add|stop)\(((?:[^;"]|"(?:[^"\\]|\\.)*")*)\);/g;
const GIVEN = /(?:return|why =|too_many\[\] =|\[json_error_\w+\] =) ("(?:[^"\\]|\\.)*")/g;
const WANTS = /expect\(at, [^,]+, ("[^"]*"), f\)|want\[\] = ("[^"]*")/g;
const LITERAL = /"((?:[^"\\]|\\.)*)"/g;
/** Literals with nothing but white space between them are one sentence. */
const joined = source => source.replace(/"\s*\n\s*"/g, '').replace(/"\s*PRId64\s*"/g, 'd').replace(/ "\s*[A-Z_]{4,}\s*([,)])/g, ' %s"$1');
const isSentence = words => /^[a-z].*[ %]/.test(words) && words !== '%s';
const example = words => words.replace(/%zu|%d|%s|%" PRId64|%u|%i/g, '7');

/** All that the adapter may say of a file, with 7 in the place of what differs. */
function reasons() {
  const found = new Map();
  for (const file of SOURCES) {
    const source = joined(read(file).replace(/\/\*[\s\S]*?\*\//g, ''));
    const parts = [...source.matchAll(CALL), ...source.matchAll(GIVEN)].map(m => m[1]);
    for (const part of parts) for (const [, words] of part.matchAll(LITERAL)) if (isSentence(words)) found.set(example(words), file);
    for (const m of source.matchAll(WANTS)) found.set(`must be ${(m[1] ?? m[2]).slice(1, -1)}`, file);
  }
  found.delete('must be 7'); // with a word of the table of wants, which is there
  return found;
}

test('every sentence with which the adapter refuses or passes over is there in Dutch', () => {
  const all = reasons();
  assert.ok(all.size > 100, `${all.size} sentences were found`);
  const missing = [...all].filter(([reason]) => complaint.complaintText(reason).lang !== 'nl').map(([reason, file]) => `${file}: ${reason}`);
  assert.deepEqual(missing, []);
});

test('the Dutch has the parts of the English, in short sentences', () => {
  for (const [english, words] of Object.entries(dutch)) {
    const marks = [...english.matchAll(/\{\d\}/g)].map(m => m[0]);
    for (const [mark] of words.matchAll(/\{\d\}/g)) assert.ok(marks.includes(mark), `${english}: ${mark} comes from nowhere`);
    for (const sentence of words.split(/(?<=[.?!:])\s+/)) assert.ok(sentence.split(/\s+/).length <= 15, sentence);
  }
});

test('numbers and words go where they belong, the sentence that says most wins, an unknown one stays English', () => {
  const say = reason => complaint.complaintText(reason).text;
  assert.equal(say('has 3 columns, the header has 5'), 'Deze regel heeft 3 kolommen, de eerste regel 5.');
  assert.equal(say('is more than the total'), 'Dit is meer dan het totaal.');
  assert.equal(say('is more than 10000'), 'Dit is meer dan 10000.');
  assert.equal(say('must be a whole number from 0 to 10000'), 'Dit moet een heel getal zijn van 0 tot en met 10000.');
  assert.equal(say('must be complete'), 'Dit moet complete zijn.');
  assert.deepEqual(complaint.complaintText('brand new'), { text: 'brand new', lang: 'en' });
  text.setMessages('en', JSON.parse(read('broker/ui/i18n/en.json')));
  assert.deepEqual(complaint.complaintText('is more than the total'), { text: 'is more than the total', lang: 'en' });
});

test('a field of ours has words, one of theirs stands as it is', () => {
  assert.equal(complaint.fieldText('free'), 'vrij');
  assert.equal(complaint.fieldText('/plekken/3/vrij'), '/plekken/3/vrij');
});

/* ---- which one needs somebody ---- */

const AT = n => `2026-01-10T0${n}:00:00Z`;
const aFeed = (organisation, state, more = {}) => ({ provider: organisation.toLowerCase(), organisation, channel: 'drop', test: false, state, lastMessageAt: AT(3), ...more });

test('trouble comes first, of that the oldest; then what never spoke; then what works, by name', () => {
  const feeds = [
    aFeed('Werkt B', 'ok'), aFeed('Nooit', 'never', { lastMessageAt: null }), aFeed('Stil kort', 'silent', { silentSince: AT(5) }),
    aFeed('Weg', 'adapter_away', { lastHeartbeatAt: AT(2) }), aFeed('Werkt A', 'ok'), aFeed('Stil lang', 'silent', { silentSince: AT(1) }), aFeed('Opzij', 'quarantined'),
  ];
  assert.deepEqual(feed.byTrouble(feeds).map(f => f.organisation), ['Opzij', 'Stil lang', 'Stil kort', 'Weg', 'Nooit', 'Werkt A', 'Werkt B']);
});

test('a house hears of its worst connection, and of none that is on trial, new or well', () => {
  assert.equal(feed.troubleOf([aFeed('A', 'ok'), aFeed('A', 'silent', { channel: 'push' })]).channel, 'push');
  assert.equal(feed.troubleOf([aFeed('A', 'silent', { test: true }), aFeed('A', 'never'), aFeed('A', 'ok')]), null);
  assert.equal(feed.troubleOf([]), null);
});

test('the time in the words is that of the trouble', () => {
  assert.equal(feed.stateTime(aFeed('A', 'silent', { silentSince: AT(1) })), AT(1));
  assert.equal(feed.stateTime(aFeed('A', 'adapter_away', { lastHeartbeatAt: AT(4) })), AT(4));
  assert.equal(feed.stateTime(aFeed('A', 'quarantined')), AT(3));
  assert.equal(feed.stateTime(aFeed('A', 'never', { lastMessageAt: null })), null);
  assert.equal(feed.stateTime(aFeed('A', 'ok', { channel: 'unknown', lastMessageAt: null, lastReportAt: AT(2) })), AT(2), 'no adapter has spoken yet: its numbers did');
});

const aMessage = (id, outcome, hour, more = {}) => ({ id, messageId: `m-${id}`, outcome, receivedAt: AT(hour), channel: 'drop', replay: 'none', ...more });

test('a file that was set aside waits until it is read or a good message comes after it', () => {
  const aside = aMessage(2, 'quarantined', 4);
  const messages = [aside, aMessage(1, 'taken', 3)];
  assert.equal(feed.isOpenQuarantine(aside), true);
  assert.equal(feed.isOpenQuarantine({ ...aside, replay: 'failed' }), true);
  assert.equal(feed.isOpenQuarantine({ ...aside, replay: 'done' }), false);
  assert.equal(feed.isOvertaken(aside, messages), false);
  assert.equal(feed.isOvertaken(aside, [aMessage(3, 'taken', 5), ...messages]), true);
  assert.equal(feed.isOvertaken(aside, [aMessage(3, 'refused', 5), ...messages]), false);
  const again = aMessage(4, 'refused', 6, { channel: 'replay', replayOf: 'm-2' });
  assert.equal(feed.failedReplay(aside, [again, ...messages]), again);
  assert.equal(feed.failedReplay(aside, [aMessage(4, 'taken', 6, { replayOf: 'm-2' }), ...messages]), null);
});

/* ---- hand and feed ---- */

const said = (unitsFree, hour, more = {}) => ({ unitsTotal: 6, unitsFree, deliverable: 'yes', stop: null, observedAt: AT(hour), ...more });
const aPool = (theFeed, hand, more = {}) => ({ id: 1, unitsTotal: 6, version: 3, capacity: { unitsTotal: 6, unitsHeld: 0, offerable: 2, deliverable: 'yes', stop: null, said: { feed: theFeed, hand }, disagrees: true, ...more } });

test('the feed spoke last: the house is asked; the house spoke last: its word is marked until the next message', () => {
  const asked = feed.difference(aPool(said(2, 4), said(0, 3)), []);
  assert.deepEqual([asked.kind, asked.about, asked.feedFree, asked.handFree], ['ask', 'free', 2, 0]);
  assert.deepEqual(feed.difference(aPool(said(2, 3), said(0, 4)), []), { kind: 'hand', at: AT(4) });
  assert.equal(feed.difference(aPool(said(2, 4), said(2, 3), { disagrees: false }), []), null);
  for (const pool of [aPool(said(2, 4), null), aPool(null, said(2, 4)), { id: 1, capacity: {} }]) assert.equal(feed.difference(pool, []), null);
});

test('what is promised is not free on either side, and a difference that is not on the screen is no question', () => {
  const promised = [{ poolId: 1, state: 'accepted', units: 1 }];
  const asked = feed.difference(aPool(said(3, 4), said(1, 3)), promised);
  assert.deepEqual([asked.feedFree, asked.handFree], [2, 0]);
  assert.equal(feed.difference(aPool(said(1, 4), said(0, 3)), promised), null);
});

test('stop and staff are asked about too, a stop before a number', () => {
  const stop = { reason: 'onderhoud', untilAt: null };
  assert.equal(feed.difference(aPool(said(2, 4, { stop }), said(0, 3)), []).about, 'stop');
  assert.equal(feed.difference(aPool(said(2, 4, { deliverable: 'no' }), said(2, 3)), []).about, 'staff');
  assert.equal(feed.difference(aPool(said(2, 4, { deliverable: 'unknown' }), said(2, 3)), []), null, 'not known is no contradiction');
  assert.equal(feed.difference(aPool(said(null, 4), said(2, 3)), []), null);
});

test('a stop by hand stands, and is said, not asked', () => {
  const stop = { reason: 'onderhoud', untilAt: null, source: 'hand' };
  const d = feed.difference(aPool(said(2, 4), said(0, 3, { stop }), { stop }), []);
  assert.deepEqual([d.kind, d.feedFree], ['stop', 2]);
  assert.notEqual(feed.difference(aPool(said(2, 4, { stop }), said(2, 3, { stop }), { stop: { ...stop, source: 'feed' }, disagrees: false }), [])?.kind, 'stop');
});

test('open questions are left out of the one tap that confirms', () => {
  const pools = [aPool(said(2, 4), said(0, 3)), { ...aPool(said(2, 3), said(0, 4)), id: 2 }];
  assert.deepEqual(feed.questions(pools, []).map(p => p.id), [1]);
});

test('an answer about stop or staff takes the place of what is believed, and nothing else changes', () => {
  const pool = { id: 1, unitsTotal: 6, capacity: { unitsTotal: 6, unitsOutOfOrder: 1, deliverable: 'no', stop: { reason: 'onderhoud', untilAt: null, source: 'hand' } } };
  const at = { reportId: 'r', observedAt: 'now' };
  const open = capacity.handReport(pool, 2, [], at, { stop: null });
  assert.equal('stop' in open, false);
  assert.deepEqual([open.unitsFree, open.unitsOutOfOrder, open.deliverable], [2, 1, false]);
  const staffed = capacity.handReport(pool, 2, [], at, { deliverable: 'yes' });
  assert.deepEqual([staffed.deliverable, staffed.stop], [true, { reason: 'onderhoud' }]);
  assert.equal('unitsFree' in capacity.handReport(pool, null, [], at), false, 'not known is not 0');
});

test('who answers what the screen shows speaks after it, though this clock runs behind', async () => {
  const seen = '2026-01-10T12:00:00.700Z';
  const sent = [];
  const api = { now: () => Date.parse('2026-01-10T12:00:00.000Z'), post: async (_, body) => { sent.push(body.reports[0].observedAt); return { late: 0 }; } };
  const claim = observedAt => ({ pool: { id: 1, unitsTotal: 6, version: 3, capacity: { unitsTotal: 6, observedAt } }, free: 1, version: 3 });
  await report.sendClaims(api, [claim(seen), claim('2026-01-10T11:00:00.000Z'), claim(null)], []);
  assert.deepEqual(sent, [seen, '2026-01-10T12:00:00.000Z', '2026-01-10T12:00:00.000Z']);
});

test('a stop that has ended is none', () => {
  const pool = untilAt => ({ capacity: { stop: { reason: 'ziekte', untilAt } } });
  const now = Date.parse(AT(4));
  assert.deepEqual([AT(3), AT(4), AT(5), null].map(at => capacity.stopNow(pool(at), now) !== null), [false, false, true, true]);
  assert.equal(capacity.stopNow({ capacity: {} }, now), null);
});

test('an answer about a stop or staff outlives a clash of versions: what is sent next still says it', async () => {
  const stop = { reason: 'onderhoud', untilAt: null };
  const pool = version => ({ id: 1, unitsTotal: 6, version, capacity: { unitsTotal: 6, offerable: 2 } });
  const refused = { now: () => 0, post: async () => { throw new (await load('api')).ApiError('problem', 412, null); } };
  const { clashed } = await report.sendClaims(refused, [{ pool: pool(3), free: 2, version: 3, answer: { stop } }], []);
  const [clash] = report.clashesOf(clashed, [pool(4)]);
  const bodies = [];
  const api = { now: () => 0, post: async (_, body, { ifMatch }) => { bodies.push({ ...body.reports[0], ifMatch }); return { late: 0 }; } };
  await report.sendClaims(api, [report.settled(clash, 1)], []);
  assert.deepEqual([bodies[0].stop, bodies[0].unitsFree, bodies[0].ifMatch], [{ reason: 'onderhoud' }, 1, '"4"']);
  assert.deepEqual(report.clashesOf(clashed, []), [], 'a pool that is gone asks nothing');
  const [plain] = report.clashesOf([{ pool: pool(3), free: 2, version: 3 }], [pool(4)]);
  assert.equal('answer' in report.settled(plain, 2), false);
});

/* ---- a file that was handed in ---- */

test('what a file would do is counted; a place that is not theirs is left out, and all older or all barred is nothing to take', () => {
  const row = (effect, allowed = true) => ({ poolId: 1, effect, allowed, before: {}, after: {} });
  assert.deepEqual(feed.tally([row('changes'), row('changes'), row('confirms'), row('older')]), { changes: 2, confirms: 1, older: 1, barred: 0, canTake: true });
  assert.equal(feed.tally([row('older')]).canTake, false);
  assert.equal(feed.tally([]).canTake, false);
  assert.deepEqual(feed.tally([row('changes'), row('changes', false)]), { changes: 1, confirms: 0, older: 0, barred: 1, canTake: true });
  assert.equal(feed.tally([row('changes', false), row('older')]).canTake, false);
});

test('taken is taken, whoever did it and though the answer was lost; only what is gone has expired', () => {
  const end = (state, step = 'shown') => feed.uploadEnd({ step, upload: state ? { id: 1, state } : null });
  assert.equal(end('taken'), 'taken', 'another tab, or a lost answer');
  assert.equal(end('read', 'taken'), 'taken', 'this tab');
  for (const state of ['unreadable', 'unanswered', 'expired']) assert.equal(end(state), state);
  assert.equal(end('read'), 'preview');
  assert.deepEqual([0, 429, 500, 503].map(status => feed.lookFault({ kind: status ? 'problem' : 'offline', status })), ['again', 'again', 'again', 'again']);
  assert.equal(feed.lookFault({ kind: 'problem', status: 404 }), 'gone');
  assert.deepEqual([403, 422].map(status => feed.lookFault({ kind: 'problem', status })), ['fault', 'fault']);
  assert.equal(feed.lookFault({ kind: 'signed_out', status: 401 }), 'fault');
});

test('bytes of every kind and length become base64', () => {
  for (const n of [0, 1, 2, 3, 0x8000, 0x8001, 100_000]) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37) & 255);
    assert.equal(feed.base64(bytes), Buffer.from(bytes).toString('base64'), `${n} bytes`);
  }
});

test('how long ago something was', () => {
  const now = Date.parse('2026-01-10T12:00:00Z');
  for (const [minutes, words] of [[0, 'net'], [6, '6 min geleden'], [190, '3 u 10 geleden'], [1500, 'gisteren'], [4000, '2 dagen geleden']])
    assert.equal(text.ago(now - minutes * 60000, now), words);
});
