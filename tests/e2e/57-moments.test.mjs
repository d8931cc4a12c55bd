// The board of a house on a phone: when they left, corrected afterwards, and a departure that was a mistake.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, axe, judgeWhole, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aWoman, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

let x, browser, house, desk, referral, stayId;

before(async () => {
  x = await startExchange('e2e-moments');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  const api = await x.as('nachtdienst.rotterdam');
  const [place] = await placesFor(api, aWoman(), 1);
  referral = await openReferral(api, aWoman());
  const q = (await ask(api, referral.id, [place.poolId])).requests[0];
  desk = await x.as(deskOf(place.poolId));
  expectStatus(await desk.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await desk.post(`/requests/${q.id}/arrival`), 200);
  stayId = expectStatus(await api.get(`/referrals/${referral.id}`), 200).stayId;
  house = await openDesk(browser, x.origin, { viewport: PHONE, expected: [/status of (400|404)/] });
  await signIn(house, deskOf(place.poolId), 'main');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const stay = async () => expectStatus(await desk.get(`/stays/${stayId}`), 200);
const part = () => house.page.locator('#section-stay');
const left = () => house.page.locator('#vertrokken li', { hasText: referral.code });
/** As a field for a moment has it, where the browser is. */
const localTime = ms => house.page.evaluate(at => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16), ms);

async function depart() {
  await house.page.goto(`/verwijzing#r=${referral.id}`);
  await part().getByText(say('stay.depart'), { exact: true }).click();
  const form = part().locator('form', { has: house.page.locator('[name=destination]') });
  const said = await form.locator('[name=leftAt]').inputValue();
  assert.ok(Math.abs(Date.parse(said) - Date.parse(await localTime(Date.now()))) <= 120_000, `prefilled with now: ${said}`);
  await form.locator('[name=reason]').selectOption('eigen_keuze');
  await form.locator('[name=destination]').selectOption('familie_vrienden');
  await form.getByRole('button', { name: say('stay.depart_button') }).click();
  await left().locator('b.ref').waitFor();
}

test('a departure is told for now, unless another moment is chosen', async () => {
  const before = Date.now();
  await depart();
  const s = await stay();
  assert.equal(s.state, 'departed');
  assert.ok(Date.parse(s.endedAt) >= before - 5000, s.endedAt);
});

test('a moment that cannot be is a fault of its field, and nothing changes', async () => {
  await left().getByText(say('stay.moments'), { exact: true }).click();
  const form = left().locator('form', { has: house.page.locator('[name=arrivedAt]') });
  const was = await stay();
  await form.locator('[name=arrivedAt]').fill(await localTime(Date.now() - 3 * 86_400_000)); // before the yes of the house
  await form.getByRole('button', { name: say('stay.moments_save') }).click();
  await form.locator('[name=arrivedAt][aria-invalid=true]').waitFor();
  assert.equal((await stay()).startedAt, was.startedAt);
});

test('it was a mistake: they are still here, and stand among those who live there', async () => {
  await left().getByText(say('stay.still_here')).first().click();
  assert.deepEqual(await axe(house.page), []);
  await judgeWhole(house, 'who has left, with all that can be said of it');
  await left().getByRole('button', { name: say('stay.still_here_button') }).click();
  await house.page.locator('tr', { hasText: referral.code }).waitFor();
  assert.equal(await left().count(), 0);
  await poll(async () => (await stay()).state === 'present');
  assert.equal(await house.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing is wider than the phone');
  await depart(); // and once more, truly
});

test('no fault on any page', () => noFaults(house, 'the phone of the house'));
