/* ical: libical's tree to plain structs. It must never use libical's notion of zones, durations or recurrence, never call
 * icaltimezone_set_builtin_tzdata (no data is shipped), and never give libical bytes that scan has not passed. */
#include "time/ical.h"

#include <libical/ical.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "time/icalread.h"
#include "time/scan.h"
#include "time/tzid.h"

#include "base/banned.h"

#define FILE_ZONES_MAX 100 /* made from VTIMEZONE */

typedef struct {
    IcalFile *file;
    GHashTable *vtimezones; /* TZID -> icalcomponent *, all of the file */
    GArray *lines;          /* of each VEVENT, in order */
    guint event_count;
    GPtrArray *warnings;
} Reader;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcalEvent, icalfile_event_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcalLayer, icalfile_layer_free)

static gboolean bad(const IcalEvent *e, ErrorCode code, const char *what, GError **err)
{
    return error_set(err, code, "calendar file '%s' line %u event '%.200s': %s", e->file, e->line, e->uid, what);
}

/* Puts where it is in front of a message that says what. */
static gboolean bad_prefix(const IcalEvent *e, GError **err)
{
    g_prefix_error(err, "calendar file '%s' line %u event '%.200s': ", e->file, e->line, e->uid);
    return FALSE;
}

static void warn(const Reader *r, const IcalEvent *e, const char *what)
{
    if (r->warnings != NULL)
        g_ptr_array_add(r->warnings,
                        g_strdup_printf("calendar file '%s' line %u event '%.200s': %s", e->file, e->line, e->uid, what));
}

/* ---- values ---- */

/* The file's own rules for a zone that the system knows: they do not count, and where they are others its reader may not expect that. Said
 * once. */
static void compare_zones(Reader *r, const char *tzid, const Zone *system, icalcomponent *c)
{
    g_autoptr(GError) err = NULL;
    g_hash_table_remove(r->vtimezones, tzid);
    Zone *own = r->warnings != NULL ? icalread_vtimezone(tzid, c, &err) : NULL;
    Instant at = own != NULL ? icalread_first_difference(own, system) : INSTANT_NONE;
    zone_free(own);
    if (at == INSTANT_NONE)
        return;
    g_autofree char *when = zone_format_rfc3339(zone_utc(), at);
    g_ptr_array_add(r->warnings, g_strdup_printf("calendar file '%s': its VTIMEZONE '%.80s' differs from the system's %s, which counts: first on %.10s",
                                                 r->file->path, tzid, zone_name(system), when));
}

/* The system's rules first, then the file's VTIMEZONE; an unknown name is an error, never UTC. */
static const Zone *find_zone(Reader *r, const char *tzid, GError **err)
{
    const Zone *system = tzid_zone(tzid), *known = system != NULL ? system : g_hash_table_lookup(r->file->zones, tzid);
    icalcomponent *c = g_hash_table_lookup(r->vtimezones, tzid);
    if (system != NULL && c != NULL)
        compare_zones(r, tzid, system, c);
    if (known != NULL)
        return known;
    if (c == NULL) {
        error_set(err, ERROR_DATA, "time zone '%.80s': neither an IANA nor a Windows name, and no VTIMEZONE of that name", tzid);
        return NULL;
    }
    if (g_hash_table_size(r->file->zones) >= FILE_ZONES_MAX) {
        error_set(err, ERROR_LIMIT, "time zone '%.80s': more than %d zones of their own in the file", tzid, FILE_ZONES_MAX);
        return NULL;
    }
    Zone *z = icalread_vtimezone(tzid, c, err);
    if (z != NULL)
        g_hash_table_insert(r->file->zones, g_strdup(tzid), z);
    return z;
}

static gboolean take_time(Reader *r, icalproperty *p, struct icaltimetype t, IcalTime *ret, GError **err)
{
    ret->is_date = t.is_date != 0;
    ret->zone = NULL;
    if (!icalread_local(t, &ret->local))
        return error_set(err, ERROR_DATA, "%s: no such date or time", icalproperty_get_property_name(p));
    icalparameter *tzid = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
    if (!ret->is_date && icaltime_is_utc(t))
        ret->zone = zone_utc();
    else if (!ret->is_date && tzid != NULL && icalparameter_get_tzid(tzid) != NULL)
        if ((ret->zone = find_zone(r, icalparameter_get_tzid(tzid), err)) == NULL)
            return FALSE;
    r->file->has_floating |= ret->zone == NULL;
    return TRUE;
}

