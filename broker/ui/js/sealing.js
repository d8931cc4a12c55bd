// @ts-check
// Keys of an organisation and notes that only it can read. All of it happens in the browser: the exchange gets a public key,
// a private key wrapped by a passphrase, and sealed boxes. SODIUM is libsodium (js/sodium.js loads it), so that this
// file needs no page.
//
//   wrapped  1 | operations u32 | memory in KiB u32 | salt 16 | nonce 24 | secretbox(private key), big-endian
//   note     sealed box of the text, padded to whole KiB (ISO 7816-4), at most 16

const STEP = 1024;
const STEPS_MAX = 16;
const VERSION = 1;
const LABEL = 'plek-key-1';
const PRIVATE_BYTES = 32;

/** Shortest passphrase: four words of a list, or as long a sentence. */
export const PASSPHRASE_MIN = 16;
/** Bytes of a text that fit, with the one that padding needs. */
export const NOTE_BYTES_MAX = STEP * STEPS_MAX - 1;

export class SealingError extends Error {
  /** @param {'passphrase' | 'damaged' | 'too_long'} kind */
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

/** @typedef {any} Sodium */

const text = new TextEncoder();

/** @param {Uint8Array} bytes */
export const toBase64 = bytes => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** @param {string} s */
export const fromBase64 = s => Uint8Array.from(atob(s.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0));

/** Six groups of five digits that two people can read to each other. Counted here, whatever the exchange says. @param {Uint8Array} publicKey */
export async function fingerprint(publicKey) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from([...text.encode(LABEL), ...publicKey])));
  const groups = [];
  for (let g = 0; g < 6; g++) {
    let v = 0n;
    for (const b of hash.subarray(g * 5, g * 5 + 5)) v = v << 8n | BigInt(b);
    groups.push(String(v % 100000n).padStart(5, '0'));
  }
  return groups.join(' ');
}

/** @param {Sodium} sodium @param {string} passphrase @param {Uint8Array} salt @param {number} ops @param {number} kib */
const stretch = (sodium, passphrase, salt, ops, kib) => sodium.crypto_pwhash(sodium.crypto_secretbox_KEYBYTES, passphrase.normalize('NFC'), salt, ops, kib * 1024, sodium.crypto_pwhash_ALG_ARGON2ID13);

/** A new key pair; the private half leaves this function wrapped only. COST: for tests. @param {Sodium} sodium @param {string} passphrase @param {{ ops?: number, kib?: number }} [cost] */
export function makeKey(sodium, passphrase, cost = {}) {
  const ops = cost.ops ?? sodium.crypto_pwhash_OPSLIMIT_MODERATE;
  const kib = cost.kib ?? sodium.crypto_pwhash_MEMLIMIT_MODERATE / 1024;
  const pair = sodium.crypto_box_keypair();
  const salt = sodium.randombytes_buf(sodium.crypto_pwhash_SALTBYTES);
  const nonce = sodium.randombytes_buf(sodium.crypto_secretbox_NONCEBYTES);
  const key = stretch(sodium, passphrase, salt, ops, kib);
  const box = sodium.crypto_secretbox_easy(pair.privateKey, nonce, key);
  const head = new DataView(new ArrayBuffer(9));
  head.setUint8(0, VERSION);
  head.setUint32(1, ops);
  head.setUint32(5, kib);
  const wrapped = Uint8Array.from([...new Uint8Array(head.buffer), ...salt, ...nonce, ...box]);
  sodium.memzero(pair.privateKey);
  sodium.memzero(key);
  return { publicKey: /** @type {Uint8Array} */ (pair.publicKey), wrapped };
}

/** The private key, for as long as it is needed; the caller wipes it. @param {Sodium} sodium @param {Uint8Array} wrapped @param {Uint8Array} publicKey @param {string} passphrase @returns {Uint8Array} */
export function unwrap(sodium, wrapped, publicKey, passphrase) {
  const salts = sodium.crypto_pwhash_SALTBYTES;
  const nonces = sodium.crypto_secretbox_NONCEBYTES;
  if (wrapped.length !== 9 + salts + nonces + sodium.crypto_secretbox_MACBYTES + PRIVATE_BYTES || wrapped[0] !== VERSION) throw new SealingError('damaged');
  const head = new DataView(wrapped.buffer, wrapped.byteOffset, 9);
  const key = stretch(sodium, passphrase, wrapped.subarray(9, 9 + salts), head.getUint32(1), head.getUint32(5));
  let secret;
  try {
    secret = sodium.crypto_secretbox_open_easy(wrapped.subarray(9 + salts + nonces), wrapped.subarray(9 + salts, 9 + salts + nonces), key);
  } catch {
    throw new SealingError('passphrase');
  }
  sodium.memzero(key);
  if (!sodium.memcmp(sodium.crypto_scalarmult_base(secret), publicKey)) throw new SealingError('damaged');
  return secret;
}

/** @param {Sodium} sodium @param {Uint8Array} publicKey @param {string} note */
export function seal(sodium, publicKey, note) {
  const bytes = text.encode(note);
  if (bytes.length > NOTE_BYTES_MAX) throw new SealingError('too_long');
  return /** @type {Uint8Array} */ (sodium.crypto_box_seal(sodium.pad(bytes, STEP), publicKey));
}

/** The text again, with a key that unwrap gave. PADDED: notes are, night sheets are not. @param {Sodium} sodium @param {Uint8Array} sealed @param {Uint8Array} publicKey @param {Uint8Array} secret @param {boolean} [padded] */
export function open(sodium, sealed, publicKey, secret, padded = true) {
  let bytes;
  try {
    bytes = sodium.crypto_box_seal_open(sealed, publicKey, secret);
  } catch {
    throw new SealingError('damaged');
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(padded ? sodium.unpad(bytes, STEP) : bytes);
}
