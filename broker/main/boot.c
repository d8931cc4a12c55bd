#include "main/boot.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/time_text.h"
#include "store/migrate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KEYS_IN_MEMORY 65536 /* 2 MiB locked; a national year opens 8,500 referrals */
#define WRITER_ALIVE_MS 3000 /* a living writer beats every second */

/* First line of a password file. An empty path is no password. */
static enum err read_password(const char *path, char *out, size_t size, char *why, size_t why_size)
{
    out[0] = '\0';
    if (path[0] == '\0')
        return OK;
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        snprintf(why, why_size, "cannot read %s: %s", path, strerror(errno));
        return ERR_IO;
    }
    char *got = fgets(out, (int)size, f);
    fclose(f);
    if (got == NULL || (strchr(out, '\n') == NULL && strlen(out) == size - 1)) {
        snprintf(why, why_size, "%s does not hold a password of at most %zu bytes", path, size - 2);
        return ERR_BAD_INPUT;
    }
    out[strcspn(out, "\r\n")] = '\0';
    return OK;
}

enum err boot_access_init(const struct config *c, struct boot_access *out, char *why, size_t why_size)
{
    memset(out, 0, sizeof *out);
    snprintf(out->sealed_database, sizeof out->sealed_database, "%s_sealed", c->db_name);
    enum err e = read_password(c->db_password_file, out->password, sizeof out->password, why, why_size);
    if (e == OK)
        e = read_password(c->db_sealed_password_file, out->sealed_password, sizeof out->sealed_password, why,
                          why_size);
    out->params = (struct db_params){.socket = c->db_socket,
                                     .user = c->db_user,
                                     .password = out->password[0] != '\0' ? out->password : NULL,
                                     .database = c->db_name};
    out->sealed =
        (struct db_params){.socket = c->db_socket,
                           .user = c->db_sealed_user,
                           .password = out->sealed_password[0] != '\0' ? out->sealed_password : NULL,
                           .database = out->sealed_database};
    return e;
}

void boot_access_fini(struct boot_access *a)
{
    crypto_wipe(a, sizeof *a);
}

enum err boot_db_open(const struct config *c, struct boot_db *out, char *why, size_t why_size)
{
    out->db = NULL;
    enum err e = boot_access_init(c, &out->access, why, why_size);
    return e == OK ? db_open(&out->access.params, &out->db, why, why_size) : e;
}

void boot_db_close(struct boot_db *d)
{
    db_close(d->db);
    boot_access_fini(&d->access);
}

/* By urgency; what they are for: core/engine.h. */
static void terms_by_urgency(const struct config *c, struct core_settings *s)
{
    const int64_t answer[URGENCY_N] = {[URGENCY_NU] = c->answer_by_nu_s,
                                       [URGENCY_VANDAAG] = c->answer_by_vandaag_s,
                                       [URGENCY_DRIE_DAGEN] = c->answer_by_drie_dagen_s};
    const int64_t hold[URGENCY_N] = {[URGENCY_NU] = c->hold_nu_s,
                                     [URGENCY_VANDAAG] = c->hold_vandaag_s,
                                     [URGENCY_DRIE_DAGEN] = c->hold_drie_dagen_s};
    const int64_t window[URGENCY_N] = {[URGENCY_NU] = c->tier_window_nu_s,
                                       [URGENCY_VANDAAG] = c->tier_window_vandaag_s,
                                       [URGENCY_DRIE_DAGEN] = c->tier_window_drie_dagen_s};

    for (int i = 0; i < URGENCY_N; i++) {
        s->urgent_answer_s[i] = (uint32_t)answer[i];
        s->urgent_hold_s[i] = (uint32_t)hold[i];
        s->tier_window_s[i] = (uint32_t)window[i];
    }
}

static void prices(const struct config *c, struct core_settings *s)
{
    s->price_coverage = (uint16_t)c->price_coverage_permille;
    s->price_rarity = (uint16_t)c->price_rarity_permille;
    s->price_short = (uint16_t)c->price_short_permille;
    s->chance = (uint16_t)c->chance_permille;
    s->price_distance = (uint16_t)c->price_distance_permille;
    s->wait_share = (uint16_t)c->wait_share_permille;
    s->late_first = c->late_first != 0;
}

