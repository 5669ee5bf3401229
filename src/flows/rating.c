/* rating: applies the patterns. All given fields of a rule must match; a rule without any never does. */
#include "flows/rating.h"

#include <string.h>

#include "base/log.h"

#include "base/banned.h"

void rating_clear(Rating *r) { g_clear_pointer(&r->matched, g_ptr_array_unref); }

static gboolean matches(const ConfigRule *rule, const GRegex *regex, const char *text)
{
    g_autoptr(GError) err = NULL;
    gboolean found = g_regex_match_full(regex, text, -1, 0, 0, NULL, &err);
    if (err != NULL) {
        g_autofree char *doing = g_strdup_printf("rule '%s'", rule->name);
        log_error(doing, err);
    }
    return found;
}

static gboolean any_address(const ConfigRule *rule, const GRegex *regex, const Reading *r)
{
    const GPtrArray *fields[] = {r->to, r->cc};
    for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
        for (guint i = 0; i < fields[f]->len; i++)
            if (matches(rule, regex, g_ptr_array_index(fields[f], i)))
                return TRUE;
    return FALSE;
}

static gboolean header_matches(const ConfigRule *rule, const Reading *r)
{
    for (guint i = 0; i < r->headers->len; i++) {
        const LetterHeader *h = g_ptr_array_index(r->headers, i);
        if (g_ascii_strcasecmp(h->name, rule->header_name) == 0 && (rule->header == NULL || matches(rule, rule->header, h->value)))
            return TRUE;
    }
    return FALSE;
}

static gboolean applies(const ConfigRule *rule, const Reading *r)
{
    gboolean any = rule->from != NULL || rule->to != NULL || rule->subject != NULL || rule->text != NULL || rule->header_name != NULL;
    g_autofree char *text = rule->text != NULL ? g_strconcat(r->subject, "\n", r->new_text, NULL) : NULL;
    return any && (rule->from == NULL || matches(rule, rule->from, r->from)) && (rule->to == NULL || any_address(rule, rule->to, r))
           && (rule->subject == NULL || matches(rule, rule->subject, r->subject)) && (text == NULL || matches(rule, rule->text, text))
           && (rule->header_name == NULL || header_matches(rule, r));
}

void rating_of(const Desk *d, const Reading *r, const ConfigQueue *queue, Rating *ret)
{
    int worst = -1;
    *ret = (Rating){.matched = g_ptr_array_new()};
    for (guint i = 0; i < d->config->rules->len; i++) {
        const ConfigRule *rule = g_ptr_array_index(d->config->rules, i);
        if (!applies(rule, r))
            continue;
        g_ptr_array_add(ret->matched, rule->name);
        if (rule->severity >= 0 && (worst < 0 || rule->severity < worst))
            worst = rule->severity;
        ret->category = ret->category != NULL ? ret->category : rule->category;
        ret->owner = ret->owner != NULL ? ret->owner : rule->owner;
        ret->file = ret->file != NULL ? ret->file : rule->file;
    }
    ret->severity = worst >= 0 ? worst : queue->default_severity;
}
