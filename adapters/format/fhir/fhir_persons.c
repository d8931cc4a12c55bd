#include "adapters/format/fhir/fhir_persons.h"

#include "adapters/persons.h"
#include "base/mem.h"

#include <string.h>

/* Types of R4 that are a person, belong to one (the compartments of Patient, RelatedPerson, Practitioner and
 * Encounter) or can hold anything at all (Binary, Basic, Parameters). */
static const char *const personal[] = {"Account",
                                       "AdverseEvent",
                                       "AllergyIntolerance",
                                       "Appointment",
                                       "AppointmentResponse",
                                       "AuditEvent",
                                       "Basic",
                                       "Binary",
                                       "BodyStructure",
                                       "CarePlan",
                                       "CareTeam",
                                       "ChargeItem",
                                       "Claim",
                                       "ClaimResponse",
                                       "ClinicalImpression",
                                       "Communication",
                                       "CommunicationRequest",
                                       "Composition",
                                       "Condition",
                                       "Consent",
                                       "Contract",
                                       "Coverage",
                                       "CoverageEligibilityRequest",
                                       "CoverageEligibilityResponse",
                                       "DetectedIssue",
                                       "DeviceRequest",
                                       "DeviceUseStatement",
                                       "DiagnosticReport",
                                       "DocumentManifest",
                                       "DocumentReference",
                                       "Encounter",
                                       "EnrollmentRequest",
                                       "EnrollmentResponse",
                                       "EpisodeOfCare",
                                       "ExplanationOfBenefit",
                                       "FamilyMemberHistory",
                                       "Flag",
                                       "Goal",
                                       "Group",
                                       "GuidanceResponse",
                                       "ImagingStudy",
                                       "Immunization",
                                       "ImmunizationEvaluation",
                                       "ImmunizationRecommendation",
                                       "Invoice",
                                       "Linkage",
                                       "List",
                                       "Media",
                                       "MedicationAdministration",
                                       "MedicationDispense",
                                       "MedicationRequest",
                                       "MedicationStatement",
                                       "MolecularSequence",
                                       "NutritionOrder",
                                       "Observation",
                                       "Parameters",
                                       "Patient",
                                       "PaymentNotice",
                                       "PaymentReconciliation",
                                       "Person",
                                       "Practitioner",
                                       "PractitionerRole",
                                       "Procedure",
                                       "Provenance",
                                       "QuestionnaireResponse",
                                       "RelatedPerson",
                                       "RequestGroup",
                                       "ResearchSubject",
                                       "RiskAssessment",
                                       "Schedule",
                                       "ServiceRequest",
                                       "Slot",
                                       "Specimen",
                                       "SupplyDelivery",
                                       "SupplyRequest",
                                       "Task",
                                       "VisionPrescription"};

/* What a message of capacity may be made of. */
static const char *const wanted[] = {
    "Bundle",        "CodeSystem",    "Endpoint",     "HealthcareService",       "Location", "Measure",
    "MeasureReport", "MessageHeader", "Organization", "OrganizationAffiliation", "ValueSet"};

/* The national number of citizens, as nictiz publishes it. */
static const char *const person_numbers[] = {"http://fhir.nl/fhir/NamingSystem/bsn",
                                             "https://fhir.nl/fhir/NamingSystem/bsn",
                                             "urn:oid:2.16.840.1.113883.2.4.6.3"};

static const char *found_in(const char *const *list, size_t n, struct bytes word)
{
    for (size_t i = 0; i < n; i++)
        if (word.len > 0 && word.p[0] == (uint8_t)list[i][0] && bytes_equal(word, bytes_of_text(list[i])))
            return list[i];
    return NULL;
}

/* The personal type that a reference names ("Patient/7", "https://server/fhir/Patient/7",
 * "Patient?identifier=7"), or NULL. */
static const char *referred(struct bytes reference)
{
    size_t from = 0;
    for (size_t i = 0; i <= reference.len; i++) {
        if (i < reference.len && strchr("/?#|", reference.p[i]) == NULL)
            continue;
        const char *type = found_in(personal, COUNT_OF(personal), BYTES(reference.p + from, i - from));
        if (type != NULL)
            return type;
        from = i + 1;
    }
    return NULL;
}

static void judge_resource(const struct fhir_node *n, struct reading *r)
{
    const char *type = found_in(personal, COUNT_OF(personal), n->name);
    if (type != NULL) {
        reading_complain(r, n->line, type, "is about people: the whole message is refused");
        r->not_kept = true;
    } else if (found_in(wanted, COUNT_OF(wanted), n->name) == NULL)
        reading_complain(r, n->line, "resource",
                         "is of a type that does not belong in a message of capacity");
}

/* True after a complaint. */
static bool judge_value(const struct fhir_node *n, struct persons_seen *seen, struct reading *r)
{
    const int before = r->complaints_n + r->complaints_more;
    static const char *const pointers[] = {"reference", "fullUrl", "type"};
    const char *type = NULL;
    if (n->value.len > 0 && found_in(pointers, COUNT_OF(pointers), n->name) != NULL)
        type = referred(n->value);
    if (type != NULL)
        reading_complain(r, n->line, type,
                         "is referred to and is about people: the whole message is refused");
    if (fhir_is(n, "subjectResults"))
        reading_complain(r, n->line, "subjectResults", "is about people: the whole message is refused");
    if (fhir_is(n, "system") && found_in(person_numbers, COUNT_OF(person_numbers), n->value) != NULL)
        reading_complain(r, n->line, "identifier",
                         "is a citizen's service number: the whole message is refused");
    const char *word = persons_seen(seen, n->name) ? NULL : persons_word(n->name);
    if (word != NULL)
        reading_complain(r, n->line, word, "is about people: the whole message is refused");
    else
        persons_remember(seen, n->name);
    return r->complaints_n + r->complaints_more != before;
}

bool fhir_no_persons(const struct fhir_tree *t, struct reading *r)
{
    int before = r->complaints_n;
    struct persons_seen seen = {0};
    for (size_t i = 1; i < t->n; i++) {
        if (t->list[i]->resource)
            judge_resource(t->list[i], r);
        else
            r->not_kept |= judge_value(t->list[i], &seen, r);
    }
    return r->complaints_n == before;
}
