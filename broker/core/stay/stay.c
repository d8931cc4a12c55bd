#include "core/stay/stay.h"

#include "base/check.h"
#include "base/rng.h"
#include "base/time_text.h"
#include "core/apply.h"
#include "core/engine_state.h"

#include <stdlib.h>
#include <string.h>

#define S(s) (1u << STAY_##s)
#define C(s) (1u << CLOCK_##s)

static const uint8_t stay_moves[STAY_STATE_N] = {
    [STAY_PRESENT] = S(READY) | S(DEPARTED),
    [STAY_READY] = S(PRESENT) | S(DEPARTED),
    [STAY_DEPARTED] = S(PRESENT) | S(READY),
};

static const uint8_t clock_moves[CLOCK_STATE_N] = {
    [CLOCK_RUNNING] = C(WARNED) | C(STOPPED),
    [CLOCK_WARNED] = C(RUNNING) | C(RUN_OUT) | C(STOPPED),
    [CLOCK_RUN_OUT] = C(RUNNING) | C(STOPPED),
};

bool stay_may_become(enum stay_state from, enum stay_state to)
{
    CHECK((unsigned)from < STAY_STATE_N && (unsigned)to < STAY_STATE_N);
    return ((unsigned)stay_moves[from] >> (unsigned)to & 1u) != 0;
}

bool clock_may_become(enum clock_state from, enum clock_state to)
{
    CHECK((unsigned)from < CLOCK_STATE_N && (unsigned)to < CLOCK_STATE_N);
    return ((unsigned)clock_moves[from] >> (unsigned)to & 1u) != 0;
}

const char *stay_state_code(enum stay_state s)
{
    static const char *const list[STAY_STATE_N] = {"present", "ready", "departed"};

    CHECK((unsigned)s < STAY_STATE_N);
    return list[s];
}

const char *clock_state_code(enum clock_state s)
{
    static const char *const list[CLOCK_STATE_N] = {"running", "warned", "run_out", "stopped"};

    CHECK((unsigned)s < CLOCK_STATE_N);
    return list[s];
}

const char *link_why_code(enum link_why w)
{
    static const char *const list[LINK_N] = {"", "follow_up", "return", "leaked"};

    CHECK((unsigned)w < LINK_N);
    return list[w];
}

/* As the referral's code: without 0 O 1 I L 5 S B 8 Z 2. Two groups of four are read out and written down. */
void return_code_make(uint64_t draw, char out[RETURN_CODE_SIZE])
{
    static const char alphabet[] = "ACDEFGHJKMNPQRTUVWXY34679";
    uint64_t left = rng_mix(draw);
    size_t at = 0;

    memset(out, 0, RETURN_CODE_SIZE);
    out[at++] = 'T';
    out[at++] = 'K';
    for (int i = 0; i < RETURN_LETTERS; i++) {
        if (i % 4 == 0)
            out[at++] = '-';
        out[at++] = alphabet[left % (sizeof alphabet - 1)];
        left /= sizeof alphabet - 1;
    }
}

void stay_state_free(struct stay_tables *s)
{
    free(s->stays);
    free(s->clocks);
    free(s->households);
    free(s->flags);
}

/* ---- look ---- */

uint64_t engine_stays(const struct engine *e)
{
    return e->stay.n_stays;
}

uint64_t engine_clocks(const struct engine *e)
{
    return e->stay.n_clocks;
}

uint64_t engine_funding_flags(const struct engine *e)
{
    return e->stay.n_flags;
}

const struct stay *engine_stay(const struct engine *e, struct stay_id id)
{
    return id.v >= 1 && id.v <= e->stay.n_stays ? &e->stay.stays[id.v - 1].s : NULL;
}

const struct stay_clock *engine_clock(const struct engine *e, struct clock_id id)
{
    return id.v >= 1 && id.v <= e->stay.n_clocks ? &e->stay.clocks[id.v - 1].c : NULL;
}

const struct funding_flag *engine_funding_flag(const struct engine *e, uint64_t nth)
{
    return nth >= 1 && nth <= e->stay.n_flags ? &e->stay.flags[nth - 1].f : NULL;
}

struct household_link engine_household(const struct engine *e, struct referral_id id)
{
    if (id.v < 1 || id.v > e->stay.n_households)
        return (struct household_link){.why = LINK_NONE};
    return e->stay.households[id.v - 1].h;
}

const struct stay *engine_stay_of(const struct engine *e, struct referral_id id)
{
    return engine_stay(e, engine_household(e, id).stay);
}

struct referral_id engine_household_first(const struct engine *e, struct referral_id id)
{
    uint64_t first = id.v >= 1 && id.v <= e->stay.n_households ? e->stay.households[id.v - 1].first : 0;

    return first != 0 ? (struct referral_id){first} : id;
}

struct referral_id engine_household_next(const struct engine *e, struct referral_id id)
{
    return (struct referral_id){id.v >= 1 && id.v <= e->stay.n_households ? e->stay.households[id.v - 1].next
                                                                          : 0};
}

struct referral_id engine_household_promised(const struct engine *e, struct referral_id id)
{
    struct referral_id at = engine_household_first(e, id);

    for (; at.v != 0; at = engine_household_next(e, at)) {
        if (at.v != id.v && referral_accepted(e, engine_referral(e, at)) != NULL)
            return at;
    }
    return at;
}

struct referral_id engine_household_search(const struct engine *e, struct referral_id id)
{
    struct referral_id promised = engine_household_promised(e, id);
    struct referral_id at = engine_household_first(e, id);

