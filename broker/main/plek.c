/* plek: the operator's command line. Every command reads the broker's configuration file; those that write to
 * the journal refuse while a broker runs. Exit status: 0 done, 1 could not be done (one line says why), 2
 * wrong usage. */
#include "base/crypto.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "main/boot.h"
#include "main/demo_load.h"
#include "main/plek_machine.h"
#include "main/plek_match.h"
#include "main/plek_notify.h"
#include "main/plek_simulate.h"
#include "store/access_log.h"
#include "store/accounts.h"
#include "store/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WHY_SIZE 512

static const char usage[] =
    "usage: plek --config FILE COMMAND\n"
    "  migrate                        bring the tables to this version\n"
    "  codes load DIR                 load the code lists (schema/codes)\n"
    "  demo load FILE [--adapter-cert PEM]\n"
    "                                 load the invented demo (schema/demo/national.json)\n"
    "  account add NAME ORG ROLE [LOCATION]\n"
    "                                 add a sign-in; ORG and LOCATION by code, password on standard input\n"
    "  machine add NAME PEM [--reads ORG ROLE] [ORG...]\n"
    "                                 enrol a program by its certificate: an adapter that brings the feeds "
    "of\n"
    "                                 ORG..., a partner that reads capacity as ROLE of ORG sees it, or both\n"
    "  machine show                   every machine, what it brings and what it reads\n"
    "  machine remove NAME            no longer let it in\n"
    "  notify add NAME ORG[/LOCATION] mail|sms|voice|webhook [--language nl|en]\n"
    "                                 tell what happens there; the address (mail address, number, https URL, "
    "or\n"
    "                                 night-number) on standard input; ORG every-shelter: each house's own\n"
    "                                 night number; a NAME that begins with lead. is the team lead's own:\n"
    "                                 it is told what is for the team lead, and nothing else\n"
    "  notify list                    every target, without addresses\n"
    "  notify remove NAME             nothing goes there any more\n"
    "  notify test NAME               send a test message there\n"
    "  notify key                     the public key that verifies webhooks\n"
    "  check                          replay the journal and check every invariant\n"
    "  audit verify                   check the chain of the access log\n"
    "  --print-config                 every setting with its meaning and value\n"
    "without --config FILE:\n"
    "  simulate                       years of a simulated network, policy by policy\n"
    "  match --stdio                  the matcher alone, for a driver on standard input and output\n"
    "  --version\n";

static int complain(const char *why)
{
    fprintf(stderr, "plek: %s\n", why);
    return 1;
}

static int cmd_migrate(const struct config *c)
{
    struct boot_access access;
    char why[WHY_SIZE] = "";
    char dir[512];
    unsigned total = 0;
    enum err e = boot_access_init(c, &access, why, sizeof why);
    for (int i = 0; i < 2 && e == OK; i++) {
        struct db *db = NULL;
        unsigned applied = 0;
        snprintf(dir, sizeof dir, i == 0 ? "%s/sql" : "%s/sql/sealed", c->schema_dir);
        e = db_open(i == 0 ? &access.params : &access.sealed, &db, why, sizeof why);
        if (e == OK)
            e = migrate(db, dir, &applied, why, sizeof why);
        total += applied;
        db_close(db);
    }
    boot_access_fini(&access);
    if (e != OK)
        return complain(why);
    printf("%u migrations applied\n", total);
    return 0;
}

static int cmd_codes_load(const struct config *c, const char *dir)
{
    struct boot_db d;
    char why[WHY_SIZE] = "";
    uint64_t rows = 0;
    enum err e = boot_db_open(c, &d, why, sizeof why);
    if (e == OK)
        e = reference_load_dir(d.db, dir, &rows, why, sizeof why);
    boot_db_close(&d);
    if (e != OK)
        return complain(why);
    printf("%llu rows of reference data\n", (unsigned long long)rows);
    return 0;
}

static int cmd_demo_load(const struct config *c, const char *file, const char *cert)
{
    struct boot b;
    char why[WHY_SIZE] = "";
    if (boot_start(c, false, &b, why, sizeof why) != OK)
        return complain(why);
    enum err e = demo_load(&b, file, cert, why, sizeof why);
    boot_stop(&b);
    return e == OK ? 0 : complain(why);
}

/* A password as a line on standard input, so that it is in no list of processes and no history. */
static bool read_password_line(char *out, size_t size)
{
    if (isatty(STDIN_FILENO))
        fprintf(stderr, "Password: ");
    if (fgets(out, (int)size, stdin) == NULL)
        return false;
    out[strcspn(out, "\r\n")] = '\0';
    return strlen(out) >= 12;
}

