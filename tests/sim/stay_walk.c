#include "stay_walk.h"

#include "base/time_text.h"
#include "vocabulary.h"

#include <string.h>

static struct actor house_of(const struct engine *e, const struct stay *s)
{
    return (struct actor){.role = ROLE_SHELTER, .org = engine_pool(e, s->pool)->org, .account = {1}};
}

static struct actor desk_of(const struct engine *e, struct org_id org)
{
    const struct org *o = engine_org(e, org);
    enum role role = ROLE_REFERRER;

    if (o != NULL && o->kind == ORG_SHELTER)
        role = ROLE_SHELTER;
    else if (o != NULL && o->kind == ORG_COMENSHA)
        role = ROLE_COMENSHA;
    return (struct actor){.role = role, .org = org, .account = {1}};
}

static void depart(const struct engine *e, const struct stay *s, uint32_t draw, struct command *cmd)
{
    cmd->kind = CMD_DEPART;
    cmd->actor = house_of(e, s);
    cmd->u.stay.stay = s->id;
    cmd->u.stay.reason = (uint8_t)(1 + draw % VOCABULARY_REASONS);
    cmd->u.stay.destination = cmd->u.stay.reason;
}

/* Its house corrects when they came or left, says that they never left, or gives their code. What it is, the
 * command's draw says: the walk's own go on as they did. */
static void correct(const struct stay *s, int64_t now_ms, struct command *cmd)
{
    unsigned what = (unsigned)(cmd->draw >> 20) % 4;
    int64_t shift_ms = (int64_t)(cmd->draw >> 24 & 0xff) * MS_HOUR - 64 * MS_HOUR;

    if (what == 0 || (what == 1 && s->state == STAY_DEPARTED)) {
        cmd->kind = CMD_RESUME_STAY;
    } else if (what < 3) {
        cmd->kind = CMD_DATE_NIGHTS;
        cmd->u.dates = (struct dates_command){.stay = s->id};
        cmd->u.dates.from_ms = (cmd->draw >> 33 & 1) != 0 ? s->started_at_ms - shift_ms : 0;
        if (s->state == STAY_DEPARTED)
            cmd->u.dates.until_ms =
                (cmd->draw >> 34 & 1) != 0 ? s->ended_at_ms - shift_ms / 4 : now_ms - shift_ms / 8;
    } else {
        cmd->kind = CMD_GIVE_RETURN_CODE;
    }
}

static void about_stay(const struct engine *e, struct rng *rng, int64_t now_ms, const struct stay *s,
                       struct command *cmd)
{
    static const enum command_kind kinds[] = {CMD_DEPART, CMD_STAY_READY, CMD_STAY_READY, CMD_FUND_STAY,
                                              CMD_GIVE_RETURN_CODE};

    depart(e, s, rng_below(rng, 100), cmd);
    cmd->kind = kinds[rng_below(rng, 5)];
    if (cmd->kind == CMD_GIVE_RETURN_CODE || s->state == STAY_DEPARTED) {
        correct(s, now_ms, cmd);
        return;
    }
    if (cmd->kind == CMD_DEPART && cmd->draw % 3 == 0)
        cmd->u.stay.at_ms = s->started_at_ms + (now_ms - s->started_at_ms) / 2;
    cmd->u.stay.ready = rng_chance(rng, 700);
    cmd->u.stay.block = cmd->u.stay.ready ? (uint8_t)rng_below(rng, VOCABULARY_REASONS + 1) : 0;
    cmd->u.stay.stream = (uint8_t)(1 + rng_below(rng, 3));
    cmd->u.stay.municipality =
        rng_chance(rng, 200) ? 0 : (uint16_t)(100 + rng_below(rng, VOCABULARY_REGIONS));
    cmd->u.stay.from_day = time_day_nl(now_ms) - (int32_t)rng_below(rng, 3);
}

static void about_clock(const struct engine *e, struct rng *rng, const struct stay_clock *c,
                        struct command *cmd)
{
    static const enum command_kind kinds[] = {CMD_OFFER_CLOCK, CMD_TAKE_CLOCK, CMD_TAKE_CLOCK,
                                              CMD_PROLONG_CLOCK, CMD_STOP_CLOCK};

    cmd->kind = kinds[rng_below(rng, 5)];
    cmd->u.clock.clock = c->id;
    cmd->actor = desk_of(e, cmd->kind == CMD_TAKE_CLOCK && c->offered_to.v != 0 ? c->offered_to : c->owner);
    cmd->u.clock.org.v = 1 + rng_below(rng, engine_orgs(e));
    cmd->u.clock.reason = (uint8_t)(1 + rng_below(rng, VOCABULARY_REASONS));
}

bool stay_walk_draw(const struct engine *e, struct rng *rng, int64_t now_ms, struct command *cmd)
{
    uint64_t stays = engine_stays(e), clocks = engine_clocks(e), referrals = engine_referrals(e);

    *cmd = (struct command){.draw = rng_next(rng) | 1u << 16};
    if (clocks > 0 && rng_chance(rng, 500)) {
        about_clock(e, rng, engine_clock(e, (struct clock_id){1 + rng_below(rng, (uint32_t)clocks)}), cmd);
        return true;
    }
    if (referrals > 0 && rng_chance(rng, 100)) {
        const struct referral *r =
            engine_referral(e, (struct referral_id){1 + rng_below(rng, (uint32_t)referrals)});

        cmd->kind = CMD_START_CLOCK;
        cmd->actor = desk_of(e, r->org);
        if (cmd->actor.role == ROLE_SHELTER)
            cmd->actor.role = ROLE_REFERRER;
        cmd->u.clock.referral = r->id;
        cmd->u.clock.kind = (uint8_t)(1 + rng_below(rng, VOCABULARY_CLOCKS));
        return true;
    }
    if (stays == 0)
        return false;
    about_stay(e, rng, now_ms, engine_stay(e, (struct stay_id){1 + rng_below(rng, (uint32_t)stays)}), cmd);
    return true;
}

const char *stay_walk_code(const struct engine *e, struct rng *rng)
{
    uint64_t stays = engine_stays(e);

    if (stays == 0)
        return "";
    return engine_stay(e, (struct stay_id){1 + rng_below(rng, (uint32_t)stays)})->return_code;
}

bool stay_walk_leave(const struct engine *e, unsigned nth, struct command *cmd)
{
    for (uint64_t i = 1; i <= engine_stays(e); i++) {
        const struct stay *s = engine_stay(e, (struct stay_id){i});

        if (s->state == STAY_DEPARTED || nth-- > 0)
            continue;
        *cmd = (struct command){.draw = i};
        depart(e, s, (uint32_t)i, cmd);
        return true;
    }
    return false;
}
