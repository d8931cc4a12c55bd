/* Who is who to an object: whose it is, who took it in, who works on it, who sits at its table. An object
 * that is NULL has nobody. */
#include "core/audience/audience_parts.h"

#include "core/gate/gate_look.h"

/* ---- whom the actor speaks for ---- */

bool carries(const struct actor *a, struct org_id org)
{
    for (uint16_t i = 0; i < a->n_carries; i++) {
        if (a->carries[i].v == org.v)
            return true;
    }
    return false;
}

/* The pool is of the house (or, for a machine, of a house) that the actor speaks for. */
bool is_own_pool(const struct actor *a, const struct pool_kept *p)
{
    if (p == NULL)
        return false;
    if (a->role == ROLE_MACHINE)
        return carries(a, p->org);
    return a->org.v == p->org.v && (a->location.v == 0 || a->location.v == p->location.v);
}

/* ---- the sides of a referral and of its gate requests ---- */

bool is_referrer(const struct actor *a)
{
    return a->role == ROLE_REFERRER || a->role == ROLE_COMENSHA;
}

bool is_own_referral(const struct actor *a, const struct referral *r)
{
    return r != NULL && is_referrer(a) && a->org.v == r->org.v;
}

/* The desk in whose queue the gate request is. */
bool is_keeper(const struct actor *a, const struct gate *g)
{
    return g != NULL && (a->role == ROLE_COMENSHA || a->role == ROLE_GATEKEEPER) && a->org.v == g->org.v;
}

bool is_sender(const struct engine *e, const struct actor *a, const struct gate *g)
{
    return g != NULL && is_own_referral(a, engine_referral(e, g->referral));
}

/* The desk that is needed for the referral now: as long as that lasts, it sees the whole file. */
bool is_live_keeper(const struct engine *e, const struct actor *a, const struct referral *r)
{
    return r != NULL && is_keeper(a, gate_live_at(e, r, a->org));
}

/* ---- the two sides of a request ---- */

bool is_party(const struct engine *e, const struct actor *a, const struct request *q)
{
    if (q == NULL)
        return false;
    if (a->role == ROLE_SHELTER)
        return is_own_pool(a, engine_pool(e, q->pool));
    return is_own_referral(a, engine_referral(e, q->referral));
}

/* The shelter that said yes to the referral, as long as that yes stands: until the household has left, after
 * which only the stay itself is still its business. A bridge bed's house is one, beside the house of the
 * place that the household waits for. */
bool is_host(const struct engine *e, const struct actor *a, const struct referral *r)
{
    if (r == NULL || a->role != ROLE_SHELTER)
        return false;
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);
        bool stands = q->state == REQUEST_ACCEPTED || (q->state == REQUEST_ADMITTED && q->left_at_ms == 0);

        if (stands && is_own_pool(a, engine_pool(e, q->pool)))
            return true;
    }
    return false;
}

/* The host whose place it is that the household came for. One that has a bed for the meantime receives nobody
 * for another house, and must not undo another's yes by saying that nobody came. */
bool is_receiving(const struct engine *e, const struct actor *a, const struct referral *r)
{
    const struct request *q = handover_request(e, r);

    return q != NULL && is_host(e, a, r) && is_own_pool(a, engine_pool(e, q->pool));
}

/* The referrer's own, or for a bridge bed the house that has it. */
bool is_party_to_bridge(const struct engine *e, const struct actor *a, const struct bridge *b)
{
    if (b == NULL)
        return false;
    if (a->role == ROLE_SHELTER)
        return b->kind == BRIDGE_BED && is_party(e, a, engine_request(e, b->request));
    return is_own_referral(a, engine_referral(e, b->referral));
}

/* ---- stays and clocks ---- */

bool is_stay_house(const struct engine *e, const struct actor *a, const struct stay *s)
{
    return s != NULL && a->role == ROLE_SHELTER && is_own_pool(a, engine_pool(e, s->pool));
}

/* The desk of one house speaks for the clocks of that house, and for those that no house has. */
bool is_of_desk(const struct actor *a, struct org_id org, struct location_id desk)
{
    return a->org.v == org.v && (a->location.v == 0 || desk.v == 0 || a->location.v == desk.v);
}

