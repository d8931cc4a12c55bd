// @ts-check
// No bed: where the household is kept safe while the search goes on, who answers for it, where it slept, and the end
// that only a person makes.
import { label, ordered } from './codes.js';
import { alarmAdvice, alarmText } from './placer_bridges.js';
import { clock, day, either, isoDate, moment, nextMoment, t } from './text.js';
import { button, callLink, focusSoon, html, icon, live, nothing, notice, segments, select } from './ui.js';

/** @typedef {import('./dossier.js').Context} Context */
/** @typedef {import('../types/api').Bridge} Bridge */
/** @typedef {import('../types/api').NoBed} NoBed */
/** @typedef {{ nobed: NoBed, beds: import('../types/api').PlaceMatch[] }} Facts */

const BEDS_SHOWN = 3;
const EVERY = ['60', '120', '180', '240'];
const ROLES = ['police', 'team_lead', 'municipality', 'shelter', 'hotel', 'other'];
const DAY_MS = 86_400_000;
const ORDER_DAYS = 28; // extended, counted from the day it was given
const PHONE = /^[0-9+][0-9 +-]{5,22}$/;

/** Nothing is filled in yet. */
const blank = () => ({
  /** @type {string | null} */ open: null, // a form, or "end-<bridge>"
  owner: 'desk', role: 'police', organisation: '', phone: '', every: '120', first: '', slept: 'familie_vrienden', given: 'no', night: '', sleptNight: '', reason: '', eta: '',
  /** @type {string | null} */ fault: null,
});

/** What is being filled in; only on this screen, and only for the referral that is shown. */
const form = blank();
let shownId = 0;

/** What was opened of the house of a bridge bed: on this screen, until it is hidden or another referral is shown. */
/** @type {{ request: number | null, shown: import('../types/api').RevealedLocation | null }} */
const place = { request: null, shown: null };

/** A page before this one may say which form to begin with. */
function wanted() {
  try {
    const open = sessionStorage.getItem('plek.nobed');
    sessionStorage.removeItem('plek.nobed');
    if (open) form.open = open;
  } catch { /* private mode: then they open it themselves */ }
}

const isLooking = (/** @type {string} */ state) => state === 'open' || state === 'asked';
const isLive = (/** @type {string} */ state) => isLooking(state) || state === 'reserved' || state === 'travelling';
const nights = () => ordered('destinations', 'order').filter(r => /** @type {any} */ (r).slept === 'yes' || /** @type {any} */ (r).slept === true);
/** @param {string} list @param {import('../types/api').Code[]} rows @returns {[string, string][]} */
const choices = (list, rows) => [['', t(`nobed.choose_${list}`)], .../** @type {[string, string][]} */ (rows.map(r => [r.code, either(r.labelNl, r.labelEn)]))];

/** @param {Context} ctx @param {string} id @param {string | null} open */
function toggle(ctx, id, open = form.open === id ? null : id) {
  form.open = open;
  form.fault = null;
  ctx.redraw();
}

/** Do it, and close the form if it went well. @param {Context} ctx @param {string} path @param {unknown} body @param {string} done */
async function send(ctx, path, body, done) {
  if (await ctx.act(() => ctx.api.post(path, body), t(done))) {
    if (path.endsWith('/check-ins')) Object.assign(form, { open: null, fault: null });
    else Object.assign(form, blank());
    ctx.redraw();
  }
}

/** @param {Context} ctx @param {string} key */
function refuse(ctx, key) {
  form.fault = key;
  ctx.redraw();
  focusSoon('nobed-fault');
}

const faultLine = () => (form.fault ? html`<p class="field-fault" id="nobed-fault" tabindex="-1" role="alert">${icon('alert-circle')}${t(form.fault)}</p>` : nothing);
/** Each stroke is kept: the page may be drawn anew between two of them. A day that is half typed has no value, and is not put back. @param {string} id @param {string} text @param {string} value @param {(v: string) => void} set @param {{ type?: string, hint?: string, max?: number }} [o] */
const field = (id, text, value, set, o = {}) => html`<div class="field"><label for=${id}>${text}</label><input class="input" id=${id} type=${o.type ?? 'text'} maxlength=${o.max ?? nothing} autocomplete="off" aria-describedby=${o.hint ? `${id}-hint` : nothing} .value=${o.type === 'date' ? value : live(value)} @input=${(/** @type {Event} */ e) => set(/** @type {HTMLInputElement} */ (e.target).value)}>${o.hint ? html`<p class="small subtle" id="${id}-hint">${o.hint}</p>` : nothing}</div>`;

