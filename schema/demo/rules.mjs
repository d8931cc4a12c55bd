// House rules of one pool: who is admitted, what is carried, what is offered. Every fact may be unknown, because in
// the field about one in ten is.

const UNKNOWN = 0.10;

/** Share of houses (or rooms) that say yes to a trait. As a need_rule `refusal`, no means: refused here. */
const HOUSE_TRAITS = {
  ggz: 0.50, verslaving: 0.25, lvb: 0.45, medische_zorg: 0.18, zwanger: 0.92, eer: 0.35, uitbuiting_seksueel: 0.30,
  uitbuiting_arbeid: 0.15, uitbuiting_crimineel: 0.14, loverboy: 0.22, lhbtiq: 0.65, huisdier_hond: 0.12,
  huisdier_kat: 0.20, tolk: 0.75, school: 0.85, dagbesteding: 0.45, suicidaliteit: 0.40, medicatie: 0.55,
  tienermoeder: 0.25, hulp_kinderen: 0.70, zintuig: 0.08,
};
const ROOM_TRAITS = { rolstoel: 0.10, eigen_badkamer: 0.35 };

const RESIDENCES = ['nl', 'eu', 'vergunning', 'b8_vergunning', 'bedenktijd_aangeboden', 'bedenktijd', 'asiel', 'dublin', 'geen', 'onbekend'];
const EXTRA_LANGUAGES = [['ar', 14], ['tr', 10], ['ti', 9], ['pl', 8], ['es', 8], ['fr', 8], ['de', 8], ['uk', 6], ['ru', 5], ['fa', 5], ['prs', 4], ['so', 4], ['rif', 4], ['pt', 4], ['pap', 3], ['srn', 2], ['am', 2], ['kmr', 3], ['ro', 2], ['bg', 2], ['hu', 1], ['ur', 2], ['zh', 1], ['dse', 1]];

/** What holds for the whole house, whatever the room. */
export function drawHouse(d, code, extras) {
  const guarded = extras.some(e => /beveiligd/.test(e));
  return {
    code,
    secret: guarded || d.chance(`${code}/secret`, 0.46),
    guard: guarded ? 'yes' : d.tri(`${code}/guard`, 0.16, UNKNOWN),
    night: guarded || extras.includes('uur72') ? 'yes' : d.tri(`${code}/night`, 0.32, 0.08),
    womenOnly: d.chance(`${code}/women-only`, 0.80),
    children: d.chance(`${code}/no-children`, 0.12) ? 'no' : d.tri(`${code}/children`, 1, 0.03),
    son: d.pick(`${code}/son`, [[11, 28], [13, 24], [15, 20], [null, 28]]),
    ownRegion: d.chance(`${code}/own-region`, 0.12),
    until: d.pick(`${code}/until`, [['17:00', 20], ['18:00', 45], ['20:00', 20], ['22:00', 15]]),
    answer: Math.round(5 * 9 ** d.unit(`${code}/answer`)), // 5 to 45 minutes, half of them under 15
    languages: d.pickSome(`${code}/languages`, d.between(`${code}/languages/n`, 0, 5), EXTRA_LANGUAGES),
    traits: Object.fromEntries(Object.entries(HOUSE_TRAITS).map(([t, p]) => [t, d.chance(`${code}/trait/${t}`, p) ? 'yes' : 'no'])),
  };
}

function residences(d, key, kind) {
  const short = kind === 'nood' || kind === 'uur72';
  const yes = { nl: 1, eu: 0.97, vergunning: 1, b8_vergunning: 0.9, bedenktijd_aangeboden: 0.3, bedenktijd: 0.3, asiel: 0.6, dublin: 0.4, geen: short ? 0.6 : 0.2, onbekend: short ? 1 : 0.35 };
  const by = {
    cosm: { nl: 0, eu: 1, vergunning: 0, b8_vergunning: 0.5, bedenktijd_aangeboden: 1, bedenktijd: 1, asiel: 0, dublin: 1, geen: 0, onbekend: 0 },
    omm: { nl: 1, eu: 1, vergunning: 1, b8_vergunning: 1, bedenktijd_aangeboden: 0, bedenktijd: 0, asiel: 0.3, dublin: 0, geen: 0, onbekend: 0.3 },
    uur72: { bedenktijd_aangeboden: 1, bedenktijd: 1 },
  }[kind] ?? {};
  return Object.fromEntries(RESIDENCES.map(r => {
    const p = by[r] ?? yes[r];
    // What is certain for the kind is never unknown: CoMensha's rules, and a noodbed that must take the unknown.
    const sure = r === 'nl' || by[r] === 0 || by[r] === 1 || (short && r === 'onbekend');
    return [r, d.tri(`${key}/residence/${r}`, p, sure ? 0 : UNKNOWN)];
  }));
}

