/* command_when: reads times of day and lengths of time, and finds the instant meant. It must never guess: slash dates (3/4),
 * "next tuesday" and half-understood texts are refused, since a hold that is longer than its writer meant hides a failure. */
#include "rules/command_when.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"

#include "base/banned.h"

#define DEFAULT_HOUR 9
#define FARTHEST_DAYS 366

static gboolean read_number(const char *text, int *ret)
{
    gsize n = strlen(text);
    if (n == 0 || n > 4 || strspn(text, "0123456789") != n)
        return FALSE;
    *ret = (int)g_ascii_strtoll(text, NULL, 10);
    return TRUE;
}

static gboolean set_time(CommandWhen *w, int hour, int minute)
{
    if (w->hour >= 0 || hour < 0 || hour > 24 || minute < 0 || minute > 59 || (hour == 24 && minute > 0))
        return FALSE;
    w->hour = hour;
    w->minute = minute;
    return TRUE;
}

static gboolean has_date(const CommandWhen *w) { return w->month > 0 || w->weekday > 0 || w->days_ahead >= 0; }

static gboolean set_date(CommandWhen *w, int year, int month, int day)
{
    static const int longest[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (w->month > 0 || w->days_ahead >= 0 || month < 1 || month > 12 || day < 1 || day > longest[month])
        return FALSE;
    if (year != 0 && (year < 1970 || year > 9998))
        return FALSE;
    w->year = year;
    w->month = month;
    w->day = day;
    return TRUE;
}

/* 10:00 10.30 10h30 10h 10am 10:30pm; `end` of the scan must be the end of the text. */
static gboolean read_clock(const char *text, CommandWhen *w)
{
    int hour = 0, minute = 0, used = 0;
    if (!g_ascii_isdigit(*text) || strlen(text) > 7)
        return FALSE;
    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &used) != 2 && sscanf(text, "%2d.%2d%n", &hour, &minute, &used) != 2 &&
        sscanf(text, "%2dh%2d%n", &hour, &minute, &used) != 2) {
        minute = 0;
        used = 0;
        if (sscanf(text, "%2d%n", &hour, &used) != 1)
            return FALSE;
        if (text[used] == 'h' && text[used + 1] == '\0')
            used++;
        else if (text[used] == '\0')
            return FALSE; /* a bare number: the caller looks at the next word */
    } else if (!g_ascii_isdigit(text[used - 1]) || !g_ascii_isdigit(text[used - 2])) {
        return FALSE; /* 10:5 */
    }
    const char *rest = text + used;
    if (strcmp(rest, "am") == 0 || strcmp(rest, "pm") == 0) {
        if (hour < 1 || hour > 12)
            return FALSE;
        hour = hour % 12 + (*rest == 'p' ? 12 : 0);
    } else if (*rest != '\0') {
        return FALSE;
    }
    return set_time(w, hour, minute);
}

/* 2026-12-01, 2026-12-01T10:00 (the writer's zone), 1.12, 1.12.2026 */
static gboolean read_date(const char *text, CommandWhen *w)
{
    int y = 0, m = 0, d = 0, used = 0;
    gsize n = strlen(text);
    if (n >= 10 && sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &used) == 3 && used == 10)
        return (text[10] == '\0' || (text[10] == 't' && read_clock(text + 11, w))) && set_date(w, y, m, d);
    if (n >= 8 && n <= 10 && sscanf(text, "%2d.%2d.%4d%n", &d, &m, &y, &used) == 3 && (gsize)used == n && y >= 1970)
        return set_date(w, y, m, d);
    return FALSE;
}

/* `1.12.` is a day. */
static gboolean read_dotted(const CommandTokens *t, guint i, CommandWhen *w)
{
    int d = 0, m = 0, used = 0;
    const CommandToken *token = command_token_at(t, i);
    if (sscanf(token->fold, "%2d.%2d%n", &d, &m, &used) != 2 || token->fold[used] != '\0' || token->after != '.')
        return FALSE;
    return set_date(w, 0, m, d);
}

static gboolean read_instant(const char *text, CommandWhen *w)
{
    g_autofree char *upper = g_ascii_strup(text, -1);
    if (strchr(upper, 'T') == NULL || !instant_parse(upper, &w->instant, NULL))
        return FALSE;
    w->is_instant = TRUE;
    return TRUE;
}

/* `12月3日`. Words used, or 0. */
static guint read_signed(const CommandTokens *t, guint i, guint to, CommandWhen *w)
{
    int month, day;
    if (i + 4 > to || !read_number(command_token_at(t, i)->fold, &month) || !read_number(command_token_at(t, i + 2)->fold, &day))
        return 0;
    if (command_token_match(t, i + 1, i + 2, WORDS_MONTH_SIGN, NULL) != 1 ||
        command_token_match(t, i + 3, i + 4, WORDS_DAY_SIGN, NULL) != 1)
        return 0;
    return set_date(w, 0, month, day) ? 4 : 0;
}

