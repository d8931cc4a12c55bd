/* Only for accounts: rows of the tables to structs and back, shared by the blocking and the loop's side. */
#ifndef PLEK_STORE_ACCOUNTS_ROWS_H
#define PLEK_STORE_ACCOUNTS_ROWS_H

#include "flow/people_port.h"

/* Columns in the order that account_of_cells and session_of_cells expect. */
#define ACCOUNT_SELECT                                                                                       \
    "SELECT id, username, org, role, location, display_nl, display_en, password_hash, failed_count, "        \
    "locked_until_ms, disabled_at_ms FROM account ORDER BY id"
#define ACCOUNT_CELLS 11
#define SESSION_SELECT "SELECT hash, csrf, account, created_at_ms, seen_at_ms FROM session"
#define SESSION_CELLS 5

/* One row for each machine and organisation it carries, a machine's rows together; org is NULL where it
 * carries none. */
#define MACHINE_SELECT                                                                                       \
    "SELECT m.id, m.name, m.pin, m.next_pin, m.read_org, m.read_role, m.created_at_ms, o.org FROM machine "  \
    "m "                                                                                                     \
    "LEFT JOIN machine_org o ON o.machine = m.id WHERE m.disabled_at_ms = 0 ORDER BY m.name, m.id, o.org"
#define MACHINE_CELLS 8

/* The role of a code; false for none of them. */
MUST_CHECK bool role_of_cell(struct bytes cell, enum role *out);

MUST_CHECK bool account_of_cells(const struct bytes *cells, struct account *out);
MUST_CHECK bool session_of_cells(const struct bytes *cells, struct session *out);

/* Copy TEXT in lower case (ASCII) into OUT; false, and OUT "", if it is too long or empty. */
bool username_fold(const char *text, char out[USERNAME_SIZE]);

#endif
