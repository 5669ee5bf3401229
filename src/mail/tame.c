/* tame: rewrites HTML tag by tag. An HTML parser takes quadratic time over many attributes of one tag, over many open elements
 * and end tags that fit none, and over unending comments; so it sees only what the rendering needs. It must never drop text that
 * a reader would see, unless the whole is over its limits. */
#include "mail/tame.h"

#include <string.h>

#include "base/banned.h"

#define HTML_MAX (4 * 1024 * 1024)
#define TAGS_MAX 200000
#define DEPTH_MAX 120 /* libxml2 stops reading at 256, and adds elements of its own */
#define ATTRIBUTES_MAX 40 /* of one tag; later ones are skipped */
#define VALUE_MAX 2000
#define NAME_MAX_BYTES 32

/* Elements that are no blocks, and how strong the others are: an end tag closes what is weaker or equal, and nothing through a
 * stronger one, so that a stray </b> or </div> does not end a quotation or a table. */
enum { RANK_INLINE = 1, RANK_PARAGRAPH, RANK_BLOCK, RANK_CELL, RANK_ROW, RANK_ROWS, RANK_TABLE, RANK_PAGE };

static const struct {
    const char *name;
    int rank;
} ranks[] = {
    {"a", RANK_INLINE},        {"abbr", RANK_INLINE},   {"b", RANK_INLINE},      {"big", RANK_INLINE},    {"code", RANK_INLINE},
    {"em", RANK_INLINE},       {"font", RANK_INLINE},   {"i", RANK_INLINE},      {"ins", RANK_INLINE},    {"del", RANK_INLINE},
    {"label", RANK_INLINE},    {"o:p", RANK_INLINE},    {"s", RANK_INLINE},      {"small", RANK_INLINE},  {"span", RANK_INLINE},
    {"strike", RANK_INLINE},   {"strong", RANK_INLINE}, {"sub", RANK_INLINE},    {"sup", RANK_INLINE},    {"tt", RANK_INLINE},
    {"u", RANK_INLINE},        {"p", RANK_PARAGRAPH},   {"td", RANK_CELL},       {"th", RANK_CELL},       {"tr", RANK_ROW},
    {"tbody", RANK_ROWS},      {"thead", RANK_ROWS},    {"tfoot", RANK_ROWS},    {"table", RANK_TABLE},   {"body", RANK_PAGE},
    {"html", RANK_PAGE},
};

/* Elements whose end tag may be left out: what they end when they begin, if it is open innermost. */
static const struct {
    const char *name, *ends;
} implied[] = {
    {"p", " p "},
    {"li", " p li "},
    {"dt", " p dt dd "},
    {"dd", " p dt dd "},
    {"option", " option "},
    {"td", " p td th "},
    {"th", " p td th "},
    {"tr", " p td th tr "},
    {"tbody", " p td th tr tbody thead tfoot "},
    {"thead", " p td th tr tbody thead tfoot "},
    {"tfoot", " p td th tr tbody thead tfoot "},
};

static const char *const void_tags[] = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr",
};
/* Said once by the parser itself. */
static const char *const page_tags[] = {"html", "body", "head"};
static const char *const raw_tags[] = {"script", "style", "title", "noscript", "textarea"};
static const char *const attributes[] = {"class", "id",   "style", "href",           "type",       "alt",
                                         "name",  "cite", "dir",   "data-smartmail", "data-marker"};

typedef struct {
    const char *p, *end;
    GString *out;
    gboolean no_comment_end;
    gboolean no_raw_end[G_N_ELEMENTS(raw_tags)];
    guint tags, depth;
    struct {
        char name[NAME_MAX_BYTES];
        int rank;
    } stack[DEPTH_MAX];
    gboolean cut;
} Tame;

static int find(const char *const *table, gsize n, const char *name)
{
    for (gsize i = 0; i < n; i++)
        if (strcmp(table[i], name) == 0)
            return (int)i;
    return -1;
}
#define FIND(table, name) find(table, G_N_ELEMENTS(table), name)

static const char *find_word(const char *p, const char *end, const char *word)
{
    gsize n = strlen(word);
    for (; (p = memchr(p, word[0], (gsize)(end - p))) != NULL; p++) {
        if ((gsize)(end - p) < n)
            return NULL;
        if (g_ascii_strncasecmp(p, word, n) == 0)
            return p;
    }
    return NULL;
}

