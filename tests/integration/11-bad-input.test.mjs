// Bad input, one kind per row: each is refused with 4xx problem+json that says where the fault is, and nothing of it
// reaches the journal. What is remembered on purpose, so that the same key gets the same answer again, stands in a
// table of its own: a refusal that the state of the exchange caused writes one row COMMAND_DONE and nothing else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { newKey } from '../support/client.mjs';
import { aKey, b64 } from '../support/sealing.mjs';
import { aHotel, aNight } from '../support/walk_nobed.mjs';
import { aNeed, aReport, ask, deskOf, demo, expectStatus, openReferral, organisationOf, placesFor } from '../support/world.mjs';

let x, referrer, house, other, machine;
let referral, request, place, foreign, key;
const usedKey = newKey();

before(async () => {
  x = await startExchange('bad-input');
  referrer = await x.as('nachtdienst.rotterdam');
  referral = expectStatus(await referrer.post('/referrals', aNeed(), { key: usedKey }), 201);
  [place, foreign] = await placesFor(referrer, aNeed(), 2);
  request = (await ask(referrer, referral.id, [place.poolId])).requests[0];
  house = await x.as(deskOf(place.poolId));
  other = await x.as(deskOf(foreign.poolId));
  machine = x.machine();
  const pair = aKey();
  key = expectStatus(await referrer.post('/keys', { publicKey: b64(pair.publicKey), wrapped: b64(pair.wrapped) }), 201);
});
after(() => x?.stop());

const need = over => JSON.stringify(aNeed(over));
const without = name => JSON.stringify({ ...aNeed(), [name]: undefined });
const open = (body, options) => referrer.post('/referrals', body, options);
const report = (over, options) => house.post('/capacity-reports', { reports: [aReport(place.poolId, over)] }, options);
const bridge = over => referrer.post(`/referrals/${referral.id}/bridges`, { ...aHotel(), ...over });
const lossOf = body => () => referrer.post(`/keys/${key.id}/loss`, body);
const night = over => referrer.post(`/referrals/${referral.id}/nights`, aNight(over));
const soon = ms => new Date(Date.now() + ms).toISOString();
const head = lines => `${lines.join('\r\n')}\r\n\r\n`;

