// Every page and main state without a finding of axe (WCAG 2.0, 2.1 and 2.2 A and AA, and its best practices), by day and
// by night, in both languages, at three widths; nothing to scroll sideways; everything by keyboard alone.
//
// Three walks, each with one width, language and theme. The first one judges the colours of the other theme too, and all
// try each state at the widths of a phone and of 400 % zoom for sideways scrolling.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { DESKTOP, NARROW, PHONE, axe, findings, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { Adapter, aFeed, aFeedReport, aMessage, poolsOf } from '../support/feeds.mjs';
import { askBest, beginShift, enterHousehold, openPlacer, openShelter, say } from '../support/people.mjs';
import { walk } from '../support/walk.mjs';
import { NOBED_SETTINGS } from '../support/walk_nobed_pages.mjs';
import { demo } from '../support/world.mjs';

let x, browser;
before(async () => {
  x = await startExchange('e2e-accessibility', { settings: NOBED_SETTINGS });
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

// The first page only sends each role on.
const PAGES = Object.keys(JSON.parse(readFileSync(new URL('../../broker/ui/pages/pages.json', import.meta.url), 'utf8'))).filter(name => name !== 'index');
const WALKS = [
  { viewport: DESKTOP, theme: 'day', lang: 'nl', bothThemes: true },
  { viewport: PHONE, theme: 'night', lang: 'en' },
  { viewport: NARROW, theme: 'day', lang: 'nl', arrives: true },
];
for (const w of WALKS) {
  test(`all states at ${w.viewport.width} px, ${w.theme}, ${w.lang}: no finding, no sideways scrolling`, { timeout: 420_000 }, async () => {
    const found = [];
    const paths = new Set();
    const missed = await walk({ x, browser, ...w }, async (state, { page }) => {
      paths.add(new URL(page.url()).pathname.slice(1));
      found.push(...await findings(page, state, { otherTheme: w.bothThemes === true }));
    });
    assert.deepEqual(found, []);
    assert.deepEqual(missed, [], 'states that the walk did not reach');
    assert.deepEqual(PAGES.filter(name => !paths.has(name)), [], 'pages that no state stands on');
  });
}

test('the name of every house fits the bar of a phone, live or not', async () => {
  const desk = await openDesk(browser, x.origin, { viewport: PHONE });
  const { page } = desk;
  await openShelter(desk, 'opvang.lindehof');
  const names = [...new Set([...demo.locations, ...demo.organisations.filter(o => o.kind === 'shelter')].map(l => l.name))];
  const wide = [];
  for (const width of [PHONE.width, NARROW.width]) {
    await page.setViewportSize({ ...PHONE, width });
    for (const isStale of [false, true]) {
      wide.push(...await page.evaluate(([all, stale, text]) => all.filter(name => {
        document.querySelector('.phone-bar .name b').textContent = name;
        const pill = document.querySelector('.phone-bar .live');
        pill.classList.toggle('stale', stale);
        if (stale) pill.querySelector('.sr-narrow').textContent = text;
        return document.documentElement.scrollWidth > document.documentElement.clientWidth;
      }), [names, isStale, say('live.stale', { time: '03:09' })]).then(found => found.map(name => `${name} at ${width} px${isStale ? ' without connection' : ''}`)));
    }
  }
  assert.deepEqual(wide, []);
  await desk.context.close();
});

const focused = page => page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);
const hasFocus = (page, id) => page.waitForFunction(wanted => document.activeElement?.id === wanted, id);

test('by keyboard: skip link, primary button, Enter, and the focus is on the new heading', async () => {
  const desk = await openDesk(browser, x.origin);
  const { page } = desk;
  await openPlacer(desk);
  await enterHousehold(desk);
  await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); });
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement.className), /nl-skip-link/);
  assert.ok(await page.locator('.nl-skip-link').isVisible(), 'the skip link shows itself');
  await page.keyboard.press('Enter');
  assert.equal(await focused(page), 'results');
  let tabs = 0;
  while (await focused(page) !== 'ask-best' && tabs < 3) {
    await page.keyboard.press('Tab');
    tabs += 1;
  }
  assert.equal(await focused(page), 'ask-best', 'three tabs behind the skip link');
  await page.keyboard.press('Enter');
  await hasFocus(page, 'results-title');
  assert.equal(await page.locator('#results-title').innerText(), say('track.asked', { n: 3 }));

  const withdraw = page.getByRole('button', { name: say('withdraw.button') });
  await withdraw.focus();
  await page.keyboard.press('Enter');
  await hasFocus(page, 'withdraw-title');
  await page.keyboard.press('Escape');
  await page.waitForFunction(text => document.activeElement?.textContent.trim() === text, say('withdraw.button'));
  await withdraw.press('Enter');
  await hasFocus(page, 'withdraw-title');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter'); // the first reason
  await hasFocus(page, 'results-title');
  assert.equal(await page.locator('#results-title').innerText(), say('track.withdrawn'));
  await desk.context.close();
});

