// @ts-check
// What is wrong with a form, all of it at once: a summary above its first field that leads to each place, and a line at
// the field itself. The browser judges what it knows of a field (required, range); the exchange judges the rest, and names
// each fault by its place in what was sent.
import { ApiError } from './api.js';
import { hasText, t } from './text.js';
import { html, icon, nothing } from './ui.js';

/** @typedef {{ id: string, text: string }} Fault of the field with this id */

/** By the id of their form; a form without faults is not in it. @type {Map<string, Fault[]>} */
const wrong = new Map();

/** @param {string} id of a field */
const faultAt = id => [...wrong.values()].flat().find(f => f.id === id);
/** For aria-invalid. @param {string} id */
export const invalid = id => (faultAt(id) ? 'true' : nothing);
/** For aria-describedby: what is wrong, and the hint. @param {string} id @param {unknown} [hint] */
export const described = (id, hint) => [faultAt(id) ? `${id}-fault` : '', hint ? `${id}-hint` : ''].filter(Boolean).join(' ') || nothing;

/** At its field. @param {string} id */
export const faultLine = id => {
  const found = faultAt(id);
  return found ? html`<p class="field-fault" id="${id}-fault">${icon('alert-circle')}${found.text}</p>` : nothing;
};

/** A field with its name, a hint and what is wrong with it. @param {string} id @param {unknown} label @param {unknown} control @param {unknown} [hint] */
export const fieldView = (id, label, control, hint) => html`<div class="field ${faultAt(id) ? 'has-fault' : ''}"><label for=${id}>${label}</label>${control}${hint ? html`<p class="small subtle" id="${id}-hint">${hint}</p>` : nothing}${faultLine(id)}</div>`;

/** The hash is the referral's: a link to a field must leave it alone. @param {Event} event @param {string} id */
function go(event, id) {
  event.preventDefault();
  document.getElementById(id)?.focus();
}

/** Above the first field of a form. @param {string} formId */
export const faultSummary = formId => {
  const faults = wrong.get(formId);
  if (!faults) return nothing;
  return html`<div class="notice error faults" id="${formId}-faults" tabindex="-1" role="alert">${icon('alert-circle')}<div><b>${t('faults.title', { n: faults.length })}</b><ul>${faults.map(f => html`<li><a href="#${f.id}" @click=${(/** @type {Event} */ e) => go(e, f.id)}>${f.text}</a></li>`)}</ul></div></div>`;
};

/** A form whose fields are read when it is sent. @param {string} id @param {string} cls @param {(event: SubmitEvent) => void} submit @param {unknown} body */
export const formView = (id, cls, submit, body) => html`<form class=${cls} id=${id} novalidate @submit=${submit}>${faultSummary(id)}${body}</form>`;

/** A form that was sent is drawn anew only when all facts are here again. @param {string} id @param {number} [tries] */
function focusWhenDrawn(id, tries = 120) {
  requestAnimationFrame(() => {
    const found = document.getElementById(id);
    if (found) found.focus();
    else if (tries > 0) focusWhenDrawn(id, tries - 1);
  });
}

/** None: the form is right. The focus goes to the summary once it is drawn; a form of one field has none. @param {string} formId @param {Fault[]} faults @param {string} [focusId] @returns {boolean} whether there are any */
export function setFaults(formId, faults, focusId = `${formId}-faults`) {
  wrong.delete(formId);
  if (faults.length === 0) return false;
  wrong.set(formId, faults);
  requestAnimationFrame(() => focusWhenDrawn(focusId)); // the drawing comes first
  return true;
}

/** A form that begins anew; none named: another referral, all of them. @param {string} [formId] */
export const forgetFaults = formId => (formId ? wrong.delete(formId) : wrong.clear());

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */
/** @param {HTMLFormElement} form @returns {Field[]} */
const fieldsOf = form => /** @type {Field[]} */ ([...form.elements].filter(e => e instanceof HTMLInputElement || e instanceof HTMLSelectElement || e instanceof HTMLTextAreaElement));
/** The name as it stands at the field, or above a choice of one out of a few. @param {Field} field */
const nameOf = field => ((field.type === 'radio' ? field.closest('fieldset')?.querySelector('legend') : field.labels?.[0])?.textContent ?? field.name).trim();
/** Of such a choice the first stands for all. @param {Field} field @param {number} i @param {Field[]} all */
const isFirst = (field, i, all) => field.type !== 'radio' || all.findIndex(f => f.name === field.name) === i;

/** What the browser finds wrong with a field; a blank alone is no answer. @param {Field} field @returns {string | null} */
function textOf(field) {
  const name = nameOf(field);
  const isBlank = field.required && field.type !== 'radio' && field.value.trim() === '';
  if (isBlank || field.validity.valueMissing) return t(field instanceof HTMLSelectElement || field.type === 'radio' ? 'faults.choose' : 'faults.empty', { field: name });
  const { valid, rangeOverflow, rangeUnderflow } = field.validity; // a field of moments says why its bounds are what they are
  return valid ? null : t(`faults.${(rangeOverflow && field.dataset.late) || (rangeUnderflow && field.dataset.early) || 'wrong'}`, { field: name });
}

/** Look at all fields of a form that is to be sent. @param {HTMLFormElement} form @returns {boolean} whether it is right */
export const isRight = form => !setFaults(form.id, fieldsOf(form).filter(isFirst).flatMap(field => { const text = textOf(field); return text ? [{ id: field.id, text }] : []; }));

/**
 * Send, and keep what the exchange found wrong at the fields that it speaks of. Its refusal goes on to who shows it.
 * @template T @param {string} formId @param {(part: string) => string | undefined} fieldOf id of the field of a part of a pointer @param {() => Promise<T>} work
 */
export async function keepFaults(formId, fieldOf, work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError && error.problem?.errors) {
      /** @type {Map<string, string>} */
      const codes = new Map(); // by field, of its first fault
      for (const e of error.problem.errors) {
        const id = e.pointer.split('/').reverse().map(fieldOf).find(Boolean);
        if (id && !codes.has(id)) codes.set(id, e.code && hasText(`faults.${e.code}`) ? e.code : 'wrong');
      }
      setFaults(formId, [...codes].map(([id, code]) => ({ id, text: t(`faults.${code}`, { field: document.querySelector(`label[for="${id}"]`)?.textContent?.trim() ?? '' }) })));
    }
    throw error;
  }
}

/**
 * Of a form with named fields: "organisationIds" and "organisationId" are the field "organisation", "nextAt" is "next".
 * @template T @param {HTMLFormElement} form @param {() => Promise<T>} work
 */
export const keepFormFaults = (form, work) => keepFaults(form.id, part => fieldsOf(form).find(f => f.name !== '' && part.startsWith(f.name))?.id, work);
