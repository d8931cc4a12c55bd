/* MDO: several organisations sit together over one referral. And the list of organisations that can be
 * invited, asked, or handed over to. */
#include "http/route.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/care_json.h"
#include "http/need_json.h"
#include "http/view.h"
#include "http/view_care.h"

#include <stdlib.h>

#define DATE_MAX_MS (366 * 24 * MS_HOUR)
#define COLLEAGUES_MAX 200 /* as in the list of colleagues: no organisation has as many */

/* ---- organisations ---- */

enum { ORGS_MDO }; /* late.numbers: those too that only sit at a table */

/* What a specialist is chosen by: the kinds of place that it has, as one bit each, by organisation - 1. Those
 * of a house that is frozen are counted: that one is missing would tell that it is. */
static uint32_t *kinds_of_orgs(const struct engine *e)
{
    uint32_t *kinds = mem_new(engine_orgs(e) + 1u, sizeof *kinds);

    for (uint32_t i = 1; i <= engine_pools(e); i++) {
        const struct pool_kept *p = engine_pool(e, (struct pool_id){i});

        kinds[p->org.v - 1] |= UINT32_C(1) << (unsigned)p->kind;
    }
    return kinds;
}

static json_t *view_kinds(uint32_t kinds)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < KIND_N; i++) {
        if ((kinds >> i & 1) != 0)
            json_array_append_new(list, json_string(kind_code((enum kind)i)));
    }
    return list;
}

static bool is_listed(const struct org *o, bool at_table)
{
    return o->kind == ORG_SHELTER || o->kind == ORG_VEILIG_THUIS || o->kind == ORG_COMENSHA ||
           (at_table && o->kind == ORG_MUNICIPALITY);
}

/* Somebody of it can sign in, in a role that sits at tables: who is asked must be able to answer. */
static bool can_answer(const struct late *late, struct org_id org)
{
    const struct people_port *people = &late->app->parts.people;
    const struct account *found[COLLEAGUES_MAX];
    size_t n = people->of_org != NULL ? people->of_org(people->ctx, org, found, COLLEAGUES_MAX) : 0;

    for (size_t i = 0; i < n; i++) {
        struct actor a = {.role = found[i]->role, .org = org, .account = found[i]->id};

        if (!found[i]->disabled && may(app_engine(late->app), &a, ACT_SEE_ORGANISATIONS, 0))
            return true;
    }
    return false;
}

static void organisations(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    uint32_t *kinds = kinds_of_orgs(e);
    json_t *list = json_array();
    (void)outcome;
    for (uint32_t i = 1; i <= engine_orgs(e); i++) {
        const struct org *o = engine_org(e, (struct org_id){i});
        if (!is_listed(o, late->numbers[ORGS_MDO] != 0) || !can_answer(late, o->id))
            continue;
        json_t *row = view_organisation(e, o->id);
        json_object_set_new(row, "region", view_region(e, o->region));
        json_object_set_new(row, "kinds", view_kinds(kinds[i - 1]));
        json_array_append_new(list, row);
    }
    free(kinds);
    reply_json(late, 200, json_pack("{s:o}", "organisations", list));
}

void api_organisations_list(struct call *call)
{
    call->late.numbers[ORGS_MDO] = call_query_bool(call, "mdo", false);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_ORGANISATIONS, 0))
        call_read(call, organisations);
}

/* ---- look ---- */

enum { MDOS_REFERRAL, MDOS_LIMIT }; /* late.numbers */
enum { MDOS_MAX = 100 };

