/* A poller, a site that it polls and a spool, for the tests of the poller. */
#ifndef PLEK_TEST_POLL_SCENE_H
#define PLEK_TEST_POLL_SCENE_H

#include "support/feed_world.h"
#include "support/poll_site.h"
#include "adapters/transport/poll.h"
#include "base/mem.h"
#include "base/time_text.h"
#include <unistd.h>

#define WAIT_MS 10000
#define MINUTE_MS 30
#define TOTAL_MS 5000
#define GOOD                                                                                                 \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z</peilmoment><plekken>"  \
    "<plek code=\"K1\"><vrij>1</vrij></plek></plekken></capaciteit>"
#define OK_HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n"
#define SIZED OK_HEAD SITE_LENGTH "\r\n"
#define GOOD_A SIZED "ETag: \"a\"\r\nLast-Modified: Sun, 22 Nov 2026 00:00:00 GMT\r\n\r\n" GOOD
#define GOOD_B SIZED "ETag: \"b\"\r\n\r\n" GOOD
#define SAME "HTTP/1.1 304 Not Modified\r\n\r\n"
#define EMPTY(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"
#define CLOSING(t)                                                                                           \
    {                                                                                                        \
        t, TAIL_CLOSE                                                                                        \
    }
#define says(s, ...)                                                                                         \
    do {                                                                                                     \
        const struct site_reply replies_[] = {__VA_ARGS__};                                                  \
        site_says((s)->site, replies_, COUNT_OF(replies_));                                                  \
    } while (0)

struct scene {
    struct test_certs certs;
    struct site *site;
    char dir[128], spool_dir[160], quarantine_dir[160];
    struct profiles *profiles;
    struct intake intake;
    struct poll_source source;
    struct poll_sources sources;
    struct poll_config config;
    struct poll *poll;
};

void path_in(const struct scene *s, const char *name, char out[200]);
void open_spool(struct scene *s);
void close_spool(struct scene *s);
int poll_setup(void **state);
void stop(struct scene *s);
int poll_teardown(void **state);
void start(struct scene *s);
struct poll_status status(struct scene *s);
int spooled(struct scene *s);
/* What was put in quarantine: of each there is a reason. */
int quarantined(struct scene *s);
bool asked(struct scene *s, int i, const char *header);

#define until(cond)                                                                                          \
    do {                                                                                                     \
        int64_t bound_ = time_mono_ms() + WAIT_MS;                                                           \
        while (!(cond)) {                                                                                    \
            if (time_mono_ms() > bound_)                                                                     \
                fail_msg("waited too long for: %s", #cond);                                                  \
            usleep(1000);                                                                                    \
        }                                                                                                    \
    } while (0)
#define CASE(f) cmocka_unit_test_setup_teardown(f, poll_setup, poll_teardown)

#endif
