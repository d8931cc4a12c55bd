/* The rules about the place itself: asked, stop, staff, full, unsafe, placing right, region, hour, scarce,
 * age of the number. Those about the household are in match_rules_need_test.c. */
#include "support/match_builders.h"

#include "base/mem.h"
#include "base/time_text.h"

#define FITS VERDICT_FITS
#define ASK VERDICT_ASK
#define OUT VERDICT_OUT
#define UNKNOWN UNITS_UNKNOWN

static void expect(const char *rule, const char *name, enum verdict got, enum verdict want)
{
    if (got != want)
        fail_msg("%s, %s: %s instead of %s", rule, name, verdict_code(got), verdict_code(want));
}

static void asked(void **state)
{
    static const struct {
        const char *name;
        struct match_asked asked;
        enum verdict want;
    } cases[] = {
        {"nothing asked", {{0}}, FITS},
        {"another pool was asked", {.pool = {2}}, FITS},
        {"this pool is asked", {.pool = {1}}, OUT},
        {"this pool said no", {.pool = {1}, .declined = true, .decline_reason = 1}, OUT},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        scene_ready(&s);
        s.ctx.asked[s.ctx.n_asked++] = cases[i].asked;
        expect("asked", cases[i].name, match_rule(RULE_ASKED, &s.ctx, &s.place), cases[i].want);
    }
}

