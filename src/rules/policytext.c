/* policytext: a key file, a group for the policy and one for each level, from one table of members. It must know each member of Policy and
 * PolicyLevel but their lines: a test fills all of them and compares. */
#include "rules/policytext.h"

#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/sha256.h"

#include "base/banned.h"

typedef enum { TEXT, TIME, TIME_IF_GIVEN, NUMBER, PEOPLE, ATS, WORDS } MemberKind;

typedef struct {
    const char *key;
    MemberKind kind;
    gsize offset, given;
} Member;

#define LEVEL(key, kind, member) {key, kind, offsetof(PolicyLevel, member), 0}
#define POLICY(key, kind, member) {key, kind, offsetof(Policy, member), 0}

static const Member of_level[] = {
    LEVEL("notify", PEOPLE, notify),
    LEVEL("inform", PEOPLE, inform),
    LEVEL("at", ATS, at),
    LEVEL("min", TIME, min),
    LEVEL("after", TIME, after),
    LEVEL("ack-within", TIME, ack_within),
    LEVEL("tries", NUMBER, tries),
    {"resolve-within", TIME_IF_GIVEN, offsetof(PolicyLevel, resolve_within), offsetof(PolicyLevel, has_resolve_within)},
    LEVEL("quorum", NUMBER, quorum),
    LEVEL("kind", NUMBER, kind),
    LEVEL("template", TEXT, template_name),
    LEVEL("calendar", TEXT, calendar),
    LEVEL("send", NUMBER, send_open),
    LEVEL("respect-hours", NUMBER, respect_hours),
    LEVEL("even-acked", NUMBER, even_acked),
    LEVEL("authority", TEXT, authority),
    LEVEL("channel", WORDS, channels),
};

static const Member of_policy[] = {
    POLICY("name", TEXT, name),
    POLICY("calendar", TEXT, calendar),
    {"ack-holds", TIME_IF_GIVEN, offsetof(Policy, ack_holds), offsetof(Policy, has_ack_holds)},
    POLICY("bridge", TEXT, bridge),
    POLICY("max-open", NUMBER, max_open),
    POLICY("exhausted", TEXT, exhausted_queue),
    POLICY("cadence S1", TIME, cadence.every[0]),
    POLICY("cadence S2", TIME, cadence.every[1]),
    POLICY("cadence S3", TIME, cadence.every[2]),
    POLICY("cadence S4", TIME, cadence.every[3]),
};

/* ---- writing ---- */

static char *at_text(const LevelAt *at)
{
    g_autofree char *before = duration_format(at->before);
    return at->is_before ? g_strdup_printf("before %s %s", before, policy_target_name(at->target))
                         : g_strdup_printf("at %d%% %s", at->percent, policy_target_name(at->target));
}

static void set_list(GKeyFile *file, const char *group, const char *key, const GPtrArray *texts)
{
    g_key_file_set_string_list(file, group, key, (const char *const *)texts->pdata, texts->len);
}

static void set_people(GKeyFile *file, const char *group, const char *key, const GPtrArray *people)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < people->len; i++)
        g_ptr_array_add(texts, who_format(g_ptr_array_index(people, i)));
    set_list(file, group, key, texts);
}

static void set_ats(GKeyFile *file, const char *group, const char *key, const GArray *ats)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < ats->len; i++)
        g_ptr_array_add(texts, at_text(&g_array_index(ats, LevelAt, i)));
    set_list(file, group, key, texts);
}

static void write_member(GKeyFile *file, const char *group, const Member *m, const void *object)
{
    const void *at = G_STRUCT_MEMBER_P(object, m->offset);
    if (m->kind == TIME_IF_GIVEN && !G_STRUCT_MEMBER(gboolean, object, m->given))
        return;
    if (m->kind == TIME || m->kind == TIME_IF_GIVEN) {
        g_autofree char *text = duration_format(*(const Duration *)at);
        g_key_file_set_string(file, group, m->key, text);
    } else if (m->kind == NUMBER) {
        g_key_file_set_integer(file, group, m->key, *(const int *)at);
    } else if (m->kind == TEXT && *(char *const *)at != NULL) {
        g_key_file_set_string(file, group, m->key, *(char *const *)at);
    } else if (m->kind == PEOPLE) {
        set_people(file, group, m->key, *(GPtrArray *const *)at);
    } else if (m->kind == ATS) {
        set_ats(file, group, m->key, *(GArray *const *)at);
    } else if (m->kind == WORDS && *(char **const *)at != NULL) {
        char **words = *(char **const *)at;
        g_key_file_set_string_list(file, group, m->key, (const char *const *)words, g_strv_length(words));
    }
}

