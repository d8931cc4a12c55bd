#include "adapters/gate/persons.h"

#include "adapters/gate/safe_xml.h"
#include "base/mem.h"

#include <libxml/tree.h>
#include <string.h>

#define WORD_SIZE 32 /* longer than any of these */

/* Folded. These identify by themselves. */
static const char *const identifying[] = {"bsn",
                                          "bsnnummer",
                                          "burgerservicenummer",
                                          "burgerservicenr",
                                          "sofinummer",
                                          "sofinr",
                                          "ssn",
                                          "socialsecuritynumber",
                                          "geboortedatum",
                                          "gebdatum",
                                          "geboortedag",
                                          "geboorteplaats",
                                          "geboorteland",
                                          "birthdate",
                                          "birthday",
                                          "dateofbirth",
                                          "placeofbirth",
                                          "dob",
                                          "voornaam",
                                          "voornamen",
                                          "voorletters",
                                          "roepnaam",
                                          "achternaam",
                                          "achternamen",
                                          "tussenvoegsel",
                                          "geslachtsnaam",
                                          "familienaam",
                                          "meisjesnaam",
                                          "firstname",
                                          "lastname",
                                          "middlename",
                                          "givenname",
                                          "familyname",
                                          "surname",
                                          "maidenname",
                                          "naamclient",
                                          "clientnaam",
                                          "naambewoner",
                                          "bewonernaam",
                                          "bewonersnaam",
                                          "naampatient",
                                          "patientnaam",
                                          "naamkind",
                                          "kindnaam",
                                          "naammoeder",
                                          "clientname",
                                          "patientname",
                                          "residentname",
                                          "clientid",
                                          "clientnr",
                                          "clientnummer",
                                          "clientnumber",
                                          "patientid",
                                          "patientnr",
                                          "patientnummer",
                                          "bewonerid",
                                          "bewonernr",
                                          "bewonernummer",
                                          "residentid",
                                          "vnummer",
                                          "paspoortnummer",
                                          "passportnumber",
                                          "vreemdelingennummer",
                                          "personalidnumber",
                                          "clientbsn",
                                          "bsnclient",
                                          "bsnbewoner",
                                          "persondetails",
                                          "birthinfo"};

/* Of one person, where a name stands; in a sentence they say nothing. */
static const char *const one[] = {"client",      "patient",   "bewoner", "resident",
                                  "beneficiary", "gezinslid", "burger",  "slachtoffer"};

/* The same, and never a number of people. */
static const char *const data_of_one[] = {"clientgegevens", "persoonsgegevens"};

static const char *const groups[] = {"clients",   "clienten",  "patients",   "patienten",  "bewoners",
                                     "residents", "household", "households", "gezinsleden"};

/* Of where a house is and how it is reached, for a shelter its secret: the words of HSDS, of EDXL-HAVE's xAL,
 * xPIL and GML, of FHIR and of Dutch exports. Any place in a file will do for these... */
static const char *const reach[] = {"adres",
                                    "adressen",
                                    "bezoekadres",
                                    "postadres",
                                    "huisadres",
                                    "adresregel",
                                    "straat",
                                    "straatnaam",
                                    "huisnummer",
                                    "huisnr",
                                    "postcode",
                                    "postalcode",
                                    "zipcode",
                                    "woonplaats",
                                    "telefoon",
                                    "telefoonnummer",
                                    "telefoonnr",
                                    "telnr",
                                    "mobiel",
                                    "mobielnummer",
                                    "gsm",
                                    "telephone",
                                    "telephonenumber",
                                    "phonenumber",
                                    "email",
                                    "emailadres",
                                    "emailaddress",
                                    "contactpersoon",
                                    "contactnaam",
                                    "contactname",
                                    "contactgegevens",
                                    "contactperson",
                                    "contactnumber",
                                    "contactnumbers",
                                    "contactnumberelement",
                                    "electronicaddressidentifier",
                                    "electronicaddressidentifiers",
                                    "addressline",
                                    "streetaddress",
                                    "streetname",
                                    "thoroughfare",
                                    "latitude",
                                    "longitude",
                                    "breedtegraad",
                                    "lengtegraad",
                                    "geolocation",
                                    "personname"};

/* ...and for these one where a name stands: in a sentence they say nothing. */
static const char *const reach_name[] = {
    "address",      "addresses", "street",       "phone",    "phones",   "fax",      "mobile",
    "mail",         "tel",       "contact",      "contacts", "telecom",  "position", "pos",
    "poslist",      "point",     "coordinates",  "lat",      "lon",      "lng",      "country",
    "countryname",  "locality",  "localityname", "city",     "premises", "zip",      "administrativearea",
    "numberelement"};

