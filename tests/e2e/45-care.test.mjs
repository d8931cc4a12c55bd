// Working together in three real browser windows: the referrer hands over the regie, brings organisations together and asks
// a specialist; another organisation answers on its own page, at a desk and on a phone, and sees no more than it may.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, judgeWhole, noFaults, openBrowser, openDesk, signIn, textOf } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, aWoman, ask, deskOf, demo, expectStatus, openReferral, organisationOf, placesFor } from '../support/world.mjs';

let x, browser, own, house, houseDesk, org, poolId, referral, houseName;

before(async () => {
  x = await startExchange('e2e-care');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  const api = await x.as('nachtdienst.rotterdam');
  const [place] = await placesFor(api, aWoman(), 1);
  org = organisationOf(place.poolId);
  poolId = place.poolId;
  houseDesk = deskOf(poolId);
  houseName = demo.organisations[org - 1].name;
  referral = await openReferral(api, aNeed({ traits: { eer: 'yes' } }));
  own = await openDesk(browser, x.origin, { expected: [/status of (403|404|409)/] });
  await signIn(own, 'nachtdienst.rotterdam', '#results');
  house = await openDesk(browser, x.origin, { viewport: PHONE });
  await signIn(house, houseDesk, 'main');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const section = () => own.page.locator('#section-care');
const choose = async (desk, select) => desk.page.locator(select).selectOption({ label: houseName });

test('the tracker leads to the file; the file says who co-ordinates, from the start', async () => {
  await own.page.goto(`/plaatsen#${referral.id}`);
  await own.page.click(`a[href="/verwijzing#r=${referral.id}"]`);
  await section().waitFor();
  assert.match(await section().locator('dl').first().innerText(), /Rotterdam/);
  assert.equal(await own.page.title(), `${referral.code} – Veilige Plek`);
});

test('an MDO: invited, joined on the phone, a need and an action, done, closed', async () => {
  await section().getByText(say('care.convene')).click();
  await own.page.selectOption('#mdo-ground', 'vital_interest');
  await choose(own, '#mdo-first');
  await own.page.getByRole('button', { name: say('care.convene_button') }).click();
  // On the phone of the house, by its menu.
  await house.page.locator('.account summary').click();
  await house.page.click('.account-menu a[href="/samenwerken"]');
  const card = house.page.locator('[data-kind="mdo"]');
  await card.getByText(say('care.only_invited')).waitFor();
  await card.getByRole('button', { name: say('care.join') }).click();
  await card.getByText(say('care.note')).waitFor();
  await card.getByText(say('care.note')).click();
  await card.locator('[name=domain]').selectOption('medisch');
  await card.locator('[name=sort]').selectOption('action');
  await card.locator('[name=text]').fill('Huisarts bellen');
  const who = card.locator('[name=organisation]').last();
  const number = card.locator('[name=callback]').last();
  assert.equal(await number.isVisible(), false, 'of nobody there is no number');
  await who.selectOption('out:huisarts');
  await number.waitFor();
  await who.selectOption({ label: houseName });
  await number.waitFor({ state: 'hidden' });
  await card.getByRole('button', { name: say('care.save') }).click();
  await section().getByText('Huisarts bellen').first().waitFor();
  // It cannot be closed over an open action.
  await section().getByText(say('care.mdo_lead')).click();
  await own.page.getByRole('button', { name: say('care.mdo_close') }).click();
  await own.page.locator('main [role=alert]').getByText(say('problem.open_actions')).waitFor();
  await card.getByRole('button', { name: new RegExp(`^${say('care.done')}`) }).click();
  await section().getByText(say('care.item_done'), { exact: true }).waitFor();
  await own.page.getByRole('button', { name: say('care.mdo_close') }).click();
  await own.page.getByRole('button', { name: say('care.mdo_close') }).waitFor({ state: 'detached' });
});

test('the regie is offered, and taken over by the hand of the other', async () => {
  await section().getByText(say('care.regie_change')).click();
  await choose(own, `#regie-to-${referral.id}`);
  await own.page.getByRole('button', { name: say('care.regie_offer') }).click();
  await section().getByText(say('care.regie_offered', { name: houseName })).waitFor();
  const card = house.page.locator('[data-kind="regie"]');
  await card.waitFor();
  await house.page.fill(`#regie-role-${referral.id}`, 'Casusregisseur');
  await house.page.fill(`#regie-callback-${referral.id}`, '010 123 45 67');
  await house.page.getByRole('button', { name: say('care.regie_take') }).click();
  await card.getByText('Casusregisseur', { exact: true }).waitFor(); // not the hint of the field
  // Seen live where it was given away.
  await section().getByText('010 123 45 67').waitFor();
  assert.equal(await section().getByText(say('care.regie_change')).count(), 0, 'who gave it away cannot give it again');
});

test('a specialist is asked, and sees neither code nor place nor age; the answer is there at once', async () => {
  const api = await x.as('nachtdienst.rotterdam');
  const other = await openReferral(api, aNeed({ traits: { eer: 'yes' } }));
  await own.page.goto(`/verwijzing#r=${other.id}`);
  await section().getByText(say('care.ask')).click();
  await own.page.locator('#consult-to').selectOption(String(org)); // by its number: the list says what each has
  await own.page.fill('#consult-question', 'Wat is hier wijs?');
  await own.page.getByRole('button', { name: say('care.ask_button') }).click();
  const card = house.page.locator('[data-kind="consult"]');
  await card.getByText('Wat is hier wijs?').waitFor();
  const text = await card.innerText();
  assert.ok(!text.includes(other.code) && !/\b(34|9|6)\b/.test(text.replace(/\d\d:\d\d/g, '')), text); // a time may have such minutes
  assert.match(text, /1 volwassene, 2 kinderen van 4 tot 12/);
  await card.locator('[name=answer]').fill('Eerst een tolk.');
  await card.getByRole('button', { name: say('care.answer_button') }).click();
  await section().getByText('Eerst een tolk.').waitFor();
  // Whom it was about is over for the specialist; that is not the same as erased.
  const done = house.page.locator('[data-kind="consult"]', { hasText: 'Wat is hier wijs?' });
  await done.getByText(say('care.consult_over')).waitFor();
  assert.equal(await done.getByText(say('care.erased')).count(), 0);
  assert.equal(await section().getByText(say('care.consult_left')).count(), 0);
});

test('a household that moved on: its first desk reads that somebody has the regie, and not who', async () => {
  const [api, amsterdam, desk] = await Promise.all(['nachtdienst.rotterdam', 'nachtdienst.amsterdam', houseDesk].map(name => x.as(name)));
  const first = await openReferral(api, aWoman());
  const request = (await ask(api, first.id, [poolId])).requests[0].id;
  for (const step of ['acceptance', 'arrival']) expectStatus(await desk.post(`/requests/${request}/${step}`), 200);
  const { stayId } = expectStatus(await api.get(`/referrals/${first.id}`), 200);
  const { returnCode } = expectStatus(await desk.post(`/stays/${stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  const next = await openReferral(amsterdam, aWoman({ returnCode }));
  await own.page.goto(`/verwijzing#r=${first.id}`);
  await section().getByText(say('care.regie_change')).click();
  await own.page.locator(`#regie-to-${first.id}`).selectOption({ label: /** @type {string} */ (expectStatus(await amsterdam.get('/organisations'), 200).organisations.find(o => o.id === amsterdam.session.organisationId).name) });
  await own.page.getByRole('button', { name: say('care.regie_offer') }).click();
  await poll(async () => expectStatus(await amsterdam.get(`/referrals/${next.id}/regie`), 200).state === 'offered');
  expectStatus(await amsterdam.post(`/referrals/${next.id}/regie-acceptance`, { role: 'Casusregisseur', callback: '020 123 45 67' }), 200);
  await own.page.goto(`/verwijzing#r=${first.id}`);
  await section().getByText(say('care.regie_elsewhere')).waitFor();
  assert.doesNotMatch(await section().locator('dl').first().innerText(), /Amsterdam|Casusregisseur/);
});

test('an answer that is being typed stays with its question when another one comes in', async () => {
  const api = await x.as('nachtdienst.rotterdam');
  const asks = async question => expectStatus(await api.post(`/referrals/${(await openReferral(api, aNeed({ traits: { eer: 'yes' } }))).id}/consults`, { organisationId: org, question }), 201);
  const card = question => house.page.locator('[data-kind="consult"]', { hasText: question });
  await asks('De eerste vraag?');
  await card('De eerste vraag?').locator('[name=answer]').fill('Alleen voor de eerste.');
  await asks('De tweede vraag?');
  await card('De tweede vraag?').waitFor();
  assert.equal(await card('De eerste vraag?').locator('[name=answer]').inputValue(), 'Alleen voor de eerste.');
  assert.equal(await card('De tweede vraag?').locator('[name=answer]').inputValue(), '');
});

test('both pages hold at three widths, by day and by night, without a fault', { timeout: 180_000 }, async () => {
  await judgeWhole(own, 'care of its own');
  await judgeWhole(house, 'care of the house');
  noFaults(own, 'the referrer');
  noFaults(house, 'the house');
  for (const desk of [own, house]) for (const url of desk.urls) assert.ok(!/Casusregisseur|Huisarts|wijs/.test(decodeURIComponent(url)), url);
  assert.match(await textOf(house.page, 'main'), new RegExp(say('together.title')));
});
