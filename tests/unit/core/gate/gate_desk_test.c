/* Whom the referrer rings about a gate request: the desk of who keeps it, never one of its houses. */
#include "support/exchange.h"
#include "support/gate_steps.h"

#include "core/gate/gate_look.h"

#include <stdio.h>

/* A place of CoMensha's own; the id that it gets. */
static struct location_id its_place(struct exchange *x, const char *code)
{
    struct location l = *engine_location(x->e, (struct location_id){1});
    struct command cmd = {.kind = CMD_DEFINE_LOCATION, .actor = {.role = ROLE_SYSTEM}, .u.location = &l};

    l.id.v = 0;
    l.org.v = COMENSHA;
    snprintf(l.code, sizeof l.code, "%s", code);
    snprintf(l.name, sizeof l.name, "Plek %s", code);
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    return engine_location_find(x->e, code);
}

static void a_house_is_no_desk(void **state)
{
    struct exchange *x = exchange_new();
    struct location_id house = its_place(x, "comensha-huis");
    struct pool p = pool_of_kind(x, house.v, "comensha-kamers", KIND_COSM);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct location_id loket;

    (void)state;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    at_state(x, GATE_WAITING);
    assert_int_equal(gate_desk_of(x->e, gate_at(x, 1)).v, 0); /* nobody to ring, rather than the house */
    loket = its_place(x, "comensha-loket");
    assert_true(loket.v > house.v);
    assert_int_equal(gate_desk_of(x->e, gate_at(x, 1)).v, loket.v);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_house_is_no_desk)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