/* ---- words ---- */

/* Letters with an accent of Latin-1 by their second byte in UTF-8, which is their code less 0x40. */
static char without_accent(uint8_t low)
{
    low = low >= 0xa0 ? low : (uint8_t)(low + 0x20);
    if (low >= 0xa0 && low <= 0xa5)
        return 'a';
    if (low == 0xa7)
        return 'c';
    if (low >= 0xa8 && low <= 0xab)
        return 'e';
    if (low >= 0xac && low <= 0xaf)
        return 'i';
    if (low >= 0xb2 && low <= 0xb6)
        return 'o';
    return low >= 0xb9 && low <= 0xbc ? 'u' : '?';
}

/* One letter more of a word that is being folded; N counts on past the room for it. */
static void fold(char out[WORD_SIZE], size_t *n, char c)
{
    if (*n < WORD_SIZE - 1)
        out[*n] = c;
    (*n)++;
}

static bool is_digit(uint8_t b)
{
    return b >= '0' && b <= '9';
}

static int hex(uint8_t b)
{
    const char *at = b != 0 ? strchr("0123456789abcdef", b | 0x20) : NULL;
    return at != NULL ? (int)(at - "0123456789abcdef") : -1;
}

/* How many bytes at P (LEFT are there) are one letter or digit, its folded form in C; 0 for anything else. */
static size_t letter(const uint8_t *p, size_t left, char *c)
{
    uint8_t b = p[0];
    if (b == '\\' && left > 5 && memcmp(p, "\\u00", 4) == 0 && hex(p[4]) >= 0 && hex(p[5]) >= 0) {
        uint8_t spelt = (uint8_t)(hex(p[4]) * 16 + hex(p[5])); /* as JSON may spell it */
        return spelt < 0x80 && letter(&spelt, 1, c) == 1 ? 6 : 0;
    }
    if ((b >= 'a' && b <= 'z') || (b >= '0' && b <= '9')) {
        *c = (char)b;
        return 1;
    }
    if (b >= 'A' && b <= 'Z') {
        *c = (char)(b | 0x20);
        return 1;
    }
    if (b == 0xc3 && left > 1 && p[1] >= 0x80 && p[1] < 0xc0) {
        *c = without_accent(p[1]);
        return 2;
    }
    if (b >= 0xc0) { /* the same letters in Latin-1; or some other script, where none of the words is */
        *c = without_accent((uint8_t)(b - 0x40));
        return 1;
    }
    return 0;
}

static bool joins(uint8_t b)
{
    return b == '_' || b == '-' || b == '.' || b == 0; /* NUL: each second byte of UTF-16 */
}

static const char *find(const char *const *list, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (list[i][0] == word[0] && strcmp(list[i], word) == 0)
            return list[i];
    return NULL;
}

static const char *identifies(const char *word)
{
    return find(identifying, COUNT_OF(identifying), word);
}

static const char *where_a_name_stands(const char *word)
{
    const char *found = find(one, COUNT_OF(one), word);
    return found != NULL ? found : find(data_of_one, COUNT_OF(data_of_one), word);
}

static const char *is_one(const char *word)
{
    const char *found = identifies(word);
    return found != NULL ? found : where_a_name_stands(word);
}

static bool folded(struct bytes name, char out[WORD_SIZE])
{
    size_t n = 0, step = 0;
    char c = 0;
    for (size_t i = 0; i<name.len; i += step> 0 ? step : 1) {
        step = letter(name.p + i, name.len - i, &c);
        if (step > 0)
            fold(out, &n, c);
        else if (n > 0 && (name.p[i] == '(' || name.p[i] == '['))
            break; /* "BSN (verplicht)" */
        else if (!joins(name.p[i]) && name.p[i] != ' ')
            fold(out, &n, '?');
    }
    out[n < WORD_SIZE ? n : 0] = '\0';
    return n > 0 && n < WORD_SIZE;
}

const char *persons_word(struct bytes name)
{
    char word[WORD_SIZE];
    return folded(name, word) ? is_one(word) : NULL;
}

const char *persons_or_group(struct bytes name)
{
    char word[WORD_SIZE];
    if (!folded(name, word))
        return NULL;
    const char *found = is_one(word);
    return found != NULL ? found : find(groups, COUNT_OF(groups), word);
}

/* ---- counts ---- */

const char *persons_countable(struct bytes name)
{
    char word[WORD_SIZE];
    if (!folded(name, word))
        return NULL;
    const char *found = find(one, COUNT_OF(one), word);
    return found != NULL ? found : find(groups, COUNT_OF(groups), word);
}

bool persons_are_counted(const struct person_counts *c, const char *word)
{
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->words[i], word) == 0)
            return true;
    return false;
}

