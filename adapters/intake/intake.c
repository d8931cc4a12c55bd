#include "adapters/intake/intake.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* Of all files of the process: a compiled XPath belongs to the profile, and libxml2 writes into it (the
 * function it looked up) when it is evaluated, so two threads must not use one at the same time. A file takes
 * milliseconds, within the bounds of its format. It guards the set of profiles as well: what is being read by
 * is not exchanged. */
static pthread_mutex_t one_file_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* ---- profiles ---- */

const struct profiles *intake_profiles(const struct intake *in)
{
    pthread_mutex_lock(&one_file_at_a_time);
    return in->profiles;
}

void intake_profiles_end(void)
{
    pthread_mutex_unlock(&one_file_at_a_time);
}

void intake_swap(struct intake *in, const struct profiles *now)
{
    pthread_mutex_lock(&one_file_at_a_time);
    in->profiles = now;
    pthread_mutex_unlock(&one_file_at_a_time);
}

bool intake_serves(const struct intake *in, const char *provider)
{
    bool serves = profiles_find(intake_profiles(in), provider) != NULL;
    intake_profiles_end();
    return serves;
}

/* ---- reading ---- */

enum err intake_read(const struct intake *in, const char *provider, struct bytes content, struct reading *r,
                     struct intake_by *by)
{
    enum err e = ERR_NOT_FOUND;
    *by = (struct intake_by){.format = ""};
    const struct profile *profile = profiles_find(intake_profiles(in), provider);
    if (profile != NULL) {
        snprintf(by->profile, sizeof by->profile, "%s", profile_name(profile));
        by->format = format_name(profile_format(profile));
        by->test = profile_is_test(profile);
        e = format_read(&in->schemas, profile, provider, content, time_wall_ms(), r);
    }
    intake_profiles_end();
    if (profile == NULL)
        reading_complain(r, 0, "profile", "there is no profile for this provider");
    return e;
}

/* ---- telling ---- */

static json_t *tell(const struct intake *in, struct feed_message m, const struct intake_by *by,
                    const struct reading *r, const char *file)
{
    if (in->messages == NULL)
        return NULL;
    m.format = by->format;
    m.profile = by->profile;
    m.received_at_ms = time_wall_ms();
    json_t *body = feed_message_json(&m, r);
    json_t *copy = json_incref(body);
    (void)messages_put(in->messages, body, file); /* counted there: no file fails for it */
    return copy;
}

void intake_heard(const struct intake *in, const char *provider, enum channel channel)
{
    if (in->messages != NULL)
        messages_heard(in->messages, provider, channel);
}

/* ---- taking ---- */

static enum err set_aside(const struct intake *in, const char *provider, const char *name, const char *from,
                          struct bytes content, const struct reading *r, struct buf *kept)
{
    char at[TIME_TEXT_SIZE];
    json_t *reason = reading_json(r);
    if (r->not_kept)
        feed_plain_reading(reason); /* the words of the file are not kept either */
    json_object_set_new(reason, "provider", json_string(provider));
    json_object_set_new(reason, "kept", json_boolean(!r->not_kept));
    json_object_set_new(reason, "at", json_string(time_format(time_wall_ms(), at)));
    log_warn(r->not_kept ? "file refused and not kept" : "file quarantined", "provider=%s complaints=%d",
             provider, r->complaints_n + r->complaints_more);
    return r->not_kept ? quarantine_put_reason(in->quarantine, provider, from, reason)
                       : quarantine_put(in->quarantine, provider, name, from, content, reason, kept);
}

/* What is not kept cannot be read again: people are not offered to. */
static enum feed_outcome outcome_of_refusal(const struct reading *r)
{
    return r->not_kept ? FEED_REFUSED : FEED_QUARANTINED;
}

/* What was understood goes to the spool, under the name of its message, unless the provider is on trial. */
static enum err keep(const struct intake *in, const char *provider, const char *id, bool test,
                     const struct reading *r)
{
    enum err e = r->n > 0 && !test ? spool_put(in->spool, provider, id, r) : OK;
    if (e != OK)
        log_error("spool takes nothing", "provider=%s reason=\"%s\"", provider, err_name(e));
    else
        log_info(test ? "file understood, not used: on trial" : "file taken",
                 "provider=%s reports=%zu notices=%d crosscheck=%d", provider, r->n, r->notices_n,
                 r->crosscheck_n);
    return e;
}

static void spooled(const struct intake *in)
{
    if (in->on_spooled != NULL)
        in->on_spooled(in->ctx);
}

enum err intake_take(const struct intake *in, enum channel channel, const char *provider, const char *name,
                     const char *from, struct bytes content, struct reading *r)
{
    char id[MESSAGE_ID_SIZE];
    struct feed_message m = {.provider = provider, .id = id, .channel = channel, .bytes = content.len};
    struct buf kept = {0};
    struct intake_by by;
    enum err e = intake_read(in, provider, content, r, &by);
    if (e == ERR_NOT_FOUND)
        return e;
    feed_message_name(id);
    enum err stored =
        e == OK ? keep(in, provider, id, by.test, r) : set_aside(in, provider, name, from, content, r, &kept);
    if (stored == OK) {
        m.outcome = e != OK ? outcome_of_refusal(r) : (by.test ? FEED_TEST : FEED_TAKEN);
        json_decref(tell(in, m, &by, r, buf_c_str(&kept)));
        /* Only now: a refusal by the broker finds its message. */
        if (e == OK)
            spooled(in);
    }
    buf_fini(&kept);
    return stored == OK ? e : stored;
}

