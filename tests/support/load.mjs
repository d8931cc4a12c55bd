// A busy night: many clients at once that open, ask, accept, decline, travel, arrive, withdraw and report, and that
// behave as real ones do when the line breaks: most try again with the same key until they hear, some walk away.
// Everything asked and everything heard is kept, so that afterwards it can be held against the exchange.
//
//   what was heard is so:     the same key gives the same outcome, and asking again changes nothing
//   nothing is promised twice: per pool never more held than there is; per household one yes
import assert from 'node:assert/strict';
import { newKey } from './client.mjs';
import { pause, seeded } from './wait.mjs';
import { aReport, aWoman, deskOf, expectStatus, inMinutes, placesFor, poolOf } from './world.mjs';

const REFERRERS = ['rotterdam', 'amsterdam', 'utrecht', 'haaglanden', 'fryslan', 'oost-brabant'].map(n => `nachtdienst.${n}`);
const UNITS = 3; // of each pool: few, so that they are fought over
const WALKS_AWAY = 0.15;
const REPEAT_MS = 120;

/** Refusals that the broker judges afresh at a repeat (broker/core/decide.c): nothing to compare. */
const AFRESH = ['not_allowed', 'not_found', 'key_reused', 'bad_report', 'unknown_reason', 'limit', 'busy'];

export class Load {
  constructor(x, seed) {
    this.x = x;
    this.draw = seeded(seed);
    this.writes = []; // { client, path, body, key, kind, answer: { status, json } | null, tries }
    this.odd = []; // answers that no client should ever get
    this.heldMost = new Map(); // pool → most units ever seen held
    this.unheard = 0; // tries without an answer, or with 503
    this.stopping = false;
  }

  async prepare() {
    const first = await this.x.as(REFERRERS[0]);
    const places = await placesFor(first, aWoman(), 6);
    this.pools = places.map(p => p.poolId).filter(id => UNITS <= 10 * poolOf(id).units_total);
    this.referrers = [];
    for (const name of REFERRERS) this.referrers.push(await this.x.as(name));
    this.desks = new Map();
    for (const id of this.pools) this.desks.set(id, await this.x.as(deskOf(id)));
    for (const id of this.pools) await this.report(id);
  }

  /** So many clients run until stop(). */
  start() {
    const loop = async step => {
      while (!this.stopping) await step().catch(e => this.odd.push(String(e.stack)));
    };
    this.workers = [
      ...this.referrers.flatMap(c => [loop(() => this.referrerNight(c)), loop(() => this.referrerNight(c))]),
      ...this.pools.map(id => loop(() => this.deskNight(id))),
      ...this.pools.slice(0, 3).map(id => loop(async () => {
        await this.report(id);
        await this.rest(400);
      })),
      loop(() => this.look()),
    ];
    return this.workers.length;
  }

  async stop() {
    this.stopping = true;
    await Promise.all(this.workers);
  }

  /** A test went wrong: nobody tries again, so that everything can end. */
  abandon() {
    this.stopping = true;
    this.abandoned = true;
  }

  rest(ms) {
    return pause(ms * (0.5 + this.draw.next()));
  }

  /** The moment in which somebody heard a yes to a write: the worst one to die for whoever speaks too early. */
  nextAnswer() {
    return new Promise(done => { this.heard = done; });
  }

  // -- one write, as a client with patience does it --

  async write(kind, client, path, body) {
    const w = { kind, client, path, body, key: newKey(), answer: null, tries: 0 };
    this.writes.push(w);
    const leaves = this.draw.next() < WALKS_AWAY;
    for (;;) {
      w.tries++;
      const r = await client.post(path, body, { key: w.key }).catch(() => null);
      if (r !== null && r.status !== 503) {
        if (r.status >= 500 || r.status === 401 || r.status === 429) this.odd.push(`${kind} → ${r.status} ${r.text.slice(0, 200)}`);
        w.answer = { status: r.status, json: r.json };
        if (r.status < 300) this.heard?.();
        return w.answer;
      }
      this.unheard++;
      if (leaves || this.abandoned) return null;
      await this.rest(REPEAT_MS);
    }
  }

  async read(client, path) {
    const r = await client.get(path).catch(() => null);
    if (r !== null && r.status >= 500 && r.status !== 503) this.odd.push(`GET ${path} → ${r.status} ${r.text.slice(0, 200)}`);
    if (r === null || r.status === 503) {
      this.unheard++;
      await this.rest(REPEAT_MS);
    }
    return r?.status === 200 ? r.json : null;
  }

  // -- people --

  async referrerNight(client) {
    const opened = await this.write('open', client, '/referrals', aWoman());
    if (opened?.status !== 201) return;
    const id = opened.json.id;
    for (let i = 0; i < 3 && !this.stopping; i++) {
      const some = [...new Set([this.draw.pick(this.pools), this.draw.pick(this.pools)])];
      const asked = await this.write('ask', client, `/referrals/${id}/requests`, { poolIds: some });
      if (asked?.status === 201) break;
      await this.rest(60);
    }
    let state = null;
    for (let i = 0; i < 8 && !this.stopping && state?.state !== 'reserved'; i++) {
      await this.rest(80);
      state = await this.read(client, `/referrals/${id}`);
    }
    if (state?.state !== 'reserved' || this.draw.next() < 0.3) await this.write('withdraw', client, `/referrals/${id}/withdrawal`, { reason: 'anders' });
    else await this.write('travel', client, `/referrals/${id}/journey`, { etaAt: inMinutes(30) });
  }

