// @ts-check
// A reason of the matcher as a sentence: "reason.<code>" with its two details, {a} and {b}, turned into words.
import { label, row } from './codes.js';
import { duration, either, hasText, inSentence, number, t } from './text.js';

/** @typedef {import('../types/api').Reason} Reason */
/** @typedef {import('../types/api').Param} Param */

/** Which list of codes a kind of detail comes from. @type {Record<string, string>} */
const LISTS = {
  trait: 'traits', region: 'regions', kind: 'kinds', level: 'threatLevels', threat_kind: 'threatKinds',
  residence: 'residences', language: 'languages', decline: 'declineReasons',
};
// Labels that stand inside a sentence lose their capital, names of places and languages keep it.
const LOWER = new Set(['trait', 'kind', 'level', 'threat_kind', 'residence', 'decline']);
const NO_LIMIT = 32767;

/** @param {Param} param */
export function detail(param) {
  const listName = LISTS[param.kind];
  if (listName) {
    const words = label(listName, String(param.value));
    return LOWER.has(param.kind) ? inSentence(words) : words;
  }
  if (param.kind === 'group') return t(`group.${param.value}`);
  if (param.kind === 'minutes') return duration(Number(param.value));
  if (param.kind === 'tenths') return number(Number(param.value) / 10);
  return typeof param.value === 'number' ? number(param.value) : param.value;
}

/** Some reasons read differently at the edge of their numbers. @param {Reason} reason */
function variant(reason) {
  const [a, b] = reason.params.map(p => Number(p.value));
  if (reason.code === 'ask_stale' && a === 0) return 'reason.ask_stale_never';
  if (reason.code === 'son_ok' && b === NO_LIMIT) return 'reason.son_ok_any';
  if ((reason.code === 'out_son' || reason.code === 'out_daughter') && b < 0) return `reason.${reason.code}_none`;
  if (reason.code === 'ask_residence' && reason.params[0]?.value === 'onbekend') return 'reason.ask_residence_unknown';
  if (reason.code === 'ask_adult_age' && !(a > 0)) return 'reason.ask_adult_age_unknown';
  if (reason.code === 'rank_stale' && a === 0) return 'reason.rank_stale_never';
  if (reason.code === 'rank_farther' && a < 0) return 'reason.rank_farther_unknown';
  if (reason.code === 'out_adult_age' && a > b) return 'reason.out_adult_age_max';
  return `reason.${reason.code}`;
}

/** @param {Reason} reason */
export function sentence(reason) {
  const [a, b] = reason.params;
  // A need has its own question for the call, as data.
  const trait = reason.code === 'ask_trait' ? row('traits', String(a?.value)) : undefined;
  if (trait?.askLabelNl) return either(trait.askLabelNl, trait.askLabelEn);
  const key = variant(reason);
  if (!hasText(key)) return reason.code;
  // {n} chooses the plural form by the first number.
  return t(key, { a: a ? detail(a) : '', b: b ? detail(b) : '', n: a ? Number(a.value) || 0 : 0 });
}

/** @param {Reason[]} reasons @param {Reason['tone']} tone */
export const ofTone = (reasons, tone) => reasons.filter(r => r.tone === tone);

const AS_GOOD = 5; // points of 1000: below it two places are as good (core/match_rank_why.c)

/**
 * Why a place stands where it does: "2e: even goed, maar hier zijn vaker gezinnen met ... op aangewezen (41%)". ABOVE is
 * the place it stands behind, where that is on the screen.
 * @param {{ rank?: number, score?: number, why?: Reason }} place @param {{ score?: number }} [above]
 */
export function rankSentence(place, above) {
  if (!place.why) return '';
  const isScarce = place.why.code === 'rank_scarce' || place.why.code === 'rank_scarce_many';
  const more = (place.score ?? 0) - (above?.score ?? 0);
  const lead = !isScarce || !above || more < -AS_GOOD ? 'rank.line' : more > AS_GOOD ? 'rank.line_better' : 'rank.line_equal';
  return t(lead, { rank: String(place.rank ?? ''), why: sentence(place.why) });
}
