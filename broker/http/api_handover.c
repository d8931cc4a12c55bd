/* The warm handover of a referral: what both sides acknowledge, and notes that only the receiver can read.
 *
 * A note is written in two steps: its ciphertext is stored first, then the engine is told that it is there.
 * What was stored and then refused is dropped by the janitor (note_janitor.c), which knows what is wanted. */
#include "http/route.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/note_janitor.h"
#include "http/view_handover.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_BYTES_MAX (NOTE_SEAL_BYTES + NOTE_STEP_BYTES * NOTE_STEPS_MAX)

/* ---- the list ---- */

static void handover_get(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_json(late, 200, view_handover(app_engine(late->app), &late->actor, (struct referral_id){late->id}));
}

void api_handover_get(struct call *call)
{
    if (call_may(call, ACT_SEE_HANDOVER, call->late.id) && call_record(call, "referral.read"))
        call_read(call, handover_get);
}

void api_handover_item(struct call *call)
{
    static const char *const fields[] = {"item", "acknowledged"};
    const struct vocab *v = engine_vocab(app_engine(call->late.app));
    struct json_at root = json_root(call->body), item = json_field(root, "item");
    struct command cmd = {.kind = CMD_HANDOVER_ITEM};
    int index = -1;

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    index = vocab_list_find(v, LIST_HANDOVER, json_text(item, VOCAB_CODE_SIZE - 1, &call->faults));
    if (index < 0 && json_is_string(item.value))
        json_fault_add(&call->faults, item.pointer, "is not an item of the list");
    cmd.u.item.referral.v = call->late.id;
    cmd.u.item.item = (uint8_t)(index + 1);
    cmd.u.item.given = json_bool(json_field(root, "acknowledged"), &call->faults);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "referral.read"))
        call_submit(call, &cmd, handover_get);
}

/* ---- writing ---- */

/* A note whose ciphertext is on its way to the store. */
struct writing {
    struct late late;
    struct command_key key;
    struct cmd_write_note note;
};

static void note_written(const struct late *late, const struct outcome *o)
{
    char path[64];

    snprintf(path, sizeof path, "/api/v1/notes/%" PRIu64, o->made);
    reply_json_with(late, 201,
                    view_note(app_engine(late->app), &late->actor, (struct note_id){(uint32_t)o->made}),
                    "Location", path);
}

static void on_stored(void *ctx, enum err trouble)
{
    struct writing *w = ctx;
    struct call call = {.late = w->late, .key = w->key};
    struct command cmd = {.kind = CMD_WRITE_NOTE, .u.write_note = &w->note};

    if (trouble == OK)
        call_submit(&call, &cmd, note_written);
    else
        reply_trouble(&w->late, trouble == ERR_BAD_INPUT ? ERR_IO : trouble);
    free(w);
}

/* The ciphertext, appended to OUT. */
static void read_sealed(struct json_at at, struct buf *out, struct json_faults *f)
{
    int before = f->n;
    const char *text = json_text(at, (NOTE_BYTES_MAX + 2) / 3 * 4, f);

    if (f->n > before)
        return;
    if (crypto_unbase64url(bytes_of_text(text), out) != OK)
        json_fault_add(f, at.pointer, "must be base64url without padding");
    else if (!note_bytes_are_valid(out->len))
        json_fault_add(f, at.pointer, "must be a sealed box of 1 to %d times %d bytes", NOTE_STEPS_MAX,
                       NOTE_STEP_BYTES);
}

/* Store it, and tell the engine when it is there. */
static void store_note(struct call *call, const struct cmd_write_note *note, struct bytes sealed)
{
    const struct notes_port *notes = &call->late.app->parts.notes;
    struct note_locker locker = note_locker_of(call->key.hi, call->key.lo);
    struct writing *w = mem_new(1, sizeof *w);
    enum err e;

    *w = (struct writing){.late = call->late, .key = call->key, .note = *note};
    e = notes->put(notes->ctx, &locker, app_now_ms(call->late.app), sealed, on_stored, w);
    if (e == OK)
        return;
    reply_trouble(&call->late, e);
    free(w);
}

