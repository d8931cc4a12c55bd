/* Each format against files, with a table of what must be understood or complained of. */
#include "support/feed_world.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define OPVANG(body)                                                                                         \
    XML "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>" OBSERVED                               \
        "</peilmoment><plekken>\n" body "</plekken></capaciteit>"
#define HAVE_HEAD                                                                                            \
    XML "<have:HospitalStatus xmlns:have=\"urn:oasis:names:tc:emergency:EDXL:HAVE:1.0\" "                    \
        "xmlns:xnl=\"urn:oasis:names:tc:ciq:xnl:3\">"
#define HAVE_BED(word, free, total, status)                                                                  \
    "<have:BedCapacity><have:SubCategoryBedType>" word "</have:SubCategoryBedType><have:Capacity>"           \
    "<have:CapacityStatus>" status "</have:CapacityStatus><have:AvailableCount>" free                        \
    "</have:AvailableCount><have:BaselineCount>" total                                                       \
    "</have:BaselineCount></have:Capacity></have:BedCapacity>"
#define HAVE(beds, time)                                                                                     \
    HAVE_HEAD                                                                                                \
    "<have:Hospital><have:Organization><have:OrganizationInformation><xnl:OrganisationName>"                 \
    "<xnl:NameElement>De Wulp</xnl:NameElement></xnl:OrganisationName></have:OrganizationInformation>"       \
    "</have:Organization><have:HospitalBedCapacityStatus>" beds "</have:HospitalBedCapacityStatus>" time     \
    "</have:Hospital></have:HospitalStatus>"
#define HAVE_TIME "<have:LastUpdateTime>" OBSERVED "</have:LastUpdateTime>"
#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define CELL_256 X50 X50 X50 X50 X50 "xxxxxx" /* the longest that is taken */
/* The same in another encoding: what counts is its length in UTF-8. */
#define ACUTE_16 "\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9"
#define ACUTE_112 ACUTE_16 ACUTE_16 ACUTE_16 ACUTE_16 ACUTE_16 ACUTE_16 ACUTE_16
#define X29 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define CSV_HEAD "Locatie;Plek;Kamers;Vrij;Bezet;Personeel;Stop;Tot;Moment;Naam\n"
#define OPVANG_JSON(places)                                                                                  \
    "{\"formaat\":\"urn:veiligeplek:opvang:1\",\"peilmoment\":\"" OBSERVED "\",\n\"plekken\":[\n" places "]" \
    "}"
#define HSDS(id, name, capacities)                                                                           \
    "{\"id\":\"" id "\",\"name\":\"" name "\",\"status\":\"active\",\"capacities\":[" capacities "]}"
#define HSDS_AT(unit, counts, at)                                                                            \
    "{\"id\":\"c\",\"unit\":{\"id\":\"" unit "\",\"name\":\"" unit "\"}," counts "\"updated\":\"" at "\"}"
#define HSDS_BED(unit, counts) HSDS_AT(unit, counts, OBSERVED)

/* "pool total/free/occupied/out deliverable stop @time" per report, joined by ", ". */
static void tell(const struct reading *r, struct buf *out)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct report *o = &r->list[i];
        buf_format(out, "%s%s %d/%d/%d/%d %d %s", i > 0 ? ", " : "", o->pool, o->total, o->free, o->occupied,
                   o->out_of_order, o->deliverable, o->stop[0] != '\0' ? o->stop : "-");
        if (o->observed_at_ms != NOW_MS - 30 * MS_MINUTE)
            buf_format(out, " @%lld", (long long)o->observed_at_ms);
    }
}

struct good {
    const char *profile, *text, *want;
    int notices;
};

