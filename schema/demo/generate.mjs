// Makes the invented national demo: schema/demo/national.json and the templates in schema/demo/feeds/.
//   node schema/demo/generate.mjs           writes the files
//   node schema/demo/generate.mjs --check   changes nothing, exit 1 when a file is not what would be written
// Same input, same bytes: every draw hangs on the seed and a name (draw.mjs), never on a clock.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { readTable } from '../codes/csv.mjs';
import { drawer } from './draw.mjs';
import { SHELTERS, LOCATIONS, ACCOUNTS, PHONES } from './houses.mjs';
import { outlinePools, FREE_SHARE } from './pools.mjs';
import { drawHouse, drawRules } from './rules.mjs';
import { feeds } from './feeds.mjs';
import { LINDEHOF_HOUSE, LINDEHOF_POOLS, OPEN_TONIGHT, OVERFLOW_HOUSES, OVERFLOW_POOL } from './known.mjs';

/** @typedef {ReturnType<typeof drawer>} Draw */

const SEED = 20261121n;
// The desk of a Veilig Thuis region stands in its largest town; distances from an unknown home count from there.
const VT_SEAT = { VT05: 'R06', VT09: 'R09', VT10: 'R24', VT17: 'R01', VT18: 'R28', VT20: 'R30', VT25: 'R25', VT27: 'R13', VT14: 'R05' };

