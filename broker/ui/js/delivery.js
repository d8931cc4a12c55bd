// @ts-check
// How this house answers what it is asked, and beside it how the sector does. A mirror: it changes nothing in the order
// in which houses are asked, and no other house sees it.
import { duration, percent, t } from './text.js';
import { html, nothing, segments } from './ui.js';

/** @typedef {import('../types/api').DeliveryRecord} DeliveryRecord */

const RATES = /** @type {const} */ (['inTime', 'yes', 'unanswered', 'lateNo', 'falseFree', 'refused', 'bedGone']);

/** @param {DeliveryRecord} d @param {typeof RATES[number]} rate */
function rateRow(d, rate) {
  const own = d.rates[rate];
  const norm = d.norm?.rates[rate];
  return html`<tr><th scope="row">${t(`delivery.${rate}`)}</th><td class="num">${d.counts[rate]}</td><td class="num">${own === null ? '–' : percent(own)}</td><td class="num">${norm ? t('delivery.spread', { low: percent(norm.low), middle: percent(norm.middle), high: percent(norm.high) }) : '–'}</td></tr>`;
}

/** @param {DeliveryRecord | null} d @param {(days: string) => void} choose */
export function deliveryView(d, choose) {
  if (!d) return nothing;
  const median = d.medianMinutes ?? null;
  const own = median === null ? t('delivery.no_answer') : t('delivery.median', { duration: duration(median) });
  const sector = typeof d.norm?.medianMinutes === 'number' ? t('delivery.median_norm', { duration: duration(d.norm.medianMinutes) }) : '';
  return html`<section class="panel" aria-labelledby="delivery-title"><h2 id="delivery-title">${t('delivery.title')}</h2><p>${t('delivery.text')}</p>
    <div role="group" aria-label=${t('delivery.period')}>${segments({ name: 'delivery-days', value: String(d.days), options: [['30', t('delivery.days', { n: 30 })], ['90', t('delivery.days', { n: 90 })]], set: choose })}</div>
    <p><b>${t('delivery.asked', { n: d.counts.asked })}</b> ${own} ${sector}</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${t('delivery.table')}><table class="delivery"><thead><tr><th scope="col">${t('delivery.what')}</th><th scope="col" class="num">${t('delivery.times')}</th><th scope="col" class="num">${t('delivery.share')}</th><th scope="col" class="num">${t('delivery.sector')}</th></tr></thead><tbody>${RATES.map(rate => rateRow(d, rate))}</tbody></table></div>
    <p class="small subtle">${t('delivery.others', { late: d.counts.lateYes, extra: d.counts.extraTime, gone: d.counts.letGo })}</p>
    <p class="small subtle">${d.norm ? t('delivery.norm', { n: d.norm.providers }) : t('delivery.no_norm')}</p></section>`;
}
