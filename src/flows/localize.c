/* localize: which values are times is known by their twins (NAME_exact), which are lengths by their name. What people wrote is never touched. */
#include "flows/localize.h"

#include <string.h>

#include <glib.h>

#include "base/banned.h"

typedef struct {
    const char *from, *to;
} Word;

static const Word german[] = {
    {"Mon", "Mo"}, {"Tue", "Di"},  {"Wed", "Mi"},  {"Thu", "Do"}, {"Fri", "Fr"}, {"Sat", "Sa"}, {"Sun", "So"}, {"Mar", "Mär"},
    {"May", "Mai"}, {"Oct", "Okt"}, {"Dec", "Dez"}, {"day", "Tag"}, {"days", "Tage"}, {"under", "unter"}, {NULL, NULL}};

static const struct {
    const char *language;
    const Word *words;
} tables[] = {{"de", german}};

static const Word *words_of(const char *language)
{
    for (gsize i = 0; language != NULL && i < G_N_ELEMENTS(tables); i++)
        if (g_ascii_strncasecmp(language, tables[i].language, 2) == 0 && (language[2] == '\0' || language[2] == '-'))
            return tables[i].words;
    return NULL;
}

/* "Tue 10:02", "2 days 3 h": a word at a time; newly allocated. */
static char *translated(const Word *words, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, " ", -1);
    for (guint i = 0; parts[i] != NULL; i++)
        for (const Word *w = words; w->from != NULL; w++)
            if (strcmp(parts[i], w->from) == 0) {
                g_free(parts[i]);
                parts[i] = g_strdup(w->to);
                break;
            }
    return g_strjoinv(" ", parts);
}

static gboolean is_made_here(const json_t *object, const char *key)
{
    g_autofree char *exact = g_strconcat(key, "_exact", NULL);
    return strcmp(key, "left") == 0 || json_object_get(object, exact) != NULL;
}

static void walk(json_t *value, const Word *words)
{
    const char *key;
    json_t *inner;
    gsize i;
    json_array_foreach(value, i, inner)
        walk(inner, words);
    json_object_foreach(value, key, inner) {
        if (!json_is_string(inner)) {
            walk(inner, words);
        } else if (is_made_here(value, key)) {
            g_autofree char *text = translated(words, json_string_value(inner));
            json_string_set(inner, text);
        }
    }
}

void localize_view(json_t *view, const char *language)
{
    const Word *words = words_of(language);
    if (words != NULL)
        walk(view, words);
}
