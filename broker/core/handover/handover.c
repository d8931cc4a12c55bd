#include "core/handover/handover.h"

#include "base/check.h"
#include "core/engine_state.h"

static const uint8_t key_moves[ORG_KEY_STATE_N] = {
    [ORG_KEY_MADE] = 1u << ORG_KEY_ACTIVE | 1u << ORG_KEY_RETIRED | 1u << ORG_KEY_LOST,
    [ORG_KEY_ACTIVE] = 1u << ORG_KEY_OLD | 1u << ORG_KEY_RETIRED | 1u << ORG_KEY_LOSS_ASKED,
    [ORG_KEY_OLD] = 1u << ORG_KEY_RETIRED | 1u << ORG_KEY_LOST,
    [ORG_KEY_LOSS_ASKED] =
        1u << ORG_KEY_ACTIVE | 1u << ORG_KEY_OLD | 1u << ORG_KEY_RETIRED | 1u << ORG_KEY_LOST,
};

static const uint8_t note_moves[NOTE_STATE_N] = {
    [NOTE_WRITTEN] = 1u << NOTE_PICKED_UP | 1u << NOTE_UNREADABLE | 1u << NOTE_DESTROYED,
    [NOTE_PICKED_UP] = 1u << NOTE_DESTROYED,
};

bool org_key_may_become(enum org_key_state from, enum org_key_state to)
{
    CHECK((unsigned)from < ORG_KEY_STATE_N && (unsigned)to < ORG_KEY_STATE_N);
    return ((unsigned)key_moves[from] >> (unsigned)to & 1u) != 0;
}

bool note_may_become(enum note_state from, enum note_state to)
{
    CHECK((unsigned)from < NOTE_STATE_N && (unsigned)to < NOTE_STATE_N);
    return ((unsigned)note_moves[from] >> (unsigned)to & 1u) != 0;
}

const char *org_key_state_code(enum org_key_state s)
{
    static const char *const list[ORG_KEY_STATE_N] = {"made",    "active", "old",
                                                      "retired", "lost",   "loss_asked"};

    CHECK((unsigned)s < ORG_KEY_STATE_N);
    return list[s];
}

static const char *const loss_reasons[KEY_LOSS_REASON_N] = {[KEY_LOSS_FORGOTTEN] = "wachtzin_vergeten",
                                                            [KEY_LOSS_LEFT] = "medewerker_weg",
                                                            [KEY_LOSS_EXPOSED] = "wachtzin_bekend",
                                                            [KEY_LOSS_OTHER] = "anders"};

const char *key_loss_reason_code(enum key_loss_reason r)
{
    CHECK((unsigned)r < KEY_LOSS_REASON_N);
    return loss_reasons[r];
}

const char *const *key_loss_reason_codes(void)
{
    return loss_reasons;
}

const char *note_state_code(enum note_state s)
{
    static const char *const list[NOTE_STATE_N] = {"written", "picked_up", "unreadable", "destroyed"};

    CHECK((unsigned)s < NOTE_STATE_N);
    return list[s];
}

const char *handover_side_code(enum handover_side s)
{
    CHECK((unsigned)s < HANDOVER_SIDE_N);
    return s == HANDOVER_HOUSE ? "house" : "referrer";
}

bool note_bytes_are_valid(size_t bytes)
{
    return bytes > NOTE_SEAL_BYTES && (bytes - NOTE_SEAL_BYTES) % NOTE_STEP_BYTES == 0 &&
           (bytes - NOTE_SEAL_BYTES) / NOTE_STEP_BYTES <= NOTE_STEPS_MAX;
}

uint32_t engine_org_keys(const struct engine *e)
{
    return e->handover.n_keys;
}

uint32_t engine_notes(const struct engine *e)
{
    return e->handover.n_notes;
}

uint32_t engine_org_keys_of(const struct engine *e, struct org_id org)
{
    return org.v >= 1 && org.v <= e->handover.n_of_org ? e->handover.of_org[org.v - 1].n : 0;
}

const struct org_key *engine_org_key(const struct engine *e, struct org_key_id id)
{
    return id.v >= 1 && id.v <= e->handover.n_keys ? &e->handover.keys[id.v - 1].k : NULL;
}

const struct sealed_note *engine_note(const struct engine *e, struct note_id id)
{
    return id.v >= 1 && id.v <= e->handover.n_notes ? &e->handover.notes[id.v - 1].n : NULL;
}

const struct org_key *engine_org_key_active(const struct engine *e, struct org_id org)
{
    if (org.v < 1 || org.v > e->handover.n_of_org)
        return NULL;
    return engine_org_key(e, (struct org_key_id){e->handover.of_org[org.v - 1].active});
}

static bool is_yes(const struct request *q)
{
    return q->state == REQUEST_ACCEPTED || q->state == REQUEST_ADMITTED;
}

static const struct request *newest_yes(const struct engine *e, const struct referral *r, bool bridge)
{
    for (unsigned i = r != NULL ? r->n_requests : 0; i > 0; i--) {
        const struct request *q = engine_request(e, r->requests[i - 1]);

        if (q->bridge == bridge && is_yes(q))
            return q;
    }
    return NULL;
}

const struct request *handover_request(const struct engine *e, const struct referral *r)
{
    return newest_yes(e, r, false);
}

const struct request *handover_bridge(const struct engine *e, const struct referral *r)
{
    return newest_yes(e, r, true);
}

const struct request *handover_now(const struct engine *e, const struct referral *r)
{
    const struct request *q = handover_request(e, r);

    return q != NULL ? q : handover_bridge(e, r);
}

bool handover_stands(const struct engine *e, const struct request *q)
{
    if (q->bridge)
        return is_yes(q);
    return handover_request(e, engine_referral(e, q->referral)) == q;
}

static struct handover_of of_referral(const struct engine *e, struct referral_id id)
{
    return id.v >= 1 && id.v <= e->handover.n_of ? e->handover.of[id.v - 1] : (struct handover_of){0};
}

const struct handover *engine_handover_of(const struct engine *e, const struct request *q)
{
    uint32_t list = q != NULL && handover_stands(e, q) ? of_referral(e, q->referral).list : 0;

    /* Each yes has a list of its own: one that was undone, a bridge bed, the place. */
    while (list != 0 && e->handover.lists[list - 1].h.request.v != q->id.v)
        list = e->handover.lists[list - 1].before;
    return list != 0 ? &e->handover.lists[list - 1].h : NULL;
}

const struct handover *engine_handover(const struct engine *e, struct referral_id id)
{
    return engine_handover_of(e, handover_now(e, engine_referral(e, id)));
}

uint32_t handover_required(const struct engine *e, const struct request *q)
{
    const struct handover *h = engine_handover_of(e, q);

    return h != NULL ? h->required : vocab_handover_required(e->vocab);
}

const struct sealed_note *engine_note_newest(const struct engine *e, struct referral_id id)
{
    return engine_note(e, (struct note_id){of_referral(e, id).note});
}

struct org_id handover_receiver(const struct engine *e, const struct request *q, enum handover_side side)
{
    return side == HANDOVER_REFERRER ? engine_pool(e, q->pool)->org : engine_referral(e, q->referral)->org;
}
