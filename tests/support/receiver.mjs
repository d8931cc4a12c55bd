// A receiver of webhooks and of gateways' calls: an https server of node with a certificate of its own, that keeps what
// came and answers as it is told, path by path.
//
//   const r = await startReceiver({ cert, key });
//   r.answer('/hook', () => 503);                // status, or { hang: true }, or { status, headers }
//   r.got('/hook')                               // [{ path, headers, body, text, at, status, goneAfter }]
//   await r.close(); await r.open();             // down, and back on the same port
import https from 'node:https';
import { freePort } from './exchange.mjs';

export async function startReceiver({ cert, key }) {
  const r = new Receiver(cert, key, await freePort());
  await r.open();
  return r;
}

class Receiver {
  #answers = new Map();
  #sockets = new Set();

  constructor(cert, key, port) {
    Object.assign(this, { cert, key, port, all: [] });
  }

  url(path) {
    return `https://localhost:${this.port}${path}`;
  }

  /** FN(the request so far, how many came to this path before). */
  answer(path, fn) {
    this.#answers.set(path, fn);
  }

  got(path) {
    return this.all.filter(q => q.path === path);
  }

  async open() {
    this.server = https.createServer({ cert: this.cert, key: this.key }, (request, response) => {
      const chunks = [];
      request.on('data', c => chunks.push(c));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const path = request.url;
        const before = this.got(path).length;
        const one = { path, method: request.method, headers: request.headers, text, body: JSON.parse(text), at: Date.now() };
        this.all.push(one);
        const said = (this.#answers.get(path) ?? (() => 200))(one, before);
        // How many requests had come in all when who asked went away: the order of things, whatever the clock says.
        response.on('close', () => { one.goneAfter = this.all.length; });
        if (said.hang) return;
        one.status = said.status ?? said; // what never was answered has none
        response.writeHead(one.status, said.headers ?? {});
        response.end('ok');
      });
    });
    this.server.on('secureConnection', s => { this.#sockets.add(s); s.on('close', () => this.#sockets.delete(s)); s.on('error', () => {}); });
    await new Promise(done => this.server.listen(this.port, '127.0.0.1', done));
  }

  async close() {
    const closed = new Promise(done => this.server.close(done));
    for (const s of this.#sockets) s.destroy();
    await closed;
  }
}
