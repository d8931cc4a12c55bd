#include "base/csv.h"
#include "base/mem.h"

#include "support/cmocka_all.h"
#include "support/folder.h"

#include <stdlib.h>
#include <string.h>

static struct csv_table *table(const char *text)
{
    struct csv_table *t = NULL;
    char why[200] = "";

    if (csv_read(bytes_of_text(text), "test.csv", &t, why, sizeof why) != OK)
        fail_msg("'%s': %s", text, why);
    return t;
}

static void fields_by_row_and_name(void **state)
{
    struct csv_table *t =
        table("code,nl,en\nnoord,Noord-Holland,North Holland\nzuid,Zuid-Holland,South Holland\n");

    (void)state;
    assert_int_equal(csv_rows(t), 2);
    assert_string_equal(csv_field(t, 0, "code"), "noord");
    assert_string_equal(csv_field(t, 0, "en"), "North Holland");
    assert_string_equal(csv_field(t, 1, "nl"), "Zuid-Holland");
    assert_string_equal(csv_field(t, 1, "fy"), "");
    assert_string_equal(csv_field(t, 1, "Code"), "");
    assert_int_equal(csv_line(t, 0), 2);
    assert_int_equal(csv_line(t, 1), 3);
    csv_free(t);
    csv_free(NULL);
}

/* Each text has the columns a and b and one row; the file says what the row must hold. */
static void one_row(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        const char *a;
        const char *b;
        int line;
    } cases[] = {
        {"plain", "a,b\n1,2\n", "1", "2", 2},
        {"no last newline", "a,b\n1,2", "1", "2", 2},
        {"CR LF", "a,b\r\n1,2\r\n", "1", "2", 2},
        {"byte order mark",
         "\xef\xbb\xbf"
         "a,b\n1,2\n",
         "1", "2", 2},
        {"byte order mark and quotes", "\xef\xbb\xbf\"a\",\"b\"\n1,2\n", "1", "2", 2},
        {"comma in quotes", "a,b\n\"1,5\",2\n", "1,5", "2", 2},
        {"doubled quote", "a,b\n\"de \"\"Linde\"\"\",2\n", "de \"Linde\"", "2", 2},
        {"newline in quotes", "a,b\n\"1\n\n1\",2\n", "1\n\n1", "2", 2},
        {"CR LF in quotes", "a,b\r\n\"1\r\n1\",2\r\n", "1\r\n1", "2", 2},
        {"empty fields", "a,b\n,\n", "", "", 2},
        {"empty quotes", "a,b\n\"\",\"\"", "", "", 2},
        {"spaces are kept", "a,b\n 1 ,\" 2 \"\n", " 1 ", " 2 ", 2},
        {"empty lines", "\n\na,b\n\r\n\n1,2\n\n", "1", "2", 6},
        {"not ASCII", "a,b\nFrysl\xc3\xa2n,2\n", "Frysl\xc3\xa2n", "2", 2},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct csv_table *t = table(cases[i].text);

        if (csv_rows(t) != 1 || strcmp(csv_field(t, 0, "a"), cases[i].a) != 0 ||
            strcmp(csv_field(t, 0, "b"), cases[i].b) != 0 || csv_line(t, 0) != cases[i].line)
            fail_msg("%s: %zu rows", cases[i].name, csv_rows(t));
        csv_free(t);
    }
}

static void lines_count_through_quoted_newlines(void **state)
{
    struct csv_table *t = table("a,b\n1,\"x\ny\"\n2,\"\n\n\"\n\n3,z\n");

    (void)state;
    assert_int_equal(csv_rows(t), 3);
    assert_int_equal(csv_line(t, 0), 2);
    assert_int_equal(csv_line(t, 1), 4);
    assert_int_equal(csv_line(t, 2), 8);
    csv_free(t);
}

static void a_header_alone_has_no_rows(void **state)
{
    struct csv_table *t = table("a,b");

    (void)state;
    assert_int_equal(csv_rows(t), 0);
    csv_free(t);
}

