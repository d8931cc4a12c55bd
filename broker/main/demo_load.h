/* Put the invented world into an exchange: definitions and first counts through the journal like any other
 * command, accounts, machine and sealed addresses beside it. Loading twice changes nothing. */
#ifndef PLEK_MAIN_DEMO_LOAD_H
#define PLEK_MAIN_DEMO_LOAD_H

#include "main/boot.h"

/* Load the file at PATH into B (started, its loop not running). CERT (may be NULL) is the adapter's
 * certificate, whose key is enrolled for the demo's machine. Prints progress and the demo password on
 * standard output. On an error WHY holds one line; what was loaded before it stays, and loading again goes
 * on. */
MUST_CHECK enum err demo_load(struct boot *b, const char *path, const char *cert, char *why, size_t why_size);

#endif
