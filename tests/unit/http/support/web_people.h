/* Accounts, sessions, machines and the access log, in memory, for the tests of http. Completions come from
 * web_people_turn only, as the port promises. */
#ifndef PLEK_TEST_HTTP_WEB_PEOPLE_H
#define PLEK_TEST_HTTP_WEB_PEOPLE_H

#include "support/web.h"

struct web_people *web_people_new(void);
void web_people_free(struct web_people *p);
void web_people_turn(struct web_people *p);
void web_people_enrol(struct web_people *p, const uint8_t spki[CRYPTO_SHA256_BYTES], struct org_id org);
struct people_port web_people_port(struct web_people *p);
/* A store of notes that is always too busy. */
struct notes_port web_notes_port(struct web_people *p);
struct secrets_port web_secrets_port(struct web_people *p);

#endif
