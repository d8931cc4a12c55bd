// @ts-check
// Where the night sheet of the organisation is to be had, and how old it is; or why there is none.
import { moment, t } from './text.js';
import { html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').NightSheetState} NightSheetState */

const LOOK_MS = 60_000;
/** Where no newer one was made, it is asked for again no sooner. */
const PAUSE_MS = 10 * 60_000;
/** A key that was just confirmed gets its first sheet within seconds: asked for that soon, then half as often each time, and
 * no longer than some minutes in all. */
const FIRST_MS = 4_000;
const FIRST_TRIES = 6;
/** @type {NightSheetState | null} */
let sheet = null;
let tries = 0;
/** @type {() => void} */
let again = () => {};

/** What the page has heard of the sheet by itself, as with the list of keys: shown from then on, and watched until the
 * first one is there. @param {NightSheetState} state */
export function knowNight(state) {
  if (state.state !== 'not_yet') tries = 0;
  else if (tries < FIRST_TRIES) setTimeout(() => again(), FIRST_MS * 2 ** tries++);
  sheet = state;
}

/** Ask now, and each time a newer sheet is due. Looked at by a timer, for a page may stay in view all night; but a question
 * keeps the session of a desk alive, so after the first only where the open stream does that already (a house), or somebody
 * was at the desk since the last one. @param {import('./frame.js').Frame} frame */
export function startNight(frame) {
  let askedMs = 0;
  let used = false;
  const ask = async () => {
    askedMs = frame.api.now();
    used = false;
    try {
      knowNight((await frame.api.get('/keys')).nightSheet);
    } catch { /* what was known stays; the page says itself when the exchange is away */ }
    frame.draw();
  };
  const look = () => {
    const now = frame.api.now();
    const everyMs = (sheet?.everyS ?? 3600) * 1000;
    const isDue = now - (sheet?.madeAt ? new Date(sheet.madeAt).getTime() : askedMs) > everyMs + LOOK_MS;
    if (document.hidden) return;
    if (isDue && now - askedMs > Math.min(everyMs, PAUSE_MS) && (used || frame.session.role === 'shelter')) ask();
    else frame.draw(); // a time of yesterday gets its day
  };
  again = ask;
  for (const sign of ['pointerdown', 'keydown']) document.addEventListener(sign, () => { used = true; }, { passive: true });
  document.addEventListener('visibilitychange', () => { used = true; look(); });
  setInterval(look, LOOK_MS);
  return ask();
}

/** @param {import('./frame.js').Frame} frame */
export function nightView(frame) {
  if (!sheet) return nothing;
  if (sheet.state !== 'ready') return html`<p class="night-link">${icon('moon')}<span>${t(`nightlink.${sheet.state}`)}${sheet.state === 'no_key' ? html` <a href="/sleutel">${t('nightlink.key')}</a>` : nothing}</span></p>`;
  return html`<p class="night-link">${icon('moon')}<span><b>${t('nightlink.ready', { time: moment(sheet.madeAt ?? '', frame.api.now()) })}</b> <a href="/api/v1/night-sheet" download>${t('nightlink.download')}</a><span class="small subtle line">${t('nightlink.text')}</span></span></p>`;
}
