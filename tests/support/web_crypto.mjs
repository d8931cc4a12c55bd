// Node 18, which Debian 12 has, does not show Web Crypto to modules by itself; libsodium wants it when it is read. To be
// imported before it.
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
