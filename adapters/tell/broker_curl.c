#include "adapters/tell/broker_curl.h"

#include "base/check.h"

#include <string.h>

#define CONNECT_MS 5000

static size_t on_answer(char *data, size_t size, size_t n, void *ctx)
{
    struct broker_answer *answer = ctx;
    answer->too_big = size * n > answer->bytes_max - answer->body.len;
    if (answer->too_big)
        return 0;
    buf_add(&answer->body, BYTES(data, size * n));
    return size * n;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t e)
{
    const struct broker_curl *setup = ctx;
    (void)a;
    (void)b;
    (void)c;
    (void)e;
    return setup->is_stopping(setup->ctx);
}

CURL *broker_curl_new(const struct broker_curl *setup)
{
    CURL *c = curl_easy_init();
    CHECK(c != NULL);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_CAINFO, setup->ca);
    curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(c, CURLOPT_SSLCERT, setup->cert);
    curl_easy_setopt(c, CURLOPT_SSLKEY, setup->key);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)setup->timeout_ms);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, setup);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_answer);
    return c;
}

long broker_curl_perform(CURL *c, struct broker_answer *answer, const char **why)
{
    long status = 0, sent = 0;
    buf_clear(&answer->body);
    answer->too_big = false;
    curl_easy_setopt(c, CURLOPT_WRITEDATA, answer);
    CURLcode code = curl_easy_perform(c);
    *why = curl_easy_strerror(code);
    curl_easy_getinfo(c, CURLINFO_REQUEST_SIZE, &sent);
    answer->in_doubt = code != CURLE_OK && sent > 0;
    if (code == CURLE_OK)
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

bool broker_says(const struct buf *answer, const char *type)
{
    return answer->len > 0 && memmem(answer->p, answer->len, type, strlen(type)) != NULL;
}
