// @ts-check
// A stay, and a bed for the meantime, as its people meet them: when they came and left, who pays, the end, and the clocks
// that no fact of ours starts. On the page of a referral; on a board when there is something to show with it.
import { label, ordered, rows } from './codes.js';
import { described, fieldView, invalid } from './faults.js';
import { DAY_MS, localTime, momentField, saidMoment } from './moments.js';
import { choice, clockList, form, optionsOf, tap } from './stay.js';
import { date, either, isoDate, moment, t } from './text.js';
import { badge, button, html, icon, nothing } from './ui.js';

/** @typedef {import('./stay.js').StayParts} StayParts */
/** @typedef {import('../types/api').Stay} Stay */
/** @typedef {import('../types/api').Clock} Clock */

/** A town that is not known must not become none at all. @param {Event} event */
const judgeTown = event => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  const name = field.value.trim();
  field.setCustomValidity(name === '' || rows('municipalities').some(m => m.name === name) ? '' : name);
};
/** @param {string} id */
const townField = id => fieldView(id, t('stay.municipality'), html`<input class="input" id=${id} name="municipality" autocomplete="off" maxlength="60" @input=${judgeTown} aria-invalid=${invalid(id)} aria-describedby=${described(id)}>`);

/** What a field for a moment says, if that is another minute than it had. @param {string} text @param {string | null} had */
const changed = (text, had) => (text === '' || (had !== null && localTime(Date.parse(had)) === text) ? {} : { at: new Date(text).toISOString() });

/** @param {string | null | undefined} code */
const municipality = code => rows('municipalities').find(m => m.code === code)?.name ?? t('stay.no_municipality');

/** Clocks that no fact of ours starts. @param {number} referralId @param {StayParts} p @param {Clock[]} [clocks] those there are */
export const startClockForm = (referralId, p, clocks = /** @type {Clock[]} */ ([])) => {
  const running = clocks.filter(c => c.state !== 'stopped').map(c => c.clock);
  // Rows of one right have one beginning: never two of them at once.
  const list = rows('clocks').filter(r => !r.startKinds && !r.startResidences && !running.some(c => c === r.code || c.startsWith(`${r.code}_`) || r.code.startsWith(`${c}_`)));
  if (list.length === 0) return nothing;
  return html`<details class="more"><summary>${icon('chevron-right')}${t('stay.clock_start')}</summary>${form(p, `clock-new-${referralId}`, text => [`/referrals/${referralId}/clocks`, { clock: text('clock') }], t('stay.clock_started'), html`
    ${choice(`clock-start-${referralId}`, 'clock', t('stay.clock_which'), list.map(r => [r.code, either(r.labelNl, r.labelEn)]))}
    ${button(t('stay.clock_start_button'), { icon: 'clock', type: 'submit', busy: p.busy })}`)}</details>`;
};

/* ---- the stay ---- */

/** @param {Stay} s @param {StayParts} p */
function outflowForm(s, p) {
  const set = (/** @type {object} */ body) => tap(p, `/stays/${s.id}/outflow`, body, t('stay.outflow_done'));
  return html`<details class="more"><summary>${icon('chevron-right')}${t('stay.outflow')}</summary><div class="more-body">
    ${s.state === 'ready' ? button(t('stay.not_ready'), { icon: 'arrow-back-up', busy: p.busy, click: set({ ready: false }) }) : nothing}
    ${form(p, `outflow-${s.id}`, text => [`/stays/${s.id}/outflow`, { ready: true, blockedBy: text('block') || null }], t('stay.outflow_done'), html`
      <div class="field"><label for="block-${s.id}">${t('stay.block')}</label><select id="block-${s.id}" name="block"><option value="">${t('stay.block_none')}</option>${optionsOf('outflowBlocks').map(([value, word]) => html`<option value=${value} ?selected=${value === s.blockedBy}>${word}</option>`)}</select></div>
      ${button(t('stay.ready_button'), { icon: 'check', type: 'submit', busy: p.busy })}`)}</div></details>`;
}

