#include "http/key_print.h"

#include "base/crypto.h"

#include <stdio.h>
#include <string.h>

#define LABEL "plek-key-1"
#define GROUP_BYTES 5

void key_print(const uint8_t public_key[ORG_KEY_PUBLIC_BYTES], char out[KEY_PRINT_SIZE])
{
    uint8_t in[sizeof LABEL - 1 + ORG_KEY_PUBLIC_BYTES], hash[CRYPTO_SHA256_BYTES];

    memcpy(in, LABEL, sizeof LABEL - 1);
    memcpy(in + sizeof LABEL - 1, public_key, ORG_KEY_PUBLIC_BYTES);
    crypto_sha256(BYTES(in, sizeof in), hash);
    for (size_t g = 0; g < KEY_PRINT_GROUPS; g++) {
        uint64_t v = 0;

        for (size_t i = 0; i < GROUP_BYTES; i++)
            v = v << 8 | hash[g * GROUP_BYTES + i];
        snprintf(out + g * 6, 7, "%05u%s", (unsigned)(v % 100000), g + 1 < KEY_PRINT_GROUPS ? " " : "");
    }
}

bool key_print_is(const uint8_t public_key[ORG_KEY_PUBLIC_BYTES], const char *text)
{
    char print[KEY_PRINT_SIZE];
    const char *p = print;

    key_print(public_key, print);
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        if (*p == ' ')
            p++;
        if (*p++ != *text)
            return false;
    }
    return *p == '\0';
}
