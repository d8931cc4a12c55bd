/* Counts connections per address, for the cap that keeps one client from taking all places. An IPv4 address
 * counts alone (also when it comes mapped into IPv6), an IPv6 address with its /64: one household or office
 * has a whole /64 to choose from. Memory: one entry per address with open connections. */
#ifndef PLEK_WIRE_ADDRESS_COUNT_H
#define PLEK_WIRE_ADDRESS_COUNT_H

#include <stddef.h>
#include <stdint.h>

struct sockaddr;
struct address_count;

struct address_key {
    uint8_t family; /* 4, 6, or 0: no address (unix socket), not counted */
    uint8_t prefix[8];
};

struct address_count *address_count_new(void);
void address_count_free(struct address_count *counts);

/* Key of SA, and its numeric text in OUT[SIZE] ("" without address). */
struct address_key address_key_of(const struct sockaddr *sa, char *out, size_t size);

/* Count one more / one less and return the new count; 0 for a key without address. */
int address_count_add(struct address_count *counts, struct address_key key);
int address_count_drop(struct address_count *counts, struct address_key key);

#endif
