/* parttype: the table of media types that mean something to us. It must never look at a part. */
#include "mail/parttype.h"

#include <string.h>

#include "base/banned.h"

static const struct {
    const char *media;
    PartType type;
} table[] = {
    {"text/plain", PARTTYPE_TEXT},
    {"text/enriched", PARTTYPE_TEXT},
    {"text/richtext", PARTTYPE_TEXT},
    {"text/markdown", PARTTYPE_TEXT},
    {"text", PARTTYPE_TEXT}, /* this and the like are no types, but are sent */
    {"plain", PARTTYPE_TEXT},
    {"plain/text", PARTTYPE_TEXT},
    {"html", PARTTYPE_HTML},
    {"text/*", PARTTYPE_TEXT},
    {"text/html", PARTTYPE_HTML},
    {"application/xhtml+xml", PARTTYPE_HTML},
    {"message/delivery-status", PARTTYPE_STATUS},
    {"message/global-delivery-status", PARTTYPE_STATUS},
    {"message/disposition-notification", PARTTYPE_RECEIPT},
    {"message/global-disposition-notification", PARTTYPE_RECEIPT},
    {"message/feedback-report", PARTTYPE_FEEDBACK},
    {"text/rfc822-headers", PARTTYPE_HEADERS},
    {"message/rfc822-headers", PARTTYPE_HEADERS},
    {"message/global-headers", PARTTYPE_HEADERS},
    {"text/rfc822", PARTTYPE_HEADERS},
    {"message/rfc822", PARTTYPE_MESSAGE},
    {"message/global", PARTTYPE_MESSAGE},
    {"message/partial", PARTTYPE_PARTIAL},
    {"text/calendar", PARTTYPE_CALENDAR},
    {"application/ics", PARTTYPE_ICS},
    {"application/ms-tnef", PARTTYPE_TNEF},
    {"application/vnd.ms-tnef", PARTTYPE_TNEF},
    {"application/pkcs7-mime", PARTTYPE_OPAQUE},
    {"application/x-pkcs7-mime", PARTTYPE_OPAQUE},
    {"application/pgp-signature", PARTTYPE_SIGNATURE},
    {"application/pkcs7-signature", PARTTYPE_SIGNATURE},
    {"application/x-pkcs7-signature", PARTTYPE_SIGNATURE},
};

PartType parttype_of(const char *media)
{
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(table[i].media, media) == 0)
            return table[i].type;
    return PARTTYPE_FILE;
}

/* Mail programs leave these without a name, and a system opens a file by its name. */
static const struct {
    const char *media, *name;
} names[] = {
    {"message/rfc822", "message.eml"},         {"message/global", "message.eml"},
    {"message/news", "message.eml"},           {"message/partial", "part-of-message.eml"},
    {"message/external-body", "external.txt"}, {"application/mac-binhex40", "attachment.hqx"},
    {"text/calendar", "calendar.ics"},         {"application/ics", "calendar.ics"},
};

const char *parttype_file_name(const char *media)
{
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i].media, media) == 0)
            return names[i].name;
    return "";
}

gboolean parttype_is_ornament(const char *media)
{
    static const char *const types[] = {"application/pgp-keys", "text/vcard", "text/x-vcard", "text/directory", NULL};
    return g_str_has_prefix(media, "image/") || g_strv_contains(types, media);
}