// [kind, how, status, where]: where is the pointer of the fault; or { line }; or a pattern in the detail.
const kinds = [
  // -- the text of the body --
  ['a body that is no JSON', () => open('{"urgency": nu}'), 400, { line: 1 }],
  ['JSON that breaks off', () => open('{"urgency": "nu",\n "threatLevel"'), 400, { line: 2 }],
  ['a key given twice', () => open('{"urgency": "nu",\n "urgency": "vandaag"}'), 400, { line: 2 }],
  ['bytes behind the JSON', () => open(`${need()} {}`), 400, { line: 1 }],
  ['a byte order mark', () => open(`\ufeff${need()}`), 400, { line: 1 }],
  ['bytes that are no UTF-8', () => open(Buffer.from('{"urgency": "\xff\xfe"}', 'latin1')), 400, { line: 1 }],
  ['a NUL in a text', () => open('{"urgency": "n\\u0000u"}'), 400, { line: 1 }],
  ['JSON nested too deep', () => open('{"traits":' + '['.repeat(40) + ']'.repeat(40) + '}'), 400, { line: 1 }],
  ['a number that no computer holds', () => open(need().replace('34', '99999999999999999999')), 400, { line: 1 }],
  ['a list in place of an object', () => open('[]'), 400, ''],
  ['a body over 64 KiB', () => open(need({ callback: '0'.repeat(70_000) })), 413, /larger/],
  ['a batch over 1 MiB', () => house.post('/capacity-reports', `{"reports":[${' '.repeat(1_100_000)}]}`), 413, /larger/],
  ['another content type', () => open(need(), { headers: { 'Content-Type': 'text/plain' } }), 415, /application\/json/],
  ['no content type', () => open(need(), { headers: { 'Content-Type': null } }), 415, /application\/json/],
  ['another character set', () => open(need(), { headers: { 'Content-Type': 'application/json; charset=latin1' } }), 415, /UTF-8/],
  // -- timers and escalation --
  ['an alarm that there is not', () => referrer.post(`/referrals/${referral.id}/alarm-acknowledgement`, { alarm: 'brand' }), 400, '/alarm'],
  ['an alarm without a name', () => referrer.post(`/referrals/${referral.id}/alarm-acknowledgement`, {}), 400, '/alarm'],
  ['extra time of one\'s own choice', () => house.post(`/requests/${request.id}/extension`, { minutes: 60 }), 400, '/minutes'],
  ['a hold of one\'s own choice', () => referrer.post(`/referrals/${referral.id}/hold-extension`, { hours: 60 }), 400, '/hours'],
  ['handed over to nobody who exists', () => referrer.post(`/referrals/${referral.id}/shift-handover`, { colleagueId: 4_000_000_000 }), 400, '/colleagueId'],
  ['handed over to somebody of another organisation', () => referrer.post(`/referrals/${referral.id}/shift-handover`, { colleagueId: Number(x.sql("SELECT id FROM account WHERE username = 'nachtdienst.amsterdam'")[0][0]) }), 400, '/colleagueId'],
  ['taken over for somebody else', () => referrer.post(`/referrals/${referral.id}/takeover`, { colleagueId: 1 }), 400, '/colleagueId'],
  ['a delivery record of any period', () => house.get('/delivery-record?days=60'), 400, 'query:days'],
  // -- what follows an arrival --
  ['a return without a code', () => referrer.post('/returns', {}, { key: null }), 400, '/code'],
  ['a code that nobody has', () => referrer.post('/returns', { code: 'TK-AAAA-AAAA' }, { key: null }), 404, /no such thing/],
  ['a clock that nobody knows', () => referrer.post(`/referrals/${referral.id}/clocks`, { clock: 'zandloper' }), 400, '/clock'],
  ['a statement of the thirteenth month', () => house.get('/statements?month=2026-13'), 400, 'query:month'],
  // -- what the body says --
  ['a field that nobody knows', () => open(need({ urgencie: 'nu' })), 400, '/urgencie'],
  ['an unknown field deep inside', () => open(need({ household: [{ sex: 'vrouw', age: 30, name: '' }] })), 400, '/household/0/name'],
  ['a field that is missing', () => open(without('threatLevel')), 400, '/threatLevel'],
  ['no call-back number', () => open(without('callback')), 400, '/callback'],
  ['no ground for sharing', () => open(without('ground')), 400, '/ground'],
  ['a text where a list belongs', () => open(need({ household: 'vrouw' })), 400, '/household'],
  ['a text where a number belongs', () => open(need({ household: [{ sex: 'vrouw', age: '34' }] })), 400, '/household/0/age'],
  ['a fraction where a whole number belongs', () => open(need({ household: [{ sex: 'vrouw', age: 34.5 }] })), 400, '/household/0/age'],
  ['a number where yes or no belongs', () => open(need({ keepTogether: 1 })), 400, '/keepTogether'],
  ['nobody in the household', () => open(need({ household: [] })), 400, '/household'],
  ['thirteen in the household', () => open(need({ household: Array(13).fill({ sex: 'vrouw', age: 30 }) })), 400, '/household'],
  ['an age of 121', () => open(need({ household: [{ sex: 'vrouw', age: 121 }] })), 400, '/household/0/age'],
  ['an age below 0', () => open(need({ household: [{ sex: 'vrouw', age: -1 }] })), 400, '/household/0/age'],
  ['children without an adult', () => open(need({ household: [{ sex: 'vrouw', age: 9 }] })), 400, '/household'],
  ['a word that is no choice', () => open(need({ urgency: 'gisteren' })), 400, '/urgency'],
  ['an unknown trait', () => open(need({ traits: { vliegangst: 'yes' } })), 400, '/traits/vliegangst'],
  ['a trait that is neither yes, no nor unknown', () => open(need({ traits: { ggz: true } })), 400, '/traits/ggz'],
  ['an unknown threat kind', () => open(need({ threatKinds: { buurman: 'yes' } })), 400, '/threatKinds/buurman'],
  ['an unknown region', () => open(need({ unsafeRegions: ['R28', 'R99'] })), 400, '/unsafeRegions/1'],
  ['an unknown municipality', () => open(need({ homeMunicipality: 'GM9999' })), 400, '/homeMunicipality'],
  ['an unknown language', () => open(need({ language: 'xx' })), 400, '/language'],
  ['an unknown residence', () => open(need({ residence: 'illegaal' })), 400, '/residence'],
  ['letters in a telephone number', () => open(need({ callback: '010 BEL MIJ' })), 400, '/callback'],
  ['a moment without a zone', () => open(need({ groundAt: '2026-01-05T21:00:00' })), 400, '/groundAt'],
  ['a day that does not exist', () => open(need({ groundAt: '2026-02-30T21:00:00Z' })), 400, '/groundAt'],
  ['a travel radius of nothing', () => open(need({ unsafePoints: [{ municipality: 'GM0599', minutes: 0 }] })), 400, '/unsafePoints/0/minutes'],
  ['several faults at once', () => open(need({ urgency: 'x', threatLevel: 'y', residence: 'z' })), 400, ['/urgency', '/threatLevel', '/residence']],
  ['a channel that is none', () => open(need({ channel: 'duif' })), 400, '/channel'],
  // -- no bed --
  ['a bridge of no kind', () => bridge({ kind: 'tent' }), 400, '/kind'],
  ['a bed asked for as another bridge', () => bridge({ kind: 'bed' }), 400, '/kind'],
  ['a hotel without a safety owner', () => bridge({ owner: undefined }), 400, '/owner'],
  ['a safety owner who cannot be rung', () => bridge({ owner: { kind: 'other', role: 'police', organisation: 'Basisteam' } }), 400, '/owner/callback'],
  ['a safety owner of nowhere', () => bridge({ owner: { kind: 'other', role: 'police', callback: '0900 000000' } }), 400, '/owner/organisation'],
  ['a safety owner of no role', () => bridge({ owner: { kind: 'other', role: 'neef', organisation: 'Basisteam', callback: '0900 000000' } }), 400, '/owner/role'],
  ['check-ins that go back', () => bridge({ times: [soon(7_200_000), soon(3_600_000)] }), 400, '/times/1'],
  ['a check-in in the past', () => bridge({ times: [soon(-60_000)] }), 400, '/times/0'],
  ['nine check-ins', () => bridge({ times: Array.from({ length: 9 }, (_, i) => soon((i + 1) * 3_600_000)) }), 400, '/times'],
  ['check-ins every five minutes', () => bridge({ everyMinutes: 5 }), 400, '/everyMinutes'],
  ['check-ins for nobody', () => bridge({ kind: 'network', owner: undefined, everyMinutes: 60 }), 400, '/owner'],
  ['an order that ended', () => bridge({ kind: 'order', owner: undefined, untilAt: soon(-60_000) }), 400, '/untilAt'],
  ['a night where nobody sleeps', () => night({ slept: 'eigen_woning' }), 400, '/slept'],
  ['a night that is still to come', () => night({ date: soon(5 * 86_400_000).slice(0, 10) }), 400, '/date'],
  ['a night of no date', () => night({ date: 'gisteren' }), 400, '/date'],
  ['a night for no known reason', () => night({ reason: 'pech' }), 400, '/reason'],
  ['closed without saying why', () => referrer.post(`/referrals/${referral.id}/closure`, aNight()), 400, '/reason'],
  ['a bridge that is a word', () => referrer.post(`/referrals/${referral.id}/requests`, { poolIds: [place.poolId], bridge: 'ja' }), 400, '/bridge'],
  // -- capacity --
  ['observed in the future', () => report({ observedAt: soon(3_600_000) }), 422, '/reports/0'],
  ['observed last month', () => report({ observedAt: soon(-31 * 86_400_000) }), 422, '/reports/0'],
  ['observed at a time without a zone', () => report({ observedAt: '2026-01-05T21:00:00' }), 400, '/reports/0/observedAt'],
  ['more free than there is', () => report({ unitsTotal: 2, unitsFree: 3 }), 422, '/reports/0'],
  ['a count below 0', () => report({ unitsFree: -1 }), 400, '/reports/0/unitsFree'],
  ['a count of ten thousand and one', () => report({ unitsFree: 10_001 }), 400, '/reports/0/unitsFree'],
  ['a report that says nothing', () => house.post('/capacity-reports', { reports: [{ poolId: place.poolId, reportId: 'r1', observedAt: soon(0), source: 'hand' }] }), 422, '/reports/0'],
  ['people as the feed', () => house.post('/capacity-reports', { reports: [aReport(place.poolId), aReport(place.poolId, { source: 'feed' })] }), 422, '/reports/1/source'],
  ['a machine by hand', () => machine.post('/capacity-reports', { reports: [aReport(demo.pools.findIndex((_, i) => demo.machines[0].organisations.includes(organisationOf(i + 1))) + 1)] }), 422, '/reports/0/source'],
  ['a pool of another house', () => other.post('/capacity-reports', { reports: [aReport(place.poolId)] }), 403, /role or organisation/],
  ['a pool that the machine does not carry', () => machine.post('/capacity-reports', { reports: [aReport(demo.pools.find(p => !demo.machines[0].organisations.includes(organisationOf(p.id))).id, { source: 'feed' })] }), 403, /role or organisation/],
  ['a pool that does not exist', () => report({ poolId: 99_999 }), 404, /no such thing/],
  ['a pool code that does not exist', () => report({ poolId: undefined, pool: 'nergens' }), 400, '/reports/0/pool'],
  ['a pool by id and by code', () => report({ pool: 'lindehof-nood' }), 400, '/reports/0'],
  ['an unknown source', () => report({ source: 'gevoel' }), 400, '/reports/0/source'],
  ['an unknown reason for a stop', () => report({ stop: { reason: 'zin' } }), 400, '/reports/0/stop/reason'],
  ['a report without a name', () => report({ reportId: '' }), 400, '/reports/0/reportId'],
  ['no report at all', () => house.post('/capacity-reports', { reports: [] }), 400, '/reports'],
  ['one false report among good ones', () => house.post('/capacity-reports', { reports: [aReport(place.poolId), aReport(place.poolId, { unitsTotal: 1, unitsFree: 2 })] }), 422, '/reports/1'],
  ['an If-Match that is no ETag', () => report({}, { headers: { 'If-Match': 'latest' } }), 400, 'header:If-Match'],
  ['an If-Match for a batch', () => house.post('/capacity-reports', { reports: [aReport(place.poolId), aReport(place.poolId)] }, { headers: { 'If-Match': '"1"' } }), 400, 'header:If-Match'],
  // -- the other writes --
  ['asking no place', () => referrer.post(`/referrals/${referral.id}/requests`, { poolIds: [] }), 400, '/poolIds'],
  ['asking six places', () => referrer.post(`/referrals/${referral.id}/requests`, { poolIds: [1, 2, 3, 4, 5, 6] }), 400, '/poolIds'],
  ['asking one place twice', () => referrer.post(`/referrals/${referral.id}/requests`, { poolIds: [1, 1] }), 400, '/poolIds/1'],
  ['asking a place that does not exist', () => referrer.post(`/referrals/${referral.id}/requests`, { poolIds: [99_999] }), 404, /no such thing/],
  ['an unknown reason to decline', () => house.post(`/requests/${request.id}/decline`, { reason: 'zin' }), 400, '/reason'],
  ['no reason to decline', () => house.post(`/requests/${request.id}/decline`, {}), 400, '/reason'],
  ['an unknown reason to withdraw', () => referrer.post(`/referrals/${referral.id}/withdrawal`, { reason: 'zin' }), 400, '/reason'],
  ['a step with words nobody asked for', () => house.post(`/requests/${request.id}/acceptance`, { note: '' }), 400, '/note'],
  ['an arrival in four days', () => referrer.post(`/referrals/${referral.id}/journey`, { etaAt: soon(96 * 3_600_000) }), 400, '/etaAt'],
  // -- gatekeepers --
  ['a kind that has no gatekeeper', () => referrer.post(`/referrals/${referral.id}/gate-requests`, { kind: 'crisis' }), 400, '/kind'],
  ['a kind that nobody knows', () => referrer.post(`/referrals/${referral.id}/gate-requests`, { kind: 'hotel' }), 400, '/kind'],
  ['a question about nothing', async () => (await x.as('helpdesk.comensha')).post('/gate-requests/1/questions', { facts: [] }), 400, '/facts'],
  ['a question about what nobody knows', async () => (await x.as('helpdesk.comensha')).post('/gate-requests/1/questions', { facts: ['signalen', 'naam'] }), 400, '/facts/1'],
  ['an answer in words', () => referrer.post('/gate-requests/1/answers', { answers: { signalen: 'misschien' } }), 400, '/answers/signalen'],
  ['an answer to what nobody knows', () => referrer.post('/gate-requests/1/answers', { answers: { naam: 'yes' } }), 400, '/answers/naam'],
  ['an unknown reason to give back', async () => (await x.as('helpdesk.comensha')).post('/gate-requests/1/return', { reason: 'zin' }), 400, '/reason'],
  ['a gate request that is not there', () => referrer.get('/gate-requests/4711'), 404, /no such thing/],
  ['a residence that is none', () => referrer.post(`/referrals/${referral.id}/residence`, { residence: 'legaal' }), 400, '/residence'],
  ['an end of a residence that has none', () => referrer.post(`/referrals/${referral.id}/residence`, { residence: 'nl', untilAt: soon(0) }), 400, '/untilAt'],
  ['a bridge that is neither true nor false', () => referrer.get(`/referrals/${referral.id}/matches?bridge=misschien`), 400, 'query:bridge'],
  ['a loss of a key that is not there', () => referrer.post('/keys/4711/loss', { reason: 'anders' }), 404, /no such thing/],
  ['a confirmation of a loss of none', () => referrer.post('/keys/4711/loss-confirmation'), 404, /no such thing/],
  ['a loss without a reason', lossOf({}), 400, '/reason'],
  ['a loss for a reason that nobody knows', lossOf({ reason: 'zomaar' }), 400, '/reason'],
  ['a loss with a name', lossOf({ reason: 'anders', wie: 'ik' }), 400, '/wie'],
  // -- keys and tokens --
  ['no Idempotency-Key', () => open(need(), { key: null }), 400, 'header:Idempotency-Key'],
  ['an Idempotency-Key of 7', () => open(need(), { key: 'abcdefg' }), 400, 'header:Idempotency-Key'],
  ['an Idempotency-Key of 65', () => open(need(), { key: 'a'.repeat(65) }), 400, 'header:Idempotency-Key'],
  ['an Idempotency-Key with a blank', () => open(need(), { key: 'abcd efgh' }), 400, 'header:Idempotency-Key'],
  ['a key that was used with another body', () => open(need({ urgency: 'vandaag' }), { key: usedKey }), 422, /Idempotency-Key/],
  ['no CSRF token', () => open(need(), { headers: { 'X-CSRF-Token': null } }), 403, /X-CSRF-Token/],
  ["another session's CSRF token", () => open(need(), { headers: { 'X-CSRF-Token': house.csrf } }), 403, /X-CSRF-Token/],
  ['another origin', () => open(need(), { headers: { Origin: 'https://boos.example' } }), 403, /another site/],
  ['a page of another site', () => open(need(), { headers: { 'Sec-Fetch-Site': 'cross-site' } }), 403, /another site/],
  ['no session', () => x.client().post('/referrals', aNeed()), 401, /Sign in/],
  ['a session that nobody has', () => x.client().get('/referrals', { headers: { Cookie: `__Host-plek=${'A'.repeat(43)}` } }), 401, /Sign in/],
  // -- address --
  ['a method that the address does not take', () => referrer.request('DELETE', '/referrals'), 405, /Allow/],
  ['a method that nobody takes', () => referrer.request('PATCH', `/referrals/${referral.id}`), 405, /Allow/],
  ['an address that does not exist', () => referrer.get('/verwijzingen'), 404, /no such thing/],
  ['an address below one that exists', () => referrer.get(`/referrals/${referral.id}/verleden`), 404, /no such thing/],
  ['an id of 0', () => referrer.get('/referrals/0'), 404, /no such thing/],
  ['an id that is a word', () => referrer.get('/referrals/laatste'), 404, /no such thing/],
  ['an id below 0', () => referrer.get('/requests/-1'), 404, /no such thing/],
  ['an id of twenty digits', () => referrer.get('/pools/99999999999999999999'), 404, /no such thing/],
  ['an id with a leading zero', () => referrer.get(`/referrals/0${referral.id}`), 404, /no such thing/],
  ['an id that was not given yet', () => referrer.get('/referrals/4711'), 404, /no such thing/],
  // -- query --
  ['a limit of 0', () => referrer.get('/referrals?limit=0'), 400, 'query:limit'],
  ['a limit that is a word', () => referrer.get('/pools?limit=alle'), 400, 'query:limit'],
  ['a limit given twice', () => referrer.get('/pools?limit=1&limit=2'), 400, 'query:limit'],
  ['a switch that is neither true nor false', () => referrer.get('/referrals?live=misschien'), 400, 'query:live'],
  ['an unknown region to list', () => referrer.get('/pools?region=R99'), 400, 'query:region'],
  ['an unknown verdict', () => referrer.get(`/referrals/${referral.id}/matches?verdict=mooi`), 400, 'query:verdict'],
  ['an unknown rule', () => referrer.post('/matches?verdict=out&rule=mooi', aNeed(), { key: null }), 400, 'query:rule'],
  ['a period that would give numbers away', async () => (await x.as('beleid.rotterdam')).get('/statistics/overview?days=7'), 400, 'query:days'],
  ['an escape that is none', () => referrer.get('/pools?region=%zz'), 400, /escape/],
  // -- the HTTP around it, as bytes --
  ['lines that end with LF alone', () => bytes('GET /api/v1/health HTTP/1.1\nHost: localhost\n\n'), 400, /CR and LF/],
  ['two Host fields', () => bytes(head(['GET /api/v1/health HTTP/1.1', 'Host: localhost', 'Host: elders'])), 400, /Host/],
  ['two lengths', () => bytes(head(['POST /api/v1/session HTTP/1.1', 'Host: localhost', 'Content-Length: 2', 'Content-Length: 3']) + '{}'), 400, /Content-Length/],
  ['a length that is no number', () => bytes(head(['POST /api/v1/session HTTP/1.1', 'Host: localhost', 'Content-Length: +2']) + '{}'), 400, /Content-Length/],
  ['a path that climbs', () => bytes(head(['GET /api/v1/../../etc/passwd HTTP/1.1', 'Host: localhost'])), 400, /segments/],
  // -- all that is wrong with one form, at once --
  ['a hotel of which nothing is right', () => bridge({ owner: { kind: 'other', role: 'buur', organisation: '', callback: 'x' }, everyMinutes: 1, times: [soon(-60_000)] }), 400, ['/owner/role', '/owner/organisation', '/owner/callback', '/everyMinutes', '/times/0']],
  ['a night of which nothing is right', () => referrer.post(`/referrals/${referral.id}/closure`, { date: '2099-01-01', slept: 'maan', reason: 'zin' }), 400, ['/date', '/slept', '/reason']],
  ['an MDO of which nothing is right', () => referrer.post(`/referrals/${referral.id}/mdos`, { ground: 'zin', organisationIds: [0], nextAt: soon(-7_200_000) }), 400, ['/ground', '/organisationIds/0', '/nextAt']],
  ['a question of which nothing is right', () => referrer.post(`/referrals/${referral.id}/consults`, { organisationId: 0, question: '' }), 400, ['/organisationId', '/question']],
  ['a regie of which nothing is right', () => referrer.post(`/referrals/${referral.id}/regie-acceptance`, { role: '', callback: 'x' }), 400, ['/role', '/callback']],
  ['a departure of which nothing is right', () => house.post('/stays/1/departure', { reason: 'zin', destination: 'maan' }), 400, ['/reason', '/destination']],
  ['a payer of whom nothing is right', () => house.post('/stays/1/funding', { stream: 'zin', municipality: 'GM0000', from: 'morgen', reason: 'zin' }), 400, ['/stream', '/municipality', '/from', '/reason']],
  ['a residence of which nothing is right', () => referrer.post(`/referrals/${referral.id}/residence`, { residence: 'zin', untilAt: 'morgen' }), 400, ['/residence', '/untilAt']],
  ['a note of which nothing is right', () => referrer.post(`/referrals/${referral.id}/notes`, { keyId: -1, sealed: '!' }), 400, ['/keyId', '/sealed']],
  ['a byte in the path that no address has', () => bytes(head(['GET /api/v1/health%zz HTTP/1.1', 'Host: localhost'])), 400, /byte or escape/],
  ['a head of 9 KiB', () => bytes(head(['GET /api/v1/health HTTP/1.1', 'Host: localhost', `X-A: ${'a'.repeat(9_000)}`])), 431, /too long/],
  ['signing in with the wrong password', () => x.client().post('/session', { username: 'nachtdienst.utrecht', password: 'fout' }, { key: null }), 401, /name or the password/],
  ['signing in without a password', () => x.client().post('/session', { username: 'nachtdienst.utrecht' }, { key: null }), 400, '/password'],
];

