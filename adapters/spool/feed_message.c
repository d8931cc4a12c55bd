#include "adapters/spool/feed_message.h"

#include "adapters/gate/fhir_types.h"
#include "adapters/gate/persons.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_TOLD_MAX 1000000000 /* by the API; a length lie may be more */
#define PLAIN_DIGITS_MAX 8        /* a citizen service number has nine */

static const char *const channel_names[] = {"drop", "push", "poll", "upload", "replay"};
static const char *const outcome_names[] = {"taken", "quarantined", "test", "refused"};

/* Every name that a complaint may carry out of the house, in the order of strcmp: fields of a reading, keys
 * and elements of the formats, sections of a profile. For types of FHIR there is fhir_types.h (one that no
 * message may hold must be named for it to be mended), for words that mean a person persons.h. */
static const char *const words[] = {
    "AvailableCount",
    "BaselineCount",
    "BedCapacity",
    "BedType",
    "Begindatum",
    "Capacity",
    "CapacityStatus",
    "Categorie",
    "Client",
    "Code",
    "EDXLDistribution",
    "Einddatum",
    "Hospital",
    "HospitalBedCapacityStatus",
    "HospitalStatus",
    "LastUpdateTime",
    "OrganisationName",
    "OrganizationInformation",
    "Product",
    "StartProduct",
    "StatusAanlevering",
    "StopProduct",
    "SubCategoryBedType",
    "aantal",
    "available",
    "bezet",
    "bron",
    "bronId",
    "buiten_gebruik",
    "capaciteit",
    "capacities",
    "code",
    "contained",
    "contentObject",
    "contents",
    "count",
    "crosscheck",
    "date",
    "deliverable",
    "display",
    "embeddedXMLContent",
    "end",
    "entry",
    "file",
    "fileObservedAt",
    "formaat",
    "free",
    "fullUrl",
    "group",
    "id",
    "identifier",
    "implicitRules",
    "leverbaar",
    "link",
    "location",
    "locations",
    "maximum",
    "method",
    "modifierExtension",
    "moment",
    "name",
    "next",
    "observedAt",
    "occupied",
    "organization",
    "outOfOrder",
    "part",
    "peilmoment",
    "period",
    "place",
    "plek",
    "plekken",
    "pool",
    "population",
    "profile",
    "provider",
    "reason",
    "reden",
    "reference",
    "refuse",
    "relation",
    "reportId",
    "reporter",
    "reports",
    "request",
    "resource",
    "resourceType",
    "rows",
    "service",
    "services",
    "source",
    "status",
    "stop",
    "stopUntil",
    "subject",
    "subjectResults",
    "summary",
    "system",
    "text",
    "tot",
    "totaal",
    "total",
    "type",
    "unit",
    "unitsFree",
    "unitsOccupied",
    "unitsOutOfOrder",
    "unitsTotal",
    "untilAt",
    "updated",
    "value",
    "vrij",
    "xmlContent",
};

const char *channel_name(enum channel channel)
{
    return channel_names[channel];
}

enum channel channel_of(struct bytes name)
{
    for (int i = 0; i < CHANNEL_N; i++)
        if (bytes_equal(name, bytes_of_text(channel_names[i])))
            return (enum channel)i;
    return CHANNEL_N;
}

void feed_message_name(char out[MESSAGE_ID_SIZE])
{
    uint8_t random[(MESSAGE_ID_SIZE - 1) / 2];
    struct buf hex = {0};
    crypto_random(random, sizeof random);
    crypto_hex(BYTES(random, sizeof random), &hex);
    memcpy(out, buf_c_str(&hex), MESSAGE_ID_SIZE);
    buf_fini(&hex);
}

/* ---- fields ---- */

static int by_text(const void *key, const void *word)
{
    return strcmp(key, *(const char *const *)word);
}

/* How PART is told. A word that means a person is told as it stands in the list, whatever is around it in the
 * file. */
static const char *word_of(const char *part)
{
    size_t digits = strspn(part, "0123456789");
    /* An index into a list has at most four; nine may be the number of somebody. */
    if (digits > 0 && part[digits] == '\0')
        return digits <= 4 ? part : "?";
    if (bsearch(part, words, COUNT_OF(words), sizeof *words, by_text) != NULL)
        return part;
    struct bytes name = bytes_of_text(part);
    const char *told = fhir_type_of_people(name);
    if (told == NULL)
        told = fhir_type_of_capacity(name);
    if (told == NULL)
        told = persons_or_group(name);
    return told != NULL ? told : "?";
}

void feed_field(const char *field, char out[64])
{
    size_t n = 0;
    while (*field != '\0') {
        size_t slash = *field == '/', len = strcspn(field + slash, "/");
        char part[64];
        snprintf(part, sizeof part, "%.*s", (int)(len < sizeof part ? len : sizeof part - 1), field + slash);
        const char *shown = len == 0 ? part : word_of(part);
        if (n + slash + strlen(shown) >= 64)
            break;
        n += (size_t)snprintf(out + n, 64 - n, "%s%s", slash != 0 ? "/" : "", shown);
        field += slash + len;
    }
    out[n] = '\0';
}

bool feed_is_plain(const char *text)
{
    int digits = 0;
    for (; *text != '\0' && digits <= PLAIN_DIGITS_MAX; text++) {
        if (*text == '@')
            return false;
        if (*text >= '0' && *text <= '9')
            digits++;
        else if (strchr(" .-", *text) == NULL)
            digits = 0;
    }
    return digits <= PLAIN_DIGITS_MAX;
}

