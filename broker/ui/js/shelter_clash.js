// @ts-check
// Somebody else changed the number of a room first: which one is right.
import { poolName, shownFree, stopText } from './shelter_capacity.js';
import { clock, t } from './text.js';
import { button, html, icon, nothing } from './ui.js';

/** @typedef {import('./capacity.js').Answer} Answer */

/** @param {Answer} answer */
const answerWords = answer => {
  if (answer.stop === null) return t('clash.answer_open');
  if (answer.stop) return stopText(answer.stop);
  return t(answer.deliverable === 'yes' ? 'clash.answer_staff_yes' : 'clash.answer_staff_no');
};

/**
 * @param {import('./shelter_report.js').Clash | undefined} found
 * @param {{ busy: boolean, stale: boolean, settle: (free: number | null) => void, leave: () => void }} p leave: as somebody else said
 */
export function clashView(found, p) {
  if (!found) return nothing;
  const { pool, mine, answer } = found;
  const theirs = shownFree(pool) ?? 0;
  const at = pool.capacity.receivedAt ?? pool.capacity.observedAt ?? Date.now();
  if (answer) {
    const text = t('clash.answer_text', { time: clock(at), answer: answerWords(answer) });
    return html`<section class="notice clash" id="clash" tabindex="-1" role="alert">${icon('alert-triangle')}<div><b>${poolName(pool)}</b>${text}</div><div class="duo">${button(t('clash.answer_yes'), { extra: 'big', busy: p.busy || p.stale, click: () => p.settle(shownFree(pool)) })}${button(t('clash.answer_no'), { extra: 'big', busy: p.busy, click: p.leave })}</div></section>`;
  }
  const choice = (/** @type {number} */ n) => button(t('clash.is_right', { free: n }), { extra: 'big', click: () => p.settle(n) });
  return html`<section class="notice clash" id="clash" tabindex="-1" role="alert">${icon('alert-triangle')}<div><b>${poolName(pool)}</b>${t('clash.text', { time: clock(at), free: theirs })}</div><div class="duo">${choice(theirs)}${mine === theirs || mine === null ? nothing : choice(mine)}</div></section>`;
}
