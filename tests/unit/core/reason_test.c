/* What is said, with which details, and what is left unsaid. */
#include "support/match_builders.h"

#include "core/reason.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <string.h>

/* Texts and pages go by the code's first word: it must tell the tone. */
static void codes_tell_their_tone(void **state)
{
    (void)state;
    for (unsigned i = 0; i < REASON_N; i++) {
        const struct reason_row *r = reason_row((enum reason_code)i);
        bool ask = strncmp(r->code, "ask_", 4) == 0;
        bool out = strncmp(r->code, "out_", 4) == 0;

        assert_int_equal(r->tone == TONE_QUESTION, ask);
        assert_int_equal(r->tone == TONE_AGAINST, out);
        assert_int_equal(r->tone == TONE_RANK, strncmp(r->code, "rank_", 5) == 0);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(r->code, reason_row((enum reason_code)j)->code);
    }
    assert_string_equal(reason_row(REASON_OUT_SON)->code, "out_son");
    assert_int_equal(reason_row(REASON_OUT_SON)->a, DETAIL_years);
    assert_int_equal(reason_row(REASON_OUT_UNSAFE_NEAR)->b, DETAIL_minutes);
}

/* Change the scene so that CODE is stated; set the details it must carry. False: stated elsewhere in tests.
 */
