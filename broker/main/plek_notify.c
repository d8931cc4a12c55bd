#include "main/plek_notify.h"

#include "base/crypto.h"
#include "base/time_text.h"
#include "main/boot.h"
#include "notify/message.h"
#include "notify/number.h"
#include "store/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WHY_SIZE 512
#define NIGHT_NUMBER "night-number"
#define EVERY_SHELTER "every-shelter"

static int complain(const char *why)
{
    fprintf(stderr, "plek: %s\n", why);
    return 1;
}

static void told(const char *what)
{
    printf(
        "%s\na running broker takes this over within a minute, at once on SIGHUP (systemctl reload plekd)\n",
        what);
}

/* ---- add ---- */

/* ORG or ORG/LOCATION, or all. */
static enum err find_place(const struct engine *e, const char *text, struct notify_target *t, char *why,
                           size_t size)
{
    char org[CODE_SIZE] = "";
    const char *slash = strchr(text, '/');
    size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);

    if (strcmp(text, EVERY_SHELTER) == 0) {
        if (t->night_number)
            return OK;
        snprintf(why, size, EVERY_SHELTER " is for " NIGHT_NUMBER " only");
        return ERR_BAD_INPUT;
    }
    if (len < sizeof org)
        memcpy(org, text, len);
    t->org = engine_org_find(e, org);
    if (t->org.v == 0) {
        snprintf(why, size, "no such organisation: %.60s", text);
        return ERR_NOT_FOUND;
    }
    if (slash == NULL)
        return OK;
    t->location = engine_location_find(e, slash + 1);
    if (t->location.v != 0 && engine_location(e, t->location)->org.v == t->org.v)
        return OK;
    snprintf(why, size, "no such location of that organisation: %.60s", slash + 1);
    return ERR_NOT_FOUND;
}

static const char *fault_of_address(enum channel channel, const char *address)
{
    char number[NUMBER_SIZE];

    switch (channel) {
    case CHANNEL_MAIL:
        return mail_address_is_good(address) ? NULL : "that is no mail address";
    case CHANNEL_SMS:
    case CHANNEL_VOICE:
        return number_normal(address, number) == OK ? NULL : "that is no telephone number";
    case CHANNEL_WEBHOOK:
        if (strncmp(address, "https://", 8) != 0 || strchr(address, '@') != NULL)
            return "a webhook is an https:// address without a name and password in it";
        for (const char *p = address; *p != '\0'; p++) {
            if (*p <= 0x20 || (unsigned char)*p >= 0x7f || *p == '"' || *p == '\\')
                return "that is no address";
        }
        return NULL;
    case CHANNEL_N:
        break;
    }
    return "no such channel";
}

/* On standard input, so that it is in no list of processes and no history. */
static const char *read_address(struct notify_target *t, char address[TARGET_ADDRESS_SIZE])
{
    if (isatty(STDIN_FILENO))
        fprintf(stderr,
                "Address (mail address, number or https:// URL; " NIGHT_NUMBER " for that of the house): ");
    if (fgets(address, TARGET_ADDRESS_SIZE, stdin) == NULL)
        return "give the address on standard input";
    address[strcspn(address, "\r\n")] = '\0';
    if (strcmp(address, NIGHT_NUMBER) != 0)
        return fault_of_address(t->channel, address);
    if (t->channel != CHANNEL_SMS && t->channel != CHANNEL_VOICE)
        return NIGHT_NUMBER " is for sms and voice";
    t->night_number = true;
    address[0] = '\0';
    return NULL;
}

static enum err store_target(const struct config *c, struct notify_target *t, const char *place,
                             const char *address, char *why, size_t size)
{
    struct boot b;
    struct vault *vault = NULL;
    enum err e = boot_look(c, &b, why, size);

    if (e != OK)
        return e;
    e = find_place(flow_engine(b.flow), place, t, why, size);
    if (e == OK)
        e = vault_open_files(VAULT_TARGETS, c->master_key_file, NULL, &vault);
    if (e == OK)
        e = notify_target_add(b.db, vault, t, address, time_wall_ms());
    if (e == ERR_CONFLICT)
        snprintf(why, size, "there is a target called %.63s already", t->name);
    vault_free(vault);
    boot_stop(&b);
    return e;
}

static int cmd_add(const struct config *c, char **args, int n)
{
    struct notify_target t = {.channel = CHANNEL_N};
    char why[WHY_SIZE] = "", address[TARGET_ADDRESS_SIZE] = "";
    const char *fault = NULL;

    if (n != 3 && !(n == 5 && strcmp(args[3], "--language") == 0))
        return -1;
    for (unsigned i = 0; i < CHANNEL_N; i++) {
        if (strcmp(args[2], channel_code((enum channel)i)) == 0)
            t.channel = (enum channel)i;
    }
    if (t.channel == CHANNEL_N || (n == 5 && strcmp(args[4], "nl") != 0 && strcmp(args[4], "en") != 0))
        return -1;
    t.english = n == 5 && strcmp(args[4], "en") == 0;
    if (args[0][0] == '\0' || strlen(args[0]) >= sizeof t.name)
        return complain("the name is empty or too long");
    memcpy(t.name, args[0], strlen(args[0]) + 1);
    fault = read_address(&t, address);
    if (fault != NULL)
        return complain(fault);
    enum err e = store_target(c, &t, args[1], address, why, sizeof why);
    crypto_wipe(address, sizeof address);
    if (e != OK)
        return complain(why[0] != '\0' ? why : err_name(e));
    told("target added");
    return 0;
}

