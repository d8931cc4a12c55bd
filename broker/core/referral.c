#include "core/referral.h"

#include "base/check.h"
#include "base/rng.h"

#include <string.h>

/* Without 0 O 1 I L 5 S B 8 Z 2: a code is read out over a bad line at night. */
static const char alphabet[] = "ACDEFGHJKMNPQRTUVWXY34679";
#define LETTERS (sizeof alphabet - 1)
#define PREFIX "VT-"
#define PREFIX_LEN (sizeof PREFIX - 1)

#define TO(s) (1u << REFERRAL_##s)

static const uint8_t may_become[REFERRAL_STATE_N] = {
    [REFERRAL_OPEN] = TO(ASKED) | TO(WITHDRAWN) | TO(CLOSED),
    [REFERRAL_ASKED] = TO(OPEN) | TO(RESERVED) | TO(WITHDRAWN) | TO(CLOSED),
    [REFERRAL_RESERVED] = TO(OPEN) | TO(TRAVELLING) | TO(ADMITTED) | TO(WITHDRAWN),
    [REFERRAL_TRAVELLING] = TO(OPEN) | TO(ADMITTED) | TO(WITHDRAWN),
    [REFERRAL_ADMITTED] = TO(DEPARTED),
    [REFERRAL_DEPARTED] = TO(ADMITTED),
};

bool referral_may_become(enum referral_state from, enum referral_state to)
{
    CHECK((unsigned)from < REFERRAL_STATE_N && (unsigned)to < REFERRAL_STATE_N);
    return ((unsigned)may_become[from] >> (unsigned)to & 1u) != 0;
}

bool referral_is_looking(enum referral_state s)
{
    return s == REFERRAL_OPEN || s == REFERRAL_ASKED;
}

bool referral_is_live(enum referral_state s)
{
    return s == REFERRAL_OPEN || s == REFERRAL_ASKED || s == REFERRAL_RESERVED || s == REFERRAL_TRAVELLING;
}

const char *referral_state_code(enum referral_state s)
{
    static const char *const list[REFERRAL_STATE_N] = {
        [REFERRAL_OPEN] = "open",         [REFERRAL_ASKED] = "asked",
        [REFERRAL_RESERVED] = "reserved", [REFERRAL_TRAVELLING] = "travelling",
        [REFERRAL_ADMITTED] = "admitted", [REFERRAL_WITHDRAWN] = "withdrawn",
        [REFERRAL_CLOSED] = "closed",     [REFERRAL_DEPARTED] = "departed",
    };

    CHECK((unsigned)s < REFERRAL_STATE_N);
    return list[s];
}

void referral_code_make_long(uint64_t draw, unsigned letters, char out[REFERRAL_CODE_SIZE])
{
    uint64_t left = rng_mix(draw);

    CHECK(letters >= REFERRAL_CODE_LETTERS && letters <= REFERRAL_CODE_LETTERS_MAX);
    memcpy(out, PREFIX, PREFIX_LEN);
    for (unsigned i = 0; i < letters; i++) {
        out[PREFIX_LEN + i] = alphabet[left % LETTERS];
        left /= LETTERS;
    }
    memset(out + PREFIX_LEN + letters, 0, REFERRAL_CODE_SIZE - PREFIX_LEN - letters);
}

void referral_code_make(uint64_t draw, char out[REFERRAL_CODE_SIZE])
{
    referral_code_make_long(draw, REFERRAL_CODE_LETTERS, out);
}
