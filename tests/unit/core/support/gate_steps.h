/* Steps of a gate request: an exchange with youth care, who is sent where, and each state it can be in. */
#ifndef PLEK_TEST_GATE_STEPS_H
#define PLEK_TEST_GATE_STEPS_H

#include "support/exchange.h"

#define POOL_JEUGD 6

struct exchange *with_youth_care(struct exchange *x);
struct exchange *the_exchange(void);
struct need a_victim(void);
struct need a_minor(void);
struct actor desk(void);
struct actor town(void);
struct outcome gate_do(struct exchange *x, enum command_kind kind, struct actor who, unsigned gate,
                       unsigned value);
enum refusal send_to_gate(struct exchange *x, struct referral_id r, enum kind kind);
const struct gate *gate_at(const struct exchange *x, unsigned id);
struct outcome ask_as(struct exchange *x, struct actor who, struct referral_id r, unsigned pool);
/* A victim's referral whose gate request (1) is in STATE. */
struct referral_id at_state(struct exchange *x, enum gate_state state);

#endif
