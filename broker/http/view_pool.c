#include "http/view.h"

static json_t *stop_of(const struct engine *e, uint8_t reason, int64_t until_ms)
{
    return json_pack("{s:s, s:o}", "reason", vocab_list_code(engine_vocab(e), LIST_STOP, reason - 1U),
                     "untilAt", view_time(until_ms));
}

static json_t *stop_in_force(const struct engine *e, struct pool_id id, int64_t now_ms)
{
    struct pool_stop stop = engine_pool_stop(e, id, now_ms);
    if (stop.reason == 0)
        return json_null();
    json_t *j = stop_of(e, stop.reason, stop.until_ms);
    json_object_set_new(j, "source", json_string(side_code(stop.side)));
    return j;
}

/* An echoed stop is the feed's: people are not shown to have one that their feed has dropped. While it stands
 * it is shown of both, for people said it too and nobody is to think that they differ. */
static bool shows_stop(const struct pool_said *said, enum side side, int64_t now_ms)
{
    const struct word *w = &said->words[side], *feed = &said->words[SIDE_FEED];
    bool is_dropped = w->echoes && (feed->stop != w->stop || feed->stop_until_ms != w->stop_until_ms);

    return word_has_stop(w, now_ms) && !is_dropped;
}

static json_t *word(const struct engine *e, const struct pool_said *said, enum side side, int64_t now_ms)
{
    const struct word *w = &said->words[side];
    if (!w->said)
        return json_null();
    return json_pack("{s:o, s:o, s:s, s:o, s:o}", "unitsTotal", view_units(w->total), "unitsFree",
                     view_units(w->free), "deliverable", view_tri((enum tri)w->deliverable), "stop",
                     shows_stop(said, side, now_ms) ? stop_of(e, w->stop, w->stop_until_ms) : json_null(),
                     "observedAt", view_time(w->observed_at_ms));
}

static json_t *capacity(const struct engine *e, struct pool_id id, const struct pool_view *v, int64_t now_ms)
{
    const struct believed *o = v->latest;
    struct pool_said said = engine_pool_said(e, id, now_ms);
    json_t *c = json_pack("{s:i, s:o, s:b, s:o, s:s}", "unitsHeld", (int)v->held, "offerable",
                          view_units(v->offerable), "overcommitted", v->overcommitted, "stop",
                          stop_in_force(e, id, now_ms), "freshness", freshness_code(v->freshness));
    json_object_set_new(c, "said",
                        json_pack("{s:o, s:o}", "feed", word(e, &said, SIDE_FEED, now_ms), "hand",
                                  word(e, &said, SIDE_HAND, now_ms)));
    json_object_set_new(c, "disagrees", json_boolean(said.disagrees));
    json_object_set_new(c, "unitsTotal", view_units(o != NULL ? o->total : UNITS_UNKNOWN));
    json_object_set_new(c, "unitsFree", view_units(o != NULL ? o->free : UNITS_UNKNOWN));
    json_object_set_new(c, "unitsOccupied", view_units(o != NULL ? o->occupied : UNITS_UNKNOWN));
    json_object_set_new(c, "unitsOutOfOrder", view_units(o != NULL ? o->out_of_order : UNITS_UNKNOWN));
    json_object_set_new(c, "deliverable", json_string(view_tri(o != NULL ? o->deliverable : TRI_UNKNOWN)));
    json_object_set_new(c, "observedAt", o != NULL ? view_time(o->observed_at_ms) : json_null());
    json_object_set_new(c, "receivedAt", o != NULL ? view_time(o->received_at_ms) : json_null());
    if (o != NULL)
        json_object_set_new(c, "source", json_string(source_code(o->source)));
    return c;
}

json_t *view_pool(const struct engine *e, const struct actor *actor, struct pool_id id, int64_t now_ms)
{
    const struct pool_kept *p = engine_pool(e, id);
    const struct location *l = engine_location(e, p->location);
    const struct org *org = engine_org(e, p->org);
    struct pool_view v = engine_pool_view(e, id, now_ms);
    (void)actor; /* the caller asked may(ACT_SEE_POOL); a pool holds no secrets */
    return json_pack(
        "{s:I, s:s, s:s, s:s, s:s, s:I, s:s, s:o, s:s, s:i, s:i, s:s, s:I, s:o, s:b, s:b, s:b}", "id",
        (json_int_t)id.v, "code", engine_pool_code(e, p->id), "name", engine_pool_name(e, p->id), "nameEn",
        engine_pool_name_en(e, p->id), "kind", kind_code(p->kind), "locationId", (json_int_t)p->location.v,
        "locationName", l->name, "region", view_region(e, l->region), "organisation", org->name, "unitSize",
        (int)p->unit_size, "unitsTotal", (int)p->units_total, "gatekeeper", gatekeeper_code(p->gatekeeper),
        "version", (json_int_t)v.version, "capacity", capacity(e, id, &v, now_ms), "overflow", p->overflow,
        "inUse", p->overflow && !v.idle, "frozen", v.hidden);
}
