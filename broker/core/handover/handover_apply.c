/* Keys, lists and notes from their events. */
#include "core/apply.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "core/fields.h"

#include <stdlib.h>
#include <string.h>

/* Kinds of record in the digest: apart from those of digest.c. */
enum { RECORD_ORG_KEY = 0x4b01, RECORD_NOTE, RECORD_HANDOVER };

/* ---- digest ---- */

static void bytes_fields(struct fields *f, uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        field_u8(f, &p[i]);
}

static uint64_t digest_of_key_record(const struct org_key *k)
{
    struct fields f = fields_hash();
    struct org_key c = *k;

    f.hash = RECORD_ORG_KEY;
    field_u32(&f, &c.id.v);
    field_u32(&f, &c.org.v);
    FIELD_ENUM(&f, c.state, ORG_KEY_STATE_N);
    field_u32(&f, &c.made_by.v);
    field_u32(&f, &c.confirmed_by.v);
    field_time(&f, &c.made_at_ms);
    field_time(&f, &c.confirmed_at_ms);
    field_time(&f, &c.ended_at_ms);
    bytes_fields(&f, c.public_key, sizeof c.public_key);
    bytes_fields(&f, c.wrapped, c.wrapped_bytes);
    field_u32(&f, &c.unread);
    field_u32(&f, &c.held);
    if (c.loss.by.v != 0 || c.loss.asked_by.v != 0) {
        field_u32(&f, &c.loss.asked_by.v);
        field_u32(&f, &c.loss.by.v);
        field_time(&f, &c.loss.asked_at_ms);
        field_time(&f, &c.loss.until_ms);
        FIELD_ENUM(&f, c.loss.reason, KEY_LOSS_REASON_N);
    }
    return f.hash;
}

static uint64_t digest_of_note(const struct sealed_note *n)
{
    struct fields f = fields_hash();
    struct sealed_note c = *n;

    f.hash = RECORD_NOTE;
    field_u32(&f, &c.id.v);
    field_u64(&f, &c.referral.v);
    field_u64(&f, &c.request.v);
    field_u32(&f, &c.key.v);
    FIELD_ENUM(&f, c.from, HANDOVER_SIDE_N);
    FIELD_ENUM(&f, c.state, NOTE_STATE_N);
    field_u64(&f, &c.locker_hi);
    field_u64(&f, &c.locker_lo);
    bytes_fields(&f, c.hash, sizeof c.hash);
    field_u16(&f, &c.bytes);
    field_u32(&f, &c.written_by.v);
    field_u32(&f, &c.picked_up_by.v);
    field_time(&f, &c.written_at_ms);
    field_time(&f, &c.picked_up_at_ms);
    field_time(&f, &c.ended_at_ms);
    field_time(&f, &c.destroy_at_ms);
    field_u32(&f, &c.before.v);
    return f.hash;
}

static uint64_t digest_of_list(const struct handover *h)
{
    struct fields f = fields_hash();
    struct handover c = *h;

    f.hash = RECORD_HANDOVER;
    field_u64(&f, &c.referral.v);
    field_u64(&f, &c.request.v);
    field_u32(&f, &c.required);
    for (int side = 0; side < HANDOVER_SIDE_N; side++) {
        field_u32(&f, &c.acknowledged[side]);
        for (int i = 0; i < HANDOVER_ITEMS_MAX; i++)
            field_time(&f, &c.acknowledged_at_ms[side][i]);
    }
    field_time(&f, &c.complete_at_ms);
    return f.hash;
}

uint64_t handover_digest(const struct handover_state *s)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < s->n_keys; i++)
        sum += digest_of_key_record(&s->keys[i].k);
    for (uint32_t i = 0; i < s->n_notes; i++)
        sum += digest_of_note(&s->notes[i].n);
    for (uint32_t i = 0; i < s->n_lists; i++)
        sum += digest_of_list(&s->lists[i].h);
    return sum;
}

static void resum(struct engine *e, uint64_t *sum, uint64_t now)
{
    e->sum += now - *sum;
    *sum = now;
}

/* ---- slots ---- */

void handover_free(struct handover_state *s)
{
    free(s->keys);
    free(s->notes);
    free(s->lists);
    free(s->of);
    free(s->of_org);
}

static struct org_key_slot *key_slot(struct engine *e, struct org_key_id id)
{
    CHECK(engine_org_key(e, id) != NULL);
    return &e->handover.keys[id.v - 1];
}