static const struct good goods[] = {
    {profile_opvang,
     OPVANG("<plek "
            "code=\"K1\"><totaal>2</totaal><vrij>1</vrij><bezet>1</bezet><buiten_gebruik>0</buiten_gebruik>"
            "<leverbaar>ja</leverbaar></plek>"),
     "lindehof-nood 2/1/1/0 1 -", 0},
    /* Missing is unknown, not 0; any order; own time; own word for a stop. */
    {profile_opvang,
     OPVANG("<plek code=\"K2\"><leverbaar>nee</leverbaar><vrij>0</vrij></plek><plek code=\"K1\"><peilmoment>"
            "2026-11-22T00:00:00Z</peilmoment><stop><reden>te weinig mensen</reden></stop></plek>"),
     "lindehof-gezin -1/0/-1/-1 0 -, lindehof-nood -1/-1/-1/-1 -1 personeel @1795305600000", 0},
    {profile_opvang, OPVANG("<plek code=\"K3\"><vrij>1</vrij></plek>"), "", 1},
    {profile_opvang, "\xef\xbb\xbf" OPVANG("<plek code=\"K1\"><vrij>1</vrij></plek>"),
     "lindehof-nood -1/1/-1/-1 -1 -", 0},
    {profile_have,
     HAVE(HAVE_BED("nood", "1", "2", "Vacant/Available") HAVE_BED("crisis", "0", "3", "NotAvailable"),
          HAVE_TIME),
     "wulp-nood 2/1/-1/-1 1 -, wulp-crisis 3/0/-1/-1 -1 -", 0},
    {profile_have, HAVE(HAVE_BED("nood", "2", "2", "NotAvailable"), HAVE_TIME), "wulp-nood 2/2/-1/-1 0 -", 0},
    /* An envelope of the same, and one of two hospitals without beds: a notice. */
    {profile_have, HAVE_HEAD "<have:Hospital/></have:HospitalStatus>", "", 1},
    {profile_csv_text,
     CSV_HEAD "Huis A;nood;2;1;1;ja;;;" OBSERVED ";geheim\nHuis B;nood;3;;;jawel;;;" OBSERVED ";x\n",
     "a-nood 2/1/1/-1 1 -, b-nood 3/-1/-1/-1 1 -", 0},
    /* BOM, CR LF, quotes, a line break and the delimiter in a cell, empty lines. */
    {profile_csv_text,
     "\xef\xbb\xbf" CSV_HEAD
     "\r\n\"Huis A\";\"caf\xc3\xa9\";\" 4 \";0;4;nee;anders;2026-12-01T00:00:00Z;" OBSERVED
     ";\"een; \"\"twee\"\"\r\ndrie\"\r\n",
     "a-cafe 4/0/4/-1 0 anders", 0},
    /* Lines with and without quotes by turns, ended by CR LF, by CR alone and not at all. */
    {profile_csv_text,
     CSV_HEAD "Huis A;nood;2;1;1;ja;;;" OBSERVED ";\"a\nb\"\r\nHuis B;nood;3;0;;;;;" OBSERVED
              ";x\r\n\r\nHuis A;\"caf\xc3\xa9\";4;;;;;;" OBSERVED ";\"\"",
     "a-nood 2/1/1/-1 1 -, b-nood 3/0/-1/-1 -1 -, a-cafe 4/-1/-1/-1 -1 -", 0},
    {profile_csv_text, CSV_HEAD "Huis A;nood;2;1;1;ja;;;" OBSERVED ";\rHuis B;nood;3;0;;;;;" OBSERVED ";",
     "a-nood 2/1/1/-1 1 -, b-nood 3/0/-1/-1 -1 -", 0},
    /* No byte of a letter is taken for a delimiter (0xbb is ; and the high bit), nor does an unread cell's
       length matter. */
    {profile_csv_text, CSV_HEAD "Huis A;nood;2;1;1;ja;;;" OBSERVED ";\u00bb\u00bb\u00bb\u00bb" CELL_256 "x\n",
     "a-nood 2/1/1/-1 1 -", 0},
    {profile_csv_local, "op,vrij,plek\n22-11-2026 01:30,3,\"caf\xe9 \x80\"\n22/11/2026 01:30:00,0,x\n",
     "a-cafe -1/3/-1/-1 -1 -, x-1 -1/0/-1/-1 -1 -", 0},
    {profile_opvang_json,
     OPVANG_JSON(
         "{\"code\":\"K1\",\"totaal\":2,\"vrij\":1,\"bezet\":1,\"buiten_gebruik\":0,\"leverbaar\":\"ja\"}"),
     "lindehof-nood 2/1/1/0 1 -", 0},
    {profile_opvang_json,
     OPVANG_JSON("{\"leverbaar\":\"nee\",\"vrij\":0,\"code\":\"K2\"},{\"code\":\"K1\",\"peilmoment\":"
                 "\"2026-11-22T00:00:00Z\",\"stop\":{\"reden\":\"te weinig mensen\"}},"
                 "{\"code\":\"caf\\u00e9\",\"vrij\":3}"),
     "lindehof-gezin -1/0/-1/-1 0 -, lindehof-nood -1/-1/-1/-1 -1 personeel @1795305600000, "
     "a-cafe -1/3/-1/-1 -1 -",
     0},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K3\",\"vrij\":1}"), "", 1},
    /* One service, with what is of organisations passed over; a missing count is unknown. */
    {profile_hsds,
     HSDS("s-1", "De Wulp\",\"contacts\":[{\"name\":\"Ann\",\"phones\":[{\"extension\":1.5}]}],\"url\":\"x",
          HSDS_BED("bed", "\"available\":2,\"maximum\":4,") "," HSDS_BED("u-2", "\"available\":0,")),
     "wulp-bed 4/2/-1/-1 -1 -, wulp-gezin -1/0/-1/-1 -1 -", 0},
    /* A list, a page; the id before the name before a word for any place; hours are passed over, as is a
     * service without capacities; null is not told. */
    {profile_hsds,
     "[" HSDS("s-2", "De Wulp", HSDS_BED("bed", "\"available\":1,")) "," HSDS(
         "s-1", "De Wulp",
         HSDS_BED("bed", "\"available\":2,") "," HSDS_BED("hours", "\"available\":7.5,")) "]",
     "twee-bed -1/1/-1/-1 -1 -, wulp-bed -1/2/-1/-1 -1 -", 1},
    {profile_hsds,
     "{\"total_pages\":1,\"contents\":[" HSDS(
         "s-9", "Elders", HSDS_BED("bed", "\"available\":null,\"maximum\":3,")) "," HSDS("s-8", "Leeg",
                                                                                         "") "]}",
     "elders-bed 3/-1/-1/-1 -1 -", 1},
    {profile_hsds,
     "{\"name\":\"De Wulp\",\"status\":\"temporarily closed\",\"capacities\":[" HSDS_BED(
         "bed", "\"available\":2,") "]}",
     "wulp-bed -1/2/-1/-1 -1 onderhoud", 0},
    {profile_csv_local, "op,vrij,plek\n01-07-2026 12:00,3,x\n", "x-1 -1/3/-1/-1 -1 - @1782900000000", 0},
};

