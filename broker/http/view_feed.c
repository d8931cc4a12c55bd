#include "http/view_feed.h"

#include "base/check.h"
#include "core/audience/audience.h"
#include "http/report_json.h"
#include "http/view.h"

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

/* ---- feeds ---- */

json_t *view_feed(const struct engine *e, const struct feed_row *row)
{
    const struct org *org = engine_org(e, row->provider);
    json_t *j =
        json_pack("{s:s, s:s, s:s, s:s, s:b, s:I, s:s}", "provider", org->code, "organisation", org->name,
                  "channel", feed_channel_code(row->channel), "profile", row->profile, "test", row->test,
                  "waiting", (json_int_t)row->waiting, "state", feed_state_code(row->state));

    CHECK(j != NULL);
    json_object_set_new(j, "expectedMinutes",
                        row->expected_minutes != 0 ? json_integer(row->expected_minutes) : json_null());
    json_object_set_new(j, "lastMessageAt", view_time(row->last_message_ms));
    json_object_set_new(j, "lastOutcome",
                        row->last_outcome < FEED_OUTCOME_N ? json_string(feed_outcome_code(row->last_outcome))
                                                           : json_null());
    json_object_set_new(j, "lastHeartbeatAt", view_time(row->last_heartbeat_ms));
    json_object_set_new(j, "lastReportAt", view_time(row->last_report_ms));
    json_object_set_new(j, "silentSince", view_time(row->silent_since_ms));
    return j;
}

/* ---- messages ---- */

static json_t *remarks(const struct feed_remark *list, unsigned n)
{
    json_t *out = json_array();

    for (unsigned i = 0; i < n; i++)
        json_array_append_new(out, json_pack("{s:i, s:s, s:s}", "line", (int)list[i].line, "field",
                                             list[i].field, "reason", list[i].reason));
    return out;
}

/* A message is of the whole organisation, a person may be of one of its houses. */
static bool may_see_pool(const struct engine *e, const struct actor *actor, struct pool_id pool)
{
    return may(e, actor, ACT_SEE_POOL, pool.v);
}

static json_t *reports(const struct engine *e, const struct actor *actor, const struct feed_message *m)
{
    json_t *out = json_array();

    for (unsigned i = 0; i < m->n_reports; i++) {
        if (may_see_pool(e, actor, m->reports[i].o.pool))
            json_array_append_new(
                out, report_json(e, &m->reports[i].o, m->reports[i].id, (int)m->reports[i].line));
    }
    return out;
}

static json_t *cross(const struct engine *e, const struct actor *actor, const struct feed_message *m)
{
    json_t *out = json_array();

    for (unsigned i = 0; i < m->n_cross; i++) {
        const struct pool_kept *p = engine_pool(e, m->cross[i].pool);

        if (!may_see_pool(e, actor, m->cross[i].pool))
            continue;
        json_array_append_new(out, json_pack("{s:I, s:s, s:s, s:s, s:i, s:s}", "poolId", (json_int_t)p->id.v,
                                             "pool", engine_pool_code(e, p->id), "poolName",
                                             engine_pool_name(e, p->id), "poolNameEn",
                                             engine_pool_name_en(e, p->id), "occupiedByMessages",
                                             (int)m->cross[i].occupied, "note", m->cross[i].note));
    }
    return out;
}

json_t *view_feed_message(const struct engine *e, const struct actor *actor, const struct feeds *f,
                          const struct feed_message *m, bool full, int64_t now_ms)
{
    json_t *j = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:s, s:o, s:s}", "id", (json_int_t)m->id,
                          "provider", engine_org(e, m->provider)->code, "messageId", m->message_id, "channel",
                          feed_channel_code(m->channel), "format", m->format, "profile", m->profile, "bytes",
                          (json_int_t)m->bytes, "receivedAt", view_time(m->received_ms), "outcome",
                          feed_outcome_code(m->outcome), "replayOf", text_or_null(m->replay_of), "replay",
                          feed_replay_code(feeds_replay_state(f, m, now_ms)));

    CHECK(j != NULL);
    if (!full) {
        json_object_set_new(j, "reports", json_integer(m->n_reports));
        json_object_set_new(j, "complaints", json_integer((json_int_t)m->n_complaints + m->more));
        json_object_set_new(j, "notices", json_integer(m->n_notices));
        return j;
    }
    json_t *shown = reports(e, actor, m);
    json_object_set_new(j, "hiddenReports",
                        json_integer((json_int_t)(m->n_reports - json_array_size(shown))));
    json_object_set_new(j, "reports", shown);
    json_object_set_new(j, "complaints", remarks(m->complaints, m->n_complaints));
    json_object_set_new(j, "more", json_integer(m->more));
    json_object_set_new(j, "notices", remarks(m->notices, m->n_notices));
    json_object_set_new(j, "crossCheck", cross(e, actor, m));
    return j;
}

