/* When a house's clock starts: now, or when it next takes people in. */
#include "core/match.h"

#include "core/match_parts.h"

int64_t match_answers_at_ms(const struct engine *e, const struct match_query *q, struct pool_id pool)
{
    struct match_place p;
    struct match_ctx c;
    int64_t opens_at_ms = 0;

    match_ctx_init(&c, engine_vocab(e), engine_settings(e), q);
    match_place_load(&p, &c, e, pool);
    /* Where it is not known whether anybody is up, nobody waits for the morning to hear that it is silent. */
    if (p.intake == INTAKE_NOW || p.intake == INTAKE_UNKNOWN)
        return q->now_ms;
    opens_at_ms = match_opens_at_ms(&c, p.location);
    return opens_at_ms > q->now_ms ? opens_at_ms : q->now_ms;
}
