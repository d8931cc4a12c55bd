// @ts-check
// A house that leaked, and a surge. One person reports, another confirms: the second sees what the first said, and what
// confirming does, before it is done. Who lives there stands below in the order in which they are to be moved.
import { problemText } from './api.js';
import { label } from './codes.js';
import { described, faultLine, fieldView, formView, invalid, isRight } from './faults.js';
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { moment, t } from './text.js';
import { announce, badge, button, focusSoon, html, icon, nothing, notice } from './ui.js';

/** @typedef {import('./frame.js').Frame} Frame */
/** @typedef {import('../types/api').Leak} Leak */
/** @typedef {import('../types/api').OwnLocation} OwnLocation */
/** @typedef {import('../types/api').SurgeRegion} SurgeRegion */

const LIVE_DELAY_MS = 300;
const REASONS = ['dader_aan_deur', 'adres_gedeeld', 'online_gezien', 'medewerker', 'anders'];
const SURGE_REASONS = ['drukte', 'sluiting', 'ramp', 'anders'];

/** @type {Frame} */
let frame;
const state = {
  /** @type {OwnLocation[]} */ locations: [],
  /** @type {Leak[]} */ leaks: [],
  /** @type {SurgeRegion[]} */ surge: [],
  /** What is about to be reported, as it was filled in. @type {{ location: OwnLocation, reason: string } | null} */ check: null,
  /** The step of a leak that is about to be taken. @type {{ leak: Leak, step: string } | null} */ step: null,
  /** @type {string | null} */ problem: null,
  busy: false,
  ready: false,
};

let loadNumber = 0;
let loadShown = 0;

async function load() {
  const number = ++loadNumber;
  try {
    const [locations, leaks, surge] = await Promise.all([frame.api.get('/locations'), frame.api.get('/leaks'), frame.api.get('/surge')]);
    if (number < loadShown) return;
    loadShown = number;
    Object.assign(state, { locations: locations.locations, leaks: leaks.leaks, surge: surge.regions, ready: true });
  } catch (error) {
    state.problem = problemText(error);
  }
  frame.draw();
}

/** @param {string} path @param {object} body @param {string} done @returns {Promise<boolean>} whether it went well */
async function act(path, body, done) {
  if (state.busy) return false;
  state.busy = true;
  state.problem = null;
  frame.draw();
  try {
    await frame.api.post(path, body);
    state.check = state.step = null;
    announce(done);
  } catch (error) {
    state.problem = problemText(error);
    announce(state.problem);
  }
  state.busy = false;
  await load();
  focusSoon('safety-title');
  return state.problem === null;
}

const busy = () => state.busy || frame.isStale();

/** @param {SubmitEvent} event */
function toCheck(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!isRight(form)) {
    frame.draw();
    return;
  }
  const data = new FormData(form);
  const location = state.locations.find(l => l.id === Number(data.get('location')));
  const reason = String(data.get('reason') ?? '');
  if (!location || !reason) return;
  state.check = { location, reason };
  frame.draw();
  focusSoon('check-title');
}

const reportForm = () => {
  const free = state.locations.filter(l => l.leakId === null);
  if (state.ready && free.length === 0) return nothing;
  return html`<section class="panel safety-part" aria-labelledby="report-title"><h2 id="report-title">${t('safety.report')}</h2><p class="subtle">${t('safety.report_text')}</p>
    ${formView('leak-report', 'safety-form', toCheck, html`
      ${fieldView('leak-location', t('safety.location'), html`<select id="leak-location" name="location" required aria-invalid=${invalid('leak-location')} aria-describedby=${described('leak-location')}>${free.length > 1 ? html`<option value="">${t('safety.choose')}</option>` : nothing}${free.map(l => html`<option value=${l.id}>${frame.session.role === 'exchange_admin' ? `${l.name} (${l.organisation})` : l.name}</option>`)}</select>`)}
      <fieldset class="safety-reasons"><legend>${t('safety.reason')}</legend>${faultLine('leak-reason')}${REASONS.map((r, i) => html`<label><input type="radio" name="reason" value=${r} id=${i === 0 ? 'leak-reason' : nothing} aria-describedby=${i === 0 ? described('leak-reason') : nothing} required><span>${t(`safety.reason_${r}`)}</span></label>`)}</fieldset>
      ${button(t('safety.to_check'), { kind: 'primary', icon: 'arrow-right', type: 'submit', busy: busy() })}`)}</section>`;
};

