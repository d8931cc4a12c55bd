// A private exchange for one test file: MariaDB (scripts/db-up), certificates, demo, plekd, all below
// var/test/<name>-<pid>. Whatever ends the test, nothing of it stays: processes are ended by their pid, and what a
// killed test run left behind is swept by the next one.
//
//   const x = await startExchange('main-job');          // demo loaded, plekd answers
//   x.client(), x.signIn('opvang.lindehof'), x.machine  // support/client.mjs
//   await x.killBroker(); await x.startBroker();        // kill -9 and again with the same data
//   await x.killDatabase(); await x.startDatabase();
//   x.plek('check'), x.sql('SELECT ...'), x.log()
//   await x.stop();                                     // also fails on a leak, a sanitizer's finding or a bad answer
//
// Programs come from $PLEK_BIN, else $PLEK_BUILD_DIR, else build/dev. $PLEK_TEST_DIR stands for var/test (scripts/at-time).
import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from './client.mjs';
import { Contract } from './contract.mjs';
import { poll } from './wait.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const VAR = process.env.PLEK_TEST_DIR ?? join(ROOT, 'var/test');
export const BIN = process.env.PLEK_BIN ?? process.env.PLEK_BUILD_DIR ?? join(ROOT, 'build/dev');
const PASSWORD = 'veilige-plek-demo';
const TEMPLATE_MAX_AGE_MS = 45 * 60_000; // the demo's counts age: a template is made anew before 'fresh' is over
const READY_MS = 60_000;

/** Run a command to its end; its output, or an error with the output's tail. */
function run(command, args, options = {}) {
  const r = spawnSync(command, args, { encoding: 'utf8', timeout: 180_000, maxBuffer: 64 << 20, ...options });
  if (r.error) throw r.error;
  if (r.status !== 0) throw new Error(`${command} ${args.join(' ')}: status ${r.status ?? r.signal}: ${`${r.stdout}${r.stderr}`.slice(-800)}`);
  return r.stdout;
}

/** The same without stopping this process: for what happens under load. */
function runBeside(command, args) {
  return new Promise((done, fail) => {
    execFile(command, args, { timeout: 180_000 }, (error, stdout, stderr) => (error ? fail(new Error(`${command}: ${`${stdout}${stderr}`.slice(-800)}`)) : done(stdout)));
  });
}

/** A bash function of scripts/lib, so that tests use the same certificates and keys as scripts/run. */
const library = (script, ...args) => run('bash', ['-euc', `. "$0/scripts/lib/common.sh"; . "$0/scripts/lib/proc.sh"; . "$0/scripts/lib/db.sh"; . "$0/scripts/lib/ca.sh"; . "$0/scripts/lib/config.sh"; ${script}`, ROOT, ...args]);

// ---- what is alive, and its end ----

/** The kernel's start tick of a process: tells it from a later one with the same number. */
export function startTick(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
    return fields[0] === 'Z' ? null : fields[19];
  } catch {
    return null;
  }
}

/** kill -9 PID if it is still the process that had that start tick. */
function killExactly({ pid, tick } = {}) {
  if (pid && startTick(pid) === tick) process.kill(pid, 'SIGKILL');
}