/** Bytes over TLS; the answer in the form of the client's. */
async function bytes(text) {
  const got = await x.client().bytes(text);
  const at = got.indexOf('\r\n\r\n');
  const headers = Object.fromEntries(got.slice(0, at).split('\r\n').slice(1).map(l => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 2)]));
  return { status: Number(got.split(' ')[1]), headers, text: got.slice(at + 4), json: JSON.parse(got.slice(at + 4)) };
}

function judge(answer, status, where) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  const p = answer.json;
  assert.equal(p.status, status);
  assert.ok(p.title && p.detail && p.type, answer.text);
  assert.match(p.code ?? '', /^[ACDEFGHJKMNPQRTUVWXY34679]{8}$/, `a code for support: ${answer.text}`);
  if (where instanceof RegExp) assert.match(`${p.title} ${p.detail}`, where);
  else if (typeof where === 'object' && !Array.isArray(where)) {
    assert.equal(p.errors?.[0]?.line, where.line, answer.text);
    assert.ok(p.errors[0].column >= 0 && p.errors[0].detail);
  } else {
    const wanted = [].concat(where);
    assert.deepEqual(p.errors?.map(e => e.pointer).filter(e => wanted.includes(e)).sort(), [...wanted].sort(), answer.text);
    assert.ok(p.errors.every(e => e.detail));
  }
}

