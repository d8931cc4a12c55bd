#include "support/feed_world.h"

#include "adapters/gate/safe_xml.h"
#include "base/check.h"
#include "base/crypto.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char profile_opvang[] = "{\"format\":\"opvang_xml\",\"stops\":{\"te weinig mensen\":\"personeel\"},"
                              "\"providers\":{\"lindehof\":{\"pools\":{\"K1\":\"lindehof-nood\",\"K2\":"
                              "\"lindehof-gezin\",\"K3\":null}}}}";
const char profile_have[] =
    "{\"format\":\"edxl_have\",\"providers\":{\"ziekenhuis\":{\"pools\":{"
    "\"Hospital 1\":{\"Burn\":\"h1-burn\"},\"Voorbeeld Opvang - Locatie 7 (testgegevens)\":{\"crisis-gezin\":"
    "\"l7-gezin\"},\"De Wulp\":{\"nood\":\"wulp-nood\",\"crisis\":\"wulp-crisis\"}}}}}";
const char profile_csv_text[] =
    "{\"format\":\"csv\",\"yes\":[\"jawel\"],\"csv\":{\"delimiter\":\";\",\"encoding\":\"utf-8\",\"time\":"
    "\"rfc3339\","
    "\"columns\":{\"place\":\"Locatie\",\"pool\":\"Plek\",\"total\":\"Kamers\",\"free\":\"Vrij\","
    "\"occupied\":\"Bezet\","
    "\"deliverable\":\"Personeel\",\"stop\":\"Stop\",\"stopUntil\":\"Tot\",\"observedAt\":\"Moment\"}},"
    "\"providers\":{\"havenlicht\":{\"pools\":{\"Huis "
    "A\":{\"nood\":\"a-nood\",\"caf\\u00e9\":\"a-cafe\"},\"Huis B\":"
    "{\"nood\":\"b-nood\"}}}}}";
const char profile_csv_local[] =
    "{\"format\":\"csv\",\"csv\":{\"delimiter\":\",\",\"encoding\":\"windows-1252\",\"time\":\"dd-mm-yyyy "
    "hh:mm\","
    "\"zone\":\"Europe/Amsterdam\",\"columns\":{\"pool\":\"plek\",\"free\":\"vrij\",\"observedAt\":\"op\"}},"
    "\"providers\":{\"havenlicht\":{\"pools\":{\"caf\\u00e9 \\u20ac\":\"a-cafe\",\"x\":\"x-1\"}}}}";

const char profile_opvang_json[] =
    "{\"format\":\"opvang_json\",\"stops\":{\"te weinig mensen\":\"personeel\"},\"providers\":{\"lindehof\":"
    "{\"pools\":{\"K1\":\"lindehof-nood\",\"K2\":\"lindehof-gezin\",\"K3\":null,\"nood\":\"vh-nood\","
    "\"gezin\":"
    "\"vh-gezin\",\"caf\\u00e9\":\"a-cafe\"}}}}";
/* By name, by id of the service, by id of the unit, for any service. */
const char profile_hsds[] =
    "{\"format\":\"hsds\",\"stops\":{\"temporarily closed\":\"onderhoud\"},\"providers\":{\"havenlicht\":{"
    "\"pools\":{\"De Wulp\":{\"bed\":\"wulp-bed\",\"u-2\":\"wulp-gezin\"},\"s-2\":{\"bed\":\"twee-bed\"},"
    "\"bed\":\"elders-bed\",\"hours\":null,\"Community Counselling\":{\"Kilogram\":\"cc-bed\"},"
    "\"Voorbeeldhuis\":{\"nood\":\"vh-nood\",\"gezin\":\"vh-gezin\"}}}}}";

const struct schemas *world_schemas(void)
{
    static struct schemas schemas;
    char why[200] = "";
    if (schemas.opvang == NULL) {
        crypto_start();
        safe_xml_start();
        if (safe_xml_schema(PLEK_SOURCE_DIR "/schema/feeds/opvang.xsd", &schemas.opvang, why, sizeof why) !=
            OK) {
            fprintf(stderr, "%s\n", why);
            abort();
        }
    }
    return &schemas;
}

struct profile *world_profile(const char *text)
{
    struct profile *p = NULL;
    struct buf faults = {0};
    if (profile_read(bytes_of_text(text), "test", &p, &faults) != OK) {
        fprintf(stderr, "%s", buf_c_str(&faults));
        abort();
    }
    return p;
}

enum err world_read(const char *profile_text, struct bytes in, struct reading *r)
{
    const struct schemas *schemas = world_schemas();
    struct profile *p = world_profile(profile_text);
    enum err e = format_read(schemas, p, profile_provider(p, 0), in, NOW_MS, r);
    profile_free(p);
    return e;
}

void world_folder(char out[128])
{
    snprintf(out, 128, "%s/adapters-test-XXXXXX", PLEK_BUILD_DIR);
    CHECK(mkdtemp(out) != NULL);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

void world_remove(const char *dir)
{
    CHECK(strstr(dir, "adapters-test-") != NULL);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int world_count(const char *dir)
{
    int n = 0;
    DIR *d = opendir(dir);
    if (d == NULL)
        return -1;
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

int world_hidden(const char *dir)
{
    int n = 0;
    DIR *d = opendir(dir);
    CHECK(d != NULL);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] == '.' && strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

void world_write(const char *path, struct bytes v)
{
    FILE *f = fopen(path, "w");
    CHECK(f != NULL && fwrite(v.p, 1, v.len, f) == v.len);
    fclose(f);
}

struct profiles *world_profiles(const char *dir)
{
    struct profiles *all = NULL;
    struct buf faults = {0};
    char path[200];

    snprintf(path, sizeof path, "%s/profiles", dir);
    CHECK(mkdir(path, 0700) == 0);
    snprintf(path, sizeof path, "%s/profiles/lindehof.json", dir);
    world_write(path, bytes_of_text(profile_opvang));
    snprintf(path, sizeof path, "%s/profiles", dir);
    CHECK(profiles_load(path, &all, &faults) == OK);
    buf_fini(&faults);
    return all;
}
