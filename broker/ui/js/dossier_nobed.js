// @ts-check
// No bed: where the household is kept safe while the search goes on, who answers for it, where it slept, and the end
// that only a person makes.
import { noChange } from '../vendor/lit-html/lit-html.js';
import { label, ordered } from './codes.js';
import { nightRuns } from './nights.js';
import { alarmAdvice, alarmText } from './placer_bridges.js';
import { described, faultSummary, fieldView, forgetFaults, invalid, keepFaults, setFaults } from './faults.js';
import { askedName, answerText } from './referral.js';
import { takeBackButton, takeBackSheet, takenBack } from './take_back.js';
import { DAY_MS, earlierForm, localTime } from './moments.js';
import { clock, day, either, inSentence, isoDate, moment, nextMoment, t } from './text.js';
import { button, callLink, html, icon, live, nothing, notice, segments } from './ui.js';

/** @typedef {import('./dossier.js').Context} Context */
/** @typedef {import('../types/api').Bridge} Bridge */
/** @typedef {import('../types/api').NoBed} NoBed */
/** @typedef {{ nobed: NoBed, beds: import('../types/api').PlaceMatch[] }} Facts */

const BEDS_SHOWN = 3;
const EVERY = ['60', '120', '180', '240'];
const ROLES = ['police', 'team_lead', 'municipality', 'shelter', 'hotel', 'other'];
const ORDER_DAYS = 28; // extended, counted from when it was imposed
const PHONE = /^[0-9+][0-9 +-]{5,22}$/;

/** Nothing is filled in yet. */
const blank = () => ({
  /** @type {string | null} */ open: null, // a form, or "end-<bridge>"
  watched: 'no', owner: 'desk', role: 'police', organisation: '', phone: '', every: '120', first: '', slept: 'familie_vrienden', given: 'no', night: '', sleptNight: '', reason: '', eta: '', imposed: '',
});

/** What is being filled in; only on this screen, and only for the referral that is shown. */
const form = blank();
let shownId = 0;

/** What was opened of the house of a bridge bed: on this screen, until it is hidden or another referral is shown. */
/** @type {{ request: number | null, shown: import('../types/api').RevealedLocation | null }} */
const place = { request: null, shown: null };

/** A page before this one may say which form to begin with. @param {number} nowMs */
function wanted(nowMs) {
  try {
    const open = sessionStorage.getItem('plek.nobed');
    sessionStorage.removeItem('plek.nobed');
    if (open) Object.assign(form, { open, night: form.night || lastEvening(nowMs) });
  } catch { /* private mode: then they open it themselves */ }
}

/** Only who placed the household decides here; its house says of its own bed who came, and who co-ordinates or keeps a gate reads. @param {Context} ctx */
const isOurs = ctx => ctx.referral.side === 'referrer';
/** @param {Context} ctx */
const isReader = ctx => ctx.referral.side === 'regie' || ctx.referral.side === 'gatekeeper';
/** A house sees no requests but those for its own beds. @param {Bridge} b @param {Context} ctx */
const isOwnBed = (b, ctx) => b.kind === 'bed' && ctx.referral.requests.some(q => q.id === b.requestId);

const isLooking = (/** @type {string} */ state) => state === 'open' || state === 'asked';
const isLive = (/** @type {string} */ state) => isLooking(state) || state === 'reserved' || state === 'travelling';
const nights = () => ordered('destinations', 'order').filter(r => /** @type {any} */ (r).slept === 'yes' || /** @type {any} */ (r).slept === true);
/** @param {string} list @param {import('../types/api').Code[]} rows @returns {[string, string][]} */
const choices = (list, rows) => [['', t(`nobed.choose_${list}`)], .../** @type {[string, string][]} */ (rows.map(r => [r.code, either(r.labelNl, r.labelEn)]))];

/** @param {Context} ctx @param {string} id @param {string | null} open */
function toggle(ctx, id, open = form.open === id ? null : id) {
  forgetFaults(`form-${form.open}`);
  form.open = open;
  if (form.night === '') form.night = lastEvening(ctx.api.now());
  ctx.redraw();
}

