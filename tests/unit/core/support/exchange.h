/* A small exchange for the tests of core: real reference tables, a few organisations and houses that take
 * anybody, and one function that gives a command, applies what it came to and checks every invariant. */
#ifndef PLEK_TEST_CORE_EXCHANGE_H
#define PLEK_TEST_CORE_EXCHANGE_H

#include "core/audience/audience.h"
#include "core/engine.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

/* Who there is. Ids are given in this order. */
enum an_org { VT_OOST = 1, VT_WEST, HUIS_A, HUIS_B, HUIS_C, COMENSHA, OPERATOR, GEMEENTE, RAPPORTEUR };
/* A has two locations, the others one. */
enum a_location { A_NOORD = 1, A_ZUID, B_HUIS, C_HUIS };
/* Each of two units of four persons, both reported free; COSM_C is for CoMensha to place. */
enum a_pool { POOL_A1 = 1, POOL_A2, POOL_B, POOL_C, POOL_COSM };

#define POOL_UNITS 2

struct exchange {
    struct vocab *vocab;
    struct engine *e;
    struct core_settings settings;
    struct event_list log; /* everything applied */
    int64_t now;           /* starts Wednesday 25 November 2026, 12:00; tests move it */
    uint64_t draw;
    struct outcome last;
    size_t counted; /* events of the last command */
};

struct exchange *exchange_new(void); /* the settings of a broker, but for the timers of escalation: off */
struct exchange *exchange_new_with(const struct core_settings *settings);
void exchange_free(struct exchange *x);

/* Give a command as it is, apply its events, and fail the test if an invariant broke. */
struct outcome exchange_do(struct exchange *x, const struct command *cmd);
/* Events of the last command, and how many. */
const struct event *last_event(const struct exchange *x, size_t from_end);
size_t last_count(const struct exchange *x);

/* ---- builders; every field not named has a harmless value ---- */
struct need_wish {
    int adults, children;
    int child_age;
    enum threat_level level;
    enum urgency urgency;
};
struct need need_of(struct need_wish w);
/* One woman at code rood, at once; a field named again replaces its value, which is the point here. */
#pragma GCC diagnostic ignored "-Woverride-init"
#define a_need(...)                                                                                          \
    need_of((struct need_wish){                                                                              \
        .adults = 1, .child_age = 5, .level = THREAT_ROOD, .urgency = URGENCY_NU, __VA_ARGS__})

struct pool pool_of_kind(const struct exchange *x, unsigned location, const char *code, enum kind kind);
struct observation an_observation(const struct exchange *x, unsigned pool, int total, int free);

struct actor referrer_of(enum an_org org);
struct actor shelter_of(enum an_org org);
struct actor shelter_at(enum an_org org, enum a_location location);
struct actor actor_of(enum role role, unsigned org);

/* ---- the daily commands, each by the one who normally gives it ---- */
struct outcome do_report(struct exchange *x, struct actor who, const struct observation *list, uint16_t n);
struct referral_id do_open(struct exchange *x, enum an_org org, struct need need);
/* A second search for the household of EARLIER, linked as a clock or an older journal links it: no code opens
 * one while another looks. */
struct referral_id do_open_beside(struct exchange *x, enum an_org org, struct referral_id earlier);
struct outcome do_ask(struct exchange *x, struct referral_id r, const unsigned *pools, uint8_t n);
struct request_id do_ask_one(struct exchange *x, struct referral_id r, unsigned pool); /* must be granted */
/* SEE_REQUEST, ACCEPT, DECLINE, CONFIRM_ARRIVAL by the house's staff. */
struct outcome do_answer(struct exchange *x, enum command_kind kind, struct request_id q, uint8_t reason);
/* TRAVEL, NO_SHOW, WITHDRAW by the referrer. */
struct outcome do_referral(struct exchange *x, enum command_kind kind, struct referral_id r, int64_t eta_ms,
                           uint8_t reason);
struct outcome do_tick(struct exchange *x);

const struct referral *the_referral(const struct exchange *x, struct referral_id id);
const struct request *the_request(const struct exchange *x, struct request_id id);
struct pool_view the_pool(const struct exchange *x, unsigned pool);

/* A second engine that lived through the same events. */
struct engine *exchange_replay(const struct exchange *x);

#endif
