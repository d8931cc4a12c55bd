// What a house may not learn of a household that fled it, what it may not give away, and the question about a known
// conflict: each number is another, and the desk that gives out the place asks it too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aReport, aWoman, ask, demo, expectStatus, openReferral } from '../support/world.mjs';

let x, own, other, rival;

before(async () => {
  x = await startExchange('safe-sides');
  own = await x.as('nachtdienst.rotterdam');
  other = await x.as('nachtdienst.amsterdam');
  rival = await x.as('opvang.esdoorn');
}, { timeout: 180_000 });
after(() => x?.stop(), { timeout: 60_000 });

test('no two questions about a known conflict have the same number', async () => {
  const crisis = demo.pools.find(p => demo.locations[p.location - 1].code === 'esdoorn' && p.kind === 'crisis').id;
  const tokens = [];

  expectStatus(await rival.post('/capacity-reports', { reports: [aReport(crisis)] }), 200);
  for (const desk of [own, other]) {
    const r = await openReferral(desk, aWoman());
    const q = (await ask(desk, r.id, [crisis])).requests.at(-1);

    tokens.push(expectStatus(await desk.post(`/requests/${q.id}/conflict-question`), 200).conflict.token);
    // Asked again it is the same question: what was read out on the telephone stays true.
    assert.equal(expectStatus(await desk.post(`/requests/${q.id}/conflict-question`), 200).conflict.token, tokens.at(-1));
  }
  for (const token of tokens) assert.match(token, /^CT-[0-9A-Z]{5}$/);
  assert.notEqual(tokens[0], tokens[1]);
  assert.ok(!tokens.includes('CT-AAAAA'), tokens.join(' '));
});
