#include "http/night_sheet.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "http/app_state.h"
#include "http/night_numbers.h"
#include "http/view.h"
#include "http/view_handover.h"
#include "loop/offload.h"

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE "{{sheet}}" /* of the facts in the template */
#define TEMPLATE_BYTES_MAX (4u * 1024 * 1024)
#define FIRST_MS 2000 /* after the start: feeds and people are back by then */
#define AGAIN_S 5     /* after a round that could not begin: the one of a leak must not wait for its hour */
#define PATH_SIZE 600
#define FILE_START "nachtlijst-"

struct night_file;

struct sheet {
    struct org_key_id key;
    int64_t made_at_ms;
    char *facts; /* JSON text, its text sealed; NULL = none */
};

struct night_sheets {
    struct http_app *app;
    struct event *timer, *step;
    char *before, *after; /* of the template; NULL = no sheets */
    struct sheet *of;     /* by organisation - 1 */
    uint32_t n_of;
    struct night_numbers *numbers;
    bool busy, again; /* a round is under way; and another one must follow */

    /* the sheet under way */
    uint32_t org;
    struct org_key_id key;
    int64_t made_at_ms;
    json_t *data;
    struct night_row *rows;
    size_t n_rows, row;
    struct night_file *file; /* at a thread; NULL = none */
};

/* A file being written by a thread, which may touch only this. */
struct night_file {
    struct night_sheets *s; /* NULL: the app is gone; looked at on the loop only */
    char path[PATH_SIZE], fresh[PATH_SIZE];
    struct buf text;
    bool is_written;
};

static void next_soon(struct night_sheets *s);

/* ---- the template ---- */

static char *read_template(const char *path, char *why, size_t why_size)
{
    FILE *f = fopen(path, "rbe");
    struct stat st;
    char *text = NULL;

    if (f == NULL || fstat(fileno(f), &st) != 0 || st.st_size <= 0 || st.st_size > TEMPLATE_BYTES_MAX) {
        snprintf(why, why_size, "%s", f == NULL ? strerror(errno) : "no template of a night sheet");
    } else {
        text = mem_new((size_t)st.st_size + 1, 1);
        if (fread(text, (size_t)st.st_size, 1, f) != 1) {
            free(text);
            text = NULL;
            snprintf(why, why_size, "it became shorter");
        }
    }
    if (f != NULL)
        fclose(f);
    return text;
}

static void load_template(struct night_sheets *s)
{
    char path[PATH_SIZE], why[120] = "it has no place for the facts";
    char *text = NULL, *place = NULL;

    snprintf(path, sizeof path, "%s/night-sheet.html", s->app->settings.ui_dir);
    text = read_template(path, why, sizeof why);
    place = text != NULL ? strstr(text, PLACE) : NULL;
    if (place != NULL) {
        s->after = mem_dup_text(place + strlen(PLACE));
        *place = '\0';
        s->before = TAKE(&text);
    } else {
        log_warn("no night sheets", "file=\"%s\" why=\"%s\"", path, why);
    }
    free(text);
}

/* ---- where they are kept ---- */

static struct sheet *sheet_of(struct night_sheets *s, uint32_t org)
{
    if (org > s->n_of) {
        s->of = mem_resize(s->of, org, sizeof *s->of);
        memset(s->of + s->n_of, 0, (org - s->n_of) * sizeof *s->of);
        s->n_of = org;
    }
    return &s->of[org - 1];
}

/* False: files are not asked for. */
static bool path_of(const struct night_sheets *s, uint32_t org, char out[PATH_SIZE])
{
    const char *dir = s->app->settings.night_sheet_dir;

    if (dir == NULL || dir[0] == '\0')
        return false;
    return (size_t)snprintf(out, PATH_SIZE, "%s/" FILE_START "%s.html", dir,
                            engine_org(app_engine(s->app), (struct org_id){org})->code) < PATH_SIZE;
}

static void forget(struct night_sheets *s, uint32_t org)
{
    struct sheet *sheet = sheet_of(s, org);
    char path[PATH_SIZE];

    free(sheet->facts);
    *sheet = (struct sheet){0};
    if (path_of(s, org, path))
        unlink(path);
}

/* Every file that this room ever wrote there, also one that a crash left half written. */
static void remove_all_files(const char *dir)
{
    DIR *d = dir != NULL && dir[0] != '\0' ? opendir(dir) : NULL;

    if (d == NULL)
        return;
    for (const struct dirent *f = readdir(d); f != NULL; f = readdir(d)) {
        const char *end = strrchr(f->d_name, '.');
        bool is_ours = strncmp(f->d_name, FILE_START, strlen(FILE_START)) == 0 && end != NULL &&
                       (strcmp(end, ".html") == 0 || strcmp(end, ".new") == 0);

        if (is_ours && unlinkat(dirfd(d), f->d_name, 0) != 0)
            log_error("night sheet not removed", "file=\"%s/%s\"", dir, f->d_name);
    }
    closedir(d);
}

