#include "publish/document.h"

#include "base/check.h"
#include "publish/forms.h"

static const struct {
    const char *media_type;
    enum publish_need need;
    uint32_t limit_max;
} forms[PUBLISH_N] = {
    [PUBLISH_JSON] = {"application/json", NEED_NOTHING, PUBLISH_LIMIT_MAX},
    [PUBLISH_OPVANG_XML] = {"application/xml", NEED_WORD, PUBLISH_LIMIT_MAX},
    [PUBLISH_OPVANG_JSON] = {"application/json", NEED_WORD, PUBLISH_LIMIT_MAX},
    [PUBLISH_HSDS] = {"application/json", NEED_NOTHING, PUBLISH_LIMIT_MAX},
    [PUBLISH_FHIR_JSON] = {"application/fhir+json", NEED_NUMBER, PUBLISH_LIMIT_MAX / 2},
    [PUBLISH_FHIR_XML] = {"application/fhir+xml", NEED_NUMBER, PUBLISH_LIMIT_MAX / 2},
};

const char *publish_media_type(enum publish_document d)
{
    CHECK((unsigned)d < PUBLISH_N);
    return forms[d].media_type;
}

enum publish_need publish_need(enum publish_document d)
{
    CHECK((unsigned)d < PUBLISH_N);
    return forms[d].need;
}

uint32_t publish_limit_max(enum publish_document d)
{
    CHECK((unsigned)d < PUBLISH_N);
    return forms[d].limit_max;
}

void publish_write(const struct publish_page *p, enum publish_document d, const struct publish_links *links,
                   struct buf *out)
{
    switch (d) {
    case PUBLISH_JSON:
        capacity_json_write(p, links, out);
        break;
    case PUBLISH_OPVANG_XML:
        opvang_write(p, WRITE_XML, out);
        break;
    case PUBLISH_OPVANG_JSON:
        opvang_write(p, WRITE_JSON, out);
        break;
    case PUBLISH_HSDS:
        hsds_write(p, out);
        break;
    case PUBLISH_FHIR_JSON:
        fhir_write(p, WRITE_JSON, links, out);
        break;
    case PUBLISH_FHIR_XML:
        fhir_write(p, WRITE_FHIR_XML, links, out);
        break;
    case PUBLISH_N:
        CHECK(false);
    }
}
