/* What people read and hear: the rows of schema/notify/texts.csv (key, subject_nl, subject_en, text_nl,
 * text_en), Dutch first, English complete. Nothing can be put in, not even the code of a referral: a text
 * message is read on a locked phone, and a mailbox could follow one household (ux: 5.2). Each text is one
 * text message, 160 letters of the seven-bit alphabet, whatever it goes out by: one that is longer is
 * refused. */
#ifndef PLEK_NOTIFY_TEXTS_H
#define PLEK_NOTIFY_TEXTS_H

#include "base/bytes.h"

struct texts;

/* Read TEXT (NAME for messages). ERR_BAD_INPUT with line and reason in WHY. */
MUST_CHECK enum err texts_read(struct bytes text, const char *name, struct texts **out, char *why,
                               size_t why_size);
MUST_CHECK enum err texts_load(const char *path, struct texts **out, char *why, size_t why_size);
void texts_free(struct texts *t);

bool texts_has(const struct texts *t, const char *key);
/* Append subject and text of KEY to the two (either may be NULL). False, and nothing is appended, if there is
 * no such key. */
bool texts_write(const struct texts *t, const char *key, bool english, struct buf *subject, struct buf *text);

#endif