const slug = s => s.normalize('NFD').replace(/[^\x00-\x7f]/g, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
const pad = (n, width) => String(n).padStart(width, '0');

function makeOrganisations(codes) {
  const rows = [
    ...SHELTERS.map(([code, name, regions]) => ({ code, name, kind: 'shelter', region: regions[0], veilig_thuis: codes.vtOf[regions[0]] })),
    ...codes.veiligThuis.map(v => ({
      code: v.code.toLowerCase(), name: v.label_nl, kind: 'veilig_thuis', veilig_thuis: v.code,
      region: VT_SEAT[v.code] ?? codes.regions.find(r => r.veilig_thuis === v.code).code,
    })),
    { code: 'comensha', name: 'CoMensha', kind: 'comensha', region: null, veilig_thuis: null },
    ...codes.regions.map(r => ({ code: `gemeente-${slug(r.name)}`, name: `Centrumgemeente ${r.name}`, kind: 'municipality', region: r.code, veilig_thuis: r.veilig_thuis })),
    { code: 'rapporteur', name: 'Landelijk rapporteur', kind: 'rapporteur', region: null, veilig_thuis: null },
    { code: 'beheer', name: 'Beheer van de uitwisseling', kind: 'operator', region: null, veilig_thuis: null },
  ];
  return rows.map((o, i) => ({ id: i + 1, code: o.code, name: o.name, kind: o.kind, region: o.region, veilig_thuis: o.veilig_thuis }));
}

function makeLocation(d, codes, organisations, id, [org, region, name, extras]) {
  const code = slug(name);
  const house = { ...drawHouse(d, code, extras), ...(code === 'lindehof' ? LINDEHOF_HOUSE : {}), ...(OPEN_TONIGHT[code]?.house ?? {}) };
  const municipalities = codes.municipalities.filter(m => m.region === region);
  const centre = codes.regions.find(r => r.code === region).gemeente;
  // Most houses stand in the centre municipality, the others somewhere in the region.
  const municipality = code === 'lindehof' || d.chance(`${code}/centre`, 0.6) ? centre : d.pick(`${code}/municipality`, municipalities.map(m => [m.code, 1]));
  const location = {
    id, organisation: organisations.find(o => o.code === org).id, code, name, region, municipality,
    secret_address: house.secret, guard_24h: house.guard, night_intake: house.night,
    intake_from: '08:30', intake_until: house.until, answer_minutes: house.answer,
    sealed: sealedOf(id),
  };
  return { location, house, extras };
}

/** Who gives out places and can be rung at night: a number, and no place. Behind all houses, so that ids stay. */
const DESKS = [
  ['comensha', 'loket-comensha', 'Loket CoMensha', 'R03', 'GM0307'],
  ['gemeente-rotterdam', 'loket-rotterdam', 'Loket jeugd Rotterdam', 'R28', 'GM0599'],
];

const sealedOf = id => ({
  // Nothing here can be rung or found: no such postal code, no such number, no such town.
  address: `Voorbeeldstraat ${id}, 0000 ${String.fromCharCode(65 + Math.floor(id / 26), 65 + id % 26)} Voorbeeldstad (verzonnen)`,
  night_number: `0800-000 ${pad(id, 4)}`,
  meeting_point: `Voorbeeldplein ${id}, bij de klok (verzonnen)`,
});

function makeDesk(organisations, id, [org, code, name, region, municipality]) {
  return {
    id, organisation: organisations.find(o => o.code === org).id, code, name, region, municipality, secret_address: false, guard_24h: 'no',
    night_intake: 'yes', intake_from: '08:30', intake_until: '18:00', answer_minutes: 20, sealed: sealedOf(id),
  };
}

function makePool(d, codes, id, outline, { location, house }) {
  const key = `${location.code}/${outline.tag}`;
  const own = codes.regions.find(r => r.code === location.region);
  const neighbours = codes.regions.filter(r => r.veilig_thuis === own.veilig_thuis).map(r => r.code);
  const gatekeeper = codes.kinds.find(k => k.code === outline.kind).gatekeeper;
  const rules = drawRules(d, key, outline, house, location.region, neighbours, gatekeeper);
  if (outline.traits) Object.assign(rules.traits, outline.traits);
  if (OPEN_TONIGHT[location.code]?.rood) rules.threat_levels.rood = 'yes';
  return {
    id, location: location.id, code: `${location.code}-${outline.tag}`, name: outline.nl, name_en: outline.en, kind: outline.kind,
    unit_size: outline.size, units_total: outline.units, ...rules,
  };
}

/** The first count of a pool. `free` fixes it; else each unit is free, out of order or occupied by its own draw. */
function observe(d, pool, feeds, free) {
  const key = `${pool.code}/count`;
  const count = { free: 0, broken: 0 };
  for (let i = 0; i < pool.units_total; i++) {
    const u = d.unit(`${key}/${i}`);
    if (u < FREE_SHARE[pool.kind]) count.free++;
    else if (u > 0.985) count.broken++;
  }
  if (free !== undefined) Object.assign(count, { free, broken: 0 });
  const source = feeds && d.chance(`${key}/feed`, 0.93) ? 'feed' : d.pick(`${key}/source`, [['hand', 78], ['phone', 22]]);
  // A feed speaks every few minutes. By hand most houses confirm within a shift, some forget for a day.
  const age = free !== undefined ? d.between(`${key}/age`, 3, 20) : source === 'feed' ? d.between(`${key}/age`, 1, 25)
    : Math.round(d.pick(`${key}/age-class`, [[40, 32], [160, 35], [420, 25], [1600, 8]]) * (0.4 + d.unit(`${key}/age`)));
  return {
    pool: pool.id, units_total: pool.units_total, units_free: count.free, units_occupied: pool.units_total - count.free - count.broken,
    units_out_of_order: count.broken, deliverable: free !== undefined || !d.chance(`${key}/no-staff`, 0.03), age_minutes: age, source,
  };
}

function makeAccounts(organisations, locations) {
  const org = code => organisations.find(o => o.code === code).id;
  const row = ([username, organisation, role, location, nl, en]) => ({
    username, organisation: org(organisation), role, location: location && locations.find(l => l.name === location).id,
    display_nl: nl, display_en: en, demo: true,
  });
  const phones = PHONES.map(name => {
    const l = locations.find(x => x.name === name);
    return row([`opvang.${l.code}`, organisations[l.organisation - 1].code, 'shelter', name, 'Nachtdienst', 'Night staff']);
  });
  const houses = SHELTERS.map(([code]) => row([`intake.${code}`, code, 'shelter', null, 'Intake', 'Intake']));
  // A key is confirmed by a second person: who has one sign-in gets another, behind all others, so that ids stay.
  const first = [...ACCOUNTS.map(row), ...phones, ...houses];
  const isAlone = o => ['shelter', 'veilig_thuis', 'comensha'].includes(o.kind) && first.filter(a => a.organisation === o.id).length === 1;
  const seconds = organisations.filter(isAlone).map(o => row([`beheer.${o.code}`, o.code, 'org_admin', null, 'Beheer', 'Administration']));
  return [...first, ...seconds];
}

/** @returns {object} the whole demo, as national.json holds it */
export function generate(seed = SEED) {
  const table = name => readTable(new URL(`../codes/${name}.csv`, import.meta.url));
  const codes = { regions: table('regions'), municipalities: table('municipalities'), veiligThuis: table('veilig_thuis'), kinds: table('kinds') };
  codes.vtOf = Object.fromEntries(codes.regions.map(r => [r.code, r.veilig_thuis]));
  const d = drawer(seed);
  const organisations = makeOrganisations(codes);
  const sites = LOCATIONS.map((row, i) => makeLocation(d, codes, organisations, i + 1, row));
  const pools = [], observations = [];
  for (const site of sites) {
    const { code } = site.location;
    const feeds = SHELTERS[site.location.organisation - 1][3];
    const outlines = code === 'lindehof' ? LINDEHOF_POOLS : outlinePools(d, code, site.extras);
    for (const outline of outlines) {
      const pool = makePool(d, codes, pools.length + 1, outline, site);
      pools.push(pool);
      observations.push(observe(d, pool, feeds, outline.free ?? OPEN_TONIGHT[code]?.free(outline)));
    }
  }
  // Behind all others, so that ids stay.
  for (const code of OVERFLOW_HOUSES) {
    const pool = makePool(d, codes, pools.length + 1, OVERFLOW_POOL, sites.find(s => s.location.code === code));
    pools.push({ ...pool, overflow: true });
    observations.push(observe(d, pool, false, OVERFLOW_POOL.units));
  }
  const locations = [...sites.map(s => s.location), ...DESKS.map((row, i) => makeDesk(organisations, sites.length + 1 + i, row))];
  return {
    version: 1, organisations, locations, pools, observations, accounts: makeAccounts(organisations, locations),
    machines: [{ name: 'demo-adapter', organisations: organisations.slice(0, SHELTERS.length).filter((_, i) => SHELTERS[i][3]).map(o => o.id) }],
  };
}

/** One object a line: a change of one house is one line of a diff. */
export function format(demo) {
  const part = ([key, value]) => Array.isArray(value)
    ? `"${key}": [\n${value.map(v => JSON.stringify(v)).join(',\n')}\n]`
    : `"${key}": ${JSON.stringify(value)}`;
  return `{\n${Object.entries(demo).map(part).join(',\n')}\n}\n`;
}

/** @returns {Record<string,string>} file name under schema/demo/ -> text */
export function files(seed = SEED) {
  const demo = generate(seed);
  const templates = Object.entries(feeds(demo)).map(([name, text]) => [`feeds/${name}`, text]);
  return { 'national.json': format(demo), ...Object.fromEntries(templates) };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const check = process.argv.includes('--check');
  for (const [name, text] of Object.entries(files())) {
    const file = new URL(name, import.meta.url);
    if (!check) writeFileSync(file, text);
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
      console.error(`${name} is not what generate.mjs makes: run node schema/demo/generate.mjs`);
      process.exitCode = 1;
    }
  }
}
