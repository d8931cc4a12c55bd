// @ts-check
// The intake of the placer: answers on the screen, and the Need that the API takes. Pure, so that every way of answering
// can be tested. Nobody's name, birth date or address has a place here.

/** @typedef {import('../types/api').Need} Need */
/** @typedef {import('../types/api').Tri} Tri */
/** @typedef {'young' | 'middle' | 'teen'} Band */
/** @typedef {{ sex: string, age: number | null }} AdultAnswer */
/** @typedef {{ band: Band, sex: string, age: number | null }} ChildAnswer */
/**
 * @typedef {object} Intake
 * @property {string | null} urgency
 * @property {string | null} threat
 * @property {AdultAnswer[]} adults
 * @property {ChildAnswer[]} children
 * @property {string[]} unsafe region codes
 * @property {Record<string, 'yes' | 'unknown'>} traits
 * @property {Record<string, 'yes' | 'unknown'>} threatKinds
 * @property {string} language
 * @property {string} residence '' = not asked
 * @property {string} residenceUntil day on which the reflection period ends, '' = not known
 * @property {string} home municipality code
 * @property {boolean} together
 * @property {string} ground
 * @property {boolean} chat anonymous, over the chat: nobody can be rung back
 * @property {string} returnCode of an earlier stay, '' = none
 */

/** Ages of each group; the middle one is what the search uses until the exact age is given. @type {Record<Band, { from: number, to: number, middle: number }>} */
export const BANDS = {
  young: { from: 0, to: 3, middle: 2 }, middle: { from: 4, to: 11, middle: 8 }, teen: { from: 12, to: 17, middle: 14 },
};
export const PERSONS_MAX = 12;
// The number of the worker's desk, as the API wants it.
const CALLBACK = /^[0-9+][0-9 +-]{5,22}$/;
const TRAFFICKING = ['uitbuiting_seksueel', 'uitbuiting_arbeid', 'uitbuiting_crimineel', 'loverboy'];

/** @returns {Intake} */
export const emptyIntake = () => ({
  urgency: null, threat: null, adults: [{ sex: 'vrouw', age: null }], children: [], unsafe: [], traits: {}, threatKinds: {},
  language: '', residence: '', residenceUntil: '', home: '', together: true, ground: 'statutory_task', chat: false, returnCode: '',
});

/** @param {Intake} intake */
export const persons = intake => intake.adults.length + intake.children.length;
/** Enough is known to search. @param {Intake} intake */
export const isSearchable = intake => intake.urgency !== null && persons(intake) > 0;
/** @param {Intake} intake */
export const hasTrafficking = intake => TRAFFICKING.some(code => intake.traits[code] !== undefined);
/** @param {string} text */
export const isCallback = text => CALLBACK.test(text.trim());

/** @param {Intake} intake @param {number} n @returns {Intake} */
export const withAdults = (intake, n) => ({
  ...intake,
  adults: Array.from({ length: n }, (_, i) => intake.adults[i] ?? { sex: 'vrouw', age: null }),
});

/** The children of the other groups stay as they are. @param {Intake} intake @param {Band} band @param {number} n @returns {Intake} */
export function withChildren(intake, band, n) {
  const same = intake.children.filter(c => c.band === band);
  /** @type {ChildAnswer} */
  const fresh = { band, sex: band === 'teen' ? '' : 'onbekend', age: band === 'teen' ? null : BANDS[band].middle };
  const wanted = Array.from({ length: n }, (_, i) => same[i] ?? { ...fresh });
  const order = /** @type {Band[]} */ (['young', 'middle', 'teen']);
  return { ...intake, children: order.flatMap(b => (b === band ? wanted : intake.children.filter(c => c.band === b))) };
}

/** Off, needed, not known, off again. @param {'yes' | 'unknown' | undefined} now @returns {'yes' | 'unknown' | undefined} */
export const nextTri = now => (now === undefined ? 'yes' : now === 'yes' ? 'unknown' : undefined);

/** @param {Record<string, 'yes' | 'unknown'>} set @param {string} code @returns {Record<string, 'yes' | 'unknown'>} */
export function toggled(set, code) {
  const next = nextTri(set[code]);
  const { [code]: _old, ...rest } = set;
  return next ? { ...rest, [code]: next } : rest;
}

/** How many answers were given, for the line below the form. @param {Intake} intake */
export function answered(intake) {
  const traits = Object.keys(intake.traits).length + Object.keys(intake.threatKinds).length;
  const single = [intake.urgency, intake.threat, intake.language, intake.residence, intake.home].filter(Boolean).length;
  return single + persons(intake) + intake.unsafe.length + traits;
}

/** A person's, not a desk's. @param {string} text */
export const isMobile = text => /^(06|\+316|00316)/.test(text.replace(/[ -]/g, ''));

/** What still has to be answered before shelters can be asked: ids of fields, in the order of the screen. @param {Intake} intake @param {string} callback */
export function missing(intake, callback) {
  /** @type {string[]} */
  const fields = [];
  intake.children.forEach((child, i) => {
    if (child.band === 'teen' && child.sex === '') fields.push(`child-sex-${i}`);
    if (child.band === 'teen' && child.age === null) fields.push(`child-age-${i}`);
  });
  // Who is anonymous is not rung: the chat's desk may be, on a line of its own.
  if ((intake.chat && isMobile(callback)) || (!isCallback(callback) && !(intake.chat && callback.trim() === ''))) fields.push('callback');
  return fields;
}

/** @param {Intake} intake @returns {Need} */
export function toNeed(intake) {
  const pregnant = intake.traits.zwanger === 'yes';
  const mother = intake.adults.findIndex(a => a.sex === 'vrouw');
  const adults = intake.adults.map((a, i) => ({ sex: a.sex, age: a.age, ...(pregnant && i === mother ? { pregnant: true } : {}) }));
  const children = intake.children.map(c => ({ sex: c.sex || 'onbekend', age: c.age ?? BANDS[c.band].middle }));
  return {
    urgency: intake.urgency ?? 'nu',
    threatLevel: intake.threat ?? 'onbekend',
    household: [...adults, ...children],
    keepTogether: intake.together,
    traits: { ...intake.traits },
    threatKinds: { ...intake.threatKinds },
    unsafeRegions: [...intake.unsafe],
    ...(intake.traits.tolk && intake.language ? { language: intake.language } : {}),
    ...(intake.residence ? { residence: intake.residence } : {}),
    ...(intake.residence === 'bedenktijd' && intake.residenceUntil ? { residenceUntil: new Date(`${intake.residenceUntil}T12:00:00`).toISOString() } : {}),
    ...(intake.home ? { homeMunicipality: intake.home } : {}),
    ...(adults.length === 0 ? { minorAlone: true } : {}),
    ...(intake.returnCode ? { returnCode: intake.returnCode } : {}),
  };
}

/** Kept answers are only used when they have the shape of today. @param {unknown} value @returns {Intake | null} */
export function readDraft(value) {
  const empty = emptyIntake();
  if (typeof value !== 'object' || value === null) return null;
  const draft = /** @type {Record<string, unknown>} */ (value);
  const same = Object.entries(empty).every(([key, fresh]) => key in draft
    && (fresh === null ? draft[key] === null || typeof draft[key] === 'string'
      : typeof draft[key] === typeof fresh && Array.isArray(draft[key]) === Array.isArray(fresh)));
  return same ? /** @type {Intake} */ (value) : null;
}
