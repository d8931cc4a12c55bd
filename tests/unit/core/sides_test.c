/* The feed's word and that of people: which is believed, when they disagree, and a stop that people set,
 * which a feed that says none does not end. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/engine_state.h"

#define FULL 2 /* a reason in the list of stops, + 1 */
#define WORKS 3

static struct observation says(struct exchange *x, enum source source, int free, uint8_t stop,
                               int64_t until_ms)
{
    struct observation o;

    x->now += MS_MINUTE;
    o = an_observation(x, POOL_B, POOL_UNITS, free);
    o.source = source;
    o.stop = stop;
    o.stop_until_ms = until_ms;
    do_report(x, shelter_of(HUIS_B), &o, 1);
    return o;
}

static struct pool_stop stop_of(const struct exchange *x)
{
    return engine_pool_stop(x->e, (struct pool_id){POOL_B}, x->now);
}

static struct pool_said said_of(const struct exchange *x)
{
    return engine_pool_said(x->e, (struct pool_id){POOL_B}, x->now);
}

static void when_they_disagree(void **state)
{
#define NOW INT64_C(1790000000000)
#define WINDOW (24 * MS_HOUR)
#define FREE(n) .said = true, .free = (n), .observed_at_ms = NOW - MS_HOUR
#define ALL .corrects = CORRECTS_FREE | CORRECTS_STAFF | CORRECTS_STOP
    static const struct {
        const char *name;
        struct word feed, hand;
        bool want;
    } cases[] = {
        {"the same", {FREE(1)}, {FREE(1), ALL}, false},
        {"another number free", {FREE(1)}, {FREE(2), ALL}, true},
        {"nought is a number", {FREE(0)}, {FREE(1), ALL}, true},
        {"another total alone", {FREE(1), .total = 3}, {FREE(1), .total = 4, ALL}, false},
        {"the feed does not say", {FREE(UNITS_UNKNOWN)}, {FREE(2), ALL}, false},
        {"people do not say", {FREE(1)}, {FREE(UNITS_UNKNOWN), ALL}, false},
        {"the feed never spoke", {.free = 0}, {FREE(2), ALL}, false},
        {"people never spoke", {FREE(2)}, {.free = 0}, false},
        {"staff", {FREE(1), .deliverable = TRI_YES}, {FREE(1), .deliverable = TRI_NO, ALL}, true},
        {"staff, not said by one", {FREE(1)}, {FREE(1), .deliverable = TRI_NO, ALL}, false},
        {"a stop of people", {FREE(1)}, {FREE(1), .stop = 1, ALL}, true},
        {"a stop of the feed", {FREE(1), .stop = 1}, {FREE(1), ALL}, true},
        {"both have a stop, of another reason", {FREE(1), .stop = 1}, {FREE(1), .stop = 2, ALL}, false},
        {"a stop that has ended", {FREE(1)}, {FREE(1), .stop = 1, .stop_until_ms = NOW, ALL}, false},
        {"a stop about to end", {FREE(1)}, {FREE(1), .stop = 1, .stop_until_ms = NOW + 1, ALL}, true},
        {"the feed's word as old as counts",
         {.said = true, .free = 1, .observed_at_ms = NOW - WINDOW},
         {FREE(2), ALL},
         true},
        {"older", {.said = true, .free = 1, .observed_at_ms = NOW - WINDOW - 1}, {FREE(2), ALL}, false},
        {"people's word older",
         {FREE(2)},
         {.said = true, .free = 1, .observed_at_ms = NOW - WINDOW - 1, ALL},
         false},
        {"another number, and no correction", {FREE(1)}, {FREE(2)}, false},
        {"another number, and a correction of the staff",
         {FREE(1)},
         {FREE(2), .corrects = CORRECTS_STAFF},
         false},
        {"staff, and no correction",
         {FREE(1), .deliverable = TRI_YES},
         {FREE(1), .deliverable = TRI_NO, .corrects = CORRECTS_FREE},
         false},
        {"a stop, and no correction", {FREE(1), .stop = 1}, {FREE(1)}, false},
        {"an echoed stop that the feed has dropped", {FREE(1)}, {FREE(1), .stop = 1, .echoes = true}, false},
    };
#undef FREE
#undef ALL

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (words_disagree(&cases[i].feed, &cases[i].hand, NOW, WINDOW) != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
}

/* One step: who speaks, what of free, staff and stop, and whether they disagree after it. */
struct said_step {
    enum source source;
    int free;
    enum tri staff;
    uint8_t stop;
    bool want;
};

static void only_a_correction_disagrees(void **state)
{
#define FEED SOURCE_FEED
#define HAND SOURCE_HAND
#define UNSAID UNITS_UNKNOWN
    static const struct {
        const char *name;
        struct said_step steps[5];
    } cases[] = {
        {"the feed goes on after a confirmation",
         {{FEED, 3, TRI_YES, 0, false}, {HAND, 3, TRI_YES, 0, false}, {FEED, 2, TRI_YES, 0, false}}},
        {"a correction, and the feed repeats itself",
         {{FEED, 3, TRI_YES, 0, false},
          {HAND, 1, TRI_YES, 0, true},
          {FEED, 3, TRI_YES, 0, true},
          {FEED, 3, TRI_YES, 0, true},
          {HAND, 3, TRI_YES, 0, false}}},
        {"a correction, and the feed moves",
         {{FEED, 3, TRI_YES, 0, false},
          {HAND, 1, TRI_YES, 0, true},
          {FEED, 2, TRI_YES, 0, false},
          {FEED, 3, TRI_YES, 0, false}}},
        {"a correction, and the feed comes to it",
         {{FEED, 3, TRI_YES, 0, false}, {HAND, 1, TRI_YES, 0, true}, {FEED, 1, TRI_YES, 0, false}}},
        {"a correction, and the feed leaves the number out once",
         {{FEED, 3, TRI_YES, 0, false},
          {HAND, 1, TRI_YES, 0, true},
          {FEED, UNSAID, TRI_YES, 0, false},
          {FEED, 3, TRI_YES, 0, true}}},
        {"a correction of the number, and the feed has news of the staff",
         {{FEED, 3, TRI_YES, 0, false}, {HAND, 1, TRI_YES, 0, true}, {FEED, 3, TRI_NO, 0, true}}},
        {"a correction said again",
         {{FEED, 3, TRI_YES, 0, false}, {HAND, 1, TRI_YES, 0, true}, {HAND, 1, TRI_YES, 0, true}}},
        {"people first: nothing to contradict",
         {{SOURCE_PHONE, 2, TRI_YES, 0, false}, {FEED, 3, TRI_YES, 0, false}, {FEED, 3, TRI_YES, 0, false}}},
        {"staff, confirmed, and the feed has news",
         {{FEED, 3, TRI_YES, 0, false}, {HAND, 3, TRI_YES, 0, false}, {FEED, 3, TRI_NO, 0, false}}},
        {"staff, corrected",
         {{FEED, 3, TRI_YES, 0, false}, {HAND, 3, TRI_NO, 0, true}, {FEED, 3, TRI_YES, 0, true}}},
        {"the feed stops what people confirmed",
         {{FEED, 3, TRI_YES, 0, false}, {HAND, 3, TRI_YES, 0, false}, {FEED, 3, TRI_YES, WORKS, false}}},
        {"people do not see the feed's stop",
         {{FEED, 3, TRI_YES, WORKS, false}, {HAND, 3, TRI_YES, 0, true}, {FEED, 3, TRI_YES, WORKS, true}}},
        {"people set a stop, and the feed changes its number",
         {{FEED, 3, TRI_YES, 0, false},
          {HAND, 3, TRI_YES, FULL, true},
          {FEED, 2, TRI_YES, 0, true},
          {FEED, 2, TRI_YES, FULL, false}}},
        {"an echoed stop that the feed drops",
         {{FEED, 3, TRI_YES, WORKS, false}, {HAND, 3, TRI_YES, WORKS, false}, {FEED, 3, TRI_YES, 0, false}}},
        {"an echoed stop under a correction",
         {{FEED, 3, TRI_YES, WORKS, false}, {HAND, 1, TRI_YES, WORKS, true}, {FEED, 2, TRI_YES, 0, false}}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct engine *e = NULL;

        for (unsigned k = 0; k < 5 && (k == 0 || cases[i].steps[k].staff != TRI_UNKNOWN); k++) {
            const struct said_step *s = &cases[i].steps[k];
            struct observation o = an_observation(x, POOL_B, 4, s->free);

            x->now += MS_MINUTE;
            o.observed_at_ms = x->now;
            o.source = s->source;
            o.deliverable = s->staff;
            o.stop = s->stop;
            o.report = 900 + k;
            assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
            if (said_of(x).disagrees != s->want)
                fail_msg("%s, step %u", cases[i].name, k);
        }
        e = exchange_replay(x);
        assert_int_equal(engine_digest(e, true), engine_digest(x->e, true));
        engine_free(e);
        exchange_free(x);
    }
#undef FEED
#undef HAND
#undef UNSAID
}

static void the_newest_is_believed_and_the_other_kept(void **state)
{
    struct exchange *x = exchange_new();

    (void)state;
    says(x, SOURCE_FEED, 2, 0, 0);
    says(x, SOURCE_PHONE, 1, 0, 0);
    assert_int_equal(the_pool(x, POOL_B).latest->free, 1);
    assert_int_equal(said_of(x).words[SIDE_FEED].free, 2);
    assert_int_equal(said_of(x).words[SIDE_HAND].free, 1);
    assert_true(said_of(x).disagrees);
    says(x, SOURCE_FEED, 2, 0, 0);
    assert_int_equal(the_pool(x, POOL_B).latest->free, 2);
    assert_int_equal(said_of(x).words[SIDE_HAND].free, 1);
    assert_true(said_of(x).disagrees);
    says(x, SOURCE_HAND, 2, 0, 0);
    assert_false(said_of(x).disagrees);
    says(x, SOURCE_HAND, 0, 0, 0);
    assert_true(said_of(x).disagrees);
    /* A day later the feed's word is too old to be held against theirs. */
    x->now += x->settings.disagree_ms - MS_MINUTE;
    assert_false(said_of(x).disagrees);
    exchange_free(x);
}

static void how_long_it_matters_is_a_setting(void **state)
{
    struct core_settings s = core_settings_default();
    struct exchange *x = NULL;

    (void)state;
    assert_int_equal(s.disagree_ms, MS_DAY);
    s.disagree_ms = 10 * MS_MINUTE;
    x = exchange_new_with(&s);
    says(x, SOURCE_FEED, 2, 0, 0);
    says(x, SOURCE_HAND, 1, 0, 0);
    assert_true(said_of(x).disagrees);
    x->now += 10 * MS_MINUTE;
    assert_false(said_of(x).disagrees);
    exchange_free(x);
}

/* What comes late is not used, and is nobody's last word. */
static void a_late_word_is_not_the_last(void **state)
{
    struct exchange *x = exchange_new();
    struct observation late;

    (void)state;
    says(x, SOURCE_HAND, 1, 0, 0);
    says(x, SOURCE_FEED, 2, 0, 0);
    late = an_observation(x, POOL_B, POOL_UNITS, 0);
    late.observed_at_ms -= 1;
    late.stop = FULL;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &late, 1).late, 1);
    assert_int_equal(said_of(x).words[SIDE_HAND].free, 1);
    assert_int_equal(stop_of(x).reason, 0);
    exchange_free(x);
}

