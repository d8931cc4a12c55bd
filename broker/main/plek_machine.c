#include "main/plek_machine.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/audience/audience.h"
#include "main/boot.h"
#include "store/accounts.h"
#include "wire/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHY_SIZE 512

static int complain(const char *why)
{
    fprintf(stderr, "plek: %s\n", why);
    return 1;
}

static void told(const char *what)
{
    printf("%s\na running broker takes this over on SIGHUP (systemctl reload plekd)\n", what);
}

/* ---- add ---- */

struct adding {
    const char *name, *pem;
    const char *read_org, *read_role; /* NULL = reads nothing */
    char **orgs;
    int n_orgs;
};

/* NAME PEM [--reads ORG ROLE] [ORG...]; it must be for something. */
static bool understood(char **args, int n, struct adding *a)
{
    if (n < 3)
        return false;
    *a = (struct adding){.name = args[0], .pem = args[1], .orgs = args + 2, .n_orgs = n - 2};
    if (strcmp(args[2], "--reads") == 0) {
        if (n < 5)
            return false;
        a->read_org = args[3];
        a->read_role = args[4];
        a->orgs = args + 5;
        a->n_orgs = n - 5;
    }
    for (int i = 0; i < a->n_orgs; i++)
        if (strncmp(a->orgs[i], "--", 2) == 0)
            return false;
    return true;
}

static enum err find_org(const struct engine *e, const char *code, struct org_id *out, char *why, size_t size)
{
    *out = engine_org_find(e, code);
    if (out->v != 0)
        return OK;
    snprintf(why, size, "no such organisation: %.60s", code);
    return ERR_NOT_FOUND;
}

/* Whom it reads as: a role that exists in that organisation and to which something of the capacity goes out.
 */
static enum err find_reading(const struct engine *e, const struct adding *a, struct actor *reader, char *why,
                             size_t size)
{
    *reader = (struct actor){.role = ROLE_MACHINE};
    if (a->read_org == NULL)
        return OK;
    enum err trouble = find_org(e, a->read_org, &reader->reads_for, why, size);
    if (trouble != OK)
        return trouble;
    for (int r = ROLE_REFERRER; r <= ROLE_EXCHANGE_ADMIN; r++)
        if (strcmp(role_code((enum role)r), a->read_role) == 0)
            reader->reads_as = (enum role)r;
    if (reader->reads_as == ROLE_NONE) {
        snprintf(why, size, "no such role: %.40s", a->read_role);
        return ERR_NOT_FOUND;
    }
    if (may(e, reader, ACT_SEE_CAPACITY, 0))
        return OK;
    snprintf(why, size, "%.60s, of the kind %s, has no role %.40s that capacity goes out to", a->read_org,
             org_kind_code(engine_org(e, reader->reads_for)->kind), a->read_role);
    return ERR_BAD_INPUT;
}

static enum err add(struct boot *b, const struct adding *a, const uint8_t *pin, uint32_t *id, char *why,
                    size_t size)
{
    const struct engine *e = flow_engine(b->flow);
    struct org_id *orgs = mem_new((size_t)a->n_orgs + 1, sizeof *orgs);
    struct actor reader;
    enum err trouble = find_reading(e, a, &reader, why, size);

    for (int i = 0; i < a->n_orgs && trouble == OK; i++)
        trouble = find_org(e, a->orgs[i], &orgs[i], why, size);
    if (trouble == OK)
        trouble = machine_add(b->db, a->name, pin, orgs, (size_t)a->n_orgs, time_wall_ms(), id, why, size);
    if (trouble == OK && reader.reads_as != ROLE_NONE) {
        trouble = machine_set_reading(b->db, *id, reader.reads_as, reader.reads_for);
        /* Half enrolled it would stand in the way of the next attempt. */
        if (trouble != OK && machine_remove(b->db, a->name) != OK)
            snprintf(why, size, "%.63s was added but may not read: remove it and add it again", a->name);
    }
    free(orgs);
    return trouble;
}

static int cmd_add(const struct config *c, char **args, int n)
{
    struct adding a;
    struct boot b;
    char why[WHY_SIZE] = "", what[64];
    uint8_t pin[TLS_SPKI_BYTES];
    uint32_t id = 0;

    if (!understood(args, n, &a))
        return -1;
    if (tls_file_spki_sha256(a.pem, pin, why, sizeof why) != OK || boot_look(c, &b, why, sizeof why) != OK)
        return complain(why);
    enum err e = add(&b, &a, pin, &id, why, sizeof why);
    boot_stop(&b);
    if (e != OK)
        return complain(why[0] != '\0' ? why : err_name(e));
    snprintf(what, sizeof what, "machine %u added", id);
    told(what);
    return 0;
}

/* ---- show ---- */

static void show_one(void *ctx, const struct machine_row *row)
{
    const struct engine *e = ctx;
    const struct machine *m = &row->m;
    const struct org *reads = engine_org(e, m->reads_for);
    char at[TIME_TEXT_SIZE];

    printf("%u %s\n  key ", m->id, m->name);
    for (size_t i = 0; i < sizeof row->pin; i++)
        printf("%02x", row->pin[i]);
    printf("%s\n  since %s\n", row->has_next_pin ? ", and the next one" : "",
           time_format(row->created_at_ms, at));
    if (m->n_carries > 0)
        printf("  brings");
    for (uint16_t i = 0; i < m->n_carries; i++) {
        const struct org *o = engine_org(e, m->carries[i]);
        printf(" %s", o != NULL ? o->code : "?");
    }
    if (m->n_carries > 0)
        printf("\n");
    if (m->reads_as != ROLE_NONE)
        printf("  reads as %s of %s\n", role_code(m->reads_as), reads != NULL ? reads->code : "?");
}

static int cmd_show(const struct config *c)
{
    struct boot b;
    char why[WHY_SIZE] = "";

    if (boot_look(c, &b, why, sizeof why) != OK)
        return complain(why);
    enum err e = machine_each(b.db, show_one, (void *)(uintptr_t)flow_engine(b.flow));
    boot_stop(&b);
    return e == OK ? 0 : complain(err_name(e));
}

/* ---- remove ---- */

static int cmd_remove(const struct config *c, const char *name)
{
    struct boot_db d;
    char why[WHY_SIZE] = "";
    enum err e = boot_db_open(c, &d, why, sizeof why);

    if (e == OK)
        e = machine_remove(d.db, name);
    if (e == ERR_NOT_FOUND)
        snprintf(why, sizeof why, "no machine is called %.63s; see: plek --config FILE machine show", name);
    else if (e != OK && why[0] == '\0')
        snprintf(why, sizeof why, "%s", err_name(e));
    boot_db_close(&d);
    if (e != OK)
        return complain(why);
    told("machine removed");
    return 0;
}

int cmd_machine(const struct config *c, char **args, int n)
{
    if (n >= 1 && strcmp(args[0], "add") == 0)
        return cmd_add(c, args + 1, n - 1);
    if (n == 1 && strcmp(args[0], "show") == 0)
        return cmd_show(c);
    if (n == 2 && strcmp(args[0], "remove") == 0)
        return cmd_remove(c, args[1]);
    return -1;
}
