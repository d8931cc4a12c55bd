// Headless Chromium for the end-to-end tests: one browser, a desk (a context with one page) per person, and for each desk
// a watch on everything that a person would not see: violations of the content policy, console errors, failed scripts.
//
// The certificate of the exchange under test is trusted by the hash of its public key alone
// (--ignore-certificate-errors-spki-list): every other certificate error stays an error, and nothing is added to the
// machine's own trust store.
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const PASSWORD = 'veilige-plek-demo';
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
export const NARROW = { width: 320, height: 700 };
/** Longest wait for something that a person would notice at once; a busy two-core machine under ASan needs room. */
export const SOON_MS = 15_000;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const ARGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

// Seconds by which the programs' clock is ahead of the machine's (scripts/at-time), negative = behind. The pages must have
// the same one. Chromium itself keeps the machine's: its timers and the age of its cookies are relative.
const CLOCK_AHEAD_MS = 1000 * Number(process.env.PLEK_CLOCK_AHEAD_S ?? 0);

function setClockAhead(ms) {
  const Machine = globalThis.Date;
  globalThis.Date = class Date extends Machine {
    constructor(...at) {
      super(...(at.length > 0 ? at : [Machine.now() + ms]));
    }

    static now() {
      return Machine.now() + ms;
    }
  };
}

/** Base64 of the SHA-256 of a certificate's public key, as Chromium's list wants it. */
function keyHash(certificateFile) {
  const key = new X509Certificate(readFileSync(certificateFile)).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

/** Start Chromium that trusts the server whose certificate is in CERTIFICATEFILE, and nobody else out of order. */
export function openBrowser(certificateFile) {
  const { LD_PRELOAD: _clock, ...env } = process.env;
  return chromium.launch({
    executablePath: process.env.PLEK_CHROMIUM || '/usr/bin/chromium',
    args: [...ARGS, `--ignore-certificate-errors-spki-list=${keyHash(certificateFile)}`],
    env: CLOCK_AHEAD_MS === 0 ? process.env : env,
    handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false,
  });
}

// Runs in each page before its first script. The document itself keeps the list, for its headers are what is tested.
function watchPolicy() {
  globalThis.plekViolations = [];
  document.addEventListener('securitypolicyviolation', e => {
    globalThis.plekViolations.push(`${e.effectiveDirective} blocked ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber} ${e.sample}`);
    console.error(`content policy: ${e.effectiveDirective} blocked ${e.blockedURI} ${e.sample}`);
  });
}

/**
 * A desk: its own cookies, one page. Faults of the page are gathered in desk.faults; noFaults() asserts there are none.
 * @param {object} [o] viewport, theme ('day' | 'night'), lang ('nl' | 'en'), state (of an earlier desk), expected (regular
 *   expressions of console messages that this test causes on purpose)
 */
export async function openDesk(browser, origin, o = {}) {
  const { viewport = DESKTOP, theme = 'day', lang = 'nl', state, expected = [] } = o;
  const context = await browser.newContext({
    baseURL: origin, viewport, storageState: state, locale: lang === 'nl' ? 'nl-NL' : 'en-GB', timezoneId: 'Europe/Amsterdam',
    colorScheme: theme === 'night' ? 'dark' : 'light', reducedMotion: 'reduce',
    isMobile: viewport.width < 600, hasTouch: viewport.width < 600,
  });
  context.setDefaultTimeout(SOON_MS);
  await context.addInitScript(watchPolicy);
  if (CLOCK_AHEAD_MS !== 0) await context.addInitScript(setClockAhead, CLOCK_AHEAD_MS);
  await context.addInitScript(language => { if (!localStorage.getItem('lang')) localStorage.setItem('lang', language); }, lang);
  const page = await context.newPage();
  const desk = { context, page, origin, lang, faults: [], urls: [], titles: new Set(), expected };
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') fault(desk, `console ${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', error => fault(desk, `script: ${error.message}`));
  page.on('request', request => desk.urls.push(request.url()));
  page.on('framenavigated', frame => desk.urls.push(frame.url()));
  return desk;
}

function fault(desk, text) {
  if (!desk.expected.some(known => known.test(text))) desk.faults.push(text);
}

export function noFaults(desk, what) {
  assert.deepEqual(desk.faults, [], `${what}: the page reported faults`);
}

/** Sign in by the form, and wait for the page of the role. */
export async function signIn(desk, username, heading) {
  const { page } = desk;
  await page.goto('/inloggen');
  await page.fill('#username', username);
  await page.fill('#password', PASSWORD);
  await page.click('button[type=submit]');
  await page.waitForURL(url => url.pathname !== '/inloggen');
  await page.waitForSelector(heading);
}

async function run(page, options) {
  // Through the debugger, which the page's own policy does not concern.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(o => globalThis.axe.run(document, { ...o, resultTypes: ['violations'] }), options);
  return violations.map(v => `${v.id}: ${v.help} [${v.nodes.slice(0, 4).map(n => n.target.join(' ')).join(' | ')}]`);
}