/** When they came and left, told otherwise before. Of a stay, or of a bridge bed. @param {{ id: number, startedAt: string, endedAt?: string | null, momentsUntil?: string | null }} s @param {StayParts} p @param {'stays' | 'bridges'} [of] */
const momentsForm = (s, p, of = 'stays') => {
  if (!s.momentsUntil || Date.parse(s.momentsUntil) <= p.now) return nothing;
  const from = Date.parse(s.startedAt) - 31 * DAY_MS;
  return html`<details class="more"><summary>${icon('chevron-right')}${t('stay.moments')}</summary>${form(p, `moments-${of}-${s.id}`, text => {
    const came = changed(text('arrivedAt'), s.startedAt);
    const left = s.endedAt ? changed(text('leftAt'), s.endedAt) : {};
    return [`/${of}/${s.id}/moments`, { arrivedAt: came.at ?? (left.at ? undefined : s.startedAt), leftAt: left.at }];
  }, t('stay.moments_done'), html`
  <p class="subtle">${t('stay.moments_text')}</p>
  ${momentField(`moment-came-${of}-${s.id}`, 'arrivedAt', t('stay.moment_came'), Date.parse(s.startedAt), from, p.now, 'too_long_before')}
  ${s.endedAt ? momentField(`moment-left-${of}-${s.id}`, 'leftAt', t('stay.moment_left'), Date.parse(s.endedAt), from, p.now, 'too_long_before') : nothing}
  ${button(t('stay.moments_save'), { icon: 'check', type: 'submit', busy: p.busy })}`)}</details>`;
};

/** @param {Stay} s @param {StayParts} p */
const stillHere = (s, p) => (!s.house || !s.resumableUntil || Date.parse(s.resumableUntil) <= p.now ? nothing : html`<details class="more"><summary>${icon('chevron-right')}${t('stay.still_here')}<span class="sr"> ${s.referralCode}</span></summary><div class="more-body">
    <p class="subtle">${t('stay.still_here_text', { time: moment(s.resumableUntil, p.now) })}</p>
    ${button(t('stay.still_here_button'), { icon: 'arrow-back-up', busy: p.busy, click: tap(p, `/stays/${s.id}/resumption`, {}, t('stay.still_here_done')) })}</div></details>`);

/** @param {Stay} s @param {StayParts} p */
const departForm = (s, p) => html`<details class="more"><summary>${icon('chevron-right')}${t('stay.depart')}</summary>${form(p, `depart-${s.id}`, text => [`/stays/${s.id}/departure`, { reason: text('reason'), destination: text('destination'), leftAt: saidMoment(text('leftAt'), p.api.now(), s.startedAt) }], t('stay.departed_done'), html`
  <p class="subtle">${t('stay.depart_text')}</p>
  ${choice(`depart-why-${s.id}`, 'reason', t('stay.depart_why'), optionsOf('departureReasons'))}
  ${choice(`depart-to-${s.id}`, 'destination', t('stay.depart_to'), ordered('destinations', 'order').filter(r => r.afterStay === 'yes').map(r => [r.code, either(r.labelNl, r.labelEn)]))}
  ${momentField(`depart-when-${s.id}`, 'leftAt', t('stay.depart_when'), p.now, Date.parse(s.startedAt), p.now, 'before_arrival')}
  ${button(t('stay.depart_button'), { kind: 'primary', icon: 'logout', type: 'submit', busy: p.busy })}`, p.left)}</details>`;

/** Of a stay, or of a bridge bed. @param {{ id: number, startedAt: string }} s @param {StayParts} p @param {'stays' | 'bridges'} [of] */
const fundingForm = (s, p, of = 'stays') => html`<details class="more"><summary>${icon('chevron-right')}${t('stay.funding_change')}</summary>${form(p, `fund-${of}-${s.id}`, text => [`/${of}/${s.id}/funding`, {
    stream: text('stream'), municipality: rows('municipalities').find(m => m.name === text('municipality'))?.code ?? null, from: text('from'), reason: text('reason') }], t('stay.funding_done'), html`
  <p class="subtle">${t('stay.funding_text')}</p>
  ${choice(`fund-stream-${of}-${s.id}`, 'stream', t('stay.stream'), rows('fundingStreams').map(r => [r.code, either(r.labelNl, r.labelEn)]))}
  ${townField(`fund-town-${of}-${s.id}`)}
  ${fieldView(`fund-from-${of}-${s.id}`, t('stay.from'), html`<input class="input" type="date" id="fund-from-${of}-${s.id}" name="from" required min=${isoDate(s.startedAt)} max=${isoDate(p.now)} aria-invalid=${invalid(`fund-from-${of}-${s.id}`)} aria-describedby=${described(`fund-from-${of}-${s.id}`)}>`)}
  ${choice(`fund-why-${of}-${s.id}`, 'reason', t('stay.why'), optionsOf('fundingChangeReasons'))}
  ${button(t('stay.save'), { icon: 'check', type: 'submit', busy: p.busy })}`)}</details>`;

/** @param {Stay['funding'][number]} f @param {number} i */
const fundingLine = (f, i) => html`<span class="line">${i > 0 ? t('stay.from_day', { day: date(`${f.from}T12:00:00Z`) }) : ''} ${label('fundingStreams', f.stream)}, ${municipality(f.municipality)}
  <span class="subtle">${f.reason ? `(${label('fundingChangeReasons', f.reason)})` : f.rule ? t('stay.proposal', { why: label('fundingRules', f.rule) }) : t('stay.proposal_none')}</span></span>`;

