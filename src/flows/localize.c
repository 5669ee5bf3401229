/* localize: phrases are known by their marks, times by their twins (NAME_exact, or NAME beside NAME_at), lengths by their name. What people wrote is
 * never touched. */
#include "flows/localize.h"

#include <string.h>

#include <glib.h>

#include "flows/phrases.h"

#include "base/banned.h"

static gboolean is_made_here(const json_t *object, const char *key)
{
    g_autofree char *exact = g_strconcat(key, "_exact", NULL), *stem = g_str_has_suffix(key, "_at") ? g_strndup(key, strlen(key) - strlen("_at")) : NULL;
    return strcmp(key, "left") == 0 || json_object_get(object, exact) != NULL || (stem != NULL && json_is_string(json_object_get(object, stem)));
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
            g_autofree char *text = phrase_time(json_string_value(inner), book);
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