/* ---- a bridge ---- */

/** @param {Bridge} b @param {number} nowMs */
function stateText(b, nowMs) {
  if (b.state === 'ended') return t('nobed.ended', { why: t(`nobed.end_${b.end}`), time: moment(b.endedAt ?? b.openedAt, nowMs) });
  if (b.kind === 'bed' && !b.startedAt && b.setOutAt) return t('nobed.bed_travelling', { name: b.locationName ?? '', time: clock(b.nextAt ?? b.setOutAt) });
  if (b.state === 'planned') return b.kind === 'order' ? t('nobed.applied') : t('nobed.planned');
  if (b.kind === 'order' && b.untilAt) return t('nobed.order_until', { day: day(b.untilAt), time: clock(b.untilAt) });
  if (b.kind === 'bed' && b.startedAt) return [t('nobed.bed_active', { name: b.locationName ?? '' }), b.untilAt ? t('nobed.bed_until', { time: moment(b.untilAt, nowMs) }) : ''].filter(Boolean).join(' ');
  if (b.kind === 'bed') return t('nobed.planned');
  return b.checkedAt ? t('nobed.checked', { time: moment(b.checkedAt, nowMs) }) : t('nobed.active', { time: moment(b.startedAt ?? b.openedAt, nowMs) });
}

/** @param {Bridge} b @param {Context} ctx */
function alarm(b, ctx) {
  if (b.state !== 'alarm') return nothing;
  const text = [b.teamLead ? t('nobed.team_lead') : '', b.seenAt ? t('nobed.seen', { time: clock(b.seenAt) }) : t(alarmAdvice(b))].filter(Boolean).join(' ');
  return notice({
    tone: 'error', alert: true, icon: 'bell-ringing', title: alarmText(b), text,
    action: b.seenAt ? undefined : button(t('nobed.say_seen'), { icon: 'eye-check', busy: ctx.busy, click: () => send(ctx, `/bridges/${b.id}/check-ins`, { result: 'seen' }, 'nobed.done_seen') }),
  });
}

/** @param {Bridge} b */
function ownerLine(b) {
  const o = b.owner;
  if (!o) return nothing;
  const who = o.kind === 'desk' ? t('nobed.own_desk') : `${o.organisation} (${t(`nobed.role_${o.role}`)})`;
  return html`<div><dt>${t('nobed.owner')}</dt><dd>${who} ${o.callback ? callLink(o.callback, o.callback) : t('nobed.erased')}</dd></div>`;
}

/** @param {Bridge} b @param {Context} ctx */
function endForm(b, ctx) {
  const reasons = b.kind === 'order' ? (b.startedAt ? ['home', 'moved', 'failed', 'over'] : ['refused']) : b.startedAt ? ['home', 'moved', 'failed', 'over'] : ['moved', 'failed'];
  return html`<div class="choices">${reasons.map(code => html`<button type="button" aria-disabled=${ctx.busy ? 'true' : nothing} @click=${() => { if (!ctx.busy) send(ctx, `/bridges/${b.id}/end`, { reason: code }, 'nobed.done_end'); }}>${icon('chevron-right')}<span>${t(`nobed.end_${code}`)}</span></button>`)}</div>`;
}

