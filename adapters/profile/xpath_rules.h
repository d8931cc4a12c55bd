/* Which XPath a profile may use. libxml2 counts the steps of an evaluation but not what a step costs: on a
 * file of 250 kB `//x[/ = 'y']` stays within 200,000 steps and takes 18 seconds (measured, 2.9.14). So an
 * expression may only say what costs about as much as it counts:
 *
 *   anywhere       child, attribute, self; `//` or a descendant axis once; `..`, parent and ancestor only at
 * the beginning of a path; and, or; the functions below inside [ ]     downwards by child, attribute and self
 * only; compare and reckon, one side of a comparison being a text, a number or (on the right) a function
 *   nowhere        variables, |, following, preceding, sibling and namespace axes; comparing outside [ ];
 * sum() (of nothing it is 0, and missing is unknown); id(), lang(), document() and all extensions
 *
 * Pure; says nothing of syntax, which libxml2 judges after this. */
#ifndef PLEK_ADAPTERS_XPATH_RULES_H
#define PLEK_ADAPTERS_XPATH_RULES_H

#include "base/bytes.h"

#define XPATH_BYTES_MAX 256
#define XPATH_NEST_MAX 8 /* ( and [ within each other */

/* The word before a colon that TEXT uses must be known: asked of KNOWN. NULL: allowed; else an English
 * reason, static, that follows on the name of the field. */
MUST_CHECK const char *xpath_rules(struct bytes text, bool (*known)(const void *ctx, struct bytes prefix),
                                   const void *ctx);

/* The functions that may be used, in no order; the last is NULL. */
extern const char *const xpath_functions[];

#endif
