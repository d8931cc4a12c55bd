// The broker goes away while people work: the pages say since when, writing becomes ringing, nothing is queued in
// silence; when it is back so are they, without a reload, and a question that was on its way is asked once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, axe, noFaults, openBrowser, openDesk } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { beginShift, enterHousehold, openPlacer, openShelter, say, sayLike } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';

const KNOWN_MS = 25_000; // after so long without a word the page must say so
const BACK_MS = 30_000; // its own pause between two tries is 3 s with jitter

let x, browser, worker, house;
before(async () => {
  x = await startExchange('e2e-offline');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  worker = await openDesk(browser, x.origin);
  house = await openDesk(browser, x.origin, { viewport: PHONE });
  await openPlacer(worker);
  await enterHousehold(worker);
  await openShelter(house, 'opvang.lindehof');
  await beginShift(house);
  for (const desk of [worker, house]) await desk.page.evaluate(() => {
    globalThis.plekSameDocument = true;
    globalThis.plekSpoken = [];
    new MutationObserver(() => globalThis.plekSpoken.push(document.getElementById('status').textContent))
      .observe(document.getElementById('status'), { childList: true, characterData: true, subtree: true });
  });
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const asksIn = desk => desk.page.getByRole('button', { name: sayLike('place.ask_only') });
const spoken = desk => desk.page.evaluate(() => globalThis.plekSpoken);
// What stands there changes by itself, and what is spoken comes a moment after what is shown.
const someToAsk = () => poll(async () => (await asksIn(worker).count()) >= 3, { what: 'three places that can be asked' });
const saysThat = (desk, words, times) => poll(async () => (await spoken(desk)).filter(text => words.test(text)).length >= times, { what: `to be spoken: ${words}` });

test('within 25 seconds both pages say since when they know nothing', { timeout: 60_000 }, async () => {
  await someToAsk();
  for (const desk of [worker, house]) {
    noFaults(desk, 'before');
    desk.expected = [/net::ERR_/];
  }
  await x.killBroker();
  const since = new RegExp(`^${say('offline.title', { time: '\\d\\d:\\d\\d' })}`);
  await Promise.all([worker, house].map(desk => desk.page.getByRole('alert').filter({ hasText: new RegExp(since.source.slice(1)) }).waitFor({ timeout: KNOWN_MS })));
  for (const desk of [worker, house]) {
    await desk.page.locator('header .live.stale').waitFor();
    assert.match(await desk.page.locator('header .live').innerText(), sayLike('live.stale'));
  }
  await saysThat(worker, sayLike('live.stale'), 1);
});

test('meanwhile the numbers stay, and asking is ringing', async () => {
  const { page } = worker;
  assert.equal(await asksIn(worker).count(), 0);
  assert.equal(await page.locator('#ask-best').count(), 0);
  const still = page.locator('ol.stack > li.place:not(.gone):visible .act'); // one that was taken before the dark stays too: there is nobody to ring for it
  assert.ok(await still.count() >= 3, 'the places stay on the screen');
  for (const text of await still.allInnerTexts()) assert.ok(text.includes(say('place.ring')), text);
  assert.deepEqual(await axe(page), []);
});

test('a house that confirms is told that it was not saved', async () => {
  const { page } = house;
  await page.locator('.cap li .stepper button').nth(1).click();
  await page.click('#confirm');
  await page.getByRole('alert').filter({ hasText: say('capacity.not_saved') }).waitFor();
  assert.ok(await page.locator('.cap li.changed').count() === 1, 'what was tapped stays on the screen');
  assert.deepEqual(await axe(page), []);
});

test('back again both pages are live by themselves, and say so once', { timeout: 180_000 }, async () => {
  await x.startBroker();
  await Promise.all([worker, house].map(desk => desk.page.locator('header .live:not(.stale)').waitFor({ timeout: BACK_MS })));
  await worker.page.locator('#ask-best').waitFor();
  await someToAsk();
  await saysThat(worker, new RegExp(`^${say('live.back')}$`), 1);
  await house.page.click('#confirm');
  await house.page.waitForSelector('.cap li.changed', { state: 'detached' });
  for (const desk of [worker, house]) {
    assert.equal(await desk.page.evaluate(() => globalThis.plekSameDocument), true);
    noFaults(desk, 'back');
  }
  assert.equal((await spoken(worker)).filter(text => text === say('live.back')).length, 1, 'once');
});

test('a question sent into the dark is asked once when there is light again', { timeout: 180_000 }, async () => {
  const { page } = worker;
  await x.killBroker();
  await page.click('#ask-best');
  await page.getByText(say('doubt.title')).waitFor();
  await page.click('#ask-best', { force: true }); // a second tap meanwhile does nothing
  await x.startBroker();
  await page.getByRole('heading', { name: say('track.asked', { n: 3 }) }).waitFor({ timeout: BACK_MS });
  const client = await x.as('nachtdienst.rotterdam');
  const { referrals } = (await client.get('/referrals?live=true')).json;
  assert.equal(referrals.length, 1);
  assert.equal(referrals[0].requests.length, 3);
  await house.page.locator('section.call').waitFor({ timeout: BACK_MS });
  for (const desk of [worker, house]) noFaults(desk, 'the end');
});
