// /samenwerken of a house that has a regie: its address leaks, and the desk takes the regie over without being asked. The
// page of the house follows both by itself, though it may hear nothing of the referral any more.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, aReport, ask, demo, expectStatus, openReferral } from '../support/world.mjs';

const HOUSE = demo.locations.find(l => l.code === 'lindehof');
const POOLS = demo.pools.filter(p => p.location === HOUSE.id);
const FAMILY = POOLS.find(p => p.code === 'lindehof-gezin').id;
const DESK = { role: 'casusregisseur', callback: '010 555 0100' };
let x, browser, desk, api, house, lives, loads = 0;

before(async () => {
  x = await startExchange('e2e-regie-went');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  api = await x.as('nachtdienst.rotterdam');
  house = await x.as('opvang.lindehof');
  expectStatus(await house.post('/capacity-reports', { reports: POOLS.map(p => aReport(p.id)) }), 200);
  lives = await openReferral(api, aNeed({ traits: {} }));
  const [q] = (await ask(api, lives.id, [FAMILY])).requests;
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  expectStatus(await api.post(`/referrals/${lives.id}/regie-offer`, { organisationId: HOUSE.organisation }), 200);
  expectStatus(await house.post(`/referrals/${lives.id}/regie-acceptance`, DESK), 200);
  desk = await openDesk(browser, x.origin);
  await signIn(desk, 'opvang.lindehof', 'main');
  desk.page.on('request', r => { loads += r.url().endsWith('/regies'); });
  await desk.page.goto('/samenwerken');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

test('the page of the house follows the leak, and that the regie went', { timeout: 120_000 }, async () => {
  const card = desk.page.locator('[data-kind=regie]');
  await card.getByText(lives.code).waitFor();
  assert.equal(await card.getByText(say('care.regie_let_go')).count(), 0);
  await poll(() => loads >= 2, { what: 'once more when the stream began: what comes now comes by it' });
  // Whoever loads the page anew is no proof that it follows by itself.
  await desk.page.evaluate(() => { document.body.dataset.mark = 'same'; });
  const { id: leak } = expectStatus(await house.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'adres_gedeeld' }), 201);
  const admin = await x.as('beheer.lindehof');
  expectStatus(await admin.post(`/leaks/${leak}/confirmation`), 200);
  await card.getByText(say('care.regie_let_go')).waitFor();
  const exchange = await x.as('beheer.uitwisseling');
  const { referralId } = expectStatus(await exchange.get('/leaks'), 200).leaks[0].households[0];
  assert.notEqual(referralId, lives.id, 'the search for the next place');
  expectStatus(await api.post(`/referrals/${referralId}/regie-acceptance`, DESK), 200);
  await card.waitFor({ state: 'detached' });
  await desk.page.getByText(say('together.no_regie')).waitFor();
  assert.equal(await desk.page.evaluate(() => document.body.dataset.mark), 'same');
  noFaults(desk, 'the house');
});