test('by keyboard: the answers of the intake, with arrows and space', async () => {
  const desk = await openDesk(browser, x.origin);
  const { page } = desk;
  await openPlacer(desk);
  await page.locator('input[name=urgency]').first().focus();
  await page.keyboard.press('Space');
  await page.waitForSelector('.split');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('input[name=urgency]:checked').getAttribute('value'), await page.locator('input[name=urgency]').nth(1).getAttribute('value'));
  const plus = page.getByRole('button', { name: say('stepper.more', { name: say('intake.children_teen') }) });
  await plus.focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('#child-sex-0');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), say('stepper.more', { name: say('intake.children_teen') }), 'the focus stays');
  await page.locator('.chip input').first().focus();
  await page.keyboard.press('Space');
  assert.equal(await page.locator('.chip input').first().isChecked(), true);
  await desk.context.close();
});

test('by keyboard on the phone page: no, Escape, and the focus is back on the button', async () => {
  const [worker, house] = [await openDesk(browser, x.origin), await openDesk(browser, x.origin, { viewport: PHONE })];
  await openShelter(house, 'opvang.lindehof');
  await beginShift(house);
  await openPlacer(worker);
  await enterHousehold(worker);
  await askBest(worker);
  const no = house.page.getByRole('button', { name: say('request.no') });
  await no.focus();
  await house.page.keyboard.press('Enter');
  await hasFocus(house.page, 'decline-title');
  await house.page.keyboard.press('Escape');
  await house.page.waitForFunction(text => document.activeElement?.textContent.trim() === text, say('request.no'));
  await no.press('Enter');
  await hasFocus(house.page, 'decline-title');
  await house.page.keyboard.press('Tab');
  await house.page.keyboard.press('Enter');
  await worker.page.locator('.asked li.no').waitFor();
  for (const desk of [worker, house]) await desk.context.close();
});

test('by keyboard: a file handed in, looked at and taken over; the focus goes where the news is', async () => {
  const desk = await openDesk(browser, x.origin, { viewport: NARROW });
  const { page } = desk;
  const [org, pool] = [4, poolsOf(4)[0]];
  const adapter = new Adapter(x.machine(), [aFeed(org)]);
  await adapter.orders();
  await signIn(desk, 'intake.havenlicht', '.feed-line');
  await page.locator('.feed-line').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('#upload-file');
  await page.setInputFiles('#upload-file', { name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('a') });
  await page.locator('#upload-file').focus();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.type), 'checkbox');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await hasFocus(page, 'upload-reading');
  const { id } = await adapter.order('read');
  const report = aFeedReport(pool.id, { unitsFree: pool.units_total, unitsOccupied: null });
  await adapter.tell(aMessage(org, { channel: 'upload', orderId: id, reports: [report] }));
  await hasFocus(page, 'upload-result');
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'upload-take');
  await page.keyboard.press('Enter');
  await page.locator('#upload-result.notice').waitFor();
  await hasFocus(page, 'upload-result');
  await desk.context.close();
});
