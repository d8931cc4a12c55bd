/* The tables of states in core/README.md are those of the code: each move that they tell is one that
 * x_may_become allows, and each that it allows is told, for all pairs. */
#include "support/match_builders.h"

#include "base/mem.h"
#include "core/care/care.h"
#include "core/gate/gate.h"
#include "core/handover/handover.h"
#include "core/nobed/bridge.h"
#include "core/referral.h"
#include "core/request.h"
#include "core/safety/safety.h"
#include "core/stay/stay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define README "/broker/core/README.md"
#define STATES_MAX 16
#define CELL_SIZE 200

struct told {
    const char *name;
    unsigned n;
    const char *(*code)(unsigned s);
    bool (*may)(unsigned from, unsigned to);
};

/* The codes and the moves of each kind of state, as functions of numbers. */
#define STATES(name, enum_name, moves, codes)                                                                \
    static const char *name##_code_of(unsigned s)                                                            \
    {                                                                                                        \
        return codes((enum enum_name)s);                                                                     \
    }                                                                                                        \
    static bool name##_may(unsigned from, unsigned to)                                                       \
    {                                                                                                        \
        return moves((enum enum_name)from, (enum enum_name)to);                                              \
    }

STATES(referral, referral_state, referral_may_become, referral_state_code)
STATES(request, request_state, request_may_become, request_state_code)
STATES(bridge, bridge_state, bridge_may_become, bridge_state_code)
STATES(gate, gate_state, gate_may_become, gate_state_code)
STATES(stay, stay_state, stay_may_become, stay_state_code)
STATES(clock, clock_state, clock_may_become, clock_state_code)
STATES(mdo, mdo_state, mdo_may_become, mdo_state_code)
STATES(participant, participant_state, participant_may_become, participant_state_code)
STATES(item, item_state, item_may_become, item_state_code)
STATES(regie, regie_state, regie_may_become, regie_state_code)
STATES(consult, consult_state, consult_may_become, consult_state_code)
STATES(key, org_key_state, org_key_may_become, org_key_state_code)
STATES(note, note_state, note_may_become, note_state_code)
STATES(leak, leak_state, leak_may_become, leak_state_code)
STATES(conflict, conflict_state, conflict_may_become, conflict_state_code)

static const struct told all[] = {
    {"referral", REFERRAL_STATE_N, referral_code_of, referral_may},
    {"request", REQUEST_STATE_N, request_code_of, request_may},
    {"bridge", BRIDGE_STATE_N, bridge_code_of, bridge_may},
    {"gate_request", GATE_STATE_N, gate_code_of, gate_may},
    {"stay", STAY_STATE_N, stay_code_of, stay_may},
    {"clock", CLOCK_STATE_N, clock_code_of, clock_may},
    {"mdo", MDO_STATE_N, mdo_code_of, mdo_may},
    {"participant", PARTICIPANT_STATE_N, participant_code_of, participant_may},
    {"item", ITEM_STATE_N, item_code_of, item_may},
    {"regie", REGIE_STATE_N, regie_code_of, regie_may},
    {"consult", CONSULT_STATE_N, consult_code_of, consult_may},
    {"key", ORG_KEY_STATE_N, key_code_of, key_may},
    {"note", NOTE_STATE_N, note_code_of, note_may},
    {"leak", LEAK_STATE_N, leak_code_of, leak_may},
    {"conflict", CONFLICT_STATE_N, conflict_code_of, conflict_may},
};

static char *read_readme(void)
{
    FILE *f = fopen(PLEK_SOURCE_DIR README, "re");
    char *text = mem_new(1, 256 * 1024);

    assert_non_null(f);
    assert_true(fread(text, 1, 256 * 1024 - 1, f) > 0);
    fclose(f);
    return text;
}

/* A bit per state that CELL ("open, asked") names. */
static unsigned states_in(const struct told *t, char *cell)
{
    unsigned set = 0;
    char *rest = NULL;

    for (char *word = strtok_r(cell, ", ", &rest); word != NULL; word = strtok_r(NULL, ", ", &rest)) {
        unsigned s = 0;

        while (s < t->n && strcmp(t->code(s), word) != 0)
            s++;
        if (s == t->n)
            fail_msg("README: %s has no state '%s'", t->name, word);
        set |= 1u << s;
    }
    return set;
}

/* The moves that the table of T tells, a bit per state that may follow. */
static void read_table(const struct told *t, const char *readme, unsigned moves[STATES_MAX])
{
    char head[CELL_SIZE], from[CELL_SIZE], to[CELL_SIZE];
    const char *row = NULL;

    snprintf(head, sizeof head, "\n| %s: from | to | by |\n|---|---|---|\n", t->name);
    row = strstr(readme, head);
    if (row == NULL)
        fail_msg("README: no table of %s", t->name);
    row += strlen(head);
    assert_null(strstr(row, head));
    for (; *row == '|'; row = strchr(row, '\n') + 1) {
        unsigned starts = 0, ends = 0;

        assert_int_equal(sscanf(row, "| %199[^|]| %199[^|]|", from, to), 2);
        starts = states_in(t, from);
        ends = states_in(t, to);
        for (unsigned s = 0; s < t->n; s++)
            moves[s] |= (starts >> s & 1u) != 0 ? ends : 0;
    }
}

static void tables_are_the_code(void **state)
{
    char *readme = read_readme();
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct told *t = &all[i];
        unsigned moves[STATES_MAX] = {0};

        assert_true(t->n <= STATES_MAX);
        read_table(t, readme, moves);
        for (unsigned pair = 0; pair < t->n * t->n; pair++) {
            unsigned from = pair / t->n, to = pair % t->n;
            bool told = (moves[from] >> to & 1u) != 0;

            if (told == t->may(from, to))
                continue;
            wrong++;
            print_message("%s: %s -> %s is %s\n", t->name, t->code(from), t->code(to),
                          told ? "told and not allowed" : "allowed and not told");
        }
    }
    free(readme);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_the_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
