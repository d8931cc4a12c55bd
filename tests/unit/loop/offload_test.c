#include "loop/offload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>

struct job {
    sem_t may_go; /* work waits for it */
    bool waits;
    pthread_t worked; /* the thread that worked */
    int works, dones; /* how often */
    enum err trouble;
    int *order, place; /* who was done as how-manieth */
};

static void work(void *ctx)
{
    struct job *j = ctx;

    if (j->waits)
        sem_wait(&j->may_go);
    j->worked = pthread_self();
    j->works++;
}

static void done(void *ctx, enum err trouble)
{
    struct job *j = ctx;

    j->dones++;
    j->trouble = trouble;
    if (j->order != NULL)
        j->place = ++*j->order;
}

static struct loop *quiet_loop(void)
{
    struct loop_options o = loop_options_default();

    o.tick_ms = 0;
    return loop_new(&o);
}

/* At most 10 s: turns end early when something happens. */
static void turn_until_done(struct loop *l, const struct job *j)
{
    for (int i = 0; i < 200 && j->dones == 0; i++)
        loop_turn(l, 50);
    assert_int_equal(j->dones, 1);
}

static void work_runs_elsewhere_and_completes_on_the_loop(void **state)
{
    struct loop *l = quiet_loop();
    struct offload_limits limits = offload_limits_default();
    struct offload *o = offload_new(l, &limits);
    struct job j = {0};

    (void)state;
    assert_int_equal(offload_run(o, work, done, &j), OK);
    assert_int_equal(j.dones, 0); /* never from inside the start */
    turn_until_done(l, &j);
    assert_int_equal(j.works, 1);
    assert_int_equal(j.trouble, OK);
    assert_false(pthread_equal(j.worked, pthread_self()));
    offload_free(o);
    loop_free(l);
}

static void one_slow_job_does_not_hold_up_the_other_thread(void **state)
{
    struct loop *l = quiet_loop();
    struct offload *o = offload_new(l, &(struct offload_limits){.threads = 2, .queue_max = 4});
    struct job slow = {.waits = true}, quick = {0};

    (void)state;
    sem_init(&slow.may_go, 0, 0);
    assert_int_equal(offload_run(o, work, done, &slow), OK);
    assert_int_equal(offload_run(o, work, done, &quick), OK);
    turn_until_done(l, &quick);
    assert_int_equal(slow.dones, 0);
    sem_post(&slow.may_go);
    turn_until_done(l, &slow);
    offload_free(o);
    loop_free(l);
    sem_destroy(&slow.may_go);
}

/* One thread, held up; three wait; the fourth is refused; then all are done once, in order. */
static void the_queue_is_bounded_and_in_order(void **state)
{
    struct loop *l = quiet_loop();
    struct offload *o = offload_new(l, &(struct offload_limits){.threads = 1, .queue_max = 3});
    struct job jobs[5] = {0};
    int order = 0, taken = 0;

    (void)state;
    for (int i = 0; i < 5; i++) {
        jobs[i].waits = true;
        jobs[i].order = &order;
        sem_init(&jobs[i].may_go, 0, 0);
    }
    /* The thread takes the first when it gets to it: until then that one counts as waiting too. */
    for (int i = 0; i < 4; i++)
        if (offload_run(o, work, done, &jobs[i]) == OK)
            taken++;
        else
            assert_int_equal(i, 3);
    while (taken < 4)
        if (offload_run(o, work, done, &jobs[3]) == OK)
            taken++;
    assert_int_equal(offload_run(o, work, done, &jobs[4]), ERR_BUSY);
    for (int i = 0; i < 4; i++)
        sem_post(&jobs[i].may_go);
    for (int i = 0; i < 4; i++)
        turn_until_done(l, &jobs[i]);
    for (int i = 0; i < 4; i++)
        assert_int_equal(jobs[i].place, i + 1);
    assert_int_equal(jobs[4].works + jobs[4].dones, 0);
    offload_free(o);
    loop_free(l);
    for (int i = 0; i < 5; i++)
        sem_destroy(&jobs[i].may_go);
}

/* Closing lets what runs end and tells everybody exactly once. */
static void closing_completes_everything_once(void **state)
{
    struct loop *l = quiet_loop();
    struct offload *o = offload_new(l, &(struct offload_limits){.threads = 1, .queue_max = 3});
    struct job running = {.waits = true}, left = {0};

    (void)state;
    sem_init(&running.may_go, 0, 0);
    assert_int_equal(offload_run(o, work, done, &running), OK);
    assert_int_equal(offload_run(o, work, done, &left), OK);
    sem_post(&running.may_go);
    offload_free(o);
    assert_int_equal(running.dones, 1);
    assert_int_equal(running.trouble, running.works == 1 ? OK : ERR_AWAY);
    assert_int_equal(left.dones, 1);
    assert_int_equal(left.trouble, left.works == 1 ? OK : ERR_AWAY);
    loop_free(l);
    sem_destroy(&running.may_go);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_runs_elsewhere_and_completes_on_the_loop),
        cmocka_unit_test(one_slow_job_does_not_hold_up_the_other_thread),
        cmocka_unit_test(the_queue_is_bounded_and_in_order),
        cmocka_unit_test(closing_completes_everything_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
