/* Evaluate the compiled expressions of a profile on one document, within one budget of steps for the whole
 * document. Text that a function handles costs steps too. What bounds the rest: xpath_rules.h says which
 * expressions there are, safe_xml.h how large a document is, and no text in it is longer than
 * XPATH_VALUE_MAX. */
#ifndef PLEK_ADAPTERS_XPATH_RUN_H
#define PLEK_ADAPTERS_XPATH_RUN_H

#include "adapters/gate/report.h"
#include "adapters/profile/profile_xpath.h"

/* 1,000 places fit well (large_and_good in the test); the worst known use of them takes 370 ms (README). */
#define XPATH_STEPS_MAX 300000
#define XPATH_VALUE_MAX 200 /* bytes; xml_text has the same */

struct _xmlDoc;
struct _xmlNode;
struct _xmlNodeSet;
struct xpath_run;

/* Prepare DOC, which it changes: texts over XPATH_VALUE_MAX are cut just above it. DOC and FORM are borrowed
 * until xpath_run_free. */
struct xpath_run *xpath_run_new(const struct xpath_form *form, struct _xmlDoc *doc);
void xpath_run_free(struct xpath_run *run);

/* What EXPR finds from the root, to free with xmlXPathFreeNodeSet; NULL after a complaint named FIELD. An
 * expression that finds no nodes gives an empty set, one that makes a text a complaint. */
struct _xmlNodeSet *xpath_run_nodes(struct xpath_run *run, struct _xmlXPathCompExpr *expr, const char *field,
                                    struct reading *r);

/* The one value EXPR finds from NODE, trimmed, into OUT with its NUL; its length, 0 when EXPR is NULL or
 * finds nothing, and 0 after a complaint: more than one node, an element with others in it, or too long. */
size_t xpath_run_text(struct xpath_run *run, struct _xmlXPathCompExpr *expr, struct _xmlNode *node, int line,
                      const char *field, struct reading *r, char out[XPATH_VALUE_MAX + 1]);

/* The budget is gone; a complaint has said so. */
bool xpath_run_spent(const struct xpath_run *run);

#endif
