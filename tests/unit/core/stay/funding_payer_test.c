/* Each night to one stream and one municipality (domain.md, Money): where a municipality pays, it is named.
 * And who is proposed for a men's shelter. */
#include "support/exchange.h"
#include "support/stay_steps.h"

#include "base/time_text.h"
#include "core/stay/stay_rules.h"

#include <string.h>

static const struct funding_stream *stream(const struct exchange *x, const char *code)
{
    const struct funding_stream *s =
        stay_rules_stream_find(vocab_stay_rules(x->vocab), code, time_day_nl(x->now));

    assert_non_null(s);
    return s;
}

static enum refusal fund(struct exchange *x, struct referral_id r, const char *code, uint16_t municipality)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_FUND_STAY, .actor = house_of(x, s)};

    cmd.u.stay.stay = s->id;
    cmd.u.stay.stream = stream(x, code)->nr;
    cmd.u.stay.municipality = municipality;
    cmd.u.stay.from_day = time_day_nl(x->now);
    cmd.u.stay.reason = nr(x, LIST_FUNDING_CHANGE, "besluit");
    return exchange_do(x, &cmd).refusal;
}

static void a_municipality_that_pays_is_named(void **state)
{
    static const struct {
        const char *code;
        bool needs;
    } rows[] = {{"duvo", true},  {"wmo", true},  {"gf_omm", true},   {"jeugdwet", true},
                {"cosm", false}, {"wlz", false}, {"zvw_ggz", false}, {"te_regelen", false}};
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(fund(x, r, rows[i].code, 0), rows[i].needs ? REFUSAL_NO_MUNICIPALITY : REFUSAL_NONE);
        assert_int_equal(last_count(x) > 0, !rows[i].needs);
        assert_int_equal(fund(x, r, rows[i].code, 599), REFUSAL_NONE);
    }
    exchange_free(x);
}

/* What an older journal says stands, and is read. */
static void an_older_night_without_one_is_read(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    char why[200] = "";
    struct event ev;

    (void)state;
    memset(&ev, 0, sizeof ev);
    ev.kind = EV_STAY_FUNDED;
    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    ev.u.stay.stay = stay_of(x, r)->id;
    ev.u.stay.referral = r;
    ev.u.stay.n_spans = 1;
    ev.u.stay.spans[0].from_day = time_day_nl(x->now);
    ev.u.stay.spans[0].stream = stream(x, "duvo")->nr;
    ev.u.stay.spans[0].reason = 1;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
    assert_int_equal(stay_of(x, r)->funding.spans[0].municipality, 0);
    assert_true(engine_check(x->e, why, sizeof why));
    exchange_free(x);
}

/* Every kind of place, for somebody whose right to shelter is certain: a men's shelter is no women's shelter.
 */
static void each_kind_of_place_has_its_stream(void **state)
{
    static const struct {
        enum kind kind;
        const char *code;
    } rows[] = {{KIND_NOOD, "duvo"},      {KIND_CRISIS, "duvo"}, {KIND_VERVOLG, "duvo"},
                {KIND_BEVEILIGD, "duvo"}, {KIND_MANNEN, "wmo"},  {KIND_COSM, "cosm"},
                {KIND_OMM, "gf_omm"},     {KIND_UUR72, "duvo"},  {KIND_JEUGD, "jeugdwet"},
                {KIND_SPECIALIST, "duvo"}};
    struct exchange *x = exchange_new();
    struct need n = need_empty();
    struct funding_span spans[FUNDING_SPANS_MAX];

    (void)state;
    assert_int_equal(sizeof rows / sizeof rows[0], KIND_N);
    n.persons[n.n_persons++] = (struct person){.sex = SEX_M, .age = 40};
    n.residence = RESIDENCE_NL;
    n.home_municipality = 344;
    for (size_t i = 0; i < KIND_N; i++) {
        struct funding_case c = {.need = &n, .kind = rows[i].kind, .region = REGION_NONE};

        funding_propose(x->vocab, &c, time_day_nl(x->now), spans, 1);
        assert_string_equal(stay_rules_stream(vocab_stay_rules(x->vocab), spans[0].stream)->code,
                            rows[i].code);
        assert_int_not_equal(spans[0].municipality, 0);
        if (rows[i].kind == KIND_MANNEN)
            assert_int_equal(spans[0].municipality, 344); /* its own */
    }
    n.residence = RESIDENCE_GEEN; /* no right to shelter under the Wmo: that rule goes first */
    funding_propose(x->vocab, &(struct funding_case){.need = &n, .kind = KIND_MANNEN, .region = REGION_NONE},
                    time_day_nl(x->now), spans, 1);
    assert_int_equal(spans[0].stream, stream(x, "te_regelen")->nr);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_municipality_that_pays_is_named),
        cmocka_unit_test(an_older_night_without_one_is_read),
        cmocka_unit_test(each_kind_of_place_has_its_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
