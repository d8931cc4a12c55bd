#include "adapters/intake.h"

#include "base/log.h"
#include "base/time_text.h"

#include <pthread.h>

/* Of all files of the process: a compiled XPath belongs to the profile, and libxml2 writes into it (the
 * function it looked up) when it is evaluated, so two threads must not use one at the same time. A file takes
 * milliseconds, within the bounds of its format. */
static pthread_mutex_t one_file_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static enum err set_aside(const struct intake *in, const char *provider, const char *name, const char *from,
                          struct bytes content, const struct reading *r)
{
    char at[TIME_TEXT_SIZE];
    json_t *reason = reading_json(r);
    json_object_set_new(reason, "provider", json_string(provider));
    json_object_set_new(reason, "kept", json_boolean(!r->not_kept));
    json_object_set_new(reason, "at", json_string(time_format(time_wall_ms(), at)));
    log_warn(r->not_kept ? "file refused and not kept" : "file quarantined", "provider=%s complaints=%d",
             provider, r->complaints_n + r->complaints_more);
    return r->not_kept ? quarantine_put_reason(in->quarantine, provider, from, reason)
                       : quarantine_put(in->quarantine, provider, name, from, content, reason);
}

enum err intake_take(const struct intake *in, const char *provider, const char *name, const char *from,
                     struct bytes content, struct reading *r)
{
    const struct profile *profile = profiles_find(in->profiles, provider);
    if (profile == NULL)
        return ERR_NOT_FOUND;
    pthread_mutex_lock(&one_file_at_a_time);
    enum err e = format_read(&in->schemas, profile, provider, content, time_wall_ms(), r);
    pthread_mutex_unlock(&one_file_at_a_time);
    if (e != OK) {
        enum err stored = set_aside(in, provider, name, from, content, r);
        return stored == OK ? e : stored;
    }
    if (r->n > 0)
        e = spool_put(in->spool, provider, r);
    if (e != OK) {
        log_error("spool takes nothing", "provider=%s reason=\"%s\"", provider, err_name(e));
        return e;
    }
    log_info("file taken", "provider=%s reports=%zu notices=%d crosscheck=%d", provider, r->n, r->notices_n,
             r->crosscheck_n);
    if (in->on_spooled != NULL)
        in->on_spooled(in->ctx);
    return OK;
}

enum err intake_too_big(const struct intake *in, const char *provider, const char *name, const char *from)
{
    struct reading r = {0};
    reading_complain(&r, 0, "", "the file is larger than %d bytes", INTAKE_BYTES_MAX);
    r.not_kept = true; /* nobody has looked into it, and no profile could make it fit */
    enum err e = set_aside(in, provider, name, from, (struct bytes){0}, &r);
    reading_fini(&r);
    return e;
}
