/* A message of capacity speaks of houses, never of people. These are the words by which formats, columns and
 * fields name a person: one list for all formats. What carries one is refused, and its bytes are not kept:
 * quarantine has the reason only (reading.not_kept).
 *
 * Words are compared without case, accents and '_', '-', '.' and spaces: "Geboorte-datum" and "naam_cliënt"
 * are found, and what stands behind in brackets is not looked at. The same for where a house is and how it is
 * reached, which is a shelter's secret: such words refuse nothing, but nothing that has one is kept. Counts
 * stay possible: a heading "Bewoners" or "aantal_clienten" is none of these words, and a profile may say
 * that "patient" is one (struct person_counts). */
#ifndef PLEK_ADAPTERS_PERSONS_H
#define PLEK_ADAPTERS_PERSONS_H

#include "adapters/gate/report.h"

#define PERSON_COUNTS_MAX 16

struct _xmlNode;

/* Words that a profile says stand for a number of people, not for one (key not_persons): what is called so is
 * fine while a whole number is all that it holds. {0}: none. */
struct person_counts {
    const char *words[PERSON_COUNTS_MAX]; /* of persons_countable */
    int n;
};

/* The word of the list that NAME (of an element, a column, a field) is, or NULL. Static. */
const char *persons_word(struct bytes name);

/* The same, and also words for people together ("clients", "bewoners"): for formats that have no counts by
 * such a name. */
const char *persons_or_group(struct bytes name);

/* The same of those words only that may stand for a number of people ("patient", "clients"), or NULL. Never
 * what identifies somebody ("bsn", "clientnr") or says that it is somebody's data ("persoonsgegevens"). */
const char *persons_countable(struct bytes name);

/* Whether C says that WORD, as the functions above return it, is a count. */
bool persons_are_counted(const struct person_counts *c, const char *word);

/* Whether CONTENT, trimmed, is a whole number of 0 .. UNITS_MAX in five digits at most: so many people are
 * counted, and a citizen's, client's or telephone number does not fit. */
bool persons_is_count(struct bytes content);

/* Why a file with something else under such a name is refused. Static. */
const char *persons_why_no_count(void);

/* Names that were looked at already: in a file a few come again and again. {0} knows none; the names it keeps
 * are borrowed, so it lives no longer than they do. */
#define PERSONS_SEEN 64
struct persons_seen {
    struct bytes fine[PERSONS_SEEN]; /* by a hash of the name; in a full place the newest stays */
};

/* Whether NAME is seen before; if not, the caller judges it and remembers it if it is no word of the list. */
bool persons_seen(const struct persons_seen *s, struct bytes name);
void persons_remember(struct persons_seen *s, struct bytes name);

/* Complain of each element and attribute at ROOT and below that is a word of the list (an attribute: that
 * identifies by itself), by its line. An element that C counts is fine while it holds a whole number, no
 * element and no attribute. Return whether there was none. Depth must be bounded, as safe_xml does. */
MUST_CHECK bool persons_not_in_xml(const struct _xmlNode *root, const struct person_counts *c,
                                   struct reading *r);

/* Whether the bytes of a refused file seem to tell of people, whatever their format and also when they are
 * broken: a word that identifies anywhere, any word of the list where names stand, or a number that can be a
 * citizen's service number (nine digits with single blanks, dots and dashes between, whatever letters around;
 * eleven-test). No good file is refused for a number alone, in a column that nobody reads: one number of nine
 * digits in eleven passes that test, and of such a file nothing but the counts is kept anyway. Wrong now and
 * then: then a file is not kept that could have been. */
bool persons_in_bytes(struct bytes in);

/* Whether the bytes of a refused file may say where a house is or how it is reached (address, phone, e-mail,
 * contact, position), by a word that names such a thing or by a value that looks like one. Such a word never
 * refuses a good file: HSDS and EDXL-HAVE have them. But a refused file with one is not kept. */
bool persons_reached_in_bytes(struct bytes in);

#endif