/** The way to a bridge bed: where to, opened as after any yes, and when they will be there. @param {Bridge} b @param {Context} ctx */
function journey(b, ctx) {
  if (b.kind !== 'bed' || b.startedAt || ctx.role === 'shelter') return nothing;
  const show = async () => {
    const got = await ctx.act(async () => { place.shown = await ctx.api.get(`/requests/${b.requestId}/location`); place.request = b.requestId; });
    if (got) ctx.redraw();
  };
  const go = () => {
    if (!/^\d\d:\d\d$/.test(form.eta)) return refuse(ctx, 'nobed.fault_eta');
    return send(ctx, `/bridges/${b.id}/travel`, { etaAt: new Date(ahead(form.eta, ctx.api.now())).toISOString() }, 'nobed.done_travel');
  };
  const l = place.request === b.requestId ? place.shown : null;
  return html`${l ? html`<dl class="summary">
      ${l.meetingPoint ? html`<div><dt>${t('location.meeting')}</dt><dd>${l.meetingPoint}</dd></div>` : nothing}
      ${l.nightNumber ? html`<div><dt>${t('location.night')}</dt><dd>${callLink(l.nightNumber, l.nightNumber)}</dd></div>` : nothing}
      ${l.address ? html`<div><dt>${t('location.address')}</dt><dd>${l.address}</dd></div>` : nothing}</dl><p class="small subtle">${t('location.care')}</p>${button(t('location.hide'), { icon: 'lock', click: () => { place.shown = null; ctx.redraw(); } })}`
    : html`<p class="small subtle">${t('location.logged')}</p>${button(t('location.show'), { icon: 'lock-open', busy: ctx.busy, click: show })}`}
    <div class="nobed-form">${field('nobed-eta', t('nobed.eta'), form.eta, v => { form.eta = v; }, { type: 'time' })}${faultLine()}
      ${button(t(b.setOutAt ? 'nobed.new_eta' : 'nobed.set_out'), { icon: 'steering-wheel', busy: ctx.busy, click: go })}</div>`;
}

/** Who pays for its nights, as the house settles it. @param {Bridge} b */
const nightsLine = b => b.nights === null ? nothing : html`<div><dt>${t('nobed.bed_nights')}</dt><dd>${b.nights}, ${label('fundingStreams', b.funding.at(-1)?.stream)}</dd></div>`;

/** @param {Bridge} b @param {Context} ctx */
function actions(b, ctx) {
  const isOurs = ctx.role !== 'shelter';
  const start = () => send(ctx, `/bridges/${b.id}/start`, {}, 'nobed.done_start');
  const longest = () => new Date(Date.parse(b.startedAt ?? b.openedAt) + ORDER_DAYS * DAY_MS).toISOString();
  const canExtend = b.kind === 'order' && b.startedAt && b.untilAt && Date.parse(b.untilAt) < Date.parse(b.startedAt) + (ORDER_DAYS - 1) * DAY_MS;
  return html`<div class="nobed-actions">
    ${isOurs && b.owner && b.startedAt ? button(t('nobed.say_safe'), { kind: 'primary', icon: 'check', busy: ctx.busy, click: () => send(ctx, `/bridges/${b.id}/check-ins`, { result: 'safe' }, 'nobed.done_safe') }) : nothing}
    ${isOurs && !b.startedAt && b.kind !== 'bed' ? button(t(b.kind === 'order' ? 'nobed.say_given' : 'nobed.say_there'), { kind: 'primary', icon: 'check', busy: ctx.busy, click: start }) : nothing}
    ${!b.startedAt && b.kind === 'bed' ? button(t('nobed.say_there'), { kind: 'primary', icon: 'door-enter', busy: ctx.busy, click: () => send(ctx, `/requests/${b.requestId}/arrival`, {}, 'nobed.done_start') }) : nothing}
    ${canExtend ? button(t('nobed.extend'), { icon: 'clock', busy: ctx.busy, click: () => send(ctx, `/bridges/${b.id}/start`, { untilAt: longest() }, 'nobed.done_start') }) : nothing}
    ${button(t('nobed.end'), { kind: 'subtle', about: t(`nobed.kind_${b.kind}`), click: () => toggle(ctx, `end-${b.id}`) })}</div>
    ${form.open === `end-${b.id}` ? endForm(b, ctx) : nothing}`;
}

