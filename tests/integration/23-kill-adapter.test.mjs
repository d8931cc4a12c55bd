// Capacity comes in through the adapter while adapter and broker are killed (-9) again and again. Afterwards every report
// that was taken (202, or its file gone from the drop folder) is in the journal exactly once and in the order of its
// provider, and the last one is what is believed. PLEK_SEED repeats the moments.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startAdapter } from '../support/adapter.mjs';
import { startExchange } from '../support/exchange.mjs';
import { pause, poll, seeded } from '../support/wait.mjs';
import { demo, expectStatus } from '../support/world.mjs';

const SEED = Number(process.env.PLEK_SEED ?? 23);
const REPORTS = 10_000;
const POOLS = 10; // of each provider, all in each of its files
const KILLS = 24; // the work is spread over so many, however fast the machine is
const WITHIN_MS = 180_000; // for all to be taken, also under a load that is not ours
const KIND_OBSERVED = 3; // broker/core/event.h
const IN_FOLDER_MAX = 30; // files of one provider: below what the adapter takes in one look, which keeps their order

const carried = demo.machines[0].organisations;
const providers = carried.map(org => ({
  code: demo.organisations[org - 1].code,
  pools: demo.pools.filter(p => demo.locations[p.location - 1].organisation === org && p.units_total > 1).slice(0, POOLS),
})).filter(p => p.pools.length >= 4);
for (const [i, p] of providers.entries()) Object.assign(p, { by: i % 2 === 0 ? 'push' : 'drop', taken: 0, retries: 0 });
const FILES = Math.ceil(REPORTS / providers.reduce((n, p) => n + p.pools.length, 0)); // of each provider

let x, adapter, startSeq, begin, stopping = false;
const kills = [];

/** A provider does not run ahead of the kills. */
const turnOf = async k => { while (!stopping && k * KILLS > FILES * (kills.length + 1)) await pause(20); };

/** The Kth file of a provider: a moment of its own, after the demo's and before it is sent, and other counts than before. */
const observedAt = k => begin + k;
const freeOf = (pool, k) => (k + pool.id) % (pool.units_total + 1);
const fileOf = (p, k) => JSON.stringify({
  formaat: 'urn:veiligeplek:opvang:1', peilmoment: new Date(observedAt(k)).toISOString(),
  plekken: p.pools.map(pool => ({ code: pool.code, totaal: pool.units_total, vrij: freeOf(pool, k) })),
});

before(async () => {
  x = await startExchange('kill-adapter', { contract: false });
  const profiles = join(x.dir, 'profiles');
  mkdirSync(profiles);
  const spoken = Object.fromEntries(providers.map(p => [p.code, { pools: p.pools.map(q => q.code) }]));
  writeFileSync(join(profiles, 'all.json'), JSON.stringify({ about: 'Everybody in this test', format: 'opvang_json', providers: spoken }));
  adapter = await startAdapter(x, { profiles, tokens: Object.fromEntries(providers.map(p => [p.code, `token-of-${p.code}`])) });
  startSeq = await x.quietSeq();
  begin = Date.now();
});
after(async () => {
  stopping = true;
  await adapter?.kill();
  return x?.stop();
});

async function pusher(p) {
  for (let k = 0; k < FILES && !stopping;) {
    await turnOf(k);
    const status = await adapter.push(p.code, `token-of-${p.code}`, fileOf(p, k));
    if (status === 202) p.taken = ++k;
    else {
      assert.ok(status === null || status === 503, `push ${p.code}: ${status}`);
      p.retries++;
      await pause(50);
    }
  }
}

async function dropper(p) {
  const folder = join(adapter.dir, 'drop', p.code);
  const left = () => readdirSync(folder).length;
  let k = 0;
  while (k < FILES && !stopping) {
    await turnOf(k);
    if (left() < IN_FOLDER_MAX) {
      adapter.drop(p.code, `${String(k).padStart(6, '0')}.json`, fileOf(p, k));
      k++;
    }
    await pause(5);
  }
  // What is in the folder still is the provider's; what is gone was taken, and files are taken oldest first.
  await poll(() => stopping || left() === 0, { within: WITHIN_MS, every: 50, what: `the drop folder of ${p.code}` });
  p.taken = k - left();
}