const running = new Set();
function removeAll() {
  for (const x of running) x.remove();
}
process.on('exit', removeAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/** Folders whose test run is dead: end what it left running (by pid and start tick), remove the folder. */
function sweep() {
  for (const name of existsSync(VAR) ? readdirSync(VAR) : []) {
    const dir = join(VAR, name);
    let left;
    try {
      left = JSON.parse(readFileSync(join(dir, 'exchange.json'), 'utf8'));
    } catch {
      continue; // not an exchange, or still being made
    }
    if (startTick(left.owner.pid) === left.owner.tick) continue;
    killExactly(left.broker);
    killExactly(left.database);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A TCP port nobody has, asked of the kernel below the range of outgoing connections: a client that retries while
 * the broker is dead could otherwise be given that very port, connect to itself and keep it. */
export async function freePort() {
  for (let i = 0; i < 200; i++) {
    const port = randomInt(15_000, 32_000);
    const server = createServer();
    const free = await new Promise(done => server.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true)));
    if (!free) continue;
    await new Promise(done => server.close(done));
    return port;
  }
  throw new Error('no free port');
}

// ---- made once, copied by each ----

function hashOf(paths, extra) {
  const h = createHash('sha256').update(extra);
  const add = path => {
    if (statSync(path).isDirectory()) for (const f of readdirSync(path).sort()) add(join(path, f));
    else h.update(path).update(readFileSync(path));
  };
  paths.map(p => join(ROOT, p)).forEach(add);
  return h.digest('hex').slice(0, 12);
}

/** Make DIR by MAKE(temporary) unless it is there; another run may be first, its result is as good. */
function once(dir, make) {
  if (existsSync(dir)) return dir;
  const fresh = mkdtempSync(`${dir}.`);
  chmodSync(fresh, 0o711); // the database's own account passes through
  try {
    make(fresh);
    renameSync(fresh, dir);
  } catch (error) {
    if (!existsSync(dir)) throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return dir;
}

/** The pages, copied together once per state of broker/ui and the API description. */
function pages() {
  const dir = join(VAR, `ui-${hashOf(['broker/ui/js', 'broker/ui/css', 'broker/ui/i18n', 'broker/ui/pages', 'broker/ui/icons', 'broker/ui/night', 'broker/ui/tools', 'schema/api', 'schema/night-sheet'], '')}`);
  return once(dir, fresh => run('node', [join(ROOT, 'broker/ui/tools/vendor.mjs'), fresh]));
}

function removeOldTemplates(keep) {
  for (const name of readdirSync(VAR)) {
    const dir = join(VAR, name);
    if (!/^(template|ui)-[0-9a-f]{12}/.test(name) || keep.includes(dir)) continue;
    if (Date.now() - statSync(dir).mtimeMs > TEMPLATE_MAX_AGE_MS) rmSync(dir, { recursive: true, force: true });
  }
}

function writeConfig(dir, ports, settings) {
  const all = {
    listen: `127.0.0.1:${ports[0]}`, machine_listen: `127.0.0.1:${ports[1]}`, public_origin: `https://localhost:${ports[0]}`,
    tls_cert: `${dir}/ca/server.crt`, tls_key: `${dir}/ca/server.key`, tls_client_ca: `${dir}/ca/ca.crt`,
    master_key_file: `${dir}/keys/master.key`, db_socket: /^socket = (.*)$/m.exec(readFileSync(join(dir, 'db/my.cnf'), 'utf8'))[1],
    db_password_file: `${dir}/db/db.password`, db_sealed_password_file: `${dir}/db/sealed.password`,
    ui_dir: pages(), schema_dir: `${ROOT}/schema`, log_level: 'info',
    password_ops: 1, password_mib: 8, // the cheapest that is allowed: these tests are not about guessing
    ask_rood: 3, // not the default of two: the pages must follow the setting
    ...settings,
  };
  writeFileSync(join(dir, 'plekd.conf'), Object.entries(all).map(([k, v]) => `${k} = ${v}\n`).join(''), { mode: 0o600 });
}

/** By the clock of the tests, not of the files; one that is made later than now is of another clock. */
function isRecent(dir) {
  const file = join(dir, 'made-at');
  const age = existsSync(file) ? Date.now() - Number(readFileSync(file, 'utf8')) : -1;
  return age >= 0 && age < TEMPLATE_MAX_AGE_MS;
}

/** Database with demo, certificates and master key: made once, then copied. DEMO: the file that is loaded. */
function template(demo) {
  const tool = statSync(join(BIN, 'plek'));
  const dir = join(VAR, `template-${hashOf([demo, 'schema/sql', 'schema/codes', 'scripts/lib/db.sh', 'scripts/lib/ca.sh'], `${BIN} ${tool.mtimeMs} ${tool.size}`)}`);
  if (existsSync(dir) && !isRecent(dir)) rmSync(dir, { recursive: true, force: true });
  return once(dir, fresh => {
    writeFileSync(join(fresh, 'made-at'), String(Date.now()));
    const db = join(fresh, 'db');
    run(join(ROOT, 'scripts/db-up'), [db]);
    try {
      library('ca_local "$1/ca"; ca_leaf "$1/ca" stranger "/O=Veilige Plek/CN=stranger" clientAuth; config_master_key "$1/keys/master.key"', fresh);
      writeConfig(fresh, [1, 2], {});
      const plek = (...args) => run(join(BIN, 'plek'), ['--config', join(fresh, 'plekd.conf'), ...args]);
      plek('migrate');
      plek('codes', 'load', join(ROOT, 'schema/codes'));
      plek('demo', 'load', join(ROOT, demo), '--adapter-cert', join(fresh, 'ca/adapter.crt'));
    } finally {
      run(join(ROOT, 'scripts/db-down'), [db]);
    }
    rmSync(join(fresh, 'plekd.conf'));
    rmSync(join(db, 'run'), { recursive: true });
  });
}

// ---- one exchange ----

/**
 * SETTINGS: lines of plekd.conf that differ. CONTRACT false: answers are not held against openapi.yaml (load). DEMO:
 * another world than the demo's, a file below the project.
 */
export async function startExchange(name, { settings = {}, contract = true, demo = 'schema/demo/national.json' } = {}) {
  mkdirSync(VAR, { recursive: true });
  sweep();
  const ui = pages();
  const from = template(demo);
  removeOldTemplates([ui, from]);
  const x = new Exchange(join(VAR, `${name}-${process.pid}`), contract ? new Contract(join(ui, 'openapi.json')) : null);
  rmSync(x.dir, { recursive: true, force: true });
  mkdirSync(x.dir);
  running.add(x);
  x.note();
  try {
    run('cp', ['-a', '--', join(from, 'db'), join(from, 'ca'), join(from, 'keys'), x.dir]);
    await x.startDatabase();
    x.ports = [await freePort(), await freePort()];
    writeConfig(x.dir, x.ports, settings);
    x.origin = `https://localhost:${x.ports[0]}`;
    x.ca = readFileSync(join(x.dir, 'ca/ca.crt'));
    await x.startBroker();
  } catch (error) {
    x.remove();
    throw error;
  }
  return x;
}

export class Exchange {
  constructor(dir, contract) {
    this.dir = dir;
    this.contract = contract;
    this.clients = [];
    this.sessions = new Map();
  }

  /** Who owns this folder and what runs for it, for the sweep of a later run. */
  note() {
    writeFileSync(join(this.dir, 'exchange.json'), JSON.stringify({
      owner: { pid: process.pid, tick: startTick(process.pid) }, broker: this.broker?.mark, database: this.database,
    }));
  }

  // -- database --

  /** Not blocking: clients of this process go on meanwhile. */
  async startDatabase() {
    const out = await runBeside(join(ROOT, 'scripts/db-up'), [join(this.dir, 'db')]);
    const values = Object.fromEntries(out.trim().split('\n').map(l => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]));
    this.database = { pid: Number(values.pid), tick: startTick(values.pid) };
    this.socket = values.socket;
    this.note();
  }

  /** kill -9; returns when it is gone. */
  async killDatabase() {
    killExactly(this.database);
    await poll(() => startTick(this.database.pid) !== this.database.tick, { what: 'the end of the database' });
  }

  /** Rows of a query as the database's administrator, each a list of texts. */
  sql(query, database = 'plek') {
    const out = run('mariadb', ['--no-defaults', `--socket=${this.socket}`, `--user=${userInfo().username}`, '--batch', '--skip-column-names', database], { input: query });
    return out === '' ? [] : out.replace(/\n$/, '').split('\n').map(l => l.split('\t'));
  }

  // -- broker --

  async startBroker() {
    const log = openSync(join(this.dir, 'plekd.log'), 'a');
    const child = spawn(join(BIN, 'plekd'), ['--config', join(this.dir, 'plekd.conf')], {
      stdio: ['ignore', log, log],
      env: { ...process.env, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=1:detect_stack_use_after_return=1`, UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1' },
    });
    closeSync(log);
    this.broker = { child, mark: { pid: child.pid, tick: startTick(child.pid) } };
    this.broker.ended = new Promise(done => {
      child.once('exit', (code, signal) => done(signal ?? code));
      child.once('error', error => done(error.message));
    });
    let ended;
    this.broker.ended.then(how => { ended = how; });
    this.note();
    const probe = this.client();
    await poll(async () => {
      if (ended !== undefined) throw new Error(`plekd ended at its start (${ended}): ${this.log().trim().split('\n').slice(-3).join(' / ')}`);
      return (await probe.get('/health').catch(() => null))?.status === 200;
    }, { within: READY_MS, every: 50, what: 'plekd to be ready' });
    probe.close();
  }

  /** kill -9; returns when it is gone. */
  async killBroker() {
    this.broker.asked = true;
    killExactly(this.broker.mark);
    await this.broker.ended;
  }

  /** SIGTERM; returns the exit status, which is 0 unless a sanitizer complained or it stopped badly. */
  async stopBroker() {
    this.broker.asked = true;
    this.broker.child.kill('SIGTERM');
    const timer = setTimeout(() => this.broker.child.kill('SIGKILL'), 30_000);
    const status = await this.broker.ended;
    clearTimeout(timer);
    return status;
  }

  log() {
    return readFileSync(join(this.dir, 'plekd.log'), 'utf8');
  }

  /** The operator's tool: { status, out }. */
  plek(...args) {
    const r = spawnSync(join(BIN, 'plek'), ['--config', join(this.dir, 'plekd.conf'), ...args], { encoding: 'utf8', timeout: 120_000 });
    return { status: r.status, out: `${r.stdout}${r.stderr}` };
  }

  // -- who speaks with it --

  /** A browser that is not signed in. OPTIONS: as Client's. */
  client(options = {}) {
    const c = new Client({ port: this.ports[0], ca: this.ca, origin: this.origin, contract: this.contract, ...options });
    this.clients.push(c);
    return c;
  }

  /** A new session of a demo account. */
  async signIn(username, options) {
    const c = this.client(options);
    await c.signIn(username, PASSWORD);
    return c;
  }

  /** The session of a demo account, made once. */
  async as(username) {
    if (!this.sessions.has(username)) this.sessions.set(username, await this.signIn(username));
    return this.sessions.get(username);
  }

  /** At the machines' door with the certificate NAME of the exchange's authority (adapter, stranger), or none. */
  machine(name = 'adapter', door = 1) {
    const file = suffix => (name === null ? undefined : readFileSync(join(this.dir, `ca/${name}.${suffix}`)));
    return this.client({ port: this.ports[door], origin: undefined, cert: file('crt'), key: file('key') });
  }

  // -- the end --

  /** The durable seq once the broker has nothing left to do by itself (it searches on when a place comes free). */
  async quietSeq() {
    let seq = -1, since = 0;
    return poll(async () => {
      const now = (await this.health()).durableSeq;
      if (now !== seq) [seq, since] = [now, Date.now()];
      return Date.now() - since >= 500 && seq;
    }, { within: 20_000, every: 50, what: 'the broker to be quiet' });
  }

  /** Journal rows after SEQ that somebody asked for: not what the broker notes by itself (18 silence, 19 a place found). */
  askedForSince(seq) {
    return Number(this.sql(`SELECT COUNT(*) FROM journal WHERE seq > ${Number(seq)} AND kind NOT IN (18, 19)`)[0][0]);
  }

  async health() {
    const c = this.client();
    const r = await c.get('/health');
    c.close();
    return r.json;
  }

  /** Orderly end, and what it tells: a leak, a sanitizer's finding, an answer that the description does not know. */
  async stop() {
    const faults = [];
    for (const c of this.clients) c.close();
    try {
      if (this.broker && startTick(this.broker.mark.pid) === this.broker.mark.tick) {
        const status = await this.stopBroker();
        if (status !== 0) faults.push(`plekd ended with ${status}`);
      } else if (this.broker && !this.broker.asked) {
        faults.push(`plekd ended by itself (${await this.broker.ended}): ${this.log().trim().split('\n').slice(-2).join(' / ')}`);
      }
      const found = this.log().split('\n').filter(l => /ERROR: \w+Sanitizer|runtime error:|SUMMARY: |CHECK failed|check failed/.test(l));
      if (found.length) faults.push(...found.slice(0, 5));
      if (this.contract) faults.push(...this.contract.faults.slice(0, 10));
      if (faults.length && process.env.PLEK_KEEP) cpSync(join(this.dir, 'plekd.log'), join(VAR, 'last-failed-plekd.log'));
    } finally {
      this.remove();
    }
    if (faults.length) throw new Error(faults.join('\n'));
  }

  /** At once, whatever state it is in; also from the exit hook. */
  remove() {
    if (!running.delete(this)) return;
    killExactly(this.broker?.mark);
    killExactly(this.database);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
