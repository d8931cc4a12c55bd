// A household that left its bridge bed: its house finds it among those who left, and says there when that was, as it does of
// a stay. Who placed it sees no such list, and another house nothing at all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, axe, judgeWhole, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aWoman, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const DAY_MS = 86_400_000;
let x, browser, api, desk, house, other, referral, bed;

before(async () => {
  x = await startExchange('e2e-bed-left');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  api = await x.as('nachtdienst.rotterdam');
  const places = await placesFor(api, aWoman(), 8, 'crisis');
  const place = places[0];
  const elsewhere = places.find(p => deskOf(p.poolId) !== deskOf(place.poolId));
  desk = await x.as(deskOf(place.poolId));
  other = await x.as(deskOf(elsewhere.poolId));
  referral = await openReferral(api, aWoman());
  const q = expectStatus(await api.post(`/referrals/${referral.id}/requests`, { poolIds: [place.poolId], bridge: true }), 201).requests[0];
  expectStatus(await desk.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await desk.post(`/requests/${q.id}/arrival`), 200);
  bed = expectStatus(await api.get(`/referrals/${referral.id}/bridges`), 200).bridges[0];
  house = await openDesk(browser, x.origin, { viewport: PHONE, expected: [/status of 400/] });
  await signIn(house, deskOf(place.poolId), 'main');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const localTime = ms => house.page.evaluate(at => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16), ms);
const bedsOf = async (who, query) => expectStatus(await who.get(`/stays${query}`), 200).bridgeBeds.map(b => b.id);

test('the list of who left has the bed for its house alone, and only once it is left', async () => {
  assert.deepEqual([await bedsOf(desk, ''), await bedsOf(desk, '?left=true')], [[bed.id], []]);
  await poll(() => Date.now() > Date.parse(bed.startedAt) + 100);
  expectStatus(await api.post(`/bridges/${bed.id}/end`, { reason: 'moved' }), 200);
  assert.deepEqual([await bedsOf(desk, ''), await bedsOf(desk, '?left=true')], [[], [bed.id]]);
  assert.deepEqual(await bedsOf(other, '?left=true'), []);
});

test('on the board: a moment that cannot be says why; another is kept', { timeout: 120_000 }, async () => {
  const { page } = house;
  await page.goto('/verblijf');
  const left = page.locator(`#vertrokken [data-bed="${bed.id}"]`);
  await left.getByText(referral.code).waitFor();
  assert.equal(await left.locator(`a[href*="verwijzing"]`).count(), 0, 'the referral is closed to it');
  await left.getByText(say('stay.moments'), { exact: true }).click();
  const form = left.locator('form', { has: page.locator('[name=leftAt]') });
  assert.deepEqual(await axe(page), []);
  await judgeWhole(house, 'a bridge bed that was left');
  await form.locator('[name=leftAt]').fill(await localTime(Date.now() - DAY_MS));
  await form.getByRole('button', { name: say('stay.moments_save') }).click();
  await form.locator('.field-fault', { hasText: say('faults.before_arrival', { field: say('stay.moment_left') }) }).waitFor();

  // A field knows no seconds: what the page sends becomes a moment after the arrival of just now.
  const typed = await localTime(Date.now() - 3_600_000);
  const leftAt = new Date(Date.parse(bed.startedAt) + 50).toISOString();
  let sent = null;
  await page.route('**/moments', route => {
    sent = route.request().postDataJSON();
    route.continue({ postData: JSON.stringify({ leftAt }) });
  });
  await form.locator('[name=leftAt]').fill(typed);
  await form.getByRole('button', { name: say('stay.moments_save') }).click();
  await poll(async () => expectStatus(await api.get(`/referrals/${referral.id}/bridges`), 200).bridges[0].endedAt === leftAt);
  assert.deepEqual(Object.keys(sent), ['leftAt']);
  assert.equal(await localTime(Date.parse(sent.leftAt)), typed);
});

test('no fault on any page', () => noFaults(house, 'the phone of the house'));
