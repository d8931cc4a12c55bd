#include "base/err.h"

const char *err_name(enum err e)
{
    switch (e) {
    case OK:
        return "ok";
    case ERR_BAD_INPUT:
        return "bad input";
    case ERR_TOO_BIG:
        return "too big";
    case ERR_NOT_FOUND:
        return "not found";
    case ERR_CONFLICT:
        return "conflict";
    case ERR_BUSY:
        return "busy";
    case ERR_AWAY:
        return "away";
    case ERR_DOUBT:
        return "doubt";
    case ERR_FENCED:
        return "fenced";
    case ERR_IO:
        return "io";
    case ERR_CRYPTO:
        return "crypto";
    case ERR_N:
        break;
    }
    return "unknown error";
}
