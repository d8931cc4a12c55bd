// @ts-check
// The file as who co-ordinates reads it: all that was asked for the household, to know what to arrange. Where it is, and
// what is decided about its place, is for who placed it and for the house.
import { needView } from './placer_summary.js';
import { t } from './text.js';
import { html } from './ui.js';

/** @type {import('./dossier.js').Section} */
export const section = {
  id: 'facts',
  title: 'dossier.facts',
  load: async ({ referral }) => referral,
  view: (/** @type {import('../types/api').Referral} */ referral) => html`${referral.need ? needView(referral.need) : html`<p>${t('summary.erased')}</p>`}<p class="small subtle">${t('dossier.regie_reads')}</p>`,
};
