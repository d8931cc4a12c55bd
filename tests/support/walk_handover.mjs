// Every operation of the warm handover, once, with good input; part of api_walk.mjs.
import { confirmedKey, letter, loseKey, openNote, sealTo } from './sealing.mjs';
import { poll } from './wait.mjs';
import { expectStatus } from './world.mjs';

/** REFERRER and HOUSE share a referral with a yes; keys are of Lindehof, which has two people. */
export async function walkHandover(x, referrer, referral, house) {
  const [one, two] = [await x.as('beheer.lindehof'), await x.as('opvang.lindehof')];
  await confirmedKey(one, two);
  const lost = await confirmedKey(one, two);
  expectStatus(await one.post(`/keys/${lost.id}/loss`, { reason: 'medewerker_weg' }), 200);
  expectStatus(await two.post(`/keys/${lost.id}/loss-withdrawal`), 200);
  await loseKey(two, one, lost);
  const key = await confirmedKey(one, two);
  // Every hour, unless the test asks for more of them: then there is one soon.
  if (expectStatus(await two.get('/keys'), 200).nightSheet.everyS <= 5) await poll(async () => (await two.get('/night-sheet')).status === 200, { within: 20_000, what: 'a night sheet' });
  expectStatus(await house.post(`/referrals/${referral}/handover-items`, { item: 'veiligheid', acknowledged: true }), 200);
  const seen = expectStatus(await referrer.get(`/referrals/${referral}/handover`), 200);
  if (seen.receiver?.key?.id !== key.id) return; // another house said yes
  const note = expectStatus(await referrer.post(`/referrals/${referral}/notes`, { keyId: key.id, sealed: sealTo(key.publicKey, letter('hallo')) }), 201);
  openNote(expectStatus(await house.get(`/notes/${note.id}`), 200));
  expectStatus(await house.post(`/notes/${note.id}/pickup`), 200);
}
