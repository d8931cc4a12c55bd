/* plek match --stdio: the matcher for a driver that is not ours, by the line protocol of simulate/protocol.h
 * on standard input and output. Needs no configuration, no database and no broker. */
#ifndef PLEK_MAIN_PLEK_MATCH_H
#define PLEK_MAIN_PLEK_MATCH_H

extern const char match_usage[];

/* ARGS behind the word match. Exit status: 0 the input ended, 1 it could not be read or nobody hears us any
 * more, 2 wrong usage. */
int cmd_match(char **args, int n);

#endif