static void faults_say_file_and_line(void **state)
{
    static const struct {
        struct bytes in;
        const char *why;
    } cases[] = {
#define CASE(s, w) {{(const uint8_t *)(s), sizeof(s) - 1}, w}
        CASE("", "test.csv: no header"),
        CASE("\r\n\n", "test.csv: no header"),
        CASE("\xef\xbb\xbf", "test.csv: no header"),
        CASE("a,b\n1,2\n3\n", "test.csv line 3: 1 fields, header has 2"),
        CASE("a,b\n1,2,3", "test.csv line 2: 3 fields, header has 2"),
        CASE("a,b\n\"1\n1\",2\n\n3,4,\n", "test.csv line 5: 3 fields, header has 2"),
        CASE("a,b\n1,2\n3\n4\n\"", "test.csv line 3: 1 fields, header has 2"), /* the first fault counts */
        CASE("a,b\n1,\"2\n3,4\n", "test.csv line 2: a quote is out of place or not closed"),
        CASE("a,b\n1,2\n1,x\"2\n", "test.csv line 3: a quote is out of place or not closed"),
        CASE("a,b\n1,\"2\"x\n", "test.csv line 2: a quote is out of place or not closed"),
        CASE("a,a\n", "test.csv line 1: columns 1 and 2 have the same name"),
        CASE("\na,,b\n", "test.csv line 2: column 2 of the header has no name"),
        CASE("a,b\n1,\xff\n", "test.csv line 2: not UTF-8 text"),
        CASE("a,b\n1,2\n\0,\n", "test.csv line 3: not UTF-8 text"),
        CASE("a,b\r\n1,2\r3,4\n", "test.csv line 2: a carriage return without a newline"),
        CASE("a,b\n1,2\r", "test.csv line 2: a carriage return without a newline"),
#undef CASE
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct csv_table *t = NULL;
        char why[200] = "";

        if (csv_read(cases[i].in, "test.csv", &t, why, sizeof why) != ERR_BAD_INPUT ||
            strcmp(why, cases[i].why) != 0)
            fail_msg("case %zu: '%s'", i, why);
        assert_null(t);
    }
}

/* In memory of exactly its size, so that AddressSanitizer sees one byte too many. */
static void no_prefix_is_read_past_its_end(void **state)
{
    static const char text[] = "\xef\xbb\xbf"
                               "a,b\r\n\"\"\"1\r\n\",\xc3\xab\r\n";

    (void)state;
    for (size_t len = 0; len < sizeof text; len++) {
        char *exact = mem_new(len, 1);
        struct csv_table *t = NULL;
        char why[200] = "";

        memcpy(exact, text, len);
        if (csv_read(BYTES(exact, len), "test.csv", &t, why, sizeof why) == OK)
            csv_free(t);
        else
            assert_int_equal(strncmp(why, "test.csv", 8), 0);
        free(exact);
    }
}

static void why_is_cut_to_its_size(void **state)
{
    struct csv_table *t = NULL;
    char why[12] = "...........";

    (void)state;
    assert_int_equal(csv_read(BYTES_LITERAL("a\n1,2\n"), "test.csv", &t, why, sizeof why), ERR_BAD_INPUT);
    assert_string_equal(why, "test.csv li");
}

static void many_rows(void **state)
{
    struct buf text = {0};
    struct csv_table *t = NULL;

    (void)state;
    buf_text(&text, "n,square\n");
    for (int i = 0; i < 5000; i++)
        buf_format(&text, "%d,\"%d\"\n", i, i * i);
    t = table(buf_c_str(&text));
    assert_int_equal(csv_rows(t), 5000);
    assert_string_equal(csv_field(t, 4999, "square"), "24990001");
    assert_int_equal(csv_line(t, 4999), 5001);
    csv_free(t);
    buf_fini(&text);
}

static void files(void **state)
{
    struct csv_table *t = NULL;
    char why[200] = "";
    size_t max = 4u << 20;
    char *big = malloc(max + 1);
    const char *path = folder_file(state, "regions.csv", BYTES_LITERAL("code\nutrecht\n"), 0600);

    assert_int_equal(csv_load(path, &t, why, sizeof why), OK);
    assert_string_equal(csv_field(t, 0, "code"), "utrecht");
    csv_free(t);
    t = NULL;

    path = folder_file(state, "bad.csv", BYTES_LITERAL("code\na,b\n"), 0600);
    assert_int_equal(csv_load(path, &t, why, sizeof why), ERR_BAD_INPUT);
    assert_string_equal(why, "bad.csv line 2: 2 fields, header has 1");

    memset(big, '\n', max + 1);
    memcpy(big, "code", 4);
    path = folder_file(state, "full.csv", BYTES(big, max), 0600);
    assert_int_equal(csv_load(path, &t, why, sizeof why), OK);
    csv_free(t);
    t = NULL;
    path = folder_file(state, "big.csv", BYTES(big, max + 1), 0600);
    assert_int_equal(csv_load(path, &t, why, sizeof why), ERR_TOO_BIG);
    assert_string_equal(why, "big.csv: larger than 4194304 bytes");
    free(big);

    assert_int_equal(csv_load(folder_path(state, "missing.csv"), &t, why, sizeof why), ERR_IO);
    assert_string_equal(why, "missing.csv: No such file or directory");
    assert_int_equal(csv_load(*state, &t, why, sizeof why), ERR_IO); /* a folder */
    assert_null(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_by_row_and_name),
        cmocka_unit_test(one_row),
        cmocka_unit_test(lines_count_through_quoted_newlines),
        cmocka_unit_test(a_header_alone_has_no_rows),
        cmocka_unit_test(faults_say_file_and_line),
        cmocka_unit_test(no_prefix_is_read_past_its_end),
        cmocka_unit_test(why_is_cut_to_its_size),
        cmocka_unit_test(many_rows),
        cmocka_unit_test(files),
    };

    return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