static void understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(goods); i++) {
        struct reading r = {0};
        struct buf got = {0};
        enum err e = world_read(goods[i].profile, bytes_of_text(goods[i].text), &r);
        if (e != OK)
            fail_msg("case %zu: line %d %s: %s", i, r.complaints[0].line, r.complaints[0].field,
                     r.complaints[0].reason);
        tell(&r, &got);
        assert_string_equal(buf_c_str(&got), goods[i].want);
        assert_int_equal(r.notices_n, goods[i].notices);
        buf_fini(&got);
        reading_fini(&r);
    }
}

struct bad {
    const char *profile, *text;
    int line;           /* of the first complaint */
    const char *reason; /* found in the first complaint */
    int n;              /* complaints in all */
};

static const struct bad bads[] = {
    {profile_opvang, OPVANG("<plek code=\"K1\"><totaal>2</totaal><vrij>3</vrij></plek>"), 3,
     "more than the total", 1},
    {profile_opvang, OPVANG("<plek code=\"K1\"><totaal>2</totaal><vrij>2</vrij><bezet>1</bezet></plek>"), 3,
     "less than free, occupied", 1},
    {profile_opvang, OPVANG("<plek code=\"K1\"><vrij>-1</vrij></plek>"), 3, "form the schema asks", 1},
    {profile_opvang,
     OPVANG("<plek code=\"K9\"><vrij>1</vrij></plek>\n<plek code=\"K8\"><vrij>1</vrij></plek>"), 3,
     "not in the provider's profile", 2},
    {profile_opvang,
     OPVANG("<plek code=\"K1\"><vrij>1</vrij></plek>\n<plek code=\"K1\"><vrij>2</vrij></plek>"), 4, "twice",
     1},
    {profile_opvang, OPVANG("<plek code=\"K1\"><vrij>99999999999999999999</vrij></plek>"), 3, "form", 1},
    {profile_opvang, OPVANG("<plek code=\"K1\"><naam>Mevrouw X</naam></plek>"), 3, "does not belong here", 1},
    {profile_opvang, OPVANG("<plek code=\"K1\"><stop><reden>zomaar</reden></stop></plek>"), 3, "known reason",
     1},
    {profile_opvang, OPVANG("<plek code=\"K1\"/>"), 3, "says nothing", 1},
    {profile_opvang,
     OPVANG("<plek code=\"K1\"><peilmoment>2026-11-22T01:00:00</peilmoment><vrij>1</vrij></plek>"), 3,
     "no time zone", 1},
    {profile_opvang,
     OPVANG("<plek code=\"K1\"><peilmoment>2026-11-22T01:02:01Z</peilmoment><vrij>1</vrij></plek>"), 3,
     "future", 1},
    {profile_opvang, XML "<capaciteit><peilmoment/></capaciteit>", 2, "root is not", 1},
    {profile_have, HAVE(HAVE_BED("nood", "3", "2", "Vacant/Available"), HAVE_TIME), 2, "more than the total",
     1},
    {profile_have, HAVE(HAVE_BED("nood", "-3", "2", "Vacant/Available"), HAVE_TIME), 2, "negative", 1},
    {profile_have, HAVE(HAVE_BED("nood", "1e3", "2", "Vacant/Available"), HAVE_TIME), 2, "whole number", 1},
    {profile_have, HAVE(HAVE_BED("nood", "1", "2", "Perhaps"), HAVE_TIME), 2, "must be Vacant", 1},
    {profile_have, HAVE(HAVE_BED("zaal", "1", "2", "NotAvailable"), HAVE_TIME), 2, "profile", 1},
    {profile_have, HAVE(HAVE_BED("nood", "1", "2", "NotAvailable"), ""), 2, "is missing", 1},
    {profile_have,
     HAVE(HAVE_BED("nood", "1", "2", "NotAvailable"),
          "<have:LastUpdateTime>2026-11-22T01:00:00</have:LastUpdateTime>"),
     2, "no time zone", 1},
    {profile_have,
     HAVE(HAVE_BED("nood", "1", "2", "NotAvailable") HAVE_BED("nood", "1", "2", "NotAvailable"), HAVE_TIME),
     2, "already", 1},
    {profile_have, XML "<HospitalStatus/>", 2, "neither", 1},
    {profile_have, XML "<d:EDXLDistribution xmlns:d=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\"/>", 2,
     "envelope holds", 1},
    {profile_csv_text, CSV_HEAD "Huis A;nood;2;3;;;;;" OBSERVED ";\nHuis A;zaal;1;1;;;;;" OBSERVED ";\n", 3,
     "profile", 2},
    {profile_csv_text, CSV_HEAD "Huis A;nood;2;-1;;;;;" OBSERVED ";\n", 2, "negative", 1},
    {profile_csv_text, CSV_HEAD "Huis A;nood;2;1;;;;;2026-11-22T01:00:00;\n", 2, "no time zone", 1},
    {profile_csv_text, CSV_HEAD "Huis A;nood;2;1;;misschien;;;" OBSERVED ";\n", 2, "neither yes nor no", 1},
    {profile_csv_text, CSV_HEAD "Huis A;nood;=1+1;1;;;;;" OBSERVED ";\n", 2, "whole number", 1},
    {profile_csv_text, CSV_HEAD "Huis A;nood;2;1\n", 2, "has 4 columns, the header has 10", 1},
    {profile_csv_text, CSV_HEAD "Huis A;nood;2;1;;;;;" OBSERVED ";\nHuis A;\"nood;2;1;;;;;" OBSERVED ";\n", 3,
     "not closed", 1},
    {profile_csv_text, CSV_HEAD "Huis A;" CELL_256 ";2;1;;;;;" OBSERVED ";\n", 2, "not in the provider", 1},
    {profile_csv_text, CSV_HEAD "Huis A;" CELL_256 "x;2;1;;;;;" OBSERVED ";\n", 2, "longer than 256", 1},
    {profile_csv_text, CSV_HEAD "Huis A;\"" CELL_256 "x\";2;1;;;;;" OBSERVED ";\n", 2, "longer than 256", 1},
    {profile_csv_local, "op,vrij,plek\n22-11-2026 01:30,3," ACUTE_112 ACUTE_16 "\n", 2, "not in the provider",
     1},
    {profile_csv_local, "op,vrij,plek\n22-11-2026 01:30,3," ACUTE_112 ACUTE_16 "x\n", 2, "longer than 256",
     1},
    {profile_csv_local, "op,vrij,plek\n22-11-2026 01:30,3," ACUTE_112 X29 "\x80\n", 2, "not in the provider",
     1},
    {profile_csv_local, "op,vrij,plek\n22-11-2026 01:30,3," ACUTE_112 X29 "x\x80\n", 2, "longer than 256", 1},
    {profile_csv_text, CSV_HEAD "Huis A;no\"od;2;1;;;;;" OBSERVED ";\n", 2, "quote", 1},
    {profile_csv_text, "Locatie;Plek;Plek;Vrij;Bezet;Personeel;Stop;Tot;Moment\n", 1, "twice", 2},
    {profile_csv_text, CSV_HEAD, 0, "no observation", 1},
    {profile_csv_text, "", 0, "empty", 1},
    {profile_csv_local, "op,vrij,plek\n29-03-2026 02:30,3,x\n", 2, "does not exist", 1},
    {profile_csv_local, "op,vrij,plek\n25-10-2026 02:30,3,x\n", 2, "comes twice", 1},
    {profile_csv_local, "op,vrij,plek\n31-02-2026 02:30,3,x\n", 2, "not a moment", 1},
    {profile_csv_local, "op,vrij,plek\n22-11-2026 02:03,3,x\n", 2, "future", 1},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K1\",\"totaal\":2,\"vrij\":3}"), 3, "more than the total",
     1},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K1\",\"totaal\":2,\"vrij\":2,\"bezet\":1}"), 3,
     "less than free, occupied", 1},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K1\",\n\"vrij\":-1}"), 4, "from 0 to 10000", 1},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K9\",\"vrij\":1},\n{\"code\":\"K8\",\"vrij\":1}"), 4,
     "not in the provider's profile", 2},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K1\",\"vrij\":1},\n{\"code\":\"K1\",\"vrij\":2}"), 4,
     "already", 1},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K1\",\"naam\":\"Mevrouw X\"}"), 3, "not a known field", 1},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K1\",\"stop\":{\"reden\":\"zomaar\"}}"), 3, "known reason",
     1},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K1\"}"), 3, "says nothing", 1},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K1\",\"vrij\":1,\"peilmoment\":\"2026-11-22T01:00:00\"}"),
     3, "no time zone", 1},
    {profile_opvang_json, OPVANG_JSON("{\"code\":\"K1\",\"vrij\":1,\"peilmoment\":\"2026-11-22T01:02:01Z\"}"),
     3, "future", 1},
    {profile_opvang_json, OPVANG_JSON(""), 0, "no observation", 1},
    {profile_opvang_json, "{\"plekken\":[]}", 1, "is missing", 2},
    {profile_hsds, HSDS("s-1", "De Wulp", HSDS_BED("bed", "\"available\":12,\"maximum\":10,")), 1,
     "more than the total", 1},
    {profile_hsds, HSDS("s-1", "De Wulp", HSDS_BED("bed", "\"available\":-1,")), 1, "from 0 to", 1},
    {profile_hsds, HSDS("s-1", "De Wulp", HSDS_BED("bed", "\"available\":1.5,")), 1, "whole number", 1},
    {profile_hsds, HSDS("s-1", "De Wulp", HSDS_BED("zaal", "\"available\":1,")), 1, "provider's profile", 1},
    {profile_hsds, HSDS("s-1", "De Wulp", HSDS_BED("bed", "")), 1, "says nothing", 1},
    {profile_hsds, HSDS("s-1", "De Wulp", HSDS_AT("bed", "\"available\":1,", "2026-11-22")), 1,
     "not a moment", 1},
    {profile_hsds, HSDS("s-1", "De Wulp", HSDS_AT("bed", "\"available\":1,", "2026-11-22T01:00:00")), 1,
     "no time zone", 1},
    {profile_hsds, HSDS("s-1", "De Wulp", HSDS_AT("bed", "\"available\":1,", "2026-11-22T01:02:01Z")), 1,
     "future", 1},
    {profile_hsds,
     "{\"name\":\"De Wulp\",\"status\":\"defunct\",\"capacities\":[" HSDS_BED("bed", "\"available\":2,") "]}",
     1, "not active", 1},
    {profile_hsds, HSDS("s-1", "De Wulp", HSDS_BED("bed", "\"available\":1,\n\"Client\":{\"name\":\"X\"},")),
     2, "describes clients", 2},
    {profile_hsds, "{\"total_items\":0}", 1, "neither an id nor a name", 1},
    {profile_hsds, "{\"contents\":[]}", 0, "no observation", 1},
};

