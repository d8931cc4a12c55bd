/* A 64-bit hash for digests and tables: FNV-1a over bytes, then mixed. Not for secrets (base/crypto.h). */
#ifndef PLEK_BASE_HASH_H
#define PLEK_BASE_HASH_H

#include "base/bytes.h"

uint64_t hash_bytes(struct bytes v);
uint64_t hash_combine(uint64_t h, uint64_t v); /* order matters */

#endif
