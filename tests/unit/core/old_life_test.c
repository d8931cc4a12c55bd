/* Where a journal of codec version 4 ends, days go on: everything that may be done to what the brokers of
 * those days left behind is done, in any order, over weeks, and no promise of the engine breaks. What is in
 * support/journal_v4.txt and made no more: keys in use that one person lost, a regie of a follow-up beside
 * that of its household, bridge beds beside a stay, beds whose nights nobody was told to pay. */
#include "support/chaos.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"
#include "support/match_builders.h"
#include "support/old_journal.h"
#include "support/chaos_stay.h"

#include <string.h>

/* An exchange that lived through the journal, a moment after its last event. ERASED: the households' keys are
 * destroyed. */
static struct exchange *old_world_with(bool erased)
{
    struct core_settings settings = core_settings_default();
    struct exchange *x = exchange_new_with(&settings);
    struct old_journal *j = old_journal_load(4);
    char why[200];

    engine_free(x->e);
    event_list_fini(&x->log);
    x->log = (struct event_list){0};
    x->e = engine_new(x->vocab, &x->settings);
    for (size_t i = 0; i < j->n; i++) {
        struct event ev = old_journal_event(j, i);

        if (erased) {
            const uint64_t seq = ev.seq;
            const int64_t at_ms = ev.at_ms;

            assert_int_equal(event_decode(ev.kind, buf_view(&j->rows[i].clear), BYTES(NULL, 0), &ev), OK);
            ev.seq = seq;
            ev.at_ms = at_ms;
        }
        if (engine_replay(x->e, &ev, why, sizeof why) != OK)
            fail_msg("%s", why);
        *event_list_add(&x->log, ev.kind) = ev;
        x->now = ev.at_ms;
    }
    x->draw = 1000000;
    old_journal_free(j);
    if (!engine_check(x->e, why, sizeof why))
        fail_msg("%s", why);
    return x;
}

static struct exchange *old_world(void)
{
    return old_world_with(false);
}

static struct actor staff_of(const struct exchange *x, struct org_id id)
{
    const struct org *o = engine_org(x->e, id);

    if (o == NULL || o->kind == ORG_SHELTER)
        return shelter_of(id.v);
    return actor_of(o->kind == ORG_COMENSHA ? ROLE_COMENSHA : ROLE_REFERRER, id.v);
}

/* ---- what is there ---- */

/* The stay of the household of ID that goes on; NULL = none. */
static const struct stay *present_stay(const struct exchange *x, struct referral_id id)
{
    for (id = engine_household_first(x->e, id); id.v != 0; id = engine_household_next(x->e, id)) {
        const struct stay *s = engine_stay_of(x->e, id);

        if (s != NULL && s->state != STAY_DEPARTED)
            return s;
    }
    return NULL;
}

static bool is_reached_bed(const struct bridge *b)
{
    return b->kind == BRIDGE_BED && b->started_at_ms != 0;
}

static void it_left_what_is_made_no_more(void **state)
{
    struct exchange *x = old_world();
    unsigned beside = 0, alone = 0, beds = 0, alarms = 0, left_over = 0;

    (void)state;
    for (uint64_t i = 1; i <= engine_bridges(x->e); i++) {
        const struct bridge *b = engine_bridge(x->e, (struct bridge_id){i});

        beds += is_reached_bed(b);
        beside += is_reached_bed(b) && bridge_is_live(b) && present_stay(x, b->referral) != NULL;
    }
    for (uint32_t i = 1; i <= engine_org_keys(x->e); i++)
        alone += engine_org_key(x->e, (struct org_key_id){i})->loss.alone;
    for (uint64_t i = 1; i <= engine_referrals(x->e); i++) {
        const struct referral *r = engine_referral(x->e, (struct referral_id){i});
        struct regie regie = engine_regie(x->e, r->id);

        for (int a = 0; a < ALARM_N; a++)
            alarms += timers_alarm_stands(x->e, r, (enum alarm)a) &&
                      timers_alarm(x->e, r->id, (enum alarm)a)->acknowledged_at_ms == 0;
        left_over += regie.referral.v != r->id.v && engine_household(x->e, r->id).earlier.v != 0;
    }
    assert_true(beside > 0 && alone >= 4 && beds >= 6 && alarms >= 4 && left_over > 0);
    exchange_free(x);
}

/* ---- one act ---- */

