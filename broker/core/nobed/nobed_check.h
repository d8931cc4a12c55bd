/* The promises of the no-bed path over the whole state; engine_check asks. */
#ifndef PLEK_CORE_NOBED_CHECK_H
#define PLEK_CORE_NOBED_CHECK_H

#include "core/nobed/nobed.h"

#include <stddef.h>

bool nobed_check(const struct engine *e, char *why, size_t size);

#endif
