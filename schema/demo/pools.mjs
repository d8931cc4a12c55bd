// What pools of each kind are like: sizes, names and house rules. Shares come from the sector figures named in
// README.md; what is drawn for one house is decided by its name (draw.mjs).

/** Persons in one unit, and how common that is. */
const SIZES = [[1, 24], [2, 20], [3, 19], [4, 16], [5, 11], [6, 6], [8, 4]];

/** Ordinary shelter: how many pools of a kind a house has, how many units a pool has, share of units free tonight. */
const ORDINARY = {
  nood: { pools: [[0, 13], [1, 87]], units: [[1, 64], [2, 33], [3, 3]] },
  crisis: { pools: [[1, 12], [2, 52], [3, 36]], units: [[1, 15], [2, 28], [3, 28], [4, 18], [5, 11]] },
  vervolg: { pools: [[1, 18], [2, 48], [3, 34]], units: [[2, 20], [3, 20], [4, 22], [5, 18], [6, 20]] },
};

export const FREE_SHARE = {
  nood: 0.22, crisis: 0.10, vervolg: 0.05, beveiligd: 0.12, mannen: 0.14, cosm: 0.06, omm: 0.07, uur72: 0.25,
  jeugd: 0.14, specialist: 0.09,
};

const name = (nl, en) => ({ nl, en });
const NAMES = {
  nood: n => n === 1 ? name('Noodbed', 'Emergency bed') : name(`Noodkamer voor ${n}`, `Emergency room for ${n}`),
  crisis: n => n === 1 ? name('Eenpersoonskamer', 'Single room')
    : n === 2 ? name('Kamer voor 2', 'Room for 2')
      : n <= 4 ? name(`Gezinskamer voor ${n}`, `Family room for ${n}`)
        : name(`Grote gezinskamer voor ${n}`, `Large family room for ${n}`),
  vervolg: n => n === 1 ? name('Studio', 'Studio flat')
    : n <= 4 ? name(`Appartement voor ${n}`, `Apartment for ${n}`)
      : name(`Gezinswoning voor ${n}`, `Family home for ${n}`),
};

/** Pools that are not ordinary shelter. `set` overrides what is drawn for the house; `units` may come from the list of
 * houses ("omm:6"), split over the rows by `share`. */
