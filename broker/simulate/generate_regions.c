/* The 35 regions of the centre municipalities for women's shelter. Coordinates: the town of the region on the
 * Dutch grid, in 100 m (from the latitudes and longitudes of schema/codes/regions.csv). Weights: inhabitants
 * of the region in thousands, rounded estimates; only their proportions matter. */
#include "simulate/generate_parts.h"

#include "base/mem.h"

static const struct sim_region regions[] = {
    {"Alkmaar", 1116, 5166, 300},    {"Almere", 1437, 4871, 440},     {"Amersfoort", 1548, 4632, 340},
    {"Amsterdam", 1218, 4868, 1050}, {"Apeldoorn", 1944, 4699, 320},  {"Arnhem", 1910, 4435, 500},
    {"Breda", 1131, 4000, 480},      {"Delft", 842, 4470, 320},       {"Den Haag", 816, 4550, 800},
    {"Den Helder", 1124, 5502, 165}, {"Dordrecht", 1050, 4251, 490},  {"Ede", 1747, 4509, 240},
    {"Eindhoven", 1615, 3830, 560},  {"Emmen", 2566, 5341, 500},      {"Enschede", 2578, 4716, 640},
    {"Gouda", 1084, 4480, 300},      {"Groningen", 2338, 5820, 600},  {"Haarlem", 1039, 4884, 550},
    {"Heerlen", 1962, 3221, 400},    {"Helmond", 1733, 3877, 260},    {"'s-Hertogenbosch", 1492, 4109, 480},
    {"Hilversum", 1401, 4712, 260},  {"Leeuwarden", 1819, 5796, 660}, {"Leiden", 937, 4637, 560},
    {"Maastricht", 1766, 3181, 210}, {"Nijmegen", 1880, 4288, 420},   {"Nissewaard", 821, 4294, 200},
    {"Rotterdam", 925, 4376, 850},   {"Tilburg", 1336, 3969, 460},    {"Utrecht", 1359, 4558, 800},
    {"Venlo", 2091, 3756, 520},      {"Vlaardingen", 830, 4360, 260}, {"Vlissingen", 287, 3859, 390},
    {"Zaanstad", 1161, 4946, 350},   {"Zwolle", 2028, 5019, 530},
};

void gen_regions(struct sim_world *w)
{
    for (size_t i = 0; i < COUNT_OF(regions); i++)
        w->regions[i] = regions[i];
    w->n_regions = (int)COUNT_OF(regions);
}

int gen_region_by_weight(const struct sim_world *w, struct draw *d)
{
    int weights[SIM_REGIONS_MAX];
    for (int i = 0; i < w->n_regions; i++)
        weights[i] = w->regions[i].weight;
    return draw_pick(d, weights, w->n_regions);
}

int gen_region_km(const struct sim_world *w, int a, int b)
{
    int64_t dx = w->regions[a].x - w->regions[b].x;
    int64_t dy = w->regions[a].y - w->regions[b].y;
    int64_t square = dx * dx + dy * dy;
    int km = 0;
    while ((int64_t)(km + 1) * (km + 1) * 100 <= square)
        km++;
    return km;
}
