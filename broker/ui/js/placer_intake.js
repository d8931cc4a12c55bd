// @ts-check
// The left side of the placer's page: five questions, each answer changes the list at once.
import { label, ordered, regionsByDistance, row, rows } from './codes.js';
import { PERSONS_MAX, answered, hasTrafficking, persons, toggled, withAdults, withChildren } from './need.js';
import { either, t } from './text.js';
import { button, html, icon, live, nothing, segments, select, shape, stepper } from './ui.js';

/** @typedef {import('./need.js').Intake} Intake */
/** @typedef {import('./need.js').Band} Band */
/**
 * @typedef {object} IntakeParts
 * @property {Intake} intake
 * @property {string} callback
 * @property {Set<string>} faults ids of fields that still need an answer
 * @property {string | null | undefined} home region of the worker's own organisation
 * @property {string} regionFault
 * @property {(intake: Intake) => void} set
 * @property {(callback: string) => void} setCallback
 * @property {(chat: boolean) => void} setChat
 * @property {(name: string) => void} addRegion
 * @property {() => void} clear
 * @property {boolean} moreOpen the long list of municipalities is only made when it can be used
 * @property {(open: boolean) => void} setMore
 * @property {typeof import('./placer_intake_more.js') | null} rest what the folds have inside, once it is here
 * @property {unknown} missing in place of it, when it did not come
 */

const NEAR_REGIONS = 5;
// The needs that come up most; the others are one tap further, so that the form keeps its half minute.
const NEEDS_FIRST = 8;

/** @param {string} id @param {IntakeParts} p @param {string} key */
const fault = (id, p, key) => (p.faults.has(id) ? html`<p class="field-fault" id="${id}-fault">${icon('alert-circle')}${t(key)}</p>` : nothing);

/** @param {IntakeParts} p */
const urgency = p => html`<fieldset class="question"><legend>${t('intake.urgency')}</legend>${segments({
  name: 'urgency', value: p.intake.urgency, options: ordered('urgencies', 'intakeOrder').map(r => [r.code, either(r.labelNl, r.labelEn)]),
  set: value => p.set({ ...p.intake, urgency: value }),
})}</fieldset>`;

/** @param {IntakeParts} p */
const threat = p => html`<fieldset class="question"><legend>${t('intake.threat')}</legend>${segments({
  name: 'threat', value: p.intake.threat, extra: p.intake.threat === 'rood' ? 'threat' : '',
  options: ['rood', 'oranje', 'groen', 'onbekend'].map(code => [code, html`${shape(code)}${code === 'onbekend' ? t('intake.threat_not_yet') : label('threatLevels', code)}`]),
  set: value => p.set({ ...p.intake, threat: value }),
})}</fieldset>`;

/** @param {string} id @param {string} name @param {number | null} value @param {number} from @param {number} to @param {(age: number | null) => void} set @param {boolean} hasFault */
export const ageBox = (id, name, value, from, to, set, hasFault) => html`<label class="age-box"><span class="sr">${name}</span><input class="input" id=${id} type="number" inputmode="numeric" min=${from} max=${to} placeholder=${t('intake.age_hint')} aria-invalid=${hasFault ? 'true' : nothing} .value=${value === null ? '' : String(value)} @change=${(/** @type {Event} */ e) => {
  const box = /** @type {HTMLInputElement} */ (e.target);
  const age = box.value === '' || !Number.isFinite(box.valueAsNumber) ? null : Math.round(Math.min(to, Math.max(from, box.valueAsNumber)));
  box.value = age === null ? '' : String(age);
  set(age);
}}></label>`;

/** @param {boolean} child @returns {[string, string][]} */
export const sexOptions = child => ['vrouw', 'man', ...(child ? [] : ['x']), 'onbekend'].map(code => {
  const found = row('sexes', code);
  return [code, code === 'onbekend' ? t('intake.sex_unknown') : either(child ? found?.childNl : found?.labelNl, child ? found?.childEn : found?.labelEn)];
});

