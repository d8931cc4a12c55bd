/* The fingerprint of care: each record's fields but for its private texts, which may be erased. */
#include "core/care/care_state.h"

#include "core/fields.h"

#include <stdlib.h>
#include <string.h>

/* Apart from the kinds of digest.c, which are below 16. */
enum care_record { CARE_MDO = 64, CARE_ITEM, CARE_REGIE, CARE_CONSULT };

static struct fields hash_of(enum care_record kind, uint32_t id)
{
    struct fields f = fields_hash();

    f.hash = hash_combine((uint64_t)kind, id);
    return f;
}

static uint64_t digest_of_mdo(const struct mdo *record)
{
    struct fields f = hash_of(CARE_MDO, record->id);
    struct mdo m = *record;

    field_u64(&f, &m.referral.v);
    field_u32(&f, &m.convened_by.v);
    field_u32(&f, &m.account.v);
    FIELD_ENUM(&f, m.state, MDO_STATE_N);
    FIELD_ENUM(&f, m.ground, GROUND_N);
    field_time(&f, &m.convened_at_ms);
    field_time(&f, &m.next_ms);
    field_time(&f, &m.closed_at_ms);
    field_u64(&f, &m.version);
    field_u8(&f, &m.n_participants);
    for (unsigned i = 0; i < m.n_participants; i++) {
        field_u32(&f, &m.participants[i].org.v);
        FIELD_ENUM(&f, m.participants[i].state, PARTICIPANT_STATE_N);
        field_u64(&f, &m.participants[i].since);
    }
    field_u8(&f, &m.n_items);
    if (m.reminded != 0) /* never of an old journal */
        field_u16(&f, &m.reminded);
    return f.hash;
}

static uint64_t digest_of_item(const struct mdo_item *record)
{
    struct fields f = hash_of(CARE_ITEM, record->id);
    struct mdo_item i = *record;

    field_u32(&f, &i.mdo);
    FIELD_ENUM(&f, i.domain, MDO_DOMAIN_N);
    FIELD_ENUM(&f, i.sort, ITEM_SORT_N);
    FIELD_ENUM(&f, i.state, ITEM_STATE_N);
    field_u32(&f, &i.acts.v);
    field_u32(&f, &i.noted_by.v);
    field_time(&f, &i.due_ms);
    field_time(&f, &i.noted_at_ms);
    field_u64(&f, &i.version);
    if (i.outside != OUTSIDE_NONE || i.reminded) {
        field_u8(&f, &i.outside);
        field_u8(&f, &i.reminded);
    }
    return f.hash;
}

static uint64_t digest_of_regie(const struct regie *record)
{
    struct fields f = hash_of(CARE_REGIE, (uint32_t)record->referral.v);
    struct regie r = *record;

    FIELD_ENUM(&f, r.state, REGIE_STATE_N);
    field_u32(&f, &r.holder.v);
    field_u32(&f, &r.offered_to.v);
    field_time(&f, &r.since_ms);
    field_u64(&f, &r.since);
    field_time(&f, &r.ended_at_ms);
    field_u8(&f, &r.moves);
    field_u64(&f, &r.version);
    if (r.at.v != r.referral.v) /* never of an old journal */
        field_u64(&f, &r.at.v);
    if (r.reminded)
        field_u8(&f, &r.reminded);
    return f.hash;
}

static uint64_t digest_of_consult(const struct consult *record)
{
    struct fields f = hash_of(CARE_CONSULT, record->id);
    struct consult c = *record;

    field_u64(&f, &c.referral.v);
    field_u32(&f, &c.from.v);
    field_u32(&f, &c.to.v);
    FIELD_ENUM(&f, c.state, CONSULT_STATE_N);
    field_time(&f, &c.asked_at_ms);
    field_time(&f, &c.ended_at_ms);
    field_u64(&f, &c.version);
    if (c.reminded)
        field_u8(&f, &c.reminded);
    return f.hash;
}

static void refresh(struct engine *e, uint64_t *sum, uint64_t now)
{
    e->sum += now - *sum;
    *sum = now;
}

void care_refresh_mdo(struct engine *e, struct mdo_slot *s)
{
    due_refresh(e, (struct due){.at_ms = care_due_of_mdo(e, &s->m), .id = s->m.id, .kind = DUE_MDO},
                s->m.due);
    refresh(e, &s->sum, digest_of_mdo(&s->m));
}

void care_refresh_item(struct engine *e, struct mdo_item_slot *s)
{
    due_refresh(e, (struct due){.at_ms = care_due_of_item(e, &s->i), .id = s->i.id, .kind = DUE_MDO_ITEM},
                s->i.due);
    refresh(e, &s->sum, digest_of_item(&s->i));
}

void care_refresh_regie(struct engine *e, struct regie_slot *s)
{
    due_refresh(e,
                (struct due){.at_ms = care_due_of_regie(e, &s->r), .id = s->r.referral.v, .kind = DUE_REGIE},
                s->r.due);
    refresh(e, &s->sum, digest_of_regie(&s->r));
}

void care_refresh_consult(struct engine *e, struct consult_slot *s)
{
    due_refresh(e, (struct due){.at_ms = care_due_of_consult(e, &s->c), .id = s->c.id, .kind = DUE_CONSULT},
                s->c.due);
    refresh(e, &s->sum, digest_of_consult(&s->c));
}

uint64_t care_recount(const struct engine *e)
{
    const struct care_tables *t = &e->care;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < t->n_mdos; i++)
        sum += digest_of_mdo(&t->mdos[i].m);
    for (uint32_t i = 0; i < t->n_items; i++)
        sum += digest_of_item(&t->items[i].i);
    for (uint32_t i = 0; i < t->n_regies; i++)
        sum += digest_of_regie(&t->regies[i].r);
    for (uint32_t i = 0; i < t->n_consults; i++)
        sum += digest_of_consult(&t->consults[i].c);
    return sum;
}

static uint64_t text(uint64_t h, const char *private_text)
{
    return hash_combine(h, hash_bytes(BYTES(private_text, strlen(private_text))));
}

uint64_t care_facts(const struct engine *e, uint64_t h)
{
    const struct care_tables *t = &e->care;

    for (uint32_t i = 0; i < t->n_items; i++)
        h = text(h, t->items[i].i.text);
    for (uint32_t i = 0; i < t->n_outsides; i++)
        h = text(h, t->outsides[i].callback);
    for (uint32_t i = 0; i < t->n_regies; i++)
        h = text(text(h, t->regies[i].r.role), t->regies[i].r.callback);
    for (uint32_t i = 0; i < t->n_consults; i++)
        h = text(text(h, t->consults[i].c.question), t->consults[i].c.answer);
    return h;
}

void care_free(struct care_tables *t)
{
    free(t->mdos);
    free(t->items);
    free(t->regies);
    free(t->consults);
    free(t->outsides);
}
