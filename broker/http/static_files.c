#include "http/static_files.h"

#include "base/crypto.h"
#include "base/mem.h"
#include "http/reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <uthash.h>

#define PATH_SIZE 1024
#define INDEX_BYTES_MAX (1024 * 1024)
#define ETAG_SIZE 24 /* quotes, 16 hex digits, "-gz" */
#define COLUMNS 5

enum encoding { PLAIN, GZIP, BROTLI, ENCODING_N };

static const char *const suffixes[ENCODING_N] = {"", ".gz", ".br"};
static const char *const column_words[ENCODING_N] = {"", "gz", "br"};
static const char *const encoding_words[ENCODING_N] = {"", "gzip", "br"};

struct static_file {
    char *url; /* the key */
    char *type;
    bool immutable;
    enum reply_policy policy;
    struct buf body[ENCODING_N]; /* an encoding that does not exist has p NULL, but for PLAIN */
    bool has[ENCODING_N];
    char hash[17];
    UT_hash_handle hh;
};

struct static_files {
    struct static_file *table;
    size_t bytes;
};

/* ---- read ---- */

struct load {
    struct static_files *files;
    const char *dir;
    int line;
    char *why;
    size_t why_size;
};

static enum err bad_row(const struct load *l, const char *what)
{
    snprintf(l->why, l->why_size, "%s/files.tsv line %d: %s", l->dir, l->line, what);
    return ERR_BAD_INPUT;
}

/* Read a regular file of at most MAX bytes, appended to OUT. */
static enum err read_file(const char *path, size_t max, struct buf *out, char *why, size_t why_size)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    enum err e = ERR_IO;

    if (f == NULL || fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode)) {
        snprintf(why, why_size, "cannot read %s: %s", path, f == NULL ? strerror(errno) : "not a file");
        goto out;
    }
    if ((uint64_t)st.st_size > max) {
        snprintf(why, why_size, "%s: more than the pages may have together", path);
        e = ERR_BAD_INPUT;
        goto out;
    }
    if (st.st_size > 0 && fread(buf_extend(out, (size_t)st.st_size), (size_t)st.st_size, 1, f) != 1) {
        snprintf(why, why_size, "cannot read %s: it became shorter", path);
        goto out;
    }
    e = OK;
out:
    if (f != NULL)
        fclose(f);
    return e;
}

/* A name below the folder: no way up, no absolute path. */
static bool is_below(const char *file)
{
    return file[0] != '\0' && file[0] != '/' && strstr(file, "..") == NULL;
}

static bool is_clean(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
            return false;
    }
    return true;
}

static enum err load_body(struct load *l, struct static_file *f, const char *file, enum encoding encoding)
{
    char path[PATH_SIZE];
    enum err e;

    if ((size_t)snprintf(path, sizeof path, "%s/%s%s", l->dir, file, suffixes[encoding]) >= sizeof path)
        return bad_row(l, "path too long");
    e = read_file(path, STATIC_BYTES_MAX - l->files->bytes, &f->body[encoding], l->why, l->why_size);
    if (e != OK)
        return e;
    f->has[encoding] = true;
    l->files->bytes += f->body[encoding].len;
    return OK;
}

static enum err load_encodings(struct load *l, struct static_file *f, const char *file, char *words)
{
    char *rest = words;
    enum err e = load_body(l, f, file, PLAIN);

    if (strcmp(words, "-") == 0)
        return e;
    while (e == OK && rest != NULL) {
        const char *word = strsep(&rest, ",");
        enum encoding encoding = GZIP;

        while (encoding < ENCODING_N && strcmp(word, column_words[encoding]) != 0)
            encoding++;
        if (encoding == ENCODING_N || f->has[encoding])
            return bad_row(l, "encodings are gz and br, or -");
        e = load_body(l, f, file, encoding);
    }
    return e;
}

static void hash_of(struct static_file *f)
{
    uint8_t hash[CRYPTO_SHA256_BYTES];

    crypto_sha256(buf_view(&f->body[PLAIN]), hash);
    for (int i = 0; i < 8; i++)
        snprintf(f->hash + 2 * (size_t)i, 3, "%02x", hash[i]);
}

static void file_free(struct static_file *f)
{
    for (int i = 0; i < ENCODING_N; i++)
        buf_fini(&f->body[i]);
    free(f->url);
    free(f->type);
    free(f);
}

static enum err load_row(struct load *l, char *row)
{
    char *column[COLUMNS] = {0};
    char *rest = row;
    struct static_file *f = NULL, *same = NULL;
    enum err e;