/* Feed and people of one moment: the one received later is believed, both words are kept, and what one side
 * said is no repetition because the other said it first. */
static void of_the_same_moment(void **state)
{
    struct exchange *x = exchange_new();
    struct observation o = says(x, SOURCE_HAND, 1, 0, 0), hand;

    (void)state;
    hand = says(x, SOURCE_HAND, 2, 0, 0);
    o = hand;
    o.source = SOURCE_FEED;
    o.report++;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).applied, 1);
    assert_int_equal(the_pool(x, POOL_B).latest->source, SOURCE_FEED);
    assert_int_equal(said_of(x).words[SIDE_FEED].observed_at_ms, hand.observed_at_ms);
    assert_int_equal(said_of(x).words[SIDE_FEED].free, 2);
    /* Now both have said it: by another report, of either, it is nothing new. */
    o.report++;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &o, 1).unchanged, 1);
    hand.report += 9;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &hand, 1).unchanged, 1);
    assert_int_equal(the_pool(x, POOL_B).latest->source, SOURCE_FEED);
    /* And another number of that moment is that side's word from then on. */
    hand.report++;
    hand.free = 0;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), &hand, 1).applied, 1);
    assert_int_equal(the_pool(x, POOL_B).latest->free, 0);
    assert_int_equal(said_of(x).words[SIDE_FEED].free, 2);
    assert_true(said_of(x).disagrees);
    exchange_free(x);
}

