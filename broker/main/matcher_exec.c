/* Words to a child, replies until its OK, and never a wait without an end: what we have to say is written as
 * far as its pipe takes it while we read, so that neither waits for the other. See matcher_exec.h. */
#include "main/matcher_exec.h"

#include "base/mem.h"
#include "simulate/numbers.h"
#include "simulate/scenario_records.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPLY_MAX (16u << 20) /* bytes of the replies to one call */
#define LAST_WORDS_MS 5000    /* from the end of its input to the end of the command */

extern char **environ;

struct child {
    const struct sim_world *w;
    struct sim_replies replies;
    struct sim_numbers referrals; /* id to index */
    pid_t pid;                    /* 0 = none */
    int to, from;
    struct buf words; /* of one call */
    struct buf heard; /* its replies, and what stands behind them */
    int now;
    char trouble[200];
};

static void fail(struct child *c, const char *what, const char *detail)
{
    if (c->trouble[0] == '\0')
        snprintf(c->trouble, sizeof c->trouble, "%s%s%.120s", what, detail[0] != '\0' ? ": " : "", detail);
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- start and end ---- */

static bool start(struct child *c, const char *command, const int in[2], const int out[2])
{
    char sh[] = "sh", option[] = "-c";
    char *text = mem_dup_text(command);
    char *const argv[] = {sh, option, text, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t usual;
    int e = 0;

    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setpgroup(&attributes, 0); /* so that all it starts can be ended with it */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    e = posix_spawn(&c->pid, "/bin/sh", &files, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    free(text);
    if (e != 0) {
        c->pid = 0;
        fail(c, "cannot start the command", strerror(e));
    }
    return e == 0;
}

static bool open_pipes_and_start(struct child *c, const char *command)
{
    int in[2], out[2];

    if (pipe2(in, O_CLOEXEC) != 0) {
        fail(c, "pipe", strerror(errno));
        return false;
    }
    if (pipe2(out, O_CLOEXEC) != 0) {
        fail(c, "pipe", strerror(errno));
        close(in[0]);
        close(in[1]);
        return false;
    }
    signal(SIGPIPE, SIG_IGN);
    bool good = start(c, command, in, out);
    close(in[0]);
    close(out[1]);
    c->to = in[1];
    c->from = out[0];
    fcntl(c->to, F_SETFL, O_NONBLOCK);
    fcntl(c->from, F_SETFL, O_NONBLOCK);
    return good;
}

/* It has until LAST_WORDS_MS after its input ended; one that was found to hang has not. */
static void end(struct child *c)
{
    int64_t until = now_ms() + (c->trouble[0] != '\0' ? 0 : LAST_WORDS_MS);

    if (c->to >= 0)
        close(c->to);
    if (c->from >= 0)
        close(c->from);
    while (c->pid > 0 && waitpid(c->pid, NULL, WNOHANG) == 0) {
        if (now_ms() >= until) {
            kill(-c->pid, SIGKILL);
            waitpid(c->pid, NULL, 0);
            break;
        }
        poll(NULL, 0, 5);
    }
}

/* ---- one call ---- */

/* Write of the words what the pipe takes. */
static void say_some(struct child *c, size_t *said)
{
    ssize_t n = write(c->to, c->words.p + *said, c->words.len - *said);

    if (n > 0)
        *said += (size_t)n;
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        fail(c, "the command does not listen", strerror(errno));
}

static void hear_some(struct child *c)
{
    uint8_t *room = buf_extend(&c->heard, 65536);
    ssize_t n = read(c->from, room, 65536);

    c->heard.len -= 65536 - (n > 0 ? (size_t)n : 0);
    if (n == 0)
        fail(c, "the command ended before its OK", "");
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        fail(c, "cannot hear the command", strerror(errno));
    else if (c->heard.len > REPLY_MAX)
        fail(c, "the command says more than anybody asked for", "");
}

/* Four whole numbers at most behind a word; how many there are. */
static int numbers_of(const char *text, int *out)
{
    char *rest = NULL;
    int n = 0;

    while (n < 4) {
        errno = 0;
        long v = strtol(text, &rest, 10);
        if (rest == text || errno != 0 || v < INT_MIN || v > INT_MAX)
            break;
        out[n++] = (int)v;
        text = rest;
    }
    return n;
}

static void reply(struct child *c, struct sim_reply r)
{
    MEM_GROW(c->replies.list, c->replies.n, c->replies.cap);
    c->replies.list[c->replies.n++] = r;
}

/* True at OK. */
static bool understand(struct child *c, const char *line)
{
    int v[4] = {0};
    const char *space = strchr(line, ' ');
    int n = space != NULL ? numbers_of(space + 1, v) : 0;

    if (strcmp(line, "OK") == 0)
        return true;
    if (strncmp(line, "REQ ", 4) == 0 && n == 4)
        reply(c, (struct sim_reply){.kind = SIM_REQ,
                                    .req = v[0],
                                    .referral = numbers_find(&c->referrals, v[1]),
                                    .pool = v[2],
                                    .hold_min = v[3]});
    else if (strncmp(line, "CAN ", 4) == 0 && n >= 1)
        reply(c, (struct sim_reply){.kind = SIM_CAN, .req = v[0]});
    else if (strncmp(line, "WAKE ", 5) == 0 && n >= 1)
        reply(c, (struct sim_reply){.kind = SIM_WAKE, .wake_min = v[0]});
    else if (strncmp(line, "RANK ", 5) != 0)
        fail(c, "the command says", line);
    return false;
}

/* Take whole lines off what was heard; true at OK. */
static bool understand_some(struct child *c, size_t *at)
{
    uint8_t *eol = NULL;

    while (c->trouble[0] == '\0' && *at < c->heard.len &&
           (eol = memchr(c->heard.p + *at, '\n', c->heard.len - *at)) != NULL) {
        char *line = (char *)c->heard.p + *at;

        *eol = '\0';
        *at = (size_t)(eol - c->heard.p) + 1;
        if (understand(c, line))
            return true;
    }
    return false;
}

/* Say the words and hear the replies until OK. */
static void call(struct child *c)
{
    int64_t until = now_ms() + MATCHER_EXEC_WAIT_MS;
    size_t said = 0, at = 0;
    bool done = false;

    buf_clear(&c->heard);
    while (!done && c->trouble[0] == '\0') {
        struct pollfd fds[2] = {{.fd = c->from, .events = POLLIN},
                                {.fd = said < c->words.len ? c->to : -1, .events = POLLOUT}};
        int64_t left = until - now_ms();

        if (left <= 0 || poll(fds, 2, (int)left) == 0)
            fail(c, "no OK from the command within 10 seconds", "");
        if (fds[1].revents != 0)
            say_some(c, &said);
        if (fds[0].revents != 0)
            hear_some(c);
        done = understand_some(c, &at);
    }
    if (done && (said < c->words.len || at < c->heard.len))
        fail(c, "the command says OK more than once", "");
    buf_clear(&c->words);
}

/* ---- as a matcher ---- */

static void child_time(void *ctx, int minute)
{
    struct child *c = ctx;

    c->now = minute;
    buf_format(&c->words, "T %d\n", minute);
    call(c);
}

static void child_pub(void *ctx, int pool, int free_units, int confirmed_min)
{
    struct child *c = ctx;

    buf_format(&c->words, "PUB %d %d %d\n", pool, free_units, confirmed_min);
    call(c);
}

/* One that continues another has no moment of its own in the file: it opens now. */
static void child_ref(void *ctx, int referral)
{
    struct child *c = ctx;
    struct sim_referral r = c->w->referrals[referral];

    if (r.t < 0) {
        r.t = c->now;
        r.deadline += c->now;
        r.patience += c->now;
    }
    numbers_add(&c->referrals, r.id, referral);
    buf_text(&c->words, "REF");
    record_write_referral(&c->words, &r);
    buf_text(&c->words, "\n");
    call(c);
}

static void child_gone(void *ctx, int referral, enum sim_gone why)
{
    static const char *const names[SIM_GONE_N] = {"placed_local", "unmet", "placed"};
    struct child *c = ctx;

    buf_format(&c->words, "GONE %d %s\n", c->w->referrals[referral].id, names[why]);
    call(c);
}

static void child_answer(void *ctx, int req, enum sim_answer answer)
{
    static const char *const names[SIM_ANSWER_N] = {"accept", "decline other", "full"};
    struct child *c = ctx;

    buf_format(&c->words, "ANS %d %s\n", req, names[answer]);
    call(c);
}

static void child_expired(void *ctx, int req)
{
    struct child *c = ctx;

    buf_format(&c->words, "EXP %d\n", req);
    call(c);
}

static void child_wake(void *ctx)
{
    struct child *c = ctx;

    buf_text(&c->words, "WAKE\n");
    call(c);
}

static void child_free(void *ctx)
{
    struct child *c = ctx;

    end(c);
    numbers_fini(&c->referrals);
    buf_fini(&c->words);
    buf_fini(&c->heard);
    free(c->replies.list);
    free(c);
}

static void tell_network(struct child *c)
{
    const struct sim_world *w = c->w;

    buf_format(&c->words, "INIT %d %d\n", w->n_pools, w->n_sites);
    for (int i = 0; i < w->n_regions; i++) {
        buf_text(&c->words, "R");
        record_write_region(&c->words, i, &w->regions[i]);
        buf_text(&c->words, "\n");
    }
    for (int i = 0; i < w->n_sites; i++) {
        buf_text(&c->words, "S");
        record_write_site(&c->words, i, &w->sites[i]);
        buf_text(&c->words, "\n");
    }
    for (int i = 0; i < w->n_pools; i++) {
        buf_text(&c->words, "P");
        record_write_pool(&c->words, i, &w->pools[i]);
        buf_text(&c->words, "\n");
    }
    buf_text(&c->words, "END\n");
    call(c);
}

enum err matcher_exec_new(const struct sim_world *w, const char *command, struct matcher *out, char *why,
                          size_t why_size)
{
    struct child *c = mem_new(1, sizeof *c);

    c->w = w;
    c->to = c->from = -1;
    if (open_pipes_and_start(c, command))
        tell_network(c);
    if (c->trouble[0] != '\0') {
        snprintf(why, why_size, "%s", c->trouble);
        child_free(c);
        return ERR_IO;
    }
    *out = (struct matcher){
        .ctx = c,
        .out = &c->replies,
        .time = child_time,
        .pub = child_pub,
        .ref = child_ref,
        .gone = child_gone,
        .answer = child_answer,
        .expired = child_expired,
        .wake = child_wake,
        .free = child_free,
    };
    return OK;
}

const char *matcher_exec_trouble(const struct matcher *m)
{
    const struct child *c = m->ctx;

    return c->trouble[0] != '\0' ? c->trouble : NULL;
}
