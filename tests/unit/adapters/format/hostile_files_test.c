/* Every hostile file of tests/hostile against each format it makes sense for: refused with its reason, within
 * bounds of processor time and memory that are told at the end; and the next good file is taken. Then each
 * good file cut off after each byte. */
#include "support/feed_world.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define FOLDER PLEK_SOURCE_DIR "/tests/hostile"
#define FILES_MIN 60 /* distinct ones */
/* Under sanitizers on a machine that does other things too; an endless one takes minutes. Measured: see the
 * end of the output, a tenth of these. */
#define CPU_MS_MAX 2000
#define MEMORY_MAX ((size_t)24 << 20) /* live at once, without the file itself */

#define FORMATS FORMAT_N /* a new one needs its files too */

static const char *const *formats_of_the_program(void)
{
    static const char *names[FORMATS];
    for (int f = 0; f < FORMATS; f++)
        names[f] = format_name((enum format)f);
    return names;
}

/* ---- memory: what is live, by the sanitizer's hooks; elsewhere nothing is measured ---- */

#if defined(__SANITIZE_ADDRESS__)
/* As in sanitizer/allocator_interface.h, which gcc does not always bring along. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *p);

static size_t live, most;
static bool counting;

static void on_malloc(const volatile void *p, size_t n)
{
    (void)p;
    if (!counting)
        return;
    live += n;
    most = live > most ? live : most;
}

static void on_free(const volatile void *p)
{
    size_t n = counting && p != NULL ? __sanitizer_get_allocated_size(p) : 0;
    live = live > n ? live - n : 0;
}

static void measure_memory(void)
{
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
}

static void count_memory(bool on)
{
    counting = on;
    if (on)
        live = most = 0;
}
#else
static size_t most;

static void measure_memory(void)
{
    print_message("built without the address sanitizer: memory is not measured\n");
}

static void count_memory(bool on)
{
    (void)on;
}
#endif

/* ---- the table ---- */

static void load(const char *path, struct buf *out)
{
    FILE *in = fopen(path, "r");
    if (in == NULL)
        fail_msg("cannot read %s", path);
    size_t before = out->len;
    uint8_t *to = buf_extend(out, 1 << 20);
    out->len = before + fread(to, 1, 1 << 20, in);
    fclose(in);
}

static int hex(char c)
{
    return c >= 'a' ? c - 'a' + 10 : (c >= 'A' ? c - 'A' + 10 : c - '0');
}

/* TEXT to END into OUT; # becomes NUMBER unless that is negative. Returns how far it came. */
static const char *expand(const char *text, const char *end, int number, struct buf *out)
{
    while (text < end) {
        if (*text == '#' && number >= 0) {
            buf_format(out, "%d", number);
            text++;
        } else if (*text != '\\') {
            buf_add(out, BYTES(text++, 1));
        } else if (text[1] == 'x') {
            buf_u8(out, (uint8_t)(hex(text[2]) * 16 + hex(text[3])));
            text += 4;
        } else if (text[1] == '(') {
            char *unit = NULL;
            long n = strtol(text + 2, &unit, 10);
            const char *close = ++unit; /* behind the space */
            while (close < end && !(close[0] == '\\' && close[1] == ')'))
                close += close[0] == '\\' ? 2 : 1;
            assert_true(close < end);
            for (long i = 0; i < n; i++)
                (void)expand(unit, close, (int)i, out);
            text = close + 2;
        } else {
            buf_u8(out, text[1] == 'n'
                            ? '\n'
                            : (text[1] == 'r' ? '\r' : (text[1] == 't' ? '\t' : (uint8_t)text[1])));
            text += 2;
        }
    }
    return text;
}

static void content(const char *field, struct buf *out)
{
    char path[400];
    if (field[0] == '@') {
        snprintf(path, sizeof path, FOLDER "/files/%s", field + 1);
        load(path, out);
    } else {
        (void)expand(field, field + strlen(field), -1, out);
    }
}

/* ---- one file by one format ---- */

struct worst {
    double ms;
    size_t bytes;
    char slow[100], large[100];
};

struct kind {
    struct buf profile, good;
};

static struct kind kinds[FORMATS];
static const char *const *formats;

static void load_kinds(void)
{
    for (size_t f = 0; f < FORMATS; f++) {
        char path[400];
        snprintf(path, sizeof path, FOLDER "/formats/%s.json", formats[f]);
        load(path, &kinds[f].profile);
        snprintf(path, sizeof path, FOLDER "/formats/%s.good", formats[f]);
        load(path, &kinds[f].good);
    }
}

