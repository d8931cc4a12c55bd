/* Nights without a municipality are lost to nobody: a row of their own for their house and for who sees the
 * country. */
#include "report/statement.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "support/exchange.h"

#include <stdlib.h>
#include <string.h>

/* As an older journal has them: paid by a municipality, and none named. */
static void nobody_pays(struct exchange *x, struct referral_id r)
{
    char why[200] = "";
    struct event ev;

    memset(&ev, 0, sizeof ev);
    ev.kind = EV_STAY_FUNDED;
    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    ev.u.stay.stay = engine_stay_of(x->e, r)->id;
    ev.u.stay.referral = r;
    ev.u.stay.n_spans = 1;
    ev.u.stay.spans[0] = (struct funding_span){.from_day = time_day_nl(x->now), .stream = 1, .reason = 1};
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
}

static void a_row_of_their_own(void **state)
{
    struct exchange *x = exchange_new();
    struct actor readers[] = {actor_of(ROLE_RAPPORTEUR, RAPPORTEUR), shelter_of(HUIS_B)};
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);
    int32_t first = 0;

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    nobody_pays(x, r);
    x->now += 3 * MS_DAY;
    assert_int_equal(time_day_parse(bytes_of_text("2026-11-01"), &first), OK);
    for (size_t i = 0; i < 2; i++) {
        struct statement_audience a = audience_of_statement(x->e, &readers[i]);
        struct statement *s = mem_new(1, sizeof *s);

        statement_make(x->e, &a, first, first + 29, x->now, 1, s);
        assert_int_equal(s->n, 1);
        assert_int_equal(s->rows[0].municipality, 0);
        assert_int_equal(s->rows[0].nights, 3);
        assert_int_equal(s->nights, 3);
        free(s);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_row_of_their_own)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
