// A driver for `plek match --stdio` that shares nothing with the program but the protocol (broker/simulate/README.md): it
// holds the truth of a small world, says what happens line by line, and judges every request by rules of its own.
import { spawn } from 'node:child_process';
import assert from 'node:assert/strict';
import { seeded } from './wait.mjs';

const ANSWER_MS = 20_000; // a line costs microseconds; a matcher that says nothing for so long hangs
const COSM = 1, OMM = 2;

/** The program at the other end: `say(line)` gives what it replied, without the OK. */
export class Matcher {
  constructor(command, args) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.ended = new Promise(done => this.child.on('close', (code, signal) => done(signal ?? code)));
    this.text = '';
    this.lines = [];
    this.errors = '';
    this.child.stdin.on('error', () => {}); // it ended: seen by whoever waits for its OK
    this.child.stderr.on('data', d => { this.errors += d; });
    this.child.stdout.on('data', d => {
      const parts = (this.text + d).split('\n');
      this.text = parts.pop();
      this.lines.push(...parts);
      this.wake?.();
    });
    this.child.on('close', () => this.wake?.());
  }

  tell(text) {
    this.child.stdin.write(text);
  }

  /** What comes until OK. */
  async hear() {
    const until = Date.now() + ANSWER_MS;
    let at;
    while ((at = this.lines.indexOf('OK')) < 0) {
      assert.ok(this.child.exitCode === null && this.child.signalCode === null, `the matcher ended: ${this.errors}`);
      assert.ok(Date.now() < until, 'no OK from the matcher');
      await new Promise(done => {
        const timer = setTimeout(done, ANSWER_MS);
        this.wake = () => { clearTimeout(timer); done(); };
      });
    }
    return this.lines.splice(0, at + 1).slice(0, -1);
  }

  async say(line) {
    this.tell(`${line}\n`);
    return this.hear();
  }

  /** End the input; its exit status. Nothing may have been said that nobody asked for. */
  async end() {
    this.child.stdin.end();
    const status = await this.ended;
    assert.deepEqual([this.lines, this.text, this.errors], [[], '', '']);
    return status;
  }
}

// ---- the world ----

/** N different whole numbers below MOST. */
function numbers(random, n, most) {
  const set = new Set();
  while (set.size < n) set.add(random.below(most));
  return [...set];
}

const bit = n => 1n << BigInt(n);

/** A few houses in six regions; every id is a random number. */
export function drawNetwork(seed) {
  const random = seeded(seed);
  const regions = numbers(random, 6, 64).map((id, i) => ({ id, name: `Regio ${i}`, x: 300 * i, y: 200 * (i % 3) }));
  const sites = numbers(random, 14, 2 ** 31 - 1).map((id, i) => {
    const kind = i < 10 ? 0 : [1, 2, 3, 4][i - 10];
    return {
      id, kind, region: random.pick(regions), sexpol: kind === 4 ? 2 : random.pick([0, 0, 1]), sec: kind === 3 ? 2 : random.below(2), h24: random.below(2), status: random.pick([1, 3, 7]),
      ownonly: kind === 0 && random.next() < 0.15 ? 1 : 0, nochild: kind === 0 && random.next() < 0.15 ? 1 : 0, caps: random.pick([0, 1, 3, 31]) | (kind === 1 ? 32 : 0) | (kind === 2 ? 96 : 0),
    };
  });
  const pools = numbers(random, 30, 2 ** 31 - 1).map((id, i) => {
    const units = 1 + random.below(2);
    return { id, site: sites[i % sites.length], size: 1 + random.below(6), units, boymax: random.pick([11, 13, 17]), wheel: random.below(2), free: units, holds: 0 };
  });
  return { regions, sites, pools };
}

export function networkLines({ regions, sites, pools }) {
  return [
    `INIT ${pools.length} ${sites.length}`,
    ...pools.map(p => ['P', p.id, p.site.id, p.size, p.units, p.boymax, p.wheel, 0, 1000].join('\t')),
    ...sites.map(s => ['S', s.id, s.region.id, s.kind, s.region.x, s.region.y, s.sexpol, s.sec, s.h24, s.status, s.ownonly, s.nochild, s.caps, 3, 20, 240].join('\t')),
    ...regions.map(r => ['R', r.id, r.name, r.x, r.y, 10].join('\t')),
    'END',
  ];
}

export function drawHouseholds(seed, { regions }, n) {
  const random = seeded(seed);
  const terms = { A: [240, 1200], B: [1440, 2880], C: [4320, 5760] };
  return numbers(random, n, 2 ** 31 - 1).map(id => {
    const urgency = random.pick(['A', 'B', 'C']), t = random.below(8 * 1440), man = random.next() < 0.1;
    const sec = random.pick([0, 0, 0, 1, 2]), origin = random.pick(regions);
    const away = regions.filter(r => sec > 0 && (r === origin || random.next() < 0.2));
    return {
      id, t, urgency, deadline: t + terms[urgency][0], patience: t + terms[urgency][0] + terms[urgency][1], women: man ? 0 : 1, men: man ? 1 : 0,
      kids: Array.from({ length: man ? 0 : random.pick([0, 0, 1, 2, 3]) }, () => ({ boy: random.below(2) === 1, age: random.below(18) })),
      wheel: random.next() < 0.1 ? 1 : 0, status: random.pick([1, 1, 1, 2, 4]), traff: random.pick([0, 0, 0, 0, 0, 0, 1, 2]), need: random.pick([0, 0, 0, 1, 2]),
      sec, origin, anchor: random.pick(regions), away, state: 'waiting', tried: new Set(), asks: 0, yes: random.next(),
    };
  });
}

