/* phrase: marks around a phrase and around each of its values. Whoever reads marks takes them for what they are only where they are paired;
 * it must cope with any bytes, since customers' texts go through here beside our own. */
#include "rules/phrase.h"

#include <string.h>

#include "base/banned.h"

#define BEGIN '\1'
#define VALUE '\2'
#define VALUE_END '\3'
#define END '\4'
#define MARKS "\1\2\3\4"
#define NESTED_MAX 6 /* phrases in phrases; what is deeper is said in English */
#define VALUES_MAX 12

/* ---- making ---- */

/* Whether all marks are ours: each that begins something is ended, in order. */
static gboolean is_paired(const char *s)
{
    char open[2 * NESTED_MAX];
    gsize n = 0;
    for (; *s != '\0'; s++) {
        if (*s == BEGIN || *s == VALUE) {
            if (n == G_N_ELEMENTS(open) || (*s == VALUE && (n == 0 || open[n - 1] != BEGIN)) || (*s == BEGIN && n > 0 && open[n - 1] == BEGIN))
                return FALSE;
            open[n++] = *s;
        } else if ((*s == VALUE_END || *s == END) && (n == 0 || open[--n] != (*s == END ? BEGIN : VALUE))) {
            return FALSE;
        }
    }
    return n == 0;
}

static void append_value(GString *s, const char *value)
{
    g_string_append_c(s, VALUE);
    if (is_paired(value)) {
        g_string_append(s, value);
    } else {
        for (const char *p = value; *p != '\0'; p++)
            if (strchr(MARKS, *p) == NULL)
                g_string_append_c(s, *p);
    }
    g_string_append_c(s, VALUE_END);
}

/* -1: there is none of that name. */
static int index_of(const PhrasebookHole *hole, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (strlen(names[i]) == hole->name_length && strncmp(names[i], hole->name, hole->name_length) == 0)
            return i;
    return -1;
}

char *phrase_make_valist(const char *english, va_list ap)
{
    const char *names[VALUES_MAX], *values[VALUES_MAX], *name;
    int n = 0;
    g_autoptr(GString) s = g_string_new("\1");
    PhrasebookHole hole;
    while (n < VALUES_MAX && (name = va_arg(ap, const char *)) != NULL) {
        names[n] = name;
        values[n++] = va_arg(ap, const char *);
    }
    while (phrasebook_hole(english, &hole)) {
        int i = index_of(&hole, names, n);
        g_string_append_len(s, english, (i >= 0 ? hole.begin : hole.end) - english);
        if (i >= 0)
            append_value(s, values[i] != NULL ? values[i] : "");
        english = hole.end;
    }
    g_string_append(s, english);
    g_string_append_c(s, END);
    return g_strdup(s->str);
}

char *phrase_make(const char *english, ...)
{
    va_list ap;
    va_start(ap, english);
    char *made = phrase_make_valist(english, ap);
    va_end(ap);
    return made;
}

/* ---- saying ---- */

static void say(GString *into, const char *p, const char *end, const Phrasebook *book, int depth);

/* Behind the mark that ends what begins at p, at most `end`. */
static const char *behind(const char *p, const char *end)
{
    int depth = 0;
    for (; p < end; p++) {
        depth += *p == BEGIN || *p == VALUE ? 1 : *p == END || *p == VALUE_END ? -1 : 0;
        if (depth <= 0)
            return p + 1;
    }
    return end;
}

typedef struct {
    const char *begin, *end;
} Range;

/* Words that base/zone, rules/duration and flows/view write, where another language has others. */
static const char *time_word(const Phrasebook *book, const char *word)
{
    static const char *const words[] = {
        PHRASE("Mon"), PHRASE("Tue"), PHRASE("Wed"), PHRASE("Thu"), PHRASE("Fri"), PHRASE("Sat"), PHRASE("Sun"), PHRASE("Mar"), PHRASE("May"), PHRASE("Oct"),
        PHRASE("Dec"), PHRASE("day"), PHRASE("days"), PHRASE("under"),
    };
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(word, words[i]) == 0) {
            const char *said = phrasebook_find(book, word, NULL);
            return said != NULL ? said : word;
        }
    return word;
}

/* "24 Nov" and not "3 h": the day of a month. */
static gboolean is_date(const char *day, const char *month)
{
    static const char months[] = " Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ";
    g_autofree char *word = month != NULL ? g_strdup_printf(" %s ", month) : NULL;
    return word != NULL && strspn(day, "0123456789") == strlen(day) && strlen(word) == 5 && strstr(months, word) != NULL;
}

char *phrase_time(const char *text, const Phrasebook *book)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    g_autoptr(GString) s = g_string_new(NULL);
    for (guint i = 0; words[i] != NULL; i++) {
        g_autofree char *date = is_date(words[i], words[i + 1]) ? phrase_make("{day} {month}", "day", words[i], "month", time_word(book, words[i + 1]), NULL) : NULL;
        g_autofree char *said = date != NULL ? phrase_say(date, book) : g_strdup(time_word(book, words[i]));
        g_string_append_printf(s, "%s%s", i > 0 ? " " : "", said);
        i += date != NULL;
    }
    return g_strdup(s->str);
}

