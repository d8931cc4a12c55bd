#include "loop/offload.h"

#include "base/check.h"
#include "base/mem.h"

#include <event2/event.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define THREADS_MAX 16

struct job {
    offload_work_fn *work;
    offload_done_fn *done;
    void *ctx;
    struct job *next;
};

/* First in, first out. */
struct job_list {
    struct job *first, **last;
    unsigned n;
};

struct offload {
    struct offload_limits limits;
    pthread_t threads[THREADS_MAX];
    pthread_mutex_t lock; /* guards todo, ran, stop */
    pthread_cond_t more;
    struct job_list todo, ran;
    bool stop;
    bool calling; /* loop thread only */
    int event_fd; /* counts what ran, so that the loop wakes */
    struct event *event;
};

struct offload_limits offload_limits_default(void)
{
    return (struct offload_limits){.threads = 2, .queue_max = 20};
}

static void list_init(struct job_list *l)
{
    l->first = NULL;
    l->last = &l->first;
    l->n = 0;
}

static void list_add(struct job_list *l, struct job *job)
{
    job->next = NULL;
    *l->last = job;
    l->last = &job->next;
    l->n++;
}

static struct job *list_take(struct job_list *l)
{
    struct job *job = l->first;

    if (job == NULL)
        return NULL;
    l->first = job->next;
    if (l->first == NULL)
        l->last = &l->first;
    l->n--;
    return job;
}

/* ---- in a thread ---- */

static void wake_loop(const struct offload *o)
{
    uint64_t one = 1;
    ssize_t n = 0;

    do
        n = write(o->event_fd, &one, sizeof one);
    while (n < 0 && errno == EINTR);
    /* EAGAIN: the counter is full, so the loop has been woken already. */
    CHECK(n == (ssize_t)sizeof one || errno == EAGAIN);
}

static void *worker(void *ctx)
{
    struct offload *o = ctx;
    struct job *job = NULL;

    pthread_mutex_lock(&o->lock);
    for (;;) {
        while (!o->stop && o->todo.n == 0)
            pthread_cond_wait(&o->more, &o->lock);
        if (o->stop)
            break;
        job = list_take(&o->todo);
        pthread_mutex_unlock(&o->lock);
        job->work(job->ctx);
        pthread_mutex_lock(&o->lock);
        list_add(&o->ran, job);
        wake_loop(o);
    }
    pthread_mutex_unlock(&o->lock);
    return NULL;
}

/* ---- on the loop ---- */

static struct job *take_ran(struct offload *o)
{
    struct job *job = NULL;

    pthread_mutex_lock(&o->lock);
    job = list_take(&o->ran);
    pthread_mutex_unlock(&o->lock);
    return job;
}

static void call_done(struct offload *o, struct job *job, enum err trouble)
{
    o->calling = true;
    job->done(job->ctx, trouble);
    o->calling = false;
    free(job);
}

static void on_ran(evutil_socket_t fd, short what, void *ctx)
{
    struct offload *o = ctx;
    struct job *job = NULL;
    uint64_t count = 0;

    (void)what;
    /* The number does not matter, only that it is 0 again: the list says what ran. */
    if (read(fd, &count, sizeof count) < 0)
        CHECK(errno == EAGAIN || errno == EINTR);
    while ((job = take_ran(o)) != NULL)
        call_done(o, job, OK);
}

/* Signals are the loop's: threads start with all of them blocked. */
static void start_threads(struct offload *o)
{
    sigset_t all, before;

    sigfillset(&all);
    CHECK(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    for (unsigned i = 0; i < o->limits.threads; i++)
        CHECK(pthread_create(&o->threads[i], NULL, worker, o) == 0);
    CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}

struct offload *offload_new(struct loop *l, const struct offload_limits *limits)
{
    struct offload *o = mem_new(1, sizeof *o);

    CHECK(limits->threads > 0 && limits->threads <= THREADS_MAX);
    o->limits = *limits;
    list_init(&o->todo);
    list_init(&o->ran);
    CHECK(pthread_mutex_init(&o->lock, NULL) == 0);
    CHECK(pthread_cond_init(&o->more, NULL) == 0);
    o->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    CHECK(o->event_fd >= 0);
    o->event = event_new(loop_base(l), o->event_fd, EV_READ | EV_PERSIST, on_ran, o);
    CHECK(o->event != NULL && event_add(o->event, NULL) == 0);
    start_threads(o);
    return o;
}

enum err offload_run(struct offload *o, offload_work_fn *work, offload_done_fn *done, void *ctx)
{
    enum err e = ERR_BUSY;

    pthread_mutex_lock(&o->lock);
    if (o->todo.n < o->limits.queue_max && !o->stop) {
        struct job *job = mem_new(1, sizeof *job);

        *job = (struct job){work, done, ctx, NULL};
        list_add(&o->todo, job);
        pthread_cond_signal(&o->more);
        e = OK;
    }
    pthread_mutex_unlock(&o->lock);
    return e;
}

void offload_free(struct offload *o)
{
    struct job *job = NULL;

    if (o == NULL)
        return;
    CHECK(!o->calling);
    pthread_mutex_lock(&o->lock);
    o->stop = true;
    pthread_cond_broadcast(&o->more);
    pthread_mutex_unlock(&o->lock);
    for (unsigned i = 0; i < o->limits.threads; i++)
        CHECK(pthread_join(o->threads[i], NULL) == 0);
    while ((job = list_take(&o->ran)) != NULL)
        call_done(o, job, OK);
    while ((job = list_take(&o->todo)) != NULL)
        call_done(o, job, ERR_AWAY);
    event_free(o->event);
    close(o->event_fd);
    pthread_cond_destroy(&o->more);
    pthread_mutex_destroy(&o->lock);
    free(o);
}
