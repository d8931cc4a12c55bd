/* The night sheet: what an organisation needs on paper when the exchange is down, made every hour and sealed
 * to the organisation's own key, so that what is kept here and on disk is ciphertext.
 *
 * To make it the broker reads night numbers: with the meeting point of each house that said yes, and of the
 * houses that may be rung (core/audience/audience.h). Each of those reads is in the access log by the broker,
 * for that organisation: "night_sheet.reveal" with the request each time, "night_sheet.number" with the
 * location each time that it is opened (once a round), and for each further reader once a day (Dutch time)
 * and after each start, for every sheet of the day tells the same. So is the making
 * ("night_sheet.make", the organisation). A number is read once a round for all sheets; when the round is
 * over the broker keeps none of it in clear.
 *
 * One sheet after the other; between two of them the loop goes on, and files are written by a thread. A sheet
 * whose night number cannot be read now is made without it and says so: an old number is better found in the
 * sheet before. A location that is frozen starts a round at once, or right after the one under way: no
 * sheet kept here has its number any longer than that takes. So does a key that is confirmed or lost: who has
 * a new one need not wait an hour for a sheet that it opens. With the loss of the key that a sheet was sealed
 * to (its passphrase may be known) the sheet and its file are gone at once, before that round. A round that
 * cannot begin, for a journal that is away or too many readers, is tried again every five seconds; the sheets
 * before stay until it has run. Files: <dir>/nachtlijst-<code>.html, mode 0600, whole or not at all: one that
 * cannot be written is an error in the log, the one before it stays, and the next round writes it. An
 * organisation that has no confirmed key any more loses its file. Where sheets are off (night_sheet_s 0) all
 * files of that form in the folder are removed at the start: an old one would be taken for the night's.
 *
 * In clear, beside what is sealed: the name, the moment, and numbers that anybody may ring (night_*_number of
 * the settings): who forgot the passphrase still has these. A house, which has no other houses to ring, finds
 * in what is sealed whose household comes, who placed it and the number of that desk. */
#ifndef PLEK_HTTP_NIGHT_SHEET_H
#define PLEK_HTTP_NIGHT_SHEET_H

#include "core/engine.h"

#include <jansson.h>

struct http_app;
struct night_sheets;

/* TEMPLATE is read once: ui_dir/night-sheet.html; without it there are no sheets, and the log says so. */
struct night_sheets *night_sheets_new(struct http_app *app);
/* What is under way calls back no more. NULL is fine. */
void night_sheets_free(struct night_sheets *s);

/* Append the whole document of ORG to OUT. ERR_NOT_FOUND: there is none (yet), or it was made for a key that
 * is not in use any more. */
MUST_CHECK enum err night_sheet_write(const struct night_sheets *s, struct org_id org, struct buf *out);

/* {"state": "ready" | "no_key" | "not_yet" | "off", "madeAt", "everyS"} */
json_t *night_sheet_state(const struct night_sheets *s, struct org_id org);

/* ---- night_sheet_data.c ---- */
/* A row of the sheet that still lacks what lies sealed. */
struct night_row {
    struct request_id request; /* 0: of no yes, a house that may be rung */
    struct location_id location;
    json_t *row; /* borrowed from the data */
};
/* What ORG needs at NOW, without what lies sealed; ROWS (the caller frees it) gets what to fill in. Each list
 * has at most 300 rows; "left" says of each how many more there are. */
json_t *night_sheet_data(const struct engine *e, struct org_id org, int64_t now_ms, struct night_row **rows,
                         size_t *n_rows);

/* ---- night_sheet_ring.c ---- */
/* The houses that ORG may ring, nearest region first and in it where most is free, ROWS_MAX of them; LEFT
 * gets how many more there are. ROWS, from the heap, grows by one for each, without a request. */
json_t *night_sheet_ring(const struct engine *e, struct org_id org, int64_t now_ms, size_t rows_max,
                         struct night_row **rows, size_t *n_rows, size_t *left);

#endif
