// What happens is told outside: mail to a real mail server, text messages, calls and webhooks to a real https receiver.
// At least once whatever is killed, with ids that stay, in order per webhook, and with nothing of a household in it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { BIN, ROOT, startExchange } from '../support/exchange.mjs';
import { Adapter, aFeed } from '../support/feeds.mjs';
import { startMailServer } from '../support/mail_server.mjs';
import { startReceiver } from '../support/receiver.mjs';
import { pause, poll } from '../support/wait.mjs';
import { aHotel } from '../support/walk_nobed.mjs';
import { aVictim, aWoman, ask, demo, deskOf, expectStatus, inMinutes, locationOf, openReferral, organisationOf, placesFor } from '../support/world.mjs';

const OIN = '00000099000000001000';
const REFERRER = 'nachtdienst.rotterdam';
const MARKS = { phone: '010 777 6655', digits: '7776655' };
const WITHIN = { within: 30_000, every: 50 };

let x, mail, receiver, referrer, publicKey, keyId;

const orgCode = id => demo.organisations.find(o => o.id === id).code;
const referrerOrg = () => orgCode(demo.accounts.find(a => a.username === REFERRER).organisation);
const need = (over = {}) => aWoman({ callback: MARKS.phone, ...over });

/** plek notify ..., with INPUT as its standard input. */
function notify(args, input) {
  const r = spawnSync(join(BIN, 'plek'), ['--config', join(x.dir, 'plekd.conf'), 'notify', ...args], { encoding: 'utf8', input, timeout: 60_000 });
  return { status: r.status, out: `${r.stdout}${r.stderr}` };
}

/** How many targets there are, as the tool lists them. */
const targetCount = () => notify(['list']).out.trim().split('\n').filter(Boolean).length;

/** Have the targets read anew; resolves when the log says that it has them all. */
async function reload() {
  const want = targetCount();
  process.kill(x.broker.mark.pid, 'SIGHUP');
  const known = () => Number([...x.log().matchAll(/msg="notification targets" count=(\d+)/g)].at(-1)?.[1]);
  await poll(() => known() === want, { ...WITHIN, what: `${want} targets to be known` });
}

function addTarget(name, place, channel, address, ...more) {
  const r = notify(['add', name, place, channel, ...more], `${address}\n`);
  assert.equal(r.status, 0, r.out);
  assert.ok(!r.out.includes(address) || address === 'night-number', 'an address is not repeated');
}

async function removeTarget(name) {
  assert.equal(notify(['remove', name]).status, 0);
  await reload();
}

/** Ask one place that is not asked yet, of another organisation each time; { request, pool, house }. */
const asked = new Set();
async function askSomebody(over) {
  const places = await placesFor(referrer, need(over), 1);
  const all = (expectStatus(await referrer.post('/matches?limit=200', need(over), { key: null }), 200)).places;
  const place = all.find(p => !asked.has(organisationOf(p.poolId))) ?? places[0];
  asked.add(organisationOf(place.poolId));
  const referral = await openReferral(referrer, need(over));
  const request = (await ask(referrer, referral.id, [place.poolId])).requests[0];
  return { referral, request, pool: place.poolId, house: locationOf(place.poolId) };
}

const listed = async query => (await (await x.as('beheer.uitwisseling')).get(`/notifications?limit=200${query ?? ''}`)).json.notifications;
const settled = async target => {
  const rows = (await listed()).filter(n => n.target === target);
  return rows.length > 0 && rows.every(n => n.state !== 'waiting') && rows;
};

before(async () => {
  x = await startExchange('notify', { settings: { answer_by_rood_s: 3600, feed_away_s: 2, bridge_grace_s: 0, bridge_again_s: 1, bridge_seen_s: 3600 } });
  const pem = name => readFileSync(join(x.dir, 'ca', name), 'utf8');
  const cert = pem('server.crt'), key = pem('server.key');
  mail = await startMailServer({ cert, key });
  receiver = await startReceiver({ cert, key });
  const secret = (name, text) => { writeFileSync(join(x.dir, 'keys', name), text, { mode: 0o600 }); return join(x.dir, 'keys', name); };
  const settings = {
    notify_smtp_url: mail.url, notify_smtp_user: mail.user, notify_smtp_password_file: secret('smtp', `${mail.password}\n`), notify_smtp_from: 'veilige-plek@plek.test',
    notify_sms_url: receiver.url('/sms'), notify_sms_token_file: secret('sms', 'sms-token\n'),
    notify_voice_url: receiver.url('/voice'), notify_voice_token_file: secret('voice', 'voice-token\n'), notify_voice_from: '+31880000000',
    notify_signing_key_file: secret('sign', `${randomBytes(32).toString('hex')}\n`), notify_oin: OIN, notify_ca_file: join(x.dir, 'ca/ca.crt'),
    notify_retry_first_s: 1, notify_retry_max_s: 2, notify_urgent_retry_max_s: 2, notify_attempts: 6, notify_connect_s: 2, notify_answer_s: 3,
    notify_unseen_rood_s: 4, notify_unseen_oranje_s: 3600,
    alarm_again_rood_s: 3, alarm_again_times: 1,
  };
  assert.equal(await x.stopBroker(), 0);
  appendFileSync(join(x.dir, 'plekd.conf'), Object.entries(settings).map(([k, v]) => `${k} = ${v}\n`).join(''));
  await x.startBroker();
  referrer = await x.as(REFERRER);
  const shown = notify(['key']).out;
  keyId = /^keyid (\w+)$/m.exec(shown)[1];
  publicKey = createPublicKey(shown.slice(shown.indexOf('-----BEGIN')));
  addTarget('desk hook', referrerOrg(), 'webhook', receiver.url('/desk'));
  await reload();
});

