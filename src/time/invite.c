/* invite: an answer to an invitation, read defensively: libical takes quadratic time over one long line and crashes on deep
 * nesting, so the text is measured first. It must never look up time zones or expand rules. */
#include "time/invite.h"

#include <libical/ical.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/zone.h"
#include "time/scan.h"

#include "base/banned.h"

#define VALUE_MAX 2000
#define STRAY_ENDS_MAX 10 /* libical writes a line to the log for each */
#define COMPONENTS_MAX 200 /* an answer has one, or one for each changed occurrence */
#define PROPERTIES_MAX 10000 /* of all of them: libical looks through those of a component for each that it cannot read */

void invite_reply_free(InviteReply *r)
{
    if (r == NULL)
        return;
    g_free(r->method);
    g_free(r->uid);
    g_free(r->partstat);
    g_free(r->attendee);
    g_free(r->sent_by);
    g_free(r->delegated_to);
    g_free(r->comment);
    g_free(r);
}

/* What the content lines cost, folds and all. */
static gboolean measure_lines(const char *text, const char *end, GError **err)
{
    guint properties = 0;
    for (const char *p = text; p < end;) {
        const char *stop = p;
        do {
            const char *eol = memchr(stop, '\n', (gsize)(end - stop));
            stop = eol != NULL ? eol + 1 : end;
        } while (stop < end && (*stop == ' ' || *stop == '\t'));
        guint values = scan_values(p, stop);
        properties += values;
        if (values == 0 || properties > PROPERTIES_MAX)
            return error_set(err, ERROR_LIMIT, "calendar: more than %d properties, or %d parameters of one", PROPERTIES_MAX, LIMIT_ICAL_PARAMETERS);
        p = stop;
    }
    return TRUE;
}

/* Lengths of unfolded lines, nesting and number of components. */
static gboolean measure(const char *text, gsize length, GError **err)
{
    if (length > LIMIT_ICAL_BYTES)
        return error_set(err, ERROR_LIMIT, "calendar: longer than %d bytes", LIMIT_ICAL_BYTES);
    gsize line = 0;
    int depth = 0, components = 0, strays = 0;
    for (const char *p = text, *end = text + length; p < end;) {
        const char *eol = memchr(p, '\n', (gsize)(end - p));
        gsize n = (gsize)((eol != NULL ? eol : end) - p);
        line = *p == ' ' || *p == '\t' ? line + n : n;
        if (g_ascii_strncasecmp(p, "BEGIN", 5) == 0) {
            depth++;
            components++;
        } else if (g_ascii_strncasecmp(p, "END", 3) == 0) {
            strays += depth == 0;
            depth -= depth > 0;
        }
        if (line > LIMIT_ICAL_LINE_BYTES)
            return error_set(err, ERROR_LIMIT, "calendar: a line is longer than %d bytes", LIMIT_ICAL_LINE_BYTES);
        if (depth > LIMIT_ICAL_NESTING || components > COMPONENTS_MAX)
            return error_set(err, ERROR_LIMIT, "calendar: more than %d components, or more than %d deep", COMPONENTS_MAX,
                             LIMIT_ICAL_NESTING);
        if (strays > STRAY_ENDS_MAX)
            return error_set(err, ERROR_LIMIT, "calendar: more than %d lines END without BEGIN", STRAY_ENDS_MAX);
        p += n + (eol != NULL ? 1 : 0);
    }
    return TRUE;
}

/* Valid UTF-8 of at most VALUE_MAX bytes, trimmed, without control characters but tab and, in a comment, line ends. */
static char *clean_text(const char *value, gboolean has_lines)
{
    if (value == NULL)
        return g_strdup("");
    g_autofree char *head = g_strndup(value, VALUE_MAX);
    char *text = g_utf8_make_valid(head, -1);
    gsize n = strlen(text);
    if (n > VALUE_MAX) { /* what was cut in two has grown */
        n = VALUE_MAX;
        while (n > 0 && ((guchar)text[n] & 0xC0) == 0x80)
            n--;
        text[n] = '\0';
    }
    for (char *p = text; *p != '\0'; p++)
        if ((guchar)*p < 0x20 && *p != '\t' && !(has_lines && *p == '\n'))
            *p = ' ';
    return g_strstrip(text);
}

static char *clean(const char *value) { return clean_text(value, FALSE); }

static char *clean_address(const char *value)
{
    char *text = clean(value);
    const char *p = text;
    if (*p == '"')
        p++;
    if (g_ascii_strncasecmp(p, "mailto:", 7) == 0)
        p += 7;
    char *address = g_strdup(p);
    g_free(text);
    g_strdelimit(address, "\r\n\t\"<>", ' ');
    g_strstrip(address);
    char *at = strrchr(address, '@');
    for (char *c = at; c != NULL && *c != '\0'; c++)
        *c = g_ascii_tolower(*c);
    return address;
}

static char *upper(char *text)
{
    char *up = g_ascii_strup(text, -1);
    g_free(text);
    return up;
}

/* PARTSTAT as its registered word, or as an X-word was written. */
static char *partstat_of(icalproperty *attendee)
{
    const char *value = icalproperty_get_parameter_as_string(attendee, "PARTSTAT");
    return upper(clean(value));
}

