// @ts-check
// The stay on the page of a referral: where the household lives since its arrival, its clocks, who pays, and its end.
import { clockList, startClockForm, stayView } from './stay.js';
import { moment, t } from './text.js';
import { button, html, icon, nothing } from './ui.js';

/** The house said that it was not safe, and they are there: the desk says so, for no house takes that word back. @param {import('../types/api').Stay | null} s @param {import('./dossier.js').Context} ctx */
const stillThere = (s, ctx) => (!s || s.house || !s.resumableUntil || Date.parse(s.resumableUntil) <= ctx.api.now() ? nothing : html`<details class="more"><summary>${icon('chevron-right')}${t('stay.desk_still_here')}</summary><div class="more-body">
    <p class="subtle">${t('stay.desk_still_here_text', { time: moment(s.resumableUntil, ctx.api.now()) })}</p>
    ${button(t('stay.still_here_button'), { icon: 'arrow-back-up', busy: ctx.busy, click: () => { if (!ctx.busy) ctx.act(() => ctx.api.post(`/stays/${s.id}/resumption`, {}), t('stay.desk_still_here_done')); } })}</div></details>`);

/** @type {import('./dossier.js').Section} */
export const section = {
  id: 'stay',
  title: 'stay.title',
  load: async ({ api, referral }) => {
    const [stay, { clocks }, { organisations }] = await Promise.all([
      referral.stayId && referral.side !== 'regie' ? api.get(`/stays/${referral.stayId}`) : null, api.get(`/referrals/${referral.id}/clocks`), api.get('/organisations')]);
    return { stay, clocks, organisations };
  },
  view: (data, ctx) => {
    const parts = { api: ctx.api, busy: ctx.busy, organisations: data.organisations, own: ctx.frame.session.organisationId, now: ctx.api.now(), draw: ctx.redraw, act: ctx.act, left: () => ctx.leave('/verblijf#vertrokken') };
    const reads = ctx.referral.side === 'regie'; // who has the stay and starts clocks is somebody else, as with who keeps a gate
    const over = reads || ctx.referral.side === 'gatekeeper' || ctx.referral.state === 'departed' || ctx.referral.state === 'withdrawn' || ctx.referral.state === 'closed';
    return html`${ctx.referral.follows ? html`<p>${t(`stay.follows_${ctx.referral.follows}`, { n: ctx.referral.moves ?? 0 })}</p>` : nothing}${ctx.referral.settled || ctx.referral.stillThere ? html`<p><b>${t(ctx.referral.settled ? 'tonight.settled' : 'tonight.still_there')}</b></p>` : nothing}
      ${data.stay ? stayView(data.stay, parts) : html`${ctx.referral.stayId ? nothing : html`<p>${t('stay.not_yet')}</p>`}${data.clocks.length > 0 ? clockList(data.clocks, parts) : nothing}`}
      ${stillThere(data.stay, ctx)}
      ${over ? nothing : startClockForm(ctx.referral.id, parts, data.clocks)}`;
  },
};
