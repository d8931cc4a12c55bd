/* The adapter's side of what the broker is told: intake, spool, messages and a courier, against a small
 * broker that speaks the contract over real TLS (told_broker.h). */
#ifndef PLEK_TESTS_TELLING_H
#define PLEK_TESTS_TELLING_H

#include "../../wire/support/test_certs.h"
#include "adapters/tell/courier.h"
#include "support/told_broker.h"
#include "support/until.h"

#define FILE_OF(free)                                                                                        \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\">\n<peilmoment>2026-01-01T00:00:00Z</peilmoment>\n"       \
    "<plekken>\n<plek code=\"K1\"><vrij>" free "</vrij></plek></plekken></capaciteit>"
#define GOOD FILE_OF("1")
#define BAD FILE_OF("many")
#define NEW_PLACE                                                                                            \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\">\n<peilmoment>2026-01-01T00:00:00Z</peilmoment>\n"       \
    "<plekken>\n<plek code=\"K9\"><vrij>1</vrij></plek></plekken></capaciteit>"
#define PROFILE(options, code, pool)                                                                         \
    "{\"format\":\"opvang_xml\"," options "\"providers\":{\"" code "\":{\"pools\":{" pool "}}}}"

struct telling {
    struct test_certs certs;
    char dir[128], spool_dir[160], quarantine_dir[160], profiles_dir[160];
    struct event_base *base;
    struct told_broker *broker;
    struct intake intake;
    struct reload *reload;
    struct courier *courier;
    int timeout_ms; /* 0: its own */
};

/* For cmocka; *STATE is it. The profiles: lindehof (own XML), proefhuis (the same, on trial), jeezon (own
 * JSON). The broker is up, the courier is not. */
int telling_setup(void **state);
int telling_teardown(void **state);

void telling_profile(const struct telling *s, const char *name, const char *text);
/* Spool and messages as they are on disk. */
void telling_open_disk(struct telling *s);
void telling_start(struct telling *s);
void telling_stop(struct telling *s);

/* A file with a name that must get nowhere. */
enum err telling_give(struct telling *s, enum channel channel, const char *provider, const char *content);
/* N files of PROVIDER, with FROM and on as their numbers of free places. */
void telling_give_numbers(struct telling *s, const char *provider, int from, int n);
/* The numbers of PROVIDER as they came first, how many; fails unless they are FROM, FROM + 1, ... */
int telling_in_order(struct telling *s, const char *provider, int from);
/* Files of PROVIDER in quarantine, reasons included; -1: it has no folder there. */
int telling_set_aside(const struct telling *s, const char *provider);

/* Of a message: item I of a list, a number, a text ("" if there is none). */
const json_t *telling_item(const json_t *of, const char *key, size_t i);
json_int_t telling_number(const json_t *of, const char *key);
const char *telling_text(const json_t *of, const char *key);

#endif