static struct note_slot *note_slot(struct engine *e, struct note_id id)
{
    CHECK(engine_note(e, id) != NULL);
    return &e->handover.notes[id.v - 1];
}

/* Room up to the N-th, zeroed. */
static void grow_of(struct handover_state *s, uint64_t n)
{
    if (n <= s->n_of)
        return;
    s->of = mem_resize(s->of, n, sizeof *s->of);
    memset(s->of + s->n_of, 0, (n - s->n_of) * sizeof *s->of);
    s->n_of = (uint32_t)n;
}

static struct org_keys_of *keys_of(struct engine *e, struct org_id org)
{
    struct handover_state *s = &e->handover;

    if (org.v > s->n_of_org) {
        s->of_org = mem_resize(s->of_org, org.v, sizeof *s->of_org);
        memset(s->of_org + s->n_of_org, 0, (org.v - s->n_of_org) * sizeof *s->of_org);
        s->n_of_org = org.v;
    }
    return &s->of_org[org.v - 1];
}

/* ---- keys ---- */

int64_t due_of_org_key(const struct org_key *k)
{
    return k->state == ORG_KEY_LOSS_ASKED ? k->loss.until_ms : INT64_MAX;
}

static void key_move(struct engine *e, struct org_key_slot *s, enum org_key_state to, int64_t at_ms)
{
    CHECK(org_key_may_become(s->k.state, to));
    if (s->k.state == ORG_KEY_LOSS_ASKED &&
        to != ORG_KEY_LOST) /* it was not lost after all, or is replaced */
        s->k.loss = (struct key_loss){0};
    s->k.state = to;
    if (to == ORG_KEY_RETIRED || to == ORG_KEY_LOST) {
        s->k.ended_at_ms = at_ms;
        memset(s->k.wrapped, 0, sizeof s->k.wrapped);
        s->k.wrapped_bytes = 0;
    }
    due_refresh(e, (struct due){.at_ms = due_of_org_key(&s->k), .id = s->k.id.v, .kind = DUE_ORG_KEY},
                s->due);
    resum(e, &s->sum, digest_of_key_record(&s->k));
}

/* An old key goes with the last note that it could open. */
static void key_settle(struct engine *e, struct org_key_slot *s, int64_t at_ms)
{
    if (s->k.state == ORG_KEY_OLD && s->k.held == 0)
        key_move(e, s, ORG_KEY_RETIRED, at_ms);
    else
        resum(e, &s->sum, digest_of_key_record(&s->k));
}

const char *key_made_impossible(const struct engine *e, const struct event *ev)
{
    const struct ev_key_made *k = &ev->u.key_made;

    if (k->id.v != e->handover.n_keys + 1u)
        return "a key out of order";
    if (engine_org(e, k->org) == NULL)
        return "a key of no organisation";
    if (k->wrapped_bytes < ORG_KEY_WRAPPED_MIN || k->wrapped_bytes > ORG_KEY_WRAPPED_MAX)
        return "a wrapped key of another size";
    return NULL;
}

void key_made_apply(struct engine *e, const struct event *ev)
{
    struct handover_state *h = &e->handover;
    struct org_keys_of *of = keys_of(e, ev->u.key_made.org);
    struct org_key_slot *s = NULL;

    /* Who makes another before the first was confirmed starts again. */
    if (of->made != 0)
        key_move(e, key_slot(e, (struct org_key_id){of->made}), ORG_KEY_RETIRED, ev->at_ms);
    MEM_GROW(h->keys, h->n_keys, h->cap_keys);
    s = &h->keys[h->n_keys++];
    memset(s, 0, sizeof *s);
    s->k.id = ev->u.key_made.id;
    s->k.org = ev->u.key_made.org;
    s->k.made_by = ev->account;
    s->k.made_at_ms = ev->at_ms;
    memcpy(s->k.public_key, ev->u.key_made.public_key, sizeof s->k.public_key);
    memcpy(s->k.wrapped, ev->u.key_made.wrapped, ev->u.key_made.wrapped_bytes);
    s->k.wrapped_bytes = ev->u.key_made.wrapped_bytes;
    of->made = s->k.id.v;
    of->n++;
    resum(e, &s->sum, digest_of_key_record(&s->k));
}

const char *key_confirmed_impossible(const struct engine *e, const struct event *ev)
{
    const struct org_key *k = engine_org_key(e, ev->u.key.id);

    if (k == NULL || k->state != ORG_KEY_MADE)
        return "a key confirmed that does not wait for it";
    return k->made_by.v == ev->account.v ? "a key confirmed by who made it" : NULL;
}

