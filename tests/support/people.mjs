// What people do in the pages, step by step, for the end-to-end tests. Buttons are found by their words, and the words
// come from the same data files as the pages', so a better word breaks no test.
import { readFileSync } from 'node:fs';
import { readTable } from '../../schema/codes/csv.mjs';
import { signIn } from './browser.mjs';

const texts = Object.fromEntries(['nl', 'en'].map(lang => [lang, JSON.parse(readFileSync(new URL(`../../broker/ui/i18n/${lang}.json`, import.meta.url), 'utf8'))]));

/** The words of the pages in a language: say('results.fits', { n: 4 }). An unknown key is a fault of the test. */
export const sayIn = lang => (key, params = {}) => {
  const plural = texts[lang][`${key}.${params.n === 1 ? 'one' : 'other'}`];
  const text = texts[lang][key] ?? plural;
  if (text === undefined) throw new Error(`no text '${key}' in ${lang}.json`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
};
export const say = sayIn('nl');

/** A regular expression for a text with some of its places left open. */
export const sayLike = (key, params = {}, lang = 'nl') => new RegExp(sayIn(lang)(key, params)
  .replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '.+'));

const word = desk => sayIn(desk.lang);

/** Press the first button of that text, in Dutch; wait for the first place where it stands. */
export const press = (desk, key, params) => desk.page.getByRole('button', { name: sayLike(key, params) }).first().click();
export const seen = (desk, key, params) => desk.page.getByText(sayLike(key, params)).first().waitFor();

/** The clock time of the country so many minutes from now, as a field of time wants it. */
export const clockIn = minutes => new Intl.DateTimeFormat('nl-NL', { timeZone: 'Europe/Amsterdam', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(Date.now() + minutes * 60_000);

export async function openPlacer(desk, username = 'nachtdienst.rotterdam') {
  await signIn(desk, username, '#results-title');
}

export async function openShelter(desk, username) {
  await signIn(desk, username, '.cap li');
}

/** The shift begins: without it the phone shows what to set up first. */
export async function beginShift(desk) {
  await desk.page.getByRole('button', { name: word(desk)('shift.skip') }).click();
  await desk.page.waitForSelector('.shift', { state: 'detached' });
}

/**
 * Tick what stands under a label, by the label: the input itself is drawn invisibly under it. Never by force: answers
 * above make the form longer a frame later, and a press at the place where it was hits something else.
 */
const choose = (page, input) => page.locator('label', { has: input }).check();
const named = (page, name) => page.getByRole('checkbox', { name, exact: true });
const valued = (page, name, value) => page.locator(`input[name=${name}][value=${value}]`);

/** How soon, and a number of grown-ups beside the first: with many of them no place fits. */
export async function beginHousehold(desk, more = 0) {
  const { page } = desk;
  await choose(page, valued(page, 'urgency', 'nu'));
  const plus = page.getByRole('button', { name: word(desk)('stepper.more', { name: word(desk)('intake.adults') }) });
  for (let i = 0; i < more; i++) await plus.click();
}

export async function clearHousehold(desk) {
  await desk.page.getByRole('button', { name: word(desk)('intake.clear'), exact: true }).click();
  await desk.page.waitForSelector('.results .empty');
}

/** A page draws once per frame; after two frames all that has arrived is on it. */
const drawn = page => page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));

/**
 * The household of the main job: code rood, a mother with two children, Tigrinya, not safe in two regions. After it
 * Lindehof is the best one in the demo at every hour; who comes second and third hangs on who takes people in at that
 * hour: ask bestHouses(). With TIGRINYA false she needs no interpreter and has the Dutch nationality: then two rooms of
 * one house come first.
 */
export async function enterHousehold(desk, { callback = '010 000 0000', tigrinya = true } = {}) {
  const { page } = desk;
  const t = word(desk);
  await choose(page, valued(page, 'urgency', 'nu'));
  await choose(page, valued(page, 'threat', 'rood'));
  for (const band of ['young', 'middle'])
    await page.getByRole('button', { name: t('stepper.more', { name: t(`intake.children_${band}`) }) }).click();
  await choose(page, named(page, 'Rotterdam'));
  if (tigrinya) {
    await page.fill('#other-region', desk.lang === 'nl' ? 'Den Haag' : 'The Hague');
    await page.press('#other-region', 'Enter');
    await page.locator('.chip.tri').first().click(); // an interpreter is the first of the needs
    await page.selectOption('#language', 'ti');
  }
  await page.locator('details.more:not([open]) > summary', { hasText: t('intake.more') }).last().click();
  // Earlier answers are still being asked for while the last one is given: wait for the list that has them all.
  const residence = tigrinya ? 'vergunning' : 'nl';
  const last = page.waitForResponse(r => r.url().includes('/matches') && r.request().postDataJSON().residence === residence);
  await page.selectOption('#residence', residence);
  await page.fill('#callback', callback);
  await last;
  await drawn(page);
  await page.getByRole('button', { name: t('results.ask_best', { n: 3 }) }).waitFor();
}

/** The first three houses on the list, best first: those that the one button asks. */
export async function bestHouses(desk) {
  const names = await desk.page.locator('.results > ol.stack > li.place h3').allInnerTexts();
  return [...new Set(names)].slice(0, 3);
}

/** Ask the best three at once; returns the names of the houses asked, in their order. */
export async function askBest(desk) {
  const { page } = desk;
  await page.click('#ask-best');
  await page.getByRole('heading', { name: word(desk)('track.asked', { n: 3 }) }).waitFor();
  return page.locator('.asked li b').allInnerTexts();
}

/** A victim of trafficking who needs shelter now, in Dutch: the list names the way through CoMensha. */
export async function enterVictim(desk, residence) {
  const { page } = desk;
  await choose(page, valued(page, 'urgency', 'nu'));
  await choose(page, valued(page, 'threat', 'oranje'));
  const closed = page.locator('details.more:not([open]) > summary');
  while (await closed.count() > 0) await closed.first().click();
  await page.locator('.chip.tri', { hasText: labelOf('traits', 'uitbuiting_seksueel') }).first().click();
  await page.selectOption('#residence', residence);
  await page.fill('#callback', '010 000 0000');
}

/** The Dutch word of a code. */
export const labelOf = (list, code) => readTable(new URL(`../../schema/codes/${list}.csv`, import.meta.url)).find(r => r.code === code).label_nl;
