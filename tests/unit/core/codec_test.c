/* Events to bytes and back: nothing is lost, nothing but an event reads as one, and a destroyed key costs the
 * facts and nothing else. */
#include "support/chaos.h"

#include "base/mem.h"
#include "core/apply.h"
#include "core/records.h"

#include <string.h>

#define ROUNDS 60

static struct event_bytes {
    struct buf clear, private_part;
} bytes_of(const struct event *ev)
{
    struct event_bytes b = {{0}, {0}};

    event_encode(ev, &b.clear, &b.private_part);
    return b;
}

static void bytes_fini(struct event_bytes *b)
{
    buf_fini(&b->clear);
    buf_fini(&b->private_part);
}

/* Same bytes in both parts: by fields, so padding and unused members cannot hide a difference. */
static void assert_same_event(const struct event *a, const struct event *b)
{
    struct event_bytes x = bytes_of(a), y = bytes_of(b);

    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->account.v, b->account.v);
    assert_true(bytes_equal(buf_view(&x.clear), buf_view(&y.clear)));
    assert_true(bytes_equal(buf_view(&x.private_part), buf_view(&y.private_part)));
    bytes_fini(&x);
    bytes_fini(&y);
}

static void every_kind_comes_back(void **state)
{
    struct rng rng = rng_seed(1);

    (void)state;
    for (unsigned kind = 0; kind < EV_N; kind++) {
        for (int i = 0; i < ROUNDS; i++) {
            struct event ev = chaos_event(&rng, (enum event_kind)kind), back;
            struct event_bytes b = bytes_of(&ev);

            memset(&back, 0xee, sizeof back);
            if (event_decode(ev.kind, buf_view(&b.clear), buf_view(&b.private_part), &back) != OK)
                fail_msg("%s does not read back", event_name(ev.kind));
            assert_same_event(&ev, &back);
            /* Every member, bit by bit: both came from zeroed memory. */
            assert_memory_equal(&ev, &back, sizeof ev);
            bytes_fini(&b);
        }
    }
}

