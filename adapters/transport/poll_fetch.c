#include "adapters/transport/poll_fetch.h"

#include "adapters/intake/intake.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD_BYTES_MAX (64 * 1024)
#define OTHER_BYTES_MAX (64 * 1024) /* of a body that is not a file: passed over */

struct poll_fetch {
    CURLM *multi;
    CURL *easy;
    const struct poll_source *source;
    struct curl_slist *headers;
    int64_t until_ms; /* monotonic */
    int redirects;
    bool conditional;
    size_t head_bytes, other_bytes;
    struct buf body;
    bool too_big;
    void *ctx;
};

static long status_of(const struct poll_fetch *f)
{
    long status = 0;
    curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static size_t on_head(char *data, size_t size, size_t n, void *ctx)
{
    struct poll_fetch *f = ctx;
    (void)data;
    f->head_bytes += size * n;
    return f->head_bytes > HEAD_BYTES_MAX ? 0 : size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
    struct poll_fetch *f = ctx;
    size_t len = size * n;
    if (status_of(f) != 200) {
        f->other_bytes += len;
        return f->other_bytes > OTHER_BYTES_MAX ? 0 : len;
    }
    size_t room = INTAKE_BYTES_MAX - f->body.len;
    buf_add(&f->body, BYTES(data, len < room ? len : room));
    f->too_big = len > room;
    return f->too_big ? 0 : len;
}

/* ---- asking ---- */

static void add_header(struct poll_fetch *f, const char *name, const char *value)
{
    struct buf line = {0};
    buf_format(&line, "%s: %s", name, value);
    struct curl_slist *more = curl_slist_append(f->headers, buf_c_str(&line));
    CHECK(more != NULL);
    f->headers = more;
    crypto_wipe(line.p, line.cap); /* it may be the token */
    buf_fini(&line);
}

static enum err add_token(struct poll_fetch *f)
{
    struct buf value = {0};
    if (f->source->token_file[0] == '\0')
        return OK;
    buf_text(&value, "Bearer ");
    enum err e = poll_token_load(f->source->token_file, &value);
    if (e == OK)
        add_header(f, "Authorization", buf_c_str(&value));
    crypto_wipe(value.p, value.cap);
    buf_fini(&value);
    return e;
}

static void add_headers(struct poll_fetch *f, const struct poll_validators *ask)
{
    add_header(f, "Accept-Encoding", "identity");
    add_header(f, "User-Agent", "plek-adapter/" PLEK_VERSION);
    if (ask->etag[0] != '\0')
        add_header(f, "If-None-Match", ask->etag);
    if (ask->last_modified[0] != '\0')
        add_header(f, "If-Modified-Since", ask->last_modified);
    f->conditional = ask->etag[0] != '\0' || ask->last_modified[0] != '\0';
}

static void set_up_tls(CURL *c, const struct poll_source *source)
{
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    if (source->ca[0] != '\0') {
        curl_easy_setopt(c, CURLOPT_CAINFO, source->ca);
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    }
    if (source->cert[0] != '\0') {
        curl_easy_setopt(c, CURLOPT_SSLCERT, source->cert);
        curl_easy_setopt(c, CURLOPT_SSLKEY, source->key);
    }
}

static void set_up(struct poll_fetch *f, struct poll_deadlines deadlines)
{
    CURL *c = f->easy;
    set_up_tls(c, f->source);
    curl_easy_setopt(c, CURLOPT_URL, f->source->url);
    curl_easy_setopt(c, CURLOPT_PRIVATE, f);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);     /* a stop does not wait for a name server */
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L); /* poll_fetch_done judges where it leads */
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    /* Asked minutes apart: a connection kept would be dead, or under an old certificate. */
    curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, f->headers);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)deadlines.connect_ms);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)deadlines.total_ms);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_head);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, f);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
}

struct poll_fetch *poll_fetch_start(void *multi, const struct poll_source *source,
                                    const struct poll_validators *ask, struct poll_deadlines deadlines,
                                    void *ctx, const char **why)
{
    struct poll_fetch *f = mem_new(1, sizeof *f);
    f->multi = multi;
    f->source = source;
    f->ctx = ctx;
    f->until_ms = time_mono_ms() + deadlines.total_ms;
    if (add_token(f) != OK) {
        *why = "the token file cannot be used";
        poll_fetch_free(f);
        return NULL;
    }
    add_headers(f, ask);
    f->easy = curl_easy_init();
    CHECK(f->easy != NULL);
    set_up(f, deadlines);
    CHECK(curl_multi_add_handle(f->multi, f->easy) == CURLM_OK);
    return f;
}

struct poll_fetch *poll_fetch_of(void *easy)
{
    char *f = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &f);
    return (struct poll_fetch *)(void *)f;
}

