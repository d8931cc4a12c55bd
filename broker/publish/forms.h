/* Only for this room: the documents, one file each. */
#ifndef PLEK_PUBLISH_FORMS_H
#define PLEK_PUBLISH_FORMS_H

#include "publish/document.h"
#include "publish/writer.h"

void capacity_json_write(const struct publish_page *p, const struct publish_links *links, struct buf *out);
/* FORM is WRITE_XML or WRITE_JSON. */
void opvang_write(const struct publish_page *p, enum write_form form, struct buf *out);
void hsds_write(const struct publish_page *p, struct buf *out);
/* FORM is WRITE_FHIR_XML or WRITE_JSON. */
void fhir_write(const struct publish_page *p, enum write_form form, const struct publish_links *links,
                struct buf *out);

/* Our names for lists of codes, in standards that want to know whose a code is. */
#define URN_POOL "urn:veiligeplek:plek"
#define URN_KIND "urn:veiligeplek:soort"
#define URN_REGION "urn:veiligeplek:regio"
#define URN_LOCATION "urn:veiligeplek:locatie"
#define URN_ORG "urn:veiligeplek:organisatie"

#endif
