/* policy: names and small grammars of the configuration's policies, and the life of their structs. It never knows files or
 * people: whether a name means anything is the configuration's to say. */
#include "rules/policy.h"

#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"

#include "base/banned.h"

#define PERCENT_MAX 1000

static const char *const target_names[TARGET_COUNT] = {
    [TARGET_RESPOND] = PHRASE("respond"), [TARGET_UPDATE] = PHRASE("update"), [TARGET_RESOLVE] = PHRASE("resolve"), [TARGET_ASSIGN] = PHRASE("assign")};

const char *policy_target_name(TargetKind t) { return target_names[t]; }

gboolean policy_target_from_name(const char *name, TargetKind *ret)
{
    for (int t = 0; t < TARGET_COUNT; t++) {
        if (strcmp(target_names[t], name) == 0) {
            *ret = (TargetKind)t;
            return TRUE;
        }
    }
    return FALSE;
}

Who *who_new(WhoKind kind, const char *name)
{
    Who *w = g_new0(Who, 1);
    w->kind = kind;
    w->name = g_strdup(name);
    return w;
}

void who_free(Who *w)
{
    if (w == NULL)
        return;
    g_free(w->name);
    g_free(w);
}

static void who_free_void(void *w) { who_free(w); }

PolicyLevel *policy_level_new(void)
{
    PolicyLevel *l = g_new0(PolicyLevel, 1);
    l->notify = g_ptr_array_new_with_free_func(who_free_void);
    l->inform = g_ptr_array_new_with_free_func(who_free_void);
    l->at = g_array_new(FALSE, FALSE, sizeof(LevelAt));
    l->ack_within = (Duration){.amount = 30 * 60, .unit = DURATION_ELAPSED};
    l->tries = 1;
    l->quorum = 1;
    return l;
}

void policy_level_free(PolicyLevel *l)
{
    if (l == NULL)
        return;
    g_ptr_array_unref(l->notify);
    g_ptr_array_unref(l->inform);
    g_array_unref(l->at);
    g_free(l->template_name);
    g_free(l->calendar);
    g_free(l->authority);
    g_strfreev(l->channels);
    g_free(l);
}

static void level_free_void(void *l) { policy_level_free(l); }

Policy *policy_new(const char *name)
{
    Policy *p = g_new0(Policy, 1);
    p->name = g_strdup(name);
    p->levels = g_ptr_array_new_with_free_func(level_free_void);
    return p;
}

void policy_free(Policy *p)
{
    if (p == NULL)
        return;
    g_free(p->name);
    g_free(p->calendar);
    g_ptr_array_unref(p->levels);
    g_free(p->bridge);
    g_free(p->exhausted_queue);
    g_free(p);
}

/* Whole words, and prefixes before a name; the first of a kind is how it is written. */
static const struct {
    const char *text;
    gboolean is_prefix;
    WhoKind kind;
} who_words[] = {
    {"lead", FALSE, WHO_LEAD},   {"owner", FALSE, WHO_OWNER}, {"manager-of:owner", FALSE, WHO_MANAGER_OF_OWNER},
    {"contact:", TRUE, WHO_CONTACT}, {"rota:", TRUE, WHO_ROTA},   {"role:", TRUE, WHO_ROLE},
    {"group:", TRUE, WHO_GROUP}, {"vendor:", TRUE, WHO_VENDOR}, {"service-owner", FALSE, WHO_SERVICE_OWNER},
};

#define WHO_EXPECTED "expected contact:NAME, rota:NAME, role:NAME, group:NAME, vendor:NAME, manager-of:owner, lead, owner, service-owner or a contact's name"

static gboolean is_name(const char *text)
{
    if (*text == '\0' || !g_utf8_validate(text, -1, NULL))
        return FALSE;
    for (const char *p = text; *p != '\0'; p++)
        if ((guchar)*p <= ' ' || *p == 0x7f || strchr(":,[]{}", *p) != NULL)
            return FALSE;
    return TRUE;
}

gboolean who_parse(const char *text, Who **ret, GError **err)
{
    WhoKind kind = WHO_CONTACT;
    const char *name = text;
    for (guint i = 0; i < G_N_ELEMENTS(who_words); i++) {
        if (!who_words[i].is_prefix && strcmp(text, who_words[i].text) == 0) {
            *ret = who_new(who_words[i].kind, NULL);
            return TRUE;
        }
        if (who_words[i].is_prefix && g_str_has_prefix(text, who_words[i].text)) {
            kind = who_words[i].kind;
            name = text + strlen(who_words[i].text);
        }
    }
    if (!is_name(name))
        return error_set(err, ERROR_DATA, "who '%.60s': " WHO_EXPECTED, text);
    *ret = who_new(kind, name);
    return TRUE;
}

char *who_format(const Who *w)
{
    for (guint i = 0; i < G_N_ELEMENTS(who_words); i++)
        if (who_words[i].kind == w->kind)
            return g_strconcat(who_words[i].text, w->name, NULL); /* a NULL name ends the list */
    return g_strdup("?");
}

/* "FIRST TARGET", blanks between: the first word newly allocated, or NULL. */
static char *first_of_two(const char *text, TargetKind *target)
{
    gsize length = strcspn(text, " \t");
    const char *rest = text + length + strspn(text + length, " \t");
    return length > 0 && policy_target_from_name(rest, target) ? g_strndup(text, length) : NULL;
}

#define TARGETS "respond, update, resolve or assign"

gboolean policy_at_parse(const char *text, LevelAt *ret, GError **err)
{
    LevelAt at = {0};
    g_autofree char *word = first_of_two(text, &at.target);
    int digits = 0;
    while (word != NULL && digits < 5 && g_ascii_isdigit(word[digits]))
        at.percent = at.percent * 10 + (word[digits++] - '0');
    if (digits == 0 || strcmp(word + digits, "%") != 0 || at.percent > PERCENT_MAX)
        return error_set(err, ERROR_DATA, "at '%.60s': expected a percentage up to %d%% and " TARGETS ", like '75%% respond'",
                         text, PERCENT_MAX);
    *ret = at;
    return TRUE;
}

gboolean policy_before_parse(const char *text, LevelAt *ret, GError **err)
{
    LevelAt at = {.is_before = TRUE};
    g_autofree char *word = first_of_two(text, &at.target);
    if (word == NULL)
        return error_set(err, ERROR_DATA, "before '%.60s': expected a duration and " TARGETS ", like '30bm respond'", text);
    g_autoptr(GError) cause = NULL;
    if (!duration_parse(word, &at.before, &cause))
        return error_set(err, ERROR_DATA, "before '%.60s': %s", text, cause->message);
    *ret = at;
    return TRUE;
}

static gboolean any_rota(const GPtrArray *whos, const char *rota)
{
    for (guint i = 0; i < whos->len; i++) {
        const Who *who = g_ptr_array_index(whos, i);
        if (who->kind == WHO_ROTA && strcmp(who->name, rota) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean policy_names_rota(const Policy *p, const char *rota)
{
    for (guint i = 0; i < p->levels->len; i++) {
        const PolicyLevel *level = g_ptr_array_index(p->levels, i);
        if (any_rota(level->notify, rota) || any_rota(level->inform, rota))
            return TRUE;
    }
    return FALSE;
}
