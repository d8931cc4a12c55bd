/* Who pays over a change of the law: a correction of 2025 leaves the nights of 2026 to what pays in 2026. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/stay_steps.h"

#include "base/rng.h"
#include "base/time_text.h"
#include "core/stay/stay_rules.h"

#include <string.h>

#define LATE_2025_MS INT64_C(1766232000000) /* 20 December, noon in London */
#define NEW_YEAR 20454                      /* 1 January 2026, days since 1970 */
#define UTRECHT 344
#define ROTTERDAM 599
#define DEN_HAAG 518

static uint8_t stream(const struct exchange *x, const char *code, int32_t day)
{
    const struct funding_stream *s = stay_rules_stream_find(vocab_stay_rules(x->vocab), code, day);

    assert_non_null(s);
    return s->nr;
}

/* CoMensha's household is in an OMM place of house C, in the December before the grant of central government
 * ended. */
static struct referral_id december(struct exchange *x)
{
    struct pool p = pool_of_kind(x, C_HUIS, "omm", KIND_OMM);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct command ask = {.kind = CMD_ASK, .actor = referrer_of(COMENSHA)};
    struct need n = a_need(.urgency = URGENCY_DRIE_DAGEN);
    struct referral_id r;
    struct observation o;

    x->now = LATE_2025_MS;
    p.gatekeeper = GATEKEEPER_COMENSHA;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    ask.u.ask.pools[0].v = engine_pools(x->e);
    o = an_observation(x, engine_pools(x->e), 2, 2);
    assert_int_equal(do_report(x, shelter_of(HUIS_C), &o, 1).applied, 1);
    n.threat_kinds.yes |= 1u << THREAT_KIND_NETWERK;
    n.home_municipality = UTRECHT;
    r = do_open(x, COMENSHA, n);
    ask.actor.role = ROLE_COMENSHA;
    ask.u.ask.referral = r;
    ask.u.ask.n = 1;
    assert_int_equal(exchange_do(x, &ask).refusal, REFUSAL_NONE);
    do_answer(x, CMD_ACCEPT, the_referral(x, r)->requests[0], 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, the_referral(x, r)->requests[0], 0).refusal,
                     REFUSAL_NONE);
    return r;
}

static const struct stay *december_stay(struct exchange *x)
{
    return stay_of(x, december(x));
}

static enum refusal fund(struct exchange *x, const struct stay *s, uint8_t stream, uint16_t town,
                         int32_t from)
{
    struct command cmd = {.kind = CMD_FUND_STAY, .actor = house_of(x, s)};

    cmd.u.stay = (struct stay_command){
        .stay = s->id, .reason = 1, .stream = stream, .municipality = town, .from_day = from};
    return exchange_do(x, &cmd).refusal;
}

static void is_span(const struct funding *f, unsigned n, int32_t from, uint8_t stream, uint16_t town)
{
    assert_true(n < f->n);
    assert_int_equal(f->spans[n].from_day, from);
    assert_int_equal(f->spans[n].stream, stream);
    assert_int_equal(f->spans[n].municipality, town);
}

static void a_corrected_municipality_leaves_the_new_year_to_its_own_stream(void **state)
{
    struct exchange *x = exchange_new();
    const struct stay *s = december_stay(x);
    int32_t first = time_day_nl(x->now);
    uint8_t spuk = stream(x, "spuk_omm", first), gf = stream(x, "gf_omm", NEW_YEAR);

    (void)state;
    assert_int_equal(s->funding.n, 2);
    x->now += 3 * MS_DAY;
    assert_int_equal(fund(x, s, spuk, ROTTERDAM, first), REFUSAL_NONE);
    assert_int_equal(s->funding.n, 2);
    is_span(&s->funding, 0, first, spuk, ROTTERDAM);
    is_span(&s->funding, 1, NEW_YEAR, gf, ROTTERDAM);
    assert_int_not_equal(s->funding.spans[1].rule, 0); /* still a proposal */
    assert_int_equal(fund(x, s, spuk, ROTTERDAM, first), REFUSAL_NONE);
    assert_int_equal(last_count(x), 0); /* so already */
    /* From Christmas on it was another's. */
    x->now += 5 * MS_DAY;
    assert_int_equal(fund(x, s, spuk, DEN_HAAG, first + 5), REFUSAL_NONE);
    is_span(&s->funding, 0, first, spuk, ROTTERDAM);
    is_span(&s->funding, 1, first + 5, spuk, DEN_HAAG);
    is_span(&s->funding, 2, NEW_YEAR, gf, DEN_HAAG);
    x->now += 40 * MS_DAY;
    assert_int_equal(funding_nights(&s->funding, 2, first, time_day_nl(x->now), NEW_YEAR, NEW_YEAR + 30), 31);
    replays(x);
    exchange_free(x);
}

/* What a person said of a later day is not what was corrected; another payer from a day on is. */
static void a_later_word_stays_unless_another_pays(void **state)
{
    struct exchange *x = exchange_new();
    const struct stay *s = december_stay(x);
    int32_t first = time_day_nl(x->now);
    uint8_t spuk = stream(x, "spuk_omm", first), gf = stream(x, "gf_omm", NEW_YEAR);
    uint16_t town = s->funding.spans[0].municipality;

    (void)state;
    x->now += 30 * MS_DAY;
    assert_int_equal(fund(x, s, gf, DEN_HAAG, NEW_YEAR + 10), REFUSAL_NONE);
    is_span(&s->funding, 1, NEW_YEAR, gf, town);
    assert_int_equal(fund(x, s, spuk, ROTTERDAM, first), REFUSAL_NONE);
    assert_int_equal(s->funding.n, 3);
    is_span(&s->funding, 1, NEW_YEAR, gf, ROTTERDAM);
    is_span(&s->funding, 2, NEW_YEAR + 10, gf, DEN_HAAG);
    assert_int_not_equal(s->funding.spans[2].reason, 0);
    /* A stream that goes on: it pays from then on, for all. */
    assert_int_equal(fund(x, s, stream(x, "te_regelen", first), 0, first), REFUSAL_NONE);
    assert_int_equal(s->funding.n, 1);
    /* And one that ended, set over it: behind its end what was told for those nights. */
    assert_int_equal(fund(x, s, stream(x, "wmo", first), DEN_HAAG, first + 2), REFUSAL_NONE);
    assert_int_equal(fund(x, s, spuk, ROTTERDAM, first), REFUSAL_NONE);
    assert_int_equal(s->funding.n, 2);
    is_span(&s->funding, 1, NEW_YEAR, stream(x, "wmo", NEW_YEAR), DEN_HAAG);
    replays(x);
    exchange_free(x);
}

