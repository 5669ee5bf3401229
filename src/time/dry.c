/* dry: expands a little of the future, and the past only where the future is empty. */
#include "time/dry.h"

#include "rules/phrase.h"

#include "time/occur.h"

#include "base/banned.h"

#define DAY 86400
#define FORESEEN ((Seconds)20 * 366 * DAY)
#define REMEMBERED ((Seconds)5 * 366 * DAY)

static gboolean goes_on_for_ever(const IcalFile *f)
{
    for (guint i = 0; i < f->events->len; i++) {
        const IcalEvent *e = g_ptr_array_index(f->events, i);
        for (guint k = 0; k < e->rules->len && e->standing != ICAL_STANDING_CANCELLED; k++) {
            const RecurRule *rule = g_ptr_array_index(e->rules, k);
            if (rule->count == 0 && !rule->has_until)
                return TRUE;
        }
    }
    return f->layers->len > 0;
}

/* The latest end in [from, to) of what begins there or before; INSTANT_NONE: nothing does. FALSE: too much to say. */
static gboolean last_end(const IcalFile *f, const Zone *zone, Instant from, Instant to, Instant *ret)
{
    g_autoptr(GArray) found = NULL;
    Instant last = INSTANT_NONE;
    if (!occur_expand(f->events, zone, from, to, &found, NULL))
        return FALSE;
    for (guint i = 0; i < found->len; i++) {
        Instant end = g_array_index(found, Occurrence, i).end;
        last = last == INSTANT_NONE ? end : MAX(last, end);
    }
    *ret = last;
    return TRUE;
}

static void check_end(const IcalFile *f, const Zone *zone, const char *what, Instant now, GPtrArray *reports)
{
    Instant last;
    if (goes_on_for_ever(f) || !last_end(f, zone, now + DRY_DAYS * DAY, now + FORESEEN, &last) || last != INSTANT_NONE)
        return;
    if (!last_end(f, zone, now - REMEMBERED, now + DRY_DAYS * DAY, &last))
        return;
    if (last == INSTANT_NONE) {
        g_ptr_array_add(reports, phrase_make("{what}: file '{file}' has no event in the last five years, nor after them", "what", what, "file", f->path, NULL));
        return;
    }
    Civil c = zone_civil(zone, last - 1);
    g_autofree char *day = g_strdup_printf("%04d-%02d-%02d", c.year, c.month, c.day);
    g_ptr_array_add(reports, phrase_make(last > now ? PHRASE("{what}: file '{file}' runs dry: its last event ends {day}")
                                                    : PHRASE("{what}: file '{file}' runs dry: its last event ended {day}"),
                                         "what", what, "file", f->path, "day", day, NULL));
}

static void check_age(const IcalFile *f, const char *what, Instant now, Duration max_age, GPtrArray *reports)
{
    Seconds limit = max_age.unit == DURATION_BUSINESS_DAYS ? max_age.amount * DAY : max_age.amount;
    g_autofree char *days = g_strdup_printf("%" G_GINT64_FORMAT, (now - f->changed_at) / DAY);
    if (limit > 0 && f->changed_at != INSTANT_NONE && now - f->changed_at > limit)
        g_ptr_array_add(reports, phrase_make("{what}: file '{file}' is {days} days old", "what", what, "file", f->path, "days", days, NULL));
}

void dry_check(const GPtrArray *files, const Zone *zone, const char *what, Instant now, Duration max_age, GPtrArray *reports)
{
    for (guint i = 0; i < files->len; i++) {
        check_end(g_ptr_array_index(files, i), zone, what, now, reports);
        check_age(g_ptr_array_index(files, i), what, now, max_age, reports);
    }
}
