// The measurements of scripts/bench-capacity, which says what they are. Everything happens in an exchange of its own
// with 10,000 places; the yardstick runs in turn with what it is held against, and figures are medians.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAdapter } from '../support/adapter.mjs';
import { BIN, ROOT, freePort, startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { demo } from '../support/world.mjs';
import { fileOf, formats, profileOf } from './feeds.mjs';

const PARTS = ['api', 'parse', 'drop', 'memory', 'catchup'];
const HOUSES = 400, HOUSE_POOLS = 22, BIG_POOLS = 1000, BIG = 'bench-groot';
const CLIENTS = [48, 200]; // each with one request under way; Node has 32 connections to the database
const FILE_BYTES = 46 * 1024;
const WORLD = 'var/test/bench-world.json';

const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : otherwise);
const seconds = Number(option('--seconds', 5)), runs = Number(option('--runs', 3));
const otherAdapter = option('--other-adapter', null);
const parts = args.length > 0 ? args : PARTS;
const unknown = parts.find(p => !PARTS.includes(p));
if (unknown !== undefined || !(seconds > 0) || !(runs > 0)) {
  console.error(`unknown part or option '${unknown ?? ''}'; parts are ${PARTS.join(', ')}`);
  process.exit(2);
}

const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const at = (list, p) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))];
const rows = [];
const row = (what, figure, unit, against = '', goal = '', kept = null) => rows.push([what, figure, unit, against, goal, kept === null ? '' : kept ? 'kept' : 'MISSED']);
const round = (x, digits = 0) => x.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });

// ---- the world: the demo, 400 houses with 22 places each, and one with 1,000 ----

function writeWorld() {
  const place = { ...demo.pools[0], traits: {}, residences: {}, threat_levels: {}, threat_kinds: {}, languages: ['nl'] };
  const world = structuredClone({ ...demo, accounts: demo.accounts });
  const add = (code, n) => {
    const org = world.organisations.length + 1, location = world.locations.length + 1;
    world.organisations.push({ ...demo.organisations[0], id: org, code, name: code });
    world.locations.push({ ...demo.locations[0], id: location, organisation: org, code: `${code}-huis`, name: code });
    const codes = [];
    for (let i = 0; i < n; i++) {
      codes.push(`${code}-${String(i).padStart(4, '0')}`);
      world.pools.push({ ...place, id: world.pools.length + 1, location, code: codes[i], units_total: 20 });
    }
    world.machines[0].organisations.push(org);
    return codes;
  };
  const houses = new Map();
  for (let i = 1; i <= HOUSES; i++) houses.set(`bench-${String(i).padStart(3, '0')}`, add(`bench-${String(i).padStart(3, '0')}`, HOUSE_POOLS));
  const firstOfBig = world.pools.length + 1;
  houses.set(BIG, add(BIG, BIG_POOLS));
  const text = JSON.stringify(world);
  mkdirSync(join(ROOT, 'var/test'), { recursive: true });
  if (!existsSync(join(ROOT, WORLD)) || readFileSync(join(ROOT, WORLD), 'utf8') !== text) writeFileSync(join(ROOT, WORLD), text);
  return { houses, firstOfBig, pools: world.pools.length };
}

const { houses, firstOfBig, pools } = writeWorld();
const big = houses.get(BIG);
const x = await startExchange('bench', { contract: false, demo: WORLD, settings: { log_level: 'warn', connections_per_address_max: 300 } });
/** Processor time a process has used, in microseconds: what it costs, whatever else the machine does. */
const cpuOf = pid => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
};
const peak = pid => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** One adapter with the profiles of FORMATS for the big house; its folders are new. */
async function adapterWith(format, program) {
  const profiles = join(x.dir, 'profiles');
  rmSync(profiles, { recursive: true, force: true });
  mkdirSync(profiles);
  writeFileSync(join(profiles, 'big.json'), JSON.stringify(profileOf(format, BIG, big)));
  return startAdapter(x, { profiles, ...(program ? { program } : {}) });
}

