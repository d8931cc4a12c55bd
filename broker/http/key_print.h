/* The fingerprint of an organisation's public key, as two people read it to each other: six groups of five
 * digits, "48213 00917 ...". Of the SHA-256 of "plek-key-1" and the key, five bytes a group, modulo 100,000:
 * about 99 bits. The pages count it themselves (js/sealing.js); this is for what they send back. */
#ifndef PLEK_HTTP_KEY_PRINT_H
#define PLEK_HTTP_KEY_PRINT_H

#include "core/handover/handover.h"

#define KEY_PRINT_GROUPS 6
#define KEY_PRINT_SIZE (KEY_PRINT_GROUPS * 6)

void key_print(const uint8_t public_key[ORG_KEY_PUBLIC_BYTES], char out[KEY_PRINT_SIZE]);
/* True if TEXT has the same digits in the same order, however they are set apart. */
bool key_print_is(const uint8_t public_key[ORG_KEY_PUBLIC_BYTES], const char *text);

#endif