/* ---- care: who sits at the table, who co-ordinates, who was asked ---- */

/* The household of ID was in a place of ORG. */
static bool stayed_with(const struct engine *e, struct org_id org, struct referral_id id)
{
    const struct stay *s = engine_stay_of(e, id);

    return s != NULL && engine_location(e, engine_pool(e, s->pool)->location)->org.v == org.v;
}

/* By this referral a household flees a house of ORG: where it had a place, or a bridge bed. */
static bool is_flight(const struct engine *e, struct org_id org, struct referral_id id)
{
    struct household_link h = engine_household(e, id);

    return engine_fled_bed(e, org, id) || (h.why == LINK_LEAKED && stayed_with(e, org, h.earlier));
}

bool fled_from(const struct engine *e, struct org_id org, struct referral_id id)
{
    for (; id.v != 0; id = engine_household(e, id).earlier) {
        if (is_flight(e, org, id))
            return true;
    }
    return false;
}

/* Whether A's role is the one in which its organisation holds the regie of R, if it holds it: a referrer's,
 * or a house's where neither R nor the referral with which the regie began is of the same organisation. */
bool holds_regie_for(const struct engine *e, const struct actor *a, const struct referral *r)
{
    if (r == NULL || (!is_referrer(a) && a->role != ROLE_SHELTER))
        return false;
    return is_referrer(a) ||
           (r->org.v != a->org.v && engine_referral(e, engine_regie(e, r->id).referral)->org.v != a->org.v);
}

/* The household of ID fled a house of ORG: by a referral of DESK, or of anybody (0). */
static bool has_fled(const struct engine *e, struct org_id org, struct referral_id id, struct org_id desk)
{
    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        if (is_flight(e, org, id) && (desk.v == 0 || engine_referral(e, id)->org.v == desk.v))
            return true;
    }
    return false;
}

/* The household fled a house of who holds its regie HELD. A holder by whose own referral it fled is no such
 * one: it looks for the next place itself. Who comes with the household's code later is not the desk of a
 * flight: the code is known in the house. */
static bool is_fled_regie(const struct engine *e, const struct regie *held)
{
    return engine_leaks(e) > 0 && held->state != REGIE_ENDED &&
           has_fled(e, held->holder, held->referral, (struct org_id){0}) &&
           !has_fled(e, held->holder, held->referral, held->holder);
}

/* The co-ordinator sees what it co-ordinates: every referral of the household under that regie. In the
 * organisation whose referral it is, or with whose referral the regie began, that is its referrers, and not
 * the desk of a house of the same organisation. Who never took it, and holds it only for having placed the
 * household first, does not see what another desk opened since. Whose house the household fled sees nothing
 * by it: where they are since is in all of it. */
bool is_regie(const struct engine *e, const struct actor *a, const struct referral *r)
{
    struct regie held;

    if (!holds_regie_for(e, a, r))
        return false;
    held = engine_regie(e, r->id);
    return held.holder.v == a->org.v && (held.moves > 0 || r->org.v == a->org.v) &&
           !fled_from(e, a->org, r->id) && !is_fled_regie(e, &held);
}

/* Who takes it over could not act on it in another role than the one it is held in. */
bool is_offered_regie(const struct engine *e, const struct actor *a, const struct referral *r)
{
    return holds_regie_for(e, a, r) && engine_regie(e, r->id).offered_to.v == a->org.v;
}

/* By the referral that it knows them by, and by none that tells where they went. */
bool may_let_go_of_regie(const struct engine *e, const struct actor *a, const struct referral *r)
{
    struct regie held = {0};

    if (r == NULL || engine_regie(e, r->id).holder.v != a->org.v)
        return false;
    held = engine_regie(e, r->id);
    if (!is_own_referral(a, r) &&
        (a->role != ROLE_SHELTER || (!engine_fled_bed(e, a->org, r->id) && !stayed_with(e, a->org, r->id))))
        return false;
    return is_fled_regie(e, &held);
}

