#include "adapters/spool/message_file.h"

#include "adapters/base/disk.h"
#include "base/check.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_BYTES_MAX (1024 * 1024) /* REPORTS_MAX of about 400 bytes, and complaints */
#define NAME_SIZE 128

static const char *const state_names[] = {"new", "again", "told", "aside"};

static void name_of(const struct message_entry *e, enum message_state state, char out[NAME_SIZE])
{
    snprintf(out, NAME_SIZE, "%016" PRIu64 ".%s.%s.%s", e->number, e->id, channel_name(e->channel),
             state_names[state]);
}

static void path_of(const char *dir, const char *provider, const struct message_entry *e,
                    enum message_state state, struct buf *out)
{
    char name[NAME_SIZE];
    name_of(e, state, name);
    buf_format(out, "%s/%s/%s", dir, provider, name);
}

bool message_file_name(const char *name, struct message_entry *out)
{
    char channel[16] = "", state[16] = "";
    int end = 0;
    *out = (struct message_entry){0};
    if (sscanf(name, "%16" SCNu64 ".%32[0-9a-f].%15[a-z].%15[a-z]%n", &out->number, out->id, channel, state,
               &end) != 4 ||
        name[end] != '\0' || strlen(out->id) != MESSAGE_ID_SIZE - 1 || out->number == 0)
        return false;
    out->channel = channel_of(bytes_of_text(channel));
    for (int i = 0; i < MESSAGE_STATE_N; i++)
        if (strcmp(state, state_names[i]) == 0) {
            out->state = (enum message_state)i;
            return out->channel != CHANNEL_N;
        }
    return false;
}

char *message_file_text(json_t *body, const char *file)
{
    json_t *record = json_pack("{s:O, s:s}", "message", body, "file", file);
    CHECK(record != NULL);
    char *text = json_dumps(record, JSON_COMPACT);
    CHECK(text != NULL);
    json_decref(record);
    return text;
}

enum err message_file_write(const char *dir, const char *provider, const struct message_entry *e,
                            struct bytes text)
{
    struct buf folder = {0};
    char name[NAME_SIZE];
    name_of(e, MESSAGE_NEW, name);
    buf_format(&folder, "%s/%s", dir, provider);
    enum err done = disk_folder(dir, buf_c_str(&folder));
    if (done == OK)
        done = disk_write(buf_c_str(&folder), name, text);
    buf_fini(&folder);
    return done;
}

static enum err read_record(struct bytes text, struct message *out)
{
    struct json_faults *f = mem_new(1, sizeof *f);
    json_t *doc = json_parse(text, f);
    json_t *body = json_object_get(doc, "message");
    const char *file = json_string_value(json_object_get(doc, "file"));
    const char *id = json_string_value(json_object_get(body, "messageId"));
    enum err e = ERR_BAD_INPUT;
    if (id != NULL && strcmp(id, out->id) == 0 && file != NULL && strlen(file) < sizeof out->file) {
        snprintf(out->file, sizeof out->file, "%s", file);
        out->body = json_incref(body);
        e = OK;
    }
    json_decref(doc);
    free(f);
    return e;
}

enum err message_file_read(const char *dir, const char *provider, const struct message_entry *e,
                           struct message *out)
{
    struct buf path = {0}, text = {0};
    *out = (struct message){.number = e->number, .version = e->version};
    snprintf(out->provider, sizeof out->provider, "%s", provider);
    memcpy(out->id, e->id, sizeof out->id);
    path_of(dir, provider, e, e->state, &path);
    enum err done = disk_read(buf_c_str(&path), RECORD_BYTES_MAX, &text) == OK ? OK : ERR_BAD_INPUT;
    if (done == OK)
        done = read_record(buf_view(&text), out);
    buf_fini(&text);
    buf_fini(&path);
    return done;
}

/* If the rename is lost in a crash it is told again under the same name: the same message. */
bool message_file_become(const char *dir, const char *provider, const struct message_entry *e,
                         enum message_state state)
{
    struct buf from = {0}, to = {0};
    path_of(dir, provider, e, e->state, &from);
    path_of(dir, provider, e, state, &to);
    bool done = rename(buf_c_str(&from), buf_c_str(&to)) == 0;
    buf_fini(&from);
    buf_fini(&to);
    return done;
}

void message_file_remove(const char *dir, const char *provider, const struct message_entry *e,
                         enum message_state state)
{
    struct buf path = {0};
    path_of(dir, provider, e, state, &path);
    unlink(buf_c_str(&path));
    buf_fini(&path);
}