/** What will be sent, once more. @param {NonNullable<typeof state.check>} c */
const checkAnswers = c => html`<section class="panel safety-part" aria-labelledby="check-title"><h2 id="check-title" tabindex="-1">${t('safety.check')}</h2>
    <dl class="summary"><div><dt>${t('safety.location')}</dt><dd>${c.location.name}</dd></div><div><dt>${t('safety.reason')}</dt><dd>${t(`safety.reason_${c.reason}`)}</dd></div></dl>
    <p>${t('safety.check_text')}</p>
    <div class="safety-taps">${button(t('safety.send'), { kind: 'primary', icon: 'alert-triangle', busy: busy(), click: () => act(`/locations/${c.location.id}/leak-reports`, { reason: c.reason }, t('safety.reported')) })}
      ${button(t('safety.change'), { icon: 'arrow-back-up', click: () => { state.check = null; frame.draw(); focusSoon('report-title'); } })}</div></section>`;

/** Which step of a leak needs to be thought over, and what it is called. @type {Record<string, [path: string, icon: string, done: string]>} */
const STEPS = {
  confirm: ['confirmation', 'lock', 'safety.confirmed'],
  withdraw: ['withdrawal', 'x', 'safety.withdrawn'],
  ask_lift: ['lift-request', 'lock-open', 'safety.lift_asked'],
  lift: ['lift', 'lock-open', 'safety.lifted'],
};

/** @param {Leak} leak @param {string} step @param {'primary' | 'secondary' | 'subtle'} [kind] */
const stepButton = (leak, step, kind = 'primary') => button(t(`safety.${step}`), { kind, icon: STEPS[step][1], busy: busy(), about: leak.location.name, click: () => { state.step = { leak, step }; frame.draw(); focusSoon(`step-${leak.id}`); } });

/** What may be done with a leak by this person. @param {Leak} leak */
function actions(leak) {
  if (leak.state === 'reported') return html`${leak.byMe ? html`<p><b>${t('safety.needs_other')}</b></p>` : stepButton(leak, 'confirm')}${stepButton(leak, 'withdraw', 'secondary')}`;
  if (leak.state === 'frozen') return stepButton(leak, 'ask_lift', 'secondary');
  if (leak.state === 'lift_asked') return html`${leak.byMe ? html`<p><b>${t('safety.needs_other')}</b></p>` : stepButton(leak, 'lift')}${stepButton(leak, 'withdraw', 'secondary')}`;
  return nothing;
}

/** @param {NonNullable<typeof state.step>} s */
const sure = s => html`<div class="safety-sure"><h4 id="step-${s.leak.id}" tabindex="-1">${t(`safety.${s.step}_sure`, { name: s.leak.location.name })}</h4><p>${t(`safety.${s.step}_text`)}</p>
    <div class="safety-taps">${button(t(`safety.${s.step}_yes`), { kind: 'primary', icon: STEPS[s.step][1], busy: busy(), click: () => act(`/leaks/${s.leak.id}/${STEPS[s.step][0]}`, {}, t(STEPS[s.step][2])) })}
      ${button(t('dialog.back'), { click: () => { state.step = null; frame.draw(); focusSoon('safety-title'); } })}</div></div>`;

/** How far it is: to the administrators by its referral, to the house only whether it is being moved. @param {Leak['households'][number]} h */
const progress = h => (h.left && !h.onTheWay ? badge(t('safety.left')) : h.state ? badge(t(`safety.state_${h.state}`)) : h.searching ? badge(t(h.onTheWay ? 'safety.looks_on' : 'safety.searching')) : nothing);

/** Who does not live there. @param {Leak['households'][number]} h */
const where = h => (h.bridge ? badge(t(h.onTheWay ? 'safety.to_bridge' : 'safety.in_bridge')) : h.onTheWay ? badge(t(h.left ? 'safety.not_come' : 'safety.to_place')) : nothing);

/** @param {Leak} leak */
const households = leak => (leak.households.length === 0 ? html`<p>${t('safety.nobody_lives')}</p>` : html`<h4>${t('safety.moving', { n: leak.households.length })}</h4><p class="small subtle">${t('safety.moving_text')}</p>
    <ol class="safety-list">${leak.households.map(h => html`<li><div><b>${h.referralCode ?? h.earlierCode}</b> ${where(h)} ${progress(h)}
      <p class="small">${h.factsErased ? t('safety.ring_house', { name: h.referrer }) : t('safety.ring', { name: h.referrer })}</p></div></li>`)}</ol>`);

/** That it was said again to those who can confirm it, and that nobody is told any more. @param {Leak} leak */
const saidAgain = leak => (leak.state !== 'reported' || (!leak.repeatedAt && !leak.givenUp) ? nothing : html`<p>${leak.repeatedAt ? t('safety.again', { n: leak.timesRepeated, time: moment(leak.repeatedAt) }) : nothing}
    ${leak.passedOn ? t('safety.passed_on') : nothing} ${leak.givenUp ? html`<b>${t('safety.given_up')}</b>` : nothing}</p>`);

