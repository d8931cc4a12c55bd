// A house says that somebody there knows a household that has a bed there: its desk sees it on a phone, whatever is open,
// at the change of shift and in the dossier, with what to do; and a person takes it on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { aReport, aWoman, ask, demo, expectStatus, openReferral } from '../support/world.mjs';

const HOUSE = demo.locations.find(l => l.code === 'lindehof');
const POOLS = demo.pools.filter(p => p.location === HOUSE.id);
const poolOf = code => POOLS.find(p => p.code === code).id;
let x, browser, desk, other, lives, comes;

before(async () => {
  x = await startExchange('e2e-known-there');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  const api = await x.as('nachtdienst.rotterdam');
  const house = await x.as('opvang.lindehof');
  expectStatus(await house.post('/capacity-reports', { reports: POOLS.map(p => aReport(p.id)) }), 200);
  lives = await openReferral(api, aWoman());
  const q = (await ask(api, lives.id, [poolOf('lindehof-gezin')])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  const { stayId } = expectStatus(await api.get(`/referrals/${lives.id}`), 200);
  const { returnCode } = expectStatus(await house.post(`/stays/${stayId}/return-code`, {}), 200);
  const rival = await x.as('nachtdienst.amsterdam');
  const back = await openReferral(rival, aWoman({ returnCode }));
  const q2 = (await ask(rival, back.id, [poolOf('lindehof-een')])).requests.at(-1);
  comes = await openReferral(api, aWoman());
  const bed = expectStatus(await api.post(`/referrals/${comes.id}/requests`, { poolIds: [poolOf('lindehof-nood')], bridge: true }), 201).requests.at(-1);
  expectStatus(await house.post(`/requests/${bed.id}/acceptance`), 200);
  const q3 = (await ask(api, comes.id, [poolOf('lindehof-een')])).requests.at(-1);
  desk = await openDesk(browser, x.origin, { viewport: PHONE });
  await signIn(desk, 'nachtdienst.rotterdam', '#results');
  other = await openDesk(browser, x.origin, { viewport: PHONE });
  await signIn(other, 'nachtdienst.amsterdam', '#results');
  assert.equal(await desk.page.locator('.leak-alarms').count(), 0);
  expectStatus(await house.post(`/requests/${q2.id}/decline`, { reason: 'netwerk_conflict' }), 200);
  expectStatus(await house.post(`/requests/${q3.id}/decline`, { reason: 'netwerk_conflict' }), 200);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const alerts = (r, who = desk) => who.page.locator('.leak-alarms [role=alert]').filter({ hasText: r.code });

test('whatever is open: an alert for who lives there and for who is on its way, live, with what to do', async () => {
  for (const page of ['', '/dienst']) {
    if (page) await desk.page.goto(page);
    await alerts(lives).waitFor();
    await alerts(comes).waitFor();
    const there = await alerts(lives).innerText();
    assert.ok(there.includes(say('timers.alarm_conflict', { name: HOUSE.name })), there);
    assert.ok(there.includes(say('timers.alarm_conflict_there')), there);
    assert.ok((await alerts(comes).innerText()).includes(say('timers.alarm_conflict_going')));
    if (!page) assert.ok((await alerts(lives).boundingBox()).y < (await desk.page.locator('.intake').boundingBox()).y, 'on a phone it comes before the intake');
    await judge(desk, `known there ${page || 'plaatsen'}`, { everywhere: page === '' });
  }
});

test('in the dossier a person takes it on, and everybody of the desk sees who', async () => {
  await desk.page.goto(`/verwijzing#r=${lives.id}`);
  const notice = desk.page.locator('[role=alert]').filter({ hasText: say('timers.alarm_conflict_there') });
  await notice.waitFor();
  await judge(desk, 'known there dossier', { everywhere: true });
  await notice.getByRole('button').click();
  await desk.page.getByText(say('timers.acknowledged')).or(desk.page.getByText(/kijkt ernaar, sinds/)).first().waitFor();
  await notice.waitFor({ state: 'detached' });
  await desk.page.goto('/dienst');
  await alerts(comes).waitFor();
  assert.equal(await alerts(lives).count(), 0, 'it is no alert any more');
  await desk.page.locator('.leak-alarms').getByText(lives.code).waitFor();
});

test('a desk of which nothing runs, for its household has a place there, sees it all the same', async () => {
  const utrecht = await x.as('nachtdienst.utrecht');
  const house = await x.as('opvang.lindehof');
  const only = await openReferral(utrecht, aWoman());
  const q = (await ask(utrecht, only.id, [poolOf('lindehof-gezin')])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  const { stayId } = expectStatus(await utrecht.get(`/referrals/${only.id}`), 200);
  const { returnCode } = expectStatus(await house.post(`/stays/${stayId}/return-code`, {}), 200);
  const third = await openDesk(browser, x.origin, { viewport: PHONE });
  await signIn(third, 'nachtdienst.utrecht', '#results');
  const back = await openReferral(await x.as('nachtdienst.amsterdam'), aWoman({ returnCode }));
  const q2 = (await ask(await x.as('nachtdienst.amsterdam'), back.id, [poolOf('lindehof-een')])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q2.id}/decline`, { reason: 'netwerk_conflict' }), 200);
  await alerts(only, third).waitFor();
  noFaults(third, 'nothing runs');
  await third.context.close();
});

test('the desk that asked is shown nothing', async () => {
  await other.page.goto('/dienst');
  await other.page.locator('.shift-rows').waitFor();
  assert.equal(await other.page.locator('.leak-alarms').count(), 0);
  for (const who of [desk, other]) noFaults(who, 'known there');
});
