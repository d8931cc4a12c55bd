/* The co-ordinator: exactly one at any moment, handed over with both hands, ended only when nobody needs one.
 * And the question to a specialist, who is not told about whom it is. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <string.h>

static struct outcome give(struct exchange *x, enum command_kind kind, struct actor who,
                           struct care_command c)
{
    struct command cmd = {.kind = kind, .actor = who, .u.care = &c};

    return exchange_do(x, &cmd);
}

static struct outcome regie(struct exchange *x, enum command_kind kind, struct actor who,
                            struct referral_id r, enum an_org to)
{
    return give(x, kind, who,
                (struct care_command){.referral = r,
                                      .orgs = {{to}},
                                      .n_orgs = to != 0,
                                      .role = "casusregisseur",
                                      .callback = "010 7654321"});
}

static struct referral_id withdrawn(struct exchange *x)
{
    struct referral_id r = do_open(x, VT_OOST, a_need());

    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    return r;
}

static void it_begins_with_the_referrer(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct regie g = engine_regie(x->e, r);

    (void)state;
    assert_int_equal(g.state, REGIE_HELD);
    assert_int_equal(g.holder.v, VT_OOST);
    assert_int_equal(g.since_ms, x->now);
    assert_int_equal(engine_regie(x->e, (struct referral_id){99}).holder.v, 0);
    exchange_free(x);
}

static void handed_over_and_accepted(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A), b = shelter_of(HUIS_B);

    (void)state;
    assert_int_equal(audience_of_referral(x->e, &a, r), SIGHT_NONE);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, own, r, HUIS_A).refusal, REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, own, r, HUIS_A).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    /* Until it is accepted the holder holds, and sees; the other sees no file. */
    assert_int_equal(engine_regie(x->e, r).holder.v, VT_OOST);
    assert_int_equal(audience_of_referral(x->e, &a, r), SIGHT_NONE);
    assert_true(may(x->e, &a, ACT_SEE_REGIE, r.v));
    assert_false(may(x->e, &b, ACT_SEE_REGIE, r.v));
    assert_int_equal(regie(x, CMD_TAKE_REGIE, b, r, 0).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, own, r, HUIS_B).refusal, REFUSAL_WRONG_STATE);
    x->now += MS_HOUR;
    assert_int_equal(regie(x, CMD_TAKE_REGIE, a, r, 0).refusal, REFUSAL_NONE);
    assert_int_equal(engine_regie(x->e, r).holder.v, HUIS_A);
    assert_int_equal(engine_regie(x->e, r).since_ms, x->now);
    assert_int_equal(engine_regie(x->e, r).moves, 1);
    assert_string_equal(engine_regie(x->e, r).role, "casusregisseur");
    assert_int_equal(audience_of_referral(x->e, &a, r), SIGHT_FULL);
    /* The referral is still the referrer's, and no other's. */
    assert_int_equal(audience_of_referral(x->e, &own, r), SIGHT_FULL);
    assert_int_equal(audience_of_referral(x->e, &b, r), SIGHT_NONE);
    /* Only who holds it can pass it on. */
    assert_int_equal(regie(x, CMD_OFFER_REGIE, own, r, VT_WEST).refusal, REFUSAL_NOT_FOUND);
    exchange_free(x);
}

static void refused_or_taken_back(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A);

    (void)state;
    regie(x, CMD_OFFER_REGIE, own, r, HUIS_A);
    assert_int_equal(regie(x, CMD_KEEP_REGIE, a, r, 0).refusal, REFUSAL_NONE);
    assert_int_equal(engine_regie(x->e, r).state, REGIE_HELD);
    assert_int_equal(engine_regie(x->e, r).holder.v, VT_OOST);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, a, r, 0).refusal, REFUSAL_OFFER_OVER); /* not: no such thing */
    regie(x, CMD_OFFER_REGIE, own, r, HUIS_A);
    assert_int_equal(regie(x, CMD_KEEP_REGIE, own, r, 0).refusal, REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_KEEP_REGIE, own, r, 0).refusal, REFUSAL_NONE);
    assert_int_equal(last_count(x), 0);
    exchange_free(x);
}

