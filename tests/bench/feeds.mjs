// Files of every format that say the same of N places, laid out as the samples in schema/feeds, and the profile that
// reads each: for scripts/bench-capacity. A file is filled up to BYTES with what its format allows and nobody reads.

const HOUSE = 'Groot';
const free = (i, k) => (i + k) % 19;

/** Format → { profile, ext, kind and bare (the bare parse, and what it is), due (what the format asks besides), max (bytes it may have), write(pools, at, k, fill) }. */
export const formats = {
  opvang_xml: {
    ext: 'xml', kind: 'xsd', bare: 'libxml2 push, tree,', due: 'the same + XSD', max: 256 * 1024, pools: codes => codes,
    write: (codes, at, k, fill) => `<capaciteit xmlns="urn:veiligeplek:opvang:1">\n  <peilmoment>${at}</peilmoment>\n  <plekken>\n${codes.map((c, i) => `    <plek code="${c}">\n      <totaal>20</totaal>\n      <vrij>${free(i, k)}</vrij>\n      <bezet>${19 - free(i, k)}</bezet>\n      <buiten_gebruik>1</buiten_gebruik>\n      <leverbaar>ja</leverbaar>\n    </plek>\n`).join('')}  </plekken>${fill}\n</capaciteit>\n`,
  },
  edxl_have: {
    ext: 'xml', kind: 'xml', max: 256 * 1024, pools: codes => ({ [HOUSE]: same(codes) }),
    write: (codes, at, k, fill) => `<h:HospitalStatus xmlns:h="urn:oasis:names:tc:emergency:EDXL:HAVE:1.0" xmlns:x="urn:oasis:names:tc:ciq:xnl:3"><h:Hospital><h:Organization><h:OrganizationInformation><x:OrganisationName><x:NameElement>${HOUSE}</x:NameElement></x:OrganisationName></h:OrganizationInformation></h:Organization><h:HospitalBedCapacityStatus>\n${codes.map((c, i) => `      <h:BedCapacity>\n        <h:SubCategoryBedType>${c}</h:SubCategoryBedType>\n        <h:Capacity>\n          <h:CapacityStatus>Vacant/Available</h:CapacityStatus>\n          <h:AvailableCount>${free(i, k)}</h:AvailableCount>\n          <h:BaselineCount>20</h:BaselineCount>\n        </h:Capacity>\n      </h:BedCapacity>\n`).join('')}</h:HospitalBedCapacityStatus><h:LastUpdateTime>${at}</h:LastUpdateTime></h:Hospital>${fill}</h:HospitalStatus>\n`,
  },
  opvang_json: {
    ext: 'json', kind: 'json', max: 1024 * 1024, pools: codes => codes,
    write: (codes, at, k, fill) => `{"formaat":"urn:veiligeplek:opvang:1","peilmoment":"${at}","plekken":[\n${codes.map((c, i) => `    { "code": "${c}", "totaal": 20, "vrij": ${free(i, k)}, "bezet": ${19 - free(i, k)}, "buiten_gebruik": 1, "leverbaar": "ja" }`).join(',\n')}]${fill}}\n`,
  },
  hsds: {
    ext: 'json', kind: 'json', max: 1024 * 1024, pools: codes => ({ [HOUSE]: same(codes) }),
    write: (codes, at, k, fill) => `{"id":"7f1c6f0e-6a0b-4b4e-9d7a-0d0f6a1d5a10","name":"${HOUSE}","status":"active","capacities":[\n${codes.map((c, i) => `    {\n      "id": "${uuid(i)}",\n      "unit": { "id": "${uuid(i + 5000)}", "name": "${c}" },\n      "available": ${free(i, k)},\n      "maximum": 20,\n      "updated": "${at}"\n    }`).join(',\n')}]${fill}}\n`,
  },
  csv: {
    ext: 'csv', kind: 'csv', bare: 'libcsv by default, cells counted,', due: 'libcsv strict, blanks kept, + UTF-8 check,', max: 1024 * 1024, pools: codes => ({ [HOUSE]: same(codes) }),
    more: { csv: { delimiter: ';', time: 'rfc3339', columns: { place: 'Locatie', pool: 'Plek', total: 'Kamers', free: 'Vrij', occupied: 'Bezet', outOfOrder: 'Buiten gebruik', deliverable: 'Leverbaar', observedAt: 'Peilmoment' } } },
    write: (codes, at, k, fill) => `Locatie;Plek;Kamers;Vrij;Bezet;Buiten gebruik;Leverbaar;Peilmoment;Toelichting\n${codes.map((c, i) => `${HOUSE};${c};20;${free(i, k)};${19 - free(i, k)};1;ja;${at};${fill.slice(0, Math.min(250, Math.floor(fill.length / codes.length)))}`).join('\n')}\n`,
  },
  fhir: {
    ext: 'json', kind: 'json', max: 256 * 1024, pools: codes => ({ [HOUSE]: same(codes) }),
    write: (codes, at, k, fill) => `{"resourceType":"MeasureReport","status":"complete","type":"summary","date":"${at}","subject":{"display":"${HOUSE}"},"group":[\n${codes.map((c, i) => `  { "code": { "coding": [{ "code": "${c}" }] },\n    "population": [\n      { "code": { "coding": [{ "code": "numTotBeds" }] }, "count": 20 },\n      { "code": { "coding": [{ "code": "numTotBedsAvail" }] }, "count": ${free(i, k)} }\n    ] }`).join(',\n')}]${fill}}\n`,
  },
};

const same = codes => Object.fromEntries(codes.map(c => [c, c]));
const uuid = i => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;

export function profileOf(format, provider, codes) {
  const f = formats[format];
  return { about: 'Bench', format, ...f.more, providers: { [provider]: { pools: f.pools(codes) } } };
}

/** A file of at most BYTES with as many of CODES as go in, filled up; and how many went in. */
export function fileOf(format, codes, bytes, { at = new Date().toISOString(), k = 0 } = {}) {
  const f = formats[format];
  let n = codes.length;
  while (f.write(codes.slice(0, n), at, k, '').length > bytes) n -= Math.ceil(n / 50);
  const bare = f.write(codes.slice(0, n), at, k, '');
  return { text: f.write(codes.slice(0, n), at, k, ' '.repeat(bytes - bare.length)), n };
}
