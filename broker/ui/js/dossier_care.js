// @ts-check
// Care on the page of a referral: who co-ordinates, the MDO, and questions to specialists.
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { askForm, byName, consultView, conveneForm, mdoView, regieView } from './care.js';
import { t } from './text.js';
import { html, nothing } from './ui.js';

/** @typedef {import('./dossier.js').Context} Context */

/** @type {import('./dossier.js').Section} */
export const section = {
  id: 'care',
  title: 'care.title',
  // Questions have no list by referral, for who is asked may not learn of which they are: of the newest 200 those of this
  // one. A referral has 16 at most, so that they are there until others of the organisation asked 184 since.
  load: async ({ api, referral }) => {
    const [regie, { mdos }, { consults }, { organisations }] = await Promise.all([
      api.get(`/referrals/${referral.id}/regie`), api.get(`/mdos?referralId=${referral.id}`), api.get('/consults?limit=200'), api.get('/organisations?mdo=true')]);
    return { regie, mdos, consults: consults.filter((/** @type {any} */ c) => c.referralId === referral.id), organisations: byName(organisations) };
  },
  view: (data, ctx) => {
    const parts = { api: ctx.api, busy: ctx.busy, organisations: data.organisations, own: ctx.frame.session.organisationId, draw: ctx.redraw, act: ctx.act };
    const runs = data.mdos.some((/** @type {any} */ m) => m.state === 'convened');
    return html`<h3>${t('care.regie_title')}</h3>${regieView(data.regie, parts)}
      <h3>${t('care.mdo')}</h3>${repeat(data.mdos, (/** @type {any} */ m) => m.id, (/** @type {any} */ m) => html`<div class="care-card" data-mdo=${m.id}>${mdoView(m, parts)}</div>`)}
      ${runs || data.regie.state === 'ended' ? nothing : conveneForm(ctx.referral.id, parts)}
      <h3>${t('care.consult')}</h3>${repeat(data.consults, (/** @type {any} */ c) => c.id, (/** @type {any} */ c) => html`<div class="care-card" data-consult=${c.id}>${consultView(c, parts)}</div>`)}
      ${askForm(ctx.referral.id, parts)}`;
  },
};