static void complained_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bads); i++) {
        struct reading r = {0};
        enum err e = world_read(bads[i].profile, bytes_of_text(bads[i].text), &r);
        if (e != ERR_BAD_INPUT)
            fail_msg("case %zu (%s) was taken", i, bads[i].reason);
        bool found = false;
        for (int k = 0; k < r.complaints_n; k++)
            found |= strstr(r.complaints[k].reason, bads[i].reason) != NULL &&
                     r.complaints[k].line == bads[i].line;
        if (!found || r.complaints_n != bads[i].n)
            fail_msg("case %zu: %d complaints, first: line %d %s: %s; wanted line %d %s", i, r.complaints_n,
                     r.complaints[0].line, r.complaints[0].field, r.complaints[0].reason, bads[i].line,
                     bads[i].reason);
        reading_fini(&r);
    }
}

/* A reason never repeats what the file holds: it may be personal. */
static void reasons_hold_no_values(void **state)
{
    struct reading r = {0};
    (void)state;
    assert_int_equal(
        world_read(profile_opvang,
                   bytes_of_text(OPVANG("<plek code=\"K1\"><vrij>Jansen</vrij><leverbaar>Jansen</leverbaar>"
                                        "<totaal>Jansen</totaal></plek>")),
                   &r),
        ERR_BAD_INPUT);
    for (int i = 0; i < r.complaints_n; i++)
        assert_null(strstr(r.complaints[i].reason, "Jansen"));
    assert_true(r.complaints_n >= 3);
    reading_fini(&r);
}