void key_confirmed_apply(struct engine *e, const struct event *ev)
{
    struct org_key_slot *s = key_slot(e, ev->u.key.id);
    struct org_keys_of *of = keys_of(e, s->k.org);

    if (of->active != 0) {
        struct org_key_slot *before = key_slot(e, (struct org_key_id){of->active});

        key_move(e, before, before->k.held > 0 ? ORG_KEY_OLD : ORG_KEY_RETIRED, ev->at_ms);
    }
    s->k.confirmed_by = ev->account;
    s->k.confirmed_at_ms = ev->at_ms;
    of->active = s->k.id.v;
    of->made = 0;
    key_move(e, s, ORG_KEY_ACTIVE, ev->at_ms);
}

const char *key_lost_impossible(const struct engine *e, const struct event *ev)
{
    const struct org_key *k = engine_org_key(e, ev->u.key.id);

    if (k != NULL && k->state == ORG_KEY_ACTIVE && ev->u.key.alone && ev->account.v != 0 && k->unread == 0)
        return NULL;
    if (k == NULL || !org_key_may_become(k->state, ORG_KEY_LOST))
        return "a key lost that is gone, or that is in use and of whose loss nobody asked";
    if (k->state == ORG_KEY_LOSS_ASKED &&
        (ev->account.v == k->loss.asked_by.v || ev->u.key.reason != k->loss.reason))
        return "a key in use lost by one person, or for another reason";
    if (ev->account.v == 0 || (unsigned)ev->u.key.reason >= KEY_LOSS_REASON_N)
        return "a key lost by nobody, or without a reason";
    return k->unread > 0 ? "a key lost whose notes nobody was told of" : NULL;
}

void key_lost_apply(struct engine *e, const struct event *ev)
{
    struct org_key_slot *s = key_slot(e, ev->u.key.id);
    struct org_keys_of *of = keys_of(e, s->k.org);

    if (of->active == s->k.id.v)
        of->active = 0;
    if (of->made == s->k.id.v)
        of->made = 0;
    s->k.loss = ev->u.key.alone ? (struct key_loss){.alone = true} : s->k.loss;
    if (ev->u.key.alone && s->k.state == ORG_KEY_ACTIVE)
        s->k.state = ORG_KEY_OLD; /* the move of those days */
    if (!ev->u.key.alone) {
        s->k.loss.by = ev->account;
        s->k.loss.reason = ev->u.key.reason;
        s->k.loss.until_ms = 0;
    }
    key_move(e, s, ORG_KEY_LOST, ev->at_ms);
}

const char *key_loss_asked_impossible(const struct engine *e, const struct event *ev)
{
    const struct org_key *k = engine_org_key(e, ev->u.key.id);

    if (k == NULL || !org_key_may_become(k->state, ORG_KEY_LOSS_ASKED))
        return "a loss asked of a key that is not in use";
    if (ev->account.v == 0 || (unsigned)ev->u.key.reason >= KEY_LOSS_REASON_N)
        return "a loss that nobody asks, or without a reason";
    return ev->u.key.until_ms < ev->at_ms ? "a loss asked until a moment that is over" : NULL;
}

void key_loss_asked_apply(struct engine *e, const struct event *ev)
{
    struct org_key_slot *s = key_slot(e, ev->u.key.id);

    s->k.loss = (struct key_loss){.asked_by = ev->account,
                                  .asked_at_ms = ev->at_ms,
                                  .until_ms = ev->u.key.until_ms,
                                  .reason = ev->u.key.reason};
    key_move(e, s, ORG_KEY_LOSS_ASKED, ev->at_ms);
}

const char *key_loss_dropped_impossible(const struct engine *e, const struct event *ev)
{
    const struct org_key *k = engine_org_key(e, ev->u.key.id);

    return k == NULL || k->state != ORG_KEY_LOSS_ASKED ? "a loss dropped that nobody asked" : NULL;
}

void key_loss_dropped_apply(struct engine *e, const struct event *ev)
{
    key_move(e, key_slot(e, ev->u.key.id), ORG_KEY_ACTIVE, ev->at_ms);
}

/* ---- the list ---- */

static const struct request *standing(const struct engine *e, struct referral_id referral,
                                      struct request_id request)
{
    const struct request *q = engine_request(e, request);

