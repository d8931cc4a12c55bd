#include "support/grants.h"

#include "core/decide.h"
#include "core/gate/gate_look.h"

#include <string.h>

struct scene_of_all scene_new(void)
{
    static const unsigned b_and_c[] = {POOL_B, POOL_C}, a_and_c[] = {POOL_A1, POOL_C};
    struct scene_of_all s = {.x = exchange_new()};
    struct command cmd = {.kind = CMD_START_CLOCK, .actor = referrer_of(VT_OOST)};
    struct outcome o;

    s.pending = do_open(s.x, VT_OOST, a_need());
    s.pending_b = do_ask(s.x, s.pending, b_and_c, 2).requests[0];
    s.reserved = do_open(s.x, VT_OOST, a_need());
    o = do_ask(s.x, s.reserved, a_and_c, 2);
    s.accepted_a = o.requests[0];
    s.cancelled_c = o.requests[1];
    do_answer(s.x, CMD_ACCEPT, s.accepted_a, 0);
    s.comenshas = do_open(s.x, COMENSHA, a_need());
    s.stayed = do_open(s.x, VT_OOST, a_need());
    o.requests[0] = do_ask_one(s.x, s.stayed, POOL_A2);
    do_answer(s.x, CMD_ACCEPT, o.requests[0], 0);
    do_answer(s.x, CMD_CONFIRM_ARRIVAL, o.requests[0], 0);
    s.stay = engine_stay_of(s.x->e, s.stayed)->id;
    cmd.u.clock = (struct clock_command){.referral = s.stayed, .kind = 4};
    assert_int_equal(exchange_do(s.x, &cmd).refusal, REFUSAL_NONE);
    s.clock = engine_clock_of(s.x->e, s.stayed, 0);
    cmd = (struct command){.kind = CMD_OFFER_CLOCK, .actor = referrer_of(VT_OOST)};
    cmd.u.clock = (struct clock_command){.clock = s.clock, .org = {VT_WEST}};
    assert_int_equal(exchange_do(s.x, &cmd).refusal, REFUSAL_NONE);
    return s;
}

struct gate_id send_one(struct exchange *x)
{
    struct command cmd = {.kind = CMD_GATE_SEND, .actor = referrer_of(VT_OOST)};

    cmd.u.gate.referral = do_open(x, VT_OOST, a_need());
    cmd.u.gate.kind = KIND_COSM;
    if (exchange_do(x, &cmd).refusal != REFUSAL_NONE)
        fail_msg("not sent: %s", refusal_code(x->last.refusal));
    return (struct gate_id){engine_gates(x->e)};
}

static bool exists_in(const struct exchange *x, enum role role, unsigned org)
{
    static const char *const where[ROLE_N] = {
        [ROLE_REFERRER] = "veilig_thuis shelter",
        [ROLE_SHELTER] = "shelter",
        [ROLE_COMENSHA] = "comensha",
        [ROLE_MUNICIPALITY] = "municipality",
        [ROLE_RAPPORTEUR] = "rapporteur",
        [ROLE_ORG_ADMIN] = "shelter veilig_thuis comensha municipality rapporteur",
        [ROLE_EXCHANGE_ADMIN] = "operator",
        [ROLE_GATEKEEPER] = "municipality",
    };
    const struct org *o = engine_org(x->e, (struct org_id){org});

    if (role == ROLE_SYSTEM)
        return true;
    return o != NULL && where[role] != NULL && strstr(where[role], org_kind_code(o->kind)) != NULL;
}

static bool is_granted(const struct exchange *x, const struct grant *grants, const struct actor *a)
{
    for (int i = 0; i < GRANTS_MAX && grants[i].role != ROLE_NONE; i++) {
        if (grants[i].role != a->role ||
            (grants[i].desk != ANY && a->location.v != 0 && grants[i].desk != a->location.v))
            continue;
        if (a->role == ROLE_SYSTEM)
            return true;
        if (a->role == ROLE_MACHINE) {
            if (a->n_carries > 0 && a->carries[0].v == grants[i].org)
                return true;
            continue;
        }
        if (grants[i].org == ANY ? exists_in(x, a->role, a->org.v) : grants[i].org == a->org.v)
            return true;
    }
    return false;
}

void hold_against(const struct exchange *x, const char *name, const struct grant *grants, judge_fn *fn,
                  void *ctx)
{
    unsigned allowed = 0;

    for (unsigned role = 0; role <= ROLE_N; role++) {
        for (unsigned org = 0; org <= RAPPORTEUR + 1; org++) {
            for (unsigned desk = 0; desk <= C_HUIS; desk++) {
                struct org_id carried = {org};
                struct actor a = {.role = (enum role)role,
                                  .org = {org},
                                  .account = {1},
                                  .location = {desk},
                                  .carries = &carried,
                                  .n_carries = 1};
                bool want = role < ROLE_N && is_granted(x, grants, &a);

                if (fn(x, &a, ctx) != want)
                    fail_msg("%s: role %u of organisation %u at desk %u should %s", name, role, org, desk,
                             want ? "be let in" : "be denied");
                allowed += want;
            }
        }
    }
    /* A list that lets nobody in would prove nothing. */
    if (grants[0].role != ROLE_NONE && allowed == 0)
        fail_msg("%s: nobody may", name);
}

bool judge_command(const struct exchange *x, const struct actor *a, void *ctx)
{
    struct command cmd = *(const struct command *)ctx;
    struct outcome o = {0};
    enum refusal r = REFUSAL_NONE;

    cmd.actor = *a;
    r = permit_command(x->e, &cmd, &o);
    assert_int_equal(may_command(x->e, &cmd), r == REFUSAL_NONE);
    assert_true(r == REFUSAL_NONE || r == REFUSAL_NOT_ALLOWED || r == REFUSAL_NOT_FOUND);
    return r == REFUSAL_NONE;
}

bool judge_look(const struct exchange *x, const struct actor *a, void *ctx)
{
    const struct look *l = ctx;

    return may(x->e, a, l->action, l->object);
}

bool judge_event(const struct exchange *x, const struct actor *a, void *ctx)
{
    return audience_of_event(x->e, a, ctx);
}
