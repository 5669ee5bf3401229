/* eventrule: a table of fields, and patterns on them. What a pattern cannot decide within its bounds does not hold. */
#include "rules/eventrule.h"

#include <string.h>

#include "base/error.h"
#include "rules/pattern.h"

#include "base/banned.h"

typedef enum { FIELD_SUMMARY, FIELD_CATEGORY, FIELD_DESCRIPTION, FIELD_UID, FIELD_TRANSP, FIELD_COUNT } Field;

static const char *const names[FIELD_COUNT] = {"summary", "category", "description", "uid", "transp"};

struct EventRule {
    Field field;
    GRegex *regex;        /* NULL for transp */
    gboolean transparent; /* of transp */
    char *text;
};

void eventrule_free(EventRule *r)
{
    if (r == NULL)
        return;
    if (r->regex != NULL)
        g_regex_unref(r->regex);
    g_free(r->text);
    g_free(r);
}

const char *eventrule_text(const EventRule *r) { return r->text; }

static Field field_of(const char *text, const char **ret_value)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        gsize n = strlen(names[f]);
        if (g_ascii_strncasecmp(text, names[f], n) == 0 && text[n] == ':') {
            *ret_value = text + n + 1 + strspn(text + n + 1, " ");
            return (Field)f;
        }
    }
    *ret_value = text;
    return FIELD_SUMMARY;
}

EventRule *eventrule_parse(const char *text, GError **err)
{
    const char *value;
    EventRule *r = g_new0(EventRule, 1);
    r->field = field_of(text, &value);
    r->text = g_strdup(text);
    r->transparent = g_ascii_strcasecmp(value, "transparent") == 0;
    gboolean good = *value != '\0';
    if (!good)
        error_set(err, ERROR_DATA, "'%.200s' has no pattern, expected one like 'summary:holiday'", text);
    else if (r->field == FIELD_TRANSP)
        good = r->transparent || g_ascii_strcasecmp(value, "opaque") == 0
               || error_set(err, ERROR_DATA, "'%.200s', expected transp:opaque or transp:transparent", text);
    else
        good = (r->regex = pattern_new(value, err)) != NULL;
    if (good)
        return r;
    eventrule_free(r);
    return NULL;
}

static gboolean any_category(const GRegex *regex, const char *categories)
{
    g_auto(GStrv) all = g_strsplit(categories, ",", 100);
    for (char **one = all; *one != NULL; one++)
        if (g_regex_match(regex, g_strstrip(*one), 0, NULL))
            return TRUE;
    return FALSE;
}

static gboolean holds(const EventRule *r, const EventFacts *f)
{
    const char *const texts[FIELD_COUNT] = {f->summary, f->categories, f->description, f->uid, NULL};
    const char *text = texts[r->field];
    if (r->field == FIELD_TRANSP)
        return r->transparent == f->transparent;
    if (text == NULL)
        return FALSE;
    return r->field == FIELD_CATEGORY ? any_category(r->regex, text) : g_regex_match(r->regex, text, 0, NULL);
}

gboolean eventrule_any(const GPtrArray *rules, const EventFacts *facts)
{
    for (guint i = 0; rules != NULL && i < rules->len; i++)
        if (holds(g_ptr_array_index(rules, i), facts))
            return TRUE;
    return FALSE;
}
