// In the browser: the desk of a household that fled takes the regie from the house it fled, which may only let it go; and
// the gatekeeper asks a house whether somebody there is known.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { judgeWhole, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { aNeed, aReport, aVictim, ask, demo, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const HOUSE = demo.locations.find(l => l.code === 'lindehof');
const POOLS = demo.pools.filter(p => p.location === HOUSE.id);
const FAMILY = POOLS.find(p => p.code === 'lindehof-gezin').id;
let x, browser, api, phone, intake, comensha, desk;

before(async () => {
  x = await startExchange('e2e-safe-sides');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  api = await x.as('nachtdienst.rotterdam');
  phone = await x.as('opvang.lindehof');
  intake = await x.as('intake.lindehof-groep');
  comensha = await x.as('helpdesk.comensha');
  expectStatus(await phone.post('/capacity-reports', { reports: POOLS.map(p => aReport(p.id)) }), 200);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

test('the gatekeeper asks about a known conflict; the referrer, who is rung, reads the same word on the open dossier', async () => {
  const r = await openReferral(api, aVictim());
  const gate = expectStatus(await api.post(`/referrals/${r.id}/gate-requests`, { kind: 'cosm' }), 201);

  expectStatus(await comensha.post(`/gate-requests/${gate.id}/ownership`), 200);
  const [place] = await placesFor(comensha, aVictim(), 1, 'cosm');
  const asked = expectStatus(await comensha.post(`/gate-requests/${gate.id}/requests`, { poolIds: [place.poolId] }), 201);
  const own = await openDesk(browser, x.origin);
  await signIn(own, 'nachtdienst.rotterdam', '#results');
  await own.page.goto(`/verwijzing#r=${r.id}`);
  await own.page.locator('#section-gate .asked li').waitFor();
  assert.equal(await own.page.locator('#section-gate .conflict').count(), 0); // nobody asked yet, and it is not for the referrer to ask
  desk = await openDesk(browser, x.origin);
  await signIn(desk, 'helpdesk.comensha', '.gate-queue li');
  await desk.page.goto(`/toewijzing#g=${gate.id}`);
  await desk.page.locator('[data-request]').getByRole('button', { name: say('safety.conflict_ask') }).click();
  const token = desk.page.locator('[data-request] .token');
  await token.waitFor();
  assert.match(await token.innerText(), /^CT-[0-9A-Z]{5}$/);
  assert.equal(await token.innerText(), expectStatus(await comensha.get(`/requests/${asked.requests.at(-1).id}`), 200).conflict.token);
  const word = await token.innerText();
  await desk.page.getByText(say('safety.conflict_wait_gate')).waitFor();
  await desk.page.getByText(say('safety.conflict_gate_text')).waitFor();
  assert.equal(await desk.page.getByText(say('safety.conflict_wait_text')).count(), 0); // it is not who says the names
  await judgeWhole(desk, 'the question at the gatekeeper');
  const rung = own.page.locator('#section-gate .conflict');
  await rung.locator('.token').waitFor();
  assert.equal(await rung.locator('.token').innerText(), word);
  await rung.getByText(say('safety.conflict_wait')).waitFor();
  await rung.getByText(say('safety.conflict_wait_text')).waitFor();
  await own.page.locator('#status', { hasText: word }).waitFor({ state: 'attached' });
  await judgeWhole(own, 'the word at the referrer');
  for (const d of [desk, own]) noFaults(d);
  await own.context.close();
});

test('the desk takes the regie from the house that they fled; the house is told to let it go', async () => {
  const r = await openReferral(api, aNeed());
  const q = (await ask(api, r.id, [FAMILY])).requests.at(-1);

  expectStatus(await phone.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await phone.post(`/requests/${q.id}/arrival`), 200);
  expectStatus(await api.post(`/referrals/${r.id}/regie-offer`, { organisationId: phone.session.organisationId }), 200);
  expectStatus(await intake.post(`/referrals/${r.id}/regie-acceptance`, { role: 'Casusregie huis', callback: '010 555 0000' }), 200);
  const leak = expectStatus(await phone.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'medewerker' }), 201);
  expectStatus(await intake.post(`/leaks/${leak.id}/confirmation`), 200);
  const next = expectStatus(await api.get('/referrals?leaked=true'), 200).referrals.at(-1);

  const house = await openDesk(browser, x.origin);
  const { regies } = expectStatus(await intake.get('/regies'), 200);
  const may = regies[0].may.filter(step => step !== 'end');
  // As the exchange may answer: to whom it can go, and that it is not for this house to end it.
  await house.page.route('**/api/v1/regies', route => route.fulfill({ json: { regies: regies.map(g => ({ ...g, may, offerTo: [api.session.organisationId] })) } }));
  await signIn(house, 'intake.lindehof-groep', 'main');
  await house.page.goto('/samenwerken');
  await house.page.locator('[data-kind="regie"]').getByText(say('care.regie_let_go')).waitFor();
  const give = house.page.locator('[data-kind="regie"]');
  assert.deepEqual(await give.locator('select[name=organisation] option').evaluateAll(all => all.map(o => o.value)), ['', String(api.session.organisationId)]);
  assert.equal(await give.getByText(say('care.regie_end')).count(), 0);
  await judgeWhole(house, 'the house that may let the regie go');

  const own = await openDesk(browser, x.origin);
  await signIn(own, 'nachtdienst.rotterdam', '#results');
  await own.page.goto(`/verwijzing#r=${next.id}`);
  const section = own.page.locator('#section-care');
  await section.getByText(say('care.regie_fled')).waitFor();
  assert.equal(await section.getByRole('button', { name: say('care.regie_refuse') }).count(), 0);
  await own.page.fill(`#regie-role-${next.id}`, 'Casusregisseur');
  await own.page.fill(`#regie-callback-${next.id}`, '010 123 45 67');
  await judgeWhole(own, 'the desk that relieves the house');
  await section.getByRole('button', { name: say('care.regie_take') }).click();
  await section.getByText(say('care.regie_change')).waitFor();
  assert.equal(expectStatus(await api.get(`/referrals/${next.id}/regie`), 200).holder.id, api.session.organisationId);
  for (const d of [house, own]) noFaults(d);
});
