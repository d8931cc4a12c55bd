#include "private_db.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PASSWORD "test only"
#define START_SECONDS 60

struct private_db {
    char dir[64];
    char socket[96];
    pid_t pid;
    pid_t janitor;
    int janitor_fd; /* closed by stop, or by our death */
};

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "private database: %s: %s\n", what, why);
    exit(1);
}

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void shell(const char *format, ...)
{
    char command[1024];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(command, sizeof command, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof command || system(command) != 0)
        die("command failed", command);
}

/* The account the server runs as, NULL for our own: a server refuses to run as root. */
static const struct passwd *server_account(void)
{
    const struct passwd *pw;

    if (getuid() != 0)
        return NULL;
    pw = getpwnam("mysql");
    if (pw == NULL)
        die("no account", "mysql");
    return pw;
}

/* Make the template data directory once; programs that start at the same time wait for the first. */
static void make_template(char *path, size_t size)
{
    char lock[520], fresh[64] = "/tmp/plek-tpl-XXXXXX";
    int fd;

    snprintf(path, size, "%s/test-db-template-%u", PLEK_BUILD_DIR, getuid());
    snprintf(lock, sizeof lock, "%s.lock", path);
    fd = open(lock, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) != 0)
        die(lock, strerror(errno));
    if (access(path, F_OK) != 0) {
        if (mkdtemp(fresh) == NULL)
            die("mkdtemp", strerror(errno));
        if (server_account() != NULL)
            shell("chown mysql: %s", fresh);
        shell("mariadb-install-db --no-defaults --datadir=%s %s --skip-test-db --skip-name-resolve "
              "--auth-root-authentication-method=normal --innodb-log-file-size=8M >%s/install.log 2>&1 || "
              "{ tail -n 5 %s/install.log >&2; exit 1; }",
              fresh, server_account() != NULL ? "--user=mysql" : "", fresh, fresh);
        shell("rm -rf '%s.new' && cp -a %s '%s.new' && mv -T '%s.new' '%s' && rm -rf %s", path, fresh, path,
              path, path, fresh);
    }
    close(fd);
}

