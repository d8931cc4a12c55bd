/* The attributes of a simulated world in the words of core: which kind, trait, level or residence stands for
 * each column of a scenario. The one place where the two vocabularies meet. */
#ifndef PLEK_SIMULATE_CORE_MAP_H
#define PLEK_SIMULATE_CORE_MAP_H

#include "core/engine.h"
#include "simulate/world.h"

/* Regions with straight-line kilometres, and traits, kinds and reasons that the worlds use. The caller frees
 * it with vocab_free. */
struct vocab *map_vocab(const struct sim_world *w);

/* Organisations: one per site, then CoMensha, then one Veilig Thuis per region. Ids follow from the order. */
struct org_id map_site_org(int site);
struct org_id map_comensha(const struct sim_world *w);
struct org_id map_referrer(const struct sim_world *w, const struct sim_referral *r);
struct pool_id map_pool(int pool);

struct org map_org(const struct sim_world *w,
                   uint32_t index); /* 0 .. map_orgs() - 1, in order of definition */
uint32_t map_orgs(const struct sim_world *w);
struct location map_location(const struct sim_world *w, int site);
struct pool map_pool_profile(const struct sim_world *w, const struct vocab *v, int pool);
struct need map_need(const struct vocab *v, const struct sim_referral *r);

/* Who asks for this household: a referrer of its region, or CoMensha for trafficking. */
struct actor map_referrer_actor(const struct sim_world *w, const struct sim_referral *r);
struct actor map_shelter_actor(int site);

#define MAP_DECLINE_FULL 1 /* index + 1 in the decline list */
#define MAP_DECLINE_OTHER 2
#define MAP_WITHDRAW 1

#endif
