// "Why not this one?" put to the test: for each reason that excludes a place, the one fact it names, changed. A change of
// the household gives needs to search with instead (one of them is enough to open the place, for a changed fact may meet
// another rule); a change of the house is a report of its own desk; a change of who asks is another account.
import { demo, poolOf } from './world.mjs';

/** Region of a municipality where a demo house stands. */
const regionOf = Object.fromEntries(demo.locations.map(l => [l.municipality, l.region]));
const home = region => Object.keys(regionOf).find(code => regionOf[code] === region);
const isChild = p => typeof p.age === 'number' && p.age < 18;
const withPeople = (need, household) => (household.length > 0 ? [{ ...need, household }] : []);
const each = (need, change) => withPeople(need, need.household.map((p, i) => change({ ...p }, i)));
const values = (reasons, code) => reasons.filter(r => r.code === code).map(r => r.params.map(p => p.value));
const accepted = set => Object.keys(set).filter(code => set[code] === 'yes');
const set = (need, field, codes, value) => ({ ...need, [field]: { ...need[field], ...Object.fromEntries(codes.map(c => [c, value])) } });

/** A child of SEX (or of a sex nobody knows) who is older than the house takes. */
const younger = (need, sex, limit) => [{
  ...need,
  household: need.household.map(p => (isChild(p) && p.sex !== sex && p.age > limit ? { ...p, age: Math.max(limit, 0) } : p))
    .filter(p => limit >= 0 || !isChild(p) || p.sex === (sex === 'vrouw' ? 'vrouw' : 'man')),
}];

function ages(need, [age, limit]) {
  if (limit < 0 || age < 18) return withPeople({ ...need, minorAlone: true }, need.household.filter(isChild).concat(need.household.some(isChild) ? [] : [{ sex: 'vrouw', age: 17 }]));
  return each(need, p => (isChild(p) ? p : { ...p, age: age < limit ? Math.max(p.age ?? 18, limit) : Math.min(p.age ?? 18, limit) }));
}

/** Fewer people; whose going fits the others is a matter of taste. */
const fewer = (need, size) => [{ ...need, household: [...need.household.filter(p => !isChild(p)), ...need.household.filter(isChild)].slice(0, size) }];

/** A municipality of a region that the house serves. */
const moved = (need, pool) => (poolOf(pool).serves.regions ?? []).map(home).filter(Boolean).map(homeMunicipality => ({ ...need, homeMunicipality }));

function ofTarget(need, kind) {
  if (kind === 'mannen') return each({ ...need, minorAlone: false }, (p, i) => (isChild(p) && !(need.minorAlone && i === 0) ? p : { ...p, age: Math.max(p.age ?? 30, 30), sex: 'man' }));
  if (kind === 'cosm' || kind === 'omm') return [set(need, 'threatKinds', ['netwerk'], 'yes')];
  return [{ ...need, minorAlone: false, household: need.household.map((p, i) => (i === 0 ? { ...p, age: 30 } : p)) }];
}

/** reason → { rule, need(need, reasons, pool) } | { rule, house } | { rule, who } | { rule, saved } | { rule, not } */
export const CHANGE = {
  out_asked: { rule: 'asked', saved: 'the same household, not asked there' },
  out_declined: { rule: 'asked', saved: 'the same household, not asked there' },
  out_conflict: { rule: 'asked', saved: 'another household, whom nobody knows there' },
  out_turned_away: { rule: 'asked', saved: 'another household, that did not stand at that door' },
  out_unwanted: { rule: 'asked', saved: 'another household, that was not asked' },
  out_stop: { rule: 'stop', house: { stop: null } },
  out_staff: { rule: 'deliverable', house: { deliverable: true } },
  out_full: { rule: 'full', house: {} },
  out_unsafe_region: { rule: 'unsafe', need: (n, rs) => [{ ...n, unsafeRegions: n.unsafeRegions.filter(r => !values(rs, 'out_unsafe_region').flat().includes(r)) }] },
  out_unsafe_near: { rule: 'unsafe', need: (n, rs) => {
    const near = Object.fromEntries(values(rs, 'out_unsafe_near'));
    return [{ ...n, unsafePoints: n.unsafePoints.map(p => { const least = near[regionOf[p.municipality]]; return least === undefined ? p : { ...p, minutes: Math.max(1, Math.min(p.minutes, least)) }; }) }];
  } },
  out_comensha: { rule: 'gatekeeper', who: 'helpdesk.comensha' },
  out_gi: { rule: 'gatekeeper', not: 'nobody places through the exchange where youth protection decides (core/match_rules.c)' },
  out_target: { rule: 'target', need: (n, rs) => ofTarget(n, values(rs, 'out_target')[0][0]) },
  out_size: { rule: 'size', need: (n, rs) => fewer(n, values(rs, 'out_size')[0][1]) },
  out_women: { rule: 'sex', need: n => each(n, p => (isChild(p) ? p : { ...p, sex: 'man', pregnant: false })) },
  out_men: { rule: 'sex', need: n => each(n, p => (isChild(p) ? p : { ...p, sex: 'vrouw' })) },
  out_adult_age: { rule: 'adult_age', need: (n, rs) => ages(n, values(rs, 'out_adult_age')[0]) },
  out_children: { rule: 'children', need: n => withPeople(n, n.household.filter(p => !isChild(p))) },
  out_son: { rule: 'son', need: (n, rs) => younger(n, 'vrouw', values(rs, 'out_son')[0][1]) },
  out_daughter: { rule: 'daughter', need: (n, rs) => younger(n, 'man', values(rs, 'out_daughter')[0][1]) },
  out_residence: { rule: 'residence', need: (n, _, pool) => accepted(poolOf(pool).residences).map(residence => ({ ...n, residence })) },
  out_threat_level: { rule: 'threat_level', need: (n, _, pool) => accepted(poolOf(pool).threat_levels).map(threatLevel => ({ ...n, threatLevel })) },
  out_threat_kind: { rule: 'threat_kind', need: (n, rs) => [set(n, 'threatKinds', values(rs, 'out_threat_kind').flat(), 'no')] },
  out_trait: { rule: 'trait', need: (n, rs) => {
    const codes = values(rs, 'out_trait').flat();
    return [{ ...set(n, 'traits', codes, 'no'), household: n.household.map(p => (codes.includes('zwanger') ? { ...p, pregnant: false } : p)) }];
  } },
  out_serves: { rule: 'serves', need: (n, _, pool) => moved(n, pool) },
  out_night: { rule: 'night', need: n => [{ ...n, urgency: 'drie_dagen' }] },
  out_tier: { rule: 'tier', need: n => [set(n, 'traits', ['beveiliging_24u'], 'yes'), { ...n, threatLevel: 'rood' }] },
};

