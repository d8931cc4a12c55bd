/* Opens a sealed box with libsodium itself: what the pages' library made, held against the one that the
 * programs are linked with. Standard input: public key, private key, box, each base64url on a line. Prints
 * "opened BYTES HEX" or "refused". */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define BOX_MAX 40000

static size_t line(unsigned char *out, size_t max)
{
    static char text[2 * BOX_MAX];
    size_t n = 0;

    if (fgets(text, sizeof text, stdin) == NULL)
        return 0;
    text[strcspn(text, "\r\n")] = '\0';
    if (sodium_base642bin(out, max, text, strlen(text), NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return 0;
    return n;
}

int main(void)
{
    static unsigned char box[BOX_MAX], plain[BOX_MAX];
    unsigned char public_key[crypto_box_PUBLICKEYBYTES], secret[crypto_box_SECRETKEYBYTES];
    size_t n;

    if (sodium_init() < 0 || line(public_key, sizeof public_key) != sizeof public_key ||
        line(secret, sizeof secret) != sizeof secret)
        return 2;
    n = line(box, sizeof box);
    if (n < crypto_box_SEALBYTES || crypto_box_seal_open(plain, box, n, public_key, secret) != 0) {
        puts("refused");
        return 0;
    }
    n -= crypto_box_SEALBYTES;
    printf("opened %zu ", n);
    for (size_t i = 0; i < n; i++)
        printf("%02x", plain[i]);
    putchar('\n');
    return 0;
}