/** @param {IntakeParts} p */
const adultRows = p => p.intake.adults.map((adult, i) => {
  const change = (/** @type {Partial<typeof adult>} */ part) => p.set({ ...p.intake, adults: p.intake.adults.map((a, k) => (k === i ? { ...a, ...part } : a)) });
  const name = t('intake.adult_n', { n: i + 1 });
  return html`<div class="person"><span aria-hidden="true">${name}</span>${select({ id: `adult-sex-${i}`, label: t('intake.sex_of', { name }), hideLabel: true, value: adult.sex, options: sexOptions(false), set: sex => change({ sex }) })}${ageBox(`adult-age-${i}`, t('intake.age_of', { name }), adult.age, 18, 120, age => change({ age }), false)}</div>`;
});

/** @param {IntakeParts} p */
function household(p) {
  const room = PERSONS_MAX - persons(p.intake);
  const count = (/** @type {Band} */ band) => p.intake.children.filter(c => c.band === band).length;
  const children = (/** @type {Band} */ band) => html`<div class="count"><span>${t(`intake.children_${band}`)}</span>${stepper({
    name: t(`intake.children_${band}`), value: count(band), max: Math.min(9, count(band) + room), set: n => p.set(withChildren(p.intake, band, n)),
  })}${count(band) > 0 ? html`<div class="persons">${band === 'teen' ? html`<p class="small subtle">${t('intake.teen_hint')}</p>` : nothing}${p.rest ? p.rest.childRows(p, band) : p.missing}</div>` : nothing}</div>`;
  return html`<fieldset class="question"><legend>${t('intake.who')}</legend><div class="counts">
    <div class="count"><span>${t('intake.adults')}</span>${stepper({ name: t('intake.adults'), value: p.intake.adults.length, max: Math.min(9, p.intake.adults.length + room), set: n => p.set(withAdults(p.intake, n)) })}${p.intake.adults.length > 0 ? html`<div class="persons">${adultRows(p)}</div>` : nothing}</div>
    ${children('young')}${children('middle')}${children('teen')}</div>
    ${[...p.faults].some(id => id.startsWith('child-')) ? html`<p class="field-fault">${icon('alert-circle')}${t('intake.teen_fault')}</p>` : nothing}</fieldset>`;
}

/** @param {IntakeParts} p @param {Event} event */
function addRegion(p, event) {
  const box = document.getElementById('other-region');
  if (!(box instanceof HTMLInputElement)) return;
  event.preventDefault();
  p.addRegion(box.value);
  box.value = '';
}

/** @param {IntakeParts} p */
function unsafe(p) {
  const near = regionsByDistance(p.home).slice(0, NEAR_REGIONS);
  const shown = [...near, ...p.intake.unsafe.filter(code => !near.includes(code))];
  const flip = (/** @type {string} */ code) => p.set({ ...p.intake, unsafe: p.intake.unsafe.includes(code) ? p.intake.unsafe.filter(c => c !== code) : [...p.intake.unsafe, code] });
  return html`<fieldset class="question unsafe"><legend>${t('intake.unsafe')} <small>${t('intake.unsafe_hint')}</small></legend><div class="chips">
    ${shown.map(code => html`<label class="chip"><input type="checkbox" .checked=${live(p.intake.unsafe.includes(code))} @change=${() => flip(code)}><span class="on">${icon('check')}</span>${label('regions', code)}</label>`)}</div>
    <div class="add-row"><label class="sr" for="other-region">${t('intake.other_region')}</label><input class="input" id="other-region" list="regions-list" placeholder=${t('intake.other_region')} autocomplete="off" aria-describedby="region-fault" @keydown=${(/** @type {KeyboardEvent} */ e) => { if (e.key === 'Enter') addRegion(p, e); }}>
    <datalist id="regions-list">${rows('regions').map(r => html`<option value=${either(r.labelNl, r.labelEn)}></option>`)}</datalist>${button(t('intake.add'), { icon: 'plus', click: e => addRegion(p, e), about: t('intake.other_region') })}</div>
    <p class="field-fault" id="region-fault">${p.regionFault ? html`${icon('alert-circle')}${p.regionFault}` : nothing}</p></fieldset>`;
}

/** Off, needed, not known: a button that says which. @param {'yes' | 'unknown' | undefined} value @param {string} text @param {string | undefined} iconName @param {() => void} flip */
export const triChip = (value, text, iconName, flip) => html`<button type="button" class="chip tri ${value ?? ''}" aria-pressed=${value === 'yes' ? 'true' : value === 'unknown' ? 'mixed' : 'false'} @click=${flip}>${value === 'yes' ? icon('check') : value === 'unknown' ? html`<span class="tri-mark" aria-hidden="true">?</span>` : iconName ? icon(iconName) : nothing}${text}${value === 'unknown' ? html`<span class="tri-word">${t('intake.not_known')}</span>` : nothing}</button>`;