/* ---- list ---- */

static void show_one(void *ctx, const struct notify_target *t)
{
    const struct engine *e = ctx;
    const struct org *o = engine_org(e, t->org);
    const struct location *l = engine_location(e, t->location);

    printf("%u %s: %s of %s%s%s in %s%s\n", t->id, t->name, channel_code(t->channel),
           t->org.v == 0 ? EVERY_SHELTER
           : o != NULL   ? o->code
                         : "?",
           l != NULL ? "/" : "", l != NULL ? l->code : "", t->english ? "English" : "Dutch",
           t->night_number ? ", to the night number" : "");
}

static int cmd_list(const struct config *c)
{
    struct boot b;
    char why[WHY_SIZE] = "";

    if (boot_look(c, &b, why, sizeof why) != OK)
        return complain(why);
    enum err e = notify_target_each(b.db, show_one, (void *)(uintptr_t)flow_engine(b.flow));
    boot_stop(&b);
    return e == OK ? 0 : complain(err_name(e));
}

/* ---- remove, test ---- */

struct finding {
    const char *name;
    struct notify_target target;
};

static void find_one(void *ctx, const struct notify_target *t)
{
    struct finding *f = ctx;

    if (strcmp(t->name, f->name) == 0)
        f->target = *t;
}

static enum err queue_test(struct db *db, const char *name)
{
    struct finding f = {.name = name};
    struct outbox_row row = {.at_ms = time_wall_ms(), .kind = "test", .text = "test"};
    enum err e = notify_target_each(db, find_one, &f);

    if (e != OK)
        return e;
    if (f.target.id == 0)
        return ERR_NOT_FOUND;
    /* Nobody is rung for a test of all houses. */
    if (f.target.night_number && f.target.location.v == 0)
        return ERR_CONFLICT;
    snprintf(row.key, sizeof row.key, "t%" PRId64, row.at_ms);
    row.target = f.target.id;
    row.channel = f.target.channel;
    row.org = f.target.org;
    row.location = f.target.night_number ? f.target.location : (struct location_id){0};
    row.next_at_ms = row.at_ms;
    return notify_outbox_add(db, &row);
}

static enum err retire(struct db *db, const char *name)
{
    return notify_target_retire(db, name, time_wall_ms());
}

static int with_db(const struct config *c, const char *name, enum err (*what)(struct db *, const char *),
                   const char *said)
{
    struct boot_db d;
    char why[WHY_SIZE] = "";
    enum err e = boot_db_open(c, &d, why, sizeof why);

    if (e == OK)
        e = what(d.db, name);
    if (e == ERR_NOT_FOUND)
        snprintf(why, sizeof why, "no target is called %.63s; see: plek --config FILE notify list", name);
    else if (e == ERR_CONFLICT)
        snprintf(why, sizeof why, "%.63s is the night number of many houses: nobody is rung for a test",
                 name);
    else if (e != OK && why[0] == '\0')
        snprintf(why, sizeof why, "%s", err_name(e));
    boot_db_close(&d);
    if (e != OK)
        return complain(why);
    told(said);
    return 0;
}

/* ---- key ---- */

/* The public key as receivers load it: SubjectPublicKeyInfo (RFC 8410) in PEM. */
static int cmd_key(const struct config *c)
{
    static const uint8_t head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    uint8_t der[sizeof head + CRYPTO_ED25519_PUBLIC_BYTES];
    struct crypto_key key;
    struct buf text = {0};
    char id[MESSAGE_KEY_ID_SIZE];

    if (c->notify_signing_key_file[0] == '\0' || crypto_key_load(c->notify_signing_key_file, &key) != OK)
        return complain("notify_signing_key_file is not set, or is no key file of mode 0600");
    memcpy(der, head, sizeof head);
    crypto_ed25519_public(&key, der + sizeof head);
    message_key_id(&key, id);
    crypto_wipe(&key, sizeof key);
    crypto_base64(BYTES(der, sizeof der), &text);
    printf("keyid %s\n-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", id, buf_c_str(&text));
    buf_fini(&text);
    return 0;
}

int cmd_notify(const struct config *c, char **args, int n)
{
    if (n >= 1 && strcmp(args[0], "add") == 0)
        return cmd_add(c, args + 1, n - 1);
    if (n == 1 && strcmp(args[0], "list") == 0)
        return cmd_list(c);
    if (n == 1 && strcmp(args[0], "key") == 0)
        return cmd_key(c);
    if (n == 2 && strcmp(args[0], "remove") == 0)
        return with_db(c, args[1], retire, "target removed");
    if (n == 2 && strcmp(args[0], "test") == 0)
        return with_db(c, args[1], queue_test, "a test message waits; see the list of notifications");
    return -1;
}
