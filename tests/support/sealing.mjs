// Keys and notes as the pages make them, with the pages' own module, for tests without a browser. Argon2id at its least cost.
import './web_crypto.mjs';
import { expectStatus } from './world.mjs';
import * as sealing from '../../broker/ui/js/sealing.js';
import sodium from '../../broker/ui/node_modules/libsodium-wrappers-sumo/dist/modules-sumo-esm/libsodium-wrappers.mjs';

await sodium.ready;
export { sealing, sodium };
export const PASSPHRASE = 'vier losse woorden hier';
const CHEAP = { ops: 1, kib: 8 };

export const b64 = sealing.toBase64;
export const bytes = sealing.fromBase64;

/** A key pair as a browser would send it. */
export const aKey = (passphrase = PASSPHRASE) => sealing.makeKey(sodium, passphrase, CHEAP);

/** MAKER makes a key, CONFIRMER of the same organisation confirms it; as the API shows it, with its bytes. */
export async function confirmedKey(maker, confirmer, passphrase = PASSPHRASE) {
  const pair = aKey(passphrase);
  const made = expectStatus(await maker.post('/keys', { publicKey: b64(pair.publicKey), wrapped: b64(pair.wrapped) }), 201, 'make key');
  const fingerprint = await sealing.fingerprint(pair.publicKey);
  const key = expectStatus(await confirmer.post(`/keys/${made.id}/confirmation`, { fingerprint }), 200, 'confirm key');
  return { ...key, pair };
}

/** ONE says that KEY, which is in use, is lost; ANOTHER of the same organisation confirms. */
export async function loseKey(one, another, key, reason = 'wachtzin_vergeten') {
  expectStatus(await one.post(`/keys/${key.id}/loss`, { reason }), 200, 'ask for the loss');
  return expectStatus(await another.post(`/keys/${key.id}/loss-confirmation`), 200, 'confirm the loss');
}

/** The letter that a page seals. */
export const letter = (text, referral = 'VT-XXXX') => JSON.stringify({ v: 1, referral, text });

export const sealTo = (publicKey, text) => b64(sealing.seal(sodium, typeof publicKey === 'string' ? bytes(publicKey) : publicKey, text));

/** The text of what GET /notes/{id} answered. */
export function openNote(answer, passphrase = PASSPHRASE) {
  const publicKey = bytes(answer.publicKey);
  return sealing.open(sodium, bytes(answer.sealed), publicKey, sealing.unwrap(sodium, bytes(answer.wrapped), publicKey, passphrase));
}
