// @ts-check
// Between the intake and a referral: what opening one needs, and the answers of an earlier one. Pure, as need.js.
import { emptyIntake, toNeed } from './need.js';

/** @typedef {import('../types/api').Need} Need */
/** @typedef {import('../types/api').Tri} Tri */
/** @typedef {import('./need.js').Band} Band */
/** @typedef {import('./need.js').Intake} Intake */

/** What opening a referral needs besides. @param {Intake} intake @param {string} callback @param {number} nowMs @returns {Need} */
export const toReferral = (intake, callback, nowMs) => ({
  ...toNeed(intake), ...(callback.trim() ? { callback: callback.trim() } : {}),
  ...(intake.chat ? { anonymous: true, channel: /** @type {const} */ ('chat') } : {}), ground: intake.ground, groundAt: new Date(nowMs).toISOString(),
});

/** The answers of an earlier referral, to ask again with a change. @param {Need} need @returns {Intake} */
export function fromNeed(need) {
  const onlyKnown = (/** @type {Record<string, Tri> | undefined} */ set) => /** @type {Record<string, 'yes' | 'unknown'>} */ (
    Object.fromEntries(Object.entries(set ?? {}).filter(([, v]) => v !== 'no')));
  const bandOf = (/** @type {number} */ age) => /** @type {Band} */ (age <= 3 ? 'young' : age <= 11 ? 'middle' : 'teen');
  const isChild = (/** @type {import('../types/api').Person} */ p) => typeof p.age === 'number' && p.age < 18;
  return {
    ...emptyIntake(),
    urgency: need.urgency,
    threat: need.threatLevel,
    adults: need.household.filter(p => !isChild(p)).map(p => ({ sex: p.sex, age: p.age ?? null })),
    children: need.household.filter(isChild).map(p => ({ band: bandOf(Number(p.age)), sex: p.sex, age: Number(p.age) })),
    unsafe: need.unsafeRegions ?? [],
    traits: onlyKnown(need.traits),
    threatKinds: onlyKnown(need.threatKinds),
    language: need.language ?? '',
    residence: need.residence ?? '',
    residenceUntil: need.residenceUntil?.slice(0, 10) ?? '',
    home: need.homeMunicipality ?? '',
    together: need.keepTogether ?? true,
    ground: need.ground ?? 'statutory_task',
    chat: need.channel === 'chat',
    returnCode: need.returnCode ?? '',
  };
}
