#include "notify/texts.h"

#include "base/csv.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUBJECT_BYTES_MAX 150 /* a line of a list of mails; what a phone shows of it is less */
#define SMS_LETTERS_MAX 160   /* of one text message in its seven-bit alphabet (3GPP TS 23.038) */

struct texts {
    struct csv_table *table;
};

/* Letters beyond ASCII of the seven-bit alphabet. One that is not in it, such as an e with two dots, makes
 * the whole message one of 70 letters. */
static const uint32_t gsm_letters[] = {0xa1,  0xa3,  0xa4,  0xa5,  0xa7,  0xbf,  0xc4,  0xc5,  0xc6, 0xc7,
                                       0xc9,  0xd1,  0xd6,  0xd8,  0xdc,  0xdf,  0xe0,  0xe4,  0xe5, 0xe6,
                                       0xe8,  0xe9,  0xec,  0xf1,  0xf2,  0xf6,  0xf8,  0xf9,  0xfc, 0x393,
                                       0x394, 0x398, 0x39b, 0x39e, 0x3a0, 0x3a3, 0x3a6, 0x3a8, 0x3a9};

/* How many of the seven-bit letters CODE takes: 1, or 2 for the few behind an escape; 0 = it has none. */
static unsigned gsm_width(uint32_t code)
{
    if (code == 0x20ac) /* euro */
        return 2;
    if (code < 0x80)
        return strchr("^{}\\[]~|", (int)code) != NULL ? 2 : code != '`';
    for (size_t i = 0; i < COUNT_OF(gsm_letters); i++) {
        if (gsm_letters[i] == code)
            return 1;
    }
    return 0;
}

/* Two text messages come as two, seldom in order, and the second may be the one that says what to do. */
static bool fits_one_sms(const char *s)
{
    struct bytes rest = bytes_of_text(s);
    size_t letters = 0;

    while (rest.len > 0) {
        uint32_t code = 0;
        size_t n = bytes_utf8(rest, &code);

        if (n == 0 || gsm_width(code) == 0)
            return false;
        letters += gsm_width(code);
        rest = BYTES(rest.p + n, rest.len - n);
    }
    return letters <= SMS_LETTERS_MAX;
}

/* A line, and in it no place for anything: it is the same whomever it is about. */
static bool is_good(const char *s, bool is_text)
{
    size_t n = strlen(s);

    if (n == 0 || (is_text ? !fits_one_sms(s) : n > SUBJECT_BYTES_MAX))
        return false;
    for (const char *p = s; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '$')
            return false;
    }
    return true;
}

static enum err judge(struct csv_table *t, const char *name, struct texts **out, char *why, size_t why_size)
{
    static const char *const columns[] = {"subject_nl", "subject_en", "text_nl", "text_en"};

    for (size_t i = 0; i < csv_rows(t); i++) {
        for (size_t c = 0; c < COUNT_OF(columns); c++) {
            if (is_good(csv_field(t, i, columns[c]), c >= 2))
                continue;
            snprintf(why, why_size, "%s line %d: %s is empty, too long or holds what it may not", name,
                     csv_line(t, i), columns[c]);
            csv_free(t);
            return ERR_BAD_INPUT;
        }
    }
    *out = mem_new(1, sizeof **out);
    (*out)->table = t;
    return OK;
}

enum err texts_read(struct bytes text, const char *name, struct texts **out, char *why, size_t why_size)
{
    struct csv_table *t = NULL;
    enum err e = csv_read(text, name, &t, why, why_size);

    return e == OK ? judge(t, name, out, why, why_size) : e;
}

enum err texts_load(const char *path, struct texts **out, char *why, size_t why_size)
{
    struct csv_table *t = NULL;
    enum err e = csv_load(path, &t, why, why_size);

    return e == OK ? judge(t, path, out, why, why_size) : e;
}

void texts_free(struct texts *t)
{
    if (t == NULL)
        return;
    csv_free(t->table);
    free(t);
}

/* Row of KEY, or the number of rows. */
static size_t find(const struct texts *t, const char *key)
{
    size_t n = csv_rows(t->table);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(csv_field(t->table, i, "key"), key) == 0)
            return i;
    }
    return n;
}

bool texts_has(const struct texts *t, const char *key)
{
    return find(t, key) < csv_rows(t->table);
}

bool texts_write(const struct texts *t, const char *key, bool english, struct buf *subject, struct buf *text)
{
    size_t row = find(t, key);

    if (row == csv_rows(t->table))
        return false;
    if (subject != NULL)
        buf_text(subject, csv_field(t->table, row, english ? "subject_en" : "subject_nl"));
    if (text != NULL)
        buf_text(text, csv_field(t->table, row, english ? "text_en" : "text_nl"));
    return true;
}
