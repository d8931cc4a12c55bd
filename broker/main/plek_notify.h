/* `plek notify`: to whom the broker tells what happens, and whether it arrives. These commands work beside a
 * running broker, which reads the targets anew within a minute, or at once on SIGHUP. */
#ifndef PLEK_MAIN_PLEK_NOTIFY_H
#define PLEK_MAIN_PLEK_NOTIFY_H

#include "main/config.h"

/* Run ARGS[0..N-1], "add" "list" "remove" "test" or "key" first. Exit status; -1 = not understood. */
int cmd_notify(const struct config *c, char **args, int n);

#endif
