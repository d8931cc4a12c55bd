// A place of OMM (trafficking with other problems), end to end in the browser: the placer sends the household by the button that
// names it, CoMensha takes it and asks a house, and the house says yes and lets the household in, on its phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { judge, noFaults, openBrowser, openDesk, PHONE, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { beginShift, enterVictim, labelOf, openPlacer, openShelter, say } from '../support/people.mjs';
import { aReport, aVictim, deskOf, expectStatus, locationOf, phoneOf, placesFor, poolOf } from '../support/world.mjs';

let x, browser, placer, comensha, phone, omm, name, referral;
before(async () => {
  x = await startExchange('e2e-gate-omm');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  [omm] = await placesFor(await x.as('helpdesk.comensha'), aVictim({ residence: 'b8_vergunning' }), 1, 'omm');
  name = locationOf(omm.poolId).name;
  const total = 10 * poolOf(omm.poolId).units_total;
  expectStatus(await (await x.as(deskOf(omm.poolId))).post('/capacity-reports', { reports: [aReport(omm.poolId, { unitsTotal: total, unitsFree: total })] }), 200);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

test('the button of its name sends the household to CoMensha for OMM', { timeout: 60_000 }, async () => {
  placer = await openDesk(browser, x.origin);
  await openPlacer(placer);
  const { page } = placer;
  await enterVictim(placer, 'b8_vergunning');
  await page.locator('#through-gate').getByRole('button', { name: labelOf('kinds', 'omm') }).click();
  await page.waitForURL('**/verwijzing#r=*');
  referral = Number(/#r=(\d+)/.exec(page.url())[1]);
  await page.locator('#section-gate').getByText(/CoMensha/).first().waitFor();
  const { gateRequests } = expectStatus(await (await x.as('helpdesk.comensha')).get('/gate-requests'), 200);
  assert.deepEqual(gateRequests.map(g => [g.referralId, g.kind, g.state]), [[referral, 'omm', 'waiting']]);
});

test('CoMensha takes it and asks a house of OMM', { timeout: 60_000 }, async () => {
  comensha = await openDesk(browser, x.origin);
  const { page } = comensha;
  await signIn(comensha, 'helpdesk.comensha', '.gate-queue li');
  await page.locator('.gate-line').first().click();
  await page.click('#gate-take');
  await page.locator('.gate-places li').first().waitFor();
  await judge(comensha, 'OMM, places');
  await page.locator(`.gate-places li[data-pool="${omm.poolId}"]`).getByRole('button').click();
  await page.locator('.gate-case .asked li').waitFor();
});

test('the house says yes on its phone, all three see it, and it lets the household in', { timeout: 60_000 }, async () => {
  phone = await openDesk(browser, x.origin, { viewport: PHONE });
  const { page } = phone;
  await openShelter(phone, phoneOf(name));
  await beginShift(phone);
  const yes = page.locator('section.call').getByRole('button', { name: say('request.yes') });
  await yes.waitFor();
  await judge(phone, 'OMM, call');
  await yes.click();
  await comensha.page.locator('.gate-case .asked li.yes').waitFor();
  await comensha.page.getByText(say('gate.state_placed')).first().waitFor();
  await placer.page.locator('.lead', { hasText: name }).waitFor();
  const arrived = page.getByRole('button', { name: say('request.arrived') });
  await arrived.waitFor();
  await judge(phone, 'OMM, promised');
  await arrived.click();
  await placer.page.locator('.lead', { hasText: say('track.admitted', { name }) }).waitFor();
  await comensha.page.getByText(say('gate.file_closed', { keeper: 'CoMensha' })).waitFor();
  assert.equal(expectStatus(await (await x.as('nachtdienst.rotterdam')).get(`/referrals/${referral}`), 200).state, 'admitted');
  for (const desk of [placer, comensha, phone]) noFaults(desk);
});
