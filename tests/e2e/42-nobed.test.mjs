// No bed, in the browser: nothing fits, so the household goes to a hotel and somebody answers for it; it is not heard of,
// and the page says so loudly; it is reached; a place comes free, is asked, says yes, and with the arrival the hotel ends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESKTOP, drawn, judge, PHONE, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { beginShift, clockIn, enterHousehold, openPlacer, openShelter, say, sayLike } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { NOBED_SETTINGS, openDossier } from '../support/walk_nobed_pages.mjs';
import { aNight } from '../support/walk_nobed.mjs';
import { aReport, aWoman, deskOf, expectStatus, locationOf, openReferral, phoneOf, poolOf } from '../support/world.mjs';

const EVERYWHERE = { everywhere: true }; // what no other test judges
let x, browser, worker, other, pool, id, emptied;
before(async () => {
  x = await startExchange('e2e-nobed', { settings: NOBED_SETTINGS });
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  worker = await openDesk(browser, x.origin);
  other = await x.as('nachtdienst.rotterdam');
  await openPlacer(worker);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

async function says(poolId, free) {
  const desk = await x.as(deskOf(poolId));
  const total = Math.max(free, poolOf(poolId).units_total);
  expectStatus(await desk.post('/capacity-reports', { reports: [aReport(poolId, { unitsTotal: total, unitsFree: free, unitsOccupied: total - free })] }), 200, 'report');
}

const section = () => worker.page.locator('#section-nobed');
const stateOf = async () => expectStatus(await other.get(`/referrals/${id}`), 200).state;

test('nothing fits: the way on is a button, and leads to the form of the hotel', async () => {
  const { page } = worker;
  const asked = page.waitForRequest(r => /\/matches\?limit/.test(r.url()) && r.postDataJSON()?.residence === 'vergunning');
  await enterHousehold(worker);
  const need = (await asked).postDataJSON();
  const found = expectStatus(await other.post('/matches?limit=200', need, { key: null }), 200);
  pool = found.places.filter(p => p.verdict === 'fits').find(p => p.units === 1).poolId;
  emptied = found.places;
  for (const p of emptied) await says(p.poolId, 0);
  await page.mouse.move(5, 5);
  await page.locator('section[aria-labelledby=route-title]').getByRole('button', { name: say('nobed.add_hotel') }).click({ timeout: 20_000 });
  await page.waitForURL(/verwijzing#r=\d+$/);
  id = Number(/r=(\d+)$/.exec(page.url())[1]);
  await page.waitForSelector('#form-hotel');
  assert.equal(await stateOf(), 'open', 'it looks from here on');
});

test('a hotel without somebody who answers for it is not taken', async () => {
  const { page } = worker;
  await section().locator('label', { hasText: say('nobed.other_org') }).click();
  await page.waitForSelector('#nobed-org');
  await section().getByRole('button', { name: say('nobed.save_hotel') }).click();
  await page.waitForSelector('#form-hotel-faults');
  assert.equal(await page.locator('#nobed-org-fault').innerText(), say('nobed.fault_organisation'));
  await page.fill('#nobed-org', 'Politie basisteam Noord');
  await page.fill('#nobed-phone', '0900 000 0000');
  await page.fill('#nobed-first', clockIn(1));
  await section().getByRole('button', { name: say('nobed.save_hotel') }).click();
  await page.waitForSelector('.bridge.active');
  assert.match(await page.locator('.bridge.active').innerText(), /Politie basisteam Noord \(politie\)/);
  assert.equal(await stateOf(), 'open');
});

test('nobody hears of the household: the page of the desk says so loudly, whatever else is open', async () => {
  const { page } = worker;
  await page.goto('/plaatsen');
  const alarm = page.locator('.bridge-alarms .notice');
  await alarm.waitFor({ timeout: 90_000 });
  assert.equal(await alarm.getAttribute('role'), 'alert');
  assert.match(await alarm.innerText(), sayLike('nobed.alarm'));
  await judge(worker, 'no bed, the alarm at the desk');
  await alarm.getByRole('button', { name: say('nobed.say_seen') }).click();
  await page.locator('.bridge-alarms', { hasText: sayLike('nobed.seen') }).waitFor();
  await alarm.getByRole('link', { name: say('dossier.open') }).click();
  await page.waitForSelector('#section-nobed .bridge.alarm');
  await section().getByRole('button', { name: say('nobed.say_safe') }).click();
  await page.waitForSelector('.bridge.active');
  assert.match(await page.locator('.bridge.active').innerText(), sayLike('nobed.checked'));
});

test('the night is told', async () => {
  const { page } = worker;
  await section().getByRole('button', { name: say('nobed.add_night') }).click();
  await page.selectOption('#nobed-slept-night', 'hotel');
  await page.selectOption('#nobed-reason', 'alles_vol');
  await section().getByRole('button', { name: say('nobed.save_night') }).click();
  await section().locator('tbody tr').waitFor();
  assert.match(await section().locator('tbody').innerText(), /Hotel/);
});

test('a place comes free, is asked, says yes; the hotel ends when they are there, and not before', async () => {
  const { page } = worker;
  await page.goto(`/plaatsen#${id}`);
  await page.getByRole('heading', { name: say('track.open') }).waitFor();
  await says(pool, 1);
  const card = page.locator(`#more li.place[data-pool="${pool}"]`);
  await poll(async () => {
    if (await page.locator('#show-found').count()) await page.click('#show-found');
    return (await card.count()) > 0;
  }, { within: 20_000, what: 'the place on the page' });
  await card.getByRole('button', { name: sayLike('place.ask_only') }).click();
  await page.getByRole('heading', { name: say('track.asked', { n: 1 }) }).waitFor();

  const name = locationOf(pool).name;
  const house = await openDesk(browser, x.origin);
  await openShelter(house, phoneOf(name));
  await beginShift(house);
  await house.page.getByRole('button', { name: say('request.yes') }).click();
  await page.getByRole('heading', { name: say('track.reserved', { name }) }).waitFor();
  await openDossier(worker, id);
  await page.waitForSelector('.bridge.active');
  await house.page.getByRole('button', { name: say('request.arrived') }).click();
  await page.waitForSelector('.bridge.ended');
  assert.match(await page.locator('.bridge.ended').innerText(), new RegExp(say('nobed.end_placed')));
  assert.equal(await stateOf(), 'admitted');
  await house.context.close();
  noFaults(worker, 'no bed');
});

test('a chat that nobody can ring back is asked for like any other, and the house is told', async () => {
  const { page } = worker;
  await page.goto('/plaatsen');
  await page.waitForSelector('#results-title');
  await page.getByRole('button', { name: say('intake.clear'), exact: true }).click();
  await page.waitForSelector('.results .empty');
  for (const p of emptied) await says(p.poolId, 2);
  await enterHousehold(worker, { callback: '' });
  await page.locator('label', { hasText: say('nobed.chat') }).click();
  const first = page.locator('li.place').first();
  await first.waitFor();
  const poolId = Number(await first.getAttribute('data-pool'));
  await first.getByRole('button', { name: sayLike('place.ask_only') }).click();
  await page.getByRole('heading', { name: say('track.asked', { n: 1 }) }).waitFor();
  assert.match(await page.locator('.summary-side').innerText(), new RegExp(say('nobed.no_callback')));
  const house = await openDesk(browser, x.origin);
  await openShelter(house, phoneOf(locationOf(poolId).name));
  await beginShift(house);
  await house.page.waitForSelector('section.call');
  assert.match(await house.page.locator('section.call').first().innerText(), new RegExp(say('nobed.no_callback')));
  assert.equal(await house.page.locator('section.call').first().getByRole('link', { name: say('request.call_first') }).count(), 0);
  await house.context.close();
});

let one; // of this test and the two after it: each open referral counts in the figures of the municipality
test('the day of a night that was emptied is asked for, not guessed', async () => {
  const { page } = worker;
  one = await openReferral(other, aWoman());
  const nights = async () => expectStatus(await other.get(`/referrals/${one.id}/bridges`), 200).nights;
  await openDossier(worker, one.id);
  await page.getByRole('heading', { name: one.code }).waitFor();
  await section().getByRole('button', { name: say('nobed.add_night') }).click();
  const evening = await page.inputValue('#nobed-night');
  assert.match(evening, /^\d{4}-\d\d-\d\d$/, 'last evening, until somebody says another');
  await page.fill('#nobed-night', '');
  await page.selectOption('#nobed-slept-night', 'hotel');
  await section().getByRole('button', { name: say('nobed.save_night') }).click();
  await page.locator('#nobed-night-fault').waitFor();
  assert.equal(await page.inputValue('#nobed-night'), '', 'and it is not put back');
  assert.deepEqual(await nights(), []);
  await page.fill('#nobed-night', evening);
  await section().getByRole('button', { name: say('nobed.save_night') }).click();
  await section().locator('tbody tr').waitFor();
  assert.deepEqual((await nights()).map(n => [n.date, n.slept]), [[evening, 'hotel']]);
});

test('what is half filled in stays when something else of the household is told', async () => {
  const { page } = worker;
  expectStatus(await other.post(`/referrals/${one.id}/bridges`, { kind: 'order', active: false }), 201);
  const order = section().locator('.bridge', { has: page.getByRole('heading', { name: say('nobed.kind_order') }) });
  await order.waitFor();
  await section().getByRole('button', { name: say('nobed.add_hotel') }).click();
  await page.fill('#nobed-phone', '0900 34');
  await order.getByRole('button', { name: say('nobed.say_given') }).click();
  await section().locator('.bridge.active').waitFor();
  assert.equal(await page.inputValue('#nobed-phone'), '0900 34');
  await section().getByRole('button', { name: say('nobed.add_hotel'), exact: true }).click(); // shut again
});

test('what is half typed stays when the page is drawn anew, and never goes along to another household', async () => {
  const { page } = worker;
  const two = await openReferral(other, aWoman());
  await openDossier(worker, one.id);
  await section().getByRole('button', { name: say('nobed.add_hotel') }).click();
  await page.fill('#nobed-phone', '');
  await page.locator('#nobed-phone').pressSequentially('0900 12'); // and the field is not left
  expectStatus(await other.post(`/referrals/${one.id}/nights`, aNight({ reason: 'alles_vol' })), 200);
  await section().locator('tbody tr', { hasText: 'Alle passende plekken waren vol' }).waitFor();
  assert.equal(await page.inputValue('#nobed-phone'), '0900 12');
  await openDossier(worker, two.id);
  await page.getByRole('heading', { name: two.code }).waitFor();
  assert.equal(await page.locator('#form-hotel').count(), 0, 'a form that was opened for another');
  await section().getByRole('button', { name: say('nobed.add_hotel') }).click();
  assert.equal(await page.inputValue('#nobed-phone'), '');
});

test('free places that change somewhere do not have the page read anew', async () => {
  const { page } = worker;
  const read = page.waitForRequest(r => /\/referrals\/\d+$/.test(r.url()), { timeout: 3000 }).then(() => 'read', () => 'not read');
  for (const p of emptied.slice(0, 3)) await says(p.poolId, 1);
  assert.equal(await read, 'not read');
});

const closedOnes = [];
async function closeOne(over) {
  const r = await openReferral(other, aWoman());
  expectStatus(await other.post(`/referrals/${r.id}/closure`, aNight(over)), 200);
  closedOnes.push({ ...r, ...over });
}

test('the register of the own organisation: why, how long, and where they slept; another organisation has its own', async () => {
  const { page } = worker;
  const r = await openReferral(other, aWoman());
  closedOnes.push(r);
  await openDossier(worker, r.id);
  await page.getByRole('heading', { name: r.code }).waitFor();
  await section().getByRole('button', { name: say('nobed.close_open') }).click();
  await page.selectOption('#form-close #nobed-slept-night', 'buiten');
  await page.selectOption('#form-close #nobed-reason', 'alles_vol');
  await judge(worker, 'no bed, closing');
  await page.locator('#form-close').getByRole('button', { name: say('nobed.close'), exact: true }).click();
  await page.locator('#form-close').waitFor({ state: 'detached' });
  await page.getByText(say('nobed.headline_closed')).first().waitFor();
  const closed = expectStatus(await other.get(`/referrals/${r.id}`), 200);
  assert.equal(closed.state, 'closed');
  await page.goto('/dienst');
  const panel = page.locator('section', { has: page.locator('#unplaced-title') });
  await panel.waitFor();
  assert.equal(await panel.locator('tr', { hasText: r.code }).count(), 0, 'what is closed is not shown at first');
  await panel.getByLabel(say('unplaced.all')).check();
  const row = panel.locator('tr', { hasText: r.code });
  await row.waitFor();
  const text = await row.innerText();
  for (const there of [say('unplaced.closed'), say('unplaced.hours', { n: 0 }), 'Alle passende plekken waren vol', 'Buiten of in de auto']) assert.ok(text.includes(there), `${there}: ${text}`);
  await judge(worker, 'no bed, the register of the desk');
  await row.getByRole('link').click();
  await page.getByRole('heading', { name: r.code }).waitFor();
  const amsterdam = await openDesk(browser, x.origin);
  await openPlacer(amsterdam, 'nachtdienst.amsterdam');
  await amsterdam.page.goto('/dienst');
  const answer = amsterdam.page.waitForResponse(a => a.url().includes('/unplaced?live=false'));
  await amsterdam.page.getByLabel(say('unplaced.all')).check();
  assert.deepEqual((await (await answer).json()).unplaced.filter(u => closedOnes.some(c => c.id === u.referralId)), []);
  await drawn(amsterdam.page);
  assert.ok(!(await amsterdam.page.locator('main').innerText()).includes(r.code));
  await amsterdam.context.close();
});

test('the municipality sees it in numbers: small ones hidden, no referral named', async () => {
  for (let i = 0; i < 25; i++) await closeOne({ slept: 'hotel', reason: 'alles_vol' });
  for (let i = 0; i < 6; i++) await closeOne({ slept: 'buiten', reason: 'geen_gezinskamer' }); // what would be hidden wholly is one sentence
  await closeOne({ slept: 'politie', reason: 'geen_antwoord' });
  for (let i = 0; i < 5; i++) await openReferral(other, aWoman()); // the few that were placed hide behind these, not behind the closed
  const policy = await openDesk(browser, x.origin);
  await signIn(policy, 'beleid.rotterdam', '#unplaced-title');
  const said = expectStatus(await (await x.as('beleid.rotterdam')).get('/unplaced'), 200);
  const text = await policy.page.locator('section', { has: policy.page.locator('#unplaced-title') }).innerText();
  for (const key of ['unplaced.reason', 'unplaced.slept', 'unplaced.waited', 'unplaced.by_region', 'overview.hidden']) assert.ok(text.includes(say(key)), key);
  const rowText = async name => policy.page.locator('section', { has: policy.page.locator('#unplaced-title') }).locator('tr', { hasText: name }).first().innerText();
  const few = said.byReason.find(l => l.code === 'geen_antwoord');
  assert.deepEqual(few.count, { value: null, suppressed: true });
  assert.ok((await rowText('Geen opvang gaf op tijd antwoord')).includes(say('overview.hidden')));
  for (const l of [...said.byReason, ...said.bySlept, ...said.byHours]) assert.ok(l.count.suppressed || l.count.value === 0 || l.count.value >= 5, JSON.stringify(l));
  const country = said.byRegion.at(-1);
  assert.ok(country.total.value >= 33, JSON.stringify(country));
  assert.match(await rowText(say('unplaced.country')), new RegExp(`\\b${country.total.value}\\b`));
  for (const r of closedOnes) assert.ok(!text.includes(r.code), 'a referral is named');
  await judge(policy, 'no bed, in numbers', EVERYWHERE);
  noFaults(policy, 'municipality');
  await policy.context.close();
});

const bedCard = state => section().locator(`.bridge.${state}`, { has: worker.page.getByRole('heading', { name: say('nobed.kind_bed') }) });
/** Ask the first bed that is offered; the request. */
async function askBed(id, key) {
  await section().getByRole('button', { name: say(key), exact: true }).click();
  await section().locator('#form-bed li button').first().click();
  return poll(async () => expectStatus(await other.get(`/referrals/${id}`), 200).requests.find(q => q.bridge && q.state === 'pending'), { what: 'the bed to be asked' });
}
const houseOf = async q => x.as(deskOf(q.poolId));

test('a bridge bed on a phone: asked, set out to without a time and with one, and from there to another place for tonight', async () => {
  const { page } = worker;
  for (const p of emptied) await says(p.poolId, 2);
  const r = await openReferral(other, aWoman());
  await page.setViewportSize(PHONE);
  await openDossier(worker, r.id);
  const first = await askBed(r.id, 'nobed.add_bed');
  expectStatus(await (await houseOf(first)).post(`/requests/${first.id}/acceptance`), 200);
  await bedCard('planned').waitFor();
  await bedCard('planned').getByRole('button', { name: say('nobed.set_out') }).click();
  assert.equal(await page.locator('#nobed-eta-fault').innerText(), say('nobed.fault_eta'));
  await judge(worker, 'bridge bed, no time of arrival', EVERYWHERE);
  await bedCard('planned').getByRole('button', { name: say('journey.unknown') }).click();
  await section().getByText(sayLike('nobed.bed_travelling_unknown')).waitFor();
  const eta = clockIn(40);
  await page.fill('#nobed-eta', eta);
  await bedCard('planned').getByRole('button', { name: say('nobed.new_eta') }).click();
  await section().getByText(say('nobed.bed_travelling', { name: first.locationName, time: eta })).waitFor();
  assert.equal(await section().getByRole('button', { name: say('nobed.add_next_bed') }).count(), 0, 'they go to this one first');

  expectStatus(await (await houseOf(first)).post(`/requests/${first.id}/arrival`), 200);
  await bedCard('active').waitFor();
  const next = await askBed(r.id, 'nobed.add_next_bed');
  assert.notEqual(next.poolId, first.poolId);
  expectStatus(await (await houseOf(next)).post(`/requests/${next.id}/acceptance`), 200);
  await bedCard('planned').waitFor();
  assert.equal(await bedCard('active').count(), 1, 'in this bed until they are in that one');
  await judge(worker, 'bridge bed, and one for tonight', EVERYWHERE);
  await bedCard('planned').getByRole('button', { name: say('nobed.say_there') }).click();
  await section().locator('.bridge.ended', { hasText: say('nobed.end_moved') }).waitFor();
  assert.match(await bedCard('active').innerText(), new RegExp(next.locationName));
  await page.setViewportSize(DESKTOP);

  // The house settles who pays for the nights there.
  const house = await openDesk(browser, x.origin, { viewport: PHONE });
  await signIn(house, deskOf(next.poolId), 'main');
  await house.page.goto('/verblijf');
  const bed = house.page.locator('[data-bed]', { hasText: r.code });
  await bed.getByText(say('stay.funding_change')).click();
  await bed.locator('[name=stream]').selectOption('te_regelen');
  await bed.locator('[name=from]').fill(new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Amsterdam' }).format(new Date()));
  await bed.locator('[name=reason]').selectOption('besluit');
  await judge(house, 'bridge bed, who pays', EVERYWHERE);
  await bed.getByRole('button', { name: say('stay.save') }).click();
  await bed.getByText('(Er is een besluit genomen)').waitFor();
  const paid = expectStatus(await (await houseOf(next)).get('/stays'), 200).bridgeBeds.find(b => b.referralId === r.id);
  assert.deepEqual(paid.funding.map(f => [f.stream, f.reason]), [['te_regelen', 'besluit']]);
  noFaults(house, 'nights of a bridge bed');
  await house.context.close();
  expectStatus(await other.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
});
