/* What a driver says, line by line; see protocol.h. The ids of a driver are any whole numbers; inside, a
 * thing is its place in the order in which it was told. The network is put together at END
 * (protocol_network): only then are the ids known that its records speak of. */
#include "simulate/protocol.h"

#include "base/mem.h"
#include "simulate/numbers.h"
#include "simulate/protocol_network.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MAX (4 * SIM_HORIZON_MAX) /* behind the patience of everybody (scenario_records.c) */

struct protocol {
    const struct sim_policy *policy;
    bool wants_ranks;
    enum { BEFORE, IN_NETWORK, RUNNING } stage;
    struct network net; /* the world the desk looks at */
    struct sim_numbers referrals, requests;
    size_t cap_referrals;
    struct matcher desk; /* while RUNNING */
    struct sim_ranks *ranks;
    bool timed; /* the desk was told a minute */
    int now;
    int line;
    char why[200];
};

struct protocol *protocol_new(const struct sim_policy *policy, bool ranks)
{
    struct protocol *p = mem_new(1, sizeof *p);

    p->policy = policy;
    p->wants_ranks = ranks;
    return p;
}

void protocol_free(struct protocol *p)
{
    if (p == NULL)
        return;
    if (p->stage == RUNNING)
        p->desk.free(p->desk.ctx);
    network_fini(&p->net);
    numbers_fini(&p->referrals);
    numbers_fini(&p->requests);
    free(p);
}

/* ---- replies ---- */

/* WHY begins with "line N", which the reply says itself. */
static void say_fault(const struct protocol *p, struct buf *out)
{
    const char *what = p->why;
    size_t at = strcspn(what, ",:");

    if (strncmp(what, "line ", 5) == 0 && what[at] != '\0' && what[at + 1] == ' ')
        what += at + 2;
    buf_format(out, "ERR %d %s\n", p->line, what);
}

static void say_ranks(struct protocol *p, struct buf *out)
{
    for (size_t i = 0; p->ranks != NULL && i < p->ranks->n; i++) {
        const struct sim_rank *r = &p->ranks->list[i];

        buf_format(out, "RANK %d %d %d %x %d %d %d %d %d\n", p->net.w.referrals[r->referral].id, r->position,
                   p->net.pool_ids[r->pool], r->mask, r->tier, r->fit, r->coverage, r->rarity, r->utility);
    }
    if (p->ranks != NULL)
        p->ranks->n = 0;
}

static void say_replies(struct protocol *p, struct buf *out)
{
    struct sim_replies *said = p->desk.out;

    say_ranks(p, out);
    for (size_t i = 0; i < said->n; i++) {
        const struct sim_reply *r = &said->list[i];

        switch (r->kind) {
        case SIM_REQ:
            numbers_add(&p->requests, r->req, r->referral);
            buf_format(out, "REQ %d %d %d %d\n", r->req, p->net.w.referrals[r->referral].id,
                       p->net.pool_ids[r->pool], r->hold_min);
            break;
        case SIM_CAN:
            buf_format(out, "CAN %d\n", r->req);
            break;
        case SIM_WAKE:
            buf_format(out, "WAKE %d\n", r->wake_min);
            break;
        }
    }
    said->n = 0;
}

/* ---- what a driver says of a running world ---- */

/* The index of the thing that the next field names; a fault if there is none. */
static int known(struct scenario_line *l, const struct sim_numbers *numbers, const char *field)
{
    int id = line_int(l, field, 0, INT_MAX);
    int index = l->failed ? -1 : numbers_find(numbers, id);

    if (index < 0)
        line_fault(l, field, "nothing has the number %d", id);
    return index;
}

/* Time begins at the minute 0 unless the driver says another one first. */
static void begin_time(struct protocol *p)
{
    if (!p->timed)
        p->desk.time(p->desk.ctx, p->now);
    p->timed = true;
}

static void on_time(struct protocol *p, struct scenario_line *l)
{
    int minute = line_int(l, "minute", 0, MINUTE_MAX);

    if (!l->failed && minute < p->now)
        line_fault(l, "minute", "%d is before %d", minute, p->now);
    if (l->failed)
        return;
    p->now = minute;
    p->timed = true;
    p->desk.time(p->desk.ctx, minute);
}

/* A count below nothing or above the units is held within them by the desk. */
static void on_pub(struct protocol *p, struct scenario_line *l)
{
    int pool = known(l, &p->net.pools, "pool");
    int free_units = line_int(l, "free", INT_MIN, INT_MAX);
    int confirmed = line_int(l, "confirmed_min", INT_MIN, INT_MAX);

    if (l->failed)
        return;
    begin_time(p);
    p->desk.pub(p->desk.ctx, pool, free_units, confirmed);
}