static gboolean take_value(Reader *r, icalproperty *p, IcalTime *ret, GError **err)
{
    icalvalue *v = icalproperty_get_value(p);
    icalvalue_kind kind = v != NULL ? icalvalue_isa(v) : ICAL_NO_VALUE;
    if (kind != ICAL_DATE_VALUE && kind != ICAL_DATETIME_VALUE)
        return error_set(err, ERROR_DATA, "%s: neither a date nor a time", icalproperty_get_property_name(p));
    return take_time(r, p, kind == ICAL_DATE_VALUE ? icalvalue_get_date(v) : icalvalue_get_datetime(v), ret, err);
}

/* ---- components ---- */

static gboolean take_length(struct icaldurationtype d, IcalLength *ret, GError **err)
{
    ret->days = (gint64)d.weeks * 7 + d.days;
    ret->seconds = (gint64)d.hours * 3600 + (gint64)d.minutes * 60 + d.seconds;
    if (d.is_neg || ret->days > 36600 || ret->seconds > (gint64)36600 * 86400)
        return error_set(err, ERROR_DATA, "DURATION: negative or longer than a century");
    return TRUE;
}

static gboolean read_end(Reader *r, icalcomponent *c, IcalEnd *ret, GError **err)
{
    icalproperty *end = icalcomponent_get_first_property(c, ICAL_DTEND_PROPERTY);
    icalproperty *length = icalcomponent_get_first_property(c, ICAL_DURATION_PROPERTY);
    if (end != NULL && length != NULL)
        return error_set(err, ERROR_DATA, "both DTEND and DURATION");
    ret->kind = end != NULL ? ICAL_END_TIME : length != NULL ? ICAL_END_LENGTH : ICAL_END_NONE;
    if (end != NULL)
        return take_value(r, end, &ret->time, err);
    return length == NULL || take_length(icalproperty_get_duration(length), &ret->length, err);
}

static gboolean take_date(Reader *r, const IcalEvent *e, icalproperty *p, GError **err)
{
    struct icaldatetimeperiodtype value = icalproperty_get_rdate(p);
    gboolean is_period = !icaltime_is_null_time(value.period.start);
    IcalDate d = {.end.kind = ICAL_END_NONE};
    if (!take_time(r, p, is_period ? value.period.start : value.time, &d.start, err))
        return FALSE;
    if (is_period && !icaltime_is_null_time(value.period.end)) {
        d.end.kind = ICAL_END_TIME;
        if (!take_time(r, p, value.period.end, &d.end.time, err))
            return FALSE;
    } else if (is_period) {
        d.end.kind = ICAL_END_LENGTH;
        if (!take_length(value.period.duration, &d.end.length, err))
            return FALSE;
    }
    if (d.start.is_date != e->start.is_date)
        return error_set(err, ERROR_DATA, "RDATE: a date where DTSTART is a time, or the other way round");
    g_array_append_val(e->dates, d);
    return TRUE;
}

static gboolean read_dates(Reader *r, icalcomponent *c, IcalEvent *e, GError **err)
{
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_RDATE_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(c, ICAL_RDATE_PROPERTY))
        if (!take_date(r, e, p, err))
            return FALSE;
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_EXDATE_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(c, ICAL_EXDATE_PROPERTY)) {
        IcalTime t;
        if (!take_value(r, p, &t, err))
            return FALSE;
        g_array_append_val(e->exceptions, t);
    }
    return TRUE;
}

