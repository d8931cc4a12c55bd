/* Sign-ins under way (api_session.c). */
#ifndef PLEK_HTTP_SESSION_API_H
#define PLEK_HTTP_SESSION_API_H

struct http_app;

/* The app goes: whatever is still being judged or written will find nobody to answer to, and frees itself
 * when its completion is called. */
void sign_ins_forget(struct http_app *app);

#endif
