/* The table of routes: the only list of what the server answers. A test holds it against
 * schema/api/openapi.yaml. */
#ifndef PLEK_HTTP_ROUTE_H
#define PLEK_HTTP_ROUTE_H

#include "http/call.h"

enum route_auth {
    AUTH_NONE,    /* health, version, openapi, sign-in */
    AUTH_SESSION, /* a signed-in person */
    AUTH_ANY,     /* a person, or a machine with its certificate */
    AUTH_MACHINE  /* a machine with its certificate, at the machines' door */
};

struct route {
    enum http_method method;
    const char *path; /* below /api/v1, "{id}" marks the number: "/referrals/{id}/requests" */
    enum route_auth auth;
    bool write;    /* needs Idempotency-Key and, with a session, Origin and X-CSRF-Token */
    bool has_body; /* application/json, parsed before the handler; write implies it unless method is DELETE */
    bool searching; /* POST without Idempotency-Key (matches, session, heartbeats): CSRF guard only */
    uint64_t body_bytes_max; /* 0 = the default; otherwise a batch: settings.batch_body_bytes_max */
    call_fn *handle;
    /* Try to read the body of the usual shape without a tree. True: it is in the call, which then has no
     * `body`. NULL or false: it is parsed. */
    bool (*scan)(struct call *call);
};

/* All routes; COUNT gets their number. */
const struct route *route_table(size_t *count);

/* ---- handlers, one file per resource: api_<resource>.c ---- */
call_fn api_health_get, api_version_get, api_openapi_get, api_codes_get; /* api_service.c */
call_fn api_session_post, api_session_get, api_session_delete;           /* api_session.c */
call_fn api_pools_list, api_pools_get;                                   /* api_pools.c */
call_fn api_capacity_post;                                               /* api_capacity.c */
bool api_capacity_scan(struct call *call);
call_fn api_matches_post, api_referral_matches;                    /* api_matches.c */
call_fn api_referrals_post, api_referrals_list, api_referrals_get; /* api_referrals.c */
call_fn api_referral_ask, api_referral_journey, api_referral_no_show, api_referral_withdraw; /* same */
call_fn api_requests_list, api_requests_get, api_request_see, api_request_accept, api_request_decline;
call_fn api_request_arrival, api_request_location;           /* api_requests.c */
call_fn api_events_get;                                      /* api_events.c: the stream */
call_fn api_overview_get;                                    /* api_statistics.c */
call_fn api_feed_tell, api_feed_heartbeat, api_feed_content; /* api_feed_machine.c: what adapters do */
call_fn api_feeds_list, api_feed_messages_list, api_feed_messages_get, api_feed_replay; /* api_feeds.c */
call_fn api_uploads_post, api_uploads_get, api_upload_accept;                           /* api_uploads.c */
call_fn api_publish_get, api_publish_opvang_get, api_publish_hsds_get,
    api_publish_fhir_get; /* api_publish.c */

#endif
