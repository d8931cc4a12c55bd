#include "support/safety_steps.h"

#include <string.h>

struct actor as(struct actor a, uint32_t account)
{
    a.account.v = account;
    return a;
}

struct outcome give(struct exchange *x, enum command_kind kind, struct actor who, struct safety_command c)
{
    struct command cmd = {.kind = kind, .actor = who, .draw = ++x->draw, .u.safety = c};

    return exchange_do(x, &cmd);
}

struct outcome report(struct exchange *x, struct actor who, unsigned location)
{
    return give(x, CMD_REPORT_LEAK, who,
                (struct safety_command){.location = {location}, .reason = LEAK_ADRES_GEDEELD});
}

enum refusal step(struct exchange *x, enum command_kind kind, struct actor who, uint32_t leak)
{
    return give(x, kind, who, (struct safety_command){.leak = leak}).refusal;
}

uint32_t freeze(struct exchange *x, enum an_org org, unsigned location)
{
    uint32_t leak = (uint32_t)report(x, as(shelter_of(org), ANNA), location).made;

    assert_int_equal(step(x, CMD_CONFIRM_LEAK, as(shelter_of(org), BERT), leak), REFUSAL_NONE);
    return leak;
}

void lift(struct exchange *x, enum an_org org, uint32_t leak)
{
    assert_int_equal(step(x, CMD_ASK_LIFT, as(shelter_of(org), ANNA), leak), REFUSAL_NONE);
    assert_int_equal(step(x, CMD_LIFT_LEAK, as(shelter_of(org), BERT), leak), REFUSAL_NONE);
}

struct request_id promised(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct request_id q = do_ask_one(x, r, pool);

    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    return q;
}

struct referral_id moves_in(struct exchange *x, enum an_org org, struct need need, unsigned pool)
{
    struct referral_id r = do_open(x, org, need);

    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, promised(x, r, pool), 0).refusal, REFUSAL_NONE);
    return r;
}

unsigned a_far_pool(struct exchange *x, int free)
{
    struct pool p = pool_of_kind(x, B_HUIS, "b-2", KIND_CRISIS);
    struct command cmd = {.kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}};
    struct location far = *engine_location(x->e, (struct location_id){C_HUIS});
    struct observation o;

    far.id.v = 0;
    far.region = (uint8_t)(far.region == 0 ? 1 : 0);
    strcpy(far.code, "c-far");
    cmd.u.location = &far;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    p.org.v = HUIS_C;
    p.location.v = engine_locations(x->e);
    cmd = (struct command){.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    o = an_observation(x, engine_pools(x->e), free, free);
    do_report(x, shelter_of(HUIS_C), &o, 1);
    return engine_pools(x->e);
}

enum refusal regie(struct exchange *x, enum command_kind kind, struct actor who, struct referral_id r,
                   enum an_org to)
{
    struct care_command c = {.referral = r,
                             .orgs = {{to}},
                             .n_orgs = to != 0,
                             .role = "casusregisseur",
                             .callback = "010 7654321"};
    struct command cmd = {.kind = kind, .actor = who, .draw = ++x->draw, .u.care = &c};

    return exchange_do(x, &cmd).refusal;
}