static char *level_group(guint i) { return g_strdup_printf("level %u", i + 1); }

char *policytext_write(const Policy *p)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    for (gsize i = 0; i < G_N_ELEMENTS(of_policy); i++)
        write_member(file, "policy", &of_policy[i], p);
    for (guint l = 0; l < p->levels->len; l++) {
        g_autofree char *group = level_group(l);
        for (gsize i = 0; i < G_N_ELEMENTS(of_level); i++)
            write_member(file, group, &of_level[i], g_ptr_array_index(p->levels, l));
    }
    return g_key_file_to_data(file, NULL, NULL);
}

char *policytext_digest(const Policy *p)
{
    g_autofree char *text = policytext_write(p), *sum = sha256_hex(text, strlen(text));
    return g_strndup(sum, 16);
}

/* ---- reading ---- */

static gboolean read_people(char *const *texts, GPtrArray *people, GError **err)
{
    for (guint i = 0; texts[i] != NULL; i++) {
        Who *who;
        if (!who_parse(texts[i], &who, err))
            return FALSE;
        g_ptr_array_add(people, who);
    }
    return TRUE;
}

static gboolean read_ats(char *const *texts, GArray *ats, GError **err)
{
    for (guint i = 0; texts[i] != NULL; i++) {
        LevelAt at;
        gboolean is_before = g_str_has_prefix(texts[i], "before ");
        const char *rest = strchr(texts[i], ' ');
        if (rest == NULL || !(is_before ? policy_before_parse(rest + 1, &at, err) : policy_at_parse(rest + 1, &at, err)))
            return rest != NULL ? FALSE : error_set(err, ERROR_DATA, "'%.60s': expected at or before", texts[i]);
        g_array_append_val(ats, at);
    }
    return TRUE;
}

static gboolean read_lists(const Member *m, char **texts, void *at, GError **err)
{
    if (m->kind == PEOPLE)
        return read_people(texts, *(GPtrArray **)at, err);
    if (m->kind == ATS)
        return read_ats(texts, *(GArray **)at, err);
    g_strfreev(*(char ***)at);
    *(char ***)at = g_strdupv(texts);
    return TRUE;
}

static gboolean read_member(GKeyFile *file, const char *group, const Member *m, void *object, GError **err)
{
    void *at = G_STRUCT_MEMBER_P(object, m->offset);
    if (!g_key_file_has_key(file, group, m->key, NULL)) /* not given, or of a later version than the text */
        return TRUE;
    if (m->kind == NUMBER) {
        *(int *)at = g_key_file_get_integer(file, group, m->key, NULL);
        return TRUE;
    }
    if (m->kind == PEOPLE || m->kind == ATS || m->kind == WORDS) {
        g_auto(GStrv) texts = g_key_file_get_string_list(file, group, m->key, NULL, NULL);
        return texts == NULL || read_lists(m, texts, at, err);
    }
    g_autofree char *text = g_key_file_get_string(file, group, m->key, NULL);
    if (m->kind == TEXT) {
        g_free(*(char **)at);
        *(char **)at = g_steal_pointer(&text);
        return TRUE;
    }
    if (m->kind == TIME_IF_GIVEN)
        G_STRUCT_MEMBER(gboolean, object, m->given) = TRUE;
    return duration_parse(text != NULL ? text : "", at, err);
}

static gboolean read_group(GKeyFile *file, const char *group, const Member *members, gsize n, void *object, GError **err)
{
    for (gsize i = 0; i < n; i++)
        if (!read_member(file, group, &members[i], object, err))
            return FALSE;
    return TRUE;
}

gboolean policytext_read(const char *text, Policy **ret, GError **err)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) local = NULL;
    Policy *p = policy_new(NULL);
    gboolean ok = g_key_file_load_from_data(file, text, (gsize)-1, G_KEY_FILE_NONE, &local);
    if (!ok)
        error_set(err, ERROR_DATA, "text of a policy: %s", local->message);
    ok = ok && read_group(file, "policy", of_policy, G_N_ELEMENTS(of_policy), p, err);
    for (guint l = 0; ok; l++) {
        g_autofree char *group = level_group(l);
        if (!g_key_file_has_group(file, group))
            break;
        PolicyLevel *level = policy_level_new();
        g_ptr_array_add(p->levels, level);
        ok = read_group(file, group, of_level, G_N_ELEMENTS(of_level), level, err);
    }
    if (ok && (p->name == NULL || p->levels->len == 0))
        ok = error_set(err, ERROR_DATA, "text of a policy: it has no name, or no level");
    if (ok)
        *ret = p;
    else
        policy_free(p);
    return ok;
}
