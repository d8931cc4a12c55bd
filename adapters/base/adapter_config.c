#include "adapters/base/adapter_config.h"

#include "base/mem.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct setting {
    const char *name;
    size_t at;
    bool needed;
} settings[] = {
#define SETTING(name, needed)                                                                                \
    {                                                                                                        \
#name, offsetof(struct adapter_config, name), needed                                                 \
    }
    SETTING(broker, true),
    SETTING(ca, true),
    SETTING(cert, true),
    SETTING(key, true),
    SETTING(spool_dir, true),
    SETTING(drop_dir, false),
    SETTING(quarantine_dir, true),
    SETTING(profiles_dir, true),
    SETTING(feeds_dir, false),
    SETTING(have_xsd, false),
    SETTING(push_listen, false),
    SETTING(push_mtls_listen, false),
    SETTING(push_cert, false),
    SETTING(push_key, false),
    SETTING(push_client_ca, false),
    SETTING(push_client_crl, false),
    SETTING(push_access, false),
    SETTING(poll_sources, false),
    SETTING(adapter_name, false),
#undef SETTING
};

static char *value_of(struct adapter_config *c, const struct setting *s)
{
    return (char *)c + s->at;
}

static char *strip(char *text)
{
    text += strspn(text, " \t");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
        text[--n] = '\0';
    return text;
}

static void read_line(struct adapter_config *c, char *line, int number, const char *path, struct buf *faults)
{
    char *text = strip(line);
    char *equals = strchr(text, '=');
    if (text[0] == '\0' || text[0] == '#')
        return;
    if (equals == NULL) {
        buf_format(faults, "%s line %d: is not 'key = value'\n", path, number);
        return;
    }
    *equals = '\0';
    const char *name = strip(text), *value = strip(equals + 1);
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (strcmp(settings[i].name, name) != 0)
            continue;
        if (value_of(c, &settings[i])[0] != '\0')
            buf_format(faults, "%s line %d: %s comes twice\n", path, number, name);
        else if (strlen(value) >= SETTING_SIZE)
            buf_format(faults, "%s line %d: %s is too long\n", path, number, name);
        else
            snprintf(value_of(c, &settings[i]), SETTING_SIZE, "%s", value);
        return;
    }
    buf_format(faults, "%s line %d: unknown setting '%s'\n", path, number, name);
}

static void judge(struct adapter_config *c, const char *path, struct buf *faults)
{
    char host[64];
    uint16_t port = 0;
    bool push = c->push_listen[0] != '\0' || c->push_mtls_listen[0] != '\0';
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        if (settings[i].needed && value_of(c, &settings[i])[0] == '\0')
            buf_format(faults, "%s: %s is missing\n", path, settings[i].name);
    if (c->broker[0] != '\0' && strncmp(c->broker, "https://", 8) != 0)
        buf_format(faults, "%s: broker must begin with https://\n", path);
    if (push && (c->push_cert[0] == '\0' || c->push_key[0] == '\0'))
        buf_format(faults, "%s: a push listener needs push_cert and push_key\n", path);
    if (c->push_client_crl[0] != '\0' && c->push_client_ca[0] == '\0')
        buf_format(faults, "%s: push_client_crl needs push_client_ca\n", path);
    if (c->push_listen[0] != '\0' && !split_address(c->push_listen, host, &port))
        buf_format(faults, "%s: push_listen must be ADDRESS:PORT\n", path);
    if (c->push_mtls_listen[0] != '\0' && !split_address(c->push_mtls_listen, host, &port))
        buf_format(faults, "%s: push_mtls_listen must be ADDRESS:PORT\n", path);
    if (strlen(c->adapter_name) > 64)
        buf_format(faults, "%s: adapter_name is longer than 64 bytes\n", path);
    if (c->feeds_dir[0] == '\0')
        feeds_default(c->profiles_dir, c->feeds_dir);
}

enum err adapter_config_load(const char *path, struct adapter_config *config, struct buf *faults)
{
    char line[2048];
    /* A pipe that nobody writes to must not hold the start for ever. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    FILE *in = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? fdopen(fd, "r") : NULL;
    if (in == NULL) {
        if (fd >= 0)
            close(fd);
        buf_format(faults, "cannot read %s\n", path);
        return ERR_IO;
    }
    *config = (struct adapter_config){0};
    for (int n = 1; n < 1000 && fgets(line, sizeof line, in) != NULL; n++)
        read_line(config, line, n, path, faults);
    fclose(in);
    judge(config, path, faults);
    return faults->len == 0 ? OK : ERR_BAD_INPUT;
}

void feeds_default(const char *profiles_dir, char out[SETTING_SIZE])
{
    struct buf xsd = {0};
    buf_format(&xsd, "%s/../../schema/feeds", profiles_dir);
    const char *source = buf_c_str(&xsd);
    snprintf(out, SETTING_SIZE, "%s",
             xsd.len < SETTING_SIZE && access(source, R_OK) == 0 ? source : "/usr/share/veilige-plek/feeds");
    buf_fini(&xsd);
}

bool split_address(const char *value, char host[64], uint16_t *port)
{
    const char *colon = strrchr(value, ':');
    char *end = NULL;
    if (colon == NULL || colon == value || colon[1] < '0' || colon[1] > '9')
        return false;
    size_t n = (size_t)(colon - value);
    if (value[0] == '[') {
        if (value[n - 1] != ']')
            return false;
        value++;
        n -= 2;
    }
    unsigned long number = strtoul(colon + 1, &end, 10);
    if (n == 0 || n >= 64 || *end != '\0' || number > 65535)
        return false;
    memcpy(host, value, n);
    host[n] = '\0';
    *port = (uint16_t)number;
    return true;
}
