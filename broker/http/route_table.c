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
    WRITE_("/requests/{id}/withdrawal", AUTH_SESSION, 0, api_request_withdraw),
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
    GET_("/notifications", AUTH_SESSION, api_notifications_list),
    /* ---- timers and escalation ---- */
    WRITE_("/requests/{id}/extension", AUTH_SESSION, 0, api_request_extension),
    WRITE_("/referrals/{id}/hold-extension", AUTH_SESSION, 0, api_referral_hold_extension),
    WRITE_("/referrals/{id}/alarm-acknowledgement", AUTH_SESSION, 0, api_referral_alarm_acknowledgement),
    WRITE_("/referrals/{id}/shift-handover", AUTH_SESSION, 0, api_referral_shift_handover),
    WRITE_("/referrals/{id}/takeover", AUTH_SESSION, 0, api_referral_takeover),
    GET_("/colleagues", AUTH_SESSION, api_colleagues_list),
    GET_("/delivery-record", AUTH_SESSION, api_delivery_record_get),
    /* ---- no bed: bridges and the unplaced register ---- */
    GET_("/bridges", AUTH_SESSION, api_bridges_list),
    WRITE_("/bridges/{id}/start", AUTH_SESSION, 0, api_bridge_start),
    WRITE_("/bridges/{id}/check-ins", AUTH_SESSION, 0, api_bridge_check_in),
    WRITE_("/bridges/{id}/watch", AUTH_SESSION, 0, api_bridge_watch),
    WRITE_("/bridges/{id}/travel", AUTH_SESSION, 0, api_bridge_travel),
    WRITE_("/bridges/{id}/funding", AUTH_SESSION, 0, api_bridge_funding),
    WRITE_("/bridges/{id}/end", AUTH_SESSION, 0, api_bridge_end),
    GET_("/referrals/{id}/bridges", AUTH_SESSION, api_nobed_get),
    WRITE_("/referrals/{id}/bridges", AUTH_SESSION, 0, api_bridges_post),
    WRITE_("/referrals/{id}/nights", AUTH_SESSION, 0, api_nights_post),
    WRITE_("/referrals/{id}/closure", AUTH_SESSION, 0, api_closure_post),
    GET_("/unplaced", AUTH_SESSION, api_unplaced_get),
    /* ---- gatekeepers ---- */
    WRITE_("/referrals/{id}/gate-requests", AUTH_SESSION, 0, api_gate_post),
    WRITE_("/referrals/{id}/residence", AUTH_SESSION, 0, api_referral_residence),
    GET_("/gate-requests", AUTH_SESSION, api_gates_list),
    GET_("/gate-requests/{id}", AUTH_SESSION, api_gates_get),
    GET_("/gate-requests/{id}/night-number", AUTH_SESSION, api_gate_number),
    WRITE_("/gate-requests/{id}/ownership", AUTH_SESSION, 0, api_gate_take),
    WRITE_("/gate-requests/{id}/questions", AUTH_SESSION, 0, api_gate_ask_back),
    WRITE_("/gate-requests/{id}/answers", AUTH_SESSION, 0, api_gate_answer),
    WRITE_("/gate-requests/{id}/assent", AUTH_SESSION, 0, api_gate_assent),
    WRITE_("/gate-requests/{id}/requests", AUTH_SESSION, 0, api_gate_ask),
    WRITE_("/gate-requests/{id}/return", AUTH_SESSION, 0, api_gate_return),
    WRITE_("/gate-requests/{id}/withdrawal", AUTH_SESSION, 0, api_gate_withdraw),
    /* ---- stays, clocks, nights and funding ---- */
    GET_("/stays", AUTH_SESSION, api_stays_list),
    GET_("/stays/{id}", AUTH_SESSION, api_stays_get),
    WRITE_("/stays/{id}/departure", AUTH_SESSION, 0, api_stay_departure),
    WRITE_("/stays/{id}/outflow", AUTH_SESSION, 0, api_stay_outflow),
    WRITE_("/stays/{id}/funding", AUTH_SESSION, 0, api_stay_funding),
    WRITE_("/stays/{id}/return-code", AUTH_SESSION, 0, api_stay_return_code),
    WRITE_("/stays/{id}/moments", AUTH_SESSION, 0, api_stay_moments),
    WRITE_("/stays/{id}/resumption", AUTH_SESSION, 0, api_stay_resumption),
    WRITE_("/bridges/{id}/moments", AUTH_SESSION, 0, api_bridge_moments),
    SEARCH_("/returns", AUTH_SESSION, 0, api_returns_post),
    GET_("/clocks", AUTH_SESSION, api_clocks_list),
    GET_("/clocks/{id}", AUTH_SESSION, api_clock_get),
    GET_("/referrals/{id}/clocks", AUTH_SESSION, api_referral_clocks_list),
    WRITE_("/referrals/{id}/clocks", AUTH_SESSION, 0, api_referral_clock_start),
    WRITE_("/clocks/{id}/offer", AUTH_SESSION, 0, api_clock_offer),
    WRITE_("/clocks/{id}/acceptance", AUTH_SESSION, 0, api_clock_accept),
    WRITE_("/clocks/{id}/prolongation", AUTH_SESSION, 0, api_clock_prolong),
    WRITE_("/clocks/{id}/stop", AUTH_SESSION, 0, api_clock_stop),
    GET_("/statements", AUTH_SESSION, api_statements_get),
    GET_("/statements/csv", AUTH_SESSION, api_statements_csv),
    GET_("/funding-flags", AUTH_SESSION, api_funding_flags_get),
    /* ---- MDO, regiehouder, consult ---- */
    GET_("/organisations", AUTH_SESSION, api_organisations_list),
    GET_("/mdos", AUTH_SESSION, api_mdos_list),
    GET_("/mdos/{id}", AUTH_SESSION, api_mdos_get),
    WRITE_("/referrals/{id}/mdos", AUTH_SESSION, 0, api_mdos_post),
    WRITE_("/mdos/{id}/invitations", AUTH_SESSION, 0, api_mdo_invite),
    WRITE_("/mdos/{id}/participation", AUTH_SESSION, 0, api_mdo_answer),
    WRITE_("/mdos/{id}/date", AUTH_SESSION, 0, api_mdo_date),
    WRITE_("/mdos/{id}/closure", AUTH_SESSION, 0, api_mdo_close),
    WRITE_("/mdos/{id}/items", AUTH_SESSION, 0, api_mdo_note),
    WRITE_("/mdo-items/{id}/state", AUTH_SESSION, 0, api_mdo_item_move),
    GET_("/regies", AUTH_SESSION, api_regies_list),
    GET_("/referrals/{id}/regie", AUTH_SESSION, api_regie_get),
    WRITE_("/referrals/{id}/regie-offer", AUTH_SESSION, 0, api_regie_offer),
    WRITE_("/referrals/{id}/regie-acceptance", AUTH_SESSION, 0, api_regie_take),
    WRITE_("/referrals/{id}/regie-desk", AUTH_SESSION, 0, api_regie_name),
    WRITE_("/referrals/{id}/regie-refusal", AUTH_SESSION, 0, api_regie_keep),
    WRITE_("/referrals/{id}/regie-end", AUTH_SESSION, 0, api_regie_end),
    GET_("/consults", AUTH_SESSION, api_consults_list),
    GET_("/consults/{id}", AUTH_SESSION, api_consults_get),
    WRITE_("/referrals/{id}/consults", AUTH_SESSION, 0, api_consults_post),
    WRITE_("/consults/{id}/answer", AUTH_SESSION, 0, api_consult_answer),
    WRITE_("/consults/{id}/closure", AUTH_SESSION, 0, api_consult_close),
    /* ---- warm handover, keys and notes ---- */
    GET_("/night-sheet", AUTH_SESSION, api_night_sheet_get),
    GET_("/keys", AUTH_SESSION, api_keys_list),
    WRITE_("/keys", AUTH_SESSION, 0, api_keys_post),
    WRITE_("/keys/{id}/confirmation", AUTH_SESSION, 0, api_key_confirm),
    WRITE_("/keys/{id}/loss", AUTH_SESSION, 0, api_key_lose),
    WRITE_("/keys/{id}/loss-confirmation", AUTH_SESSION, 0, api_key_confirm_loss),
    WRITE_("/keys/{id}/loss-withdrawal", AUTH_SESSION, 0, api_key_keep),
    GET_("/referrals/{id}/handover", AUTH_SESSION, api_handover_get),
    WRITE_("/referrals/{id}/handover-items", AUTH_SESSION, 0, api_handover_item),
    WRITE_("/referrals/{id}/notes", AUTH_SESSION, 0, api_note_write),
    GET_("/notes/{id}", AUTH_SESSION, api_note_get),
    WRITE_("/notes/{id}/pickup", AUTH_SESSION, 0, api_note_pickup),
    /* ---- location leaked, surge, conflict check ---- */
    GET_("/locations", AUTH_SESSION, api_locations_list),
    WRITE_("/locations/{id}/leak-reports", AUTH_SESSION, 0, api_leak_report),
    GET_("/leaks", AUTH_SESSION, api_leaks_list),
    WRITE_("/leaks/{id}/confirmation", AUTH_SESSION, 0, api_leak_confirm),
    WRITE_("/leaks/{id}/withdrawal", AUTH_SESSION, 0, api_leak_withdraw),
    WRITE_("/leaks/{id}/lift-request", AUTH_SESSION, 0, api_leak_ask_lift),
    WRITE_("/leaks/{id}/lift", AUTH_SESSION, 0, api_leak_lift),
    GET_("/surge", AUTH_SESSION, api_surge_get),
    WRITE_("/surge", AUTH_SESSION, 0, api_surge_set),
    WRITE_("/requests/{id}/conflict-question", AUTH_SESSION, 0, api_conflict_ask),
    WRITE_("/requests/{id}/conflict-answer", AUTH_SESSION, 0, api_conflict_answer),
};

const struct route *route_table(size_t *count)
{
    *count = COUNT_OF(routes);
    return routes;
}
