/* Any JSON given as an intake: no crash, a refusal names a place, and what is taken survives the way out and
 * in. */
#include "http/need_json.h"

#include "base/check.h"
#include "support/match_builders.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vocab *vocab;
    struct json_faults faults = {0};
    struct need n;
    if (vocab == NULL)
        vocab = vocab_of_repository();
    json_t *root = size > 65536 ? NULL : json_parse(BYTES(data, size), &faults);
    if (root == NULL)
        return 0;
    if (need_from_json(vocab, json_root(root), (size & 1) != 0, &n, &faults)) {
        struct json_faults again = {0};
        struct need copy;
        json_t *json = need_to_json(vocab, &n);
        CHECK(need_is_valid(&n));
        CHECK(need_from_json(vocab, json_root(json), false, &copy, &again));
        json_decref(json);
    } else {
        CHECK(faults.n > 0);
    }
    json_decref(root);
    return 0;
}
