#include "adapters/profile/profile_xpath.h"

#include "adapters/profile/xpath_rules.h"
#include "base/check.h"
#include "base/mem.h"

#include <libxml/xpath.h>
#include <stdio.h>
#include <string.h>

static bool is_known(const void *ctx, struct bytes prefix)
{
    const struct xpath_form *form = ctx;
    for (int i = 0; i < form->namespaces_n; i++)
        if (bytes_equal(prefix, bytes_of_text(form->namespaces[i].prefix)))
            return true;
    return false;
}

static void say_nothing(void *ctx, xmlErrorPtr error)
{
    (void)ctx;
    (void)error;
}

static xmlXPathCompExprPtr compile(const struct xpath_form *form, struct json_at at, struct json_faults *f)
{
    const char *text = json_text(at, XPATH_BYTES_MAX, f);
    if (!json_is_string(at.value) || text[0] == '\0') {
        if (json_is_string(at.value))
            json_fault_add(f, at.pointer, "must be an XPath of 1 to %d bytes", XPATH_BYTES_MAX);
        return NULL;
    }
    const char *why = xpath_rules(bytes_of_text(text), is_known, form);
    if (why != NULL) {
        json_fault_add(f, at.pointer, "%s", why);
        return NULL;
    }
    xmlXPathContextPtr c = xmlXPathNewContext(NULL);
    CHECK(c != NULL);
    c->error = say_nothing;
    xmlXPathCompExprPtr compiled = xmlXPathCtxtCompile(c, (const xmlChar *)text);
    xmlXPathFreeContext(c);
    if (compiled == NULL)
        json_fault_add(f, at.pointer, "is not an XPath 1.0 expression");
    return compiled;
}

static void read_namespaces(struct xpath_form *form, struct json_at at, struct json_faults *f)
{
    json_t *object = (json_t *)(uintptr_t)at.value;
    if (!json_present(at))
        return;
    if (!json_is_object(object) || json_object_size(object) > XPATH_NAMESPACES_MAX) {
        json_fault_add(f, at.pointer, "must be an object of prefix and namespace, at most %d",
                       XPATH_NAMESPACES_MAX);
        return;
    }
    for (void *i = json_object_iter(object); i != NULL; i = json_object_iter_next(object, i)) {
        const char *prefix = json_object_iter_key(i);
        struct json_at uri = json_field(at, prefix);
        struct xpath_namespace *n = &form->namespaces[form->namespaces_n];
        const char *text = json_text(uri, XPATH_URI_SIZE - 1, f);
        if (!is_code(bytes_of_text(prefix)) || strlen(prefix) >= XPATH_PREFIX_SIZE)
            json_fault_add(f, uri.pointer, "is not a prefix: a-z, 0-9, - and _, at most 32");
        else if (json_is_string(uri.value) && text[0] == '\0')
            json_fault_add(f, uri.pointer, "must be a namespace");
        else {
            snprintf(n->prefix, sizeof n->prefix, "%s", prefix);
            snprintf(n->uri, sizeof n->uri, "%s", text);
            form->namespaces_n++;
        }
    }
}

static void read_fields(struct xpath_form *form, struct json_at at, struct json_faults *f)
{
    const char *names[XPATH_FIELD_N];
    for (int i = 0; i < XPATH_FIELD_N; i++)
        names[i] = csv_field_name((enum csv_field)i);
    json_only(at, names, XPATH_FIELD_N, f);
    for (int i = 0; i < XPATH_FIELD_N; i++) {
        struct json_at field = json_field(at, names[i]);
        if (json_present(field))
            form->fields[i] = compile(form, field, f);
    }
    if (!json_present(json_field(at, "pool")))
        json_fault_add(f, at.pointer, "needs at least the field pool");
}

static void read_refuse(struct xpath_form *form, struct json_at at, struct json_faults *f)
{
    size_t n = json_present(at) ? json_list(at, XPATH_REFUSE_MAX, f) : 0;
    for (size_t i = 0; i < n; i++) {
        xmlXPathCompExprPtr compiled = compile(form, json_item(at, i), f);
        if (compiled != NULL)
            form->refuse[form->refuse_n++] = compiled;
    }
}

static void read_time_form(struct xpath_form *form, struct json_at time, struct json_at zone,
                           struct json_faults *f)
{
    static const char *const times[] = {"rfc3339", "yyyy-mm-dd hh:mm", "dd-mm-yyyy hh:mm"};
    static const char *const zones[] = {"in-each", "Europe/Amsterdam"};
    int chosen = json_present(time) ? json_choice(time, times, COUNT_OF(times), f) : 0;
    form->time = chosen < 0 ? TIME_RFC3339 : (enum time_form)chosen;
    form->amsterdam = json_present(zone) && json_choice(zone, zones, COUNT_OF(zones), f) == 1;
    if (chosen >= 0 && (form->time == TIME_RFC3339) == form->amsterdam)
        json_fault_add(f, time.pointer,
                       "rfc3339 carries its zone in each; any other needs zone Europe/Amsterdam");
}

void profile_xpath_read(struct xpath_form *out, struct json_at at, struct json_faults *f)
{
    static const char *const names[] = {"namespaces", "rows", "fields", "fileObservedAt",
                                        "refuse",     "time", "zone"};
    struct json_at file_time = json_field(at, "fileObservedAt");
    struct json_at fields = json_field(at, "fields");
    json_only(at, names, COUNT_OF(names), f);
    read_namespaces(out, json_field(at, "namespaces"), f);
    read_time_form(out, json_field(at, "time"), json_field(at, "zone"), f);
    out->rows = compile(out, json_field(at, "rows"), f);
    read_fields(out, fields, f);
    if (json_present(file_time))
        out->file_observed_at = compile(out, file_time, f);
    else if (!json_present(json_field(fields, "observedAt")))
        json_fault_add(f, at.pointer, "needs fileObservedAt or the field observedAt");
    read_refuse(out, json_field(at, "refuse"), f);
}

void profile_xpath_fini(struct xpath_form *form)
{
    xmlXPathFreeCompExpr(form->rows);
    xmlXPathFreeCompExpr(form->file_observed_at);
    for (int i = 0; i < XPATH_FIELD_N; i++)
        xmlXPathFreeCompExpr(form->fields[i]);
    for (int i = 0; i < form->refuse_n; i++)
        xmlXPathFreeCompExpr(form->refuse[i]);
}