after(async () => {
  await receiver?.close();
  await mail?.stop();
  await x?.stop();
});

/** The program that schema/api/README.md gives to receivers, with our key and address in it. */
async function documented(url) {
  const code = /```js\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'schema/api/README.md'), 'utf8'))[1];
  const key = publicKey.export({ type: 'spki', format: 'pem' });
  const ours = code.replace(/^const KEYS = .*$/m, `const KEYS = { '${keyId}': createPublicKey(${JSON.stringify(key)}) };`).replace(/^const URL = .*$/m, `const URL = '${url}';`);
  return (await import(`data:text/javascript;base64,${Buffer.from(ours).toString('base64')}`)).isGenuine;
}

/** Every check of RFC 9421 that a receiver makes. */
async function checkSignature(q) {
  const isGenuine = await documented(receiver.url(q.path));
  assert.ok(isGenuine(q.headers, q.text), 'for the documented program too');
  assert.ok(!isGenuine(q.headers, `${q.text} `), 'which refuses another body');
  assert.ok(!isGenuine({ ...q.headers, 'signature-input': q.headers['signature-input'].replace(/created=\d/, 'created=9') }, q.text), 'and another moment');
  assert.ok(!(await documented(receiver.url('/elsewhere')))(q.headers, q.text), 'and another address');
  const params = /^sig1=(.*)$/.exec(q.headers['signature-input'])[1];
  const digest = `sha-256=:${createHash('sha256').update(q.text).digest('base64')}:`;
  assert.equal(q.headers['content-digest'], digest);
  assert.match(params, new RegExp(`;keyid="${keyId}";alg="ed25519"$`));
  const created = Number(/;created=(\d+);/.exec(params)[1]);
  assert.ok(Math.abs(created - q.at / 1000) < 30, 'signed when it was sent');
  const base = [
    '"@method": POST', `"@target-uri": ${receiver.url(q.path)}`, `"content-type": ${q.headers['content-type']}`,
    `"content-digest": ${digest}`, `"@signature-params": ${params}`,
  ].join('\n');
  const signature = Buffer.from(/^sig1=:(.*):$/.exec(q.headers.signature)[1], 'base64');
  assert.ok(verify(null, Buffer.from(base), publicKey, signature), 'the signature holds');
  assert.ok(!verify(null, Buffer.from(base.replace('POST', 'PUT')), publicKey, signature), 'and only for what was sent');
}

/** CloudEvents 1.0 and the NL GOV profile 1.1, by the schema where it is at hand and by its rules in any case. */
const standards = join(process.env.PLEK_SHARED ?? join(ROOT, '../shared'), 'standards/nl-api');
function eventSchema() {
  if (!existsSync(join(standards, 'cloudevents.schema.json'))) return null;
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ ...JSON.parse(readFileSync(join(standards, 'cloudevents.schema.json'))), $id: 'https://capaciteit.example.nl/schemas/cloudevents.json' });
  return ajv.compile(JSON.parse(readFileSync(join(standards, 'nlgov-cloudevent.schema.json'))));
}
const validates = eventSchema();

function checkEvent(q, type) {
  const e = q.body;
  assert.equal(q.headers['content-type'], 'application/cloudevents+json');
  if (validates) assert.ok(validates(e), JSON.stringify(validates.errors));
  assert.deepEqual(Object.keys(e).sort(), ['data', 'datacontenttype', 'dataschema', 'id', 'source', 'specversion', 'subject', 'time', 'type']);
  assert.equal(e.specversion, '1.0');
  assert.equal(e.source, `urn:nld:oin:${OIN}:systeem:veilige-plek`);
  assert.equal(e.datacontenttype, 'application/json');
  assert.match(e.type, /^nl\.veiligeplek\.[a-z-]+\.[a-z-]+\.v1$/);
  if (type) assert.equal(e.type, type);
  assert.match(e.id, /^[etuf][0-9a-z-]+-\d+$/);
  assert.match(e.subject, /^(request|referral|organisation)\/\d+$/);
  assert.ok(!Number.isNaN(Date.parse(e.time)));
  assert.ok(e.dataschema.startsWith(`${x.origin}/api/v1/openapi.json#/`));
  for (const [k, v] of Object.entries(e.data)) assert.ok(k === 'state' ? /^[a-z_]+$/.test(v) : Number.isInteger(v), `${k}: ids and a state only`);
}

