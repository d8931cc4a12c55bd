#include "http/view_care.h"

#include "base/mem.h"
#include "http/need_json.h"
#include "http/view.h"

json_t *view_organisation(const struct engine *e, struct org_id id)
{
    const struct org *o = engine_org(e, id);

    if (o == NULL)
        return json_null();
    return json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id.v, "name", o->name, "kind",
                     org_kind_code(o->kind));
}

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *view_item(const struct engine *e, const struct mdo_item *i)
{
    json_t *o = json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o}", "id", (json_int_t)i->id, "domain",
                          mdo_domain_code(i->domain), "sort", item_sort_code(i->sort), "state",
                          item_state_code(i->state), "acts", view_organisation(e, i->acts), "notedBy",
                          view_organisation(e, i->noted_by), "text", text_or_null(i->text));

    json_object_set_new(o, "outside",
                        i->outside == OUTSIDE_NONE
                            ? json_null()
                            : json_pack("{s:s, s:o}", "kind", mdo_outside_code((enum mdo_outside)i->outside),
                                        "callback", text_or_null(mdo_item_callback(e, i))));
    json_object_set_new(o, "dueAt", view_time(i->due_ms));
    json_object_set_new(o, "notedAt", view_time(i->noted_at_ms));
    return o;
}

json_t *view_mdo(const struct engine *e, const struct actor *actor, uint32_t id)
{
    const struct mdo *m = engine_mdo(e, id);
    bool full = audience_of_mdo(e, actor, id) == SIGHT_FULL;
    const struct mdo_participant *own = mdo_participant_of(m, actor->org);
    struct care_command lead = {.id = id};
    struct command close = {.kind = CMD_CLOSE_MDO, .actor = *actor, .u.care = &lead};
    json_t *participants = json_array();
    json_t *items = json_array();
    json_t *o = json_pack("{s:I, s:I, s:s, s:s, s:s, s:o, s:b, s:b, s:I}", "id", (json_int_t)id, "referralId",
                          (json_int_t)m->referral.v, "referralCode", engine_referral(e, m->referral)->code,
                          "state", mdo_state_code(m->state), "ground", ground_code(m->ground), "convenedBy",
                          view_organisation(e, m->convened_by), "full", full, "leads", may_command(e, &close),
                          "version", (json_int_t)m->version);

    json_object_set_new(o, "own",
                        own != NULL ? json_string(participant_state_code(own->state)) : json_null());
    json_object_set_new(o, "convenedAt", view_time(m->convened_at_ms));
    json_object_set_new(o, "nextAt", view_time(m->next_ms));
    json_object_set_new(o, "closedAt", view_time(m->closed_at_ms));
    for (unsigned i = 0; i < m->n_participants; i++)
        json_array_append_new(participants, json_pack("{s:o, s:s}", "organisation",
                                                      view_organisation(e, m->participants[i].org), "state",
                                                      participant_state_code(m->participants[i].state)));
    for (uint32_t i = 1; full && i <= engine_mdo_items(e); i++) {
        if (engine_mdo_item(e, i)->mdo == id)
            json_array_append_new(items, view_item(e, engine_mdo_item(e, i)));
    }
    json_object_set_new(o, "participants", participants);
    json_object_set_new(o, "items", items);
    return o;
}

/* Before anybody took it over it is the desk that made the referral, and its number. Another desk's number is
 * not given along to who has a later referral of the household. */
static const char *regie_callback(const struct engine *e, const struct regie *r, struct referral_id id)
{
    const struct referral *referral = engine_referral(e, id);

    if (r->moves > 0 || r->callback[0] != '\0')
        return r->callback;
    return referral->org.v == r->holder.v ? referral->need.callback : "";
}

/* What this actor may do with it now, as the command would be judged; whether it is still needed is told to
 * who ends it. */
static json_t *regie_steps(const struct engine *e, const struct actor *actor, const struct regie *r,
                           struct referral_id id)
{
    static const struct {
        const char *code;
        enum command_kind kind;
        enum regie_state when;
    } steps[] = {
        {"acceptance", CMD_TAKE_REGIE, REGIE_OFFERED},
        {"refusal", CMD_KEEP_REGIE, REGIE_OFFERED},
        {"desk", CMD_NAME_REGIE, REGIE_HELD},
        {"offer", CMD_OFFER_REGIE, REGIE_HELD},
        {"end", CMD_END_REGIE, REGIE_HELD},
    };
    json_t *list = json_array();

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct care_command c = {.referral = id};
        struct command cmd = {.kind = steps[i].kind, .actor = *actor, .u.care = &c};

        bool relieves = cmd.kind == CMD_TAKE_REGIE && audience_relieves_regie(e, actor, id);

        if (!relieves && (r->state != steps[i].when || !may_command(e, &cmd) ||
                          (cmd.kind == CMD_TAKE_REGIE && r->offered_to.v != actor->org.v)))
            continue;
        json_array_append_new(list, json_string(steps[i].code));
    }
    return list;
}

