// @ts-check
// The dossier's part about time: alarms that stand, how long the place is kept, and who the referral is with.
import { deskView } from './desk_form.js';
import { alarmNotices, holdPanel, ownerView } from './timers.js';
import { html } from './ui.js';

/** @type {import('./dossier.js').Section} */
export const section = {
  id: 'timers',
  title: 'timers.section',
  load: async ctx => (await ctx.api.get('/colleagues')).colleagues,
  view: (colleagues, ctx) => {
    const parts = {
      nowMs: ctx.api.now(), busy: ctx.busy, colleagues, draw: ctx.redraw, desk: deskView,
      act: (/** @type {import('../types/api').Referral} */ r, /** @type {string} */ path, /** @type {unknown} */ body, /** @type {string} */ done, keep = (/** @type {() => Promise<unknown>} */ work) => work()) => ctx.act(() => keep(() => ctx.api.post(`/referrals/${r.id}/${path}`, body)), done),
    };
    const alarms = alarmNotices(ctx.referral, parts);
    return ctx.referral.state === 'admitted' ? html`${alarms}` : html`${alarms}${holdPanel(ctx.referral, parts)}${ownerView(ctx.referral, parts)}`; // they live there: nobody looks for a place
  },
};
