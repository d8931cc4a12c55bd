/* A matcher at the other end of two pipes: a command of the user that speaks the line protocol of matching.md
 * 5.4 as broker/simulate/README.md has it. To the driver it is a struct matcher like the desk inside. */
#ifndef PLEK_MAIN_MATCHER_EXEC_H
#define PLEK_MAIN_MATCHER_EXEC_H

#include "simulate/matcher.h"

#define MATCHER_EXEC_WAIT_MS 10000 /* without an OK the command hangs: a call is a matter of milliseconds */

/* Start COMMAND by the shell and tell it the network of W (borrowed; it must outlive the matcher). ERR_IO
 * with WHY if it cannot be started or does not take the network. End the matcher with its free(), which also
 * ends the command. Ignores SIGPIPE from then on. */
MUST_CHECK enum err matcher_exec_new(const struct sim_world *w, const char *command, struct matcher *out,
                                     char *why, size_t why_size);

/* What went wrong since, or NULL. After a trouble the matcher says nothing more, so that the year ends. */
const char *matcher_exec_trouble(const struct matcher *m);

#endif
