// A few houses are fixed by hand, because the README, the screens and the end-to-end tests speak of them by name: a
// family under code rood must find a bed in them on any night.

/** What holds for Lindehof, over what was drawn. */
export const LINDEHOF_HOUSE = {
  secret: true, guard: 'yes', night: 'yes', womenOnly: true, children: 'yes', son: 11, ownRegion: false, until: '18:00', answer: 4,
  languages: ['ti', 'ar'],
};

const kind = (kind, tag, size, units, free, nl, en, traits = {}) => ({ kind, tag, size, units, free, nl, en, traits, focus: [] });

/** The rooms of Lindehof as on the phone screen. */
export const LINDEHOF_POOLS = [
  kind('nood', 'nood', 2, 2, 1, 'Crisisbed, 1 nacht', 'Crisis bed, 1 night'),
  kind('crisis', 'gezin', 4, 6, 2, 'Gezinskamer', 'Family room', { tolk: 'yes', school: 'yes', hulp_kinderen: 'yes' }),
  kind('crisis', 'een', 1, 8, 1, 'Eenpersoonskamer', 'Single room', { tolk: 'yes' }),
  kind('crisis', 'rolstoel', 3, 2, 0, 'Rolstoelkamer', 'Wheelchair room', { rolstoel: 'yes' }),
  kind('vervolg', 'vervolg-4p', 4, 5, 0, 'Appartement voor 4', 'Apartment for 4'),
];

const open = { secret: true, night: 'yes', womenOnly: true, children: 'yes', ownRegion: false };

/** Houses that surely have a family room free tonight. */
export const OPEN_TONIGHT = Object.fromEntries(['esdoorn', 'de-wulp', 'havenlicht'].map(code => [code, {
  house: { ...open, son: code === 'de-wulp' ? null : 13 },
  rood: true,
  free: o => o.kind === 'crisis' && o.size >= 3 ? 1 : undefined,
}]));

/** Rooms that stand ready for a surge and are offered in none but one: at these houses, which no feed speaks for. */
export const OVERFLOW_HOUSES = ['zwanebloem', 'scholekster', 'kersenhout', 'grutto', 'molenwiek'];
export const OVERFLOW_POOL = kind('nood', 'overloop', 3, 2, 2, 'Overloopkamer voor 3', 'Overflow room for 3');
