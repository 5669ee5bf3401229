/* ruleterm: see the header. */
#include "config/ruleterm.h"

#include <string.h>

#include "base/error.h"

#include "rules/pattern.h"

#include "config/customers.h"

#include "base/banned.h"

static gboolean is_asked(const char *column)
{
    for (int c = CUSTOMER_ADDRESS + 1; c < CUSTOMER_COLUMNS; c++)
        if (strcmp(customers_column((CustomerColumn)c), column) == 0)
            return TRUE;
    return strcmp(column, "category") == 0;
}

void ruleterm_attribute_free(gpointer attribute)
{
    ConfigAttribute *a = attribute;
    g_free(a->column);
    g_regex_unref(a->value);
    g_free(a);
}

ConfigAttribute *ruleterm_attribute(const char *text, GError **err)
{
    gsize n = strcspn(text, ":=");
    g_autofree char *column = g_strndup(text, n), *value = g_strdup(text[n] != '\0' ? text + n + 1 : "");
    g_strstrip(column);
    if (!is_asked(column) || *g_strstrip(value) == '\0') {
        error_set(err, ERROR_DATA, "'%.100s', expected COLUMN:PATTERN, of name, segment, revenue, unit, region, language, plan, vip or category", text);
        return NULL;
    }
    g_autofree char *whole = g_strdup_printf("^(?:%s)$", value);
    GRegex *regex = pattern_new(value, err); /* so that a message shows what was written */
    if (regex == NULL)
        return NULL;
    g_regex_unref(regex);
    if ((regex = pattern_new(whole, err)) == NULL)
        return NULL;
    ConfigAttribute *a = g_new(ConfigAttribute, 1);
    *a = (ConfigAttribute){g_steal_pointer(&column), regex};
    return a;
}

ConfigHistory *ruleterm_history(const char *text, GError **err)
{
    static const char *const kinds[HISTORY_COUNT] = {"reopened", "unanswered", "reassigned", "mails"};
    gsize n = strcspn(text, " >");
    const char *p = text + n + strspn(text + n, " ");
    guint64 least;
    for (int k = 0; k < HISTORY_COUNT; k++) {
        if (strlen(kinds[k]) != n || strncmp(kinds[k], text, n) != 0 || !g_str_has_prefix(p, ">="))
            continue;
        p += 2 + strspn(p + 2, " ");
        if (!g_ascii_string_to_unsigned(p, 10, 1, 10000, &least, NULL))
            break;
        ConfigHistory *h = g_new(ConfigHistory, 1);
        *h = (ConfigHistory){(ConfigHistoryKind)k, (int)least};
        return h;
    }
    error_set(err, ERROR_DATA, "'%.100s', expected reopened>=N, unanswered>=N, reassigned>=N or mails>=N", text);
    return NULL;
}

gpointer ruleterm_parse(KeysType type, const char *text, GError **err)
{
    return type == KEYS_ATTRIBUTES ? (gpointer)ruleterm_attribute(text, err) : (gpointer)ruleterm_history(text, err);
}
