// @ts-check
// Shared parts of the pages: functions that give HTML. No inline style, no handlers in text, no HTML from strings (the
// policy refuses them and a test looks for them).
import { live } from '../vendor/lit-html/directives/live.js';
import { html, nothing, svg } from '../vendor/lit-html/lit-html.js';
import { t } from './text.js';

// What a person ticks is compared as it stands on the page: a list that grew shorter would else leave the next box as
// the one before it was.
export { html, live, nothing, svg };

const SPRITE = new URL('../vendor/icons.svg', import.meta.url).pathname;

/** @param {string} name of a file in icons/ */
export const icon = name => html`<svg class="icon" aria-hidden="true" focusable="false"><use href=${`${SPRITE}#${name}`}></use></svg>`;

export const brand = (/** @type {string} */ href) => html`<a class="brand" href=${href}><svg viewBox="0 0 32 32" aria-hidden="true"><path class="roof" d="M4 15 16 5l12 10v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1z" fill="none" stroke-width="2.6" stroke-linejoin="round"/><path d="M10 22.5a6 6 0 0 1 12 0" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"/><circle cx="16" cy="14.2" r="1.9" fill="currentColor"/></svg><span class="brand-name">Veilige Plek</span></a>`;

/**
 * @typedef {object} ButtonOptions
 * @property {'primary' | 'secondary' | 'subtle'} [kind]
 * @property {string} [icon]
 * @property {(event: Event) => void} [click]
 * @property {string} [extra] more classes
 * @property {'button' | 'submit'} [type]
 * @property {string} [about] what it is about, for people who hear the page
 * @property {boolean} [busy] shown as not available, keeps the focus
 * @property {string} [id]
 */

/** The button of NL Design System. @param {unknown} text @param {ButtonOptions} [o] */
export const button = (text, o = {}) => html`<button id=${o.id ?? nothing} class="nl-button nl-button--${o.kind ?? 'secondary'} ${o.extra ?? ''}" type=${o.type ?? 'button'} aria-disabled=${o.busy ? 'true' : nothing} @click=${(/** @type {Event} */ e) => { if (o.busy) e.preventDefault(); else o.click?.(e); }}>${o.icon ? html`<span class="nl-button__icon-start">${icon(o.icon)}</span>` : nothing}<span class="nl-button__label">${text}${o.about ? html`<span class="sr"> ${o.about}</span>` : nothing}</span></button>`;

/** A link to a telephone that looks like a button. @param {string} text @param {string} phone @param {string} [extra] */
export const callLink = (text, phone, extra = '') => html`<a class="nl-button nl-button--secondary ${extra}" href=${`tel:${phone.replace(/[^0-9+]/g, '')}`}><span class="nl-button__icon-start">${icon('phone')}</span><span class="nl-button__label">${text}</span></a>`;

/**
 * Counter with minus and plus; the new number is spoken by its output.
 * @param {{ name: string, value: number, max?: number, set: (n: number) => void }} o
 */
export function stepper(o) {
  const max = o.max ?? 9;
  return html`<div class="stepper" role="group" aria-label=${o.name}>
    <button type="button" aria-label=${t('stepper.less', { name: o.name })} aria-disabled=${o.value <= 0} @click=${() => o.value > 0 && o.set(o.value - 1)}>${icon('minus')}</button>
    <output aria-live="polite">${o.value}</output>
    <button type="button" aria-label=${t('stepper.more', { name: o.name })} aria-disabled=${o.value >= max} @click=${() => o.value < max && o.set(o.value + 1)}>${icon('plus')}</button></div>`;
}

/** The shape of a threat level: triangle rood, diamond oranje, circle groen, none for not known. @param {string | undefined} level */
export function shape(level) {
  if (level === 'rood') return html`<svg class="shape" viewBox="0 0 12 12" aria-hidden="true"><path d="M6 .8 11.6 11H.4z" fill="currentColor"/></svg>`;
  if (level === 'oranje') return html`<svg class="shape" viewBox="0 0 12 12" aria-hidden="true"><path d="M6 0l6 6-6 6-6-6z" fill="currentColor"/></svg>`;
  if (level === 'groen') return html`<svg class="shape" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5.4" fill="currentColor"/></svg>`;
  return nothing;
}

/**
 * A message at the place of action.
 * @param {{ icon?: string, title: string, text?: unknown, action?: unknown, tone?: 'warning' | 'error' | 'info', alert?: boolean, id?: string }} o
 */
export const notice = o => html`<div class="notice ${o.tone ?? 'warning'}" id=${o.id ?? nothing} tabindex=${o.id ? -1 : nothing} role=${o.alert ? 'alert' : nothing}>${icon(o.icon ?? 'alert-triangle')}<div><b>${o.title}</b>${o.text ?? nothing}</div>${o.action ?? nothing}</div>`;

/** @param {unknown} text */
export const badge = text => html`<span class="nl-data-badge">${text}</span>`;

/**
 * A choice of one out of a few. Arrow keys walk it: real radio buttons.
 * @param {{ name: string, value: string | null, options: [string, unknown][], set: (value: string) => void, extra?: string }} o
 */
export const segments = o => html`<div class="seg ${o.extra ?? ''}">${o.options.map(([value, text]) => html`<label><input type="radio" name=${o.name} value=${value} .checked=${live(o.value === value)} @change=${() => o.set(value)}>${text}</label>`)}</div>`;

/**
 * @param {{ id: string, label: unknown, value: string, options: [string, string][], set: (value: string) => void, hideLabel?: boolean }} o
 */
export const select = o => html`<div class="field"><label for=${o.id} class=${o.hideLabel ? 'sr' : ''}>${o.label}</label><select id=${o.id} @change=${(/** @type {Event} */ e) => o.set(/** @type {HTMLSelectElement} */(e.target).value)}>${o.options.map(([value, text]) => html`<option value=${value} .selected=${o.value === value}>${text}</option>`)}</select></div>`;

/** Say a short message in the one polite region. @param {string} text */
export function announce(text) {
  const region = document.getElementById('status');
  if (!region) return;
  // Emptied first: the same words twice are spoken twice.
  region.textContent = '';
  setTimeout(() => { region.textContent = text; }, 60);
}

/** Move the focus after the next drawing. @param {string} id */
export function focusSoon(id) {
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(id)?.focus()));
}

/** Open a dialog with the focus on its heading, not on its first choice. @param {string} id */
export function openDialog(id) {
  requestAnimationFrame(() => {
    const dialog = document.getElementById(id);
    if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
    dialog.showModal();
    dialog.querySelector('h2')?.focus();
  });
}

/** @param {string} id */
export function closeDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && dialog.open) dialog.close();
}
