#include "main/config.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_FILE_MAX (64 * 1024)

enum setting_type { SETTING_TEXT, SETTING_PATH, SETTING_ADDRESS, SETTING_INT };

/* One row of settings.def as data; TEXT is the default of the textual types, NUMBER of INT. */
struct setting {
    const char *name;
    const char *help;
    const char *text;
    size_t offset;
    int64_t number, min, max;
    enum setting_type type;
};

#define DEFAULT_TEXT_TEXT(v) (v)
#define DEFAULT_TEXT_PATH(v) (v)
#define DEFAULT_TEXT_ADDRESS(v) (v)
#define DEFAULT_TEXT_INT(v) NULL
#define DEFAULT_NUMBER_TEXT(v) 0
#define DEFAULT_NUMBER_PATH(v) 0
#define DEFAULT_NUMBER_ADDRESS(v) 0
#define DEFAULT_NUMBER_INT(v) (v)

static const struct setting settings[] = {
#define SETTING(type, name, def, min, max, reloadable, help)                                                 \
    {#name,                                                                                                  \
     help,                                                                                                   \
     DEFAULT_TEXT_##type(def),                                                                               \
     offsetof(struct config, name),                                                                          \
     DEFAULT_NUMBER_##type(def),                                                                             \
     min,                                                                                                    \
     max,                                                                                                    \
     SETTING_##type},
#include "main/settings.def"
#undef SETTING
};

static char *field_text(struct config *c, const struct setting *s)
{
    return (char *)c + s->offset;
}

static int64_t *field_number(struct config *c, const struct setting *s)
{
    return (int64_t *)(void *)((char *)c + s->offset);
}

struct config config_default(void)
{
    struct config c;
    memset(&c, 0, sizeof c);
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        const struct setting *s = &settings[i];
        if (s->type == SETTING_INT)
            *field_number(&c, s) = s->number;
        else
            memcpy(field_text(&c, s), s->text, strlen(s->text) + 1);
    }
    return c;
}

bool config_address(const char *value, char host[64], uint16_t *port)
{
    const char *colon = strrchr(value, ':');
    if (colon == NULL || colon == value)
        return false;
    const char *from = value;
    size_t n = (size_t)(colon - value);
    if (value[0] == '[') {
        if (n < 3 || value[n - 1] != ']')
            return false;
        from++;
        n -= 2;
    }
    if (n >= 64 || colon[1] == '\0' || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strlen(colon + 1) > 5)
        return false;
    long p = strtol(colon + 1, NULL, 10);
    if (p > 65535)
        return false;
    memcpy(host, from, n);
    host[n] = '\0';
    *port = (uint16_t)p;
    return true;
}

static const struct setting *setting_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        if (strcmp(settings[i].name, name) == 0)
            return &settings[i];
    return NULL;
}

/* Put VALUE into its field; false after a fault line. */
static bool setting_put(struct config *c, const struct setting *s, const char *value, const char *where,
                        struct buf *faults)
{
    char host[64];
    uint16_t port;
    if (s->type == SETTING_INT) {
        char *end = NULL;
        errno = 0;
        long long v = strtoll(value, &end, 10);
        if (errno != 0 || end == value || *end != '\0' || v < s->min || v > s->max) {
            buf_format(faults, "%s: %s must be a whole number from %lld to %lld\n", where, s->name,
                       (long long)s->min, (long long)s->max);
            return false;
        }
        *field_number(c, s) = v;
        return true;
    }
    size_t n = strlen(value);
    if ((int64_t)n < s->min || (int64_t)n > s->max) {
        buf_format(faults, "%s: %s must have %lld to %lld characters\n", where, s->name, (long long)s->min,
                   (long long)s->max);
        return false;
    }
    if (s->type == SETTING_ADDRESS && !config_address(value, host, &port)) {
        buf_format(faults, "%s: %s must be a numeric address and port, as 127.0.0.1:8443\n", where, s->name);
        return false;
    }
    memcpy(field_text(c, s), value, n + 1);
    return true;
}

/* Judge one line in place; LINE is writable and NUL-terminated. */
static bool line_parse(struct config *c, char *line, const char *where, bool *seen, struct buf *faults)
{
    line += strspn(line, " \t");
    size_t n = strlen(line);
    while (n > 0 && strchr(" \t\r", line[n - 1]) != NULL)
        line[--n] = '\0';
    if (n == 0 || line[0] == '#')
        return true;
    char *eq = strchr(line, '=');
    if (eq == NULL) {
        buf_format(faults, "%s: not of the form 'setting = value'\n", where);
        return false;
    }
    char *value = eq + 1 + strspn(eq + 1, " \t");
    while (eq > line && strchr(" \t", eq[-1]) != NULL)
        eq--;
    *eq = '\0';
    const struct setting *s = setting_find(line);
    if (s == NULL) {
        buf_format(faults, "%s: unknown setting '%.60s'\n", where, line);
        return false;
    }
    if (seen[s - settings]) {
        buf_format(faults, "%s: %s is set twice\n", where, s->name);
        return false;
    }
    seen[s - settings] = true;
    return setting_put(c, s, value, where, faults);
}

enum err config_parse(struct config *config, const char *name, struct bytes text, struct buf *faults)
{
    bool seen[COUNT_OF(settings)] = {false};
    bool good = true;
    char *copy = mem_dup(text.p, text.len);
    char *save = copy;
    const char *base = strrchr(name, '/');
    int line_no = 0;

    if (memchr(text.p != NULL ? text.p : (const uint8_t *)"", 0, text.len) != NULL) {
        buf_format(faults, "%s: holds a NUL byte\n", name);
        good = false;
    }
    for (char *line; (line = strsep(&save, "\n")) != NULL;) {
        char where[160];
        snprintf(where, sizeof where, "%.120s line %d", base != NULL ? base + 1 : name, ++line_no);
        if (!line_parse(config, line, where, seen, faults))
            good = false;
    }
    free(copy);
    return good ? OK : ERR_BAD_INPUT;
}

enum err config_load(struct config *config, const char *path, struct buf *faults)
{
    struct buf text = {0};
    char chunk[4096];
    enum err e = OK;
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        buf_format(faults, "cannot read %s: %s\n", path, strerror(errno));
        return ERR_IO;
    }
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0 && text.len <= CONFIG_FILE_MAX;)
        buf_add(&text, BYTES(chunk, n));
    if (ferror(f) || text.len > CONFIG_FILE_MAX) {
        buf_format(faults, "cannot read %s: %s\n", path, ferror(f) ? strerror(errno) : "larger than 64 KiB");
        e = ERR_IO;
    } else {
        e = config_parse(config, path, buf_view(&text), faults);
    }
    fclose(f);
    buf_fini(&text);
    return e;
}

void config_print(const struct config *config, FILE *out)
{
    struct config copy = *config;
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        const struct setting *s = &settings[i];
        if (s->type == SETTING_INT)
            fprintf(out, "# %s (%lld to %lld)\n%s = %lld\n", s->help, (long long)s->min, (long long)s->max,
                    s->name, (long long)*field_number(&copy, s));
        else
            fprintf(out, "# %s\n%s%s = %s\n", s->help, field_text(&copy, s)[0] == '\0' ? "# " : "", s->name,
                    field_text(&copy, s));
    }
}
