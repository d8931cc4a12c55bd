// @ts-check
// What the placer's page knows, and searching: nothing is saved, each answer asks the exchange anew. The list on the screen
// is never re-sorted under a pointer or a focus.
import { problemText } from './api.js';
import { rows } from './codes.js';
import { emptyIntake, isSearchable, missing, toNeed } from './need.js';
import { keepDraft } from './placer_draft.js';
import { t } from './text.js';
import { announce } from './ui.js';

/** @typedef {import('../types/api').MatchResult} MatchResult */
/** @typedef {import('../types/api').PlaceMatch} PlaceMatch */
/** @typedef {import('../types/api').Referral} Referral */
/** @typedef {import('./need.js').Intake} Intake */
/** @typedef {import('./frame.js').Frame} Frame */
/** @typedef {{ title: string, text?: string, retry?: { text: string, poolIds: number[] } }} Message */

const SEARCH_DELAY_MS = 150;
const SLOW_MS = 400;
const QUIET_MS = 5000;
export const GONE_MS = 30_000;
export const PLACES_SHOWN = 30;

/** The frame of the page, and who wants to know that another list is on the screen. */
export const desk = {
  frame: /** @type {Frame} */ (/** @type {unknown} */ (null)),
  onResult: () => {},
};

export const state = {
  /** @type {Intake} */ intake: emptyIntake(),
  callback: '',
  /** @type {Set<string>} */ faults: new Set(),
  regionFault: '',
  moreOpen: false,
  /** @type {MatchResult | null} */ result: null,
  /** @type {MatchResult | null} */ waiting: null,
  slow: false,
  /** @type {import('./placer_results.js').Gone[]} */ gone: [],
  /** @type {Map<string, PlaceMatch[] | 'loading'>} */ outLists: new Map(),
  /** @type {{ id: number, code: string, need: string } | null} */ opened: null,
  /** @type {Referral | null} */ referral: null,
  /** @type {MatchResult | null} */ more: null,
  /** @type {MatchResult | null} */ moreWaiting: null,
  /** @type {import('../types/api').RevealedLocation | null} */ location: null,
  /** @type {Set<string>} */ departure: new Set(),
  /** @type {Referral[]} */ running: [],
  /** @type {import('../types/api').Bridge[]} */ bridges: [],
  /** @type {import('../types/api').Referral[]} whose house is not safe for them */ unsafe: [],
  /** @type {import('../types/api').Colleague[]} */ colleagues: [],
  /** @type {Message | null} */ message: null,
  busy: false,
  /** Referrals or bridges run besides what is on the screen. */ isBusyElsewhere: false,
  lastTouch: 0,
};

export const hashId = () => Number(/^#(\d{1,15})$/.exec(location.hash)?.[1] ?? 0);

let searchTimer = 0;
let searchNumber = 0;
// An answer changed, and its list is not on the screen yet. Facts that change meanwhile ask anew and overtake that
// search; what comes must then be shown at once, or the list of the answers before would stay.
let isAnswerDue = false;

/** @param {Intake} intake */
export function setIntake(intake) {
  state.intake = intake;
  state.gone = []; // they were of other answers, or of another household
  state.faults = new Set([...state.faults].filter(id => missing(intake, state.callback).includes(id)));
  state.message = null;
  keepDraft(state.intake, state.callback);
  desk.frame.draw();
  clearTimeout(searchTimer);
  searchTimer = window.setTimeout(() => search(false), SEARCH_DELAY_MS);
}

/** A region that is not safe, typed by its name: with the first screen, for the box is emptied at once. @param {string} name */
export function addRegion(name) {
  const wanted = name.trim().toLowerCase();
  const found = rows('regions').find(r => [r.labelNl, r.labelEn, r.name].some(text => text?.toLowerCase() === wanted));
  state.regionFault = found || wanted === '' ? '' : t('intake.region_unknown');
  if (found && !state.intake.unsafe.includes(found.code)) setIntake({ ...state.intake, unsafe: [...state.intake.unsafe, found.code] });
  else desk.frame.draw();
}

/** @param {boolean} quiet a refresh because facts changed, not because an answer did */
export async function search(quiet) {
  const number = ++searchNumber;
  isAnswerDue ||= !quiet;
  if (!isSearchable(state.intake)) {
    state.result = null;
    isAnswerDue = false;
    return desk.frame.draw();
  }
  const slow = setTimeout(() => { state.slow = true; desk.frame.draw(); }, SLOW_MS);
  try {
    const result = await desk.frame.api.ask(`/matches?limit=${PLACES_SHOWN}`, toNeed(state.intake));
    if (number !== searchNumber) return undefined; // a newer question is under way
    if (isAnswerDue) showResult(result, true);
    else takeQuietly(result);
    isAnswerDue = false;
  } catch (error) {
    if (number === searchNumber && isAnswerDue) state.message = { title: problemText(error) };
  } finally {
    clearTimeout(slow);
    if (number === searchNumber) state.slow = false;
    desk.frame.draw();
  }
  return undefined;
}

/** @param {MatchResult} result @param {boolean} speak */
export function showResult(result, speak) {
  state.result = result;
  state.waiting = null;
  desk.onResult();
  state.gone = state.gone.filter(g => Date.now() - g.at < GONE_MS);
  if (speak) announce(result.fits > 0 ? t('results.fits', { n: result.fits }) : t('results.none'));
}

const fitIds = (/** @type {MatchResult | null} */ r) => (r?.places ?? []).filter(m => m.verdict === 'fits').map(m => m.poolId);

/** Something is being read or pointed at: do not move it. */
export function isInUse() {
  const list = document.querySelector('.results');
  return Date.now() - state.lastTouch < QUIET_MS || (list?.contains(document.activeElement) && document.activeElement?.id !== 'results-title') || list?.querySelector('.stack:hover') !== null;
}

/** New facts while a list is on the screen: numbers change in place, taken places stay as dashed cards, new ones wait. @param {MatchResult} result */
function takeQuietly(result) {
  const shown = state.result;
  if (!shown || !isInUse()) return showResult(result, false);
  const now = new Map(result.places.map(m => [m.poolId, m]));
  shown.places.forEach((m, index) => {
    if (m.verdict === 'fits' && now.get(m.poolId)?.verdict !== 'fits') state.gone.push({ match: m, at: Date.now(), index });
  });
  shown.places = shown.places.filter(m => now.get(m.poolId)?.verdict === m.verdict).map(m => now.get(m.poolId) ?? m);
  shown.fits = fitIds(shown).length;
  const before = fitIds(state.waiting);
  state.waiting = result;
  const fresh = fitIds(result).filter(id => !fitIds(shown).includes(id));
  if (fresh.some(id => !before.includes(id))) announce(t('results.fresh', { n: fresh.length }));
  return undefined;
}

export const freshCount = () => (state.waiting ? fitIds(state.waiting).filter(id => !fitIds(state.result).includes(id)).length : 0);
