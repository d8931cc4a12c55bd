// Pictures of the pages as they are: all pages at 1440, 390 and 320 px, by day and by night, into var/screenshots; and
// the three that the README files show, into broker/ui/screenshots, when asked for with --readme. Nobody's data: the demo is
// invented. Not a test: someone must look.
//
//   node tests/e2e/screens.mjs [--readme]      (programs as the tests find them: PLEK_BIN or build/dev)
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DESKTOP, NARROW, PHONE, openBrowser } from '../support/browser.mjs';
import { ROOT, startExchange } from '../support/exchange.mjs';
import { walk } from '../support/walk.mjs';
import { CARE_STATES } from '../support/walk_care_pages.mjs';
import { LIFE_STATES } from '../support/walk_life_pages.mjs';
import { NOBED_SETTINGS, NOBED_STATES } from '../support/walk_nobed_pages.mjs';
import { SAFETY_STATES } from '../support/walk_safety_pages.mjs';

const forReadme = process.argv.includes('--readme');
const shots = join(ROOT, 'var/screenshots');
const kept = join(ROOT, 'broker/ui/screenshots');
const README_BYTES_MAX = 200_000;
const README_DESK = { width: 1280, height: 800 };
// What is looked at: the states that differ to the eye, not each step between them.
const LOOKED_AT = new Set([
  'signin', 'signin-fault', 'placer-empty', 'placer-none', 'placer-results', 'placer-consult', 'placer-more', 'placer-missing',
  'placer-tracking', 'placer-withdraw', 'shift-list', 'placer-location', 'placer-travelling', 'placer-end', 'shelter-shift',
  'shelter-empty', 'shelter-changed', 'shelter-stop', 'shelter-stopped', 'shelter-request', 'shelter-no', 'shelter-accepted', 'shelter-ended', 'municipality', 'municipality-all',
  'feeds-admin', 'feeds-good', 'feeds-aside', 'feeds-failed', 'feeds-replayed', 'upload-preview', 'upload-taken', 'upload-unreadable',
  'upload-trial', 'shelter-differ', 'shelter-by-hand', 'shelter-silent', 'feeds-silent', 'feeds-all', 'feeds-of-one',
  ...NOBED_STATES, ...LIFE_STATES, ...CARE_STATES, ...SAFETY_STATES,
]);

/** A picture of the whole page; a dialog stands in the window only. */
async function picture(page, file) {
  await page.evaluate(() => scrollTo(0, 0)); // bars that stick would stand in the middle of the picture
  const hasDialog = await page.locator('dialog[open]').count() > 0;
  await page.screenshot({ path: file, fullPage: !hasDialog });
  return statSync(file).size;
}

async function readmePicture(page, name) {
  await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
  const file = join(kept, name);
  await page.screenshot({ path: file });
  const bytes = statSync(file).size;
  if (bytes > README_BYTES_MAX) throw new Error(`${name} has ${bytes} bytes, more than ${README_BYTES_MAX}`);
  console.log(`${file.slice(ROOT.length + 1)}: ${bytes} bytes`);
}

const x = await startExchange('screens', { settings: NOBED_SETTINGS });
let browser;
try {
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  mkdirSync(shots, { recursive: true });
  mkdirSync(kept, { recursive: true });
  const walks = forReadme ? [{ viewport: README_DESK, theme: 'day' }, { viewport: PHONE, theme: 'night' }]
    : [DESKTOP, PHONE, NARROW].flatMap(viewport => ['day', 'night'].map(theme => ({ viewport, theme })));
  for (const w of walks) {
    const missed = await walk({ x, browser, lang: 'nl', ...w }, async (state, { page }) => {
      const isDesk = w.viewport === README_DESK;
      if (forReadme && state === 'placer-results' && isDesk) await readmePicture(page, 'placer.png');
      if (forReadme && state === 'shelter-request' && !isDesk) await readmePicture(page, 'shelter.png');
      if (forReadme && state === 'feeds-aside' && isDesk) await readmePicture(page, 'feeds.png');
      if (!forReadme && LOOKED_AT.has(state)) await picture(page, join(shots, `${state}-${w.viewport.width}-${w.theme}.png`));
    });
    if (missed.length > 0) throw new Error(`not reached: ${missed}`);
  }
} finally {
  await browser?.close();
  await x.stop();
}
