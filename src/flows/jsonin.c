/* jsonin: the checks that every field of a foreign JSON object goes through. It must never trust a type or a length. */
#include "flows/jsonin.h"

#include <string.h>

#include "base/error.h"
#include "base/utf8.h"

#include "base/banned.h"

static gboolean bad(const char *field, const char *expected, GError **err)
{
    return error_set(err, ERROR_DATA, "reading, field '%s': expected %s", field, expected);
}

gboolean jsonin_bytes(const char *text, gsize n, const char *field, JsoninKind kind, gsize max, char **ret, GError **err)
{
    if (n > max)
        return bad(field, "a shorter string", err);
    if (memchr(text, '\0', n) != NULL || !utf8_is_valid(text, n))
        return bad(field, "UTF-8 without NUL", err);
    for (const char *p = text; p < text + n; p++)
        if ((guchar)*p < 0x20 && *p != '\t' && !(kind == JSONIN_TEXT && *p == '\n'))
            return bad(field, "no control characters", err);
    *ret = g_strndup(text, n);
    return TRUE;
}

static gboolean copy_text(const json_t *value, const char *field, JsoninKind kind, gsize max, char **ret, GError **err)
{
    if (!json_is_string(value))
        return bad(field, "a string", err);
    return jsonin_bytes(json_string_value(value), json_string_length(value), field, kind, max, ret, err);
}

gboolean jsonin_text(const json_t *object, const char *field, JsoninKind kind, gsize max, char **ret, GError **err)
{
    return copy_text(json_object_get(object, field), field, kind, max, ret, err);
}

gboolean jsonin_text_or_null(const json_t *object, const char *field, JsoninKind kind, gsize max, char **ret, GError **err)
{
    const json_t *value = json_object_get(object, field);
    if (value == NULL || json_is_null(value)) {
        *ret = NULL;
        return TRUE;
    }
    return copy_text(value, field, kind, max, ret, err);
}

gboolean jsonin_lines(const json_t *object, const char *field, gsize max_count, gsize max, GPtrArray *to, GError **err)
{
    const json_t *array = json_object_get(object, field);
    if (!json_is_array(array))
        return bad(field, "an array of strings", err);
    if (json_array_size(array) > max_count)
        return bad(field, "fewer elements", err);
    for (gsize i = 0; i < json_array_size(array); i++) {
        char *line;
        if (!copy_text(json_array_get(array, i), field, JSONIN_LINE, max, &line, err))
            return FALSE;
        g_ptr_array_add(to, line);
    }
    return TRUE;
}

gboolean jsonin_flag(const json_t *object, const char *field, gboolean *ret, GError **err)
{
    const json_t *value = json_object_get(object, field);
    if (!json_is_boolean(value))
        return bad(field, "true or false", err);
    *ret = json_is_true(value);
    return TRUE;
}

gboolean jsonin_number(const json_t *object, const char *field, gint64 low, gint64 high, gint64 *ret, GError **err)
{
    const json_t *value = json_object_get(object, field);
    if (!json_is_integer(value))
        return bad(field, "an integer", err);
    gint64 n = json_integer_value(value);
    if (n < low || n > high)
        return bad(field, "an integer in its range", err);
    *ret = n;
    return TRUE;
}

gboolean jsonin_instant(const json_t *object, const char *field, Instant *ret, GError **err)
{
    g_autofree char *text = NULL;
    if (!jsonin_text_or_null(object, field, JSONIN_LINE, 64, &text, err))
        return FALSE;
    if (text == NULL) {
        *ret = INSTANT_NONE;
        return TRUE;
    }
    if (!instant_parse(text, ret, NULL))
        return bad(field, "a time as in RFC 3339", err);
    return TRUE;
}

gboolean jsonin_choice(const json_t *object, const char *field, const char *const *names, gsize count, guint *ret, GError **err)
{
    const char *text = json_string_value(json_object_get(object, field));
    for (guint i = 0; text != NULL && i < count; i++)
        if (strcmp(text, names[i]) == 0) {
            *ret = i;
            return TRUE;
        }
    return bad(field, "one of its words", err);
}

gboolean jsonin_objects(const json_t *object, const char *field, gsize max, json_t **ret, GError **err)
{
    json_t *array = json_object_get(object, field);
    if (!json_is_array(array))
        return bad(field, "an array of objects", err);
    if (json_array_size(array) > max)
        return bad(field, "fewer elements", err);
    for (gsize i = 0; i < json_array_size(array); i++)
        if (!json_is_object(json_array_get(array, i)))
            return bad(field, "an array of objects", err);
    *ret = array;
    return TRUE;
}

gboolean jsonin_object_or_null(const json_t *object, const char *field, json_t **ret, GError **err)
{
    json_t *value = json_object_get(object, field);
    if (value != NULL && !json_is_null(value) && !json_is_object(value))
        return bad(field, "an object or null", err);
    *ret = json_is_object(value) ? value : NULL;
    return TRUE;
}
