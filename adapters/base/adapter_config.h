/* The adapter's settings: a file of "key = value" lines, # begins a comment line. */
#ifndef PLEK_ADAPTERS_ADAPTER_CONFIG_H
#define PLEK_ADAPTERS_ADAPTER_CONFIG_H

#include "base/bytes.h"

#define SETTING_SIZE 512

struct adapter_config {
    char broker[SETTING_SIZE]; /* https://host:port of the broker's machine port */
    char ca[SETTING_SIZE];     /* PEM: who signs the broker's certificate */
    char cert[SETTING_SIZE];   /* PEM: our client certificate and its key */
    char key[SETTING_SIZE];
    char adapter_name[SETTING_SIZE]; /* optional: what the broker's pages call this adapter, at most 64 bytes;
                                        default: the machine's name */
    char spool_dir[SETTING_SIZE];
    char drop_dir[SETTING_SIZE]; /* optional: no drop folder without it */
    char quarantine_dir[SETTING_SIZE];
    char profiles_dir[SETTING_SIZE];
    char feeds_dir[SETTING_SIZE];        /* schema/feeds; default: feeds_default of profiles_dir */
    char have_xsd[SETTING_SIZE];         /* optional: edxl-have.xsd of the standard, with its neighbours */
    char push_listen[SETTING_SIZE];      /* optional: 127.0.0.1:8445, with bearer tokens */
    char push_mtls_listen[SETTING_SIZE]; /* optional: the same with client certificates */
    char push_cert[SETTING_SIZE];        /* PEM, needed for a push listener */
    char push_key[SETTING_SIZE];
    char push_client_ca[SETTING_SIZE];  /* optional, PEM: who may sign the certificates of "subject:" lines;
                                           only  authorities that check the number they write */
    char push_client_crl[SETTING_SIZE]; /* optional, PEM: what these have revoked */
    char push_access[SETTING_SIZE];     /* optional: file of lines "provider = token-sha256:HEX",
                                           "cert-sha256:HEX" or "subject:NUMBER"; without it nobody may push */
    char poll_sources[SETTING_SIZE]; /* optional: JSON file of what to fetch, see transport/poll_sources.h */
};

/* Read the file at PATH. Every fault is a line in FAULTS; OK only without one. */
MUST_CHECK enum err adapter_config_load(const char *path, struct adapter_config *config, struct buf *faults);

/* The folder with opvang.xsd that belongs to a folder of profiles: PROFILES/../../schema/feeds in a source
 * tree, otherwise where the package puts it. */
void feeds_default(const char *profiles_dir, char out[SETTING_SIZE]);

/* Split "127.0.0.1:8445" or "[::1]:8445". */
bool split_address(const char *value, char host[64], uint16_t *port);

#endif
