#include "http/feed_json.h"

#include "base/mem.h"
#include "http/report_json.h"

#include <stdio.h>
#include <string.h>

#define MESSAGE_ID_MIN 8
#define COUNT_MAX 1000000000
#define UNITS_MAX 10000
#define ID_MAX (INT64_C(1) << 53)
#define DAY_MINUTES 1440
/* A citizen service number has nine digits, a telephone number ten. */
#define DIGITS_MAX 8

/* ---- texts ---- */

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
}

/* A second wall behind the adapter, which says no values of a file: more digits in a row than a count or a
 * moment has, or an address, is more likely somebody's than a place or a reason. */
static bool looks_personal(const char *text)
{
    int digits = 0;

    for (; *text != '\0'; text++) {
        if (*text == '@')
            return true;
        if (*text >= '0' && *text <= '9')
            digits++;
        else if (*text != ' ' && *text != '-' && *text != '.')
            digits = 0;
        if (digits > DIGITS_MAX)
            return true;
    }
    return false;
}

/* A free text of at most SIZE - 1 bytes; absent is "". */
static void read_words(struct json_at at, char *out, size_t size, struct json_faults *f)
{
    const char *text = json_present(at) ? json_text(at, size - 1, f) : "";

    if (looks_personal(text)) {
        json_fault_add(f, at.pointer, "must not hold numbers or addresses of people");
        text = "";
    }
    copy(out, size, text);
}

/* A name that somebody here gave, not a word of a file. */
static void read_name(struct json_at at, char *out, size_t size, struct json_faults *f)
{
    copy(out, size, json_text(at, size - 1, f));
}

static bool is_made_of(const char *text, const char *more)
{
    for (; *text != '\0'; text++) {
        if (!(*text >= 'a' && *text <= 'z') && !(*text >= '0' && *text <= '9') && strchr(more, *text) == NULL)
            return false;
    }
    return true;
}