/** @param {Bridge} b @param {Context} ctx */
function bridgeCard(b, ctx) {
  const nowMs = ctx.api.now();
  const isOver = b.state === 'ended';
  return html`<li class="bridge ${b.state}" data-bridge=${b.id}>
    <h3>${t(`nobed.kind_${b.kind}`)}</h3>
    ${alarm(b, ctx)}
    <p>${stateText(b, nowMs)}</p>
    ${isOver ? nothing : html`<dl class="summary">
      ${b.slept && b.kind !== 'hotel' ? html`<div><dt>${t('nobed.where')}</dt><dd>${label('destinations', b.slept)}</dd></div>` : nothing}
      ${ownerLine(b)}${nightsLine(b)}
      ${b.everyMinutes && b.nextAt ? html`<div><dt>${t('nobed.next')}</dt><dd>${moment(b.nextAt, nowMs)}</dd></div>` : nothing}</dl>${journey(b, ctx)}${actions(b, ctx)}`}</li>`;
}

/* ---- new bridges ---- */

/** @param {Context} ctx */
function ownerFields(ctx) {
  const own = ctx.referral.need?.callback;
  return html`<fieldset class="question"><legend>${t('nobed.owner')}</legend><p class="small subtle">${t('nobed.owner_hint')}</p>
    ${segments({ name: 'nobed-owner', value: form.owner, options: [['desk', t('nobed.own_desk')], ['other', t('nobed.other_org')]], set: v => { form.owner = v; ctx.redraw(); } })}
    ${form.owner === 'other' ? html`${field('nobed-org', t('nobed.organisation'), form.organisation, v => { form.organisation = v; }, { max: 47, hint: t('nobed.no_names') })}
      ${select({ id: 'nobed-role', label: t('nobed.role'), value: form.role, options: ROLES.map(r => [r, t(`nobed.role_${r}`)]), set: v => { form.role = v; } })}` : nothing}
    ${field('nobed-phone', t('nobed.phone'), form.phone, v => { form.phone = v; }, { type: 'tel', max: 23, hint: form.owner === 'desk' && own ? t('nobed.phone_own', { number: own }) : '' })}</fieldset>`;
}

/** The owner as the API wants it; null after a fault was shown. @param {Context} ctx */
function readOwner(ctx) {
  const phone = form.phone.trim();
  const other = form.owner === 'other';
  if (other && form.organisation.trim() === '') return refuse(ctx, 'nobed.fault_organisation') ?? null;
  if (!PHONE.test(phone) && (phone !== '' || other || !ctx.referral.need?.callback)) return refuse(ctx, 'nobed.fault_phone') ?? null;
  return { kind: form.owner, ...(other ? { role: form.role, organisation: form.organisation.trim() } : {}), ...(phone ? { callback: phone } : {}) };
}

/** Of a clock time the next moment: what is now is tomorrow. @param {string} hhmm @param {number} nowMs */
function ahead(hhmm, nowMs) {
  const at = nextMoment(hhmm, nowMs);
  return at > nowMs ? at : at + DAY_MS;
}

/** @param {Context} ctx */
function hotelForm(ctx) {
  const save = () => {
    const owner = readOwner(ctx);
    if (!owner) return;
    const times = /^\d\d:\d\d$/.test(form.first) ? { times: [new Date(ahead(form.first, ctx.api.now())).toISOString()] } : {};
    send(ctx, `/referrals/${ctx.referral.id}/bridges`, { kind: 'hotel', slept: 'hotel', owner, everyMinutes: Number(form.every), ...times }, 'nobed.done_open');
  };
  return html`<div class="nobed-form" id="form-hotel">${ownerFields(ctx)}
    <div class="nobed-pair">${field('nobed-first', t('nobed.first'), form.first, v => { form.first = v; }, { type: 'time' })}
    ${select({ id: 'nobed-every', label: t('nobed.every'), value: form.every, options: EVERY.map(m => [m, t('nobed.every_hours', { n: Number(m) / 60 })]), set: v => { form.every = v; } })}</div>
    ${faultLine()}${button(t('nobed.save_hotel'), { kind: 'primary', busy: ctx.busy, click: save })}</div>`;
}