/* A kind's records are in range, as the rules of their rooms say. */
static bool is_valid_union(const struct event *ev)
{
    const struct observation *o = &ev->u.capacity.o;

    switch (event_body_of(ev->kind)) {
    case BODY_ORG:
        return (unsigned)ev->u.org.kind < ORG_KIND_N && text_is_clean(ev->u.org.name, NAME_SIZE);
    case BODY_LOCATION:
        return text_is_clean(ev->u.location.code, CODE_SIZE) && (unsigned)ev->u.location.guard_24h <= TRI_YES;
    case BODY_POOL:
        return tri_set_is_sane(ev->u.pool.traits) && (unsigned)ev->u.pool.kind < KIND_N &&
               text_is_clean(ev->u.pool.funding, sizeof ev->u.pool.funding);
    case BODY_CAPACITY:
        return (unsigned)o->source < SOURCE_N && o->free >= UNITS_UNKNOWN && o->observed_at_ms >= 0 &&
               o->observed_at_ms <= FIELD_TIME_MAX;
    case BODY_OPENED:
        return !ev->u.opened.facts_known || need_is_valid(&ev->u.opened.need);
    case BODY_MADE:
        return ev->u.made.proposal.n_reasons <= MATCH_REASONS_MAX && ev->u.made.units <= 2 &&
               (unsigned)ev->u.made.proposal.verdict < VERDICT_N;
    case BODY_DONE:
        return ev->u.done.outcome.n_requests <= OUTCOME_IDS_MAX &&
               (unsigned)ev->u.done.outcome.refusal < REFUSAL_N;
    case BODY_REQUEST:
        return (unsigned)ev->u.request.why < CANCEL_N;
    case BODY_REFERRAL:
        return ev->u.referral.eta_ms >= 0;
    case BODY_FOUND:
        return true;
    case BODY_BRIDGE_OPENED:
        return (unsigned)ev->u.bridge_opened.kind < BRIDGE_KIND_N &&
               ev->u.bridge_opened.n_times <= BRIDGE_TIMES_MAX && ev->u.bridge_opened.due_ms >= 0 &&
               text_is_clean(ev->u.bridge_opened.owner.org, BRIDGE_OWNER_SIZE);
    case BODY_BRIDGE:
        return (unsigned)ev->u.bridge.check < BRIDGE_CHECK_N && (unsigned)ev->u.bridge.end < BRIDGE_END_N &&
               ev->u.bridge.due_ms >= 0;
    case BODY_BRIDGE_FUNDED:
        return ev->u.bridge_funded.n_spans <= FUNDING_SPANS_MAX;
    case BODY_NIGHT:
        return ev->u.night.night.day >= 0;
    case BODY_STAY:
        return ev->u.stay.n_spans <= FUNDING_SPANS_MAX;
    case BODY_DATED:
        return ev->u.dated.n_spans <= FUNDING_SPANS_MAX;
    case BODY_CLOCK:
        return ev->u.clock.runs_out_ms >= 0 && ev->u.clock.runs_out_ms <= FIELD_TIME_MAX;
    case BODY_LINK:
        return (unsigned)ev->u.link.why < LINK_N;
    case BODY_FLAG:
        return true;
    case BODY_CONFIRMED:
        return ev->u.confirmed.n <= CONFIRMED_MAX && (unsigned)ev->u.confirmed.source < SOURCE_N &&
               ev->u.confirmed.observed_at_ms >= 0 && ev->u.confirmed.observed_at_ms <= FIELD_TIME_MAX;
    case BODY_ESCALATION:
        return (unsigned)ev->u.escalation.alarm < ALARM_N && (unsigned)ev->u.escalation.how < HOLD_HOW_N &&
               ev->u.escalation.until_ms >= 0 && ev->u.escalation.until_ms <= FIELD_TIME_MAX &&
               ev->u.escalation.again <= ALARM_AGAIN_MAX;
    case BODY_GATE:
        return (unsigned)ev->u.gate.keeper < GATEKEEPER_N && (unsigned)ev->u.gate.kind < KIND_N &&
               ev->u.gate.reason <= GATE_RETURN_N && tri_set_is_sane(ev->u.gate.answers);
    case BODY_DESK:
        return (unsigned)ev->u.desk.desk.channel < WAY_BACK_N &&
               (unsigned)ev->u.desk.desk.ground < GROUND_N &&
               text_is_clean(ev->u.desk.desk.callback, sizeof ev->u.desk.desk.callback);
    case BODY_RESIDENCE:
        return (unsigned)ev->u.residence.residence < RESIDENCE_N && ev->u.residence.until_ms >= 0;
    case BODY_MDO:
        return ev->u.mdo.n_orgs <= MDO_PARTICIPANTS_MAX && (unsigned)ev->u.mdo.ground < GROUND_N;
    case BODY_MDO_ITEM:
        return text_is_clean(ev->u.mdo_item.text, CARE_TEXT_SIZE) &&
               (unsigned)ev->u.mdo_item.state < ITEM_STATE_N;
    case BODY_REGIE:
        return text_is_clean(ev->u.regie.role, REGIE_ROLE_SIZE);
    case BODY_CONSULT:
        return text_is_clean(ev->u.consult.text, CONSULT_TEXT_SIZE);
    case BODY_KEY_MADE:
        return ev->u.key_made.wrapped_bytes <= ORG_KEY_WRAPPED_MAX;
    case BODY_ITEM:
        return ev->u.item.item < HANDOVER_ITEMS_MAX && (unsigned)ev->u.item.side < HANDOVER_SIDE_N;
    case BODY_NOTE_WRITTEN:
        return (unsigned)ev->u.note_written.from < HANDOVER_SIDE_N && ev->u.note_written.destroy_at_ms >= 0;
    case BODY_NOTE:
        return ev->u.note.destroy_at_ms >= 0;
    case BODY_KEY:
        return (unsigned)ev->u.key.reason < KEY_LOSS_REASON_N && ev->u.key.until_ms >= 0;
    case BODY_LEAK:
        return ev->u.leak.reason < LEAK_REASON_N;
    case BODY_NOTHING:
        return true;
    case BODY_SURGE:
        return ev->u.surge.region < SURGE_REGIONS_MAX && ev->u.surge.reason < SURGE_REASON_N;
    case BODY_CONFLICT:
        return text_is_clean(ev->u.conflict.token, CONFLICT_TOKEN_SIZE);
    }
    return false;
}

static void cut_off_bytes_are_refused(void **state)
{
    struct rng rng = rng_seed(2);

    (void)state;
    for (unsigned kind = 0; kind < EV_N; kind++) {
        struct event ev = chaos_event(&rng, (enum event_kind)kind), out = {.seq = 77};
        struct event_bytes b = bytes_of(&ev);

        for (size_t len = 0; len < b.clear.len; len++) {
            if (event_decode(ev.kind, BYTES(b.clear.p, len), buf_view(&b.private_part), &out) == OK)
                fail_msg("%s: %zu of %zu bytes were enough", event_name(ev.kind), len, b.clear.len);
        }
        for (size_t len = 1; len < b.private_part.len; len++) {
            if (event_decode(ev.kind, buf_view(&b.clear), BYTES(b.private_part.p, len), &out) == OK)
                fail_msg("%s: %zu of %zu private bytes were enough", event_name(ev.kind), len,
                         b.private_part.len);
        }
        assert_int_equal(out.seq, 77); /* left as it was */
        buf_u8(&b.clear, 0);
        assert_int_equal(event_decode(ev.kind, buf_view(&b.clear), buf_view(&b.private_part), &out),
                         ERR_BAD_INPUT);
        bytes_fini(&b);
    }
}

