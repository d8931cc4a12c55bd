#include "key_model.h"

#include "base/mem.h"

#include <stdlib.h>

struct key_of {
    struct org_id org;
    uint32_t made_by, loss_asked_by; /* accounts; 0 = nobody */
    bool in_use, gone;
};

struct key_model {
    struct trace *trace;
    struct key_of *keys; /* by id - 1 */
    size_t n_keys, cap_keys;
};

struct key_model *key_model_new(struct trace *t)
{
    struct key_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    return m;
}

void key_model_free(struct key_model *m)
{
    if (m == NULL)
        return;
    free(m->keys);
    free(m);
}

struct org_id key_model_owner(const struct key_model *m, struct org_key_id id)
{
    return id.v >= 1 && id.v <= m->n_keys ? m->keys[id.v - 1].org : (struct org_id){0};
}

static void breach(struct key_model *m, const struct event *ev, uint32_t key, const char *what)
{
    trace_fail(m->trace, "seq %llu: key %u is %s", (unsigned long long)ev->seq, key, what);
}

static void made(struct key_model *m, const struct event *ev)
{
    MEM_GROW(m->keys, m->n_keys, m->cap_keys);
    m->keys[m->n_keys++] = (struct key_of){.org = ev->u.key_made.org, .made_by = ev->account.v};
    if (ev->u.key_made.id.v != m->n_keys)
        breach(m, ev, ev->u.key_made.id.v, "made out of order");
}

static void confirmed(struct key_model *m, const struct event *ev, struct key_of *k)
{
    if (k->in_use || k->gone || ev->account.v == 0 || ev->account.v == k->made_by)
        breach(m, ev, ev->u.key.id.v, "confirmed by one person, or a second time");
    for (size_t i = 0; i < m->n_keys; i++) {
        if (m->keys[i].org.v == k->org.v)
            m->keys[i].in_use = false;
    }
    k->in_use = true;
}

void key_model_event(struct key_model *m, const struct event *ev)
{
    struct key_of *k = NULL;

    if (ev->kind == EV_KEY_MADE) {
        made(m, ev);
        return;
    }
    if (ev->kind != EV_KEY_CONFIRMED && ev->kind != EV_KEY_LOST && ev->kind != EV_KEY_LOSS_ASKED &&
        ev->kind != EV_KEY_LOSS_DROPPED)
        return;
    if (key_model_owner(m, ev->u.key.id).v == 0) {
        breach(m, ev, ev->u.key.id.v, "nobody's");
        return;
    }
    k = &m->keys[ev->u.key.id.v - 1];
    if (ev->kind == EV_KEY_CONFIRMED) {
        confirmed(m, ev, k);
    } else if (ev->kind == EV_KEY_LOSS_ASKED) {
        if (!k->in_use || ev->account.v == 0)
            breach(m, ev, ev->u.key.id.v, "not in use, and its loss is asked");
        k->loss_asked_by = ev->account.v;
    } else if (ev->kind == EV_KEY_LOSS_DROPPED) {
        if (!k->in_use)
            breach(m, ev, ev->u.key.id.v, "not in use, and kept");
        k->loss_asked_by = 0;
    } else {
        if (k->gone || ev->account.v == 0)
            breach(m, ev, ev->u.key.id.v, "lost twice, or by nobody");
        if (k->in_use && (k->loss_asked_by == 0 || k->loss_asked_by == ev->account.v))
            breach(m, ev, ev->u.key.id.v, "in use, and lost by one person");
        k->in_use = false;
        k->gone = true;
    }
}