static bool any_of(const char *alternatives, const char *text)
{
    for (const char *at = alternatives;; at++) {
        size_t n = strcspn(at, "|");
        if (memmem(text, strlen(text), at, n) != NULL)
            return true;
        at += n;
        if (*at == '\0')
            return false;
    }
}

static void taken(const char *what, size_t f)
{
    struct reading r = {0};
    if (world_read(buf_c_str(&kinds[f].profile), buf_view(&kinds[f].good), &r) != OK)
        fail_msg("the good %s behind %s: %s %s", formats[f], what, r.complaints[0].field,
                 r.complaints[0].reason);
    assert_int_equal((int)r.n + r.crosscheck_n, 1);
    reading_fini(&r);
}

static void refused(const char *what, size_t f, struct bytes in, const char *reason, struct worst *w)
{
    struct profile *p = world_profile(buf_c_str(&kinds[f].profile));
    struct reading r = {0};
    clock_t began = clock();
    count_memory(true);
    enum err e = format_read(world_schemas(), p, profile_provider(p, 0), in, NOW_MS, &r);
    count_memory(false);
    double ms = (double)(clock() - began) * 1000 / CLOCKS_PER_SEC;
    if (e == OK)
        fail_msg("%s was taken by %s", what, formats[f]);
    if (r.complaints_n == 0 || !any_of(reason, r.complaints[0].reason))
        fail_msg("%s by %s: '%s', wanted '%s'", what, formats[f],
                 r.complaints_n > 0 ? r.complaints[0].reason : "", reason);
    if (ms > CPU_MS_MAX)
        fail_msg("%s by %s took %.0f ms", what, formats[f], ms);
    if (most > MEMORY_MAX)
        fail_msg("%s by %s took %zu bytes", what, formats[f], most);
    if (ms > w->ms) {
        w->ms = ms;
        snprintf(w->slow, sizeof w->slow, "%s by %s", what, formats[f]);
    }
    if (most > w->bytes) {
        w->bytes = most;
        snprintf(w->large, sizeof w->large, "%s by %s", what, formats[f]);
    }
    reading_fini(&r);
    profile_free(p);
}

static size_t format_by(const char *name, size_t n)
{
    for (size_t f = 0; f < FORMATS; f++)
        if (strlen(formats[f]) == n && memcmp(formats[f], name, n) == 0)
            return f;
    fail_msg("no format %.*s", (int)n, name);
    return 0;
}

static void every_file(void **state)
{
    struct worst w = {0};
    struct buf table = {0}, text = {0};
    int files = 0, readings = 0, per_format[FORMATS] = {0};
    char *save = NULL;
    (void)state;
    load(FOLDER "/files.table", &table);
    for (char *line = strtok_r((char *)(uintptr_t)buf_c_str(&table), "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        char *field[4] = {line};
        if (line[0] == '#')
            continue;
        for (int i = 1; i < 4; i++) {
            char *tab = strchr(field[i - 1], '\t');
            if (tab == NULL)
                fail_msg("a line of %d fields: %s", i, line);
            *tab = '\0';
            field[i] = tab + 1;
        }
        buf_clear(&text);
        content(field[3], &text);
        for (const char *at = field[1];; at++) {
            size_t n = strcspn(at, ","), f = format_by(at, n);
            refused(field[0], f, buf_view(&text), field[2], &w);
            taken(field[0], f);
            readings++;
            per_format[f]++;
            at += n;
            if (*at == '\0')
                break;
        }
        files++;
    }
    assert_true(files >= FILES_MIN);
    for (size_t f = 0; f < FORMATS; f++)
        assert_true(per_format[f] >= 20);
    print_message(
        "%d hostile files, %d readings; most processor time %.0f ms (%s), most memory %zu kB (%s)\n", files,
        readings, w.ms, w.slow, w.bytes / 1024, w.large);
    buf_fini(&table);
    buf_fini(&text);
}

/* The formats' own bounds are where they cost most: the largest files that pass the gates. */
static void cut_after_each_byte(void **state)
{
    struct worst w = {0};
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        for (size_t n = 0; n < kinds[f].good.len; n++) {
            /* A copy of just so many bytes, so that one more is noticed. */
            char *cut = mem_dup(kinds[f].good.p, n > 0 ? n : 1);
            refused("cut off", f, BYTES(cut, n), "", &w);
            free(cut);
        }
        taken("what was cut off", f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file),
        cmocka_unit_test(cut_after_each_byte),
    };
    measure_memory();
    world_schemas();
    formats = formats_of_the_program();
    load_kinds();
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t f = 0; f < FORMATS; f++) {
        buf_fini(&kinds[f].profile);
        buf_fini(&kinds[f].good);
    }
    return rc;
}
