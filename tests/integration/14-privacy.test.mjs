// Nothing of a household is anywhere in clear. A call-back number and a return code that occur nowhere else go
// through every route, right and wrong; then the log (at its most talkative), every error answer, a dump of both
// databases and the raw files of the server are searched for them. A destroyed key erases the facts and nothing else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { routesOf } from '../support/routes.mjs';
import { walk } from '../support/api_walk.mjs';
import { aNeed, demo, expectStatus } from '../support/world.mjs';

const CALLBACK = '0181 726 354'; // nobody's: a marker
const RETURN = 'Merk-7316254';
const WORD = 'merkwoord731'; // in names of fields, queries and paths, where no client fact belongs
const PASSWORD = 'wachtwoord-merk-731625';
const MARKS = [CALLBACK, CALLBACK.replaceAll(' ', ''), RETURN, PASSWORD];
const marked = over => aNeed({ callback: CALLBACK, returnCode: RETURN, ...over });

let x, referrer, made;
const errors = [];

before(async () => {
  x = await startExchange('privacy', { settings: { log_level: 'debug' } });
  referrer = await x.as('nachtdienst.rotterdam');
});
after(() => x?.stop());

const keep = answer => {
  if (answer.status >= 400) errors.push(answer.text);
  return answer;
};
const found = (where, bytes) => MARKS.filter(m => bytes.includes(m)).map(m => `${m} in ${where}`);

test('the marks go through every route, right', async () => {
  made = await walk(x, referrer, marked);
  const shown = expectStatus(await referrer.get(`/referrals/${made.referrals[0]}`), 200);
  assert.deepEqual([shown.need.callback, shown.need.returnCode], [CALLBACK, RETURN], 'who may see them sees them');
});

test('and wrong: as value, as field, as key, as query, as path, as password, to every route', async () => {
  const machine = x.machine();
  const routes = routesOf().filter(r => r.path !== '/events'); // a stream: it does not end
  assert.ok(routes.length > 20);
  for (const route of routes) {
    const path = route.path.replace('{id}', '1');
    const bodies = [{ [WORD]: CALLBACK }, marked({ urgency: CALLBACK }), marked({ language: RETURN }), marked({ household: RETURN }),
      { reason: RETURN }, { etaAt: CALLBACK }, { poolIds: [RETURN] }, { username: RETURN, password: PASSWORD }, `{"callback": "${CALLBACK}`,
      { reports: [{ poolId: 1, reportId: RETURN, observedAt: CALLBACK, source: RETURN, pool: RETURN }] }];
    if (route.method === 'POST') for (const body of bodies) keep(await referrer.post(path, body));
    keep(await referrer.request(route.method === 'DELETE' ? 'PUT' : route.method, `${path}?limit=${encodeURIComponent(RETURN)}&${WORD}=${encodeURIComponent(CALLBACK)}`));
    keep(await referrer.request('GET', `${path}/${encodeURIComponent(RETURN)}`));
    keep(await machine.post(path, marked({ residence: CALLBACK })));
    keep(await referrer.post(path, marked(), { key: `${RETURN} ${CALLBACK}` }));
    keep(await referrer.post(path, marked(), { headers: { Origin: `https://${RETURN}.example`, 'User-Agent': CALLBACK, Referer: `https://localhost/${RETURN}`, 'X-CSRF-Token': RETURN } }));
  }
  assert.ok(errors.length > 150, `${errors.length} errors`);
});

test('no error answer says a mark again', () => {
  assert.ok(errors.some(e => e.includes(`/${WORD}`)), 'the name of a field is the place of its fault: the search sees');
  assert.deepEqual(errors.flatMap(e => found(e.slice(0, 200), e)), []);
});

test('the log says none, at its most talkative', () => {
  const log = x.log();
  assert.ok(log.split('\n').length > 300 && /level=debug/.test(log), 'the log is there to be searched');
  assert.deepEqual(log.split('\n').flatMap(l => found(l, l)), []);
  const sealed = demo.locations.flatMap(l => [l.sealed.address, l.sealed.night_number]);
  assert.deepEqual(sealed.filter(s => log.includes(s)), [], 'an address in the log');
  assert.equal(log.includes(WORD), false, 'a query or a field name in the log');
});