/* An answer has one ATTENDEE; where a client sends all of them, the one who answered is no longer NEEDS-ACTION. The answer of a delegate
 * names who delegated to him too (RFC 5546 4.2.6): that one does not answer. */
static icalproperty *who_answers(icalcomponent *c)
{
    icalproperty *first = NULL, *delegator = NULL;
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_ATTENDEE_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(c, ICAL_ATTENDEE_PROPERTY)) {
        g_autofree char *partstat = partstat_of(p);
        if (strcmp(partstat, "DELEGATED") == 0)
            delegator = delegator != NULL ? delegator : p;
        else if (*partstat != '\0' && strcmp(partstat, "NEEDS-ACTION") != 0)
            return p;
        if (first == NULL)
            first = p;
    }
    return delegator != NULL ? delegator : first;
}

static Instant instant_of(icalproperty *p)
{
    if (p == NULL)
        return INSTANT_NONE;
    icaltimetype t = icalproperty_get_dtstamp(p); /* RFC 5545 3.8.7.2: always UTC */
    if (icaltime_is_null_time(t) || t.year < 1900 || t.year > 9999)
        return INSTANT_NONE;
    return zone_day_number(t.year, t.month, t.day) * 86400 + t.hour * 3600 + t.minute * 60 + t.second;
}

static const char *text_property(icalcomponent *c, icalproperty_kind kind)
{
    icalproperty *p = icalcomponent_get_first_property(c, kind);
    return p != NULL ? icalproperty_get_value_as_string(p) : NULL;
}

static void read_component(icalcomponent *c, InviteReply *r)
{
    r->uid = clean(text_property(c, ICAL_UID_PROPERTY));
    icalproperty *comment = icalcomponent_get_first_property(c, ICAL_COMMENT_PROPERTY);
    r->comment = clean_text(comment != NULL ? icalproperty_get_comment(comment) : NULL, TRUE);
    icalproperty *sequence = icalcomponent_get_first_property(c, ICAL_SEQUENCE_PROPERTY);
    r->sequence = sequence != NULL ? MAX(0, icalproperty_get_sequence(sequence)) : 0;
    r->dtstamp = instant_of(icalcomponent_get_first_property(c, ICAL_DTSTAMP_PROPERTY));
    icalproperty *attendee = who_answers(c);
    if (attendee == NULL)
        return;
    r->attendee = clean_address(icalproperty_get_attendee(attendee));
    r->partstat = partstat_of(attendee);
    r->sent_by = clean_address(icalproperty_get_parameter_as_string(attendee, "SENT-BY"));
    r->delegated_to = clean_address(icalproperty_get_parameter_as_string(attendee, "DELEGATED-TO"));
}

/* The VEVENT or VTODO to read: the first with an ATTENDEE, else the first. */
static icalcomponent *pick(icalcomponent *calendar)
{
    icalcomponent *first = NULL;
    for (icalcomponent *c = icalcomponent_get_first_component(calendar, ICAL_ANY_COMPONENT); c != NULL;
         c = icalcomponent_get_next_component(calendar, ICAL_ANY_COMPONENT)) {
        icalcomponent_kind kind = icalcomponent_isa(c);
        if (kind != ICAL_VEVENT_COMPONENT && kind != ICAL_VTODO_COMPONENT && kind != ICAL_VJOURNAL_COMPONENT
            && kind != ICAL_VFREEBUSY_COMPONENT)
            continue;
        if (icalcomponent_get_first_property(c, ICAL_ATTENDEE_PROPERTY) != NULL)
            return c;
        if (first == NULL)
            first = c;
    }
    return first;
}

static void fill(char **where)
{
    if (*where == NULL)
        *where = g_strdup("");
}

static InviteReply *read_calendar(icalcomponent *calendar, const char *content_method)
{
    InviteReply *r = g_new0(InviteReply, 1);
    r->dtstamp = INSTANT_NONE;
    const char *method = text_property(calendar, ICAL_METHOD_PROPERTY);
    r->method = upper(clean(method != NULL ? method : content_method));
    icalcomponent *c = pick(calendar);
    if (c != NULL)
        read_component(c, r);
    char **texts[] = {&r->uid, &r->partstat, &r->attendee, &r->sent_by, &r->delegated_to, &r->comment};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        fill(texts[i]);
    return r;
}

gboolean invite_read_reply(const char *text, const char *content_method, InviteReply **ret, GError **err)
{
    if (!measure(text, strlen(text), err) || !measure_lines(text, text + strlen(text), err))
        return FALSE;
    icalerror_set_errors_are_fatal(0);
    icalcomponent *root = icalparser_parse_string(text);
    if (root == NULL)
        return error_set(err, ERROR_DATA, "calendar: not readable as iCalendar");
    icalcomponent *calendar = root;
    if (icalcomponent_isa(root) != ICAL_VCALENDAR_COMPONENT)
        calendar = icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT);
    if (calendar == NULL) {
        icalcomponent_free(root);
        return error_set(err, ERROR_DATA, "calendar: no VCALENDAR in it");
    }
    *ret = read_calendar(calendar, content_method);
    icalcomponent_free(root);
    return TRUE;
}