bool persons_is_count(struct bytes content)
{
    int count = 0;
    for (size_t i = 0; i < content.len && i < 5; i++) {
        if (!is_digit(content.p[i]))
            return false;
        count = count * 10 + content.p[i] - '0';
    }
    return content.len > 0 && content.len <= 5 && count <= UNITS_MAX;
}

const char *persons_why_no_count(void)
{
    return "is a count by the profile, but something else than a whole number stands here: it may be about a "
           "person";
}

/* ---- names that come again ---- */

static size_t slot_of(struct bytes name)
{
    uint32_t h = 0;
    for (size_t i = 0; i < name.len; i++)
        h = h * 31 + name.p[i];
    return (h ^ (h >> 8)) % PERSONS_SEEN;
}

bool persons_seen(const struct persons_seen *s, struct bytes name)
{
    return name.len > 0 && bytes_equal(s->fine[slot_of(name)], name);
}

void persons_remember(struct persons_seen *s, struct bytes name)
{
    s->fine[slot_of(name)] = name;
}

/* ---- XML ---- */

/* Of an attribute only what identifies: client="ZorgSoft 4.2" is a program as often as a person. */
static const char *word_of_attribute(struct bytes name)
{
    char word[WORD_SIZE];
    return folded(name, word) ? identifies(word) : NULL;
}

/* What is fine for an attribute may not be for an element. */
struct search {
    struct persons_seen elements, attributes;
    const struct person_counts *counts;
    struct reading *r;
};

static void complain_of(const struct search *s, const xmlNode *element, const xmlChar *name, const char *why)
{
    reading_complain(s->r, xml_line(element), (const char *)name, "%s", why);
    s->r->not_kept = true;
}

/* NULL: ELEMENT, called by WORD, is a count. */
static const char *why_refused(const struct search *s, const xmlNode *element, const char *word)
{
    if (!persons_are_counted(s->counts, word))
        return "must not be in this message: it may be about a person";
    return element->properties == NULL && persons_is_count(xml_text(element)) ? NULL : persons_why_no_count();
}

static void judge_element(struct search *s, const xmlNode *n)
{
    struct bytes name = bytes_of_text((const char *)n->name);
    const char *word = persons_seen(&s->elements, name) ? NULL : persons_word(name);
    const char *why = word != NULL ? why_refused(s, n, word) : NULL;
    if (why != NULL)
        complain_of(s, n, n->name, why);
    if (word == NULL) /* a count is looked at each time */
        persons_remember(&s->elements, name);
}

static void judge_attribute(struct search *s, const xmlNode *n, const xmlAttr *a)
{
    struct bytes name = bytes_of_text((const char *)a->name);
    if (persons_seen(&s->attributes, name))
        return;
    if (word_of_attribute(name) != NULL)
        complain_of(s, n, a->name, "must not be in this message: it may be about a person");
    else
        persons_remember(&s->attributes, name);
}

static void judge_all(const xmlNode *first, struct search *s)
{
    for (const xmlNode *n = first; n != NULL; n = xml_next(n, NULL, NULL)) {
        judge_element(s, n);
        for (const xmlAttr *a = n->properties; a != NULL; a = a->next)
            judge_attribute(s, n, a);
        judge_all(xml_child(n, NULL, NULL), s);
    }
}

bool persons_not_in_xml(const xmlNode *root, const struct person_counts *c, struct reading *r)
{
    int before = r->complaints_n + r->complaints_more;
    judge_all(root, &(struct search){.counts = c, .r = r});
    return r->complaints_n + r->complaints_more == before;
}

/* ---- bytes of any kind ---- */

/* How many bytes at P are nothing: NUL, each second byte of UTF-16, and the first of a no-break space. */
static size_t nothing(const uint8_t *p, size_t left)
{
    size_t n = 0;
    while (n < left && (p[n] == 0 || p[n] == 0xc2))
        n++;
    return n;
}

/* Whether a number that can be a citizen's service number begins at AT, as people write it: nine digits,
 * singly joined by a blank, dot or dash at most, no digit around them, whatever letters; the eleven-test.
 * A time that goes on with a colon is none. */
static bool service_number_at(struct bytes in, size_t at)
{
    int sum = 0, n = 0, not_0 = 0;
    size_t i = at;
    for (size_t before = at; before > 0; before--) {
        if (is_digit(in.p[before - 1]))
            return false;
        if (in.p[before - 1] != 0)
            break;
    }
    while (n < 9) {
        if (i >= in.len || !is_digit(in.p[i]))
            return false;
        int digit = in.p[i++] - '0';
        not_0 += digit != 0;
        sum += digit * (n < 8 ? 9 - n : -1);
        n++;
        i += nothing(in.p + i, in.len - i);
        if (n < 9 && i < in.len && (joins(in.p[i]) || in.p[i] == ' ' || in.p[i] == 0xa0)) {
            i++;
            i += nothing(in.p + i, in.len - i);
        }
    }
    return not_0 > 1 && sum % 11 == 0 && (i >= in.len || (!is_digit(in.p[i]) && in.p[i] != ':'));
}

