/* recur: a rule is a filter over the days of one period (day, week, month, year), a set of times of day, and BYSETPOS; periods
 * are visited INTERVAL apart. It must never look at more periods than the range holds, whatever the rule says. */
#include "time/recur.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "base/banned.h"

/* What a rule leaves open is taken from DTSTART once, so that a day is tested by bits alone. */
typedef struct {
    RecurRule r;           /* the rule with DTSTART's values filled in */
    GArray *times;         /* int, seconds of day, ascending */
    gboolean by_week_year; /* BYWEEKNO: a period is a year of weeks */
    gboolean nth_in_month;
} Plan;

static gboolean bit(const guint8 *map, int n) { return (map[n / 8] >> (n % 8) & 1) != 0; }

static gint64 floor_div(gint64 a, gint64 b) { return a / b - (a % b < 0); }

/* Day number of the first day of week 1 of a week year: the week that holds 4 January. */
static gint64 week_year_start(int year, int week_start)
{
    gint64 fourth = zone_day_number(year, 1, 4);
    return fourth - (zone_weekday(fourth) - week_start + 7) % 7;
}

static int week_year_of(gint64 day, int week_start)
{
    int year = zone_day_civil(day).year;
    if (day >= week_year_start(year + 1, week_start))
        return year + 1;
    return day < week_year_start(year, week_start) ? year - 1 : year;
}

static void plan_times(Plan *p, LocalTime start)
{
    int second = (int)(start - floor_div(start, 86400) * 86400);
    guint64 hours = p->r.hours != 0 ? p->r.hours : (guint64)1 << (second / 3600);
    guint64 minutes = p->r.minutes != 0 ? p->r.minutes : (guint64)1 << (second / 60 % 60);
    guint64 seconds = p->r.seconds != 0 ? p->r.seconds : (guint64)1 << (second % 60);
    p->times = g_array_new(FALSE, FALSE, sizeof(int));
    if (p->r.is_date)
        hours = minutes = seconds = 1;
    for (int h = 0; h < 24; h++)
        for (int m = 0; m < 60 && hours >> h & 1; m++)
            for (int s = 0; s < 60 && minutes >> m & 1; s++)
                if (seconds >> s & 1) {
                    int t = h * 3600 + m * 60 + s;
                    g_array_append_val(p->times, t);
                }
}

static void plan_make(Plan *p, const RecurRule *rule, LocalTime start)
{
    p->r = *rule;
    RecurRule *r = &p->r;
    gint64 day = floor_div(start, 86400);
    Civil c = zone_day_civil(day);
    gboolean has_days = r->week_days != 0 || r->nth_count > 0;
    gboolean has_month_days = (r->month_days | r->month_days_back) != 0;
    gboolean has_weeks = (r->weeks | r->weeks_back) != 0;
    p->by_week_year = has_weeks;
    p->nth_in_month = r->frequency == RECUR_MONTHLY || r->months != 0;
    if (r->frequency == RECUR_WEEKLY && !has_days)
        r->week_days = (guint8)(1 << zone_weekday(day));
    if (r->frequency == RECUR_MONTHLY && !has_days && !has_month_days)
        r->month_days = (guint32)1 << c.day;
    if (r->frequency == RECUR_YEARLY && !has_days && !has_month_days && !r->has_year_days) {
        if (has_weeks) {
            r->week_days = (guint8)(1 << zone_weekday(day));
        } else {
            r->month_days = (guint32)1 << c.day;
            if (r->months == 0)
                r->months = (guint16)(1 << c.month);
        }
    }
    plan_times(p, start);
}

typedef struct {
    gint64 day;
    Civil c;
    int weekday, month_days, year_day, year_days;
} Day;

static gboolean matches_nth(const Plan *p, const Day *d)
{
    int in = p->nth_in_month ? d->c.day : d->year_day, of = p->nth_in_month ? d->month_days : d->year_days;
    int nth = (in - 1) / 7 + 1, back = -((of - in) / 7 + 1);
    for (int i = 0; i < p->r.nth_count; i++)
        if (p->r.nth_days[i].week_day == d->weekday && (p->r.nth_days[i].nth == nth || p->r.nth_days[i].nth == back))
            return TRUE;
    return FALSE;
}

static gboolean matches_week(const Plan *p, const Day *d)
{
    int year = week_year_of(d->day, p->r.week_start);
    gint64 first = week_year_start(year, p->r.week_start), next = week_year_start(year + 1, p->r.week_start);
    int week = (int)((d->day - first) / 7) + 1, back = (int)((next - 1 - d->day) / 7) + 1;
    return (p->r.weeks >> week & 1) != 0 || (p->r.weeks_back >> back & 1) != 0;
}

