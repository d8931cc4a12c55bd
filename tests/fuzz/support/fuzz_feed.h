/* What the fuzz targets of provider files share: a profile and schemas made at the first input, and the
 * promises that hold for every reading. */
#ifndef PLEK_TESTS_FUZZ_FEED_H
#define PLEK_TESTS_FUZZ_FEED_H

#include "adapters/format/format.h"
#include "adapters/gate/safe_xml.h"
#include "base/check.h"
#include "base/crypto.h"

#include <stddef.h>

#define FUZZ_OPVANG_XML                                                                                      \
    "{\"format\":\"opvang_xml\",\"providers\":{\"p\":{\"pools\":{\"K1\":\"a\",\"K2\":\"b\",\"K3\":null}}}}"
#define FUZZ_EDXL_HAVE                                                                                       \
    "{\"format\":\"edxl_have\",\"not_persons\":[\"patient\"],\"providers\":{\"p\":{\"pools\":{\"Hospital "   \
    "1\":{\"Burn\":\"a\"},\"nood\":\"b\"}}}}"
#define FUZZ_CSV_UTF_8                                                                                       \
    "{\"format\":\"csv\",\"not_persons\":[\"patient\"],\"csv\":{\"columns\":{\"place\":\"Locatie\","         \
    "\"pool\":\"Plek\",\"total\":"                                                                           \
    "\"Kamers\",\"free\":\"Vrij\","                                                                          \
    "\"deliverable\":\"Personeel\",\"stop\":\"Stop\",\"stopUntil\":\"Tot\",\"observedAt\":\"Moment\"}},"     \
    "\"providers\":{\"p\":"                                                                                  \
    "{\"pools\":{\"nood\":\"a\",\"A\":{\"nood\":\"b\"}}}}}"
#define FUZZ_CSV_LOCAL                                                                                       \
    "{\"format\":\"csv\",\"csv\":{\"delimiter\":\",\",\"encoding\":\"windows-1252\",\"time\":\"dd-mm-yyyy "  \
    "hh:mm\",\"zone\":"                                                                                      \
    "\"Europe/"                                                                                              \
    "Amsterdam\",\"columns\":{\"pool\":\"plek\",\"free\":\"vrij\",\"observedAt\":\"op\"}},\"providers\":{"   \
    "\"p\":"                                                                                                 \
    "{\"pools\":{\"x\":\"a\"}}}}"
#define FUZZ_OPVANG_JSON                                                                                     \
    "{\"format\":\"opvang_json\",\"providers\":{\"p\":{\"pools\":{\"K1\":\"a\",\"K2\":\"b\",\"K3\":null}}}}"
#define FUZZ_HSDS                                                                                            \
    "{\"format\":\"hsds\",\"not_persons\":[\"clients\"],\"stops\":{\"inactive\":\"anders\"},\"providers\":{" \
    "\"p\":{\"pools\":{\"s\":{"                                                                              \
    "\"bed\":\"a\","                                                                                         \
    "\"u\":\"b\"},\"bed\":\"c\",\"hours\":null}}}}"
#define FUZZ_NOW_MS INT64_C(1795309200000) /* 2026-11-22T01:00:00Z */

struct fuzz_feed {
    struct profile *profile;
    struct schemas schemas;
};

static inline void fuzz_feed_read(struct fuzz_feed *feed, const char *profile, struct bytes in)
{
    struct reading r = {0};
    struct buf faults = {0};
    char why[200];
    if (feed->profile == NULL) {
        crypto_start();
        safe_xml_start();
        CHECK(profile_read(bytes_of_text(profile), "fuzz", &feed->profile, &faults) == OK);
        CHECK(safe_xml_schema(PLEK_SOURCE_DIR "/schema/feeds/opvang.xsd", &feed->schemas.opvang, why,
                              sizeof why) == OK);
    }
    enum err e = format_read(&feed->schemas, feed->profile, "p", in, FUZZ_NOW_MS, &r);
    CHECK((e == OK) == (r.complaints_n == 0));
    CHECK(e != OK || !r.not_kept);
    for (size_t i = 0; e == OK && i < r.n; i++) {
        const struct report *o = &r.list[i];
        CHECK(o->pool[0] != '\0' && o->id[0] != '\0' && o->observed_at_ms <= FUZZ_NOW_MS + FUTURE_MS_MAX);
        CHECK(o->free >= UNITS_UNKNOWN && o->free <= UNITS_MAX && (o->total < 0 || o->free <= o->total));
        json_decref(report_json(o));
    }
    json_decref(reading_json(&r));
    reading_fini(&r);
}

#endif
