/* icalread: see the header. It must never use libical's notion of zones or recurrence. */
#include "time/icalread.h"

#include "base/error.h"
#include "time/vzone.h"

#include "base/banned.h"

gboolean icalread_local(struct icaltimetype t, LocalTime *ret)
{
    if (t.year < 1500 || t.year > 9999 || t.month < 1 || t.month > 12 || t.day < 1
        || zone_day_civil(zone_day_number(t.year, t.month, t.day)).day != t.day)
        return FALSE;
    *ret = zone_day_number(t.year, t.month, t.day) * 86400;
    if (t.is_date)
        return TRUE;
    *ret += t.hour * 3600 + t.minute * 60 + MIN(t.second, 59);
    return t.hour >= 0 && t.hour <= 23 && t.minute >= 0 && t.minute <= 59 && t.second >= 0 && t.second <= 60;
}

static gboolean part_local(icalcomponent *part, icalproperty_kind kind, LocalTime *ret)
{
    icalproperty *p = icalcomponent_get_first_property(part, kind);
    icalvalue *v = p != NULL ? icalproperty_get_value(p) : NULL;
    return v != NULL && icalread_local(icalvalue_get_datetime(v), ret);
}

static gboolean part_offset(icalcomponent *part, icalproperty_kind kind, Seconds *ret)
{
    icalproperty *p = icalcomponent_get_first_property(part, kind);
    icalvalue *v = p != NULL ? icalproperty_get_value(p) : NULL;
    if (v == NULL || icalvalue_isa(v) != ICAL_UTCOFFSET_VALUE)
        return FALSE;
    *ret = icalvalue_get_utcoffset(v);
    return ABS(*ret) <= 26 * 3600;
}

gboolean icalread_rules(icalcomponent *c, icalproperty_kind kind, gboolean is_date, GPtrArray *out, GError **err)
{
    for (icalproperty *p = icalcomponent_get_first_property(c, kind); p != NULL; p = icalcomponent_get_next_property(c, kind)) {
        g_autofree RecurRule *rule = g_new0(RecurRule, 1);
        const char *text = icalproperty_get_value_as_string(p);
        if (!recur_parse(text != NULL ? text : "", rule, err))
            return FALSE;
        rule->is_date = is_date;
        if (is_date && rule->has_until && rule->until_is_utc) { /* against a DATE only the date of UNTIL can mean something */
            rule->until += 86399 - (rule->until % 86400 + 86400) % 86400;
            rule->until_is_utc = FALSE;
        }
        g_ptr_array_add(out, g_steal_pointer(&rule));
    }
    return TRUE;
}

static gboolean read_part(icalcomponent *part, VzonePart *v, GError **err)
{
    v->rules = g_ptr_array_new_with_free_func(g_free);
    v->dates = g_array_new(FALSE, FALSE, sizeof(LocalTime));
    if (!part_local(part, ICAL_DTSTART_PROPERTY, &v->start) || !part_offset(part, ICAL_TZOFFSETFROM_PROPERTY, &v->offset_from)
        || !part_offset(part, ICAL_TZOFFSETTO_PROPERTY, &v->offset_to))
        return error_set(err, ERROR_DATA, "STANDARD or DAYLIGHT without DTSTART, TZOFFSETFROM and TZOFFSETTO");
    for (icalproperty *p = icalcomponent_get_first_property(part, ICAL_RDATE_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(part, ICAL_RDATE_PROPERTY)) {
        LocalTime t;
        if (!icalread_local(icalproperty_get_rdate(p).time, &t))
            return error_set(err, ERROR_DATA, "RDATE is no date");
        g_array_append_val(v->dates, t);
    }
    return icalread_rules(part, ICAL_RRULE_PROPERTY, FALSE, v->rules, err);
}

Zone *icalread_vtimezone(const char *tzid, icalcomponent *c, GError **err)
{
    g_autoptr(GArray) parts = g_array_new(FALSE, TRUE, sizeof(VzonePart));
    gboolean good = TRUE;
    for (icalcomponent *k = icalcomponent_get_first_component(c, ICAL_ANY_COMPONENT); k != NULL && good;
         k = icalcomponent_get_next_component(c, ICAL_ANY_COMPONENT)) {
        if (icalcomponent_isa(k) != ICAL_XSTANDARD_COMPONENT && icalcomponent_isa(k) != ICAL_XDAYLIGHT_COMPONENT)
            continue;
        g_array_set_size(parts, parts->len + 1);
        good = read_part(k, &g_array_index(parts, VzonePart, parts->len - 1), err);
    }
    Zone *z = good ? vzone_new(tzid, (const VzonePart *)(void *)parts->data, parts->len, err) : NULL;
    for (guint i = 0; i < parts->len; i++) {
        g_ptr_array_unref(g_array_index(parts, VzonePart, i).rules);
        g_array_unref(g_array_index(parts, VzonePart, i).dates);
    }
    if (z == NULL)
        g_prefix_error(err, "VTIMEZONE '%.80s': ", tzid);
    return z;
}

char *icalread_text(icalcomponent *c, icalproperty_kind kind)
{
    icalproperty *p = icalcomponent_get_first_property(c, kind);
    icalvalue *v = p != NULL ? icalproperty_get_value(p) : NULL;
    const char *text = v != NULL ? icalvalue_get_text(v) : NULL;
    return text != NULL ? g_utf8_make_valid(text, -1) : NULL;
}

char *icalread_x_text(icalcomponent *c, const char *name)
{
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_X_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(c, ICAL_X_PROPERTY))
        if (icalproperty_get_x_name(p) != NULL && g_ascii_strcasecmp(icalproperty_get_x_name(p), name) == 0)
            return g_strdup(icalproperty_get_value_as_string(p));
    return NULL;
}

int icalread_number(icalcomponent *c, icalproperty_kind kind)
{
    icalproperty *p = icalcomponent_get_first_property(c, kind);
    icalvalue *v = p != NULL ? icalproperty_get_value(p) : NULL;
    return v != NULL && icalvalue_isa(v) == ICAL_INTEGER_VALUE ? icalvalue_get_integer(v) : 0;
}

Instant icalread_first_difference(const Zone *a, const Zone *b)
{
    for (gint64 day = zone_day_number(2024, 1, 1); day < zone_day_number(2036, 1, 1); day++)
        if (zone_offset(a, day * 86400 + 43200) != zone_offset(b, day * 86400 + 43200))
            return day * 86400 + 43200;
    return INSTANT_NONE;
}
