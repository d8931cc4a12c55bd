// The running adapter against every hostile file of tests/hostile, by drop folder and by push, one after the other; ten GiB by
// a length lie in both; then a good file of each format is taken. The process is the same one, its memory is told before
// and after. Nobody answers where the broker should be, so what was taken waits in the spool and can be counted.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { BIN, ROOT, freePort } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';

const HOSTILE = join(ROOT, 'tests/hostile');
const FORMATS = readdirSync(join(HOSTILE, 'formats')).filter(n => n.endsWith('.json')).map(n => n.slice(0, -5)).sort();
const GROWTH_MAX = 96 * 1024 * 1024; // of the resident memory; one 10 GiB or one laugh would be far more
const CPU_S_MAX = 120; // of all some 1,500 files, under sanitizers
const TOKEN = 'hostile-files-token-0123456789';
const BSN = '999990019'; // for tests only, never given out
const GIB_10 = 10 * 1024 ** 3;

const ESCAPES = { n: '\n', r: '\r', t: '\t', '\\': '\\' };

/** The bytes of a table's content field, as latin1 text: see files.table. */
function expand(text, number) {
  let out = '';
  for (let i = 0; i < text.length;) {
    if (text[i] === '#' && number !== undefined) { out += number; i++; } else if (text[i] !== '\\') out += text[i++];
    else if (text[i + 1] === 'x') { out += String.fromCharCode(parseInt(text.slice(i + 2, i + 4), 16)); i += 4; } else if (text[i + 1] === '(') {
      const [head, n] = /^\\\((\d+) /.exec(text.slice(i));
      let close = i + head.length;
      while (text.slice(close, close + 2) !== '\\)') close += text[close] === '\\' ? 2 : 1;
      const unit = text.slice(i + head.length, close);
      out += unit.includes('#') ? Array.from({ length: Number(n) }, (_, k) => expand(unit, k)).join('') : expand(unit).repeat(Number(n));
      i = close + 2;
    } else { out += ESCAPES[text[i + 1]] ?? text[i + 1]; i += 2; }
  }
  return out;
}

const content = field => (field.startsWith('@') ? readFileSync(join(HOSTILE, 'files', field.slice(1))) : Buffer.from(expand(field), 'latin1'));

const files = readFileSync(join(HOSTILE, 'files.table'), 'utf8').split('\n').filter(l => l !== '' && !l.startsWith('#'))
  .map(l => l.split('\t')).map(([name, formats, , field]) => ({ name, formats: formats.split(','), bytes: content(field) }));
const good = format => readFileSync(join(HOSTILE, 'formats', `${format}.good`));
const providerOf = format => `h-${format.replaceAll('_', '-')}`;

let dir, child, port, ended;
const path = (...parts) => join(dir, ...parts);
const log = () => readFileSync(path('log'), 'utf8');
const reasons = provider => (existsSync(path('quarantine', provider)) ? readdirSync(path('quarantine', provider)).filter(n => n.endsWith('.reason.json')) : []);
const spooled = provider => (existsSync(path('spool', provider)) ? readdirSync(path('spool', provider)).filter(n => !n.startsWith('.')).length : 0);
const dropping = provider => readdirSync(path('drop', provider)).filter(n => !n.startsWith('.')).length;
const resident = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) * 1024;
/** Processor seconds so far; 100 ticks in each. */
const cpu = () => readFileSync(`/proc/${child.pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ').slice(11, 13).reduce((sum, t) => sum + Number(t), 0) / 100;

test.before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'plek-hostile-'));
  for (const d of ['spool', 'drop', 'quarantine', 'profiles']) mkdirSync(path(d), { mode: 0o700 });
  for (const format of FORMATS) writeFileSync(path('profiles', `${format}.json`), readFileSync(join(HOSTILE, 'formats', `${format}.json`)));
  const ca = spawnSync('bash', ['-euc', '. "$0/scripts/lib/common.sh"; . "$0/scripts/lib/ca.sh"; ca_local "$1"', ROOT, path('ca')], { encoding: 'utf8' });
  assert.equal(ca.status, 0, ca.stderr);
  port = await freePort();
  const nobody = await freePort();
  writeFileSync(path('access'), FORMATS.map(f => `${providerOf(f)} = token-sha256:${createHash('sha256').update(TOKEN).digest('hex')}\n`).join(''), { mode: 0o600 });
  const config = { broker: `https://127.0.0.1:${nobody}`, ca: path('ca/ca.crt'), cert: path('ca/adapter.crt'), key: path('ca/adapter.key'),
    spool_dir: path('spool'), drop_dir: path('drop'), quarantine_dir: path('quarantine'), profiles_dir: path('profiles'), feeds_dir: join(ROOT, 'schema/feeds'),
    push_listen: `127.0.0.1:${port}`, push_cert: path('ca/server.crt'), push_key: path('ca/server.key'), push_access: path('access') };
  writeFileSync(path('conf'), Object.entries(config).map(([k, v]) => `${k} = ${v}\n`).join(''), { mode: 0o600 });
  const out = openSync(path('log'), 'a');
  // What the sanitizer holds back of freed memory would hide what the program itself uses.
  child = spawn(join(BIN, 'plek-adapter'), ['--config', path('conf')], { stdio: ['ignore', out, out], env: { ...process.env, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:quarantine_size_mb=1:detect_leaks=1` } });
  closeSync(out);
  ended = new Promise(done => child.once('exit', (code, signal) => done(signal ?? code)));
  await poll(() => new Promise(done => {
    assert.equal(child.exitCode, null, log());
    const s = connectTcp(port, '127.0.0.1');
    s.once('connect', () => { s.destroy(); done(true); }).once('error', () => done(false));
  }), { within: 60_000, every: 50, what: 'plek-adapter to listen' });
});

test.after(async () => {
  if (child?.exitCode === null) child.kill('SIGKILL');
  await ended;
  rmSync(dir, { recursive: true, force: true });
});

function drop(provider, name, bytes) {
  writeFileSync(path('drop', provider, `.${name}.part`), bytes);
  renameSync(path('drop', provider, `.${name}.part`), path('drop', provider, name));
}

/** POST BYTES as PROVIDER; the answer's status and JSON. */
function push(provider, bytes) {
  return new Promise((done, fail) => {
    const r = request({ host: '127.0.0.1', port, path: `/push/${provider}`, method: 'POST', rejectUnauthorized: false, timeout: 60_000,
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Length': bytes.length } }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', d => { text += d; }).on('end', () => done({ status: answer.statusCode, body: text === '' ? {} : JSON.parse(text) }));
    });
    r.on('error', e => (e.code === 'EPIPE' || e.code === 'ECONNRESET' ? done({ status: 0, body: {} }) : fail(e)));
    r.on('timeout', () => r.destroy(new Error(`no answer to a push of ${provider}`)));
    r.end(bytes);
  });
}

const settled = (provider, n, what, most = n) => poll(async () => dropping(provider) === 0 && reasons(provider).length >= n && reasons(provider).length <= most, { within: 120_000, every: 50, what });

test('there are enough of them, for each format', () => {
  assert.ok(files.length >= 60, `${files.length}`);
  for (const format of FORMATS) assert.ok(files.filter(f => f.formats.includes(format)).length >= 20, format);
});

const at = {}; // resident memory and processor time before anything hostile came

for (const format of FORMATS)
  test(`dropped and pushed: every hostile file of ${format}`, { timeout: 600_000 }, async t => {
    const provider = providerOf(format), mine = files.filter(f => f.formats.includes(format));
    if (at.rss === undefined) {
      // Once through it all with good files: what is made at first use is no growth.
      for (const f of FORMATS) {
        drop(providerOf(f), 'first', good(f));
        await poll(async () => dropping(providerOf(f)) === 0, { within: 60_000, every: 20, what: `the first ${f} to be taken` });
      }
      Object.assign(at, { rss: resident(), cpu: cpu() });
    }
    for (const { name, bytes } of mine) drop(provider, name, bytes);
    await settled(provider, mine.length, `the ${mine.length} files of ${format} to be refused`);
    for (const { name, bytes } of mine) {
      const { status, body } = await push(provider, bytes);
      if (bytes.length > 1024 * 1024) { // refused by its length, before a byte of it is read
        assert.ok(status === 413 || status === 0, `${name}: ${status}`);
        continue;
      }
      assert.equal(status, 422, `${name}: ${JSON.stringify(body)}`);
      assert.ok(body.complaints.length > 0, name);
    }
    const pushed = mine.filter(f => f.bytes.length <= 1024 * 1024).length;
    // What is refused by its length alone may be noted or not.
    await settled(provider, mine.length + pushed, `what was pushed as ${format} to be set aside`, 2 * mine.length);
    for (const name of reasons(provider)) {
      const reason = JSON.parse(readFileSync(path('quarantine', provider, name), 'utf8'));
      assert.ok(reason.complaints.length > 0 && reason.complaints[0].reason.length > 5, name);
      assert.equal(existsSync(path('quarantine', provider, name.replace('.reason.json', ''))), reason.kept, name);
    }
    if (format === 'iwmo') assert.equal(readdirSync(path('quarantine', provider)).length, reasons(provider).length);
    t.diagnostic(`${mine.length} dropped, ${mine.length} pushed`);
  });

test('ten GiB by a length lie, dropped and pushed', async () => {
  for (const format of FORMATS) {
    const provider = providerOf(format), before = reasons(provider).length;
    writeFileSync(path('drop', provider, '.huge.part'), good(format));
    truncateSync(path('drop', provider, '.huge.part'), GIB_10); // nothing of it is on the disk
    renameSync(path('drop', provider, '.huge.part'), path('drop', provider, 'huge'));
    await settled(provider, before + 1, `the huge ${format} to be refused`);
    const newest = JSON.parse(readFileSync(path('quarantine', provider, reasons(provider).sort().at(-1)), 'utf8'));
    assert.match(newest.complaints[0].reason, /larger than/);
    assert.equal(newest.kept, false);
    const head = `POST /push/${provider} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: ${GIB_10}\r\n\r\n`;
    const answer = await new Promise((done, fail) => {
      const s = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => s.write(head + good(format)));
      let text = '';
      s.setTimeout(30_000, () => s.destroy(new Error('no answer'))).on('data', d => { text += d; }).on('error', fail).on('close', () => done(text));
    });
    assert.match(answer, /^HTTP\/1\.1 413 /);
  }
});

test('the process lives on: a good file of each format is taken, and it has not grown', async t => {
  const before = Object.fromEntries(FORMATS.map(f => [f, spooled(providerOf(f))]));
  for (const format of FORMATS) {
    const provider = providerOf(format), set = reasons(provider).length;
    drop(provider, 'good', good(format));
    await settled(provider, set, `the good ${format} to be taken`);
    const { status, body } = await push(provider, good(format));
    assert.equal(status, 202, `${format}: ${JSON.stringify(body)}`);
    // A cross-check is counted and goes nowhere.
    const reports = format === 'iwmo' ? 0 : 1;
    assert.equal(body.reports, reports, format);
    assert.equal(spooled(provider) - before[format], 2 * reports, format);
    assert.match(log(), new RegExp(`msg="file taken" provider=${provider} reports=${reports}`));
  }
  // Of the person in the messages of iWmo nothing is anywhere: taken, refused, cut off, or sent as another format.
  const all = d => readdirSync(d, { withFileTypes: true }).flatMap(e => (e.isDirectory() ? all(join(d, e.name)) : [join(d, e.name)]));
  for (const file of all(dir)) assert.equal(readFileSync(file).includes(BSN), false, file);
  assert.ok(good('iwmo').includes(BSN));
  const grown = resident() - at.rss, seconds = cpu() - at.cpu, mib = n => (n / 1024 / 1024).toFixed(1);
  t.diagnostic(`${files.length} files; resident ${mib(at.rss)} MiB before, ${mib(at.rss + grown)} MiB after; ${seconds.toFixed(1)} s of processor time for all`);
  assert.ok(grown < GROWTH_MAX, `grown by ${mib(grown)} MiB`);
  assert.ok(seconds < CPU_S_MAX, `${seconds} s`);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.doesNotMatch(log(), /ERROR: \w+Sanitizer|runtime error:|CHECK failed/);
});
