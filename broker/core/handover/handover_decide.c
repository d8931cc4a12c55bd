/* Keys are made, confirmed by a second person and declared lost, the one in use by two; items are
 * acknowledged; notes are written to the key in use and picked up; what is due is destroyed or lapses. */
#include "core/decide.h"

#include "base/time_text.h"
#include "core/audience/audience.h"
#include "core/engine_state.h"

#include <string.h>

/* ---- keys ---- */

enum refusal decide_make_key(struct decision *d)
{
    const struct cmd_make_key *c = d->cmd->u.make_key;
    struct ev_key_made *k = NULL;

    if (c->wrapped_bytes < ORG_KEY_WRAPPED_MIN || c->wrapped_bytes > ORG_KEY_WRAPPED_MAX)
        return REFUSAL_LIMIT;
    for (uint32_t i = 0; i < d->e->handover.n_keys; i++) {
        if (memcmp(d->e->handover.keys[i].k.public_key, c->public_key, sizeof c->public_key) == 0)
            return REFUSAL_DUPLICATE;
    }
    if (engine_org_keys_of(d->e, d->cmd->actor.org) >= ORG_KEYS_MAX)
        return REFUSAL_TOO_MANY_KEYS;
    k = &decision_event(d, EV_KEY_MADE)->u.key_made;
    k->id.v = d->e->handover.n_keys + 1;
    k->org = d->cmd->actor.org;
    memcpy(k->public_key, c->public_key, sizeof k->public_key);
    memcpy(k->wrapped, c->wrapped, c->wrapped_bytes);
    k->wrapped_bytes = c->wrapped_bytes;
    d->outcome->made = k->id.v;
    return REFUSAL_NONE;
}

enum refusal decide_confirm_key(struct decision *d)
{
    const struct org_key *k = engine_org_key(d->e, d->cmd->u.key);

    d->outcome->made = k->id.v;
    if (k->state == ORG_KEY_ACTIVE || k->state == ORG_KEY_LOSS_ASKED || k->state == ORG_KEY_OLD)
        return REFUSAL_NONE;
    if (k->state != ORG_KEY_MADE)
        return REFUSAL_WRONG_STATE;
    if (k->made_by.v == d->cmd->actor.account.v)
        return REFUSAL_KEY_SECOND_PERSON;
    decision_event(d, EV_KEY_CONFIRMED)->u.key.id = k->id;
    return REFUSAL_NONE;
}

static struct event *note_event(struct decision *d, enum event_kind kind, const struct sealed_note *n)
{
    struct event *ev = decision_event(d, kind);

    ev->u.note.id = n->id;
    ev->u.note.referral = n->referral;
    ev->u.note.request = n->request;
    return ev;
}

/* First tell of each note, then of the key: no moment in which a note waits at a lost key. */
static void lose(struct decision *d, const struct org_key *k, enum key_loss_reason reason)
{
    struct event *ev = NULL;

    for (uint32_t i = 0; k->unread > 0 && i < d->e->handover.n_notes; i++) {
        const struct sealed_note *n = &d->e->handover.notes[i].n;

        if (n->key.v == k->id.v && n->state == NOTE_WRITTEN)
            note_event(d, EV_NOTE_UNREADABLE, n);
    }
    ev = decision_event(d, EV_KEY_LOST);
    ev->u.key.id = k->id;
    ev->u.key.reason = reason;
}

enum refusal decide_lose_key(struct decision *d)
{
    const struct cmd_key_loss *c = &d->cmd->u.key_loss;
    const struct org_key *k = engine_org_key(d->e, c->key);
    struct event *ev = NULL;

    d->outcome->made = k->id.v;
    if (c->reason >= KEY_LOSS_REASON_N)
        return REFUSAL_UNKNOWN_REASON;
    /* It is known; a second voice counts when it confirms. */
    if (k->state == ORG_KEY_LOST || k->state == ORG_KEY_LOSS_ASKED)
        return REFUSAL_NONE;
    if (org_key_may_become(k->state, ORG_KEY_LOST)) {
        lose(d, k, (enum key_loss_reason)c->reason);
        return REFUSAL_NONE;
    }
    if (!org_key_may_become(k->state, ORG_KEY_LOSS_ASKED))
        return REFUSAL_WRONG_STATE;
    ev = decision_event(d, EV_KEY_LOSS_ASKED);
    ev->u.key.id = k->id;
    ev->u.key.reason = (enum key_loss_reason)c->reason;
    ev->u.key.until_ms = d->now_ms + d->e->settings.handover.key_loss_s * MS_SECOND;
    return REFUSAL_NONE;
}

enum refusal decide_confirm_key_loss(struct decision *d)
{
    const struct org_key *k = engine_org_key(d->e, d->cmd->u.key);

    d->outcome->made = k->id.v;
    if (k->state == ORG_KEY_LOST && k->loss.by.v == d->cmd->actor.account.v)
        return REFUSAL_NONE;
    /* What is over is over, also before the next tick has said so. */
    if (k->state != ORG_KEY_LOSS_ASKED || k->loss.until_ms <= d->now_ms)
        return REFUSAL_WRONG_STATE;
    if (k->loss.asked_by.v == d->cmd->actor.account.v)
        return REFUSAL_SAME_PERSON;
    lose(d, k, k->loss.reason);
    return REFUSAL_NONE;
}

