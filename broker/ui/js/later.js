// @ts-check
// Parts of a page that its first screen does not need: fetched when they are, once. A part that does not come (the network
// is away, or the exchange was renewed meanwhile) is said where it would stand, with a button that asks again; it is asked
// again by itself when the network is back.
import { t } from './text.js';
import { button, html, icon } from './ui.js';

/**
 * @template T
 * @typedef {object} Later
 * @property {() => T | null} now the part, null as long as it is not here; never fetches
 * @property {() => Promise<T | null>} fetch bring it here; null if it did not come
 * @property {() => boolean} isMissing the last try failed
 */

/** @template T @param {() => Promise<T>} load an import() @returns {Later<T>} */
export function later(load) {
  /** @type {T | null} */
  let part = null;
  /** @type {Promise<T | null> | null} */
  let coming = null;
  let missing = false;
  const fetch = () => (coming ??= load().then(found => { part = found; missing = false; return found; }, () => { coming = null; missing = true; return null; }));
  return { now: () => part, fetch, isMissing: () => missing };
}

/**
 * Bring parts when somebody begins to use the page: a touch comes before what the touch is for.
 * @param {() => void} bring called at the first touch or key, and when the network comes back
 */
export function onFirstUse(bring) {
  for (const sign of ['pointerdown', 'keydown']) addEventListener(sign, bring, { once: true, passive: true });
  addEventListener('online', bring);
}

/** In place of a part that did not come. @param {() => void} again */
export const missingView = again => html`<div class="notice" role="alert">${icon('wifi-off')}<div><b>${t('frame.part_title')}</b>${t('frame.part_text')}</div>${button(t('frame.try_again'), { icon: 'refresh', click: again })}</div>`;
