/* Small worlds by hand and matchers for them; see town.h. */
#include "support/town.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- worlds ---- */

static void take_everybody(struct sim_world *w)
{
    for (int s = 0; s < w->n_sites; s++)
        w->sites[s] = (struct sim_site){.region = s % 2,
                                        .x = 600 * (s % 2),
                                        .sexpol = SIM_MIXED,
                                        .sec = 1,
                                        .h24 = true,
                                        .statusmask = 7,
                                        .capmask = SIM_CAP_ACUTE,
                                        .langmask = 1,
                                        .respmed_min = TOWN_SLOW,
                                        .delaymed_min = TOWN_DELAY * 1000 / 3};
    for (int p = 0; p < w->n_pools; p++)
        w->pools[p] = (struct sim_pool){
            .site = p, .size = 9, .units = 1, .boymax = 17, .wheel = true, .stay_permille = 1000};
}

void town(struct sim_world *w, int pools, int referrals)
{
    *w = (struct sim_world){.name = "town",
                            .horizon_min = 60 * SIM_DAY,
                            .n_regions = 2,
                            .n_sites = pools,
                            .n_pools = pools,
                            .n_referrals = referrals};
    w->regions[1].x = 600;
    w->sites = mem_new((size_t)pools, sizeof *w->sites);
    w->pools = mem_new((size_t)pools, sizeof *w->pools);
    w->referrals = mem_new((size_t)referrals, sizeof *w->referrals);
    w->accept_stride = (size_t)(pools + 7) / 8;
    w->accepts = mem_new((size_t)referrals, w->accept_stride);
    memset(w->accepts, 0xff, (size_t)referrals * w->accept_stride);
    w->answer_q = mem_new((size_t)referrals, (size_t)pools);
    w->delay_q = mem_new((size_t)referrals, (size_t)pools);
    for (int q = 0; q < SIM_QUANTILES; q++)
        w->quantiles[q] = 1000;
    take_everybody(w);
}

struct sim_referral *town_person(struct sim_world *w, int i, int t)
{
    struct sim_referral *r = &w->referrals[i];

    *r = (struct sim_referral){.id = 100 + i,
                               .t = t,
                               .urg = SIM_B,
                               .deadline = t + SIM_DAY,
                               .patience = t + 3 * SIM_DAY,
                               .women = 1,
                               .status = SIM_STATUS_LEGAL,
                               .stay_min = 10 * SIM_DAY,
                               .follows = -1};
    return r;
}

void town_declines(struct sim_world *w, int referral, int pool)
{
    w->accepts[(size_t)referral * w->accept_stride + (size_t)pool / 8] &= (uint8_t) ~(1u << pool % 8);
}

void town_resident(struct sim_world *w, int pool, int end_min)
{
    w->residents = mem_resize(w->residents, (size_t)w->n_residents + 1, sizeof *w->residents);
    w->residents[w->n_residents++] = (struct sim_resident){pool, end_min};
}

void town_year(struct sim_world *w, const char *scenario, uint64_t seed)
{
    struct sim_world params = {0};
    char path[300];
    char why[200];
    char text[8192];
    size_t n = 0;
    FILE *f = NULL;

    snprintf(path, sizeof path, PLEK_SOURCE_DIR "/schema/scenarios/%s.scn", scenario);
    f = fopen(path, "r");
    assert_non_null(f);
    n = fread(text, 1, sizeof text, f);
    fclose(f);
    assert_int_equal(world_read(BYTES(text, n), &params, why, sizeof why), OK);
    assert_int_equal(world_draw(&params, seed, w, why, sizeof why), OK);
    world_fini(&params);
}

/* ---- a matcher with a table ---- */

static void reply(struct sim_replies *out, struct sim_reply r)
{
    MEM_GROW(out->list, out->n, out->cap);
    out->list[out->n++] = r;
}

