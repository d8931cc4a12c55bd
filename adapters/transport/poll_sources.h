/* Who is polled: the file `poll_sources` names, read once at the start.
 *
 *   {"sources": [{"provider": "voorbeeldhuis", "url": "https://export.voorbeeldhuis.nl/plekken.csv",
 *                 "every_minutes": 15, "token_file": "/etc/plek/poll/voorbeeldhuis.token",
 *                 "cert": "us.crt", "key": "us.key", "ca": "their-ca.crt"}]}
 *
 * Only provider and url are needed. token_file: sent as bearer token, read anew each time. cert with key: our
 * client certificate. ca: who may sign theirs, instead of the authorities this machine trusts. A provider may
 * have several sources, each with its own url. */
#ifndef PLEK_ADAPTERS_POLL_SOURCES_H
#define PLEK_ADAPTERS_POLL_SOURCES_H

#include "adapters/profile/profiles.h"

#define POLL_SOURCES_MAX 1000 /* as many as there may be profiles */
#define POLL_URL_SIZE 1025
#define POLL_PATH_SIZE 513
#define POLL_TOKEN_MIN 16 /* as for push */
#define POLL_TOKEN_MAX 4096
#define POLL_MINUTES_DEFAULT 15
#define POLL_MINUTES_MAX 1440

struct poll_source {
    char provider[CODE_TEXT_SIZE];
    char url[POLL_URL_SIZE];
    int every_minutes;               /* 1 .. POLL_MINUTES_MAX */
    char token_file[POLL_PATH_SIZE]; /* each of these may be "" */
    char cert[POLL_PATH_SIZE];
    char key[POLL_PATH_SIZE];
    char ca[POLL_PATH_SIZE];
};

struct poll_sources {
    struct poll_source *list;
    size_t n;
};

/* Read the file at PATH, which others must not be able to write: who can, chooses what we believe. Each
 * provider must be in PROFILES, each named file readable. Every fault is a line in FAULTS with its place; OK
 * only without one. The caller ends with poll_sources_fini, also after a failure. */
MUST_CHECK enum err poll_sources_load(const char *path, const struct profiles *profiles,
                                      struct poll_sources *out, struct buf *faults);
void poll_sources_fini(struct poll_sources *s);

/* Read the bearer token at PATH into OUT, without the newline at its end. The caller wipes OUT. ERR_IO: not
 * readable. ERR_BAD_INPUT: others may read or write it, or it is not POLL_TOKEN_MIN .. POLL_TOKEN_MAX visible
 * ASCII characters. */
MUST_CHECK enum err poll_token_load(const char *path, struct buf *out);

/* True if URL is https and of the same host and port as OF, without a user name: where a redirect may lead.
 */
bool poll_url_is_of(const char *url, const char *of);

#endif
