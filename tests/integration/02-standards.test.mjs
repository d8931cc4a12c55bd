// Every sample of a capacity message among the published standards, through `plek-adapter check --json`: exactly what is
// understood of it, or exactly what is complained of and where. Then what check makes of files and profiles that are none.
// Needs no broker and no database; the standards lie beside the checkout and are not ours to copy.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIN, ROOT } from '../support/exchange.mjs';

const STANDARDS = join(ROOT, '../shared/standards');
const skip = !existsSync(STANDARDS) && 'the folder of standards is not here';
const WAIT_MS = 20_000; // under sanitizers on a busy machine; what hangs does so for ever

let dir;
test.before(() => { dir = mkdtempSync(join(tmpdir(), 'plek-standards-')); });
test.after(() => rmSync(dir, { recursive: true, force: true }));

/** Run check; its status, what it printed and said. A hang is a failure, not a wait. */
function check(file, profile, ...more) {
  const r = spawnSync(join(BIN, 'plek-adapter'), ['check', file, '--profile', profile, ...more], { encoding: 'utf8', cwd: ROOT, timeout: WAIT_MS, input: '' });
  assert.equal(r.error, undefined, `check ${file}: ${r.error}`);
  return r;
}

function writeProfile(name, profile) {
  const file = join(dir, `${name}.json`);
  writeFileSync(file, JSON.stringify(profile));
  return file;
}

/** A profile of FORMAT for one provider with these pools. */
const of = (format, pools, more = {}) => ({ format, ...more, providers: { huis: { pools } } });
const HAVE = of('edxl_have', { 'Hospital 1': { Burn: 'h1-brandwonden' }, 'Voorbeeld Opvang - Locatie 7 (testgegevens)': { 'crisis-gezin': 'l7-gezin' } });
const CAPACITY_CSV = of('csv', { 'f75b808e-7bdb-11ef-afaa-ab00a77dc5c4': { '187a37a2-7b40-11ef-9790-dbf7623d4407': 'cc-bed' } },
  { csv: { delimiter: ',', columns: { place: 'service_id', pool: 'unit_id', free: 'available', total: 'maximum', observedAt: 'updated' } } });
const FHIR = of('fhir', { 'loc-7': { 'crisis-gezin': 'l7-gezin' } });

const burn = line => ({ line, pool: 'h1-brandwonden', observedAt: '2010-11-11T19:59:12.390Z', unitsFree: 100, deliverable: true });
const PERSON = 'is about people: the whole message is refused';

/** file, profile, exit status, and what must be told: reports (of a file that is understood), complaints, notices as
 *  'line field', and whether quarantine would keep it (yes unless it says no). */
