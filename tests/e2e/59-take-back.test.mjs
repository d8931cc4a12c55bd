// A request is taken back, as people see it: a button at what waits for its answer, a question first, and then the house's
// phone stops asking and says why. Of a place, of a bed for the meantime in the dossier, and on the gatekeeper's page.
// Each state is judged for accessibility, by day and by night, at three widths.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { beginShift, enterHousehold, openPlacer, openShelter, press, say, sayLike, seen } from '../support/people.mjs';
import { openDossier } from '../support/walk_nobed_pages.mjs';
import { aReport, aVictim, aWoman, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

let x, browser, worker, house, api, poolId, id, name;

before(async () => {
  x = await startExchange('e2e-take-back');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  worker = await openDesk(browser, x.origin, { viewport: DESKTOP });
  house = await openDesk(browser, x.origin, { viewport: PHONE });
  api = await x.as('nachtdienst.rotterdam');
  await openPlacer(worker);
  await openShelter(house, 'opvang.lindehof');
  await beginShift(house);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const row = q => worker.page.locator(`.asked li[data-request="${q.id}"]`);
const requests = async () => expectStatus(await api.get(`/referrals/${id}`), 200).requests;
const sheet = desk => desk.page.locator('#take-back[open]');

/** Count the sounds from now on. */
const listen = desk => desk.page.evaluate(() => {
  const make = AudioContext.prototype.createOscillator;
  globalThis.plekSounds = 0;
  AudioContext.prototype.createOscillator = function createOscillator() {
    globalThis.plekSounds += 1;
    return make.call(this);
  };
});
const sounds = desk => desk.page.evaluate(() => globalThis.plekSounds);

test('what waits for its answer can be taken back: asked first, and done', { timeout: 120_000 }, async () => {
  await enterHousehold(worker);
  const place = worker.page.locator('.results > ol.stack > li.place', { hasText: 'Lindehof' }).first();
  await place.waitFor();
  poolId = Number(await place.getAttribute('data-pool'));
  await place.getByRole('button').first().click();
  await worker.page.getByRole('heading', { name: sayLike('track.asked.one') }).waitFor();
  id = new URL(worker.page.url()).hash.slice(1);
  const [q] = await requests();
  name = q.locationName;
  await house.page.waitForSelector(`section.call[data-request="${q.id}"]`);
  await judge(worker, 'a request that may be taken back', { everywhere: true });
  await row(q).getByRole('button', { name: say('back.button') }).click();
  await sheet(worker).waitFor();
  assert.equal(await sheet(worker).getByRole('heading').innerText(), say('back.title', { name }));
  await judge(worker, 'the question before it is taken back', { everywhere: true });
  // Not after all.
  await sheet(worker).getByRole('button', { name: say('dialog.back') }).click();
  await sheet(worker).waitFor({ state: 'detached' });
  assert.equal((await requests())[0].state, 'pending');
  await row(q).getByRole('button', { name: say('back.button') }).click();
  await listen(worker);
  await sheet(worker).getByRole('button', { name: say('back.yes') }).click();
  await worker.page.getByRole('heading', { name: say('track.nobody') }).waitFor();
  await row(q).getByText(say('answer.cancelled_taken_back')).waitFor();
  await worker.page.locator('[aria-live]').getByText(say('back.done', { name })).waitFor({ state: 'attached' });
  assert.equal(await row(q).getByRole('button', { name: say('back.button') }).count(), 0);
  await judge(worker, 'a request that was taken back', { everywhere: true });
  assert.equal(await sounds(worker), 0, 'nobody is rung for what they did themselves');
});

test('the phone of the house asks no more and says what happened', { timeout: 120_000 }, async () => {
  const [q] = await requests();
  const card = house.page.locator(`section.call.ended[data-request="${q.id}"]`);
  await card.getByText(say('ended.cancelled_taken_back')).waitFor();
  assert.equal(await house.page.getByRole('button', { name: say('request.yes') }).count(), 0);
  await judge(house, 'the call that was taken back', { everywhere: true });
  await card.getByRole('button', { name: say('ended.ok') }).click();
  await card.waitFor({ state: 'detached' });
  // A yes that was on its way: the worker reads that it can be asked anew.
  expectStatus(await (await x.as('opvang.lindehof')).post(`/requests/${q.id}/acceptance`), 409);
  await row(q).getByText(say('answer.yes_after')).waitFor();
});

test('another place is asked at once, and an answer that comes first takes the question away', { timeout: 120_000 }, async () => {
  const { places } = expectStatus(await api.get(`/referrals/${id}/matches?limit=10`), 200);
  const other = places.find(p => p.verdict === 'fits' && p.locationName !== name);
  expectStatus(await api.post(`/referrals/${id}/requests`, { poolIds: [other.poolId, poolId] }), 201);
  const [theirs, again] = (await requests()).filter(q => q.state === 'pending');
  await row(theirs).getByRole('button', { name: say('back.button') }).click();
  await sheet(worker).waitFor();
  await listen(worker);
  expectStatus(await (await x.as(deskOf(theirs.poolId))).post(`/requests/${theirs.id}/decline`, { reason: 'gezin_past_niet' }), 200);
  await sheet(worker).waitFor({ state: 'detached' });
  assert.ok(await sounds(worker) > 0, 'an answer is heard');
  assert.equal((await requests()).find(q => q.id === again.id).state, 'pending', 'and not another house is let go of');
  // The house it was taken back from is asked anew, and says yes.
  await house.page.waitForSelector(`section.call[data-request="${again.id}"]`);
  await press(house, 'request.yes');
  await worker.page.getByRole('heading', { name: sayLike('track.reserved', { name }) }).waitFor();
  assert.equal(await worker.page.locator('.asked').getByRole('button', { name: say('back.button') }).count(), 0);
});

test('a bed for the meantime is taken back in the dossier', { timeout: 120_000 }, async () => {
  const r = await openReferral(api, aWoman());
  const [bed] = expectStatus(await api.get(`/referrals/${r.id}/matches?bridge=true&limit=1`), 200).places;
  await openDossier(worker, r.id);
  const q = expectStatus(await api.post(`/referrals/${r.id}/requests`, { poolIds: [bed.poolId], bridge: true }), 201).requests[0];
  const waiting = worker.page.locator(`#asked-beds li[data-request="${q.id}"]`);
  await waiting.waitFor();
  await judge(worker, 'a bed for the meantime that waits for its answer', { everywhere: true });
  await waiting.getByRole('button', { name: say('back.button') }).click();
  await sheet(worker).getByRole('button', { name: say('back.yes') }).click();
  await waiting.waitFor({ state: 'detached' });
  assert.equal(expectStatus(await api.get(`/requests/${q.id}`), 200).cancelWhy, 'taken_back');
});

test('a gatekeeper takes back what it asked', { timeout: 120_000 }, async () => {
  const comensha = await x.as('helpdesk.comensha'), need = aVictim({ residence: 'bedenktijd' });
  const [place] = await placesFor(comensha, need, 1, 'cosm');
  expectStatus(await (await x.as(deskOf(place.poolId))).post('/capacity-reports', { reports: [aReport(place.poolId)] }), 200);
  const r = await openReferral(api, need);
  const gate = expectStatus(await api.post(`/referrals/${r.id}/gate-requests`, { kind: 'cosm' }), 201).id;
  expectStatus(await comensha.post(`/gate-requests/${gate}/ownership`), 200);
  const q = expectStatus(await comensha.post(`/gate-requests/${gate}/requests`, { poolIds: [place.poolId] }), 201).requests[0];
  const keeper = await openDesk(browser, x.origin, { viewport: DESKTOP });
  await signIn(keeper, 'helpdesk.comensha', '.gate-queue li');
  await keeper.page.goto(`/toewijzing#g=${gate}`);
  const asked = keeper.page.locator(`.gate-case .asked li[data-request="${q.id}"]`);
  await asked.getByRole('button', { name: say('back.button') }).click();
  await sheet(keeper).waitFor();
  await judge(keeper, 'a gatekeeper takes back', { everywhere: true });
  await sheet(keeper).getByRole('button', { name: say('back.yes') }).click();
  await asked.getByText(say('answer.cancelled_taken_back')).waitFor();
  // The referrer reads it, and has no such button there.
  await openDossier(worker, r.id);
  await seen(worker, 'answer.cancelled_taken_back');
  for (const desk of [worker, house, keeper]) noFaults(desk);
});