/* A journal of before has one that reaches into the new year. */
static void an_older_span_past_the_end_of_its_stream_is_mended(void **state)
{
    struct exchange *x = exchange_new();
    const struct stay *s = december_stay(x);
    int32_t first = time_day_nl(x->now);
    uint8_t spuk = stream(x, "spuk_omm", first);
    char why[200] = "";
    struct event ev;

    (void)state;
    memset(&ev, 0, sizeof ev);
    ev.kind = EV_STAY_FUNDED;
    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    ev.u.stay.stay = s->id;
    ev.u.stay.referral = s->referral;
    ev.u.stay.n_spans = 1;
    ev.u.stay.spans[0] =
        (struct funding_span){.from_day = first, .stream = spuk, .municipality = DEN_HAAG, .reason = 1};
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    assert_int_equal(s->funding.n, 1);
    assert_int_equal(fund(x, s, spuk, ROTTERDAM, first), REFUSAL_NONE);
    assert_int_equal(s->funding.n, 2);
    is_span(&s->funding, 1, NEW_YEAR, stream(x, "gf_omm", NEW_YEAR), ROTTERDAM);
    assert_true(engine_check(x->e, why, sizeof why));
    exchange_free(x);
}

static void the_nights_of_a_bridge_bed_too(void **state)
{
    struct exchange *x = exchange_new();
    struct bridge_id id;
    struct referral_id r;
    int32_t first = time_day_nl(LATE_2025_MS);
    struct command cmd = {.kind = CMD_FUND_BRIDGE, .actor = shelter_of(HUIS_C)};
    struct funding f;

    (void)state;
    x->now = LATE_2025_MS;
    r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    id = in_a_bed(x, r, an_emergency_pool(x, C_HUIS, HUIS_C, "c-nood"))->id;
    x->now += MS_DAY;
    cmd.u.fund_bridge.bridge = id;
    cmd.u.fund_bridge.stream = stream(x, "spuk_omm", first);
    cmd.u.fund_bridge.municipality = ROTTERDAM;
    cmd.u.fund_bridge.from_day = first;
    cmd.u.fund_bridge.reason = 1;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    f = engine_bridge_funding(x->e, id);
    assert_int_equal(f.n, 2);
    is_span(&f, 0, first, stream(x, "spuk_omm", first), ROTTERDAM);
    is_span(&f, 1, NEW_YEAR, stream(x, "duvo", NEW_YEAR), ROTTERDAM); /* as was told */
    replays(x);
    exchange_free(x);
}

/* Whatever is set, in whatever order: from the day that was set on each night is paid by a stream that pays
 * then, and what a person set holds as long as its stream does. */
static void no_night_behind_the_end_of_a_stream(void **state)
{
    static const char *const codes[] = {"spuk_omm", "gf_omm", "duvo", "te_regelen", "wmo"};
    struct exchange *x = exchange_new();
    const struct stay_rules *rules = vocab_stay_rules(x->vocab);
    struct need n = a_need();
    struct funding_case c = {.need = &n, .kind = KIND_OMM, .region = 0};
    struct rng r;
    unsigned set = 0;

    (void)state;
    r = rng_seed(12);
    for (int i = 0; i < 4000; i++) {
        struct funding f = {.n = 0}, next;

        f.n = funding_propose(x->vocab, &c, NEW_YEAR - 12, f.spans, FUNDING_SPANS_MAX);
        for (int k = 0; k < 6; k++) {
            int32_t day = NEW_YEAR - 12 + (int32_t)rng_below(&r, 24);
            const struct funding_stream *s = stay_rules_stream_find(rules, codes[rng_below(&r, 5)], day);
            struct funding_span span = {.from_day = day, .municipality = ROTTERDAM, .reason = 1};

            if (s == NULL)
                continue;
            span.stream = s->nr;
            assert_true(funding_set(x->vocab, &c, &f, span, &next));
            set++;
            for (int32_t d = day; d < NEW_YEAR + 20; d++) {
                const struct funding_span *pays = funding_of_night(&next, d);

                s = stay_rules_stream(rules, pays->stream);
                assert_true(s->valid.from <= d && d <= s->valid.to);
            }
            assert_memory_equal(funding_of_night(&next, day), &span, sizeof span);
            for (int32_t d = NEW_YEAR - 12; d < day; d++)
                assert_memory_equal(funding_of_night(&next, d), funding_of_night(&f, d), sizeof span);
            f = next;
        }
    }
    assert_true(set > 10000);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_corrected_municipality_leaves_the_new_year_to_its_own_stream),
        cmocka_unit_test(a_later_word_stays_unless_another_pays),
        cmocka_unit_test(an_older_span_past_the_end_of_its_stream_is_mended),
        cmocka_unit_test(the_nights_of_a_bridge_bed_too),
        cmocka_unit_test(no_night_behind_the_end_of_a_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
