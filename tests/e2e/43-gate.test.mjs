// A trafficking case end to end in the browser: the placer finds the way through CoMensha instead of a dead end, sends the
// household there and asks a bed for the meantime; CoMensha takes it, asks what is missing, asks a COSM house; the house
// says yes, both see it, and the woman arrives. The pages without a finding of axe at three widths, by day and by night.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { beginShift, enterVictim, labelOf, openPlacer, openShelter, say } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aMinorAlone, aReport, aVictim, demo, deskOf, expectStatus, locationOf, openReferral, phoneOf, placesFor, poolOf } from '../support/world.mjs';

let x, browser, placer, comensha, cosm, house, referral;

before(async () => {
  x = await startExchange('e2e-gate');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  const api = await x.as('helpdesk.comensha');
  cosm = (await placesFor(api, aVictim(), 1, 'cosm'))[0];
  house = await x.as(deskOf(cosm.poolId));
  const total = 10 * poolOf(cosm.poolId).units_total;
  expectStatus(await house.post('/capacity-reports', { reports: [aReport(cosm.poolId, { unitsTotal: total, unitsFree: total })] }), 200);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const part = page => page.locator('#section-gate');
const idOf = page => Number(/#r=(\d+)/.exec(page.url())[1]);

test('a trafficking case is entered, and the list names the way through CoMensha', async () => {
  placer = await openDesk(browser, x.origin);
  await openPlacer(placer);
  const { page } = placer;
  await enterVictim(placer, 'bedenktijd_aangeboden');
  await page.locator('#through-gate').waitFor();
  await judge(placer, 'gate, placer');
});

test('one button opens the referral and sends it to CoMensha', async () => {
  const { page } = placer;
  await page.locator('#through-gate').getByRole('button', { name: labelOf('kinds', 'cosm') }).click();
  await page.waitForURL('**/verwijzing#r=*');
  await part(page).waitFor();
  referral = idOf(page);
  await part(page).getByText(/CoMensha/).first().waitFor();
  await page.locator('#gate-beds li').first().waitFor();
  await judge(placer, 'gate, referral waiting');
});

test('nobody answers: the desk is rung, at its own number', async () => {
  const { page } = placer;
  await part(page).getByRole('button', { name: say('gate.show_number', { organisation: 'CoMensha' }) }).click();
  const { sealed } = demo.locations.find(l => l.code === 'loket-comensha');
  const link = part(page).locator('.gate-ring a');
  await link.waitFor();
  assert.equal(await link.getAttribute('href'), `tel:${sealed.night_number.replace(/[^0-9+]/g, '')}`);
  await judge(placer, 'gate, the number of the desk');
});

test('a bed for the meantime is asked beside it', async () => {
  const { page } = placer;
  await page.locator('#gate-beds').getByRole('button').first().click();
  const keeper = await x.as('helpdesk.comensha');
  await poll(async () => expectStatus(await keeper.get('/gate-requests'), 200).gateRequests[0].bridge?.state === 'pending', { what: 'the bed to be asked' });
  // It is no round of asking: the search itself is still open.
  assert.equal(await page.locator('.lead').innerText(), say('track.open'));
});

test('CoMensha sees the queue, opens the file and takes it', async () => {
  comensha = await openDesk(browser, x.origin);
  const { page } = comensha;
  await signIn(comensha, 'helpdesk.comensha', '.gate-queue li');
  assert.match(page.url(), /\/toewijzing$/);
  await judge(comensha, 'gate, queue');
  await page.locator('.gate-line').first().click();
  await page.locator('.gate-file').waitFor();
  assert.match(await page.locator('.gate-file').innerText(), new RegExp(labelOf('traits', 'uitbuiting_seksueel')));
  await page.click('#gate-take');
  await page.getByText(say('gate.owner_me')).first().waitFor();
  await page.locator('.gate-places li').first().waitFor();
  await judge(comensha, 'gate, case taken');
});

test('it asks what is missing and is answered', async () => {
  const { page } = comensha;
  await page.getByLabel(labelOf('gate_facts', 'politie')).check();
  await page.click('#gate-ask-back');
  const answer = placer.page.locator('.gate-questions');
  await answer.waitFor();
  await judge(placer, 'gate, referral asked');
  await answer.locator('label', { hasText: say('gate.answer_yes') }).click();
  await placer.page.click('#gate-answer');
  await answer.waitFor({ state: 'detached' });
  await page.locator('.gate-answers', { hasText: say('gate.answer_yes') }).waitFor();
});

test('it asks a COSM house, the house says yes, and both see it', async () => {
  const { page } = comensha;
  await page.locator(`.gate-places li[data-pool="${cosm.poolId}"]`).getByRole('button').click();
  await page.locator('.gate-case .asked li').waitFor();
  const name = locationOf(cosm.poolId).name;
  const phone = await openDesk(browser, x.origin, { viewport: PHONE });
  await openShelter(phone, phoneOf(name));
  await beginShift(phone);
  const call = phone.page.locator('section.call');
  await call.getByRole('button', { name: say('request.yes') }).waitFor();
  await judge(phone, 'gate, call');
  await call.getByRole('button', { name: say('request.yes') }).click();
  const request = expectStatus(await house.get('/requests'), 200).requests.find(r => r.referralId === referral);
  await page.locator('.gate-case .asked li.yes').waitFor();
  await page.getByText(say('gate.state_placed')).first().waitFor();
  await judge(comensha, 'gate, case placed');
  await placer.page.locator('.lead', { hasText: name }).waitFor();
  await part(placer.page).getByText(say('gate.says_placed', { organisation: 'CoMensha' })).waitFor();
  // The address is for the referrer alone.
  expectStatus(await (await x.as('nachtdienst.rotterdam')).get(`/requests/${request.id}/location`), 200);
  assert.equal((await (await x.as('helpdesk.comensha')).get(`/requests/${request.id}/location`)).status, 403);
  await phone.page.getByRole('button', { name: say('request.arrived') }).click();
  await placer.page.locator('.lead', { hasText: say('track.admitted', { name }) }).waitFor();
  await page.getByText(say('gate.file_closed', { keeper: 'CoMensha' })).waitFor();
  noFaults(phone, 'the house');
  await phone.context.close();
});

test('a residence that is not known is a task, done on the page', async () => {
  const api = await x.as('nachtdienst.rotterdam');
  const { id } = await openReferral(api, aVictim({ residence: 'onbekend' }));
  const { page } = placer;
  await page.goto(`/verwijzing#r=${id}`);
  await page.reload();
  await page.locator('.gate-task').waitFor();
  await judge(placer, 'gate, referral task');
  await page.selectOption('#gate-residence', 'bedenktijd');
  await page.fill('#gate-until', new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
  await page.locator('#gate-until').blur();
  await page.click('#gate-found');
  await page.locator('.gate-task').waitFor({ state: 'detached' });
  assert.equal(expectStatus(await api.get(`/referrals/${id}`), 200).need.residence, 'bedenktijd');
});

test('an answer that was chosen and not sent never goes along to another household', async () => {
  const api = await x.as('nachtdienst.rotterdam');
  const keeper = await x.as('helpdesk.comensha');
  const asked = async () => {
    const { id } = await openReferral(api, aVictim());
    const gate = expectStatus(await api.post(`/referrals/${id}/gate-requests`, { kind: 'cosm' }), 201).id;
    expectStatus(await keeper.post(`/gate-requests/${gate}/ownership`), 200);
    expectStatus(await keeper.post(`/gate-requests/${gate}/questions`, { facts: ['politie'] }), 200);
    return { id, gate };
  };
  const [one, two] = [await asked(), await asked()];
  const { page } = placer;
  const answer = (gate, word) => page.locator(`input[name="gate-${gate}-politie"][value=${word}]`);
  const label = (gate, word) => page.locator('label', { has: answer(gate, word) });
  await page.goto(`/verwijzing#r=${one.id}`);
  await label(one.gate, 'yes').click();
  await page.goto(`/verwijzing#r=${two.id}`);
  await label(two.gate, 'unknown').waitFor();
  assert.equal(await answer(two.gate, 'yes').isChecked(), false);
  assert.equal(await answer(two.gate, 'unknown').isChecked(), true);
});

test('the municipality gives assent for a minor alone, and then gives one back', async () => {
  const api = await x.as('nachtdienst.rotterdam');
  const { id } = await openReferral(api, aMinorAlone({ homeMunicipality: 'GM0599' }));
  expectStatus(await api.post(`/referrals/${id}/gate-requests`, { kind: 'jeugd' }), 201);
  const town = await openDesk(browser, x.origin, { viewport: PHONE });
  const { page } = town;
  await signIn(town, 'toewijzing.rotterdam', '.gate-queue li');
  await page.locator('.gate-line').first().click();
  await page.click('#gate-take');
  await page.click('#gate-assent');
  await page.getByText(say('gate.assented')).waitFor();
  await judge(town, 'gate, assent given', { everywhere: true });
  await page.selectOption('#gate-reason', 'anders');
  await page.click('#gate-return');
  await page.getByText(say('gate.state_returned')).first().waitFor();
  noFaults(town);
});

test('nothing broke behind the pages', () => {
  noFaults(placer);
  noFaults(comensha);
});
