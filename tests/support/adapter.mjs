// The real plek-adapter beside an exchange of exchange.mjs: its folders below the exchange's own, its certificate the one
// that the demo knows. Ended by pid, also when the test fails; what lies in its folders goes with the exchange.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
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

/** Start the adapter of exchange X and wait until it takes files and pushes. OWN: with a copy of the profiles that the
 * test may change (dir/profiles), kept when it is started again. */
export async function startAdapter(x, { own = false } = {}) {
  const dir = join(x.dir, 'adapter');
  const port = await freePort();
  for (const d of ['spool', 'drop', 'quarantine']) mkdirSync(join(dir, d), { recursive: true, mode: 0o700 });
  // The very lines that scripts/run writes; it counts ports up from one, so those two are put right afterwards.
  const r = spawnSync('bash', ['-euc', '. "$0/scripts/lib/common.sh"; . "$0/scripts/lib/config.sh"; config_adapter "$1" 1000', ROOT, x.dir], { encoding: 'utf8' });
  if (r.status !== 0) throw new Error(`config_adapter: ${r.stderr}`);
  let conf = r.stdout.replaceAll('127.0.0.1:1001', `127.0.0.1:${x.ports[1]}`).replaceAll('127.0.0.1:1002', `127.0.0.1:${port}`);
  if (own) {
    const profiles = join(dir, 'profiles');
    if (!existsSync(profiles)) cpSync(join(ROOT, 'adapters/profiles'), profiles, { recursive: true });
    conf = conf.replace(/^profiles_dir = .*$/m, `profiles_dir = ${profiles}`);
  }
  writeFileSync(join(x.dir, 'adapter.conf'), conf, { mode: 0o600 });
  const log = openSync(join(x.dir, 'adapter.log'), 'a');
  const child = spawn(join(BIN, 'plek-adapter'), ['--config', join(x.dir, 'adapter.conf')], { stdio: ['ignore', log, log] });
  closeSync(log);
  const adapter = new Adapter(dir, child, join(x.dir, 'adapter.log'));
  await poll(async () => {
    if (adapter.how !== undefined) throw new Error(`plek-adapter ended at its start (${adapter.how}): ${adapter.log().trim().split('\n').slice(-3).join(' / ')}`);
    return answers(port);
  }, { within: READY_MS, every: 50, what: 'plek-adapter to be ready' });
  return adapter;
}

class Adapter {
  constructor(dir, child, logFile) {
    Object.assign(this, { dir, child, logFile, tick: startTick(child.pid) });
    this.ended = new Promise(done => child.once('error', e => done(e.message)).once('exit', (code, signal) => done(signal ?? code)));
    this.ended.then(how => { this.how = how; });
    this.atExit = () => { if (startTick(child.pid) === this.tick) child.kill('SIGKILL'); };
    process.once('exit', this.atExit);
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

  /** Change profile NAME (of startAdapter's OWN) from its text to CHANGE(text), in one step; the text it was. */
  profile(name, change) {
    const file = join(this.dir, 'profiles', `${name}.json`);
    const text = readFileSync(file, 'utf8');
    writeFileSync(`${file}.new`, change(text));
    renameSync(`${file}.new`, file);
    return text;
  }

  hangup() {
    this.child.kill('SIGHUP');
  }

  /** kill -9; returns when it is gone. */
  async kill() {
    process.removeListener('exit', this.atExit);
    this.child.kill('SIGKILL');
    await this.ended;
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
