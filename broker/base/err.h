/* Troubles: things outside our own logic that went wrong. A refusal (a normal answer to a person) is not an
 * enum err, see core/outcome.h; a bug is a CHECK, see base/check.h. An error travels up as a return value and
 * is logged once, where it is handled. On any error a function leaves its outputs untouched unless it says
 * otherwise. */
#ifndef PLEK_BASE_ERR_H
#define PLEK_BASE_ERR_H

enum err {
    OK = 0,
    ERR_BAD_INPUT, /* bytes from outside that do not mean anything: the caller reports place and reason */
    ERR_TOO_BIG,   /* a limit of the settings table would be passed */
    ERR_NOT_FOUND, /* the named thing does not exist (or may not be seen by the asker) */
    ERR_CONFLICT,  /* somebody was first, or the version given is not the current one */
    ERR_BUSY,      /* a bounded queue is full: try later */
    ERR_AWAY,      /* database or peer cannot be reached now; nothing was promised */
    ERR_DOUBT,     /* a commit was sent and its fate is unknown */
    ERR_FENCED,    /* another writer took over: stop at once */
    ERR_IO,        /* file or socket trouble, errno tells */
    ERR_CRYPTO,    /* a seal does not open: wrong key, moved or changed ciphertext, or destroyed key */
    ERR_N
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* Return the fixed English name of E ("away", "too big", ...), for logs. Never NULL. */
const char *err_name(enum err e);

#endif
