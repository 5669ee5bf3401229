/* returndate: the date in "I am back on 5 December". It must say nothing rather than a wrong day: a date that may be read in two
 * ways, or two dates that contradict, are none. */
#include "rules/returndate.h"

#include <stdio.h>
#include <string.h>

#include "base/zone.h"
#include "rules/words_kind.h"
#include "rules/words_quote.h"

#include "base/banned.h"

#define TEXT_BYTES 2000
#define FILLERS 4
#define FARTHEST_DAYS 300 /* a day without a year that is farther ahead is meant as past */

typedef struct {
    int year, month, day; /* year 0: none was named */
} Date;

/* Cuts at white space and at marks; `5.` `05.12.` `2026-12-05` `12/5/2026` stay whole. Japanese dates are set apart. */
static GPtrArray *cut(const char *folded)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GRegex) japanese = g_regex_new("((?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}日)", G_REGEX_OPTIMIZE, 0, NULL);
    g_autofree char *spaced = g_regex_replace(japanese, folded, -1, 0, " \\1 ", 0, NULL);
    g_auto(GStrv) parts = g_strsplit_set(spaced != NULL ? spaced : folded, " \t\n,;()!\"", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        gsize n = strlen(parts[i]);
        while (n > 0 && (parts[i][n - 1] == '.' || parts[i][n - 1] == ':' || parts[i][n - 1] == '-') &&
               !(n > 1 && g_ascii_isdigit(parts[i][n - 2])))
            n--;
        if (n > 0)
            g_ptr_array_add(words, g_strndup(parts[i], n));
    }
    return words;
}

static const char *word_at(const GPtrArray *words, guint i) { return i < words->len ? g_ptr_array_index(words, i) : ""; }

