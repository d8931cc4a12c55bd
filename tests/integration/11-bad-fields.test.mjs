// Bad input field by field, by the description itself: for every step that follows a referral (timers, no bed, gatekeepers,
// stays, clocks, care, handover, keys, safety) its body as openapi.yaml has it, spoilt in each way that a body can be:
// nothing in it, every field of the wrong type, every word unknown, every text too long, every moment too early and too
// late, and a field that nobody knows. All that is wrong is answered at once, with the place of each, by 400 or 422; and
// nothing of it reaches the journal. A step that the description gains is looked at without a word here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aKey, b64 } from '../support/sealing.mjs';
import { routesOf } from '../support/routes.mjs';
import { aHotel } from '../support/walk_nobed.mjs';
import { aNeed, aReport, aVictim, aWoman, ask, deskOf, expectStatus, openReferral, organisationOf, placesFor, poolOf } from '../support/world.mjs';

const UNKNOWN = 'watIsDit';
const PAST = '1991-05-05T10:00:00Z';
const EPOCH = '1970-01-01T00:00:00Z'; // which a program may take for nothing said
const FUTURE = '2091-05-05T10:00:00Z';
/** Not of this part of the exchange: sessions, capacity and feeds have their own tests of bad input. */
const NOT_HERE = /^\/(session|capacity-reports|matches|feed-|uploads|returns)/;

/** Nothing of what stands here falls due while it is looked at. */
const SLOW = Object.fromEntries([
  ...['rood', 'oranje', 'groen'].flatMap(l => [[`ring_${l}_s`, 0], [`lead_${l}_s`, 172_800], [`no_show_${l}_s`, 0], [`alarm_again_${l}_s`, 0]]),
  ...['rood', 'oranje', 'groen', 'nu', 'vandaag', 'drie_dagen'].flatMap(l => [[`answer_by_${l}_s`, 86_400], [`hold_${l}_s`, 172_800]]),
]);

