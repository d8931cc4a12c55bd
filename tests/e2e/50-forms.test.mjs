// Forms of a dossier tell everything that is wrong at once: a summary that has the focus and leads to each field, and a
// line at each field. What the exchange alone can judge comes to its field too. And after the yes of a house nothing is
// offered that can no longer be.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { openDossier } from '../support/walk_nobed_pages.mjs';
import { aVictim, aWoman, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

let x, browser, vt, desk, page;
before(async () => {
  x = await startExchange('e2e-forms');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  vt = await x.as('nachtdienst.rotterdam');
  desk = await openDesk(browser, x.origin, { expected: [/status of 400/] });
  page = desk.page;
  await signIn(desk, 'nachtdienst.rotterdam', '#results-title');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const empty = key => say('faults.empty', { field: say(key) });
const choose = key => say('faults.choose', { field: say(key) });

/** All that FORM says is wrong, in the order of its fields: [field, words]; each stands at its field too, and is led to. */
async function faultsOf(form, at = page) {
  const summary = at.locator(`#${form}-faults`);
  await summary.waitFor();
  await at.waitForFunction(id => document.activeElement?.id === id, `${form}-faults`);
  const found = [];
  for (const link of await summary.locator('li a').all()) {
    const id = (await link.getAttribute('href')).slice(1);
    const words = await link.innerText();
    found.push([id, words]);
    assert.equal((await at.locator(`#${id}-fault`).innerText()).trim(), words, `at ${id}`);
    assert.equal(await at.locator(`#${id}`).getAttribute('aria-invalid'), 'true', id);
    assert.ok((await at.locator(`#${id}`).getAttribute('aria-describedby')).split(' ').includes(`${id}-fault`), id);
    const hash = await at.evaluate(() => location.hash);
    await link.click();
    assert.equal(await at.evaluate(() => document.activeElement.id), id, 'the link leads to its field');
    assert.equal(await at.evaluate(() => location.hash), hash, 'the hash keeps the referral');
  }
  assert.equal(await summary.locator('b').innerText(), say('faults.title', { n: found.length }));
  return found;
}

const press = (form, name) => page.locator(`#${form}`).getByRole('button', { name, exact: true }).click();
const unfold = text => page.locator('main summary', { hasText: text }).first().click();

test('no bed: a hotel without organisation and number, a night without place and reason', async () => {
  const { id } = await openReferral(vt, aWoman());
  await openDossier(desk, id);
  const section = page.locator('#section-nobed');
  await section.getByRole('button', { name: say('nobed.add_hotel'), exact: true }).click();
  await section.locator('label', { hasText: say('nobed.other_org') }).click();
  await page.fill('#nobed-phone', '0900');
  await press('form-hotel', say('nobed.save_hotel'));
  assert.deepEqual(await faultsOf('form-hotel'), [['nobed-org', say('nobed.fault_organisation')], ['nobed-phone', say('nobed.fault_phone')]]);
  await judge(desk, 'faults of a hotel');
  await page.fill('#nobed-org', 'Politie basisteam Noord');
  await press('form-hotel', say('nobed.save_hotel'));
  assert.deepEqual(await faultsOf('form-hotel'), [['nobed-phone', say('nobed.fault_phone')]]);

  await section.getByRole('button', { name: say('nobed.close_open') }).click();
  await page.fill('#nobed-night', '2099-01-01');
  await press('form-close', say('nobed.close'));
  assert.deepEqual(await faultsOf('form-close'), [['nobed-night', say('nobed.fault_night')], ['nobed-slept-night', say('nobed.fault_slept')], ['nobed-reason', say('nobed.fault_reason')]]);
  expectStatus(await vt.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
});

test('gate, clock, MDO and question: each form says all that it misses', async () => {
  const { id } = await openReferral(vt, aVictim({ residence: 'onbekend' }));
  await openDossier(desk, id);
  await page.click('#gate-found');
  assert.deepEqual(await faultsOf('gate-task'), [['gate-residence', choose('gate.file_residence')]]);
  await unfold(say('stay.clock_start'));
  await press(`clock-new-${id}`, say('stay.clock_start_button'));
  assert.deepEqual(await faultsOf(`clock-new-${id}`), [[`clock-start-${id}`, choose('stay.clock_which')]]);
  await unfold(say('care.ask'));
  await page.fill('#consult-question', '   ');
  await press(`consult-new-${id}`, say('care.ask_button'));
  assert.deepEqual(await faultsOf(`consult-new-${id}`), [['consult-to', choose('care.ask_whom')], ['consult-question', empty('care.question')]]);
  await judge(desk, 'faults of a gate task, a clock and a question', { everywhere: true });
  // What only the exchange knows: a moment that is past.
  await unfold(say('care.convene'));
  await page.locator('#mdo-first').selectOption({ index: 1 });
  await page.fill('#mdo-first-next', '2020-01-01T12:00');
  await press(`mdo-new-${id}`, say('care.convene_button'));
  assert.deepEqual(await faultsOf(`mdo-new-${id}`), [['mdo-first-next', say('faults.wrong', { field: say('care.next_label') })]]);
  assert.equal(await page.inputValue('#mdo-first-next'), '2020-01-01T12:00', 'what was filled in stays');
  await page.fill('#mdo-first-next', '');
  await press(`mdo-new-${id}`, say('care.convene_button'));
  await page.locator('[data-mdo]').waitFor();
  assert.equal(await page.locator(`#mdo-new-${id}-faults`).count(), 0);
  expectStatus(await vt.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
});

test('the queue of a gatekeeper: nothing asked, no reason to give back', async () => {
  const { id } = await openReferral(vt, aVictim({ residence: 'onbekend' }));
  const gate = expectStatus(await vt.post(`/referrals/${id}/gate-requests`, { kind: 'cosm' }), 201);
  const keeper = await openDesk(browser, x.origin);
  await signIn(keeper, 'helpdesk.comensha', '.gate-queue li');
  await keeper.page.click(`.gate-line[data-gate="${gate.id}"]`);
  await keeper.page.click('#gate-take');
  await keeper.page.locator('.gate-places li').first().waitFor();
  await keeper.page.click('#gate-ask-back');
  assert.deepEqual(await faultsOf('gate-ask', keeper.page), [['gate-fact-0', choose('gate.missing_title')]]);
  await keeper.page.click('#gate-return');
  assert.deepEqual(await faultsOf('gate-give-back', keeper.page), [['gate-reason', choose('gate.return_reason')]]);
  await judge(keeper, 'faults at the gatekeeper', { everywhere: true });
  assert.equal(expectStatus(await vt.get(`/gate-requests/${gate.id}`), 200).state, 'taken', 'nothing was sent');
  expectStatus(await vt.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
  noFaults(keeper, 'gatekeeper');
  await keeper.context.close();
});

test('after the yes of a house no bed is looked for: only a night until they can go there, folded', async () => {
  const place = (await placesFor(vt, aWoman(), 1))[0];
  const house = await x.as(deskOf(place.poolId));
  const { id } = await openReferral(vt, aWoman());
  const request = (await ask(vt, id, [place.poolId])).requests[0];
  await openDossier(desk, id);
  const section = page.locator('#section-nobed');
  const hotel = section.getByRole('button', { name: say('nobed.add_hotel'), exact: true });
  await hotel.waitFor();
  assert.equal(await section.locator('h2').innerText(), say('nobed.title'));
  expectStatus(await house.post(`/requests/${request.id}/acceptance`), 200);
  await section.getByText(say('nobed.until_then')).waitFor();
  assert.equal(await section.locator('h2').innerText(), say('nobed.title_promised'));
  assert.equal(await hotel.isVisible(), false, 'folded away');
  assert.equal(await section.getByRole('button', { name: say('nobed.add_bed'), exact: true, includeHidden: true }).count(), 0, 'no second bed');
  expectStatus(await vt.post(`/referrals/${id}/journey`, { etaAt: new Date(Date.now() + 3_600_000).toISOString() }), 200);
  await section.getByText(say('nobed.until_then')).waitFor({ state: 'detached' });
  assert.equal(await hotel.count(), 0, 'they are on their way');
  expectStatus(await vt.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
  noFaults(desk, 'forms');
});