    return q != NULL && q->referral.v == referral.v && handover_stands(e, q) ? q : NULL;
}

const char *handover_item_impossible(const struct engine *e, const struct event *ev)
{
    const struct ev_item *i = &ev->u.item;
    const struct request *q = standing(e, i->referral, i->request);
    const struct handover *h = engine_handover_of(e, q);
    uint32_t bit = i->item < HANDOVER_ITEMS_MAX ? UINT32_C(1) << i->item : 0;

    if (q == NULL)
        return "a handover without a yes";
    if (bit == 0 || i->required >> HANDOVER_ITEMS_MAX != 0)
        return "an item that is not on the list";
    if (h != NULL && h->required != i->required)
        return "another list than the one that was begun";
    if (((h != NULL ? h->acknowledged[i->side] : 0) & bit) == (i->given ? bit : 0))
        return "an item that stands so already";
    return NULL;
}

static struct handover_slot *list_of(struct engine *e, const struct ev_item *i)
{
    struct handover_state *s = &e->handover;
    struct handover_slot *slot = NULL;
    uint32_t before = 0;

    grow_of(s, i->referral.v);
    before = s->of[i->referral.v - 1].list;
    for (uint32_t k = before; k != 0; k = s->lists[k - 1].before) {
        if (s->lists[k - 1].h.request.v == i->request.v)
            return &s->lists[k - 1];
    }
    MEM_GROW(s->lists, s->n_lists, s->cap_lists);
    slot = &s->lists[s->n_lists++];
    memset(slot, 0, sizeof *slot);
    slot->h.referral = i->referral;
    slot->h.request = i->request;
    slot->h.required = i->required;
    slot->before = before;
    s->of[i->referral.v - 1].list = s->n_lists;
    return slot;
}

static bool is_complete(const struct handover *h)
{
    return (h->acknowledged[HANDOVER_REFERRER] & h->acknowledged[HANDOVER_HOUSE] & h->required) ==
           h->required;
}

void handover_item_apply(struct engine *e, const struct event *ev)
{
    const struct ev_item *i = &ev->u.item;
    struct handover_slot *s = list_of(e, i);
    uint32_t bit = UINT32_C(1) << i->item;

    if (i->given)
        s->h.acknowledged[i->side] |= bit;
    else
        s->h.acknowledged[i->side] &= ~bit;
    s->h.acknowledged_at_ms[i->side][i->item] = i->given ? ev->at_ms : 0;
    if (!is_complete(&s->h))
        s->h.complete_at_ms = 0;
    else if (s->h.complete_at_ms == 0)
        s->h.complete_at_ms = ev->at_ms;
    resum(e, &s->sum, digest_of_list(&s->h));
}

/* ---- notes ---- */

int64_t due_of_note(const struct sealed_note *n)
{
    return n->state == NOTE_WRITTEN || n->state == NOTE_PICKED_UP ? n->destroy_at_ms : INT64_MAX;
}

static void note_settle(struct engine *e, struct note_slot *s)
{
    due_refresh(e, (struct due){.at_ms = due_of_note(&s->n), .id = s->n.id.v, .kind = DUE_NOTE}, s->due);
    resum(e, &s->sum, digest_of_note(&s->n));
}

static void note_move(struct note_slot *s, enum note_state to)
{
    CHECK(note_may_become(s->n.state, to));
    s->n.state = to;
}

const char *note_written_impossible(const struct engine *e, const struct event *ev)
{
    const struct ev_note_written *w = &ev->u.note_written;
    const struct request *q = standing(e, w->referral, w->request);
    const struct org_key *k = engine_org_key(e, w->key);

    if (w->id.v != e->handover.n_notes + 1u)
        return "a note out of order";
    if (q == NULL)
        return "a note without a yes";
    if (k == NULL || k != engine_org_key_active(e, handover_receiver(e, q, w->from)))
        return "a note to no key of the receiver";
    if (!note_bytes_are_valid(w->bytes) || w->destroy_at_ms < ev->at_ms)
        return "a note with a value out of range";
    return NULL;
}

