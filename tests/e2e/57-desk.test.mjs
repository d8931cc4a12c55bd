// CoMensha takes a search that its clock opened: the dossier asks for the number and the ground that it lacks, and for
// nothing more once they are there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESKTOP, judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say, sayLike } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const DAY = 86_400_000;
let x, browser, desk, worker, comensha, places;

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

async function followUp(place) {
  const r = await openReferral(worker, aNeed());
  const house = await x.as(deskOf(place.poolId));
  const q = (await ask(worker, r.id, [place.poolId])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  const before = expectStatus(await comensha.get('/referrals'), 200).referrals.map(f => f.id);
  expectStatus(await worker.post(`/referrals/${r.id}/clocks`, { clock: 'cosm', startedAt: new Date(Date.now() - 70 * DAY).toISOString() }), 200);
  return poll(async () => expectStatus(await comensha.get('/referrals'), 200).referrals.find(f => !before.includes(f.id) && f.follows === 'follow_up'), { what: 'the search that the clock opens' });
}

test('the dossier asks for number and ground, and takes it over with them', { timeout: 120_000 }, async () => {
  const { id } = await followUp(places[0]);
  await signIn(desk, 'helpdesk.comensha', 'h1');
  await desk.page.goto(`/verwijzing#r=${id}`);
  const form = desk.page.locator('form', { hasText: say('timers.desk_title') });
  await form.waitFor();
  await judge(desk, 'a search that lacks number and ground');
  await form.getByLabel(say('timers.desk_callback')).fill('033 555 0186');
  await form.getByLabel(say('timers.desk_ground')).selectOption('vital_interest');
  await form.getByRole('button', { name: sayLike('timers.take_over') }).click();
  await desk.page.getByText(say('timers.mine')).first().waitFor();
  assert.equal(await form.count(), 0);
  const { need, mine } = expectStatus(await comensha.get(`/referrals/${id}`), 200);
  assert.deepEqual([mine, need.callback, need.ground], [true, '033 555 0186', 'vital_interest']);
  noFaults(desk, 'the dossier of CoMensha');
});