static void a_flipped_byte_fails_or_stays_in_range(void **state)
{
    struct rng rng = rng_seed(3);

    (void)state;
    for (unsigned kind = 0; kind < EV_N; kind++) {
        struct event ev = chaos_event(&rng, (enum event_kind)kind), out;
        struct event_bytes b = bytes_of(&ev);
        size_t n = b.clear.len + b.private_part.len;

        for (size_t at = 0; at < n; at++) {
            /* An event of an older version is read, and written in the newest: another spelling. */
            bool is_version = at == 0 || at == b.clear.len;
            uint8_t *p = at < b.clear.len ? &b.clear.p[at] : &b.private_part.p[at - b.clear.len];

            for (unsigned flip = 1; flip < 256 && !is_version; flip = flip < 16 ? flip + 1 : flip * 2 + 1) {
                *p ^= (uint8_t)flip;
                if (event_decode(ev.kind, buf_view(&b.clear), buf_view(&b.private_part), &out) == OK) {
                    struct event_bytes again = bytes_of(&out);

                    if (!is_valid_union(&out))
                        fail_msg("%s: byte %zu made a value out of range", event_name(ev.kind), at);
                    /* One spelling per event. */
                    assert_true(bytes_equal(buf_view(&again.clear), buf_view(&b.clear)));
                    assert_true(bytes_equal(buf_view(&again.private_part), buf_view(&b.private_part)));
                    bytes_fini(&again);
                }
                *p ^= (uint8_t)flip;
            }
        }
        bytes_fini(&b);
    }
}

static void noise_is_refused_or_in_range(void **state)
{
    struct rng rng = rng_seed(4);
    struct event out;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint8_t noise[200];
        size_t len = rng_below(&rng, sizeof noise), cut = rng_below(&rng, (uint32_t)len + 1);
        enum event_kind kind = (enum event_kind)rng_below(&rng, EV_N);

        for (size_t k = 0; k < len; k++)
            noise[k] = rng_chance(&rng, 600) ? (uint8_t)rng_below(&rng, 3) : (uint8_t)rng_next(&rng);
        if (len > 0)
            noise[0] = 1;
        if (event_decode(kind, BYTES(noise, cut), BYTES(noise + cut, len - cut), &out) == OK)
            assert_true(is_valid_union(&out));
    }
}

static void another_version_is_refused(void **state)
{
    struct rng rng = rng_seed(5);
    struct event ev = chaos_event(&rng, EV_REFERRAL_OPENED), out;
    struct event_bytes b;

    (void)state;
    ev.u.opened.facts_known = true;
    ev.u.opened.need = chaos_need(&rng);
    b = bytes_of(&ev);
    b.clear.p[0]++;
    assert_int_equal(event_decode(ev.kind, buf_view(&b.clear), buf_view(&b.private_part), &out),
                     ERR_BAD_INPUT);
    b.clear.p[0]--;
    b.private_part.p[0]++;
    assert_int_equal(event_decode(ev.kind, buf_view(&b.clear), buf_view(&b.private_part), &out),
                     ERR_BAD_INPUT);
    bytes_fini(&b);
    assert_int_equal(event_decode(EV_N, BYTES("\1", 1), BYTES(NULL, 0), &out), ERR_BAD_INPUT);
}

static void a_destroyed_key_costs_the_facts_only(void **state)
{
    struct rng rng = rng_seed(6);
    struct event ev = chaos_event(&rng, EV_REFERRAL_OPENED), out;
    struct event_bytes b;

    (void)state;
    ev.u.opened.facts_known = true;
    ev.u.opened.need = chaos_need(&rng);
    b = bytes_of(&ev);
    assert_int_equal(event_decode(ev.kind, buf_view(&b.clear), BYTES(NULL, 0), &out), OK);
    assert_false(out.u.opened.facts_known);
    assert_int_equal(out.u.opened.need.n_persons, 0);
    assert_int_equal(out.u.opened.id.v, ev.u.opened.id.v);
    assert_int_equal(out.u.opened.deadline_ms, ev.u.opened.deadline_ms);
    bytes_fini(&b);

    ev = chaos_event(&rng, EV_REQUEST_MADE);
    ev.u.made.proposal.n_reasons = 1;
    b = bytes_of(&ev);
    assert_int_equal(event_decode(ev.kind, buf_view(&b.clear), BYTES(NULL, 0), &out), OK);
    assert_int_equal(out.u.made.proposal.n_reasons, 0);
    assert_int_equal(out.u.made.proposal.score, ev.u.made.proposal.score);
    bytes_fini(&b);
}