/* The columns of the record A, with or without the A. */
static void on_ref(struct protocol *p, struct scenario_line *l)
{
    struct sim_world *w = &p->net.w;
    struct sim_referral r = {.follows = -1};

    if (l->more && *l->at == 'A')
        (void)line_text(l, "record");
    r.id = line_int(l, "id", 0, INT_MAX);
    if (!l->failed && numbers_find(&p->referrals, r.id) >= 0)
        line_fault(l, "id", "%d was used before", r.id);
    if (w->n_referrals >= SIM_REFERRALS_MAX)
        line_fault(l, NULL, "more than %d referrals", SIM_REFERRALS_MAX);
    record_referral(l, &r, INT_MAX);
    network_places(&p->net, l, &r);
    if (l->failed)
        return;
    begin_time(p);
    MEM_GROW(w->referrals, (size_t)w->n_referrals, p->cap_referrals);
    w->referrals[w->n_referrals] = r;
    numbers_add(&p->referrals, r.id, w->n_referrals);
    p->desk.ref(p->desk.ctx, w->n_referrals++);
}

static void on_gone(struct protocol *p, struct scenario_line *l)
{
    static const char *const names[SIM_GONE_N] = {"placed_local", "unmet", "placed"};
    int referral = known(l, &p->referrals, "referral");
    struct bytes why = line_text(l, "why");

    for (int i = 0; i < SIM_GONE_N && !l->failed; i++) {
        if (bytes_equal(why, bytes_of_text(names[i]))) {
            p->desk.gone(p->desk.ctx, referral, (enum sim_gone)i);
            return;
        }
    }
    line_fault(l, "why", "is not placed_local, unmet or placed");
}

/* The number of a request that was told, in the next field. */
static int request(struct protocol *p, struct scenario_line *l)
{
    int req = line_int(l, "req", 0, INT_MAX);

    if (!l->failed && numbers_find(&p->requests, req) < 0)
        line_fault(l, "req", "nothing has the number %d", req);
    return req;
}

static void on_answer(struct protocol *p, struct scenario_line *l)
{
    static const char *const names[SIM_ANSWER_N] = {"accept", "decline", "full"};
    int req = request(p, l);
    struct bytes answer = line_text(l, "answer");

    for (int i = 0; i < SIM_ANSWER_N && !l->failed; i++) {
        if (bytes_equal(answer, bytes_of_text(names[i]))) {
            p->desk.answer(p->desk.ctx, req, (enum sim_answer)i);
            return;
        }
    }
    line_fault(l, "answer", "is not accept, decline or full");
}

static void on_expired(struct protocol *p, struct scenario_line *l)
{
    int req = request(p, l);

    if (!l->failed)
        p->desk.expired(p->desk.ctx, req);
}

static void on_wake(struct protocol *p, struct scenario_line *l)
{
    (void)l;
    begin_time(p);
    p->desk.wake(p->desk.ctx);
}

static void hear(struct protocol *p, struct scenario_line *l)
{
    static const struct {
        const char *word;
        void (*hear)(struct protocol *, struct scenario_line *);
    } words[] = {
        {"T", on_time},     {"PUB", on_pub},     {"REF", on_ref},   {"GONE", on_gone},
        {"ANS", on_answer}, {"EXP", on_expired}, {"WAKE", on_wake},
    };

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (line_is(l, words[i].word)) {
            words[i].hear(p, l);
            return;
        }
    }
    line_fault(l, NULL, "is not T, PUB, REF, GONE, ANS, EXP or WAKE");
}

/* ---- the network ---- */

static void begin_network(struct protocol *p, struct scenario_line *l)
{
    if (!line_is(l, "INIT")) {
        line_fault(l, NULL, "INIT must come first");
        return;
    }
    p->stage = IN_NETWORK;
    (void)line_int(l, "np", 0, SIM_POOLS_MAX);
    (void)line_int(l, "ns", 0, SIM_SITES_MAX);
}

/* What a fault leaves out is no part of the network; a network without a place is none. */
static void end_network(struct protocol *p, struct scenario_line *l, struct buf *out)
{
    network_join(&p->net, out);
    if (p->net.w.n_pools == 0) {
        line_fault(l, NULL, "the network has no pool: begin again with INIT");
        network_fini(&p->net);
        p->stage = BEFORE;
        return;
    }
    p->stage = RUNNING;
    p->desk = desk_new(&p->net.w, p->policy, 0);
    if (p->wants_ranks)
        p->ranks = desk_keep_ranks(&p->desk);
}

/* ---- the line ---- */

static void take(struct protocol *p, struct scenario_line *l, struct buf *out)
{
    if (p->stage == BEFORE)
        begin_network(p, l);
    else if (p->stage == RUNNING)
        hear(p, l);
    else if (line_is(l, "END"))
        end_network(p, l, out);
    else
        network_record(&p->net, l);
}

void protocol_line(struct protocol *p, struct bytes line, struct buf *out)
{
    struct scenario_line l = {.why = p->why, .why_size = sizeof p->why};
    bool too_long = line.len > PROTOCOL_LINE_MAX;

    p->line++;
    l.line = p->line;
    if (too_long)
        line_fault(&l, NULL, "longer than %d bytes", PROTOCOL_LINE_MAX);
    else if (line.len > 0 && line_open(&l, line, p->line))
        take(p, &l, out);
    if (l.failed)
        say_fault(p, out);
    if (p->stage == RUNNING)
        say_replies(p, out);
    if (p->stage != IN_NETWORK)
        buf_text(out, "OK\n");
}