enum refusal decide_keep_key(struct decision *d)
{
    const struct org_key *k = engine_org_key(d->e, d->cmd->u.key);

    d->outcome->made = k->id.v;
    if (k->state == ORG_KEY_ACTIVE)
        return REFUSAL_NONE;
    if (k->state != ORG_KEY_LOSS_ASKED)
        return REFUSAL_WRONG_STATE;
    decision_event(d, EV_KEY_LOSS_DROPPED)->u.key.id = k->id;
    return REFUSAL_NONE;
}

void decide_org_key_due(struct decision *d, uint64_t id)
{
    decision_event(d, EV_KEY_LOSS_DROPPED)->u.key.id.v = (uint32_t)id;
}

/* ---- the list ---- */

static enum handover_side writer_side(const struct decision *d)
{
    return d->cmd->actor.role == ROLE_SHELTER ? HANDOVER_HOUSE : HANDOVER_REFERRER;
}

enum refusal decide_handover_item(struct decision *d)
{
    const struct cmd_item *c = &d->cmd->u.item;
    const struct referral *r = engine_referral(d->e, c->referral);
    const struct request *q = audience_of_handover(d->e, &d->cmd->actor, c->referral);
    const struct handover *h = engine_handover_of(d->e, q);
    enum handover_side side = writer_side(d);
    uint32_t bit = 0;
    struct ev_item *i = NULL;

    d->outcome->referral = r->id;
    if (c->item < 1 || c->item > HANDOVER_ITEMS_MAX ||
        vocab_list_code(d->e->vocab, LIST_HANDOVER, c->item - 1u) == NULL)
        return REFUSAL_UNKNOWN_REASON;
    if (q == NULL)
        return REFUSAL_WRONG_STATE;
    bit = UINT32_C(1) << (c->item - 1);
    if (((h != NULL ? h->acknowledged[side] : 0) & bit) == (c->given ? bit : 0))
        return REFUSAL_NONE;
    i = &decision_event(d, EV_HANDOVER_ITEM)->u.item;
    i->referral = r->id;
    i->request = q->id;
    i->required = handover_required(d->e, q);
    i->item = (uint8_t)(c->item - 1);
    i->side = side;
    i->given = c->given;
    return REFUSAL_NONE;
}

/* ---- notes ---- */

static unsigned notes_of(const struct engine *e, struct referral_id id)
{
    const struct sealed_note *n = engine_note_newest(e, id);
    unsigned count = 0;

    for (; n != NULL; n = engine_note(e, n->before))
        count++;
    return count;
}

enum refusal decide_write_note(struct decision *d)
{
    const struct cmd_write_note *c = d->cmd->u.write_note;
    const struct referral *r = engine_referral(d->e, c->referral);
    const struct request *q = audience_of_handover(d->e, &d->cmd->actor, c->referral);
    const struct org_key *k = NULL;
    struct ev_note_written *w = NULL;

    d->outcome->referral = r->id;
    if (!note_bytes_are_valid(c->bytes))
        return REFUSAL_LIMIT;
    if (q == NULL)
        return REFUSAL_WRONG_STATE;
    k = engine_org_key_active(d->e, handover_receiver(d->e, q, writer_side(d)));
    if (k == NULL)
        return REFUSAL_NO_KEY;
    if (k->id.v != c->key.v) /* sealed to a key that was replaced meanwhile: look at the new fingerprint */
        return REFUSAL_STALE_VERSION;
    if (notes_of(d->e, r->id) >= NOTES_PER_REFERRAL_MAX)
        return REFUSAL_LIMIT;
    w = &decision_event(d, EV_NOTE_WRITTEN)->u.note_written;
    w->id.v = d->e->handover.n_notes + 1;
    w->referral = r->id;
    w->request = q->id;
    w->key = k->id;
    w->from = writer_side(d);
    w->bytes = c->bytes;
    w->locker_hi = d->cmd->key.hi;
    w->locker_lo = d->cmd->key.lo;
    memcpy(w->hash, c->hash, sizeof w->hash);
    w->destroy_at_ms = d->now_ms + d->e->settings.handover.note_unread_s * MS_SECOND;
    d->outcome->made = w->id.v;
    return REFUSAL_NONE;
}

enum refusal decide_pick_up_note(struct decision *d)
{
    const struct sealed_note *n = engine_note(d->e, d->cmd->u.note);

    d->outcome->referral = n->referral;
    d->outcome->made = n->id.v;
    if (n->state == NOTE_PICKED_UP)
        return REFUSAL_NONE;
    if (n->state != NOTE_WRITTEN)
        return REFUSAL_WRONG_STATE;
    note_event(d, EV_NOTE_PICKED_UP, n)->u.note.destroy_at_ms =
        d->now_ms + d->e->settings.handover.note_keep_s * MS_SECOND;
    return REFUSAL_NONE;
}

void decide_note_due(struct decision *d, uint64_t id)
{
    note_event(d, EV_NOTE_DESTROYED, engine_note(d->e, (struct note_id){(uint32_t)id}));
}