/* Escalation; by threat level, of which one that is not known has oranje's. */
static void timers(const struct config *c, struct timers_settings *t)
{
#define EACH(field, type, groen, oranje, rood)                                                               \
    t->field[THREAT_UNKNOWN] = t->field[THREAT_ORANJE] = (type)c->oranje;                                    \
    t->field[THREAT_GROEN] = (type)c->groen;                                                                 \
    t->field[THREAT_ROOD] = (type)c->rood
    EACH(ring_s, uint32_t, ring_groen_s, ring_oranje_s, ring_rood_s);
    EACH(widen_s, uint32_t, widen_groen_s, widen_oranje_s, widen_rood_s);
    EACH(widen_by, uint8_t, widen_by_groen, widen_by_oranje, widen_by_rood);
    EACH(lead_s, uint32_t, lead_groen_s, lead_oranje_s, lead_rood_s);
    EACH(hold_s, uint32_t, keep_groen_s, keep_oranje_s, keep_rood_s);
    EACH(hold_warn_s, uint32_t, keep_warn_groen_s, keep_warn_oranje_s, keep_warn_rood_s);
    EACH(again_s, uint32_t, alarm_again_groen_s, alarm_again_oranje_s, alarm_again_rood_s);
    EACH(no_show_s, uint32_t, no_show_groen_s, no_show_oranje_s, no_show_rood_s);
#undef EACH
    t->extra_s = (uint32_t)c->extra_time_s;
    t->next_day_minute = (uint16_t)c->lead_next_day_minute;
    t->journey_s = (uint32_t)c->journey_s;
    t->again_times = (uint8_t)c->alarm_again_times;
    t->gate = c->gate_alarm != 0;
    t->rings_max = (uint8_t)c->rings_max;
    t->widen_steps = (uint8_t)c->widen_steps;
}

struct core_settings boot_core_settings(const struct config *c)
{
    struct core_settings s = core_settings_default();
    int64_t by[THREAT_N] = {c->answer_by_oranje_s, c->answer_by_groen_s, c->answer_by_oranje_s,
                            c->answer_by_rood_s};
    int64_t hold[THREAT_N] = {c->hold_oranje_s, c->hold_groen_s, c->hold_oranje_s, c->hold_rood_s};
    int64_t ask[THREAT_N] = {c->ask_groen, c->ask_groen, c->ask_oranje, c->ask_rood};
    int64_t most[THREAT_N] = {c->ask_max_groen, c->ask_max_groen, c->ask_max_oranje, c->ask_max_rood};
    int64_t next[THREAT_N] = {c->ask_next_groen, c->ask_next_groen, c->ask_next_oranje, c->ask_next_rood};
    for (int i = 0; i < THREAT_N; i++) {
        s.ask_next[i] = (uint8_t)next[i];
        s.answer_by_s[i] = (uint32_t)by[i];
        s.hold_pending_s[i] = (uint32_t)hold[i];
        s.ask_default[i] = (uint8_t)ask[i];
        s.ask_max[i] = (uint8_t)most[i];
    }
    for (int i = 0; i < SOURCE_N; i++)
        s.freshness[i] = (struct freshness_limits){.fresh_ms = c->fresh_minutes * MS_MINUTE,
                                                   .ageing_ms = c->ageing_minutes * MS_MINUTE,
                                                   .stale_ms = c->stale_minutes * MS_MINUTE};
    s.disagree_ms = c->disagree_minutes * MS_MINUTE;
    s.far_minutes = (uint16_t)c->far_minutes;
    s.again_after_silence_s = (uint32_t)c->again_after_silence_s;
    s.again_after_full_s = (uint32_t)c->again_after_full_s;
    s.handover.note_keep_s = (uint32_t)(c->note_keep_hours * 3600);
    s.handover.note_unread_s = (uint32_t)(c->note_unread_days * 24 * 3600);
    s.care.remind_s = (uint32_t)c->care_remind_hours * 3600;
    s.handover.key_loss_s = (uint32_t)c->key_loss_s;
    s.bridge_check_in_minutes = (uint16_t)c->bridge_check_in_minutes;
    s.bridge_grace_s = (uint32_t)c->bridge_grace_s;
    s.bridge_again_s = (uint32_t)c->bridge_again_s;
    s.bridge_seen_s = (uint32_t)c->bridge_seen_s;
    s.bridge_arrival_s = (uint32_t)c->bridge_arrival_s;
    s.order_minutes = (uint32_t)c->order_minutes;
    s.order_warn_s = (uint32_t)c->order_warn_s;
    s.order_again_s = (uint32_t)c->order_again_s;
    terms_by_urgency(c, &s);
    prices(c, &s);
    timers(c, &s.timers);
    return s;
}

struct replay {
    struct boot *boot;
    char *why;
    size_t why_size;
};

static enum err replay_row(void *ctx, const struct journal_row *row)
{
    struct replay *r = ctx;
    r->boot->rows++;
    return flow_replay(r->boot->flow, row, r->why, r->why_size);
}

static enum err read_reference(struct boot *b, char *why, size_t why_size)
{
    size_t n = 0;
    enum err e = reference_read(b->db, &b->reference, why, why_size);
    if (e == ERR_NOT_FOUND)
        snprintf(why, why_size, "no code lists in the database; run: plek --config FILE codes load DIR");
    if (e != OK)
        return e;
    const struct vocab_row *rows = reference_rows(b->reference, &n);
    return vocab_new(rows, n, &b->vocab, why, why_size);
}