/** Kill one or both until the work is done. */
async function killer(draw) {
  while (!stopping) {
    await pause(200 + draw.below(800));
    if (stopping) break;
    const which = draw.pick(['adapter', 'adapter', 'broker', 'both']);
    kills.push(which);
    await Promise.all([which !== 'broker' && adapter.kill(), which !== 'adapter' && x.killBroker()]);
    await pause(draw.below(500));
    await Promise.all([which !== 'broker' && adapter.start(), which !== 'adapter' && x.startBroker()]);
  }
}

test('reports come in while adapter and broker are killed', async t => {
  const from = Date.now();
  const killing = killer(seeded(SEED));
  const bound = setTimeout(() => { stopping = true; }, WITHIN_MS);
  try {
    await Promise.all(providers.map(p => (p.by === 'push' ? pusher(p) : dropper(p))));
  } finally {
    clearTimeout(bound);
    stopping = true;
    await killing;
  }
  const taken = providers.reduce((n, p) => n + p.taken * p.pools.length, 0);
  t.diagnostic(`seed ${SEED}: ${taken} reports of ${providers.length} providers taken in ${Math.round((Date.now() - from) / 1000)} s; ${kills.length} kills (${kills.join(' ')}), ${providers.reduce((n, p) => n + p.retries, 0)} pushes repeated`);
  assert.ok(kills.length >= KILLS / 2, `only ${kills.length} of ${KILLS} kills`);
  assert.ok(taken >= REPORTS, `only ${taken} of ${REPORTS} reports were taken within ${WITHIN_MS / 1000} s`);
  await poll(() => adapter.waiting() === 0, { within: 60_000, every: 100, what: 'the spool to empty' });
  assert.deepEqual(adapter.quarantined(), []);
});

test('each is in the journal once, in order, and used', async t => {
  const got = new Map();
  for (const [hex] of x.sql(`SELECT HEX(clear_part) FROM journal WHERE kind = ${KIND_OBSERVED} AND seq > ${startSeq} ORDER BY seq`)) {
    const o = observationOf(Buffer.from(hex, 'hex'));
    if (!got.has(o.pool)) got.set(o.pool, []);
    got.get(o.pool).push(o);
  }
  let n = 0;
  const wrong = [];
  for (const p of providers)
    for (const pool of p.pools) {
      const rows = got.get(pool.id) ?? [];
      n += rows.length;
      // A push whose answer was lost may have been taken: one more than was heard of, never less.
      const want = Array.from({ length: Math.max(p.taken, Math.min(rows.length, p.taken + 1)) }, (_, k) => ({ pool: pool.id, free: freeOf(pool, k), at: observedAt(k), used: 1 }));
      const at = want.findIndex((w, i) => JSON.stringify(w) !== JSON.stringify(rows[i]));
      if (at >= 0 || rows.length !== want.length) wrong.push(`${p.code} (${p.by}) ${pool.code}: ${rows.length} rows, ${p.taken} taken; first difference at ${at}: ${JSON.stringify([want[at], rows[at] ?? null])}`);
    }
  t.diagnostic(`${n} observations in the journal`);
  assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} places are not as their providers reported`);
});

test('what is believed is what was said last, and the operator’s check finds everything whole', async () => {
  const desk = await x.as('nachtdienst.rotterdam');
  for (const p of providers)
    for (const pool of p.pools) {
      const { capacity } = expectStatus(await desk.get(`/pools/${pool.id}`), 200);
      const heard = [p.taken - 1, p.taken].filter(k => new Date(capacity.observedAt).getTime() === observedAt(k));
      assert.equal(heard.length, 1, `${pool.code} is of ${capacity.observedAt}`);
      assert.equal(capacity.unitsFree, freeOf(pool, heard[0]), pool.code);
    }
  assert.equal(await x.stopBroker(), 0);
  const check = x.plek('check');
  assert.equal(check.status, 0, check.out);
});

/** An observation as broker/core/records.c writes it: version, account, then the fields. */
function observationOf(b) {
  const at = 1 + 4; // version, account
  return { pool: b.readUInt32LE(at), free: b.readInt32LE(at + 17), at: Number(b.readBigUInt64LE(at + 39)), used: b[at + 55] };
}