    for (int i = 0; i < COLUMNS; i++)
        column[i] = strsep(&rest, "\t");
    if (column[COLUMNS - 1] == NULL || rest != NULL)
        return bad_row(l, "five columns are wanted: url, file, content type, cache rule, encodings");
    if (column[0][0] != '/' || !is_clean(column[0]) || !is_clean(column[2]) || column[2][0] == '\0')
        return bad_row(l, "url or content type is not clean");
    if (!is_below(column[1]))
        return bad_row(l, "the file is not below the folder");
    if (strcmp(column[3], "immutable") != 0 && strcmp(column[3], "no-store") != 0 &&
        strcmp(column[3], "no-store,wasm") != 0)
        return bad_row(l, "the cache rule is immutable, no-store or no-store,wasm");
    HASH_FIND_STR(l->files->table, column[0], same);
    if (same != NULL)
        return bad_row(l, "this url was listed before");
    f = mem_new(1, sizeof *f);
    f->url = mem_dup_text(column[0]);
    f->type = mem_dup_text(column[2]);
    f->immutable = strcmp(column[3], "immutable") == 0;
    f->policy = strncmp(f->url, "/api/", 5) == 0          ? REPLY_API
                : strcmp(column[3], "no-store,wasm") == 0 ? REPLY_PAGE_WASM
                                                          : REPLY_PAGE;
    e = load_encodings(l, f, column[1], column[4]);
    if (e != OK) {
        file_free(f);
        return e;
    }
    hash_of(f);
    HASH_ADD_KEYPTR(hh, l->files->table, f->url, strlen(f->url), f);
    return OK;
}

enum err static_files_load(const char *dir, struct static_files **out, char *why, size_t why_size)
{
    struct static_files *files = mem_new(1, sizeof *files);
    struct load l = {.files = files, .dir = dir, .why = why, .why_size = why_size};
    struct buf index = {0};
    char path[PATH_SIZE];
    char *rest, *row;
    enum err e;

    if ((size_t)snprintf(path, sizeof path, "%s/files.tsv", dir) >= sizeof path) {
        snprintf(why, why_size, "the folder of the pages has too long a name");
        e = ERR_BAD_INPUT;
        goto out;
    }
    e = read_file(path, INDEX_BYTES_MAX, &index, why, why_size);
    if (e != OK)
        goto out;
    buf_u8(&index, 0);
    rest = (char *)index.p;
    while (e == OK && (row = strsep(&rest, "\n")) != NULL) {
        l.line++;
        if (row[0] != '\0')
            e = load_row(&l, row);
    }
    if (e == OK)
        *out = TAKE(&files);
out:
    buf_fini(&index);
    static_files_free(files);
    return e;
}

void static_files_free(struct static_files *files)
{
    struct static_file *f, *next;

    if (files == NULL)
        return;
    HASH_ITER(hh, files->table, f, next)
    {
        HASH_DEL(files->table, f);
        file_free(f);
    }
    free(files);
}

/* ---- answer ---- */

static struct static_file *find(const struct static_files *files, struct bytes url)
{
    struct static_file *f = NULL;

    if (url.len > 0)
        HASH_FIND(hh, files->table, url.p, url.len, f);
    return f;
}

bool static_files_has(const struct static_files *files, struct bytes url)
{
    return find(files, url) != NULL;
}

/* Brotli first: it is the smaller one. A client that weighs with q gets the plain one unless it says the bare
 * word; all browsers do. */
static enum encoding pick(const struct static_file *f, const struct http_head *head)
{
    for (int i = ENCODING_N - 1; i > PLAIN; i--) {
        if (f->has[i] && http_head_field_has(head, "Accept-Encoding", encoding_words[i]))
            return (enum encoding)i;
    }
    return PLAIN;
}

static void answer_file(const struct static_file *f, const struct late *late, const struct http_head *head,
                        int status)
{
    enum encoding encoding = pick(f, head);
    struct wire_header h[4];
    char etag[ETAG_SIZE];
    size_t n = 0;

    snprintf(etag, sizeof etag, "\"%s%s%s\"", f->hash, encoding == PLAIN ? "" : "-", column_words[encoding]);
    h[n++] = (struct wire_header){"ETag", etag};
    h[n++] = (struct wire_header){"Cache-Control",
                                  f->immutable ? "public, max-age=31536000, immutable" : "no-store"};
    if (f->has[GZIP] || f->has[BROTLI])
        h[n++] = (struct wire_header){"Vary", "Accept-Encoding"};
    if (status == 200 && http_head_field_has(head, "If-None-Match", etag)) {
        reply_bytes(late, 304, f->policy, NULL, h, n, BYTES(NULL, 0));
        return;
    }
    if (encoding != PLAIN)
        h[n++] = (struct wire_header){"Content-Encoding", encoding_words[encoding]};
    reply_bytes(late, status, f->policy, f->type, h, n, buf_view(&f->body[encoding]));
}

void static_files_answer(const struct static_files *files, const struct late *late,
                         const struct http_head *head, struct bytes url)
{
    const struct static_file *f = find(files, url);
    bool is_read = head->method == HTTP_METHOD_GET || head->method == HTTP_METHOD_HEAD;

    if (f != NULL && is_read) {
        answer_file(f, late, head, 200);
    } else if (f != NULL) {
        reply_problem_header(late, 405, "method", "Not by this method", "A page can only be read.", "Allow",
                             "GET, HEAD");
    } else {
        f = is_read ? find(files, BYTES_LITERAL("/404")) : NULL;
        if (f != NULL)
            answer_file(f, late, head, 404);
        else
            reply_not_found(late);
    }
}
