// A report of a leak that nobody confirms: the page of the house says that it was said again, that the next in line knows, and
// in the end that nobody is rung any more. Confirmed after all, it lists who lives there and who was to come.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESKTOP, NARROW, PHONE, axe, noFaults, openBrowser, openDesk, overflow, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { aNeed, aReport, ask, demo, expectStatus, openReferral } from '../support/world.mjs';

const HOUSE = demo.locations.find(l => l.code === 'lindehof');
const POOLS = demo.pools.filter(p => p.location === HOUSE.id);
const FAMILY = POOLS.find(p => p.code === 'lindehof-gezin').id;
let x, browser, desk, house, promised;

before(async () => {
  x = await startExchange('e2e-leak-waits', { settings: { alarm_again_rood_s: 2, alarm_again_times: 1 } });
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  const api = await x.as('nachtdienst.rotterdam');
  house = await x.as('opvang.lindehof');
  expectStatus(await house.post('/capacity-reports', { reports: POOLS.map(p => aReport(p.id)) }), 200);
  const yes = async id => {
    const [q] = (await ask(api, id, [FAMILY])).requests;
    expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
    return q.id;
  };
  const lives = await openReferral(api, aNeed({ traits: {} }));
  expectStatus(await house.post(`/requests/${await yes(lives.id)}/arrival`), 200);
  promised = await openReferral(api, aNeed({ traits: {} }));
  await yes(promised.id);
  desk = await openDesk(browser, x.origin);
  await signIn(desk, 'beheer.lindehof', 'main');
  await desk.page.goto('/veiligheid');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const press = text => desk.page.getByRole('button', { name: text }).first().click();

async function holds(name) {
  for (const viewport of [DESKTOP, PHONE, NARROW]) {
    await desk.page.setViewportSize(viewport);
    for (const theme of ['day', 'night']) {
      await desk.page.evaluate(now => { document.documentElement.dataset.theme = now; }, theme);
      assert.deepEqual(await axe(desk.page), [], `${name} ${viewport.width} ${theme}`);
      assert.ok(await overflow(desk.page) <= 0, `${name} ${viewport.width} ${theme}: wider than the window`);
      if (process.env.PLEK_PICTURES) await desk.page.screenshot({ path: `${process.env.PLEK_PICTURES}/leak-waits-${name}-${viewport.width}-${theme}.png`, fullPage: true });
    }
  }
}

test('nobody confirms: the page says so by itself, until nobody is rung any more', { timeout: 120_000 }, async () => {
  expectStatus(await house.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'adres_gedeeld' }), 201);
  const card = desk.page.locator('[data-state=reported]');
  await card.getByText(say('safety.given_up')).waitFor();
  const text = await card.innerText();
  assert.ok(text.includes(say('safety.passed_on')), text);
  assert.ok(text.includes(say('safety.again', { n: 2, time: '' }).slice(0, 12)), text);
  await holds('reported');
});

test('confirmed after all: who was to come stands beside who lives there', { timeout: 120_000 }, async () => {
  await desk.page.setViewportSize(DESKTOP);
  await press(new RegExp(`^${say('safety.confirm')}`));
  await press(say('safety.confirm_yes'));
  const card = desk.page.locator('[data-state=frozen]');
  await card.waitFor();
  assert.equal(await card.locator('.safety-list li').count(), 2);
  const row = card.locator('.safety-list li').filter({ hasText: promised.code });
  await row.getByText(say('safety.to_place')).waitFor();
  assert.equal(await card.getByText(say('safety.to_place')).count(), 1);
  assert.equal(await card.getByText(say('safety.given_up')).count(), 0);
  await holds('frozen');
  const worker = await x.as('nachtdienst.rotterdam');
  expectStatus(await worker.post(`/referrals/${promised.id}/withdrawal`, { reason: 'anders' }), 200);
  await row.getByText(say('safety.not_come')).waitFor();
  assert.equal(await card.getByText(say('safety.to_place')).count(), 0);
  noFaults(desk, 'the administration of the house');
});
