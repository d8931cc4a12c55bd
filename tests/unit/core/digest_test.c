/* The digest covers every field of the state: change any one and it is another. Facts count only with facts.
 */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/engine_state.h"

#include <string.h>

static struct exchange *a_world(void)
{
    struct exchange *x = exchange_new();

    do_answer(x, CMD_DECLINE, do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B), 1);
    return x;
}

/* Add 1 to a field of a copy. */
#define CHANGES(digest, record, field)                                                                       \
    do {                                                                                                     \
        __typeof__(record) copy_ = (record);                                                                 \
        copy_.field += 1;                                                                                    \
        if (digest(&copy_) == digest(&(record)))                                                             \
            fail_msg("%s is not in the digest", #field);                                                     \
    } while (0)
#define CHANGES_NOT(digest, record, field)                                                                   \
    do {                                                                                                     \
        __typeof__(record) copy_ = (record);                                                                 \
        copy_.field += 1;                                                                                    \
        if (digest(&copy_) != digest(&(record)))                                                             \
            fail_msg("%s is in the digest", #field);                                                         \
    } while (0)

/* Add 1 to a field of a word. */
#define CHANGES_WORD(slot, side, field)                                                                      \
    do {                                                                                                     \
        struct pool_slot copy_ = (slot);                                                                     \
        struct word words_[SIDE_N];                                                                          \
        pool_words(&copy_, words_);                                                                          \
        words_[side].field += 1;                                                                             \
        copy_.words = NULL;                                                                                  \
        copy_.n_words = 0;                                                                                   \
        pool_words_keep(&copy_, words_);                                                                     \
        if (digest_of_pool(x->e, &copy_) == digest_of_pool(x->e, &(slot)))                                   \
            fail_msg("%s is not in the digest", #field);                                                     \
        pool_words_free(&copy_);                                                                             \
    } while (0)

#define pool_digest(slot) digest_of_pool(x->e, slot)

static void supply(void **state)
{
    struct exchange *x = a_world();
    struct org o = *engine_org(x->e, (struct org_id){1});
    struct location l = *engine_location(x->e, (struct location_id){1});
    struct pool_slot p = x->e->pools[POOL_B - 1], never;
    struct pool defined = engine_pool_definition(x->e, (struct pool_id){POOL_B});

    (void)state;
    CHANGES(digest_of_org, o, id.v);
    CHANGES(digest_of_org, o, kind);
    CHANGES(digest_of_org, o, code[0]);
    CHANGES(digest_of_org, o, name[1]);
    CHANGES(digest_of_org, o, region);
    CHANGES(digest_of_location, l, id.v);
    CHANGES(digest_of_location, l, org.v);
    CHANGES(digest_of_location, l, code[0]);
    CHANGES(digest_of_location, l, name[0]);
    CHANGES(digest_of_location, l, region);
    CHANGES(digest_of_location, l, municipality);
    CHANGES(digest_of_location, l, secret_address);
    CHANGES(digest_of_location, l, guard_24h);
    CHANGES(digest_of_location, l, night_intake);
    CHANGES(digest_of_location, l, intake_from_minute);
    CHANGES(digest_of_location, l, intake_until_minute);
    CHANGES(digest_of_location, l, answer_minutes);
    CHANGES(digest_of_profile, defined, id.v);
    CHANGES(digest_of_profile, defined, location.v);
    CHANGES(digest_of_profile, defined, org.v);
    CHANGES(digest_of_profile, defined, code[0]);
    CHANGES(digest_of_profile, defined, name[0]);
    CHANGES(digest_of_profile, defined, name_en[0]);
    CHANGES(digest_of_profile, defined, kind);
    CHANGES(digest_of_profile, defined, unit_size);
    CHANGES(digest_of_profile, defined, units_total);
    CHANGES(digest_of_profile, defined, women);
    CHANGES(digest_of_profile, defined, men);
    CHANGES(digest_of_profile, defined, adult_age_min);
    CHANGES(digest_of_profile, defined, adult_age_max);
    CHANGES(digest_of_profile, defined, children);
    CHANGES(digest_of_profile, defined, son_age_max);
    CHANGES(digest_of_profile, defined, daughter_age_max);
    CHANGES(digest_of_profile, defined, residences.yes);
    CHANGES(digest_of_profile, defined, residences.no);
    CHANGES(digest_of_profile, defined, threat_levels.yes);
    CHANGES(digest_of_profile, defined, threat_kinds.no);
    CHANGES(digest_of_profile, defined, traits.yes);
    CHANGES(digest_of_profile, defined, traits.no);
    CHANGES(digest_of_profile, defined, languages);
    CHANGES(digest_of_profile, defined, serves_regions);
    CHANGES(digest_of_profile, defined, safety_exception);
    CHANGES(digest_of_profile, defined, linkable);
    CHANGES(digest_of_profile, defined, gatekeeper);
    CHANGES(digest_of_profile, defined, funding[0]);
    CHANGES(digest_of_profile, defined, funded_until_ms);
    CHANGES(digest_of_profile, defined, overflow);
    never = p;
    never.latest.said = false;
    assert_int_not_equal(digest_of_pool(x->e, &never), digest_of_pool(x->e, &p));
    CHANGES(pool_digest, p, latest.source);
    CHANGES(pool_digest, p, latest.report);
    CHANGES(pool_digest, p, latest.total);
    CHANGES(pool_digest, p, latest.free);
    CHANGES(pool_digest, p, latest.occupied);
    CHANGES(pool_digest, p, latest.out_of_order);
    CHANGES(pool_digest, p, latest.deliverable);
    CHANGES(pool_digest, p, latest.stop);
    CHANGES(pool_digest, p, latest.stop_until_ms);
    CHANGES(pool_digest, p, latest.observed_at_ms);
    CHANGES(pool_digest, p, latest.received_at_ms);
    assert_true(pool_word(&p, SIDE_HAND).said);
    CHANGES_WORD(p, SIDE_FEED, said);
    for (int i = 0; i < SIDE_N; i++) {
        CHANGES_WORD(p, i, total);
        CHANGES_WORD(p, i, free);
        CHANGES_WORD(p, i, deliverable);
        CHANGES_WORD(p, i, stop);
        CHANGES_WORD(p, i, echoes);
        CHANGES_WORD(p, i, stop_until_ms);
        CHANGES_WORD(p, i, observed_at_ms);
    }
    for (int i = 0; i < REPORTS_KEPT; i++)
        CHANGES(pool_digest, p, reports[i]);
    CHANGES(pool_digest, p, reports_next);
    CHANGES(pool_digest, p, version);
    /* Derived: the same whatever way it was built. */
    CHANGES_NOT(pool_digest, p, held);
    CHANGES_NOT(pool_digest, p, first_hold);
    exchange_free(x);
}

static void referrals(void **state)
{
    struct exchange *x = a_world();
    struct referral r = *the_referral(x, (struct referral_id){1});
    struct request_id ids[REFERRAL_REQUESTS_MAX] = {{0}};
    uint64_t before = 0;

    (void)state;
    CHANGES(digest_of_referral, r, id.v);
    CHANGES(digest_of_referral, r, code[4]);
    CHANGES(digest_of_referral, r, org.v);
    CHANGES(digest_of_referral, r, opened_by.v);
    CHANGES(digest_of_referral, r, state);
    CHANGES(digest_of_referral, r, urgency);
    CHANGES(digest_of_referral, r, home_region);
    CHANGES(digest_of_referral, r, unplaced);
    CHANGES(digest_of_referral, r, withdraw_reason);
    CHANGES(digest_of_referral, r, opened_at_ms);
    CHANGES(digest_of_referral, r, deadline_ms);
    CHANGES(digest_of_referral, r, eta_ms);
    CHANGES(digest_of_referral, r, first_asked_ms);
    CHANGES(digest_of_referral, r, accepted_at_ms);
    CHANGES(digest_of_referral, r, admitted_at_ms);
    CHANGES(digest_of_referral, r, closed_at_ms);
    CHANGES(digest_of_referral, r, version);
    before = digest_of_referral(&r);
    memcpy(ids, r.requests, r.n_requests * sizeof ids[0]);
    r.requests = ids;
    assert_int_equal(digest_of_referral(&r), before);
    CHANGES(digest_of_referral, r, n_requests);
    ids[0].v++;
    assert_int_not_equal(digest_of_referral(&r), before);
    ids[0].v--;
    CHANGES_NOT(digest_of_referral, r, need.persons[0].age);
    r.facts_known = false;
    CHANGES_NOT(digest_of_referral, r, facts_known);
    exchange_free(x);
}

static void requests(void **state)
{
    struct exchange *x = a_world();
    struct request q = *the_request(x, (struct request_id){1});

    (void)state;
    CHANGES(digest_of_request, q, id.v);
    CHANGES(digest_of_request, q, referral.v);
    CHANGES(digest_of_request, q, pool.v);
    CHANGES(digest_of_request, q, asked_by.v);
    CHANGES(digest_of_request, q, answered_by.v);
    CHANGES(digest_of_request, q, state);
    CHANGES(digest_of_request, q, cancel_why);
    CHANGES(digest_of_request, q, decline_reason);
    CHANGES(digest_of_request, q, units);
    CHANGES(digest_of_request, q, late_yes);
    CHANGES(digest_of_request, q, asked_at_ms);
    CHANGES(digest_of_request, q, seen_at_ms);
    CHANGES(digest_of_request, q, silent_at_ms);
    CHANGES(digest_of_request, q, answer_by_ms);
    CHANGES(digest_of_request, q, lapse_at_ms);
    CHANGES(digest_of_request, q, answered_at_ms);
    CHANGES(digest_of_request, q, ended_at_ms);
    CHANGES(digest_of_request, q, left_at_ms);
    CHANGES(digest_of_request, q, version);
    CHANGES(digest_of_request, q, proposal.rules_version);
    CHANGES(digest_of_request, q, proposal.observed_at_ms);
    CHANGES(digest_of_request, q, proposal.free);
    CHANGES(digest_of_request, q, proposal.held);
    CHANGES(digest_of_request, q, proposal.minutes);
    CHANGES(digest_of_request, q, proposal.rank);
    CHANGES(digest_of_request, q, proposal.score);
    CHANGES(digest_of_request, q, proposal.verdict);
    assert_true(q.proposal.n_reasons > 0);
    CHANGES_NOT(digest_of_request, q, proposal.reasons[0].a);
    exchange_free(x);
}

static void keys(void **state)
{
    struct key_slot k = {.key = {.hi = 1, .lo = 2}, .body = 3, .at_ms = 4};

    (void)state;
    k.outcome.n_requests = OUTCOME_IDS_MAX - 1;
    CHANGES(digest_of_key, k, key.hi);
    CHANGES(digest_of_key, k, key.lo);
    CHANGES(digest_of_key, k, body);
    CHANGES(digest_of_key, k, at_ms);
    CHANGES(digest_of_key, k, outcome.refusal);
    CHANGES(digest_of_key, k, outcome.pool.v);
    CHANGES(digest_of_key, k, outcome.referral.v);
    CHANGES(digest_of_key, k, outcome.n_requests);
    for (int i = 0; i < OUTCOME_IDS_MAX - 1; i++)
        CHANGES(digest_of_key, k, outcome.requests[i].v);
    CHANGES(digest_of_key, k, outcome.fault_index);
    CHANGES(digest_of_key, k, outcome.fault_bits);
    CHANGES(digest_of_key, k, outcome.applied);
    CHANGES(digest_of_key, k, outcome.late);
    CHANGES(digest_of_key, k, outcome.unchanged);
    CHANGES(digest_of_key, k, outcome.seq);
}

/* The household's facts, one by one, in the digest of the whole engine with facts only. */
static void facts(void **state)
{
    struct exchange *x = a_world();
    struct referral *r = &x->e->referrals[0].r;
    struct proposal *p = &x->e->requests[0].r.proposal;
    uint64_t without = engine_digest(x->e, false), with = engine_digest(x->e, true);

    (void)state;
#define FACT(lvalue)                                                                                         \
    do {                                                                                                     \
        __typeof__(lvalue) was_ = (lvalue);                                                                  \
        (lvalue) = (__typeof__(lvalue))(was_ + 1);                                                           \
        if (engine_digest(x->e, true) == with)                                                               \
            fail_msg("%s is not in the digest with facts", #lvalue);                                         \
        if (engine_digest(x->e, false) != without)                                                           \
            fail_msg("%s is in the digest without facts", #lvalue);                                          \
        (lvalue) = was_;                                                                                     \
    } while (0)
    r->need.n_points = 1;
    with = engine_digest(x->e, true);
    FACT(r->need.urgency);
    FACT(r->need.threat_level);
    FACT(r->need.threat_kinds.yes);
    FACT(r->need.persons[0].sex);
    FACT(r->need.persons[0].age);
    FACT(r->need.persons[0].pregnant);
    FACT(r->need.traits.yes);
    FACT(r->need.traits.no);
    FACT(r->need.unsafe_regions);
    FACT(r->need.points[0].region);
    FACT(r->need.points[0].minutes);
    FACT(r->need.home_municipality);
    FACT(r->need.home_region);
    FACT(r->need.school_region);
    FACT(r->need.residence);
    FACT(r->need.language);
    FACT(r->need.minor_alone);
    FACT(r->need.anonymous);
    FACT(r->need.ground);
    FACT(r->need.ground_at_ms);
    FACT(r->need.mdo_consent);
    FACT(r->need.callback[0]);
    FACT(r->need.return_code[0]);
    FACT(p->reasons[0].code);
    FACT(p->reasons[0].a);
    FACT(p->reasons[0].b);
    r->need.keep_together = false;
    assert_true(engine_digest(x->e, true) != with);
    r->need.keep_together = true;
    r->facts_known = false;
    assert_true(engine_digest(x->e, true) != with);
#undef FACT
    exchange_free(x);
}

/* Records of the same content under other kinds or counts are told apart. */
static void counts_and_sequence(void **state)
{
    struct exchange *x = a_world();
    uint64_t before = engine_digest(x->e, false);

    (void)state;
#define COUNTS(field)                                                                                        \
    do {                                                                                                     \
        x->e->field++;                                                                                       \
        assert_true(engine_digest(x->e, false) != before);                                                   \
        x->e->field--;                                                                                       \
    } while (0)
    COUNTS(seq);
    COUNTS(keys_chain);
    COUNTS(sum);
    COUNTS(n_orgs);
    COUNTS(n_locations);
    COUNTS(n_pools);
    COUNTS(n_referrals);
    COUNTS(n_requests);
#undef COUNTS
    assert_int_equal(engine_digest(x->e, false), before);
    assert_int_equal(digest_recount(x->e), x->e->sum);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(supply), cmocka_unit_test(referrals), cmocka_unit_test(requests),
        cmocka_unit_test(keys),   cmocka_unit_test(facts),     cmocka_unit_test(counts_and_sequence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
