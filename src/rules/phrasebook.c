/* phrasebook: see the header. A text whose placeholders are not those of its key is refused here, so that saying one cannot fail. */
#include "rules/phrasebook.h"

#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyz_"
#define PROBLEMS_MAX 50 /* of one file, that are told */

typedef struct {
    char *english, *text;
} Entry;

struct Phrasebook {
    GHashTable *entries; /* key without the names in it -> Entry */
};

static void entry_free(gpointer p)
{
    Entry *e = p;
    g_free(e->english);
    g_free(e->text);
    g_free(e);
}

Phrasebook *phrasebook_new(void)
{
    Phrasebook *book = g_new0(Phrasebook, 1);
    book->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    return book;
}

gboolean phrasebook_is_empty(const Phrasebook *book) { return g_hash_table_size(book->entries) == 0; }

void phrasebook_free(Phrasebook *book)
{
    if (book == NULL)
        return;
    g_hash_table_unref(book->entries);
    g_free(book);
}

/* ---- placeholders ---- */

gboolean phrasebook_hole(const char *text, PhrasebookHole *ret)
{
    for (const char *p = strchr(text, '{'); p != NULL; p = strchr(p + 1, '{')) {
        gsize name = strspn(p + 1, NAME_CHARS), kind = p[1 + name] == ':' ? strspn(p + 2 + name, NAME_CHARS) : 0;
        const char *end = p + 1 + name + (kind > 0 ? 1 + kind : 0);
        if (name == 0 || *end != '}')
            continue;
        *ret = (PhrasebookHole){p, end + 1, p + 1, p + 2 + name, name, kind};
        return TRUE;
    }
    return FALSE;
}

/* "{} has it, until {}." */
static char *without_names(const char *english)
{
    g_autoptr(GString) s = g_string_new(NULL);
    PhrasebookHole hole;
    while (phrasebook_hole(english, &hole)) {
        g_string_append_len(s, english, hole.begin - english);
        g_string_append(s, "{}");
        english = hole.end;
    }
    g_string_append(s, english);
    return g_strdup(s->str);
}

/* All placeholders of a text, sorted and joined. */
static char *holes_of(const char *text)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    PhrasebookHole hole;
    while (phrasebook_hole(text, &hole)) {
        g_ptr_array_add(list, g_strndup(hole.begin, (gsize)(hole.end - hole.begin)));
        text = hole.end;
    }
    g_ptr_array_sort(list, utf8_order);
    g_ptr_array_add(list, NULL);
    return g_strjoinv(" ", (char **)list->pdata);
}

/* ---- a file ---- */

typedef struct {
    Phrasebook *book;
    const char *file;
    GPtrArray *problems;
    guint line, begun; /* of the present line, of the msgid */
    GString *english, *text, *into; /* `into`: which of both goes on; NULL: none */
    gboolean has_text;
} Reading;

static void problem(Reading *r, guint line, const char *what, const char *about)
{
    if (r->problems->len < PROBLEMS_MAX)
        g_ptr_array_add(r->problems, g_strdup_printf("%s:%u:1: %s%s%s%s", r->file, line, what, about != NULL ? " '" : "", about != NULL ? about : "",
                                                     about != NULL ? "'" : ""));
}

/* What was read last. The entry of "" is the file's own head. */
static void take(Reading *r)
{
    g_autofree char *wanted = holes_of(r->english->str), *found = holes_of(r->text->str), *key = without_names(r->english->str);
    gboolean is_entry = r->has_text && r->english->len > 0 && r->text->len > 0;
    if (is_entry && strcmp(wanted, found) != 0) {
        g_autofree char *both = g_strdup_printf("expected '%s' in the msgstr, not '%s', of", wanted, found);
        problem(r, r->begun, both, r->english->str);
    } else if (is_entry && !g_hash_table_contains(r->book->entries, key)) {
        Entry *e = g_new0(Entry, 1);
        *e = (Entry){g_strdup(r->english->str), g_strdup(r->text->str)};
        g_hash_table_insert(r->book->entries, g_steal_pointer(&key), e);
    }
    g_string_truncate(r->english, 0);
    g_string_truncate(r->text, 0);
    r->has_text = FALSE;
    r->into = NULL;
}

/* "…" with \" \\ \n \t in it, to the end of the line. */
static gboolean append_quoted(GString *into, const char *p)
{
    if (*p++ != '"')
        return FALSE;
    for (; *p != '\0' && *p != '"'; p++) {
        if (*p != '\\') {
            g_string_append_c(into, *p);
            continue;
        }
        const char *known = "\"\"\\\\n\nt\t", *at = known;
        p++;
        while (*at != '\0' && *at != *p)
            at += 2;
        if (*at == '\0')
            return FALSE;
        g_string_append_c(into, at[1]);
    }
    return *p == '"' && p[1 + strspn(p + 1, " \t\r")] == '\0';
}

static void read_line(Reading *r, const char *line)
{
    const char *p = line + strspn(line, " \t");
    if (*p == '#' || *p == '\0' || *p == '\r')
        return;
    if (g_str_has_prefix(p, "msgid ")) {
        take(r);
        r->begun = r->line;
        r->into = r->english;
        p += strlen("msgid ");
    } else if (g_str_has_prefix(p, "msgstr ")) {
        r->has_text = r->into == r->english && r->into != NULL;
        r->into = r->has_text ? r->text : NULL;
        p += strlen("msgstr ");
    } else if (*p != '"') {
        problem(r, r->line, "expected msgid, msgstr or a string in quotes, not", line);
        r->into = NULL;
        return;
    }
    if (r->into == NULL || !append_quoted(r->into, p + strspn(p, " \t"))) {
        problem(r, r->line, "expected a string in quotes that belongs to a msgid or msgstr, not", line);
        r->has_text = FALSE;
    }
}

void phrasebook_read(Phrasebook *book, const char *file, const char *source, GPtrArray *problems)
{
    g_auto(GStrv) lines = g_strsplit(source, "\n", -1);
    g_autoptr(GString) english = g_string_new(NULL), text = g_string_new(NULL);
    Reading r = {.book = book, .file = file, .problems = problems, .english = english, .text = text};
    if (!g_utf8_validate(source, -1, NULL)) {
        problem(&r, 1, "expected UTF-8", NULL);
        return;
    }
    for (guint i = 0; lines[i] != NULL; i++) {
        r.line = i + 1;
        read_line(&r, lines[i]);
    }
    take(&r);
}

/* ---- looking up ---- */

const char *phrasebook_find(const Phrasebook *book, const char *english, const char **ret_english)
{
    g_autofree char *key = without_names(english);
    const Entry *e = book != NULL ? g_hash_table_lookup(book->entries, key) : NULL;
    if (e != NULL && ret_english != NULL)
        *ret_english = e->english;
    return e != NULL ? e->text : NULL;
}

void phrasebook_each(const Phrasebook *book, void (*visit)(const char *english, const char *text, void *data), void *data)
{
    GHashTableIter it;
    gpointer value;
    g_hash_table_iter_init(&it, book->entries);
    while (g_hash_table_iter_next(&it, NULL, &value))
        visit(((Entry *)value)->english, ((Entry *)value)->text, data);
}