/** Rules without a reason that excludes. */
export const NEVER_OUT = { stale: 'an old number is a question, never an exclusion' };

/** Households that between them meet every rule; [what, account, need]. */
export function households(aNeed) {
  const woman = { sex: 'vrouw', age: 34 };
  const plain = (over = {}) => ({ ...aNeed({ threatLevel: 'groen', threatKinds: {}, traits: {}, unsafeRegions: [], household: [woman], ...over }) });
  const worker = 'nachtdienst.rotterdam';
  return [
    ['mother, two children, code rood', worker, aNeed()],
    ['a woman alone, code groen', worker, plain()],
    ['large family with a son of 16', worker, plain({ household: [woman, { sex: 'man', age: 16 }, { sex: 'vrouw', age: 12 }, { sex: 'vrouw', age: 9 }, { sex: 'man', age: 4 }, { sex: 'vrouw', age: 1 }], threatLevel: 'oranje' })],
    ['mother and a son of 13 with a dog and a cat', worker, plain({ household: [woman, { sex: 'man', age: 13 }], traits: { huisdier_hond: 'yes', huisdier_kat: 'yes' } })],
    ['mother and a daughter of 17', worker, plain({ household: [woman, { sex: 'vrouw', age: 17 }], threatLevel: 'oranje' })],
    ['a man, honour, code oranje', worker, plain({ household: [{ sex: 'man', age: 41 }], threatLevel: 'oranje', threatKinds: { eer: 'yes' } })],
    ['a man with a daughter', worker, plain({ household: [{ sex: 'man', age: 41 }, { sex: 'vrouw', age: 7 }] })],
    ['an old woman in a wheelchair with medical care', worker, plain({ household: [{ sex: 'vrouw', age: 78 }], traits: { rolstoel: 'yes', medische_zorg: 'yes' } })],
    ['no residence, addiction, pregnant', worker, plain({ household: [{ sex: 'vrouw', age: 26, pregnant: true }], residence: 'geen', traits: { verslaving: 'yes', ggz: 'yes' } })],
    ['dublin, criminal network', worker, plain({ residence: 'dublin', threatKinds: { netwerk: 'yes', crimineel: 'yes' }, threatLevel: 'rood' })],
    ['ninety minutes from Utrecht and Arnhem', worker, plain({ threatLevel: 'oranje', unsafePoints: [{ municipality: home('R30') ?? 'GM0344', minutes: 90 }, { municipality: home('R06') ?? 'GM0202', minutes: 45 }] })],
    ['four unsafe regions', worker, plain({ threatLevel: 'rood', unsafeRegions: ['R28', 'R06', 'R30', 'R17'] })],
    ['a girl of 16 alone', worker, plain({ household: [{ sex: 'vrouw', age: 16 }], minorAlone: true })],
    ['a woman of 34, not of the region, by CoMensha', 'helpdesk.comensha', plain()],
    ['trafficking, by CoMensha', 'helpdesk.comensha', plain({ threatLevel: 'oranje', threatKinds: { netwerk: 'yes' }, traits: { uitbuiting_seksueel: 'yes' }, residence: 'bedenktijd', household: [{ sex: 'vrouw', age: 24 }] })],
  ];
}