test(`there are more than thirty kinds (${kinds.length})`, () => {
  assert.ok(kinds.length >= 30);
  assert.equal(new Set(kinds.map(k => k[0])).size, kinds.length);
});

for (const [kind, how, status, where] of kinds) {
  test(kind, async () => {
    const before = (await x.health()).durableSeq;
    judge(await how(), status, where);
    assert.equal((await x.health()).durableSeq, before, 'something reached the journal');
  });
}

test('nothing of it is in the tables: as many rows as the journal says, and the good ones go on', async () => {
  const seq = (await x.health()).durableSeq;
  assert.deepEqual(x.sql('SELECT COUNT(*), MAX(seq) FROM journal')[0], [String(seq), String(seq)]);
  assert.equal(expectStatus(await report({}), 200).applied, 1);
});

// Refusals that the state caused are remembered under their key: one row, COMMAND_DONE (kind 17).
const remembered = [
  ['a pool that changed since it was read', () => report({ unitsFree: 1 }, { headers: { 'If-Match': '"1"' } }), 412, 'stale_version'],
  ['asking a place twice for one household', () => referrer.post(`/referrals/${referral.id}/requests`, { poolIds: [place.poolId] }), 409, 'asked_already'],
  ['asking a place where she is not safe', async () => referrer.post(`/referrals/${referral.id}/requests`, { poolIds: [await unsafePlace()] }), 422, 'does_not_fit'],
  ['travelling before a yes', () => referrer.post(`/referrals/${referral.id}/journey`, { etaAt: soon(3_600_000) }), 409, 'wrong_state'],
  ['arriving before a yes', () => house.post(`/requests/${request.id}/arrival`), 409, 'wrong_state'],
];
async function unsafePlace() {
  const out = expectStatus(await referrer.get(`/referrals/${referral.id}/matches?verdict=out&limit=200&rule=unsafe`), 200).places;
  return out[0].poolId;
}

for (const [kind, how, status, type] of remembered) {
  test(`${kind}: refused, and remembered with one row`, async () => {
    const before = (await x.health()).durableSeq;
    const answer = await how();
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.json.type, `/problems/${type}`);
    assert.deepEqual(x.sql(`SELECT seq - ${before}, kind FROM journal WHERE seq > ${before}`), [['1', '17']]);
  });
}
