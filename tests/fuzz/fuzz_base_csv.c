/* Any bytes: a table that is taken has whole rows with rising line numbers, and written out with every field
 * quoted it reads back the same; a refused one says why. */
#include "base/check.h"
#include "base/csv.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The name of the first column: up to the first unquoted comma or line end. Only for headers without quotes;
 * others give "". */
static const char *first_column(const uint8_t *data, size_t size, char *out, size_t out_size)
{
    size_t at = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    size_t len = 0;

    while (at < size && (data[at] == '\n' || data[at] == '\r'))
        at++;
    while (at + len < size && memchr(",\r\n\"", data[at + len], 4) == NULL)
        len++;
    if (len >= out_size || (at + len < size && data[at + len] == '"'))
        len = 0;
    memcpy(out, data + at, len);
    out[len] = '\0';
    return out;
}

static void add_quoted(struct buf *b, const char *field)
{
    buf_text(b, "\"");
    for (; *field != '\0'; field++) {
        if (*field == '"')
            buf_text(b, "\"");
        buf_u8(b, (uint8_t)*field);
    }
    buf_text(b, "\"\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_table *t = NULL;
    struct csv_table *again = NULL;
    struct buf out = {0};
    char why[160] = "";
    char name[64];

    if (csv_read(BYTES(data, size), "fuzz.csv", &t, why, sizeof why) != OK) {
        CHECK(t == NULL && strncmp(why, "fuzz.csv", 8) == 0);
        return 0;
    }
    if (first_column(data, size, name, sizeof name)[0] != '\0') {
        add_quoted(&out, name);
        for (size_t i = 0; i < csv_rows(t); i++) {
            CHECK(csv_line(t, i) > (i == 0 ? 0 : csv_line(t, i - 1)));
            add_quoted(&out, csv_field(t, i, name));
        }
        CHECK(csv_read(buf_view(&out), "again.csv", &again, why, sizeof why) == OK);
        CHECK(csv_rows(again) == csv_rows(t));
        for (size_t i = 0; i < csv_rows(t); i++)
            CHECK(strcmp(csv_field(again, i, name), csv_field(t, i, name)) == 0);
    }
    csv_free(again);
    csv_free(t);
    buf_fini(&out);
    return 0;
}