static void ended_when_nobody_needs_one(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id live = do_open(x, VT_OOST, a_need()), over = withdrawn(x);
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A);

    (void)state;
    assert_int_equal(regie(x, CMD_END_REGIE, own, live, 0).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(regie(x, CMD_END_REGIE, a, over, 0).refusal, REFUSAL_NOT_FOUND);
    regie(x, CMD_OFFER_REGIE, own, over, HUIS_A);
    assert_int_equal(regie(x, CMD_END_REGIE, own, over, 0).refusal, REFUSAL_WRONG_STATE);
    regie(x, CMD_KEEP_REGIE, own, over, 0);
    assert_int_equal(regie(x, CMD_END_REGIE, own, over, 0).refusal, REFUSAL_NONE);
    assert_int_equal(engine_regie(x->e, over).state, REGIE_ENDED);
    assert_int_equal(regie(x, CMD_END_REGIE, own, over, 0).refusal, REFUSAL_NONE);
    /* It is over: nobody offers it, and no MDO begins. */
    assert_int_equal(regie(x, CMD_OFFER_REGIE, own, over, HUIS_A).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(
        give(x, CMD_CONVENE_MDO, own,
             (struct care_command){
                 .referral = over, .ground = GROUND_STATUTORY_TASK, .orgs = {{HUIS_A}}, .n_orgs = 1})
            .refusal,
        REFUSAL_WRONG_STATE);
    exchange_free(x);
}

/* While organisations sit together over a household somebody co-ordinates. */
static void not_ended_during_an_mdo(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id over = withdrawn(x);
    struct actor own = referrer_of(VT_OOST);

    (void)state;
    give(x, CMD_CONVENE_MDO, own,
         (struct care_command){
             .referral = over, .ground = GROUND_STATUTORY_TASK, .orgs = {{HUIS_A}}, .n_orgs = 1});
    assert_int_equal(regie(x, CMD_END_REGIE, own, over, 0).refusal, REFUSAL_WRONG_STATE);
    give(x, CMD_CLOSE_MDO, own, (struct care_command){.id = 1});
    assert_int_equal(regie(x, CMD_END_REGIE, own, over, 0).refusal, REFUSAL_NONE);
    exchange_free(x);
}

static void nobody_and_nothing(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST);
    struct care_command c = {.referral = r};

    (void)state;
    assert_int_equal(regie(x, CMD_OFFER_REGIE, own, r, 0).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, own, r, GEMEENTE).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, own, r, VT_OOST).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, referrer_of(VT_WEST), r, HUIS_A).refusal, REFUSAL_NOT_FOUND);
    regie(x, CMD_OFFER_REGIE, own, r, HUIS_A);
    assert_int_equal(give(x, CMD_TAKE_REGIE, shelter_of(HUIS_A), c).refusal, REFUSAL_LIMIT);
    strcpy(c.role, "regie");
    assert_int_equal(give(x, CMD_TAKE_REGIE, shelter_of(HUIS_A), c).refusal, REFUSAL_LIMIT);
    strcpy(c.callback, "112");
    assert_int_equal(give(x, CMD_TAKE_REGIE, shelter_of(HUIS_A), c).refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* ---- of the household, over all of its referrals ---- */

static void arrive(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct request_id q = do_ask_one(x, r, pool);

    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
}

/* A household of VT_OOST that was at B and has left. */
static struct referral_id departed(struct exchange *x)
{
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct command cmd = {.kind = CMD_DEPART, .actor = shelter_of(HUIS_B), .draw = ++x->draw};

    arrive(x, r, POOL_B);
    cmd.u.stay = (struct stay_command){.stay = engine_stay_of(x->e, r)->id, .reason = 1, .destination = 1};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    return r;
}

/* It comes back by its code, at another desk. */
static struct referral_id back_at(struct exchange *x, enum an_org org, struct referral_id earlier)
{
    struct need n = a_need();

    memcpy(n.return_code, engine_stay_of(x->e, earlier)->return_code, sizeof n.return_code);
    earlier = do_open(x, org, n);
    assert_int_equal(engine_household(x->e, earlier).why, LINK_RETURN);
    return earlier;
}

static void replays(const struct exchange *x, struct referral_id r)
{
    struct engine *again = exchange_replay(x);

    assert_true(engine_digest(again, true) == engine_digest(x->e, true));
    assert_int_equal(engine_regie(again, r).holder.v, engine_regie(x->e, r).holder.v);
    engine_free(again);
}

static void it_goes_with_the_household(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = departed(x), next = back_at(x, VT_WEST, first);
    struct actor oost = referrer_of(VT_OOST), west = referrer_of(VT_WEST), c = shelter_of(HUIS_C);

    (void)state;
    /* Who had it has it, until the other takes it over; who made the later referral has not. */
    assert_int_equal(engine_regie(x->e, next).holder.v, VT_OOST);
    assert_int_equal(engine_regie(x->e, next).referral.v, first.v);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, west, next, HUIS_C).refusal, REFUSAL_NOT_FOUND);
    /* But it never said that it would: it is told nothing of what another desk opened since. */
    assert_int_equal(audience_of_referral(x->e, &oost, next), SIGHT_NONE);
    assert_int_equal(audience_of_regie(x->e, &west, next), SIGHT_FULL);
    assert_int_equal(audience_of_referral(x->e, &west, first), SIGHT_NONE);
    assert_int_equal(audience_of_regie(x->e, &west, first), SIGHT_NONE);

    assert_int_equal(regie(x, CMD_OFFER_REGIE, oost, next, HUIS_C).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, oost, first, HUIS_C).refusal, REFUSAL_NONE);
    assert_int_equal(engine_regie(x->e, next).offered_to.v, HUIS_C);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, c, next, 0).refusal, REFUSAL_NONE);
    for (int i = 0; i < 2; i++) {
        struct regie g = engine_regie(x->e, i == 0 ? first : next);

        assert_int_equal(g.holder.v, HUIS_C);
        assert_int_equal(g.moves, 1);
        assert_string_equal(g.role, "casusregisseur");
    }
    /* The desk that the household left hears that somebody has it, and not who: that may be where it went. */
    assert_int_equal(audience_of_regie(x->e, &oost, first), SIGHT_MINIMUM);
    assert_int_equal(audience_of_regie(x->e, &oost, next), SIGHT_NONE);
    assert_int_equal(audience_of_regie(x->e, &c, first), SIGHT_FULL);
    assert_int_equal(audience_of_regie(x->e, &west, next), SIGHT_FULL);
    replays(x, next);
    exchange_free(x);
}

