#include "adapters/transport/poll_state.h"

#include "adapters/base/disk.h"
#include "base/check.h"
#include "base/json.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_BYTES_MAX 4096

static void name_of(const struct poll_source *source, struct buf *out)
{
    uint8_t hash[CRYPTO_SHA256_BYTES];
    crypto_sha256(bytes_of_text(source->url), hash);
    buf_format(out, "%s-", source->provider);
    crypto_hex(BYTES(hash, 8), out);
    buf_text(out, ".json");
}

void poll_validator_set(char out[POLL_VALIDATOR_SIZE], const char *value)
{
    size_t n = strlen(value);
    bool good = n < POLL_VALIDATOR_SIZE;
    for (size_t i = 0; good && i < n; i++)
        good = value[i] >= ' ' && value[i] <= '~';
    snprintf(out, POLL_VALIDATOR_SIZE, "%s", good ? value : "");
}

static void read_state(const json_t *doc, const uint8_t by[CRYPTO_SHA256_BYTES], struct poll_validators *out)
{
    const char *etag = json_string_value(json_object_get(doc, "etag"));
    const char *modified = json_string_value(json_object_get(doc, "lastModified"));
    const char *profile = json_string_value(json_object_get(doc, "profile"));
    struct buf hex = {0};
    crypto_hex(BYTES(by, CRYPTO_SHA256_BYTES), &hex);
    bool same = profile != NULL && strcmp(profile, buf_c_str(&hex)) == 0;
    buf_fini(&hex);
    if (!same)
        return;
    if (etag != NULL)
        poll_validator_set(out->etag, etag);
    if (modified != NULL)
        poll_validator_set(out->last_modified, modified);
}

void poll_state_load(const char *folder, const struct poll_source *source,
                     const uint8_t by[CRYPTO_SHA256_BYTES], struct poll_validators *out)
{
    struct buf path = {0}, text = {0};
    *out = (struct poll_validators){0};
    buf_format(&path, "%s/", folder);
    name_of(source, &path);
    if (disk_read(buf_c_str(&path), STATE_BYTES_MAX, &text) == OK) {
        struct json_faults *f = mem_new(1, sizeof *f);
        json_t *doc = json_parse(buf_view(&text), f);
        read_state(doc, by, out);
        json_decref(doc);
        free(f);
    }
    buf_fini(&text);
    buf_fini(&path);
}

enum err poll_state_save(const char *folder, const struct poll_source *source,
                         const uint8_t by[CRYPTO_SHA256_BYTES], const struct poll_validators *v)
{
    struct buf name = {0}, hex = {0};
    crypto_hex(BYTES(by, CRYPTO_SHA256_BYTES), &hex);
    json_t *doc = json_pack("{s:s, s:s, s:s}", "etag", v->etag, "lastModified", v->last_modified, "profile",
                            buf_c_str(&hex));
    CHECK(doc != NULL);
    char *text = json_dumps(doc, JSON_COMPACT);
    CHECK(text != NULL);
    name_of(source, &name);
    enum err e = disk_write(folder, buf_c_str(&name), bytes_of_text(text));
    buf_fini(&name);
    buf_fini(&hex);
    json_decref(doc);
    free(text);
    return e;
}