const ofRequest = (path, request) => receiver.got(path).filter(q => q.body.data?.requestId === request);
const mailsTo = address => mail.messages().filter(m => m.headers.to === `<${address}>`);
const e164 = number => number.replace(/^0/, '+31').replace(/[^+\d]/g, '');

test('a new request: text message to the night number and mail at once, a signed event for the desk that asked', async () => {
  addTarget('night texts', 'every-shelter', 'sms', 'night-number');
  const house = locationOf((await placesFor(referrer, need(), 1))[0].poolId);
  addTarget('desk mail', `${orgCode(house.organisation)}/${house.code}`, 'mail', 'nacht@huis.test');
  addTarget('org mail', orgCode(house.organisation), 'mail', 'dag@huis.test', '--language', 'en');
  assert.equal(notify(['add', 'desk mail', referrerOrg(), 'mail'], 'a@b.test\n').status, 1, 'a name is taken once');
  assert.match(notify(['list']).out, /desk mail: mail of .*in Dutch/);
  assert.ok(!notify(['list']).out.includes('nacht@'), 'addresses are not listed');
  await reload();
  const referral = await openReferral(referrer, need());
  const pool = (await placesFor(referrer, need(), 1))[0].poolId;
  const request = (await ask(referrer, referral.id, [pool])).requests[0];
  const where = locationOf(pool);
  const sms = await poll(() => receiver.got('/sms').find(q => q.body.to === e164(where.sealed.night_number)), { ...WITHIN, what: 'the text message' });
  assert.equal(sms.body.text, 'Nieuwe aanvraag. Open Veilige Plek.');
  assert.equal(sms.headers.authorization, 'Bearer sms-token');
  const mails = await poll(() => mail.messages().length >= 2 && mail.messages(), { ...WITHIN, what: 'two mails' });
  assert.deepEqual(mails.map(m => m.text).sort(), ['New request. Open Veilige Plek.', 'Nieuwe aanvraag. Open Veilige Plek.'].sort());
  assert.deepEqual(mails.map(m => m.subject).sort(), ['New request', 'Nieuwe aanvraag']);
  for (const m of mails) assert.match(m.headers['message-id'], /^<e\d+-\d+@plek\.test>$/);
  assert.match(mail.log(), /P=esmtpsa .*A=plain:plek/, 'encrypted and signed in');
  const hook = await poll(() => ofRequest('/desk', request.id)[0], { ...WITHIN, what: 'the event' });
  checkEvent(hook, 'nl.veiligeplek.request.made.v1');
  await checkSignature(hook);
  assert.deepEqual(hook.body.data, { referralId: referral.id, requestId: request.id, poolId: pool, organisationId: demo.accounts.find(a => a.username === REFERRER).organisation, state: 'pending' });
  const logged = Number(x.sql(`SELECT COUNT(*) FROM access_log WHERE event='location.notify' AND object=${where.id} AND role='system'`)[0][0]);
  assert.ok(logged >= 1, 'opening the night number is in the access log');
  assert.equal(x.sql("SELECT COUNT(*) FROM notify_target WHERE address LIKE '%huis.test%' OR address LIKE '%localhost%'")[0][0], '0', 'addresses are sealed');
  await (await x.as(deskOf(pool))).post(`/requests/${request.id}/acceptance`);
  const yes = await poll(() => ofRequest('/desk', request.id).find(q => q.body.data.state === 'accepted'), { ...WITHIN, what: 'the yes' });
  checkEvent(yes, 'nl.veiligeplek.request.accepted.v1');
});

