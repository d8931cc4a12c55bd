// The description of the API and the server say the same: every route of the server is described, everything
// described is a route, every operation is called, and every answer has the shape that the description gives it. (All
// integration tests hold their answers against it; here the whole of it is called.)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { handlersOf, routesOf } from '../support/routes.mjs';
import { walk } from '../support/api_walk.mjs';
import { aNeed } from '../support/world.mjs';

let x;
before(async () => { x = await startExchange('openapi', { settings: { night_sheet_s: 1 } }); });
after(() => x?.stop());

const plain = path => path.replace(/\{[^}]+\}/g, '{id}');
const names = list => list.map(o => `${o.method} ${plain(o.path)}`).sort();

test('the table of routes is read whole', () => {
  assert.deepEqual(routesOf().map(r => r.name).sort(), handlersOf().sort());
});

test('every route is described, and everything described is a route', () => {
  assert.deepEqual(names(routesOf()), names(x.contract.operations));
});

test('a write asks for an Idempotency-Key, here and there', () => {
  const described = x.contract.operations.filter(o => (o.operation.parameters ?? []).some(p => p.$ref?.endsWith('/IdempotencyKey')));
  assert.deepEqual(names(described), names(routesOf().filter(r => r.write)));
});

test('who need not be signed in, here and there', () => {
  const open = x.contract.operations.filter(o => o.operation.security?.length === 0);
  assert.deepEqual(names(open), names(routesOf().filter(r => r.auth === 'AUTH_NONE')));
});

test('the server gives out this very description', async () => {
  const r = await x.client().get('/openapi.json');
  assert.equal(r.status, 200);
  assert.deepEqual(r.json, x.contract.api);
});

test('every operation is called, and every answer is as described', async () => {
  await walk(x, await x.as('nachtdienst.rotterdam'));
  const never = x.contract.operations.map(o => o.operation.operationId).filter(id => ![...(x.contract.called.get(id) ?? [])].some(s => s < 300));
  assert.deepEqual(never, []);
  assert.deepEqual(x.contract.faults, []);
});

test('an answer that differs would be seen', async () => {
  const good = await (await x.as('nachtdienst.rotterdam')).get('/pools/1');
  const judge = change => x.contract.judge('GET', '/pools/1', { ...good, ...change });
  assert.equal(judge({}), null);
  assert.match(judge({ json: { ...good.json, night_number: '0800' } }), /additional/);
  assert.match(judge({ json: { ...good.json, id: '1' } }), /integer/);
  assert.match(judge({ json: { ...good.json, capacity: undefined } }), /required/);
  assert.match(judge({ status: 418 }), /not described/);
  assert.match(judge({ headers: { ...good.headers, 'content-type': 'text/html' } }), /not described/);
});

test('what the description lets in, the server takes: the examples of a need', async () => {
  const need = aNeed({ anonymous: true, channel: 'chat', minorAlone: false, schoolMunicipality: 'GM0363', unsafeMunicipalities: ['GM0599'], unsafePoints: [{ municipality: 'GM0599', minutes: 45 }], returnCode: 'Linde-4821' });
  const validate = x.contract.ajv.compile({ $ref: 'api#/components/schemas/Need' });
  assert.ok(validate(need), JSON.stringify(validate.errors));
  const r = await (await x.as('nachtdienst.rotterdam')).post('/referrals', need);
  assert.equal(r.status, 201, r.text);
  assert.ok(validate(r.json.need), JSON.stringify(validate.errors));
});
