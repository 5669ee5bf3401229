/* icalfile: life and death of what time/ical reads. It must never know libical. */
#include "time/icalfile.h"

#include "base/error.h"

#include "base/banned.h"

static void attendee_free(gpointer data)
{
    IcalAttendee *a = data;
    g_free(a->address);
    g_free(a);
}

IcalAttendee *icalfile_attendee_new(const char *address)
{
    IcalAttendee *a = g_new0(IcalAttendee, 1);
    a->address = g_strdup(g_ascii_strncasecmp(address, "mailto:", 7) == 0 ? address + 7 : address);
    g_strstrip(a->address);
    return a;
}

IcalEvent *icalfile_event_new(const IcalFile *f, guint line, const char *uid)
{
    IcalEvent *e = g_new0(IcalEvent, 1);
    e->file = f->path;
    e->line = line;
    e->uid = g_strdup(uid != NULL ? uid : "");
    for (char *p = e->uid; *p != '\0'; p++) /* it is printed, between tabs */
        if (g_ascii_iscntrl(*p))
            *p = ' ';
    e->rules = g_ptr_array_new_with_free_func(g_free);
    e->exception_rules = g_ptr_array_new_with_free_func(g_free);
    e->dates = g_array_new(FALSE, FALSE, sizeof(IcalDate));
    e->exceptions = g_array_new(FALSE, FALSE, sizeof(IcalTime));
    e->attendees = g_ptr_array_new_with_free_func(attendee_free);
    return e;
}

void icalfile_event_free(IcalEvent *e)
{
    if (e == NULL)
        return;
    g_free(e->uid);
    g_free(e->summary);
    g_free(e->categories);
    g_free(e->description);
    g_free(e->busy_status);
    g_ptr_array_unref(e->rules);
    g_ptr_array_unref(e->exception_rules);
    g_array_unref(e->dates);
    g_array_unref(e->exceptions);
    g_ptr_array_unref(e->attendees);
    g_free(e);
}

IcalLayer *icalfile_layer_new(const IcalFile *f, const char *uid)
{
    IcalLayer *l = g_new0(IcalLayer, 1);
    l->file = f->path;
    l->uid = g_strdup(uid);
    l->available = g_ptr_array_new_with_free_func((GDestroyNotify)icalfile_event_free);
    return l;
}

void icalfile_layer_free(IcalLayer *l)
{
    if (l == NULL)
        return;
    g_free(l->uid);
    g_ptr_array_unref(l->available);
    g_free(l);
}

IcalFile *icalfile_new(const char *path)
{
    IcalFile *f = g_new0(IcalFile, 1);
    f->path = g_strdup(path);
    f->changed_at = INSTANT_NONE;
    f->events = g_ptr_array_new_with_free_func((GDestroyNotify)icalfile_event_free);
    f->layers = g_ptr_array_new_with_free_func((GDestroyNotify)icalfile_layer_free);
    f->zones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)zone_free);
    return f;
}

void icalfile_free(IcalFile *f)
{
    if (f == NULL)
        return;
    g_ptr_array_unref(f->events);
    g_ptr_array_unref(f->layers);
    g_hash_table_unref(f->zones);
    g_free(f->path);
    g_free(f->digest);
    g_free(f);
}

const Zone *icalfile_zone(const GPtrArray *files, const char *what, GError **err)
{
    const Zone *found = NULL;
    const char *floating = NULL;
    for (guint i = 0; i < files->len; i++) {
        const IcalFile *f = g_ptr_array_index(files, i);
        if (f->zone != NULL)
            return f->zone;
        floating = f->has_floating && floating == NULL ? f->path : floating;
        found = found == NULL ? f->first_zone : found;
    }
    if (floating == NULL)
        return found != NULL ? found : zone_utc();
    error_set(err, ERROR_CONFIG,
              "%s: file '%s' has times or dates without a zone, and neither a timezone is configured nor is there an "
              "X-WR-TIMEZONE",
              what, floating);
    return NULL;
}