/* What describes people must be in the sealed part only. */
static void the_clear_part_does_not_tell_the_household(void **state)
{
    struct rng rng = rng_seed(7);
    struct event ev = chaos_event(&rng, EV_REFERRAL_OPENED), other;
    struct event_bytes a, b;

    (void)state;
    ev.u.opened.facts_known = true;
    ev.u.opened.need = chaos_need(&rng);
    other = ev;
    other.u.opened.need = chaos_need(&rng);
    a = bytes_of(&ev);
    b = bytes_of(&other);
    assert_true(bytes_equal(buf_view(&a.clear), buf_view(&b.clear)));
    assert_false(bytes_equal(buf_view(&a.private_part), buf_view(&b.private_part)));
    bytes_fini(&a);
    bytes_fini(&b);
}

/* Version 4 did not say whose record a regie is: each referral had its own. The bytes end before it. */
static void a_regie_of_version_4_is_its_referrals_own(void **state)
{
    struct rng rng = rng_seed(9);

    (void)state;
    for (unsigned kind = EV_REGIE_OFFERED; kind <= EV_REGIE_ENDED; kind++) {
        struct event ev = chaos_event(&rng, (enum event_kind)kind), back;
        struct event_bytes b;

        ev.u.regie.of.v = ev.u.regie.referral.v + 1;
        b = bytes_of(&ev);
        b.clear.len -= sizeof(uint64_t);
        assert_int_equal(event_decode(ev.kind, buf_view(&b.clear), buf_view(&b.private_part), &back),
                         ERR_BAD_INPUT);
        b.clear.p[0] = 4;
        if (b.private_part.len > 0)
            b.private_part.p[0] = 4;
        assert_int_equal(event_decode(ev.kind, buf_view(&b.clear), buf_view(&b.private_part), &back), OK);
        assert_true(back.u.regie.of.v == ev.u.regie.referral.v);
        ev.u.regie.of = ev.u.regie.referral;
        assert_same_event(&ev, &back);
        bytes_fini(&b);
    }
}

static void a_need_reads_back_alone(void **state)
{
    struct rng rng = rng_seed(8);

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct need n = chaos_need(&rng), back;
        struct buf b = {0};
        struct bytes_reader r;

        need_encode(&n, &b);
        r = bytes_read(buf_view(&b));
        assert_int_equal(need_decode(&r, CODEC_VERSION, &back), OK);
        assert_true(bytes_ok(&r));
        assert_memory_equal(&n, &back, sizeof n);
        buf_fini(&b);
    }
}

static void a_list_starts_each_event_clean(void **state)
{
    static const struct event nothing = {.kind = EV_ORG_DEFINED};
    struct event_list l = {0};

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 20; i++) {
            struct event *ev = event_list_add(&l, EV_ORG_DEFINED);

            assert_memory_equal(ev, &nothing, sizeof *ev);
            memset(ev, 0xaa, sizeof *ev);
            assert_int_equal(l.n, i + 1);
        }
        event_list_clear(&l); /* keeps its memory, and what was in it */
        assert_int_equal(l.n, 0);
    }
    event_list_fini(&l);
    assert_null(l.list);
}

static void the_subject_is_the_referral(void **state)
{
    struct rng rng = rng_seed(9);

    (void)state;
    for (unsigned kind = 0; kind < EV_N; kind++) {
        struct event ev = chaos_event(&rng, (enum event_kind)kind);
        bool has_referral = kind >= EV_REFERRAL_OPENED && kind != EV_COMMAND_DONE &&
                            kind != EV_CAPACITY_CONFIRMED && kind != EV_KEY_MADE &&
                            kind != EV_KEY_CONFIRMED && kind != EV_KEY_LOST && kind != EV_KEY_LOSS_ASKED &&
                            kind != EV_KEY_LOSS_DROPPED && kind != EV_LEAK_BRIDGE && kind != EV_LEAK_SEARCH &&
                            kind != EV_LEAK_REPEATED && kind != EV_LEAK_PROMISED &&
                            (kind < EV_LEAK_REPORTED || kind > EV_SURGE_SET);

        assert_int_equal(event_subject(&ev).v != 0, has_referral);
        assert_non_null(event_name((enum event_kind)kind));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back),
        cmocka_unit_test(cut_off_bytes_are_refused),
        cmocka_unit_test(a_flipped_byte_fails_or_stays_in_range),
        cmocka_unit_test(noise_is_refused_or_in_range),
        cmocka_unit_test(another_version_is_refused),
        cmocka_unit_test(a_destroyed_key_costs_the_facts_only),
        cmocka_unit_test(the_clear_part_does_not_tell_the_household),
        cmocka_unit_test(a_regie_of_version_4_is_its_referrals_own),
        cmocka_unit_test(a_need_reads_back_alone),
        cmocka_unit_test(a_list_starts_each_event_clean),
        cmocka_unit_test(the_subject_is_the_referral),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