test('nobody saw it in time: the night number is rung, once, also when the broker was killed; who saw it is not rung', async () => {
  addTarget('night calls', 'every-shelter', 'voice', 'night-number');
  await reload();
  const seen = await askSomebody();
  expectStatus(await (await x.as(deskOf(seen.pool))).post(`/requests/${seen.request.id}/sighting`), 200);
  const unseen = await askSomebody();
  await x.killBroker();
  await x.startBroker();
  const to = e164(unseen.house.sealed.night_number);
  const call = await poll(() => receiver.got('/voice').find(q => q.body.to === to), { ...WITHIN, what: 'the call' });
  assert.equal(call.body.text, 'Er wacht een nieuwe aanvraag. Open Veilige Plek.');
  assert.equal(call.body.id.split('-')[0], `u${unseen.request.id}`);
  assert.ok(call.at - Date.parse(unseen.request.askedAt ?? new Date(0).toISOString()) > 3000 || !unseen.request.askedAt, 'not before its time');
  await poll(async () => (await settled('night calls')), { ...WITHIN, what: 'the call to be noted' });
  await x.killBroker();
  await x.startBroker();
  await poll(async () => (await x.health()).notifications, { ...WITHIN, what: 'health' });
  await pause(1500); // two looks of the clock that must find nothing
  assert.equal(receiver.got('/voice').filter(q => q.body.to === to).length, 1, 'rung once');
  assert.equal(receiver.got('/voice').filter(q => q.body.to === e164(seen.house.sealed.night_number)).length, 0, 'a house that saw it is not rung');
  // Nor while the broker runs: the one that was seen would be due before the one that nobody saw.
  const looked = await askSomebody();
  expectStatus(await (await x.as(deskOf(looked.pool))).post(`/requests/${looked.request.id}/sighting`), 200);
  const later = await askSomebody();
  const callOf = id => receiver.got('/voice').find(q => q.body.id.startsWith(`u${id}-`));
  await poll(() => callOf(later.request.id), { ...WITHIN, what: 'the call of the later one' });
  assert.equal(callOf(looked.request.id), undefined, 'seen, and not rung');
  await removeTarget('night calls');
});

test('a receiver that is down gets everything when it is back, in order, under the same ids', async () => {
  await poll(() => settled('desk hook'), { ...WITHIN, what: 'nothing to wait' });
  const from = receiver.all.length;
  await receiver.close();
  const { referral, request, pool } = await askSomebody();
  expectStatus(await (await x.as(deskOf(pool))).post(`/requests/${request.id}/sighting`), 200);
  expectStatus(await (await x.as(deskOf(pool))).post(`/requests/${request.id}/acceptance`), 200);
  const tried = await poll(async () => (await listed()).find(n => n.target === 'desk hook' && n.attempts >= 2), { ...WITHIN, what: 'a second attempt' });
  assert.equal(tried.trouble, 'connect');
  assert.ok((await x.health()).notifications.waiting > 0);
  await receiver.open();
  await poll(() => ofRequest('/desk', request.id).length >= 3, { ...WITHIN, what: 'all events' });
  const got = receiver.all.slice(from).filter(q => q.path === '/desk');
  assert.deepEqual(got.slice(0, 4).map(q => q.body.type.split('.').slice(2, 4).join('.')), ['referral.opened', 'request.made', 'request.seen', 'request.accepted']);
  assert.equal(got[0].body.subject, `referral/${referral.id}`);
  assert.equal(new Set(got.map(q => q.body.id)).size, got.length);
});

test('5xx is tried again, 4xx is given up loudly and does not stop what comes after it', async () => {
  const answers = [500, 503, 200, 404];
  receiver.answer('/errors', (_, n) => answers[n] ?? 200);
  addTarget('errors', referrerOrg(), 'webhook', receiver.url('/errors'));
  await reload();
  const { request } = await askSomebody();
  await poll(() => receiver.got('/errors').length >= 4, { ...WITHIN, what: 'four calls' });
  const ids = receiver.got('/errors').map(q => q.body.id);
  assert.equal(ids[0], ids[1]);
  assert.equal(ids[1], ids[2]);
  assert.notEqual(ids[2], ids[3]);
  for (const q of receiver.got('/errors')) await checkSignature(q);
  const rows = await poll(() => settled('errors'), { ...WITHIN, what: 'both to end' });
  assert.deepEqual(rows.map(n => [n.state, n.attempts, n.trouble]), [['given_up', 1, 'http 404'], ['delivered', 3, '']]);
  assert.equal(rows[0].requestId, request.id);
  await poll(async () => (await x.health()).notifications.givenUp >= 1, { ...WITHIN, what: 'health to say so' });
  assert.match(x.log(), /level=error msg="notification given up" .*why="http 404"/);
  assert.ok((await listed('&givenUp=true')).every(n => n.state === 'given_up'));
  await removeTarget('errors');
});