/** A household in a bed for the meantime, or that left one: how long, and who pays for its nights. @param {import('../types/api').Bridge} b @param {StayParts} p @param {boolean} house */
export const bedView = (b, p, house) => html`<li class="stay-clock" data-bed=${b.id}>
  <div class="stay-clock-head"><b>${b.endedAt ? b.referralCode : html`<a href="/verwijzing#r=${b.referralId}">${b.referralCode}</a>`}</b>${b.state === 'alarm' ? badge(t(b.leaked ? 'nobed.leaked_short' : 'nobed.term_short')) : nothing}</div>
  <p>${b.endedAt ? t('stay.left_line', { place: b.locationName ?? '', time: moment(b.endedAt, p.now) }) : `${b.locationName}, ${label('kinds', b.placeKind)}.`} ${b.untilAt && !b.endedAt ? t('stay.clock_until', { time: moment(b.untilAt, p.now) }) : nothing}</p>
  <p>${t('stay.nights', { n: b.nights ?? 0 })}. ${b.funding.map(fundingLine)}</p>
  ${house ? html`${momentsForm({ id: b.id, startedAt: b.startedAt ?? b.openedAt, endedAt: b.endedAt, momentsUntil: b.momentsUntil }, p, 'bridges')}${fundingForm({ id: b.id, startedAt: b.startedAt ?? b.openedAt }, p, 'bridges')}` : nothing}</li>`;

/** One stay. @param {Stay} s @param {StayParts} p */
export const stayView = (s, p) => html`<dl class="summary">
    <div><dt>${t('stay.place')}</dt><dd>${s.locationName}, ${either(s.poolName, s.poolNameEn)}</dd></div>
    <div><dt>${t('stay.since')}</dt><dd>${moment(s.startedAt, p.now)}<span class="line subtle">${t('stay.nights', { n: s.nights })}</span></dd></div>
    ${s.moves > 0 ? html`<div><dt>${t('stay.moves')}</dt><dd>${t('stay.moves_n', { n: s.moves })}</dd></div>` : nothing}
    ${s.readyAt ? html`<div><dt>${t('stay.ready')}</dt><dd>${moment(s.readyAt, p.now)}${s.blockedBy ? html`<span class="line">${t('stay.blocked', { by: label('outflowBlocks', s.blockedBy), time: moment(s.blockedByAt ?? s.blockedAt ?? s.readyAt, p.now) })}</span>` : nothing}</dd></div>` : nothing}
    ${s.endedAt ? html`<div><dt>${t('stay.left')}</dt><dd>${moment(s.endedAt, p.now)}<span class="line">${label('departureReasons', s.departureReason)}${s.destination ? html`: ${label('destinations', s.destination)}` : nothing}</span></dd></div>` : nothing}
    <div><dt>${t('stay.funding')}</dt><dd>${s.funding.map(fundingLine)}</dd></div>
    ${s.returnCode ? html`<div><dt>${t('stay.code')}</dt><dd><b class="ref">${s.returnCode}</b><span class="line subtle">${t('stay.code_text')}</span></dd></div>` : nothing}
  </dl>
  <h3>${t('stay.clocks')}</h3>${clockList(s.clocks, p)}
  ${s.house && s.state !== 'departed' ? html`${outflowForm(s, p)}${departForm(s, p)}${s.returnCode ? nothing : button(t('stay.code_give'), { icon: 'key', busy: p.busy, click: tap(p, `/stays/${s.id}/return-code`, {}, t('stay.code_given')) })}` : nothing}
  ${s.house ? html`${momentsForm(s, p)}${fundingForm(s, p)}` : nothing}`;

/** A household that left, as its house still has it: the code, for as long as the exchange shows it, and the money. @param {Stay} s @param {StayParts} p */
export const leftView = (s, p) => html`<li class="stay-clock" data-stay=${s.id}>
  <div class="stay-clock-head"><b>${s.referralCode}</b></div>
  <p>${t('stay.left_line', { place: s.locationName ?? '', time: moment(s.endedAt ?? s.startedAt, p.now) })}</p>
  ${s.returnCode ? html`<p>${t('stay.code')}: <b class="ref">${s.returnCode}</b></p><p class="subtle">${t('stay.code_text')}</p>` : html`<p>${t('stay.code_erased')}</p>`}
  <p>${t('stay.funding')}: ${s.funding.map(fundingLine)}</p>
  ${stillHere(s, p)}${s.house ? html`${momentsForm(s, p)}${fundingForm(s, p)}` : nothing}</li>`;