static gboolean matches(const Plan *p, const Day *d)
{
    const RecurRule *r = &p->r;
    if (r->months != 0 && (r->months >> d->c.month & 1) == 0)
        return FALSE;
    if ((r->month_days | r->month_days_back) != 0 && (r->month_days >> d->c.day & 1) == 0
        && (r->month_days_back >> (d->month_days - d->c.day + 1) & 1) == 0)
        return FALSE;
    if (r->has_year_days && !bit(r->year_days, d->year_day) && !bit(r->year_days_back, d->year_days - d->year_day + 1))
        return FALSE;
    if ((r->week_days != 0 || r->nth_count > 0) && (r->week_days >> d->weekday & 1) == 0 && !matches_nth(p, d))
        return FALSE;
    return !p->by_week_year || matches_week(p, d);
}

static void day_begin(Day *d, gint64 day)
{
    d->day = day;
    d->c = zone_day_civil(day);
    d->weekday = zone_weekday(day);
    d->month_days = (int)(zone_day_number(d->c.year, d->c.month + 1, 1) - zone_day_number(d->c.year, d->c.month, 1));
    gint64 new_year = zone_day_number(d->c.year, 1, 1);
    d->year_day = (int)(day - new_year) + 1;
    d->year_days = (int)(zone_day_number(d->c.year + 1, 1, 1) - new_year);
}

/* On to the next day; a whole month that BYMONTH leaves out is skipped at once. */
static void day_next(const Plan *p, Day *d)
{
    gboolean skip = p->r.months != 0 && (p->r.months >> d->c.month & 1) == 0;
    if (skip || d->c.day == d->month_days) {
        day_begin(d, d->day + d->month_days - d->c.day + 1);
        return;
    }
    d->day++;
    d->c.day++;
    d->year_day++;
    d->weekday = d->weekday % 7 + 1;
}

/* Number of the period that holds `day`, and back to its first day. */
static gint64 period_of(const Plan *p, gint64 day)
{
    Civil c = zone_day_civil(day);
    switch (p->r.frequency) {
    case RECUR_DAILY:
        return day;
    case RECUR_WEEKLY: /* day 0 was a Thursday, 4 */
        return floor_div(day + 4 - p->r.week_start, 7);
    case RECUR_MONTHLY:
        return (gint64)c.year * 12 + c.month - 1;
    case RECUR_YEARLY:
    default:
        return p->by_week_year ? week_year_of(day, p->r.week_start) : c.year;
    }
}

static gint64 period_start(const Plan *p, gint64 period)
{
    switch (p->r.frequency) {
    case RECUR_DAILY:
        return period;
    case RECUR_WEEKLY:
        return period * 7 - 4 + p->r.week_start;
    case RECUR_MONTHLY:
        return zone_day_number((int)floor_div(period, 12), (int)(period - floor_div(period, 12) * 12) + 1, 1);
    case RECUR_YEARLY:
    default:
        return p->by_week_year ? week_year_start((int)period, p->r.week_start) : zone_day_number((int)period, 1, 1);
    }
}

static gboolean spend(gint64 *work, gint64 amount, GError **err)
{
    *work -= amount;
    if (*work < 0)
        return error_set(err, ERROR_LIMIT, "too much recurrence to work out");
    return TRUE;
}

/* All occurrences of one period, in order, before BYSETPOS. */
static gboolean period_fill(const Plan *p, gint64 period, gint64 *work, GArray *set, GError **err)
{
    g_array_set_size(set, 0);
    gint64 end = period_start(p, period + 1);
    Day d;
    day_begin(&d, period_start(p, period));
    for (; d.day < end; day_next(p, &d)) {
        if (!spend(work, 1, err))
            return FALSE;
        if (!matches(p, &d))
            continue;
        if (!spend(work, (gint64)p->times->len * (1 + p->r.position_count), err))
            return FALSE;
        for (guint i = 0; i < p->times->len; i++) {
            LocalTime t = d.day * 86400 + g_array_index(p->times, int, i);
            g_array_append_val(set, t);
        }
        if (set->len > LIMIT_ICAL_INSTANCES)
            return error_set(err, ERROR_LIMIT, "more than %d occurrences in one period", LIMIT_ICAL_INSTANCES);
    }
    return TRUE;
}