// ---- reports through the API ----

function load(port, clients, batch, codes) {
  const ca = name => join(x.dir, 'ca', name);
  return new Promise((done, fail) => {
    const child = spawn(join(BIN, 'tests/plek-bench-load'), [String(port), ca('ca.crt'), ca('adapter.crt'), ca('adapter.key'), String(clients), String(seconds), String(batch), codes], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', d => { out += d; });
    child.on('error', fail).on('exit', status => (status === 0 ? done(JSON.parse(out)) : fail(new Error(`plek-bench-load ended with ${status}`))));
  });
}

async function nodeService() {
  x.sql(`CREATE DATABASE bench; CREATE USER bench@localhost IDENTIFIED BY 'bench'; GRANT ALL ON bench.* TO bench@localhost;
    CREATE TABLE bench.pool (code VARCHAR(48) PRIMARY KEY, units_total INT, units_free INT, deliverable BOOL, observed_at BIGINT NOT NULL);
    CREATE TABLE bench.report (id VARCHAR(64) PRIMARY KEY, pool VARCHAR(48), observed_at BIGINT, units_total INT, units_free INT, deliverable BOOL);
    CREATE TABLE bench.answered (id VARCHAR(64) PRIMARY KEY, answer TEXT)`, 'mysql');
  x.sql(`INSERT INTO pool (code, observed_at) VALUES ${[...houses.values()].flat().map(c => `('${c}', 0)`).join(',')}`, 'bench');
  const port = await freePort(), ca = name => join(x.dir, 'ca', name);
  const child = spawn(process.execPath, [join(ROOT, 'tests/bench/node_service.mjs'), String(port), x.socket, ca('ca.crt'), ca('server.crt'), ca('server.key')], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((done, fail) => child.on('exit', code => fail(new Error(`node_service ended with ${code}`))).stdout.once('data', done));
  return { port, pid: child.pid, stop: () => child.removeAllListeners('exit') && child.stdin.end() };
}

async function api() {
  const codes = join(x.dir, 'codes');
  writeFileSync(codes, `${[...houses.values()].flat().join('\n')}\n`);
  const node = await nodeService();
  const got = { hundred: [], thousand: [] };
  for (const n of CLIENTS) Object.assign(got, { [`ours${n}`]: [], [`node${n}`]: [] });
  const bad = { ours: 0, node: 0, first: 0, idle: 0 };
  const measure = async (list, { port, pid }, clients, batch) => {
    const before = cpuOf(pid), database = cpuOf(x.database.pid);
    const r = await load(port, clients, batch, codes);
    bad[pid === node.pid ? 'node' : 'ours'] += r.bad;
    if (pid !== node.pid && r.bad > 0) bad.first = r.first_bad;
    if (pid !== node.pid) bad.idle += r.reports - r.applied;
    list.push({ ...r, cpu: (cpuOf(pid) - before) / r.reports, database: (cpuOf(x.database.pid) - database) / r.reports });
  };
  const ours = { port: x.ports[1], pid: x.broker.mark.pid };
  await load(node.port, 48, 1, codes); // both warm: compiled code, open connections to the database
  await load(ours.port, 48, 1, codes);
  for (let i = 0; i < runs; i++) {
    for (const n of CLIENTS) {
      await measure(got[`ours${n}`], ours, n, 1);
      await measure(got[`node${n}`], node, n, 1);
    }
    await measure(got.hundred, ours, 16, 100);
    await measure(got.thousand, ours, 8, 1000);
  }
  node.stop();
  const rate = list => median(list.map(r => r.reports / r.seconds));
  const cpu = list => `${round(median(list.map(r => r.cpu)), 1)} + ${round(median(list.map(r => r.database)), 1)}`;
  const p99 = list => median(list.map(r => r.p99_ms));
  for (const n of CLIENTS) {
    const we = got[`ours${n}`], they = got[`node${n}`], times = rate(we) / rate(they);
    row(`one report a request, ${n} clients`, round(rate(we)), 'reports/s', `Node + mysql2 ${round(rate(they))}/s: ${round(times, 1)} x`, '>= 7 x', times >= 7);
    row('  slowest 1 in 100', round(p99(we), 1), 'ms', `Node ${round(p99(they), 1)} ms`);
    row('  processor time, service + database', cpu(we), 'us a report', `Node ${cpu(they)} us`);
  }
  row('100 a request, 16 clients', round(rate(got.hundred)), 'reports/s', `p99 ${round(p99(got.hundred))} ms`, '>= 100,000', rate(got.hundred) >= 100_000);
  row('  processor time, broker + database', cpu(got.hundred), 'us a report');
  row('1,000 a request, 8 clients', round(rate(got.thousand)), 'reports/s', `p99 ${round(p99(got.thousand))} ms`, '>= 100,000', rate(got.thousand) >= 100_000);
  row('  processor time, broker + database', cpu(got.thousand), 'us a report');
  row('reports that changed nothing', String(bad.idle), '', 'each carries another count', '0', bad.idle === 0);
  row('answers other than 200', String(bad.ours), '', `${bad.ours > 0 ? `the first ${bad.first}; ` : ''}Node ${bad.node}`, '0', bad.ours === 0);
}

// ---- reading files ----

function parse() {
  console.log('read: from bytes to reports judged and named, against the library that only parses the same bytes; processor time');
  console.log('  CSV: libcsv as it is by default (blanks around cells dropped, no check of UTF-8), calling back for each cell and row;');
  console.log('       and libcsv with what the format asks: strict quotes, blanks kept, a check of UTF-8');
  console.log('  own XML: libxml2 by chunks of 4 kB into a tree; and the same, then held against the XSD');
  const dir = join(x.dir, 'feeds');
  mkdirSync(dir, { recursive: true });
  for (const [format, f] of Object.entries(formats)) {
    writeFileSync(join(dir, `${format}.profile`), JSON.stringify(profileOf(format, BIG, big)));
    const { text } = fileOf(format, big, FILE_BYTES);
    writeFileSync(join(dir, format), text);
    const list = [];
    for (let i = 0; i < runs; i++) {
      const r = spawnSync(join(BIN, 'tests/plek-bench-feeds'), [join(dir, `${format}.profile`), join(dir, format), f.kind, '200'], { encoding: 'utf8' });
      if (r.status !== 0) throw new Error(`plek-bench-feeds ${format}: ${r.stderr}`);
      list.push(JSON.parse(r.stdout));
    }
    const ours = median(list.map(r => r.ours_us)), bare = median(list.map(r => r.bare_us)), due = median(list.map(r => r.due_us));
    row(`read ${format}, 46 kB, ${list[0].reports} places`, round(ours), 'us', `${f.bare ?? `bare ${f.ext} parse`} ${round(bare)} us: ${round(bare / ours, 2)} x`, '>= 0.5 x', bare / ours >= 0.5);
    if (f.due) row('', '', '', `${f.due} ${round(due)} us: ${round(due / ours, 2)} x`, '>= 0.5 x', due / ours >= 0.5);
  }
}

// ---- from the drop folder to the pages ----

async function drop() {
  const adapter = await adapterWith('opvang_xml');
  const desk = await x.as('nachtdienst.rotterdam');
  const ms = [];
  for (let k = 0; k < 105; k++) {
    const observed = new Date().toISOString();
    const { text, n } = fileOf('opvang_xml', big, FILE_BYTES, { at: observed, k });
    const last = firstOfBig + n - 1;
    const from = performance.now();
    adapter.drop(BIG, `${k}.xml`, text);
    await poll(async () => (await desk.get(`/pools/${last}`)).json.capacity.observedAt === observed, { within: 20_000, every: 1, what: 'the file to be visible' });
    if (k >= 5) ms.push(performance.now() - from);
  }
  await adapter.stop();
  row('46 kB file from folder to GET /pools, p50', round(at(ms, 0.5), 1), 'ms', `${ms.length} files`);
  row('  p95', round(at(ms, 0.95), 1), 'ms', '', '<= 250 ms', at(ms, 0.95) <= 250);
}

// ---- memory ----

async function memory() {
  for (const [format, f] of Object.entries(formats)) {
    const adapter = await adapterWith(format);
    const idle = peak(adapter.child.pid);
    const { text, n } = fileOf(format, big, f.max - 16);
    adapter.drop(BIG, `big.${f.ext}`, text);
    const folder = join(adapter.dir, 'drop', BIG);
    await poll(() => readdirSync(folder).length === 0 && adapter.waiting() === 0, { within: 60_000, what: `the largest ${format} to be delivered` });
    if (adapter.quarantined().length > 0) throw new Error(`the largest ${format} was quarantined: ${JSON.stringify(adapter.quarantined()[0].reason)}`);
    row(`adapter, largest ${format}: ${round(text.length / 1024)} KiB, ${n} places`, round(peak(adapter.child.pid), 1), 'MiB peak', `idle ${round(idle, 1)} MiB`);
    await adapter.stop();
  }
  row(`broker with ${round(pools)} places`, round(peak(x.broker.mark.pid), 1), 'MiB peak', parts.includes('api') ? 'with the load above' : '');
}

// ---- a day without broker ----

function fillSpool() {
  const spool = join(x.dir, 'adapter/spool');
  rmSync(spool, { recursive: true, force: true });
  let number = 0;
  for (const code of [...houses.keys()].filter(c => c !== BIG)) mkdirSync(join(spool, code), { recursive: true, mode: 0o700 });
  for (let hour = 24; hour > 0; hour--)
    for (const [code, places] of houses) {
      if (code === BIG) continue;
      const observedAt = new Date(Date.now() - hour * 60_000).toISOString();
      const reports = places.map((pool, i) => ({ pool, reportId: `${code}-${number}-${i}-${Date.now()}`, observedAt, source: 'feed', unitsTotal: 20, unitsFree: (i + hour) % 20 }));
      const key = [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('');
      writeFileSync(join(spool, code, `${String(++number).padStart(16, '0')}.json`), JSON.stringify({ version: 1, provider: code, key, reports }));
    }
  return number;
}

async function catchup() {
  const programs = [['this build', undefined], ...(otherAdapter ? [['the other build', otherAdapter]] : [])];
  const took = new Map(programs.map(([name]) => [name, []]));
  let entries = 0;
  for (let i = 0; i < (otherAdapter ? 1 : runs); i++)
    for (const [name, program] of programs) {
      entries = fillSpool();
      const from = performance.now();
      const adapter = await adapterWith('opvang_xml', program);
      await poll(() => adapter.waiting() === 0, { within: 600_000, every: 100, what: 'the spool to empty' });
      took.get(name).push((performance.now() - from) / 1000);
      if (adapter.quarantined().length > 0) throw new Error('something was quarantined');
      await adapter.stop();
    }
  for (const [name, list] of took)
    row(`${round(entries)} files of ${HOUSES} providers waiting, ${name}`, round(median(list), 1), 's to empty', `${round(entries * HOUSE_POOLS / median(list))} reports/s`);
}

try {
  for (const part of parts) {
    console.error(`${part} ...`);
    await { api, parse, drop, memory, catchup }[part]();
  }
} finally {
  await x.stop();
}
const width = i => Math.max(...rows.map(r => r[i].length));
for (const r of rows)
  console.log(`${r[0].padEnd(width(0))}  ${r[1].padStart(width(1))} ${r[2].padEnd(width(2))}  ${r[3].padEnd(width(3))}  ${r[4].padEnd(width(4))}  ${r[5]}`.trimEnd());
process.exit(rows.some(r => r[5] === 'MISSED') ? 1 : 0);