/* A house that refers too: what began at its desk for referring is no concern of its desk for arrivals. */
static void it_began_with_the_referrers_of_a_house(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need();
    struct referral_id first = do_open(x, HUIS_A, n), next;
    struct actor desk = shelter_of(HUIS_A), refers = referrer_of(HUIS_A);

    (void)state;
    arrive(x, first, POOL_B);
    {
        struct command cmd = {.kind = CMD_DEPART, .actor = shelter_of(HUIS_B), .draw = ++x->draw};

        cmd.u.stay =
            (struct stay_command){.stay = engine_stay_of(x->e, first)->id, .reason = 1, .destination = 1};
        exchange_do(x, &cmd);
    }
    next = back_at(x, VT_WEST, first);
    assert_int_equal(engine_regie(x->e, next).holder.v, HUIS_A);
    assert_int_equal(audience_of_referral(x->e, &refers, next), SIGHT_NONE);
    /* There and back: now it has said that it would. */
    assert_int_equal(regie(x, CMD_OFFER_REGIE, refers, first, VT_OOST).refusal, REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_KEEP_REGIE, desk, first, 0).refusal, REFUSAL_NOT_FOUND); /* not its offer */
    assert_int_equal(engine_regie(x->e, first).state, REGIE_OFFERED);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, referrer_of(VT_OOST), first, 0).refusal, REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, referrer_of(VT_OOST), first, HUIS_A).refusal, REFUSAL_NONE);
    /* Its house could do nothing with what it took: it is not asked, on either referral. */
    assert_true(may(x->e, &refers, ACT_SEE_REGIE, first.v));
    assert_false(may(x->e, &desk, ACT_SEE_REGIE, first.v));
    assert_false(may(x->e, &desk, ACT_SEE_REGIE, next.v));
    assert_int_equal(regie(x, CMD_TAKE_REGIE, desk, first, 0).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_KEEP_REGIE, desk, first, 0).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, refers, first, 0).refusal, REFUSAL_NONE);
    assert_int_equal(audience_of_referral(x->e, &refers, next), SIGHT_FULL);
    assert_int_equal(audience_of_referral(x->e, &desk, next), SIGHT_NONE);
    exchange_free(x);
}

