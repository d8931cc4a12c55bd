#include "adapters/tell/heartbeat.h"

#include "base/check.h"
#include "base/log.h"
#include "base/time_text.h"

#include <string.h>

/* The shortest interval at which PROVIDER is fetched; 0 = it is not. */
static int polled_minutes(const struct poll_sources *sources, const char *provider)
{
    int minutes = 0;
    for (size_t i = 0; sources != NULL && i < sources->n; i++) {
        const struct poll_source *s = &sources->list[i];
        if (strcmp(s->provider, provider) == 0 && (minutes == 0 || s->every_minutes < minutes))
            minutes = s->every_minutes;
    }
    return minutes;
}

static json_t *feed_json(const struct heartbeat_of *of, const struct profile *p, const char *provider)
{
    char at[TIME_TEXT_SIZE];
    int polled = polled_minutes(of->sources, provider), minutes = profile_expected_minutes(p);
    enum channel channel = polled > 0 ? CHANNEL_POLL : of->otherwise;
    int64_t heard_ms = messages_last_heard(of->intake->messages, provider, &channel);
    if (minutes == 0)
        minutes = channel == CHANNEL_POLL && polled > 0 ? polled : HEARTBEAT_MINUTES_DEFAULT;
    json_t *feed =
        json_pack("{s:s, s:s, s:s, s:i, s:b, s:i}", "provider", provider, "channel", channel_name(channel),
                  "profile", profile_name(p), "expectedMinutes", minutes, "test", profile_is_test(p),
                  "waiting", (int)spool_entries_of(of->intake->spool, provider));
    CHECK(feed != NULL);
    json_object_set_new(feed, "lastMessageAt",
                        heard_ms != 0 ? json_string(time_format(heard_ms, at)) : json_null());
    return feed;
}

json_t *heartbeat_json(const struct heartbeat_of *of)
{
    char at[TIME_TEXT_SIZE];
    json_t *feeds = json_array();
    json_t *body = json_pack("{s:s, s:s, s:o}", "adapter", of->adapter, "startedAt",
                             time_format(of->started_at_ms, at), "feeds", feeds);
    CHECK(body != NULL);
    const struct profiles *all = intake_profiles(of->intake);
    for (size_t i = 0; i < profiles_count(all); i++) {
        const struct profile *p = profiles_at(all, i);
        for (size_t j = 0; j < profile_providers(p) && json_array_size(feeds) < HEARTBEAT_FEEDS_MAX; j++)
            json_array_append_new(feeds, feed_json(of, p, profile_provider(p, j)));
    }
    intake_profiles_end();
    return body;
}