static void about_a_bed(struct exchange *x, struct rng *r, struct command *cmd, const struct bridge *b)
{
    static const enum command_kind kinds[] = {CMD_FUND_BRIDGE,   CMD_FUND_BRIDGE, CMD_FUND_BRIDGE,
                                              CMD_BRIDGE_TRAVEL, CMD_CHECK_IN,    CMD_END_BRIDGE};
    struct org_id house = engine_pool(x->e, engine_request(x->e, b->request)->pool)->org;
    int32_t first = time_day_nl(b->started_at_ms);

    cmd->kind = kinds[rng_below(r, COUNT_OF(kinds))];
    cmd->actor = staff_of(x, engine_referral(x->e, b->referral)->org);
    if (cmd->kind == CMD_FUND_BRIDGE) {
        cmd->actor = shelter_of(house.v);
        cmd->u.fund_bridge.bridge = b->id;
        cmd->u.fund_bridge.reason = 1;
        cmd->u.fund_bridge.stream = (uint8_t)(1 + rng_below(r, 2));
        cmd->u.fund_bridge.municipality = rng_chance(r, 500) ? 363 : 599;
        cmd->u.fund_bridge.from_day = first + (int32_t)rng_below(r, 4);
        return;
    }
    cmd->u.bridge.bridge = b->id;
    if (cmd->kind == CMD_BRIDGE_TRAVEL)
        cmd->u.bridge.until_ms = x->now + MS_HOUR;
    else
        cmd->u.bridge.code =
            cmd->kind == CMD_CHECK_IN ? (uint8_t)rng_below(r, BRIDGE_CHECK_N) : (uint8_t)BRIDGE_END_MOVED;
}

static bool a_bed(struct exchange *x, struct rng *r, struct command *cmd)
{
    for (int i = 0; i < 40; i++) {
        const struct bridge *b =
            engine_bridge(x->e, (struct bridge_id){1 + rng_below(r, (uint32_t)engine_bridges(x->e))});

        if (b->kind == BRIDGE_BED) {
            about_a_bed(x, r, cmd, b);
            return true;
        }
    }
    return false;
}

static void a_regie(struct exchange *x, struct rng *r, struct command *cmd, struct care_command *c)
{
    static const enum command_kind kinds[] = {CMD_OFFER_REGIE, CMD_TAKE_REGIE, CMD_KEEP_REGIE, CMD_END_REGIE};
    struct regie regie;

    *c = (struct care_command){.n_orgs = 1, .role = "casusregie", .callback = "020 1234567"};
    c->referral.v = 1 + rng_below(r, (uint32_t)engine_referrals(x->e));
    c->orgs[0].v = 1 + rng_below(r, COMENSHA);
    regie = engine_regie(x->e, c->referral);
    cmd->kind = kinds[rng_below(r, COUNT_OF(kinds))];
    if (regie.state == REGIE_OFFERED && cmd->kind != CMD_KEEP_REGIE)
        cmd->kind = CMD_TAKE_REGIE;
    cmd->actor = staff_of(x, cmd->kind == CMD_TAKE_REGIE ? regie.offered_to : regie.holder);
    cmd->u.care = c;
}

static void a_key(struct exchange *x, struct rng *r, struct command *cmd, struct cmd_make_key *made)
{
    static const enum command_kind kinds[] = {CMD_LOSE_KEY, CMD_CONFIRM_KEY_LOSS, CMD_KEEP_KEY,
                                              CMD_CONFIRM_KEY};
    const struct org_key *k =
        engine_org_key(x->e, (struct org_key_id){1 + rng_below(r, engine_org_keys(x->e))});

    cmd->kind = kinds[rng_below(r, COUNT_OF(kinds))];
    cmd->actor = staff_of(x, k->org);
    cmd->actor.account.v += 50 * rng_below(r, 2);
    if (cmd->kind == CMD_LOSE_KEY) {
        cmd->u.key_loss.key = k->id;
        cmd->u.key_loss.reason = (uint8_t)rng_below(r, KEY_LOSS_REASON_N);
    } else {
        cmd->u.key = k->id;
    }
    if (rng_chance(r, 900))
        return;
    memset(made, 0, sizeof *made);
    for (size_t i = 0; i < 8; i++)
        made->public_key[i] = (uint8_t)rng_next(r);
    made->wrapped_bytes = ORG_KEY_WRAPPED_MIN;
    cmd->kind = CMD_MAKE_KEY;
    cmd->u.make_key = made;
}