/** The field of a part of what is sent; a night has its own, for a bridge has a place to sleep too. @type {Record<string, string>} */
const FIELD_OF = { role: 'nobed-role', organisation: 'nobed-org', callback: 'nobed-phone', times: 'nobed-first', everyMinutes: 'nobed-every', etaAt: 'nobed-eta', imposedAt: 'nobed-imposed', date: 'nobed-night', reason: 'nobed-reason' };
/** @param {string} formId */
const fieldIn = formId => (/** @type {string} */ part) => (part === 'slept' ? (formId === 'form-network' ? 'nobed-slept' : 'nobed-slept-night') : FIELD_OF[part]);

/**
 * Do it, and close the form that was sent if it went well. What is half filled in of another one stays.
 * @param {Context} ctx @param {string} path @param {unknown} body @param {string} done @param {string} [sent] as in form.open; none: a button of its own
 */
async function send(ctx, path, body, done, sent) {
  const formId = sent ? `form-${sent}` : path.endsWith('/travel') ? 'form-travel' : path.endsWith('/start') ? 'form-given' : 'form-none';
  if (!await ctx.act(() => keepFaults(formId, fieldIn(formId), () => ctx.api.post(path, body)), t(done))) return;
  if (path.endsWith('/travel')) form.eta = '';
  if (path.endsWith('/start')) form.imposed = '';
  if (sent && form.open === sent) Object.assign(form, blank(), { eta: form.eta });
  forgetFaults(formId);
  ctx.redraw();
}

/** All that is wrong, at once. @param {Context} ctx @param {import('./faults.js').Fault[]} faults @returns {boolean} whether the open form may be sent */
function isRight(ctx, faults) {
  const isWrong = setFaults(`form-${form.open}`, faults);
  ctx.redraw();
  return !isWrong;
}

/** @param {boolean} isWrong @param {string} id @param {string} key @returns {import('./faults.js').Fault[]} */
const fault = (isWrong, id, key) => (isWrong ? [{ id, text: t(key) }] : []);

/** Each stroke is kept: the page may be drawn anew between two of them. A day that is half typed has no value, and is not put back. @param {string} id @param {string} text @param {string} value @param {(v: string) => void} set @param {{ type?: string, hint?: string, max?: number, until?: string }} [o] */
const field = (id, text, value, set, o = {}) => fieldView(id, text, html`<input class="input" id=${id} type=${o.type ?? 'text'} maxlength=${o.max ?? nothing} max=${o.until ?? nothing} autocomplete="off" aria-invalid=${invalid(id)} aria-describedby=${described(id, o.hint)} .value=${o.type?.startsWith('date') ? value || noChange : live(value)} @input=${(/** @type {Event} */ e) => set(/** @type {HTMLInputElement} */ (e.target).value)}>`, o.hint);
/** @param {string} id @param {string} text @param {string} value @param {[string, string][]} options @param {(v: string) => void} set */
const choice = (id, text, value, options, set) => fieldView(id, text, html`<select id=${id} aria-invalid=${invalid(id)} aria-describedby=${described(id)} @change=${(/** @type {Event} */ e) => set(/** @type {HTMLSelectElement} */ (e.target).value)}>${options.map(([code, word]) => html`<option value=${code} .selected=${value === code}>${word}</option>`)}</select>`);

/* ---- a bridge ---- */

