/* What each residence situation opens and closes, for whom the 72-hour places are, and a residence that is
 * found out after the referral was opened. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "support/match_builders.h"

#define BIT(r) (1u << RESIDENCE_##r)
#define ALL ((1u << RESIDENCE_N) - 1)

/* What houses of a kind commonly say of residence (schema/demo). */
static const struct profile {
    enum kind kind;
    uint32_t yes; /* the others are a no */
} profiles[] = {
    {KIND_NOOD, BIT(NL) | BIT(EU) | BIT(VERGUNNING) | BIT(B8_VERGUNNING) | BIT(GEEN)},
    {KIND_UUR72, ALL & ~BIT(ONBEKEND)},
    {KIND_CRISIS, BIT(NL) | BIT(EU) | BIT(VERGUNNING) | BIT(B8_VERGUNNING)},
    {KIND_COSM, BIT(EU) | BIT(B8_VERGUNNING) | BIT(BEDENKTIJD_AANGEBODEN) | BIT(BEDENKTIJD) | BIT(DUBLIN)},
    {KIND_OMM, BIT(NL) | BIT(EU) | BIT(VERGUNNING) | BIT(B8_VERGUNNING)},
};

/* One letter per profile: f fits, o out, a ask. Not knowing asks where it would matter, never at a night bed.
 */
static const struct {
    enum residence residence;
    const char *want; /* nood uur72 crisis cosm omm */
} grid[] = {
    {RESIDENCE_NL, "fffof"},
    {RESIDENCE_EU, "fffff"},
    {RESIDENCE_VERGUNNING, "fffof"},
    {RESIDENCE_B8_VERGUNNING, "fffff"},
    {RESIDENCE_BEDENKTIJD_AANGEBODEN, "ofofo"},
    {RESIDENCE_BEDENKTIJD, "ofofo"},
    {RESIDENCE_ASIEL, "ofooo"},
    {RESIDENCE_DUBLIN, "ofofo"},
    {RESIDENCE_GEEN, "ffooo"},
    {RESIDENCE_ONBEKEND, "ffaaa"},
};

static void what_each_residence_opens_and_closes(void **state)
{
    static const char letters[VERDICT_N] = {[VERDICT_FITS] = 'f', [VERDICT_ASK] = 'a', [VERDICT_OUT] = 'o'};
    struct vocab *v = vocab_of_repository();

    (void)state;
    assert_int_equal(COUNT_OF(grid), RESIDENCE_N);
    for (size_t i = 0; i < COUNT_OF(grid); i++) {
        for (size_t k = 0; k < COUNT_OF(profiles); k++) {
            struct scene s;
            enum verdict got = VERDICT_N;

            scene_init(&s, v);
            s.pool.kind = profiles[k].kind;
            s.pool.residences = (struct tri_set){profiles[k].yes, ALL & ~profiles[k].yes};
            s.need.residence = grid[i].residence;
            got = scene_rule(&s, RULE_RESIDENCE);
            if (letters[got] != grid[i].want[k])
                fail_msg("%s at %s: %c", residence_code(grid[i].residence), kind_code(profiles[k].kind),
                         letters[got]);
        }
    }
    vocab_free(v);
}

static void whom_a_72_hour_place_is_for(void **state)
{
    static const struct {
        const char *name;
        enum tri network;
        enum tri exploited; /* every trait of exploitation */
        enum verdict want;
    } cases[] = {
        {"not known", TRI_UNKNOWN, TRI_UNKNOWN, VERDICT_FITS},
        {"a network", TRI_YES, TRI_UNKNOWN, VERDICT_FITS},
        {"exploited", TRI_NO, TRI_YES, VERDICT_FITS},
        {"no network, the rest not known", TRI_NO, TRI_UNKNOWN, VERDICT_FITS},
        {"certainly not", TRI_NO, TRI_NO, VERDICT_OUT},
    };
    struct vocab *v = vocab_of_repository();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t bits = vocab_exploitation_traits(v);
        struct scene s;

        scene_init(&s, v);
        s.pool.kind = KIND_UUR72;
        tri_put(&s.need.threat_kinds, THREAT_KIND_NETWERK, cases[i].network);
        for (unsigned b = 0; b < 64; b++) {
            if ((bits >> b & 1) != 0)
                tri_put(&s.need.traits, b, cases[i].exploited);
        }
        if (scene_rule(&s, RULE_TARGET) != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
    vocab_free(v);
}

static enum refusal find(struct exchange *x, struct referral_id r, enum residence found, int64_t until_ms)
{
    struct command cmd = {.kind = CMD_FIND_RESIDENCE, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.residence.referral = r;
    cmd.u.residence.residence = found;
    cmd.u.residence.until_ms = until_ms;
    return exchange_do(x, &cmd).refusal;
}

static void found_out_it_counts_at_once(void **state)
{
    struct exchange *x = exchange_new();
    struct pool strict = pool_of_kind(x, A_NOORD, "streng", KIND_CRISIS);
    struct command define = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &strict};
    struct need need = a_need();
    struct referral_id r;
    struct match_query q;
    struct pool_match m;

    (void)state;
    strict.residences = (struct tri_set){BIT(NL), ALL & ~BIT(NL)};
    exchange_do(x, &define);
    need.residence = RESIDENCE_ONBEKEND;
    r = do_open(x, VT_OOST, need);
    assert_true(residence_is_to_find(the_referral(x, r)));
    assert_true(match_may_suit(x->e, r, (struct pool_id){6})); /* known now, and forgotten when it is found */
    assert_int_equal(find(x, r, RESIDENCE_GEEN, 0), REFUSAL_NONE);
    assert_false(residence_is_to_find(the_referral(x, r)));
    q = match_query_of(x->e, the_referral(x, r), x->now);
    match_one(x->e, &q, (struct pool_id){6}, &m);
    assert_int_equal(m.verdict, VERDICT_OUT);
    assert_false(match_may_suit(x->e, r, (struct pool_id){6}));
    assert_int_equal(find(x, r, RESIDENCE_NL, 0), REFUSAL_NONE);
    assert_true(match_may_suit(x->e, r, (struct pool_id){6}));
    exchange_free(x);
}

static void a_reflection_period_wants_its_end(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());

    (void)state;
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, 0), REFUSAL_NONE);
    assert_true(residence_end_is_to_find(the_referral(x, r)));
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, x->now + MS_DAY), REFUSAL_NONE);
    assert_false(residence_end_is_to_find(the_referral(x, r)));
    assert_int_equal(find(x, r, RESIDENCE_BEDENKTIJD, x->now + MS_DAY), REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);                                         /* said again */
    assert_int_equal(find(x, r, RESIDENCE_NL, x->now + MS_DAY), REFUSAL_LIMIT); /* has no end */
    assert_int_equal(find(x, r, RESIDENCE_N, 0), REFUSAL_LIMIT);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    assert_int_equal(find(x, r, RESIDENCE_NL, 0), REFUSAL_WRONG_STATE);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_each_residence_opens_and_closes),
        cmocka_unit_test(whom_a_72_hour_place_is_for),
        cmocka_unit_test(found_out_it_counts_at_once),
        cmocka_unit_test(a_reflection_period_wants_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