static void mdos_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();
    uint64_t shown[MDOS_MAX];
    size_t n = 0;
    int64_t total = 0;
    (void)outcome;
    for (uint32_t i = engine_mdos(e); i >= 1; i--) {
        int64_t of = late->numbers[MDOS_REFERRAL];
        if (!may(e, &late->actor, ACT_SEE_MDO, i) ||
            (of != 0 && engine_mdo(e, i)->referral.v != (uint64_t)of))
            continue;
        if (total++ >= late->numbers[MDOS_LIMIT])
            continue;
        if (audience_of_mdo(e, &late->actor, i) == SIGHT_FULL)
            shown[n++] = i;
        json_array_append_new(list, view_mdo(e, &late->actor, i));
    }
    if (late_record_each(late, "mdo.read", shown, n))
        reply_json(late, 200, json_pack("{s:o, s:I}", "mdos", list, "total", (json_int_t)total));
    else
        json_decref(list);
}

void api_mdos_list(struct call *call)
{
    call->late.numbers[MDOS_REFERRAL] = call_query_int(call, "referralId", 1, INT64_MAX, 0);
    call->late.numbers[MDOS_LIMIT] = call_query_int(call, "limit", 1, MDOS_MAX, 20);
    call->late.id = (uint64_t)call->late.numbers[MDOS_REFERRAL];
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_ORGANISATIONS, 0) && call_record(call, "mdo.list"))
        call_read(call, mdos_list);
}

static void mdo_get(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_json(late, 200, view_mdo(app_engine(late->app), &late->actor, (uint32_t)late->id));
}

void api_mdos_get(struct call *call)
{
    if (call_may(call, ACT_SEE_MDO, call->late.id) && call_record(call, "mdo.read"))
        call_read(call, mdo_get);
}

/* ---- do ---- */

static void mdo_made(const struct late *late, const struct outcome *o)
{
    reply_json(late, 201, view_mdo(app_engine(late->app), &late->actor, (uint32_t)o->made));
}

/* Who left it sees it no more. */
static void mdo_changed(const struct late *late, const struct outcome *o)
{
    const struct engine *e = app_engine(late->app);
    uint32_t id = (uint32_t)(late->numbers[0] != 0 ? late->numbers[0] : (int64_t)o->made);
    if (may(e, &late->actor, ACT_SEE_MDO, id))
        reply_json(late, 200, view_mdo(e, &late->actor, id));
    else
        reply_json(late, 200, json_pack("{s:I, s:n}", "id", (json_int_t)id, "own"));
}

static void give(struct call *call, enum command_kind kind, struct care_command *c, late_fn *after)
{
    struct command cmd = {.kind = kind, .actor = call->late.actor, .u.care = c};
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "mdo.read"))
        call_submit(call, &cmd, after);
}

static int64_t meeting_time(struct call *call, struct json_at at)
{
    int64_t now = app_now_ms(call->late.app);
    int before = call->faults.n;
    int64_t ms = json_present(at) ? json_time(at, &call->faults) : 0;
    if (json_present(at) && call->faults.n == before && (ms < now - MS_HOUR || ms > now + DATE_MAX_MS))
        json_fault_add(&call->faults, at.pointer, "must lie within the next year");
    return ms;
}

void api_mdos_post(struct call *call)
{
    static const char *const fields[] = {"ground", "nextAt", "organisationIds"};
    struct json_at root = json_root(call->body);
    struct care_command c = {.referral = {call->late.id}};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    int ground = json_choice(json_field(root, "ground"), ground_codes() + 1, GROUND_N - 1, &call->faults);
    c.ground = (enum ground)(ground + 1);
    c.at_ms = meeting_time(call, json_field(root, "nextAt"));
    care_read_orgs(call, json_field(root, "organisationIds"), MDO_PARTICIPANTS_MAX - 1, &c);
    give(call, CMD_CONVENE_MDO, &c, mdo_made);
}

void api_mdo_invite(struct call *call)
{
    static const char *const fields[] = {"organisationIds"};
    struct json_at root = json_root(call->body);
    struct care_command c = {.id = call_path_id(call)};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    care_read_orgs(call, json_field(root, "organisationIds"), MDO_PARTICIPANTS_MAX - 1, &c);
    give(call, CMD_INVITE_MDO, &c, mdo_changed);
}

