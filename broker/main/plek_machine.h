/* `plek machine`: which programs the broker knows by their certificate, what each brings and what it reads.
 * These commands work beside a running broker, which reads the machines anew on SIGHUP. */
#ifndef PLEK_MAIN_PLEK_MACHINE_H
#define PLEK_MAIN_PLEK_MACHINE_H

#include "main/config.h"

/* Run ARGS[0..N-1], "add" "show" or "remove" first. Exit status; -1 = not understood. */
int cmd_machine(const struct config *c, char **args, int n);

#endif
