#include "main/plek_match.h"

#include "simulate/protocol.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char match_usage[] =
    "usage: plek match --stdio [--rank] [--policy NAME]\n"
    "  --stdio        hear a driver on standard input, reply on standard output\n"
    "  --rank         say before each ask where the first ten places stand\n"
    "  --policy NAME  of nearest, nearest-deadline, random, best-score, ours (default),\n"
    "                 ours-without-price\n";

struct options {
    const struct sim_policy *policy;
    bool stdio, ranks;
};

static bool read_options(char **args, int n, struct options *o)
{
    *o = (struct options){.policy = sim_policy_find("ours")};
    for (int i = 0; i < n; i++) {
        if (strcmp(args[i], "--stdio") == 0)
            o->stdio = true;
        else if (strcmp(args[i], "--rank") == 0)
            o->ranks = true;
        else if (strcmp(args[i], "--policy") == 0 && i + 1 < n)
            o->policy = sim_policy_find(args[++i]);
        else
            return false;
    }
    return o->stdio && o->policy != NULL && !o->policy->phone;
}

static bool say(struct buf *out)
{
    size_t at = 0;

    while (at < out->len) {
        ssize_t n = write(STDOUT_FILENO, out->p + at, out->len - at);

        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? (size_t)n : 0;
    }
    buf_clear(out);
    return true;
}

/* A line as it comes in, in pieces; of one that is too long only the beginning is kept. */
struct listener {
    struct protocol *protocol;
    struct buf line, out;
};

static void keep(struct listener *l, const uint8_t *p, size_t n)
{
    size_t room = PROTOCOL_LINE_MAX + 1 - l->line.len;

    buf_add(&l->line, BYTES(p, n < room ? n : room));
}

static bool line_ends(struct listener *l)
{
    protocol_line(l->protocol, buf_view(&l->line), &l->out);
    buf_clear(&l->line);
    return say(&l->out);
}

static bool hear(struct listener *l, const uint8_t *p, size_t n)
{
    const uint8_t *end = p + n;
    const uint8_t *eol = NULL;

    while ((eol = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        keep(l, p, (size_t)(eol - p));
        if (!line_ends(l))
            return false;
        p = eol + 1;
    }
    keep(l, p, (size_t)(end - p));
    return true;
}

static int listen_to_input(struct listener *l)
{
    uint8_t piece[65536];

    for (;;) {
        ssize_t n = read(STDIN_FILENO, piece, sizeof piece);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fprintf(stderr, "plek match: standard input: %s\n", strerror(errno));
            return 1;
        }
        if (n == 0)
            return l->line.len == 0 || line_ends(l) ? 0 : 1;
        if (!hear(l, piece, (size_t)n))
            return 1;
    }
}

int cmd_match(char **args, int n)
{
    struct options o;
    struct listener l = {0};
    int rc = 0;

    if (!read_options(args, n, &o)) {
        fputs(match_usage, stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* who hears us no more ends us by a failing write */
    l.protocol = protocol_new(o.policy, o.ranks);
    rc = listen_to_input(&l);
    protocol_free(l.protocol);
    buf_fini(&l.line);
    buf_fini(&l.out);
    return rc;
}
