// Rights of the person on the pages: the residence situation found out by the house where they are, the end of a
// reflection period in the intake, an order with the moment of its imposition, and the owner of a clock that has no file.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { aReport, aWoman, ask, deskOf, expectStatus, openReferral, placesFor, poolOf } from '../support/world.mjs';

const DAY_MS = 86_400_000;
/** As the browser's field of date and time has it. */
const dutch = at => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Amsterdam', dateStyle: 'short', timeStyle: 'short' }).format(at).replace(' ', 'T');
let x, browser, api, own, house, comensha, referral;

before(async () => {
  x = await startExchange('e2e-rights');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  api = await x.as('nachtdienst.rotterdam');
  const need = aWoman({ residence: 'onbekend', threatKinds: { netwerk: 'yes' } });
  const [place] = await placesFor(api, need, 1, 'uur72');
  const desk = await x.as(deskOf(place.poolId));
  const total = 4 * poolOf(place.poolId).units_total;
  expectStatus(await desk.post('/capacity-reports', { reports: [aReport(place.poolId, { unitsTotal: total, unitsFree: total })] }), 200);
  referral = { ...await openReferral(api, need), place };
  const q = (await ask(api, referral.id, [place.poolId])).requests[0];
  expectStatus(await desk.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await desk.post(`/requests/${q.id}/arrival`), 200);
  own = await openDesk(browser, x.origin, { expected: [/status of (403|404|409)/] });
  await signIn(own, 'nachtdienst.rotterdam', '#results');
  house = await openDesk(browser, x.origin, { viewport: PHONE, expected: [/status of (403|404|409)/] });
  await signIn(house, deskOf(place.poolId), 'main');
  comensha = await openDesk(browser, x.origin, { expected: [/status of (403|404|409)/] });
  await signIn(comensha, 'helpdesk.comensha', 'main');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

test('the house where they are says what the residence situation turned out to be', async () => {
  await house.page.goto(`/verwijzing#r=${referral.id}`);
  const task = house.page.locator('#gate-task');
  await task.getByText(say('gate.task_residence')).waitFor();
  await task.locator('#gate-residence').selectOption('bedenktijd_aangeboden');
  await task.locator('#gate-found').click();
  await task.getByText(say('gate.task_offered')).waitFor();
  await judge(house, 'what the residence turned out to be');
  await task.locator('#gate-residence').selectOption('bedenktijd');
  await task.locator('#gate-until').fill(new Date(Date.now() + 21 * DAY_MS).toISOString().slice(0, 10));
  await task.locator('#gate-found').click();
  await task.waitFor({ state: 'detached' });
  await house.page.locator('#section-stay .stay-clock b', { hasText: 'Bedenktijd' }).waitFor();
  noFaults(house);
});

test('the owner of a clock without a file is shown whom it is about, and no dead end', async () => {
  await comensha.page.goto('/verblijf');
  const clock = comensha.page.locator('.stay-clock', { hasText: referral.code });
  await clock.waitFor();
  assert.equal(await clock.locator(`a[href="/verwijzing#r=${referral.id}"]`).count(), 0);
  await clock.getByRole('button', { name: new RegExp(say('stay.case_open')) }).click();
  await clock.locator('dl').waitFor();
  const text = await clock.innerText();
  assert.match(text, /Veilig Thuis/);
  assert.match(text, /72/);
  assert.ok(!text.includes(referral.place.locationName), 'the house is not named');
  await judge(comensha, 'whom a clock is about');
  noFaults(comensha);
});

test('an order counts from the moment that is told', async () => {
  const open = await openReferral(api, aWoman());
  await own.page.goto(`/verwijzing#r=${open.id}`);
  const part = own.page.locator('#section-nobed');
  await part.getByRole('button', { name: say('nobed.add_order') }).click();
  await part.locator('#form-order').getByText(say('nobed.given'), { exact: true }).click();
  const at = new Date(Date.now() - 2 * DAY_MS);
  await part.locator('#nobed-imposed').fill(dutch(at));
  await part.locator('#form-order').getByRole('button', { name: say('nobed.save') }).click();
  await part.locator('.bridge.active').waitFor();
  const { clocks } = expectStatus(await api.get(`/referrals/${open.id}/clocks`), 200);
  const clock = clocks.find(c => c.clock === 'huisverbod');
  assert.ok(Math.abs(Date.parse(clock.startedAt) - at.getTime()) < 60_000, clock.startedAt);
  await own.page.locator('#section-stay .stay-clock').first().waitFor(); // and its clock is there without being asked for
  noFaults(own);
});
