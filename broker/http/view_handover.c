#include "http/view_handover.h"

#include "base/crypto.h"
#include "http/key_print.h"
#include "http/view.h"

json_t *view_bytes(const uint8_t *p, size_t n)
{
    struct buf text = {0};
    json_t *o = NULL;

    crypto_base64url(BYTES(p, n), &text);
    o = json_stringn(text.len > 0 ? (const char *)text.p : "", text.len);
    buf_fini(&text);
    return o;
}

/* Who asked is no name, as of a leak: only whether it was the asker, so that the page can say who must come
 * next. */
static json_t *view_key_loss(const struct actor *actor, const struct org_key *k)
{
    json_t *o = NULL;

    /* Of one that was lost before the reason was asked nothing is known. */
    if ((k->state != ORG_KEY_LOSS_ASKED && k->state != ORG_KEY_LOST) || k->loss.alone)
        return json_null();
    o = json_pack("{s:s, s:b}", "reason", key_loss_reason_code(k->loss.reason), "askedByMe",
                  k->loss.asked_by.v != 0 && k->loss.asked_by.v == actor->account.v);
    json_object_set_new(o, "askedAt", view_time(k->loss.asked_at_ms));
    json_object_set_new(o, "until", view_time(k->loss.until_ms));
    return o;
}

json_t *view_org_key(const struct engine *e, const struct actor *actor, struct org_key_id id)
{
    const struct org_key *k = engine_org_key(e, id);
    char print[KEY_PRINT_SIZE];
    json_t *o = NULL;

    key_print(k->public_key, print);
    o = json_pack("{s:i, s:s, s:s, s:o, s:b, s:i, s:i}", "id", (int)k->id.v, "state",
                  org_key_state_code(k->state), "fingerprint", print, "publicKey",
                  view_bytes(k->public_key, sizeof k->public_key), "madeByMe",
                  k->made_by.v == actor->account.v, "unreadNotes", (int)k->unread, "notes", (int)k->held);
    json_object_set_new(o, "wrapped",
                        k->wrapped_bytes > 0 ? view_bytes(k->wrapped, k->wrapped_bytes) : json_null());
    json_object_set_new(o, "madeAt", view_time(k->made_at_ms));
    json_object_set_new(o, "confirmedAt", view_time(k->confirmed_at_ms));
    json_object_set_new(o, "endedAt", view_time(k->ended_at_ms));
    json_object_set_new(o, "loss", view_key_loss(actor, k));
    return o;
}

json_t *view_note(const struct engine *e, const struct actor *actor, struct note_id id)
{
    const struct sealed_note *n = engine_note(e, id);
    const struct request *q = engine_request(e, n->request);
    struct org_id from =
        handover_receiver(e, q, n->from == HANDOVER_HOUSE ? HANDOVER_REFERRER : HANDOVER_HOUSE);
    json_t *o = json_pack("{s:i, s:I, s:I, s:s, s:s, s:s, s:i, s:i}", "id", (int)n->id.v, "referralId",
                          (json_int_t)n->referral.v, "requestId", (json_int_t)n->request.v, "from",
                          handover_side_code(n->from), "organisation", engine_org(e, from)->name, "state",
                          note_state_code(n->state), "keyId", (int)n->key.v, "bytes", (int)n->bytes);

    json_object_set_new(o, "mine", json_boolean(n->written_by.v == actor->account.v));
    json_object_set_new(o, "readable",
                        json_boolean(may(e, actor, ACT_READ_NOTE, n->id.v) &&
                                     (n->state == NOTE_WRITTEN || n->state == NOTE_PICKED_UP)));
    json_object_set_new(o, "writtenAt", view_time(n->written_at_ms));
    json_object_set_new(o, "pickedUpAt", view_time(n->picked_up_at_ms));
    json_object_set_new(o, "endedAt", view_time(n->ended_at_ms));
    json_object_set_new(o, "destroyAt", view_time(n->destroy_at_ms));
    return o;
}

static json_t *view_items(const struct engine *e, const struct request *q)
{
    const struct vocab *v = engine_vocab(e);
    const struct handover *h = engine_handover_of(e, q);
    uint32_t required = handover_required(e, q);
    json_t *list = json_array();

    for (unsigned i = 0; i < vocab_list_size(v, LIST_HANDOVER); i++) {
        const char *code = vocab_list_code(v, LIST_HANDOVER, i);
        json_t *o = NULL;

        if (code == NULL)
            continue;
        o = json_pack("{s:s, s:b}", "item", code, "required", (int)(required >> i & 1));
        for (int side = 0; side < HANDOVER_SIDE_N; side++)
            json_object_set_new(o, handover_side_code((enum handover_side)side),
                                view_time(h != NULL ? h->acknowledged_at_ms[side][i] : 0));
        json_array_append_new(list, o);
    }
    return list;
}

/* Whom a note would be sealed to now. */
static json_t *view_receiver(const struct engine *e, const struct request *q, enum handover_side side)
{
    struct org_id to = handover_receiver(e, q, side);
    const struct org_key *k = engine_org_key_active(e, to);
    json_t *key = json_null();

    if (k != NULL) {
        char print[KEY_PRINT_SIZE];

        key_print(k->public_key, print);
        key = json_pack("{s:i, s:o, s:s, s:o}", "id", (int)k->id.v, "publicKey",
                        view_bytes(k->public_key, sizeof k->public_key), "fingerprint", print, "confirmedAt",
                        view_time(k->confirmed_at_ms));
    }
    return json_pack("{s:s, s:o}", "organisation", engine_org(e, to)->name, "key", key);
}

json_t *view_handover(const struct engine *e, const struct actor *actor, struct referral_id id)
{
    const struct request *q = audience_of_handover(e, actor, id);
    const struct handover *h = engine_handover_of(e, q);
    enum handover_side side = actor->role == ROLE_SHELTER ? HANDOVER_HOUSE : HANDOVER_REFERRER;
    json_t *notes = json_array();
    json_t *o = json_pack("{s:I, s:s, s:o}", "referralId", (json_int_t)id.v, "side", handover_side_code(side),
                          "items", view_items(e, q));

    json_object_set_new(o, "requestId", q != NULL ? json_integer((json_int_t)q->id.v) : json_null());
    json_object_set_new(o, "bridge", json_boolean(q != NULL && q->bridge));
    json_object_set_new(o, "completeAt", view_time(h != NULL ? h->complete_at_ms : 0));
    json_object_set_new(o, "receiver", q != NULL ? view_receiver(e, q, side) : json_null());
    for (const struct sealed_note *n = engine_note_newest(e, id); n != NULL; n = engine_note(e, n->before)) {
        /* A house sees the notes of its own yes, not those to the house before it. */
        if (side == HANDOVER_REFERRER || (q != NULL && n->request.v == q->id.v))
            json_array_append_new(notes, view_note(e, actor, n->id));
    }
    json_object_set_new(o, "notes", notes);
    return o;
}
