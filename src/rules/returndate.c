/* returndate: the date in "I am back on 5 December". It must say nothing rather than a wrong day: a date that may be read in two
 * ways, or two dates that contradict, are none. */
#include "rules/returndate.h"

#include <stdio.h>
#include <string.h>

#include "base/zone.h"
#include "rules/words_quote.h"

#include "base/banned.h"

#define TEXT_BYTES 2000
#define TEXT_LINES 60
#define FILLERS 4
#define PHRASE_WORDS 7
#define FARTHEST_DAYS 300  /* a day without a year that is farther ahead is meant as past */
#define LONGEST_DAYS 1100  /* of an absence; a year that is farther ahead was read or written wrongly */
#define BUDDHIST_YEARS 543 /* Thai years less ours */

typedef struct {
    int year, month, day; /* year 0: none was named */
} Date;

typedef enum { ORDER_OPEN, ORDER_DAY_FIRST, ORDER_MONTH_FIRST } SlashOrder; /* as another date of the mail shows it: 11/23/2026 */

typedef struct {
    const KindWords *words;
    Instant sent;
    GPtrArray *cut; /* char *: the text's words */
    SlashOrder order;
} Search;

/* ---- words ---- */

static gboolean skip(const char **p, const char *a, const char *b, const char *c)
{
    const char *options[] = {a, b, c};
    *p += strspn(*p, " ");
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if (options[i] == NULL || !g_str_has_prefix(*p, options[i]))
            continue;
        *p += strlen(options[i]);
        return TRUE;
    }
    return FALSE;
}

static int number(const char **p)
{
    *p += strspn(*p, " ");
    gsize n = strspn(*p, "0123456789");
    int value = n >= 1 && n <= 4 ? (int)g_ascii_strtoll(*p, NULL, 10) : -1;
    *p += n;
    return value;
}

/* 2026年12月5日, 12월 5일: bytes used, or 0. */
static gsize east_asian(const char *start, Date *ret)
{
    const char *p = start;
    Date d = {0};
    int n = number(&p);
    if (n >= 1990 && skip(&p, "年", "년", NULL)) {
        d.year = n;
        n = number(&p);
    }
    if (n < 1 || n > 12 || !skip(&p, "月", "월", NULL))
        return 0;
    d.month = n;
    d.day = number(&p);
    if (d.day < 1 || d.day > 31 || !skip(&p, "日", "일", "号"))
        return 0;
    *ret = d;
    return (gsize)(p - start);
}

static gboolean is_gap(gunichar c)
{
    return g_unichar_isspace(c) || (c < 0x80 && strchr(",;()!\"[]~", (int)c) != NULL) || c == 0x3001 || c == 0x3002 || c == 0x060c ||
           c == 0x2013 || c == 0x2014 || c == 0x300c || c == 0x300d || c == 0x3010 || c == 0x3011;
}

/* Letters of East Asia stand beside a number without a space. */
static gboolean is_unspaced(gunichar c) { return c >= 0x2E80 && g_unichar_isalpha(c); }

/* The folded text with dates and numbers of East Asia set apart, digits of any script as ASCII, and Hebrew's "ב-5" opened. */
static char *spread(const char *folded)
{
    GString *s = g_string_new(NULL);
    gunichar before = ' ';
    for (const char *p = folded; *p != '\0';) {
        gunichar c = g_utf8_get_char(p);
        Date d;
        gsize used = c < 0x80 && g_ascii_isdigit((char)c) && !g_unichar_isdigit(before) ? east_asian(p, &d) : 0;
        if ((is_unspaced(before) && g_unichar_isdigit(c)) || (g_unichar_isdigit(before) && is_unspaced(c)))
            g_string_append_c(s, ' ');
        if (used > 0)
            g_string_append_printf(s, " %d年%d月%d日 ", d.year, d.month, d.day);
        else if (is_gap(c) || (c == '-' && before >= 0x590 && before < 0x700))
            g_string_append_c(s, ' ');
        else if (g_unichar_isdigit(c))
            g_string_append_c(s, (char)('0' + g_unichar_digit_value(c)));
        else
            g_string_append_unichar(s, c);
        before = c;
        p = used > 0 ? p + used : g_utf8_next_char(p);
    }
    return g_string_free(s, FALSE);
}

