/* Names of things. One-member structs, so that the compiler refuses a pool where a referral belongs. 0 names
 * nothing. Ids are dense and given in the order of definition, so a table is an array. */
#ifndef PLEK_CORE_IDS_H
#define PLEK_CORE_IDS_H

#include <stdint.h>

struct org_id {
    uint32_t v;
};
struct location_id {
    uint32_t v;
};
struct pool_id {
    uint32_t v;
};
struct referral_id {
    uint64_t v;
};
struct request_id {
    uint64_t v;
};
struct bridge_id {
    uint64_t v;
};
struct account_id {
    uint32_t v;
};
struct gate_id {
    uint32_t v;
};

#endif