void private_db_launch(struct private_db *p)
{
    const struct passwd *account = server_account();
    char data[80], sock[112], log[96];
    pid_t parent = getpid();
    cpu_set_t all;

    snprintf(data, sizeof data, "--datadir=%s/data", p->dir);
    snprintf(sock, sizeof sock, "--socket=%s", p->socket);
    snprintf(log, sizeof log, "%s/server.log", p->dir);
    p->pid = fork();
    if (p->pid < 0)
        die("fork", strerror(errno));
    if (p->pid > 0)
        return;
    /* Change the account before asking for the death signal: changing it forgets the request. */
    if (account != NULL &&
        (setgroups(0, NULL) != 0 || setgid(account->pw_gid) != 0 || setuid(account->pw_uid) != 0))
        _exit(126);
    memset(&all, 0xff, sizeof all);
    sched_setaffinity(0, sizeof all, &all); /* a ticking test sits on one processor, its server need not */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(126);
    if (freopen(log, "a", stderr) == NULL || freopen("/dev/null", "r", stdin) == NULL ||
        dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        _exit(126);
    execlp("mariadbd", "mariadbd", "--no-defaults", data, sock, "--skip-networking", "--skip-name-resolve",
           "--innodb-flush-log-at-trx-commit=1", "--innodb-snapshot-isolation=ON",
           "--innodb-log-file-size=8M", "--innodb-buffer-pool-size=16M", "--key-buffer-size=1M",
           "--performance-schema=OFF", "--skip-log-bin", "--max-connections=50", "--back-log=8",
           "--local-infile=OFF", (char *)NULL);
    _exit(127);
}

static void wait_until_it_answers(struct private_db *p)
{
    struct db_params root = {.socket = p->socket, .user = "root", .database = "mysql"};
    int64_t until = time_mono_ms() + START_SECONDS * 1000;
    char why[DB_WHY_SIZE] = "";
    struct db *db = NULL;
    int status;

    while (db_open(&root, &db, why, sizeof why) != OK) {
        if (waitpid(p->pid, &status, WNOHANG) == p->pid) {
            shell("tail -n 20 %s/server.log >&2", p->dir);
            p->pid = 0;
            die("the server ended", why);
        }
        if (time_mono_ms() > until)
            die("the server does not answer", why);
        usleep(10000); /* between two looks */
    }
    db_close(db);
}

static void root_exec(const struct private_db *p, const char *sql)
{
    struct db_params root = {.socket = p->socket, .user = "root", .database = "mysql"};
    char why[DB_WHY_SIZE];
    struct db *db;

    if (db_open(&root, &db, why, sizeof why) != OK)
        die("root", why);
    if (db_exec_text(db, sql, DB_WRITES) != OK)
        die(sql, db_why(db));
    db_close(db);
}

/* A process that waits until we end, however we end, and then removes the directory. The server dies with us
 * too, perhaps a moment later, so removing is tried until nothing comes back. */
static void start_janitor(struct private_db *p)
{
    int fds[2];
    char byte;

    if (pipe2(fds, O_CLOEXEC) != 0)
        die("pipe", strerror(errno));
    p->janitor = fork();
    if (p->janitor < 0)
        die("fork", strerror(errno));
    if (p->janitor > 0) {
        close(fds[0]);
        p->janitor_fd = fds[1];
        return;
    }
    close(fds[1]);
    setsid(); /* an interrupt from the keyboard is not for it */
    while (read(fds[0], &byte, 1) < 0 && errno == EINTR)
        ;
    for (int i = 0; i < 100 && access(p->dir, F_OK) == 0; i++) {
        shell("rm -rf %s 2>/dev/null || true", p->dir);
        usleep(20000);
    }
    _exit(0);
}

struct private_db *private_db_start(void)
{
    struct private_db *p = mem_new(1, sizeof *p);
    char template_dir[512];

    make_template(template_dir, sizeof template_dir);
    snprintf(p->dir, sizeof p->dir, "/tmp/plek-db-XXXXXX");
    if (mkdtemp(p->dir) == NULL)
        die("mkdtemp", strerror(errno));
    start_janitor(p);
    snprintf(p->socket, sizeof p->socket, "%s/s", p->dir);
    shell("cp -a '%s' %s/data", template_dir, p->dir);
    if (server_account() != NULL)
        shell("chown mysql: %s", p->dir);
    private_db_restart(p);
    root_exec(p, "CREATE DATABASE plek");
    root_exec(p, "CREATE DATABASE plek_sealed");
    root_exec(p, "CREATE USER plek@localhost IDENTIFIED BY '" PASSWORD "'");
    root_exec(p, "CREATE USER plek_sealed@localhost IDENTIFIED BY '" PASSWORD "'");
    root_exec(p, "GRANT ALL ON plek.* TO plek@localhost");
    root_exec(p, "GRANT ALL ON plek_sealed.* TO plek_sealed@localhost");
    return p;
}

void private_db_empty(struct private_db *p)
{
    root_exec(p, "DROP DATABASE plek");
    root_exec(p, "DROP DATABASE plek_sealed");
    root_exec(p, "CREATE DATABASE plek");
    root_exec(p, "CREATE DATABASE plek_sealed");
}

void private_db_kill(struct private_db *p)
{
    int status;

    if (p->pid <= 0)
        return;
    kill(p->pid, SIGKILL);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    p->pid = 0;
}

void private_db_restart(struct private_db *p)
{
    private_db_launch(p);
    wait_until_it_answers(p);
}

void private_db_stall(struct private_db *p)
{
    CHECK(kill(p->pid, SIGSTOP) == 0);
}

void private_db_resume(struct private_db *p)
{
    CHECK(kill(p->pid, SIGCONT) == 0);
}

void private_db_stop(struct private_db *p)
{
    if (p == NULL)
        return;
    private_db_kill(p);
    close(p->janitor_fd);
    while (waitpid(p->janitor, NULL, 0) < 0 && errno == EINTR)
        ;
    free(p);
}

static struct db_params params_of(const struct private_db *p, const char *name)
{
    return (struct db_params){.socket = p->socket, .user = name, .password = PASSWORD, .database = name};
}

struct db_params private_db_params(const struct private_db *p)
{
    return params_of(p, "plek");
}

struct db_params private_db_sealed_params(const struct private_db *p)
{
    return params_of(p, "plek_sealed");
}

struct db *private_db_open(const struct private_db *p)
{
    struct db_params params = private_db_params(p);
    char why[DB_WHY_SIZE];
    struct db *db;

    if (db_open(&params, &db, why, sizeof why) != OK)
        die("plek", why);
    return db;
}

uint64_t private_db_number(const struct private_db *p, const char *sql)
{
    struct db *db = private_db_open(p);
    uint64_t v = 0;

    if (db_number(db, sql, 0, &v) != OK)
        die(sql, db_why(db));
    db_close(db);
    return v;
}

void private_db_exec(const struct private_db *p, const char *sql)
{
    struct db *db = private_db_open(p);

    if (db_exec_text(db, sql, DB_COMMITS) != OK)
        die(sql, db_why(db));
    db_close(db);
}

/* nftw has no context argument. */
static _Thread_local const char *searched;
static _Thread_local bool found;

static int look_in_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    void *p;
    int fd;

    (void)ftw;
    if (type != FTW_F || st->st_size == 0 || found)
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    p = mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p != MAP_FAILED) {
        found = memmem(p, (size_t)st->st_size, searched, strlen(searched)) != NULL;
        munmap(p, (size_t)st->st_size);
    }
    close(fd);
    return 0;
}

bool private_db_files_hold(const struct private_db *p, const char *needle)
{
    char data[80];

    snprintf(data, sizeof data, "%s/data", p->dir);
    searched = needle;
    found = false;
    if (nftw(data, look_in_file, 16, FTW_PHYS) != 0)
        die("nftw", strerror(errno));
    return found;
}