/* `07-Dec-2026` at the begin becomes three words. */
static void open_dashes(char *word)
{
    gsize day = strspn(word, "0123456789"), month = strcspn(word + day, " 0123456789");
    if (day >= 1 && day <= 2 && month > 4 && word[day] == '-' && word[day + month - 1] == '-')
        word[day] = word[day + month - 1] = ' ';
}

/* Cuts at white space and at marks; `5.` `05.12.` `2026-12-05` `12/5/2026` stay whole. */
static GPtrArray *cut(const char *folded)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *spaced = spread(folded);
    for (char *word = spaced; *word != '\0'; word += strcspn(word, " "), word += *word == ' ')
        open_dashes(word);
    g_auto(GStrv) parts = g_strsplit(spaced, " ", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        gsize n = strlen(parts[i]);
        while (n > 0 && strchr(".:-", parts[i][n - 1]) != NULL && !(n > 1 && g_ascii_isdigit(parts[i][n - 2])) &&
               memchr(parts[i], '.', n - 1) == NULL) /* "t.o.m." */
            n--;
        if (n > 0)
            g_ptr_array_add(words, g_strndup(parts[i], n));
    }
    return words;
}

static const char *word_at(const Search *s, guint i) { return i < s->cut->len ? g_ptr_array_index(s->cut, i) : ""; }

static char *words_from(const Search *s, guint i, guint n)
{
    GString *all = g_string_new(word_at(s, i));
    for (guint k = 1; k < n && i + k < s->cut->len; k++)
        g_string_append_printf(all, " %s", word_at(s, i + k));
    return g_string_free(all, FALSE);
}

/* ---- dates ---- */

