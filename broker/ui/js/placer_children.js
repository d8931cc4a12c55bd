// @ts-check
// A row per child: of each its sex and its age. No first screen has them.
import { BANDS } from './need.js';
import { ageBox, sexOptions } from './placer_intake.js';
import { t } from './text.js';
import { html, nothing, select } from './ui.js';

/** @typedef {import('./need.js').Band} Band */
/** @typedef {import('./placer_intake.js').IntakeParts} IntakeParts */

/** @param {IntakeParts} p @param {Band} band */
export const childRows = (p, band) => p.intake.children.map((child, i) => {
  if (child.band !== band) return nothing;
  const change = (/** @type {Partial<typeof child>} */ part) => p.set({ ...p.intake, children: p.intake.children.map((c, k) => (k === i ? { ...c, ...part } : c)) });
  const name = t('intake.child_n', { n: i + 1 });
  /** @type {[string, string][]} */
  const sexes = band === 'teen' ? [['', t('intake.choose')], ...sexOptions(true)] : sexOptions(true);
  return html`<div class="person ${p.faults.has(`child-age-${i}`) || p.faults.has(`child-sex-${i}`) ? 'has-fault' : ''}"><span aria-hidden="true">${name}</span>${select({ id: `child-sex-${i}`, label: t('intake.sex_of', { name }), hideLabel: true, value: child.sex, options: sexes, set: sex => change({ sex }) })}${ageBox(`child-age-${i}`, t('intake.age_of', { name }), child.age, BANDS[band].from, BANDS[band].to, age => change({ age }), p.faults.has(`child-age-${i}`))}</div>`;
});