test('who never answers runs into a deadline and holds up nobody', async () => {
  receiver.answer('/slow', () => ({ hang: true }));
  addTarget('slow', referrerOrg(), 'webhook', receiver.url('/slow'));
  await reload();
  const before = Date.now();
  const { request } = await askSomebody();
  const hook = await poll(() => ofRequest('/desk', request.id)[0], { ...WITHIN, what: 'the event at the other' });
  assert.ok(hook.at - before < 2500, `${hook.at - before} ms while another is slow`);
  const late = await poll(async () => (await listed()).find(n => n.target === 'slow' && n.trouble === 'timeout'), { ...WITHIN, what: 'the deadline' });
  assert.equal(late.state, 'waiting');
  receiver.answer('/slow', () => 200);
  await poll(() => settled('slow'), { ...WITHIN, what: 'its end' });
  assert.ok((await x.health()).turnMaxMs < 2000, 'the loop did not wait for it');
  await removeTarget('slow');
});

test('forty receivers that hang hold up nobody: no other webhook, no mail, no text message; and they themselves only one call each', async () => {
  const dead = Array.from({ length: 40 }, (_, i) => `/dead/${i}`);
  for (const path of dead) {
    receiver.answer(path, () => ({ hang: true }));
    addTarget(path, referrerOrg(), 'webhook', receiver.url(path));
  }
  addTarget('alive', referrerOrg(), 'webhook', receiver.url('/alive')); // the last to be thought of
  addTarget('alive mail', referrerOrg(), 'mail', 'leeft@desk.test');
  await reload();
  const calls = () => receiver.all.filter(q => dead.includes(q.path));
  const indexOf = q => receiver.all.indexOf(q);
  const stillHung = (one, among) => among.every(q => q.goneAfter === undefined || q.goneAfter > indexOf(one));
  const first = await openReferral(referrer, need());
  const came = await poll(() => receiver.got('/alive').find(q => q.body.data.referralId === first.id), { ...WITHIN, what: 'the event at the living' });
  await poll(() => dead.every(path => receiver.got(path).length >= 1), { ...WITHIN, what: 'all of the dead to be tried' });
  assert.ok(stillHung(came, dead.map(path => receiver.got(path)[0])), 'it did not wait for one of them');
  // Known to be away now: they have a part of the slots, and everything else goes on.
  await poll(() => dead.some(path => receiver.got(path).length >= 2), { ...WITHIN, what: 'a second attempt' });
  const pool = (await placesFor(referrer, need(), 1))[0].poolId;
  const to = e164(locationOf(pool).sealed.night_number);
  const texts = () => receiver.got('/sms').filter(q => q.body.to === to && q.body.text.startsWith('Nieuwe aanvraag.'));
  const textsBefore = texts().length;
  const request = (await ask(referrer, first.id, [pool])).requests[0];
  const open = calls().filter(q => q.goneAfter === undefined);
  assert.ok(open.length > 0, 'some hang now');
  const hook = await poll(() => ofRequest('/alive', request.id)[0], { ...WITHIN, what: 'the next event' });
  const text = await poll(() => texts()[textsBefore], { ...WITHIN, what: 'the text message' });
  expectStatus(await (await x.as(deskOf(pool))).post(`/requests/${request.id}/acceptance`), 200);
  await poll(() => mailsTo('leeft@desk.test').length >= 1, { ...WITHIN, what: 'the mail' });
  assert.ok(open.some(q => q.goneAfter === undefined || q.goneAfter > indexOf(hook)) && open.some(q => q.goneAfter === undefined || q.goneAfter > indexOf(text)), 'while they hung');
  await poll(() => dead.every(path => receiver.got(path).length >= 2), { ...WITHIN, what: 'second attempts of all' });
  for (const path of dead) {
    const [one, two] = receiver.got(path);
    assert.ok(one.goneAfter <= indexOf(two), 'one call at a time for each receiver');
  }
  const again = dead.flatMap(path => receiver.got(path).slice(1));
  for (const q of again) {
    const beside = again.filter(o => indexOf(o) <= indexOf(q) && (o.goneAfter === undefined || o.goneAfter > indexOf(q)));
    assert.ok(beside.length <= 32, `${beside.length} at once that failed before`);
  }
  for (const name of [...dead, 'alive', 'alive mail']) assert.equal(notify(['remove', name]).status, 0);
  await reload();
});