export const refColumns = h => [h.id, h.t, h.urgency, h.deadline, h.patience, h.women, h.men, h.kids.map(k => (k.boy ? 'b' : 'g') + k.age).join(',') || '-', h.wheel, h.status, h.traff, h.need, 4, h.sec, 0, h.origin.id, h.anchor.id, h.away.reduce((m, r) => m | bit(r.id), 0n).toString(16)];

/** Every rule that POOL breaks for household H, by name (matching.md 3.1). */
export function brokenRules(h, pool) {
  const s = pool.site, broken = [];
  const rule = (bad, name) => bad && broken.push(name);
  rule(h.away.includes(s.region), 'excluded region');
  rule(s.kind === COSM && h.traff === 0, 'placing right');
  rule(s.kind === OMM && h.traff !== 2, 'placing right');
  rule(h.women + h.men + h.kids.length > pool.size, 'size');
  rule((s.sexpol === 0 && h.men > 0) || (s.sexpol === 2 && h.women > 0), 'sex');
  rule(s.nochild && h.kids.length > 0, 'no children');
  rule(h.kids.some(k => k.boy && k.age > pool.boymax), 'boy too old');
  rule(h.wheel && !pool.wheel, 'wheelchair');
  rule((s.status & h.status) === 0, 'status');
  rule(h.sec > s.sec, 'security');
  rule((h.need & ~s.caps) !== 0, 'specialism');
  rule(s.ownonly && h.sec === 0 && h.origin !== s.region, 'own region only');
  return broken;
}

// ---- the truth, minute by minute ----

export class World {
  constructor(matcher, network, households) {
    Object.assign(this, { matcher, network, households, now: -1, faults: [], requests: new Map(), events: [] });
    this.pools = new Map(network.pools.map(p => [p.id, p]));
    this.byId = new Map(households.map(h => [h.id, h]));
  }

  at(minute, happen) {
    this.events.push({ minute, nr: this.events.length, happen });
  }

  async say(line) {
    for (const reply of await this.matcher.say(line)) await this.take(reply);
  }

  async take(reply) {
    const [word, ...rest] = reply.split(' ');
    const [a, b, c, d] = rest.map(Number);
    if (word === 'REQ') this.ask(a, this.byId.get(b), this.pools.get(c), d, reply);
    else if (word === 'CAN') this.endRequest(this.requests.get(a));
    else if (word === 'WAKE') this.at(Math.max(a, this.now + 1), () => this.say('WAKE'));
    else if (word !== 'RANK') this.faults.push(`${this.now}: ${reply}`);
  }

  ask(req, h, pool, hold, reply) {
    const bad = [];
    if (!h || !pool || this.requests.has(req)) bad.push('no such household or pool, or a number used twice');
    else {
      bad.push(...brokenRules(h, pool));
      if (h.state !== 'waiting' || h.t > this.now) bad.push(`the household is ${h.state}`);
      if (pool.free - pool.holds <= 0) bad.push('nothing free');
      if (h.tried.has(pool)) bad.push('said no before');
      if (!(hold >= 1)) bad.push('no hold');
    }
    if (bad.length > 0) return this.faults.push(`${this.now}: ${reply}: ${bad.join(', ')}`);
    const request = { req, h, pool, open: true };
    this.requests.set(req, request);
    pool.holds++;
    h.asks++;
    const silent = (req * 7919) % 10 === 0; // one in ten never answers
    this.at(this.now + (silent ? hold : Math.min(hold, 20)), () => (silent ? this.expire(request) : this.answer(request)));
  }

  endRequest(request) {
    if (!request?.open) return false;
    request.open = false;
    request.pool.holds--;
    return true;
  }

  async expire(request) {
    if (this.endRequest(request)) await this.say(`EXP ${request.req}`);
  }

  async answer(request) {
    const { req, h, pool } = request;
    if (!this.endRequest(request)) return;
    if ((req * 31) % 5 === 0) {
      h.tried.add(pool);
      await this.say(`ANS ${req} decline other`);
      return;
    }
    h.state = this.now <= h.deadline ? 'on time' : 'late';
    for (const other of this.requests.values()) if (other.h === h) this.endRequest(other);
    pool.free--;
    this.at(this.now + 3 * 1440, async () => {
      pool.free++;
      await this.say(`PUB ${pool.id} ${pool.free} ${this.now}`);
    });
    await this.say(`ANS ${req} accept`);
    await this.say(`GONE ${h.id} placed`);
    await this.say(`PUB ${pool.id} ${pool.free} ${this.now}`);
  }

  async giveUp(h) {
    if (h.state !== 'waiting') return;
    h.state = 'unmet';
    for (const r of this.requests.values()) if (r.h === h) this.endRequest(r);
    await this.say(`GONE ${h.id} unmet`);
  }

  /** Until nothing happens any more; BETWEEN is called before every minute. */
  async run(between = async () => {}) {
    for (const pool of this.network.pools) await this.say(`PUB ${pool.id} ${pool.free} 0`);
    for (const h of this.households) {
      this.at(h.t, () => this.say(`REF\t${refColumns(h).join('\t')}`));
      this.at(h.patience, () => this.giveUp(h));
    }
    while (this.events.length > 0 && this.households.some(h => h.state === 'waiting')) {
      this.events.sort((a, b) => a.minute - b.minute || a.nr - b.nr);
      const event = this.events.shift();
      if (event.minute > this.now) {
        await between();
        this.now = event.minute;
        await this.say(`T ${this.now}`);
      }
      await event.happen();
    }
  }
}
