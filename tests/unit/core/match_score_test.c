/* The fit score against hand-made sums. Kilometres used: R28 Rotterdam to R30 Utrecht 61, R01 Alkmaar to R30
 * 85, R17 Groningen to R28 262, R22 Hilversum to R30 21. */
#include "support/match_builders.h"

#include "base/mem.h"

struct distance_case {
    const char *name;
    const char *home, *referrer, *school, *place; /* NULL = not known */
    enum threat_level level;
    const char *unsafe, *point;
    int want;
};

static int fit_of(const struct scene *s)
{
    struct match_terms terms;

    return match_fit(&s->ctx, &s->place, &terms);
}

static void set_distance(struct scene *s, const struct distance_case *c)
{
    const struct vocab *v = s->vocab;

    s->need.home_region = c->home ? region(v, c->home) : REGION_NONE;
    s->need.school_region = c->school ? region(v, c->school) : REGION_NONE;
    s->query.referrer_region = c->referrer ? region(v, c->referrer) : REGION_NONE;
    s->location.region = region(v, c->place);
    s->need.threat_level = c->level;
    if (c->unsafe != NULL)
        s->need.unsafe_regions = UINT64_C(1) << region(v, c->unsafe);
    if (c->point != NULL)
        s->need.points[s->need.n_points++] = (struct unsafe_point){region(v, c->point), 15};
}

static void distance(void **state)
{
    static const struct distance_case cases[] = {
        {"at home", "R30", NULL, NULL, "R30", THREAT_GROEN, NULL, NULL, 1000},
        {"61 km, other region", "R28", NULL, NULL, "R30", THREAT_GROEN, NULL, NULL, 1000 - 244 - 120},
        {"262 km counts as 100", "R28", NULL, NULL, "R17", THREAT_GROEN, NULL, NULL, 1000 - 400 - 120},
        {"level not known is as groen", "R28", NULL, NULL, "R30", THREAT_UNKNOWN, NULL, NULL,
         1000 - 244 - 120},
        {"home not known: the referrer's region", NULL, "R28", NULL, "R30", THREAT_GROEN, NULL, NULL,
         1000 - 244 - 120},
        {"nothing known", NULL, NULL, NULL, "R30", THREAT_GROEN, NULL, NULL, 1000},
        {"school in the place's region", "R28", NULL, "R30", "R30", THREAT_GROEN, NULL, NULL, 1000 - 120},
        {"school 21 km away, place at home", "R30", NULL, "R22", "R30", THREAT_GROEN, NULL, NULL, 1000 - 84},
        {"oranje, home is where the threat is: 61 km", "R28", NULL, NULL, "R30", THREAT_ORANJE, NULL, NULL,
         1000 - 200 * 9 / 70 - 200 * 61 / 180},
        {"rood, at home", "R30", NULL, NULL, "R30", THREAT_ROOD, NULL, NULL, 1000 - 200},
        {"oranje, 262 km from all", "R28", NULL, NULL, "R17", THREAT_ORANJE, NULL, NULL, 1000 - 200},
        {"oranje, threat in R01, 85 km away", "R28", NULL, NULL, "R30", THREAT_ORANJE, "R01", NULL,
         1000 - 200 * 61 / 180},
        {"oranje, threat at a point 21 km away", "R28", NULL, NULL, "R30", THREAT_ORANJE, "R01", "R22",
         1000 - 200 * 49 / 70 - 200 * 61 / 180},
        {"oranje, home and threat not known", NULL, NULL, NULL, "R30", THREAT_ORANJE, NULL, NULL, 1000},
        {"groen does not mind the threat's distance", "R30", NULL, NULL, "R30", THREAT_GROEN, "R22", NULL,
         1000},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        set_distance(&s, &cases[i]);
        scene_ready(&s);
        if (fit_of(&s) != cases[i].want)
            fail_msg("%s: %d instead of %d", cases[i].name, fit_of(&s), cases[i].want);
    }
}

static void language_and_second_move(void **state)
{
    static const struct {
        const char *name, *language;
        bool spoken;
        enum kind kind;
        int want;
    } cases[] = {
        {"Dutch", "nl", true, KIND_CRISIS, 1000},
        {"Dutch, the house did not list it", "nl", false, KIND_CRISIS, 1000},
        {"Tigrinya, spoken", "ti", true, KIND_CRISIS, 1000},
        {"Tigrinya, not spoken", "ti", false, KIND_CRISIS, 820},
        {"none told", NULL, false, KIND_CRISIS, 1000},
        {"emergency bed", "nl", true, KIND_NOOD, 850},
        {"72-hour place", "nl", true, KIND_UUR72, 850},
        {"follow-on", "nl", true, KIND_VERVOLG, 1000},
        {"both", "ti", false, KIND_NOOD, 670},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.need.home_region = s.location.region;
        s.need.language = cases[i].language ? language(s.vocab, cases[i].language) : 255;
        s.pool.languages = cases[i].spoken ? UINT64_C(1) << s.need.language : 0;
        s.pool.kind = cases[i].kind;
        scene_ready(&s);
        if (fit_of(&s) != cases[i].want)
            fail_msg("%s: %d instead of %d", cases[i].name, fit_of(&s), cases[i].want);
    }
}

