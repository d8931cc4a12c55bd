/* A message of capacity speaks of houses, never of people. This is the gate that holds FHIR to it: it looks
 * at the whole message before anything of it is used. */
#ifndef PLEK_ADAPTERS_FHIR_PERSONS_H
#define PLEK_ADAPTERS_FHIR_PERSONS_H

#include "adapters/format/fhir/fhir_tree.h"

/* Complain of every resource, reference or identifier in T that is about a person, by the name of its type
 * and its line, and of every resource that is not needed to tell of capacity; a type that FHIR R4 does not
 * know is not repeated. Return whether there was none. */
MUST_CHECK bool fhir_no_persons(const struct fhir_tree *t, struct reading *r);

#endif
