/* The night sheet: what an organisation needs on paper when the exchange is down, made every hour and sealed
 * to the organisation's own key, so that what is kept here and on disk is ciphertext.
 *
 * To make it the broker reads night numbers and meeting points of houses that said yes: each of those reads
 * is in the access log ("night_sheet.reveal", the request; by the broker, for that organisation), as is the
 * making ("night_sheet.make", the organisation). Afterwards the broker keeps none of it in clear.
 *
 * One sheet after the other; between two of them the loop goes on, and files are written by a thread. A sheet
 * whose night number cannot be read now is made without it and says so: an old number is better found in the
 * sheet before. Files: <dir>/nachtlijst-<code>.html, mode 0600, whole or not at all. An organisation that has
 * no confirmed key any more loses its file. */
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
    struct request_id request;
    struct location_id location;
    json_t *row; /* borrowed from the data */
};
/* What ORG needs at NOW, without what lies sealed; ROWS (the caller frees it) gets what to fill in. */
json_t *night_sheet_data(const struct engine *e, struct org_id org, int64_t now_ms, struct night_row **rows,
                         size_t *n_rows);

#endif
