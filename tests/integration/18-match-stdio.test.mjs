// `plek match --stdio`: the same year by our own driver and over the protocol comes to the same, and a driver that shares
// no code with us (tests/support/match_driver.mjs) finds no rule broken, whatever ids it uses and whatever it says.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BIN, ROOT } from '../support/exchange.mjs';
import { Matcher, World, drawHouseholds, drawNetwork, networkLines, refColumns } from '../support/match_driver.mjs';

const PLEK = join(BIN, 'plek');
const SEED = 20260;
let dir;

before(() => {
  mkdirSync(join(ROOT, 'var/test'), { recursive: true });
  dir = mkdtempSync(join(ROOT, 'var/test/match-'));
});
after(() => rmSync(dir, { recursive: true, force: true }));

/** Run plek; its status, output and how long it took. */
function plek(...args) {
  const start = Date.now();
  return new Promise((done, fail) => {
    const child = spawn(PLEK, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 240_000 });
    let out = '', err = '';
    child.stdout.on('data', d => { out += d; });
    child.stderr.on('data', d => { err += d; });
    child.on('error', fail);
    child.on('close', status => done({ status, out, err, ms: Date.now() - start }));
  });
}

/** A scenario of the project, for WEEKS; with 40 houses where it does not say itself how many. */
function shortened(name, weeks) {
  const text = readFileSync(join(ROOT, `schema/scenarios/${name}.scn`), 'utf8').replace(/^(OPVSCN\t1\t\S+\t)\d+/m, `$1${weeks * 7 * 1440}`);
  const file = join(dir, `${name}.scn`);
  writeFileSync(file, /^PAR\tsites\t/m.test(text) ? text : `${text}PAR\tsites\t40\n`);
  return file;
}

