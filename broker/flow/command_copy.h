/* A command that outlives its call: one block that holds the command and everything it points to, so that a
 * copy is freed in one step and can never be half owned. */
#ifndef PLEK_FLOW_COMMAND_COPY_H
#define PLEK_FLOW_COMMAND_COPY_H

#include "core/command.h"

/* Return a deep copy of CMD; the caller frees it with free(). A list of 0 entries becomes NULL. */
struct command *command_copy(const struct command *cmd);

#endif