const TABLE = [
  ['edxl-have/EDXL-HAVE1.xml', HAVE, 0, { reports: [burn(28)], notices: ['36 BedCapacity'] }],
  ['edxl-have/have1-extracted.xml', HAVE, 0, { reports: [burn(19)], notices: ['27 BedCapacity'] }],
  ['edxl-have/shelter-have1.xml', HAVE, 0, {
    reports: [{ line: 12, pool: 'l7-gezin', observedAt: '2026-11-21T19:00:00.000Z', unitsTotal: 12, unitsFree: 3, deliverable: true }] }],
  ['edxl-have/shelter-have1.xml', of('edxl_have', ['l8-gezin']), 1, { complaints: [[12, 'pool', "this place is not in the provider's profile"]] }],
  ['hsds/examples/service_full.json', of('hsds', { 'Community Counselling': { Kilogram: 'cc-bed' } }), 1, {
    complaints: [[537, 'free', 'is more than the total']], kept: false }], // it has addresses
  ['hsds/examples/service_full.json', of('hsds', { 'Community Counselling': { Kilogram: null } }), 0, { reports: [], notices: ['537 /capacities/0/unit'] }],
  ['hsds/examples/service_full.json', of('hsds', ['cc-bed']), 1, {
    complaints: [[537, '/capacities/0/unit', "this place is not in the provider's profile"]], kept: false }],
  ['hsds/examples/service_capacity.csv', CAPACITY_CSV, 1, { complaints: [[2, 'free', 'is more than the total']] }],
  // A list of units is no message of capacity, whatever the profile says.
  ['hsds/examples/units.csv', CAPACITY_CSV, 1, {
    complaints: ['place', 'pool', 'total', 'free', 'observedAt'].map(field => [1, field, 'its column is missing in the header']) }],
  ['fhir/shelter-profile/capacity-bundle.xml', FHIR, 0, {
    reports: [{ line: 51, pool: 'l7-gezin', observedAt: '2026-11-21T19:00:00.000Z', unitsTotal: 12, unitsFree: 3, unitsOccupied: 9 }] }],
  ['fhir/shelter-profile/referral-task.xml', FHIR, 1, { complaints: [[7, 'ServiceRequest', PERSON], [20, 'Task', PERSON]], kept: false }],
  ['fhir/saner/covid19-test-csv-import.csv', of('csv', { 12345: 'zkh-bedden' }, {
    csv: { delimiter: ',', time: 'm/d/yyyy', zone: 'Europe/Amsterdam', rows: 'newest', columns: { pool: 'orgid', observedAt: 'collectionDate', total: 'numbeds', occupied: 'numBedsOcc' } } }), 0, {
    reports: [{ line: 5, pool: 'zkh-bedden', observedAt: '2020-05-31T22:00:00.000Z', unitsTotal: 125, unitsOccupied: 100 }],
    notices: ['2 observedAt', '3 observedAt', '4 observedAt'] }],
  // A message in another format than the profile says is refused, not guessed.
  ['edxl-have/shelter-have1.xml', FHIR, 1, { complaints: [[2, '', 'the root is not a resource of FHIR']] }],
  ['fhir/shelter-profile/capacity-bundle.xml', HAVE, 1, { complaints: [[2, '', 'the root is neither HospitalStatus of EDXL-HAVE 1.0 nor an EDXL-DE 1.0 envelope']] }],
  ['hsds/examples/service_full.json', of('opvang_xml', ['x']), 1, { complaints: [[1, '', 'is not well-formed XML from here on, or cut off']], kept: false }],
  ['edxl-have/EDXL-HAVE1.xml', FHIR, 1, { complaints: [[1, '', 'the root is not a resource of FHIR']], kept: false }],
  ['edxl-have/have1-extracted.xml', FHIR, 1, { complaints: [[2, '', 'the root is not a resource of FHIR']], kept: false }],
];

function agrees(got, status, want) {
  assert.equal(got.understood, status === 0);
  assert.equal(got.provider, 'huis');
  assert.equal(got.more, 0);
  assert.equal(got.kept, status === 0 ? undefined : want.kept ?? true);
  for (const report of got.reports) {
    assert.match(report.reportId, /^[0-9a-f]{40}$/);
    assert.equal(report.source, 'feed');
    delete report.reportId;
    delete report.source;
  }
  assert.deepEqual(got.reports, want.reports ?? []);
  assert.deepEqual(got.complaints, (want.complaints ?? []).map(([line, field, reason]) => ({ line, field, reason })));
  assert.deepEqual(got.notices.map(n => `${n.line} ${n.field}`), want.notices ?? []);
}

for (const [i, [file, profile, status, want]] of TABLE.entries())
  test(`${file} as ${profile.format}: ${status === 0 ? 'understood' : 'quarantined'} (${i})`, { skip }, () => {
    const r = check(join(STANDARDS, file), writeProfile(`p${i}`, profile), '--json');
    assert.equal(r.status, status, r.stdout + r.stderr);
    assert.equal(r.stderr, '');
    agrees(JSON.parse(r.stdout), status, want);
    // The text for people says the same and ends the same.
    const text = check(join(STANDARDS, file), join(dir, `p${i}.json`));
    assert.equal(text.status, status);
    assert.match(text.stdout, status === 0 ? /^understood: \d+ observations, \d+ passed over$/m : /^not taken: \d+ faults; nothing of this file would be used(, and it would not be kept)?$/m);
    assert.equal(text.stdout.match(/FAULT/g)?.length ?? 0, (want.complaints ?? []).length);
  });

