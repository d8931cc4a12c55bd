// Through all pages and their main states with real people's steps, calling VISIT at each. Accessibility, content policy
// and the screenshots look at the same states, so that no state is looked at by one of them only.
import { openDesk, signIn } from './browser.mjs';
import { askBest, beginHousehold, beginShift, bestHouses, clearHousehold, enterHousehold, openPlacer, openShelter, sayIn } from './people.mjs';
import { CARE_STATES, walkCarePages } from './walk_care_pages.mjs';
import { FEED_STATES, walkFeeds } from './walk_feeds.mjs';
import { LIFE_STATES, walkLifePages } from './walk_life_pages.mjs';
import { NOBED_STATES, walkNobedPages } from './walk_nobed_pages.mjs';
import { SAFETY_STATES, walkSafetyPages } from './walk_safety_pages.mjs';
import { phoneOf } from './world.mjs';

/** The states, in their order. visit(name, desk) is called for each; a test asserts that all came. */
export const STATES = [
  'signin', 'signin-fault', 'no-right',
  'placer-empty', 'placer-none', 'placer-results', 'placer-why', 'placer-find', 'placer-consult', 'placer-more', 'placer-missing',
  'shelter-shift', 'shelter-empty', 'shelter-changed', 'shelter-stop', 'shelter-stopped',
  'placer-tracking', 'placer-basis', 'placer-withdraw', 'shelter-request', 'shelter-no',
  'shelter-accepted', 'shelter-ended', 'placer-yes', 'shift-list', 'placer-location', 'placer-travelling', 'placer-no-show', 'placer-end',
  'municipality', 'municipality-all', ...FEED_STATES, ...NOBED_STATES, ...LIFE_STATES, ...CARE_STATES, ...SAFETY_STATES,
];

// The browser writes a line for each 401, and here 401 is right: nobody is signed in yet, or the password was wrong.
const AT_THE_DOOR = [/status of 401 .*\/api\/v1\/session\)$/];

async function door(o, visit) {
  const desk = await openDesk(o.browser, o.x.origin, { ...o, expected: AT_THE_DOOR });
  const { page } = desk;
  await page.goto('/');
  await page.waitForURL('**/inloggen');
  await page.waitForSelector('#username');
  await visit('signin', desk);
  await page.fill('#username', 'nachtdienst.rotterdam');
  await page.fill('#password', 'not the password');
  await page.click('button[type=submit]');
  await page.waitForSelector('#signin-fault');
  await visit('signin-fault', desk);
  await signIn(desk, 'beheer.lindehof', 'main h1');
  await page.goto('/plaatsen');
  await page.waitForSelector('main a[href="/"]');
  await visit('no-right', desk);
  await desk.context.close();
}

async function search(o, visit, worker) {
  const { page } = worker;
  const t = sayIn(o.lang);
  await openPlacer(worker);
  await visit('placer-empty', worker);
  await beginHousehold(worker, 8);
  await page.waitForSelector('.route');
  await visit('placer-none', worker);
  await clearHousehold(worker);
  await enterHousehold(worker, { callback: '' });
  await visit('placer-results', worker);
  await page.locator('details.drop summary').first().click();
  await page.waitForSelector('.out-list li');
  await visit('placer-why', worker);
  await page.locator('details.drop summary').first().click();
  await page.fill('#find-place', 'Rotterdam');
  await page.waitForSelector('.find .out-list li');
  await visit('placer-find', worker);
  await page.fill('#find-place', '');
  await page.waitForSelector('.find .out-list', { state: 'detached' });
  const consult = page.locator('details.why').first();
  await consult.locator('summary').first().click();
  await visit('placer-consult', worker);
  await consult.locator('summary').first().click();
  for (const more of await page.locator('details.more:not([open]) > summary').all()) await more.click();
  await visit('placer-more', worker);
  await page.click('#ask-best');
  await page.waitForSelector('#callback-fault');
  await visit('placer-missing', worker);
  await page.fill('#callback', '010 000 0000');
  await page.locator('#ask-best').waitFor();
  await page.getByRole('button', { name: t('results.ask_best', { n: 3 }) }).waitFor();
}

async function phones(o, visit, house) {
  const { page } = house;
  await openShelter(house, 'opvang.lindehof');
  await visit('shelter-shift', house);
  await beginShift(house);
  await visit('shelter-empty', house);
  await page.locator('.cap li .stepper button').nth(1).click();
  await page.waitForSelector('.cap li.changed');
  await visit('shelter-changed', house);
  await page.locator('.cap li .stepper button').nth(0).click();
  await page.waitForSelector('.cap li.changed', { state: 'detached' });
}

/** A room is shut till tomorrow morning, and opened again. */
async function stopping(o, visit, house) {
  const { page } = house;
  const t = sayIn(o.lang);
  const room = page.locator('.cap li', { has: page.getByRole('button', { name: t('stop.button') }) }).first();
  await openSheet(page, 'stop', room.locator('.stop-button'));
  await page.locator('.picks label').first().click();
  await page.locator('#stop .seg label', { hasText: t('stop.until_tomorrow') }).click();
  await page.fill('#stop-at', '07:00');
  await visit('shelter-stop', house);
  await page.click('#stop-confirm');
  const open = page.getByRole('button', { name: t('differ.reopen') });
  await open.waitFor();
  await visit('shelter-stopped', house);
  await open.click();
  await open.waitFor({ state: 'detached' });
}