/* Of one moment and with one number; a batch is of one side, and holds a pool as often as it likes. */
static void both_sides_in_two_batches(void **state)
{
    struct exchange *x = exchange_new();
    struct observation list[2];

    (void)state;
    x->now += MS_HOUR;
    for (int i = 0; i < 2; i++) {
        list[i] = an_observation(x, POOL_B, POOL_UNITS, 1);
        list[i].report += (uint64_t)i;
    }
    assert_int_equal(do_report(x, shelter_of(HUIS_B), list, 2).applied, 1);
    assert_int_equal(x->last.unchanged, 1);
    list[0].source = list[1].source = SOURCE_FEED;
    list[0].report += 7;
    list[1].report += 7;
    assert_int_equal(do_report(x, shelter_of(HUIS_B), list, 2).applied, 1);
    assert_int_equal(x->last.unchanged, 1);
    assert_int_equal(the_pool(x, POOL_B).latest->source, SOURCE_FEED);
    assert_true(said_of(x).words[SIDE_FEED].said);
    exchange_free(x);
}

/* Who reports says which side speaks: the field of the report must agree. */
static void nobody_speaks_for_the_other_side(void **state)
{
    static const struct org_id house = {HUIS_B};
    const struct actor machine = {.role = ROLE_MACHINE, .carries = &house, .n_carries = 1};
    const struct {
        const char *name;
        struct actor who;
        enum source source;
        bool want;
    } cases[] = {
        {"a machine as the feed", machine, SOURCE_FEED, true},
        {"a machine by hand", machine, SOURCE_HAND, false},
        {"a machine by phone", machine, SOURCE_PHONE, false},
        {"people by hand", shelter_of(HUIS_B), SOURCE_HAND, true},
        {"people by phone", shelter_of(HUIS_B), SOURCE_PHONE, true},
        {"people as the feed", shelter_of(HUIS_B), SOURCE_FEED, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = cases[i].who};
        struct observation list[2];
        struct outcome o;

        says(x, SOURCE_HAND, 2, FULL, 0); /* the stop that must not be lifted by a word of the other side */
        x->now += MS_MINUTE;
        list[0] = list[1] = an_observation(x, POOL_B, POOL_UNITS, 2);
        list[0].source = cases[i].who.role == ROLE_MACHINE ? SOURCE_FEED : SOURCE_HAND;
        list[0].stop = FULL;
        list[1].source = cases[i].source;
        list[1].report++;
        cmd.u.report.list = list;
        cmd.u.report.n = 2;
        o = exchange_do(x, &cmd);
        if ((o.refusal == REFUSAL_NONE) != cases[i].want)
            fail_msg("%s: %s", cases[i].name, refusal_code(o.refusal));
        if (!cases[i].want) {
            assert_int_equal(o.refusal, REFUSAL_BAD_REPORT);
            assert_int_equal(o.fault_index, 1);
            assert_int_equal(o.fault_bits, OBS_SOURCE);
            assert_int_equal(stop_of(x).reason, FULL);
            assert_int_equal(last_count(x), 0);
        }
        exchange_free(x);
    }
}