test('the three of EDXL-HAVE hold against the schema of the standard too', { skip }, () => {
  const config = join(dir, 'adapter.conf');
  const keys = { broker: 'https://x.example', ca: 'x', cert: 'x', key: 'x', spool_dir: 'x', quarantine_dir: 'x', profiles_dir: dir,
    feeds_dir: join(ROOT, 'schema/feeds'), have_xsd: join(STANDARDS, 'edxl-have/edxl-have/1.0/edxl-have.xsd') };
  writeFileSync(config, Object.entries(keys).map(([k, v]) => `${k} = ${v}\n`).join(''));
  const profile = writeProfile('have', HAVE);
  for (const [file, , status, want] of TABLE.filter(([, p]) => p === HAVE).filter(([f]) => f.startsWith('edxl'))) {
    const r = check(join(STANDARDS, file), profile, '--json', '--config', config);
    assert.equal(r.status, status, r.stdout + r.stderr);
    agrees(JSON.parse(r.stdout), status, want);
  }
  const wrong = join(dir, 'wrong.xml');
  writeFileSync(wrong, readFileSync(join(STANDARDS, 'edxl-have/shelter-have1.xml'), 'utf8').replace('BaselineCount>12', 'BaselineCount>a dozen'));
  const r = check(wrong, profile, '--json', '--config', config);
  assert.equal(r.status, 1);
  assert.equal(JSON.parse(r.stdout).complaints[0].field, 'BaselineCount');
});

// ---- what is no file, no profile, or no text ----

const SAMPLE = join(ROOT, 'schema/feeds/samples/opvang.xml');

test('what cannot be used is 2 with one clear line, and is never waited for', () => {
  const pipe = join(dir, 'pipe'), huge = join(dir, 'huge'), folder = join(dir, 'folder'), broken = join(dir, 'broken.json');
  const profile = writeProfile('ok', of('opvang_xml', { nood: 'a', gezin: 'b' }));
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  mkdirSync(folder);
  writeFileSync(huge, '');
  truncateSync(huge, 10 * 1024 ** 3); // ten GiB by its length, nothing on the disk
  writeFileSync(broken, '{"format":"csv",');
  symlinkSync(pipe, join(dir, 'to-pipe'));
  const cases = [
    [join(dir, 'none'), profile, /cannot read .*none/], [folder, profile, /not a file/], [pipe, profile, /not a file/],
    [join(dir, 'to-pipe'), profile, /not a file/], ['/dev/zero', profile, /not a file/], ['/dev/null', profile, /not a file/],
    ['/dev/stdin', profile, /not a file|cannot read/], [huge, profile, /larger than any format takes/],
    [SAMPLE, 'no-such-profile', /cannot read .*no-such-profile/], [SAMPLE, join(dir, 'none.json'), /cannot read/],
    [SAMPLE, folder, /not a profile/], [SAMPLE, pipe, /not a profile/], [SAMPLE, '/dev/zero', /not a profile/],
    [SAMPLE, huge, /larger than 1048576 bytes/], [SAMPLE, broken, /broken\.json line \d+/],
    [SAMPLE, profile, /does not serve nobody/, '--provider', 'nobody'], [SAMPLE, profile, /cannot read/, '--config', pipe],
    [SAMPLE, profile, /cannot read/, '--config', join(dir, 'none')],
  ];
  for (const [file, p, reason, ...more] of cases)
    for (const json of [[], ['--json']]) {
      const r = check(file, p, ...more, ...json);
      const what = `${file} with ${p} ${more}`;
      assert.equal(r.status, 2, `${what}: ${r.stdout}${r.stderr}`);
      assert.equal(r.stdout, '', what);
      assert.match(r.stderr, reason, what);
      assert.equal(r.stderr.trimEnd().split('\n').length, 1, what);
    }
  const usage = spawnSync(join(BIN, 'plek-adapter'), ['check', SAMPLE], { encoding: 'utf8', timeout: WAIT_MS });
  assert.equal(usage.status, 2);
  assert.match(usage.stderr, /^usage:/);
});