static void it_ends_when_none_of_its_referrals_needs_one(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = departed(x), next = back_at(x, VT_WEST, first);
    struct actor oost = referrer_of(VT_OOST), west = referrer_of(VT_WEST);

    (void)state;
    /* The first is long over; the household looks for a place again. */
    assert_int_equal(regie(x, CMD_END_REGIE, oost, first, 0).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(regie(x, CMD_END_REGIE, oost, next, 0).refusal, REFUSAL_NOT_FOUND);
    give(x, CMD_CONVENE_MDO, west,
         (struct care_command){
             .referral = next, .ground = GROUND_STATUTORY_TASK, .orgs = {{HUIS_A}}, .n_orgs = 1});
    {
        struct command cmd = {.kind = CMD_WITHDRAW, .actor = west};

        cmd.u.referral.referral = next;
        cmd.u.referral.reason = 1;
        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    }
    assert_int_equal(regie(x, CMD_END_REGIE, oost, first, 0).refusal, REFUSAL_WRONG_STATE);
    /* Who only placed the household first does not lead what another desk convened since. */
    assert_int_equal(give(x, CMD_CLOSE_MDO, oost, (struct care_command){.id = 1}).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(give(x, CMD_CLOSE_MDO, west, (struct care_command){.id = 1}).refusal, REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_END_REGIE, oost, first, 0).refusal, REFUSAL_NONE);
    assert_int_equal(engine_regie(x->e, first).state, REGIE_ENDED);
    assert_int_equal(engine_regie(x->e, next).state, REGIE_ENDED);
    replays(x, next);
    exchange_free(x);
}

static void after_its_end_the_next_begins_anew(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = departed(x), second, third;
    struct actor oost = referrer_of(VT_OOST), west = referrer_of(VT_WEST);

    (void)state;
    assert_int_equal(regie(x, CMD_END_REGIE, oost, first, 0).refusal, REFUSAL_NONE);
    second = back_at(x, VT_WEST, first);
    third = do_open_beside(x, VT_OOST, first); /* and again: both follow the first, and there is one regie */
    assert_int_equal(engine_household(x->e, third).earlier.v, first.v);
    assert_int_equal(engine_regie(x->e, first).state, REGIE_ENDED);
    assert_int_equal(engine_regie(x->e, second).holder.v, VT_WEST);
    assert_int_equal(engine_regie(x->e, third).holder.v, VT_WEST);
    /* The new one is no word about the old file. */
    assert_int_equal(audience_of_referral(x->e, &west, first), SIGHT_NONE);
    assert_int_equal(audience_of_referral(x->e, &oost, second), SIGHT_NONE);
    replays(x, third);
    exchange_free(x);
}

/* ---- journals of codec version 4: each referral had a regie of its own ---- */

static void an_old_word(struct exchange *x, enum event_kind kind, struct referral_id r, unsigned from,
                        unsigned to)
{
    struct event ev;
    char why[200] = "";

    memset(&ev, 0, sizeof ev);
    ev.kind = kind;
    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    ev.u.regie = (struct care_regie_event){.referral = r, .of = r, .from = {from}, .to = {to}};
    if (engine_replay(x->e, &ev, why, sizeof why) != OK)
        fail_msg("%s: %s", event_name(kind), why);
    if (!engine_check(x->e, why, sizeof why))
        fail_msg("%s: %s", event_name(kind), why);
}

static void an_old_journal_had_one_for_each_referral(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = departed(x), next = back_at(x, VT_WEST, first);

    (void)state;
    an_old_word(x, EV_REGIE_OFFERED, next, VT_WEST, HUIS_C);
    assert_int_equal(engine_regie(x->e, first).holder.v, VT_WEST); /* the last word */
    an_old_word(x, EV_REGIE_OFFERED, first, VT_OOST, HUIS_A);
    an_old_word(x, EV_REGIE_TAKEN, first, VT_OOST, HUIS_A);
    an_old_word(x, EV_REGIE_TAKEN, next, VT_WEST, HUIS_C);
    assert_int_equal(engine_regie(x->e, first).holder.v, HUIS_C);
    assert_int_equal(engine_regie(x->e, next).holder.v, HUIS_C);
    /* Ended for the first, which is not the one that counts; the household goes on with the other. */
    an_old_word(x, EV_REGIE_ENDED, first, HUIS_A, 0);
    assert_int_equal(engine_regie(x->e, first).holder.v, HUIS_C);
    /* From here on the words are new. */
    assert_int_equal(regie(x, CMD_OFFER_REGIE, shelter_of(HUIS_C), next, VT_OOST).refusal, REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, referrer_of(VT_OOST), next, 0).refusal, REFUSAL_NONE);
    assert_int_equal(engine_regie(x->e, first).holder.v, VT_OOST);
    exchange_free(x);
}

