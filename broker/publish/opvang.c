/* schema/feeds/opvang.xsd and opvang.schema.json: the same words, so one function writes both. */
#include "publish/forms.h"

#include "core/ledger.h"

#define URN_OPVANG "urn:veiligeplek:opvang:1"

static void aantal(struct writer *w, const char *name, int32_t n)
{
    if (n != UNITS_UNKNOWN)
        writer_int(w, name, n);
}

static void write_plek(struct writer *w, const struct engine *e, const struct publish_pool *p)
{
    const struct believed *o = p->view.latest;

    writer_open(w, "plek");
    writer_attribute(w, "code", p->code);
    writer_time(w, "peilmoment", o->observed_at_ms);
    aantal(w, "totaal", ledger_units(p->pool, o));
    aantal(w, "vrij", p->view.offerable);
    aantal(w, "bezet", o->occupied);
    aantal(w, "buiten_gebruik", o->out_of_order);
    if (o->deliverable != TRI_UNKNOWN)
        writer_text(w, "leverbaar", o->deliverable == TRI_YES ? "ja" : "nee");
    if (p->stop.reason != 0) {
        writer_open(w, "stop");
        writer_text(w, "reden", vocab_list_code(engine_vocab(e), LIST_STOP, p->stop.reason - 1U));
        if (p->stop.until_ms != 0)
            writer_time(w, "tot", p->stop.until_ms);
        writer_close(w);
    }
    writer_close(w);
}

/* The newest of the page, for the whole; every place carries its own. */
static int64_t newest(const struct publish_page *p)
{
    int64_t at_ms = 0;

    for (size_t i = 0; i < p->n; i++)
        if (p->pools[i].view.latest->observed_at_ms > at_ms)
            at_ms = p->pools[i].view.latest->observed_at_ms;
    return at_ms;
}

void opvang_write(const struct publish_page *p, enum write_form form, struct buf *out)
{
    struct writer w;

    writer_begin(&w, form, out, "capaciteit", URN_OPVANG);
    if (form == WRITE_JSON)
        writer_text(&w, "formaat", URN_OPVANG);
    writer_time(&w, "peilmoment", newest(p));
    if (form != WRITE_JSON)
        writer_open(&w, "plekken");
    writer_list(&w, "plekken");
    for (size_t i = 0; i < p->n; i++)
        write_plek(&w, p->engine, &p->pools[i]);
    writer_close(&w);
    if (form != WRITE_JSON)
        writer_close(&w);
    writer_end(&w);
}
