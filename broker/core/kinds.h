/* The closed lists of the domain: those the rules are written about. Codes and labels are data
 * (schema/codes/); the order here is the order of journal and must only grow at the end. Open lists (traits,
 * regions, languages, reasons) are in core/vocab.h. */
#ifndef PLEK_CORE_KINDS_H
#define PLEK_CORE_KINDS_H

/* Of enums that every household and request has many of in memory. */
#define ONE_BYTE __attribute__((packed))

/* Kinds of place (domain: section 3). */
enum kind {
    KIND_NOOD,
    KIND_CRISIS,
    KIND_VERVOLG,
    KIND_BEVEILIGD,
    KIND_MANNEN,
    KIND_COSM,
    KIND_OMM,
    KIND_UUR72,
    KIND_JEUGD,
    KIND_SPECIALIST,
    KIND_N
};

enum threat_level { THREAT_UNKNOWN, THREAT_GROEN, THREAT_ORANJE, THREAT_ROOD, THREAT_N } ONE_BYTE;

/* Bits in a tri_set. */
enum threat_kind {
    THREAT_KIND_PARTNER,
    THREAT_KIND_EX_PARTNER,
    THREAT_KIND_EER,
    THREAT_KIND_NETWERK,
    THREAT_KIND_GEZIN,
    THREAT_KIND_CRIMINEEL,
    THREAT_KIND_N
};

enum residence {
    RESIDENCE_ONBEKEND,
    RESIDENCE_NL,
    RESIDENCE_EU,
    RESIDENCE_VERGUNNING,
    RESIDENCE_B8_VERGUNNING,
    RESIDENCE_BEDENKTIJD_AANGEBODEN,
    RESIDENCE_BEDENKTIJD,
    RESIDENCE_ASIEL,
    RESIDENCE_DUBLIN,
    RESIDENCE_GEEN,
    RESIDENCE_N
} ONE_BYTE;

enum urgency { URGENCY_NU, URGENCY_VANDAAG, URGENCY_DRIE_DAGEN, URGENCY_N } ONE_BYTE;

enum sex { SEX_UNKNOWN, SEX_F, SEX_M, SEX_X, SEX_N } ONE_BYTE;

enum gatekeeper { GATEKEEPER_NONE, GATEKEEPER_COMENSHA, GATEKEEPER_GI, GATEKEEPER_N } ONE_BYTE;

enum org_kind {
    ORG_SHELTER,
    ORG_VEILIG_THUIS,
    ORG_COMENSHA,
    ORG_MUNICIPALITY,
    ORG_RAPPORTEUR,
    ORG_OPERATOR,
    ORG_KIND_N
};

/* Roles (domain: section 2). MACHINE is an adapter with a client certificate. */
enum role {
    ROLE_NONE,
    ROLE_REFERRER,
    ROLE_SHELTER,
    ROLE_COMENSHA,
    ROLE_MUNICIPALITY,
    ROLE_RAPPORTEUR,
    ROLE_ORG_ADMIN,
    ROLE_EXCHANGE_ADMIN,
    ROLE_MACHINE,
    ROLE_SYSTEM,     /* the broker itself: deadlines */
    ROLE_GATEKEEPER, /* toewijzer: the desk of a municipality that decides on places for minors alone */
    ROLE_N
};

enum source { SOURCE_FEED, SOURCE_HAND, SOURCE_PHONE, SOURCE_N };

enum freshness { FRESH, AGEING, STALE, NOT_KNOWN, FRESHNESS_N };

enum ground { GROUND_NONE, GROUND_STATUTORY_TASK, GROUND_VITAL_INTEREST, GROUND_CONSENT, GROUND_N } ONE_BYTE;

/* The code of each value as it stands in schema/codes/ and in the API ("nood", "rood", "onbekend", ...).
 * Never NULL for a value below _N. Threat level unknown is "onbekend", sex unknown is "onbekend". */
const char *kind_code(enum kind v);
const char *threat_level_code(enum threat_level v);
const char *threat_kind_code(enum threat_kind v);
const char *residence_code(enum residence v);
const char *urgency_code(enum urgency v);
const char *sex_code(enum sex v); /* "onbekend" "vrouw" "man" "x" */
const char *gatekeeper_code(enum gatekeeper v);
const char *org_kind_code(enum org_kind v);   /* "shelter" "veilig_thuis" "comensha" "municipality" ... */
const char *role_code(enum role v);           /* "referrer" "shelter" "comensha" ... */
const char *source_code(enum source v);       /* "feed" "hand" "phone" */
const char *freshness_code(enum freshness v); /* "fresh" "ageing" "stale" "unknown" */
const char *ground_code(enum ground v);       /* "none" "statutory_task" "vital_interest" "consent" */

/* All codes of one list as an array of N, for json_choice() and the like. */
const char *const *kind_codes(void);
const char *const *threat_level_codes(void);
const char *const *threat_kind_codes(void);
const char *const *residence_codes(void);
const char *const *urgency_codes(void);
const char *const *sex_codes(void);
const char *const *gatekeeper_codes(void);
const char *const *org_kind_codes(void);
const char *const *role_codes(void);
const char *const *source_codes(void);
const char *const *ground_codes(void);

#endif
