#include "adapters/gate/fhir_types.h"

#include "base/mem.h"

static const char *const people[] = {"Account",
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

static const char *const capacity[] = {
    "Bundle",        "CodeSystem",    "Endpoint",     "HealthcareService",       "Location", "Measure",
    "MeasureReport", "MessageHeader", "Organization", "OrganizationAffiliation", "ValueSet"};

static const char *found_in(const char *const *list, size_t n, struct bytes name)
{
    for (size_t i = 0; i < n; i++)
        if (bytes_equal(name, bytes_of_text(list[i])))
            return list[i];
    return NULL;
}

const char *fhir_type_of_people(struct bytes name)
{
    return found_in(people, COUNT_OF(people), name);
}

const char *fhir_type_of_capacity(struct bytes name)
{
    return found_in(capacity, COUNT_OF(capacity), name);
}