static gboolean read_override(Reader *r, icalcomponent *c, IcalEvent *e, GError **err)
{
    icalproperty *p = icalcomponent_get_first_property(c, ICAL_RECURRENCEID_PROPERTY);
    if (p == NULL)
        return TRUE;
    icalparameter *range = icalproperty_get_first_parameter(p, ICAL_RANGE_PARAMETER);
    e->and_future = range != NULL && icalparameter_get_range(range) == ICAL_RANGE_THISANDFUTURE;
    if (range != NULL && !e->and_future)
        return error_set(err, ERROR_DATA, "RECURRENCE-ID with a RANGE that is not THISANDFUTURE");
    if (e->and_future && e->rules->len > 0)
        return error_set(err, ERROR_DATA, "RECURRENCE-ID with RANGE beside an RRULE of its own");
    e->is_override = TRUE;
    return take_value(r, p, &e->replaces, err);
}

static void read_attendees(icalcomponent *c, IcalEvent *e)
{
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_ATTENDEE_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(c, ICAL_ATTENDEE_PROPERTY)) {
        const char *text = icalproperty_get_attendee(p);
        if (text == NULL)
            continue;
        icalparameter *partstat = icalproperty_get_first_parameter(p, ICAL_PARTSTAT_PARAMETER);
        icalparameter *cutype = icalproperty_get_first_parameter(p, ICAL_CUTYPE_PARAMETER);
        icalparameter *role = icalproperty_get_first_parameter(p, ICAL_ROLE_PARAMETER);
        icalparameter_cutype type = cutype != NULL ? icalparameter_get_cutype(cutype) : ICAL_CUTYPE_INDIVIDUAL;
        IcalAttendee *a = icalfile_attendee_new(text);
        a->declined = partstat != NULL && icalparameter_get_partstat(partstat) == ICAL_PARTSTAT_DECLINED;
        a->is_person = type != ICAL_CUTYPE_ROOM && type != ICAL_CUTYPE_RESOURCE
                       && (role == NULL || icalparameter_get_role(role) != ICAL_ROLE_NONPARTICIPANT);
        g_ptr_array_add(e->attendees, a);
    }
}

static char *categories_of(icalcomponent *c)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_CATEGORIES_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(c, ICAL_CATEGORIES_PROPERTY)) {
        const char *text = icalproperty_get_value_as_string(p);
        g_string_append_printf(all, "%s%s", all->len > 0 ? "," : "", text != NULL ? text : "");
    }
    return all->len > 0 ? g_utf8_make_valid(all->str, -1) : NULL;
}

/* libical removes a property that it cannot read and leaves a note: what tells times must not vanish like that. */
static gboolean check_notes(icalcomponent *c, const IcalEvent *e, GError **err)
{
    static const char *const names[] = {" DTSTART ", " DTEND ",  " DURATION ",      " RRULE ",  " EXRULE ",
                                        " RDATE ",   " EXDATE ", " RECURRENCE-ID ", " STATUS ", " PRIORITY "};
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_XLICERROR_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(c, ICAL_XLICERROR_PROPERTY)) {
        const char *note = icalproperty_get_value_as_string(p);
        for (gsize i = 0; note != NULL && i < G_N_ELEMENTS(names); i++)
            if (strstr(note, names[i]) != NULL)
                return error_set(err, ERROR_DATA, "calendar file '%s' line %u event '%.200s': %.200s", e->file, e->line, e->uid,
                                 note);
    }
    return TRUE;
}

static void read_state(icalcomponent *c, IcalEvent *e)
{
    icalproperty *status = icalcomponent_get_first_property(c, ICAL_STATUS_PROPERTY);
    icalproperty *transp = icalcomponent_get_first_property(c, ICAL_TRANSP_PROPERTY);
    icalproperty_status s = status != NULL ? icalproperty_get_status(status) : ICAL_STATUS_NONE;
    e->standing = s == ICAL_STATUS_CANCELLED   ? ICAL_STANDING_CANCELLED
                  : s == ICAL_STATUS_TENTATIVE ? ICAL_STANDING_TENTATIVE
                                               : ICAL_STANDING_CONFIRMED;
    e->transparent = transp != NULL && icalproperty_get_transp(transp) == ICAL_TRANSP_TRANSPARENT;
    e->busy_status = icalread_x_text(c, "X-MICROSOFT-CDO-BUSYSTATUS");
    e->priority = CLAMP(icalread_number(c, ICAL_PRIORITY_PROPERTY), 0, 9);
    e->sequence = icalread_number(c, ICAL_SEQUENCE_PROPERTY);
}

