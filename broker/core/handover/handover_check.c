/* What must hold of keys, lists and notes, whatever happened. */
#include "core/engine_state.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static bool broken(char *why, size_t size, const char *what, uint32_t id)
{
    snprintf(why, size, "%s %u", what, id);
    return false;
}

/* Notes that are written to, and held for, each key. */
struct counted {
    uint32_t unread, held, unreadable;
};

/* Nobody alone loses the key in use: it was asked by one and confirmed by another, or it was in use no more,
 * which is so when the next key was confirmed before. */
static bool is_lost_by_enough(const struct engine *e, const struct org_key *k)
{
    if (k->loss.asked_by.v != 0)
        return k->loss.by.v != k->loss.asked_by.v;
    for (uint32_t i = k->id.v; k->confirmed_at_ms != 0 && i < e->handover.n_keys; i++) {
        const struct org_key *next = &e->handover.keys[i].k;

        if (next->org.v == k->org.v && next->confirmed_at_ms != 0 && next->confirmed_at_ms <= k->ended_at_ms)
            return true;
    }
    return k->confirmed_at_ms == 0;
}

static bool check_loss(const struct engine *e, const struct org_key_slot *s, char *why, size_t size)
{
    const struct org_key *k = &s->k;
    int64_t due = due_of_org_key(k);
    bool is_asked = k->state == ORG_KEY_LOSS_ASKED;

    if (k->loss.alone && k->state == ORG_KEY_LOST)
        return true;
    if (is_asked ? k->loss.asked_by.v == 0 || k->loss.by.v != 0
                 : (k->loss.by.v != 0) != (k->state == ORG_KEY_LOST) || k->loss.until_ms != 0)
        return broken(why, size, "handover: state and loss disagree at key", k->id.v);
    if (k->state == ORG_KEY_LOST && !is_lost_by_enough(e, k))
        return broken(why, size, "handover: one person alone lost key", k->id.v);
    if (due == INT64_MAX ? s->due != 0
                         : s->due < 1 || s->due > e->n_due || e->due[s->due - 1].id != k->id.v ||
                               e->due[s->due - 1].kind != DUE_ORG_KEY || e->due[s->due - 1].at_ms != due)
        return broken(why, size, "handover: its loss is asked for ever: key", k->id.v);
    return true;
}

static bool check_key(const struct engine *e, uint32_t i, const struct counted *c, char *why, size_t size)
{
    const struct org_key *k = &e->handover.keys[i].k;
    bool is_gone = k->state == ORG_KEY_RETIRED || k->state == ORG_KEY_LOST;
    struct org_keys_of of = e->handover.of_org[k->org.v - 1];

    if (k->id.v != i + 1 || engine_org(e, k->org) == NULL)
        return broken(why, size, "handover: id or organisation of key", i + 1);
    if (k->unread != c->unread || k->held != c->held)
        return broken(why, size, "handover: notes counted wrongly at key", i + 1);
    if (is_gone != (k->wrapped_bytes == 0) || is_gone != (k->ended_at_ms != 0))
        return broken(why, size, "handover: state and wrapped half disagree at key", i + 1);
    if ((k->state == ORG_KEY_ACTIVE || k->state == ORG_KEY_LOSS_ASKED) != (of.active == k->id.v) ||
        (k->state == ORG_KEY_MADE) != (of.made == k->id.v))
        return broken(why, size, "handover: not the one of its organisation: key", i + 1);
    if (k->confirmed_at_ms != 0 && k->confirmed_by.v == k->made_by.v)
        return broken(why, size, "handover: confirmed by who made it: key", i + 1);
    if (k->state == ORG_KEY_LOST && k->unread > 0)
        return broken(why, size, "handover: notes wait at lost key", i + 1);
    if ((k->state == ORG_KEY_MADE && k->held > 0) || (k->state == ORG_KEY_RETIRED && k->held > 0))
        return broken(why, size, "handover: notes are held for key", i + 1);
    /* With unreadable notes it is being declared lost: that follows in the same commit. */
    if (k->state == ORG_KEY_OLD && k->held == 0 && c->unreadable == 0)
        return broken(why, size, "handover: kept for nothing: key", i + 1);
    return check_loss(e, &e->handover.keys[i], why, size);
}