static enum err refuse_living(struct db *db, char *why, size_t why_size)
{
    int64_t silence = 0;
    enum err e = journal_maria_silence_ms(db, &silence);
    if (e == OK && silence < WRITER_ALIVE_MS) {
        snprintf(why, why_size, "a broker is running on this database; stop it first");
        e = ERR_CONFLICT;
    }
    return e;
}

static enum err open_store(struct boot *b, bool take_over_from_living, char *why, size_t why_size)
{
    enum err e = db_open(&b->access.params, &b->db, why, why_size);
    if (e != OK)
        return e;
    char dir[512];
    snprintf(dir, sizeof dir, "%s/sql", b->config->schema_dir);
    e = migrate_check(b->db, dir, why, why_size);
    if (e != OK)
        return e;
    if (!take_over_from_living && (e = refuse_living(b->db, why, why_size)) != OK)
        return e;
    e = vault_open_files(VAULT_REFERRAL_KEYS, b->config->master_key_file, NULL, &b->vault);
    if (e != OK) {
        snprintf(why, why_size, "cannot use the master key file %s (%s): it must hold 32 bytes and mode 0600",
                 b->config->master_key_file, err_name(e));
        return e;
    }
    b->ring = key_ring_new(b->vault, KEYS_IN_MEMORY);
    return read_reference(b, why, why_size);
}

enum err boot_start(const struct config *config, bool take_over_from_living, struct boot *out, char *why,
                    size_t why_size)
{
    struct journal_claim claim;
    struct core_settings settings = boot_core_settings(config);
    struct flow_limits limits = flow_limits_default();
    struct loop_options options = loop_options_default();
    struct replay replay = {.boot = out, .why = why, .why_size = why_size};

    memset(out, 0, sizeof *out);
    why[0] = '\0';
    out->config = config;
    enum err e = boot_access_init(config, &out->access, why, why_size);
    if (e == OK)
        e = open_store(out, take_over_from_living, why, why_size);
    if (e != OK)
        goto fail;
    e = journal_maria_take_over(out->db, &claim, why, why_size);
    if (e != OK)
        goto fail;
    out->epoch = claim.epoch;
    out->loop = loop_new(&options);
    out->journal = journal_maria_new(loop_base(out->loop), &out->access.params, NULL, out->ring, &claim);
    out->flow = flow_new(engine_new(out->vocab, &settings), journal_maria_port(out->journal), &limits);
    e = journal_load(out->db, out->ring, 0, replay_row, &replay, NULL, why, why_size);
    if (e != OK)
        goto fail;
    loop_set_flow(out->loop, out->flow);
    log_info("journal replayed", "rows=%llu epoch=%llu", (unsigned long long)out->rows,
             (unsigned long long)claim.epoch);
    return OK;
fail:
    boot_stop(out);
    return e;
}

enum err boot_look(const struct config *config, struct boot *out, char *why, size_t why_size)
{
    struct core_settings settings = boot_core_settings(config);
    struct flow_limits limits = flow_limits_default();
    struct replay replay = {.boot = out, .why = why, .why_size = why_size};

    memset(out, 0, sizeof *out);
    why[0] = '\0';
    out->config = config;
    enum err e = boot_access_init(config, &out->access, why, why_size);
    if (e == OK)
        e = open_store(out, true, why, why_size);
    if (e == OK) {
        out->look_disk = journal_disk_new();
        out->look_journal = journal_memory_new(out->look_disk, 1, 0);
        out->flow =
            flow_new(engine_new(out->vocab, &settings), journal_memory_port(out->look_journal), &limits);
        e = journal_load(out->db, out->ring, 0, replay_row, &replay, NULL, why, why_size);
    }
    if (e != OK)
        boot_stop(out);
    return e;
}

void boot_stop(struct boot *b)
{
    if (b->loop != NULL)
        loop_set_flow(b->loop, NULL);
    flow_free(b->flow);
    journal_maria_free(b->journal);
    journal_memory_free(b->look_journal);
    journal_disk_free(b->look_disk);
    if (b->epoch != 0 && journal_maria_leave(b->db, b->epoch) != OK)
        log_warn("could not say goodbye to the database", "epoch=%llu", (unsigned long long)b->epoch);
    if (b->loop != NULL)
        loop_free(b->loop);
    vocab_free(b->vocab);
    reference_free(b->reference);
    key_ring_free(b->ring);
    vault_free(b->vault);
    db_close(b->db);
    boot_access_fini(&b->access);
    memset(b, 0, sizeof *b);
}
