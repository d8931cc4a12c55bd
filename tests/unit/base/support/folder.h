/* A temporary folder for one test program, as cmocka group setup and teardown. */
#ifndef PLEK_TEST_FOLDER_H
#define PLEK_TEST_FOLDER_H

#include "base/bytes.h"

#include <sys/types.h>

int folder_setup(void **state);    /* *STATE becomes the path */
int folder_teardown(void **state); /* removes the folder and the files in it */

/* Path of NAME in the folder; in a static array that the next call overwrites. */
const char *folder_path(void **state, const char *name);

/* Make or replace the file NAME with CONTENT and MODE; return its path as folder_path does. */
const char *folder_file(void **state, const char *name, struct bytes content, mode_t mode);

#endif