/** @param {Context} ctx */
const networkForm = ctx => html`<div class="nobed-form" id="form-network"><p class="small subtle">${t('nobed.network_hint')}</p>
  ${select({ id: 'nobed-slept', label: t('nobed.where'), value: form.slept, options: /** @type {[string, string][]} */ (nights().map(r => [r.code, either(r.labelNl, r.labelEn)])), set: v => { form.slept = v; } })}
  ${button(t('nobed.save'), { kind: 'primary', busy: ctx.busy, click: () => send(ctx, `/referrals/${ctx.referral.id}/bridges`, { kind: 'network', slept: form.slept }, 'nobed.done_open') })}</div>`;

/** @param {Context} ctx */
const orderForm = ctx => html`<div class="nobed-form" id="form-order"><p class="small subtle">${t('nobed.order_hint')}</p>
  ${segments({ name: 'nobed-given', value: form.given, options: [['no', t('nobed.applied_for')], ['yes', t('nobed.given')]], set: v => { form.given = v; ctx.redraw(); } })}
  ${button(t('nobed.save'), { kind: 'primary', busy: ctx.busy, click: () => send(ctx, `/referrals/${ctx.referral.id}/bridges`, { kind: 'order', active: form.given === 'yes' }, 'nobed.done_open') })}</div>`;

/** @param {Context} ctx @param {Facts} facts */
const bedForm = (ctx, facts) => html`<div class="nobed-form" id="form-bed"><p class="small subtle">${t('nobed.bed_hint')}</p>
  ${facts.beds.length === 0 ? html`<p>${t('nobed.no_beds')}</p>` : html`<ul class="nobed-beds">${facts.beds.map(m => html`<li><span><b>${m.locationName}</b> ${either(m.poolName, m.poolNameEn)}, ${label('regions', m.region)}</span>${button(t('nobed.ask_bed'), { about: m.locationName, busy: ctx.busy, click: () => send(ctx, `/referrals/${ctx.referral.id}/requests`, { poolIds: [m.poolId], bridge: true }, 'nobed.done_ask') })}</li>`)}</ul>`}</div>`;

/** @param {Context} ctx @param {Facts} facts */
function newBridges(ctx, facts) {
  const standing = facts.nobed.bridges.filter(b => b.state !== 'ended').map(b => b.kind);
  const forms = /** @type {[Bridge['kind'], string, () => unknown][]} */ ([['hotel', 'building', () => hotelForm(ctx)], ['network', 'users', () => networkForm(ctx)], ['order', 'ban', () => orderForm(ctx)], ['bed', 'bed', () => bedForm(ctx, facts)]]);
  const free = forms.filter(([kind]) => !standing.includes(kind) && (kind !== 'bed' || isLooking(ctx.referral.state)));
  if (free.length === 0) return nothing;
  return html`<h3>${t('nobed.add')}</h3><div class="nobed-actions">${free.map(([kind, name]) => html`<button type="button" class="nl-button nl-button--secondary" aria-expanded=${form.open === kind ? 'true' : 'false'} @click=${() => toggle(ctx, kind)}><span class="nl-button__icon-start">${icon(name)}</span><span class="nl-button__label">${t(`nobed.add_${kind}`)}</span></button>`)}</div>
    ${free.filter(([kind]) => form.open === kind).map(([, , view]) => view())}`;
}

/* ---- nights, and the end ---- */

/** The evening that the night began: until noon it is yesterday's. @param {number} nowMs */
const lastEvening = nowMs => isoDate(nowMs - DAY_MS / 2);

/** @param {Context} ctx @param {string} id @param {boolean} closing */
function nightForm(ctx, id, closing) {
  const save = () => {
    if (!form.sleptNight) return refuse(ctx, 'nobed.fault_slept');
    if (closing && !form.reason) return refuse(ctx, 'nobed.fault_reason');
    const body = { date: form.night || lastEvening(ctx.api.now()), slept: form.sleptNight, ...(form.reason ? { reason: form.reason } : {}) };
    return send(ctx, `/referrals/${ctx.referral.id}/${closing ? 'closure' : 'nights'}`, body, closing ? 'nobed.done_close' : 'nobed.done_night');
  };
  return html`<div class="nobed-form" id="form-${id}">${closing ? html`<p>${t('nobed.close_text')}</p>` : nothing}
    ${field('nobed-night', t('nobed.night'), form.night || lastEvening(ctx.api.now()), v => { form.night = v; }, { type: 'date' })}
    ${select({ id: 'nobed-slept-night', label: t('nobed.slept'), value: form.sleptNight, options: choices('slept', nights()), set: v => { form.sleptNight = v; } })}
    ${select({ id: 'nobed-reason', label: t('nobed.reason'), value: form.reason, options: choices('reason', ordered('unplacedReasons', 'order')), set: v => { form.reason = v; } })}
    ${faultLine()}${button(t(closing ? 'nobed.close' : 'nobed.save_night'), { kind: 'primary', busy: ctx.busy, click: save })}</div>`;
}

