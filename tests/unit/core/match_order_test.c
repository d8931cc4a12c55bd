/* The run over an engine: order, counts, first rule, what was asked already, and match_one. */
#include "support/match_builders.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/request.h"

#include <string.h>

/* The rungs of the order, best first, as they must come out; each differs from the one above in one thing
 * that outweighs all below.
 */
enum rung {
    RUNG_BEST,         /* fits, at home */
    RUNG_FARTHER,      /* lower score */
    RUNG_OLDER_NUMBER, /* same score as the one above, reported earlier */
    RUNG_HIGHER_ID,    /* same again, defined later */
    RUNG_OPENS_LATER,  /* at home, but closed until eight */
    RUNG_SPARE,        /* at home, but a guarded place that is not needed */
    RUNG_ASK,          /* at home, with a question */
    RUNG_ASK_FARTHER,
    RUNG_ASK_STALE, /* at home, the question is an old number */
    RUNG_ASK_NIGHT, /* at home, not said whether open at night */
    RUNG_N
};

static void set_rung(struct scene *s, enum rung rung)
{
    uint8_t home = s->need.home_region;
    uint8_t far = region(s->vocab, "R17");
    uint8_t near = region(s->vocab, "R30");

    s->location.region = home;
    switch (rung) {
    case RUNG_FARTHER:
        s->location.region = near;
        break;
    case RUNG_OLDER_NUMBER:
    case RUNG_HIGHER_ID:
        s->location.region = near;
        s->seen.observed_at_ms -= 1;
        break;
    case RUNG_OPENS_LATER:
        s->location.night_intake = TRI_NO;
        break;
    case RUNG_SPARE:
        s->pool.kind = KIND_BEVEILIGD;
        break;
    case RUNG_ASK:
        s->pool.women = TRI_UNKNOWN;
        break;
    case RUNG_ASK_FARTHER:
        s->pool.women = TRI_UNKNOWN;
        s->location.region = far;
        break;
    case RUNG_ASK_STALE:
        s->seen.observed_at_ms = s->query.now_ms - 9 * MS_HOUR;
        break;
    case RUNG_ASK_NIGHT:
        s->location.night_intake = TRI_UNKNOWN;
        break;
    case RUNG_BEST:
    case RUNG_N:
        break;
    }
}

static void scene_at_night(struct scene *s, const struct vocab *v)
{
    scene_init(s, v);
    s->query.now_ms = NIGHT_MS;
    s->query.deadline_ms = NIGHT_MS + 6 * MS_HOUR; /* after eight; within the window of scarce places */
    s->query.need = &s->need;
    s->seen.observed_at_ms = NIGHT_MS - MS_HOUR;
}

static void add_rung(struct engine *e, const struct vocab *v, enum rung rung)
{
    struct scene s;

    scene_at_night(&s, v);
    set_rung(&s, rung);
    world_add(e, &s);
}

static void order_goes_by_the_ladder(void **state)
{
    /* Defined in an order that is not the ranking's, the two twins in theirs. */
    static const enum rung defined[RUNG_N] = {
        RUNG_ASK_NIGHT,   RUNG_ASK_STALE, RUNG_ASK_FARTHER,  RUNG_ASK,       RUNG_SPARE,
        RUNG_OPENS_LATER, RUNG_FARTHER,   RUNG_OLDER_NUMBER, RUNG_HIGHER_ID, RUNG_BEST};
    struct engine *e = world_new(*state);
    struct match_result r;
    struct scene s;

    for (size_t i = 0; i < COUNT_OF(defined); i++)
        add_rung(e, *state, defined[i]);
    scene_at_night(&s, *state);
    match_run(e, &s.query, &r);
    assert_int_equal(r.n, RUNG_N);
    assert_int_equal(r.n_out, 0);
    for (size_t i = 0; i < RUNG_N; i++) {
        enum rung got = defined[r.list[i].pool.v - 1];

        if (got != i)
            fail_msg("place %zu: rung %d", i, got);
        assert_int_equal(r.list[i].rank, i + 1);
    }
    assert_int_equal(r.n_fits, 6);
    assert_int_equal(r.n_ask, 4);
    match_fini(&r);
    assert_null(r.list);
    engine_free(e);
}

