#include "notify/number.h"

#include <string.h>

#define DIGITS_MIN 8 /* country included: the shortest that is in use anywhere */
#define DIGITS_MAX 15

enum err number_normal(const char *text, char out[NUMBER_SIZE])
{
    char digits[DIGITS_MAX + 3] = "";
    size_t n = 0;
    bool plus = false;
    const char *from = digits;

    out[0] = '\0';
    text += strspn(text, " ");
    if (*text == '+') {
        plus = true;
        text++;
    }
    for (; *text != '\0'; text++) {
        if (plus && strncmp(text, "(0)", 3) == 0) {
            text += 2;
            continue;
        }
        if (strchr(" .-/()", *text) != NULL)
            continue;
        if (*text < '0' || *text > '9' || n + 1 >= sizeof digits)
            return ERR_BAD_INPUT;
        digits[n++] = *text;
    }
    digits[n] = '\0';
    if (!plus && strncmp(digits, "00", 2) == 0) {
        from += 2;
        n -= 2;
        plus = true;
    }
    if (!plus) { /* Dutch: 0 and the rest */
        if (digits[0] != '0' || n < DIGITS_MIN || n > DIGITS_MAX - 1)
            return ERR_BAD_INPUT;
        memcpy(out, "+31", 3);
        memcpy(out + 3, digits + 1, n);
        return OK;
    }
    if (n < DIGITS_MIN || n > DIGITS_MAX || from[0] == '0')
        return ERR_BAD_INPUT;
    out[0] = '+';
    memcpy(out + 1, from, n + 1);
    return OK;
}
