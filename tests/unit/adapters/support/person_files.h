/* Files of every format with something of a person in them, and the profiles that read them. */
#ifndef PLEK_TEST_PERSON_FILES_H
#define PLEK_TEST_PERSON_FILES_H

#include "support/feed_world.h"

#define MARK "merkteken7311"

static const char profile_fhir[] =
    "{\"format\":\"fhir\",\"providers\":{\"p\":{\"pools\":{\"loc-7\":{\"nood\":\"l7-nood\"}}}}}";

static const char profile_own_xml[] =
    "{\"format\":\"xml_xpath\",\"xpath\":{\"rows\":\"//plek\",\"fileObservedAt\":\"/stand/@op\",\"fields\":{"
    "\"pool\":\"@soort\",\"free\":\"vrij\"},\"refuse\":[\"//"
    "gast\"]},\"providers\":{\"p\":{\"pools\":{\"nood\":"
    "\"p-nood\"}}}}";

#define OPVANG(inside)                                                                                       \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>" OBSERVED "</peilmoment><plekken><plek "    \
    "code=\"K1\"" inside "</plek></plekken></capaciteit>"
#define HAVE(organisation, hospital)                                                                         \
    "<h:HospitalStatus xmlns:h=\"urn:oasis:names:tc:emergency:EDXL:HAVE:1.0\" "                              \
    "xmlns:n=\"urn:oasis:names:tc:ciq:xnl:3\"><h:Hospital><h:Organization><h:OrganizationInformation>"       \
    "<n:OrganisationName><n:NameElement>De Wulp</n:NameElement></n:OrganisationName>" organisation           \
    "</h:OrganizationInformation></h:Organization><h:HospitalBedCapacityStatus><h:BedCapacity>"              \
    "<h:BedType>nood</h:BedType><h:Capacity><h:CapacityStatus>Vacant/Available</h:CapacityStatus>"           \
    "<h:AvailableCount>1</h:AvailableCount></h:Capacity></h:BedCapacity></"                                  \
    "h:HospitalBedCapacityStatus>" hospital "<h:LastUpdateTime>" OBSERVED                                    \
    "</h:LastUpdateTime></h:Hospital></h:HospitalStatus>"
#define CSV(heading, cell, free)                                                                             \
    "Locatie;Plek;Kamers;Vrij;Bezet;Personeel;Stop;Tot;Moment;" heading "\nHuis A;nood;2;" free              \
    ";;;;;" OBSERVED ";" cell "\n"
#define OWN_JSON(inside)                                                                                     \
    "{\"formaat\":\"urn:veiligeplek:opvang:1\",\"peilmoment\":\"" OBSERVED                                   \
    "\",\"plekken\":[{\"code\":\"K1\",\"vrij\":1" inside "}]}"
#define HSDS(free, inside)                                                                                   \
    "{\"id\":\"s-1\",\"name\":\"De Wulp\"" inside ",\"capacities\":[{\"unit\":{\"name\":\"bed\"},"           \
    "\"available\":" free ",\"maximum\":4,\"updated\":\"" OBSERVED "\"}]}"
#define FHIR(free, more)                                                                                     \
    "{\"resourceType\":\"MeasureReport\",\"status\":\"complete\",\"type\":\"summary\",\"subject\":{"         \
    "\"identifier\":{\"value\":\"loc-7\"}},\"date\":\"" OBSERVED "\"" more                                   \
    ",\"group\":[{\"code\":{\"text\":\"nood\"},\"population\":[{\"code\":{\"coding\":[{\"code\":"            \
    "\"numTotBedsAvail\"}]},\"count\":" free "},{\"code\":{\"coding\":[{\"code\":\"numTotBeds\"}]},"         \
    "\"count\":4}]}]}"
#define OWN_XML(attributes, inside)                                                                          \
    "<stand op=\"" OBSERVED "\"" attributes "><plek soort=\"nood\"><vrij>1</vrij></plek>" inside "</stand>"

