// The test plays the adapter: heartbeats, messages, orders, as adapters/tell/courier.c does them.
import { randomBytes } from 'node:crypto';
import { demo, expectStatus, poolOf } from './world.mjs';
import { poll } from './wait.mjs';

export const codeOf = org => demo.organisations[org - 1].code;
export const poolsOf = org => demo.pools.filter(p => demo.locations[p.location - 1].organisation === org);
export const newId = () => `m-${randomBytes(8).toString('hex')}`;
const ago = ms => new Date(Date.now() - ms).toISOString();

/** One observation of POOL (id) as an adapter tells it. */
export function aFeedReport(poolId, over = {}) {
  const { code, units_total: total } = poolOf(poolId);
  return { line: 2, pool: code, reportId: newId(), observedAt: new Date().toISOString(), source: 'feed', unitsTotal: total, unitsFree: 1, unitsOccupied: 0, unitsOutOfOrder: 0, deliverable: true, ...over };
}

export function aMessage(org, over = {}) {
  return { provider: codeOf(org), messageId: newId(), channel: 'drop', format: 'csv', profile: 'proef', bytes: 120, receivedAt: new Date().toISOString(), outcome: 'taken', reports: [], complaints: [], more: 0, notices: [], ...over };
}

export const aQuarantined = (org, over = {}) => aMessage(org, { outcome: 'quarantined', complaints: [{ line: 3, field: 'vrij', reason: 'is not a whole number' }], ...over });

export const aFeed = (org, over = {}) => ({ provider: codeOf(org), channel: 'drop', profile: 'proef', expectedMinutes: 60, test: false, lastMessageAt: ago(60_000), waiting: 0, ...over });

export class Adapter {
  constructor(client, feeds, name = 'proef') {
    Object.assign(this, { client, feeds, name, startedAt: ago(5_000) });
  }

  beat(over = {}) {
    return this.client.post('/feed-heartbeats', { adapter: this.name, startedAt: this.startedAt, feeds: this.feeds, ...over }, { key: null });
  }

  async orders() {
    return expectStatus(await this.beat(), 200, 'heartbeat').orders;
  }

  /** The first order that is WANTED, or of that kind, as soon as the broker gives it. */
  order(wanted) {
    const fits = typeof wanted === 'function' ? wanted : o => o.kind === wanted;
    return poll(async () => (await this.orders()).find(fits), { within: 5_000, every: 50, what: 'an order' });
  }

  tell(message, options) {
    return this.client.post('/feed-messages', message, options);
  }
}