/* ---- the stop of people ---- */

struct step {
    enum source source; /* SOURCE_N = an hour passes */
    uint8_t stop;
    int hours; /* until then, 0 = until told otherwise */
    uint8_t want;
    enum side want_side;
};

static void a_stop_of_people_stays(void **state)
{
    static const struct {
        const char *name;
        unsigned n;
        struct step steps[4];
    } cases[] = {
        {"through a feed that says none",
         3,
         {{SOURCE_HAND, FULL, 0, FULL, SIDE_HAND},
          {SOURCE_FEED, 0, 0, FULL, SIDE_HAND},
          {SOURCE_FEED, 0, 0, FULL, SIDE_HAND}}},
        {"set by telephone",
         2,
         {{SOURCE_PHONE, FULL, 0, FULL, SIDE_HAND}, {SOURCE_FEED, 0, 0, FULL, SIDE_HAND}}},
        {"until its end",
         4,
         {{SOURCE_HAND, FULL, 1, FULL, SIDE_HAND},
          {SOURCE_FEED, 0, 0, FULL, SIDE_HAND},
          {SOURCE_N, 0, 0, 0, 0},
          {SOURCE_FEED, 0, 0, 0, 0}}},
        {"until people report without it",
         4,
         {{SOURCE_HAND, FULL, 0, FULL, SIDE_HAND},
          {SOURCE_FEED, 0, 0, FULL, SIDE_HAND},
          {SOURCE_PHONE, 0, 0, 0, 0},
          {SOURCE_FEED, 0, 0, 0, 0}}},
        {"the feed's own is shown as the feed's, and theirs again after it",
         3,
         {{SOURCE_HAND, FULL, 0, FULL, SIDE_HAND},
          {SOURCE_FEED, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_FEED, 0, 0, FULL, SIDE_HAND}}},
        {"the same reason, said by the feed too",
         3,
         {{SOURCE_HAND, FULL, 0, FULL, SIDE_HAND},
          {SOURCE_FEED, FULL, 0, FULL, SIDE_FEED},
          {SOURCE_FEED, 0, 0, FULL, SIDE_HAND}}},
        {"the feed's ends by its time, theirs goes on",
         3,
         {{SOURCE_HAND, FULL, 9, FULL, SIDE_HAND},
          {SOURCE_FEED, WORKS, 1, WORKS, SIDE_FEED},
          {SOURCE_N, 0, 0, FULL, SIDE_HAND}}},
        {"theirs ends by its time under the feed's",
         4,
         {{SOURCE_HAND, FULL, 1, FULL, SIDE_HAND},
          {SOURCE_FEED, WORKS, 9, WORKS, SIDE_FEED},
          {SOURCE_N, 0, 0, WORKS, SIDE_FEED},
          {SOURCE_FEED, 0, 0, 0, 0}}},
        {"a stop of the feed alone ends with the feed",
         2,
         {{SOURCE_FEED, WORKS, 0, WORKS, SIDE_FEED}, {SOURCE_FEED, 0, 0, 0, 0}}},
        {"people lift the feed's too, until it says it again",
         3,
         {{SOURCE_FEED, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_HAND, 0, 0, 0, 0},
          {SOURCE_FEED, WORKS, 0, WORKS, SIDE_FEED}}},
        {"people who say the feed's again do not make it theirs",
         3,
         {{SOURCE_FEED, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_HAND, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_FEED, 0, 0, 0, 0}}},
        {"not when they say it twice",
         4,
         {{SOURCE_FEED, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_HAND, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_PHONE, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_FEED, 0, 0, 0, 0}}},
        {"and they lift it",
         3,
         {{SOURCE_FEED, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_HAND, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_HAND, 0, 0, 0, 0}}},
        {"with another end it is theirs",
         3,
         {{SOURCE_FEED, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_HAND, WORKS, 9, WORKS, SIDE_HAND},
          {SOURCE_FEED, 0, 0, WORKS, SIDE_HAND}}},
        {"and if it was theirs before",
         4,
         {{SOURCE_HAND, WORKS, 0, WORKS, SIDE_HAND},
          {SOURCE_FEED, WORKS, 0, WORKS, SIDE_FEED},
          {SOURCE_HAND, WORKS, 0, WORKS, SIDE_HAND},
          {SOURCE_FEED, 0, 0, WORKS, SIDE_HAND}}},
        {"another reason by hand",
         3,
         {{SOURCE_HAND, FULL, 0, FULL, SIDE_HAND},
          {SOURCE_HAND, WORKS, 0, WORKS, SIDE_HAND},
          {SOURCE_FEED, 0, 0, WORKS, SIDE_HAND}}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();

        for (unsigned k = 0; k < cases[i].n; k++) {
            const struct step *s = &cases[i].steps[k];
            struct pool_id b = {POOL_B};

            if (s->source == SOURCE_N)
                x->now += MS_HOUR;
            else
                says(x, s->source, 1 + (int)k % 2, s->stop, s->hours > 0 ? x->now + s->hours * MS_HOUR : 0);
            if (s->want != stop_of(x).reason || (s->want != 0 && stop_of(x).side != s->want_side))
                fail_msg("%s, step %u: %u of side %u", cases[i].name, k, stop_of(x).reason, stop_of(x).side);
            assert_int_equal(the_pool(x, POOL_B).stopped, s->want != 0);
            assert_int_equal(engine_pool_room(x->e, b, x->now) == 0, s->want != 0);
        }
        exchange_free(x);
    }
}

static void nobody_can_ask_through_it(void **state)
{
    static const unsigned b[] = {POOL_B};
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());

    (void)state;
    says(x, SOURCE_HAND, 2, FULL, 0);
    says(x, SOURCE_FEED, 2, 0, 0);
    assert_int_equal(do_ask(x, r, b, 1).refusal, REFUSAL_TAKEN);
    says(x, SOURCE_HAND, 2, 0, 0);
    assert_int_equal(do_ask(x, r, b, 1).refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* The end of a stop by its time frees the pool at that moment, whatever the feed said under it. */
static void its_end_frees(void **state)
{
    struct exchange *x = exchange_new();
    struct pool_id b = {POOL_B};
    int64_t until = x->now + MS_HOUR;

    (void)state;
    says(x, SOURCE_HAND, 1, FULL, until);
    says(x, SOURCE_FEED, 2, 0, 0);
    assert_int_equal(engine_freed_pool(x->e, 0).v, 0);
    assert_int_equal(stop_of(x).until_ms, until);
    assert_int_equal(stop_of(x).ended_ms, 0);
    x->now = until;
    assert_int_equal(stop_of(x).reason, 0);
    assert_int_equal(stop_of(x).ended_ms, until);
    assert_int_equal(engine_pool_freed_ms(x->e, b, x->now), until);
    assert_int_equal(engine_pool_room(x->e, b, x->now), 2);
    /* Lifted earlier by people, it frees then. */
    says(x, SOURCE_HAND, 2, FULL, x->now + MS_HOUR);
    says(x, SOURCE_FEED, 2, 0, 0);
    says(x, SOURCE_HAND, 2, 0, 0);
    assert_int_equal(engine_freed_pool(x->e, 0).v, POOL_B);
    assert_int_equal(stop_of(x).ended_ms, 0);
    assert_int_equal(engine_pool_freed_ms(x->e, b, x->now + MS_DAY), x->now);
    exchange_free(x);
}

/* A house that declines because it is full corrects its number; of a stop it says nothing. */
static void full_says_nothing_of_a_stop(void **state)
{
    static const struct {
        const char *name;
        enum source source; /* who set the stop, after the request */
        bool feed_after;
        enum side want_side;
    } cases[] = {
        {"theirs, believed", SOURCE_HAND, false, SIDE_HAND},
        {"theirs, under a feed", SOURCE_HAND, true, SIDE_HAND},
        {"the feed's", SOURCE_FEED, false, SIDE_FEED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
        uint8_t full = 1;

        while (!vocab_decline_is_full(x->vocab, full))
            full++;
        says(x, cases[i].source, 2, WORKS, 0);
        if (cases[i].feed_after)
            says(x, SOURCE_FEED, 2, 0, 0);
        do_answer(x, CMD_DECLINE, q, full);
        assert_int_equal(the_pool(x, POOL_B).latest->free, 0);
        assert_int_equal(said_of(x).words[SIDE_HAND].free, 0);
        if (stop_of(x).reason != WORKS || stop_of(x).side != cases[i].want_side)
            fail_msg("%s: %u of side %u", cases[i].name, stop_of(x).reason, stop_of(x).side);
        /* The feed's ends with the feed, theirs does not. */
        says(x, SOURCE_FEED, 2, 0, 0);
        if ((stop_of(x).reason != 0) != (cases[i].want_side == SIDE_HAND))
            fail_msg("%s: then %u", cases[i].name, stop_of(x).reason);
        exchange_free(x);
    }
}

/* A pool costs little more for the other side's word. */
static void a_word_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct word) * SIDE_N <= 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_they_disagree),
        cmocka_unit_test(only_a_correction_disagrees),
        cmocka_unit_test(the_newest_is_believed_and_the_other_kept),
        cmocka_unit_test(how_long_it_matters_is_a_setting),
        cmocka_unit_test(a_late_word_is_not_the_last),
        cmocka_unit_test(of_the_same_moment),
        cmocka_unit_test(both_sides_in_two_batches),
        cmocka_unit_test(nobody_speaks_for_the_other_side),
        cmocka_unit_test(a_stop_of_people_stays),
        cmocka_unit_test(nobody_can_ask_through_it),
        cmocka_unit_test(its_end_frees),
        cmocka_unit_test(full_says_nothing_of_a_stop),
        cmocka_unit_test(a_word_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
