// A household with its code at a second desk while the first looks: whom to ring, before anything is filled in twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { judge, noFaults, openBrowser, openDesk, signIn, textOf } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { aWoman, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

let x, browser, own, code, first, amsterdam;

before(async () => {
  x = await startExchange('e2e-one-household');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  const rotterdam = await x.as('nachtdienst.rotterdam');
  amsterdam = await x.as('nachtdienst.amsterdam');
  const [place] = await placesFor(rotterdam, aWoman(), 1);
  const r = await openReferral(rotterdam, aWoman());
  const q = (await ask(rotterdam, r.id, [place.poolId])).requests[0];
  const house = await x.as(deskOf(place.poolId));
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  const { stayId } = expectStatus(await rotterdam.get(`/referrals/${r.id}`), 200);
  code = expectStatus(await house.post(`/stays/${stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200).returnCode;
  const { need } = expectStatus(await amsterdam.post('/returns', { code }, { key: null }), 200);
  first = expectStatus(await amsterdam.post('/referrals', { ...need, callback: '020 555 0100', ground: 'vital_interest' }), 201);
  own = await openDesk(browser, x.origin, { expected: [/status of (404|409)/] });
  await signIn(own, 'nachtdienst.rotterdam', '#results');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const fetchCode = async () => {
  await own.page.fill('#return-code', code);
  await own.page.getByRole('button', { name: say('stay.return_find') }).click();
};

test('the second desk is told whom to ring, and nothing is filled in', async () => {
  await own.page.goto('/plaatsen');
  await own.page.getByText(say('stay.return'), { exact: true }).click();
  await fetchCode();
  const message = own.page.locator('#message');
  await message.getByText(say('stay.return_runs')).waitFor();
  const text = await message.innerText();
  assert.ok(text.includes(amsterdam.session.organisation) && text.includes('020 555 0100'), text);
  assert.ok(!(await textOf(own.page, 'main')).includes(say('stay.return_used', { code })));
  await judge(own, 'one household, whom to ring', { everywhere: true });
});

test('once that search has ended the code opens the intake', async () => {
  expectStatus(await amsterdam.post(`/referrals/${first.id}/withdrawal`, { reason: 'anders' }), 200);
  await fetchCode();
  await own.page.getByText(say('stay.return_used', { code })).waitFor();
  assert.equal(await own.page.locator('#message').count(), 0);
});

test('without a fault', () => noFaults(own, 'the second desk'));
