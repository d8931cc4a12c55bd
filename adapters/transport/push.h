/* HTTPS for providers that send by themselves: POST /push/<provider>, the file as body. Who may, says the
 * access file, a line for each proof of each provider; the path names the provider, the proof must be its.
 *
 *   token-sha256:HEX   a bearer token, at push_listen
 *   cert-sha256:HEX    a client certificate by its public key, at push_mtls_listen; whoever signed it
 *   subject:NUMBER     the same door: subject serialNumber of a certificate that push_client_ca vouches for
 *                      (an OIN or KvK-based number): outlives the renewal of certificate and key
 *
 * Two lines of one provider make the change from one proof to the next. The files of both doors are
 * read again when they change (a renewed certificate, a new list of revoked ones); what cannot be read leaves
 * the old ones, and is tried again.
 *
 *   202  on disk in the spool: {"reports":n,"notices":[...]}
 *   401  no proof, or not of this provider (also for a provider that does not exist)
 *   413 415 422  not taken, with every complaint (problem+json); the file is in quarantine. Of 413 nothing
 *        was read, and only a token says whose it was: the quarantine has an empty file with the reason
 *   503  the spool is full; Retry-After
 *
 * GET /health answers {"status":"ok","waiting":n,"untold":n,"messagesLost":n} to anyone: entries in the
 * spool, messages the broker was not told of yet, and messages nobody will be told of (full disk, or too many
 * came while the broker was away; the numbers themselves are in the spool). */
#ifndef PLEK_ADAPTERS_PUSH_H
#define PLEK_ADAPTERS_PUSH_H

#include "adapters/base/adapter_config.h"
#include "adapters/intake/intake.h"

struct event_base;
struct push;

/* Listen as CONFIG says. INTAKE, BASE and CONFIG are borrowed. Errors with WHY, one line. */
MUST_CHECK enum err push_open(struct event_base *base, const struct intake *intake,
                              const struct adapter_config *config, struct push **out, char *why,
                              size_t why_size);

/* Port that was chosen where the setting said 0; 0 if that door is shut. */
uint16_t push_port(const struct push *p, bool mtls);

/* Read the files of the doors again if they changed; happens by itself every minute. */
void push_look(struct push *p);
void push_free(struct push *p);

#endif
