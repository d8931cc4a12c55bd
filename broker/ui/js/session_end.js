// @ts-check
// The end of a session: said two minutes before, so that nobody loses what is on the screen.
import { t } from './text.js';
import { button, closeDialog, html, openDialog } from './ui.js';

const WARN_MS = 120_000;

/** @param {() => void} stay @param {() => void} signOut */
export const dialog = (stay, signOut) => html`<dialog class="sheet" id="session-end" aria-labelledby="session-end-title"><div class="inner"><h2 id="session-end-title" tabindex="-1">${t('session.ends_title')}</h2><p>${t('session.ends_text')}</p>${button(t('session.stay'), { kind: 'primary', extra: 'big', click: stay })}${button(t('frame.sign_out'), { kind: 'subtle', click: signOut })}</div></dialog>`;

/**
 * How near the end is, looked at every few seconds. Past it STAY asks the exchange, which knows.
 * @param {{ lastUse: number, idleMs: number, endsAt: number }} watch @param {() => void} stay
 */
export function look(watch, stay) {
  const end = Math.min(watch.endsAt, watch.lastUse + watch.idleMs);
  if (Date.now() > end) stay();
  else if (end - Date.now() < WARN_MS) openDialog('session-end');
  else closeDialog('session-end'); // used in the meantime, by the page itself
}