static void name_profile(const struct intake *in, const char *provider, struct intake_by *by)
{
    const struct profile *profile = profiles_find(intake_profiles(in), provider);
    *by = (struct intake_by){.format = ""};
    if (profile != NULL) {
        snprintf(by->profile, sizeof by->profile, "%s", profile_name(profile));
        by->format = format_name(profile_format(profile));
        by->test = profile_is_test(profile);
    }
    intake_profiles_end();
}

enum err intake_too_big(const struct intake *in, enum channel channel, const char *provider, const char *name,
                        const char *from, uint64_t bytes)
{
    struct reading r = {0};
    struct buf kept = {0};
    struct intake_by by;
    const struct feed_message m = {
        .provider = provider, .id = "", .channel = channel, .bytes = bytes, .outcome = FEED_REFUSED};
    reading_complain(&r, 0, "", "the file is larger than %d bytes", INTAKE_BYTES_MAX);
    r.not_kept = true; /* nobody has looked into it, and no profile could make it fit */
    enum err e = set_aside(in, provider, name, from, (struct bytes){0}, &r, &kept);
    if (e == OK) {
        name_profile(in, provider, &by);
        json_decref(tell(in, m, &by, &r, buf_c_str(&kept)));
    }
    buf_fini(&kept);
    reading_fini(&r);
    return e;
}

void intake_unreadable(const struct intake *in, enum channel channel, const char *provider, const char *why,
                       uint64_t bytes)
{
    struct reading r = {0};
    struct intake_by by;
    const struct feed_message m = {
        .provider = provider, .id = "", .channel = channel, .bytes = bytes, .outcome = FEED_REFUSED};
    log_warn("a file cannot be read", "provider=%s reason=\"%s\"", provider, why);
    reading_complain(&r, 0, "", "%s", why);
    name_profile(in, provider, &by);
    json_decref(tell(in, m, &by, &r, ""));
    reading_fini(&r);
}

/* ---- again ---- */

/* Reports that the broker did not take, once more as they are: it may know the pool by now. */
static enum err read_reports(struct bytes content, struct reading *r)
{
    struct json_faults *f = mem_new(1, sizeof *f);
    json_t *list = json_parse(content, f);
    bool good = json_array_size(list) > 0;
    for (size_t i = 0; good && i < json_array_size(list); i++)
        good = reading_add_json(r, json_array_get(list, i));
    if (!good)
        reading_complain(r, 0, "", "the reports that were set aside cannot be read");
    json_decref(list);
    free(f);
    return good ? OK : ERR_BAD_INPUT;
}

static enum err read_again(const struct intake *in, const char *provider, const char *file, uint64_t *bytes,
                           struct reading *r, struct intake_by *by)
{
    struct buf content = {0};
    enum err e = quarantine_read(in->quarantine, provider, file, INTAKE_BYTES_MAX, &content);
    *bytes = content.len;
    name_profile(in, provider, by);
    if (e == ERR_TOO_BIG) {
        reading_complain(r, 0, "", "the file is larger than %d bytes", INTAKE_BYTES_MAX);
    } else if (e == ERR_NOT_FOUND) {
        reading_complain(r, 0, "", "the file is no longer in quarantine");
    } else if (e == OK && by->profile[0] == '\0') {
        e = ERR_NOT_FOUND; /* nobody's: also what was understood once does not go on */
        reading_complain(r, 0, "profile", "there is no profile for this provider");
    } else if (e == OK && quarantine_is_reports(in->quarantine, provider, file)) {
        e = read_reports(buf_view(&content), r);
    } else if (e == OK) {
        e = intake_read(in, provider, buf_view(&content), r, by);
    }
    buf_fini(&content);
    return e;
}

enum err intake_again(const struct intake *in, const char *provider, const char *id, const char *file,
                      struct reading *r, json_t **out)
{
    char name[MESSAGE_ID_SIZE];
    struct feed_message m = {.provider = provider, .id = name, .channel = CHANNEL_REPLAY, .replay_of = id};
    struct intake_by by;
    *out = NULL;
    feed_message_name(name);
    enum err e = read_again(in, provider, file, &m.bytes, r, &by);
    if (e == ERR_BUSY || e == ERR_IO)
        return e;
    enum err stored = e == OK ? keep(in, provider, name, by.test, r) : OK;
    if (stored != OK)
        return stored;
    m.outcome = e != OK ? FEED_REFUSED : (by.test ? FEED_TEST : FEED_TAKEN);
    *out = tell(in, m, &by, r, "");
    /* Reports that were to be used, of a provider that is on trial by now, are not used and not lost. What
     * must not be kept by what we know now goes: it told of people all the time. */
    bool stays = by.test && quarantine_is_reports(in->quarantine, provider, file);
    if ((e == OK && !stays) || r->not_kept)
        quarantine_remove(in->quarantine, provider, file);
    if (e == OK)
        spooled(in);
    return e;
}
