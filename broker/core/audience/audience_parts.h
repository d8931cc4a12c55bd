/* Inside the judging of who may and who sees, for the files of this folder only: what roles may, who is who
 * to an object, and the looks that commands and events ask too.
 *
 *   roles     may the role, wherever it is ─┐
 *   parties   who is who to an object ──────┼─► permit   a command
 *                                           ├─► look     a record
 *                                           ├─► hears    an event, by the looks
 *                                           └─► changed  an event that is not heard, in a list
 */
#ifndef PLEK_CORE_AUDIENCE_PARTS_H
#define PLEK_CORE_AUDIENCE_PARTS_H

#include "core/audience/audience.h"

/* ---- roles.c ---- */

/* The role gives such commands, does such actions, at all. */
bool role_may_command(const struct actor *a, enum command_kind kind);
bool role_may_act(const struct actor *a, enum action action);
/* Its organisation exists and has such a role. */
bool is_who_it_says(const struct engine *e, const struct actor *a);

/* ---- parties.c: an object that is NULL has nobody ---- */

/* Whom the actor speaks for. */
bool carries(const struct actor *a, struct org_id org); /* a machine, for that organisation */
bool is_own_pool(const struct actor *a, const struct pool_kept *p);
bool is_own_location(const struct engine *e, const struct actor *a, struct location_id id);

/* The sides of a referral and of its gate requests. */
bool is_referrer(const struct actor *a); /* by its role */
bool is_own_referral(const struct actor *a, const struct referral *r);
bool is_keeper(const struct actor *a, const struct gate *g);
bool is_sender(const struct engine *e, const struct actor *a, const struct gate *g);
bool is_live_keeper(const struct engine *e, const struct actor *a, const struct referral *r);

/* The two sides of a request; the house whose yes stands, and of those the one of the place itself. */
bool is_party(const struct engine *e, const struct actor *a, const struct request *q);
bool is_host(const struct engine *e, const struct actor *a, const struct referral *r);
bool is_receiving(const struct engine *e, const struct actor *a, const struct referral *r);
bool is_party_to_bridge(const struct engine *e, const struct actor *a, const struct bridge *b);

/* Stays and clocks. */
bool is_stay_house(const struct engine *e, const struct actor *a, const struct stay *s);
bool is_of_desk(const struct actor *a, struct org_id org, struct location_id desk);

/* Care. Close is whose referral it is, who took the household in, and who co-ordinates. */
/* The household had to leave a house of ORG because somebody knew the address: nobody there is told where it
 * is since, whatever they are to it. */
bool fled_from(const struct engine *e, struct org_id org, struct referral_id id);
bool holds_regie_for(const struct engine *e, const struct actor *a, const struct referral *r);
bool is_offered_regie(const struct engine *e, const struct actor *a, const struct referral *r);
bool is_regie(const struct engine *e, const struct actor *a, const struct referral *r);
/* It holds the regie of a household that fled a house of its own, a place or a bridge bed: it sees no more
 * than that, and may hand it to the desk by whose referral they fled, or end it. */
bool may_let_go_of_regie(const struct engine *e, const struct actor *a, const struct referral *r);
/* It is that desk, which takes it over without being asked: who has it sees nothing to do it by. */
bool may_relieve_regie(const struct engine *e, const struct actor *a, const struct referral *r);
bool is_close(const struct engine *e, const struct actor *a, const struct referral *r);
bool sits_in(const struct actor *a, const struct mdo *m);
bool has_joined(const struct actor *a, const struct mdo *m);
bool is_in_consult(const struct actor *a, const struct consult *c);
bool leads_mdo(const struct engine *e, const struct actor *a, const struct mdo *m);

/* Keys and handover. The organisation of A exists: after is_who_it_says. */
bool has_keys(const struct engine *e, const struct actor *a);
bool is_own_key(const struct engine *e, const struct actor *a, struct org_key_id id);
bool is_of_handover(const struct engine *e, const struct actor *a, struct referral_id id);

/* ---- look.c: after the role was judged ---- */

bool may_see_request(const struct engine *e, const struct actor *a, struct request_id id);
bool may_see_clock(const struct engine *e, const struct actor *a, const struct stay_clock *c);
bool may_read_note(const struct engine *e, const struct actor *a, uint64_t object);
bool may_see_leak(const struct engine *e, const struct actor *a, uint64_t object);

#endif