static bool provoke(struct scene *s, enum reason_code code, int *a, int *b)
{
    const struct vocab *v = s->vocab;

    *a = *b = 0;
    switch (code) {
    case REASON_KNOWN_HOUSE:  /* it takes an earlier stay: stay/return_test.c */
    case REASON_OUT_CONFLICT: /* and these what was before: match_houses_test.c */
    case REASON_OUT_TURNED_AWAY:
    case REASON_OUT_UNWANTED:
    case REASON_ASK_LEFT_UNSAFE:
    case REASON_ASK_TURNED_AWAY:
    case REASON_ASK_UNWANTED:
        return false;
    case REASON_ROOM:
        *a = 1, *b = 4;
        return true;
    case REASON_ROOM_LINKED:
    case REASON_ROOM_APART:
    case REASON_ASK_LINK:
    case REASON_OUT_SIZE:
        while (s->need.n_persons < 5)
            need_add(&s->need, SEX_F, 5);
        s->pool.linkable = code == REASON_ROOM_LINKED ? TRI_YES
                           : code == REASON_ASK_LINK  ? TRI_UNKNOWN
                                                      : TRI_NO;
        s->need.keep_together = code != REASON_ROOM_APART;
        *a = 5, *b = 4;
        return true;
    case REASON_THREAT_OK:
    case REASON_OUT_THREAT_LEVEL:
    case REASON_ASK_THREAT_LEVEL:
        s->need.threat_level = THREAT_ORANJE;
        tri_put(&s->pool.threat_levels, THREAT_ORANJE,
                code == REASON_THREAT_OK          ? TRI_YES
                : code == REASON_OUT_THREAT_LEVEL ? TRI_NO
                                                  : TRI_UNKNOWN);
        *a = THREAT_ORANJE;
        return true;
    case REASON_OUTSIDE_UNSAFE:
        s->need.unsafe_regions = 1;
        return true;
    case REASON_SECRET:
        return true;
    case REASON_GUARDED:
        s->need.threat_level = THREAT_ROOD;
        s->location.guard_24h = TRI_YES;
        return true;
    case REASON_TRAIT_OFFERED:
    case REASON_ASK_TRAIT:
    case REASON_OUT_TRAIT:
        *a = (int)trait(v, "rolstoel");
        tri_put(&s->need.traits, (unsigned)*a, TRI_YES);
        tri_put(&s->pool.traits, (unsigned)*a,
                code == REASON_TRAIT_OFFERED ? TRI_YES
                : code == REASON_OUT_TRAIT   ? TRI_NO
                                             : TRI_UNKNOWN);
        return true;
    case REASON_ASK_TRAIT_NEED:
        *a = (int)trait(v, "ggz");
        tri_put(&s->need.traits, (unsigned)*a, TRI_UNKNOWN);
        tri_put(&s->pool.traits, (unsigned)*a, TRI_NO);
        return true;
    case REASON_TRAIT_SOFT_MISSING:
        *a = (int)trait(v, "tolk");
        tri_put(&s->need.traits, (unsigned)*a, TRI_YES);
        tri_put(&s->pool.traits, (unsigned)*a, TRI_NO);
        return true;
    case REASON_LANGUAGE_SPOKEN:
    case REASON_LANGUAGE_BY_PHONE:
        s->need.language = language(v, "ti");
        s->pool.languages = code == REASON_LANGUAGE_SPOKEN ? UINT64_MAX : 1;
        *a = s->need.language;
        return true;
    case REASON_SON_OK:
    case REASON_OUT_SON:
    case REASON_ASK_SON:
        need_add(&s->need, SEX_M, 12);
        s->pool.son_age_max = code == REASON_SON_OK ? 13 : code == REASON_OUT_SON ? 11 : AGE_UNKNOWN;
        *a = 12, *b = code == REASON_SON_OK ? 13 : code == REASON_OUT_SON ? 11 : 0;
        return true;
    case REASON_OUT_DAUGHTER:
    case REASON_ASK_DAUGHTER:
        need_add(&s->need, SEX_F, 12);
        s->pool.daughter_age_max = code == REASON_OUT_DAUGHTER ? AGE_NONE : AGE_UNKNOWN;
        *a = 12, *b = code == REASON_OUT_DAUGHTER ? AGE_NONE : 0;
        return true;
    case REASON_RESIDENCE_OK:
    case REASON_ASK_RESIDENCE:
    case REASON_OUT_RESIDENCE:
        s->need.residence = RESIDENCE_DUBLIN;
        tri_put(&s->pool.residences, RESIDENCE_DUBLIN,
                code == REASON_RESIDENCE_OK    ? TRI_YES
                : code == REASON_OUT_RESIDENCE ? TRI_NO
                                               : TRI_UNKNOWN);
        *a = RESIDENCE_DUBLIN;
        return true;
    case REASON_NIGHT_OK:
        s->query.now_ms = NIGHT_MS;
        return true;
    case REASON_NEAR:
        s->need.home_region = s->location.region;
        *a = 15;
        return true;
    case REASON_FAR:
        s->location.region = region(v, "R17");
        *a = 187;
        return true;
    case REASON_SHORT_STAY:
        s->pool.kind = KIND_NOOD;
        *a = 72;
        return true;
    case REASON_OPENS_LATER:
    case REASON_OUT_NIGHT:
        s->query.now_ms = NIGHT_MS;
        s->query.deadline_ms = NIGHT_MS + (code == REASON_OUT_NIGHT ? 4 : 6) * MS_HOUR;
        s->location.night_intake = TRI_NO;
        *a = 480;
        return true;
    case REASON_ASK_NIGHT:
        s->query.now_ms = NIGHT_MS;
        s->location.night_intake = TRI_UNKNOWN;
        return true;
    case REASON_AGEING:
    case REASON_ASK_STALE:
        s->view.freshness = code == REASON_AGEING ? AGEING : STALE;
        s->seen.observed_at_ms = s->query.now_ms - 5 * MS_HOUR;
        *a = 5;
        return true;
    case REASON_LAST_UNIT:
        s->view.offerable = 1;
        return true;
    case REASON_ASK_FREE:
        s->view.offerable = UNITS_UNKNOWN;
        return true;
    case REASON_ASK_STAFF:
    case REASON_OUT_STAFF:
        s->seen.deliverable = code == REASON_ASK_STAFF ? TRI_UNKNOWN : TRI_NO;
        return true;
    case REASON_ASK_WOMEN:
    case REASON_OUT_WOMEN:
        s->pool.women = code == REASON_ASK_WOMEN ? TRI_UNKNOWN : TRI_NO;
        return true;
    case REASON_ASK_MEN:
    case REASON_OUT_MEN:
        need_add(&s->need, SEX_M, 30);
        s->pool.men = code == REASON_ASK_MEN ? TRI_UNKNOWN : TRI_NO;
        return true;
    case REASON_ASK_SEX:
        s->need.persons[0].sex = SEX_UNKNOWN;
        s->pool.men = TRI_NO;
        return true;
    case REASON_ASK_ADULT_AGE:
        s->need.persons[0].age = AGE_UNKNOWN;
        s->pool.adult_age_min = 23;
        *a = 23, *b = AGE_NO_LIMIT;
        return true;
    case REASON_OUT_ADULT_AGE:
        s->pool.adult_age_max = 27;
        *a = 30, *b = 27;
        return true;
    case REASON_ASK_CHILDREN:
    case REASON_OUT_CHILDREN:
        need_add(&s->need, SEX_F, 3);
        s->pool.children = code == REASON_ASK_CHILDREN ? TRI_UNKNOWN : TRI_NO;
        return true;
    case REASON_ASK_THREAT_KIND:
    case REASON_OUT_THREAT_KIND:
        tri_put(&s->need.threat_kinds, THREAT_KIND_EER, TRI_YES);
        tri_put(&s->pool.threat_kinds, THREAT_KIND_EER,
                code == REASON_OUT_THREAT_KIND ? TRI_NO : TRI_UNKNOWN);
        *a = THREAT_KIND_EER;
        return true;
    case REASON_ASK_SERVES:
        s->need.home_region = REGION_NONE;
        s->pool.serves_regions = 1;
        return true;
    case REASON_OUT_SERVES:
        s->pool.serves_regions = 1;
        *a = s->need.home_region;
        return true;
    case REASON_OUT_STOP:
        s->view.stopped = true;
        return true;
    case REASON_OUT_FULL:
        s->view.offerable = 0;
        *a = 6;
        return true;
    case REASON_OUT_UNSAFE_REGION:
        s->need.unsafe_regions = UINT64_C(1) << s->location.region;
        *a = s->location.region;
        return true;
    case REASON_OUT_UNSAFE_NEAR:
        s->need.points[s->need.n_points++] = (struct unsafe_point){region(v, "R28"), 90};
        *a = region(v, "R28"), *b = 60;
        return true;
    case REASON_OUT_COMENSHA:
    case REASON_OUT_GI:
        s->pool.gatekeeper = code == REASON_OUT_GI ? GATEKEEPER_GI : GATEKEEPER_COMENSHA;
        return true;
    case REASON_OUT_TARGET:
        s->pool.kind = KIND_MANNEN;
        *a = KIND_MANNEN;
        return true;
    case REASON_ASK_TIER:
    case REASON_OUT_TIER:
        s->pool.kind = KIND_BEVEILIGD;
        if (code == REASON_ASK_TIER)
            s->need.threat_level = THREAT_UNKNOWN;
        *a = KIND_BEVEILIGD;
        return true;
    case REASON_OUT_ASKED: /* match_order_test.c */
    case REASON_OUT_DECLINED:
    case REASON_RANK_BEST: /* of places beside each other: match_rank_why_test.c */
    case REASON_RANK_ASK:
    case REASON_RANK_HELD:
    case REASON_RANK_LATER:
    case REASON_RANK_STALE:
    case REASON_RANK_SCARCE:
    case REASON_RANK_SCARCE_MANY:
    case REASON_RANK_FARTHER:
    case REASON_RANK_LANGUAGE:
    case REASON_RANK_SOFT:
    case REASON_RANK_SECOND_MOVE:
    case REASON_RANK_EQUAL:
    case REASON_N:
        break;
    }
    return false;
}

