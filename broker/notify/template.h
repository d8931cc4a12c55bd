/* How a gateway wants to be asked, as data: a file of schema/notify/gateways/, {"headers": {name: text},
 * "body": any JSON}. In every text of it these marks are filled in: ${to} (+31...), ${to_digits} (31...),
 * ${to_00} (0031...), ${from}, ${text}, ${id}, ${language} (nl, en), ${locale} (nl-nl, en-gb), ${token}.
 * Values are put into texts of a JSON tree and into headers without control characters, so none can break out
 * of its place. */
#ifndef PLEK_NOTIFY_TEMPLATE_H
#define PLEK_NOTIFY_TEMPLATE_H

#include "base/bytes.h"

#define TEMPLATE_HEADERS_MAX 8

struct template;

struct template_values {
    const char *to; /* E.164 */
    const char *from, *text, *id, *token;
    bool english;
};

/* ERR_BAD_INPUT with the reason in WHY: no JSON, other members, unknown marks, more headers than may be. */
MUST_CHECK enum err template_read(struct bytes text, const char *name, struct template **out, char *why,
                                  size_t why_size);
MUST_CHECK enum err template_load(const char *path, struct template **out, char *why, size_t why_size);
void template_free(struct template *t);

/* Append the body, and "Name: value" lines, each with a NUL behind it, to HEADERS. Returns how many lines. */
size_t template_write(const struct template *t, const struct template_values *v, struct buf *body,
                      struct buf *headers);

#endif