static gboolean is_valid(const Date *d)
{
    static const int longest[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    gboolean leap = d->year == 0 || (d->year % 4 == 0 && (d->year % 100 != 0 || d->year % 400 == 0));
    return d->month >= 1 && d->month <= 12 && d->day >= 1 && d->day <= longest[d->month] - (d->month == 2 && !leap) &&
           (d->year == 0 || (d->year >= 1990 && d->year < 2200));
}

/* `5`, `5.`, `5th`, `1er`, `5-ig` */
static int day_number(const char *word)
{
    static const char *const endings[] = {"", ".", ":", "th", "st", "nd", "rd", "er", "º", "o", "°", "e", "-го", "го"};
    gsize digits = strspn(word, "0123456789");
    if (digits < 1 || digits > 2)
        return 0;
    const char *rest = word + digits;
    if (*rest == '-' && strlen(rest) <= 6 && strpbrk(rest, "0123456789") == NULL)
        rest = "";
    for (gsize i = 0; i < G_N_ELEMENTS(endings); i++)
        if (strcmp(rest, endings[i]) == 0)
            return (int)g_ascii_strtoll(word, NULL, 10);
    return 0;
}

static int year_number(const char *word)
{
    gsize digits = strspn(word, "0123456789");
    if (digits != 4 || g_ascii_isdigit(word[4]))
        return 0;
    int year = (int)g_ascii_strtoll(word, NULL, 10);
    return year >= 2400 && year < 2800 ? year - BUDDHIST_YEARS : year;
}

/* The month that the words at i name, one or two of them; *ret_used how many. */
static int month_at(const Search *s, guint i, guint *ret_used)
{
    for (guint n = 2; n >= 1; n--) {
        g_autofree char *name = words_from(s, i, n);
        char *ending = strchr(name, '\''); /* Turkish cases */
        if (ending != NULL && strchr(ending, ' ') != NULL)
            continue; /* the second word is no part of the name */
        if (ending != NULL)
            *ending = '\0';
        gsize length = strlen(name);
        if (length > 1 && name[length - 1] == '.')
            name[length - 1] = '\0';
        int month = *name != '\0' ? words_kind_month(s->words, name) : 0;
        *ret_used = n;
        if (month > 0)
            return month;
    }
    return 0;
}

/* Whether the language puts the day first in 3/4/2026. English does here and there, and others put the year first. */
static gboolean is_day_first(const char *language)
{
    static const char *const others[] = {"en", "mul", "zh", "ja", "ko", "hu", "lt"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_str_has_prefix(language, others[i]))
            return FALSE;
    return TRUE;
}

static gboolean is_month_first(const char *language)
{
    return g_str_has_prefix(language, "ja") || g_str_has_prefix(language, "zh") || g_str_has_prefix(language, "ko");
}

/* 11/23/2026 shows how the mail means 12/05/2026, unless another date shows the contrary. */
static SlashOrder slash_order(const GPtrArray *words)
{
    SlashOrder seen = ORDER_OPEN;
    for (guint i = 0; i < words->len; i++) {
        int a = 0, b = 0, year = 0;
        if (sscanf(g_ptr_array_index(words, i), "%2d/%2d/%4d", &a, &b, &year) != 3 || (a > 12) == (b > 12))
            continue;
        SlashOrder order = a > 12 ? ORDER_DAY_FIRST : ORDER_MONTH_FIRST;
        if (seen != ORDER_OPEN && seen != order)
            return ORDER_OPEN;
        seen = order;
    }
    return seen;
}

/* One word that is a date. Slashes and dashes: where one of the two can be no month, or the language settles it. */
static gboolean read_numeric(const char *w, const char *language, SlashOrder order, Date *ret)
{
    static const struct {
        const char *format;
        int numbers;
        char order[4]; /* x: day or month */
    } forms[] = {
        {"%4d-%2d-%2d%n", 3, "ymd"}, {"%4d/%2d/%2d%n", 3, "ymd"}, {"%4d年%2d月%2d日%n", 3, "ymd"}, {"%4d.%2d.%2d%n", 3, "ymd"},
        {"%2d.%2d.%4d%n", 3, "dmy"}, {"%2d.%2d.%n", 2, "dm"},     {"%2d.%2d%n", 2, "dm"},         {"%2d/%2d/%4d%n", 3, "xxy"},
        {"%2d-%2d-%4d%n", 3, "xxy"}, {"%2d/%2d%n", 2, "xx"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        int n[3] = {0}, used = 0, got;
        got = forms[i].numbers == 3 ? sscanf(w, forms[i].format, &n[0], &n[1], &n[2], &used)
                                    : sscanf(w, forms[i].format, &n[0], &n[1], &used);
        if (got != forms[i].numbers || used == 0 || (w[used] != '\0' && (g_ascii_isalnum(w[used]) || w[used] == '/' || w[used] == '.')
                                                     && strcmp(w + used, ".") != 0))
            continue;
        gboolean open = *forms[i].order == 'x', year_first = *forms[i].order == 'y';
        if (year_first && n[0] > 0 && n[0] < 1000) /* 30.11.26 */
            continue;
        gboolean month_first = open && (n[1] > 12 || (n[0] <= 12 && (is_month_first(language) || order == ORDER_MONTH_FIRST)));
        gboolean known = month_first || is_day_first(language) || order != ORDER_OPEN;
        if (open && !known && n[0] <= 12 && n[1] <= 12 && n[0] != n[1])
            return FALSE;
        Date d = {.year = year_first ? n[0] : n[2],
                  .month = year_first ? n[1] : n[month_first ? 0 : 1],
                  .day = year_first ? n[2] : n[month_first ? 1 : 0]};
        if (d.year > 0 && d.year < 100)
            d.year += 2000;
        if (d.year >= 2400)
            d.year -= BUDDHIST_YEARS;
        *ret = d;
        return is_valid(&d);
    }
    return FALSE;
}

static gboolean is_of(const char *word)
{
    static const char *const of[] = {"of", "de", "del", "d'", "of:", "năm", "tahun", "г."};
    for (gsize i = 0; i < G_N_ELEMENTS(of); i++)
        if (strcmp(word, of[i]) == 0)
            return TRUE;
    return FALSE;
}

/* `4. 12. 2026`: the number of the month at k, behind that of the day; 0 where it is another day: "4. 5. Dezember". */
static int spaced_month(const Search *s, guint k)
{
    const char *day = word_at(s, k - 1), *month = word_at(s, k);
    guint used = 0;
    int n = g_str_has_suffix(day, ".") && g_str_has_suffix(month, ".") ? day_number(month) : 0;
    return n <= 12 && month_at(s, k + 1, &used) == 0 ? n : 0;
}

/* Words used by the date at i, or 0. */
static guint read_date(const Search *s, guint i, const char *language, Date *ret)
{
    Date d = {0};
    guint k = i, used = 0;
    if (read_numeric(word_at(s, i), language, s->order, ret))
        return 1;
    if ((d.day = day_number(word_at(s, k))) > 0) {
        k++;
        k += is_of(word_at(s, k)) ? 1 : 0;
        d.month = spaced_month(s, k);
        used = 1;
        if (d.month == 0)
            d.month = month_at(s, k, &used);
        k += used;
    } else {
        if ((d.year = year_number(word_at(s, k))) > 0) /* Hungarian, Lithuanian */
            k++;
        if ((d.month = month_at(s, k, &used)) == 0)
            return 0;
        k += used;
        d.day = day_number(word_at(s, k++));
    }
    if (!is_valid(&d))
        return 0;
    guint behind = is_of(word_at(s, k)) ? k + 1 : k;
    int year = d.year == 0 ? year_number(word_at(s, behind)) : 0;
    if (year > 0) {
        d.year = year;
        k = behind + 1;
    }
    *ret = d;
    return is_valid(&d) ? k - i : 0;
}

/* The year that makes it the nearest day on or after the day of the mail. FALSE: past, too far ahead, or nothing to go by. */
static gboolean complete(Date *d, Instant sent)
{
    if (sent == INSTANT_NONE)
        return d->year > 0;
    Civil now = zone_civil(zone_utc(), sent);
    gint64 today = zone_day_number(now.year, now.month, now.day), day = d->year > 0 ? zone_day_number(d->year, d->month, d->day) : 0;
    if (d->year > 0)
        return day >= today - 1 && day <= today + LONGEST_DAYS;
    d->year = now.year;
    if (!is_valid(d) || zone_day_number(d->year, d->month, d->day) < today - 1)
        d->year++;
    return is_valid(d) && zone_day_number(d->year, d->month, d->day) <= today + FARTHEST_DAYS;
}

/* ---- the words round a date ---- */

typedef struct {
    Date date;
    char phrase[80];
    gboolean found, differs;
} Find;

static void note(Find *f, const Date *d, const char *phrase)
{
    f->differs = f->differs || (f->found && (d->year != f->date.year || d->month != f->date.month || d->day != f->date.day));
    f->found = TRUE;
    f->date = *d;
    g_strlcpy(f->phrase, phrase, sizeof f->phrase);
    f->phrase[g_utf8_validate(f->phrase, -1, NULL) ? strlen(f->phrase) : 0] = '\0';
}

/* Scripts that put no spaces: the end of the word may be the phrase. */
static const KindWord *at_end_of(const Search *s, WordClass c, const char *word)
{
    for (const char *p = word; *p != '\0'; p = g_utf8_next_char(p)) {
        const KindWord *w = g_utf8_get_char(p) >= 0xE00 ? words_kind_is(s->words, c, p) : NULL;
        if (w != NULL)
            return w;
    }
    return NULL;
}

/* The phrase of class c that begins at word i; of the longest its number of words. */
static const KindWord *phrase_at(const Search *s, guint i, WordClass c, guint *ret_words)
{
    const KindWord *best = NULL;
    g_autoptr(GString) phrase = g_string_new(NULL);
    for (guint n = 1; n <= PHRASE_WORDS && i + n <= s->cut->len; n++) {
        g_string_append_printf(phrase, "%s%s", n > 1 ? " " : "", word_at(s, i + n - 1));
        const KindWord *w = words_kind_is(s->words, c, phrase->str);
        if (w == NULL)
            continue;
        best = w;
        *ret_words = n;
    }
    if (best == NULL && (best = at_end_of(s, c, word_at(s, i))) != NULL)
        *ret_words = 1;
    return best;
}

/* "from 7 December I am here again"; not "from 1 December I am on leave, later here again". */
static gboolean says_again(const Search *s, guint i, guint behind)
{
    for (guint k = i > 5 ? i - 5 : 0; k < MIN(behind + 8, s->cut->len); k++) {
        guint n;
        gboolean absent = words_kind_is(s->words, WORDCLASS_ABSENT, word_at(s, k)) != NULL || phrase_at(s, k, WORDCLASS_AWAY, &n) != NULL;
        if (k >= behind && absent)
            return FALSE;
        if (words_kind_is(s->words, WORDCLASS_AGAIN, word_at(s, k)) != NULL)
            return TRUE;
    }
    return FALSE;
}

/* Whether a date, or the day of one, stands right before word i: "from 1 to 5 December", "du 30 novembre au 4 décembre". */
static gboolean is_range(const Search *s, guint i, const char *language)
{
    Date d;
    gboolean ends = i > 0 && day_number(word_at(s, i - 1)) > 0;
    for (guint k = 1; k <= MIN(i, 5U) && !ends; k++)
        ends = read_date(s, i - k, language, &d) == k;
    return ends;
}

static void find_before(const Search *s, WordClass c, Find *f)
{
    for (guint i = 0; i < s->cut->len; i++) {
        guint n = 0, used = 0;
        Date d;
        const KindWord *w = phrase_at(s, i, c, &n);
        if (w == NULL)
            continue;
        guint k = i + n;
        for (guint fill = 0; fill < FILLERS && (used = read_date(s, k, w->language, &d)) == 0; fill++) {
            if (words_kind_is(s->words, WORDCLASS_FILLER, word_at(s, k)) == NULL)
                break;
            k++;
        }
        if (used == 0 || !complete(&d, s->sent) || (c == WORDCLASS_FROM && !says_again(s, i, k + used)) ||
            (c == WORDCLASS_UNTIL_RANGE && !is_range(s, i, w->language)))
            continue;
        note(f, &d, w->phrase);
    }
}

/* まで, 까지, kadar, asti, -ig stand behind their date; between may stand the day of the week. 12/3 can be read there by those who
 * put the month first. */
static void find_behind(const Search *s, WordClass c, Find *f)
{
    for (guint i = 0; i < s->cut->len; i++) {
        Date d;
        guint used = read_date(s, i, "mul", &d);
        gboolean open = used == 0;
        if (open && (used = read_date(s, i, "ja", &d)) == 0)
            continue;
        const char *dash = strchr(word_at(s, i + used - 1), '-');
        const KindWord *w = dash != NULL ? words_kind_is(s->words, c, dash) : NULL;
        for (guint gap = 0; w == NULL && gap < 2; gap++) {
            g_autofree char *behind = words_from(s, i + used + gap, 3);
            w = words_kind_begins(s->words, c, behind);
            if (g_utf8_strlen(word_at(s, i + used), -1) > 3)
                break;
        }
        if (w != NULL && (!open || is_month_first(w->language)) && complete(&d, s->sent))
            note(f, &d, w->phrase);
        i += used - 1;
    }
}

static GPtrArray *words_of(const Letter *l)
{
    g_autofree char *head = g_strndup(l->text, MIN(strlen(l->text), TEXT_BYTES));
    g_autofree char *valid = g_utf8_make_valid(head, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", TEXT_LINES);
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; lines[i] != NULL && *g_strchug(lines[i]) != '>'; i++) {
        g_autofree char *folded = words_quote_fold(lines[i]);
        g_string_append_printf(all, "%s\n", folded);
    }
    return cut(all->str);
}

char *returndate_find(const Glance *g, char **ret_evidence)
{
    Find back = {0}, until = {0};
    g_autoptr(GPtrArray) words = words_of(g->letter);
    const Search s = {g->words, g->letter->date, words, slash_order(words)};
    *ret_evidence = NULL;
    find_before(&s, WORDCLASS_BACK, &back);
    find_before(&s, WORDCLASS_FROM, &back);
    find_behind(&s, WORDCLASS_BACK_BEHIND, &back);
    find_before(&s, WORDCLASS_UNTIL, &until);
    find_before(&s, WORDCLASS_UNTIL_RANGE, &until);
    find_behind(&s, WORDCLASS_UNTIL_BEHIND, &until);
    const Find *f = back.found ? &back : &until;
    if (!f->found || f->differs)
        return NULL;
    gint64 day = zone_day_number(f->date.year, f->date.month, f->date.day);
    if (back.found && until.found && !until.differs &&
        day < zone_day_number(until.date.year, until.date.month, until.date.day))
        return NULL; /* back before the absence ends: one of the two was read wrongly */
    *ret_evidence = g_strdup_printf("return date: %s %04d-%02d-%02d", f->phrase, f->date.year, f->date.month, f->date.day);
    Date d = f->date;
    if (f == &until) {
        d.day++;
        if (!is_valid(&d))
            d = (Date){.year = d.month == 12 ? d.year + 1 : d.year, .month = d.month == 12 ? 1 : d.month + 1, .day = 1};
    }
    return g_strdup_printf("%04d-%02d-%02d", d.year, d.month, d.day);
}
