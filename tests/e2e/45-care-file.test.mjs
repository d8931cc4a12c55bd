// Who co-ordinates from another organisation, in the browser: from what was asked to the file, which it reads and of which
// it decides nothing; role and number corrected; the police as who does it; and a bridge bed's house with its list.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, judgeWhole, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { aHotel } from '../support/walk_nobed.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, aWoman, deskOf, expectStatus, openReferral, organisationOf, placesFor } from '../support/world.mjs';

let x, browser, api, house, org, poolId, referral;

before(async () => {
  x = await startExchange('e2e-care-file');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  api = await x.as('nachtdienst.rotterdam');
  const [place] = await placesFor(api, aWoman(), 1);
  ({ poolId } = place);
  org = organisationOf(poolId);
  referral = await openReferral(api, aNeed());
  expectStatus(await api.post(`/referrals/${referral.id}/bridges`, aHotel()), 201);
  expectStatus(await api.post(`/referrals/${referral.id}/regie-offer`, { organisationId: org }), 200);
  house = await openDesk(browser, x.origin, { viewport: PHONE, expected: [/status of (403|404|409)/] });
  await signIn(house, deskOf(poolId), 'main');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

test('who took the regie over goes from there to the file, reads it, and is offered nothing that is refused', async () => {
  await house.page.goto('/samenwerken');
  const card = house.page.locator('[data-kind="regie"]');
  await card.waitFor();
  assert.equal(await card.locator('h3 a').count(), 0, 'not before it said yes');
  await house.page.fill(`#regie-role-${referral.id}`, 'Casusregisseur');
  await house.page.fill(`#regie-callback-${referral.id}`, '010 123 45 67');
  await house.page.getByRole('button', { name: say('care.regie_take') }).click();
  await card.locator('h3 a').click();
  const facts = house.page.locator('#section-facts');
  await facts.waitFor();
  const text = await facts.innerText();
  assert.match(text, /34/);
  assert.match(text, new RegExp(say('summary.unsafe')));
  assert.match(text, /Rijnmond|Rotterdam/);
  assert.match(await house.page.locator('.dossier-head').innerText(), new RegExp(say('dossier.regie_open')));
  await house.page.locator('#section-care').waitFor();
  assert.equal(await house.page.getByText(say('stay.clock_start'), { exact: true }).count(), 0);
  await house.page.locator('#section-nobed .bridge').waitFor(); // where they are tonight is theirs to read
  assert.deepEqual(await house.page.locator('#section-nobed button').allInnerTexts(), [], 'and not to decide');
});

test('it corrects its role and number there', async () => {
  await house.page.getByText(say('care.regie_correct')).click();
  await house.page.fill(`#regie-desk-role-${referral.id}`, 'Teamleider');
  await house.page.fill(`#regie-desk-callback-${referral.id}`, '010 765 43 21');
  await house.page.locator(`#regie-desk-${referral.id} button[type=submit]`).click();
  await house.page.locator('#section-care').getByText('Teamleider').waitFor();
});

test('the police does it, and is rung', async () => {
  const mdo = expectStatus(await house_api().then(h => h.post(`/referrals/${referral.id}/mdos`, { ground: 'vital_interest', organisationIds: [api.session.organisationId] })), 201).id;
  await house.page.locator(`[data-mdo="${mdo}"]`).waitFor();
  await house.page.locator(`[data-mdo="${mdo}"]`).getByText(say('care.note')).click();
  const form = house.page.locator(`#mdo-note-${mdo}`);
  await form.locator('[name=domain]').selectOption('strafrecht');
  await form.locator('[name=sort]').selectOption('action');
  // An é is two bytes: the field ends where the exchange's does.
  await form.locator('[name=text]').fill('é'.repeat(200));
  assert.equal((await form.locator('[name=text]').inputValue()).length, 80);
  await form.locator('[name=text]').fill('Aangifte opnemen');
  await form.locator('[name=organisation]').selectOption('out:politie');
  await form.locator('[name=callback]').fill('0900 8844');
  await form.locator('button[type=submit]').click();
  const item = house.page.locator('.care-items li', { hasText: 'Aangifte opnemen' });
  await item.waitFor();
  assert.match(await item.innerText(), /Politie/);
  assert.equal(await item.locator('a[href="tel:09008844"]').count(), 1);
});

const house_api = () => x.as(deskOf(poolId));

test('the house of a bridge bed has the list, and so has who placed the household', async () => {
  const other = await openReferral(api, aWoman());
  const q = expectStatus(await api.post(`/referrals/${other.id}/requests`, { poolIds: [poolId], bridge: true }), 201).requests[0];
  expectStatus(await (await house_api()).post(`/requests/${q.id}/acceptance`), 200);
  await house.page.goto(`/verwijzing#r=${other.id}`);
  const part = house.page.locator('#section-handover');
  await part.getByText(say('handover.bridge')).waitFor();
  await part.locator('input[type=checkbox]').first().check();
  await part.getByText(say('handover.progress', { done: 0, all: 8 })).waitFor();
  const placer = await openDesk(browser, x.origin, { viewport: DESKTOP });
  await signIn(placer, 'nachtdienst.rotterdam', '#results');
  await placer.page.goto(`/verwijzing#r=${other.id}`);
  await placer.page.locator('.handover-list li').first().getByText(new RegExp(`^${say('handover.house_done', { time: '' }).trim()}`)).waitFor();
  noFaults(placer, 'who placed the household');
  await placer.context.close();
});

test('a regie that went there and back: the house of that organisation reads who has it, and is offered nothing', async () => {
  x.sql(`INSERT INTO account (username, org, role, display_nl, display_en, password_hash, created_at_ms) SELECT 'verwijzer.huis', org, 'referrer', 'Verwijzer', 'Referrer', password_hash, created_at_ms FROM account WHERE username = '${deskOf(poolId)}'`);
  x.broker.child.kill('SIGHUP');
  const refers = await poll(() => x.as('verwijzer.huis').catch(() => { x.sessions.delete('verwijzer.huis'); }), { what: 'the referrer of the house is known' });
  const { id } = await openReferral(refers, aWoman());
  const regie = (who, step, body) => who.post(`/referrals/${id}/regie-${step}`, body);
  for (const [from, to] of [[refers, api], [api, refers]]) {
    expectStatus(await regie(from, 'offer', { organisationId: to.session.organisationId }), 200);
    expectStatus(await regie(to, 'acceptance', { role: 'Casusregie', callback: '010 123 45 67' }), 200);
  }
  const q = expectStatus(await refers.post(`/referrals/${id}/requests`, { poolIds: [poolId] }), 201).requests[0];
  expectStatus(await (await house_api()).post(`/requests/${q.id}/acceptance`), 200);
  await house.page.goto(`/verwijzing#r=${id}`);
  const part = house.page.locator('#section-care');
  await part.getByText('Casusregie').waitFor();
  for (const key of ['care.regie_name', 'care.regie_correct', 'care.regie_change', 'care.regie_offer', 'care.regie_end', 'care.regie_back'])
    assert.equal(await part.getByText(say(key), { exact: true }).count(), 0, key);
  const desk = await openDesk(browser, x.origin, { viewport: DESKTOP });
  await signIn(desk, 'verwijzer.huis', 'main');
  await desk.page.goto(`/verwijzing#r=${id}`);
  await desk.page.locator('#section-care').getByText(say('care.regie_change')).waitFor();
  noFaults(desk, 'its referrer');
  await desk.context.close();
});

test('the file holds at three widths, by day and by night, without a fault', { timeout: 120_000 }, async () => {
  await house.page.goto(`/verwijzing#r=${referral.id}`);
  await house.page.locator('#section-facts').waitFor();
  await judgeWhole(house, 'care file');
  noFaults(house, 'the co-ordinator');
});