static gboolean is_chosen(const RecurRule *r, int index, int length)
{
    if (r->position_count == 0)
        return TRUE;
    for (int i = 0; i < r->position_count; i++)
        if (r->positions[i] == index + 1 || r->positions[i] == index - length)
            return TRUE;
    return FALSE;
}

typedef struct {
    LocalTime start, from, to;
    gint64 counted;
    GArray *out;
} Take;

/* Takes what counts of one period. FALSE at the end of the rule. */
static gboolean period_take(const RecurRule *r, const GArray *set, Take *take)
{
    for (guint i = 0; i < set->len; i++) {
        LocalTime t = g_array_index(set, LocalTime, i);
        if (t < take->start || !is_chosen(r, (int)i, (int)set->len))
            continue;
        if (t >= take->to || (r->has_until && !r->until_is_utc && t > r->until))
            return FALSE;
        if (r->count > 0 && ++take->counted > r->count)
            return FALSE;
        if (t >= take->from)
            g_array_append_val(take->out, t);
    }
    return TRUE;
}

gboolean recur_expand(const RecurRule *rule, LocalTime start, LocalTime from, LocalTime to, gint64 *work, GArray *out,
                      GError **err)
{
    Plan p;
    plan_make(&p, rule, start);
    g_autoptr(GArray) set = g_array_new(FALSE, FALSE, sizeof(LocalTime));
    gint64 period = period_of(&p, floor_div(start, 86400)), target = period_of(&p, floor_div(from, 86400));
    if (rule->count == 0 && target > period) /* only COUNT must be counted from the start */
        period += (target - period) / rule->interval * rule->interval;
    Take take = {.start = start, .from = from, .to = to, .out = out};
    gboolean good = TRUE;
    for (; good && period_start(&p, period) * 86400 < to; period += rule->interval) {
        good = spend(work, 1, err) && period_fill(&p, period, work, set, err);
        if (good && !period_take(rule, set, &take))
            break;
    }
    g_array_unref(p.times);
    return good;
}

gboolean recur_has_start(const RecurRule *rule, LocalTime start)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(LocalTime));
    gint64 work = LIMIT_ICAL_INSTANCES;
    RecurRule alone = *rule;
    alone.has_until = FALSE; /* an UNTIL before DTSTART is another fault */
    return recur_expand(&alone, start, start, start + 1, &work, out, NULL) && out->len == 1;
}

/* ---- reading the text ---- */

static gboolean read_int(const char *text, gint64 min, gint64 max, gint64 *ret)
{
    if (*text == '+' && g_ascii_isdigit(text[1]))
        text++;
    return g_ascii_string_to_signed(text, 10, min, max, ret, NULL);
}

typedef void (*TakeNumber)(RecurRule *r, gint64 n);

static gboolean read_list(const char *value, gint64 min, gint64 max, TakeNumber take, RecurRule *r)
{
    g_auto(GStrv) items = g_strsplit(value, ",", -1);
    for (char **item = items; *item != NULL; item++) {
        gint64 n;
        if (!read_int(*item, min, max, &n) || (min < 0 && n == 0))
            return FALSE;
        take(r, n);
    }
    return items[0] != NULL;
}

static void take_hour(RecurRule *r, gint64 n) { r->hours |= (guint64)1 << n; }
static void take_minute(RecurRule *r, gint64 n) { r->minutes |= (guint64)1 << n; }
static void take_second(RecurRule *r, gint64 n) { r->seconds |= (guint64)1 << MIN(n, 59); } /* no leap seconds here */
static void take_month(RecurRule *r, gint64 n) { r->months = (guint16)(r->months | 1 << n); }
static void take_month_day(RecurRule *r, gint64 n) { *(n > 0 ? &r->month_days : &r->month_days_back) |= (guint32)1 << ABS(n); }
static void take_week(RecurRule *r, gint64 n) { *(n > 0 ? &r->weeks : &r->weeks_back) |= (guint64)1 << ABS(n); }
static void take_year_day(RecurRule *r, gint64 n)
{
    guint8 *map = n > 0 ? r->year_days : r->year_days_back;
    map[ABS(n) / 8] = (guint8)(map[ABS(n) / 8] | 1 << ABS(n) % 8);
    r->has_year_days = TRUE;
}
static void take_position(RecurRule *r, gint64 n)
{
    if (r->position_count < RECUR_DAYS_MAX)
        r->positions[r->position_count] = (gint16)n;
    r->position_count++; /* beyond the table: refused by check */
}

