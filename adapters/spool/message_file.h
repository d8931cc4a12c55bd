/* A message as messages.h keeps it on disk: one file, whose name says when, which and whether it was told.
 * For messages.c alone. */
#ifndef PLEK_ADAPTERS_MESSAGE_FILE_H
#define PLEK_ADAPTERS_MESSAGE_FILE_H

#include "adapters/spool/messages.h"

enum message_state {
    MESSAGE_NEW,   /* not told yet */
    MESSAGE_AGAIN, /* was told; to be told again */
    MESSAGE_TOLD,
    MESSAGE_ASIDE, /* the broker does not want it */
    MESSAGE_STATE_N
};

struct message_entry {
    uint64_t number;
    char id[MESSAGE_ID_SIZE];
    enum channel channel;
    enum message_state state;
    unsigned version;
    uint64_t bytes;
};

/* Read a file's NAME; false for what is none of ours. */
bool message_file_name(const char *name, struct message_entry *out);

/* What is written for BODY; the caller frees it. */
char *message_file_text(json_t *body, const char *file);

/* Write TEXT as E of PROVIDER, not told yet; in one step, fsynced. ERR_IO: nothing is there. */
MUST_CHECK enum err message_file_write(const char *dir, const char *provider, const struct message_entry *e,
                                       struct bytes text);

/* Read E of PROVIDER into OUT. ERR_BAD_INPUT: gone or spoilt. In either case the caller ends OUT. */
MUST_CHECK enum err message_file_read(const char *dir, const char *provider, const struct message_entry *e,
                                      struct message *out);

/* Change what its name says of E. False: it could not be. */
bool message_file_become(const char *dir, const char *provider, const struct message_entry *e,
                         enum message_state state);
void message_file_remove(const char *dir, const char *provider, const struct message_entry *e,
                         enum message_state state);

#endif