// Who sends it, and to which thing (a key of THINGS).
const FROM = {
  '/referrals': ['own', null],
  '/referrals/{id}/requests': ['own', 'open'], '/referrals/{id}/journey': ['own', 'accepted'], '/referrals/{id}/no-show': ['own', 'accepted'], '/referrals/{id}/withdrawal': ['own', 'open'],
  '/requests/{id}/sighting': ['house', 'request'], '/requests/{id}/acceptance': ['house', 'request'], '/requests/{id}/decline': ['house', 'request'], '/requests/{id}/arrival': ['house', 'request'],
  '/requests/{id}/extension': ['house', 'request'], '/requests/{id}/withdrawal': ['own', 'request'], '/requests/{id}/conflict-question': ['own', 'request'], '/requests/{id}/conflict-answer': ['house', 'request'],
  '/referrals/{id}/hold-extension': ['own', 'accepted'], '/referrals/{id}/alarm-acknowledgement': ['own', 'open'], '/referrals/{id}/shift-handover': ['own', 'open'], '/referrals/{id}/takeover': ['own', 'open'],
  '/referrals/{id}/bridges': ['own', 'open'], '/bridges/{id}/start': ['own', 'order'], '/bridges/{id}/check-ins': ['own', 'hotel'], '/bridges/{id}/watch': ['own', 'hotel'], '/bridges/{id}/travel': ['own', 'bed'],
  '/bridges/{id}/funding': ['house', 'slept'], '/bridges/{id}/end': ['own', 'hotel'], '/referrals/{id}/nights': ['own', 'open'], '/referrals/{id}/closure': ['own', 'open'],
  '/referrals/{id}/gate-requests': ['own', 'open'], '/referrals/{id}/residence': ['own', 'open'], '/gate-requests/{id}/ownership': ['comensha', 'gate'], '/gate-requests/{id}/questions': ['comensha', 'gate'],
  '/gate-requests/{id}/answers': ['own', 'gate'], '/gate-requests/{id}/assent': ['comensha', 'gate'], '/gate-requests/{id}/requests': ['comensha', 'gate'], '/gate-requests/{id}/return': ['comensha', 'gate'], '/gate-requests/{id}/withdrawal': ['own', 'gate'],
  '/stays/{id}/departure': ['house', 'stay'], '/stays/{id}/outflow': ['house', 'stay'], '/stays/{id}/funding': ['house', 'stay'], '/stays/{id}/return-code': ['house', 'stay'],
  '/stays/{id}/moments': ['house', 'stay'], '/stays/{id}/resumption': ['house', 'stay'], '/bridges/{id}/moments': ['house', 'slept'],
  '/referrals/{id}/clocks': ['own', 'open'], '/clocks/{id}/offer': ['own', 'clock'], '/clocks/{id}/acceptance': ['own', 'clock'], '/clocks/{id}/prolongation': ['own', 'clock'], '/clocks/{id}/stop': ['own', 'clock'],
  '/referrals/{id}/mdos': ['own', 'open'], '/mdos/{id}/invitations': ['own', 'mdo'], '/mdos/{id}/participation': ['house', 'mdo'], '/mdos/{id}/date': ['own', 'mdo'], '/mdos/{id}/closure': ['own', 'mdo'],
  '/mdos/{id}/items': ['own', 'mdo'], '/mdo-items/{id}/state': ['own', 'item'], '/referrals/{id}/regie-offer': ['own', 'open'], '/referrals/{id}/regie-acceptance': ['own', 'open'], '/referrals/{id}/regie-desk': ['own', 'open'],
  '/referrals/{id}/regie-refusal': ['own', 'open'], '/referrals/{id}/regie-end': ['own', 'open'], '/referrals/{id}/consults': ['own', 'open'], '/consults/{id}/answer': ['house', 'consult'], '/consults/{id}/closure': ['own', 'consult'],
  '/keys': ['own', null], '/keys/{id}/confirmation': ['own', 'key'], '/keys/{id}/loss': ['own', 'key'], '/keys/{id}/loss-confirmation': ['own', 'key'], '/keys/{id}/loss-withdrawal': ['own', 'key'],
  '/referrals/{id}/handover-items': ['own', 'accepted'], '/referrals/{id}/notes': ['own', 'accepted'], '/notes/{id}/pickup': ['house', 'none'],
  '/locations/{id}/leak-reports': ['house', 'location'], '/leaks/{id}/confirmation': ['exadmin', 'none'], '/leaks/{id}/withdrawal': ['exadmin', 'none'], '/leaks/{id}/lift-request': ['exadmin', 'none'], '/leaks/{id}/lift': ['exadmin', 'none'],
  '/surge': ['exadmin', null],
};

// What the description cannot say: fields that an empty body misses besides the required ones.
const ALSO_MISSING = { '/referrals': ['ground', 'callback'], '/surge': ['regions'], '/stays/{id}/moments': ['arrivedAt'], '/bridges/{id}/moments': ['arrivedAt'] };

// Named besides, because of another field: a ground with a number, who rings where no owner is, the kind that decides.
const FOLLOWS = { '/bridges/{id}/watch': ['/owner', '/owner/kind'], '/referrals/{id}/bridges': ['/kind', '/owner/kind'], '/referrals/{id}/takeover': ['/ground'] };

const api = () => x.contract.api;
let x, who;
const things = { none: 4711 };