static void check_event(Reader *r, IcalEvent *e)
{
    if (e->standing == ICAL_STANDING_CANCELLED)
        return;
    gboolean on_rule = e->rules->len == 0;
    for (guint i = 0; i < e->rules->len && !on_rule; i++)
        on_rule = recur_has_start(g_ptr_array_index(e->rules, i), e->start.local);
    if (!on_rule)
        warn(r, e, "DTSTART is not on its own RRULE, so it is not an occurrence");
    if (e->end.kind == ICAL_END_NONE && !e->start.is_date)
        warn(r, e, "neither DTEND nor DURATION, so it takes no time");
    if (e->end.kind == ICAL_END_TIME && e->end.time.zone == e->start.zone && e->end.time.local <= e->start.local)
        warn(r, e,
             e->start.is_date && e->end.time.local == e->start.local ? "DTEND is DTSTART, taken as one day"
                                                                     : "ends before it begins, so it takes no time");
}

static IcalEvent *event_new(Reader *r, icalcomponent *c, guint line)
{
    g_autofree char *uid = icalread_text(c, ICAL_UID_PROPERTY);
    IcalEvent *e = icalfile_event_new(r->file, line, uid);
    e->summary = icalread_text(c, ICAL_SUMMARY_PROPERTY);
    e->description = icalread_text(c, ICAL_DESCRIPTION_PROPERTY);
    e->categories = categories_of(c);
    return e;
}

static gboolean read_event(Reader *r, icalcomponent *c, guint line, GPtrArray *out, GError **err)
{
    g_autoptr(IcalEvent) e = event_new(r, c, line);
    read_state(c, e);
    if (!check_notes(c, e, err))
        return FALSE;
    icalproperty *start = icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY);
    if (start == NULL)
        return bad(e, ERROR_DATA, "no DTSTART", err);
    if (!take_value(r, start, &e->start, err) || !read_end(r, c, &e->end, err)
        || !icalread_rules(c, ICAL_RRULE_PROPERTY, e->start.is_date, e->rules, err)
        || !icalread_rules(c, ICAL_EXRULE_PROPERTY, e->start.is_date, e->exception_rules, err) || !read_dates(r, c, e, err)
        || !read_override(r, c, e, err))
        return bad_prefix(e, err);
    if (e->end.kind == ICAL_END_TIME && e->end.time.is_date != e->start.is_date)
        return bad(e, ERROR_DATA, "DTSTART and DTEND: one is a date, the other a time", err);
    if (r->file->first_zone == NULL)
        r->file->first_zone = e->start.zone;
    read_attendees(c, e);
    check_event(r, e);
    g_ptr_array_add(out, g_steal_pointer(&e));
    return TRUE;
}

static gboolean read_layer(Reader *r, icalcomponent *c, GError **err)
{
    g_autoptr(IcalEvent) head = event_new(r, c, 0); /* only for messages */
    g_autoptr(IcalLayer) l = icalfile_layer_new(r->file, head->uid);
    l->priority = icalread_number(c, ICAL_PRIORITY_PROPERTY);
    if (l->priority < 0 || l->priority > 9)
        return bad(head, ERROR_DATA, "PRIORITY beyond 0..9", err);
    if (icalcomponent_get_first_property(c, ICAL_RRULE_PROPERTY) != NULL)
        return bad(head, ERROR_DATA, "RRULE in VAVAILABILITY (RFC 7953 3.1)", err);
    if (!check_notes(c, head, err))
        return FALSE;
    icalproperty *start = icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY);
    l->has_start = start != NULL;
    if ((start != NULL && !take_value(r, start, &l->start, err)) || !read_end(r, c, &l->end, err))
        return bad_prefix(head, err);
    if (l->end.kind == ICAL_END_LENGTH && !l->has_start)
        return bad(head, ERROR_DATA, "DURATION without DTSTART", err);
    for (icalcomponent *k = icalcomponent_get_first_component(c, ICAL_XAVAILABLE_COMPONENT); k != NULL;
         k = icalcomponent_get_next_component(c, ICAL_XAVAILABLE_COMPONENT))
        if (!read_event(r, k, 0, l->available, err))
            return FALSE;
    g_ptr_array_add(r->file->layers, g_steal_pointer(&l));
    return TRUE;
}

