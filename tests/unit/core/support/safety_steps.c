#include "support/safety_steps.h"

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

struct referral_id moves_in(struct exchange *x, enum an_org org, struct need need, unsigned pool)
{
    struct referral_id r = do_open(x, org, need);
    struct request_id q = do_ask_one(x, r, pool);

    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    return r;
}