/* Somebody who looks for a place is asked for, or reaches, one: also who stays and sleeps elsewhere. */
static void a_place(struct exchange *x, struct rng *r, struct command *cmd)
{
    struct request_id id = {1 + rng_below(r, (uint32_t)engine_requests(x->e))};

    for (int i = 0; i < 40 && !request_is_holding(engine_request(x->e, id)); i++)
        id.v = 1 + rng_below(r, (uint32_t)engine_requests(x->e));
    cmd->actor = shelter_of(engine_pool(x->e, engine_request(x->e, id)->pool)->org.v);
    if (request_is_holding(engine_request(x->e, id)) && rng_chance(r, 600)) {
        cmd->kind = engine_request(x->e, id)->state == REQUEST_PENDING ? CMD_ACCEPT : CMD_CONFIRM_ARRIVAL;
        cmd->u.answer.request = id;
        return;
    }
    cmd->kind = CMD_ASK;
    cmd->u.ask.referral.v = 1 + rng_below(r, (uint32_t)engine_referrals(x->e));
    cmd->u.ask.n = 1;
    cmd->u.ask.pools[0].v = 1 + rng_below(r, engine_pools(x->e));
    cmd->u.ask.bridge = rng_chance(r, 500);
    cmd->actor = staff_of(x, engine_referral(x->e, cmd->u.ask.referral)->org);
    if (cmd->actor.role == ROLE_SHELTER)
        cmd->actor.role = ROLE_REFERRER;
}

static void a_leak(struct exchange *x, struct rng *r, struct command *cmd)
{
    static const enum command_kind kinds[] = {CMD_ASK_LIFT, CMD_LIFT_LEAK, CMD_WITHDRAW_LEAK};
    const struct leak *l = engine_leak(x->e, 1 + rng_below(r, engine_leaks(x->e)));

    cmd->kind = kinds[rng_below(r, COUNT_OF(kinds))];
    cmd->u.safety.leak = 1 + rng_below(r, engine_leaks(x->e));
    cmd->u.safety.location = l->location;
    cmd->actor = shelter_of(engine_location(x->e, l->location)->org.v);
    cmd->actor.account.v = 500 + rng_below(r, 3);
}

static enum refusal one_act(struct exchange *x, struct rng *r, enum command_kind *kind)
{
    struct command cmd = {.kind = CMD_TICK, .actor = {.role = ROLE_SYSTEM}, .draw = rng_next(r)};
    struct care_command care;
    struct cmd_make_key made;

    x->now += rng_below(r, 2 * 3600 * 1000);
    switch (rng_below(r, 8)) {
    case 0:
    case 1:
        if (!a_bed(x, r, &cmd))
            return REFUSAL_NONE;
        break;
    case 2:
        a_regie(x, r, &cmd, &care);
        break;
    case 3:
        a_key(x, r, &cmd, &made);
        break;
    case 4:
        a_place(x, r, &cmd);
        break;
    case 5:
        chaos_stay_command(x, r, &cmd);
        break;
    case 6:
        a_leak(x, r, &cmd);
        break;
    default:
        x->now += (int64_t)rng_below(r, 20) * MS_HOUR;
        break;
    }
    *kind = cmd.kind;
    return exchange_do(x, &cmd).refusal;
}

/* exchange_do looks at every promise after every event, and at what apply refuses; and all of it replays. */
static void weeks_go_by(void **state)
{
    static const enum command_kind must[] = {
        CMD_FUND_BRIDGE, CMD_END_BRIDGE, CMD_OFFER_REGIE,      CMD_TAKE_REGIE, CMD_END_REGIE, CMD_LOSE_KEY,
        CMD_DEPART,      CMD_FUND_STAY,  CMD_CONFIRM_KEY_LOSS, CMD_KEEP_KEY,   CMD_STOP_CLOCK};

    unsigned granted[CMD_N] = {0};

    (void)state;
    for (uint64_t seed = 1; seed <= 9; seed++) {
        struct exchange *x = old_world_with(seed % 3 == 0);
        struct rng rng = rng_seed(seed);
        int64_t began_ms = x->now;
        unsigned stuck = 0;
        struct engine *again = NULL;

        for (int i = 0; i < 1500; i++) {
            enum command_kind kind = CMD_TICK;

            if (one_act(x, &rng, &kind) == REFUSAL_NONE)
                granted[kind]++;
        }
        assert_true(x->now - began_ms > 6 * 7 * MS_DAY);
        for (int i = 0; i < 400; i++)
            chaos_step(x, &rng);
        /* Nothing is due for ever: ticks come to an end. */
        while (engine_next_due_ms(x->e) <= x->now && stuck++ < 1000)
            do_tick(x);
        assert_true(stuck < 1000);
        again = exchange_replay(x);
        assert_true(engine_digest(again, true) == engine_digest(x->e, true));
        engine_free(again);
        exchange_free(x);
    }
    for (size_t i = 0; i < COUNT_OF(must); i++) {
        if (granted[must[i]] == 0)
            fail_msg("no %s in all these weeks", command_name(must[i]));
    }
}

