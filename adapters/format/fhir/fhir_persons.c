#include "adapters/format/fhir/fhir_persons.h"

#include "adapters/gate/fhir_types.h"
#include "adapters/gate/persons.h"
#include "base/mem.h"

#include <string.h>

/* The national number of citizens, as nictiz publishes it. */
static const char *const person_numbers[] = {"http://fhir.nl/fhir/NamingSystem/bsn",
                                             "https://fhir.nl/fhir/NamingSystem/bsn",
                                             "urn:oid:2.16.840.1.113883.2.4.6.3"};

static const char *found_in(const char *const *list, size_t n, struct bytes word)
{
    for (size_t i = 0; i < n; i++)
        if (word.len > 0 && word.p[0] == (uint8_t)list[i][0] && bytes_equal(word, bytes_of_text(list[i])))
            return list[i];
    return NULL;
}

/* The personal type that a reference names ("Patient/7", "https://server/fhir/Patient/7",
 * "Patient?identifier=7"), or NULL. */
static const char *referred(struct bytes reference)
{
    size_t from = 0;
    for (size_t i = 0; i <= reference.len; i++) {
        if (i < reference.len && strchr("/?#|", reference.p[i]) == NULL)
            continue;
        const char *type = fhir_type_of_people(BYTES(reference.p + from, i - from));
        if (type != NULL)
            return type;
        from = i + 1;
    }
    return NULL;
}

static void judge_resource(const struct fhir_node *n, struct reading *r)
{
    const char *type = fhir_type_of_people(n->name);
    if (type != NULL) {
        reading_complain(r, n->line, type, "is about people: the whole message is refused");
        r->not_kept = true;
    } else if (fhir_type_of_capacity(n->name) == NULL)
        reading_complain(r, n->line, "resource",
                         "is of a type that does not belong in a message of capacity");
}

/* True after a complaint. */
static bool judge_value(const struct fhir_node *n, struct persons_seen *seen, struct reading *r)
{
    const int before = r->complaints_n + r->complaints_more;
    static const char *const pointers[] = {"reference", "fullUrl", "type"};
    const char *type = NULL;
    if (n->value.len > 0 && found_in(pointers, COUNT_OF(pointers), n->name) != NULL)
        type = referred(n->value);
    if (type != NULL)
        reading_complain(r, n->line, type,
                         "is referred to and is about people: the whole message is refused");
    if (fhir_is(n, "subjectResults"))
        reading_complain(r, n->line, "subjectResults", "is about people: the whole message is refused");
    if (fhir_is(n, "system") && found_in(person_numbers, COUNT_OF(person_numbers), n->value) != NULL)
        reading_complain(r, n->line, "identifier",
                         "is a citizen's service number: the whole message is refused");
    const char *word = persons_seen(seen, n->name) ? NULL : persons_word(n->name);
    if (word != NULL)
        reading_complain(r, n->line, word, "is about people: the whole message is refused");
    else
        persons_remember(seen, n->name);
    return r->complaints_n + r->complaints_more != before;
}

bool fhir_no_persons(const struct fhir_tree *t, struct reading *r)
{
    int before = r->complaints_n;
    struct persons_seen seen = {0};
    for (size_t i = 1; i < t->n; i++) {
        if (t->list[i]->resource)
            judge_resource(t->list[i], r);
        else
            r->not_kept |= judge_value(t->list[i], &seen, r);
    }
    return r->complaints_n == before;
}
