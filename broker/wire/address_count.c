#include "wire/address_count.h"

#include "base/check.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uthash.h>

struct entry {
    struct address_key key;
    int n;
    UT_hash_handle hh;
};

struct address_count {
    struct entry *entries;
};

struct address_count *address_count_new(void)
{
    return mem_new(1, sizeof(struct address_count));
}

void address_count_free(struct address_count *counts)
{
    struct entry *e, *next;

    if (counts == NULL)
        return;
    HASH_ITER(hh, counts->entries, e, next)
    {
        HASH_DEL(counts->entries, e);
        free(e);
    }
    free(counts);
}

struct address_key address_key_of(const struct sockaddr *sa, char *out, size_t size)
{
    struct address_key key = {0};
    struct sockaddr_in6 six;
    struct sockaddr_in four;

    out[0] = '\0';
    if (sa->sa_family == AF_INET) {
        memcpy(&four, sa, sizeof four);
        key.family = 4;
        memcpy(key.prefix, &four.sin_addr, 4);
        inet_ntop(AF_INET, &four.sin_addr, out, (socklen_t)size);
    } else if (sa->sa_family == AF_INET6) {
        memcpy(&six, sa, sizeof six);
        if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
            key.family = 4;
            memcpy(key.prefix, six.sin6_addr.s6_addr + 12, 4);
            inet_ntop(AF_INET, six.sin6_addr.s6_addr + 12, out, (socklen_t)size);
        } else {
            key.family = 6;
            memcpy(key.prefix, six.sin6_addr.s6_addr, 8);
            inet_ntop(AF_INET6, &six.sin6_addr, out, (socklen_t)size);
        }
    }
    return key;
}

static struct entry *find(struct address_count *counts, struct address_key key)
{
    struct entry *e = NULL;
    HASH_FIND(hh, counts->entries, &key, sizeof key, e);
    return e;
}

int address_count_add(struct address_count *counts, struct address_key key)
{
    if (key.family == 0)
        return 0;
    struct entry *e = find(counts, key);
    if (e == NULL) {
        e = mem_new(1, sizeof *e);
        e->key = key;
        HASH_ADD(hh, counts->entries, key, sizeof e->key, e);
    }
    return ++e->n;
}

int address_count_drop(struct address_count *counts, struct address_key key)
{
    if (key.family == 0)
        return 0;
    struct entry *e = find(counts, key);
    CHECK(e != NULL && e->n > 0);
    if (--e->n > 0)
        return e->n;
    HASH_DEL(counts->entries, e);
    free(e);
    return 0;
}