test('only the sealed part of the journal describes a household, and it says nothing', () => {
  const rows = x.sql('SELECT seq, kind, subject, HEX(clear_part), HEX(sealed_part) FROM journal WHERE subject > 0 ORDER BY seq');
  const hex = MARKS.map(m => Buffer.from(m).toString('hex').toUpperCase());
  assert.deepEqual(rows.filter(r => hex.some(h => r[3].includes(h) || r[4].includes(h))), []);
  const opened = rows.filter(r => r[1] === '4');
  assert.ok(opened.length >= made.referrals.length && opened.every(r => r[4].length > 100));
  assert.ok(rows.filter(r => r[1] === '5').every(r => r[4].length > 0), 'the reasons of a proposal are sealed');
  // The same household twice is sealed differently: nobody can tell that it came back.
  assert.equal(new Set(opened.map(r => r[4])).size, opened.length);
});

test('a dump of the databases and the raw files hold none', async () => {
  const dump = execFileSync('mariadb-dump', ['--no-defaults', `--socket=${x.socket}`, `--user=${userInfo().username}`, '--databases', 'plek', 'plek_sealed'], { maxBuffer: 256 << 20 });
  const code = expectStatus(await referrer.get(`/referrals/${made.referrals[0]}`), 200).code;
  assert.ok(dump.includes(code), 'the search sees what is in clear');
  assert.deepEqual(found('the dump', dump), []);
  const addresses = demo.locations.map(l => l.sealed.address);
  assert.deepEqual(addresses.filter(a => dump.includes(a)), [], 'an address in the dump');
  await x.killDatabase(); // so that the files are as they would be after a theft
  let sees = false;
  const search = dir => readdirSync(dir).flatMap(name => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return search(path);
    if (!statSync(path).isFile()) return [];
    const bytes = readFileSync(path);
    sees ||= bytes.includes(code);
    return found(name, bytes).concat(addresses.some(a => bytes.includes(a)) ? [`an address in ${name}`] : []);
  });
  assert.deepEqual(search(join(x.dir, 'db')), []);
  assert.ok(sees, 'the search sees what is in clear');
  await x.startDatabase();
});

test('a destroyed key erases the facts of that household everywhere; states and counts stay', async () => {
  const [gone, kept] = made.referrals;
  const policy = await x.as('beleid.rotterdam');
  const overview = async () => {
    const { at, ...rest } = expectStatus(await policy.get('/statistics/overview'), 200);
    assert.ok(at);
    const fresh = o => (Array.isArray(o) ? o.map(fresh) : o && typeof o === 'object' ? Object.fromEntries(Object.entries(o).filter(([k]) => k !== 'freshPercent').map(([k, v]) => [k, fresh(v)])) : o);
    return fresh(rest);
  };
  await x.stopBroker();
  await x.startBroker();
  const before = expectStatus(await referrer.get(`/referrals/${gone}`), 200);
  const counts = await overview();
  assert.equal(before.factsErased, false);

  assert.equal(await x.stopBroker(), 0);
  x.sql(`UPDATE referral_key SET wrapped = NULL, destroyed_at = ${Date.now()} WHERE referral = ${gone}`);
  assert.equal(x.plek('check').status, 0);
  await x.startBroker();

  const after = expectStatus(await referrer.get(`/referrals/${gone}`), 200);
  assert.equal(after.factsErased, true);
  assert.equal(after.need, undefined);
  assert.deepEqual(found('the answer', JSON.stringify(after)), []);
  const clear = r => [r.id, r.code, r.state, r.urgency, r.openedAt, r.admittedAt, r.requests.map(q => [q.id, q.poolId, q.state, q.declineReason, q.askedAt, q.answeredAt])];
  assert.deepEqual(clear(after), clear(before));
  assert.ok(after.requests.every(q => q.household === null && q.callback === null && (q.proposal?.reasons ?? []).length === 0));
  assert.equal((await referrer.get(`/referrals/${gone}/matches`)).status, 409);
  assert.deepEqual(await overview(), counts);
  assert.equal(expectStatus(await referrer.get(`/referrals/${kept}`), 200).need.callback, CALLBACK, 'another household is as it was');
});

test('a household that is still looking goes on to its end without its facts', async () => {
  const looking = made.referrals[2];
  assert.equal(await x.stopBroker(), 0);
  x.sql(`UPDATE referral_key SET wrapped = NULL, destroyed_at = ${Date.now()} WHERE referral = ${looking}`);
  await x.startBroker();
  assert.equal(expectStatus(await referrer.get(`/referrals/${looking}`), 200).state, 'asked');
  assert.equal((await referrer.post(`/referrals/${looking}/requests`, { poolIds: [made.places[0].poolId] })).status, 409);
  expectStatus(await referrer.post(`/referrals/${looking}/withdrawal`, { reason: 'anders' }), 200);
  assert.equal(await x.stopBroker(), 0);
  const check = x.plek('check');
  assert.equal(check.status, 0, check.out);
});
