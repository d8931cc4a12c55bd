/* Bytes of a journal row: kind, length of the clear part (two bytes), clear part, private part. What reads as
 * an event of the newest version writes the same bytes again, one of an older version reads so; replayed onto
 * a small engine it is applied or refused, and never breaks an invariant. */
#include "base/check.h"
#include "core/engine.h"
#include "core/fields.h"
#include "core/vocab.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct event next(struct engine *e, enum event_kind kind)
{
    struct event ev;

    memset(&ev, 0, sizeof ev);
    ev.kind = kind;
    ev.seq = engine_seq(e) + 1;
    ev.at_ms = 1000;
    return ev;
}

/* One house with one pool of which people said something, one referral that asks it: enough for most events
 * to name something. */
static void fill(struct engine *e)
{
    struct event ev = next(e, EV_ORG_DEFINED);

    ev.u.org = (struct org){.id = {1}, .kind = ORG_SHELTER, .code = "o", .name = "O", .region = REGION_NONE};
    engine_apply(e, &ev);
    ev = next(e, EV_LOCATION_DEFINED);
    ev.u.location = (struct location){.id = {1}, .org = {1}, .code = "l", .name = "L", .region = 1};
    engine_apply(e, &ev);
    ev = next(e, EV_POOL_DEFINED);
    ev.u.pool = (struct pool){
        .id = {1}, .location = {1}, .org = {1}, .code = "p", .name = "P", .unit_size = 1, .units_total = 3};
    engine_apply(e, &ev);
    ev = next(e, EV_CAPACITY_OBSERVED);
    ev.u.capacity.o = (struct observation){.pool = {1},
                                           .source = SOURCE_HAND,
                                           .report = 1,
                                           .total = 3,
                                           .free = 2,
                                           .stop = 1,
                                           .stop_until_ms = 1500,
                                           .observed_at_ms = 1000,
                                           .received_at_ms = 1000};
    ev.u.capacity.used = true;
    ev.u.capacity.kept = KEPT_WHOLE;
    engine_apply(e, &ev);
    ev = next(e, EV_REFERRAL_OPENED);
    ev.u.opened.id.v = 1;
    ev.u.opened.org.v = 1;
    memcpy(ev.u.opened.code, "VT-AAAA", 8);
    engine_apply(e, &ev);
    ev = next(e, EV_REQUEST_MADE);
    ev.u.made = (struct request){.id = {1},
                                 .referral = {1},
                                 .pool = {1},
                                 .units = 1,
                                 .asked_at_ms = 1000,
                                 .answer_by_ms = 1000,
                                 .lapse_at_ms = 1000};
    engine_apply(e, &ev);
}

static void replay(struct event *ev)
{
    struct core_settings s = core_settings_default();
    struct engine *e = NULL; /* looks nothing up in a vocabulary: only decide does */
    uint64_t before = 0;
    char why[160] = "";

    s.keys_max = 2;
    e = engine_new(NULL, &s);
    fill(e);
    before = engine_digest(e, true);
    ev->seq = engine_seq(e) + 1;
    ev->at_ms = 2000;
    if (engine_replay(e, ev, why, sizeof why) != OK)
        CHECK(why[0] != '\0' && engine_digest(e, true) == before);
    CHECK(engine_check(e, why, sizeof why));
    engine_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct event ev;
    struct buf clear = {0}, private_part = {0};
    size_t cut = 0;

    if (size < 3)
        return 0;
    cut = (size_t)data[1] | (size_t)data[2] << 8;
    if (cut > size - 3)
        cut = size - 3;
    if (event_decode((enum event_kind)(data[0] % EV_N), BYTES(data + 3, cut),
                     BYTES(data + 3 + cut, size - 3 - cut), &ev) != OK)
        return 0;
    event_encode(&ev, &clear, &private_part);
    if (data[3] == CODEC_VERSION) {
        CHECK(bytes_equal(buf_view(&clear), BYTES(data + 3, cut)));
        CHECK(bytes_equal(buf_view(&private_part), BYTES(data + 3 + cut, size - 3 - cut)));
    } else { /* an older spelling is written in the newest, which must read as well */
        struct event again;

        CHECK(event_decode(ev.kind, buf_view(&clear), buf_view(&private_part), &again) == OK);
    }
    buf_fini(&clear);
    buf_fini(&private_part);
    CHECK(event_name(ev.kind) != NULL);
    (void)event_subject(&ev);
    replay(&ev);
    return 0;
}