static void say_value(GString *into, const PhrasebookHole *hole, const Range *v, const Phrasebook *book, int depth)
{
    g_autofree char *text = g_strndup(v->begin, (gsize)(v->end - v->begin)), *time = NULL;
    const char *known = hole->kind_length == strlen("phrase") ? phrasebook_find(book, text, NULL) : NULL;
    if (hole->kind_length == strlen("time") && strchr(text, BEGIN) == NULL)
        g_string_append(into, time = phrase_time(text, book));
    else if (known != NULL)
        g_string_append(into, known);
    else
        say(into, v->begin, v->end, book, depth + 1);
}

static gboolean is_same_name(const PhrasebookHole *a, const PhrasebookHole *b)
{
    return a->name_length == b->name_length && strncmp(a->name, b->name, a->name_length) == 0;
}

/* A phrase as the book has it: the n-th placeholder of the key is the n-th value. */
static void say_known(GString *into, const char *english, const char *text, const Range *values, int n, const Phrasebook *book, int depth)
{
    PhrasebookHole hole, holes[VALUES_MAX];
    int known = 0;
    while (known < n && phrasebook_hole(english, &holes[known]))
        english = holes[known++].end;
    while (phrasebook_hole(text, &hole)) {
        int i = 0;
        while (i < known && !is_same_name(&holes[i], &hole))
            i++;
        g_string_append_len(into, text, hole.begin - text);
        if (i < known)
            say_value(into, &hole, &values[i], book, depth);
        text = hole.end;
    }
    g_string_append(into, text);
}

/* Its English text with "{}" for each value; *n counts them, of which VALUES_MAX are kept. */
static char *key_of(const char *p, const char *end, Range *values, int *n)
{
    g_autoptr(GString) key = g_string_new(NULL);
    for (*n = 0; p < end; ) {
        if (*p != VALUE) {
            g_string_append_c(key, *p++);
            continue;
        }
        const char *next = behind(p, end);
        if (*n < VALUES_MAX)
            values[*n] = (Range){p + 1, next > p + 1 && next[-1] == VALUE_END ? next - 1 : next};
        (*n)++;
        g_string_append(key, "{}");
        p = next;
    }
    return g_strdup(key->str);
}

/* The phrase between its marks: of one that the book does not have, its values alone may be in another language. */
static void say_phrase(GString *into, const char *p, const char *end, const Phrasebook *book, int depth)
{
    Range values[VALUES_MAX];
    const char *english = NULL;
    int n;
    g_autofree char *key = key_of(p, end, values, &n);
    const char *text = n <= VALUES_MAX ? phrasebook_find(book, key, &english) : NULL;
    if (text != NULL) {
        say_known(into, english, text, values, n, book, depth);
        return;
    }
    while (p < end) {
        const char *next = *p == VALUE ? behind(p, end) : p + strcspn(p, "\2");
        next = MIN(next, end);
        say(into, p, next, book, depth + 1);
        p = next;
    }
}

static void say(GString *into, const char *p, const char *end, const Phrasebook *book, int depth)
{
    while (p < end) {
        if (*p == BEGIN && depth <= NESTED_MAX) {
            const char *next = behind(p, end);
            say_phrase(into, p + 1, next > p + 1 && next[-1] == END ? next - 1 : next, book, depth);
            p = next;
            continue;
        }
        if (strchr(MARKS, *p) == NULL)
            g_string_append_c(into, *p);
        p++;
    }
}

char *phrase_say(const char *text, const Phrasebook *book)
{
    g_autoptr(GString) into = g_string_new(NULL);
    say(into, text, text + strlen(text), book, 0);
    return g_strdup(into->str);
}

char *phrase_plain(const char *text) { return phrase_say(text, NULL); }
gboolean phrase_is_in(const char *text) { return strchr(text, BEGIN) != NULL; }

char *phrase_cut(const char *text, gsize max)
{
    g_autoptr(GString) s = g_string_new(NULL);
    gsize seen = 0;
    int values = phrase_is_in(text) ? 0 : 1; /* what holds no phrase is cut where it is long */
    gboolean is_cut = FALSE;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gboolean is_mark = strchr(MARKS, *p) != NULL;
        values += *p == VALUE ? 1 : *p == VALUE_END ? -1 : 0;
        seen += is_mark ? 0 : 1;
        gboolean fits = is_mark || values == 0 || seen < max || (seen == max && *g_utf8_next_char(p) == '\0');
        if (fits)
            g_string_append_len(s, p, g_utf8_next_char(p) - p);
        else if (!is_cut)
            g_string_append(s, "…");
        is_cut = is_cut || !fits;
    }
    return g_strdup(s->str);
}
