/* Journals of codec versions 1, 2 and 4 are read for ever. support/journal_v1.txt, journal_v2.txt and
 * journal_v4.txt were written by the last brokers that wrote those versions (commits ed1cd03, 292af03 and
 * 602be903): small exchanges, one event per line as kind, moment, clear bytes, private bytes, and what the
 * state came to. The first has every kind of event; in the second feeds and people speak of the same pools
 * and disagree, and a stop set by hand ends with the feed's next report, as it did then. The fourth says the
 * digest after each event too, has every kind of that version, and what is not made any more: old_life_test.c
 * lives on from it. */
#include "support/exchange.h"

#include "core/fields.h"
#include "core/ledger.h"
#include "support/match_builders.h"
#include "support/old_journal.h"

#include <string.h>

static int load(void **state, uint8_t version)
{
    *state = old_journal_load(version);
    return 0;
}

static int load_v1(void **state)
{
    return load(state, 1);
}

static int load_v2(void **state)
{
    return load(state, 2);
}

static int load_v4(void **state)
{
    return load(state, 4);
}

static int journal_fini(void **state)
{
    old_journal_free(*state);
    return 0;
}

static void it_has_every_kind(void **state)
{
    const struct old_journal *j = *state;
    const enum event_kind last =
        j->version == 1 ? EV_COMMAND_DONE : EV_CONFLICT_ANSWERED; /* of that version */
    size_t seen[EV_N] = {0}, with_reasons = 0;

    for (size_t i = 0; i < j->n; i++) {
        seen[j->rows[i].kind]++;
        assert_int_equal(j->rows[i].clear.p[0], j->version);
        with_reasons += j->rows[i].kind == EV_REQUEST_MADE && j->rows[i].private_part.len > 0;
    }
    for (unsigned k = 0; k <= last; k++) {
        if (seen[k] == 0)
            fail_msg("no %s", event_name((enum event_kind)k));
    }
    assert_true(with_reasons > 0);
}

static void it_comes_to_the_same_state(void **state)
{
    const struct old_journal *j = *state;
    struct core_settings settings = core_settings_default();
    struct vocab *v = vocab_of_repository();
    struct engine *e = engine_new(v, &settings);
    char why[200];

    for (size_t i = 0; i < j->n; i++) {
        struct event ev = old_journal_event(j, i);

        if (engine_replay(e, &ev, why, sizeof why) != OK)
            fail_msg("event %zu: %s", i + 1, why);
        if (j->rows[i].digest != 0 && engine_digest(e, false) != j->rows[i].digest)
            fail_msg("event %zu, %s: another state", i + 1, event_name(ev.kind));
        if (!engine_check(e, why, sizeof why))
            fail_msg("event %zu, %s: %s", i + 1, event_name(ev.kind), why);
    }
    assert_true(engine_check(e, why, sizeof why));
    assert_true(engine_digest(e, false) == j->digest);
    assert_true(engine_digest(e, true) == j->digest_with_facts);
    engine_free(e);
    vocab_free(v);
}

/* What an old version did not say is nothing, and the event is the same once written anew. */
static void it_is_written_anew_without_loss(void **state)
{
    const struct old_journal *j = *state;

    for (size_t i = 0; i < j->n; i++) {
        struct event ev = old_journal_event(j, i), again;
        struct buf clear = {0}, private_part = {0};

        if (ev.kind == EV_LOCATION_DEFINED)
            assert_int_equal(ev.u.location.weekend_from_minute | ev.u.location.weekend_until_minute, 0);
        if (ev.kind == EV_CAPACITY_OBSERVED && j->version < 3)
            assert_int_equal(ev.u.capacity.kept, KEPT_NOTHING);
        if (ev.kind == EV_REQUEST_MADE && j->version == 1) {
            assert_int_equal(ev.u.made.proposal.utility, 0);
            assert_int_equal(ev.u.made.proposal.fits, 0);
            assert_int_equal(ev.u.made.proposal.why.code, 0);
            assert_true(ev.u.made.proposal.score > 0);
        }
        if (ev.kind == EV_KEY_LOST) { /* that it is of an old journal is told by its version alone */
            assert_int_equal(ev.u.key.alone, true);
            ev.u.key.alone = false;
        }
        if (ev.kind == EV_LOCATION_LIFTED) {
            assert_int_equal(ev.u.leak.beds_untold, true);
            ev.u.leak.beds_untold = false;
        }
        if (ev.kind == EV_STAY_ENDED) {
            assert_int_equal(ev.u.stay.untold, true);
            ev.u.stay.untold = false;
        }
        event_encode(&ev, &clear, &private_part);
        assert_int_equal(clear.p[0], CODEC_VERSION);
        assert_int_equal(event_decode(ev.kind, buf_view(&clear), buf_view(&private_part), &again), OK);
        again.seq = ev.seq;
        again.at_ms = ev.at_ms;
        assert_memory_equal(&again, &ev, sizeof ev);
        buf_fini(&clear);
        buf_fini(&private_part);
    }
}

/* True if the next version of the codec wants more of such an event. */
static bool has_more(const struct old_journal *j, const struct old_row *row)
{
    bool is_regie = row->kind >= EV_REGIE_OFFERED && row->kind <= EV_REGIE_ENDED;

    switch (j->version) {
    case 1:
        return row->kind == EV_LOCATION_DEFINED || row->kind == EV_REQUEST_MADE || row->private_part.len > 0;
    case 2:
        return row->kind == EV_CAPACITY_OBSERVED || row->private_part.len > 0;
    default:
        return row->kind == EV_KEY_LOST || is_regie;
    }
}

