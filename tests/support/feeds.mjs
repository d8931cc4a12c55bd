// An adapter as the exchange hears it, without one: it says which sources there are, tells of messages and answers what
// people ask for, over the machines' door with the adapter's own certificate. For the states of the pages that a real
// adapter reaches only by waiting, and for what must look the same in every walk.
import { newKey } from './client.mjs';

const iso = ms => new Date(ms).toISOString();
const must = (answer, ...statuses) => {
  if (!statuses.includes(answer.status)) throw new Error(`${answer.status} ${answer.text}`);
  return answer.json;
};

/** What a file with faults is told with. */
export const FAULTS = [
  { line: 4, field: 'free', reason: 'is more than the total' },
  { line: 7, field: 'pool', reason: "this place is not in the provider's profile" },
  { line: 0, field: '', reason: 'a sentence that no translator has seen' },
];

export class ToldFeeds {
  constructor(x) {
    this.machine = x.machine();
    this.startedAt = iso(Date.now());
    this.feeds = new Map();
  }

  /** Sources from now on, by provider; O overrides what a drop folder that works says. */
  has(provider, o = {}) {
    this.feeds.set(provider, { provider, channel: 'drop', profile: 'demo-csv', expectedMinutes: 60, test: false, lastMessageAt: iso(Date.now() - 60_000), waiting: 0, ...o });
    return this;
  }

  /** Say that it lives; its orders. */
  async beat() {
    return must(await this.machine.post('/feed-heartbeats', { adapter: 'told', startedAt: this.startedAt, feeds: [...this.feeds.values()] }, { key: null }), 200).orders;
  }

  /** Tell of a message of PROVIDER; its messageId. REPORTS are items of POST /capacity-reports with their line. */
  async tell(provider, o = {}) {
    const messageId = o.messageId ?? `told-${newKey()}`;
    must(await this.machine.post('/feed-messages', {
      provider, messageId, channel: 'drop', format: 'csv', profile: 'demo-csv', bytes: 2100, receivedAt: iso(Date.now() - 60_000),
      outcome: 'taken', reports: [], complaints: [], more: 0, notices: [], ...o,
    }), 200, 201);
    return messageId;
  }

  /** Hand numbers to the exchange, as the spool does. */
  async report(reports) {
    must(await this.machine.post('/capacity-reports', { reports: reports.map(({ line, ...r }) => r) }), 200);
  }

  /** Answer orders, once there is one, with REPLY(order) for each. */
  async answer(reply) {
    const orders = await this.beat();
    for (const order of orders) await this.tell(order.provider, { channel: order.kind === 'read' ? 'upload' : 'replay', orderId: order.id, ...reply(order) });
    return orders.length;
  }
}

/** A report by a feed. */
export const fed = (pool, unitsFree, o = {}) => ({ pool, reportId: `fed-${newKey()}`, observedAt: iso(Date.now() - 60_000), source: 'feed', unitsTotal: 6, unitsFree, deliverable: true, ...o });