static void every_fact_is_said_with_its_details(void **state)
{
    for (unsigned i = 0; i < REASON_N; i++) {
        const struct reason_row *row = reason_row((enum reason_code)i);
        const struct reason *r = NULL;
        struct pool_match m;
        struct scene s;
        int a = 0;
        int b = 0;

        scene_init(&s, *state);
        if (!provoke(&s, (enum reason_code)i, &a, &b))
            continue;
        m = scene_match(&s);
        r = find_reason(&m, (enum reason_code)i);
        if (r == NULL)
            fail_msg("%s is not said", row->code);
        if (r->a != a || r->b != b)
            fail_msg("%s: %d, %d instead of %d, %d", row->code, r->a, r->b, a, b);
        if (row->tone == TONE_AGAINST && (m.verdict != VERDICT_OUT || r != &m.reasons[0] || m.n_reasons != 1))
            fail_msg("%s: not the one reason of a place that is out", row->code);
        if (row->tone == TONE_QUESTION && m.verdict != VERDICT_ASK)
            fail_msg("%s: verdict %s", row->code, verdict_code(m.verdict));
        if (row->tone < TONE_QUESTION && m.verdict != VERDICT_FITS)
            fail_msg("%s: verdict %s", row->code, verdict_code(m.verdict));
    }
}

