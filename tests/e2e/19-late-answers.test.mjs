// Answers that come late or not at all, and hands that are quicker than the exchange, on the page of the change of shift and
// on that of a referral: what was read later stands, what is of another referral is not shown, what failed is said and
// stays said, and two taps are one. Answers are kept back so that what seldom happens happens; none is made up.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drawn, keepAnswer, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aNight } from '../support/walk_nobed.mjs';
import { openDossier } from '../support/walk_nobed_pages.mjs';
import { aWoman, expectStatus, openReferral } from '../support/world.mjs';

let x, browser, vt, desk, page;
before(async () => {
  x = await startExchange('e2e-late-answers');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  vt = await x.as('nachtdienst.rotterdam');
  desk = await openDesk(browser, x.origin, { expected: [/net::ERR_CONNECTION_RESET/, /status of (409|503)/] });
  page = desk.page;
  await signIn(desk, 'nachtdienst.rotterdam', '#results-title');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const withdraw = r => vt.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' });
const trouble = text => page.locator('main [role=alert]', { hasText: text });
const OFFLINE = say('problem.offline');
const row = code => page.locator('.shift-rows > li', { hasText: code });
const isList = path => path.startsWith('/api/v1/referrals?live=true');
const isReferral = r => path => path === `/api/v1/referrals/${r.id}`;
const go = r => page.evaluate(id => { location.hash = `#r=${id}`; }, r.id);
const shown = code => page.getByRole('heading', { level: 1, name: code, exact: true });

/** Two taps in one breath: the second comes before the page could draw what the first began. */
async function tapTwice(locator) {
  const sent = [];
  const count = q => { if (q.method() === 'POST') sent.push(new URL(q.url()).pathname); };
  await locator.waitFor();
  page.on('request', count);
  await locator.evaluate(b => { b.click(); b.click(); });
  return { sent, stop: () => page.off('request', count) };
}

test('the change of shift: a list that was read before and comes after does not take away what is new', async () => {
  const one = await openReferral(vt, aWoman());
  await page.goto('/dienst');
  await row(one.code).waitFor();
  for (const end of ['release', 'fail']) {
    const kept = await keepAnswer(page, isList);
    const two = await openReferral(vt, aWoman());
    await poll(kept.isKept, { what: 'the reading that is kept' });
    const three = await openReferral(vt, aWoman());
    await row(three.code).waitFor(); // a later reading has come
    await kept[end]();
    for (const r of [one, two, three]) assert.equal(await row(r.code).count(), 1, `${end}: ${r.code}`);
    assert.equal(await trouble('').count(), 0, `${end}: the trouble of what was overtaken`);
    for (const r of [two, three]) expectStatus(await withdraw(r), 200);
    await row(three.code).waitFor({ state: 'detached' });
  }
  await withdraw(one);
});

test('the change of shift: the register may fail by itself, stays as it was, and that is said', async () => {
  const r = await openReferral(vt, aWoman());
  const closed = await openReferral(vt, aWoman());
  expectStatus(await vt.post(`/referrals/${closed.id}/closure`, aNight({ slept: 'buiten', reason: 'alles_vol' })), 200);
  await page.goto('/dienst');
  await page.locator('main label', { hasText: say('unplaced.all') }).click();
  const line = page.locator('main table tbody tr', { hasText: closed.code });
  await line.waitFor();
  await page.route('**/api/v1/unplaced?*', route => route.abort('connectionreset'));
  const next = await openReferral(vt, aWoman());
  await row(next.code).waitFor();
  await row(r.code).waitFor();
  await trouble(OFFLINE).waitFor();
  assert.equal(await line.count(), 1, 'the register of before');
  await page.unroute('**/api/v1/unplaced?*');
  for (const q of [r, next]) expectStatus(await withdraw(q), 200);
  await trouble(OFFLINE).waitFor({ state: 'detached' });
});

test('the change of shift: two taps take a referral over once', async () => {
  const r = await openReferral(vt, aWoman());
  expectStatus(await vt.post(`/referrals/${r.id}/shift-handover`), 200);
  await page.goto('/dienst');
  const { sent, stop } = await tapTwice(row(r.code).getByRole('button', { name: say('timers.keep') }));
  await row(r.code).getByText(say('timers.mine'), { exact: true }).waitFor();
  await row(r.code).getByRole('button', { name: say('timers.keep') }).waitFor({ state: 'detached' });
  stop();
  assert.deepEqual(sent, [`/api/v1/referrals/${r.id}/takeover`]);
  await withdraw(r);
});

test('the change of shift: what was refused is said, and stays said when the list is read anew', async () => {
  const r = await openReferral(vt, aWoman());
  expectStatus(await vt.post(`/referrals/${r.id}/shift-handover`), 200);
  await page.goto('/dienst');
  const take = row(r.code).getByRole('button', { name: say('timers.keep') });
  await take.waitFor();
  const kept = await keepAnswer(page, isList); // the page does not hear yet that it is over
  expectStatus(await withdraw(r), 200);
  await poll(kept.isKept, { what: 'the reading that is kept' });
  await take.click();
  await row(r.code).waitFor({ state: 'detached' });
  await trouble(say('problem.wrong_state')).waitFor();
  await kept.release();
  await openReferral(vt, aWoman()).then(withdraw);
  await trouble(say('problem.wrong_state')).waitFor();
});

test('a referral: the answer about another one, or its failure, is not shown in its place', async () => {
  const [one, two, three] = [await openReferral(vt, aWoman()), await openReferral(vt, aWoman()), await openReferral(vt, aWoman())];
  await openDossier(desk, one.id);
  for (const end of ['release', 'fail']) {
    const [ofTwo, ofThree] = [await keepAnswer(page, isReferral(two)), await keepAnswer(page, isReferral(three))];
    await go(two);
    await poll(ofTwo.isKept, { what: 'the answer about the second' });
    await go(three);
    await poll(ofThree.isKept, { what: 'the answer about the third' });
    await ofTwo[end]();
    assert.equal(await shown(two.code).count(), 0, `${end}: the page is the third's by now`);
    assert.ok(!(await page.title()).includes(two.code), end);
    assert.equal(await trouble('').count(), 0, `${end}: the trouble of another`);
    await ofThree.release();
    await shown(three.code).waitFor();
    await go(one);
    await shown(one.code).waitFor();
  }
  for (const r of [two, three]) await withdraw(r);
});

test('a referral: what was read before and comes after does not undo what is known since', async () => {
  for (const end of ['release', 'fail']) {
    const r = await openReferral(vt, aWoman());
    await openDossier(desk, r.id);
    await shown(r.code).waitFor();
    const kept = await keepAnswer(page, isReferral(r));
    expectStatus(await vt.post(`/referrals/${r.id}/nights`, aNight({ reason: 'alles_vol' })), 200);
    await poll(kept.isKept, { what: 'the reading that is kept' });
    expectStatus(await withdraw(r), 200);
    const over = page.locator('.dossier-head .lead', { hasText: say('track.withdrawn') });
    await over.waitFor();
    await kept[end]();
    assert.equal(await over.count(), 1, `${end}: it is over`);
    assert.equal(await trouble('').count(), 0, `${end}: the trouble of what was overtaken`);
  }
});

test('a referral: two taps are one, and what was refused stays said over what is read anew', async () => {
  const r = await openReferral(vt, aWoman());
  expectStatus(await vt.post(`/referrals/${r.id}/bridges`, { kind: 'order', active: false }), 201);
  await openDossier(desk, r.id);
  const given = page.locator('#section-nobed').getByRole('button', { name: say('nobed.say_given') });
  const { sent, stop } = await tapTwice(given);
  await page.locator('#section-nobed .bridge.active').waitFor();
  stop();
  assert.equal(sent.length, 1, sent.join(' '));
  await withdraw(r);

  const next = await openReferral(vt, aWoman());
  expectStatus(await vt.post(`/referrals/${next.id}/bridges`, { kind: 'order', active: false }), 201);
  await openDossier(desk, next.id);
  await shown(next.code).waitFor();
  await given.waitFor();
  const kept = await keepAnswer(page, isReferral(next)); // the page does not hear yet that it is over
  expectStatus(await withdraw(next), 200);
  await poll(kept.isKept, { what: 'the reading that is kept' });
  await given.click();
  await page.locator('.dossier-head .lead', { hasText: say('track.withdrawn') }).waitFor();
  await trouble(say('problem.wrong_state')).waitFor();
  await kept.release();
  assert.equal(await trouble(say('problem.wrong_state')).count(), 1);
  await drawn(page);
  noFaults(desk, 'the desk');
});
