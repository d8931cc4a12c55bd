/* Run something in a child process and see what it wrote to standard error and how it ended. */
#ifndef PLEK_TEST_CAPTURE_H
#define PLEK_TEST_CAPTURE_H

#include <stddef.h>

struct captured {
    char text[8192]; /* NUL-terminated, cut to size */
    size_t len;
    int status; /* as waitpid gives it */
};

/* RUN gets CONTEXT; a child that returns from it ends with status 0. */
void capture_stderr(void (*run)(const void *context), const void *context, struct captured *out);

#endif
