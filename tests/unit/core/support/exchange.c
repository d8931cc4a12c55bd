#include "support/exchange.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "support/match_builders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void define(struct exchange *x, struct command cmd)
{
    cmd.actor.role = ROLE_SYSTEM;
    if (exchange_do(x, &cmd).refusal != REFUSAL_NONE)
        fail_msg("definition refused: %s", refusal_code(x->last.refusal));
}

static void define_org(struct exchange *x, enum org_kind kind, const char *code, const char *region_code)
{
    struct org o = {.kind = kind, .region = REGION_NONE};

    snprintf(o.code, sizeof o.code, "%s", code);
    snprintf(o.name, sizeof o.name, "Organisatie %s", code);
    if (region_code != NULL)
        o.region = region(x->vocab, region_code);
    define(x, (struct command){.kind = CMD_DEFINE_ORG, .u.org = &o});
}

static void define_location(struct exchange *x, unsigned org, const char *code)
{
    struct location l = {.org = {org},
                         .region = region(x->vocab, "R30"),
                         .secret_address = TRI_YES,
                         .guard_24h = TRI_YES,
                         .night_intake = TRI_YES,
                         .intake_until_minute = 1440};

    snprintf(l.code, sizeof l.code, "%s", code);
    snprintf(l.name, sizeof l.name, "Huis %s", code);
    define(x, (struct command){.kind = CMD_DEFINE_LOCATION, .u.location = &l});
}

static struct tri_set first_yes(unsigned n)
{
    return (struct tri_set){.yes = n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1};
}

struct pool pool_of_kind(const struct exchange *x, unsigned location, const char *code, enum kind kind)
{
    struct pool p = {.location = {location},
                     .kind = kind,
                     .unit_size = 4,
                     .units_total = POOL_UNITS,
                     .women = TRI_YES,
                     .men = TRI_YES,
                     .adult_age_max = AGE_NO_LIMIT,
                     .children = TRI_YES,
                     .son_age_max = AGE_NO_LIMIT,
                     .daughter_age_max = AGE_NO_LIMIT,
                     .residences = first_yes(RESIDENCE_N),
                     .threat_levels = first_yes(THREAT_N),
                     .threat_kinds = first_yes(THREAT_KIND_N),
                     .traits = first_yes((unsigned)vocab_traits(x->vocab)),
                     .languages = UINT64_MAX,
                     .serves_regions = UINT64_MAX,
                     .linkable = TRI_YES,
                     .gatekeeper = kind == KIND_COSM ? GATEKEEPER_COMENSHA : GATEKEEPER_NONE,
                     .funding = "duvo"};

    snprintf(p.code, sizeof p.code, "%s", code);
    snprintf(p.name, sizeof p.name, "Kamers %s", code);
    snprintf(p.name_en, sizeof p.name_en, "Rooms %s", code);
    return p;
}

static void define_pool(struct exchange *x, unsigned location, const char *code, enum kind kind)
{
    struct pool p = pool_of_kind(x, location, code, kind);

    define(x, (struct command){.kind = CMD_DEFINE_POOL, .u.pool = &p});
}

static void report_all(struct exchange *x)
{
    static const enum an_org owners[] = {0, HUIS_A, HUIS_A, HUIS_B, HUIS_C, HUIS_C};

    for (unsigned pool = POOL_A1; pool <= POOL_COSM; pool++) {
        struct observation o = an_observation(x, pool, POOL_UNITS, POOL_UNITS);

        if (do_report(x, shelter_of(owners[pool]), &o, 1).applied != 1)
            fail_msg("report refused: %s", refusal_code(x->last.refusal));
    }
}

struct exchange *exchange_new_with(const struct core_settings *settings)
{
    struct exchange *x = mem_new(1, sizeof *x);