static void out_comes_last_by_id_and_is_counted(void **state)
{
    struct engine *e = world_new(*state);
    struct match_result r;
    struct scene s;

    scene_init(&s, *state);
    s.pool.women = TRI_NO;
    world_add(e, &s); /* 1: sex */
    scene_init(&s, *state);
    world_add(e, &s); /* 2: fits */
    s.seen.free = 0;
    s.pool.women = TRI_NO;
    world_add(e, &s); /* 3: full before sex */
    s.location.region = region(*state, "R01");
    s.seen.free = 2;
    s.seen.stop = 1;
    world_add(e, &s); /* 4: stop before sex */
    scene_init(&s, *state);
    s.view.reported = false;
    s.need.n_persons = 1;
    world_add(e, &s); /* 5: never reported: ask */

    s.query.need = &s.need;
    match_run(e, &s.query, &r);
    assert_int_equal(r.n, 5);
    assert_int_equal(r.n_fits, 1);
    assert_int_equal(r.n_ask, 1);
    assert_int_equal(r.n_out, 3);
    assert_int_equal(r.list[0].pool.v, 2);
    assert_int_equal(r.list[1].pool.v, 5);
    assert_int_equal(r.list[1].rank, 2);
    assert_int_equal(r.list[2].pool.v, 1);
    assert_int_equal(r.list[3].pool.v, 3);
    assert_int_equal(r.list[4].pool.v, 4);
    assert_int_equal(r.list[4].rank, 0);
    assert_int_equal(r.out_first[RULE_SEX], 1);
    assert_int_equal(r.out_first[RULE_FULL], 1);
    assert_int_equal(r.out_first[RULE_STOP], 1);
    assert_int_equal(r.regions, 2);
    assert_int_equal(r.rules_version, vocab_version(*state));
    assert_int_equal(r.list[0].minutes, 60);
    match_fini(&r);
    engine_free(e);
}

static void nothing_to_match(void **state)
{
    struct engine *e = world_new(*state);
    struct match_result r;
    struct scene s;

    scene_init(&s, *state);
    s.query.need = &s.need;
    match_run(e, &s.query, &r);
    assert_int_equal(r.n, 0);
    assert_int_equal(r.regions, 0);
    assert_int_equal(r.n_near, 0);
    match_fini(&r);
    engine_free(e);
}

/* ---- asked already ---- */

static void apply(struct engine *e, struct event *ev)
{
    ev->seq = engine_seq(e) + 1;
    engine_apply(e, ev);
}

static void open_referral(struct engine *e, const struct scene *s)
{
    struct event ev = {.kind = EV_REFERRAL_OPENED, .at_ms = s->query.now_ms, .account = {7}};

    ev.u.opened.id.v = 1;
    strcpy(ev.u.opened.code, "VT-7K3M");
    ev.u.opened.org.v = 1;
    ev.u.opened.urgency = s->need.urgency;
    ev.u.opened.home_region = s->need.home_region;
    ev.u.opened.deadline_ms = s->query.now_ms + MS_DAY;
    ev.u.opened.facts_known = true;
    ev.u.opened.need = s->need;
    apply(e, &ev);
}

static void ask(struct engine *e, const struct scene *s, uint32_t pool)
{
    struct event ev = {.kind = EV_REQUEST_MADE, .at_ms = s->query.now_ms, .account = {7}};

    ev.u.made = (struct request){.id = {engine_requests(e) + 1},
                                 .referral = {1},
                                 .pool = {pool},
                                 .asked_by = {7},
                                 .units = 1,
                                 .asked_at_ms = s->query.now_ms,
                                 .answer_by_ms = s->query.now_ms + MS_HOUR,
                                 .lapse_at_ms = s->query.now_ms + 3 * MS_HOUR};
    apply(e, &ev);
}

