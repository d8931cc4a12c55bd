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
call_fn api_request_withdraw;
call_fn api_request_arrival, api_request_location;           /* api_requests.c */
call_fn api_events_get;                                      /* api_events.c: the stream */
call_fn api_overview_get;                                    /* api_statistics.c */
call_fn api_feed_tell, api_feed_heartbeat, api_feed_content; /* api_feed_machine.c: what adapters do */
call_fn api_feeds_list, api_feed_messages_list, api_feed_messages_get, api_feed_replay; /* api_feeds.c */
call_fn api_uploads_post, api_uploads_get, api_upload_accept;                           /* api_uploads.c */
call_fn api_publish_get, api_publish_opvang_get, api_publish_hsds_get,
    api_publish_fhir_get;       /* api_publish.c */
call_fn api_notifications_list; /* api_notifications.c */

/* ---- timers and escalation ---- */
call_fn api_request_extension, api_referral_hold_extension, api_referral_alarm_acknowledgement,
    api_referral_shift_handover, api_referral_takeover, api_colleagues_list,
    api_delivery_record_get; /* api_timers.c */
/* ---- no bed: bridges and the unplaced register ---- */
call_fn api_nobed_get, api_bridges_list, api_bridges_post, api_bridge_start, api_bridge_check_in,
    api_bridge_end, api_bridge_travel, api_bridge_watch, api_nights_post, api_closure_post; /* api_nobed.c */
call_fn api_unplaced_get; /* api_unplaced.c */
/* ---- gatekeepers ---- */
call_fn api_gate_post, api_gates_list, api_gates_get, api_gate_number, api_gate_take, api_gate_ask_back,
    api_gate_answer;
call_fn api_gate_assent, api_gate_ask, api_gate_return, api_gate_withdraw; /* api_gate.c */
call_fn api_referral_residence;                                            /* same */
/* ---- stays, clocks, nights and funding ---- */
call_fn api_bridge_funding; /* api_stays.c */
call_fn api_stays_list, api_stays_get, api_stay_departure, api_stay_outflow, api_stay_funding,
    api_stay_return_code, api_returns_post, api_stay_moments, api_bridge_moments,
    api_stay_resumption; /* api_stays.c */
call_fn api_clock_get, api_clocks_list, api_referral_clocks_list, api_referral_clock_start, api_clock_offer,
    api_clock_accept, api_clock_prolong, api_clock_stop;               /* api_clocks.c */
call_fn api_statements_get, api_statements_csv, api_funding_flags_get; /* api_funding.c */
/* ---- MDO, regiehouder, consult ---- */
call_fn api_organisations_list, api_mdos_list, api_mdos_get, api_mdos_post, api_mdo_invite, api_mdo_answer,
    api_mdo_date, api_mdo_close, api_mdo_note, api_mdo_item_move; /* api_mdo.c */
call_fn api_regies_list, api_regie_get, api_regie_offer, api_regie_take, api_regie_name, api_regie_keep,
    api_regie_end, api_consults_list, api_consults_get, api_consults_post, api_consult_answer,
    api_consult_close; /* api_regie.c */
/* ---- warm handover, keys and notes ---- */
call_fn api_night_sheet_get; /* api_night_sheet.c */
call_fn api_keys_list, api_keys_post, api_key_confirm, api_key_lose, api_key_confirm_loss,
    api_key_keep; /* api_keys.c */
call_fn api_handover_get, api_handover_item, api_note_write, api_note_get,
    api_note_pickup; /* api_handover.c */
/* ---- location leaked, surge, conflict check ---- */
call_fn api_locations_list, api_leaks_list, api_leak_report, api_leak_confirm, api_leak_withdraw,
    api_leak_ask_lift, api_leak_lift, api_surge_get, api_surge_set, api_conflict_ask,
    api_conflict_answer; /* api_safety.c */
#endif
