/* Steps of a stay in core's small exchange: who arrives, what becomes of it. */
#ifndef PLEK_TEST_STAY_STEPS_H
#define PLEK_TEST_STAY_STEPS_H

#include "support/exchange.h"

#define HUISVERBOD 4

uint8_t nr(const struct exchange *x, enum vocab_list list, const char *code);
struct referral_id arrive_with(struct exchange *x, struct need need, unsigned pool);
struct referral_id arrive(struct exchange *x, unsigned pool);
const struct stay *stay_of(const struct exchange *x, struct referral_id r);
struct actor house_of(const struct exchange *x, const struct stay *s);
enum refusal depart(struct exchange *x, struct referral_id r, const char *why, const char *where);
/* Its house says that the departure was a mistake. */
enum refusal resume(struct exchange *x, struct referral_id r);
/* A household that left B with its return code. */
struct referral_id left_with_code(struct exchange *x, char code[RETURN_CODE_SIZE]);
/* ORG looks for who has CODE; it may be refused. */
struct outcome open_with_code(struct exchange *x, enum an_org org, const char *code);
enum refusal start_clock(struct exchange *x, struct referral_id r, uint8_t kind);
const struct stay_clock *clock_of(const struct exchange *x, struct referral_id r, unsigned nth);
/* Everything due until then, tick by tick as the flow gives them. */
void pass(struct exchange *x, int64_t ms);

#endif