before(async () => {
  x = await startExchange('bad-fields', { contract: true, settings: SLOW });
  const own = await x.as('nachtdienst.rotterdam');
  const [place] = await placesFor(own, aWoman(), 1);
  who = { own, house: await x.as(deskOf(place.poolId)), comensha: await x.as('helpdesk.comensha'), exadmin: await x.as('beheer.uitwisseling') };
  const org = organisationOf(place.poolId);
  const units = 10 * poolOf(place.poolId).units_total;
  expectStatus(await who.house.post('/capacity-reports', { reports: [aReport(place.poolId, { unitsTotal: units, unitsFree: units })] }), 200);
  things.open = (await openReferral(own, aNeed())).id;
  things.request = (await ask(own, (await openReferral(own, aWoman())).id, [place.poolId])).requests[0].id;
  const placed = async () => {
    const { id } = await openReferral(own, aWoman());
    const q = (await ask(own, id, [place.poolId])).requests[0].id;
    expectStatus(await who.house.post(`/requests/${q}/acceptance`), 200);
    return { id, q };
  };
  things.accepted = (await placed()).id;
  const lives = await placed();
  expectStatus(await who.house.post(`/requests/${lives.q}/arrival`), 200);
  things.stay = expectStatus(await own.get(`/referrals/${lives.id}`), 200).stayId;
  things.clock = expectStatus(await own.post(`/referrals/${lives.id}/clocks`, { clock: 'huisverbod' }), 200).clocks.at(-1).id;
  const bridge = async body => expectStatus(await own.post(`/referrals/${(await openReferral(own, aWoman())).id}/bridges`, body), 201).id;
  things.hotel = await bridge(aHotel());
  things.order = await bridge({ kind: 'order', active: false });
  for (const name of ['bed', 'slept']) {
    const { id } = await openReferral(own, aWoman());
    const q = expectStatus(await own.post(`/referrals/${id}/requests`, { poolIds: [place.poolId], bridge: true }), 201).requests[0].id;
    expectStatus(await who.house.post(`/requests/${q}/acceptance`), 200);
    if (name === 'slept') expectStatus(await who.house.post(`/requests/${q}/arrival`), 200);
    things[name] = expectStatus(await own.get(`/referrals/${id}/bridges`), 200).bridges[0].id;
  }
  const victim = (await openReferral(own, aVictim())).id;
  things.gate = expectStatus(await own.post(`/referrals/${victim}/gate-requests`, { kind: 'cosm' }), 201).id;
  expectStatus(await who.comensha.post(`/gate-requests/${things.gate}/ownership`), 200);
  expectStatus(await who.comensha.post(`/gate-requests/${things.gate}/questions`, { facts: ['signalen'] }), 200);
  const table = (await openReferral(own, aWoman())).id;
  things.mdo = expectStatus(await own.post(`/referrals/${table}/mdos`, { ground: 'statutory_task', organisationIds: [org] }), 201).id;
  things.item = expectStatus(await own.post(`/mdos/${things.mdo}/items`, { domain: 'herstel', sort: 'need', text: 'Rust' }), 200).items[0].id;
  things.consult = expectStatus(await own.post(`/referrals/${table}/consults`, { organisationId: org, question: 'Wat nu?' }), 201).id;
  const pair = aKey();
  things.key = expectStatus(await own.post('/keys', { publicKey: b64(pair.publicKey), wrapped: b64(pair.wrapped) }), 201).id;
  things.location = poolOf(place.poolId).location;
}, { timeout: 180_000 });
after(() => x?.stop());

// ---- the description ----