export const EXTRAS = {
  beveiligd: [
    { kind: 'beveiligd', tag: 'beveiligd', size: 2, units: [[1, 30], [2, 40], [3, 30]], ...name('Beveiligde kamer voor 2', 'Guarded room for 2') },
    { kind: 'beveiligd', tag: 'beveiligd-gezin', size: 4, units: [[1, 50], [2, 50]], sometimes: 0.5, ...name('Beveiligde gezinskamer voor 4', 'Guarded family room for 4') },
  ],
  mannen: [{ kind: 'mannen', tag: 'mannen', size: [[1, 60], [2, 15], [3, 25]], units: [[1, 62], [2, 34], [3, 4]], nl: 'Kamer voor mannen', en: 'Room for men' }],
  uur72: [{ kind: 'uur72', tag: '72uur', size: 1, units: [[1, 60], [2, 40]], ...name('72-uursplek', '72-hour place') }],
  cosm: [
    { kind: 'cosm', tag: 'cosm-vrouwen', size: 1, share: 0.6, ...name('COSM, kamer voor een vrouw', 'COSM, room for a woman') },
    { kind: 'cosm', tag: 'cosm-gezin', size: 3, share: 0.4, ...name('COSM, vrouw met kinderen', 'COSM, woman with children') },
  ],
  cosm_mannen: [{ kind: 'cosm', tag: 'cosm-mannen', size: 1, share: 1, ...name('COSM, kamer voor een man', 'COSM, room for a man') }],
  omm: [
    { kind: 'omm', tag: 'omm', size: 1, share: 0.6, ...name('OMM, eenpersoonskamer', 'OMM, single room') },
    { kind: 'omm', tag: 'omm-gezin', size: 2, share: 0.4, ...name('OMM, kamer voor 2', 'OMM, room for 2') },
  ],
  jeugd: [{ kind: 'jeugd', tag: 'jeugd', size: 1, units: [[1, 35], [2, 40], [3, 25]], ...name('Crisisplek voor jongeren', 'Crisis place for young people') }],
  jeugd_meisjes: [{ kind: 'jeugd', tag: 'jeugd-meisjes', size: 1, units: [[2, 50], [3, 50]], ...name('Crisisplek voor meisjes', 'Crisis place for girls') }],
  // National specialists, by type only.
  eer: [
    { kind: 'specialist', tag: 'eer', size: 1, units: [[8, 1]], focus: ['eer'], ...name('Behandelplek eergeweld (Fier-type)', 'Honour-based violence unit (Fier type)') },
    { kind: 'specialist', tag: 'eer-gezin', size: 4, units: [[3, 1]], focus: ['eer'], ...name('Eergeweld, met kinderen (Fier-type)', 'Honour-based violence, with children (Fier type)') },
  ],
  loverboy: [
    { kind: 'specialist', tag: 'loverboy', size: 1, units: [[6, 1]], focus: ['loverboy', 'uitbuiting_seksueel'], young: true, ...name('Behandelplek loverboys (Fier-type)', 'Grooming and exploitation unit (Fier type)') },
  ],
  eer_beveiligd: [
    { kind: 'specialist', tag: 'eer', size: 1, units: [[10, 1]], focus: ['eer', 'beveiliging_24u'], ...name('Beveiligde plek eergeweld (Sterk Huis-type)', 'Guarded place, honour-based violence (Sterk Huis type)') },
    { kind: 'specialist', tag: 'eer-gezin', size: 5, units: [[5, 1]], focus: ['eer', 'beveiliging_24u'], ...name('Beveiligd, eergeweld, gezin (Sterk Huis-type)', 'Guarded, honour-based violence, family (Sterk Huis type)') },
  ],
  uitbuiting_beveiligd: [
    { kind: 'specialist', tag: 'uitbuiting', size: 1, units: [[8, 1]], focus: ['uitbuiting_seksueel', 'uitbuiting_crimineel', 'beveiliging_24u'], ...name('Beveiligde plek uitbuiting (Sterk Huis-type)', 'Guarded place, exploitation (Sterk Huis type)') },
    { kind: 'specialist', tag: 'uitbuiting-gezin', size: 3, units: [[3, 1]], focus: ['uitbuiting_seksueel', 'beveiliging_24u'], ...name('Beveiligd, uitbuiting, met kind (Sterk Huis-type)', 'Guarded, exploitation, with child (Sterk Huis type)') },
  ],
  arbeid: [{ kind: 'specialist', tag: 'arbeid', size: 1, units: [[5, 1]], focus: ['uitbuiting_arbeid', 'uitbuiting_crimineel'], mixed: true, ...name('Specialisme arbeidsuitbuiting', 'Labour exploitation unit') }],
  lvb: [
    { kind: 'specialist', tag: 'lvb', size: 1, units: [[8, 1]], focus: ['lvb', 'uitbuiting_seksueel'], ...name('Behandelplek lvb en uitbuiting (Koraal-type)', 'Learning disability and exploitation (Koraal type)') },
    { kind: 'specialist', tag: 'lvb-moeder-kind', size: 2, units: [[3, 1]], focus: ['lvb', 'zwanger'], ...name('Moeder en kind, lvb (Koraal-type)', 'Mother and child, learning disability (Koraal type)') },
  ],
  lvb_jong: [{ kind: 'specialist', tag: 'lvb-jong', size: 1, units: [[6, 1]], focus: ['lvb', 'loverboy'], young: true, ...name('Jongvolwassenen, lvb (Koraal-type)', 'Young adults, learning disability (Koraal type)') }],
};

/** Pools of one house before their rules: kind, code part, names, unit size, units, focus.
 * @param {import('./generate.mjs').Draw} d @param {string} house code @param {string[]} extras */
export function outlinePools(d, house, extras) {
  const out = [];
  if (!extras.includes('only'))
    for (const [kind, o] of Object.entries(ORDINARY)) {
      const n = d.pick(`${house}/${kind}/pools`, o.pools);
      const sizes = d.pickSome(`${house}/${kind}/sizes`, n, SIZES).sort((a, b) => a - b);
      for (const size of sizes)
        out.push({ kind, tag: `${kind}-${size}p`, size, ...NAMES[kind](size), units: d.pick(`${house}/${kind}/${size}/units`, o.units), focus: [] });
    }
  for (const extra of extras.filter(e => e !== 'only')) {
    const [key, fixed] = extra.split(':');
    let left = Number(fixed ?? 0);
    EXTRAS[key].forEach((row, i, rows) => {
      if (row.sometimes && !d.chance(`${house}/${row.tag}/has`, row.sometimes)) return;
      const size = typeof row.size === 'number' ? row.size : d.pick(`${house}/${row.tag}/size`, row.size);
      const units = row.units ? d.pick(`${house}/${row.tag}/units`, row.units)
        : i === rows.length - 1 ? left : Math.round(Number(fixed) * row.share);
      left -= units;
      let { nl, en } = row;
      if (key === 'mannen' && size > 1) [nl, en] = [`Vader met kinderen, kamer voor ${size}`, `Father with children, room for ${size}`];
      out.push({ ...row, nl, en, size, units, focus: row.focus ?? [], men: key === 'mannen' || key === 'cosm_mannen' || (key === 'jeugd' || row.mixed ? 'mixed' : false) });
    });
  }
  return out;
}