static void heard(struct town_desk *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void heard(struct town_desk *d, const char *format, ...)
{
    char line[80];
    int at = snprintf(line, sizeof line, "%d ", d->minute);
    va_list args;

    va_start(args, format);
    vsnprintf(line + at, sizeof line - (size_t)at, format, args);
    va_end(args);
    if (d->counts || strstr(line, " pub ") == NULL)
        buf_format(&d->log, "%s\n", line);
    for (size_t i = 0; i < d->n_rules; i++) {
        if (strcmp(d->rules[i].on, line) != 0 || d->rules[i].times < 0)
            continue;
        if (--d->rules[i].times <= 0)
            d->rules[i].times = -1;
        reply(&d->out, d->rules[i].reply);
    }
}

static void on_time(void *ctx, int minute)
{
    struct town_desk *d = ctx;

    assert_true(minute > d->minute);
    d->minute = minute;
}

static void on_pub(void *ctx, int pool, int count, int confirmed_min)
{
    struct town_desk *d = ctx;

    assert_int_equal(d->out.n, 0);
    assert_int_equal(confirmed_min, d->minute);
    heard(ctx, "pub %d %d", pool, count);
}

static void on_ref(void *ctx, int referral)
{
    struct town_desk *d = ctx;

    assert_int_equal(d->out.n, 0);
    heard(ctx, "ref %d", referral);
}

static void on_gone(void *ctx, int referral, enum sim_gone why)
{
    static const char *const names[SIM_GONE_N] = {"local", "unmet", "placed"};

    heard(ctx, "gone %d %s", referral, names[why]);
}

static void on_answer(void *ctx, int req, enum sim_answer answer)
{
    static const char *const names[SIM_ANSWER_N] = {"accept", "decline", "full"};

    heard(ctx, "answer %d %s", req, names[answer]);
}

static void on_expired(void *ctx, int req)
{
    heard(ctx, "expired %d", req);
}

static void on_wake(void *ctx)
{
    heard(ctx, "wake");
}

char *town_drive(const struct sim_world *w, struct town_rule *rules, size_t n, bool counts,
                 struct sim_result *out)
{
    struct town_desk d = {.rules = rules, .n_rules = n, .counts = counts, .minute = -1};
    struct matcher m = {&d, &d.out, on_time, on_pub, on_ref, on_gone, on_answer, on_expired, on_wake, NULL};

    drive(w, &m, out);
    free(d.out.list);
    buf_c_str(&d.log);
    return (char *)d.log.p;
}

/* ---- first fit ---- */

struct first_fit {
    const struct sim_world *w;
    struct sim_replies out;
    int *free;    /* per pool: published less what is asked */
    int *asked;   /* per pool: asks that are open */
    int *waiting; /* referrals that are open, and some that were */
    int n_waiting;
    int *asking;    /* per referral: request, -1 */
    bool *open;     /* per referral */
    uint8_t *tried; /* referral x pool */
    struct {
        int referral, pool;
    } * asks;
    size_t n, cap;
};

static void ask_pool(struct first_fit *f, int referral, int pool)
{
    uint8_t *tried = &f->tried[(size_t)referral * (size_t)f->w->n_pools + (size_t)pool];

    if (!f->open[referral] || f->asking[referral] >= 0 || f->free[pool] <= 0 || *tried ||
        world_broken_rules(f->w, referral, pool) != 0)
        return;
    *tried = 1;
    f->free[pool]--;
    f->asked[pool]++;
    f->asking[referral] = (int)f->n;
    MEM_GROW(f->asks, f->n, f->cap);
    f->asks[f->n].referral = referral;
    f->asks[f->n++].pool = pool;
    reply(&f->out, (struct sim_reply)ASK(f->asking[referral], referral, pool, 12 * 60));
}

static void ask(struct first_fit *f, int referral)
{
    for (int p = 0; p < f->w->n_pools; p++)
        ask_pool(f, referral, p);
}

static void no_clock(void *ctx, int minute)
{
    (void)ctx;
    (void)minute;
}

/* The ask of REFERRAL is over; the unit counts as free again unless it was taken. */
static void end_ask(struct first_fit *f, int referral, bool taken)
{
    int pool = 0;

    if (f->asking[referral] < 0)
        return;
    pool = f->asks[f->asking[referral]].pool;
    f->asking[referral] = -1;
    f->asked[pool]--;
    f->free[pool] += !taken;
}

static void fit_pub(void *ctx, int pool, int count, int confirmed_min)
{
    struct first_fit *f = ctx;
    int kept = 0;

    (void)confirmed_min;
    f->free[pool] = count - f->asked[pool];
    for (int i = 0; i < f->n_waiting; i++) {
        int referral = f->waiting[i];

        if (!f->open[referral])
            continue;
        f->waiting[kept++] = referral;
        ask_pool(f, referral, pool);
    }
    f->n_waiting = kept;
}

static void fit_ref(void *ctx, int referral)
{
    struct first_fit *f = ctx;

    f->open[referral] = true;
    f->waiting[f->n_waiting++] = referral;
    ask(f, referral);
}

static void fit_gone(void *ctx, int referral, enum sim_gone why)
{
    struct first_fit *f = ctx;

    (void)why;
    f->open[referral] = false;
    end_ask(f, referral, false);
}

static void fit_answer(void *ctx, int req, enum sim_answer answer)
{
    struct first_fit *f = ctx;
    int referral = f->asks[req].referral;

    end_ask(f, referral, answer != SIM_DECLINE);
    if (answer != SIM_ACCEPT)
        ask(f, referral);
}

static void fit_expired(void *ctx, int req)
{
    struct first_fit *f = ctx;

    end_ask(f, f->asks[req].referral, false);
    ask(f, f->asks[req].referral);
}

static void no_wake(void *ctx)
{
    (void)ctx;
}

void town_drive_first_fit(const struct sim_world *w, struct sim_result *out)
{
    struct first_fit f = {.w = w};
    struct matcher m = {&f,       &f.out,     no_clock,    fit_pub, fit_ref,
                        fit_gone, fit_answer, fit_expired, no_wake, NULL};

    f.free = mem_new((size_t)w->n_pools, sizeof *f.free);
    f.asked = mem_new((size_t)w->n_pools, sizeof *f.asked);
    f.waiting = mem_new((size_t)w->n_referrals, sizeof *f.waiting);
    f.asking = mem_new((size_t)w->n_referrals, sizeof *f.asking);
    f.open = mem_new((size_t)w->n_referrals, sizeof *f.open);
    f.tried = mem_new((size_t)w->n_referrals, (size_t)w->n_pools);
    for (int r = 0; r < w->n_referrals; r++)
        f.asking[r] = -1;
    drive(w, &m, out);
    free(f.free);
    free(f.asked);
    free(f.waiting);
    free(f.asking);
    free(f.open);
    free(f.tried);
    free(f.asks);
    free(f.out.list);
}