/* A bare number at i: with a month beside it a day, with am, pm or an hour word or alone an hour. Words used, or 0. */
static guint read_bare(const CommandTokens *t, guint i, guint to, CommandWhen *w)
{
    int number, month, next, year;
    const CommandToken *behind = i + 1 < to ? command_token_at(t, i + 1) : NULL;
    if (!read_number(command_token_at(t, i)->fold, &number))
        return 0;
    if (behind != NULL && command_token_match(t, i + 1, i + 2, WORDS_MONTH, &month) == 1) {
        gboolean with_year = i + 2 < to && read_number(command_token_at(t, i + 2)->fold, &year) && year >= 1970;
        return set_date(w, with_year ? year : 0, month, number) ? (with_year ? 3 : 2) : 0;
    }
    if (strlen(command_token_at(t, i)->fold) > 2)
        return 0;
    if (behind != NULL && (strcmp(behind->fold, "am") == 0 || strcmp(behind->fold, "pm") == 0)) {
        gboolean is_meridiem = number >= 1 && number <= 12;
        return is_meridiem && set_time(w, number % 12 + (*behind->fold == 'p' ? 12 : 0), 0) ? 2 : 0;
    }
    if (behind != NULL && command_token_match(t, i + 1, i + 2, WORDS_CLOCK, NULL) == 1) {
        gboolean with_minute = i + 2 < to && read_number(command_token_at(t, i + 2)->fold, &next);
        if (!with_minute)
            return set_time(w, number, 0) ? 2 : 0;
        int unit = 0;
        guint sign = command_token_match(t, i + 3, to, WORDS_UNIT, &unit); /* 点30分 */
        return set_time(w, number, next) ? 3 + (unit == 'm' ? sign : 0) : 0;
    }
    return set_time(w, number, 0) ? 1 : 0;
}

/* A month first: `dec 1`, `December 1 2026`. Words used, or 0. */
static guint read_month(const CommandTokens *t, guint i, guint to, CommandWhen *w)
{
    int month, day, year;
    if (command_token_match(t, i, i + 1, WORDS_MONTH, &month) != 1 || i + 1 >= to)
        return 0;
    if (!read_number(command_token_at(t, i + 1)->fold, &day))
        return 0;
    gboolean with_year = i + 2 < to && read_number(command_token_at(t, i + 2)->fold, &year) && year >= 1970;
    return set_date(w, with_year ? year : 0, month, day) ? (with_year ? 3 : 2) : 0;
}

/* Words that need nothing beside them: weekday, tomorrow, noon. Words used, or 0. */
static guint read_word(const CommandTokens *t, guint i, guint to, CommandWhen *w)
{
    int value;
    guint n;
    if ((n = command_token_match(t, i, to, WORDS_DAYTIME, &value)) > 0 && (w->days_ahead >= 0 || w->weekday > 0 || value != 9))
        return set_time(w, value, 0) ? n : 0;
    if ((n = command_token_match(t, i, to, WORDS_DAY, &value)) > 0) {
        if (has_date(w))
            return 0;
        w->days_ahead = value;
        return n;
    }
    if ((n = command_token_match(t, i, to, WORDS_WEEKDAY, &value)) > 0) {
        if (w->weekday > 0 || w->days_ahead >= 0)
            return 0;
        w->weekday = value;
        return n;
    }
    return 0;
}

/* `10.12` may be a day or a time of day: a time only where a date or `Uhr` stands beside it, or where no month has that number.
 */
static gboolean is_ambiguous(const CommandTokens *t, guint i, guint to, const CommandWhen *w)
{
    int d = 0, m = 0, used = 0;
    const char *text = command_token_at(t, i)->fold;
    if (sscanf(text, "%2d.%2d%n", &d, &m, &used) != 2 || text[used] != '\0' || m > 12 || m == 0 || has_date(w))
        return FALSE;
    return command_token_match(t, i + 1, MIN(to, i + 2), WORDS_CLOCK, NULL) == 0;
}

/* `下午3点`: the half of the day before its hour. Words used, or 0. */
static guint read_half(const CommandTokens *t, guint i, guint to, CommandWhen *w)
{
    int half;
    guint n = command_token_match(t, i, to, WORDS_HALF, &half), m;
    CommandWhen hour = {.days_ahead = -1, .hour = -1, .minute = -1};
    if (n == 0 || i + n >= to || w->hour >= 0)
        return 0;
    if ((m = read_bare(t, i + n, to, &hour)) == 0 && read_clock(command_token_at(t, i + n)->fold, &hour))
        m = 1;
    if (m == 0 || hour.hour < 0 || hour.hour > 12 || has_date(&hour))
        return 0;
    return set_time(w, hour.hour % 12 + half, hour.minute) ? n + m : 0;
}

