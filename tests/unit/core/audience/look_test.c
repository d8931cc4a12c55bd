/* What who may see: of things, of a household at each step, and of the capacity of the exchange. */
#include "support/grants.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <string.h>

static void looking_at_things(void **state)
{
    struct scene_of_all s = scene_new();
    const struct {
        const char *name;
        struct look look;
        struct grant grants[GRANTS_MAX];
    } cases[] = {
        {"search", {ACT_SEARCH, 0}, {{ROLE_REFERRER, ANY, ANY}, {ROLE_COMENSHA, ANY, ANY}}},
        {"statistics", {ACT_SEE_STATISTICS, 0}, {{ROLE_MUNICIPALITY, ANY, ANY}, {ROLE_RAPPORTEUR, ANY, ANY}}},
        {"accounts", {ACT_MANAGE_ACCOUNTS, 0}, {{ROLE_ORG_ADMIN, ANY, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"accounts of B",
         {ACT_MANAGE_ACCOUNTS, HUIS_B},
         {{ROLE_ORG_ADMIN, HUIS_B, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"feeds",
         {ACT_SEE_FEEDS, 0},
         {{ROLE_SHELTER, ANY, ANY}, {ROLE_ORG_ADMIN, ANY, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"feeds of A", /* also from the desk of one house: they are the organisation's */
         {ACT_SEE_FEEDS, HUIS_A},
         {{ROLE_SHELTER, HUIS_A, ANY}, {ROLE_ORG_ADMIN, HUIS_A, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"feeds of an organisation far away",
         {ACT_SEE_FEEDS, UINT64_C(1) << 32 | HUIS_A},
         {{ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"replay of a message of A",
         {ACT_REPLAY_FEED, HUIS_A},
         {{ROLE_SHELTER, HUIS_A, ANY}, {ROLE_ORG_ADMIN, HUIS_A, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"notifications",
         {ACT_SEE_NOTIFICATIONS, 0},
         {{ROLE_ORG_ADMIN, ANY, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"notifications of A",
         {ACT_SEE_NOTIFICATIONS, HUIS_A},
         {{ROLE_ORG_ADMIN, HUIS_A, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"a feed of A told", {ACT_TELL_FEED, HUIS_A}, {{ROLE_MACHINE, HUIS_A, ANY}}},
        {"a feed of an organisation far away told",
         {ACT_TELL_FEED, UINT64_C(1) << 32 | HUIS_A},
         {{ROLE_NONE, 0, 0}}},
        {"upload", /* where there are places: an administrator elsewhere has no file of them */
         {ACT_UPLOAD, 0},
         {{ROLE_SHELTER, ANY, ANY},
          {ROLE_ORG_ADMIN, HUIS_A, ANY},
          {ROLE_ORG_ADMIN, HUIS_B, ANY},
          {ROLE_ORG_ADMIN, HUIS_C, ANY}}},
        {"upload of A", {ACT_UPLOAD, HUIS_A}, {{ROLE_SHELTER, HUIS_A, ANY}, {ROLE_ORG_ADMIN, HUIS_A, ANY}}},
        {"pool A1",
         {ACT_SEE_POOL, POOL_A1},
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY},
          {ROLE_SHELTER, HUIS_A, A_NOORD},
          {ROLE_ORG_ADMIN, HUIS_A, A_NOORD},
          {ROLE_MACHINE, HUIS_A, ANY}}},
        /* Machines here read nothing: what they carry is for bringing. */
        {"capacity",
         {ACT_SEE_CAPACITY, 0},
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_SHELTER, ANY, ANY},
          {ROLE_MUNICIPALITY, ANY, ANY},
          {ROLE_RAPPORTEUR, ANY, ANY},
          {ROLE_ORG_ADMIN, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"capacity of A1",
         {ACT_SEE_CAPACITY, POOL_A1},
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY},
          {ROLE_SHELTER, HUIS_A, A_NOORD},
          {ROLE_ORG_ADMIN, HUIS_A, A_NOORD}}},
        {"capacity of none", {ACT_SEE_CAPACITY, 99}, {{ROLE_NONE, 0, 0}}},
        {"no pool", {ACT_SEE_POOL, 99}, {{ROLE_NONE, 0, 0}}},
        {"pool far away", {ACT_SEE_POOL, UINT64_C(1) << 32 | POOL_A1}, {{ROLE_NONE, 0, 0}}},
        {"referral that asks", {ACT_SEE_REFERRAL, s.pending.v}, {THE_REFERRER}},
        {"referral with a yes",
         {ACT_SEE_REFERRAL, s.reserved.v},
         {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_NOORD}}},
        {"referral of CoMensha", {ACT_SEE_REFERRAL, s.comenshas.v}, {{ROLE_COMENSHA, COMENSHA, ANY}}},
        {"no-bed path of a referral", {ACT_SEE_NOBED, s.pending.v}, {THE_REFERRER}},
        {"no-bed path of none", {ACT_SEE_NOBED, 99}, {{ROLE_NONE, 0, 0}}},
        {"unplaced",
         {ACT_SEE_UNPLACED, 0},
         {{ROLE_REFERRER, ANY, ANY},
          {ROLE_COMENSHA, ANY, ANY},
          {ROLE_MUNICIPALITY, ANY, ANY},
          {ROLE_RAPPORTEUR, ANY, ANY}}},
        {"no referral", {ACT_SEE_REFERRAL, 99}, {{ROLE_NONE, 0, 0}}},
        {"request to B", {ACT_SEE_REQUEST, s.pending_b.v}, {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {"no request", {ACT_SEE_REQUEST, 99}, {{ROLE_NONE, 0, 0}}},
        {"locations to report a leak of",
         {ACT_SEE_LOCATIONS, 0},
         {{ROLE_SHELTER, ANY, ANY}, {ROLE_ORG_ADMIN, ANY, ANY}, {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"a location of A",
         {ACT_SEE_LOCATIONS, A_NOORD},
         {{ROLE_SHELTER, HUIS_A, A_NOORD},
          {ROLE_ORG_ADMIN, HUIS_A, A_NOORD},
          {ROLE_EXCHANGE_ADMIN, ANY, ANY}}},
        {"location far away", {ACT_SEE_LOCATIONS, UINT64_C(1) << 32 | A_NOORD}, {{ROLE_NONE, 0, 0}}},
        /* Households: an administrator has no business with them. */
        {"stays and clocks",
         {ACT_SEE_STAYS, 0},
         {{ROLE_REFERRER, ANY, ANY}, {ROLE_COMENSHA, ANY, ANY}, {ROLE_SHELTER, ANY, ANY}}},
        {"a clock that is offered to West",
         {ACT_SEE_CLOCK, s.clock.v},
         {THE_REFERRER, {ROLE_REFERRER, VT_WEST, ANY}, {ROLE_SHELTER, HUIS_A, A_ZUID}}},
        /* The address: before a yes, only the house itself. */
        {"address of B", {ACT_REVEAL_LOCATION, s.pending_b.v}, {{ROLE_SHELTER, HUIS_B, B_HUIS}}},
        {"address of A",
         {ACT_REVEAL_LOCATION, s.accepted_a.v},
         {THE_REFERRER, {ROLE_SHELTER, HUIS_A, A_NOORD}}},
        {"address of C, cancelled", {ACT_REVEAL_LOCATION, s.cancelled_c.v}, {{ROLE_SHELTER, HUIS_C, C_HUIS}}},
        {"no address", {ACT_REVEAL_LOCATION, 0}, {{ROLE_NONE, 0, 0}}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct look l = cases[i].look;

        hold_against(s.x, cases[i].name, cases[i].grants, judge_look, &l);
    }
    assert_false(may(s.x->e, &(struct actor){.role = ROLE_REFERRER, .org = {VT_OOST}}, ACT_N, 0));
    exchange_free(s.x);
}

/* An address is shown for the lifetime of the accepted request, and not a moment longer. */
static void an_address_for_the_lifetime_of_a_yes(void **state)
{
    static const struct {
        const char *name;
        enum command_kind end; /* CMD_N: nothing more */
        bool travels, want;
    } cases[] = {
        {"promised", CMD_N, false, true},
        {"on the way", CMD_N, true, true},
        {"arrived", CMD_CONFIRM_ARRIVAL, true, false},
        {"no show", CMD_NO_SHOW, true, false},
        {"withdrawn", CMD_WITHDRAW, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id q = do_ask_one(x, r, POOL_B);
        struct actor referrer = referrer_of(VT_OOST);

        do_answer(x, CMD_ACCEPT, q, 0);
        if (cases[i].travels)
            do_referral(x, CMD_TRAVEL, r, 0, 0);
        if (cases[i].end == CMD_CONFIRM_ARRIVAL)
            do_answer(x, cases[i].end, q, 0);
        else if (cases[i].end != CMD_N)
            do_referral(x, cases[i].end, r, 0, 1);
        if (may(x->e, &referrer, ACT_REVEAL_LOCATION, q.v) != cases[i].want)
            fail_msg("%s", cases[i].name);
        exchange_free(x);
    }
}

/* What the asked house, another house and others see of a household at each step. */
static void sight_follows_the_request(void **state)
{
    static const struct {
        const char *name;
        enum command_kind steps[2];
        enum sight asked;
    } cases[] = {
        {"pending", {CMD_N, CMD_N}, SIGHT_MINIMUM},
        {"seen", {CMD_SEE_REQUEST, CMD_N}, SIGHT_MINIMUM},
        {"yes", {CMD_ACCEPT, CMD_N}, SIGHT_FULL},
        {"arrived", {CMD_ACCEPT, CMD_CONFIRM_ARRIVAL}, SIGHT_FULL},
        {"no", {CMD_DECLINE, CMD_N}, SIGHT_NONE},
        {"lapsed", {CMD_TICK, CMD_N}, SIGHT_NONE},
        {"late yes", {CMD_TICK, CMD_ACCEPT}, SIGHT_NONE},
        {"withdrawn", {CMD_WITHDRAW, CMD_N}, SIGHT_NONE},
        {"yes, withdrawn", {CMD_ACCEPT, CMD_WITHDRAW}, SIGHT_NONE},
        {"no show", {CMD_ACCEPT, CMD_NO_SHOW}, SIGHT_NONE},
    };
    struct core_settings quiet = core_settings_default();

    (void)state;
    memset(quiet.ask_next, 0, sizeof quiet.ask_next); /* the broker asks nobody else */
    quiet.timers = timers_settings_off();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new_with(&quiet);
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id q = do_ask_one(x, r, POOL_A1);

        for (int k = 0; k < 2; k++) {
            if (cases[i].steps[k] == CMD_TICK) {
                x->now += 4 * MS_HOUR;
                do_tick(x);
            } else if (cases[i].steps[k] == CMD_WITHDRAW || cases[i].steps[k] == CMD_NO_SHOW) {
                do_referral(x, cases[i].steps[k], r, 0, 1);
            } else if (cases[i].steps[k] != CMD_N) {
                do_answer(x, cases[i].steps[k], q, 1);
            }
        }
        for (unsigned role = 0; role < ROLE_N; role++) {
            for (unsigned org = 0; org <= RAPPORTEUR + 1; org++) {
                for (unsigned desk = 0; desk <= C_HUIS; desk++) {
                    struct org_id carried = {org};
                    struct actor a = {.role = (enum role)role,
                                      .org = {org},
                                      .location = {desk},
                                      .carries = &carried,
                                      .n_carries = 1};
                    enum sight want = SIGHT_NONE;

                    if (role == ROLE_REFERRER && org == VT_OOST)
                        want = SIGHT_FULL;
                    else if (role == ROLE_SHELTER && org == HUIS_A && (desk == 0 || desk == A_NOORD))
                        want = cases[i].asked;
                    if (audience_of_referral(x->e, &a, r) != want)
                        fail_msg("%s: role %u of organisation %u at desk %u", cases[i].name, role, org, desk);
                }
            }
        }
        exchange_free(x);
    }
}

static void a_shelter_that_refers_sees_only_its_own(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id own = do_open(x, HUIS_A, a_need()), other = do_open(x, VT_OOST, a_need());
    struct actor referrer = referrer_of(HUIS_A), desk = shelter_of(HUIS_A);

    (void)state;
    assert_int_equal(audience_of_referral(x->e, &referrer, own), SIGHT_FULL);
    assert_int_equal(audience_of_referral(x->e, &desk, own),
                     SIGHT_NONE); /* the role decides, not the house */
    assert_int_equal(audience_of_referral(x->e, &referrer, other), SIGHT_NONE);
    exchange_free(x);
}

/* A bed for the meantime at B, and C's yes for the place that they wait for: B is a host, and no more. */
/* The list and the notes of its own bed it has, as any house (handover/bridge_handover_test.c). */
static void a_bridge_house_is_not_the_receiving_house(void **state)
{
    static const struct grant receiving[GRANTS_MAX] = {THE_REFERRER, {ROLE_SHELTER, HUIS_C, C_HUIS}};
    static const struct grant with_a_bed[GRANTS_MAX] = {THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}};
    static const struct grant each_its_own[GRANTS_MAX] = {
        THE_REFERRER, {ROLE_SHELTER, HUIS_B, B_HUIS}, {ROLE_SHELTER, HUIS_C, C_HUIS}};
    static const struct grant only_referrer[GRANTS_MAX] = {THE_REFERRER};
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct cmd_write_note note = {.referral = r};
    struct command ask = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};
    struct command no_show = {.kind = CMD_NO_SHOW}, item = {.kind = CMD_HANDOVER_ITEM},
                   write = {.kind = CMD_WRITE_NOTE, .u.write_note = &note};
    struct look handover = {ACT_SEE_HANDOVER, r.v};
    struct actor b = shelter_of(HUIS_B);

    (void)state;
    ask.u.ask.referral = r;
    ask.u.ask.pools[0].v = POOL_B;
    ask.u.ask.n = 1;
    ask.u.ask.bridge = true;
    assert_int_equal(exchange_do(x, &ask).refusal, REFUSAL_NONE);
    do_answer(x, CMD_ACCEPT, x->last.requests[0], 0);
    assert_int_equal(audience_of_referral(x->e, &b, r), SIGHT_FULL);
    no_show.u.referral.referral = r;
    item.u.item.referral = r;
    hold_against(x, "no show at a bridge", only_referrer, judge_command, &no_show);
    hold_against(x, "handing over to a bridge", with_a_bed, judge_look, &handover);

    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_C), 0);
    assert_int_equal(audience_of_referral(x->e, &b, r), SIGHT_FULL);
    hold_against(x, "no show beside a bridge", receiving, judge_command, &no_show);
    hold_against(x, "item beside a bridge", each_its_own, judge_command, &item);
    hold_against(x, "note beside a bridge", each_its_own, judge_command, &write);
    hold_against(x, "handover beside a bridge", each_its_own, judge_look, &handover);
    exchange_free(x);
}

/* The household has left: its house keeps the stay, which it must still account for, and nothing else. */
static void a_house_they_left_keeps_only_the_stay(void **state)
{
    struct scene_of_all s = scene_new();
    struct actor house = shelter_at(HUIS_A, A_ZUID);
    struct command depart = {.kind = CMD_DEPART, .actor = house}, fund = {.kind = CMD_FUND_STAY},
                   clock = {.kind = CMD_START_CLOCK};
    static const struct grant the_house[GRANTS_MAX] = {{ROLE_SHELTER, HUIS_A, A_ZUID}};
    static const struct grant only_referrer[GRANTS_MAX] = {THE_REFERRER};
    struct look handover = {ACT_SEE_HANDOVER, s.stayed.v};

    (void)state;
    assert_int_equal(audience_of_referral(s.x->e, &house, s.stayed), SIGHT_FULL);
    assert_true(may(s.x->e, &house, ACT_SEE_CLOCK, s.clock.v));
    depart.u.stay = (struct stay_command){.stay = s.stay, .reason = 1, .destination = 1};
    if (exchange_do(s.x, &depart).refusal != REFUSAL_NONE)
        fail_msg("not gone: %s", refusal_code(s.x->last.refusal));
    assert_int_equal(audience_of_referral(s.x->e, &house, s.stayed), SIGHT_NONE);
    assert_false(may(s.x->e, &house, ACT_SEE_CLOCK, s.clock.v)); /* the desk's, not its own */
    hold_against(s.x, "handing over of who left", only_referrer, judge_look, &handover);
    fund.u.stay.stay = s.stay;
    hold_against(s.x, "funding a past stay", the_house, judge_command, &fund);
    assert_true(may(s.x->e, &house, ACT_SEE_STAY, s.stay.v));
    clock.u.clock.referral = s.stayed;
    hold_against(s.x, "a clock of who left", only_referrer, judge_command, &clock);
    exchange_free(s.x);
}

/* The code is read out at the door, and told again within the week; then its house has it no more. */
static void a_house_has_the_return_code_for_a_week(void **state)
{
    struct scene_of_all s = scene_new();
    struct actor house = shelter_at(HUIS_A, A_ZUID), north = shelter_at(HUIS_A, A_NOORD),
                 other = shelter_of(HUIS_B), referrer = referrer_of(VT_OOST), west = referrer_of(VT_WEST);
    struct command depart = {.kind = CMD_DEPART, .actor = house};
    const struct {
        const char *name;
        int64_t after_ms; /* the departure; before it for less than 0 */
        bool house;
    } cases[] = {
        {"there", -1, true},
        {"at the door", 0, true},
        {"the last moment", RETURN_CODE_SHOWN_MS - 1, true},
        {"a week", RETURN_CODE_SHOWN_MS, false},
        {"a year", 365 * MS_DAY, false},
    };

    (void)state;
    depart.u.stay = (struct stay_command){.stay = s.stay, .reason = 1, .destination = 1};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t now = s.x->now + cases[i].after_ms;

        if (cases[i].after_ms == 0)
            assert_int_equal(exchange_do(s.x, &depart).refusal, REFUSAL_NONE);
        if (audience_of_return_code(s.x->e, &house, s.stay, now) != cases[i].house)
            fail_msg("%s: the house", cases[i].name);
        assert_int_equal(stay_left_lately(s.x->e, engine_stay(s.x->e, s.stay), now),
                         cases[i].house && cases[i].after_ms >= 0);
        assert_true(audience_of_return_code(s.x->e, &referrer, s.stay, now));
        assert_false(audience_of_return_code(s.x->e, &west, s.stay, now));
        assert_false(audience_of_return_code(s.x->e, &north, s.stay, now));
        assert_false(audience_of_return_code(s.x->e, &other, s.stay, now));
        assert_false(audience_of_return_code(s.x->e, &house, (struct stay_id){99}, now));
    }
    exchange_free(s.x);
}

static void capacity_by_role(void **state)
{
    static const struct {
        const char *name;
        enum role role;
        unsigned org;
        enum capacity_sight want;
        const char *region; /* NULL = all, or none */
    } cases[] = {
        {"referrer", ROLE_REFERRER, VT_OOST, CAPACITY_PER_POOL, NULL},
        {"CoMensha", ROLE_COMENSHA, COMENSHA, CAPACITY_PER_POOL, NULL},
        {"operator", ROLE_EXCHANGE_ADMIN, OPERATOR, CAPACITY_PER_POOL, NULL},
        {"house", ROLE_SHELTER, HUIS_A, CAPACITY_OWN, NULL},
        {"administrator", ROLE_ORG_ADMIN, HUIS_B, CAPACITY_OWN, NULL},
        {"municipality", ROLE_MUNICIPALITY, GEMEENTE, CAPACITY_AGGREGATED, "R28"},
        {"rapporteur", ROLE_RAPPORTEUR, RAPPORTEUR, CAPACITY_AGGREGATED, NULL},
        {"a role that the organisation has not", ROLE_EXCHANGE_ADMIN, HUIS_A, CAPACITY_NONE, NULL},
        {"the broker itself", ROLE_SYSTEM, OPERATOR, CAPACITY_NONE, NULL},
        {"a machine as a machine", ROLE_MACHINE, HUIS_A, CAPACITY_NONE, NULL},
        {"nobody", ROLE_NONE, VT_OOST, CAPACITY_NONE, NULL},
    };
    struct exchange *x = exchange_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct org_id org = {cases[i].org};
        uint8_t region = cases[i].region != NULL ? vocab_region_find(x->vocab, cases[i].region) : REGION_NONE;
        /* A person, and a machine that reads as that role: it carries others, which changes nothing. */
        struct org_id carried = {HUIS_C};
        struct actor who[] = {{.role = cases[i].role, .org = org},
                              {.role = ROLE_MACHINE,
                               .reads_as = cases[i].role,
                               .reads_for = org,
                               .carries = &carried,
                               .n_carries = 1}};

        for (int k = 0; k < 2; k++) {
            struct capacity_audience got = audience_of_capacity(x->e, &who[k]);

            if (got.sight != cases[i].want || got.region != region)
                fail_msg("%s: sight %d", cases[i].name, got.sight);
            assert_int_equal(got.org.v, got.sight == CAPACITY_OWN ? org.v : 0);
            assert_int_equal(may(x->e, &who[k], ACT_SEE_CAPACITY, 0), got.sight != CAPACITY_NONE);
            assert_int_equal(may(x->e, &who[k], ACT_SEE_CAPACITY, POOL_A1),
                             got.sight == CAPACITY_PER_POOL ||
                                 (got.sight == CAPACITY_OWN && org.v == HUIS_A));
        }
        /* Reading opens nothing else to the machine. */
        for (unsigned action = 0; action < ACT_N; action++) {
            struct actor reader = who[1];

            reader.n_carries = 0;
            if (action != ACT_SEE_CAPACITY)
                for (uint64_t object = 0; object < 5; object++)
                    assert_false(may(x->e, &reader, (enum action)action, object));
        }
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looking_at_things),
        cmocka_unit_test(an_address_for_the_lifetime_of_a_yes),
        cmocka_unit_test(sight_follows_the_request),
        cmocka_unit_test(a_shelter_that_refers_sees_only_its_own),
        cmocka_unit_test(a_bridge_house_is_not_the_receiving_house),
        cmocka_unit_test(a_house_they_left_keeps_only_the_stay),
        cmocka_unit_test(a_house_has_the_return_code_for_a_week),
        cmocka_unit_test(capacity_by_role),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