const resolve = schema => (schema?.$ref ? resolve(schema.$ref.replace(/^#\//, '').split('/').reduce((o, k) => o[k], api())) : schema);

/** The members of PATH's body: [name, schema][], and the names that must be there. */
function bodyOf(path) {
  const found = Object.entries(api().paths).find(([p]) => p.replace(/\{\w+\}/g, '{id}') === path);
  assert.ok(found?.[1].post, `${path} is described`);
  const schema = resolve(found[1].post.requestBody?.content['application/json'].schema) ?? {};
  const all = [schema, ...(schema.allOf ?? []).map(resolve)];
  return { fields: all.flatMap(s => Object.entries(s.properties ?? {}).map(([name, s2]) => [name, resolve(s2)])), required: all.flatMap(s => s.required ?? []) };
}

const wrongType = s => (s.type === 'object' ? 7 : { nee: 'zo niet' });

/** A value of the right type that cannot be right; undefined: the description takes any. */
function wrongValue(s) {
  if (s.type === 'boolean') return 'ja';
  if (s.type === 'integer') return (s.minimum ?? 0) - 1;
  if (s.format === 'date-time' || s.format === 'date') return 'gisteren';
  if (s.enum) return 'bestaat_niet';
  if (s.type === 'string') return '!'.repeat((s.maxLength ?? 100) + 1);
  if (s.type === 'array') { const one = wrongValue(resolve(s.items)); return one === undefined ? undefined : [one]; }
  if (s.type === 'object' && s.properties) return Object.fromEntries([...Object.entries(s.properties).map(([k, v]) => [k, wrongValue(resolve(v))]).filter(([, v]) => v !== undefined), [UNKNOWN, 1]]);
  return s.type === 'object' ? { [UNKNOWN]: 'yes' } : undefined;
}

const tooMany = s => (s.type === 'array' ? Array(500).fill(s.items.type === 'integer' ? 1 : 'x') : undefined);

/** Places below FIELD that must be named for VALUE: of an object or a list each of its own. */
const placesOf = (path, value) => (Array.isArray(value) ? value.flatMap((v, i) => placesOf(`${path}/${i}`, v))
  : value !== null && typeof value === 'object' ? Object.entries(value).flatMap(([k, v]) => placesOf(`${path}/${k}`, v)) : [path]);

/** What BODY misses of what must be there. */
const lacking = (path, body) => [...bodyOf(path).required, ...(ALSO_MISSING[path] ?? [])].filter(f => !(f in body)).map(f => `/${f}`);

async function isRefused(path, body, wanted) {
  const [name, thing] = FROM[path];
  const seq = (await x.health()).durableSeq;
  const answer = await who[name].post(path.replace('{id}', thing ? things[thing] : ''), body);
  assert.ok([400, 422].includes(answer.status), `${JSON.stringify(body).slice(0, 300)} → ${answer.status} ${answer.text.slice(0, 400)}`);
  const named = (answer.json.errors ?? []).map(e => e.pointer);
  const missed = wanted.filter(p => !named.some(n => n === p));
  assert.deepEqual(missed, [], `${JSON.stringify(body).slice(0, 300)} → named ${JSON.stringify(named)}`);
  const more = [...new Set(named)].filter(p => ![...wanted, ...lacking(path, body), ...(FOLLOWS[path] ?? [])].includes(p));
  assert.deepEqual(more, [], `${JSON.stringify(body).slice(0, 300)} → named what is right`);
  assert.equal((await x.health()).durableSeq, seq, 'something reached the journal');
}

const paths = routesOf().filter(r => r.method === 'POST' && !NOT_HERE.test(r.path)).map(r => r.path);

test('every step has its row', () => {
  assert.deepEqual(paths.filter(p => !FROM[p]), []);
  assert.deepEqual(Object.keys(FROM).filter(p => !paths.includes(p)), []);
});

for (const path of paths) {
  test(path, async t => {
    const { fields, required } = bodyOf(path);
    const missing = [...required, ...(ALSO_MISSING[path] ?? [])];
    // A thing that is not there is a thing that is not there: only what nobody knows is looked at there.
    if (FROM[path][1] === 'none') {
      await isRefused(path, { [UNKNOWN]: 1 }, [`/${UNKNOWN}`]);
      return;
    }
    await t.test('a field that nobody knows', () => isRefused(path, { [UNKNOWN]: 1 }, [`/${UNKNOWN}`, ...missing.map(f => `/${f}`)]));
    await t.test('no object at all', () => isRefused(path, [], ['']));
    if (missing.length > 0) await t.test('nothing in it', () => isRefused(path, {}, missing.map(f => `/${f}`)));
    if (fields.length === 0) return;
    await t.test('every field of the wrong type', () => isRefused(path, { ...Object.fromEntries(fields.map(([f, s]) => [f, wrongType(s)])), [UNKNOWN]: 1 }, [`/${UNKNOWN}`, ...fields.map(([f]) => `/${f}`)]));
    const values = fields.map(([f, s]) => [f, wrongValue(s)]).filter(([, v]) => v !== undefined);
    await t.test('every value wrong', () => isRefused(path, { ...Object.fromEntries(values), [UNKNOWN]: 1 }, [`/${UNKNOWN}`, ...values.flatMap(([f, v]) => placesOf(`/${f}`, v))]));
    const lists = fields.map(([f, s]) => [f, tooMany(s)]).filter(([, v]) => v !== undefined);
    if (lists.length > 0) await t.test('every list too long', () => isRefused(path, { ...Object.fromEntries(lists), [UNKNOWN]: 1 }, [`/${UNKNOWN}`, ...lists.map(([f]) => `/${f}`)]));
    const texts = fields.filter(([, s]) => s.type === 'string' && (s.minLength ?? 0) > 0);
    if (texts.length > 0) await t.test('every text empty', () => isRefused(path, { ...Object.fromEntries(texts.map(([f]) => [f, ''])), [UNKNOWN]: 1 }, [`/${UNKNOWN}`, ...texts.map(([f]) => `/${f}`)]));
    for (const moment of [PAST, EPOCH, FUTURE]) {
      const moments = fields.filter(([f, s]) => ['date-time', 'date'].includes(s.format)).map(([f, s]) => [f, s.format === 'date' ? moment.slice(0, 10) : moment]);
      if (moments.length > 0) await t.test(`every moment in ${moment.slice(0, 4)}`, () => isRefused(path, { ...AT_A_MOMENT[path], ...Object.fromEntries(moments), [UNKNOWN]: 1 }, [`/${UNKNOWN}`, ...moments.map(([f]) => `/${f}`)]));
    }
  });
}

/** What stands beside a moment for it to be judged by. */
const AT_A_MOMENT = {
  '/referrals': { ...aNeed(), residence: 'bedenktijd' },
  '/referrals/{id}/residence': { residence: 'bedenktijd' },
  '/referrals/{id}/bridges': { kind: 'order' },
};

// What is wrong in itself only beside the thing that it is about, or beside another field: still a fault of a field, and
// told with the others.
const ABOUT = [
  ['paid from before the arrival', '/stays/{id}/funding', { stream: 'te_regelen', from: '2026-01-01', reason: 'zin' }, ['/from', '/reason']],
  ['a municipality that pays, and which is not said', '/stays/{id}/funding', { stream: 'wmo', from: '2026-01-01', reason: 'besluit' }, ['/from', '/municipality']],
  ['an answer to what was not asked', '/gate-requests/{id}/answers', { answers: { signalen: 'misschien', medisch: 'yes' } }, ['/answers/signalen', '/answers/medisch']],
  ['an end of a residence that has none, beside other faults', '/referrals', { ...aNeed(), urgency: 'gisteren', residence: 'nl', residenceUntil: FUTURE }, ['/urgency', '/residenceUntil']],
  ['children without an adult, beside other faults', '/referrals', { ...aNeed(), urgency: 'gisteren', household: [{ sex: 'vrouw', age: 9 }] }, ['/urgency', '/household']],
  ['an action of nobody, beside other faults', '/mdos/{id}/items', { domain: 'geld', sort: 'action', text: '' }, ['/domain', '/text', '/organisationId']],
  ['an action of two', '/mdos/{id}/items', { domain: 'geld', sort: 'action', text: 'x', outside: 'buurman', organisationId: 1 }, ['/domain', '/outside', '/organisationId']],
  ['blocked who is not ready, beside another fault', '/stays/{id}/outflow', { ready: false, blockedBy: 'zin' }, ['/blockedBy']],
  ['no region, beside another fault', '/surge', { on: 'ja', regions: [] }, ['/on', '/regions']],
  ['a check-in of next year', '/bridges/{id}/watch', { owner: { kind: 'desk' }, times: [FUTURE], everyMinutes: 1 }, ['/everyMinutes', '/times/0']],
  ['no colleague, beside another fault', '/referrals/{id}/shift-handover', { colleagueId: 4_000_000_000, [UNKNOWN]: 1 }, ['/colleagueId', `/${UNKNOWN}`]],
  ['another fingerprint, beside another fault', '/keys/{id}/confirmation', { fingerprint: '0'.repeat(40), [UNKNOWN]: 1 }, ['/fingerprint', `/${UNKNOWN}`]],
];

for (const [what, path, body, wanted] of ABOUT) test(what, () => isRefused(path, body, wanted));