/* Each would be taken without the words of a person in it: see `these_alone_are_good`. */
static const struct {
    const char *profile, *text, *reason;
} refused[] = {
    {profile_opvang, OPVANG("><bsn>" MARK "</bsn>"), "person"},
    {profile_opvang, OPVANG("><naam_bewoner>" MARK "</naam_bewoner>"), "person"},
    {profile_opvang, OPVANG(" geboortedatum=\"" MARK "\">"), "person"},
    {profile_opvang, OPVANG("><x:Bsn xmlns:x=\"urn:x\">" MARK "</x:Bsn>"), "person"},
    {profile_have, HAVE("<h:bsn>" MARK "</h:bsn>", ""), "person"},
    {profile_have, HAVE("", "<p:PersonDetails xmlns:p=\"urn:x\">" MARK "</p:PersonDetails>"), "person"},
    {profile_have, HAVE("", "<p:BirthInfo xmlns:p=\"urn:x\" d=\"" MARK "\"/>"), "person"},
    {profile_have, HAVE("", "<bewoner>" MARK "</bewoner>"), "person"},
    {profile_have, HAVE("", "<h:CommentText Patient-ID=\"" MARK "\"/>"), "person"},
    {profile_csv_text, CSV("BSN", MARK, "1"), "column 10"},
    {profile_csv_text, CSV("Geboortedatum", MARK, "1"), "column 10"},
    {profile_csv_text, CSV("naam bewoner", MARK, "1"), "column 10"},
    {profile_csv_text, CSV("\"Naam cli\xc3\xabnt\"", MARK, "1"), "column 10"},
    {profile_csv_text, CSV("Voornaam", MARK, "1"), "column 10"},
    {profile_csv_text, CSV("pati\xc3\xabnt", MARK, "1"), "column 10"},
    {profile_opvang_json, OWN_JSON(",\"bsn\":\"" MARK "\""), "clients"},
    {profile_opvang_json, OWN_JSON(",\"b\\u0073n\":\"" MARK "\""), "clients"},
    {profile_opvang_json, OWN_JSON(",\"bewoners\":[{\"naam\":\"" MARK "\"}]"), "clients"},
    {profile_hsds, HSDS("1", ",\"patient\":{\"name\":\"" MARK "\"}"), "clients"},
    {profile_hsds, HSDS("1", ",\"organization\":{\"x\":[{\"Date-of-Birth\":\"" MARK "\"}]}"), "clients"},
    {profile_hsds, HSDS("1", ",\"attributes\":[{\"b\\u0073n\":\"" MARK "\"}]"), "clients"},
    {profile_fhir, FHIR("1", ",\"evaluatedResource\":[{\"reference\":\"Patient/" MARK "\"}]"), "people"},
    {profile_fhir,
     FHIR("1", ",\"contained\":[{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"" MARK "\"}]}]"),
     "people"},
    {profile_fhir, FHIR("1", ",\"birthDate\":\"" MARK "\""), "people"},
    {profile_fhir,
     FHIR("1",
          ",\"identifier\":[{\"system\":\"http://fhir.nl/fhir/NamingSystem/bsn\",\"value\":\"" MARK "\"}]"),
     "service number"},
    {profile_own_xml, OWN_XML("", "<Bsn>" MARK "</Bsn>"), "person"},
    {profile_own_xml, OWN_XML(" geboorteDatum=\"" MARK "\"", ""), "person"},
    {profile_own_xml, OWN_XML("", "<gast>" MARK "</gast>"), "person"}, /* by the profile's own refuse */
    /* Broken, so that nobody came to looking for people: not kept all the same. */
    {profile_opvang, "<capaciteit><bsn>" MARK "</bsn>", "well-formed"},
    {profile_csv_text, "Locatie;\"Geboortedatum\nHuis A;" MARK, "quote"},
    {profile_hsds, "{\"patient\":\"" MARK "\"", "ends too early"},
    {profile_csv_text, "Locatie;Plek\nHuis A;111222333;" MARK "\n", "missing"},
    /* Nobody can look into these. */
    {profile_opvang, "PK\3\4" MARK, "archive"},
    {profile_csv_text, "%PDF-1.7 " MARK, "document"},
};

#endif
