// CoMensha takes a search that its clock opened: the list sends it to the dossier, which asks for the number and the ground
// that it lacks. What is typed for one household does not stand at the next, and what was said can be corrected.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESKTOP, judge, judgeWhole, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say, sayLike } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, aWoman, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const DAY = 86_400_000;
let x, browser, desk, worker, comensha, places, first, second;

before(async () => {
  x = await startExchange('e2e-desk');
  worker = await x.as('nachtdienst.rotterdam');
  comensha = await x.as('helpdesk.comensha');
  places = await placesFor(worker, aNeed(), 2);
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  desk = await openDesk(browser, x.origin, { viewport: DESKTOP });
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

async function followUp(place, need = aNeed()) {
  const r = await openReferral(worker, need);
  const house = await x.as(deskOf(place.poolId));
  const q = (await ask(worker, r.id, [place.poolId])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  const before = expectStatus(await comensha.get('/referrals'), 200).referrals.map(f => f.id);
  expectStatus(await worker.post(`/referrals/${r.id}/clocks`, { clock: 'cosm', startedAt: new Date(Date.now() - 70 * DAY).toISOString() }), 200);
  return poll(async () => expectStatus(await comensha.get('/referrals'), 200).referrals.find(f => !before.includes(f.id) && f.follows === 'follow_up'), { what: 'the search that the clock opens' });
}

test('the list of the shift does not take it over without number and ground', { timeout: 120_000 }, async () => {
  [first, second] = [await followUp(places[0]), await followUp(places[1])];
  await signIn(desk, 'helpdesk.comensha', 'h1');
  await desk.page.goto('/dienst');
  const row = desk.page.locator('.shift-rows li', { hasText: first.code });
  const there = row.getByRole('link', { name: sayLike('timers.take_over_there') });
  await there.waitFor();
  assert.equal(await row.getByRole('button', { name: sayLike('timers.take_over') }).count(), 0);
  await judgeWhole(desk, 'the shift with a search that the clock opened');
  await there.click();
  await desk.page.waitForURL(url => url.pathname === '/verwijzing' && url.hash === `#r=${first.id}`);
  await desk.page.locator(`#desk-callback-${first.id}`).waitFor();
});

test('what is typed for one household does not stand at the next', { timeout: 60_000 }, async () => {
  await desk.page.goto(`/plaatsen#${first.id}`);
  await desk.page.locator(`#desk-callback-${first.id}`).fill('033 555 0199');
  await desk.page.locator(`#desk-ground-${first.id}`).selectOption('consent');
  await desk.page.evaluate(id => { location.hash = `#${id}`; }, second.id);
  const field = desk.page.locator(`#desk-callback-${second.id}`);
  await field.waitFor();
  assert.equal(await field.inputValue(), '');
  assert.notEqual(await desk.page.locator(`#desk-ground-${second.id}`).inputValue(), 'consent');
});

test('the dossier asks for number and ground, and takes it over with them', { timeout: 120_000 }, async () => {
  const { id } = first;
  await desk.page.goto(`/verwijzing#r=${id}`);
  const form = desk.page.locator('form', { hasText: say('timers.desk_title') });
  await form.waitFor();
  await judge(desk, 'a search that lacks number and ground');
  const number = form.getByLabel(say('timers.desk_callback'));
  await form.getByRole('button', { name: sayLike('timers.take_over') }).click();
  await form.locator('.faults').waitFor();
  assert.equal(await number.getAttribute('aria-invalid'), 'true');
  assert.equal(expectStatus(await comensha.get(`/referrals/${id}`), 200).mine, false);
  await judgeWhole(desk, 'without a number');
  await number.fill('033 555 0186');
  await form.getByLabel(say('timers.desk_ground')).selectOption('vital_interest');
  await form.getByRole('button', { name: sayLike('timers.take_over') }).click();
  await desk.page.getByText(say('timers.mine')).first().waitFor();
  assert.equal(await form.count(), 0);
  const { need, mine } = expectStatus(await comensha.get(`/referrals/${id}`), 200);
  assert.deepEqual([mine, need.callback, need.ground], [true, '033 555 0186', 'vital_interest']);
  noFaults(desk, 'the dossier of CoMensha');
});

test('its owner corrects the number, and what the exchange refuses stands at the field', { timeout: 120_000 }, async () => {
  const { id } = first;
  const more = desk.page.locator('#section-timers details', { hasText: say('timers.desk_change') });
  const number = more.getByLabel(say('timers.desk_callback'));
  await more.locator('summary').click();
  assert.equal(await number.inputValue(), '033 555 0186');
  assert.equal(await more.getByLabel(say('timers.desk_ground')).inputValue(), 'vital_interest');
  await judgeWhole(desk, 'the correction');
  await desk.page.route(`**/api/v1/referrals/${id}/takeover`, route => route.fulfill({ status: 400, contentType: 'application/problem+json', body: JSON.stringify({ type: '/problems/invalid', title: 'Bad Request', status: 400, errors: [{ pointer: '/callback', detail: 'is a person\'s number' }] }) }));
  await number.fill('06 12 34 56 78');
  await more.getByRole('button', { name: sayLike('timers.desk_save') }).click();
  await more.locator('.field-fault').waitFor();
  assert.equal(await number.getAttribute('aria-invalid'), 'true');
  await desk.page.unroute(`**/api/v1/referrals/${id}/takeover`);
  await number.fill('033 555 0187');
  await more.getByRole('button', { name: sayLike('timers.desk_save') }).click();
  await poll(async () => expectStatus(await comensha.get(`/referrals/${id}`), 200).need.callback === '033 555 0187', { what: 'the corrected number' });
  await number.waitFor({ state: 'hidden' }); // folded again
  assert.deepEqual(desk.faults.filter(f => !/400/.test(f)), []);
});

test('a household without a name keeps its chat, and then the number may stay away', { timeout: 60_000 }, async () => {
  const need = aWoman({ anonymous: true, channel: 'chat', callback: undefined });
  const [place] = await placesFor(worker, need, 1);
  const chat = await followUp(place, need);
  const own = await openDesk(browser, x.origin, { viewport: DESKTOP });
  await signIn(own, 'helpdesk.comensha', 'h1');
  await own.page.goto(`/verwijzing#r=${chat.id}`);
  const form = own.page.locator(`#desk-${chat.id}`);
  await form.waitFor();
  assert.equal(await form.getByLabel(say('timers.desk_channel')).inputValue(), 'chat');
  await form.getByLabel(say('timers.desk_channel')).selectOption('telefoon');
  await form.getByRole('button', { name: sayLike('timers.take_over') }).click();
  await form.locator('.faults').waitFor(); // by telephone it is rung: a number must be there
  await judgeWhole(own, 'telephone without a number');
  await form.getByLabel(say('timers.desk_channel')).selectOption('chat');
  await form.getByRole('button', { name: sayLike('timers.take_over') }).click();
  await own.page.getByText(say('timers.mine')).first().waitFor();
  assert.equal(expectStatus(await comensha.get(`/referrals/${chat.id}`), 200).need.channel, 'chat');
  noFaults(own, 'the chat desk');
});