static void end_request(struct engine *e, const struct scene *s, enum event_kind kind, uint64_t request,
                        uint8_t reason)
{
    struct event ev = {.kind = kind, .at_ms = s->query.now_ms, .account = {8}};

    ev.u.request.request.v = request;
    ev.u.request.referral.v = 1;
    ev.u.request.reason = reason;
    if (kind == EV_REQUEST_EXPIRED)
        ev.at_ms = s->query.now_ms + 3 * MS_HOUR;
    apply(e, &ev);
}

static void what_was_asked_is_out(void **state)
{
    struct engine *e = world_new(*state);
    struct match_query search;
    struct pool_match m;
    struct scene s;

    scene_init(&s, *state);
    for (int i = 0; i < 4; i++)
        world_add(e, &s);
    open_referral(e, &s);
    ask(e, &s, 1);
    ask(e, &s, 2);
    ask(e, &s, 3);
    end_request(e, &s, EV_REQUEST_DECLINED, 2, 5);
    end_request(e, &s, EV_REQUEST_EXPIRED, 3, 0);
    s.query.need = &s.need;
    s.query.referral.v = 1;

    match_one(e, &s.query, (struct pool_id){1}, &m);
    assert_int_equal(m.out_mask, 1u << RULE_ASKED);
    assert_true(says(&m, REASON_OUT_ASKED));
    match_one(e, &s.query, (struct pool_id){2}, &m);
    assert_int_equal(m.out_mask, 1u << RULE_ASKED);
    assert_int_equal(find_reason(&m, REASON_OUT_DECLINED)->a, 4); /* index of reason 5 */
    /* Did not answer until three hours later; three more, and it may be asked again. */
    match_one(e, &s.query, (struct pool_id){3}, &m);
    assert_int_equal(m.out_mask, 1u << RULE_ASKED);
    s.query.now_ms += 6 * MS_HOUR - 1;
    match_one(e, &s.query, (struct pool_id){3}, &m);
    assert_int_equal(m.out_mask, 1u << RULE_ASKED);
    s.query.now_ms++;
    match_one(e, &s.query, (struct pool_id){3}, &m);
    assert_int_equal(m.out_mask, 0);
    s.query.now_ms -= 6 * MS_HOUR;
    match_one(e, &s.query, (struct pool_id){4}, &m);
    assert_int_equal(m.verdict, VERDICT_FITS);
    /* The same household searched without saving knows of no requests. */
    search = s.query;
    search.referral.v = 0;
    match_one(e, &search, (struct pool_id){1}, &m);
    assert_int_equal(m.verdict, VERDICT_FITS);
    engine_free(e);
}

/* Two free, one held for another household: the last unit. */
static void holds_of_others_count(void **state)
{
    struct engine *e = world_new(*state);
    struct pool_match m;
    struct scene s;

    scene_init(&s, *state);
    s.seen.free = 1;
    world_add(e, &s);
    s.query.need = &s.need;
    match_one(e, &s.query, (struct pool_id){1}, &m);
    assert_int_equal(m.verdict, VERDICT_FITS);
    assert_true(says(&m, REASON_LAST_UNIT));
    open_referral(e, &s);
    ask(e, &s, 1);
    match_one(e, &s.query, (struct pool_id){1}, &m);
    assert_int_equal(m.out_mask, 1u << RULE_FULL);
    engine_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_goes_by_the_ladder), cmocka_unit_test(out_comes_last_by_id_and_is_counted),
        cmocka_unit_test(nothing_to_match),         cmocka_unit_test(what_was_asked_is_out),
        cmocka_unit_test(holds_of_others_count),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