/* One element at i; words used, or 0 where it is not understood. */
static guint read_element(const CommandTokens *t, guint i, guint to, CommandWhen *w)
{
    guint n;
    const char *text = command_token_at(t, i)->fold;
    if (strchr(text, '+') == NULL && (n = read_word(t, i, to, w)) > 0)
        return n;
    if (i + 1 < to &&
        ((n = command_token_match(t, i, to, WORDS_AT, NULL)) > 0 || (n = command_token_match(t, i, to, WORDS_ON, NULL)) > 0))
        return n;
    if ((n = read_month(t, i, to, w)) > 0 || (n = read_signed(t, i, to, w)) > 0 || (n = read_half(t, i, to, w)) > 0 ||
        (n = read_bare(t, i, to, w)) > 0)
        return n;
    if (read_dotted(t, i, w) || read_date(text, w) || (!is_ambiguous(t, i, to, w) && read_clock(text, w)))
        return i + 1 < to && command_token_match(t, i + 1, i + 2, WORDS_CLOCK, NULL) == 1 && w->hour >= 0 ? 2 : 1;
    return 0;
}

gboolean command_when_read(const CommandTokens *t, guint from, guint to, CommandWhen *ret)
{
    CommandWhen w = {.given = TRUE, .days_ahead = -1, .hour = -1, .minute = -1};
    if (from >= to)
        return FALSE;
    if (from + 1 == to && read_instant(command_token_at(t, from)->fold, &w)) {
        *ret = w;
        return TRUE;
    }
    for (guint i = from; i < to;) {
        guint n = read_element(t, i, to, &w);
        if (n == 0)
            return FALSE;
        i += n;
    }
    if (!has_date(&w) && w.hour < 0)
        return FALSE;
    *ret = w;
    return TRUE;
}

gboolean command_when_hold(const CommandTokens *t, guint from, guint to, Duration *ret)
{
    int unit, number;
    Duration d = {0};
    if (from >= to || to - from > 4)
        return FALSE;
    const char *word = command_token_at(t, from)->fold;
    const gsize digits = strspn(word, "0123456789");
    if (to - from == 1 && duration_parse(word, ret, NULL))
        return ret->amount > 0;
    g_autofree char *first = to - from > 1 ? g_strdup(word) : g_strndup(word, digits);
    if (to - from > 1 ? command_token_match(t, from + 1, to, WORDS_UNIT, &unit) != to - from - 1
                      : digits == 0 || !words_command_find(WORDS_UNIT, word + digits, &unit)) /* "2 hours", "2hours" */
        return FALSE;
    if (!read_number(first, &number) && !words_command_find(WORDS_NUMBER, first, &number))
        return FALSE;
    gboolean open = unit == 'H' || unit == 'D';
    g_autofree char *text = g_strdup_printf("%d%s%c", number, open ? "b" : "", g_ascii_tolower((char)unit));
    if (!duration_parse(text, &d, NULL) || d.amount <= 0)
        return FALSE;
    *ret = d;
    return TRUE;
}

/* The first day from `today` on that the date names, without regard to the time of day. FALSE: there is none such. */
static gboolean first_day(const CommandWhen *w, gint64 today, gint64 *ret)
{
    if (w->month > 0) {
        Civil now = zone_day_civil(today);
        int year = w->year > 0 ? w->year : now.year;
        gint64 day = zone_day_number(year, w->month, w->day);
        if (w->year == 0 && day < today)
            day = zone_day_number(++year, w->month, w->day);
        Civil check = zone_day_civil(day);
        if (check.day != w->day) /* 30 February */
            return FALSE;
        *ret = day;
        return w->weekday == 0 || zone_weekday(day) == w->weekday;
    }
    if (w->weekday > 0)
        *ret = today + (w->weekday - zone_weekday(today) + 7) % 7;
    else
        *ret = today + MAX(w->days_ahead, 0);
    return TRUE;
}

static Instant at_day(const CommandWhen *w, const Zone *zone, gint64 day)
{
    Civil c = zone_day_civil(day);
    c.hour = w->hour >= 0 ? w->hour : DEFAULT_HOUR;
    c.minute = w->minute >= 0 ? w->minute : 0;
    c.second = 0;
    return zone_instant(zone, c, ZONE_FIRST);
}

gboolean command_when(const CommandWhen *when, const Zone *zone, Instant now, Instant *ret, GError **err)
{
    Instant t = when->instant;
    if (!when->given || (!when->is_instant && !has_date(when) && when->hour < 0))
        return error_set(err, ERROR_REFUSED, PHRASE("no time was named"));
    if (!when->is_instant) {
        Civil civil = zone_civil(zone, now);
        gint64 today = zone_day_number(civil.year, civil.month, civil.day), day;
        if (!first_day(when, today, &day))
            return error_set(err, ERROR_REFUSED, PHRASE("there is no such date"));
        t = at_day(when, zone, day);
        if (t <= now && !has_date(when))
            t = at_day(when, zone, day + 1);
        else if (t <= now && when->weekday > 0 && when->month == 0)
            t = at_day(when, zone, day + 7);
    }
    g_autofree char *text = zone_format_rfc3339(zone, t); /* with its year: that may be what is wrong */
    g_autofree char *why = phrase_make(t <= now ? PHRASE("time '{time}' is past") : PHRASE("time '{time}' is more than a year ahead"), "time", text, NULL);
    if (t <= now || t > now + (Seconds)FARTHEST_DAYS * 86400)
        return error_set(err, ERROR_REFUSED, "%s", why);
    *ret = t;
    return TRUE;
}
