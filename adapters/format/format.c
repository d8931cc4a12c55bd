#include "adapters/format/format.h"

#include "adapters/format/csv/csv_feed.h"
#include "adapters/format/edxl_have/edxl_have.h"
#include "adapters/format/fhir/fhir.h"
#include "adapters/format/hsds/hsds.h"
#include "adapters/format/iwmo/iwmo.h"
#include "adapters/format/opvang_json/opvang_json.h"
#include "adapters/format/opvang_xml/opvang_xml.h"
#include "adapters/format/xml_xpath/xml_xpath.h"
#include "adapters/gate/persons.h"
#include "base/crypto.h"

bool format_pool_known(enum pool_answer answer, int line, const char *field, struct reading *r)
{
    switch (answer) {
    case POOL_FOUND:
        return true;
    case POOL_IGNORED:
        reading_notice(r, line, field, "passed over: the profile says so");
        return false;
    case POOL_UNKNOWN:
        break;
    }
    reading_complain(r, line, field, "this place is not in the provider's profile");
    return false;
}

bool format_pool(const struct profile *profile, const char *provider, struct bytes place, struct bytes word,
                 int line, struct reading *r, const char **code)
{
    return format_pool_known(profile_pool(profile, provider, place, word, code), line, "pool", r);
}

static enum err read_by_format(const struct schemas *schemas, const struct profile *profile,
                               const char *provider, struct bytes in, int64_t now_ms, struct reading *r)
{
    enum err e = ERR_BAD_INPUT;
    switch (profile_format(profile)) {
    case FORMAT_OPVANG_XML:
        e = opvang_xml_read(schemas, profile, provider, in, r);
        break;
    case FORMAT_EDXL_HAVE:
        e = edxl_have_read(schemas, profile, provider, in, r);
        break;
    case FORMAT_CSV:
        e = csv_feed_read(profile, provider, in, r);
        break;
    case FORMAT_OPVANG_JSON:
        e = opvang_json_read(profile, provider, in, r);
        break;
    case FORMAT_HSDS:
        e = hsds_read(profile, provider, in, r);
        break;
    case FORMAT_FHIR:
        e = fhir_read(profile, provider, in, r);
        break;
    case FORMAT_XML_XPATH:
        e = xml_xpath_read(profile, provider, in, r);
        break;
    case FORMAT_IWMO:
        e = iwmo_read(profile, provider, in, now_ms, r);
        break;
    case FORMAT_N:
        break;
    }
    if (e != OK && r->complaints_n == 0)
        reading_complain(r, 0, "", "could not be read");
    return e == OK || e == ERR_TOO_BIG ? e : ERR_BAD_INPUT;
}

enum err format_read(const struct schemas *schemas, const struct profile *profile, const char *provider,
                     struct bytes in, int64_t now_ms, struct reading *r)
{
    uint8_t hash[FILE_HASH_BYTES];
    enum err e = read_by_format(schemas, profile, provider, in, now_ms, r);
    if (e == OK) {
        crypto_blake2b(in, hash, sizeof hash);
        reading_judge(r, provider, hash, now_ms);
        e = r->complaints_n == 0 ? OK : ERR_BAD_INPUT;
    }
    /* Looked for in what is refused only, since nothing else is kept; and whatever the refusal was for. What
     * should have been iWmo is about a person, whatever it is. */
    if (e != OK && !r->not_kept)
        r->not_kept =
            profile_format(profile) == FORMAT_IWMO || persons_in_bytes(in) || persons_reached_in_bytes(in);
    return e;
}