/* Two soft needs, each offered, refused or not said. */
static void soft_needs(void **state)
{
    static const struct {
        const char *name;
        enum tri needed, tolk, school;
        int want;
    } cases[] = {
        {"not needed, missing", TRI_NO, TRI_NO, TRI_NO, 1000},
        {"not known, missing", TRI_UNKNOWN, TRI_NO, TRI_NO, 1000},
        {"both there", TRI_YES, TRI_YES, TRI_YES, 1000},
        {"one missing", TRI_YES, TRI_YES, TRI_NO, 925},
        {"both missing", TRI_YES, TRI_NO, TRI_NO, 850},
        {"one not said", TRI_YES, TRI_YES, TRI_UNKNOWN, 963},
        {"both not said", TRI_YES, TRI_UNKNOWN, TRI_UNKNOWN, 925},
        {"one missing, one not said", TRI_YES, TRI_NO, TRI_UNKNOWN, 888},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.need.home_region = s.location.region;
        tri_put(&s.need.traits, trait(s.vocab, "tolk"), cases[i].needed);
        tri_put(&s.need.traits, trait(s.vocab, "school"), cases[i].needed);
        tri_put(&s.pool.traits, trait(s.vocab, "tolk"), cases[i].tolk);
        tri_put(&s.pool.traits, trait(s.vocab, "school"), cases[i].school);
        scene_ready(&s);
        if (fit_of(&s) != cases[i].want)
            fail_msg("%s: %d instead of %d", cases[i].name, fit_of(&s), cases[i].want);
    }
}

static void never_outside_its_range(void **state)
{
    struct scene s;

    scene_init(&s, *state);
    set_distance(&s, &(struct distance_case){.home = "R28", .place = "R17", .level = THREAT_GROEN});
    s.pool.kind = KIND_NOOD;
    s.need.language = language(s.vocab, "ti");
    tri_put(&s.need.traits, trait(s.vocab, "tolk"), TRI_YES);
    tri_put(&s.pool.traits, trait(s.vocab, "tolk"), TRI_NO);
    scene_ready(&s);
    assert_int_equal(fit_of(&s), 0); /* all costs together are exactly 1000 */
}

/* In the order travel costs more than in the fit, which takes no notice of what is beyond 100 km: Rotterdam
 * to Utrecht is 61 km, to Groningen 262. What the terms lose is what the order lost. */
static void the_order_minds_every_kilometre(void **state)
{
    struct scarcity_moment nothing = {0};
    struct scene s;
    struct match_terms terms;
    struct price price;
    int fit = 0;

    for (int far = 0; far <= 1; far++) {
        const struct core_settings defaults = core_settings_default();
        struct engine *e = engine_new(*state, &defaults);

        scene_init(&s, *state);
        set_distance(&s, &(struct distance_case){
                             .home = "R28", .place = far != 0 ? "R17" : "R30", .level = THREAT_GROEN});
        s.settings.price_distance = 200;
        scene_ready(&s);
        s.ctx.moment = &nothing;
        s.ctx.engine = e;
        fit = match_fit(&s.ctx, &s.place, &terms);
        assert_int_equal(match_utility(&s.ctx, &s.place, fit, &price, &terms), fit - (far != 0 ? 524 : 122));
        assert_int_equal(fit - (far != 0 ? 524 : 122), 1000 - terms.distance);
        engine_free(e);
    }
}

/* A house that is closed now but opens within half of the time that is left stands beside those that answer;
 * at code rood it stands behind them. Noon, and it opens at three: three hours of a day, of four hours. */
static void a_house_that_opens_in_time_is_not_behind(void **state)
{
    static const struct {
        enum urgency urgency;
        enum threat_level level;
        uint16_t share;
        bool later;
    } cases[] = {
        {URGENCY_VANDAAG, THREAT_GROEN, 500, false}, {URGENCY_VANDAAG, THREAT_ROOD, 500, true},
        {URGENCY_NU, THREAT_GROEN, 500, true},       {URGENCY_NU, THREAT_GROEN, 750, false},
        {URGENCY_NU, THREAT_GROEN, 749, true},       {URGENCY_DRIE_DAGEN, THREAT_ORANJE, 0, true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.need.urgency = cases[i].urgency;
        s.need.threat_level = cases[i].level;
        s.settings.wait_share = cases[i].share;
        s.location.night_intake = TRI_NO;
        s.location.intake_from_minute = 15 * 60;
        s.location.intake_until_minute = 18 * 60;
        scene_ready(&s);
        assert_int_equal(s.place.intake, INTAKE_LATER);
        if (s.place.later != cases[i].later)
            fail_msg("case %zu", i);
        s.location.intake_from_minute = 9 * 60;
        scene_ready(&s);
        assert_false(s.place.later);
    }
}

/* What must never enter the score: the age of the number and the chance of a yes (matching.md 3.3). */
static void neither_age_nor_count_enters(void **state)
{
    struct scene s;
    int fit = 0;

    scene_init(&s, *state);
    scene_ready(&s);
    fit = fit_of(&s);
    s.view.freshness = STALE;
    s.view.offerable = 1;
    s.location.answer_minutes = 240;
    scene_ready(&s);
    assert_int_equal(fit_of(&s), fit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance),
        cmocka_unit_test(language_and_second_move),
        cmocka_unit_test(soft_needs),
        cmocka_unit_test(never_outside_its_range),
        cmocka_unit_test(the_order_minds_every_kilometre),
        cmocka_unit_test(a_house_that_opens_in_time_is_not_behind),
        cmocka_unit_test(neither_age_nor_count_enters),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