async function openSheet(page, id, opener) {
  await opener.click();
  await page.waitForSelector(`#${id}[open]`);
}

async function closeSheet(page, id) {
  await page.keyboard.press('Escape');
  await page.waitForSelector(`#${id}:not([open])`, { state: 'attached' });
}

async function asking(o, visit, worker, house) {
  const { page } = worker;
  const t = sayIn(o.lang);
  await askBest(worker);
  await house.page.waitForSelector('section.call');
  await page.waitForSelector('.asked li.seen');
  await visit('placer-tracking', worker);
  await page.locator('details.basis summary').first().click();
  await visit('placer-basis', worker);
  await page.locator('details.basis summary').first().click();
  await openSheet(page, 'withdraw', page.getByRole('button', { name: t('withdraw.button') }));
  await visit('placer-withdraw', worker);
  await closeSheet(page, 'withdraw');
  await visit('shelter-request', house);
  await openSheet(house.page, 'decline', house.page.getByRole('button', { name: t('request.no') }));
  await visit('shelter-no', house);
  await closeSheet(house.page, 'decline');
}

/** Who has which referral, seen from a desk of its own: the worker's page stays where it is. */
async function shiftChange(o, visit) {
  const desk = await openDesk(o.browser, o.x.origin, o);
  await signIn(desk, 'nachtdienst.rotterdam', '#results-title');
  await desk.page.goto('/dienst');
  await desk.page.locator('.shift-rows li').first().waitFor();
  await desk.page.locator('.owner details.more summary').first().click();
  await visit('shift-list', desk);
  await desk.context.close();
}

async function answering(o, visit, worker, house, other) {
  const { page } = worker;
  const t = sayIn(o.lang);
  await house.page.getByRole('button', { name: t('request.yes') }).click();
  await house.page.getByRole('heading', { name: t('request.promised') }).waitFor();
  await visit('shelter-accepted', house);
  await other.page.waitForSelector('section.call.ended');
  await visit('shelter-ended', other);
  await page.getByRole('heading', { name: t('track.reserved', { name: 'Lindehof' }) }).waitFor();
  await visit('placer-yes', worker);
  await shiftChange(o, visit);
  await page.getByRole('button', { name: t('location.show') }).click();
  await page.waitForSelector('section[aria-labelledby=place-title] dl');
  await visit('placer-location', worker);
  await page.getByRole('button', { name: t('journey.set_out') }).click();
  await page.getByRole('heading', { name: t('track.travelling', { name: 'Lindehof' }) }).waitFor();
  await visit('placer-travelling', worker);
  await openSheet(page, 'no-show', page.getByRole('button', { name: t('journey.no_show') }));
  await visit('placer-no-show', worker);
  await closeSheet(page, 'no-show');
}

/** The room must be free again for the next walk, unless this one ends with an arrival. */
async function ending(o, visit, worker, house) {
  const { page } = worker;
  const t = sayIn(o.lang);
  if (o.arrives) {
    await house.page.getByRole('button', { name: t('request.arrived') }).click();
    await page.getByRole('heading', { name: t('track.admitted', { name: 'Lindehof' }) }).waitFor();
  } else {
    await openSheet(page, 'withdraw', page.getByRole('button', { name: t('withdraw.button') }));
    await page.locator('#withdraw .choices button').first().click();
    await page.getByRole('heading', { name: t('track.withdrawn') }).waitFor();
  }
  await visit('placer-end', worker);
}

async function figures(o, visit) {
  const desk = await openDesk(o.browser, o.x.origin, o);
  const { page } = desk;
  await signIn(desk, 'beleid.rotterdam', '.figures');
  await page.waitForSelector('.hexmap, figure svg');
  await visit('municipality', desk);
  await page.getByRole('button', { name: sayIn(o.lang)('regions.all', { n: 35 }) }).click();
  await page.locator('details.how summary').click();
  await visit('municipality-all', desk);
  await desk.context.close();
}

/**
 * @param {object} o x (exchange), browser, viewport, theme, lang; arrives: the household arrives at the end
 * @param {(state: string, desk: object) => Promise<void>} visit
 */
export async function walk(o, visit) {
  const seen = new Set();
  const tell = async (state, desk) => {
    seen.add(state);
    desk.titles.add(await desk.page.title());
    await visit(state, desk);
  };
  await door(o, tell);
  const desks = [await openDesk(o.browser, o.x.origin, o), await openDesk(o.browser, o.x.origin, o), await openDesk(o.browser, o.x.origin, o)];
  const [worker, house, other] = desks;
  await search(o, tell, worker);
  await phones(o, tell, house);
  await stopping(o, tell, house);
  await openShelter(other, phoneOf((await bestHouses(worker))[1])); // the first is Lindehof
  await beginShift(other);
  await asking(o, tell, worker, house);
  await answering(o, tell, worker, house, other);
  await ending(o, tell, worker, house);
  await figures(o, tell);
  await walkFeeds(o, tell);
  await walkNobedPages(o, tell);
  await walkLifePages(o, tell);
  await walkCarePages(o, tell);
  await walkSafetyPages(o, tell);
  for (const desk of desks) await desk.context.close();
  return STATES.filter(state => !seen.has(state));
}