test('mail: a mailbox that is not there is given up, one that is not taken now is tried again, until the last attempt', async () => {
  addTarget('gone', referrerOrg(), 'mail', 'weg@desk.test');
  addTarget('later', referrerOrg(), 'mail', 'later@desk.test');
  await reload();
  const { request, pool } = await askSomebody();
  expectStatus(await (await x.as(deskOf(pool))).post(`/requests/${request.id}/decline`, { reason: 'gezin_past_niet' }), 200);
  const gone = await poll(() => settled('gone'), { ...WITHIN, what: 'the refusal' });
  assert.deepEqual(gone.map(n => [n.state, n.attempts, n.trouble]), [['given_up', 1, 'smtp 550']]);
  const later = await poll(() => settled('later'), { ...WITHIN, what: 'the last attempt' });
  assert.deepEqual(later.map(n => [n.state, n.attempts, n.trouble]), [['given_up', 6, 'smtp 451']]);
  await removeTarget('gone');
  await removeTarget('later');
});

test('a broker that is killed between and during deliveries loses nothing; what comes twice has the same id', async () => {
  let held = 0;
  receiver.answer('/kill', () => (held < 3 ? { hang: true } : 200));
  addTarget('kill', referrerOrg(), 'webhook', receiver.url('/kill'));
  addTarget('kill mail', referrerOrg(), 'mail', 'kill@desk.test');
  await reload();
  const opened = [];
  for (let i = 0; i < 3; i++) {
    const came = receiver.got('/kill').length;
    opened.push((await openReferral(referrer, need())).id); // answered: it is durable, and so it must be told
    if (i > 0) await poll(() => receiver.got('/kill').length > came, { ...WITHIN, what: 'a delivery under way' });
    await x.killBroker();
    held++;
    if (held === 3) receiver.answer('/kill', () => 200);
    await x.startBroker();
  }
  const taken = id => receiver.got('/kill').some(q => q.body.subject === `referral/${id}` && q.status === 200);
  await poll(() => opened.every(taken), { ...WITHIN, what: 'all events to be taken, not only to have come' });
  await poll(() => settled('kill'), { ...WITHIN, what: 'all to be noted' });
  for (const id of opened) {
    const ids = new Set(receiver.got('/kill').filter(q => q.body.subject === `referral/${id}`).map(q => q.body.id));
    assert.equal(ids.size, 1, `one id for referral ${id}`);
  }
  const first = opened.map(id => receiver.got('/kill').findLastIndex(q => q.body.subject === `referral/${id}`));
  assert.deepEqual(first, [...first].sort((a, b) => a - b), 'in order');
  await removeTarget('kill');
  await removeTarget('kill mail');
});

test('a removed target gets nothing more; a test message reaches a new one', async () => {
  addTarget('short', referrerOrg(), 'webhook', receiver.url('/short'));
  await reload();
  assert.equal(notify(['test', 'short']).status, 0);
  const q = await poll(() => receiver.got('/short')[0], { ...WITHIN, what: 'the test message' });
  assert.match(q.body.id, /^t\d+-\d+$/);
  assert.equal(q.body.type, 'nl.veiligeplek.test.v1');
  await checkSignature(q);
  await removeTarget('short');
  const { request } = await askSomebody();
  await poll(() => ofRequest('/desk', request.id)[0], { ...WITHIN, what: 'the event at the others' });
  await poll(() => settled('desk hook'), { ...WITHIN, what: 'all to be noted' });
  assert.equal(receiver.got('/short').length, 1);
  assert.equal(notify(['remove', 'short']).status, 1);
  assert.equal(notify(['test', 'night texts']).status, 1, 'nobody is rung for a test of all houses');
});

test('a feed that falls silent is told to its provider and to who runs the exchange', async () => {
  const provider = demo.machines[0].organisations[0];
  addTarget('feed mail', orgCode(provider), 'mail', 'ict@provider.test');
  addTarget('operator mail', demo.organisations.find(o => o.kind === 'operator').code, 'mail', 'beheer@plek.test', '--language', 'en');
  await reload();
  expectStatus(await new Adapter(x.machine(), [aFeed(provider)]).beat(), 200); // and never again
  const to = address => mail.messages().filter(m => m.headers.to === `<${address}>`);
  await poll(() => to('ict@provider.test').length >= 1 && to('beheer@plek.test').length >= 1, { ...WITHIN, what: 'both mails' });
  assert.equal(to('ict@provider.test')[0].text, 'Er komen geen cijfers meer binnen van uw systeem. Open Veilige Plek.');
  assert.equal(to('beheer@plek.test')[0].text, 'No numbers come in from an organisation any more. Ring it. Open Veilige Plek.');
  await removeTarget('feed mail');
  await removeTarget('operator mail');
});