static void stop_and_staff(void **state)
{
    static const struct {
        const char *name;
        bool stopped, reported;
        enum tri deliverable;
        enum freshness freshness;
        enum verdict stop, staff;
    } cases[] = {
        {"no stop, staffed", false, true, TRI_YES, FRESH, FITS, FITS},
        {"stop in force", true, true, TRI_YES, FRESH, OUT, FITS},
        {"no staff", false, true, TRI_NO, FRESH, FITS, OUT},
        {"no staff, ageing", false, true, TRI_NO, AGEING, FITS, OUT},
        {"no staff, stale", false, true, TRI_NO, STALE, FITS, OUT},
        {"no staff said yesterday", false, true, TRI_NO, NOT_KNOWN, FITS, ASK},
        {"staff not said", false, true, TRI_UNKNOWN, FRESH, FITS, ASK},
        {"never reported", false, false, TRI_UNKNOWN, NOT_KNOWN, FITS, FITS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.view.stopped = cases[i].stopped;
        s.view.freshness = cases[i].freshness;
        s.view.latest = cases[i].reported ? &s.believed : NULL;
        s.seen.deliverable = cases[i].deliverable;
        expect("stop", cases[i].name, scene_rule(&s, RULE_STOP), cases[i].stop);
        expect("staff", cases[i].name, scene_rule(&s, RULE_DELIVERABLE), cases[i].staff);
    }
}

static void full_and_stale(void **state)
{
    static const struct {
        const char *name;
        int offerable, held;
        enum freshness freshness;
        bool overcommitted;
        enum verdict full, stale;
    } cases[] = {
        {"two free", 2, 0, FRESH, false, FITS, FITS},
        {"the last one", 1, 0, FRESH, false, FITS, FITS},
        {"none", 0, 0, FRESH, false, OUT, FITS},
        {"none, ageing", 0, 0, AGEING, false, OUT, FITS},
        {"none, stale", 0, 0, STALE, false, OUT, ASK},
        {"none said, too long ago: never 'full'", 0, 0, NOT_KNOWN, false, ASK, ASK},
        {"two, ageing", 2, 0, AGEING, false, FITS, FITS},
        {"two, stale", 2, 0, STALE, false, FITS, ASK},
        {"two, too long ago", 2, 0, NOT_KNOWN, false, ASK, ASK},
        {"free not said", UNKNOWN, 0, FRESH, false, ASK, FITS},
        {"free not said, five of six held", UNKNOWN, 5, FRESH, false, ASK, FITS},
        {"free not said, all six held", UNKNOWN, 6, FRESH, false, OUT, FITS},
        {"long ago, all six held", 0, 6, NOT_KNOWN, false, OUT, ASK},
        {"numbers contradict each other", 0, 3, FRESH, true, OUT, FITS},
        {"numbers contradict, long ago", 0, 3, NOT_KNOWN, true, ASK, ASK},
        {"more promised than believed", 2, 3, FRESH, true, ASK, FITS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.view.offerable = cases[i].offerable;
        s.view.held = cases[i].held;
        s.view.freshness = cases[i].freshness;
        s.view.overcommitted = cases[i].overcommitted;
        expect("full", cases[i].name, scene_rule(&s, RULE_FULL), cases[i].full);
        expect("stale", cases[i].name, scene_rule(&s, RULE_STALE), cases[i].stale);
    }
}

/* The place is in Utrecht (R30); Rotterdam (R28) is MINUTES_TO away. */
static void unsafe(void **state)
{
    const struct vocab *v = *state;
    int to = vocab_minutes(v, region(v, "R28"), region(v, "R30"));
    const struct {
        const char *name;
        const char *regions[2];
        const char *point;
        int minutes;
        enum verdict want;
    } cases[] = {
        {"nothing unsafe", {0}, NULL, 0, FITS},
        {"its own region", {"R30"}, NULL, 0, OUT},
        {"another region", {"R28"}, NULL, 0, FITS},
        {"the bit before", {"R29"}, NULL, 0, FITS},
        {"the bit after", {"R31"}, NULL, 0, FITS},
        {"one of two regions", {"R28", "R30"}, NULL, 0, OUT},
        {"first region of the list", {"R01"}, NULL, 0, FITS},
        {"last region of the list", {"R35"}, NULL, 0, FITS},
        {"point, exactly far enough", {0}, "R28", to, FITS},
        {"point, one minute short", {0}, "R28", to + 1, OUT},
        {"point, far enough", {0}, "R28", 15, FITS},
        {"point in its own region, 15 minutes", {0}, "R30", 15, FITS},
        {"point in its own region, 16 minutes", {0}, "R30", 16, OUT},
        {"point, half a day", {0}, "R28", 720, OUT},
        {"region safe, point not", {"R28"}, "R28", to + 1, OUT},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, v);
        for (size_t r = 0; r < 2 && cases[i].regions[r] != NULL; r++)
            s.need.unsafe_regions |= UINT64_C(1) << region(v, cases[i].regions[r]);
        if (cases[i].point != NULL)
            s.need.points[s.need.n_points++] =
                (struct unsafe_point){region(v, cases[i].point), (uint16_t)cases[i].minutes};
        expect("unsafe", cases[i].name, scene_rule(&s, RULE_UNSAFE), cases[i].want);
    }
}

static void unsafe_off_the_map(void **state)
{
    struct scene s;

    scene_init(&s, *state);
    s.location.region = REGION_NONE;
    expect("unsafe", "place without region, nothing unsafe", scene_rule(&s, RULE_UNSAFE), FITS);
    s.need.unsafe_regions = 1;
    expect("unsafe", "place without region", scene_rule(&s, RULE_UNSAFE), OUT);

    scene_init(&s, *state);
    s.need.points[s.need.n_points++] = (struct unsafe_point){.region = 60, .minutes = 30};
    expect("unsafe", "point in a region nobody knows", scene_rule(&s, RULE_UNSAFE), OUT);
    assert_true(scene_match(&s).n_reasons >= 1);
}

static void gatekeeper(void **state)
{
    static const struct {
        const char *name;
        enum kind kind;
        enum gatekeeper gatekeeper;
        enum role role;
        enum verdict want;
    } cases[] = {
        {"none", KIND_CRISIS, GATEKEEPER_NONE, ROLE_REFERRER, FITS},
        {"CoMensha's, a referrer", KIND_COSM, GATEKEEPER_COMENSHA, ROLE_REFERRER, OUT},
        {"CoMensha's, CoMensha", KIND_COSM, GATEKEEPER_COMENSHA, ROLE_COMENSHA, FITS},
        {"CoMensha's, another shelter", KIND_OMM, GATEKEEPER_COMENSHA, ROLE_SHELTER, OUT},
        {"COSM whose profile forgot it", KIND_COSM, GATEKEEPER_NONE, ROLE_REFERRER, OUT},
        {"OMM whose profile forgot it", KIND_OMM, GATEKEEPER_NONE, ROLE_REFERRER, OUT},
        {"OMM whose profile forgot it, CoMensha", KIND_OMM, GATEKEEPER_NONE, ROLE_COMENSHA, FITS},
        {"ordinary house that asks for it", KIND_SPECIALIST, GATEKEEPER_COMENSHA, ROLE_REFERRER, OUT},
        {"GI, a referrer", KIND_JEUGD, GATEKEEPER_GI, ROLE_REFERRER, OUT},
        {"GI, CoMensha", KIND_JEUGD, GATEKEEPER_GI, ROLE_COMENSHA, OUT},
        {"jeugd whose profile forgot it", KIND_JEUGD, GATEKEEPER_NONE, ROLE_REFERRER, OUT},
        {"ordinary house, CoMensha", KIND_CRISIS, GATEKEEPER_NONE, ROLE_COMENSHA, FITS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.pool.kind = cases[i].kind;
        s.pool.gatekeeper = cases[i].gatekeeper;
        s.query.role = cases[i].role;
        expect("gatekeeper", cases[i].name, scene_rule(&s, RULE_GATEKEEPER), cases[i].want);
    }
}

static void serves(void **state)
{
    const struct vocab *v = *state;
    const uint64_t own = UINT64_C(1) << region(v, "R30");
    const uint64_t home = UINT64_C(1) << region(v, "R28");
    const uint64_t all_named = (UINT64_C(1) << vocab_regions(v)) - 1;
    const struct {
        const char *name;
        uint64_t serves;
        const char *home;
        bool exception;
        enum threat_level level;
        bool home_unsafe;
        enum verdict want;
    } cases[] = {
        {"national", UINT64_MAX, "R28", false, THREAT_GROEN, false, FITS},
        {"national, home not known", UINT64_MAX, NULL, false, THREAT_GROEN, false, FITS},
        {"all regions by name, home not known", all_named, NULL, false, THREAT_GROEN, false, FITS},
        {"home is served", own | home, "R28", false, THREAT_GROEN, false, FITS},
        {"own region only", own, "R28", false, THREAT_GROEN, false, OUT},
        {"own region only, rood, no exception", own, "R28", false, THREAT_ROOD, true, OUT},
        {"exception, groen", own, "R28", true, THREAT_GROEN, false, OUT},
        {"exception, oranje", own, "R28", true, THREAT_ORANJE, false, FITS},
        {"exception, rood", own, "R28", true, THREAT_ROOD, false, FITS},
        {"exception, groen, home unsafe", own, "R28", true, THREAT_GROEN, true, FITS},
        {"exception, level not known", own, "R28", true, THREAT_UNKNOWN, false, ASK},
        {"exception, level not known, home unsafe", own, "R28", true, THREAT_UNKNOWN, true, FITS},
        {"home not known", own, NULL, false, THREAT_GROEN, false, ASK},
        {"home not known, exception, oranje", own, NULL, true, THREAT_ORANJE, false, FITS},
        {"serves nobody", 0, "R28", false, THREAT_GROEN, false, OUT},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, v);
        s.pool.serves_regions = cases[i].serves;
        s.pool.safety_exception = cases[i].exception;
        s.need.home_region = cases[i].home ? region(v, cases[i].home) : REGION_NONE;
        s.need.threat_level = cases[i].level;
        s.need.unsafe_regions = cases[i].home_unsafe ? home : 0;
        expect("serves", cases[i].name, scene_rule(&s, RULE_SERVES), cases[i].want);
    }
}

/* Clock changes: Sunday 29 March 2026 02:00 becomes 03:00; Sunday 25 October 2026 03:00 becomes 02:00. */
static void night(void **state)
{
    static const struct {
        const char *name, *now, *deadline;
        enum tri night;
        int from, until;
        enum verdict want;
        enum intake intake;
    } cases[] = {
        {"open all night", "2026-11-25T03:12:00+01:00", "2026-11-25T05:00:00+01:00", TRI_YES, 480, 1080, FITS,
         INTAKE_NOW},
        {"in hours", "2026-11-25T12:00:00+01:00", "2026-11-25T13:00:00+01:00", TRI_NO, 480, 1080, FITS,
         INTAKE_NOW},
        {"the minute it opens", "2026-11-25T08:00:00+01:00", "2026-11-25T09:00:00+01:00", TRI_NO, 480, 1080,
         FITS, INTAKE_NOW},
        {"the last minute", "2026-11-25T17:59:59+01:00", "2026-11-25T19:00:00+01:00", TRI_NO, 480, 1080, FITS,
         INTAKE_NOW},
        {"the minute it closes", "2026-11-25T18:00:00+01:00", "2026-11-25T22:00:00+01:00", TRI_NO, 480, 1080,
         OUT, INTAKE_TOO_LATE},
        {"closed, not said if at night", "2026-11-25T03:12:00+01:00", "2026-11-25T05:00:00+01:00",
         TRI_UNKNOWN, 480, 1080, ASK, INTAKE_UNKNOWN},
        {"in hours, not said if at night", "2026-11-25T12:00:00+01:00", "2026-11-25T13:00:00+01:00",
         TRI_UNKNOWN, 480, 1080, FITS, INTAKE_NOW},
        {"opens before the deadline", "2026-11-25T03:12:00+01:00", "2026-11-25T08:01:00+01:00", TRI_NO, 480,
         1080, FITS, INTAKE_LATER},
        {"opens at the deadline", "2026-11-25T03:12:00+01:00", "2026-11-25T08:00:00+01:00", TRI_NO, 480, 1080,
         OUT, INTAKE_TOO_LATE},
        {"opens after the deadline", "2026-11-25T03:12:00+01:00", "2026-11-25T07:00:00+01:00", TRI_NO, 480,
         1080, OUT, INTAKE_TOO_LATE},
        {"opens tomorrow, in time", "2026-11-25T23:00:00+01:00", "2026-11-26T09:00:00+01:00", TRI_NO, 480,
         1080, FITS, INTAKE_LATER},
        {"opens tomorrow, too late", "2026-11-25T23:00:00+01:00", "2026-11-26T03:00:00+01:00", TRI_NO, 480,
         1080, OUT, INTAKE_TOO_LATE},
        {"hours over midnight, before it", "2026-11-25T23:00:00+01:00", "2026-11-26T03:00:00+01:00", TRI_NO,
         1200, 360, FITS, INTAKE_NOW},
        {"hours over midnight, after it", "2026-11-26T05:59:00+01:00", "2026-11-26T07:00:00+01:00", TRI_NO,
         1200, 360, FITS, INTAKE_NOW},
        {"hours over midnight, closed", "2026-11-26T06:00:00+01:00", "2026-11-26T10:00:00+01:00", TRI_NO,
         1200, 360, OUT, INTAKE_TOO_LATE},
        {"whole day", "2026-11-26T00:00:00+01:00", "2026-11-26T04:00:00+01:00", TRI_NO, 0, 1440, FITS,
         INTAKE_NOW},
        {"hours not given", "2026-11-25T12:00:00+01:00", "2026-11-25T13:00:00+01:00", TRI_NO, 0, 0, ASK,
         INTAKE_UNKNOWN},
        {"past the deadline: a fresh term", "2026-11-25T03:12:00+01:00", "2026-11-25T02:00:00+01:00", TRI_NO,
         480, 1080, FITS, INTAKE_LATER},
        {"spring: 01:30, opens 08:00, an hour sooner", "2026-03-29T01:30:00+01:00", "2026-03-29T06:30:00Z",
         TRI_NO, 480, 1080, FITS, INTAKE_LATER},
        {"spring: deadline 07:59 by the new clock", "2026-03-29T01:30:00+01:00", "2026-03-29T05:59:00Z",
         TRI_NO, 480, 1080, OUT, INTAKE_TOO_LATE},
        {"spring: deadline 08:01 by the new clock", "2026-03-29T01:30:00+01:00", "2026-03-29T06:01:00Z",
         TRI_NO, 480, 1080, FITS, INTAKE_LATER},
        {"autumn: deadline 07:59 by the new clock", "2026-10-25T01:30:00+02:00", "2026-10-25T06:59:00Z",
         TRI_NO, 480, 1080, OUT, INTAKE_TOO_LATE},
        {"autumn: deadline 08:01 by the new clock", "2026-10-25T01:30:00+02:00", "2026-10-25T07:01:00Z",
         TRI_NO, 480, 1080, FITS, INTAKE_LATER},
        {"autumn: second 02:30, hours from 02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T04:00:00Z",
         TRI_NO, 120, 240, FITS, INTAKE_NOW},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.query.now_ms = at_ms(cases[i].now);
        s.query.deadline_ms = at_ms(cases[i].deadline);
        s.location.night_intake = cases[i].night;
        s.location.intake_from_minute = (uint16_t)cases[i].from;
        s.location.intake_until_minute = (uint16_t)cases[i].until;
        expect("night", cases[i].name, scene_rule(&s, RULE_NIGHT), cases[i].want);
        if (s.place.intake != cases[i].intake)
            fail_msg("night, %s: intake %d instead of %d", cases[i].name, s.place.intake, cases[i].intake);
    }
}

static void opening_is_a_moment(void **state)
{
    static const struct {
        const char *name, *now, *opens;
        int from;
    } cases[] = {
        {"this morning", "2026-11-25T03:12:34+01:00", "2026-11-25T08:00:00+01:00", 480},
        {"tomorrow", "2026-11-25T18:00:00+01:00", "2026-11-26T08:00:00+01:00", 480},
        {"midnight", "2026-11-25T18:00:00+01:00", "2026-11-26T00:00:00+01:00", 0},
        {"over the change in spring", "2026-03-28T20:00:00+01:00", "2026-03-29T08:00:00+02:00", 480},
        {"over the change in autumn", "2026-10-24T20:00:00+02:00", "2026-10-25T08:00:00+01:00", 480},
        {"just before midnight, over the change in spring", "2026-03-29T01:00:00+01:00",
         "2026-03-29T23:30:00+02:00", 1410},
        {"just after midnight, over the change in autumn", "2026-10-25T01:00:00+02:00",
         "2026-10-26T00:30:00+01:00", 30},
        {"in the first of the two hours of autumn", "2026-10-25T02:15:00+02:00", "2026-10-25T08:00:00+01:00",
         480},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.query.now_ms = at_ms(cases[i].now);
        s.location.intake_from_minute = (uint16_t)cases[i].from;
        scene_ready(&s);
        if (match_opens_at_ms(&s.ctx, &s.location) != at_ms(cases[i].opens))
            fail_msg("%s: %ld minutes off", cases[i].name,
                     (long)((match_opens_at_ms(&s.ctx, &s.location) - at_ms(cases[i].opens)) / MS_MINUTE));
    }
}

static void tier(void **state)
{
    static const struct {
        const char *name;
        enum kind kind;
        enum threat_level level;
        const char *trait; /* needed; "?..." = not known if needed */
        enum tri network;
        enum urgency urgency;
        int minutes_left;
        enum verdict want;
    } cases[] = {
        {"ordinary kind", KIND_CRISIS, THREAT_GROEN, NULL, TRI_NO, URGENCY_NU, 240, FITS},
        {"guarded, rood", KIND_BEVEILIGD, THREAT_ROOD, NULL, TRI_NO, URGENCY_NU, 240, FITS},
        {"guarded, guards needed", KIND_BEVEILIGD, THREAT_GROEN, "beveiliging_24u", TRI_NO, URGENCY_NU, 240,
         FITS},
        {"guarded, oranje", KIND_BEVEILIGD, THREAT_ORANJE, NULL, TRI_NO, URGENCY_NU, 240, OUT},
        {"guarded, level not known", KIND_BEVEILIGD, THREAT_UNKNOWN, NULL, TRI_NO, URGENCY_NU, 240, ASK},
        {"guarded, oranje, not known if guards are needed", KIND_BEVEILIGD, THREAT_ORANJE, "?beveiliging_24u",
         TRI_NO, URGENCY_NU, 240, ASK},
        {"guarded, not needed, 2 h 01 left", KIND_BEVEILIGD, THREAT_GROEN, NULL, TRI_NO, URGENCY_NU, 121,
         OUT},
        {"guarded, not needed, 2 h left", KIND_BEVEILIGD, THREAT_GROEN, NULL, TRI_NO, URGENCY_NU, 120, FITS},
        {"guarded, not needed, overdue", KIND_BEVEILIGD, THREAT_GROEN, NULL, TRI_NO, URGENCY_NU, -60, FITS},
        {"vandaag, 8 h 01 left", KIND_BEVEILIGD, THREAT_GROEN, NULL, TRI_NO, URGENCY_VANDAAG, 481, OUT},
        {"vandaag, 8 h left", KIND_BEVEILIGD, THREAT_GROEN, NULL, TRI_NO, URGENCY_VANDAAG, 480, FITS},
        {"drie dagen, 16 h 01 left", KIND_BEVEILIGD, THREAT_GROEN, NULL, TRI_NO, URGENCY_DRIE_DAGEN, 961,
         OUT},
        {"drie dagen, 16 h left", KIND_BEVEILIGD, THREAT_GROEN, NULL, TRI_NO, URGENCY_DRIE_DAGEN, 960, FITS},
        {"level not known, in the window", KIND_BEVEILIGD, THREAT_UNKNOWN, NULL, TRI_NO, URGENCY_NU, 60,
         FITS},
        {"COSM, trafficking", KIND_COSM, THREAT_GROEN, NULL, TRI_YES, URGENCY_NU, 240, FITS},
        {"OMM, exploitation", KIND_OMM, THREAT_GROEN, "uitbuiting_arbeid", TRI_NO, URGENCY_NU, 240, FITS},
        {"COSM, no trafficking", KIND_COSM, THREAT_ROOD, NULL, TRI_NO, URGENCY_NU, 240, OUT},
        {"COSM, trafficking not known", KIND_COSM, THREAT_GROEN, NULL, TRI_UNKNOWN, URGENCY_NU, 240, ASK},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.pool.kind = cases[i].kind;
        s.need.threat_level = cases[i].level;
        s.need.urgency = cases[i].urgency;
        tri_put(&s.need.threat_kinds, THREAT_KIND_NETWERK, cases[i].network);
        if (cases[i].trait != NULL && cases[i].trait[0] == '?')
            tri_put(&s.need.traits, trait(s.vocab, cases[i].trait + 1), TRI_UNKNOWN);
        else if (cases[i].trait != NULL)
            tri_put(&s.need.traits, trait(s.vocab, cases[i].trait), TRI_YES);
        s.query.deadline_ms = s.query.now_ms + cases[i].minutes_left * MS_MINUTE;
        expect("tier", cases[i].name, scene_rule(&s, RULE_TIER), cases[i].want);
    }
}

static void deadline_of_a_search_comes_from_its_urgency(void **state)
{
    struct scene s;

    scene_init(&s, *state);
    s.query.deadline_ms = 0;
    s.need.urgency = URGENCY_NU;
    scene_ready(&s);
    assert_int_equal(s.ctx.deadline_ms, s.query.now_ms + 4 * MS_HOUR);
    s.need.urgency = URGENCY_DRIE_DAGEN;
    scene_ready(&s);
    assert_int_equal(s.ctx.deadline_ms, s.query.now_ms + 72 * MS_HOUR);
}

static void the_scene_itself_fits(void **state)
{
    struct scene s;
    struct pool_match m;

    scene_init(&s, *state);
    m = scene_match(&s);
    assert_int_equal(m.verdict, VERDICT_FITS);
    assert_int_equal(m.out_mask, 0);
    assert_int_equal(m.ask_mask, 0);
    assert_int_equal(m.units, 1);
}

/* Every rule's bit stands at its own place: one fault gives one bit. */
static void masks_keep_all_failing_rules(void **state)
{
    struct scene s;
    struct pool_match m;

    scene_init(&s, *state);
    s.view.stopped = true;
    s.view.offerable = 0;
    s.pool.women = TRI_NO;
    s.pool.linkable = TRI_UNKNOWN;
    s.pool.unit_size = 1;
    need_add(&s.need, SEX_F, 4);
    m = scene_match(&s);
    assert_int_equal(m.verdict, VERDICT_OUT);
    assert_int_equal(m.out_mask, 1u << RULE_STOP | 1u << RULE_FULL | 1u << RULE_SEX);
    assert_int_equal(m.ask_mask, 1u << RULE_SIZE);
    assert_string_equal(rule_code(RULE_STOP), "stop");
    assert_string_equal(rule_code(RULE_STALE), "stale");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scene_itself_fits),
        cmocka_unit_test(asked),
        cmocka_unit_test(stop_and_staff),
        cmocka_unit_test(full_and_stale),
        cmocka_unit_test(unsafe),
        cmocka_unit_test(unsafe_off_the_map),
        cmocka_unit_test(gatekeeper),
        cmocka_unit_test(serves),
        cmocka_unit_test(night),
        cmocka_unit_test(opening_is_a_moment),
        cmocka_unit_test(tier),
        cmocka_unit_test(deadline_of_a_search_comes_from_its_urgency),
        cmocka_unit_test(masks_keep_all_failing_rules),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
