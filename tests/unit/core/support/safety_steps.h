/* Steps of a leak in core's small exchange: reported, frozen, lifted; and who lives or is to come there. */
#ifndef PLEK_TEST_SAFETY_STEPS_H
#define PLEK_TEST_SAFETY_STEPS_H

#include "support/exchange.h"

enum { ANNA = 501, BERT, CARL };

struct actor as(struct actor a, uint32_t account);
struct outcome give(struct exchange *x, enum command_kind kind, struct actor who, struct safety_command c);
struct outcome report(struct exchange *x, struct actor who, unsigned location);
enum refusal step(struct exchange *x, enum command_kind kind, struct actor who, uint32_t leak);
uint32_t freeze(struct exchange *x, enum an_org org, unsigned location);
void lift(struct exchange *x, enum an_org org, uint32_t leak);
/* POOL said yes to R. */
struct request_id promised(struct exchange *x, struct referral_id r, unsigned pool);
struct referral_id moves_in(struct exchange *x, enum an_org org, struct need need, unsigned pool);
/* A room of C with FREE places in another region; all other houses are in that of B. Its number. */
unsigned a_far_pool(struct exchange *x, int free);
/* The regie of R offered to TO, or what KIND says of it, by WHO. */
enum refusal regie(struct exchange *x, enum command_kind kind, struct actor who, struct referral_id r,
                   enum an_org to);

#endif
