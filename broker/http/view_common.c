#include "http/view.h"

#include "base/time_text.h"
#include "core/capacity.h"
#include "core/reason.h"
#include "core/scarcity.h"

#include <inttypes.h>

json_t *view_time(int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];
    return at_ms == 0 ? json_null() : json_string(time_format(at_ms, text));
}

json_t *view_units(int32_t units)
{
    return units == UNITS_UNKNOWN ? json_null() : json_integer(units);
}

json_t *view_region(const struct engine *e, uint8_t region)
{
    const struct vocab *v = engine_vocab(e);
    return region < vocab_regions(v) ? json_string(vocab_region(v, region)->code) : json_null();
}

const char *view_tri(enum tri v)
{
    return v == TRI_YES ? "yes" : v == TRI_NO ? "no" : "unknown";
}

json_t *view_version(uint64_t v)
{
    return json_sprintf("%016" PRIx64, v);
}

static const char *const detail_names[] = {
    [DETAIL_none] = "none",           [DETAIL_persons] = "persons",   [DETAIL_years] = "years",
    [DETAIL_minutes] = "minutes",     [DETAIL_trait] = "trait",       [DETAIL_region] = "region",
    [DETAIL_kind] = "kind",           [DETAIL_level] = "level",       [DETAIL_threat_kind] = "threat_kind",
    [DETAIL_residence] = "residence", [DETAIL_language] = "language", [DETAIL_units] = "units",
    [DETAIL_hours] = "hours",         [DETAIL_clock] = "clock",       [DETAIL_decline] = "decline",
    [DETAIL_group] = "group",         [DETAIL_percent] = "percent",   [DETAIL_tenths] = "tenths"};

/* The value of one detail: a code where there is one, otherwise the number. An index out of its list (a row
 * that was removed from the code lists since) gives null. */
static json_t *detail_value(const struct vocab *v, enum reason_detail kind, int16_t value)
{
    switch (kind) {
    case DETAIL_trait: {
        const struct vocab_trait *t = value >= 0 && value < 64 ? vocab_trait(v, (unsigned)value) : NULL;
        return t != NULL ? json_string(t->code) : json_null();
    }
    case DETAIL_region:
        return value >= 0 && (size_t)value < vocab_regions(v)
                   ? json_string(vocab_region(v, (uint8_t)value)->code)
                   : json_null();
    case DETAIL_kind:
        return value >= 0 && value < KIND_N ? json_string(kind_code((enum kind)value)) : json_null();
    case DETAIL_level:
        return value >= 0 && value < THREAT_N ? json_string(threat_level_code((enum threat_level)value))
                                              : json_null();
    case DETAIL_threat_kind:
        return value >= 0 && value < THREAT_KIND_N ? json_string(threat_kind_code((enum threat_kind)value))
                                                   : json_null();
    case DETAIL_residence:
        return value >= 0 && value < RESIDENCE_N ? json_string(residence_code((enum residence)value))
                                                 : json_null();
    case DETAIL_language:
        return value >= 0 && (size_t)value < vocab_languages(v)
                   ? json_string(vocab_language(v, (unsigned)value))
                   : json_null();
    case DETAIL_group:
        if (value >= 0 && value < SCARCE_N)
            return json_string(scarce_group_code((enum scarce_group)value));
        return json_null();
    case DETAIL_decline:
        return value >= 0 && (size_t)value < vocab_list_size(v, LIST_DECLINE)
                   ? json_string(vocab_list_code(v, LIST_DECLINE, (unsigned)value))
                   : json_null();
    case DETAIL_clock:
        return json_sprintf("%02d:%02d", value / 60 % 24, value % 60);
    case DETAIL_none:
    case DETAIL_persons:
    case DETAIL_years:
    case DETAIL_minutes:
    case DETAIL_units:
    case DETAIL_hours:
    case DETAIL_percent:
    case DETAIL_tenths:
        break;
    }
    return json_integer(value);
}

json_t *view_reason(const struct engine *e, const struct reason *r)
{
    static const char *const tones[] = {[TONE_FOR] = "for",
                                        [TONE_CAUTION] = "caution",
                                        [TONE_QUESTION] = "question",
                                        [TONE_AGAINST] = "against",
                                        [TONE_RANK] = "rank"};
    const struct reason_row *row = reason_row((enum reason_code)r->code);
    const struct vocab *v = engine_vocab(e);
    json_t *params = json_array();
    if (row->a != DETAIL_none)
        json_array_append_new(params, json_pack("{s:s, s:o}", "kind", detail_names[row->a], "value",
                                                detail_value(v, row->a, r->a)));
    if (row->b != DETAIL_none)
        json_array_append_new(params, json_pack("{s:s, s:o}", "kind", detail_names[row->b], "value",
                                                detail_value(v, row->b, r->b)));
    return json_pack("{s:s, s:s, s:o}", "code", row->code, "tone", tones[row->tone], "params", params);
}

/* Thousandths, exact. */
static json_t *thousandths(int32_t value)
{
    return json_real(value / 1000.0);
}

void view_add_ranking(json_t *o, const struct engine *e, const struct ranking *r)
{
    if (r->why.code != 0)
        json_object_set_new(o, "why", view_reason(e, &r->why));
    json_object_set_new(o, "utility", json_integer(r->utility));
    json_object_set_new(o, "scarcity",
                        json_pack("{s:o, s:o, s:i}", "coverage", thousandths(r->price.coverage), "rarity",
                                  thousandths(r->price.rarity), "points", (int)r->terms.scarcity));
    json_object_set_new(o, "terms",
                        json_pack("{s:i, s:i, s:i, s:i}", "distance", (int)r->terms.distance, "language",
                                  (int)r->terms.language, "soft", (int)r->terms.soft, "secondMove",
                                  (int)r->terms.second_move));
}
