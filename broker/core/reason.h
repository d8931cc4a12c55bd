/* The facts a match can state, one row each in core/reason.def: code, tone and what its two details mean. */
#ifndef PLEK_CORE_REASON_H
#define PLEK_CORE_REASON_H

enum reason_code {
#define REASON(name, code, tone, a, b) REASON_##name,
#include "core/reason.def"
#undef REASON
    REASON_N
};

enum reason_tone { TONE_FOR, TONE_CAUTION, TONE_QUESTION, TONE_AGAINST, TONE_RANK };

/* What a detail is, so that a shell can turn it into a code or number for people. */
enum reason_detail {
    DETAIL_none,
    DETAIL_persons,
    DETAIL_years,
    DETAIL_minutes,
    DETAIL_trait,
    DETAIL_region,
    DETAIL_kind,
    DETAIL_level,
    DETAIL_threat_kind,
    DETAIL_residence,
    DETAIL_language,
    DETAIL_units,
    DETAIL_hours,
    DETAIL_clock,
    DETAIL_decline,
    DETAIL_group,
    DETAIL_percent,
    DETAIL_tenths
};

struct reason_row {
    const char *code;
    enum reason_tone tone;
    enum reason_detail a, b;
};

const struct reason_row *reason_row(enum reason_code code); /* never NULL below REASON_N */

#endif