static void same_file_same_names(void **state)
{
    struct reading a = {0}, b = {0}, c = {0};
    const char *text = OPVANG("<plek code=\"K1\"><vrij>1</vrij></plek>");
    (void)state;
    assert_int_equal(world_read(profile_opvang, bytes_of_text(text), &a), OK);
    assert_int_equal(world_read(profile_opvang, bytes_of_text(text), &b), OK);
    assert_int_equal(
        world_read(profile_opvang, bytes_of_text(OPVANG("<plek code=\"K1\"><vrij>2</vrij></plek>")), &c), OK);
    assert_int_equal(strlen(a.list[0].id), REPORT_ID_SIZE - 1);
    assert_string_equal(a.list[0].id, b.list[0].id);
    assert_string_not_equal(a.list[0].id, c.list[0].id);
    reading_fini(&a);
    reading_fini(&b);
    reading_fini(&c);
}

/* The published samples, where the folder with the standards is at hand. */
static void published_samples(void **state)
{
    static const struct {
        const char *name, *want;
        int notices;
    } samples[] = {{"EDXL-HAVE1.xml", "h1-burn -1/100/-1/-1 1 - @1289505552390", 1},
                   {"have1-extracted.xml", "h1-burn -1/100/-1/-1 1 - @1289505552390", 1},
                   {"shelter-have1.xml", "l7-gezin 12/3/-1/-1 1 - @1795287600000", 0}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        char path[512];
        struct reading r = {0};
        struct buf got = {0}, text = {0};
        snprintf(path, sizeof path, "%s/../shared/standards/edxl-have/%s", PLEK_SOURCE_DIR, samples[i].name);
        FILE *in = fopen(path, "r");
        if (in == NULL) {
            print_message("the folder of standards is not here: samples skipped\n");
            skip();
        }
        text.len = fread(buf_extend(&text, 65536), 1, 65536, in);
        fclose(in);
        assert_int_equal(world_read(profile_have, buf_view(&text), &r), OK);
        tell(&r, &got);
        assert_string_equal(buf_c_str(&got), samples[i].want);
        assert_int_equal(r.notices_n, samples[i].notices);
        buf_fini(&got);
        buf_fini(&text);
        reading_fini(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understood),
        cmocka_unit_test(complained_of),
        cmocka_unit_test(reasons_hold_no_values),
        cmocka_unit_test(same_file_same_names),
        cmocka_unit_test(published_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
