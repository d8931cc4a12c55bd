/* The pages and what they load: a folder listed in its own files.tsv, read into memory once, so that no
 * request ever names a file. Columns, by tab: url, file below the folder, content type, cache rule
 * ("immutable", "no-store", or "no-store,wasm" for a page that may compile WebAssembly), and encodings that
 * lie beside the file ("gz,br", "gz", "br" or "-"). */
#ifndef PLEK_HTTP_STATIC_FILES_H
#define PLEK_HTTP_STATIC_FILES_H

#include "http/call.h"

/* All files and encodings together; the pages of the product are below 2 MiB. */
#define STATIC_BYTES_MAX (16 * 1024 * 1024)

struct static_files;

/* Read DIR. ERR_IO or ERR_BAD_INPUT with one line in WHY: a file that cannot be read, a row that is not as
 * above, a url twice, a file outside the folder, or more than STATIC_BYTES_MAX. */
MUST_CHECK enum err static_files_load(const char *dir, struct static_files **out, char *why, size_t why_size);
void static_files_free(struct static_files *files);

bool static_files_has(const struct static_files *files, struct bytes url);

/* Answer GET or HEAD for URL with the best encoding that the client takes; 304 if it has it already; 404 (the
 * page /404 if there is one) or 405 otherwise. */
void static_files_answer(const struct static_files *files, const struct late *late,
                         const struct http_head *head, struct bytes url);

#endif
