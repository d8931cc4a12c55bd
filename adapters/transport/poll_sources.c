#include "adapters/transport/poll_sources.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX (1024 * 1024)

/* ---- URLs ---- */

struct origin {
    char *host, *port;
};

static void origin_fini(struct origin *o)
{
    curl_free(o->host);
    curl_free(o->port);
}

/* False for anything but https without a user name. */
static bool origin_of(const char *url, struct origin *out)
{
    CURLU *u = curl_url();
    char *scheme = NULL;
    *out = (struct origin){0};
    bool good = u != NULL && curl_url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK && strcmp(scheme, "https") == 0 &&
                curl_url_get(u, CURLUPART_HOST, &out->host, 0) == CURLUE_OK && out->host[0] != '\0' &&
                curl_url_get(u, CURLUPART_PORT, &out->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
    curl_free(scheme);
    curl_url_cleanup(u);
    return good;
}

bool poll_url_is_of(const char *url, const char *of)
{
    struct origin a = {0}, b = {0};
    bool same = origin_of(url, &a) && origin_of(of, &b) && strcasecmp(a.host, b.host) == 0 &&
                strcmp(a.port, b.port) == 0;
    origin_fini(&a);
    origin_fini(&b);
    return same;
}

/* ---- tokens ---- */

enum err poll_token_load(const char *path, struct buf *out)
{
    struct stat st;
    struct buf text = {0};
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return ERR_IO;
    if ((st.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        return ERR_BAD_INPUT;
    enum err e = ERR_IO;
    FILE *in = fopen(path, "re");
    if (in != NULL) {
        text.len = fread(buf_extend(&text, POLL_TOKEN_MAX + 3), 1, POLL_TOKEN_MAX + 3, in);
        e = ferror(in) == 0 ? OK : ERR_IO;
        fclose(in);
    }
    while (text.len > 0 && strchr("\r\n", text.p[text.len - 1]) != NULL)
        text.len--;
    if (e == OK && (text.len < POLL_TOKEN_MIN || text.len > POLL_TOKEN_MAX))
        e = ERR_BAD_INPUT;
    for (size_t i = 0; e == OK && i < text.len; i++)
        if (text.p[i] <= ' ' || text.p[i] > '~')
            e = ERR_BAD_INPUT;
    if (e == OK)
        buf_add(out, buf_view(&text));
    if (text.p != NULL)
        crypto_wipe(text.p, text.cap);
    buf_fini(&text);
    return e;
}

/* ---- the file ---- */

static void read_path(struct json_at at, char out[POLL_PATH_SIZE], struct json_faults *f)
{
    if (!json_present(at))
        return;
    snprintf(out, POLL_PATH_SIZE, "%s", json_text(at, POLL_PATH_SIZE - 1, f));
    if (json_is_string(at.value) && access(out, R_OK) != 0)
        json_fault_add(f, at.pointer, "cannot be read");
}

static void read_provider(struct poll_source *s, struct json_at at, const struct profiles *profiles,
                          struct json_faults *f)
{
    snprintf(s->provider, sizeof s->provider, "%s", json_text(at, CODE_TEXT_SIZE - 1, f));
    if (s->provider[0] != '\0' && profiles_find(profiles, s->provider) == NULL)
        json_fault_add(f, at.pointer, "is not a provider of any profile");
}

static void read_url(struct poll_source *s, struct json_at at, struct json_faults *f)
{
    struct origin o = {0};
    snprintf(s->url, sizeof s->url, "%s", json_text(at, POLL_URL_SIZE - 1, f));
    if (s->url[0] != '\0' && (strncmp(s->url, "https://", 8) != 0 || !origin_of(s->url, &o)))
        json_fault_add(f, at.pointer, "must be an https:// URL without a user name");
    origin_fini(&o);
}

static void read_token(struct poll_source *s, struct json_at at, struct json_faults *f)
{
    struct buf token = {0};
    read_path(at, s->token_file, f);
    if (s->token_file[0] != '\0' && poll_token_load(s->token_file, &token) == ERR_BAD_INPUT)
        json_fault_add(f, at.pointer,
                       "must be closed to others (mode 0600 or 0640) and hold one token of %d to %d visible "
                       "characters",
                       POLL_TOKEN_MIN, POLL_TOKEN_MAX);
    if (token.p != NULL)
        crypto_wipe(token.p, token.cap);
    buf_fini(&token);
}

static void read_source(struct poll_source *s, struct json_at at, const struct profiles *profiles,
                        struct json_faults *f)
{
    static const char *const fields[] = {"provider", "url", "every_minutes", "token_file", "cert",
                                         "key",      "ca"};
    struct json_at every = json_field(at, "every_minutes");
    json_only(at, fields, COUNT_OF(fields), f);
    if (!json_is_object(at.value))
        return;
    read_provider(s, json_field(at, "provider"), profiles, f);
    read_url(s, json_field(at, "url"), f);
    s->every_minutes =
        json_present(every) ? (int)json_int(every, 1, POLL_MINUTES_MAX, f) : POLL_MINUTES_DEFAULT;
    read_token(s, json_field(at, "token_file"), f);
    read_path(json_field(at, "cert"), s->cert, f);
    read_path(json_field(at, "key"), s->key, f);
    read_path(json_field(at, "ca"), s->ca, f);
    if ((s->cert[0] == '\0') != (s->key[0] == '\0'))
        json_fault_add(f, at.pointer, "needs cert and key, or neither");
}

static void read_all(struct poll_sources *out, const json_t *doc, const struct profiles *profiles,
                     struct json_faults *f)
{
    static const char *const fields[] = {"sources"};
    struct json_at root = json_root(doc), list = json_field(root, "sources");
    json_only(root, fields, COUNT_OF(fields), f);
    size_t n = json_list(list, POLL_SOURCES_MAX, f);
    out->list = mem_new(n + 1, sizeof *out->list);
    for (; out->n < n; out->n++) {
        struct json_at at = json_item(list, out->n);
        struct poll_source *s = &out->list[out->n];
        read_source(s, at, profiles, f);
        for (size_t i = 0; i < out->n && s->url[0] != '\0'; i++)
            if (strcmp(out->list[i].url, s->url) == 0 && strcmp(out->list[i].provider, s->provider) == 0)
                json_fault_add(f, at.pointer, "is the same as source %zu", i);
    }
}

static void write_faults(const char *path, const struct json_faults *f, struct buf *faults)
{
    for (int i = 0; i < f->n; i++) {
        buf_text(faults, path);
        if (f->list[i].line > 0)
            buf_format(faults, " line %d", f->list[i].line);
        buf_format(faults, " %s: %s\n", f->list[i].pointer, f->list[i].reason);
    }
    if (f->more > 0)
        buf_format(faults, "%s: and %d more\n", path, f->more);
}

/* At most one byte more than FILE_BYTES_MAX. */
static enum err read_file(const char *path, struct stat *st, struct buf *out)
{
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return ERR_IO;
    bool good = fstat(fileno(in), st) == 0 && S_ISREG(st->st_mode);
    if (good)
        out->len = fread(buf_extend(out, FILE_BYTES_MAX + 1), 1, FILE_BYTES_MAX + 1, in);
    good = good && ferror(in) == 0;
    fclose(in);
    return good ? OK : ERR_IO;
}

enum err poll_sources_load(const char *path, const struct profiles *profiles, struct poll_sources *out,
                           struct buf *faults)
{
    struct buf text = {0};
    struct stat st;
    *out = (struct poll_sources){0};
    if (read_file(path, &st, &text) != OK) {
        buf_format(faults, "cannot read the poll sources file %s\n", path);
        buf_fini(&text);
        return ERR_IO;
    }
    struct json_faults *f = mem_new(1, sizeof *f);
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        json_fault_add(f, "", "may be written by others");
    if (text.len > FILE_BYTES_MAX)
        json_fault_add(f, "", "is larger than %d bytes", FILE_BYTES_MAX);
    json_t *doc = text.len <= FILE_BYTES_MAX ? json_parse(buf_view(&text), f) : NULL;
    if (doc != NULL)
        read_all(out, doc, profiles, f);
    json_decref(doc);
    write_faults(path, f, faults);
    enum err e = f->n == 0 ? OK : ERR_BAD_INPUT;
    buf_fini(&text);
    free(f);
    return e;
}

void poll_sources_fini(struct poll_sources *s)
{
    free(s->list);
    *s = (struct poll_sources){0};
}
