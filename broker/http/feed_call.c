#include "http/feed_call.h"

#include "http/app_state.h"

bool feed_call_is_new(struct call *call, struct feed_answer *answer, bool *same)
{
    const struct outcome reused = {.refusal = REFUSAL_KEY_REUSED};
    enum feed_key key = feeds_key_find(call->late.app->feeds, call->machine != NULL, &call->key, answer);

    *same = key == FEED_KEY_SAME;
    if (key == FEED_KEY_REUSED)
        reply_refusal(&call->late, &reused);
    return key == FEED_KEY_NEW;
}

void feed_call_done(struct call *call, const struct feed_answer *answer)
{
    feeds_key_store(call->late.app->feeds, call->machine != NULL, &call->key, answer);
}