static void read_zone_names(Reader *r, icalcomponent *calendar)
{
    for (icalcomponent *c = icalcomponent_get_first_component(calendar, ICAL_VTIMEZONE_COMPONENT); c != NULL;
         c = icalcomponent_get_next_component(calendar, ICAL_VTIMEZONE_COMPONENT)) {
        char *tzid = icalread_text(c, ICAL_TZID_PROPERTY);
        if (tzid == NULL || g_hash_table_contains(r->vtimezones, tzid))
            g_free(tzid);
        else
            g_hash_table_insert(r->vtimezones, tzid, c);
    }
    g_autofree char *name = icalread_x_text(calendar, "X-WR-TIMEZONE");
    if (name != NULL && r->file->zone == NULL)
        r->file->zone = tzid_zone(g_strstrip(name));
}

static gboolean read_calendar(Reader *r, icalcomponent *calendar, GError **err)
{
    for (icalcomponent *c = icalcomponent_get_first_component(calendar, ICAL_ANY_COMPONENT); c != NULL;
         c = icalcomponent_get_next_component(calendar, ICAL_ANY_COMPONENT)) {
        icalcomponent_kind kind = icalcomponent_isa(c);
        guint line = r->event_count < r->lines->len ? g_array_index(r->lines, guint, r->event_count) : 0;
        if (kind == ICAL_VEVENT_COMPONENT) {
            r->event_count++;
            if (!read_event(r, c, line, r->file->events, err))
                return FALSE;
        } else if (kind == ICAL_VAVAILABILITY_COMPONENT) {
            if (!read_layer(r, c, err))
                return FALSE;
        } else if (kind == ICAL_VTODO_COMPONENT || kind == ICAL_VJOURNAL_COMPONENT || kind == ICAL_VFREEBUSY_COMPONENT) {
            r->file->ignored++;
        }
    }
    return TRUE;
}

static gboolean read_tree(Reader *r, icalcomponent *root, GError **err)
{
    if (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT) {
        read_zone_names(r, root);
        return read_calendar(r, root, err);
    }
    for (icalcomponent *c = icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT); c != NULL;
         c = icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT))
        read_zone_names(r, c);
    for (icalcomponent *c = icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT); c != NULL;
         c = icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT))
        if (!read_calendar(r, c, err))
            return FALSE;
    return TRUE;
}

gboolean ical_parse(const char *path, const char *bytes, gsize length, GPtrArray *warnings, IcalFile **ret, GError **err)
{
    g_autoptr(GArray) lines = NULL;
    if (!scan_bytes(path, bytes, length, &lines, err))
        return FALSE;
    gsize skip = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    icalcomponent *root = icalparser_parse_string(bytes + skip);
    if (root == NULL)
        return error_set(err, ERROR_DATA, "calendar file '%s': libical cannot read it", path);
    g_autoptr(IcalFile) f = icalfile_new(path);
    f->digest = sha256_hex(bytes, length);
    g_autoptr(GHashTable) vtimezones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reader r = {.file = f, .vtimezones = vtimezones, .lines = lines, .warnings = warnings};
    gboolean good = read_tree(&r, root, err);
    icalcomponent_free(root);
    if (good && f->events->len == 0 && f->layers->len == 0)
        good = error_set(err, ERROR_DATA, "calendar file '%s': no event in it (%u other components)", path, f->ignored);
    if (good)
        *ret = g_steal_pointer(&f);
    return good;
}

gboolean ical_read(const char *path, GPtrArray *warnings, IcalFile **ret, GError **err)
{
    GString *bytes = NULL;
    if (!files_read(path, LIMIT_ICAL_BYTES, &bytes, err))
        return FALSE;
    gboolean good = ical_parse(path, bytes->str, bytes->len, warnings, ret, err);
    struct stat st;
    if (good && stat(path, &st) == 0)
        (*ret)->changed_at = st.st_mtime;
    g_string_free(bytes, TRUE);
    return good;
}
