// @ts-check
// What was asked for, read-only: it takes the place of the intake once shelters were asked.
import { label, row } from './codes.js';
import { clock, either, inSentence, t } from './text.js';
import { button, callLink, html, nothing, shape } from './ui.js';

/** @param {import('../types/api').Need} need */
export function householdLines(need) {
  const isChild = (/** @type {import('../types/api').Person} */ person) => typeof person.age === 'number' && person.age < 18;
  const adults = need.household.filter(p => !isChild(p)).map(p => label('sexes', p.sex) + (p.age ? ` (${p.age})` : ''));
  const children = need.household.filter(isChild).map(p => {
    const found = row('sexes', p.sex);
    return t('summary.child', { child: either(found?.childNl, found?.childEn) || t('summary.child_word'), age: String(p.age) });
  });
  return [...adults, ...children];
}

/** @param {import('../types/api').Need} need */
function needLines(need) {
  return Object.entries(need.traits ?? {}).filter(([, v]) => v !== 'no').map(([code, v]) => {
    const words = code === 'tolk' && need.language ? t('intake.interpreter', { language: label('languages', need.language) }) : label('traits', code);
    return v === 'unknown' ? t('summary.unknown', { what: words }) : words;
  });
}

/** @param {string} term @param {unknown} content */
const line = (term, content) => html`<div><dt>${term}</dt><dd>${content}</dd></div>`;
/** @param {string[]} texts */
const lines = texts => texts.map(text => html`<span class="line">${text}</span>`);

/** @param {import('../types/api').Need} need */
const needRows = need => html`
    ${line(t('summary.urgency'), label('urgencies', need.urgency))}
    ${line(t('summary.threat'), html`<span class=${need.threatLevel === 'rood' ? 'risk' : ''}>${shape(need.threatLevel)} ${t('threat.code', { level: inSentence(label('threatLevels', need.threatLevel)) })}</span>`)}
    ${line(t('summary.household'), lines(householdLines(need)))}
    ${(need.unsafeRegions ?? []).length > 0 ? line(t('summary.unsafe'), lines((need.unsafeRegions ?? []).map(code => label('regions', code)))) : nothing}
    ${needLines(need).length > 0 ? line(t('summary.needs'), lines(needLines(need))) : nothing}
    ${need.channel === 'chat' && !need.callback ? line(t('nobed.answer'), t('nobed.no_callback')) : nothing}`;

/** All of it, for who reads the file and has no part in the search. @param {import('../types/api').Need} need */
export const needView = need => html`<dl class="summary">${needRows(need)}
    ${Object.values(need.threatKinds ?? {}).includes('yes') ? line(t('summary.threat_kinds'), lines(Object.entries(need.threatKinds ?? {}).filter(([, v]) => v === 'yes').map(([code]) => label('threatKinds', code)))) : nothing}
    ${(need.unsafeMunicipalities ?? []).length > 0 ? line(t('summary.unsafe_towns'), lines((need.unsafeMunicipalities ?? []).map(code => label('municipalities', code)))) : nothing}
    ${need.residence ? line(t('summary.residence'), label('residences', need.residence)) : nothing}
    ${need.homeMunicipality ? line(t('summary.home'), label('municipalities', need.homeMunicipality)) : nothing}
    ${need.callback ? line(t('care.callback'), callLink(need.callback, need.callback)) : nothing}</dl>`;

/**
 * @param {import('../types/api').Referral} referral @param {{ change: () => void, canChange: boolean }} o
 */
export function summaryView(referral, o) {
  const need = referral.need;
  return html`<section class="intake summary-side" aria-labelledby="intake-title"><h1 id="intake-title" class="ref">${referral.code}</h1>
  ${need ? html`<dl class="summary">${needRows(need)}
    ${line(t('summary.opened'), [clock(referral.openedAt), referral.organisation].filter(Boolean).join(', '))}
  </dl>` : html`<p>${t('summary.erased')}</p>`}
  ${o.canChange ? html`<div>${button(t('summary.change'), { click: o.change })}</div><p class="small subtle">${t('summary.change_hint')}</p>` : nothing}
  </section>`;
}
