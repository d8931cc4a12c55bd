/* The rules about the household against the profile: target group, size, sexes, ages, children, sons and
 * daughters, residence, threat, traits. Unknown is tried on both sides. */
#include "support/match_builders.h"

#include "base/mem.h"

#define FITS VERDICT_FITS
#define ASK VERDICT_ASK
#define OUT VERDICT_OUT

static void expect(const char *rule, const char *name, enum verdict got, enum verdict want)
{
    if (got != want)
        fail_msg("%s, %s: %s instead of %s", rule, name, verdict_code(got), verdict_code(want));
}

static void target(void **state)
{
    static const struct {
        const char *name;
        enum kind kind;
        struct person persons[2];
        bool minor_alone;
        enum tri network;
        const char *trait; /* needed; "?..." = not known if needed */
        enum verdict want;
    } cases[] = {
        {"men's shelter, a man", KIND_MANNEN, {{SEX_M, 40}}, false, TRI_NO, NULL, FITS},
        {"men's shelter, a man and his child",
         KIND_MANNEN,
         {{SEX_M, 40}, {SEX_F, 6}},
         false,
         TRI_NO,
         NULL,
         FITS},
        {"men's shelter, a woman", KIND_MANNEN, {{SEX_F, 40}}, false, TRI_NO, NULL, OUT},
        {"men's shelter, a couple", KIND_MANNEN, {{SEX_F, 40}, {SEX_M, 40}}, false, TRI_NO, NULL, OUT},
        {"men's shelter, sex not known", KIND_MANNEN, {{SEX_UNKNOWN, 40}}, false, TRI_NO, NULL, ASK},
        {"men's shelter, sex x", KIND_MANNEN, {{SEX_X, 40}}, false, TRI_NO, NULL, ASK},
        {"men's shelter, man and sex not known",
         KIND_MANNEN,
         {{SEX_M, 40}, {SEX_UNKNOWN, 30}},
         false,
         TRI_NO,
         NULL,
         ASK},
        {"men's shelter, woman and sex not known",
         KIND_MANNEN,
         {{SEX_F, 40}, {SEX_UNKNOWN, 30}},
         false,
         TRI_NO,
         NULL,
         OUT},
        {"men's shelter, a boy of 17 only", KIND_MANNEN, {{SEX_M, 17}}, false, TRI_NO, NULL, OUT},
        {"youth place, minor alone", KIND_JEUGD, {{SEX_F, 16}}, true, TRI_NO, NULL, FITS},
        {"youth place, a woman", KIND_JEUGD, {{SEX_F, 30}}, false, TRI_NO, NULL, OUT},
        {"crisis, minor alone", KIND_CRISIS, {{SEX_F, 16}}, true, TRI_NO, NULL, OUT},
        {"COSM, minor alone, trafficking", KIND_COSM, {{SEX_F, 16}}, true, TRI_YES, NULL, OUT},
        {"crisis, trafficking", KIND_CRISIS, {{SEX_F, 30}}, false, TRI_YES, NULL, FITS},
        {"COSM, network", KIND_COSM, {{SEX_F, 30}}, false, TRI_YES, NULL, FITS},
        {"COSM, no network", KIND_COSM, {{SEX_F, 30}}, false, TRI_NO, NULL, OUT},
        {"COSM, network not known", KIND_COSM, {{SEX_F, 30}}, false, TRI_UNKNOWN, NULL, ASK},
        {"COSM, sexual exploitation", KIND_COSM, {{SEX_F, 30}}, false, TRI_NO, "uitbuiting_seksueel", FITS},
        {"OMM, labour exploitation", KIND_OMM, {{SEX_M, 30}}, false, TRI_UNKNOWN, "uitbuiting_arbeid", FITS},
        {"OMM, no network, exploitation not known",
         KIND_OMM,
         {{SEX_F, 30}},
         false,
         TRI_NO,
         "?uitbuiting_arbeid",
         ASK},
        {"OMM, honour only", KIND_OMM, {{SEX_F, 30}}, false, TRI_NO, "eer", OUT},
        {"OMM, network", KIND_OMM, {{SEX_F, 30}}, false, TRI_YES, NULL, FITS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.need.n_persons = 0;
        for (size_t p = 0; p < 2 && cases[i].persons[p].age != 0; p++)
            need_add(&s.need, cases[i].persons[p].sex, cases[i].persons[p].age);
        s.pool.kind = cases[i].kind;
        s.need.minor_alone = cases[i].minor_alone;
        tri_put(&s.need.threat_kinds, THREAT_KIND_NETWERK, cases[i].network);
        if (cases[i].trait != NULL && cases[i].trait[0] == '?')
            tri_put(&s.need.traits, trait(s.vocab, cases[i].trait + 1), TRI_UNKNOWN);
        else if (cases[i].trait != NULL)
            tri_put(&s.need.traits, trait(s.vocab, cases[i].trait), TRI_YES);
        expect("target", cases[i].name, scene_rule(&s, RULE_TARGET), cases[i].want);
    }
}

static void size(void **state)
{
    static const struct {
        const char *name;
        int persons, unit_size;
        enum tri linkable;
        int offerable, held;
        bool together;
        enum verdict want;
        int units;
    } cases[] = {
        {"one in one", 1, 1, TRI_NO, 2, 0, true, FITS, 1},
        {"size equal", 4, 4, TRI_NO, 2, 0, true, FITS, 1},
        {"one too many", 5, 4, TRI_NO, 2, 0, true, OUT, 1},
        {"one too many, linkable", 5, 4, TRI_YES, 2, 0, true, FITS, 2},
        {"twice the size, linkable", 8, 4, TRI_YES, 2, 0, true, FITS, 2},
        {"one over twice, linkable", 9, 4, TRI_YES, 6, 0, true, OUT, 1},
        {"linkable, only one offerable", 5, 4, TRI_YES, 1, 0, true, OUT, 1},
        {"linkable, none offerable: full, not small", 5, 4, TRI_YES, 0, 0, true, FITS, 2},
        {"linkable, free not said", 5, 4, TRI_YES, UNITS_UNKNOWN, 0, true, ASK, 2},
        {"linkable, free not said, one not held", 5, 4, TRI_YES, UNITS_UNKNOWN, 5, true, OUT, 1},
        {"link not known", 5, 4, TRI_UNKNOWN, 2, 0, true, ASK, 2},
        {"link not known, only one offerable", 5, 4, TRI_UNKNOWN, 1, 0, true, OUT, 1},
        {"link not known, far too many", 9, 4, TRI_UNKNOWN, 2, 0, true, OUT, 1},
        {"fits one unit, link not known", 4, 4, TRI_UNKNOWN, 2, 0, true, FITS, 1},
        {"may be split, not linkable", 5, 4, TRI_NO, 2, 0, false, FITS, 2},
        {"may be split, one offerable", 5, 4, TRI_NO, 1, 0, false, OUT, 1},
        {"may be split, far too many", 9, 4, TRI_NO, 6, 0, false, OUT, 1},
        {"largest household", 12, 6, TRI_YES, 2, 0, true, FITS, 2},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        while (s.need.n_persons < cases[i].persons)
            need_add(&s.need, SEX_F, 5);
        s.pool.unit_size = (uint8_t)cases[i].unit_size;
        s.pool.linkable = cases[i].linkable;
        s.view.offerable = cases[i].offerable;
        s.view.held = cases[i].held;
        s.need.keep_together = cases[i].together;
        expect("size", cases[i].name, scene_rule(&s, RULE_SIZE), cases[i].want);
        if (scene_match(&s).units != cases[i].units)
            fail_msg("size, %s: units", cases[i].name);
    }
}

static void sex(void **state)
{
    static const struct {
        const char *name;
        enum sex persons[2];
        enum tri women, men;
        enum verdict want;
    } cases[] = {
        {"woman, women only", {SEX_F}, TRI_YES, TRI_NO, FITS},
        {"man, women only", {SEX_M}, TRI_YES, TRI_NO, OUT},
        {"man, men only", {SEX_M}, TRI_NO, TRI_YES, FITS},
        {"woman, men only", {SEX_F}, TRI_NO, TRI_YES, OUT},
        {"couple, mixed", {SEX_F, SEX_M}, TRI_YES, TRI_YES, FITS},
        {"couple, women only", {SEX_F, SEX_M}, TRI_YES, TRI_NO, OUT},
        {"woman, women not said", {SEX_F}, TRI_UNKNOWN, TRI_NO, ASK},
        {"woman, men not said", {SEX_F}, TRI_YES, TRI_UNKNOWN, FITS},
        {"couple, men not said", {SEX_F, SEX_M}, TRI_YES, TRI_UNKNOWN, ASK},
        {"couple, men not said, women refused", {SEX_F, SEX_M}, TRI_NO, TRI_UNKNOWN, OUT},
        {"not known, mixed", {SEX_UNKNOWN + 10}, TRI_YES, TRI_YES, FITS},
        {"not known, women only", {SEX_UNKNOWN + 10}, TRI_YES, TRI_NO, ASK},
        {"not known, men only", {SEX_UNKNOWN + 10}, TRI_NO, TRI_YES, ASK},
        {"not known, neither", {SEX_UNKNOWN + 10}, TRI_NO, TRI_NO, OUT},
        {"not known, nothing said", {SEX_UNKNOWN + 10}, TRI_UNKNOWN, TRI_UNKNOWN, ASK},
        {"x, women only", {SEX_X}, TRI_YES, TRI_NO, ASK},
        {"x, mixed", {SEX_X}, TRI_YES, TRI_YES, FITS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.need.n_persons = 0;
        for (size_t p = 0; p < 2 && cases[i].persons[p] != 0; p++)
            need_add(&s.need, cases[i].persons[p] % 10, 30); /* +10 tells "not known" from "nobody" */
        s.pool.women = cases[i].women;
        s.pool.men = cases[i].men;
        expect("sex", cases[i].name, scene_rule(&s, RULE_SEX), cases[i].want);
    }
}

static void sons_and_daughters_are_not_men_and_women(void **state)
{
    struct scene s;

    scene_init(&s, *state);
    need_add(&s.need, SEX_M, 17);
    s.pool.men = TRI_NO;
    expect("sex", "mother and a son of 17, women only", scene_rule(&s, RULE_SEX), FITS);
    s.need.persons[1].age = 18;
    expect("sex", "mother and a son of 18, women only", scene_rule(&s, RULE_SEX), OUT);
}

static void adult_age(void **state)
{
    static const struct {
        const char *name;
        int ages[2];
        int min, max;
        enum verdict want;
    } cases[] = {
        {"no limits", {30}, 0, AGE_NO_LIMIT, FITS},
        {"at the minimum", {23}, 23, AGE_NO_LIMIT, FITS},
        {"a year below", {22}, 23, AGE_NO_LIMIT, OUT},
        {"at the maximum", {65}, 0, 65, FITS},
        {"a year above", {66}, 0, 65, OUT},
        {"one of two too old", {30, 66}, 0, 65, OUT},
        {"one of two too young", {19, 40}, 23, 65, OUT},
        {"not known, no limits", {AGE_UNKNOWN}, 0, AGE_NO_LIMIT, FITS},
        {"not known, minimum 18", {AGE_UNKNOWN}, 18, AGE_NO_LIMIT, FITS},
        {"not known, minimum 23", {AGE_UNKNOWN}, 23, AGE_NO_LIMIT, ASK},
        {"not known, maximum", {AGE_UNKNOWN}, 0, 65, ASK},
        {"one not known, the other too old", {AGE_UNKNOWN, 66}, 0, 65, OUT},
        {"maximum not said", {30}, 0, AGE_UNKNOWN, ASK},
        {"maximum not said, too young", {19}, 23, AGE_UNKNOWN, OUT},
        {"minimum not said", {30}, AGE_UNKNOWN, AGE_NO_LIMIT, ASK},
        {"no adults admitted", {30}, 0, AGE_NONE, OUT},
        {"no adults admitted, age not known", {AGE_UNKNOWN}, 0, AGE_NONE, OUT},
        {"children do not count", {30, 4}, 23, 65, FITS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.need.n_persons = 0;
        for (size_t p = 0; p < 2 && cases[i].ages[p] != 0; p++)
            need_add(&s.need, SEX_F, cases[i].ages[p]);
        s.pool.adult_age_min = (int16_t)cases[i].min;
        s.pool.adult_age_max = (int16_t)cases[i].max;
        expect("adult age", cases[i].name, scene_rule(&s, RULE_ADULT_AGE), cases[i].want);
    }
}

static void children(void **state)
{
    static const struct {
        const char *name;
        int child; /* age, -1 = none */
        enum tri allowed;
        enum verdict want;
    } cases[] = {
        {"none, refused", -1, TRI_NO, FITS},        {"none, not said", -1, TRI_UNKNOWN, FITS},
        {"a child, welcome", 4, TRI_YES, FITS},     {"a child, refused", 4, TRI_NO, OUT},
        {"a child, not said", 4, TRI_UNKNOWN, ASK}, {"a baby, refused", 0, TRI_NO, OUT},
        {"seventeen, refused", 17, TRI_NO, OUT},    {"eighteen, children refused", 18, TRI_NO, FITS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        if (cases[i].child >= 0)
            need_add(&s.need, SEX_F, cases[i].child);
        s.pool.children = cases[i].allowed;
        expect("children", cases[i].name, scene_rule(&s, RULE_CHILDREN), cases[i].want);
    }
}

static void sons_and_daughters(void **state)
{
    static const struct {
        const char *name;
        struct person children[3];
        int son_max, daughter_max;
        enum verdict son, daughter;
    } cases[] = {
        {"no children", {{0}}, AGE_NONE, AGE_NONE, FITS, FITS},
        {"boy of 11, to 11", {{SEX_M, 11}}, 11, 17, FITS, FITS},
        {"boy of 12, to 11", {{SEX_M, 12}}, 11, 17, OUT, FITS},
        {"boy of 17, no limit", {{SEX_M, 17}}, AGE_NO_LIMIT, 17, FITS, FITS},
        {"boy, none admitted", {{SEX_M, 1}}, AGE_NONE, 17, OUT, FITS},
        {"boy, limit not said", {{SEX_M, 3}}, AGE_UNKNOWN, 17, ASK, FITS},
        {"girl only, sons not said", {{SEX_F, 16}}, AGE_UNKNOWN, 17, FITS, FITS},
        {"girl of 12, daughters to 11", {{SEX_F, 12}}, 17, 11, FITS, OUT},
        {"girl of 11, daughters to 11", {{SEX_F, 11}}, 17, 11, FITS, FITS},
        {"girl, none admitted", {{SEX_F, 1}}, 17, AGE_NONE, FITS, OUT},
        {"girl, limit not said", {{SEX_F, 3}}, 17, AGE_UNKNOWN, FITS, ASK},
        {"the oldest son decides", {{SEX_M, 9}, {SEX_M, 14}, {SEX_M, 2}}, 13, 17, OUT, FITS},
        {"older girl does not", {{SEX_M, 9}, {SEX_F, 14}}, 13, 17, FITS, FITS},
        {"not known, passes both", {{SEX_UNKNOWN, 11}}, 11, 17, FITS, FITS},
        {"not known, fails as a son", {{SEX_UNKNOWN, 12}}, 11, 17, ASK, FITS},
        {"not known, fails as a daughter", {{SEX_UNKNOWN, 12}}, 17, 11, FITS, ASK},
        {"not known, fails both", {{SEX_UNKNOWN, 12}}, 11, 11, OUT, OUT},
        {"x, fails as a son", {{SEX_X, 12}}, 11, 17, ASK, FITS},
        {"x, fails both", {{SEX_X, 17}}, 11, 11, OUT, OUT},
        {"not known, sons not said", {{SEX_UNKNOWN, 12}}, AGE_UNKNOWN, 17, ASK, FITS},
        {"not known, fails as a son, daughters not said", {{SEX_UNKNOWN, 12}}, 11, AGE_UNKNOWN, ASK, ASK},
        {"boy too old and one not known", {{SEX_M, 15}, {SEX_UNKNOWN, 12}}, 11, 17, OUT, FITS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        for (size_t p = 0; p < 3 && cases[i].children[p].age != 0; p++)
            need_add(&s.need, cases[i].children[p].sex, cases[i].children[p].age);
        s.pool.son_age_max = (int16_t)cases[i].son_max;
        s.pool.daughter_age_max = (int16_t)cases[i].daughter_max;
        expect("son", cases[i].name, scene_rule(&s, RULE_SON), cases[i].son);
        expect("daughter", cases[i].name, scene_rule(&s, RULE_DAUGHTER), cases[i].daughter);
    }
}

static void residence(void **state)
{
    static const uint64_t all = (1u << RESIDENCE_N) - 1;
    static const uint64_t legal = 1u << RESIDENCE_NL | 1u << RESIDENCE_EU | 1u << RESIDENCE_VERGUNNING;
    static const uint64_t nobody = 1u << RESIDENCE_GEEN;
    static const struct {
        const char *name;
        enum residence residence;
        enum kind kind;
        struct tri_set admitted;
        enum verdict want;
    } cases[] = {
        {"Dutch", RESIDENCE_NL, KIND_CRISIS, {legal, nobody}, FITS},
        {"none, refused", RESIDENCE_GEEN, KIND_CRISIS, {legal, nobody}, OUT},
        {"none, refused, emergency bed", RESIDENCE_GEEN, KIND_NOOD, {legal, nobody}, OUT},
        {"Dublin, not said", RESIDENCE_DUBLIN, KIND_CRISIS, {legal, nobody}, ASK},
        {"reflection period, welcome", RESIDENCE_BEDENKTIJD, KIND_CRISIS, {all, 0}, FITS},
        {"not known, crisis", RESIDENCE_ONBEKEND, KIND_CRISIS, {legal, nobody}, ASK},
        {"not known, nothing said", RESIDENCE_ONBEKEND, KIND_CRISIS, {0, 0}, ASK},
        {"not known, all known ones welcome", RESIDENCE_ONBEKEND, KIND_CRISIS, {all & ~1u, 0}, FITS},
        {"not known, said to be welcome", RESIDENCE_ONBEKEND, KIND_CRISIS, {1u, nobody}, FITS},
        {"not known, said to be refused", RESIDENCE_ONBEKEND, KIND_CRISIS, {legal, 1u}, ASK},
        {"not known, emergency bed", RESIDENCE_ONBEKEND, KIND_NOOD, {legal, nobody}, FITS},
        {"not known, 72-hour place", RESIDENCE_ONBEKEND, KIND_UUR72, {0, 1u}, FITS},
        {"not known, follow-on", RESIDENCE_ONBEKEND, KIND_VERVOLG, {legal, nobody}, ASK},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.need.residence = cases[i].residence;
        s.pool.kind = cases[i].kind;
        s.pool.residences = cases[i].admitted;
        expect("residence", cases[i].name, scene_rule(&s, RULE_RESIDENCE), cases[i].want);
    }
}

#define L(level) (UINT64_C(1) << THREAT_##level)

static void threat_level(void **state)
{
    static const struct {
        const char *name;
        enum threat_level level;
        struct tri_set carried;
        enum verdict want;
    } cases[] = {
        {"groen, carried", THREAT_GROEN, {L(GROEN) | L(ORANJE), L(ROOD)}, FITS},
        {"oranje, carried", THREAT_ORANJE, {L(GROEN) | L(ORANJE), L(ROOD)}, FITS},
        {"rood, refused", THREAT_ROOD, {L(GROEN) | L(ORANJE), L(ROOD)}, OUT},
        {"rood, not said", THREAT_ROOD, {L(GROEN) | L(ORANJE), 0}, ASK},
        {"groen, only rood carried", THREAT_GROEN, {L(ROOD), L(GROEN) | L(ORANJE)}, OUT},
        {"not known, all carried", THREAT_UNKNOWN, {L(GROEN) | L(ORANJE) | L(ROOD), 0}, FITS},
        {"not known, rood not said", THREAT_UNKNOWN, {L(GROEN) | L(ORANJE), 0}, FITS},
        {"not known, rood refused", THREAT_UNKNOWN, {L(GROEN) | L(ORANJE), L(ROOD)}, ASK},
        {"not known, groen refused", THREAT_UNKNOWN, {L(ROOD), L(GROEN)}, ASK},
        {"not known, nothing said", THREAT_UNKNOWN, {0, 0}, FITS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        s.need.threat_level = cases[i].level;
        s.pool.threat_levels = cases[i].carried;
        expect("threat level", cases[i].name, scene_rule(&s, RULE_THREAT_LEVEL), cases[i].want);
    }
}

static void threat_kind(void **state)
{
    static const struct {
        const char *name;
        enum tri honour, network;         /* of the household */
        enum tri takes_honour, takes_net; /* of the house */
        enum verdict want;
    } cases[] = {
        {"neither", TRI_NO, TRI_NO, TRI_NO, TRI_NO, FITS},
        {"honour, carried", TRI_YES, TRI_NO, TRI_YES, TRI_NO, FITS},
        {"honour, refused", TRI_YES, TRI_NO, TRI_NO, TRI_YES, OUT},
        {"honour, not said", TRI_YES, TRI_NO, TRI_UNKNOWN, TRI_YES, ASK},
        {"both, one refused", TRI_YES, TRI_YES, TRI_YES, TRI_NO, OUT},
        {"both, one not said, one refused", TRI_YES, TRI_YES, TRI_UNKNOWN, TRI_NO, OUT},
        {"not known, refused", TRI_UNKNOWN, TRI_NO, TRI_NO, TRI_YES, ASK},
        {"not known, carried", TRI_UNKNOWN, TRI_NO, TRI_YES, TRI_YES, FITS},
        {"not known, not said", TRI_UNKNOWN, TRI_NO, TRI_UNKNOWN, TRI_YES, FITS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;

        scene_init(&s, *state);
        tri_put(&s.need.threat_kinds, THREAT_KIND_EER, cases[i].honour);
        tri_put(&s.need.threat_kinds, THREAT_KIND_NETWERK, cases[i].network);
        tri_put(&s.pool.threat_kinds, THREAT_KIND_EER, cases[i].takes_honour);
        tri_put(&s.pool.threat_kinds, THREAT_KIND_NETWERK, cases[i].takes_net);
        expect("threat kind", cases[i].name, scene_rule(&s, RULE_THREAT_KIND), cases[i].want);
    }
}

static void traits(void **state)
{
    static const struct {
        const char *name, *trait;
        enum tri needed, offered;
        enum verdict want;
    } cases[] = {
        {"must, offered", "rolstoel", TRI_YES, TRI_YES, FITS},
        {"must, not there", "rolstoel", TRI_YES, TRI_NO, OUT},
        {"must, not said", "rolstoel", TRI_YES, TRI_UNKNOWN, ASK},
        {"must, not needed, not there", "rolstoel", TRI_NO, TRI_NO, FITS},
        {"must, not known, not there", "rolstoel", TRI_UNKNOWN, TRI_NO, ASK},
        {"must, not known, offered", "rolstoel", TRI_UNKNOWN, TRI_YES, FITS},
        {"must, neither known", "rolstoel", TRI_UNKNOWN, TRI_UNKNOWN, FITS},
        {"refusal, taken", "ggz", TRI_YES, TRI_YES, FITS},
        {"refusal, refused", "ggz", TRI_YES, TRI_NO, OUT},
        {"refusal, not said", "ggz", TRI_YES, TRI_UNKNOWN, ASK},
        {"refusal, not known, refused", "ggz", TRI_UNKNOWN, TRI_NO, ASK},
        {"refusal, not needed, refused", "ggz", TRI_NO, TRI_NO, FITS},
        {"soft, offered", "tolk", TRI_YES, TRI_YES, FITS},
        {"soft, not there", "tolk", TRI_YES, TRI_NO, FITS},
        {"soft, not said", "tolk", TRI_YES, TRI_UNKNOWN, FITS},
        {"soft, not known, not there", "tolk", TRI_UNKNOWN, TRI_NO, FITS},
        {"dog, refused", "huisdier_hond", TRI_YES, TRI_NO, OUT},
        {"dog, welcome", "huisdier_hond", TRI_YES, TRI_YES, FITS},
        {"last bit in use", "zintuig", TRI_YES, TRI_NO, FITS},
        {"first bit", "ggz", TRI_YES, TRI_NO, OUT},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene s;
        unsigned bit;

        scene_init(&s, *state);
        bit = trait(s.vocab, cases[i].trait);
        tri_put(&s.need.traits, bit, cases[i].needed);
        tri_put(&s.pool.traits, bit, cases[i].offered);
        expect("trait", cases[i].name, scene_rule(&s, RULE_TRAIT), cases[i].want);
    }
}

static void traits_from_other_facts(void **state)
{
    struct scene s;

    scene_init(&s, *state);
    s.need.persons[0].pregnant = true;
    tri_put(&s.pool.traits, trait(s.vocab, "zwanger"), TRI_NO);
    expect("trait", "a pregnancy told with the person", scene_rule(&s, RULE_TRAIT), OUT);

    scene_init(&s, *state);
    tri_put(&s.need.traits, trait(s.vocab, "geheim_adres"), TRI_YES);
    tri_put(&s.pool.traits, trait(s.vocab, "geheim_adres"), TRI_UNKNOWN);
    s.location.secret_address = TRI_YES;
    expect("trait", "the location says that it is secret", scene_rule(&s, RULE_TRAIT), FITS);
    s.location.secret_address = TRI_NO;
    expect("trait", "the location says that it is not secret", scene_rule(&s, RULE_TRAIT), OUT);
    s.location.secret_address = TRI_UNKNOWN;
    expect("trait", "nobody says whether it is secret", scene_rule(&s, RULE_TRAIT), ASK);

    scene_init(&s, *state);
    tri_put(&s.need.traits, trait(s.vocab, "beveiliging_24u"), TRI_YES);
    tri_put(&s.pool.traits, trait(s.vocab, "beveiliging_24u"), TRI_UNKNOWN);
    s.location.guard_24h = TRI_YES;
    expect("trait", "the location says that it is guarded", scene_rule(&s, RULE_TRAIT), FITS);
    tri_put(&s.pool.traits, trait(s.vocab, "beveiliging_24u"), TRI_NO);
    expect("trait", "the pool's own word goes first", scene_rule(&s, RULE_TRAIT), OUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(target),
        cmocka_unit_test(size),
        cmocka_unit_test(sex),
        cmocka_unit_test(sons_and_daughters_are_not_men_and_women),
        cmocka_unit_test(adult_age),
        cmocka_unit_test(children),
        cmocka_unit_test(sons_and_daughters),
        cmocka_unit_test(residence),
        cmocka_unit_test(threat_level),
        cmocka_unit_test(threat_kind),
        cmocka_unit_test(traits),
        cmocka_unit_test(traits_from_other_facts),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
