// @ts-check
// What the first screen of the intake has not: rows of children, questions that are asked less often, and the way in with
// a return code.
import { noChange } from '../vendor/lit-html/lit-html.js';
import { ordered, row, rows } from './codes.js';
import { hasTrafficking, toggled } from './need.js';
import { triChip } from './placer_intake.js';
import { useCode } from './placer_return.js';
import { either, isoDate, t } from './text.js';
import { button, html, live, nothing, select } from './ui.js';

/** @typedef {import('./placer_intake.js').IntakeParts} IntakeParts */

const DAY_MS = 86_400_000;
const UNTIL_DAYS = 91; // three months: no reflection period is longer

export { childRows } from './placer_children.js';

/** @param {IntakeParts} p */
export const residence = p => html`${select({
  id: 'residence', label: t('intake.residence'), value: p.intake.residence,
  options: [['', t('intake.no_answer')], .../** @type {[string, string][]} */ (ordered('residences', 'intakeOrder').map(r => [r.code, either(r.labelNl, r.labelEn)]))],
  set: value => p.set({ ...p.intake, residence: value }),
})}${p.intake.residence === 'bedenktijd' ? html`<div class="field"><label for="residence-until">${t('gate.until')}</label><input class="input" id="residence-until" type="date" min=${isoDate(Date.now() + DAY_MS)} max=${isoDate(Date.now() + UNTIL_DAYS * DAY_MS)} .value=${p.intake.residenceUntil || noChange} @change=${(/** @type {Event} */ e) => p.set({ ...p.intake, residenceUntil: /** @type {HTMLInputElement} */ (e.target).value })} aria-describedby="residence-until-hint"><p class="small subtle" id="residence-until-hint">${t('gate.until_hint')}</p></div>` : nothing}`;

/** @param {IntakeParts} p @param {string} name */
function setHome(p, name) {
  const wanted = name.trim().toLowerCase();
  const found = rows('municipalities').find(m => (m.name ?? '').toLowerCase() === wanted);
  p.set({ ...p.intake, home: found?.code ?? '' });
}

/** @param {IntakeParts} p */
export const moreBody = p => html`
  <div class="field"><label for="home">${t('intake.home')}</label><input class="input" id="home" list="home-list" autocomplete="off" .value=${row('municipalities', p.intake.home)?.name ?? ''} @change=${(/** @type {Event} */ e) => setHome(p, /** @type {HTMLInputElement} */(e.target).value)}><datalist id="home-list">${p.moreOpen ? rows('municipalities').map(m => html`<option value=${m.name ?? ''}></option>`) : nothing}</datalist><p class="small subtle">${t('intake.home_hint')}</p></div>
  ${hasTrafficking(p.intake) ? nothing : residence(p)}
  <fieldset class="question"><legend>${t('intake.threat_kinds')}</legend><div class="chips">${rows('threatKinds').map(r => triChip(p.intake.threatKinds[r.code], either(r.labelNl, r.labelEn), undefined, () => p.set({ ...p.intake, threatKinds: toggled(p.intake.threatKinds, r.code) })))}</div></fieldset>
  <div class="check"><label><input type="checkbox" .checked=${live(p.intake.together)} @change=${() => p.set({ ...p.intake, together: !p.intake.together })}><span>${t('intake.together')}</span></label></div>
  ${select({ id: 'ground', label: t('intake.ground'), value: p.intake.ground, options: rows('legalGrounds').map(r => [r.code, either(r.labelNl, r.labelEn)]), set: ground => p.set({ ...p.intake, ground }) })}`;

export const returnBody = () => html`
  <div class="field"><label for="return-code">${t('stay.return_code')}</label><input class="input" id="return-code" autocomplete="off" autocapitalize="characters" maxlength="15" aria-describedby="return-hint"><p class="small subtle" id="return-hint">${t('stay.return_hint')}</p></div>
  ${button(t('stay.return_find'), { icon: 'history', click: () => useCode(/** @type {HTMLInputElement} */ (document.getElementById('return-code')).value) })}`;
