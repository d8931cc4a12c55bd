/* Steps of a handover: a referral that has a yes, keys, notes. */
#ifndef PLEK_TEST_HANDOVER_STEPS_H
#define PLEK_TEST_HANDOVER_STEPS_H

#include "support/exchange.h"

struct scene {
    struct exchange *x;
    struct referral_id r; /* of VT_OOST; B said yes */
    struct request_id q;
    uint64_t key; /* of the next command */
};

struct scene handover_scene(void);
struct actor person(struct actor a, uint32_t account);
struct outcome make_key(struct scene *s, struct actor who, uint8_t first_byte);
enum refusal on_key(struct scene *s, enum command_kind kind, struct actor who, uint64_t key);
enum refusal lose_for(struct scene *s, struct actor who, uint64_t key, uint8_t reason);
enum refusal lose(struct scene *s, struct actor who, uint64_t key);
/* B has a key that can be written to. */
uint32_t confirmed_key(struct scene *s, enum an_org org, uint8_t first_byte);
struct outcome write_note(struct scene *s, struct actor who, uint32_t key, uint16_t bytes);

#define ONE_STEP (NOTE_SEAL_BYTES + NOTE_STEP_BYTES)

enum refusal pick_up(struct scene *s, struct actor who, uint64_t note);
const struct sealed_note *the_note(const struct scene *s, uint64_t id);

#endif