static int cmd_account_add(const struct config *c, char **args, int n)
{
    struct boot b;
    struct account a = {0};
    char why[WHY_SIZE] = "";
    char password[202];
    struct account_id id = {0};
    int role = -1;
    for (int r = ROLE_REFERRER; r <= ROLE_EXCHANGE_ADMIN; r++)
        if (strcmp(role_code((enum role)r), args[2]) == 0)
            role = r;
    if (role < 0)
        return complain("no such role");
    if (strlen(args[0]) >= sizeof a.username)
        return complain("the name is too long");
    if (!read_password_line(password, sizeof password))
        return complain("give a password of at least 12 characters on standard input");
    if (boot_start(c, false, &b, why, sizeof why) != OK)
        return complain(why);
    const struct engine *e = flow_engine(b.flow);
    a.org = engine_org_find(e, args[1]);
    a.role = (enum role)role;
    if (n > 3)
        a.location = engine_location_find(e, args[3]);
    memcpy(a.username, args[0], strlen(args[0]) + 1);
    snprintf(a.display_nl, sizeof a.display_nl, "%.63s", args[0]);
    snprintf(a.display_en, sizeof a.display_en, "%.63s", args[0]);
    enum err trouble = OK;
    if (a.org.v == 0 || (n > 3 && a.location.v == 0)) {
        snprintf(why, sizeof why, "no such organisation or location");
        trouble = ERR_NOT_FOUND;
    }
    if (trouble == OK)
        trouble = crypto_password_hash(bytes_of_text(password), (unsigned)c->password_ops,
                                       (size_t)c->password_mib * 1024 * 1024, a.password_hash);
    if (trouble == OK)
        trouble = account_add(b.db, &a, time_wall_ms(), &id, why, sizeof why);
    crypto_wipe(password, sizeof password);
    boot_stop(&b);
    if (trouble != OK)
        return complain(why[0] != '\0' ? why : err_name(trouble));
    printf("account %u added\n", id.v);
    return 0;
}

static int cmd_check(const struct config *c)
{
    struct boot b;
    char why[WHY_SIZE] = "";
    if (boot_start(c, false, &b, why, sizeof why) != OK)
        return complain(why);
    const struct engine *e = flow_engine(b.flow);
    uint64_t beside = 0;
    bool good = engine_check_older(e, &beside, why, sizeof why);
    printf("%llu events, %u pools, %llu referrals, %llu requests, digest %016llx: %s\n",
           (unsigned long long)engine_seq(e), engine_pools(e), (unsigned long long)engine_referrals(e),
           (unsigned long long)engine_requests(e), (unsigned long long)engine_digest(e, false),
           good ? "all invariants hold" : why);
    if (beside > 0)
        printf(
            "note: %llu referrals hold or ask for a place beside one that their household has, as an older "
            "version let them; the first arrival lets go of the others\n",
            (unsigned long long)beside);
    boot_stop(&b);
    return good ? 0 : 1;
}

static int cmd_audit_verify(const struct config *c)
{
    struct boot_db d;
    struct access_head head;
    char why[WHY_SIZE] = "";
    enum err e = boot_db_open(c, &d, why, sizeof why);
    if (e == OK)
        e = access_log_verify(d.db, NULL, &head, why, sizeof why);
    boot_db_close(&d);
    if (e != OK)
        return complain(why);
    printf("%llu entries, chain whole\n", (unsigned long long)head.seq);
    return 0;
}

/* Run the command in ARGS[0..N-1]; -1 = not understood. */
static int dispatch(const struct config *c, char **args, int n)
{
    bool two = n >= 2;
    if (n == 2 && strcmp(args[0], "audit") == 0 && strcmp(args[1], "verify") == 0)
        return cmd_audit_verify(c);
    if (n == 1 && strcmp(args[0], "migrate") == 0)
        return cmd_migrate(c);
    if (n == 1 && strcmp(args[0], "check") == 0)
        return cmd_check(c);
    if (n == 3 && strcmp(args[0], "codes") == 0 && strcmp(args[1], "load") == 0)
        return cmd_codes_load(c, args[2]);
    if (two && strcmp(args[0], "demo") == 0 && strcmp(args[1], "load") == 0) {
        if (n == 3)
            return cmd_demo_load(c, args[2], NULL);
        if (n == 5 && strcmp(args[3], "--adapter-cert") == 0)
            return cmd_demo_load(c, args[2], args[4]);
    }
    if (two && strcmp(args[0], "account") == 0 && strcmp(args[1], "add") == 0 && (n == 5 || n == 6))
        return cmd_account_add(c, args + 2, n - 2);
    if (two && strcmp(args[0], "machine") == 0)
        return cmd_machine(c, args + 1, n - 1);
    if (two && strcmp(args[0], "notify") == 0)
        return cmd_notify(c, args + 1, n - 1);
    return -1;
}

int main(int argc, char **argv)
{
    struct config config = config_default();
    struct buf faults = {0};
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("plek %s\n", PLEK_VERSION);
        return 0;
    }
    if (argc >= 2 && strcmp(argv[1], "simulate") == 0)
        return cmd_simulate(argv + 2, argc - 2);
    if (argc >= 2 && strcmp(argv[1], "match") == 0)
        return cmd_match(argv + 2, argc - 2);
    if (argc < 4 || strcmp(argv[1], "--config") != 0) {
        fputs(usage, stderr);
        return 2;
    }
    if (config_load(&config, argv[2], &faults) != OK) {
        fputs(buf_c_str(&faults), stderr);
        buf_fini(&faults);
        return 1;
    }
    buf_fini(&faults);
    if (argc == 4 && strcmp(argv[3], "--print-config") == 0) {
        config_print(&config, stdout);
        return 0;
    }
    crypto_start();
    int rc = dispatch(&config, argv + 3, argc - 3);
    if (rc < 0) {
        fputs(usage, stderr);
        rc = 2;
    }
    return rc;
}