test('an alarm of a bridge rings the desk, again and again, until somebody there has seen it', async () => {
  addTarget('desk call', referrerOrg(), 'voice', '+31880001122');
  addTarget('desk text', referrerOrg(), 'sms', '+31880001133');
  await reload();
  const referral = await openReferral(referrer, need());
  const hotel = expectStatus(await referrer.post(`/referrals/${referral.id}/bridges`, aHotel({ times: [new Date(Date.now() + 500).toISOString()] })), 201);
  const calls = () => receiver.got('/voice').filter(q => q.body.to === '+31880001122');
  await poll(() => calls().length >= 2, { ...WITHIN, what: 'a second call' });
  assert.equal(new Set(calls().map(q => q.body.id)).size, calls().length, 'each alarm is one of its own');
  assert.equal(calls()[0].body.text, 'Alarm. Een gezin zonder vaste plek heeft u nu nodig. Kijk nu. Open Veilige Plek.');
  const text = await poll(() => receiver.got('/sms').find(q => q.body.to === '+31880001133'), { ...WITHIN, what: 'the text message' });
  assert.equal(text.body.text, calls()[0].body.text);
  const hook = await poll(() => receiver.got('/desk').find(q => q.body.type === 'nl.veiligeplek.bridge.alarmed.v1'), { ...WITHIN, what: 'the event' });
  checkEvent(hook);
  assert.equal(hook.body.data.state, 'alarm');
  expectStatus(await referrer.post(`/bridges/${hotel.id}/check-ins`, { result: 'seen' }), 200);
  await poll(() => settled('desk call'), { ...WITHIN, what: 'all calls to end' });
  const before = calls().length;
  await pause(2500); // two intervals in which nothing may ring
  assert.equal(calls().length, before, 'who has seen it is not rung');
  expectStatus(await referrer.post(`/referrals/${referral.id}/withdrawal`, { reason: 'andere_plek' }), 200);
  await removeTarget('desk call');
  await removeTarget('desk text');
});

test('a household that does not arrive: both sides hear of it, again while nobody looks, and then the helpdesk too', async () => {
  addTarget('helpdesk', demo.organisations.find(o => o.kind === 'operator').code, 'mail', 'helpdesk@plek.test');
  addTarget('helpdesk call', demo.organisations.find(o => o.kind === 'operator').code, 'voice', '+31880009999');
  await reload();
  const { referral, request, pool, house } = await askSomebody();
  expectStatus(await (await x.as(deskOf(pool))).post(`/requests/${request.id}/acceptance`), 200);
  expectStatus(await referrer.post(`/referrals/${referral.id}/journey`, { etaAt: inMinutes(-59) }), 200);
  const hook = await poll(() => ofRequest('/desk', request.id).find(q => q.body.type === 'nl.veiligeplek.alarm.no-show.v1'), { ...WITHIN, what: 'the event' });
  checkEvent(hook);
  const to = e164(house.sealed.night_number);
  const text = 'Een gezin had er al moeten zijn. Opvang en verwijzer: bel elkaar nu. Open Veilige Plek.';
  await poll(() => receiver.got('/sms').some(q => q.body.to === to && q.body.text === text), { ...WITHIN, what: 'the text message of the house' });
  await poll(() => ofRequest('/desk', request.id).filter(q => q.body.type === 'nl.veiligeplek.alarm.no-show.v1').length === 2, { ...WITHIN, what: 'the same alarm again' });
  const told = await poll(() => mailsTo('helpdesk@plek.test')[0], { ...WITHIN, what: 'the mail to the helpdesk' });
  assert.equal(told.text, 'Een organisatie reageert niet op een alarm. Bel die organisatie. Open Veilige Plek.');
  await poll(() => receiver.got('/voice').some(q => q.body.to === '+31880009999'), { ...WITHIN, what: 'the call to the helpdesk' });
  checkEvent(await poll(() => ofRequest('/desk', request.id).find(q => q.body.type === 'nl.veiligeplek.alarm.passed-on.v1'), { ...WITHIN, what: 'the event' }));
  assert.equal(mailsTo('helpdesk@plek.test').length, 1);
  assert.equal(receiver.got('/sms').filter(q => q.body.to === to && q.body.text === text).length, 2, 'the house is rung no more than twice');
  await removeTarget('helpdesk');
  await removeTarget('helpdesk call');
});

