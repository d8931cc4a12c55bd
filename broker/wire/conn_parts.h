/* Inside a connection, for conn*.c only.
 *
 *   conn_read ──► a whole request ──► handler ──► conn_answer
 *        └────────────── conn: states, deadlines, end ─────┘
 */
#ifndef PLEK_WIRE_CONN_PARTS_H
#define PLEK_WIRE_CONN_PARTS_H

#include "wire/server_state.h"

struct evbuffer;

/* ---- conn.c ---- */

/* Go on to NEXT; a step that the table of states does not have is a bug. */
void wire_conn_set_state(struct wire_conn *c, enum wire_conn_state next);
/* In AFTER_MS from now; what happens then hangs on the state of that moment. */
void wire_conn_set_deadline(struct wire_conn *c, int after_ms);
void wire_conn_no_deadline(struct wire_conn *c);
struct evbuffer *wire_conn_input(const struct wire_conn *c);
struct evbuffer *wire_conn_output(const struct wire_conn *c);
/* Throw away what came in; too much of it ends the connection. */
void wire_conn_discard(struct wire_conn *c);
/* The last byte is out: shut our side and wait for theirs. */
void wire_conn_linger(struct wire_conn *c);

/* ---- conn_read.c ---- */

/* Look at the input, for at most one request; may answer, refuse or drop. */
void wire_conn_advance(struct wire_conn *c);
/* Stop or resume reading; wherever state or input changed. */
void wire_conn_pace_reading(struct wire_conn *c);
void wire_conn_on_read(struct bufferevent *bev, void *conn);

/* ---- conn_answer.c ---- */

void wire_conn_on_write(struct bufferevent *bev, void *conn); /* all that waited is out */

#endif
