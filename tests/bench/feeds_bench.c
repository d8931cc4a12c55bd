/* What the adapter makes of a file against what a library alone needs for the same bytes, all in processor
 * time of this thread, in turn. `bare` is the plain parse (of CSV: libcsv cutting it as it does by default),
 * `due` the least that can be done for the format: of our own XML with the XSD, of CSV with the check for
 * UTF-8 and the strict settings (quotes in their place, spaces kept); of the others it is the plain parse
 * again.
 *
 *   plek-bench-feeds PROFILE FILE xml|xsd|json|csv RUNS
 *
 * Prints one line of JSON: bytes, reports, ours_us, bare_us, due_us (medians). */
#include "adapters/format/format.h"
#include "adapters/gate/safe_xml.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <csv.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_MAX (1024 * 1024)
#define CHUNK 4096

static int64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* SCHEMA may be NULL. */
static bool bare_xml(struct bytes in, xmlSchemaPtr schema)
{
    xmlParserCtxt *ctxt = xmlCreatePushParserCtxt(NULL, NULL, NULL, 0, NULL);
    xmlCtxtUseOptions(ctxt, XML_PARSE_NONET);
    for (size_t at = 0; at < in.len; at += CHUNK)
        xmlParseChunk(ctxt, (const char *)in.p + at, (int)(in.len - at < CHUNK ? in.len - at : CHUNK), 0);
    xmlParseChunk(ctxt, NULL, 0, 1);
    bool fine = ctxt->wellFormed != 0;
    if (fine && schema != NULL) {
        xmlSchemaValidCtxtPtr valid = xmlSchemaNewValidCtxt(schema);
        fine = xmlSchemaValidateDoc(valid, ctxt->myDoc) == 0;
        xmlSchemaFreeValidCtxt(valid);
    }
    xmlFreeDoc(ctxt->myDoc);
    xmlFreeParserCtxt(ctxt);
    return fine;
}

static bool bare_json(struct bytes in)
{
    json_t *doc = json_loadb((const char *)in.p, in.len, 0, NULL);
    bool fine = doc != NULL;
    json_decref(doc);
    return fine;
}

static void on_field(void *text, size_t n, void *ctx)
{
    (void)text;
    *(size_t *)ctx += n;
}

static void on_row(int c, void *ctx)
{
    (void)c;
    *(size_t *)ctx += 1;
}

static bool is_utf8(struct bytes in)
{
    uint32_t code = 0;
    for (size_t n = 0; in.len > 0; in = BYTES(in.p + n, in.len - n)) {
        n = in.p[0] < 0x80 ? bytes_ascii(in) : bytes_utf8(in, &code);
        if (n == 0)
            return false;
    }
    return true;
}

static int never_space(unsigned char c)
{
    (void)c;
    return 0;
}

static bool bare_csv(struct bytes in, bool strict)
{
    struct csv_parser p;
    size_t sum = 0;
    csv_init(&p, strict ? CSV_STRICT | CSV_STRICT_FINI : CSV_APPEND_NULL);
    csv_set_delim(&p, ';');
    if (strict)
        csv_set_space_func(&p, never_space);
    bool fine = !strict || is_utf8(in);
    fine &= csv_parse(&p, in.p, in.len, on_field, on_row, &sum) == in.len;
    csv_fini(&p, on_field, on_row, &sum);
    csv_free(&p);
    return fine && sum > 0;
}

static bool bare(const char *kind, struct bytes in)
{
    if (strcmp(kind, "json") == 0)
        return bare_json(in);
    return strcmp(kind, "csv") == 0 ? bare_csv(in, false) : bare_xml(in, NULL);
}

static bool due(const char *kind, struct bytes in, const struct schemas *schemas)
{
    if (strcmp(kind, "csv") == 0)
        return bare_csv(in, true);
    return strcmp(kind, "xsd") == 0 ? bare_xml(in, schemas->opvang) : bare(kind, in);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static size_t read_file(const char *path, uint8_t *to)
{
    FILE *f = fopen(path, "re");
    size_t n = f != NULL ? fread(to, 1, FILE_MAX, f) : 0;
    if (f != NULL)
        fclose(f);
    return n;
}

int main(int argc, char **argv)
{
    struct buf faults = {0};
    struct profile *profile = NULL;
    struct schemas schemas = {0};
    char why[300] = "";
    if (argc != 5 || atoi(argv[4]) < 1) {
        fprintf(stderr, "usage: plek-bench-feeds PROFILE FILE xml|xsd|json|csv RUNS\n");
        return 2;
    }
    crypto_start();
    safe_xml_start();
    uint8_t *bytes = mem_new(FILE_MAX, 1);
    const struct bytes in = BYTES(bytes, read_file(argv[2], bytes));
    size_t runs = (size_t)atoi(argv[4]), reports = 0;
    int64_t *ours = mem_new(runs, sizeof *ours), *theirs = mem_new(runs, sizeof *theirs);
    int64_t *least = mem_new(runs, sizeof *least);
    if (profile_load(argv[1], &profile, &faults) != OK ||
        safe_xml_schema(PLEK_SOURCE_DIR "/schema/feeds/opvang.xsd", &schemas.opvang, why, sizeof why) != OK) {
        fprintf(stderr, "%s%s\n", buf_c_str(&faults), why);
        return 2;
    }
    for (size_t i = 0; i < runs; i++) {
        struct reading r = {0};
        int64_t from = clock_ns();
        enum err e = format_read(&schemas, profile, profile_provider(profile, 0), in, time_wall_ms(), &r);
        ours[i] = clock_ns() - from;
        reports = r.n;
        if (e != OK || !bare(argv[3], in) || !due(argv[3], in, &schemas)) {
            fprintf(stderr, "not understood: line %d %s %s\n", r.complaints[0].line, r.complaints[0].field,
                    r.complaints[0].reason);
            return 1;
        }
        reading_fini(&r);
        from = clock_ns();
        bare(argv[3], in);
        theirs[i] = clock_ns() - from;
        from = clock_ns();
        due(argv[3], in, &schemas);
        least[i] = clock_ns() - from;
    }
    qsort(ours, runs, sizeof *ours, compare);
    qsort(theirs, runs, sizeof *theirs, compare);
    qsort(least, runs, sizeof *least, compare);
    printf("{\"bytes\":%zu,\"reports\":%zu,\"ours_us\":%.1f,\"bare_us\":%.1f,\"due_us\":%.1f}\n", in.len,
           reports, (double)ours[runs / 2] / 1e3, (double)theirs[runs / 2] / 1e3,
           (double)least[runs / 2] / 1e3);
    safe_xml_schema_free(schemas.opvang);
    profile_free(profile);
    buf_fini(&faults);
    free(bytes);
    free(ours);
    free(theirs);
    free(least);
    return 0;
}