static const struct sheet *ready(const struct night_sheets *s, struct org_id org)
{
    const struct org_key *k = engine_org_key_active(app_engine(s->app), org);

    if (k == NULL || org.v < 1 || org.v > s->n_of || s->of[org.v - 1].facts == NULL)
        return NULL;
    return s->of[org.v - 1].key.v == k->id.v ? &s->of[org.v - 1] : NULL;
}

enum err night_sheet_write(const struct night_sheets *s, struct org_id org, struct buf *out)
{
    const struct sheet *sheet = ready(s, org);

    if (sheet == NULL || s->before == NULL)
        return ERR_NOT_FOUND;
    buf_text(out, s->before);
    buf_text(out, sheet->facts);
    buf_text(out, s->after);
    return OK;
}

json_t *night_sheet_state(const struct night_sheets *s, struct org_id org)
{
    const struct sheet *sheet = ready(s, org);
    const char *state = s->before == NULL                                        ? "off"
                        : engine_org_key_active(app_engine(s->app), org) == NULL ? "no_key"
                        : sheet == NULL                                          ? "not_yet"
                                                                                 : "ready";

    return json_pack("{s:s, s:o, s:I}", "state", state, "madeAt",
                     sheet != NULL ? view_time(sheet->made_at_ms) : json_null(), "everyS",
                     (json_int_t)s->app->settings.night_sheet_s);
}

/* ---- writing the file ---- */

static void write_file(void *ctx)
{
    struct night_file *f = ctx;
    int fd = open(f->fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t at = 0;

    if (fd < 0)
        return;
    while (at < f->text.len) {
        ssize_t n = write(fd, f->text.p + at, f->text.len - at);

        if (n <= 0)
            break;
        at += (size_t)n;
    }
    f->is_written = at == f->text.len && fchmod(fd, 0600) == 0 && fsync(fd) == 0;
    close(fd);
    f->is_written = f->is_written && rename(f->fresh, f->path) == 0;
    if (!f->is_written)
        unlink(f->fresh);
}

static void file_free(struct night_file *f)
{
    buf_fini(&f->text);
    free(f);
}

static void on_file(void *ctx, enum err trouble)
{
    struct night_file *f = ctx;
    struct night_sheets *s = f->s;

    (void)trouble;
    if (s == NULL) {
        file_free(f);
        return;
    }
    s->file = NULL;
    if (!f->is_written)
        log_error("night sheet not written", "file=\"%s\"", f->path);
    file_free(f);
    if (sheet_of(s, s->org)->facts == NULL) /* its key was lost while the thread wrote */
        forget(s, s->org);
    s->org++;
    next_soon(s);
}

/* True: a thread writes, and goes on with the next organisation. */
static bool write_sheet(struct night_sheets *s)
{
    struct night_file *f = mem_new(1, sizeof *f);

    f->s = s;
    if (!path_of(s, s->org, f->path) ||
        (size_t)snprintf(f->fresh, sizeof f->fresh, "%.*s.new", (int)sizeof f->path - 8, f->path) >=
            sizeof f->fresh ||
        night_sheet_write(s, (struct org_id){s->org}, &f->text) != OK ||
        offload_run(s->app->parts.offload, write_file, on_file, f) != OK) {
        file_free(f);
        return false;
    }
    s->file = f;
    return true;
}

/* ---- making one ---- */

static void record_making(struct night_sheets *s)
{
    const struct secrets_port *p = &s->app->parts.secrets;
    struct access_entry entry = {.at_ms = s->made_at_ms,
                                 .action = "night_sheet.make",
                                 .org = {s->org},
                                 .role = ROLE_SYSTEM,
                                 .object = s->org};

    if (p->record(p->ctx, &entry, NULL, NULL) != OK)
        log_warn("making of a night sheet not logged", "org=%u", s->org);
}

/* Seal DATA to the key; what is left of it in clear is wiped. */
static void seal_data(struct night_sheets *s, const struct org_key *k, struct buf *sealed)
{
    char *text = json_dumps(s->data, JSON_COMPACT);

    CHECK(text != NULL);
    crypto_box_to(k->public_key, bytes_of_text(text), sealed);
    crypto_wipe(text, strlen(text));
    free(text);
}

/* No '<' may stand in a script element. */
static char *without_angle(char *text)
{
    struct buf out = {0};
    char *copy = NULL;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '<')
            buf_text(&out, "\\u003c");
        else
            buf_u8(&out, (uint8_t)*p);
    }
    copy = mem_dup(out.p, out.len);
    buf_fini(&out);
    free(text);
    return copy;
}

