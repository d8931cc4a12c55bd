#include "main/codes_json.h"

#include <ctype.h>
#include <string.h>

#define NAME_MAX_SIZE 64

/* label_nl → labelNl */
static void camel(const char *snake, char out[NAME_MAX_SIZE])
{
    size_t n = 0;
    bool up = false;
    for (; *snake != '\0' && n + 1 < NAME_MAX_SIZE; snake++) {
        if (*snake == '_') {
            up = true;
            continue;
        }
        out[n++] = up ? (char)toupper((unsigned char)*snake) : *snake;
        up = false;
    }
    out[n] = '\0';
}

/* Pages choose a municipality by name and need its region: 345 rows with every column would be most of the
 * answer. */
static bool is_wanted(const char *list, const char *column)
{
    return strcmp(list, "municipalities") != 0 || strcmp(column, "code") == 0 ||
           strcmp(column, "name") == 0 || strcmp(column, "region") == 0;
}

json_t *codes_json(const struct reference *r)
{
    char name[NAME_MAX_SIZE];
    size_t n = 0;
    const struct vocab_row *rows = reference_rows(r, &n);
    json_t *all = json_object();
    for (size_t i = 0; i < n; i++) {
        const struct vocab_row *row = &rows[i];
        if (strcmp(row->list, "travel") == 0)
            continue;
        json_t *list = json_object_get(all, row->list);
        if (list == NULL) {
            list = json_array();
            json_object_set_new(all, row->list, list);
        }
        json_t *o = json_object();
        for (size_t k = 0; k < row->n; k++) {
            if (!is_wanted(row->list, row->names[k]))
                continue;
            camel(row->names[k], name);
            json_object_set_new(o, name, json_string(row->values[k]));
        }
        json_array_append_new(list, o);
    }
    return all;
}
