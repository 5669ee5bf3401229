/* itip: writes two objects and reads four words. It must never take an answer for more than a person can have pressed. */
#include "rules/itip.h"

#include <string.h>

#include "base/zone.h"

#include "base/banned.h"

#define FOLD 75
#define AUTOMATIC_SECONDS 20
#define EARLY_SECONDS 60 /* two machines' clocks */

/* ---- lines (RFC 5545 3.1) ---- */

static void add_line(GString *out, const char *line)
{
    gsize n = strlen(line), width = FOLD;
    while (n > width) {
        gsize cut = width;
        while (cut > 1 && ((guchar)line[cut] & 0xc0) == 0x80) /* never inside a character */
            cut--;
        g_string_append_len(out, line, (gssize)cut);
        g_string_append(out, "\r\n ");
        line += cut;
        n -= cut;
        width = FOLD - 1;
    }
    g_string_append(out, line);
    g_string_append(out, "\r\n");
}

static void add(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add(GString *out, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *line = g_strdup_vprintf(format, ap);
    va_end(ap);
    add_line(out, line);
}

/* TEXT (RFC 5545 3.3.11): control characters become blanks. */
static char *text_value(const char *s)
{
    GString *out = g_string_new(NULL);
    for (; *s != '\0'; s++) {
        if (*s == '\\' || *s == ';' || *s == ',')
            g_string_append_c(out, '\\');
        if (*s == '\n')
            g_string_append(out, "\\n");
        else if (*s != '\r')
            g_string_append_c(out, (guchar)*s < 0x20 || *s == 0x7f ? ' ' : *s);
    }
    return g_string_free(out, FALSE);
}

/* A parameter's value in quotes (RFC 5545 3.2): no quote, no control character in it. */
static char *parameter(const char *s)
{
    GString *out = g_string_new("\"");
    for (; *s != '\0'; s++)
        g_string_append_c(out, *s == '"' ? '\'' : (guchar)*s < 0x20 || *s == 0x7f ? ' ' : *s);
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

/* The other calendar times: `20260526T080000Z`. */
static char *utc(Instant t)
{
    Civil c = zone_civil(zone_utc(), t);
    return g_strdup_printf("%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

/* ---- the objects ---- */

static char *write_object(const ItipInvitation *i, const char *method, int sequence)
{
    gboolean is_cancel = strcmp(method, "CANCEL") == 0;
    g_autofree char *stamp = utc(i->stamp), *start = utc(i->start), *end = utc(i->end), *name = parameter(i->attendee_name);
    g_autofree char *summary = text_value(i->summary), *description = text_value(i->description);
    GString *out = g_string_new(NULL);
    add(out, "BEGIN:VCALENDAR");
    add(out, "PRODID:-//escalate//escalate//EN");
    add(out, "VERSION:2.0");
    add(out, "METHOD:%s", method);
    add(out, "BEGIN:VEVENT");
    add(out, "UID:escalate-%" G_GINT64_FORMAT "-%d-%s@%s", i->run, i->level, i->contact, i->domain);
    add(out, "SEQUENCE:%d", sequence);
    add(out, "DTSTAMP:%s", stamp);
    add(out, "DTSTART:%s", start);
    add(out, "DTEND:%s", end);
    add(out, "ORGANIZER:mailto:%s", i->organizer);
    add(out, "ATTENDEE;CN=%s;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION%s:mailto:%s", name, is_cancel ? "" : ";RSVP=TRUE", i->attendee);
    add(out, "SUMMARY:%s", summary);
    add(out, "DESCRIPTION:%s", description);
    if (i->url != NULL)
        add(out, "URL:%s", i->url);
    add(out, "STATUS:%s", is_cancel ? "CANCELLED" : "CONFIRMED");
    add(out, "TRANSP:TRANSPARENT");
    add(out, "END:VEVENT");
    add(out, "END:VCALENDAR");
    return g_string_free(out, FALSE);
}

char *itip_request(const ItipInvitation *i) { return write_object(i, "REQUEST", 2 * i->nth); }

/* Between the last request and one that may follow. */
char *itip_cancel(const ItipInvitation *i) { return write_object(i, "CANCEL", 2 * i->nth - 1); }

/* ---- answers ---- */

gboolean itip_parse_uid(const char *uid, ItipUid *ret)
{
    char *end = NULL;
    const char *at = strrchr(uid, '@');
    if (g_ascii_strncasecmp(uid, "escalate-", 9) != 0 || at == NULL || !g_ascii_isdigit(uid[9]))
        return FALSE;
    gint64 run = g_ascii_strtoll(uid + 9, &end, 10);
    if (*end != '-' || !g_ascii_isdigit(end[1]) || run <= 0 || run == G_MAXINT64)
        return FALSE;
    gint64 level = g_ascii_strtoll(end + 1, &end, 10);
    if (*end != '-' || level <= 0 || level > 1000 || end + 1 >= at)
        return FALSE;
    *ret = (ItipUid){run, (int)level, g_strndup(end + 1, (gsize)(at - end - 1))};
    return TRUE;
}

void itip_uid_clear(ItipUid *u) { g_clear_pointer(&u->contact, g_free); }

ItipMeaning itip_meaning(const char *partstat)
{
    static const struct {
        const char *word;
        ItipMeaning meaning;
    } words[] = {{"ACCEPTED", ITIP_ACK}, {"DECLINED", ITIP_DECLINE}, {"TENTATIVE", ITIP_NOTE}, {"DELEGATED", ITIP_PASS}};
    for (gsize k = 0; k < G_N_ELEMENTS(words); k++)
        if (g_ascii_strcasecmp(partstat, words[k].word) == 0)
            return words[k].meaning;
    return ITIP_NOTHING;
}

gboolean itip_is_automatic(Instant stamp, const GArray *delivered)
{
    Instant first = INSTANT_NONE;
    if (stamp == INSTANT_NONE)
        return FALSE;
    for (guint k = 0; k < delivered->len; k++) {
        Instant at = g_array_index(delivered, Instant, k);
        if (stamp >= at && stamp <= at + AUTOMATIC_SECONDS)
            return TRUE;
        first = first == INSTANT_NONE ? at : MIN(first, at);
    }
    return first == INSTANT_NONE || stamp < first - EARLY_SECONDS;
}
