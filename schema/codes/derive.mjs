// Derives what follows from facts in schema/codes/: the region of each municipality and the travel table.
//   node schema/codes/derive.mjs           rewrites municipalities.csv and travel.csv
//   node schema/codes/derive.mjs --check   changes nothing, exit 1 when a file is not what would be written
// A municipality whose region_status is `confirmed` keeps the region that a person filled in.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseCsv, readTable, formatTable } from './csv.mjs';

// Roads are longer than the straight line; 1.3 is a common factor for Western Europe. The first 30 km are driven
// on town and regional roads, the rest on motorways (one speed for all makes long rides 40 % too long), and
// 10 minutes go to leaving and finding the meeting point.
const ROAD_FACTOR = 1.3, NEAR_KM = 30, NEAR_KM_PER_HOUR = 60, FAR_KM_PER_HOUR = 95, START_MINUTES = 10;
const INSIDE_MINUTES = 15; // a ride within one region, whatever its size
const EARTH_KM = 6371;

/** Great-circle distance. @param {{lat:string,lon:string}} a @param {{lat:string,lon:string}} b */
export function straightKm(a, b) {
  const rad = s => Number(s) * Math.PI / 180;
  const h = Math.sin((rad(b.lat) - rad(a.lat)) / 2) ** 2
    + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin((rad(b.lon) - rad(a.lon)) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(h));
}

/** @returns {{from:string,to:string,minutes:number,km:number}[]} */
export function travelRows(regions) {
  return regions.flatMap(a => regions.map(b => {
    if (a.code === b.code) return { from: a.code, to: b.code, minutes: INSIDE_MINUTES, km: 0 };
    const km = straightKm(a, b) * ROAD_FACTOR;
    const hours = Math.min(km, NEAR_KM) / NEAR_KM_PER_HOUR + Math.max(0, km - NEAR_KM) / FAR_KM_PER_HOUR;
    return { from: a.code, to: b.code, minutes: Math.round(hours * 60 + START_MINUTES), km: Math.round(km) };
  }));
}

/** Fill in region and region_status; the Caribbean public bodies have neither. */
export function assignRegions(municipalities, regions) {
  return municipalities.map(m => {
    if (m.veilig_thuis === '') return { ...m, region: '', region_status: 'none' };
    if (m.region_status === 'confirmed') return m;
    const centre = regions.find(r => r.gemeente === m.code);
    if (centre) return { ...m, region: centre.code, region_status: 'centre' };
    const near = regions.filter(r => r.veilig_thuis === m.veilig_thuis)
      .sort((a, b) => straightKm(a, m) - straightKm(b, m) || (a.code < b.code ? -1 : 1))[0];
    return { ...m, region: near.code, region_status: 'assigned' };
  });
}

/** @returns {Record<string,string>} file name -> the text it should have */
export function derive() {
  const at = name => new URL(name, import.meta.url);
  const regions = readTable(at('regions.csv'));
  const head = parseCsv(readFileSync(at('municipalities.csv'), 'utf8'))[0];
  return {
    'municipalities.csv': formatTable(head, assignRegions(readTable(at('municipalities.csv')), regions)),
    'travel.csv': formatTable(['from', 'to', 'minutes', 'km'], travelRows(regions)),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const check = process.argv.includes('--check');
  for (const [name, text] of Object.entries(derive())) {
    const file = new URL(name, import.meta.url);
    if (!check) writeFileSync(file, text);
    else if (readFileSync(file, 'utf8') !== text) {
      console.error(`${name} is not what derive.mjs makes: run node schema/codes/derive.mjs`);
      process.exitCode = 1;
    }
  }
}