for (const [name, weeks] of [['base', 4], ['nl2026', 3], ['stale', 3]]) {
  test(`${name}: the same world by our own driver and over the protocol, byte for byte but the name`, async () => {
    const command = `exec:'${PLEK}' match --stdio`;
    const r = await plek('simulate', '--scenario', shortened(name, weeks), '--seeds', '7-8', '--policy', 'ours', '--policy', command, '--policy', `${command} --rank`, '--json');
    assert.equal(r.status, 0, r.err);
    const lines = r.out.trim().split('\n');
    assert.equal(lines.length, 6);
    const without = lines.map(l => l.replace(/^\{"policy":"(?:[^"\\]|\\.)*",/, '{'));
    assert.ok(without.every((l, i) => l !== lines[i]));
    for (const i of [0, 3]) {
      assert.equal(without[i + 1], without[i]);
      assert.equal(without[i + 2], without[i]);
    }
    assert.notEqual(without[0], without[3], 'two seeds are two worlds');
    assert.equal(JSON.parse(lines[1]).policy, command);
    assert.ok(JSON.parse(lines[1]).on_time_n > 20);
  });
}

test('a matcher that is no matcher is a trouble with a name, also one that hangs', async () => {
  const scenario = shortened('base', 1);
  const of = command => plek('simulate', '--scenario', scenario, '--policy', `exec:${command}`, '--json');
  const [gone, parrot, twice, hangs] = await Promise.all([of('false'), of('cat'), of('yes OK'), of('sleep 300')]);
  for (const r of [gone, parrot, twice, hangs]) {
    assert.equal(r.status, 1);
    assert.equal(r.out, '');
  }
  assert.match(gone.err, /^plek simulate: false: the command (ended before its OK|does not listen)/);
  assert.match(parrot.err, /cat: the command says: INIT/);
  assert.match(twice.err, /OK more than once/);
  assert.match(hangs.err, /no OK from the command within 10 seconds/);
  assert.ok(hangs.ms >= 10_000 && hangs.ms < 60_000, `${hangs.ms} ms`);
});

/** A matcher that knows NETWORK. */
async function matcherFor(network, ...args) {
  const matcher = new Matcher(PLEK, ['match', '--stdio', ...args]);
  matcher.tell(networkLines(network).map(l => `${l}\n`).join(''));
  assert.deepEqual(await matcher.hear(), []);
  return matcher;
}

test('a driver of another hand: no rule is broken, and most find a place', async t => {
  const network = drawNetwork(SEED), households = drawHouseholds(SEED + 1, network, 120);
  const matcher = await matcherFor(network);
  const world = new World(matcher, network, households);
  await world.run();
  assert.equal(await matcher.end(), 0);
  assert.deepEqual(world.faults, []);
  const count = state => households.filter(h => h.state === state).length;
  t.diagnostic(`seed ${SEED}: ${count('on time')} on time, ${count('late')} late, ${count('unmet')} unmet, ${world.requests.size} asks`);
  assert.ok(count('on time') >= 60, `${count('on time')} on time`);
  assert.ok(households.some(h => h.asks > 1), 'nobody was asked for twice: declines and silence are not tried');
});

test('malformed lines and unknown attributes are refused one by one, and change nothing', async () => {
  const households = drawHouseholds(SEED + 3, drawNetwork(SEED + 2), 60);
  const outcomes = [];
  for (const hostile of [false, true]) {
    const network = drawNetwork(SEED + 2);
    const own = drawHouseholds(SEED + 3, network, 60);
    const matcher = await matcherFor(network);
    const world = new World(matcher, network, own);
    const unknown = { ...own[0], id: 2 ** 31 - 1, t: 0, deadline: 240, patience: 900 };
    const changed = (column, value) => refColumns(unknown).map((c, i) => (i === column ? value : c)).join('\t');
    const bad = [
      'FOO', 'T', 'T x', 'T -5', 'T 99999999999999999999', 'PUB', 'PUB x 1 1', 'PUB 1.5 1 1', `PUB ${network.pools[0].id}`, 'GONE', 'GONE 2147483647 unmet', 'ANS', 'ANS 2147483647 accept', 'EXP -1', 'INIT 1 1', 'END',
      'REF', 'REF A', 'REF 2147483648', `REF ${refColumns(unknown).slice(0, 17).join(' ')}`, 'x'.repeat(70_000), '\u0000', 'REF\t\ufffd\t\u{1f3e0}',
      // An attribute nobody knows is not guessed: not the kids, not the danger, not the need, not the region.
      ...[[7, '?'], [7, 'm4'], [8, '?'], [9, '0'], [9, '3'], [11, '512'], [11, '?'], [13, '?'], [13, '3'], [15, '64'], [17, 'zz'], [5, '-1']].map(([column, value]) => `REF\t${changed(column, value)}`),
    ];
    let next = 0;
    await world.run(async () => {
      if (!hostile) return;
      const line = bad[next++ % bad.length];
      const replies = await matcher.say(line);
      assert.equal(replies.length, 1, `${line.slice(0, 60)}: ${replies}`);
      assert.match(replies[0], /^ERR \d+ \S/, line.slice(0, 60));
    });
    if (hostile) assert.ok(next >= bad.length, 'not every bad line was said');
    assert.equal(await matcher.end(), 0);
    assert.deepEqual(world.faults, []);
    outcomes.push(own.map(h => [h.id, h.state, h.asks]));
  }
  assert.equal(outcomes[0].length, households.length);
  assert.deepEqual(outcomes[1], outcomes[0], 'lines that were refused changed what became of somebody');
});

test('with --rank an ask comes after where the places stand, and follows it', async () => {
  const network = drawNetwork(SEED + 4), [household] = drawHouseholds(SEED + 5, network, 1);
  const matcher = await matcherFor(network, '--rank');
  for (const pool of network.pools) assert.deepEqual(await matcher.say(`PUB ${pool.id} ${pool.free} 0`), []);
  const one = { ...household, women: 1, men: 0, kids: [], wheel: 0, status: 1, traff: 0, need: 0, sec: 0, away: [] };
  const replies = await matcher.say(`REF A ${refColumns(one).join(' ')}`);
  const ranks = replies.filter(r => r.startsWith('RANK ')).map(r => r.split(' '));
  const ask = replies.find(r => r.startsWith('REQ ')).split(' ');
  assert.ok(ranks.length > 1 && ranks.length <= 10);
  assert.ok(replies.findIndex(r => r.startsWith('REQ ')) >= ranks.length, 'RANK before REQ');
  assert.deepEqual(ranks.map(r => Number(r[2])), ranks.map((_, i) => i + 1));
  assert.ok(ranks.every(r => Number(r[1]) === one.id && r[4] === '0' && r.length === 10));
  assert.equal(ask[3], ranks[0][3]);
  assert.equal(await matcher.end(), 0);
});
