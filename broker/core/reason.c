#include "core/reason.h"

#include "base/check.h"

static const struct reason_row rows[REASON_N] = {
#define REASON(name, code, tone, a, b) [REASON_##name] = {code, TONE_##tone, DETAIL_##a, DETAIL_##b},
#include "core/reason.def"
#undef REASON
};

const struct reason_row *reason_row(enum reason_code code)
{
    CHECK(code < REASON_N);
    return &rows[code];
}
