/* The engine's table of gate requests: one member of struct engine. Private to core. */
#ifndef PLEK_CORE_GATE_GATE_TABLE_H
#define PLEK_CORE_GATE_GATE_TABLE_H

#include "core/gate/gate.h"

struct gate_slot {
    struct gate g;
    uint64_t sum; /* its digest, part of engine.sum */
};

/* Indexed by id - 1; ids are dense. */
struct gate_table {
    struct gate_slot *list;
    uint32_t n, cap;
};

#endif