    x->vocab = vocab_of_repository();
    x->settings = *settings;
    x->e = engine_new(x->vocab, &x->settings);
    x->now = NOON_MS;
    define_org(x, ORG_VEILIG_THUIS, "vt-oost", "R28");
    define_org(x, ORG_VEILIG_THUIS, "vt-west", "R01");
    define_org(x, ORG_SHELTER, "huis-a", "R30");
    define_org(x, ORG_SHELTER, "huis-b", "R30");
    define_org(x, ORG_SHELTER, "huis-c", "R30");
    define_org(x, ORG_COMENSHA, "comensha", NULL);
    define_org(x, ORG_OPERATOR, "operator", NULL);
    define_org(x, ORG_MUNICIPALITY, "gemeente", "R28");
    define_org(x, ORG_RAPPORTEUR, "rapporteur", NULL);
    define_location(x, HUIS_A, "a-noord");
    define_location(x, HUIS_A, "a-zuid");
    define_location(x, HUIS_B, "b-huis");
    define_location(x, HUIS_C, "c-huis");
    define_pool(x, A_NOORD, "a1", KIND_CRISIS);
    define_pool(x, A_ZUID, "a2", KIND_CRISIS);
    define_pool(x, B_HUIS, "b", KIND_CRISIS);
    define_pool(x, C_HUIS, "c", KIND_CRISIS);
    define_pool(x, C_HUIS, "cosm", KIND_COSM);
    report_all(x);
    x->now += MS_MINUTE;
    return x;
}

struct exchange *exchange_new(void)
{
    struct core_settings s = core_settings_default();

    s.timers = timers_settings_off();
    return exchange_new_with(&s);
}

void exchange_free(struct exchange *x)
{
    engine_free(x->e);
    vocab_free(x->vocab);
    event_list_fini(&x->log);
    free(x);
}

struct outcome exchange_do(struct exchange *x, const struct command *cmd)
{
    struct event_list out = {0};
    char why[200] = "";
    uint64_t before = engine_digest(x->e, false);

    engine_decide(x->e, cmd, x->now, &out, &x->last);
    if (engine_digest(x->e, false) != before)
        fail_msg("%s: decide changed the state", command_name(cmd->kind));
    for (size_t i = 0; i < out.n; i++) {
        out.list[i].seq = engine_seq(x->e) + 1;
        engine_apply(x->e, &out.list[i]);
        *event_list_add(&x->log, out.list[i].kind) = out.list[i];
        /* Also between the events of one command: a journal may be cut off anywhere. */
        if (!engine_check(x->e, why, sizeof why))
            fail_msg("%s, after %s: %s", command_name(cmd->kind), event_name(out.list[i].kind), why);
    }
    if (out.n > 0 && x->last.seq != engine_seq(x->e))
        fail_msg("%s: outcome is durable at the wrong event", command_name(cmd->kind));
    x->counted = out.n;
    event_list_fini(&out);
    return x->last;
}

size_t last_count(const struct exchange *x)
{
    return x->counted;
}

const struct event *last_event(const struct exchange *x, size_t from_end)
{
    assert_true(from_end < x->log.n);
    return &x->log.list[x->log.n - 1 - from_end];
}

struct need need_of(struct need_wish w)
{
    struct need n = need_empty();

    n.urgency = w.urgency;
    n.threat_level = w.level;
    n.residence = RESIDENCE_NL;
    n.ground = GROUND_VITAL_INTEREST;
    for (int i = 0; i < w.adults; i++)
        need_add(&n, SEX_F, 30 + i);
    for (int i = 0; i < w.children; i++)
        need_add(&n, SEX_F, w.child_age);
    snprintf(n.callback, sizeof n.callback, "010 555 0100");
    return n;
}

struct observation an_observation(const struct exchange *x, unsigned pool, int total, int free)
{
    return (struct observation){.pool = {pool},
                                .source = SOURCE_HAND,
                                .report = hash_combine((uint64_t)x->now, pool + engine_seq(x->e) * 1000),
                                .total = total,
                                .free = free,
                                .occupied = UNITS_UNKNOWN,
                                .out_of_order = UNITS_UNKNOWN,
                                .deliverable = TRI_YES,
                                .observed_at_ms = x->now};
}

struct actor actor_of(enum role role, unsigned org)
{
    return (struct actor){.role = role, .org = {org}, .account = {100 + org}};
}

struct actor referrer_of(enum an_org org)
{
    return actor_of(org == COMENSHA ? ROLE_COMENSHA : ROLE_REFERRER, org);
}

struct actor shelter_of(enum an_org org)
{
    return actor_of(ROLE_SHELTER, org);
}

struct actor shelter_at(enum an_org org, enum a_location location)
{
    struct actor a = shelter_of(org);

    a.location.v = location;
    return a;
}

