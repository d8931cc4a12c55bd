// @ts-check
// The form of a desk for whom the broker opened a referral: how a house reaches it, and on what ground it works. It comes
// before the first take-over; afterwards it corrects what was said. Where the household itself is open, never in a list.
import { rows } from './codes.js';
import { described, fieldView, formView, invalid, isRight, keepFormFaults } from './faults.js';
import { either, t } from './text.js';
import { lacksDesk } from './timers.js';
import { button, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').Referral} Referral */

const CHAT = 'chat';
/** Chosen and not sent yet, by referral: with a chat the number may stay away. @type {Map<number, string>} */
const channels = new Map();

/** @param {Referral} r @param {import('./timers.js').TimerParts} p @param {SubmitEvent} event */
function submit(r, p, event) {
  event.preventDefault();
  if (p.busy) return;
  const form = /** @type {HTMLFormElement} */ (event.target);
  const data = new FormData(form);
  const text = (/** @type {string} */ name) => String(data.get(name) ?? '').trim();
  if (!isRight(form)) {
    p.draw();
    return;
  }
  p.act(r, 'takeover', { ground: text('ground'), channel: text('channel') || 'telefoon', ...(text('callback') ? { callback: text('callback') } : {}) }, t('timers.desk_said'), async work => {
    await keepFormFaults(form, work);
    channels.delete(r.id);
    form.closest('details')?.removeAttribute('open');
  });
}

/** @param {Referral} r @param {import('./timers.js').TimerParts} p @param {string} word of the button @param {unknown} head */
function form(r, p, word, head) {
  const mayChat = Boolean(r.need?.anonymous);
  const channel = mayChat ? channels.get(r.id) ?? r.need?.channel ?? 'telefoon' : 'telefoon';
  const [way, number, ground] = ['channel', 'callback', 'ground'].map(name => `desk-${name}-${r.id}`);
  const choose = (/** @type {Event} */ e) => { channels.set(r.id, /** @type {HTMLSelectElement} */ (e.target).value); p.draw(); };
  return formView(`desk-${r.id}`, 'desk-form', event => submit(r, p, event), html`${head}
    ${mayChat ? fieldView(way, t('timers.desk_channel'), html`<select id=${way} name="channel" aria-invalid=${invalid(way)} aria-describedby=${described(way)} @change=${choose}>${['telefoon', CHAT].map(code => html`<option value=${code} ?selected=${code === channel}>${t(code === CHAT ? 'timers.desk_chat' : 'timers.desk_phone')}</option>`)}</select>`) : nothing}
    ${fieldView(number, t('timers.desk_callback'), html`<input class="input" id=${number} name="callback" type="tel" inputmode="tel" autocomplete="off" maxlength="23" pattern="[0-9+][0-9 +\\-]{5,22}" value=${r.need?.callback ?? ''} ?required=${channel !== CHAT} aria-invalid=${invalid(number)} aria-describedby=${described(number, mayChat)}>`, mayChat ? t('timers.desk_callback_hint') : undefined)}
    ${fieldView(ground, t('timers.desk_ground'), html`<select id=${ground} name="ground" aria-invalid=${invalid(ground)} aria-describedby=${described(ground)}>${rows('legalGrounds').map(g => html`<option value=${g.code} ?selected=${g.code === r.need?.ground}>${either(g.labelNl, g.labelEn)}</option>`)}</select>`)}
    ${button(word, { kind: 'primary', icon: 'user-check', type: 'submit', busy: p.busy, about: r.code })}`);
}

/** Before the take-over as it stands, afterwards folded. @param {Referral} r @param {import('./timers.js').TimerParts} p */
export const deskView = (r, p) => (lacksDesk(r)
  ? form(r, p, t(r.mine ? 'timers.desk_save' : 'timers.take_over'), html`<p><b>${t('timers.desk_title')}</b></p><p>${t('timers.desk_text')}</p>`)
  : html`<details class="more"><summary>${icon('chevron-right')}${t('timers.desk_change')}<span class="sr"> ${r.code}</span></summary>${form(r, p, t('timers.desk_save'), nothing)}</details>`);
