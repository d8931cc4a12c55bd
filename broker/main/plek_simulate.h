/* plek simulate: a year of a simulated network under one policy after the other. Needs no configuration, no
 * database and no broker. */
#ifndef PLEK_MAIN_PLEK_SIMULATE_H
#define PLEK_MAIN_PLEK_SIMULATE_H

extern const char simulate_usage[];

/* ARGS behind the word simulate. Exit status: 0 done, 1 could not be done (one line says why) or a result
 * that the check refused, 2 wrong usage. */
int cmd_simulate(char **args, int n);

#endif
