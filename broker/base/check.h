/* Checks that are always on. CHECK judges our own logic, never input: when it fails the process prints where,
 * the command under way (check_context) and aborts; a restart replays the journal and stands where it stood.
 */
#ifndef PLEK_BASE_CHECK_H
#define PLEK_BASE_CHECK_H

#define CHECK(cond)                                                                                          \
    do {                                                                                                     \
        if (!(cond))                                                                                         \
            check_failed(__FILE__, __LINE__, __func__, #cond);                                               \
    } while (0)

/* Remember a static or long-lived text that names what is being done now ("decide ask"); printed on failure.
 * No personal data. NULL clears it. */
void check_context(const char *doing);

/* Print and abort. */
_Noreturn void check_failed(const char *file, int line, const char *func, const char *cond);

#endif