test('what is sent to a gatekeeper is told to its desk, and what it asks to who sent it', async () => {
  addTarget('gate mail', demo.organisations.find(o => o.kind === 'comensha').code, 'mail', 'helpdesk@gate.test');
  addTarget('sender mail', referrerOrg(), 'mail', 'bureau@desk.test', '--language', 'en');
  await reload();
  const referral = await openReferral(referrer, aVictim({ callback: MARKS.phone }));
  const gate = expectStatus(await referrer.post(`/referrals/${referral.id}/gate-requests`, { kind: 'cosm' }), 201).id;
  const sent = await poll(() => mailsTo('helpdesk@gate.test')[0], { ...WITHIN, what: 'the mail to the desk' });
  assert.equal(sent.text, 'Er is een aanmelding voor u. Open Veilige Plek.');
  const desk = await x.as('helpdesk.comensha');
  expectStatus(await desk.post(`/gate-requests/${gate}/ownership`), 200);
  expectStatus(await desk.post(`/gate-requests/${gate}/questions`, { facts: ['signalen'] }), 200);
  const question = await poll(() => mailsTo('bureau@desk.test').find(m => m.subject === 'Question about your referral'), { ...WITHIN, what: 'the question' });
  assert.equal(question.text, 'There is a question about your referral. Answer as soon as you can. Open Veilige Plek.');
  assert.ok(!mailsTo('helpdesk@gate.test').some(m => m.subject === 'Vraag over uw aanmelding'), 'who asks is not told');
  await removeTarget('gate mail');
  await removeTarget('sender mail');
});

test('who is asked as a specialist learns that there is a question, and not about whom', async () => {
  const other = demo.organisations.find(o => o.kind === 'shelter');
  addTarget('specialist mail', other.code, 'mail', 'advies@huis.test');
  addTarget('specialist hook', other.code, 'webhook', receiver.url('/specialist'));
  await reload();
  const referral = await openReferral(referrer, need());
  expectStatus(await referrer.post(`/referrals/${referral.id}/consults`, { organisationId: other.id, question: 'Wat is hier nodig?' }), 201);
  const got = await poll(() => mailsTo('advies@huis.test').find(m => m.subject === 'Vraag om advies'), { ...WITHIN, what: 'the mail' });
  assert.equal(got.text, 'Er is een vraag om advies voor u. Open Veilige Plek.');
  const hook = await poll(() => receiver.got('/specialist').find(q => q.body.type === 'nl.veiligeplek.consult.asked.v1'), { ...WITHIN, what: 'the event' });
  checkEvent(hook);
  assert.equal(hook.body.subject, `organisation/${other.id}`);
  assert.deepEqual(hook.body.data, { organisationId: other.id, state: 'asked' });
  await poll(async () => (await settled('specialist mail')) && (await settled('specialist hook')), { ...WITHIN, what: 'both to be noted' });
  const rows = (await listed()).filter(n => n.target.startsWith('specialist') && n.event === 'consult.asked');
  assert.deepEqual(rows.map(n => n.referralId), [null, null]);
  await removeTarget('specialist mail');
  await removeTarget('specialist hook');
});

test('an organisation sees its own only, and no address', async () => {
  const all = await listed();
  assert.ok(all.length > 10);
  const own = expectStatus(await (await x.as('beheer.lindehof')).get('/notifications'), 200).notifications;
  assert.ok(own.every(n => n.organisation === 'lindehof-groep'), 'of its own houses');
  assert.equal((await (await x.as(REFERRER)).get('/notifications')).status, 403);
  assert.ok(!JSON.stringify(all).includes('@'), 'no address is shown');
});

test('nothing of a household, and no address, is in anything that went out, nor in the log', async () => {
  const out = [...receiver.all.map(q => `${q.path} ${JSON.stringify(q.headers)} ${q.text}`), ...mail.messages().map(m => `${m.raw} ${m.subject} ${m.text}`)];
  assert.ok(out.length > 20);
  const sealed = demo.locations.flatMap(l => [l.sealed.address, l.sealed.meeting_point]);
  for (const text of out) {
    for (const mark of [MARKS.phone, MARKS.digits, 'vrouw', 'ex_partner', 'rood', 'GM0599', 'Rotterdam', 'callback', ...sealed]) assert.ok(!text.includes(mark), `${mark} in ${text.slice(0, 400)}`);
  }
  const told = [...receiver.all.filter(q => q.path === '/sms' || q.path === '/voice').map(q => q.body.text), ...mail.messages().map(m => `${m.subject} ${m.text}`)];
  assert.ok(told.length > 20);
  for (const text of told) assert.ok(!/\bVT-?[A-Z0-9]{4}/.test(text), `a code on a locked phone or in a mailbox: ${text}`);
  const numbers = demo.locations.map(l => l.sealed.night_number);
  for (const q of receiver.all.filter(r => r.path !== '/sms' && r.path !== '/voice')) for (const n of numbers) assert.ok(!q.text.includes(n) && !q.text.includes(e164(n)));
  for (const secret of [...numbers, ...numbers.map(e164), 'huis.test', 'desk.test', 'sms-token', 'voice-token', mail.password, MARKS.digits]) assert.ok(!x.log().includes(secret), 'not in the log');
});