static json_t *number_or_null(const char *number)
{
    return number != NULL && number[0] != '\0' ? json_string(number) : json_null();
}

/* Whom anybody may ring: in clear, for a passphrase that was forgotten must not cost these too. */
static json_t *numbers_for_all(const struct http_settings *settings)
{
    return json_pack("{s:o, s:o, s:o}", "veilig_thuis", number_or_null(settings->night_veilig_thuis_number),
                     "comensha", number_or_null(settings->night_comensha_number), "helpdesk",
                     number_or_null(settings->night_helpdesk_number));
}

static void keep_sheet(struct night_sheets *s, const struct org_key *k)
{
    const struct engine *e = app_engine(s->app);
    struct sheet *sheet = sheet_of(s, s->org);
    struct buf sealed = {0};
    json_t *facts = NULL;

    seal_data(s, k, &sealed);
    facts = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "organisation", engine_org(e, k->org)->name, "madeAt",
                      view_time(s->made_at_ms), "publicKey", view_bytes(k->public_key, sizeof k->public_key),
                      "wrapped", view_bytes(k->wrapped, k->wrapped_bytes), "sealed",
                      view_bytes(sealed.p, sealed.len), "numbers", numbers_for_all(&s->app->settings));
    free(sheet->facts);
    sheet->facts = without_angle(json_dumps(facts, JSON_COMPACT));
    sheet->key = k->id;
    sheet->made_at_ms = s->made_at_ms;
    json_decref(facts);
    buf_fini(&sealed);
}

static void drop_data(struct night_sheets *s)
{
    json_decref(s->data);
    s->data = NULL;
    free(s->rows);
    s->rows = NULL;
    s->n_rows = s->row = 0;
}

/* Every row is filled in. */
static void finish(struct night_sheets *s)
{
    const struct org_key *k = engine_org_key_active(app_engine(s->app), (struct org_id){s->org});

    if (k != NULL && k->id.v == s->key.v) {
        keep_sheet(s, k);
        record_making(s);
    }
    drop_data(s);
    if (k != NULL && k->id.v == s->key.v && write_sheet(s))
        return;
    s->org++;
    next_soon(s);
}

static void reveal_next(struct night_sheets *s);

static void on_revealed(void *ctx, enum err trouble, const struct revealed_location *l)
{
    struct night_sheets *s = ctx;
    const struct night_row *row = &s->rows[s->row];

    if (trouble == OK) {
        json_object_set_new(row->row, "nightNumber", json_string(l->night_number));
        if (row->request.v != 0)
            json_object_set_new(row->row, "meetingPoint", json_string(l->meeting_point));
        else
            night_numbers_keep(s->numbers, (struct org_id){s->org}, row->location, time_day_nl(s->made_at_ms),
                               l->night_number);
    }
    s->row++;
    reveal_next(s);
}

/* A house to ring whose number this round has read, and the log has for this organisation. */
static bool is_filled(struct night_sheets *s, const struct night_row *row)
{
    const char *number = row->request.v != 0 ? NULL
                                             : night_numbers_get(s->numbers, (struct org_id){s->org},
                                                                 row->location, time_day_nl(s->made_at_ms));

    if (number != NULL)
        json_object_set_new(row->row, "nightNumber", json_string(number));
    return number != NULL;
}

static struct access_entry entry_of(const struct night_sheets *s, const struct night_row *row)
{
    const struct engine *e = app_engine(s->app);
    struct access_entry entry = {.at_ms = app_now_ms(s->app),
                                 .action = "night_sheet.number",
                                 .org = {s->org},
                                 .role = ROLE_SYSTEM,
                                 .object = row->location.v};

    if (row->request.v != 0) {
        const struct referral *r = engine_referral(e, engine_request(e, row->request)->referral);

        entry.action = "night_sheet.reveal";
        entry.object = row->request.v;
        entry.ground = r->facts_known ? r->need.ground : GROUND_NONE;
    }
    return entry;
}

static void reveal_next(struct night_sheets *s)
{
    const struct secrets_port *p = &s->app->parts.secrets;

    while (s->row < s->n_rows) {
        const struct night_row *row = &s->rows[s->row];
        struct access_entry entry = entry_of(s, row);

        if (!is_filled(s, row) && p->reveal(p->ctx, row->location, &entry, on_revealed, s) == OK)
            return;
        s->row++; /* too busy: the sheet says that it is not known */
    }
    finish(s);
}