static int read_weekday(const char *text)
{
    static const char *const names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    for (int i = 0; i < 7; i++)
        if (g_ascii_strcasecmp(text, names[i]) == 0)
            return i + 1;
    return 0;
}

static gboolean part_frequency(RecurRule *r, const char *value)
{
    static const char *const names[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_ascii_strcasecmp(value, names[i]) == 0) {
            r->frequency = (RecurFrequency)i;
            return TRUE;
        }
    return FALSE;
}

static gboolean part_interval(RecurRule *r, const char *value)
{
    gint64 n;
    if (!read_int(value, 1, 32767, &n))
        return FALSE;
    r->interval = (int)n;
    return TRUE;
}

static gboolean part_count(RecurRule *r, const char *value) { return read_int(value, 1, G_MAXINT32, &r->count); }
static gboolean part_week_start(RecurRule *r, const char *value) { return (r->week_start = read_weekday(value)) != 0; }

/* A day includes its last second, so that UNTIL as a date with a DATE-TIME start keeps the last day. */
static gboolean part_until(RecurRule *r, const char *value)
{
    int y, mo, d, h = 23, mi = 59, s = 59, end = 0;
    gsize length = strlen(value);
    r->until_is_utc = length == 16 && g_ascii_toupper(value[15]) == 'Z';
    if (strspn(value, "0123456789TtZz") != length || (length != 8 && length != 15 && !r->until_is_utc))
        return FALSE;
    if (sscanf(value, "%4d%2d%2d%n", &y, &mo, &d, &end) != 3 || end != 8)
        return FALSE;
    if (length > 8 && (sscanf(value + 8, "%*1[Tt]%2d%2d%2d%n", &h, &mi, &s, &end) != 3 || end != 7))
        return FALSE;
    if (mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 60)
        return FALSE;
    r->until = zone_day_number(y, mo, d) * 86400 + h * 3600 + mi * 60 + MIN(s, 59);
    r->has_until = TRUE;
    return TRUE;
}

static gboolean part_day(RecurRule *r, const char *value)
{
    g_auto(GStrv) items = g_strsplit(value, ",", -1);
    for (char **item = items; *item != NULL; item++) {
        gsize length = strlen(*item);
        int weekday = length >= 2 ? read_weekday(*item + length - 2) : 0;
        if (weekday == 0)
            return FALSE;
        if (length == 2) {
            r->week_days = (guint8)(r->week_days | 1 << weekday);
            continue;
        }
        g_autofree char *number = g_strndup(*item, length - 2);
        gint64 nth;
        if (!read_int(number, -53, 53, &nth) || nth == 0 || r->nth_count == RECUR_DAYS_MAX)
            return FALSE;
        r->nth_days[r->nth_count].week_day = (gint8)weekday;
        r->nth_days[r->nth_count++].nth = (gint8)nth;
    }
    return items[0] != NULL;
}

static gboolean part_hour(RecurRule *r, const char *value) { return read_list(value, 0, 23, take_hour, r); }
static gboolean part_minute(RecurRule *r, const char *value) { return read_list(value, 0, 59, take_minute, r); }
static gboolean part_second(RecurRule *r, const char *value) { return read_list(value, 0, 60, take_second, r); }
static gboolean part_month(RecurRule *r, const char *value) { return read_list(value, 1, 12, take_month, r); }
static gboolean part_month_day(RecurRule *r, const char *value) { return read_list(value, -31, 31, take_month_day, r); }
static gboolean part_year_day(RecurRule *r, const char *value) { return read_list(value, -366, 366, take_year_day, r); }
static gboolean part_week(RecurRule *r, const char *value) { return read_list(value, -53, 53, take_week, r); }
static gboolean part_position(RecurRule *r, const char *value) { return read_list(value, -366, 366, take_position, r); }

#define IN(frequency) (1 << (frequency))
#define IN_ALL 15

/* RFC 5545 3.3.10, the table of BY parts: where each may stand. */
static const struct {
    const char *name;
    gboolean (*read)(RecurRule *r, const char *value);
    int frequencies;
    gboolean is_by;
} parts[] = {
    {"FREQ", part_frequency, IN_ALL, FALSE},
    {"INTERVAL", part_interval, IN_ALL, FALSE},
    {"COUNT", part_count, IN_ALL, FALSE},
    {"UNTIL", part_until, IN_ALL, FALSE},
    {"WKST", part_week_start, IN_ALL, FALSE},
    {"BYSETPOS", part_position, IN_ALL, FALSE},
    {"BYSECOND", part_second, IN_ALL, TRUE},
    {"BYMINUTE", part_minute, IN_ALL, TRUE},
    {"BYHOUR", part_hour, IN_ALL, TRUE},
    {"BYDAY", part_day, IN_ALL, TRUE},
    {"BYMONTH", part_month, IN_ALL, TRUE},
    {"BYMONTHDAY", part_month_day, IN(RECUR_DAILY) | IN(RECUR_MONTHLY) | IN(RECUR_YEARLY), TRUE},
    {"BYYEARDAY", part_year_day, IN(RECUR_YEARLY), TRUE},
    {"BYWEEKNO", part_week, IN(RECUR_YEARLY), TRUE},
};

