#include "adapters/intake/check_file.h"

#include "adapters/base/disk.h"
#include "adapters/intake/intake.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <stdlib.h>
#include <string.h>

static void print_units(FILE *out, const char *name, int32_t units)
{
    if (units == UNITS_UNKNOWN)
        fprintf(out, "  %s ?", name);
    else
        fprintf(out, "  %s %d", name, units);
}

static void print_report(FILE *out, const struct report *o)
{
    char at[TIME_TEXT_SIZE];
    fprintf(out, "line %-5d %-28s", o->line, o->pool);
    print_units(out, "total", o->total);
    print_units(out, "free", o->free);
    print_units(out, "occupied", o->occupied);
    print_units(out, "out-of-order", o->out_of_order);
    fprintf(out, "  deliverable %s",
            o->deliverable == KNOWN_NOT ? "?" : (o->deliverable == KNOWN_YES ? "yes" : "no"));
    if (o->stop[0] != '\0')
        fprintf(out, "  stop %s", o->stop);
    fprintf(out, "  at %s\n", time_format(o->observed_at_ms, at));
}

static void print_complaints(FILE *out, const char *kind, const struct complaint *list, int n)
{
    for (int i = 0; i < n; i++) {
        if (list[i].line > 0)
            fprintf(out, "line %-5d ", list[i].line);
        fprintf(out, "%s%s%s: %s\n", kind, list[i].field[0] != '\0' ? " " : "", list[i].field,
                list[i].reason);
    }
}

static void print_text(FILE *out, const struct reading *r, bool good)
{
    for (size_t i = 0; good && i < r->n; i++)
        print_report(out, &r->list[i]);
    for (int i = 0; good && i < r->crosscheck_n; i++)
        fprintf(out, "cross-check %s: started %d, stopped %d in this message; not used\n",
                r->crosscheck[i].pool, r->crosscheck[i].started, r->crosscheck[i].stopped);
    print_complaints(out, "passed over", r->notices, r->notices_n);
    print_complaints(out, "FAULT", r->complaints, r->complaints_n);
    if (good)
        fprintf(out, "understood: %zu observations, %d passed over\n", r->n, r->notices_n);
    else
        fprintf(out, "not taken: %d faults; nothing of this file would be used%s\n",
                r->complaints_n + r->complaints_more, r->not_kept ? ", and it would not be kept" : "");
}

static void print_json(FILE *out, const struct reading *r, const char *provider, bool good)
{
    json_t *doc = reading_json(r), *reports = json_array();
    for (size_t i = 0; good && i < r->n; i++) {
        json_t *report = report_json(&r->list[i]);
        json_object_set_new(report, "line", json_integer(r->list[i].line));
        json_array_append_new(reports, report);
    }
    json_object_set_new(doc, "provider", json_string(provider));
    json_object_set_new(doc, "understood", json_boolean(good));
    json_object_set_new(doc, "reports", reports);
    if (!good)
        json_object_set_new(doc, "kept", json_boolean(!r->not_kept));
    if (good && r->crosscheck_n > 0)
        json_object_set_new(doc, "crossCheck", reading_crosscheck_json(r));
    json_dumpf(doc, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(doc);
}

int check_file(const struct schemas *schemas, const struct profile *profile, const char *provider,
               const char *path, bool as_json, FILE *out)
{
    struct buf content = {0};
    struct reading *r = mem_new(1, sizeof *r);
    int rc = CHECK_UNUSABLE;
    enum err e = disk_read_named(path, INTAKE_BYTES_MAX, &content);
    if (e == ERR_BAD_INPUT) {
        fprintf(stderr, "plek-adapter: %s is a folder, a pipe or a device, not a file\n", path);
    } else if (e == ERR_IO) {
        fprintf(stderr, "plek-adapter: cannot read %s\n", path);
    } else if (e == ERR_TOO_BIG) {
        fprintf(stderr, "plek-adapter: %s is larger than any format takes\n", path);
    } else {
        e = format_read(schemas, profile, provider, buf_view(&content), time_wall_ms(), r);
        if (as_json)
            print_json(out, r, provider, e == OK);
        else
            print_text(out, r, e == OK);
        rc = e == OK ? CHECK_UNDERSTOOD : CHECK_QUARANTINED;
    }
    reading_fini(r);
    free(r);
    buf_fini(&content);
    return rc;
}