static void round_over(struct night_sheets *s);

static void next_org(evutil_socket_t fd, short what, void *ctx)
{
    struct night_sheets *s = ctx;
    const struct engine *e = app_engine(s->app);

    (void)fd;
    (void)what;
    for (; s->org <= engine_orgs(e); s->org++) {
        const struct org_key *k = engine_org_key_active(e, (struct org_id){s->org});

        if (k == NULL) {
            forget(s, s->org);
            continue;
        }
        s->key = k->id;
        s->made_at_ms = app_now_ms(s->app);
        s->data = night_sheet_data(e, k->org, s->made_at_ms, &s->rows, &s->n_rows);
        s->row = 0;
        reveal_next(s);
        return;
    }
    round_over(s);
}

/* Each sheet looks at every request: one in a turn, and what came in meanwhile goes first. (A timer: an event
 * made active here would run in this same turn.) */
static void next_soon(struct night_sheets *s)
{
    static const struct timeval now = {0};

    evtimer_add(s->step, &now);
}

/* ---- the round ---- */

/* A round that could not begin. */
static void begin_soon(struct night_sheets *s)
{
    static const struct timeval again = {.tv_sec = AGAIN_S};

    evtimer_add(s->timer, &again);
}

static void on_durable(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct night_sheets *s = ctx;

    (void)outcome;
    if (trouble != OK) { /* the sheets before stay, until then */
        s->busy = s->again = false;
        begin_soon(s);
        return;
    }
    s->org = 1;
    next_soon(s);
}

/* Now, or after the one under way, which may be past the sheets that it is about. */
static void begin_round(struct night_sheets *s)
{
    s->again = s->busy;
    if (s->busy)
        return;
    s->busy = flow_when_durable(s->app->parts.flow, on_durable, s) == OK;
    if (!s->busy)
        begin_soon(s);
}

static void round_over(struct night_sheets *s)
{
    night_numbers_wipe(s->numbers);
    s->busy = false;
    if (s->again)
        begin_round(s);
}

/* Who found the passphrase must not find the sheet. Of the key that is lost, or (before the first round after
 * a start) of a key that is not known: then the round writes it anew. */
static void on_key_lost(struct night_sheets *s, const struct org_key *k)
{
    uint32_t of_key = sheet_of(s, k->org.v)->key.v;

    if (of_key == 0 || of_key == k->id.v)
        forget(s, k->org.v);
}

static void on_published(void *ctx, const struct engine *e, const struct event *ev)
{
    struct night_sheets *s = ctx;

    if (ev->kind == EV_KEY_LOST)
        on_key_lost(s, engine_org_key(e, ev->u.key.id));
    /* Who reads a sheet must not ring, or send somebody to, a place that is known to who must not know it;
     * and an organisation whose key is new has no sheet that it can open. */
    if (ev->kind == EV_LOCATION_FROZEN || ev->kind == EV_KEY_CONFIRMED || ev->kind == EV_KEY_LOST)
        begin_round(s);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct night_sheets *s = ctx;
    struct timeval every = {.tv_sec = s->app->settings.night_sheet_s};

    (void)fd;
    (void)what;
    evtimer_add(s->timer, &every);
    if (!s->busy)
        begin_round(s);
}

struct night_sheets *night_sheets_new(struct http_app *app)
{
    struct night_sheets *s = mem_new(1, sizeof *s);
    struct timeval first = {.tv_sec = FIRST_MS / 1000};

    s->app = app;
    if (app->settings.night_sheet_s == 0) {
        remove_all_files(app->settings.night_sheet_dir);
        return s;
    }
    load_template(s);
    if (s->before == NULL)
        return s;
    s->timer = evtimer_new(app->parts.base, on_timer, s);
    s->step = evtimer_new(app->parts.base, next_org, s);
    CHECK(s->step != NULL && s->timer != NULL && evtimer_add(s->timer, &first) == 0);
    s->numbers = night_numbers_new();
    flow_subscribe(app->parts.flow, on_published, s);
    return s;
}

void night_sheets_free(struct night_sheets *s)
{
    if (s == NULL)
        return;
    drop_data(s);
    night_numbers_free(s->numbers);
    if (s->file != NULL) /* the thread still has it, and on_file frees it */
        s->file->s = NULL;
    if (s->timer != NULL)
        event_free(s->timer);
    if (s->step != NULL)
        event_free(s->step);
    for (uint32_t i = 0; i < s->n_of; i++)
        free(s->of[i].facts);
    free(s->of);
    free(s->before);
    free(s->after);
    free(s);
}