/* ---- uploads ---- */

bool upload_row_allowed(const struct engine *e, const struct actor *actor, const struct upload *u, unsigned i)
{
    const struct command cmd = {
        .kind = CMD_REPORT_CAPACITY, .actor = *actor, .u.report = {.list = &u->read.reports[i].o, .n = 1}};

    return may_command(e, &cmd);
}

struct stop_now view_stop_now(const struct engine *e, struct pool_id pool, int64_t now_ms)
{
    struct pool_stop stop = engine_pool_stop(e, pool, now_ms);

    return (struct stop_now){.reason = stop.reason, .until_ms = stop.until_ms};
}

/* O may be NULL: nothing was ever said. */
static json_t *said(const struct engine *e, const struct observation *o, struct stop_now stop)
{
    json_t *j =
        json_pack("{s:o, s:o, s:s, s:o, s:o}", "unitsTotal", view_units(o != NULL ? o->total : UNITS_UNKNOWN),
                  "unitsFree", view_units(o != NULL ? o->free : UNITS_UNKNOWN), "deliverable",
                  view_tri(o != NULL ? o->deliverable : TRI_UNKNOWN), "stop",
                  report_json_stop(e, stop.reason, stop.until_ms), "observedAt",
                  o != NULL ? view_time(o->observed_at_ms) : json_null());
    CHECK(j != NULL);
    return j;
}

static const char *effect(const struct observation *now, struct stop_now stop, const struct observation *o)
{
    if (now == NULL)
        return "changes";
    if (now->observed_at_ms > o->observed_at_ms)
        return "older";
    if (now->total == o->total && now->free == o->free && now->deliverable == o->deliverable &&
        stop.reason == o->stop && (o->stop == 0 || stop.until_ms == o->stop_until_ms))
        return "confirms";
    return "changes";
}

static json_t *preview_row(const struct engine *e, const struct actor *actor, const struct upload *u,
                           unsigned i, int64_t now_ms)
{
    const struct feed_report *r = &u->read.reports[i];
    const struct pool_kept *p = engine_pool(e, r->o.pool);
    struct pool_view view = engine_pool_view(e, r->o.pool, now_ms);
    const struct observation latest = view.reported ? observation_of(view.latest, p->id) : r->o;
    const struct observation *now = view.reported ? &latest : NULL;
    struct stop_now stop = view_stop_now(e, r->o.pool, now_ms);
    struct stop_now then = {.reason = r->o.stop, .until_ms = r->o.stop_until_ms};
    bool is_allowed = upload_row_allowed(e, actor, u, i), is_seen = may_see_pool(e, actor, r->o.pool);
    json_t *row =
        json_pack("{s:i, s:I, s:s, s:s, s:s, s:b, s:o, s:o, s:s?}", "line", (int)r->line, "poolId",
                  (json_int_t)p->id.v, "pool", engine_pool_code(e, p->id), "poolName",
                  engine_pool_name(e, p->id), "poolNameEn", engine_pool_name_en(e, p->id), "allowed",
                  is_allowed, "before", is_seen ? said(e, now, stop) : json_null(), "after",
                  said(e, &r->o, then), "effect", is_seen ? effect(now, stop, &r->o) : NULL);

    CHECK(row != NULL);
    return row;
}

json_t *view_upload(const struct engine *e, const struct actor *actor, const struct feeds *f,
                    const struct upload *u, int64_t now_ms)
{
    enum upload_state state = feeds_upload_state(f, u, now_ms);
    bool is_shown = state == UPLOAD_READ || state == UPLOAD_TAKEN;
    json_t *preview = json_array();
    json_t *j =
        json_pack("{s:I, s:s, s:b, s:o, s:o, s:o}", "id", (json_int_t)u->id, "state",
                  upload_state_code(state), "test", u->test, "createdAt", view_time(u->created_ms),
                  "expiresAt", view_time(u->expires_ms), "messageId", text_or_null(u->read.message_id));

    CHECK(j != NULL);
    for (unsigned i = 0; is_shown && i < u->read.n_reports; i++)
        json_array_append_new(preview, preview_row(e, actor, u, i, now_ms));
    json_object_set_new(j, "preview", preview);
    json_object_set_new(j, "complaints", remarks(u->read.complaints, u->read.n_complaints));
    json_object_set_new(j, "more", json_integer(u->read.more));
    json_object_set_new(j, "notices", remarks(u->read.notices, u->read.n_notices));
    return j;
}