/** @param {Bridge} b @param {number} nowMs */
function stateText(b, nowMs) {
  if (b.state === 'ended') return t('nobed.ended', { why: t(`nobed.end_${b.end}`), time: moment(b.endedAt ?? b.openedAt, nowMs) });
  if (b.kind === 'bed' && !b.startedAt && b.setOutAt) return b.nextAt ? t('nobed.bed_travelling', { name: b.locationName ?? '', time: clock(b.nextAt) }) : t('nobed.bed_travelling_unknown', { name: b.locationName ?? '' });
  if (b.state === 'planned') return b.kind === 'order' ? t('nobed.applied') : t('nobed.planned');
  if (b.kind === 'order' && b.untilAt) return [t('nobed.order_until', { day: day(b.untilAt), time: clock(b.untilAt) }), b.imposedAt ? t('nobed.order_since', { time: moment(b.imposedAt, nowMs) }) : ''].filter(Boolean).join(' ');
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
    action: b.seenAt || !isOurs(ctx) ? undefined : button(t('nobed.say_seen'), { icon: 'eye-check', busy: ctx.busy, click: () => send(ctx, `/bridges/${b.id}/check-ins`, { result: 'seen' }, 'nobed.done_seen') }),
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
  return html`<div class="choices">${reasons.map(code => html`<button type="button" aria-disabled=${ctx.busy ? 'true' : nothing} @click=${() => { if (!ctx.busy) send(ctx, `/bridges/${b.id}/end`, { reason: code }, 'nobed.done_end', `end-${b.id}`); }}>${icon('chevron-right')}<span>${t(`nobed.end_${code}`)}</span></button>`)}</div>`;
}

/** The way to a bridge bed: where to, opened as after any yes, and when they will be there. @param {Bridge} b @param {Context} ctx */
function journey(b, ctx) {
  if (b.kind !== 'bed' || b.startedAt || !isOurs(ctx)) return nothing;
  const show = async () => {
    const got = await ctx.act(async () => { place.shown = await ctx.api.get(`/requests/${b.requestId}/location`); place.request = b.requestId; });
    if (got) ctx.redraw();
  };
  const go = () => {
    const isWrong = setFaults('form-travel', fault(!/^\d\d:\d\d$/.test(form.eta), 'nobed-eta', 'nobed.fault_eta'), 'nobed-eta');
    if (isWrong) return ctx.redraw();
    return send(ctx, `/bridges/${b.id}/travel`, { etaAt: new Date(ahead(form.eta, ctx.api.now())).toISOString() }, 'nobed.done_travel');
  };
  const goUnknown = () => {
    forgetFaults('form-travel');
    return send(ctx, `/bridges/${b.id}/travel`, {}, 'nobed.done_travel');
  };
  const l = place.request === b.requestId ? place.shown : null;
  return html`${l ? html`<dl class="summary">
      ${l.meetingPoint ? html`<div><dt>${t('location.meeting')}</dt><dd>${l.meetingPoint}</dd></div>` : nothing}
      ${l.nightNumber ? html`<div><dt>${t('location.night')}</dt><dd>${callLink(l.nightNumber, l.nightNumber)}</dd></div>` : nothing}
      ${l.address ? html`<div><dt>${t('location.address')}</dt><dd>${l.address}</dd></div>` : nothing}</dl><p class="small subtle">${t('location.care')}</p>${button(t('location.hide'), { icon: 'lock', click: () => { place.shown = null; ctx.redraw(); } })}`
    : html`<p class="small subtle">${t('location.logged')}</p>${button(t('location.show'), { icon: 'lock-open', busy: ctx.busy, click: show })}`}
    <div class="nobed-form">${field('nobed-eta', t('nobed.eta'), form.eta, v => { form.eta = v; }, { type: 'time' })}
      ${button(t(b.setOutAt ? 'nobed.new_eta' : 'nobed.set_out'), { icon: 'steering-wheel', busy: ctx.busy, click: go })}
      ${button(t('journey.unknown'), { kind: 'subtle', busy: ctx.busy, click: goUnknown })}</div>`;
}

/** They came to the bed some time ago. @param {Bridge} b @param {Context} ctx */
const earlier = (b, ctx) => earlierForm({
  id: `bed-${b.id}`, about: b.locationName ?? '', since: ctx.referral.requests.find(q => q.id === b.requestId)?.answeredAt, now: ctx.api.now(), busy: ctx.busy, draw: ctx.redraw,
  tell: (arrivedAt, keep) => { ctx.act(() => keep(() => ctx.api.post(`/requests/${b.requestId}/arrival`, { arrivedAt })), t('nobed.done_start')); },
});

