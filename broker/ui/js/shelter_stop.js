// @ts-check
// Stopping the intake of one room: why, until when, and one tap. The sheet only gathers; nothing is sent before that tap.
import { ordered } from './codes.js';
import { clock, either, isoDate, momentOn, t } from './text.js';
import { button, closeDialog, html, icon, live, nothing, openDialog, segments } from './ui.js';

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').Stop} Stop */
/**
 * @typedef {object} Stopping
 * @property {Pool} pool as it was on the screen when the sheet was opened
 * @property {string} name
 * @property {string | null} reason
 * @property {'open' | 'today' | 'tomorrow'} until
 * @property {string} at HH:MM on a Dutch clock
 * @property {'reason' | 'time' | null} fault
 */

const REASONS_FIRST = 5;

/** @param {Pool} pool @param {string} name @returns {Stopping} */
export const newStopping = (pool, name) => ({ pool, name, reason: null, until: 'open', at: '', fault: null });

/** What the sheet says, or what is still missing in it. @param {Stopping} s @param {number} nowMs @returns {{ stop: Stop } | { fault: 'reason' | 'time' }} */
export function stopOf(s, nowMs) {
  if (!s.reason) return { fault: 'reason' };
  if (s.until === 'open') return { stop: { reason: s.reason } };
  const at = momentOn(s.until === 'today' ? 0 : 1, s.at, nowMs);
  return at !== null && at > nowMs ? { stop: { reason: s.reason, untilAt: new Date(at).toISOString() } } : { fault: 'time' };
}

/** The end in words, read out as it is chosen. @param {Stopping} s @param {number} nowMs */
function untilText(s, nowMs) {
  const found = stopOf({ ...s, reason: s.reason ?? '-' }, nowMs);
  if (!('stop' in found)) return '';
  const { untilAt } = found.stop;
  if (!untilAt) return t('stop.until_open_text');
  return t(isoDate(untilAt) === isoDate(nowMs) ? 'stop.until_today_text' : 'stop.until_tomorrow_text', { time: clock(untilAt) });
}

/** @param {string} id @param {string} words */
const faultLine = (id, words) => html`<p class="field-fault" id=${id} role="alert">${words ? html`${icon('alert-circle')}<span>${words}</span>` : nothing}</p>`;

/**
 * @param {Stopping | null} s @param {{ nowMs: number, set: (change: Partial<Stopping>) => void, confirm: () => void }} p
 */
export function stopSheet(s, p) {
  const reasons = ordered('stopReasons', 'order');
  const pick = (/** @type {import('../types/api').Code} */ r) => html`<label><input type="radio" name="stop-reason" value=${r.code} .checked=${live(s?.reason === r.code)} @change=${() => p.set({ reason: r.code, fault: null })}><span>${either(r.labelNl, r.labelEn)}</span></label>`;
  const body = (/** @type {Stopping} */ now) => html`<p>${now.name}</p>
    <fieldset aria-describedby="stop-reason-fault"><legend>${t('stop.why')}</legend><div class="picks">${reasons.slice(0, REASONS_FIRST).map(pick)}</div>
      ${reasons.length > REASONS_FIRST ? html`<details class="more"><summary>${icon('chevron-right')}${t('decline.more')}</summary><div class="picks">${reasons.slice(REASONS_FIRST).map(pick)}</div></details>` : nothing}
      ${faultLine('stop-reason-fault', now.fault === 'reason' ? t('stop.no_reason') : '')}</fieldset>
    <fieldset><legend>${t('stop.until')}</legend>${segments({ name: 'stop-until', value: now.until, options: [['open', t('stop.until_open')], ['today', t('stop.until_today')], ['tomorrow', t('stop.until_tomorrow')]], set: until => p.set({ until: /** @type {Stopping['until']} */ (until), fault: null }) })}
      ${now.until === 'open' ? nothing : html`<div class="field stop-time"><label for="stop-at">${t('stop.time')}</label><input class="input" type="time" id="stop-at" .value=${live(now.at)} aria-describedby="stop-at-fault" aria-invalid=${now.fault === 'time' ? 'true' : nothing} @input=${(/** @type {Event} */ e) => p.set({ at: /** @type {HTMLInputElement} */ (e.target).value, fault: null })}>${faultLine('stop-at-fault', now.fault === 'time' ? t('stop.no_time') : '')}</div>`}
      <p class="small subtle" aria-live="polite">${untilText(now, p.nowMs)}</p></fieldset>
    ${button(t('stop.confirm'), { kind: 'primary', icon: 'hand-stop', extra: 'big', id: 'stop-confirm', click: p.confirm })}`;
  return html`<dialog class="sheet" id="stop" aria-labelledby="stop-title"><div class="inner"><h2 id="stop-title" tabindex="-1">${t('stop.title')}</h2>${s ? body(s) : nothing}
    ${button(t('dialog.back'), { kind: 'subtle', click: closeStop })}</div></dialog>`;
}

export const openStop = () => openDialog('stop');
export const closeStop = () => closeDialog('stop');
