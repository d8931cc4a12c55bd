#include "adapters/format/hsds/hsds.h"

#include "adapters/gate/safe_json.h"
#include "base/mem.h"

#include <stdio.h>

#define NAME_BYTES_MAX 1000 /* a longer one than PROFILE_WORD_SIZE is in no profile, but no fault either */

struct scene {
    const struct profile *profile;
    const char *provider;
    struct reading *r;
    struct feed_json file;
};

/* What a service or a unit may be called: its id, its name; empty = not told. */
struct called {
    struct bytes by[2];
};

/* ---- capacities ---- */

static struct bytes word(struct scene *s, struct json_at at)
{
    return json_present(at) ? bytes_of_text(json_text(at, NAME_BYTES_MAX, &s->file.faults))
                            : (struct bytes){0};
}

/* False after a fault when neither is there. */
static bool read_called(struct scene *s, struct json_at at, struct called *out)
{
    struct json_at id = json_field(at, "id"), name = json_field(at, "name");
    int before = s->file.faults.n + s->file.faults.more;
    out->by[0] = word(s, id);
    out->by[1] = word(s, name);
    if (!json_present(id) && !json_present(name))
        json_fault_add(&s->file.faults, at.pointer, "has neither an id nor a name");
    return s->file.faults.n + s->file.faults.more == before;
}

/* Under the service's id or name first; a word that the profile gives for any place comes last. */
static enum pool_answer find_pool(const struct scene *s, const struct called *service,
                                  const struct called *unit, const char **code)
{
    const struct bytes places[] = {service->by[0], service->by[1], {0}};
    for (size_t p = 0; p < COUNT_OF(places); p++) {
        for (size_t u = 0; u < COUNT_OF(unit->by); u++) {
            bool told = unit->by[u].len > 0 && (p == 2 || places[p].len > 0);
            enum pool_answer answer =
                told ? profile_pool_at(s->profile, s->provider, places[p], unit->by[u], code) : POOL_UNKNOWN;
            if (answer != POOL_UNKNOWN)
                return answer;
        }
    }
    return POOL_UNKNOWN;
}

static int32_t units(struct scene *s, struct json_at capacity, const char *name)
{
    struct json_at at = json_field(capacity, name);
    return json_present(at) ? safe_json_units(&s->file, at) : UNITS_UNKNOWN;
}

/* False after a fault: what is not of the standard is refused, since it could be anything. */
static bool read_unit(struct scene *s, struct json_at capacity, struct called *unit)
{
    static const char *const fields[] = {"id",      "service_id",  "unit",    "unit_id",    "available",
                                         "maximum", "description", "updated", "attributes", "metadata"};
    static const char *const unit_fields[] = {"id",  "name",       "scheme",  "identifier",
                                              "uri", "attributes", "metadata"};
    struct json_at at = json_field(capacity, "unit");
    json_only(capacity, fields, COUNT_OF(fields), &s->file.faults);
    if (!json_is_object(capacity.value))
        return false;
    json_only(at, unit_fields, COUNT_OF(unit_fields), &s->file.faults);
    return json_is_object(at.value) && read_called(s, at, unit);
}

static void read_capacity(struct scene *s, struct json_at capacity, const struct called *service,
                          const char *stop)
{
    struct called unit;
    const char *code = NULL;
    int line = safe_json_line(&s->file, capacity.value);
    if (!read_unit(s, capacity, &unit))
        return;
    /* What is passed over may be counted in hours or kilograms. */
    if (!format_pool_known(find_pool(s, service, &unit, &code), line, json_field(capacity, "unit").pointer,
                           s->r))
        return;
    int32_t available = units(s, capacity, "available"), maximum = units(s, capacity, "maximum");
    int64_t updated = safe_json_moment(&s->file, json_field(capacity, "updated"), s->r);
    struct report *o = reading_add(s->r, line);
    if (o == NULL)
        return;
    report_set_pool(o, code);
    snprintf(o->stop, sizeof o->stop, "%s", stop);
    o->free = available;
    o->total = maximum;
    o->observed_at_ms = updated;
}

/* ---- services ---- */

/* The reason why this service takes nobody in; "" when it does, or says nothing of it. */
static const char *stop_of(struct scene *s, struct json_at service)
{
    static const char *const words[] = {"active", "inactive", "defunct", "temporarily closed"};
    struct json_at status = json_field(service, "status");
    int chosen = json_present(status) ? json_choice(status, words, COUNT_OF(words), &s->file.faults) : 0;
    const char *code = chosen > 0 ? profile_stop(s->profile, bytes_of_text(words[chosen])) : "";
    if (code != NULL)
        return code;
    safe_json_complain(&s->file, s->r, status.pointer,
                       "is not active, and the profile's stops do not say for which reason");
    return "";
}

static void read_service(struct scene *s, struct json_at service)
{
    struct json_at capacities = json_field(service, "capacities");
    struct called called;
    if (!json_is_object(service.value)) {
        json_fault_add(&s->file.faults, service.pointer, "must be an object: a service");
        return;
    }
    bool known = read_called(s, service, &called);
    size_t n = json_present(capacities) ? json_list(capacities, HSDS_CAPACITIES_MAX, &s->file.faults) : 0;
    if (known && n == 0)
        reading_notice(s->r, safe_json_line(&s->file, service.value), "capacities",
                       "a service without capacities");
    const char *stop = n > 0 ? stop_of(s, service) : "";
    for (size_t i = 0; known && i < n; i++)
        read_capacity(s, json_item(capacities, i), &called, stop);
}

static void read_list(struct scene *s, struct json_at list)
{
    size_t n = json_list(list, HSDS_SERVICES_MAX, &s->file.faults);
    for (size_t i = 0; i < n; i++)
        read_service(s, json_item(list, i));
}

enum err hsds_read(const struct profile *profile, const char *provider, struct bytes in, struct reading *r)
{
    struct scene s = {.profile = profile, .provider = provider, .r = r};
    enum err e = safe_json_parse(in, &s.file, r);
    if (e == OK) {
        struct json_at root = json_root(s.file.doc), contents = json_field(root, "contents");
        safe_json_no_persons(&s.file, profile_counts(profile));
        if (json_is_array(root.value))
            read_list(&s, root);
        else if (contents.value != NULL)
            read_list(&s, contents);
        else
            read_service(&s, root);
        safe_json_tell(&s.file, r);
    }
    safe_json_fini(&s.file);
    return e;
}
