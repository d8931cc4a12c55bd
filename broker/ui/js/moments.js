// @ts-check
// When it was so: a field for a moment that lies back, and the quiet way to say that they came some time ago.
import { described, fieldView, formView, invalid, isRight, keepFormFaults } from './faults.js';
import { t } from './text.js';
import { button, html, icon } from './ui.js';

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
/** As a field for a moment has it. @param {number} ms */
export const localTime = ms => new Date(ms - new Date(ms).getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
/** @param {string} id @param {string} name @param {string} text @param {number} at ms @param {number} from ms @param {number} now ms @param {string} early why not before FROM */
export const momentField = (id, name, text, at, from, now, early) => fieldView(id, text, html`<input class="input" type="datetime-local" id=${id} name=${name} value=${localTime(at)} min=${localTime(from)} max=${localTime(now)} data-early=${early} data-late="in_future" aria-invalid=${invalid(id)} aria-describedby=${described(id)}>`);

/**
 * What a field for a moment says: undefined is now, for the minute in which it is said is now. In the minute of SINCE it was
 * not before it: a field knows no seconds.
 * @param {string} text @param {number} now ms @param {string | null} [since]
 */
export function saidMoment(text, now, since) {
  if (text === '' || Math.abs(now - Date.parse(text)) < 2 * MINUTE_MS) return undefined;
  return since && localTime(Date.parse(since)) === text ? since : new Date(text).toISOString();
}

/**
 * Beside the button that says that they are there, now: they came before.
 * @param {{ id: string, about: string, since?: string | null, now: number, busy: boolean, draw: () => void, tell: (arrivedAt: string | undefined, keep: <T>(work: () => Promise<T>) => Promise<T>) => void }} p since: the yes
 */
export function earlierForm({ id, about, since, now, busy, draw, tell }) {
  /** @param {SubmitEvent} event */
  const submit = event => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (busy) return;
    if (isRight(form)) tell(saidMoment(String(new FormData(form).get('arrivedAt') ?? ''), now, since), work => keepFormFaults(form, work));
    else draw();
  };
  return html`<details class="more"><summary>${icon('chevron-right')}${t('arrive.earlier')}<span class="sr"> ${about}</span></summary>${formView(`came-${id}`, 'stay-form', submit, html`
    ${momentField(`came-at-${id}`, 'arrivedAt', t('stay.moment_came'), now, now - 31 * DAY_MS, now, 'too_long_ago')}
    ${button(t('arrive.earlier_save'), { icon: 'door-enter', type: 'submit', busy, about })}`)}</details>`;
}