/** @param {NoBed} n */
const nightTable = n => (n.nights.length === 0 ? nothing : html`<div class="table-wrap" tabindex="0" role="group" aria-label=${t('nobed.nights')}><table><thead><tr><th scope="col">${t('nobed.night')}</th><th scope="col">${t('nobed.slept')}</th><th scope="col">${t('nobed.reason')}</th></tr></thead>
  <tbody>${n.nights.map(night => html`<tr><th scope="row">${day(`${night.date}T12:00:00Z`)}</th><td>${label('destinations', night.slept)}</td><td>${night.reason ? label('unplacedReasons', night.reason) : '–'}</td></tr>`)}</tbody></table></div>`);

/** @param {Context} ctx @param {NoBed} n */
function nightPart(ctx, n) {
  const isOurs = ctx.role !== 'shelter';
  if (!isOurs && n.nights.length === 0) return nothing;
  return html`<h3>${t('nobed.nights')}</h3>${nightTable(n)}
    ${isOurs && isLive(n.state) ? html`<div class="nobed-actions">${button(t('nobed.add_night'), { icon: 'moon', click: () => toggle(ctx, 'night') })}</div>${form.open === 'night' ? nightForm(ctx, 'night', false) : nothing}` : nothing}
    ${isOurs && isLooking(n.state) ? html`<div class="nobed-actions">${button(t('nobed.close_open'), { kind: 'subtle', icon: 'x', click: () => toggle(ctx, 'close') })}</div>${form.open === 'close' ? nightForm(ctx, 'close', true) : nothing}` : nothing}`;
}

/** @param {NoBed} n */
function lead(n) {
  if (n.state === 'closed') return t('nobed.closed', { slept: label('destinations', n.closedSlept), reason: label('unplacedReasons', n.reason) });
  if (!isLooking(n.state)) return '';
  return n.unplaced ? t('nobed.unplaced', { n: n.hoursWaited }) : t('nobed.looking');
}

/** @type {import('./dossier.js').Section} */
export const section = {
  id: 'nobed',
  title: 'nobed.title',
  load: async ctx => {
    if (shownId !== ctx.referral.id) {
      Object.assign(form, blank());
      Object.assign(place, { request: null, shown: null });
    }
    shownId = ctx.referral.id;
    wanted();
    const canAsk = ctx.role !== 'shelter' && isLooking(ctx.referral.state);
    const [nobed, found] = await Promise.all([ctx.api.get(`/referrals/${ctx.referral.id}/bridges`), canAsk ? ctx.api.get(`/referrals/${ctx.referral.id}/matches?bridge=true&limit=${BEDS_SHOWN}`) : null]);
    return { nobed, beds: found?.places ?? [] };
  },
  view: (/** @type {Facts} */ facts, ctx) => {
    const n = facts.nobed;
    const hasAny = n.bridges.length > 0 || n.nights.length > 0 || n.state === 'closed';
    if (!isLive(n.state) && !hasAny) return nothing;
    const shown = [...n.bridges].sort((a, b) => Number(a.state === 'ended') - Number(b.state === 'ended') || b.id - a.id);
    return html`${lead(n) ? html`<p>${lead(n)}</p>` : nothing}
      ${shown.length > 0 ? html`<ul class="bridges">${shown.map(b => bridgeCard(b, ctx))}</ul>` : nothing}
      ${ctx.role !== 'shelter' && isLive(n.state) ? newBridges(ctx, facts) : nothing}
      ${nightPart(ctx, n)}`;
  },
};
