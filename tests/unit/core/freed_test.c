/* Which pool an event touches: of kinds that touch none, no other member of the event may be read as one. */
#include "support/exchange.h"

#include "base/mem.h"
#include "core/engine_state.h"

static void what_touches_no_pool(void **state)
{
    static const enum event_kind kinds[] = {EV_BRIDGE_OPENED,  EV_BRIDGE_STARTED,   EV_BRIDGE_CHECKED,
                                            EV_BRIDGE_ALARMED, EV_NIGHT_NOTED,      EV_REFERRAL_CLOSED,
                                            EV_BRIDGE_FUNDED,  EV_BRIDGE_TRAVELLING};
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);
    struct event ev = {.kind = EV_STAY_ENDED, .at_ms = x->now};
    struct freed_watch w;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    /* Stay 1 is at B, and a departure touches its pool ... */
    ev.u.stay.stay.v = 1;
    freed_look(x->e, &ev, &w);
    assert_int_equal(w.pools[0].v, POOL_B);
    /* ... but bridge 1 and referral 1 are no stays, though their ids stand in the same place. */
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        ev.kind = kinds[i];
        freed_look(x->e, &ev, &w);
        if (w.pools[0].v != 0)
            fail_msg("%s touches pool %u", event_name(ev.kind), w.pools[0].v);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_touches_no_pool)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