function threats(d, key, kind, house, focus) {
  const strong = house.guard === 'yes' || kind === 'beveiligd' || focus.includes('beveiliging_24u');
  const rood = strong ? 1 : house.secret ? (kind === 'vervolg' ? 0.45 : 0.85) : 0.12;
  const levels = {
    groen: kind === 'beveiligd' ? 'no' : 'yes',
    oranje: d.tri(`${house.code}/${kind}/oranje`, 0.97, strong || kind === 'beveiligd' ? 0 : 0.03),
    rood: d.tri(`${house.code}/${kind}/rood`, rood, strong ? 0 : UNKNOWN),
  };
  if (strong) levels.oranje = 'yes';
  const trafficking = ['cosm', 'omm', 'uur72'].includes(kind);
  const p = { partner: 0.98, ex_partner: 0.95, eer: focus.includes('eer') || strong ? 1 : 0.55, netwerk: trafficking || focus.some(f => /uitbuiting|loverboy/.test(f)) ? 1 : 0.35, gezin: 0.93, crimineel: strong ? 0.7 : 0.2 };
  const kinds = Object.fromEntries(Object.entries(p).map(([k, share]) => [k, d.tri(`${key}/threat/${k}`, share, share === 1 ? 0 : UNKNOWN)]));
  return { levels, kinds };
}

function household(d, key, o, house) {
  const shared = !house.womenOnly && ['nood', 'crisis', 'vervolg', 'beveiligd'].includes(o.kind);
  const some = ['omm', 'uur72'].includes(o.kind) ? 0.5 : shared ? 0.95 : 0; // share that takes men as well
  const men = o.men ? 'yes' : some ? d.tri(`${key}/men`, some, UNKNOWN) : 'no';
  const sexes = { women: o.men === true ? 'no' : 'yes', men };
  if (o.kind === 'jeugd') // for young people only: an adult is above the upper age
    return { sexes, adult_age: { min: 12, max: 17 }, children: 'yes', oldest_son: o.men ? null : -1, oldest_daughter: null };
  const adult_age = { min: o.young ? 16 : 18, max: o.young ? 29 : o.kind === 'specialist' && d.chance(`${key}/old`, 0.3) ? 65 : null };
  const alone = o.size === 1 && ['cosm', 'omm', 'specialist', 'uur72', 'mannen'].includes(o.kind);
  const children = alone ? 'no' : ['cosm', 'omm', 'specialist', 'mannen'].includes(o.kind) ? 'yes' : house.children;
  if (children === 'no') return { sexes, adult_age, children, oldest_son: -1, oldest_daughter: -1 };
  // A home of one's own is easier on older sons than a shared house; a father's room takes sons of any age.
  const free = o.kind === 'mannen' || (o.kind === 'vervolg' && d.chance(`${key}/son-free`, 0.4));
  return { sexes, adult_age, children, oldest_son: free ? null : house.son, oldest_daughter: d.chance(`${key}/daughter`, 0.8) ? null : 17 };
}

function traits(d, key, o, house) {
  const out = {};
  const put = (t, value) => { if (value !== 'unknown') out[t] = value; };
  for (const [t, value] of Object.entries(house.traits)) {
    if (o.focus.includes(t)) out[t] = 'yes';
    else put(t, d.chance(`${key}/trait/${t}?`, UNKNOWN) ? 'unknown' : value);
  }
  for (const [t, p] of Object.entries(ROOM_TRAITS))
    put(t, d.tri(`${key}/trait/${t}`, t === 'eigen_badkamer' && o.kind === 'vervolg' ? 0.85 : p, UNKNOWN));
  if (['cosm', 'omm', 'uur72'].includes(o.kind)) { out.uitbuiting_seksueel = 'yes'; out.uitbuiting_arbeid = 'yes'; out.tolk = 'yes'; }
  if (o.kind === 'omm') Object.assign(out, { ggz: 'yes', verslaving: 'yes', lvb: 'yes' });
  if (o.kind === 'jeugd') out.tienermoeder = 'no';
  put('beveiliging_24u', o.kind === 'beveiligd' || o.focus.includes('beveiliging_24u') ? 'yes' : house.guard);
  out.geheim_adres = house.secret ? 'yes' : 'no';
  return out;
}

const FUNDING = { omm: 'gf_omm', cosm: 'cosm', uur72: 'cosm', jeugd: 'jeugdwet' };

/** All rules of one pool, in the shape of national.json.
 * @param {string} region region of the house @param {string[]} neighbours regions of the same Veilig Thuis region */
export function drawRules(d, key, o, house, region, neighbours, gatekeeper) {
  const { levels, kinds } = threats(d, key, o.kind, house, o.focus);
  const local = o.kind === 'jeugd' ? neighbours : house.ownRegion && ['nood', 'crisis', 'vervolg', 'mannen'].includes(o.kind) ? [region] : null;
  return {
    ...household(d, key, o, house),
    residences: residences(d, key, o.kind),
    threat_levels: levels, threat_kinds: kinds,
    serves: { regions: local, safety_exception: local === null || d.chance(`${key}/exception`, 0.9) },
    traits: traits(d, key, o, house),
    linkable: o.units >= 2 && d.chance(`${key}/link`, 0.2),
    gatekeeper,
    funding: FUNDING[o.kind] ?? (o.kind === 'vervolg' ? d.pick(`${key}/funding`, [['duvo', 70], ['wmo', 30]])
      : o.kind === 'specialist' ? d.pick(`${key}/funding`, [['wmo', 50], ['duvo', 30], ['te_regelen', 20]]) : 'duvo'),
    funded_until: o.kind === 'omm' ? '2026-12-31' : o.kind === 'nood' && d.chance(`${key}/until`, 0.2) ? '2027-06-30' : null,
    languages: ['nl', ...(d.chance(`${house.code}/english`, 0.92) ? ['en'] : []), ...house.languages],
  };
}
