// @ts-check
// Where the night sheet of the organisation is to be had, and how old it is; or why there is none.
import { moment, t } from './text.js';
import { html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').NightSheetState} NightSheetState */

const OLD_MS = 60 * 60_000;
/** @type {NightSheetState | null} */
let sheet = null;

/** Ask now, and when somebody comes back to it after more than an hour. Not by a clock: each question keeps the session of a desk alive that nobody sits at. @param {import('./frame.js').Frame} frame */
export function startNight(frame) {
  let askedMs = 0;
  const ask = async () => {
    askedMs = frame.api.now();
    try {
      sheet = (await frame.api.get('/keys')).nightSheet;
    } catch { /* what was known stays; the page says itself when the exchange is away */ }
    frame.draw();
  };
  document.addEventListener('visibilitychange', () => { if (!document.hidden && frame.api.now() - askedMs > OLD_MS) ask(); });
  return ask();
}

/** @param {import('./frame.js').Frame} frame */
export function nightView(frame) {
  if (!sheet) return nothing;
  if (sheet.state !== 'ready') return html`<p class="night-link">${icon('moon')}<span>${t(`nightlink.${sheet.state}`)}${sheet.state === 'no_key' ? html` <a href="/sleutel">${t('nightlink.key')}</a>` : nothing}</span></p>`;
  return html`<p class="night-link">${icon('moon')}<span><b>${t('nightlink.ready', { time: moment(sheet.madeAt ?? '', frame.api.now()) })}</b> <a href="/api/v1/night-sheet" download>${t('nightlink.download')}</a><span class="small subtle line">${t('nightlink.text')}</span></span></p>`;
}