    if (promised.v != 0)
        return promised;
    for (; at.v != 0; at = engine_household_next(e, at)) {
        if (at.v != id.v && referral_is_live(engine_referral(e, at)->state) && !engine_search_is_left(e, at))
            return at;
    }
    return at;
}

/* People looked last then: opened it, or asked a place. */
static int64_t looked_ms(const struct engine *e, const struct referral *r)
{
    int64_t at_ms = r->opened_at_ms;

    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (!q->bridge && !q->proposal.by_broker && q->asked_at_ms > at_ms)
            at_ms = q->asked_at_ms;
    }
    return at_ms;
}

static bool may_stay(const struct engine *e, const struct stay *s)
{
    if (s == NULL || s->state != STAY_PRESENT || engine_pool_is_hidden(e, s->pool))
        return false;
    for (unsigned i = 0;; i++) {
        const struct stay_clock *c = engine_clock(e, engine_clock_of(e, s->referral, i));

        if (c == NULL)
            return true;
        if (c->state == CLOCK_WARNED || c->state == CLOCK_RUN_OUT)
            return false;
    }
}

bool engine_search_is_of_who_stayed(const struct engine *e, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);
    unsigned from = engine_household(e, id).rests_from;

    for (unsigned i = from; from != 0 && i <= r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i - 1]);

        if (!q->bridge && !q->proposal.by_broker)
            return false;
    }
    return from != 0;
}

bool engine_search_rests(const struct engine *e, struct referral_id id)
{
    int64_t from_ms = engine_search_is_of_who_stayed(e, id) ? 0 : looked_ms(e, engine_referral(e, id));
    struct referral_id at = engine_household_first(e, id);

    if (engine_household_promised(e, id).v != 0)
        return true;
    for (; at.v != 0; at = engine_household_next(e, at)) {
        const struct stay *s = at.v != id.v ? engine_stay_of(e, at) : NULL;

        if (may_stay(e, s) && engine_referral(e, at)->admitted_at_ms > from_ms)
            return true;
    }
    return false;
}

/* The last stay of ID's household with a number below BEFORE. */
static const struct stay *last_stay(const struct engine *e, struct referral_id id, uint64_t before)
{
    const struct stay *last = NULL;

    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *s = engine_stay_of(e, id);

        if (s != NULL && s->id.v < before && (last == NULL || s->id.v > last->id.v))
            last = s;
    }
    return last;
}

const struct stay *engine_stay_by_return_code(const struct engine *e, const char *code)
{
    const struct stay *found = NULL;

    for (uint32_t i = e->stay.n_stays; code[0] != '\0' && i > 0 && found == NULL; i--) {
        if (strcmp(e->stay.stays[i - 1].s.return_code, code) == 0)
            found = &e->stay.stays[i - 1].s;
    }
    /* The code was given at an earlier place, and the household has been at others since. */
    return found != NULL ? last_stay(e, found->referral, UINT64_MAX) : NULL;
}

/* Stays are numbered by arrival, so those before a stay have lower numbers; who has none yet comes after
 * all. */
static uint64_t own_stay(const struct engine *e, struct referral_id id)
{
    const struct stay *s = engine_stay_of(e, id);

    return s != NULL ? s->id.v : UINT64_MAX;
}

const struct stay *engine_stay_before(const struct engine *e, struct referral_id id, const char *return_code)
{
    const struct stay *s = last_stay(e, id, own_stay(e, id));

    return s != NULL || return_code[0] == '\0' ? s : engine_stay_by_return_code(e, return_code);
}

unsigned engine_moves(const struct engine *e, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);
    uint64_t own = own_stay(e, id);
    unsigned n = 0;

    /* It came to nothing, and what the household did since is not before it. */
    if (own == UINT64_MAX && r != NULL && !referral_is_live(r->state))
        return engine_household(e, id).moves;
    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id))
        n += engine_stay_of(e, id) != NULL && engine_stay_of(e, id)->id.v < own;
    return n;
}

const char *engine_return_code(const struct engine *e, struct referral_id id)
{
    const struct stay *with_code = NULL;

    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *s = engine_stay_of(e, id);

        if (s != NULL && s->return_code[0] != '\0' && (with_code == NULL || s->id.v > with_code->id.v))
            with_code = s;
    }
    return with_code != NULL ? with_code->return_code : "";
}

struct clock_id engine_clock_of(const struct engine *e, struct referral_id id, unsigned nth)
{
    uint64_t at = id.v >= 1 && id.v <= e->stay.n_households ? e->stay.households[id.v - 1].first_clock : 0;

    while (at != 0 && nth-- > 0)
        at = e->stay.clocks[at - 1].next;
    return (struct clock_id){at};
}

bool stay_left_lately(const struct engine *e, const struct stay *s, int64_t now_ms)
{
    return s->state == STAY_DEPARTED &&
           now_ms - engine_request(e, s->request)->left_at_ms < RETURN_CODE_SHOWN_MS;
}

int32_t stay_nights(const struct stay *s, int64_t now_ms)
{
    return time_day_nl(s->state == STAY_DEPARTED ? s->ended_at_ms : now_ms) - time_day_nl(s->started_at_ms);
}

int64_t due_of_clock(const struct stay_clock *c)
{
    if (c->state == CLOCK_RUNNING)
        return c->warn_at_ms;
    return c->state == CLOCK_WARNED ? c->runs_out_ms : INT64_MAX;
}

uint32_t *clock_due_place(struct engine *e, uint64_t id)
{
    CHECK(id >= 1 && id <= e->stay.n_clocks);
    return &e->stay.clocks[id - 1].due;
}