static void read_message_id(struct json_at at, char out[FEED_MESSAGE_ID_SIZE], struct json_faults *f)
{
    int before = f->n + f->more;
    const char *text = json_text(at, FEED_MESSAGE_ID_SIZE - 1, f);

    if (f->n + f->more == before &&
        (strlen(text) < MESSAGE_ID_MIN || !is_made_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-")))
        json_fault_add(f, at.pointer, "must be 8 to 64 of A-Z a-z 0-9 - _");
    copy(out, FEED_MESSAGE_ID_SIZE, text);
}

/* The name of a format, or "" where no profile says one. */
static void read_format(struct json_at at, char out[FEED_FORMAT_SIZE], struct json_faults *f)
{
    const char *text = json_text(at, FEED_FORMAT_SIZE - 1, f);

    if (!is_made_of(text, "_"))
        json_fault_add(f, at.pointer, "must be made of a-z 0-9 _");
    copy(out, FEED_FORMAT_SIZE, text);
}

/* An organisation by its code; 0 where there is none (or after a fault). */
static struct org_id read_provider(const struct engine *e, struct json_at at, const char **code,
                                   struct json_faults *f)
{
    *code = json_text(at, CODE_SIZE - 1, f);
    if (json_is_string(at.value) && **code == '\0' && json_string_length(at.value) == 0)
        json_fault_add(f, at.pointer, "may not be empty");
    return engine_org_find(e, *code);
}

/* ---- parts of a message ---- */

static bool is_of(const struct engine *e, struct pool_id pool, struct org_id provider)
{
    const struct pool_kept *p = engine_pool(e, pool);

    return p != NULL && p->org.v == provider.v;
}

static void read_reports(const struct engine *e, struct json_at at, struct feed_message *m,
                         struct json_faults *f)
{
    size_t n = json_list(at, FEED_REPORTS_MAX, f);

    m->reports = mem_new(n + 1, sizeof *m->reports);
    m->n_reports = (uint16_t)n;
    for (size_t i = 0; i < n; i++) {
        struct json_at item = json_item(at, i);
        struct json_at line = json_field(item, "line");
        struct feed_report *r = &m->reports[i];

        copy(r->id, sizeof r->id, report_json_read(e, item, true, &r->o, f));
        r->line = json_present(line) ? (int32_t)json_int(line, 0, COUNT_MAX, f) : 0;
        if (r->o.pool.v != 0 && m->provider.v != 0 && !is_of(e, r->o.pool, m->provider))
            json_fault_add(
                f, json_field(item, json_present(json_field(item, "pool")) ? "pool" : "poolId").pointer,
                "is not a pool of this provider");
    }
}

static struct feed_remark *read_remarks(struct json_at at, uint16_t *count, struct json_faults *f)
{
    static const char *const fields[] = {"line", "field", "reason"};
    size_t n = json_list(at, FEED_REMARKS_MAX, f);
    struct feed_remark *list = mem_new(n + 1, sizeof *list);

    for (size_t i = 0; i < n; i++) {
        struct json_at item = json_item(at, i);
        struct json_at line = json_field(item, "line");
        struct json_at reason = json_field(item, "reason");

        json_only(item, fields, COUNT_OF(fields), f);
        list[i].line = json_present(line) ? (int32_t)json_int(line, 0, COUNT_MAX, f) : 0;
        read_words(json_field(item, "field"), list[i].field, sizeof list[i].field, f);
        if (json_present(reason))
            read_words(reason, list[i].reason, sizeof list[i].reason, f);
        else
            json_fault_add(f, reason.pointer, "is missing");
    }
    *count = (uint16_t)n;
    return list;
}

static void read_cross(const struct engine *e, struct json_at at, struct feed_message *m,
                       struct json_faults *f)
{
    static const char *const fields[] = {"pool", "occupiedByMessages", "note"};
    size_t n = json_present(at) ? json_list(at, FEED_CROSS_MAX, f) : 0;

    m->cross = mem_new(n + 1, sizeof *m->cross);
    m->n_cross = (uint16_t)n;
    for (size_t i = 0; i < n; i++) {
        struct json_at item = json_item(at, i);
        struct json_at code = json_field(item, "pool");
        struct feed_cross *c = &m->cross[i];

        json_only(item, fields, COUNT_OF(fields), f);
        c->pool = engine_pool_find(e, json_text(code, CODE_SIZE - 1, f));
        if (json_is_string(code.value) && m->provider.v != 0 && !is_of(e, c->pool, m->provider))
            json_fault_add(f, code.pointer, "is not a pool of this provider");
        c->occupied = (int32_t)json_int(json_field(item, "occupiedByMessages"), -UNITS_MAX, UNITS_MAX, f);
        read_words(json_field(item, "note"), c->note, sizeof c->note, f);
    }
}

/* What cannot be together: numbers that count as understood in what was put aside, and a replay by another
 * road. */
static void judge_whole(struct json_at root, const struct feed_message *m, struct json_faults *f)
{
    bool is_good = m->outcome == FEED_TAKEN || m->outcome == FEED_TEST;

    if (!is_good && m->n_reports > 0)
        json_fault_add(f, json_field(root, "reports").pointer,
                       "must be empty: nothing of what was put aside was understood");
    if (m->channel != FEED_REPLAY && m->replay_of[0] != '\0')
        json_fault_add(f, json_field(root, "replayOf").pointer, "goes with channel replay only");
}

void feed_json_message(const struct engine *e, const json_t *body, struct feed_message *m,
                       struct json_faults *f)
{
    static const char *const fields[] = {"provider", "messageId",  "channel",  "format",  "profile",
                                         "bytes",    "receivedAt", "outcome",  "reports", "complaints",
                                         "more",     "notices",    "replayOf", "orderId", "crossCheck"};
    struct json_at root = json_root(body);
    struct json_at more = json_field(root, "more"), replay = json_field(root, "replayOf");
    struct json_at order = json_field(root, "orderId");
    const char *code = "";
    int channel, outcome;

    memset(m, 0, sizeof *m);
    json_only(root, fields, COUNT_OF(fields), f);
    m->provider = read_provider(e, json_field(root, "provider"), &code, f);
    read_message_id(json_field(root, "messageId"), m->message_id, f);
    channel = json_choice(json_field(root, "channel"), feed_channel_codes(), FEED_UNKNOWN, f);
    m->channel = channel < 0 ? FEED_DROP : (enum feed_channel)channel;
    outcome = json_choice(json_field(root, "outcome"), feed_outcome_codes(), FEED_OUTCOME_N, f);
    m->outcome = outcome < 0 ? FEED_TAKEN : (enum feed_outcome)outcome;
    read_format(json_field(root, "format"), m->format, f);
    read_name(json_field(root, "profile"), m->profile, sizeof m->profile, f);
    m->bytes = json_int(json_field(root, "bytes"), 0, COUNT_MAX, f);
    m->received_ms = json_time(json_field(root, "receivedAt"), f);
    read_reports(e, json_field(root, "reports"), m, f);
    m->complaints = read_remarks(json_field(root, "complaints"), &m->n_complaints, f);
    m->notices = read_remarks(json_field(root, "notices"), &m->n_notices, f);
    m->more = json_present(more) ? (int32_t)json_int(more, 0, COUNT_MAX, f) : 0;
    if (json_present(replay))
        read_message_id(replay, m->replay_of, f);
    if (json_present(order))
        m->order = (uint64_t)json_int(order, 1, ID_MAX, f);
    read_cross(e, json_field(root, "crossCheck"), m, f);
    if (outcome >= 0 && channel >= 0)
        judge_whole(root, m, f);
}

/* ---- heartbeats ---- */

static void read_source(const struct engine *e, struct json_at at, struct feed_json_source *s,
                        struct json_faults *f)
{
    static const char *const fields[] = {"provider", "channel",       "profile", "expectedMinutes",
                                         "test",     "lastMessageAt", "waiting"};
    struct json_at last = json_field(at, "lastMessageAt");
    int channel;

    json_only(at, fields, COUNT_OF(fields), f);
    s->source.provider = read_provider(e, json_field(at, "provider"), &s->code, f);
    channel = json_choice(json_field(at, "channel"), feed_channel_codes(), FEED_UPLOAD, f);
    s->source.channel = channel < 0 ? FEED_DROP : (enum feed_channel)channel;
    read_name(json_field(at, "profile"), s->source.profile, sizeof s->source.profile, f);
    s->source.expected_minutes = (uint16_t)json_int(json_field(at, "expectedMinutes"), 1, DAY_MINUTES, f);
    s->source.test = json_bool(json_field(at, "test"), f);
    s->source.last_message_ms = json_present(last) ? json_time(last, f) : 0;
    s->source.waiting = (uint32_t)json_int(json_field(at, "waiting"), 0, COUNT_MAX, f);
}

size_t feed_json_heartbeat(const struct engine *e, const json_t *body, struct feed_heartbeat *h,
                           struct feed_json_source *list, struct json_faults *f)
{
    static const char *const fields[] = {"adapter", "startedAt", "feeds"};
    struct json_at root = json_root(body), adapter = json_field(root, "adapter");
    struct json_at feeds = json_field(root, "feeds");
    size_t n;

    json_only(root, fields, COUNT_OF(fields), f);
    read_name(adapter, h->adapter, sizeof h->adapter, f);
    if (json_is_string(adapter.value) && json_string_length(adapter.value) == 0)
        json_fault_add(f, adapter.pointer, "may not be empty");
    h->started_ms = json_time(json_field(root, "startedAt"), f);
    n = json_list(feeds, FEED_SOURCES_MAX, f);
    for (size_t i = 0; i < n; i++) {
        read_source(e, json_item(feeds, i), &list[i], f);
        for (size_t k = 0; k < i; k++) {
            if (list[k].source.channel == list[i].source.channel && list[i].code[0] != '\0' &&
                strcmp(list[k].code, list[i].code) == 0)
                json_fault_add(f, json_item(feeds, i).pointer,
                               "the same provider and channel stand here twice");
        }
    }
    return n;
}
