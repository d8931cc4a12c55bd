// @ts-check
// libsodium, fetched when somebody seals or opens something and not before: about 190 kB on the wire. Pages that use it
// are served with a policy under which WebAssembly may be compiled (broker/http/reply.c).

/** @type {Promise<any> | undefined} */
let ready;

/** @returns {Promise<any>} */
export function loadSodium() {
  ready ??= import('../vendor/sodium/libsodium-wrappers.mjs').then(async m => {
    await m.default.ready;
    return m.default;
  }).catch(error => {
    ready = undefined; // the connection may come back
    throw error;
  });
  return ready;
}
