/* What the drop folder knows of the files in one provider's folder from one look to the next, by name: which
 * of them their writer has closed, and which the provider was told of because they cannot be read. What is no
 * longer there is forgotten at the end of a look. */
#ifndef PLEK_ADAPTERS_DROP_KNOWN_H
#define PLEK_ADAPTERS_DROP_KNOWN_H

#include <stdbool.h>
#include <sys/stat.h>

/* Names of closed files that are kept; one behind that is taken when it has been quiet long enough. A folder
 * is looked through after every 16 kB of changes, so it takes a stop of the loop to come near. */
#define DROP_CLOSED_MAX 4096
/* Told of at one time: a folder full of such files must not push all else out of the 50 messages that are
 * kept of a provider. The others are told of when these are gone. */
#define DROP_TOLD_MAX 20

struct drop_known;

struct drop_known *drop_known_new(void);
void drop_known_free(struct drop_known *k);

/* Its writer closed NAME, or renamed it there complete. */
void drop_known_close(struct drop_known *k, const char *name);
bool drop_known_is_closed(const struct drop_known *k, const char *name);

/* The file of that NAME is being taken: another one may come under it. */
void drop_known_forget(struct drop_known *k, const char *name);

/* Whether the provider is to be told of NAME now: not if it was, and the file is the same and as it was (ST:
 * inode and change time, which no writer can set), nor while DROP_TOLD_MAX others are known. True once. */
bool drop_known_tell(struct drop_known *k, const char *name, const struct stat *st);

/* A look: NAME is there, for each; then what was not named is forgotten. */
void drop_known_seen(struct drop_known *k, const char *name);
void drop_known_end(struct drop_known *k);

#endif