/* The plain scene: what nobody would weigh is not said. */
static void plain_facts_stay_unsaid(void **state)
{
    static const enum reason_code want[] = {REASON_ROOM, REASON_THREAT_OK, REASON_SECRET};
    struct pool_match m;
    struct scene s;

    scene_init(&s, *state);
    m = scene_match(&s);
    assert_int_equal(m.n_reasons, COUNT_OF(want));
    for (unsigned i = 0; i < COUNT_OF(want); i++)
        assert_int_equal(m.reasons[i].code, want[i]);

    need_add(&s.need, SEX_M, 4); /* a little boy decides nothing */
    m = scene_match(&s);
    assert_false(says(&m, REASON_SON_OK));
    s.location.guard_24h = TRI_YES; /* nobody asked for guards */
    m = scene_match(&s);
    assert_false(says(&m, REASON_GUARDED));
    s.need.threat_level = THREAT_ORANJE; /* near is not good news then */
    s.need.home_region = s.location.region;
    m = scene_match(&s);
    assert_false(says(&m, REASON_NEAR));
}

static void a_fact_is_said_once(void **state)
{
    struct pool_match m;
    struct scene s;

    scene_init(&s, *state);
    tri_put(&s.need.traits, trait(s.vocab, "geheim_adres"), TRI_YES);
    m = scene_match(&s);
    assert_true(says(&m, REASON_SECRET));
    assert_false(says(&m, REASON_TRAIT_OFFERED));

    /* Target and scarcity end in the same question. */
    scene_init(&s, *state);
    s.query.role = ROLE_COMENSHA;
    s.pool.kind = KIND_COSM;
    tri_put(&s.need.threat_kinds, THREAT_KIND_NETWERK, TRI_UNKNOWN);
    m = scene_match(&s);
    assert_int_equal(m.ask_mask, 1u << RULE_TARGET | 1u << RULE_TIER);
    assert_true(says(&m, REASON_ASK_THREAT_KIND));
    assert_int_equal(m.n_reasons, 4);

    /* Never reported: one question, not three. */
    scene_init(&s, *state);
    s.view = (struct pool_view){.offerable = UNITS_UNKNOWN, .freshness = NOT_KNOWN};
    m = scene_match(&s);
    assert_int_equal(find_reason(&m, REASON_ASK_STALE)->a, 0);
    assert_false(says(&m, REASON_ASK_FREE));
    assert_false(says(&m, REASON_ASK_STAFF));
}

/* A question that does not decide may stand with a place that fits. */
static void tasks_for_later(void **state)
{
    struct pool_match m;
    struct scene s;

    scene_init(&s, *state);
    s.pool.kind = KIND_NOOD;
    s.need.residence = RESIDENCE_ONBEKEND;
    m = scene_match(&s);
    assert_int_equal(m.verdict, VERDICT_FITS);
    assert_true(says(&m, REASON_ASK_RESIDENCE));

    scene_init(&s, *state);
    tri_put(&s.need.traits, trait(s.vocab, "tolk"), TRI_YES);
    tri_put(&s.pool.traits, trait(s.vocab, "tolk"), TRI_UNKNOWN);
    m = scene_match(&s);
    assert_int_equal(m.verdict, VERDICT_FITS);
    assert_true(says(&m, REASON_ASK_TRAIT));
    assert_false(says(&m, REASON_TRAIT_SOFT_MISSING));
}

