/* Timers in core's small exchange: settings, the table of the levels, and what must come at a moment. */
#ifndef PLEK_TEST_TIMER_STEPS_H
#define PLEK_TEST_TIMER_STEPS_H

#include "support/exchange.h"

/* The settings of a broker, but that nobody is asked after silence: that is silence_test.c; and each alarm
 * once: alarm_test.c has those that come again. */
struct core_settings timed(void);
struct exchange *exchange_timed(void);
/* How many events of KIND the last command came to. */
unsigned happened(const struct exchange *x, enum event_kind kind);
struct need need_at(enum threat_level level);
/* One tick at AT, of which KIND must come, and one a moment before, of which it must not. */
void due_at(struct exchange *x, int64_t at_ms, enum event_kind kind, const char *what);
struct outcome take_over(struct exchange *x, struct referral_id r, uint32_t account);
struct outcome escalate(struct exchange *x, enum command_kind kind, struct referral_id r, enum alarm alarm,
                        uint32_t to);

/* Minutes, as the domain's table has them (section 5). */
static const struct {
    const char *name;
    enum threat_level level;
    int ring, widen, lead, hold, warn, no_show;
} levels[] = {
    {"rood", THREAT_ROOD, 5, 10, 20, 3 * 60, 30, 30},
    {"oranje", THREAT_ORANJE, 15, 30, 60, 6 * 60, 60, 60},
    {"groen", THREAT_GROEN, 60, 4 * 60, 0, 24 * 60, 4 * 60, 4 * 60},
    {"onbekend", THREAT_UNKNOWN, 15, 30, 60, 6 * 60, 60, 60},
};

#endif
