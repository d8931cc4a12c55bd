#include "support/stay_steps.h"

#include <string.h>

uint8_t nr(const struct exchange *x, enum vocab_list list, const char *code)
{
    int i = vocab_list_find(x->vocab, list, code);

    assert_true(i >= 0);
    return (uint8_t)(i + 1);
}

struct referral_id arrive_with(struct exchange *x, struct need need, unsigned pool)
{
    struct referral_id r = do_open(x, VT_OOST, need);
    struct request_id q = do_ask_one(x, r, pool);

    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    return r;
}

struct referral_id arrive(struct exchange *x, unsigned pool)
{
    return arrive_with(x, a_need(), pool);
}

const struct stay *stay_of(const struct exchange *x, struct referral_id r)
{
    const struct stay *s = engine_stay_of(x->e, r);

    assert_non_null(s);
    return s;
}

struct actor house_of(const struct exchange *x, const struct stay *s)
{
    return shelter_of(engine_pool(x->e, s->pool)->org.v);
}

enum refusal depart(struct exchange *x, struct referral_id r, const char *why, const char *where)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_DEPART, .actor = house_of(x, s), .draw = ++x->draw};

    cmd.u.stay = (struct stay_command){
        .stay = s->id, .reason = nr(x, LIST_DEPARTURE, why), .destination = nr(x, LIST_DESTINATION, where)};
    return exchange_do(x, &cmd).refusal;
}

struct referral_id left_with_code(struct exchange *x, char code[RETURN_CODE_SIZE])
{
    struct referral_id r = arrive(x, POOL_B);

    depart(x, r, "eigen_keuze", "familie_vrienden");
    memcpy(code, stay_of(x, r)->return_code, RETURN_CODE_SIZE);
    assert_int_not_equal(code[0], '\0');
    return r;
}

struct outcome open_with_code(struct exchange *x, enum an_org org, const char *code)
{
    struct need n = a_need();
    struct command cmd = {
        .kind = CMD_OPEN_REFERRAL, .actor = referrer_of(org), .draw = ++x->draw, .u.need = &n};

    memcpy(n.return_code, code, strlen(code) + 1);
    return exchange_do(x, &cmd);
}

enum refusal start_clock(struct exchange *x, struct referral_id r, uint8_t kind)
{
    struct command cmd = {.kind = CMD_START_CLOCK, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.clock = (struct clock_command){.referral = r, .kind = kind};
    return exchange_do(x, &cmd).refusal;
}

const struct stay_clock *clock_of(const struct exchange *x, struct referral_id r, unsigned nth)
{
    return engine_clock(x->e, engine_clock_of(x->e, r, nth));
}

void pass(struct exchange *x, int64_t ms)
{
    int64_t until = x->now + ms;

    while (engine_next_due_ms(x->e) <= until) {
        x->now = engine_next_due_ms(x->e) > x->now ? engine_next_due_ms(x->e) : x->now;
        do_tick(x);
    }
    x->now = until;
}

enum refusal resume(struct exchange *x, struct referral_id r)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_RESUME_STAY, .actor = house_of(x, s)};

    cmd.u.stay.stay = s->id;
    return exchange_do(x, &cmd).refusal;
}