static bool check_note(const struct engine *e, uint32_t i, char *why, size_t size)
{
    const struct note_slot *s = &e->handover.notes[i];
    const struct sealed_note *n = &s->n;
    const struct org_key *k = engine_org_key(e, n->key);
    const struct request *q = engine_request(e, n->request);
    int64_t due = due_of_note(n);

    if (n->id.v != i + 1 || q == NULL || q->referral.v != n->referral.v || n->before.v >= n->id.v)
        return broken(why, size, "handover: id, request or order of note", i + 1);
    if (k == NULL || k->org.v != handover_receiver(e, q, n->from).v || k->confirmed_at_ms == 0 ||
        k->confirmed_at_ms > n->written_at_ms)
        return broken(why, size, "handover: its key was not the receiver's: note", i + 1);
    if (!note_bytes_are_valid(n->bytes) || (n->locker_hi == 0 && n->locker_lo == 0))
        return broken(why, size, "handover: size or locker of note", i + 1);
    if ((n->state == NOTE_PICKED_UP && n->picked_up_at_ms == 0) ||
        (n->ended_at_ms != 0) != (n->state == NOTE_UNREADABLE || n->state == NOTE_DESTROYED))
        return broken(why, size, "handover: state and moments disagree at note", i + 1);
    if (due == INT64_MAX ? s->due != 0
                         : s->due < 1 || s->due > e->n_due || e->due[s->due - 1].id != n->id.v ||
                               e->due[s->due - 1].kind != DUE_NOTE || e->due[s->due - 1].at_ms != due)
        return broken(why, size, "handover: never destroyed: note", i + 1);
    return true;
}

static bool check_list(const struct engine *e, uint32_t i, char *why, size_t size)
{
    const struct handover *h = &e->handover.lists[i].h;
    const struct request *q = engine_request(e, h->request);
    uint32_t both = h->acknowledged[HANDOVER_REFERRER] & h->acknowledged[HANDOVER_HOUSE];

    if (q == NULL || q->referral.v != h->referral.v || q->answered_at_ms == 0)
        return broken(why, size, "handover: without a yes: list", i + 1);
    if ((h->complete_at_ms != 0) != ((both & h->required) == h->required))
        return broken(why, size, "handover: complete without both sides: list", i + 1);
    for (unsigned k = 0; k < HANDOVER_ITEMS_MAX; k++) {
        for (int side = 0; side < HANDOVER_SIDE_N; side++) {
            if ((h->acknowledged[side] >> k & 1) != (h->acknowledged_at_ms[side][k] != 0))
                return broken(why, size, "handover: item and its moment disagree in list", i + 1);
        }
    }
    return true;
}

/* The bound of the keys of one organisation counts by this number. It is decide's alone: a journal from
 * before it may have more keys. */
static bool check_numbers(const struct engine *e, char *why, size_t size)
{
    const struct handover_state *s = &e->handover;
    uint32_t *n = mem_new(s->n_of_org + 1u, sizeof *n);
    bool holds = true;

    for (uint32_t i = 0; i < s->n_keys; i++)
        n[s->keys[i].k.org.v - 1]++;
    for (uint32_t i = 0; i < s->n_of_org && holds; i++) {
        if (n[i] != s->of_org[i].n)
            holds = broken(why, size, "handover: keys counted wrongly of organisation", i + 1);
    }
    free(n);
    return holds;
}

bool handover_check(const struct engine *e, char *why, size_t size)
{
    const struct handover_state *s = &e->handover;
    struct counted *of = mem_new(s->n_keys + 1u, sizeof *of);
    bool holds = true;

    for (uint32_t i = 0; i < s->n_notes && holds; i++) {
        const struct sealed_note *n = &s->notes[i].n;

        holds = check_note(e, i, why, size);
        if (!holds)
            break;
        of[n->key.v - 1].unread += n->state == NOTE_WRITTEN;
        of[n->key.v - 1].unreadable += n->state == NOTE_UNREADABLE;
        of[n->key.v - 1].held += n->state == NOTE_WRITTEN || n->state == NOTE_PICKED_UP;
    }
    for (uint32_t i = 0; i < s->n_keys && holds; i++)
        holds = check_key(e, i, &of[i], why, size);
    for (uint32_t i = 0; i < s->n_lists && holds; i++)
        holds = check_list(e, i, why, size);
    free(of);
    return holds && check_numbers(e, why, size);
}