/* Old bytes are old to the last: cut off, too many, or taken for the newer version they read as nothing. */
static void it_is_read_exactly(void **state)
{
    const struct old_journal *j = *state;

    for (size_t i = 0; i < j->n; i++) {
        const struct old_row *row = &j->rows[i];
        struct bytes private_part = buf_view(&row->private_part);
        struct event ev;
        struct buf more = {0};

        for (size_t len = 0; len < row->clear.len; len++)
            assert_int_equal(event_decode(row->kind, BYTES(row->clear.p, len), private_part, &ev),
                             ERR_BAD_INPUT);
        buf_add(&more, buf_view(&row->clear));
        buf_u8(&more, 0);
        assert_int_equal(event_decode(row->kind, buf_view(&more), private_part, &ev), ERR_BAD_INPUT);
        more.len--;
        more.p[0] = (uint8_t)(j->version + 1);
        if (has_more(j, row))
            assert_int_equal(event_decode(row->kind, buf_view(&more), private_part, &ev), ERR_BAD_INPUT);
        more.p[0] = 0;
        assert_int_equal(event_decode(row->kind, buf_view(&more), private_part, &ev), ERR_BAD_INPUT);
        buf_fini(&more);
    }
}

static void a_destroyed_key_costs_only_the_facts(void **state)
{
    const struct old_journal *j = *state;
    struct core_settings settings = core_settings_default();
    struct vocab *v = vocab_of_repository();
    struct engine *e = engine_new(v, &settings);
    char why[200];

    for (size_t i = 0; i < j->n; i++) {
        struct event ev;

        assert_int_equal(event_decode(j->rows[i].kind, buf_view(&j->rows[i].clear), BYTES(NULL, 0), &ev), OK);
        ev.seq = i + 1;
        ev.at_ms = j->rows[i].at_ms;
        assert_int_equal(engine_replay(e, &ev, why, sizeof why), OK);
    }
    assert_true(engine_digest(e, false) == j->digest);
    assert_true(engine_digest(e, true) != j->digest_with_facts);
    engine_free(e);
    vocab_free(v);
}

/* Where an old journal ends: a pool believes its last report and knows of no side, and its next report makes
 * the last old one its side's word, so that a stop of people stays from here on. */
static void sides_are_kept_from_here_on(void **state)
{
    const struct old_journal *j = *state;
    struct core_settings settings = core_settings_default();
    struct vocab *v = vocab_of_repository();
    struct engine *e = engine_new(v, &settings);
    struct pool_id by_hand = {0};
    struct event ev;

    for (size_t i = 0; i < j->n; i++) {
        ev = old_journal_event(j, i);
        engine_apply(e, &ev);
    }
    for (uint32_t id = 1; id <= engine_pools(e); id++) {
        struct pool_view view = engine_pool_view(e, (struct pool_id){id}, ev.at_ms);
        struct pool_said said = engine_pool_said(e, (struct pool_id){id}, ev.at_ms);

        if (!view.reported)
            continue;
        assert_true(said.words[side_of(view.latest->source)].said);
        assert_false(said.words[SIDE_N - 1 - side_of(view.latest->source)].said);
        assert_int_equal(view.stopped, ledger_is_stopped(view.latest, NULL, ev.at_ms));
        if (view.stopped && view.latest->source == SOURCE_HAND)
            by_hand.v = id;
    }
    assert_int_not_equal(by_hand.v, 0);
    assert_int_equal(engine_pool_stop(e, by_hand, ev.at_ms).side, SIDE_HAND);
    ev = (struct event){.kind = EV_CAPACITY_OBSERVED, .seq = engine_seq(e) + 1, .at_ms = ev.at_ms};
    ev.u.capacity.o = observation_of(engine_pool_view(e, by_hand, ev.at_ms).latest, by_hand);
    ev.u.capacity.o.source = SOURCE_FEED;
    ev.u.capacity.o.observed_at_ms++;
    ev.u.capacity.o.stop = 0;
    ev.u.capacity.used = true;
    ev.u.capacity.kept = KEPT_WHOLE;
    engine_apply(e, &ev);
    assert_int_equal(engine_pool_stop(e, by_hand, ev.at_ms).side, SIDE_HAND);
    assert_true(engine_pool_view(e, by_hand, ev.at_ms).stopped);
    engine_free(e);
    vocab_free(v);
}

int main(void)
{
    const struct CMUnitTest first[] = {
        cmocka_unit_test(it_has_every_kind),
        cmocka_unit_test(it_comes_to_the_same_state),
        cmocka_unit_test(it_is_written_anew_without_loss),
        cmocka_unit_test(it_is_read_exactly),
        cmocka_unit_test(a_destroyed_key_costs_only_the_facts),
    };
    const struct CMUnitTest second[] = {
        cmocka_unit_test(it_comes_to_the_same_state),  cmocka_unit_test(it_is_written_anew_without_loss),
        cmocka_unit_test(it_is_read_exactly),          cmocka_unit_test(a_destroyed_key_costs_only_the_facts),
        cmocka_unit_test(sides_are_kept_from_here_on),
    };
    const struct CMUnitTest fourth[] = {
        cmocka_unit_test(it_has_every_kind),
        cmocka_unit_test(it_comes_to_the_same_state),
        cmocka_unit_test(it_is_written_anew_without_loss),
        cmocka_unit_test(it_is_read_exactly),
        cmocka_unit_test(a_destroyed_key_costs_only_the_facts),
    };
    int failed = cmocka_run_group_tests(first, load_v1, journal_fini);

    failed += cmocka_run_group_tests(second, load_v2, journal_fini);
    return failed + cmocka_run_group_tests(fourth, load_v4, journal_fini);
}