static gboolean read_part(const char *text, RecurRule *r, guint *seen, GError **err)
{
    const char *equals = strchr(text, '=');
    g_autofree char *name = g_strndup(text, equals != NULL ? (gsize)(equals - text) : strlen(text));
    if (equals == NULL)
        return error_set(err, ERROR_DATA, "RRULE part '%.60s': no value", text);
    if (g_ascii_strcasecmp(text, "RSCALE=GREGORIAN") == 0)
        return TRUE;
    if (g_ascii_strcasecmp(name, "FREQ") == 0 && g_str_has_suffix(text, "LY") && strchr("HMS", g_ascii_toupper(equals[1])) != NULL
        && g_ascii_strcasecmp(equals + 1, "MONTHLY") != 0)
        return error_set(err, ERROR_LIMIT, "RRULE '%.60s': repeats more often than daily, which is refused", text);
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (g_ascii_strcasecmp(name, parts[i].name) != 0)
            continue;
        if (*seen & 1u << i)
            return error_set(err, ERROR_DATA, "RRULE part '%s': given twice", name);
        *seen |= 1u << i;
        if (!parts[i].read(r, equals + 1))
            return error_set(err, ERROR_DATA, "RRULE part '%.60s': no such value", text);
        return TRUE;
    }
    return error_set(err, ERROR_DATA, "RRULE part '%.60s': unknown", name);
}

static int bits(guint64 map) { return __builtin_popcountll(map); }

static gboolean check(const RecurRule *r, guint seen, GError **err)
{
    guint by = 0;
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        if ((seen & 1u << i) == 0)
            continue;
        by += parts[i].is_by ? 1 : 0;
        if ((parts[i].frequencies & IN(r->frequency)) == 0)
            return error_set(err, ERROR_DATA, "RRULE part '%s': not allowed with this FREQ (RFC 5545 3.3.10)", parts[i].name);
    }
    if ((seen & 1u) == 0)
        return error_set(err, ERROR_DATA, "RRULE: no FREQ");
    if (r->count > 0 && r->has_until)
        return error_set(err, ERROR_DATA, "RRULE: both COUNT and UNTIL");
    if (r->nth_count > 0 && r->frequency != RECUR_MONTHLY && r->frequency != RECUR_YEARLY)
        return error_set(err, ERROR_DATA, "RRULE: BYDAY with a number needs FREQ=MONTHLY or YEARLY (RFC 5545 3.3.10)");
    if (r->nth_count > 0 && (r->weeks | r->weeks_back) != 0)
        return error_set(err, ERROR_DATA, "RRULE: BYDAY with a number beside BYWEEKNO (RFC 5545 3.3.10)");
    if (r->position_count > RECUR_DAYS_MAX)
        return error_set(err, ERROR_LIMIT, "RRULE: more than %d positions in BYSETPOS", RECUR_DAYS_MAX);
    if (MAX(bits(r->hours), 1) * MAX(bits(r->minutes), 1) * MAX(bits(r->seconds), 1) > RECUR_TIMES_MAX)
        return error_set(err, ERROR_LIMIT, "RRULE: more than %d times a day", RECUR_TIMES_MAX);
    if (r->position_count > 0 && by == 0)
        return error_set(err, ERROR_DATA, "RRULE: BYSETPOS without another BY part (RFC 5545 3.3.10)");
    return TRUE;
}

gboolean recur_parse(const char *text, RecurRule *ret, GError **err)
{
    g_auto(GStrv) items = g_strsplit(text, ";", -1);
    RecurRule r = {.interval = 1, .week_start = 1};
    guint seen = 0;
    for (char **item = items; *item != NULL; item++)
        if (**item != '\0' && !read_part(*item, &r, &seen, err))
            return FALSE;
    if (!check(&r, seen, err))
        return FALSE;
    *ret = r;
    return TRUE;
}
