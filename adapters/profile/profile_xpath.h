/* The part of a profile that says where things stand in a provider's own XML: section `xpath`. Expressions
 * are held against format/xml_xpath/xpath_rules.h and compiled once, here; README.md shows how they are
 * written. */
#ifndef PLEK_ADAPTERS_PROFILE_XPATH_H
#define PLEK_ADAPTERS_PROFILE_XPATH_H

#include "adapters/profile/profile.h"

#define XPATH_FIELD_N CSV_PART /* those before it; an XPath leaves parts out by itself */
#define XPATH_NAMESPACES_MAX 16
#define XPATH_REFUSE_MAX 32
#define XPATH_PREFIX_SIZE 33
#define XPATH_URI_SIZE 201

struct _xmlXPathCompExpr;

struct xpath_namespace {
    char prefix[XPATH_PREFIX_SIZE];
    char uri[XPATH_URI_SIZE];
};

/* Compiled expressions are NULL where the profile says nothing. */
struct xpath_form {
    struct xpath_namespace namespaces[XPATH_NAMESPACES_MAX];
    int namespaces_n;
    enum time_form time;
    bool amsterdam;
    struct _xmlXPathCompExpr *rows;                  /* one node per place */
    struct _xmlXPathCompExpr *fields[XPATH_FIELD_N]; /* seen from a row */
    struct _xmlXPathCompExpr *file_observed_at; /* seen from the root; for rows without a time of their own */
    struct _xmlXPathCompExpr *refuse[XPATH_REFUSE_MAX]; /* must find nothing */
    int refuse_n;
};

/* Read the section at AT into OUT ({0}); faults with their field go to F. End it with profile_xpath_fini in
 * either case. */
void profile_xpath_read(struct xpath_form *out, struct json_at at, struct json_faults *f);
void profile_xpath_fini(struct xpath_form *form);

#endif
