#include "handover_walk.h"

#include "calls.h"

#include <string.h>

static const struct engine *engine_of(const struct world *w)
{
    return flow_engine(w->active->flow);
}

static struct actor placing(const struct cast *cast, struct org_id org)
{
    return actor_of(org.v == cast->comensha.v ? ROLE_COMENSHA : ROLE_REFERRER, org);
}

/* One of the organisation's staff: the second may confirm what the first made. */
static struct actor staff_of(const struct engine *e, const struct cast *cast, struct org_id org,
                             uint32_t person)
{
    struct actor a =
        engine_org(e, org)->kind == ORG_SHELTER ? actor_of(ROLE_SHELTER, org) : placing(cast, org);

    a.account.v = 1000 + org.v * 2 + person;
    return a;
}

static struct org_id some_org(struct rng *rng, const struct cast *cast)
{
    if (rng_chance(rng, 700))
        return cast->shelters[rng_below(rng, (uint32_t)cast->n_shelters)];
    return rng_chance(rng, 100) ? cast->comensha
                                : cast->referrers[rng_below(rng, (uint32_t)cast->n_referrers)];
}

static void keys_step(struct world *w, struct rng *rng, const struct cast *cast, struct org_id org)
{
    const struct engine *e = engine_of(w);
    struct cmd_make_key made = {.wrapped_bytes = ORG_KEY_WRAPPED_MIN + 17};
    struct command cmd = {.kind = CMD_MAKE_KEY, .u.make_key = &made};
    const struct org_key *k = NULL;
    uint64_t draw = rng_next(rng);

    for (uint32_t i = engine_org_keys(e); i > 0 && k == NULL; i--) {
        k = engine_org_key(e, (struct org_key_id){i});
        k = k->org.v == org.v ? k : NULL;
    }
    cmd.actor = staff_of(e, cast, org, rng_below(rng, 2));
    if (k != NULL && k->state == ORG_KEY_MADE && rng_chance(rng, 800)) {
        cmd.kind = CMD_CONFIRM_KEY;
        cmd.u.key = k->id;
    } else if (k != NULL && k->state == ORG_KEY_LOSS_ASKED) { /* by who asked too, who is refused */
        cmd.kind = rng_chance(rng, 700) ? CMD_CONFIRM_KEY_LOSS : CMD_KEEP_KEY;
        cmd.u.key = k->id;
    } else if (k != NULL && rng_chance(rng, 30)) {
        cmd.kind = CMD_LOSE_KEY;
        cmd.u.key_loss.key = k->id;
        cmd.u.key_loss.reason = (uint8_t)rng_below(rng, KEY_LOSS_REASON_N);
    } else if (k == NULL || k->state == ORG_KEY_LOST || rng_chance(rng, 40)) {
        memcpy(made.public_key, &draw, sizeof draw);
    } else {
        return;
    }
    calls_begin(w->calls, &cmd, (struct referral_id){0});
}

/* A planted defect: a note changes outside apply. */
static void spoil(const struct sealed_note *n)
{
    if (n != NULL && n->state == NOTE_WRITTEN)
        ((struct sealed_note *)(uintptr_t)n)->state = NOTE_PICKED_UP; /* and never told to anybody */
}

/* Whose household came to stay among the last, and may have left since. */
static const struct referral *of_some_stay(const struct engine *e, struct rng *rng)
{
    uint64_t n = engine_stays(e);
    uint64_t back = n > 0 ? rng_below(rng, n < 16 ? (uint32_t)n : 16) : 0;

    return n > 0 ? engine_referral(e, engine_stay(e, (struct stay_id){n - back})->referral) : NULL;
}

void handover_walk_step(struct world *w, struct rng *rng, const struct cast *cast, const struct referral *r)
{
    const struct engine *e = engine_of(w);
    const struct request *q = NULL;
    enum handover_side side = rng_chance(rng, 500) ? HANDOVER_HOUSE : HANDOVER_REFERRER;
    struct cmd_write_note note = {.bytes = NOTE_SEAL_BYTES + NOTE_STEP_BYTES};
    struct command cmd = {.kind = CMD_HANDOVER_ITEM};
    const struct org_key *k = NULL;
    const struct sealed_note *last = NULL;

    if (r == NULL || rng_chance(rng, 150))
        r = of_some_stay(e, rng);
    q = handover_request(e, r);
    if (q == NULL || rng_chance(rng, 100)) {
        keys_step(w, rng, cast, some_org(rng, cast));
        return;
    }
    cmd.actor = side == HANDOVER_HOUSE ? staff_of(e, cast, engine_pool(e, q->pool)->org, 0)
                                       : staff_of(e, cast, r->org, 0);
    if (side == HANDOVER_REFERRER)
        cmd.actor.role = placing(cast, r->org).role; /* also of a shelter that refers */
    k = engine_org_key_active(e, handover_receiver(e, q, side));
    if (k == NULL && rng_chance(rng, 900)) { /* somebody sees to it that there is one */
        keys_step(w, rng, cast, handover_receiver(e, q, side));
        return;
    }
    last = engine_note_newest(e, r->id);
    if (w->plan.broken == BROKEN_NOTE)
        spoil(engine_note(e, (struct note_id){engine_notes(e)}));
    while (last != NULL && (last->from == side || last->state != NOTE_WRITTEN))
        last = engine_note(e, last->before);
    if (last != NULL && rng_chance(rng, 600)) {
        cmd.kind = CMD_PICK_UP_NOTE;
        cmd.u.note = last->id;
    } else if (k != NULL && rng_chance(rng, 500)) {
        note.referral = r->id;
        note.key = k->id;
        note.bytes = (uint16_t)(note.bytes + NOTE_STEP_BYTES * rng_below(rng, NOTE_STEPS_MAX));
        memset(note.hash, (int)rng_below(rng, 256), sizeof note.hash);
        cmd.kind = CMD_WRITE_NOTE;
        cmd.u.write_note = &note;
    } else {
        cmd.u.item = (struct cmd_item){r->id, (uint8_t)(1 + rng_below(rng, 4)), rng_chance(rng, 900)};
    }
    calls_begin(w->calls, &cmd, r->id);
}

void handover_walk_count(struct trace *t, const struct event *ev)
{
    t->counts.keys += ev->kind == EV_KEY_CONFIRMED;
    t->counts.items += ev->kind == EV_HANDOVER_ITEM;
    t->counts.notes += ev->kind == EV_NOTE_WRITTEN;
    t->counts.picked_up += ev->kind == EV_NOTE_PICKED_UP;
    t->counts.unreadable += ev->kind == EV_NOTE_UNREADABLE;
    t->counts.destroyed += ev->kind == EV_NOTE_DESTROYED;
}
