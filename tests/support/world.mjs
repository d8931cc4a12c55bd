// The invented world of the demo, households, and the steps that several tests take.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';

export const demo = JSON.parse(readFileSync(new URL('../../schema/demo/national.json', import.meta.url), 'utf8'));

export const poolOf = id => demo.pools[id - 1];
export const locationOf = poolId => demo.locations[poolOf(poolId).location - 1];
export const organisationOf = poolId => locationOf(poolId).organisation;

/** Username of the intake desk that answers for a pool: of the whole organisation, so of each of its houses. */
export function deskOf(poolId) {
  const org = organisationOf(poolId);
  return demo.accounts.find(a => a.role === 'shelter' && a.organisation === org && a.location === null).username;
}

/** Username of the phone of a house, by the name on its card: its own desk, else that of its organisation. */
export function phoneOf(houseName) {
  const house = demo.locations.find(l => l.name === houseName);
  const desks = demo.accounts.filter(a => a.role === 'shelter' && a.organisation === house.organisation);
  return (desks.find(a => a.location === house.id) ?? desks.find(a => a.location === null)).username;
}

/** A mother with two children under code rood, not safe in Rotterdam. */
export function aNeed(over = {}) {
  return {
    urgency: 'nu', threatLevel: 'rood', threatKinds: { ex_partner: 'yes' },
    household: [{ sex: 'vrouw', age: 34 }, { sex: 'man', age: 9 }, { sex: 'vrouw', age: 6, pregnant: false }],
    keepTogether: true, traits: { school: 'yes' }, unsafeRegions: ['R28'], homeMunicipality: 'GM0599',
    residence: 'nl', language: 'nl', ground: 'vital_interest', groundAt: new Date().toISOString(),
    mdoConsent: 'unknown', callback: '010 000 0000', ...over,
  };
}

/** One woman alone, code rood: fits almost everywhere. */
export const aWoman = (over = {}) => aNeed({ household: [{ sex: 'vrouw', age: 31 }], traits: {}, threatKinds: { partner: 'yes' }, unsafeRegions: [], ...over });

/** A woman of whom it is thought that she was exploited; the reflection period was offered. */
export const aVictim = (over = {}) => aWoman({ threatLevel: 'oranje', threatKinds: { netwerk: 'yes' }, traits: { uitbuiting_seksueel: 'yes' }, household: [{ sex: 'vrouw', age: 24 }], residence: 'bedenktijd_aangeboden', ...over });

/** A boy of fifteen on his own. */
export const aMinorAlone = (over = {}) => aWoman({ household: [{ sex: 'man', age: 15 }], minorAlone: true, threatKinds: { gezin: 'yes' }, threatLevel: 'oranje', ...over });

/** One observation of a pool as its own house says it. */
export function aReport(poolId, over = {}) {
  const total = poolOf(poolId).units_total;
  return { poolId, reportId: randomUUID(), observedAt: new Date().toISOString(), source: 'hand', unitsTotal: total, unitsFree: total, unitsOccupied: 0, unitsOutOfOrder: 0, deliverable: true, ...over };
}

/** What ANSWER must be; on failure the answer itself is shown. */
export function expectStatus(answer, status, what = '') {
  assert.equal(answer.status, status, `${what} ${answer.status}: ${answer.text.slice(0, 600)}`);
  return answer.json;
}

/** N places for NEED in different organisations that may be asked now, best first. */
export async function placesFor(client, need, n, kind = null) {
  const found = expectStatus(await client.post('/matches?limit=200', need, { key: null }), 200, 'search');
  const places = [];
  for (const p of found.places)
    if ((kind === null || p.kind === kind) && !places.some(q => organisationOf(q.poolId) === organisationOf(p.poolId))) places.push(p);
  assert.ok(places.length >= n, `${places.length} organisations have a place, ${n} are needed`);
  return places.slice(0, n);
}

export const openReferral = async (client, need = aNeed()) => expectStatus(await client.post('/referrals', need), 201, 'open');

export const ask = async (client, referral, poolIds) => expectStatus(await client.post(`/referrals/${referral}/requests`, { poolIds }), 201, 'ask');

export const inMinutes = n => new Date(Date.now() + n * 60_000).toISOString();
