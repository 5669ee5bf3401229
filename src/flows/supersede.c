/* supersede: the new run begins first, so that whom it asks gets one mail that says both, and no line that it is over. */
#include "flows/supersede.h"

#include "rules/phrase.h"

#include "store/runs.h"

#include "flows/deadlines.h"
#include "flows/escalate.h"
#include "flows/policies.h"

#include "base/banned.h"

static gboolean has(const GPtrArray *names, const char *name) { return g_ptr_array_find_with_equal_func((GPtrArray *)names, name, g_str_equal, NULL); }

typedef struct {
    char *cause;
    gint64 clock;
} Cause;

static void cause_clear(gpointer p) { g_free(((Cause *)p)->cause); }

static gboolean open_causes(Desk *d, gint64 run, GArray **ret, GError **err)
{
    g_autoptr(GArray) causes = g_array_new(FALSE, FALSE, sizeof(Cause));
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    g_array_set_clear_func(causes, cause_clear);
    if (!db_select(d->db, &rows, err, "select cause, coalesce(clock_id, 0) from run_cause where run_id = $1 and ended_at is null order by rowid", "i", run))
        return FALSE;
    while (db_next(rows, &local)) {
        Cause one = {g_strdup(db_text(rows, 0)), db_int(rows, 1)};
        g_array_append_val(causes, one);
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = g_steal_pointer(&causes);
    return TRUE;
}

/* The causes of the old run, in the new ladder: the last of them fires level 1, where none has. */
static gboolean begin(Desk *d, const Ticket *t, const char *policy, const GArray *causes, GError **err)
{
    for (guint i = 0; i < causes->len; i++) {
        const Cause *c = &g_array_index(causes, Cause, i);
        if (!escalate_cause(d, t, policy, c->cause, c->clock, i + 1 < causes->len ? -1 : 0, err))
            return FALSE;
    }
    return TRUE;
}

/* What takes the place of ladders: those that were not there before; where all were, by whatever way, all. */
static GPtrArray *successors(const GPtrArray *before, const GPtrArray *after)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < after->len; i++)
        if (!has(before, g_ptr_array_index(after, i)))
            g_ptr_array_add(names, g_ptr_array_index(after, i));
    for (guint i = 0; names->len == 0 && i < after->len; i++)
        g_ptr_array_add(names, g_ptr_array_index(after, i));
    return names;
}

/* Whether any of them asks, or will: of those that asked everybody in vain nobody hears more. */
static gboolean any_asks(Desk *d, const Ticket *t, const GPtrArray *names, gboolean *ret, GError **err)
{
    *ret = FALSE;
    for (guint i = 0; i < names->len && !*ret; i++) {
        g_autoptr(RunRow) run = NULL;
        if (!runs_live(d->db, t->id, g_ptr_array_index(names, i), &run, err))
            return FALSE;
        *ret = run == NULL || run->run->state != RUN_EXHAUSTED;
    }
    return TRUE;
}

/* The causes go on there, and so does what is answered to what the old run asked. */
static gboolean succeed(Desk *d, const Ticket *t, const RunRow *old, const char *policy, const GArray *causes, GError **err)
{
    g_autoptr(RunRow) run = NULL;
    return begin(d, t, policy, causes, err) && runs_live(d->db, t->id, policy, &run, err) && (run == NULL || runs_succeed(d->db, old->id, run->id, err));
}

static gboolean replace(Desk *d, const Ticket *t, const RunRow *old, const GPtrArray *by, GError **err)
{
    g_autoptr(GArray) causes = NULL;
    g_autoptr(GString) names = g_string_new(NULL);
    gboolean goes_on;
    if (!any_asks(d, t, by, &goes_on, err) || !goes_on)
        return err == NULL || *err == NULL;
    if (!open_causes(d, old->id, &causes, err))
        return FALSE;
    for (guint i = 0; i < by->len; i++) {
        const char *name = g_ptr_array_index(by, i);
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", name);
        if (!succeed(d, t, old, name, causes, err))
            return FALSE;
    }
    g_autofree char *reason = phrase_make("the policy {policy} takes its place", "policy", names->str, NULL);
    LadderEvent end = {.kind = LADDER_END, .text = reason};
    return escalate_event(d, t, old->id, &end, NULL, err)
           && desk_audit(d, t->id, err, "superseded", "run=%" G_GINT64_FORMAT " policy=%s by=\"%s\"", old->id, old->policy, names->str);
}

static gboolean replace_all(Desk *d, const Ticket *t, const GPtrArray *before, const GPtrArray *after, GError **err)
{
    g_autoptr(GPtrArray) by = successors(before, after);
    for (guint i = 0; i < before->len; i++) {
        g_autoptr(RunRow) run = NULL;
        const char *name = g_ptr_array_index(before, i);
        if (has(after, name))
            continue;
        if (!runs_live(d->db, t->id, name, &run, err) || (run != NULL && !replace(d, t, run, by, err)))
            return FALSE;
    }
    return TRUE;
}

gboolean supersede_merged(Desk *d, const Ticket *t, const GPtrArray *of_one, const GPtrArray *of_other, GError **err)
{
    g_autoptr(GPtrArray) after = NULL;
    return policies_names(d, t, t->queue, &after, err) && replace_all(d, t, of_one, after, err) && replace_all(d, t, of_other, after, err)
           && deadlines_repolicied(d, t, err);
}

gboolean supersede_by_rules(Desk *d, const Ticket *t, const GPtrArray *rules, GError **err)
{
    g_autoptr(GPtrArray) before = NULL, after = NULL;
    gboolean any = FALSE;
    if (rules->len == 0)
        return TRUE;
    if (!policies_names(d, t, t->queue, &before, err))
        return FALSE;
    for (guint i = 0; i < rules->len; i++) {
        const ConfigRule *rule = g_ptr_array_index(rules, i);
        g_autofree char *origin = g_strconcat("rule:", rule->name, NULL);
        for (char **policy = rule->policy; *policy != NULL; policy++) {
            gboolean is_new;
            if (!policies_add(d, t, *policy, origin, &is_new, err))
                return FALSE;
            any = any || is_new;
        }
    }
    if (!any)
        return TRUE;
    return policies_names(d, t, t->queue, &after, err) && replace_all(d, t, before, after, err) && deadlines_repolicied(d, t, err);
}
