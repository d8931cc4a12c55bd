/* The night sheet of the own organisation, as one file to keep. */
#include "http/route.h"

#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/night_sheet.h"
#include "http/reply.h"

#include <stdio.h>

static void night_sheet_get(const struct late *late, const struct outcome *outcome)
{
    const char *code = engine_org(app_engine(late->app), late->actor.org)->code;
    char name[96];
    struct buf page = {0};
    struct wire_header header = {"Content-Disposition", name};

    (void)outcome;
    snprintf(name, sizeof name, "attachment; filename=\"nachtlijst-%s.html\"", code);
    if (night_sheet_write(late->app->night, late->actor.org, &page) == OK)
        reply_bytes(late, 200, REPLY_API, "text/html; charset=utf-8", &header, 1, buf_view(&page));
    else
        reply_not_found(late);
    buf_fini(&page);
}

void api_night_sheet_get(struct call *call)
{
    if (call_may(call, ACT_SEE_KEYS, 0) && call_record(call, "night_sheet.read"))
        call_read(call, night_sheet_get);
}
