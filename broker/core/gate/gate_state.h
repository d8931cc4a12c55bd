/* Inside of the gate requests: what apply, digest and check of the core call. Private to core. */
#ifndef PLEK_CORE_GATE_GATE_STATE_H
#define PLEK_CORE_GATE_GATE_STATE_H

#include "core/engine_state.h"

/* ---- gate_apply.c: what follows for gate requests from events that are not theirs ---- */
/* A request was made (its event is in S already): its gate request, if it has one, is placing. */
void gate_on_request_made(struct engine *e, const struct request *q, uint64_t seq);
/* A house said yes to Q. */
void gate_on_accepted(struct engine *e, const struct request *q, uint64_t seq);
/* The yes to Q is over without an arrival (no show, withdrawn with its referral): it is placing again. */
void gate_on_yes_undone(struct engine *e, const struct request *q, uint64_t seq);
/* The referral has ended at AT_MS: its live gate requests end with it; one that placed it stays placed. */
void gate_on_referral_closed(struct engine *e, const struct referral *r, int64_t at_ms, uint64_t seq);
/* Why a request as in EV_REQUEST_MADE cannot have been made through its gate request; NULL = it can. */
const char *gate_request_impossible(const struct engine *e, const struct request *q);

/* ---- gate_digest.c ---- */
void gate_digest_refresh(struct engine *e, struct gate_slot *s);
uint64_t gate_digest_recount(const struct engine *e);
/* The facts that the journal may have lost since; H unchanged if there are none. */
uint64_t gate_digest_facts(const struct engine *e, uint64_t h);

/* ---- gate_check.c ---- */
/* The promises: a request to a place of a gatekeeper was made for a live gate request of that gatekeeper, or
 * is of the gatekeeper's own referral; one live gate request per referral; states, owners and
 * requests agree. WHY names the first that is broken. */
bool gate_check(const struct engine *e, char *why, size_t size);

#endif
