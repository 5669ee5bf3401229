/* localize: phrases are known by their marks, times by their twins (NAME_exact, or NAME beside NAME_at), lengths by their name. What people wrote is
 * never touched. */
#include "flows/localize.h"

#include <string.h>

#include <glib.h>

#include "rules/phrasebook.h"

#include "flows/phrases.h"

#include "base/banned.h"

static gboolean is_made_here(const json_t *object, const char *key)
{
    g_autofree char *exact = g_strconcat(key, "_exact", NULL), *stem = g_str_has_suffix(key, "_at") ? g_strndup(key, strlen(key) - strlen("_at")) : NULL;
    return strcmp(key, "left") == 0 || json_object_get(object, exact) != NULL || (stem != NULL && json_is_string(json_object_get(object, stem)));
}

/* `times`: those are said too. */
static void walk(json_t *value, const Phrasebook *book, gboolean times)
{
    json_t *inner;
    gsize i;
    json_array_foreach(value, i, inner)
        walk(inner, book, times);
    for (void *member = json_object_iter(value); member != NULL; member = json_object_iter_next(value, member)) {
        inner = json_object_iter_value(member);
        if (times && json_is_string(inner) && is_made_here(value, json_object_iter_key(member))) {
            g_autofree char *text = phrase_time(json_string_value(inner), book);
            json_string_set(inner, text);
        } else {
            walk(inner, book, times);
        }
    }
    if (json_is_string(value) && phrase_is_in(json_string_value(value))) {
        g_autofree char *said = phrase_say(json_string_value(value), book);
        json_string_set(value, said);
    }
}

void localize_view(const Desk *d, json_t *view, const char *language)
{
    const Phrasebook *book = phrases_of(d, language != NULL ? language : "en");
    walk(view, book, !phrasebook_is_empty(book));
}

void localize_plain(json_t *view) { walk(view, NULL, FALSE); }