/** @param {Leak} leak */
const leakView = leak => {
  const over = leak.state === 'lifted' || leak.state === 'dropped';
  return html`<article class="panel safety-part ${over ? '' : 'open'}" data-leak=${leak.id} data-state=${leak.state} aria-labelledby="leak-${leak.id}">
    <h3 id="leak-${leak.id}">${icon(over ? 'lock-open' : leak.state === 'reported' ? 'alert-triangle' : 'lock')}${leak.location.name} ${badge(t(`safety.leak_${leak.state}`))}</h3>
    <p>${t(`safety.reason_${leak.reason}`)}. ${t('safety.at', { time: moment(leak.reportedAt) })}</p>
    ${over ? nothing : html`<p>${t(`safety.leak_${leak.state}_text`)}</p>`}${saidAgain(leak)}
    ${state.step?.leak.id === leak.id ? sure(state.step) : html`<div class="safety-taps">${actions(leak)}</div>`}
    ${leak.frozenAt && !over ? households(leak) : nothing}</article>`;
};

/** Emptied when it went well: a list that lost a region must not stand on the next one. @param {SubmitEvent} event */
async function setSurge(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!isRight(form)) {
    frame.draw();
    return;
  }
  const data = new FormData(form);
  const region = String(data.get('region'));
  if (await act('/surge', { ...(region === 'all' ? { nation: true } : { regions: [region] }), on: true, reason: String(data.get('reason')) }, t('safety.surge_on'))) form.reset();
}

/** @param {string} id @param {string} name @param {string} text @param {[string, string][]} options */
const choice = (id, name, text, options) => fieldView(id, text, html`<select id=${id} name=${name} required aria-invalid=${invalid(id)} aria-describedby=${described(id)}><option value="">${t('safety.pick')}</option>${options.map(([value, word]) => html`<option value=${value}>${word}</option>`)}</select>`);

const surgeView = () => {
  const on = state.surge.filter(r => r.on);
  return html`<section class="panel safety-part" aria-labelledby="surge-title"><h2 id="surge-title">${t('safety.surge')}</h2><p class="subtle">${t('safety.surge_text')}</p>
    ${on.length === 0 ? html`<p>${t('safety.surge_none')}</p>` : html`<ul class="safety-list">${on.map(r => html`<li><div><b>${label('regions', r.region)}</b> ${badge(t(`safety.surge_${r.reason}`))}<p class="small">${t('safety.surge_pools', { n: r.pools })}</p></div>
      ${button(t('safety.surge_end'), { busy: busy(), about: label('regions', r.region), click: () => act('/surge', { regions: [r.region], on: false }, t('safety.surge_off')) })}</li>`)}</ul>`}
    ${formView('surge', 'safety-form', setSurge, html`
      ${choice('surge-region', 'region', t('safety.surge_region'), [['all', t('safety.nation')], .../** @type {[string, string][]} */ (state.surge.filter(r => !r.on).map(r => [r.region, t('safety.region_pools', { name: label('regions', r.region), n: r.pools })]))])}
      ${choice('surge-reason', 'reason', t('safety.reason'), SURGE_REASONS.map(r => [r, t(`safety.surge_${r}`)]))}
      ${button(t('safety.surge_begin'), { kind: 'primary', icon: 'bell-ringing', type: 'submit', busy: busy() })}`)}</section>`;
};

function view() {
  const open = state.leaks.filter(l => l.state !== 'lifted' && l.state !== 'dropped');
  const over = state.leaks.filter(l => l.state === 'lifted' || l.state === 'dropped');
  return html`<main id="main" class="safety">${staleNotice(frame, load)}${doubtNotice(frame)}
    ${state.problem ? notice({ title: state.problem, tone: 'error', alert: true }) : nothing}
    <h1 id="safety-title" tabindex="-1">${t('safety.title')}</h1><p class="subtle">${t('safety.text')}</p>
    ${open.length > 0 ? html`<h2 class="sr">${t('safety.now')}</h2>${open.map(leakView)}` : nothing}
    ${state.check ? checkAnswers(state.check) : reportForm()}
    ${frame.session.role === 'exchange_admin' ? surgeView() : nothing}
    ${over.length > 0 ? html`<h2>${t('safety.over')}</h2>${over.map(leakView)}` : nothing}</main>`;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

startPage({
  roles: ['shelter', 'org_admin', 'exchange_admin'],
  titleKey: 'safety.title',
  skipKey: 'skip.main',
  view,
  begin: async f => { frame = f; await load(); },
  onLive: ({ kind }) => {
    if (!/^(leak|surge|supply|stay|bridge)\./.test(kind) && kind !== 'reset') return;
    clearTimeout(soon);
    soon = setTimeout(load, LIVE_DELAY_MS);
  },
  onBack: () => load(),
});