static void an_old_end_beside_a_search(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = departed(x), next = back_at(x, VT_WEST, first);

    (void)state;
    an_old_word(x, EV_REGIE_ENDED, first, VT_OOST, 0);
    assert_int_equal(engine_regie(x->e, next).holder.v, VT_WEST);
    assert_int_equal(engine_regie(x->e, first).holder.v, VT_WEST);
    exchange_free(x);
}

/* One condition each: what no broker wrote is refused, and changes nothing. */
static void what_no_broker_wrote(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id first = departed(x), next = back_at(x, VT_WEST, first);
    struct referral_id stranger = do_open(x, VT_OOST, a_need());
    const struct care_regie_event wrong[] = {
        {.referral = next, .of = first, .from = {VT_WEST}, .to = {HUIS_C}},     /* does not hold it */
        {.referral = stranger, .of = first, .from = {VT_OOST}, .to = {HUIS_C}}, /* another household */
        {.referral = next, .of = {99}, .from = {VT_OOST}, .to = {HUIS_C}},
        {.referral = {99}, .of = first, .from = {VT_OOST}, .to = {HUIS_C}},
        {.referral = next, .of = first, .from = {VT_OOST}, .to = {VT_OOST}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct event ev = {.kind = EV_REGIE_OFFERED, .seq = engine_seq(x->e) + 1, .at_ms = x->now};
        uint64_t before = engine_digest(x->e, true);
        char why[200] = "";

        ev.u.regie = wrong[i];
        assert_int_not_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
        assert_true(engine_digest(x->e, true) == before);
    }
    exchange_free(x);
}

/* ---- consult ---- */

static struct outcome ask(struct exchange *x, struct actor who, struct referral_id r, enum an_org to)
{
    return give(
        x, CMD_ASK_CONSULT, who,
        (struct care_command){.referral = r, .orgs = {{to}}, .n_orgs = 1, .text = "Wat raad je aan?"});
}

static void a_question_and_its_answer(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A), b = shelter_of(HUIS_B);
    struct outcome o = ask(x, own, r, HUIS_A);
    struct care_command c = {.id = (uint32_t)o.made, .text = "Eerst een tolk."};

    (void)state;
    assert_int_equal(o.refusal, REFUSAL_NONE);
    assert_true(may(x->e, &a, ACT_SEE_CONSULT, o.made));
    assert_false(may(x->e, &b, ACT_SEE_CONSULT, o.made));
    /* Who is asked hears about no referral: neither in what it may see nor in what its answer came to. */
    assert_int_equal(audience_of_referral(x->e, &a, r), SIGHT_NONE);
    assert_int_equal(give(x, CMD_ANSWER_CONSULT, b, c).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(give(x, CMD_ANSWER_CONSULT, own, c).refusal, REFUSAL_NOT_FOUND);
    o = give(x, CMD_ANSWER_CONSULT, a, c);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    assert_int_equal(o.referral.v, 0);
    assert_string_equal(engine_consult(x->e, c.id)->answer, "Eerst een tolk.");
    assert_int_equal(give(x, CMD_ANSWER_CONSULT, a, c).refusal, REFUSAL_NONE);
    strcpy(c.text, "Toch niet.");
    assert_int_equal(give(x, CMD_ANSWER_CONSULT, a, c).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(give(x, CMD_CLOSE_CONSULT, own, c).refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

static void declined_or_withdrawn(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A);
    struct care_command first = {.id = (uint32_t)ask(x, own, r, HUIS_A).made};
    struct care_command second = {.id = (uint32_t)ask(x, own, r, HUIS_A).made};

    (void)state;
    assert_int_equal(give(x, CMD_CLOSE_CONSULT, a, first).refusal, REFUSAL_NONE);
    assert_int_equal(engine_consult(x->e, first.id)->state, CONSULT_DECLINED);
    assert_int_equal(give(x, CMD_CLOSE_CONSULT, own, second).refusal, REFUSAL_NONE);
    assert_int_equal(engine_consult(x->e, second.id)->state, CONSULT_WITHDRAWN);
    assert_int_equal(give(x, CMD_CLOSE_CONSULT, a, second).refusal, REFUSAL_WRONG_STATE);
    assert_int_equal(give(x, CMD_CLOSE_CONSULT, own, second).refusal, REFUSAL_NONE);
    strcpy(second.text, "toch");
    assert_int_equal(give(x, CMD_ANSWER_CONSULT, a, second).refusal, REFUSAL_WRONG_STATE);
    exchange_free(x);
}

/* Who was asked knows the household until it has answered, and does not follow it from then on. */
static void the_household_is_shown_until_the_answer(void **state)
{
    static const enum command_kind ends[] = {CMD_ANSWER_CONSULT, CMD_CLOSE_CONSULT, CMD_WITHDRAW};
    struct exchange *x = exchange_new();
    struct actor own = referrer_of(VT_OOST), a = shelter_of(HUIS_A), b = shelter_of(HUIS_B);

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct care_command c = {.id = (uint32_t)ask(x, own, r, HUIS_A).made, .text = "Eerst een tolk."};

        assert_int_equal(audience_of_consult(x->e, &own, c.id), SIGHT_FULL);
        assert_int_equal(audience_of_consult(x->e, &a, c.id), SIGHT_FULL);
        assert_int_equal(audience_of_consult(x->e, &b, c.id), SIGHT_NONE);
        if (ends[i] == CMD_WITHDRAW) /* the question taken back */
            assert_int_equal(give(x, CMD_CLOSE_CONSULT, own, c).refusal, REFUSAL_NONE);
        else
            assert_int_equal(give(x, ends[i], a, c).refusal, REFUSAL_NONE);
        assert_int_equal(audience_of_consult(x->e, &own, c.id), SIGHT_FULL);
        assert_int_equal(audience_of_consult(x->e, &a, c.id), SIGHT_MINIMUM);
        assert_true(may(x->e, &a, ACT_SEE_CONSULT, c.id));
    }
    exchange_free(x);
}

static void consults_have_bounds(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST);

    (void)state;
    assert_int_equal(ask(x, own, r, VT_OOST).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(ask(x, own, r, GEMEENTE).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(ask(x, referrer_of(VT_WEST), r, HUIS_A).refusal, REFUSAL_NOT_FOUND);
    assert_int_equal(
        give(x, CMD_ASK_CONSULT, own, (struct care_command){.referral = r, .orgs = {{HUIS_A}}, .n_orgs = 1})
            .refusal,
        REFUSAL_LIMIT);
    for (int i = 0; i < CONSULTS_PER_REFERRAL; i++)
        assert_int_equal(ask(x, own, r, HUIS_A).refusal, REFUSAL_NONE);
    assert_int_equal(ask(x, own, r, HUIS_A).refusal, REFUSAL_LIMIT);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_with_the_referrer),
        cmocka_unit_test(handed_over_and_accepted),
        cmocka_unit_test(refused_or_taken_back),
        cmocka_unit_test(ended_when_nobody_needs_one),
        cmocka_unit_test(not_ended_during_an_mdo),
        cmocka_unit_test(nobody_and_nothing),
        cmocka_unit_test(it_goes_with_the_household),
        cmocka_unit_test(it_began_with_the_referrers_of_a_house),
        cmocka_unit_test(it_ends_when_none_of_its_referrals_needs_one),
        cmocka_unit_test(after_its_end_the_next_begins_anew),
        cmocka_unit_test(an_old_journal_had_one_for_each_referral),
        cmocka_unit_test(an_old_end_beside_a_search),
        cmocka_unit_test(what_no_broker_wrote),
        cmocka_unit_test(a_question_and_its_answer),
        cmocka_unit_test(declined_or_withdrawn),
        cmocka_unit_test(the_household_is_shown_until_the_answer),
        cmocka_unit_test(consults_have_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