/** Who pays for its nights, as the house settles it. @param {Bridge} b */
const nightsLine = b => b.nights === null ? nothing : html`<div><dt>${t('nobed.bed_nights')}</dt><dd>${b.nights}, ${label('fundingStreams', b.funding.at(-1)?.stream)}</dd></div>`;

/** When the order was imposed: its ten days count from then. @param {Context} ctx */
const imposedField = ctx => field('nobed-imposed', t('nobed.imposed'), form.imposed, v => { form.imposed = v; }, { type: 'datetime-local', until: localTime(ctx.api.now()), hint: t('nobed.imposed_hint') });
/** As the API wants it; not said: now. */
const imposed = () => (form.imposed ? { imposedAt: new Date(form.imposed).toISOString() } : {});

/** @param {Bridge} b @param {Context} ctx */
function actions(b, ctx) {
  const ours = isOurs(ctx);
  if (isReader(ctx) || (!ours && !isOwnBed(b, ctx))) return nothing;
  const start = () => send(ctx, `/bridges/${b.id}/start`, b.kind === 'order' ? imposed() : {}, 'nobed.done_start');
  const imposedMs = Date.parse(b.imposedAt ?? b.startedAt ?? b.openedAt);
  const longest = () => new Date(imposedMs + ORDER_DAYS * DAY_MS).toISOString();
  const canExtend = ours && b.kind === 'order' && b.startedAt && b.untilAt && Date.parse(b.untilAt) < imposedMs + (ORDER_DAYS - 1) * DAY_MS;
  return html`${ours && b.kind === 'order' && !b.startedAt ? html`${faultSummary('form-given')}${imposedField(ctx)}` : nothing}<div class="nobed-actions">
    ${ours && b.owner && b.startedAt ? button(t('nobed.say_safe'), { kind: 'primary', icon: 'check', busy: ctx.busy, click: () => send(ctx, `/bridges/${b.id}/check-ins`, { result: 'safe' }, 'nobed.done_safe') }) : nothing}
    ${ours && !b.startedAt && b.kind !== 'bed' ? button(t(b.kind === 'order' ? 'nobed.say_given' : 'nobed.say_there'), { kind: 'primary', icon: 'check', busy: ctx.busy, click: start }) : nothing}
    ${!b.startedAt && b.kind === 'bed' ? button(t('nobed.say_there'), { kind: 'primary', icon: 'door-enter', busy: ctx.busy, click: () => send(ctx, `/requests/${b.requestId}/arrival`, {}, 'nobed.done_start') }) : nothing}
    ${!b.startedAt && b.kind === 'bed' ? earlier(b, ctx) : nothing}
    ${canExtend ? button(t('nobed.extend'), { icon: 'clock', busy: ctx.busy, click: () => send(ctx, `/bridges/${b.id}/start`, { untilAt: longest() }, 'nobed.done_start') }) : nothing}
    ${ours && (b.kind === 'hotel' || b.kind === 'network') ? button(t('nobed.watch'), { kind: 'subtle', icon: 'users', about: t(`nobed.kind_${b.kind}`), click: () => toggle(ctx, `watch-${b.id}`) }) : nothing}
    ${button(t('nobed.end'), { kind: 'subtle', about: t(`nobed.kind_${b.kind}`), click: () => toggle(ctx, `end-${b.id}`) })}</div>
    ${form.open === `watch-${b.id}` ? watchForm(b, ctx) : nothing}${form.open === `end-${b.id}` ? endForm(b, ctx) : nothing}`;
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

/* ---- asked, and no answer yet ---- */

/** @param {Context} ctx */
function asked(ctx) {
  const waiting = isOurs(ctx) ? ctx.referral.requests.filter(r => r.bridge && r.state === 'pending') : [];
  if (waiting.length === 0) return nothing;
  const takeBack = (/** @type {import('../types/api').Request} */ r) => ctx.act(() => ctx.api.post(`/requests/${r.id}/withdrawal`, {}), takenBack(r));
  return html`<h3>${t('nobed.asked')}</h3><ul class="asked" id="asked-beds">${waiting.map(r => html`<li data-request=${r.id}>${icon('bed')}<div><b>${askedName(r)}</b> <span class="nl-data-badge">${t('nobed.as_bridge')}</span><div class="small">${label('regions', r.region)}. ${answerText(r)}</div></div><span class="small">${clock(r.askedAt)}</span>${takeBackButton(r, ctx.busy, ctx.redraw)}</li>`)}</ul>${takeBackSheet(waiting, ctx.busy, takeBack)}`;
}

/* ---- new bridges ---- */

/** @param {Context} ctx */
function ownerFields(ctx) {
  const own = ctx.referral.need?.callback;
  return html`<fieldset class="question"><legend>${t('nobed.owner')}</legend><p class="small subtle">${t('nobed.owner_hint')}</p>
    ${segments({ name: 'nobed-owner', value: form.owner, options: [['desk', t('nobed.own_desk')], ['other', t('nobed.other_org')]], set: v => { form.owner = v; forgetFaults(`form-${form.open}`); ctx.redraw(); } })}
    ${form.owner === 'other' ? html`${field('nobed-org', t('nobed.organisation'), form.organisation, v => { form.organisation = v; }, { max: 47, hint: t('nobed.no_names') })}
      ${choice('nobed-role', t('nobed.role'), form.role, ROLES.map(r => [r, t(`nobed.role_${r}`)]), v => { form.role = v; })}` : nothing}
    ${field('nobed-phone', t('nobed.phone'), form.phone, v => { form.phone = v; }, { type: 'tel', max: 23, hint: form.owner === 'desk' && own ? t('nobed.phone_own', { number: own }) : '' })}</fieldset>`;
}

/** What is wrong with who watches over their safety. @param {Context} ctx */
function ownerFaults(ctx) {
  const phone = form.phone.trim();
  const isOther = form.owner === 'other';
  const hasOwn = !isOther && Boolean(ctx.referral.need?.callback);
  return [...fault(isOther && form.organisation.trim() === '', 'nobed-org', 'nobed.fault_organisation'), ...fault(phone === '' ? !hasOwn : !PHONE.test(phone), 'nobed-phone', 'nobed.fault_phone')];
}

/** The owner as the API wants it. */
function owner() {
  const phone = form.phone.trim();
  return { kind: form.owner, ...(form.owner === 'other' ? { role: form.role, organisation: form.organisation.trim() } : {}), ...(phone ? { callback: phone } : {}) };
}

/** Of a clock time the next moment: what is now is tomorrow. @param {string} hhmm @param {number} nowMs */
function ahead(hhmm, nowMs) {
  const at = nextMoment(hhmm, nowMs);
  return at > nowMs ? at : at + DAY_MS;
}

/** When they check in, by what is filled in. @param {Context} ctx */
const checkIns = ctx => ({ everyMinutes: Number(form.every), ...(/^\d\d:\d\d$/.test(form.first) ? { times: [new Date(ahead(form.first, ctx.api.now())).toISOString()] } : {}) });

/** @param {Context} ctx */
const checkInFields = ctx => html`<div class="nobed-pair">${field('nobed-first', t('nobed.first'), form.first, v => { form.first = v; }, { type: 'time' })}
    ${choice('nobed-every', t('nobed.every'), form.every, EVERY.map(m => [m, t('nobed.every_hours', { n: Number(m) / 60 })]), v => { form.every = v; })}</div>`;

/** Somebody else answers for them, or they check in at other times. @param {Bridge} b @param {Context} ctx */
function watchForm(b, ctx) {
  const save = () => {
    if (isRight(ctx, ownerFaults(ctx))) send(ctx, `/bridges/${b.id}/watch`, { owner: owner(), ...checkIns(ctx) }, 'nobed.done_watch', `watch-${b.id}`);
  };
  return html`<div class="nobed-form" id="form-watch-${b.id}">${faultSummary(`form-watch-${b.id}`)}${ownerFields(ctx)}${checkInFields(ctx)}
    ${button(t('nobed.save_watch'), { kind: 'primary', busy: ctx.busy, click: save })}</div>`;
}

/** @param {Context} ctx */
function hotelForm(ctx) {
  const save = () => {
    if (!isRight(ctx, ownerFaults(ctx))) return;
    send(ctx, `/referrals/${ctx.referral.id}/bridges`, { kind: 'hotel', slept: 'hotel', owner: owner(), ...checkIns(ctx) }, 'nobed.done_open', 'hotel');
  };
  return html`<div class="nobed-form" id="form-hotel">${faultSummary('form-hotel')}${ownerFields(ctx)}
    ${checkInFields(ctx)}
    ${button(t('nobed.save_hotel'), { kind: 'primary', busy: ctx.busy, click: save })}</div>`;
}

/** Somebody may watch over who sleeps with people of its own: then with a number, and moments to check in. @param {Context} ctx */
function saveNetwork(ctx) {
  if (form.watched === 'yes' && !isRight(ctx, ownerFaults(ctx))) return;
  send(ctx, `/referrals/${ctx.referral.id}/bridges`, { kind: 'network', slept: form.slept, ...(form.watched === 'yes' ? { owner: owner(), ...checkIns(ctx) } : {}) }, 'nobed.done_open', 'network');
}

/** @param {Context} ctx */
const networkForm = ctx => html`<div class="nobed-form" id="form-network">${faultSummary('form-network')}<p class="small subtle">${t('nobed.network_hint')}</p>
  ${choice('nobed-slept', t('nobed.where'), form.slept, /** @type {[string, string][]} */ (nights().map(r => [r.code, either(r.labelNl, r.labelEn)])), v => { form.slept = v; })}
  <fieldset class="question"><legend>${t('nobed.watched')}</legend>${segments({ name: 'nobed-watched', value: form.watched, options: [['no', t('nobed.watched_no')], ['yes', t('nobed.watched_yes')]], set: v => { form.watched = v; ctx.redraw(); } })}</fieldset>
  ${form.watched === 'yes' ? html`${ownerFields(ctx)}${checkInFields(ctx)}` : nothing}
  ${button(t('nobed.save'), { kind: 'primary', busy: ctx.busy, click: () => saveNetwork(ctx) })}</div>`;

/** @param {Context} ctx */
const orderForm = ctx => html`<div class="nobed-form" id="form-order">${faultSummary('form-order')}<p class="small subtle">${t('nobed.order_hint')}</p>
  ${segments({ name: 'nobed-given', value: form.given, options: [['no', t('nobed.applied_for')], ['yes', t('nobed.given')]], set: v => { form.given = v; ctx.redraw(); } })}
  ${form.given === 'yes' ? imposedField(ctx) : nothing}
  ${button(t('nobed.save'), { kind: 'primary', busy: ctx.busy, click: () => send(ctx, `/referrals/${ctx.referral.id}/bridges`, { kind: 'order', active: form.given === 'yes', ...(form.given === 'yes' ? imposed() : {}) }, 'nobed.done_open', 'order') })}</div>`;

/** @param {Context} ctx @param {Facts} facts */
const bedForm = (ctx, facts) => html`<div class="nobed-form" id="form-bed"><p class="small subtle">${t('nobed.bed_hint')}</p>
  ${facts.beds.length === 0 ? html`<p>${t('nobed.no_beds')}</p>` : html`<ul class="nobed-beds">${facts.beds.map(m => html`<li><span><b>${m.locationName}</b> ${either(m.poolName, m.poolNameEn)}, ${label('regions', m.region)}</span>${button(t('nobed.ask_bed'), { about: m.locationName, busy: ctx.busy, click: () => send(ctx, `/referrals/${ctx.referral.id}/requests`, { poolIds: [m.poolId], bridge: true }, 'nobed.done_ask', 'bed') })}</li>`)}</ul>`}</div>`;

/** A house says yes and they are not there yet: a night in between may still have to be safe. @param {string} state */
const isPromised = state => state === 'reserved';

/** @param {Context} ctx @param {Facts} facts */
function newBridges(ctx, facts) {
  // From the bed that they are in they may go to a next one; from a house that waits for them, not.
  const standing = facts.nobed.bridges.filter(b => b.state !== 'ended' && !(b.kind === 'bed' && b.startedAt)).map(b => b.kind);
  const isInBed = facts.nobed.bridges.some(b => b.kind === 'bed' && b.state !== 'ended' && b.startedAt);
  const forms = /** @type {[Bridge['kind'], string, () => unknown][]} */ ([['hotel', 'building', () => hotelForm(ctx)], ['network', 'users', () => networkForm(ctx)], ['order', 'ban', () => orderForm(ctx)], ['bed', 'bed', () => bedForm(ctx, facts)]]);
  const free = forms.filter(([kind]) => !standing.includes(kind) && (kind !== 'bed' || isLooking(ctx.referral.state)));
  if (free.length === 0) return nothing;
  const offers = html`<div class="nobed-actions">${free.map(([kind, name]) => html`<button type="button" class="nl-button nl-button--secondary" aria-expanded=${form.open === kind ? 'true' : 'false'} @click=${() => toggle(ctx, kind)}><span class="nl-button__icon-start">${icon(name)}</span><span class="nl-button__label">${t(kind === 'bed' && isInBed ? 'nobed.add_next_bed' : `nobed.add_${kind}`)}</span></button>`)}</div>
    ${free.filter(([kind]) => form.open === kind).map(([, , view]) => view())}`;
  if (isLooking(ctx.referral.state)) return html`<h3>${t('nobed.add')}</h3>${offers}`;
  return html`<details class="more"><summary>${icon('chevron-right')}${t('nobed.until_then')}</summary><div class="more-body">${offers}</div></details>`;
}

/* ---- nights, and the end ---- */

/** The evening that the night began: until noon it is yesterday's. @param {number} nowMs */
const lastEvening = nowMs => isoDate(nowMs - DAY_MS / 2);

/** @param {Context} ctx @param {string} id @param {boolean} closing */
function nightForm(ctx, id, closing) {
  const today = isoDate(ctx.api.now());
  const save = () => {
    // Emptied, or half typed: then the day is not known, and last evening is a guess.
    const noDay = form.night === '' ? [{ id: 'nobed-night', text: t('faults.empty', { field: t('nobed.night') }) }] : [];
    const faults = [...noDay, ...fault(form.night > today, 'nobed-night', 'nobed.fault_night'), ...fault(!form.sleptNight, 'nobed-slept-night', 'nobed.fault_slept'), ...fault(closing && !form.reason, 'nobed-reason', 'nobed.fault_reason')];
    if (!isRight(ctx, faults)) return undefined;
    const body = { date: form.night, slept: form.sleptNight, ...(form.reason ? { reason: form.reason } : {}) };
    return send(ctx, `/referrals/${ctx.referral.id}/${closing ? 'closure' : 'nights'}`, body, closing ? 'nobed.done_close' : 'nobed.done_night', id);
  };
  return html`<div class="nobed-form" id="form-${id}">${faultSummary(`form-${id}`)}${closing ? html`<p>${t('nobed.close_text')}</p>` : nothing}
    ${field('nobed-night', t('nobed.night'), form.night, v => { form.night = v; }, { type: 'date', until: today })}
    ${choice('nobed-slept-night', t('nobed.slept'), form.sleptNight, choices('slept', nights()), v => { form.sleptNight = v; })}
    ${choice('nobed-reason', t('nobed.reason'), form.reason, choices('reason', ordered('unplacedReasons', 'order')), v => { form.reason = v; })}
    ${button(t(closing ? 'nobed.close' : 'nobed.save_night'), { kind: 'primary', busy: ctx.busy, click: save })}</div>`;
}

/** @param {import('./nights.js').NightRun} run */
function nightDays(run) {
  const [from, to] = [run.date, run.to].map(d => day(`${d}T12:00:00Z`));
  return run.n === 1 ? from : html`${t('nobed.night_span', { from, to })}<span class="line subtle small">${t('stay.nights', { n: run.n })}</span>`;
}

/** @param {NoBed} n */
const nightTable = n => (n.nights.length === 0 ? nothing : html`<div class="table-wrap" tabindex="0" role="group" aria-label=${t('nobed.nights')}><table><thead><tr><th scope="col">${t('nobed.night')}</th><th scope="col">${t('nobed.slept')}</th><th scope="col">${t('nobed.reason')}</th></tr></thead>
  <tbody>${nightRuns(n.nights).map(night => html`<tr><th scope="row">${nightDays(night)}</th><td>${label('destinations', night.slept)}${night.knownBy ? html`<span class="line subtle small">${t('nobed.known_by', { kind: inSentence(t(`nobed.kind_${night.knownBy}`)) })}</span>` : nothing}</td><td>${night.reason ? label('unplacedReasons', night.reason) : '–'}</td></tr>`)}</tbody></table></div>`);

/** @param {Context} ctx @param {NoBed} n */
function nightPart(ctx, n) {
  const ours = isOurs(ctx);
  if (!ours && n.nights.length === 0) return nothing;
  return html`<h3>${t('nobed.nights')}</h3>${nightTable(n)}
    ${ours && isLive(n.state) ? html`<div class="nobed-actions">${button(t('nobed.add_night'), { icon: 'moon', click: () => toggle(ctx, 'night') })}</div>${form.open === 'night' ? nightForm(ctx, 'night', false) : nothing}` : nothing}
    ${ours && isLooking(n.state) ? html`<div class="nobed-actions">${button(t('nobed.close_open'), { kind: 'subtle', icon: 'x', click: () => toggle(ctx, 'close') })}</div>${form.open === 'close' ? nightForm(ctx, 'close', true) : nothing}` : nothing}`;
}

/** What is said of a search that asks nobody by itself stands at the stay. @param {NoBed} n @param {Context} ctx */
function lead(n, ctx) {
  if (n.state === 'closed') return t('nobed.closed', { slept: label('destinations', n.closedSlept), reason: label('unplacedReasons', n.reason) });
  if (!isLooking(n.state)) return '';
  if (ctx.referral.settled || ctx.referral.stillThere) return '';
  return n.unplaced ? t('nobed.unplaced', { n: n.hoursWaited }) : t('nobed.looking');
}

/** @type {import('./dossier.js').Section} */
export const section = {
  id: 'nobed',
  title: (/** @type {Facts} */ facts) => (isLive(facts.nobed.state) && !isLooking(facts.nobed.state) ? 'nobed.title_promised' : 'nobed.title'),
  load: async ctx => {
    if (shownId !== ctx.referral.id) {
      Object.assign(form, blank());
      Object.assign(place, { request: null, shown: null });
      forgetFaults();
    }
    shownId = ctx.referral.id;
    wanted(ctx.api.now());
    const canAsk = isOurs(ctx) && isLooking(ctx.referral.state);
    const [nobed, found] = await Promise.all([ctx.api.get(`/referrals/${ctx.referral.id}/bridges`), canAsk ? ctx.api.get(`/referrals/${ctx.referral.id}/matches?bridge=true&limit=${BEDS_SHOWN}`) : null]);
    return { nobed, beds: found?.places ?? [] };
  },
  view: (/** @type {Facts} */ facts, ctx) => {
    const n = facts.nobed;
    const hasAny = n.bridges.length > 0 || n.nights.length > 0 || n.state === 'closed';
    if ((!isLive(n.state) || isReader(ctx)) && !hasAny) return nothing; // what to do meanwhile is not theirs to arrange
    const shown = [...n.bridges].sort((a, b) => Number(a.state === 'ended') - Number(b.state === 'ended') || b.id - a.id);
    const said = lead(n, ctx);
    return html`${said ? html`<p>${said}</p>` : nothing}
      ${shown.length > 0 ? html`<ul class="bridges">${shown.map(b => bridgeCard(b, ctx))}</ul>` : nothing}
      ${asked(ctx)}
      ${isOurs(ctx) && (isLooking(n.state) || isPromised(n.state)) ? newBridges(ctx, facts) : nothing}
      ${nightPart(ctx, n)}`;
  },
};
