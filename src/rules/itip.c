/* itip: writes two objects and reads four words. It must never take an answer for more than a person can have pressed. */
#include "rules/itip.h"

#include <string.h>

#include "rules/icalout.h"

#include "base/banned.h"

#define AUTOMATIC_SECONDS 20
#define EARLY_SECONDS 60 /* two machines' clocks */

/* ---- the objects ---- */

static char *write_object(const ItipInvitation *i, const char *method, int sequence)
{
    gboolean is_cancel = strcmp(method, "CANCEL") == 0;
    g_autofree char *stamp = icalout_utc(i->stamp), *start = icalout_utc(i->start), *end = icalout_utc(i->end), *name = icalout_parameter(i->attendee_name);
    g_autofree char *summary = icalout_text(i->summary), *description = icalout_text(i->description);
    GString *out = g_string_new(NULL);
    icalout_line(out, "BEGIN:VCALENDAR");
    icalout_line(out, "PRODID:-//escalate//escalate//EN");
    icalout_line(out, "VERSION:2.0");
    icalout_line(out, "METHOD:%s", method);
    icalout_line(out, "BEGIN:VEVENT");
    icalout_line(out, "UID:escalate-%" G_GINT64_FORMAT "-%d-%s@%s", i->run, i->level, i->contact, i->domain);
    icalout_line(out, "SEQUENCE:%d", sequence);
    icalout_line(out, "DTSTAMP:%s", stamp);
    icalout_line(out, "DTSTART:%s", start);
    icalout_line(out, "DTEND:%s", end);
    icalout_line(out, "ORGANIZER:mailto:%s", i->organizer);
    icalout_line(out, "ATTENDEE;CN=%s;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION%s:mailto:%s", name, is_cancel ? "" : ";RSVP=TRUE", i->attendee);
    icalout_line(out, "SUMMARY:%s", summary);
    icalout_line(out, "DESCRIPTION:%s", description);
    if (i->url != NULL)
        icalout_line(out, "URL:%s", i->url);
    icalout_line(out, "STATUS:%s", is_cancel ? "CANCELLED" : "CONFIRMED");
    icalout_line(out, "TRANSP:TRANSPARENT");
    icalout_line(out, "END:VEVENT");
    icalout_line(out, "END:VCALENDAR");
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
