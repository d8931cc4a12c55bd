/* Whatever a scenario file holds: refused with a reason, or read; then it is written, and what was written is
 * read again and written as the same bytes. What was read is asked everything a driver asks, and drawn from
 * when it is a small set of parameters. */
#include "base/check.h"
#include "simulate/world.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct sim_world *w)
{
    for (int i = 0; i < w->n_referrals && i < 50; i++) {
        CHECK(world_groups(&w->referrals[i]) != 0);
        CHECK(w->referrals[i].follows < i);
        for (int p = 0; p < w->n_pools && p < 50; p++) {
            int site = w->pools[p].site;
            (void)world_broken_rules(w, i, p);
            (void)world_accepts(w, i, p);
            CHECK(world_answer_at(w, i, site, w->referrals[i].t) >= w->referrals[i].t);
            CHECK(world_sync_delay(w, i, site) >= 0);
            CHECK(world_km(w, w->referrals[i].origin, site) >= 0);
        }
    }
}

/* A day in at most 60 houses: fast enough to try often. */
static void draw(struct sim_world *params)
{
    struct sim_world w = {0};
    char why[300] = "";
    for (size_t i = 0; i < params->n_pars; i++) {
        if (strcmp(params->pars[i].key, "sites") != 0)
            params->pars[i].value %= 5000;
        else if (params->pars[i].value > 60)
            params->pars[i].value = 60;
    }
    params->horizon_min %= SIM_DAY;
    if (world_draw(params, params->wseed, &w, why, sizeof why) == OK)
        ask(&w);
    else
        CHECK(why[0] != '\0' && w.pools == NULL);
    world_fini(&w);
}

static void write_and_read_again(const struct sim_world *w)
{
    struct sim_world again;
    struct buf one = {0};
    struct buf two = {0};
    char why[300] = "";
    world_write(w, &one);
    CHECK(world_read(buf_view(&one), &again, why, sizeof why) == OK);
    world_write(&again, &two);
    CHECK(bytes_equal(buf_view(&one), buf_view(&two)));
    world_fini(&again);
    buf_fini(&one);
    buf_fini(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sim_world w;
    char why[300] = "";

    if (world_read(BYTES(data, size), &w, why, sizeof why) != OK) {
        CHECK(why[0] != '\0' && w.sites == NULL);
        return 0;
    }
    write_and_read_again(&w);
    if (world_is_drawn(&w))
        ask(&w);
    else
        draw(&w);
    world_fini(&w);
    return 0;
}
