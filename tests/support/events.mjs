// Reader of the live stream (text/event-stream): keeps every event, tells when one has come.
import https from 'node:https';
import { poll } from './wait.mjs';

export class EventStream {
  constructor(client, after) {
    this.events = []; // { id, event, data }
    this.lastId = after === undefined ? undefined : String(after);
    this.ended = false;
    const headers = { Accept: 'text/event-stream', Cookie: [...client.cookies].map(([k, v]) => `${k}=${v}`).join('; ') };
    if (after !== undefined) headers['Last-Event-ID'] = String(after);
    this.begun = new Promise((done, fail) => {
      this.request = https.request({ ...client.tls, agent: false, path: '/api/v1/events', headers }, response => {
        this.status = response.statusCode;
        response.setEncoding('utf8');
        response.on('data', text => this.#take(text));
        response.on('close', () => { this.ended = true; });
        response.on('error', () => { this.ended = true; });
        done(this);
      });
      this.request.on('error', error => {
        this.ended = true;
        fail(error);
      });
      this.request.end();
    });
    this.begun.catch(() => {}); // the caller awaits it
    this.rest = '';
  }

  #take(text) {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop();
    for (const block of blocks) {
      const fields = {};
      for (const line of block.split('\n')) {
        const at = line.indexOf(':');
        if (at > 0) fields[line.slice(0, at)] = line.slice(at + 1).replace(/^ /, '');
      }
      if (fields.id !== undefined) this.lastId = fields.id;
      if (fields.data !== undefined) this.events.push({ id: Number(fields.id), event: fields.event, data: JSON.parse(fields.data) });
    }
  }

  /** The first event that IS wanted, waiting for it if need be. */
  until(is, within = 10_000) {
    return poll(() => this.events.find(is), { within, what: `an event; came: ${this.names().join(' ')}` });
  }

  names() {
    return this.events.map(e => e.event);
  }

  close() {
    this.request.destroy();
    this.ended = true;
  }
}
