// A house leaks while its desk looks at something else: on the page of the placer and at the change of shift an alert
// names the household, says what happened and what to do, and leads there; the house sees no more than that they move.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { aNeed, aReport, ask, demo, expectStatus, openReferral } from '../support/world.mjs';

const POOLS = demo.pools.filter(p => demo.locations[p.location - 1].code === 'lindehof');
const FAMILY = POOLS.find(p => p.code === 'lindehof-gezin').id;
const HOUSE = demo.locations.find(l => l.code === 'lindehof');
let x, browser, placer, shift, phone, api, lives, promised, other, next;

before(async () => {
  x = await startExchange('e2e-leak-alarms');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  api = await x.as('nachtdienst.rotterdam');
  const house = await x.as('opvang.lindehof');
  expectStatus(await house.post('/capacity-reports', { reports: POOLS.map(p => aReport(p.id)) }), 200);
  const yes = async id => {
    const [q] = (await ask(api, id, [FAMILY])).requests;
    expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
    return q.id;
  };
  lives = await openReferral(api, aNeed({ traits: {} }));
  expectStatus(await house.post(`/requests/${await yes(lives.id)}/arrival`), 200);
  promised = await openReferral(api, aNeed({ traits: {} }));
  await yes(promised.id);
  other = await openReferral(api, aNeed({ traits: {} }));
  placer = await openDesk(browser, x.origin);
  await signIn(placer, 'nachtdienst.rotterdam', '#results');
  await placer.page.goto(`/plaatsen#${other.id}`);
  await placer.page.locator('#results-title').waitFor();
  shift = await openDesk(browser, x.origin);
  await signIn(shift, 'nachtdienst.rotterdam', '#results');
  await shift.page.goto('/dienst');
  await shift.page.locator('.shift-rows').waitFor();
  phone = await openDesk(browser, x.origin, { viewport: PHONE });
  await signIn(phone, 'opvang.lindehof', 'main');
  await phone.page.goto('/veiligheid');
  const leak = expectStatus(await house.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'adres_gedeeld' }), 201);
  assert.equal(await placer.page.locator('.leak-alarms').count(), 0);
  expectStatus(await (await x.as('intake.lindehof-groep')).post(`/leaks/${leak.id}/confirmation`), 200);
  next = (expectStatus(await (await x.as('beheer.uitwisseling')).get('/leaks'), 200)).leaks[0].households[0];
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

/** @param {{ page: import('playwright-core').Page }} who */
const alerts = who => who.page.locator('.leak-alarms [role=alert]');

test('whatever is open: an alert for each household, live, by its code, with what to do and a link', async () => {
  for (const [who, start] of [[placer, ''], [shift, '/plaatsen']]) {
    await alerts(who).filter({ hasText: next.referralCode }).waitFor();
    await alerts(who).filter({ hasText: promised.code }).waitFor();
    assert.equal(await alerts(who).count(), 2);
    const moved = alerts(who).filter({ hasText: next.referralCode });
    assert.ok((await moved.innerText()).includes(say('timers.alarm_leaked')));
    assert.ok((await moved.innerText()).includes(say('safety.next_open')));
    assert.equal(await moved.getByRole('link', { name: say('safety.go') }).getAttribute('href'), `${start}#${next.referralId}`);
    assert.ok((await alerts(who).filter({ hasText: promised.code }).innerText()).includes(say('safety.alarm')), 'who was to come is told not to go there');
  }
});

test('at the change of shift a row says that it follows a leak, in whole sentences', async () => {
  const row = shift.page.locator('.shift-rows li').filter({ hasText: next.referralCode });
  assert.ok((await row.innerText()).includes(say('safety.follows_leak')));
  const text = await shift.page.locator('.shift-rows').innerText();
  assert.ok(text.includes(say('safety.track')), 'the one that was promised a place there');
  assert.ok(!text.includes('..'), text);
});

test('somebody looks: the other desk sees that, and the link leads to the household', async () => {
  await shift.page.locator('.leak-alarms').getByRole('button', { name: new RegExp(`${say('timers.acknowledge')}.*${next.referralCode}`) }).click();
  await alerts(shift).filter({ hasText: next.referralCode }).waitFor({ state: 'detached' });
  await alerts(placer).filter({ hasText: next.referralCode }).waitFor({ state: 'detached' });
  await placer.page.locator('.leak-alarms').getByText(next.referralCode).waitFor();
  await alerts(placer).filter({ hasText: promised.code }).getByRole('link', { name: say('safety.go') }).click();
  await placer.page.waitForURL(url => url.hash === `#${promised.id}`);
  await placer.page.locator('.summary-side', { hasText: promised.code }).waitFor();
});

test('the house sees that they are being moved, and no code or state of where they go', async () => {
  const list = phone.page.locator('.safety-list');
  await list.getByText(lives.code).waitFor();
  assert.ok((await list.innerText()).includes(say('safety.searching')));
  assert.ok(!(await phone.page.locator('main').innerText()).includes(next.referralCode));
});

test('the alerts hold at three widths, by day and by night, without a fault', { timeout: 180_000 }, async () => {
  for (const [name, who] of Object.entries({ placer, shift, phone })) {
    await judge(who, `leak, ${name}`, { everywhere: true });
    noFaults(who, name);
  }
});