void api_mdo_answer(struct call *call)
{
    static const char *const fields[] = {"joins"};
    struct json_at root = json_root(call->body);
    struct care_command c = {.id = call_path_id(call)};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    c.joins = json_bool(json_field(root, "joins"), &call->faults);
    give(call, CMD_ANSWER_MDO, &c, mdo_changed);
}

void api_mdo_date(struct call *call)
{
    static const char *const fields[] = {"nextAt"};
    struct json_at root = json_root(call->body);
    struct care_command c = {.id = call_path_id(call)};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    c.at_ms = meeting_time(call, json_field(root, "nextAt"));
    give(call, CMD_DATE_MDO, &c, mdo_changed);
}

void api_mdo_close(struct call *call)
{
    struct care_command c = {.id = call_path_id(call)};
    json_only(json_root(call->body), NULL, 0, &call->faults);
    give(call, CMD_CLOSE_MDO, &c, mdo_changed);
}

/* Who is not on the exchange and does it, with a number that need not be known. */
static void read_outside(struct call *call, struct json_at root, struct care_command *c)
{
    struct json_at outside = json_field(root, "outside"), callback = json_field(root, "callback");
    int before = 0;

    if (json_present(outside))
        c->outside = (enum mdo_outside)(
            json_choice(outside, mdo_outside_codes() + 1, OUTSIDE_N - 1, &call->faults) + 1);
    if (!json_present(callback))
        return;
    if (!json_present(outside)) {
        json_fault_add(&call->faults, callback.pointer, "is for who is outside of the exchange");
        return;
    }
    before = call->faults.n;
    care_read_text(call, callback, c->callback, sizeof c->callback);
    if (call->faults.n == before && !phone_is_valid(c->callback))
        json_fault_add(&call->faults, callback.pointer,
                       "must be a telephone number of 6 to 23 digits, spaces, + and -");
}

void api_mdo_note(struct call *call)
{
    static const char *const fields[] = {"domain", "sort",    "text",    "organisationId",
                                         "dueAt",  "outside", "callback"};
    struct json_at root = json_root(call->body);
    struct json_at acts = json_field(root, "organisationId");
    struct care_command c = {.id = call_path_id(call)};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    c.domain = (enum mdo_domain)json_choice(json_field(root, "domain"), mdo_domain_codes(), MDO_DOMAIN_N,
                                            &call->faults);
    c.sort =
        (enum item_sort)json_choice(json_field(root, "sort"), item_sort_codes(), ITEM_SORT_N, &call->faults);
    care_read_text(call, json_field(root, "text"), c.text, CARE_TEXT_SIZE);
    c.at_ms = meeting_time(call, json_field(root, "dueAt"));
    read_outside(call, root, &c);
    if (json_present(acts)) {
        c.orgs[0].v = (uint32_t)json_int(acts, 1, UINT32_MAX, &call->faults);
        c.n_orgs = 1;
        if (json_present(json_field(root, "outside")))
            json_fault_add(&call->faults, acts.pointer, "one of them does it");
    } else if (c.sort == ITEM_ACTION && !json_present(json_field(root, "outside"))) {
        json_fault_add(&call->faults, acts.pointer, "an action needs who does it");
    }
    call->late.numbers[0] = (int64_t)call->late.id;
    give(call, CMD_NOTE_MDO, &c, mdo_changed);
}

void api_mdo_item_move(struct call *call)
{
    static const char *const fields[] = {"state"};
    const struct engine *e = app_engine(call->late.app);
    const struct mdo_item *i = engine_mdo_item(e, call_path_id(call));
    struct json_at root = json_root(call->body);
    struct care_command c = {.id = call_path_id(call)};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    c.state = (enum item_state)json_choice(json_field(root, "state"), item_state_codes(), ITEM_STATE_N,
                                           &call->faults);
    call->late.numbers[0] = i != NULL ? i->mdo : 0;
    give(call, CMD_MOVE_ITEM, &c, mdo_changed);
}
