/* Types of FHIR R4, by name: which are about people, and which may tell of capacity. One list for the format,
 * which refuses by it, and for what the broker is told, which may name these and no other. */
#ifndef PLEK_ADAPTERS_FHIR_TYPES_H
#define PLEK_ADAPTERS_FHIR_TYPES_H

#include "base/bytes.h"

/* The type NAME as it stands in the list, if it is a person, belongs to one (the compartments of Patient,
 * RelatedPerson, Practitioner and Encounter) or can hold anything at all (Binary, Basic, Parameters); else
 * NULL. Static. */
const char *fhir_type_of_people(struct bytes name);

/* The same of what a message of capacity may be made of. */
const char *fhir_type_of_capacity(struct bytes name);

#endif