/* ---- who pays for the nights of those beds ---- */

static enum refusal fund(struct exchange *x, const struct bridge *b, int32_t day)
{
    struct command cmd = {.kind = CMD_FUND_BRIDGE};

    cmd.actor = shelter_of(engine_pool(x->e, engine_request(x->e, b->request)->pool)->org.v);
    cmd.u.fund_bridge.bridge = b->id;
    cmd.u.fund_bridge.reason = 1;
    cmd.u.fund_bridge.stream = 1;
    cmd.u.fund_bridge.municipality = 599;
    cmd.u.fund_bridge.from_day = day;
    return exchange_do(x, &cmd).refusal;
}

/* In how many places of its household the night of DAY counts. */
static unsigned places_of_night(const struct exchange *x, struct referral_id id, int32_t day)
{
    unsigned n = 0;

    for (id = engine_household_first(x->e, id); id.v != 0; id = engine_household_next(x->e, id)) {
        const struct stay *s = engine_stay_of(x->e, id);
        const struct nobed_case *c = engine_nobed(x->e, id);

        n += s != NULL && day >= time_day_nl(s->started_at_ms) &&
             day < time_day_nl(s->state == STAY_DEPARTED ? s->ended_at_ms : x->now);
        for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
            struct bridge_days days = bridge_days(x->e, engine_bridge(x->e, c->bridges[i]), x->now);

            n += day >= days.first && day < days.end;
        }
    }
    return n;
}

static void no_night_of_an_old_bed_counts_twice(void **state)
{
    struct exchange *x = old_world();
    unsigned whole = 0, cut = 0, none = 0, refused = 0;

    (void)state;
    x->now += 10 * MS_DAY;
    for (uint64_t i = 1; i <= engine_bridges(x->e); i++) {
        const struct bridge *b = engine_bridge(x->e, (struct bridge_id){i});
        struct bridge_days days = bridge_days(x->e, b, x->now);
        struct funding f = engine_bridge_funding(x->e, b->id);
        int32_t arrival = time_day_nl(b->started_at_ms);
        int32_t end = time_day_nl(bridge_is_live(b) ? x->now : b->ended_at_ms);

        if (!is_reached_bed(b)) {
            assert_int_equal(f.n, 0);
            assert_int_equal(days.end, days.first);
            continue;
        }
        for (int32_t day = days.first; day < days.end; day++) {
            assert_int_equal(places_of_night(x, b->referral, day), 1);
            assert_non_null(funding_of_night(&f, day));
        }
        if (days.first == arrival && days.end == end) {
            whole++;
            assert_int_equal(fund(x, b, arrival), REFUSAL_NONE);
            assert_int_equal(engine_bridge_funding(x->e, (struct bridge_id){i}).spans[0].municipality, 599);
            continue;
        }
        cut += days.end > days.first;
        none += days.end == days.first;
        refused += fund(x, b, arrival) == REFUSAL_WRONG_STATE;
    }
    assert_true(whole >= 2 && cut >= 1 && none >= 2);
    assert_int_equal(refused, cut + none);
    exchange_free(x);
}

/* ---- one co-ordinator ---- */

static void each_household_has_one_regie(void **state)
{
    struct exchange *x = old_world();
    unsigned households = 0;

    (void)state;
    for (uint64_t i = 1; i <= engine_referrals(x->e); i++) {
        struct referral_id id = {i};
        uint64_t regie = 0;

        if (engine_household_first(x->e, id).v != i || engine_household_next(x->e, id).v == 0)
            continue;
        households++;
        for (; id.v != 0; id = engine_household_next(x->e, id)) {
            struct regie now = engine_regie(x->e, id);

            if (now.state == REGIE_ENDED)
                continue;
            assert_true(regie == 0 || regie == now.referral.v);
            regie = now.referral.v;
        }
        assert_int_not_equal(regie, 0);
    }
    assert_true(households >= 5);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_left_what_is_made_no_more),
        cmocka_unit_test(weeks_go_by),
        cmocka_unit_test(no_night_of_an_old_bed_counts_twice),
        cmocka_unit_test(each_household_has_one_regie),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
