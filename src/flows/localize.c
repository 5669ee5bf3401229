/* localize: phrases are known by their marks, times by their twins (NAME_exact), lengths by their name. What people wrote is
 * never touched. */
#include "flows/localize.h"

#include <string.h>

#include <glib.h>

#include "flows/phrases.h"

#include "base/banned.h"

/* Words that base/zone, rules/duration and flows/view write, where another language has others. */
static const char *const words[] = {
    PHRASE("Mon"), PHRASE("Tue"), PHRASE("Wed"), PHRASE("Thu"), PHRASE("Fri"), PHRASE("Sat"), PHRASE("Sun"), PHRASE("Mar"), PHRASE("May"), PHRASE("Oct"),
    PHRASE("Dec"), PHRASE("day"), PHRASE("days"), PHRASE("under"),
};

/* "Tue 10:02", "2 days 3 h": a word at a time; newly allocated. */
static char *translated(const Phrasebook *book, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, " ", -1);
    for (guint i = 0; parts[i] != NULL; i++)
        for (gsize w = 0; w < G_N_ELEMENTS(words); w++)
            if (strcmp(parts[i], words[w]) == 0) {
                const char *said = phrasebook_find(book, words[w], NULL);
                g_free(parts[i]);
                parts[i] = g_strdup(said != NULL ? said : words[w]);
                break;
            }
    return g_strjoinv(" ", parts);
}

static gboolean is_made_here(const json_t *object, const char *key)
{
    g_autofree char *exact = g_strconcat(key, "_exact", NULL);
    return strcmp(key, "left") == 0 || json_object_get(object, exact) != NULL;
}

static void walk(json_t *value, const Phrasebook *book)
{
    const char *key;
    json_t *inner;
    gsize i;
    json_array_foreach(value, i, inner)
        walk(inner, book);
    json_object_foreach(value, key, inner) {
        if (json_is_string(inner) && book != NULL && is_made_here(value, key)) {
            g_autofree char *text = translated(book, json_string_value(inner));
            json_string_set(inner, text);
        } else {
            walk(inner, book);
        }
    }
    if (json_is_string(value) && phrase_is_in(json_string_value(value))) {
        g_autofree char *said = phrase_say(json_string_value(value), book);
        json_string_set(value, said);
    }
}

void localize_view(const Desk *d, json_t *view, const char *language) { walk(view, phrases_of(d, language != NULL ? language : "en")); }

void localize_plain(json_t *view) { walk(view, NULL); }
