#include "folder.h"

#include "cmocka_all.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int folder_setup(void **state)
{
    const char *tmp = getenv("TMPDIR");
    char path[4096];

    snprintf(path, sizeof path, "%s/plek-unit-XXXXXX", tmp != NULL ? tmp : P_tmpdir);
    if (mkdtemp(path) == NULL)
        return -1;
    *state = strdup(path);
    return *state == NULL ? -1 : 0;
}

int folder_teardown(void **state)
{
    DIR *folder = opendir(*state);
    const struct dirent *entry = NULL;
    int result = 0;

    if (folder == NULL)
        return -1;
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    }
    closedir(folder);
    result = rmdir(*state);
    free(*state);
    return result;
}

const char *folder_path(void **state, const char *name)
{
    static char path[4500];

    snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
    return path;
}

const char *folder_file(void **state, const char *name, struct bytes content, mode_t mode)
{
    const char *path = folder_path(state, name);
    int fd = 0;

    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content.p, content.len), (ssize_t)content.len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    return path;
}
