#include "core/supply.h"

struct pool_kept pool_keep(const struct pool *p)
{
    return (struct pool_kept){.traits = p->traits,
                              .languages = p->languages,
                              .serves_regions = p->serves_regions,
                              .id = p->id,
                              .location = p->location,
                              .org = p->org,
                              .adult_age_min = p->adult_age_min,
                              .adult_age_max = p->adult_age_max,
                              .son_age_max = p->son_age_max,
                              .daughter_age_max = p->daughter_age_max,
                              .units_total = p->units_total,
                              .residences_yes = (uint16_t)p->residences.yes,
                              .residences_no = (uint16_t)p->residences.no,
                              .threat_kinds_yes = (uint8_t)p->threat_kinds.yes,
                              .threat_kinds_no = (uint8_t)p->threat_kinds.no,
                              .threat_levels_yes = p->threat_levels.yes & 15u,
                              .threat_levels_no = p->threat_levels.no & 15u,
                              .unit_size = p->unit_size,
                              .kind = p->kind,
                              .gatekeeper = p->gatekeeper,
                              .women = p->women,
                              .men = p->men,
                              .children = p->children,
                              .linkable = p->linkable,
                              .safety_exception = p->safety_exception,
                              .overflow = p->overflow};
}

struct pool pool_unkeep(const struct pool_kept *p)
{
    return (struct pool){.id = p->id,
                         .location = p->location,
                         .org = p->org,
                         .kind = p->kind,
                         .unit_size = p->unit_size,
                         .units_total = p->units_total,
                         .women = p->women,
                         .men = p->men,
                         .adult_age_min = p->adult_age_min,
                         .adult_age_max = p->adult_age_max,
                         .children = p->children,
                         .son_age_max = p->son_age_max,
                         .daughter_age_max = p->daughter_age_max,
                         .residences = pool_residences(p),
                         .threat_levels = pool_threat_levels(p),
                         .threat_kinds = pool_threat_kinds(p),
                         .traits = p->traits,
                         .languages = p->languages,
                         .serves_regions = p->serves_regions,
                         .safety_exception = p->safety_exception,
                         .overflow = p->overflow,
                         .linkable = p->linkable,
                         .gatekeeper = p->gatekeeper};
}