test('every format says 0, 1 and 2', () => {
  const at = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const own = `<capaciteit xmlns="urn:veiligeplek:opvang:1"><peilmoment>${at}</peilmoment><plekken><plek code="nood"><vrij>1</vrij></plek></plekken></capaciteit>`;
  const formats = [
    [of('opvang_xml', { nood: 'a' }), own],
    [of('opvang_json', { nood: 'a' }), `{"formaat":"urn:veiligeplek:opvang:1","peilmoment":"${at}","plekken":[{"code":"nood","vrij":1}]}`],
    [of('hsds', { nood: 'a' }), `{"name":"s","capacities":[{"unit":{"name":"nood"},"available":1,"updated":"${at}"}]}`],
    [of('csv', { nood: 'a' }, { csv: { columns: { pool: 'plek', free: 'vrij', observedAt: 'op' } } }), `plek;vrij;op\nnood;1;${at}\n`],
    [of('edxl_have', { nood: 'a' }), readFileSync(join(ROOT, 'schema/feeds/samples/have.xml'), 'utf8'), ['De Wulp']],
    [of('fhir', { nood: 'a' }), `{"resourceType":"MeasureReport","status":"complete","type":"summary","date":"${at}","subject":{"display":"x"},"group":[{"code":{"text":"nood"},"population":[{"code":{"coding":[{"code":"numBeds"}]},"count":1}]}]}`],
    [of('xml_xpath', { nood: 'a' }, { xpath: { rows: '//p', fileObservedAt: '/r/@op', fields: { pool: '@s', free: '@v' } } }), `<r op="${at}"><p s="nood" v="1"/></r>`],
    [of('iwmo', { '16A01': 'a' }, { crosscheck: { enabled: true } }),
      '<Bericht xmlns="http://www.istandaarden.nl/iwmo/3_2/wmo305/schema"><Client><Bsn>999990019</Bsn><StartProducten><StartProduct><Product><Code>16A01</Code></Product><Begindatum>2025-11-20</Begindatum><StatusAanlevering>1</StatusAanlevering></StartProduct></StartProducten></Client></Bericht>'],
  ];
  for (const [profile, good] of formats) {
    const file = join(dir, 'message'), p = writeProfile('each', profile);
    // The sample has words and a time of its own.
    const words = profile.format === 'edxl_have' ? [...new Set([...good.matchAll(/BedType>([^<]+)</g)].map(m => m[1]))] : [];
    if (words.length > 0) {
      profile.providers.huis.pools = Object.fromEntries(words.map((w, i) => [w, `pool-${i}`]));
      writeProfile('each', profile);
    }
    writeFileSync(file, good.replace(/(LastUpdateTime>)[^<]+/g, `$1${at}`));
    let r = check(file, p, '--json');
    assert.equal(r.status, 0, `${profile.format}: ${r.stdout}${r.stderr}`);
    const got = JSON.parse(r.stdout);
    if (profile.format === 'iwmo') {
      assert.deepEqual(got.reports, []);
      assert.deepEqual(got.crossCheck, [{ pool: 'a', occupiedByMessages: 1, note: 'started 1, stopped 0 in this message' }]);
      const off = writeProfile('off', { ...profile, crosscheck: { enabled: false } });
      r = check(file, off, '--json');
      assert.equal(r.status, 1);
      assert.match(JSON.parse(r.stdout).complaints[0].reason, /cross-check by iWmo is off/);
    } else {
      assert.ok(got.reports.length > 0, profile.format);
      assert.equal('crossCheck' in got, false);
    }
    writeFileSync(file, readFileSync(file).subarray(0, 30));
    r = check(file, p, '--json');
    assert.equal(r.status, 1, profile.format);
    assert.ok(JSON.parse(r.stdout).complaints.length > 0);
    assert.equal(JSON.parse(r.stdout).reports.length, 0);
    assert.equal(check(join(dir, 'no-such-file'), p).status, 2);
  }
});