void *poll_fetch_ctx(const struct poll_fetch *f)
{
    return f->ctx;
}

/* ---- the answer ---- */

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* NULL: the next question is on its way. Otherwise why not. */
static const char *follow(struct poll_fetch *f)
{
    char *to = NULL;
    int64_t left = f->until_ms - time_mono_ms();
    curl_easy_getinfo(f->easy, CURLINFO_REDIRECT_URL, &to);
    if (to == NULL)
        return "a redirect without an address";
    if (!poll_url_is_of(to, f->source->url))
        return "a redirect away from https on the same host and port";
    if (f->redirects == POLL_REDIRECTS_MAX)
        return "too many redirects";
    if (left <= 0)
        return "the deadline has passed";
    char *url = mem_dup_text(to); /* curl's own text goes with the next setopt */
    f->redirects++;
    f->other_bytes = 0;
    buf_clear(&f->body);
    curl_multi_remove_handle(f->multi, f->easy);
    curl_easy_setopt(f->easy, CURLOPT_URL, url);
    curl_easy_setopt(f->easy, CURLOPT_TIMEOUT_MS, (long)left);
    CHECK(curl_multi_add_handle(f->multi, f->easy) == CURLM_OK);
    free(url);
    return NULL;
}

/* A header that comes once; what comes twice is nobody's validator. */
static void read_validator(const struct poll_fetch *f, const char *name, char out[POLL_VALIDATOR_SIZE])
{
    struct curl_header *h = NULL;
    out[0] = '\0';
    if (curl_easy_header(f->easy, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK && h->amount == 1)
        poll_validator_set(out, h->value);
}

/* Without a length or chunks the body ends where the connection does, and libcurl takes a connection that was
 * cut for its end, TLS or not: half a file would pass for a whole one. */
static bool says_where_it_ends(const struct poll_fetch *f)
{
    curl_off_t length = -1;
    struct curl_header *h = NULL;
    curl_easy_getinfo(f->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return length >= 0 ||
           (curl_easy_header(f->easy, "Transfer-Encoding", 0, CURLH_HEADER, -1, &h) == CURLHE_OK &&
            h->amount == 1 && strcasecmp(h->value, "chunked") == 0);
}

static void judge_status(const struct poll_fetch *f, struct poll_answer *out)
{
    curl_off_t seconds = 0;
    switch (out->status) {
    case 200:
        if (!says_where_it_ends(f)) {
            out->outcome = POLL_TRY_AGAIN;
            out->why = "the answer does not say where its file ends";
            return;
        }
        out->outcome = POLL_GOT;
        out->body = buf_view(&f->body);
        read_validator(f, "ETag", out->validators.etag);
        read_validator(f, "Last-Modified", out->validators.last_modified);
        return;
    case 304:
        out->outcome = f->conditional ? POLL_SAME : POLL_TRY_AGAIN;
        out->why = "304 to a question without a condition";
        return;
    case 401:
    case 403:
    case 404:
    case 410:
        out->outcome = POLL_SHUT;
        out->why = "the source does not give us the file";
        break;
    default:
        out->outcome = POLL_TRY_AGAIN;
        out->why = "no file in the answer";
    }
    curl_easy_getinfo(f->easy, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds > 0)
        out->retry_after_ms = (seconds < INT32_MAX ? (int64_t)seconds : INT32_MAX) * 1000;
}

bool poll_fetch_done(struct poll_fetch *f, int code, struct poll_answer *out)
{
    *out = (struct poll_answer){.outcome = POLL_BROKEN, .why = "", .status = status_of(f)};
    /* A long error page that was cut off is an answer all the same. */
    bool cut = code == CURLE_WRITE_ERROR && f->other_bytes > OTHER_BYTES_MAX;
    if (f->too_big) {
        out->outcome = POLL_TOO_BIG;
        out->why = "the file is too large";
        out->body = buf_view(&f->body);
    } else if (code != CURLE_OK && !cut) {
        out->why = curl_easy_strerror((CURLcode)code);
    } else if (is_redirect(out->status)) {
        out->why = follow(f);
        return out->why != NULL;
    } else {
        judge_status(f, out);
    }
    return true;
}

void poll_fetch_free(struct poll_fetch *f)
{
    if (f == NULL)
        return;
    if (f->easy != NULL) {
        curl_multi_remove_handle(f->multi, f->easy);
        curl_easy_cleanup(f->easy);
    }
    for (struct curl_slist *h = f->headers; h != NULL; h = h->next)
        crypto_wipe(h->data, strlen(h->data));
    curl_slist_free_all(f->headers);
    buf_fini(&f->body);
    free(f);
}