static void read_name(Tame *t, char name[NAME_MAX_BYTES])
{
    gsize n = 0;
    while (t->p < t->end && (g_ascii_isalnum(*t->p) || *t->p == ':' || *t->p == '-' || *t->p == '_')) {
        if (n + 1 < NAME_MAX_BYTES)
            name[n++] = g_ascii_tolower(*t->p);
        t->p++;
    }
    name[n] = '\0';
}

static void skip_blanks(Tame *t)
{
    while (t->p < t->end && g_ascii_isspace(*t->p))
        t->p++;
}

static void write_attribute(Tame *t, const char *name, const char *value, gsize length)
{
    g_string_append_printf(t->out, " %s=\"", name);
    gsize n = MIN(length, (gsize)VALUE_MAX);
    while (n > 0 && n < length && ((guchar)value[n] & 0xC0) == 0x80)
        n--;
    for (gsize i = 0; i < n; i++)
        if (value[i] == '"')
            g_string_append(t->out, "&quot;");
        else if (value[i] != '<' && value[i] != '>')
            g_string_append_c(t->out, value[i]);
    g_string_append_c(t->out, '"');
}

/* One attribute; FALSE at the end of the tag. */
static gboolean read_attribute(Tame *t, gboolean keep, guint *seen)
{
    while (t->p < t->end && (g_ascii_isspace(*t->p) || *t->p == '/' || *t->p == '"' || *t->p == '\''))
        t->p++;
    if (t->p >= t->end)
        return FALSE;
    if (*t->p == '>') {
        t->p++;
        return FALSE;
    }
    char name[NAME_MAX_BYTES];
    const char *start = t->p;
    read_name(t, name);
    if (t->p == start)
        t->p++;
    skip_blanks(t);
    if (t->p >= t->end || *t->p != '=')
        return TRUE;
    t->p++;
    skip_blanks(t);
    char quote = t->p < t->end && (*t->p == '"' || *t->p == '\'') ? *t->p++ : '\0';
    const char *value = t->p;
    if (quote != '\0') {
        const char *stop = memchr(value, quote, (gsize)(t->end - value));
        if (stop == NULL) /* unending: the tag ends where the next one could */
            stop = memchr(value, '>', (gsize)(t->end - value));
        t->p = stop != NULL ? stop : t->end;
    } else {
        while (t->p < t->end && !g_ascii_isspace(*t->p) && *t->p != '>')
            t->p++;
    }
    int known = FIND(attributes, name);
    if (keep && known >= 0 && (*seen & 1u << known) == 0) {
        *seen |= 1u << known;
        write_attribute(t, name, value, (gsize)(t->p - value));
    }
    if (t->p < t->end && *t->p == quote && quote != '\0')
        t->p++;
    return TRUE;
}

/* Scripts and styles are dropped with their text; `p` is behind the start tag. */
static void skip_raw(Tame *t, int raw)
{
    char close[NAME_MAX_BYTES];
    g_snprintf(close, sizeof close, "</%s", raw_tags[raw]);
    const char *stop = t->no_raw_end[raw] ? NULL : find_word(t->p, t->end, close);
    if (stop == NULL) {
        t->no_raw_end[raw] = TRUE;
        return;
    }
    const char *gt = memchr(stop, '>', (gsize)(t->end - stop));
    t->p = gt != NULL ? gt + 1 : t->end;
}

static int rank_of(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ranks); i++)
        if (strcmp(ranks[i].name, name) == 0)
            return ranks[i].rank;
    return RANK_BLOCK;
}

/* Ends open elements down to `depth`, in writing, so that the parser never has to guess. */
static void close_to(Tame *t, guint depth)
{
    while (t->depth > depth)
        g_string_append_printf(t->out, "</%s>", t->stack[--t->depth].name);
}