  async deskNight(pool) {
    const desk = this.desks.get(pool);
    const list = (await this.read(desk, '/requests'))?.requests ?? [];
    for (const q of list.filter(r => r.poolId === pool)) {
      const chance = this.draw.next();
      if (q.state === 'pending' && chance < 0.7) await this.write('accept', desk, `/requests/${q.id}/acceptance`, {});
      else if (q.state === 'pending' && chance < 0.85) await this.write('decline', desk, `/requests/${q.id}/decline`, { reason: 'gezin_past_niet' });
      else if (q.state === 'accepted' && q.etaAt && chance < 0.6) await this.write('arrive', desk, `/requests/${q.id}/arrival`, {});
    }
    await this.rest(70);
  }

  report(pool) {
    return this.write('report', this.desks.get(pool), '/capacity-reports', { reports: [aReport(pool, { unitsTotal: UNITS, unitsFree: UNITS })] });
  }

  async look() {
    for (const id of this.pools) {
      const pool = await this.read(this.referrers[0], `/pools/${id}`);
      if (pool) this.heldMost.set(id, Math.max(this.heldMost.get(id) ?? 0, pool.capacity.unitsHeld));
    }
    await this.rest(60);
  }

  // -- the reckoning, when all is quiet --

  /** Everything answered is there: the same key gives the same, and nothing new comes of it. */
  async checkAnswered() {
    const answered = this.writes.filter(w => w.answer && !AFRESH.includes(w.answer.json?.type?.replace('/problems/', '')) && !(w.kind === 'report' && w.answer.json.applied === 0 && w.answer.json.late === 0));
    const before = (await this.x.health()).durableSeq;
    const lost = [];
    const queue = [...answered];
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (let w = queue.pop(); w; w = queue.pop()) {
        const again = await w.client.post(w.path, w.body, { key: w.key });
        const wrong = differs(w, again);
        if (wrong) lost.push(`${w.kind} ${w.path} heard ${w.answer.status}, now ${again.status}: ${wrong}`);
      }
    }));
    assert.deepEqual(lost.slice(0, 5), [], `${lost.length} of ${answered.length} answered writes are not as they were answered`);
    assert.equal((await this.x.health()).durableSeq, before, 'asking again wrote something new');
    const opened = this.writes.filter(w => w.kind === 'open' && w.answer?.status === 201).map(w => w.answer.json.id);
    assert.equal(new Set(opened).size, opened.length, 'two households under one number');
    return answered.length;
  }

  /** No unit for two households, no household with two places; holds are those that the requests explain. */
  async checkHolds() {
    for (const [pool, most] of this.heldMost) assert.ok(most <= UNITS, `pool ${pool}: ${most} of ${UNITS} were held at once`);
    const yes = new Map();
    for (const w of this.writes.filter(v => v.kind === 'accept' && v.answer?.status === 200)) {
      const { referralId, id } = w.answer.json;
      assert.ok(!yes.has(referralId) || yes.get(referralId) === id, `household ${referralId} got two places`);
      yes.set(referralId, id);
    }
    for (const pool of this.pools) {
      const desk = this.desks.get(pool);
      const held = expectStatus(await desk.get(`/pools/${pool}`), 200).capacity.unitsHeld;
      const all = expectStatus(await desk.get('/requests?live=true&limit=200'), 200).requests.filter(q => q.poolId === pool);
      const live = all.reduce((n, q) => n + q.units, 0);
      assert.ok(held <= UNITS && live <= held, `pool ${pool}: ${held} of ${UNITS} held, requests explain ${live}`);
      assert.equal(new Set(all.map(q => q.referralId)).size, all.length, 'one household twice in a house');
      for (const w of this.writes.filter(v => v.kind === 'ask' && v.answer?.status === 201))
        for (const q of w.answer.json.requests.filter(r => r.poolId === pool)) {
          const now = expectStatus(await w.client.get(`/requests/${q.id}`), 200);
          assert.equal(now.referralId, q.referralId);
          assert.equal(['pending', 'accepted'].includes(now.state), all.some(r => r.id === q.id), `request ${q.id} is ${now.state}`);
        }
    }
  }

  summary() {
    const by = {};
    for (const w of this.writes) {
      const name = `${w.kind} ${w.answer?.status ?? 'unheard'}`;
      by[name] = (by[name] ?? 0) + 1;
    }
    const repeated = this.writes.filter(w => w.answer && w.tries > 1).length;
    return `${this.writes.length} writes, ${this.writes.filter(w => w.answer).length} answered (${repeated} after trying again), ${this.unheard} tries unheard; ${Object.entries(by).sort().map(([k, n]) => `${k}: ${n}`).join(', ')}`;
  }
}

/** '' if AGAIN is what was answered to W. */
function differs(w, again) {
  const { status, json } = w.answer;
  if (again.status !== status) return again.text.slice(0, 160);
  if (status >= 400) return again.json.type === json.type ? '' : `${json.type} became ${again.json.type}`;
  if (w.kind === 'report') return JSON.stringify(again.json) === JSON.stringify(json) ? '' : JSON.stringify([json, again.json]);
  if (again.json.id !== json.id) return `${json.id} became ${again.json.id}`;
  if (again.json.code !== json.code) return 'another code';
  const gone = (json.requests ?? []).filter(q => !again.json.requests.some(r => r.id === q.id && r.poolId === q.poolId));
  if (gone.length) return `requests ${gone.map(q => q.id)} are gone`;
  const after = { accept: ['accepted', 'admitted', 'cancelled'], decline: ['declined'], arrive: ['admitted'], withdraw: ['withdrawn'], travel: ['travelling', 'admitted'] }[w.kind];
  return !after || after.includes(again.json.state) ? '' : `is ${again.json.state}`;
}