/** What axe finds on the page as it stands; an empty list is what we want. */
export const axe = page => run(page, { runOnly: { type: 'tag', values: AXE_TAGS } });
/** Of that only what the colours decide. */
export const contrast = page => run(page, { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } });

/** Pixels by which the page is wider than its window; parts that scroll by themselves are not counted. */
export const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const WIDTHS = [DESKTOP.width, PHONE.width, NARROW.width];
const setTheme = (page, theme) => page.evaluate(name => { document.documentElement.dataset.theme = name; }, theme);

async function tooWide(page, state) {
  const { width } = page.viewportSize();
  const over = await overflow(page);
  return over > 0 ? [`${state}: ${over} px too wide for ${width} px`] : [];
}

/**
 * What is wrong with the page as it stands, in lines that begin with STATE; size and theme are afterwards as they were.
 * Judged are all that axe looks at, the colours of the other theme, and sideways scrolling at the page's own width and at
 * those of a desk, a phone and 400 % zoom.
 * @param {object} [o] everywhere: all that axe looks at in both themes at each of the three widths (slow);
 *   otherTheme: false where another walk judges the other theme
 */
export async function findings(page, state, { everywhere = false, otherTheme = true } = {}) {
  const own = page.viewportSize();
  const theme = await page.evaluate(() => document.documentElement.dataset.theme);
  const other = theme === 'night' ? 'day' : 'night';
  const found = [];
  const look = async (where, judged) => found.push(...(await judged(page)).map(f => `${where}: ${f}`));
  if (!everywhere) await look(state, axe);
  if (!everywhere && otherTheme) {
    await setTheme(page, other);
    await look(`${state}, ${other}`, contrast);
    await setTheme(page, theme);
  }
  for (const width of new Set([own.width, ...WIDTHS])) {
    await page.setViewportSize({ ...own, width });
    found.push(...await tooWide(page, state));
    for (const now of everywhere && WIDTHS.includes(width) ? [theme, other] : []) {
      await setTheme(page, now);
      await look(`${state} at ${width} px, ${now}`, axe);
      found.push(...await tooWide(page, `${state}, ${now}`));
      await picture(page, `${state}-${width}-${now}`);
    }
    await setTheme(page, theme);
  }
  await page.setViewportSize(own);
  return found;
}

/** Nothing is wrong with the page of a desk in this state: findings(). */
export async function judge({ page }, state, o) {
  assert.deepEqual(await findings(page, state, o), []);
}

/** The same of all that can be opened on the page, in both themes at each width. */
export async function judgeWhole(desk, state) {
  for (const details of await desk.page.locator('main details').all()) await details.evaluate(d => { d.open = true; });
  await judge(desk, state, { everywhere: true });
}

/** For whoever wants to look: a picture in the folder PLEK_PICTURES, where that is set. */
async function picture(page, name) {
  const folder = process.env.PLEK_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name.replaceAll(/[^a-z0-9]+/gi, '-')}.png`, fullPage: true });
}

/** The visible text of a part, one line per block, without the running clocks. */
export async function textOf(page, selector) {
  const text = await page.locator(selector).first().innerText();
  return text.replace(/\s*\n\s*/g, '\n').trim();
}

/**
 * Keep the answer to the first request of PAGE for a path that MATCHES, as the exchange gives it now, until release(): an
 * answer that is overtaken. fail(): that it does not come at all. Both resolve when the page has drawn what it made of it.
 * All other answers pass.
 */
export async function keepAnswer(page, matches) {
  // Through the debugger: what keeps requests (page.route) cannot have the answer first and give it later.
  const session = await page.context().newCDPSession(page);
  let kept = null;
  session.on('Fetch.requestPaused', paused => {
    const { pathname, search } = new URL(paused.request.url);
    if (kept === null && paused.request.method === 'GET' && matches(`${pathname}${search}`)) kept = paused;
    else session.send('Fetch.continueRequest', { requestId: paused.requestId }).catch(() => { /* the page gave it up */ });
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*/api/v1/referrals*', requestStage: 'Response' }] });
  const over = async (event, method, more) => {
    const ended = page.waitForEvent(event, r => r.url() === kept.request.url);
    await session.send(method, { requestId: kept.requestId, ...more });
    await ended;
    await session.detach();
    await drawn(page);
  };
  return {
    isKept: () => kept !== null,
    release: () => over('requestfinished', 'Fetch.continueRequest'),
    fail: () => over('requestfailed', 'Fetch.failRequest', { errorReason: 'ConnectionReset' }),
  };
}

/** What PAGE has been told so far is drawn: its drawing comes with a frame, and what leads to it within one. */
export const drawn = page => page.evaluate(async () => {
  for (let i = 0; i < 3; i++) await new Promise(next => requestAnimationFrame(() => setTimeout(next)));
});
