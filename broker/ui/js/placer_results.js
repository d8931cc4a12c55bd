// @ts-check
// The right side of the placer's page while searching: the count, the one button, ranked cards with their reasons, and
// why the rest does not fit. A place is named by its code name and region; its address is not in the page at all.
import { label, row } from './codes.js';
import { ofTone, rankSentence, sentence } from './reasons.js';
import { confirmed, duration, either, hasText, inSentence, t } from './text.js';
import { badge, button, html, icon, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').PlaceMatch} PlaceMatch */
/** @typedef {import('../types/api').MatchResult} MatchResult */
/** @typedef {{ match: PlaceMatch, at: number, index: number }} Gone */
/**
 * @typedef {object} ResultParts
 * @property {MatchResult} result
 * @property {Gone[]} gone places that were taken while on the screen
 * @property {number} fresh places that would be new in the list
 * @property {number} askN how many the one button asks
 * @property {boolean} busy
 * @property {boolean} stale
 * @property {Map<string, PlaceMatch[] | 'loading'>} outLists
 * @property {(poolIds: number[]) => void} ask
 * @property {() => void} showFresh
 * @property {() => void} keepSearching
 * @property {(kind: string) => void} sendToGate
 * @property {(form: string) => void} noBed
 * @property {(rule: string, open: boolean) => void} openRule
 * @property {() => unknown} find where any place can be looked up
 * @property {(miss: import('../types/api').NearMiss) => void} takeMiss
 * @property {(miss: import('../types/api').NearMiss) => boolean} canTakeMiss
 */

const CAUTIONS_MAX = 2;
const HIDDEN_AS_FACT = new Set(['near', 'far']); // the journey has its own line

/** @param {PlaceMatch} m */
export const placeName = m => m.locationName ?? either(m.poolName, m.poolNameEn);
/** Kind of place, and whether the address is secret. @param {PlaceMatch} m */
const placeKind = m => [either(m.poolName, m.poolNameEn) || label('kinds', m.kind), label('kinds', m.kind), m.secretAddress === 'yes' ? t('place.secret') : '']
  .filter((text, i, all) => text !== '' && all.indexOf(text) === i).map((text, i) => (i === 0 ? text : inSentence(text))).join(', ');

/** @param {PlaceMatch} m */
function freeText(m) {
  if (m.offerable === null || m.offerable === undefined) return t('place.free_unknown');
  return m.unitsTotal ? t('place.free_of', { free: m.offerable, total: m.unitsTotal }) : t('place.free', { free: m.offerable });
}

/** @param {PlaceMatch} m */
const isOld = m => m.freshness !== 'fresh';

/** @param {PlaceMatch} m */
function facts(m) {
  return html`<div class="facts">
    ${typeof m.minutes === 'number' ? html`<span>${icon('car')}${t('place.drive', { duration: duration(m.minutes) })}</span>` : nothing}
    ${m.answerMinutes ? html`<span>${icon('clock')}${t('place.answers', { duration: duration(m.answerMinutes) })}</span>` : nothing}
    ${m.criteria ? html`<span>${icon('circle-check')}${t('place.criteria', { met: m.criteriaMet ?? 0, of: m.criteria })}</span>` : nothing}</div>`;
}

/** @param {PlaceMatch} m @param {ResultParts} p */
function act(m, p) {
  const text = m.verdict === 'ask' ? t('place.ask_consult') : t('place.ask_only');
  return html`<div class="act"><span class="free">${freeText(m)}</span>
    <span class="age ${isOld(m) ? 'stale' : ''}">${icon(isOld(m) ? 'hourglass' : 'refresh')}${confirmed(m.observedAt)}</span>
    ${p.stale ? html`<span class="small">${icon('phone')} ${t('place.ring')}</span>` : button(text, { icon: isOld(m) ? 'phone' : undefined, about: placeName(m), busy: p.busy, click: () => p.ask([m.poolId]) })}</div>`;
}

/** @param {PlaceMatch} m @param {number} i @param {ResultParts} p */
export function placeCard(m, i, p) {
  const cautions = ofTone(m.reasons, 'caution').filter(r => !(r.code === 'last_unit'));
  return html`<li class="place ${i === 0 && m.verdict === 'fits' ? 'best' : ''}" data-pool=${m.poolId}>
    <div class="rank"><span class="sr">${t('place.rank')} </span>${m.rank || i + 1}</div>
    <div class="body">
      <div class="title"><h3>${placeName(m)}</h3><span>${label('regions', m.region)}</span><span class="subtle">${placeKind(m)}</span>${m.overflow ? badge(t('safety.overflow')) : nothing}</div>
      <ul class="reasons">${ofTone(m.reasons, 'for').filter(r => !HIDDEN_AS_FACT.has(r.code)).map(r => html`<li class="yes">${icon('check')}${sentence(r)}</li>`)}</ul>
      ${cautions.slice(0, CAUTIONS_MAX).map(r => html`<p class="caution">${icon('alert-triangle')}<span><span class="sr">${t('place.note')} </span>${sentence(r)}</span></p>`)}
      ${questions(m)}
      ${facts(m)}
      ${m.why ? html`<p class="rank-why">${rankSentence(m, p.result.places.find(other => other.rank === m.rank - 1))}</p>` : nothing}
    </div>${act(m, p)}</li>`;
}

/** @param {PlaceMatch} m */
function questions(m) {
  const list = ofTone(m.reasons, 'question');
  if (list.length === 0) return nothing;
  return html`<div class="asks"><b>${t('place.to_ask')}</b><ul>${list.map(r => html`<li>${sentence(r)}</li>`)}</ul></div>`;
}

/** @param {Gone} gone */
export const goneCard = gone => html`<li class="place gone"><div class="rank" aria-hidden="true">–</div><div class="body"><div class="title"><h3>${placeName(gone.match)}</h3><span>${label('regions', gone.match.region)}</span></div><p>${t('place.gone_text')}</p></div><div class="act">${badge(t('place.gone'))}</div></li>`;

/** Cards in their order, with the taken ones at the spot where they were. @param {PlaceMatch[]} places @param {Gone[]} gone @param {ResultParts} p */
export function cards(places, gone, p) {
  /** @type {unknown[]} */
  const list = places.map((m, i) => placeCard(m, i, p));
  for (const g of [...gone].sort((a, b) => a.index - b.index)) list.splice(Math.min(g.index, list.length), 0, goneCard(g));
  return html`<ol class="stack">${list}</ol>`;
}

/** @param {MatchResult} r */
function split(r) {
  const all = Math.max(1, r.fits + r.ask + r.out);
  const width = 1120;
  const gap = 4;
  const part = (/** @type {number} */ n) => (n === 0 ? 0 : Math.max(8, Math.round((width - 2 * gap) * n / all)));
  const fits = part(r.fits);
  const ask = part(r.ask);
  const askAt = fits > 0 ? fits + gap : 0;
  const outAt = askAt + (ask > 0 ? ask + gap : 0);
  return html`<svg class="split" viewBox="0 0 ${width} 12" preserveAspectRatio="none" width="100%" aria-hidden="true"><rect class="f-fits" width=${fits} height="12"></rect><rect class="f-ask" x=${askAt} width=${ask} height="12"></rect><rect class="f-out" x=${outAt} width=${Math.max(0, width - outAt)} height="12"></rect></svg>
  <ul class="split-legend"><li><i class="sw fits"></i>${t('results.legend_fits', { n: r.fits })}</li><li><i class="sw ask"></i>${t('results.legend_ask', { n: r.ask })}</li><li><i class="sw out"></i>${t('results.legend_out', { n: r.out })}</li><li class="subtle">${t('results.compared', { n: r.pools, regions: r.regions ?? 0 })}</li></ul>`;
}

/** The first N that fit, one in each house: two rooms of one house are one night desk and one answer. @param {PlaceMatch[]} places @param {number} n */
export function bestHouses(places, n) {
  /** @type {Map<string, PlaceMatch>} */
  const houses = new Map();
  for (const m of places.filter(each => each.verdict === 'fits')) {
    const house = `${placeName(m)} ${m.region}`;
    if (!houses.has(house)) houses.set(house, m);
  }
  return [...houses.values()].slice(0, n);
}

/** @param {ResultParts} p */
function tally(p) {
  const { result } = p;
  const best = bestHouses(result.places, p.askN);
  return html`<section class="tally" aria-labelledby="results-title">
    <div class="headline"><h2 id="results-title" tabindex="-1">${result.fits > 0 ? t('results.fits', { n: result.fits }) : t('results.none')}</h2>${result.fits > 0 ? html`<span class="subtle small">${t('results.order')}</span>` : nothing}</div>
    ${best.length > 0 && !p.stale ? html`<div class="together">${button(best.length === 1 ? t('results.ask_best_one') : best.length === 2 && result.fits === 2 ? t('results.ask_both') : t('results.ask_best', { n: best.length }), { kind: 'primary', icon: 'bell-ringing', id: 'ask-best', busy: p.busy, click: () => p.ask(best.map(m => m.poolId)) })}<p>${best.length === 1 ? t('results.one_text') : t('results.first_yes')}</p></div>` : nothing}
    ${split(result)}</section>`;
}

/** @param {string} rule */
const ruleText = rule => (hasText(`rule.${rule}`) ? t(`rule.${rule}`) : rule);

/** @param {import('../types/api').NearMiss} miss */
export function missText(miss) {
  const [param] = miss.params ?? [];
  if (miss.rule === 'trait' && param) {
    const trait = row('traits', String(param.value));
    return t('near.change', { n: miss.pools, change: either(trait?.waiveLabelNl, trait?.waiveLabelEn) || label('traits', String(param.value)) });
  }
  if (miss.rule === 'unsafe' && param) return t('near.unsafe', { n: miss.pools, duration: duration(Number(param.value)) });
  return hasText(`near.${miss.rule}`) ? t(`near.${miss.rule}`, { n: miss.pools }) : t('near.change', { n: miss.pools, change: ruleText(miss.rule) });
}

/** One change in words: "the dog can stay elsewhere". @param {import('../types/api').Change} change */
export function changeText(change) {
  const [param] = change.params ?? [];
  const trait = change.rule === 'trait' && param ? row('traits', String(param.value)) : undefined;
  if (trait) return inSentence(either(trait.waiveLabelNl, trait.waiveLabelEn) || label('traits', trait.code));
  if (change.rule === 'unsafe' && param) return t('find.change_unsafe', { duration: duration(Number(param.value)) });
  return change.rule === 'size' ? t('find.change_size') : ruleText(change.rule);
}

/** @param {ResultParts} p */
export function nearMisses(p) {
  if (p.result.nearMisses.length === 0) return nothing;
  return html`<section class="panel" aria-labelledby="near-title"><h3 id="near-title">${t('near.title')}</h3><ul class="near">${p.result.nearMisses.map(miss => html`<li><span>${missText(miss)}</span>${p.canTakeMiss(miss) ? button(t('near.take'), { about: missText(miss), click: () => p.takeMiss(miss) }) : nothing}</li>`)}</ul></section>`;
}

/** @param {PlaceMatch[] | 'loading' | undefined} places */
function outList(places) {
  if (places === undefined) return nothing;
  if (places === 'loading') return html`<p class="small subtle">${t('results.loading')}</p>`;
  return html`<ul class="out-list">${places.map(m => html`<li><b>${placeName(m)}</b> ${label('regions', m.region)} <span class="subtle">${ofTone(m.reasons, 'against').map(sentence).join(' ')}${m.change ? ` ${t('find.opens', { change: changeText(m.change) })}` : ''}</span></li>`)}</ul>`;
}

/** @param {ResultParts} p */
function why(p) {
  const { result } = p;
  if (result.out === 0) return nothing;
  const most = Math.max(...result.outReasons.map(r => r.pools), 1);
  return html`<details class="why" open><summary>${icon('chevron-right')}${t('results.why', { n: result.out })}</summary>
    <div class="drops">${[...result.outReasons].sort((a, b) => b.pools - a.pools).map(r => html`<details class="drop" @toggle=${(/** @type {Event} */ e) => { p.openRule(r.rule, /** @type {HTMLDetailsElement} */ (e.target).open); }}><summary><span>${ruleText(r.rule)}</span><svg viewBox="0 0 ${most} 4" preserveAspectRatio="none" aria-hidden="true"><rect class="f-drop" width=${r.pools} height="4"></rect></svg><b>${r.pools}</b></summary>${outList(p.outLists.get(r.rule))}</details>`)}</div>
    ${p.find()}
    <p class="small subtle">${t('results.unmet')}</p></details>`;
}

/** Never a dead end. Keeping on searching opens a referral: the exchange then counts it as demand too. @param {ResultParts} p */
function nightRoute(p) {
  const ways = [p.result.ask > 0 ? 'route.consult' : '', p.result.nearMisses.length > 0 ? 'route.near' : '', 'route.order', 'route.hotel', 'route.line'];
  return html`<section class="panel" aria-labelledby="route-title"><h3 id="route-title">${t('route.title')}</h3>
    ${p.stale ? nothing : html`<p>${t('route.wait')}</p>${button(t('route.keep'), { kind: 'primary', icon: 'bell', busy: p.busy, click: p.keepSearching })}`}
    ${p.stale ? nothing : html`<p>${t('route.meanwhile')}</p><div class="nobed-actions">${[['hotel', 'building'], ['network', 'users'], ['order', 'ban'], ['bed', 'bed']].map(([form, name]) => button(t(`nobed.add_${form}`), { icon: name, busy: p.busy, click: () => p.noBed(form) }))}</div>`}
    <ol class="route">${ways.filter(Boolean).map(key => html`<li>${t(key)}</li>`)}</ol></section>`;
}

/** What goes through a gatekeeper and would suit: the way on instead of a dead end. @param {ResultParts} p */
function throughGate(p) {
  const ways = p.result.gates ?? [];
  if (ways.length === 0 || p.stale) return nothing;
  const keeper = t(`gate.keeper_${ways[0].gatekeeper}`);
  return html`<section class="panel" id="through-gate" aria-labelledby="gate-way-title"><h3 id="gate-way-title">${t('gate.through_title', { keeper })}</h3><p>${t('gate.through_text', { keeper })}</p>
    <div class="gate-ways">${ways.map(w => button(t('gate.send', { keeper, kind: label('kinds', w.kind) }), { icon: 'arrow-right', busy: p.busy, click: () => p.sendToGate(w.kind) }))}</div></section>`;
}

/** @param {ResultParts} p */
export function resultsView(p) {
  const fits = p.result.places.filter(m => m.verdict === 'fits');
  const asks = p.result.places.filter(m => m.verdict === 'ask');
  return html`${p.fresh > 0 ? notice({ icon: 'info-circle', tone: 'info', title: t('results.fresh', { n: p.fresh }), action: button(t('results.show'), { click: p.showFresh }) }) : nothing}
    ${tally(p)}
    ${throughGate(p)}
    ${cards(fits, p.gone, p)}
    ${asks.length > 0 ? html`<details class="why" ?open=${fits.length === 0}><summary>${icon('chevron-right')}${t('results.consult', { n: p.result.ask })}</summary><div class="inside">${cards(asks, [], p)}</div></details>` : nothing}
    ${nearMisses(p)}
    ${fits.length === 0 ? nightRoute(p) : nothing}
    ${why(p)}`;
}