bool may_relieve_regie(const struct engine *e, const struct actor *a, const struct referral *r)
{
    struct regie held = {0};

    if (!is_own_referral(a, r))
        return false;
    held = engine_regie(e, r->id);
    return held.holder.v != a->org.v && is_fled_regie(e, &held) && has_fled(e, held.holder, r->id, a->org);
}

bool audience_of_regie_offer(const struct engine *e, struct referral_id id, struct org_id to)
{
    struct regie held = engine_regie(e, id);

    return !is_fled_regie(e, &held) || has_fled(e, held.holder, id, to);
}

bool audience_relieves_regie(const struct engine *e, const struct actor *a, struct referral_id id)
{
    return is_who_it_says(e, a) && may_relieve_regie(e, a, engine_referral(e, id));
}

/* Whose referral it is, who took the household in, and who co-ordinates. */
bool is_close(const struct engine *e, const struct actor *a, const struct referral *r)
{
    return is_own_referral(a, r) || is_host(e, a, r) || is_regie(e, a, r);
}

/* At the table: invited (who then only knows that it is), or joined. */
bool sits_in(const struct actor *a, const struct mdo *m)
{
    const struct mdo_participant *p = m != NULL ? mdo_participant_of(m, a->org) : NULL;

    return p != NULL && (p->state == PARTICIPANT_INVITED || p->state == PARTICIPANT_JOINED);
}

bool has_joined(const struct actor *a, const struct mdo *m)
{
    return sits_in(a, m) && mdo_participant_of(m, a->org)->state == PARTICIPANT_JOINED;
}

bool is_in_consult(const struct actor *a, const struct consult *c)
{
    return c != NULL && (a->org.v == c->from.v || a->org.v == c->to.v);
}

/* Who called the table together leads it while the household is its concern; who co-ordinates, in any case.
 */
bool leads_mdo(const struct engine *e, const struct actor *a, const struct mdo *m)
{
    const struct referral *r = m != NULL ? engine_referral(e, m->referral) : NULL;

    return m != NULL && ((a->org.v == m->convened_by.v && is_close(e, a, r)) || is_regie(e, a, r));
}

/* ---- keys and handover ---- */

/* Keys are of organisations that notes and night sheets go to. */
bool has_keys(const struct engine *e, const struct actor *a)
{
    enum org_kind kind = engine_org(e, a->org)->kind;

    return kind == ORG_SHELTER || kind == ORG_VEILIG_THUIS || kind == ORG_COMENSHA;
}

bool is_own_key(const struct engine *e, const struct actor *a, struct org_key_id id)
{
    const struct org_key *k = engine_org_key(e, id);

    return k != NULL && k->org.v == a->org.v;
}

bool is_of_handover(const struct engine *e, const struct actor *a, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);

    return is_own_referral(a, r) || audience_of_handover(e, a, id) != NULL;
}

/* The referrer hands over what stands now; a house its own yes, the place before a bridge bed. */
const struct request *audience_of_handover(const struct engine *e, const struct actor *a,
                                           struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);

    if (is_own_referral(a, r))
        return handover_now(e, r);
    if (is_receiving(e, a, r))
        return handover_request(e, r);
    for (unsigned i = r != NULL && a->role == ROLE_SHELTER ? r->n_requests : 0; i > 0; i--) {
        const struct request *q = engine_request(e, r->requests[i - 1]);

        if (q->bridge && handover_stands(e, q) && is_own_pool(a, engine_pool(e, q->pool)))
            return q;
    }
    return NULL;
}

/* ---- safety ---- */

/* The people of the house itself, and the exchange's administrators: where a place is known to who must not
 * know it, nobody else is told that it is. */
bool is_own_location(const struct engine *e, const struct actor *a, struct location_id id)
{
    const struct location *l = engine_location(e, id);

    if (l == NULL)
        return false;
    if (a->role == ROLE_EXCHANGE_ADMIN)
        return true;
    return (a->role == ROLE_SHELTER || a->role == ROLE_ORG_ADMIN) && a->org.v == l->org.v &&
           (a->location.v == 0 || a->location.v == l->id.v);
}