/** @param {IntakeParts} p */
function needs(p) {
  const words = (/** @type {string} */ code) => (code === 'tolk' && p.intake.language ? t('intake.interpreter', { language: label('languages', p.intake.language) }) : label('traits', code));
  const chip = (/** @type {import('../types/api').Code} */ r) => triChip(p.intake.traits[r.code], words(r.code), r.icon, () => p.set({ ...p.intake, traits: toggled(p.intake.traits, r.code) }));
  const all = ordered('traits', 'intakeOrder');
  const others = all.slice(NEEDS_FIRST);
  return html`<fieldset class="question"><legend>${t('intake.needs')} <small>${t('intake.needs_hint')}</small></legend>
    <div class="chips">${all.slice(0, NEEDS_FIRST).map(chip)}</div>
    <details class="more" ?open=${others.some(r => p.intake.traits[r.code])}><summary>${icon('chevron-right')}${t('intake.more_needs')}</summary><div class="chips">${others.map(chip)}</div></details>
    ${p.intake.traits.tolk ? select({
      id: 'language', label: t('intake.language'), value: p.intake.language,
      options: [['', t('intake.language_unknown')], .../** @type {[string, string][]} */ (ordered('languages', 'intakeOrder').filter(r => r.code !== 'nl').map(r => [r.code, either(r.labelNl, r.labelEn)]))],
      set: language => p.set({ ...p.intake, language }),
    }) : nothing}
    ${hasTrafficking(p.intake) ? html`${p.rest?.residence(p) ?? nothing}<p class="small subtle">${t('intake.trafficking_hint')}</p>` : nothing}</fieldset>`;
}

/** What is asked less often, folded. @param {IntakeParts} p */
const more = p => html`<details class="more" @toggle=${(/** @type {Event} */ e) => p.setMore(/** @type {HTMLDetailsElement} */(e.currentTarget).open)}><summary>${icon('chevron-right')}${t('intake.more')}</summary><div class="more-body">${p.rest ? p.rest.moreBody(p) : p.missing}</div></details>`;

/** A household that comes back has told it all. @param {IntakeParts} p */
const returning = p => (p.intake.returnCode ? html`<p class="small">${t('stay.return_used', { code: p.intake.returnCode })}</p>` : html`<details class="fold"><summary>${icon('chevron-right')}${t('stay.return')}</summary><div class="more-body">${p.rest ? p.rest.returnBody() : p.missing}</div></details>`);

/** @param {IntakeParts} p */
export const intakeView = p => html`
<form class="intake" aria-labelledby="intake-title" novalidate @submit=${(/** @type {Event} */ e) => e.preventDefault()}>
  <div><h1 id="intake-title">${t('intake.title')}</h1><p class="no-names">${icon('id-off')}<span>${t('intake.no_names')}</span></p></div>
  ${returning(p)}${urgency(p)}${threat(p)}${household(p)}${unsafe(p)}${needs(p)}${more(p)}
  <div class="check"><label><input type="checkbox" id="chat" .checked=${live(p.intake.chat)} @change=${() => p.setChat(!p.intake.chat)}><span>${t('nobed.chat')}</span></label></div>
  <div class="field"><label for="callback">${t('intake.callback')}</label><input class="input" id="callback" type="tel" inputmode="tel" autocomplete="off" maxlength="23" aria-describedby="callback-hint callback-fault" aria-invalid=${p.faults.has('callback') ? 'true' : nothing} .value=${p.callback} @change=${(/** @type {Event} */ e) => p.setCallback(/** @type {HTMLInputElement} */(e.target).value)}><p class="small subtle" id="callback-hint">${p.intake.chat ? t('nobed.chat_hint') : t('intake.callback_hint')}</p>${fault('callback', p, p.intake.chat ? 'nobed.chat_fault' : 'intake.callback_fault')}</div>
  <div class="intake-foot"><span class="small subtle">${t('intake.answered', { n: answered(p.intake) })}<br>${t('intake.direct')}</span>${button(t('intake.clear'), { kind: 'subtle', click: p.clear })}</div>
</form>`;