/* ---- the body ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static const char *plain_reason(const char *reason)
{
    return feed_is_plain(reason) ? reason : "is not right; the adapter's quarantine says why";
}

void feed_plain_reading(json_t *reading)
{
    static const char *const lists[] = {"complaints", "notices"};
    for (size_t k = 0; k < COUNT_OF(lists); k++) {
        const json_t *list = json_object_get(reading, lists[k]);
        for (size_t i = 0; i < json_array_size(list); i++) {
            json_t *one = json_array_get(list, i);
            char shown[64];
            feed_field(text_of(one, "field"), shown);
            json_object_set_new(one, "field", json_string(shown));
            json_object_set_new(one, "reason", json_string(plain_reason(text_of(one, "reason"))));
        }
    }
}

static json_t *complaint_json(int line, const char *field, const char *reason)
{
    char shown[64];
    feed_field(field, shown);
    json_t *one = json_pack("{s:i, s:s, s:s}", "line", line, "field", shown, "reason", plain_reason(reason));
    CHECK(one != NULL);
    return one;
}

static json_t *complaints_json(const struct complaint *list, int n)
{
    json_t *out = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(out, complaint_json(list[i].line, list[i].field, list[i].reason));
    return out;
}

static json_t *reports_json(const struct feed_message *m, const struct reading *r)
{
    json_t *out = json_array();
    bool understood = m->outcome == FEED_TAKEN || m->outcome == FEED_TEST;
    for (size_t i = 0; understood && i < r->n; i++) {
        json_t *report = report_json(&r->list[i]);
        json_object_set_new(report, "line", json_integer(r->list[i].line));
        json_array_append_new(out, report);
    }
    return out;
}

json_t *feed_message_json(const struct feed_message *m, const struct reading *r)
{
    char id[MESSAGE_ID_SIZE], at[TIME_TEXT_SIZE];
    if (m->id[0] == '\0')
        feed_message_name(id);
    else
        snprintf(id, sizeof id, "%s", m->id);
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "provider", m->provider, "messageId", id,
                  "channel", channel_name(m->channel), "format", m->format, "profile", m->profile, "bytes",
                  (json_int_t)(m->bytes < BYTES_TOLD_MAX ? m->bytes : BYTES_TOLD_MAX), "receivedAt",
                  time_format(m->received_at_ms, at), "outcome", outcome_names[m->outcome]);
    CHECK(body != NULL);
    json_object_set_new(body, "reports", reports_json(m, r));
    json_object_set_new(body, "complaints", complaints_json(r->complaints, r->complaints_n));
    json_object_set_new(body, "more", json_integer(r->complaints_more));
    json_object_set_new(body, "notices", complaints_json(r->notices, r->notices_n));
    if (r->crosscheck_n > 0)
        json_object_set_new(body, "crossCheck", reading_crosscheck_json(r));
    if (m->replay_of != NULL)
        json_object_set_new(body, "replayOf", json_string(m->replay_of));
    return body;
}

/* ---- refused by the broker ---- */

/* Line of the report that the broker's POINTER ("/reports/3/unitsFree") names; 0 for none. */
static int line_of(const json_t *reports, const char *pointer)
{
    static const char prefix[] = "/reports/";
    char *end = NULL;
    if (strncmp(pointer, prefix, sizeof prefix - 1) != 0)
        return 0;
    unsigned long i = strtoul(pointer + sizeof prefix - 1, &end, 10);
    return (int)json_integer_value(json_object_get(json_array_get(reports, i), "line"));
}

static json_t *broker_complaint(int line, const char *field, const char *reason)
{
    struct complaint c;
    snprintf(c.reason, sizeof c.reason, "%s", reason);
    /* Cut at the end of a character: the broker takes UTF-8 only. */
    struct bytes rest = bytes_of_text(c.reason);
    uint32_t code = 0;
    for (size_t n = bytes_utf8(rest, &code); n > 0; n = bytes_utf8(rest, &code))
        rest = BYTES(rest.p + n, rest.len - n);
    c.reason[strlen(c.reason) - rest.len] = '\0';
    return complaint_json(line, field, c.reason);
}

void feed_message_refuse(json_t *m, enum feed_outcome outcome, const json_t *problem, int status)
{
    const json_t *errors = json_object_get(problem, "errors"), *reports = json_object_get(m, "reports");
    json_t *complaints = json_array();
    size_t n = json_array_size(errors);
    for (size_t i = 0; i < n && i < COMPLAINTS_MAX; i++) {
        const json_t *one = json_array_get(errors, i);
        const char *pointer = text_of(one, "pointer"), *why = text_of(one, "detail");
        json_array_append_new(complaints, broker_complaint(line_of(reports, pointer), pointer, why));
    }
    if (n == 0) {
        char reason[160];
        const char *why = text_of(problem, "detail");
        snprintf(reason, sizeof reason, "the exchange did not take these numbers (%d)%s%s", status,
                 why[0] != '\0' ? ": " : "", why);
        json_array_append_new(complaints, broker_complaint(0, "", reason));
    }
    json_object_set_new(m, "outcome", json_string(outcome_names[outcome]));
    json_object_set_new(m, "reports", json_array());
    json_object_set_new(m, "complaints", complaints);
    json_object_set_new(m, "more", json_integer(n > COMPLAINTS_MAX ? (json_int_t)n - COMPLAINTS_MAX : 0));
}