static void close_implied(Tame *t, const char *name)
{
    const char *ends = rank_of(name) >= RANK_BLOCK ? " p " : "";
    for (gsize i = 0; i < G_N_ELEMENTS(implied); i++)
        if (strcmp(implied[i].name, name) == 0)
            ends = implied[i].ends;
    while (t->depth > 0) {
        char word[NAME_MAX_BYTES + 2];
        g_snprintf(word, sizeof word, " %s ", t->stack[t->depth - 1].name);
        if (strstr(ends, word) == NULL)
            return;
        close_to(t, t->depth - 1);
    }
}

static gboolean opens(Tame *t, const char *name)
{
    if (FIND(page_tags, name) >= 0)
        return FALSE;
    if (++t->tags > TAGS_MAX) {
        t->cut = TRUE;
        return FALSE;
    }
    if (FIND(void_tags, name) >= 0)
        return TRUE;
    close_implied(t, name);
    if (t->depth >= DEPTH_MAX) {
        t->cut = TRUE;
        return FALSE;
    }
    t->stack[t->depth].rank = rank_of(name);
    g_strlcpy(t->stack[t->depth++].name, name, NAME_MAX_BYTES);
    return TRUE;
}

static void start_tag(Tame *t)
{
    char name[NAME_MAX_BYTES];
    t->p++;
    read_name(t, name);
    int raw = FIND(raw_tags, name);
    gboolean keep = raw < 0 && opens(t, name);
    if (keep)
        g_string_append_printf(t->out, "<%s", name);
    guint count = 0, seen = 0;
    while (read_attribute(t, keep && count < ATTRIBUTES_MAX, &seen))
        count++;
    g_string_append(t->out, keep ? ">" : " ");
    if (raw >= 0 && strcmp(name, "noscript") != 0 && strcmp(name, "textarea") != 0)
        skip_raw(t, raw);
}

static void end_tag(Tame *t)
{
    char name[NAME_MAX_BYTES];
    t->p += 2;
    read_name(t, name);
    const char *gt = memchr(t->p, '>', (gsize)(t->end - t->p));
    t->p = gt != NULL ? gt + 1 : t->end;
    int rank = rank_of(name);
    for (guint i = t->depth; i-- > 0;) {
        if (strcmp(t->stack[i].name, name) == 0) {
            close_to(t, i);
            return;
        }
        if (t->stack[i].rank > rank)
            return;
    }
}

/* "<!--", "<!", "<?": comments, conditional comments, doctype. */
static void declaration(Tame *t)
{
    if (t->end - t->p >= 4 && memcmp(t->p, "<!--", 4) == 0) {
        const char *stop = t->no_comment_end ? NULL : memmem(t->p + 4, (gsize)(t->end - t->p - 4), "-->", 3);
        t->no_comment_end = stop == NULL;
        t->p = stop != NULL ? stop + 3 : t->p + 4; /* without an end its text is kept */
        return;
    }
    const char *gt = memchr(t->p, '>', MIN((gsize)(t->end - t->p), (gsize)2000));
    t->p = gt != NULL ? gt + 1 : t->p + 2;
}

static void markup(Tame *t)
{
    char next = t->end - t->p > 1 ? t->p[1] : '\0', after = t->end - t->p > 2 ? t->p[2] : '\0';
    if (g_ascii_isalpha(next)) {
        start_tag(t);
    } else if (next == '/' && g_ascii_isalpha(after)) {
        end_tag(t);
    } else if (next == '!' || next == '?') {
        declaration(t);
    } else {
        g_string_append(t->out, "&lt;");
        t->p++;
    }
}

GString *tame_html(const char *html, gsize length, gboolean *ret_cut)
{
    Tame t = {.p = html, .end = html + length, .out = g_string_sized_new(MIN(length, (gsize)HTML_MAX) / 2 + 64)};
    while (t.p < t.end) {
        if (t.out->len > HTML_MAX) {
            t.cut = TRUE;
            break;
        }
        const char *lt = memchr(t.p, '<', (gsize)(t.end - t.p));
        const char *stop = lt != NULL ? lt : t.end;
        g_string_append_len(t.out, t.p, stop - t.p);
        t.p = stop;
        if (lt != NULL)
            markup(&t);
    }
    if (t.out->len > HTML_MAX) {
        g_string_truncate(t.out, HTML_MAX);
        t.cut = TRUE;
    }
    if (t.cut)
        *ret_cut = TRUE;
    return t.out;
}
