#include "core/kinds.h"

#include "base/check.h"

/* Each list once: the accessor of one code, and the list as a whole. */
#define CODES(name, type, count, ...)                                                                        \
    static const char *const name##_list[count] = {__VA_ARGS__};                                             \
    const char *name##_code(enum type v)                                                                     \
    {                                                                                                        \
        CHECK((unsigned)v < (count));                                                                        \
        return name##_list[v];                                                                               \
    }                                                                                                        \
    const char *const *name##_codes(void)                                                                    \
    {                                                                                                        \
        return name##_list;                                                                                  \
    }

CODES(kind, kind, KIND_N, [KIND_NOOD] = "nood", [KIND_CRISIS] = "crisis", [KIND_VERVOLG] = "vervolg",
      [KIND_BEVEILIGD] = "beveiligd", [KIND_MANNEN] = "mannen", [KIND_COSM] = "cosm", [KIND_OMM] = "omm",
      [KIND_UUR72] = "uur72", [KIND_JEUGD] = "jeugd", [KIND_SPECIALIST] = "specialist")

CODES(threat_level, threat_level, THREAT_N, [THREAT_UNKNOWN] = "onbekend", [THREAT_GROEN] = "groen",
      [THREAT_ORANJE] = "oranje", [THREAT_ROOD] = "rood")

CODES(threat_kind, threat_kind, THREAT_KIND_N, [THREAT_KIND_PARTNER] = "partner",
      [THREAT_KIND_EX_PARTNER] = "ex_partner", [THREAT_KIND_EER] = "eer", [THREAT_KIND_NETWERK] = "netwerk",
      [THREAT_KIND_GEZIN] = "gezin", [THREAT_KIND_CRIMINEEL] = "crimineel")

CODES(residence, residence,
      RESIDENCE_N, [RESIDENCE_ONBEKEND] = "onbekend", [RESIDENCE_NL] = "nl", [RESIDENCE_EU] = "eu",
      [RESIDENCE_VERGUNNING] = "vergunning", [RESIDENCE_B8_VERGUNNING] = "b8_vergunning",
      [RESIDENCE_BEDENKTIJD_AANGEBODEN] = "bedenktijd_aangeboden", [RESIDENCE_BEDENKTIJD] = "bedenktijd",
      [RESIDENCE_ASIEL] = "asiel", [RESIDENCE_DUBLIN] = "dublin", [RESIDENCE_GEEN] = "geen")

CODES(urgency, urgency,
      URGENCY_N, [URGENCY_NU] = "nu", [URGENCY_VANDAAG] = "vandaag", [URGENCY_DRIE_DAGEN] = "drie_dagen")

CODES(sex, sex, SEX_N, [SEX_UNKNOWN] = "onbekend", [SEX_F] = "vrouw", [SEX_M] = "man", [SEX_X] = "x")

CODES(gatekeeper, gatekeeper,
      GATEKEEPER_N, [GATEKEEPER_NONE] = "none", [GATEKEEPER_COMENSHA] = "comensha", [GATEKEEPER_GI] = "gi")

CODES(org_kind, org_kind,
      ORG_KIND_N, [ORG_SHELTER] = "shelter", [ORG_VEILIG_THUIS] = "veilig_thuis", [ORG_COMENSHA] = "comensha",
      [ORG_MUNICIPALITY] = "municipality", [ORG_RAPPORTEUR] = "rapporteur", [ORG_OPERATOR] = "operator")

CODES(role, role, ROLE_N, [ROLE_NONE] = "none", [ROLE_REFERRER] = "referrer", [ROLE_SHELTER] = "shelter",
      [ROLE_COMENSHA] = "comensha", [ROLE_MUNICIPALITY] = "municipality", [ROLE_RAPPORTEUR] = "rapporteur",
      [ROLE_ORG_ADMIN] = "org_admin", [ROLE_EXCHANGE_ADMIN] = "exchange_admin", [ROLE_MACHINE] = "machine",
      [ROLE_SYSTEM] = "system", [ROLE_GATEKEEPER] = "gatekeeper")

CODES(source, source, SOURCE_N, [SOURCE_FEED] = "feed", [SOURCE_HAND] = "hand", [SOURCE_PHONE] = "phone")

CODES(ground, ground, GROUND_N, [GROUND_NONE] = "none", [GROUND_STATUTORY_TASK] = "statutory_task",
      [GROUND_VITAL_INTEREST] = "vital_interest", [GROUND_CONSENT] = "consent")

const char *freshness_code(enum freshness v)
{
    static const char *const list[FRESHNESS_N] = {
        [FRESH] = "fresh", [AGEING] = "ageing", [STALE] = "stale", [NOT_KNOWN] = "unknown"};

    CHECK((unsigned)v < FRESHNESS_N);
    return list[v];
}
