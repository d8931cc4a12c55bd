/* Whatever a driver says: every line outside a network gets its replies and then OK, a line of a network
 * nothing but its fault, and nothing is said that the protocol does not have. An input that does not begin
 * with INIT or an empty line is said to a network that stands already. */
#include "base/check.h"
#include "base/mem.h"
#include "simulate/protocol.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool begins(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

/* The replies to one line; true if they end with OK. */
static bool judge(struct buf *said)
{
    const char *line = buf_c_str(said);
    bool ok = false;

    while (*line != '\0') {
        const char *eol = strchr(line, '\n');

        CHECK(eol != NULL && !ok);
        ok = begins(line, "OK\n");
        CHECK(ok || begins(line, "REQ ") || begins(line, "CAN ") || begins(line, "WAKE ") ||
              begins(line, "RANK ") || begins(line, "ERR "));
        line = eol + 1;
    }
    CHECK(said->p == NULL || strlen(buf_c_str(said)) == said->len);
    return ok;
}

static void tell_network(struct protocol *p, struct buf *said)
{
    static const char *const lines[] = {"INIT 2 2",
                                        "R\t5\tDen Haag\t1\t1\t5",
                                        "R 2 Ede 900 40 7",
                                        "S 9 5 0 10 10 1 1 1 7 0 0 255 3",
                                        "S 4 2 3 900 40 0 2 0 1 0 1 128 1",
                                        "P 77 9 4 2 17 1 0",
                                        "P 3 4 1 1 -1 0 1",
                                        "END"};

    for (size_t i = 0; i < COUNT_OF(lines); i++)
        protocol_line(p, bytes_of_text(lines[i]), said);
    CHECK(strcmp(buf_c_str(said), "OK\n") == 0);
    buf_clear(said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct protocol *p = protocol_new(sim_policy_find("ours"), true);
    struct buf said = {0};
    bool in_network = false;

    if (size > 0 && data[0] != 'I' && data[0] != '\n')
        tell_network(p, &said);
    for (size_t at = 0; at < size;) {
        const uint8_t *eol = memchr(data + at, '\n', size - at);
        size_t len = eol == NULL ? size - at : (size_t)(eol - data) - at;
        bool ok = false;

        protocol_line(p, BYTES(data + at, len), &said);
        ok = judge(&said);
        CHECK(ok || in_network || memmem(data + at, len, "INIT", 4) != NULL);
        in_network = !ok;
        buf_clear(&said);
        at += len + 1;
    }
    buf_fini(&said);
    protocol_free(p);
    return 0;
}