/* Whom the regie may be offered to, where that is not everybody: a house that they fled gives it to the desk
 * of the flight, which its list of the leak names already. */
static void offer_to(json_t *o, const struct engine *e, const struct regie *r, struct referral_id id)
{
    json_t *list = NULL;

    if (audience_of_regie_offer(e, id,
                                r->holder)) /* it fled no house of the holder, or by its own referral */
        return;
    list = json_array();
    for (uint32_t i = 1; i <= engine_orgs(e); i++) {
        if (care_may_take_part(engine_org(e, (struct org_id){i})) &&
            audience_of_regie_offer(e, id, (struct org_id){i}))
            json_array_append_new(list, json_integer(i));
    }
    json_object_set_new(o, "offerTo", list);
}

static bool can_offer(const struct engine *e, const struct actor *actor, const struct regie *r,
                      struct referral_id id)
{
    struct care_command c = {.referral = id};
    struct command cmd = {.kind = CMD_OFFER_REGIE, .actor = *actor, .u.care = &c};

    return r->state == REGIE_HELD && r->holder.v == actor->org.v && may_command(e, &cmd);
}

json_t *view_regie(const struct engine *e, const struct actor *actor, struct referral_id id)
{
    struct regie r = engine_regie(e, id);
    bool full = audience_of_regie(e, actor, id) == SIGHT_FULL;
    json_t *o = NULL;

    if (!full) /* that there is one, or none */
        r = (struct regie){.state = r.state == REGIE_ENDED ? REGIE_ENDED : REGIE_HELD, .moves = r.moves};
    o = json_pack("{s:I, s:s, s:s, s:o, s:o, s:i, s:b}", "referralId", (json_int_t)id.v, "referralCode",
                  engine_referral(e, id)->code, "state", regie_state_code(r.state), "holder",
                  view_organisation(e, r.holder), "offeredTo", view_organisation(e, r.offered_to), "moves",
                  (int)r.moves, "full", full);
    json_object_set_new(o, "may", regie_steps(e, actor, &r, id));
    if (can_offer(e, actor, &r, id))
        offer_to(o, e, &r, id);
    json_object_set_new(o, "file", json_boolean(may(e, actor, ACT_SEE_REFERRAL, id.v)));
    json_object_set_new(o, "sinceAt", view_time(r.since_ms));
    json_object_set_new(o, "endedAt", view_time(r.ended_at_ms));
    json_object_set_new(o, "role", text_or_null(r.role));
    json_object_set_new(o, "callback", text_or_null(full ? regie_callback(e, &r, id) : ""));
    return o;
}

/* An age says much about who somebody is; the stage of life says enough to advise. */
static const char *age_band(int16_t age)
{
    if (age < 0)
        return "adult";
    return age < 4 ? "0-3" : age < 12 ? "4-11" : age < ADULT_AGE ? "12-17" : "adult";
}

static json_t *nameless(const struct engine *e, const struct need *n)
{
    json_t *persons = json_array();
    json_t *kinds = json_array();

    for (unsigned i = 0; i < n->n_persons; i++)
        json_array_append_new(persons, json_string(age_band(n->persons[i].age)));
    for (unsigned i = 0; i < THREAT_KIND_N; i++) {
        if (tri_get(n->threat_kinds, i) == TRI_YES)
            json_array_append_new(kinds, json_string(threat_kind_code((enum threat_kind)i)));
    }
    return json_pack("{s:o, s:s, s:o, s:o}", "persons", persons, "threatLevel",
                     threat_level_code(n->threat_level), "threatKinds", kinds, "traits",
                     traits_to_json(engine_vocab(e), n->traits, UINT64_MAX));
}

json_t *view_consult(const struct engine *e, const struct actor *actor, uint32_t id)
{
    const struct consult *c = engine_consult(e, id);
    const struct referral *r = engine_referral(e, c->referral);
    bool asked = actor->org.v == c->from.v;
    bool full = audience_of_consult(e, actor, id) == SIGHT_FULL;
    json_t *o = json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:b, s:b}", "id", (json_int_t)id, "state",
                          consult_state_code(c->state), "from", view_organisation(e, c->from), "to",
                          view_organisation(e, c->to), "question", text_or_null(c->question), "answer",
                          text_or_null(c->answer), "own", asked, "full", full);

    json_object_set_new(o, "askedAt", view_time(c->asked_at_ms));
    json_object_set_new(o, "endedAt", view_time(c->ended_at_ms));
    json_object_set_new(o, "household", r->facts_known && full ? nameless(e, &r->need) : json_null());
    json_object_set_new(o, "referralId", asked ? json_integer((json_int_t)c->referral.v) : json_null());
    json_object_set_new(o, "referralCode", asked ? json_string(r->code) : json_null());
    return o;
}