static gboolean is_valid(const Date *d)
{
    static const int longest[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return d->month >= 1 && d->month <= 12 && d->day >= 1 && d->day <= longest[d->month] &&
           (d->year == 0 || (d->year >= 1990 && d->year < 2200));
}

/* `5`, `5.`, `5th`, `1er` */
static int day_number(const char *word)
{
    static const char *const endings[] = {"", ".", "th", "st", "nd", "rd", "er", "º", "°", "."};
    gsize digits = strspn(word, "0123456789");
    if (digits < 1 || digits > 2)
        return 0;
    for (gsize i = 0; i < G_N_ELEMENTS(endings); i++)
        if (strcmp(word + digits, endings[i]) == 0)
            return (int)g_ascii_strtoll(word, NULL, 10);
    return 0;
}

static int year_number(const char *word)
{
    gsize digits = strspn(word, "0123456789");
    return digits == 4 && (word[4] == '\0' || strcmp(word + 4, ".") == 0) ? (int)g_ascii_strtoll(word, NULL, 10) : 0;
}

static int month_of(const char *word)
{
    g_autofree char *bare = g_strdup(word);
    gsize n = strlen(bare);
    if (n > 0 && bare[n - 1] == '.')
        bare[n - 1] = '\0';
    return words_kind_month(bare);
}

/* One word that is a date. Slashes and dashes: only where one of the two can be no month. */
static gboolean read_numeric(const char *w, Date *ret)
{
    static const struct {
        const char *format;
        int numbers;
        char order[4]; /* x: day or month */
    } forms[] = {
        {"%4d-%2d-%2d%n", 3, "ymd"}, {"%4d/%2d/%2d%n", 3, "ymd"}, {"%4d年%2d月%2d日%n", 3, "ymd"}, {"%2d月%2d日%n", 2, "md"},
        {"%2d.%2d.%4d%n", 3, "dmy"}, {"%2d.%2d.%n", 2, "dm"},     {"%2d/%2d/%4d%n", 3, "xxy"},     {"%2d-%2d-%4d%n", 3, "xxy"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        int n[3] = {0}, used = 0, got;
        got = forms[i].numbers == 3 ? sscanf(w, forms[i].format, &n[0], &n[1], &n[2], &used)
                                    : sscanf(w, forms[i].format, &n[0], &n[1], &used);
        if (got != forms[i].numbers || used == 0 || (w[used] != '\0' && g_ascii_isalnum(w[used])))
            continue;
        if (*forms[i].order == 'x' && n[0] <= 12 && n[1] <= 12 && n[0] != n[1])
            return FALSE;
        gboolean month_first = *forms[i].order == 'm' || forms[i].order[1] == 'm' ? forms[i].order[1] != 'm' : n[1] > 12;
        gboolean year_first = *forms[i].order == 'y';
        Date d = {.year = year_first ? n[0] : n[2],
                  .month = year_first ? n[1] : n[month_first ? 0 : 1],
                  .day = year_first ? n[2] : n[month_first ? 1 : 0]};
        if (d.year > 0 && d.year < 100)
            d.year += 2000;
        *ret = d;
        return is_valid(&d);
    }
    return FALSE;
}

/* Words used by the date at i, or 0. */
static guint read_date(const GPtrArray *words, guint i, Date *ret)
{
    Date d = {0};
    if (read_numeric(word_at(words, i), ret))
        return 1;
    guint k = i;
    if ((d.day = day_number(word_at(words, k))) > 0) {
        k++;
        if (strcmp(word_at(words, k), "of") == 0 || strcmp(word_at(words, k), "de") == 0)
            k++;
        d.month = month_of(word_at(words, k++));
    } else if ((d.month = month_of(word_at(words, k))) > 0) {
        k++;
        d.day = day_number(word_at(words, k++));
    }
    if (!is_valid(&d))
        return 0;
    if (strcmp(word_at(words, k), "de") == 0 || strcmp(word_at(words, k), "del") == 0)
        k++;
    d.year = year_number(word_at(words, k));
    k += d.year > 0;
    *ret = d;
    return is_valid(&d) ? k - i : 0;
}

/* The year that makes it the nearest day on or after `today`. FALSE: past, too far ahead, or nothing to go by. */
static gboolean complete(Date *d, Instant sent)
{
    if (sent == INSTANT_NONE)
        return d->year > 0;
    Civil now = zone_civil(zone_utc(), sent);
    gint64 today = zone_day_number(now.year, now.month, now.day);
    if (d->year > 0)
        return zone_day_number(d->year, d->month, d->day) >= today - 1;
    d->year = now.year;
    if (zone_day_number(d->year, d->month, d->day) < today - 1)
        d->year++;
    return zone_day_number(d->year, d->month, d->day) <= today + FARTHEST_DAYS;
}

/* Whether a phrase of class c begins at word i; of the longest its number of words. */
static gboolean begins_phrase(const GPtrArray *words, guint i, KindWords c, guint *ret_words)
{
    g_autoptr(GString) phrase = g_string_new(NULL);
    gboolean found = FALSE;
    for (guint n = 1; n <= 7 && i + n <= words->len; n++) {
        g_string_append_printf(phrase, "%s%s", n > 1 ? " " : "", word_at(words, i + n - 1));
        if (words_kind_is(c, phrase->str)) {
            *ret_words = n;
            found = TRUE;
        }
    }
    return found;
}

/* The date behind a phrase of class c, all over the text. FALSE if there is none or two that differ. */
static gboolean find_by(const GPtrArray *words, KindWords c, Instant sent, Date *ret)
{
    gboolean found = FALSE;
    for (guint i = 0; i < words->len; i++) {
        guint n = 0;
        Date d;
        if (!begins_phrase(words, i, c, &n))
            continue;
        guint k = i + n;
        for (guint f = 0; f < FILLERS && words_kind_is(KINDWORDS_FILLER, word_at(words, k)) && read_date(words, k, &d) == 0; f++)
            k++;
        if (read_date(words, k, &d) == 0 || !complete(&d, sent))
            continue;
        if (found && (d.year != ret->year || d.month != ret->month || d.day != ret->day))
            return FALSE;
        *ret = d;
        found = TRUE;
    }
    return found;
}

/* まで and から stand behind their date. */
static gboolean find_japanese(const GPtrArray *words, Instant sent, Date *ret)
{
    gboolean found = FALSE;
    for (guint i = 0; i + 1 < words->len; i++) {
        Date d;
        const char *behind = word_at(words, i + 1);
        while (*behind == '(' || g_str_has_prefix(behind, "（"))
            behind = strchr(behind, ')') != NULL ? strchr(behind, ')') + 1 : behind + strlen(behind);
        if (strstr(word_at(words, i), "日") == NULL || !g_str_has_prefix(behind, "まで") ||
            !read_numeric(word_at(words, i), &d) || !complete(&d, sent))
            continue;
        if (found && (d.month != ret->month || d.day != ret->day))
            return FALSE;
        *ret = d;
        found = TRUE;
    }
    return found;
}

char *returndate_find(const Letter *l)
{
    Date d;
    g_autofree char *head = g_strndup(l->text, MIN(strlen(l->text), TEXT_BYTES));
    g_autofree char *valid = g_utf8_make_valid(head, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", 60);
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; lines[i] != NULL && *g_strchug(lines[i]) != '>'; i++) {
        g_autofree char *folded = words_quote_fold(lines[i]);
        g_string_append_printf(all, "%s\n", folded);
    }
    g_autoptr(GPtrArray) words = cut(all->str);
    if (!find_by(words, KINDWORDS_BACK, l->date, &d) && !find_by(words, KINDWORDS_UNTIL, l->date, &d) &&
        !find_japanese(words, l->date, &d))
        return NULL;
    return g_strdup_printf("%04d-%02d-%02d", d.year, d.month, d.day);
}
