// They came some time ago: said with the arrival, beside the button that says now, on the phone of the house and in the file
// for a bridge bed. A moment that cannot be is a fault at its field, and the household has not arrived.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, axe, judgeWhole, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { beginShift, openShelter, say } from '../support/people.mjs';
import { openDossier } from '../support/walk_nobed_pages.mjs';
import { poll } from '../support/wait.mjs';
import { aWoman, deskOf, expectStatus, locationOf, openReferral, phoneOf, placesFor } from '../support/world.mjs';

const HOUR_MS = 3_600_000;
let x, browser, api, desk, phone, worker, place, other;

before(async () => {
  x = await startExchange('e2e-came-earlier');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  api = await x.as('nachtdienst.rotterdam');
  [place, other] = await placesFor(api, aWoman(), 2, 'crisis');
  desk = await x.as(deskOf(place.poolId));
  phone = await openDesk(browser, x.origin, { viewport: PHONE, expected: [/status of 400/] });
  worker = await openDesk(browser, x.origin, { expected: [/status of 400/] });
  await openShelter(phone, phoneOf(locationOf(place.poolId).name));
  await beginShift(phone);
  await signIn(worker, 'nachtdienst.rotterdam', '#results-title');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

async function promised(bridge) {
  const at = bridge ? other : place;
  const house = bridge ? await x.as(deskOf(at.poolId)) : desk;
  const referral = await openReferral(api, aWoman());
  const asked = expectStatus(await api.post(`/referrals/${referral.id}/requests`, { poolIds: [at.poolId], ...(bridge ? { bridge } : {}) }), 201).requests[0];
  const request = expectStatus(await house.post(`/requests/${asked.id}/acceptance`), 200);
  return { referral, request };
}
const localTime = (page, ms) => page.evaluate(at => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16), ms);
/** As its referrer reads it. */
const stateOf = async ({ id, referralId }) => expectStatus(await api.get(`/referrals/${referralId}`), 200).requests.find(q => q.id === id).state;

/** What the page says is what was typed; what the exchange gets is a moment that can be, a little after the yes. */
async function sayEarlier(page, form, request) {
  const typed = await localTime(page, Date.now() - HOUR_MS);
  const arrivedAt = new Date(Date.parse(request.answeredAt) + 10).toISOString();
  let sent = null;
  await page.route('**/arrival', route => {
    sent = route.request().postDataJSON();
    route.continue({ postData: JSON.stringify({ arrivedAt }) });
  });
  await form.locator('[name=arrivedAt]').fill(typed);
  await form.getByRole('button', { name: say('arrive.earlier_save') }).click();
  await poll(async () => (await stateOf(request)) === 'admitted', { what: 'the arrival' });
  await page.unroute('**/arrival');
  assert.equal(await localTime(page, Date.parse(sent.arrivedAt)), typed);
  return arrivedAt;
}

async function sayImpossible(page, form, request) {
  await form.locator('[name=arrivedAt]').fill(await localTime(page, Date.now() - 3 * HOUR_MS));
  await form.getByRole('button', { name: say('arrive.earlier_save') }).click();
  const words = say('faults.before_yes', { field: say('stay.moment_came') });
  await form.locator('.field-fault', { hasText: words }).waitFor();
  await page.waitForFunction(id => document.activeElement?.id === id, `${await form.getAttribute('id')}-faults`);
  assert.equal(await stateOf(request), 'accepted');
}

test('on the phone: before the yes it is refused at the field; then it was earlier', { timeout: 120_000 }, async () => {
  const { page } = phone;
  const { referral, request } = await promised(false);
  const card = page.locator(`.call[data-request="${request.id}"]`);
  await card.getByText(say('arrive.earlier')).click();
  assert.deepEqual(await axe(page), []);
  await judgeWhole(phone, 'an arrival of some time ago');
  const form = card.locator('form');
  await sayImpossible(page, form, request);
  const arrivedAt = await sayEarlier(page, form, request);
  const { stayId } = expectStatus(await api.get(`/referrals/${referral.id}`), 200);
  assert.equal(expectStatus(await desk.get(`/stays/${stayId}`), 200).startedAt, arrivedAt);
  await card.waitFor({ state: 'detached' });
});

test('the minute in which it is said is now', { timeout: 120_000 }, async () => {
  const { page } = phone;
  const { request } = await promised(false);
  const card = page.locator(`.call[data-request="${request.id}"]`);
  await card.getByText(say('arrive.earlier')).click();
  const asked = page.waitForRequest('**/arrival');
  await card.getByRole('button', { name: say('arrive.earlier_save') }).click();
  assert.deepEqual((await asked).postDataJSON(), {});
  await card.waitFor({ state: 'detached' });
});

test('a bridge bed, in the file of who placed them', { timeout: 120_000 }, async () => {
  const { page } = worker;
  const { referral, request } = await promised(true);
  await openDossier(worker, referral.id);
  const card = page.locator('#section-nobed .bridge');
  await card.getByText(say('arrive.earlier')).click();
  await judgeWhole(worker, 'a bridge bed that was reached some time ago');
  const form = card.locator('form');
  await sayImpossible(page, form, request);
  const arrivedAt = await sayEarlier(page, form, request);
  const bed = expectStatus(await api.get(`/referrals/${referral.id}/bridges`), 200).bridges[0];
  assert.equal(bed.startedAt, arrivedAt);
});

test('no fault on any page', () => {
  noFaults(phone, 'the phone of the house');
  noFaults(worker, 'the desk');
});