static void first_failing_rule_first_and_all_of_them(void **state)
{
    static const enum reason_code want[] = {REASON_OUT_STOP, REASON_OUT_FULL, REASON_OUT_WOMEN,
                                            REASON_OUT_THREAT_LEVEL};
    struct pool_match m;
    struct scene s;

    scene_init(&s, *state);
    tri_put(&s.pool.threat_levels, THREAT_GROEN, TRI_NO);
    s.pool.women = TRI_NO;
    s.view.offerable = 0;
    s.view.stopped = true;
    m = scene_match(&s);
    assert_int_equal(m.n_reasons, COUNT_OF(want));
    for (unsigned i = 0; i < COUNT_OF(want); i++)
        assert_int_equal(m.reasons[i].code, want[i]);
}

/* Everything wrong at once, with many details: still one line for each failing rule. */
static void there_is_room_for_every_rule(void **state)
{
    struct match_judgement j;
    struct pool_match m;
    struct scene s;

    scene_init(&s, *state);
    s.view.stopped = true;
    s.view.offerable = 0;
    s.seen.deliverable = TRI_NO;
    s.pool.kind = KIND_BEVEILIGD;
    s.pool.gatekeeper = GATEKEEPER_COMENSHA;
    s.need.minor_alone = true;
    s.pool.unit_size = 1;
    s.pool.women = s.pool.men = s.pool.children = TRI_NO;
    s.pool.adult_age_max = AGE_NONE;
    s.pool.son_age_max = s.pool.daughter_age_max = AGE_NONE;
    need_add(&s.need, SEX_M, 30);
    need_add(&s.need, SEX_F, 10);
    need_add(&s.need, SEX_M, 10);
    s.pool.residences = (struct tri_set){.no = UINT64_MAX};
    s.pool.threat_levels = (struct tri_set){.no = UINT64_MAX};
    s.pool.threat_kinds = (struct tri_set){.no = UINT64_MAX};
    s.need.threat_kinds = (struct tri_set){.yes = (1u << THREAT_KIND_N) - 1};
    s.pool.traits = (struct tri_set){.no = UINT64_MAX};
    s.need.traits.no = UINT64_C(1) << trait(s.vocab, "beveiliging_24u");
    s.need.traits.yes = (UINT64_C(1) << vocab_traits(s.vocab)) - 1 - s.need.traits.no;
    s.pool.serves_regions = 0;
    s.location.night_intake = TRI_NO;
    s.query.now_ms = NIGHT_MS;
    s.query.deadline_ms = NIGHT_MS + 4 * MS_HOUR;
    s.need.urgency = URGENCY_NU;
    for (int i = 0; i < NEED_POINTS_MAX; i++)
        s.need.points[s.need.n_points++] = (struct unsafe_point){(uint8_t)i, 1000};
    scene_ready(&s);
    s.ctx.asked[s.ctx.n_asked++] = (struct match_asked){.pool = {1}};

    match_judge(&s.ctx, &s.place, &j);
    assert_int_equal(j.out_mask, (1u << RULE_STALE) - 1); /* all that can exclude */
    m = (struct pool_match){.verdict = j.verdict, .out_mask = j.out_mask, .units = 1, .minutes = -1};
    match_explain(&s.ctx, &s.place, &m);
    assert_int_equal(m.n_reasons, MATCH_REASONS_MAX);
    for (unsigned i = 0; i < m.n_reasons; i++) {
        assert_int_equal(reason_row((enum reason_code)m.reasons[i].code)->tone, TONE_AGAINST);
        for (unsigned k = 0; k < i; k++)
            assert_true(m.reasons[k].code <= m.reasons[i].code); /* the list of reasons goes as the rules */
    }
    assert_int_equal(m.reasons[0].code, REASON_OUT_ASKED);
    assert_int_equal(m.reasons[19].code, REASON_OUT_TIER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_tell_their_tone),
        cmocka_unit_test(every_fact_is_said_with_its_details),
        cmocka_unit_test(plain_facts_stay_unsaid),
        cmocka_unit_test(a_fact_is_said_once),
        cmocka_unit_test(tasks_for_later),
        cmocka_unit_test(first_failing_rule_first_and_all_of_them),
        cmocka_unit_test(there_is_room_for_every_rule),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
