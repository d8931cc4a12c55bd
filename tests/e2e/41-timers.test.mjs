// What time does, as people see it: a phone asks for extra time and the worker sees it at once; a request is rung again;
// nobody says yes and somebody takes the alarm on; a kept place is kept longer; a referral goes over to a colleague at the
// change of shift; and a house looks at how it answers. Each state is judged for accessibility, by day and by night.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { askBest, beginShift, clockIn, enterHousehold, openPlacer, openShelter, press, say, sayLike, seen } from '../support/people.mjs';
import { expectStatus } from '../support/world.mjs';

const COLLEAGUE = 'avonddienst.rotterdam';
const SETTINGS = { ring_rood_s: 4, lead_rood_s: 8, keep_rood_s: 90, keep_warn_rood_s: 120 };

let x, browser, worker, house, colleague;

before(async () => {
  x = await startExchange('e2e-timers', { settings: SETTINGS });
  x.sql(`INSERT INTO account (username, org, role, location, display_nl, display_en, password_hash, created_at_ms)
    SELECT '${COLLEAGUE}', org, role, location, 'Avonddienst', 'Evening staff', password_hash, 1 FROM account WHERE username = 'nachtdienst.rotterdam'`);
  await x.killBroker();
  await x.startBroker();
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  worker = await openDesk(browser, x.origin, { viewport: DESKTOP });
  house = await openDesk(browser, x.origin, { viewport: PHONE });
  colleague = await openDesk(browser, x.origin, { viewport: DESKTOP });
  await openPlacer(worker);
  await openShelter(house, 'opvang.lindehof');
  await beginShift(house);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

test('a house asks for five minutes more, and the worker sees it without a reload', { timeout: 120_000 }, async () => {
  await enterHousehold(worker);
  await askBest(worker);
  await house.page.waitForSelector('section.call');
  await press(house, 'timers.extra', { n: 5 });
  await house.page.getByText(say('timers.extra_left', { n: 2 })).waitFor();
  await seen(worker, 'timers.extended', { n: 1 });
  await judge(house, 'a request with extra time');
});

test('what nobody answers is rung again: both see how often', { timeout: 60_000 }, async () => {
  await worker.page.getByText(/Opnieuw gebeld|opnieuw gebeld/).first().waitFor({ timeout: 30_000 });
  await house.page.getByText(/Opnieuw gebeld|opnieuw gebeld/).first().waitFor({ timeout: 30_000 });
});

test('no yes for too long: an alarm that somebody takes on', { timeout: 60_000 }, async () => {
  await worker.page.getByRole('alert').filter({ hasText: say('timers.alarm_lead') }).waitFor({ timeout: 30_000 });
  await judge(worker, 'an alarm without a yes');
  await press(worker, 'timers.acknowledge');
  await seen(worker, 'timers.seen');
  await judge(worker, 'an alarm that is seen');
});

test('the place that said yes is kept so long, and can be kept longer', { timeout: 60_000 }, async () => {
  await press(house, 'request.yes');
  await house.page.getByRole('heading', { name: say('request.promised') }).waitFor();
  await seen(worker, 'timers.hold');
  // Its end is near by the settings of this exchange: both are told.
  await worker.page.getByRole('alert').filter({ hasText: say('timers.alarm_hold_ending') }).waitFor({ timeout: 30_000 });
  await seen(house, 'timers.house_ending');
  await judge(worker, 'a place that ends soon');
  await judge(house, 'a promised place that ends soon');
  await press(worker, 'timers.extend_hold', { n: 3 });
  await worker.page.getByRole('button', { name: say('timers.extend_hold', { n: 2 }) }).waitFor();
});

test('they set out and nobody knows when they will be there: one button, a time when it is heard, and unsure again', { timeout: 60_000 }, async () => {
  const id = new URL(worker.page.url()).hash.slice(1);
  const api = await x.as('nachtdienst.rotterdam');
  const now = async () => expectStatus(await api.get(`/referrals/${id}`), 200);
  const unknown = worker.page.getByRole('button', { name: say('journey.unknown'), exact: true });
  const onTheWay = worker.page.locator('ol.steps li', { hasText: say('steps.travel') });
  await unknown.click();
  await onTheWay.getByText(say('steps.eta_unknown'), { exact: true }).waitFor();
  assert.equal(await unknown.count(), 0, 'it is said');
  assert.deepEqual([(await now()).state, (await now()).etaAt], ['travelling', null]);
  await house.page.getByText(say('timers.house_ending')).waitFor({ state: 'detached' });
  assert.equal(await house.page.getByText(say('request.arrives'), { exact: true }).count(), 0, 'no time is made up');
  await judge(worker, 'on the way without a time');

  await worker.page.fill('#eta', clockIn(40));
  await press(worker, 'journey.change');
  await onTheWay.getByText(sayLike('steps.eta', { time: clockIn(40) })).waitFor();
  await seen(house, 'request.arrives');
  assert.ok(Math.abs(Date.parse((await now()).etaAt) - Date.now() - 40 * 60_000) < 120_000);
  await unknown.click();
  await onTheWay.getByText(say('steps.eta_unknown'), { exact: true }).waitFor();
  await house.page.getByText(say('request.arrives'), { exact: true }).waitFor({ state: 'detached' });
  assert.equal((await now()).etaAt, null);
});

test('at the change of shift a colleague takes it over, and the worker sees whose it is', { timeout: 90_000 }, async () => {
  const details = worker.page.locator('.owner details.more');
  await details.locator('summary').click();
  await details.locator('select').selectOption({ label: 'Avonddienst' });
  await judge(worker, 'handing over');
  await press(worker, 'timers.offer');
  await seen(worker, 'timers.offered', { name: 'Avonddienst' }); // and not whoever is next
  await signIn(colleague, COLLEAGUE, '#results-title');
  await colleague.page.goto('/dienst');
  await colleague.page.locator('.shift-rows li').first().waitFor();
  await judge(colleague, 'the change of shift');
  await press(colleague, 'timers.take_over');
  await seen(colleague, 'timers.mine');
  await worker.page.getByText(say('timers.with', { name: 'Avonddienst' })).waitFor();
  const id = new URL(worker.page.url()).hash.slice(1);
  await colleague.page.goto(`/verwijzing#r=${id}`);
  await colleague.page.locator('#section-timers').waitFor();
  await judge(colleague, 'time in the dossier');
});

test('the house looks at how it answers', { timeout: 60_000 }, async () => {
  await house.page.goto('/koppeling');
  await house.page.locator('table.delivery').waitFor();
  const yes = house.page.locator('table.delivery tr', { hasText: say('delivery.yes') }).locator('td').first();
  assert.equal(await yes.innerText(), '1');
  await seen(house, 'delivery.no_norm');
  await judge(house, 'the delivery record');
});

test('no fault in any window', () => {
  for (const [desk, name] of [[worker, 'worker'], [house, 'house'], [colleague, 'colleague']]) noFaults(desk, name);
});
