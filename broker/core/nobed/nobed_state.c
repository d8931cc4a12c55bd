#include "core/nobed/nobed_state.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "core/engine_state.h"
#include "core/stay/stay_state.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Told from the records of digest.c by numbers of their own. */
#define RECORD_BRIDGE 64
#define RECORD_NOBED 65

void nobed_free(struct nobed_state *s)
{
    for (uint32_t i = 0; i < s->n_cases; i++) {
        free(s->cases[i].bridges);
        free(s->cases[i].nights);
    }
    free(s->bridges);
    free(s->relieved);
    free(s->cases);
}

uint64_t engine_bridges(const struct engine *e)
{
    return e->nobed.n_bridges;
}

const struct bridge *engine_bridge(const struct engine *e, struct bridge_id id)
{
    return id.v >= 1 && id.v <= e->nobed.n_bridges ? &e->nobed.bridges[id.v - 1].b : NULL;
}

static bool is_called(const char *name, const char *text)
{
    while (*name != '\0' && tolower((unsigned char)*name) == tolower((unsigned char)*text)) {
        name++;
        text++;
    }
    return *name == '\0' && *text == '\0';
}

struct org_id engine_bridge_watcher(const struct engine *e, const struct bridge_owner *o)
{
    struct org_id found = {0};

    for (uint32_t i = 1; o->kind == BRIDGE_OWNER_OTHER && i <= engine_orgs(e); i++) {
        if (is_called(engine_org(e, (struct org_id){i})->name, o->org))
            found.v = i;
    }
    return found;
}

struct org_id engine_bridge_relieved(const struct engine *e, uint64_t seq)
{
    for (uint32_t i = e->nobed.n_relieved; i > 0 && e->nobed.relieved[i - 1].seq >= seq; i--) {
        if (e->nobed.relieved[i - 1].seq == seq)
            return (struct org_id){e->nobed.relieved[i - 1].org};
    }
    return (struct org_id){0};
}

unsigned engine_bridge_times_relieved(const struct engine *e, struct bridge_id id, struct org_id org,
                                      uint64_t upto_seq)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < e->nobed.n_relieved && e->nobed.relieved[i].seq <= upto_seq; i++)
        n += e->nobed.relieved[i].bridge == id.v && e->nobed.relieved[i].org == org.v;
    return n;
}

const struct nobed_case *engine_nobed(const struct engine *e, struct referral_id id)
{
    uint32_t at = engine_referral(e, id) != NULL ? e->referrals[id.v - 1].nobed : 0;

    return at != 0 ? &e->nobed.cases[at - 1] : NULL;
}

const struct bridge *engine_bridge_of(const struct engine *e, struct referral_id id, enum bridge_kind kind)
{
    const struct nobed_case *c = engine_nobed(e, id);

    for (unsigned i = c != NULL ? c->n_bridges : 0; i > 0; i--) {
        const struct bridge *b = engine_bridge(e, c->bridges[i - 1]);

        if (b->kind == kind && bridge_is_live(b))
            return b;
    }
    return NULL;
}

const struct bridge *engine_bridge_bed(const struct engine *e, struct request_id id)
{
    const struct request *q = engine_request(e, id);
    const struct nobed_case *c = q != NULL && q->bridge ? engine_nobed(e, q->referral) : NULL;

    for (unsigned i = c != NULL ? c->n_bridges : 0; i > 0; i--) {
        const struct bridge *b = engine_bridge(e, c->bridges[i - 1]);

        if (b->request.v == id.v)
            return bridge_is_live(b) ? b : NULL;
    }
    return NULL;
}

static const struct bridge *live_bed(const struct engine *e, struct referral_id id, bool is_reached)
{
    const struct nobed_case *c = engine_nobed(e, id);

    for (unsigned i = c != NULL ? c->n_bridges : 0; i > 0; i--) {
        const struct bridge *b = engine_bridge(e, c->bridges[i - 1]);

        if (b->kind == BRIDGE_BED && bridge_is_live(b) && (b->started_at_ms != 0) == is_reached)
            return b;
    }
    return NULL;
}

const struct bridge *engine_bridge_bed_reached(const struct engine *e, struct referral_id id)
{
    return live_bed(e, id, true);
}

const struct bridge *engine_bridge_bed_next(const struct engine *e, struct referral_id id)
{
    return live_bed(e, id, false);
}

bool nobed_may_open(const struct engine *e, struct referral_id id)
{
    const struct nobed_case *c = engine_nobed(e, id);

    return c == NULL || c->n_bridges < BRIDGES_PER_REFERRAL_MAX;
}

bool nobed_is_night(const struct vocab *v, uint8_t slept)
{
    return slept >= 1 && vocab_destination_slept(v, slept);
}

struct bridge_slot *bridge_slot(struct engine *e, struct bridge_id id)
{
    CHECK(engine_bridge(e, id) != NULL);
    return &e->nobed.bridges[id.v - 1];
}

struct nobed_case *nobed_case_of(struct engine *e, struct referral_id id)
{
    struct referral_slot *r = referral_slot(e, id);
    struct nobed_case *c = NULL;

    if (r->nobed == 0) {
        MEM_GROW_TIGHT(e->nobed.cases, e->nobed.n_cases, e->nobed.cap_cases);
        c = &e->nobed.cases[e->nobed.n_cases++];
        memset(c, 0, sizeof *c);
        c->referral = id;
        r->nobed = e->nobed.n_cases;
    }
    return &e->nobed.cases[r->nobed - 1];
}

/* ---- what hangs on a record ---- */

static uint64_t digest_of_bridge(const struct bridge_slot *s)
{
    struct fields f = fields_hash();
    struct bridge copy = s->b;
    struct funding funding = s->funding;

    f.hash = RECORD_BRIDGE;
    bridge_opened_fields(&f, &copy);
    bridge_life_fields(&f, &copy);
    if (funding.n > 0) /* as before where none was told */
        funding_spans_fields(&f, funding.spans, &funding.n);
    return f.hash;
}

static uint64_t digest_of_case(const struct nobed_case *c)
{
    struct fields f = fields_hash();
    struct nobed_case copy = *c;

    f.hash = RECORD_NOBED;
    nobed_case_fields(&f, &copy);
    return f.hash;
}

void bridge_touched(struct engine *e, struct bridge_slot *s, uint64_t seq)
{
    s->b.version = seq;
    due_refresh_bridge(e, s);
    e->sum -= s->sum;
    s->sum = digest_of_bridge(s);
    e->sum += s->sum;
}

void nobed_case_touched(struct engine *e, struct nobed_case *c)
{
    e->sum -= c->sum;
    c->sum = digest_of_case(c);
    e->sum += c->sum;
}

int64_t due_of_bridge(const struct bridge *b)
{
    return bridge_is_live(b) && b->due_ms != 0 ? b->due_ms : INT64_MAX;
}

uint64_t nobed_recount(const struct engine *e)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < e->nobed.n_bridges; i++)
        sum += digest_of_bridge(&e->nobed.bridges[i]);
    for (uint32_t i = 0; i < e->nobed.n_cases; i++)
        sum += digest_of_case(&e->nobed.cases[i]);
    return sum;
}

uint64_t nobed_digest_facts(const struct engine *e, uint64_t h)
{
    struct fields f = fields_hash();

    f.hash = h;
    for (uint32_t i = 0; i < e->nobed.n_bridges; i++) {
        struct bridge_owner o = e->nobed.bridges[i].b.owner;

        bridge_owner_fields(&f, &o);
    }
    return f.hash;
}