struct outcome do_report(struct exchange *x, struct actor who, const struct observation *list, uint16_t n)
{
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = who};
    const struct org_id house = who.org;

    /* What the feed says of a house, a machine brings. */
    if (who.role == ROLE_SHELTER && n > 0 && list[0].source == SOURCE_FEED) {
        cmd.actor = actor_of(ROLE_MACHINE, 0);
        cmd.actor.carries = &house;
        cmd.actor.n_carries = 1;
    }
    cmd.u.report.list = list;
    cmd.u.report.n = n;
    return exchange_do(x, &cmd);
}

struct referral_id do_open(struct exchange *x, enum an_org org, struct need need)
{
    struct command cmd = {.kind = CMD_OPEN_REFERRAL, .actor = referrer_of(org), .draw = ++x->draw};

    cmd.u.need = &need;
    if (exchange_do(x, &cmd).refusal != REFUSAL_NONE)
        fail_msg("open refused: %s", refusal_code(x->last.refusal));
    return x->last.referral;
}

struct referral_id do_open_beside(struct exchange *x, enum an_org org, struct referral_id earlier)
{
    struct referral_id beside = do_open(x, org, a_need());
    struct event *ev = event_list_add(&x->log, EV_REFERRAL_LINKED);
    char why[200] = "";

    ev->seq = engine_seq(x->e) + 1;
    ev->at_ms = x->now;
    ev->u.link = (struct link_event){.referral = beside, .earlier = earlier, .why = LINK_FOLLOW_UP};
    if (engine_replay(x->e, ev, why, sizeof why) != OK)
        fail_msg("%s", why);
    return beside;
}

struct outcome do_ask(struct exchange *x, struct referral_id r, const unsigned *pools, uint8_t n)
{
    struct command cmd = {.kind = CMD_ASK};
    const struct referral *referral = engine_referral(x->e, r);

    cmd.actor = referrer_of(referral != NULL ? referral->org.v : VT_OOST);
    cmd.u.ask.referral = r;
    cmd.u.ask.n = n;
    for (unsigned i = 0; i < n && i < ASK_POOLS_MAX; i++)
        cmd.u.ask.pools[i].v = pools[i];
    return exchange_do(x, &cmd);
}

struct request_id do_ask_one(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct outcome o = do_ask(x, r, &pool, 1);

    if (o.refusal != REFUSAL_NONE)
        fail_msg("ask refused: %s", refusal_code(o.refusal));
    return o.requests[0];
}

struct outcome do_answer(struct exchange *x, enum command_kind kind, struct request_id q, uint8_t reason)
{
    struct command cmd = {.kind = kind};
    const struct request *request = engine_request(x->e, q);

    cmd.actor = shelter_of(request != NULL ? engine_pool(x->e, request->pool)->org.v : HUIS_A);
    cmd.u.answer.request = q;
    cmd.u.answer.reason = reason;
    return exchange_do(x, &cmd);
}

struct outcome do_referral(struct exchange *x, enum command_kind kind, struct referral_id r, int64_t eta_ms,
                           uint8_t reason)
{
    struct command cmd = {.kind = kind};
    const struct referral *referral = engine_referral(x->e, r);

    cmd.actor = referrer_of(referral != NULL ? referral->org.v : VT_OOST);
    cmd.u.referral.referral = r;
    cmd.u.referral.eta_ms = eta_ms;
    cmd.u.referral.reason = reason;
    return exchange_do(x, &cmd);
}

struct outcome do_tick(struct exchange *x)
{
    return exchange_do(x, &(struct command){.kind = CMD_TICK, .actor = {.role = ROLE_SYSTEM}});
}

const struct referral *the_referral(const struct exchange *x, struct referral_id id)
{
    const struct referral *r = engine_referral(x->e, id);

    assert_non_null(r);
    return r;
}

const struct request *the_request(const struct exchange *x, struct request_id id)
{
    const struct request *q = engine_request(x->e, id);

    assert_non_null(q);
    return q;
}

struct pool_view the_pool(const struct exchange *x, unsigned pool)
{
    return engine_pool_view(x->e, (struct pool_id){pool}, x->now);
}

struct engine *exchange_replay(const struct exchange *x)
{
    struct engine *e = engine_new(x->vocab, &x->settings);
    char why[200] = "";

    for (size_t i = 0; i < x->log.n; i++) {
        if (engine_replay(e, &x->log.list[i], why, sizeof why) != OK)
            fail_msg("replay: %s", why);
    }
    return e;
}
