// A real mail server (Debian's exim, unpacked by scripts/setup test) on loopback, as an ordinary user, with STARTTLS and
// sign-in; what it takes lies in a maildir. Everything of it is in a folder of its own below the system's temporary one,
// because an account that is not ours must be able to reach it.
//
//   const m = await startMailServer({ cert, key });      // PEM texts for localhost
//   m.url, m.user, m.password
//   m.messages()                                         // [{ headers, subject, text, raw }]
//   await m.stop();
//
// Recipients: weg@... does not exist (550), later@... is never taken (451), all else is.
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, closeSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ROOT, freePort } from './exchange.mjs';
import { poll } from './wait.mjs';

const UNPACKED = join(ROOT, 'var/cache/mail-server');
const NOBODY = 65534;

const config = (dir, port) => `
primary_hostname = mail.test
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = ${dir}/spool
log_file_path = ${dir}/log/%slog
pid_file_path = ${dir}/exim.pid
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = ${dir}/cert.pem
tls_privatekey = ${dir}/key.pem
auth_advertise_hosts = \${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = acl_rcpt
deliver_drop_privilege = true
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
never_users =
begin acl
acl_rcpt:
  deny !authenticated = *
       message = sign in first
  deny local_parts = weg
       message = no such mailbox
  defer local_parts = later
        message = not now
  accept
begin routers
all:
  driver = accept
  transport = files
begin transports
files:
  driver = appendfile
  directory = ${dir}/mail
  maildir_format
  user = Debian-exim
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{$auth2}{plek}}{eq{$auth3}{geheim wachtwoord}}}}
  server_set_id = $auth2
`;

const servers = new Set();
process.on('exit', () => { for (const s of servers) s.remove(); });

/** One mail as it lies in the maildir: headers by lower-case name, subject and text decoded. */
function read(raw) {
  const [head, ...rest] = raw.replace(/\r\n/g, '\n').split('\n\n');
  const headers = Object.fromEntries(head.replace(/\n[ \t]+/g, ' ').split('\n').map(l => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 1).trim()]));
  const text = Buffer.from(rest.join('\n\n'), 'base64').toString('utf8');
  const subject = (headers.subject ?? '').replace(/=\?utf-8\?B\?([^?]*)\?=\s*/gi, (_, b) => Buffer.from(b, 'base64').toString('utf8'));
  return { headers, subject, text, raw };
}

class MailServer {
  constructor(dir, port) {
    Object.assign(this, { dir, port, url: `smtp://localhost:${port}`, user: 'plek', password: 'geheim wachtwoord' });
  }

  async start() {
    const root = userInfo().uid === 0;
    const own = root ? { uid: NOBODY, gid: NOBODY } : {};
    const lib = join(this.dir, 'bin/lib');
    const log = openSync(join(this.dir, 'exim.log'), 'a');
    this.child = spawn(join(this.dir, 'bin/exim4'), ['-C', join(this.dir, 'exim.conf'), '-bdf', '-q5s'], {
      ...own, cwd: this.dir, stdio: ['ignore', log, log],
      env: { LD_LIBRARY_PATH: lib, LD_PRELOAD: join(lib, 'libnss_wrapper.so'), NSS_WRAPPER_PASSWD: join(this.dir, 'passwd'), NSS_WRAPPER_GROUP: join(this.dir, 'group') },
    });
    closeSync(log);
    this.ended = new Promise(done => { this.child.once('exit', done); this.child.once('error', done); });
    const answers = () => new Promise(done => {
      const s = connect(this.port, '127.0.0.1', () => { s.destroy(); done(true); });
      s.once('error', () => done(false));
    });
    await poll(answers, { within: 10_000, every: 50, what: `the mail server (${readFileSync(join(this.dir, 'exim.log'), 'utf8').slice(-300)})` });
  }

  messages() {
    const dir = join(this.dir, 'mail/new');
    return existsSync(dir) ? readdirSync(dir).sort().map(f => read(readFileSync(join(dir, f), 'utf8'))) : [];
  }

  /** Its own log of sessions: who signed in, over what. */
  log() {
    const file = join(this.dir, 'log/mainlog');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
    this.remove();
  }

  remove() {
    if (!servers.delete(this)) return;
    if (this.child?.exitCode === null) this.child.kill('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export async function startMailServer({ cert, key }) {
  if (!existsSync(join(UNPACKED, 'usr/sbin/exim4'))) throw new Error('no mail server: run scripts/setup test');
  const dir = mkdtempSync(join(tmpdir(), 'plek-mail-'));
  const { uid, gid } = userInfo();
  const as = uid === 0 ? [NOBODY, NOBODY] : [uid, gid];
  chmodSync(dir, 0o711);
  mkdirSync(join(dir, 'bin'));
  cpSync(join(UNPACKED, 'usr/sbin/exim4'), join(dir, 'bin/exim4'));
  chmodSync(join(dir, 'bin/exim4'), 0o755);
  const libs = readdirSync(join(UNPACKED, 'usr/lib')).find(n => n.endsWith('-linux-gnu'));
  cpSync(join(UNPACKED, 'usr/lib', libs), join(dir, 'bin/lib'), { recursive: true, dereference: true });
  const server = new MailServer(dir, await freePort());
  const files = {
    'exim.conf': config(dir, server.port), 'cert.pem': cert, 'key.pem': key, 'exim.log': '',
    passwd: `root:x:0:0::/:/bin/sh\nDebian-exim:x:${as[0]}:${as[1]}::/:/bin/sh\n`, group: `root:x:0:\nDebian-exim:x:${as[1]}:\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(dir, name), text, { mode: name === 'key.pem' ? 0o600 : 0o644 });
    chownSync(join(dir, name), ...as);
  }
  for (const name of ['spool', 'mail', 'log']) {
    mkdirSync(join(dir, name));
    chownSync(join(dir, name), ...as);
  }
  chownSync(dir, ...as);
  servers.add(server);
  try {
    await server.start();
  } catch (error) {
    server.remove();
    throw error;
  }
  return server;
}
