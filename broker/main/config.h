/* The settings of one process: read once from a file of "key = value" lines, judged against settings.def. A
 * bad value means no start, with the line number; every fault is told at once. */
#ifndef PLEK_MAIN_CONFIG_H
#define PLEK_MAIN_CONFIG_H

#include "base/bytes.h"

#include <stdio.h>

struct config {
#define CONFIG_FIELD_TEXT(name, max) char name[(max) + 1];
#define CONFIG_FIELD_PATH(name, max) char name[(max) + 1];
#define CONFIG_FIELD_ADDRESS(name, max) char name[(max) + 1];
#define CONFIG_FIELD_INT(name, max) int64_t name;
#define SETTING(type, name, def, min, max, reloadable, help) CONFIG_FIELD_##type(name, max)
#include "main/settings.def"
#undef SETTING
};

/* Every setting at its default. */
struct config config_default(void);

/* Read TEXT (name NAME, for messages) over what CONFIG holds. Adds one line per fault to FAULTS ("plekd.conf
 * line 7: unknown setting 'lissten'"). OK only if there is none; CONFIG is unspecified otherwise. */
MUST_CHECK enum err config_parse(struct config *config, const char *name, struct bytes text,
                                 struct buf *faults);

/* The same for the file at PATH (at most 64 KiB). */
MUST_CHECK enum err config_load(struct config *config, const char *path, struct buf *faults);

/* Split "127.0.0.1:8443" or "[::1]:8443". False if it is not of that form. */
bool config_address(const char *value, char host[64], uint16_t *port);

/* Write every setting with its meaning, range and value, as a file that can be read back. */
void config_print(const struct config *config, FILE *out);

#endif
