// One browser (cookies, CSRF token, Origin) or one machine (client certificate) over HTTPS, with keep-alive. Every
// write gets an Idempotency-Key of its own unless the test gives one.
import { randomBytes } from 'node:crypto';
import https from 'node:https';
import { connect } from 'node:tls';
import { EventStream } from './events.mjs';

export const newKey = () => randomBytes(12).toString('hex');
const ANSWER_MS = 40_000; // the broker's own bound is 30 s

export class Client {
  /** CONTRACT: holds each answer against openapi.yaml. */
  constructor({ port, ca, origin, cert, key, contract = null, sockets = Infinity }) {
    this.tls = { host: '127.0.0.1', port, servername: 'localhost', ca, cert, key };
    this.origin = origin;
    this.contract = contract;
    this.agent = new https.Agent({ keepAlive: true, maxSockets: sockets });
    this.cookies = new Map();
    this.csrf = undefined;
    this.session = undefined;
    this.streams = [];
  }

  close() {
    for (const s of this.streams) s.close();
    this.agent.destroy();
  }

  async signIn(username, password) {
    const r = await this.post('/session', { username, password });
    if (r.status !== 201) throw new Error(`sign-in of ${username}: ${r.status} ${r.text}`);
    this.session = r.json;
    this.csrf = r.json.csrfToken;
    return r;
  }

  get(path, options) {
    return this.request('GET', path, options);
  }

  /** BODY is an object, or a text that is sent as it is; OPTIONS.key is the Idempotency-Key (null = none). */
  post(path, body = {}, options = {}) {
    return this.request('POST', path, { key: newKey(), ...options, body });
  }

  /** { status, headers, json, text, bytes }. Rejects when there was no answer. PATH is below /api/v1 unless RAW. */
  async request(method, path, { body, key, headers = {}, raw = false, timeout = ANSWER_MS } = {}) {
    const payload = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const all = { Host: `localhost:${this.tls.port}` };
    if (method !== 'GET' && method !== 'HEAD') {
      if (this.origin) all.Origin = this.origin;
      if (this.csrf) all['X-CSRF-Token'] = this.csrf;
      if (key) all['Idempotency-Key'] = key;
      if (payload) all['Content-Type'] = 'application/json';
    }
    if (payload) all['Content-Length'] = payload.length;
    if (this.cookies.size) all.Cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
    for (const [k, v] of Object.entries(headers)) {
      const same = Object.keys(all).find(n => n.toLowerCase() === k.toLowerCase());
      if (same) delete all[same];
      if (v !== null) all[k] = v;
    }
    const url = raw ? path : `/api/v1${path}`;
    const answer = await this.#send(method, url, all, payload, timeout);
    this.#takeCookies(answer.headers['set-cookie'] ?? []);
    if (/json/.test(answer.headers['content-type'] ?? '')) answer.json = JSON.parse(answer.text);
    if (!raw) this.contract?.check(method, path, answer);
    return answer;
  }

  #send(method, path, headers, payload, timeout) {
    return new Promise((done, fail) => {
      const request = https.request({ ...this.tls, agent: this.agent, method, path, headers, timeout }, response => {
        const chunks = [];
        response.on('data', c => chunks.push(c));
        response.on('error', fail);
        response.on('aborted', () => fail(new Error('the answer broke off')));
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          done({ status: response.statusCode, headers: response.headers, text: bytes.toString('utf8'), bytes });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${timeout} ms`)));
      request.on('error', fail);
      request.end(payload);
    });
  }

  #takeCookies(lines) {
    for (const line of lines) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (/;\s*Max-Age=0/i.test(line)) this.cookies.delete(name);
      else if (name) this.cookies.set(name, value);
    }
  }

  /** Bytes as they are, over TLS; all that came back until the other side closed. */
  bytes(text, within = 5_000) {
    return new Promise((done, fail) => {
      let got = '';
      const socket = connect({ ...this.tls }, () => socket.write(text));
      socket.setTimeout(within, () => socket.destroy());
      socket.on('data', d => { got += d.toString('latin1'); });
      socket.on('error', e => (got ? done(got) : fail(e)));
      socket.on('close', () => done(got));
    });
  }

  /** The live stream of this session; AFTER as Last-Event-ID. Resolves when it has begun. */
  async events(after) {
    const stream = new EventStream(this, after);
    this.streams.push(stream);
    await stream.begun;
    return stream;
  }
}