void api_note_write(struct call *call)
{
    static const char *const fields[] = {"keyId", "sealed"};
    struct json_at root = json_root(call->body);
    struct cmd_write_note note = {.referral = {call->late.id}};
    struct buf sealed = {0};

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    note.key.v = (uint32_t)json_int(json_field(root, "keyId"), 1, UINT32_MAX, &call->faults);
    read_sealed(json_field(root, "sealed"), &sealed, &call->faults);
    if (call->faults.n > 0) {
        reply_faults(&call->late, 400, &call->faults);
    } else if (call_may(call, ACT_SEE_HANDOVER, call->late.id) && call_record(call, "note.write")) {
        note.bytes = (uint16_t)sealed.len;
        crypto_sha256(buf_view(&sealed), note.hash);
        store_note(call, &note, buf_view(&sealed));
    }
    buf_fini(&sealed);
}

/* ---- reading ---- */

/* What the receiver's browser needs: the box, and the key that opens it, wrapped. */
static json_t *readable(const struct engine *e, const struct actor *a, struct note_id id, struct bytes sealed)
{
    const struct org_key *k = engine_org_key(e, engine_note(e, id)->key);
    json_t *o = view_note(e, a, id);

    json_object_set_new(o, "sealed", view_bytes(sealed.p, sealed.len));
    json_object_set_new(o, "publicKey", view_bytes(k->public_key, sizeof k->public_key));
    json_object_set_new(o, "wrapped",
                        k->wrapped_bytes > 0 ? view_bytes(k->wrapped, k->wrapped_bytes) : json_null());
    return o;
}

static void on_fetched(void *ctx, enum err trouble, struct bytes sealed)
{
    struct late *late = ctx;
    const struct engine *e = app_engine(late->app);
    const struct sealed_note *n = engine_note(e, (struct note_id){(uint32_t)late->id});
    uint8_t hash[CRYPTO_SHA256_BYTES];

    if (trouble != OK && trouble != ERR_NOT_FOUND) {
        reply_trouble(late, trouble == ERR_BAD_INPUT ? ERR_IO : trouble);
    } else if (trouble == ERR_NOT_FOUND || !may(e, &late->actor, ACT_READ_NOTE, late->id)) {
        reply_not_found(late); /* destroyed, or the yes undone, while we were reading */
    } else {
        crypto_sha256(sealed, hash);
        if (crypto_equal(hash, n->hash, sizeof hash))
            reply_json(late, 200, readable(e, &late->actor, n->id, sealed));
        else
            reply_problem(late, 409, "note_damaged", "The note is damaged",
                          "What is stored is not what was written. Ask the sender to write it again.");
    }
    free(late);
}

static void note_get(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    const struct sealed_note *n = engine_note(e, (struct note_id){(uint32_t)late->id});
    const struct notes_port *notes = &late->app->parts.notes;
    struct note_locker locker = note_locker_of(n->locker_hi, n->locker_lo);
    struct late *kept = NULL;
    enum err trouble;

    (void)outcome;
    if (n->state != NOTE_WRITTEN && n->state != NOTE_PICKED_UP) {
        reply_not_found(late);
        return;
    }
    kept = mem_new(1, sizeof *kept);
    *kept = *late;
    trouble = notes->get(notes->ctx, &locker, on_fetched, kept);
    if (trouble == OK)
        return;
    reply_trouble(late, trouble);
    free(kept);
}

void api_note_get(struct call *call)
{
    if (call_may(call, ACT_READ_NOTE, call->late.id) && call_record(call, "note.read"))
        call_read(call, note_get);
}

static void note_picked_up(const struct late *late, const struct outcome *o)
{
    reply_json(late, 200,
               view_note(app_engine(late->app), &late->actor, (struct note_id){(uint32_t)o->made}));
}

void api_note_pickup(struct call *call)
{
    struct command cmd = {.kind = CMD_PICK_UP_NOTE};

    json_only(json_root(call->body), NULL, 0, &call->faults);
    cmd.u.note.v = call_path_id(call);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "note.pickup"))
        call_submit(call, &cmd, note_picked_up);
}
