// The real plek-adapter beside an exchange of exchange.mjs: its folders below the exchange's own, its certificate the one
// that the demo knows. Ended by pid, also when the test fails; what lies in its folders goes with the exchange.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { BIN, ROOT, freePort, startTick } from './exchange.mjs';
import { poll } from './wait.mjs';

const READY_MS = 30_000;

function answers(port) {
  return new Promise(done => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); done(true); });
    socket.once('error', () => done(false));
  });
}

/**
 * Start the adapter of exchange X and wait until it takes files and pushes. PROFILES: a folder of them instead of the
 * demo's; TOKENS: provider → bearer token, who may push; PROGRAM: another build of it.
 */
export async function startAdapter(x, { profiles = null, tokens = {}, program = join(BIN, 'plek-adapter') } = {}) {
  const dir = join(x.dir, 'adapter');
  const port = await freePort();
  for (const d of ['spool', 'drop', 'quarantine']) mkdirSync(join(dir, d), { recursive: true, mode: 0o700 });
  // The very lines that scripts/run writes; it counts ports up from one, so those two are put right afterwards.
  const r = spawnSync('bash', ['-euc', '. "$0/scripts/lib/common.sh"; . "$0/scripts/lib/config.sh"; config_adapter "$1" 1000', ROOT, x.dir], { encoding: 'utf8' });
  if (r.status !== 0) throw new Error(`config_adapter: ${r.stderr}`);
  let conf = r.stdout.replaceAll('127.0.0.1:1001', `127.0.0.1:${x.ports[1]}`).replaceAll('127.0.0.1:1002', `127.0.0.1:${port}`);
  if (profiles !== null) conf = conf.replace(/^profiles_dir = .*$/m, `profiles_dir = ${profiles}`);
  const access = Object.entries(tokens).map(([provider, token]) => `${provider} = token-sha256:${createHash('sha256').update(token).digest('hex')}\n`).join('');
  if (access !== '') {
    writeFileSync(join(dir, 'push.access'), access, { mode: 0o600 });
    conf += `push_access = ${join(dir, 'push.access')}\n`;
  }
  writeFileSync(join(x.dir, 'adapter.conf'), conf, { mode: 0o600 });
  const adapter = new Adapter(x, dir, port, program);
  await adapter.start();
  return adapter;
}

class Adapter {
  constructor(x, dir, port, program) {
    Object.assign(this, { dir, port, program, conf: join(x.dir, 'adapter.conf'), logFile: join(x.dir, 'adapter.log'), ca: x.ca });
    this.atExit = () => { if (startTick(this.child.pid) === this.tick) this.child.kill('SIGKILL'); };
  }

  /** At the start, and after kill(): the same folders and port. */
  async start() {
    const log = openSync(this.logFile, 'a');
    const child = spawn(this.program, ['--config', this.conf], { stdio: ['ignore', log, log] });
    closeSync(log);
    Object.assign(this, { child, tick: startTick(child.pid), how: undefined });
    this.ended = new Promise(done => child.once('error', e => done(e.message)).once('exit', (code, signal) => done(signal ?? code)));
    this.ended.then(how => { if (this.child === child) this.how = how; });
    process.removeListener('exit', this.atExit);
    process.once('exit', this.atExit);
    await poll(async () => {
      if (this.how !== undefined) throw new Error(`plek-adapter ended at its start (${this.how}): ${this.log().trim().split('\n').slice(-3).join(' / ')}`);
      return answers(this.port);
    }, { within: READY_MS, every: 50, what: 'plek-adapter to be ready' });
  }

  /** kill -9; returns when it is gone. */
  async kill() {
    this.atExit();
    await this.ended;
  }

  /** POST /push/PROVIDER; the status, or null when there was no answer. */
  push(provider, token, body) {
    return new Promise(done => {
      const headers = { Authorization: `Bearer ${token}`, 'Content-Length': Buffer.byteLength(body) };
      const request = https.request({ host: '127.0.0.1', port: this.port, servername: 'localhost', ca: this.ca, method: 'POST', path: `/push/${provider}`, headers, timeout: 20_000 }, response => {
        response.on('error', () => done(null)).on('aborted', () => done(null)).on('end', () => done(response.statusCode)).resume();
      });
      request.on('timeout', () => request.destroy(new Error('no answer'))).on('error', () => done(null)).end(body);
    });
  }

  /** Entries in the spool. */
  waiting() {
    const spool = join(this.dir, 'spool');
    return readdirSync(spool, { withFileTypes: true }).filter(d => d.isDirectory() && !d.name.startsWith('.'))
      .reduce((n, d) => n + readdirSync(join(spool, d.name)).filter(f => !f.startsWith('.')).length, 0);
  }

  log() {
    return readFileSync(this.logFile, 'utf8');
  }

  /** The demo's provider files with the present time in them, dropped as scripts/run drops them; their paths. */
  dropDemo() {
    const r = spawnSync(join(ROOT, 'schema/demo/feeds/stamp'), [join(this.dir, 'drop')], { encoding: 'utf8' });
    if (r.status !== 0) throw new Error(`stamp: ${r.stderr}`);
    return r.stdout.trim().split('\n');
  }

  /** Put TEXT in PROVIDER's drop folder under NAME, in one step. */
  drop(provider, name, text) {
    const folder = join(this.dir, 'drop', provider);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `.${name}.part`), text);
    renameSync(join(folder, `.${name}.part`), join(folder, name));
  }

  /** What was put aside: for each file its reason, as written beside it. */
  quarantined() {
    const all = (dir) => (existsSync(dir) ? readdirSync(dir).flatMap(n => (statSync(join(dir, n)).isDirectory() ? all(join(dir, n)) : [join(dir, n)])) : []);
    return all(join(this.dir, 'quarantine')).filter(f => f.endsWith('.json'))
      .map(file => ({ file, reason: JSON.parse(readFileSync(file, 'utf8')) }));
  }

  /** SIGTERM; throws unless it ended well within 15 s and no sanitizer complained. */
  async stop() {
    this.child.kill('SIGTERM');
    const timer = setTimeout(this.atExit, 15_000);
    const how = await this.ended;
    clearTimeout(timer);
    process.removeListener('exit', this.atExit);
    const found = this.log().split('\n').filter(l => /ERROR: \w+Sanitizer|runtime error:|CHECK failed/.test(l));
    if (how !== 0 || found.length > 0) throw new Error(`plek-adapter ended with ${how}: ${found.slice(0, 3).join(' / ')}`);
  }
}
