/* cmd_month: pieces of a calendar, cut by its civil days. */
#include "programs/cmd_month.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "programs/cmd.h"

#include "base/banned.h"

static const char *const day_names[] = {"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const month_names[] = {"",     "January", "February",  "March",   "April",    "May",      "June",
                                          "July", "August",  "September", "October", "November", "December"};

static Instant day_begin(const Zone *zone, gint64 day) { return zone_instant(zone, zone_day_civil(day), ZONE_FIRST); }

/* "09:00", and "24:00" for the end of the day. */
static char *clock_text(const Zone *zone, Instant t, Instant day_end)
{
    Civil c = zone_civil(zone, t);
    return t == day_end ? g_strdup("24:00") : g_strdup_printf("%02d:%02d", c.hour, c.minute);
}

typedef struct {
    GString *open;
    const char *closed_by; /* the summary of the first closure, or NULL */
    Seconds sum;
} Day;

static gboolean read_day(Calendar *c, Instant from, Instant to, Day *ret, GError **err)
{
    g_autoptr(GArray) pieces = NULL;
    if (!calendar_pieces(c, from, to, &pieces, err))
        return FALSE;
    for (guint i = 0; i < pieces->len; i++) {
        const CalendarPiece *p = &g_array_index(pieces, CalendarPiece, i);
        if (!p->open) {
            ret->closed_by = ret->closed_by == NULL && p->uid != NULL ? (p->summary != NULL ? p->summary : p->uid) : ret->closed_by;
            continue;
        }
        Instant end = p->end;
        while (i + 1 < pieces->len && g_array_index(pieces, CalendarPiece, i + 1).open)
            end = g_array_index(pieces, CalendarPiece, ++i).end;
        g_autofree char *a = clock_text(calendar_zone(c), p->start, to), *b = clock_text(calendar_zone(c), end, to);
        g_string_append_printf(ret->open, "%s%s-%s", ret->open->len > 0 ? " " : "", a, b);
        ret->sum += end - p->start;
    }
    return TRUE;
}

static char *hours_text(Seconds s) { return g_strdup_printf("%" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT " h", s / 3600, s % 3600 / 60); }

static void print_day(const Day *d, gint64 day, gint64 length)
{
    Civil c = zone_day_civil(day);
    g_autofree char *hours = d->sum > 0 ? hours_text(d->sum) : g_strdup("");
    g_autofree char *long_day = length == 86400 ? g_strdup("") : g_strdup_printf("  (a day of %" G_GINT64_FORMAT " h)", length / 3600);
    g_autofree char *line = g_strdup_printf("%s %2d  %-30s %8s%s%s%s", day_names[zone_weekday(day)], c.day, d->sum > 0 ? d->open->str : "-", hours,
                                            d->closed_by != NULL ? "  " : "", d->closed_by != NULL ? d->closed_by : "", long_day);
    cmd_print_safe(g_strchomp(line));
    putchar('\n');
    if (zone_weekday(day) == 7)
        putchar('\n');
}

gboolean cmd_month_print(Calendar *c, const char *month, GError **err)
{
    int year = 0, number = 0, used = 0;
    Seconds sum = 0;
    const Zone *zone = calendar_zone(c);
    if (sscanf(month, "%4d-%2d%n", &year, &number, &used) != 2 || month[used] != '\0' || year < 1700 || year > 2900 || number < 1 || number > 12)
        return error_set(err, ERROR_USAGE, "calendar: '%.40s' is no month, expected one like 2026-12", month);
    gint64 first = zone_day_number(year, number, 1), end = number == 12 ? zone_day_number(year + 1, 1, 1) : zone_day_number(year, number + 1, 1);
    printf("%s %d, %s (%s)\n\n", month_names[number], year, calendar_name(c), zone_name(zone));
    for (gint64 day = first; day < end; day++) {
        g_autoptr(GString) open = g_string_new(NULL);
        Day d = {.open = open};
        Instant from = day_begin(zone, day), to = day_begin(zone, day + 1);
        if (!read_day(c, from, to, &d, err))
            return FALSE;
        print_day(&d, day, to - from);
        sum += d.sum;
    }
    g_autofree char *total = hours_text(sum);
    printf("\n%46s\n", total);
    return TRUE;
}