static bool has_service_number(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        if (is_digit(in.p[i]) && service_number_at(in, i))
            return true;
    return false;
}

/* Whether what stands around a word makes it a name: an element, an attribute, a key, a heading. */
static bool stands_as_name(int before, int after)
{
    static const char open[] = "</:\"';,\t|\n", close[] = ">=\"';,\t|\n\r/:";
    bool opened = before < 0 || (before > 0 && strchr(open, before) != NULL);
    bool closed = after < 0 || (after > 0 && strchr(close, after) != NULL);
    return (opened && closed) || (before == ' ' && after == '=') ||
           ((before == '<' || before == ':') && after == ' ');
}

/* The word that begins at AT, folded, of N letters (more than there is room for: cut). Where it ends. */
static size_t word_at(struct bytes in, size_t at, char word[WORD_SIZE], size_t *n)
{
    char c = 0;
    for (*n = 0; at < in.len;) {
        size_t step = letter(in.p + at, in.len - at, &c);
        if (step > 0)
            fold(word, n, c);
        else if (!joins(in.p[at]))
            break;
        at += step > 0 ? step : 1;
    }
    word[*n < WORD_SIZE ? *n : 0] = '\0';
    return at;
}

static bool is_letter(uint8_t b)
{
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
}

/* A value that reaches a house, whatever it is called: an e-mail address, a Dutch postcode (1234 AB), a
 * phone number of ten digits in one or two pieces. At AT, where a piece of text may begin. */
static bool reaches(struct bytes in, size_t at)
{
    const uint8_t *p = in.p + at;
    size_t left = in.len - at, n = 0, i = 0;
    if (p[0] == '@')
        return at > 0 && left > 1 && (is_letter(p[-1]) || is_digit(p[-1])) &&
               (is_letter(p[1]) || is_digit(p[1]));
    if (!is_digit(p[0]) || (at > 0 && (is_digit(p[-1]) || is_letter(p[-1]))))
        return false;
    while (i < left && is_digit(p[i]))
        i++;
    n = i;
    if (n == 4 && p[0] != '0') {
        i += i < left && p[i] == ' ';
        return i + 1 < left && p[i] >= 'A' && p[i] <= 'Z' && p[i + 1] >= 'A' && p[i + 1] <= 'Z' &&
               (i + 2 == left || !(is_letter(p[i + 2]) || is_digit(p[i + 2])));
    }
    if (n >= 2 && n <= 4 && i + 1 < left && (p[i] == '-' || p[i] == ' '))
        for (i++; i < left && is_digit(p[i]); i++)
            n++;
    return n == 10 && p[0] == '0';
}

/* A word with a number behind it, as in address_1. */
static void cut_number(char *word, size_t n)
{
    while (n > 0 && is_digit((uint8_t)word[n - 1]))
        word[--n] = '\0';
}

bool persons_reached_in_bytes(struct bytes in)
{
    char word[WORD_SIZE], c = 0;
    for (size_t at = 0, end; at < in.len; at = end) {
        size_t n = 0, step = letter(in.p + at, in.len - at, &c);
        end = at + 1;
        if (reaches(in, at))
            return true;
        if (step == 0)
            continue;
        end = word_at(in, at, word, &n);
        if (n >= WORD_SIZE)
            continue;
        cut_number(word, n);
        if (find(reach, COUNT_OF(reach), word) != NULL ||
            (find(reach_name, COUNT_OF(reach_name), word) != NULL &&
             stands_as_name(at > 0 ? in.p[at - 1] : -1, end < in.len ? in.p[end] : -1)))
            return true;
    }
    return false;
}

bool persons_in_bytes(struct bytes in)
{
    char word[WORD_SIZE], c = 0;
    if (has_service_number(in))
        return true;
    for (size_t at = 0, end; at < in.len; at = end) {
        size_t n = 0, step = letter(in.p + at, in.len - at, &c);
        end = at + 1;
        if (step == 0)
            continue;
        end = word_at(in, at, word, &n);
        if (n >= WORD_SIZE)
            continue;
        if (identifies(word) != NULL)
            return true;
        if (where_a_name_stands(word) != NULL &&
            stands_as_name(at > 0 ? in.p[at - 1] : -1, end < in.len ? in.p[end] : -1))
            return true;
    }
    return false;
}
