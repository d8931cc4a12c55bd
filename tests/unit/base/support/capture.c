#include "capture.h"

#include "cmocka_all.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void capture_stderr(void (*run)(const void *context), const void *context, struct captured *out)
{
    int ends[2];
    ssize_t n = 0;
    pid_t child = 0;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit no_core = {0, 0};

        setrlimit(RLIMIT_CORE, &no_core);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        run(context);
        _exit(0);
    }
    close(ends[1]);
    out->len = 0;
    while ((n = read(ends[0], out->text + out->len, sizeof out->text - 1 - out->len)) > 0)
        out->len += (size_t)n;
    out->text[out->len] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &out->status, 0), child);
}