void note_written_apply(struct engine *e, const struct event *ev)
{
    const struct ev_note_written *w = &ev->u.note_written;
    struct handover_state *h = &e->handover;
    struct org_key_slot *k = key_slot(e, w->key);
    struct note_slot *s = NULL;

    grow_of(h, w->referral.v);
    MEM_GROW(h->notes, h->n_notes, h->cap_notes);
    s = &h->notes[h->n_notes++];
    memset(s, 0, sizeof *s);
    s->n = (struct sealed_note){.id = w->id,
                                .referral = w->referral,
                                .request = w->request,
                                .key = w->key,
                                .from = w->from,
                                .locker_hi = w->locker_hi,
                                .locker_lo = w->locker_lo,
                                .bytes = w->bytes,
                                .written_by = ev->account,
                                .written_at_ms = ev->at_ms,
                                .destroy_at_ms = w->destroy_at_ms,
                                .before = {h->of[w->referral.v - 1].note}};
    memcpy(s->n.hash, w->hash, sizeof s->n.hash);
    h->of[w->referral.v - 1].note = s->n.id.v;
    k->k.unread++;
    k->k.held++;
    key_settle(e, k, ev->at_ms);
    note_settle(e, s);
}

static const char *note_named_impossible(const struct engine *e, const struct event *ev, enum note_state to)
{
    const struct sealed_note *n = engine_note(e, ev->u.note.id);

    if (n == NULL || n->referral.v != ev->u.note.referral.v || n->request.v != ev->u.note.request.v)
        return "no such note of this referral";
    return note_may_become(n->state, to) ? NULL : "a note that is past this step";
}

const char *note_picked_up_impossible(const struct engine *e, const struct event *ev)
{
    if (ev->u.note.destroy_at_ms < ev->at_ms)
        return "a note kept until a moment that is over";
    return note_named_impossible(e, ev, NOTE_PICKED_UP);
}

void note_picked_up_apply(struct engine *e, const struct event *ev)
{
    struct note_slot *s = note_slot(e, ev->u.note.id);
    struct org_key_slot *k = key_slot(e, s->n.key);

    note_move(s, NOTE_PICKED_UP);
    s->n.picked_up_by = ev->account;
    s->n.picked_up_at_ms = ev->at_ms;
    s->n.destroy_at_ms = ev->u.note.destroy_at_ms;
    k->k.unread--;
    key_settle(e, k, ev->at_ms);
    note_settle(e, s);
}

const char *note_unreadable_impossible(const struct engine *e, const struct event *ev)
{
    return note_named_impossible(e, ev, NOTE_UNREADABLE);
}

void note_unreadable_apply(struct engine *e, const struct event *ev)
{
    struct note_slot *s = note_slot(e, ev->u.note.id);
    struct org_key_slot *k = key_slot(e, s->n.key);

    note_move(s, NOTE_UNREADABLE);
    s->n.ended_at_ms = ev->at_ms;
    s->n.destroy_at_ms = ev->at_ms; /* it is of use to nobody; the state stays, for its sender to see */
    k->k.unread--;
    k->k.held--;
    /* Not settled: the loss of the key itself follows, and an old one would be retired before it. */
    resum(e, &k->sum, digest_of_key_record(&k->k));
    note_settle(e, s);
}

const char *note_destroyed_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = note_named_impossible(e, ev, NOTE_DESTROYED);

    if (why == NULL && engine_note(e, ev->u.note.id)->destroy_at_ms > ev->at_ms)
        why = "a note destroyed before its time";
    return why;
}

void note_destroyed_apply(struct engine *e, const struct event *ev)
{
    struct note_slot *s = note_slot(e, ev->u.note.id);
    struct org_key_slot *k = key_slot(e, s->n.key);

    k->k.unread -= s->n.state == NOTE_WRITTEN;
    k->k.held--;
    note_move(s, NOTE_DESTROYED);
    s->n.ended_at_ms = ev->at_ms;
    key_settle(e, k, ev->at_ms);
    note_settle(e, s);
}

void handover_request_ended(struct engine *e, const struct event *ev, const struct request *q)
{
    struct note_id id = {q->referral.v <= e->handover.n_of ? e->handover.of[q->referral.v - 1].note : 0};

    while (id.v != 0) {
        struct note_slot *s = note_slot(e, id);

        /* What the house of a bridge bed wrote goes with the household to its place: the referrer reads it.
         */
        if (q->bridge && q->state == REQUEST_LEFT && s->n.from == HANDOVER_HOUSE) {
            id = s->n.before;
            continue;
        }
        if (s->n.request.v == q->id.v && due_of_note(&s->n) > ev->at_ms && due_of_note(&s->n) != INT64_MAX) {
            s->n.destroy_at_ms = ev->at_ms;
            note_settle(e, s);
        }
        id = s->n.before;
    }
}
