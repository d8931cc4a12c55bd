#include "http/route.h"

#include "base/mem.h"

#define BATCH_BYTES_MAX (1024 * 1024) /* a thousand observations of about 300 bytes, with room */

#define GET_(path, auth, fn)                                                                                 \
    {                                                                                                        \
        HTTP_METHOD_GET, path, auth, false, false, false, 0, fn                                              \
    }
#define WRITE_(path, auth, bytes, fn)                                                                        \
    {                                                                                                        \
        HTTP_METHOD_POST, path, auth, true, true, false, bytes, fn                                           \
    }
/* A write whose usual body is read without a tree. */
#define BATCH_(path, auth, scan, fn)                                                                         \
    {                                                                                                        \
        HTTP_METHOD_POST, path, auth, true, true, false, BATCH_BYTES_MAX, fn, scan                           \
    }
#define SEARCH_(path, auth, bytes, fn)                                                                       \
    {                                                                                                        \
        HTTP_METHOD_POST, path, auth, false, true, true, bytes, fn                                           \
    }

static const struct route routes[] = {
    GET_("/health", AUTH_NONE, api_health_get),
    GET_("/version", AUTH_NONE, api_version_get),
    GET_("/openapi.json", AUTH_NONE, api_openapi_get),
    GET_("/codes", AUTH_ANY, api_codes_get),
    SEARCH_("/session", AUTH_NONE, 0, api_session_post),
    GET_("/session", AUTH_SESSION, api_session_get),
    {HTTP_METHOD_DELETE, "/session", AUTH_SESSION, false, false, true, 0, api_session_delete},
    GET_("/pools", AUTH_ANY, api_pools_list),
    GET_("/pools/{id}", AUTH_ANY, api_pools_get),
    BATCH_("/capacity-reports", AUTH_ANY, api_capacity_scan, api_capacity_post),
    GET_("/capacity", AUTH_ANY, api_publish_get),
    GET_("/capacity/opvang", AUTH_ANY, api_publish_opvang_get),
    GET_("/capacity/hsds", AUTH_ANY, api_publish_hsds_get),
    GET_("/capacity/fhir", AUTH_ANY, api_publish_fhir_get),
    SEARCH_("/matches", AUTH_SESSION, 0, api_matches_post),
    WRITE_("/referrals", AUTH_SESSION, 0, api_referrals_post),
    GET_("/referrals", AUTH_SESSION, api_referrals_list),
    GET_("/referrals/{id}", AUTH_SESSION, api_referrals_get),
    GET_("/referrals/{id}/matches", AUTH_SESSION, api_referral_matches),
    WRITE_("/referrals/{id}/requests", AUTH_SESSION, 0, api_referral_ask),
    WRITE_("/referrals/{id}/journey", AUTH_SESSION, 0, api_referral_journey),
    WRITE_("/referrals/{id}/no-show", AUTH_SESSION, 0, api_referral_no_show),
    WRITE_("/referrals/{id}/withdrawal", AUTH_SESSION, 0, api_referral_withdraw),
    GET_("/requests", AUTH_SESSION, api_requests_list),
    GET_("/requests/{id}", AUTH_SESSION, api_requests_get),
    WRITE_("/requests/{id}/sighting", AUTH_SESSION, 0, api_request_see),
    WRITE_("/requests/{id}/acceptance", AUTH_SESSION, 0, api_request_accept),
    WRITE_("/requests/{id}/decline", AUTH_SESSION, 0, api_request_decline),
    WRITE_("/requests/{id}/arrival", AUTH_SESSION, 0, api_request_arrival),
    GET_("/requests/{id}/location", AUTH_SESSION, api_request_location),
    GET_("/events", AUTH_SESSION, api_events_get),
    GET_("/statistics/overview", AUTH_SESSION, api_overview_get),
    WRITE_("/feed-messages", AUTH_MACHINE, BATCH_BYTES_MAX, api_feed_tell),
    SEARCH_("/feed-heartbeats", AUTH_MACHINE, BATCH_BYTES_MAX, api_feed_heartbeat),
    GET_("/feed-orders/{id}/content", AUTH_MACHINE, api_feed_content),
    GET_("/feeds", AUTH_SESSION, api_feeds_list),
    GET_("/feed-messages", AUTH_SESSION, api_feed_messages_list),
    GET_("/feed-messages/{id}", AUTH_SESSION, api_feed_messages_get),
    WRITE_("/feed-messages/{id}/replay", AUTH_SESSION, 0, api_feed_replay),
    WRITE_("/uploads", AUTH_SESSION, BATCH_BYTES_MAX, api_uploads_post),
    GET_("/uploads/{id}", AUTH_SESSION, api_uploads_get),
    WRITE_("/uploads/{id}/acceptance", AUTH_SESSION, 0, api_upload_accept),
};

const struct route *route_table(size_t *count)
{
    *count = COUNT_OF(routes);
    return routes;
}
