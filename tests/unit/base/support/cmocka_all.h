/* cmocka.h wants these four before it. */
#ifndef PLEK_TEST_CMOCKA_ALL_H
#define PLEK_TEST_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
