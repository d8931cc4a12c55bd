import { startExchange } from './support/exchange.mjs';
import { aNeed, locationOf, poolOf, placesFor, expectStatus } from './support/world.mjs';
const x = await startExchange('probe');
try {
  const c = await x.signIn('nachtdienst.rotterdam');
  console.log(new Date().toString());
  const base = { urgency: 'nu', threatLevel: 'rood', threatKinds: {}, traits: {}, household: [{ sex: 'vrouw' }, { sex: 'onbekend', age: 2 }, { sex: 'onbekend', age: 8 }], residence: 'nl', language: 'nl', homeMunicipality: undefined, unsafeRegions: ['R28'] };
  for (const [name, over] of [['plain', {}], ['tigrinya', { residence: 'vergunning', language: 'ti', traits: { tolk: 'yes' }, unsafeRegions: ['R28', 'R27'] }]]) {
    const need = aNeed({ ...base, ...over }); delete need.homeMunicipality;
    const f = expectStatus(await c.post('/matches?limit=8', need, { key: null }), 200);
    console.log(name); for (const p of f.places) console.log('  ', p.verdict, p.poolId, locationOf(p.poolId).name, poolOf(p.poolId).kind, 'fit', p.score ?? p.fit, p.utility, JSON.stringify(p.why), JSON.stringify(Object.fromEntries(Object.entries(p).filter(([k]) => /open|answer|fresh|observ|later/i.test(k)))));
  }
} finally { await x.stop(); }
