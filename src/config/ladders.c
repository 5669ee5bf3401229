/* ladders: durations of different units are compared only where the answer is the same on every calendar. */
#include "config/ladders.h"

#include <string.h>

#include "base/banned.h"

#define WITHIN_A_DAY ((gint64)4 * 3600) /* open time so short mostly passes within one opening */

static const PolicyLevel *level_of(const Policy *p, guint i) { return g_ptr_array_index(p->levels, i); }

/* ---- what nothing reaches ---- */

static void check_reach(Fields *f, const Policy *p, const gboolean has_target[TARGET_COUNT])
{
    gboolean reached = TRUE, any = FALSE;
    for (guint i = 0; i < p->levels->len; i++)
        any = any || level_of(p, i)->at->len > 0;
    for (guint i = 0; i < p->levels->len; i++) {
        const PolicyLevel *level = level_of(p, i);
        gboolean by_clock = i == 0 && !any;
        for (guint k = 0; k < level->at->len; k++)
            by_clock = by_clock || has_target[g_array_index(level->at, LevelAt, k).target];
        reached = by_clock || (i > 0 && reached);
        if (reached || level->at->len > 0) /* crossref tells of those that wait for what no plan has */
            continue;
        if (i == 0)
            problems_warning(f->problems, fields_place(f, level),
                             "level 1 of policy '%s' has no at or before, and a level above it has: no deadline reaches it, only a person who escalates", p->name);
        else
            problems_warning(f->problems, fields_place(f, level),
                             "level %u of policy '%s' has no at or before, and no deadline reaches level %u: only a person who escalates reaches it", i + 1,
                             p->name, i);
    }
}

/* ---- plans ---- */

typedef struct {
    const ConfigPlan *plan;
    int severity;
    Duration target;
} Promise;

static void add_promises(const ConfigPlan *plan, TargetKind t, GArray *all)
{
    for (int s = 0; plan != NULL && s < SEVERITY_COUNT; s++) {
        const ConfigTarget *target = &plan->severities[s].targets[t];
        Promise one = {plan, s, target->duration};
        if (plan->severities[s].given && target->given)
            g_array_append_val(all, one);
    }
}

/* Each duration that a ticket under that policy may have for the target; Promise. */
static GArray *promises(const Config *c, const Policy *p, TargetKind t)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Promise));
    for (guint i = 0; i < c->queue_order->len; i++) {
        const ConfigQueue *q = g_ptr_array_index(c->queue_order, i);
        for (char **name = q->plans; name != NULL && config_may_climb(c, q, p->name) && *name != NULL; name++)
            add_promises(g_hash_table_lookup(c->plans, *name), t, all);
    }
    return all;
}

/* ---- who is passed over ---- */

/* How much of `target` is left when the level fires by it; -1: by share or unit it cannot be said, or not by it. */
static gint64 left_when_fired(const PolicyLevel *level, TargetKind t, Duration target)
{
    gint64 most = -1;
    for (guint k = 0; k < level->at->len; k++) {
        const LevelAt *at = &g_array_index(level->at, LevelAt, k);
        if (at->target != t)
            continue;
        if (target.unit == DURATION_BUSINESS_DAYS || (at->is_before && at->before.unit != target.unit) || level->min.amount > 0)
            return -1;
        gint64 left = at->is_before ? MIN(at->before.amount, target.amount) : target.amount - target.amount * at->percent / 100;
        most = MAX(most, left);
    }
    return most;
}

static gboolean has_before(const PolicyLevel *level, TargetKind t)
{
    for (guint k = 0; k < level->at->len; k++) {
        const LevelAt *at = &g_array_index(level->at, LevelAt, k);
        if (at->target == t && at->is_before)
            return TRUE;
    }
    return FALSE;
}

/* Two shares are crossref's: they need no plan. */
static void check_order(Fields *f, const Policy *p, guint i, TargetKind t, const GArray *all)
{
    const PolicyLevel *below = level_of(p, i), *level = level_of(p, i + 1);
    gboolean always = all->len > 0 && (has_before(below, t) || has_before(level, t));
    for (guint k = 0; k < all->len && always; k++) {
        Duration target = g_array_index(all, Promise, k).target;
        gint64 lower = left_when_fired(below, t, target), higher = left_when_fired(level, t, target);
        always = lower >= 0 && higher > lower;
    }
    if (always)
        problems_warning(f->problems, fields_place(f, level), "level %u of policy '%s' fires by %s before the level below it, whatever the plan: that one is passed over",
                         i + 2, p->name, policy_target_name(t));
}

/* ---- who is asked too late ---- */

/* The highest level that fires by the target before it is due; -1: none, or one is meant to fire when it is due or later. */
static int last_before_due(const Policy *p, TargetKind t)
{
    int last = -1;
    for (guint i = 0; i < p->levels->len; i++)
        for (guint k = 0; k < level_of(p, i)->at->len; k++) {
            const LevelAt *at = &g_array_index(level_of(p, i)->at, LevelAt, k);
            if (at->target == t && !at->is_before && at->percent >= 100)
                return -1;
            if (at->target == t)
                last = (int)i;
        }
    return last;
}

/* Adds `n` times the duration; FALSE for days, of which nobody knows how long they are. */
static gboolean add(Duration d, gint64 n, gint64 *elapsed, gint64 *open)
{
    *(d.unit == DURATION_ELAPSED ? elapsed : open) += d.amount * n;
    return d.amount == 0 || d.unit != DURATION_BUSINESS_DAYS;
}

/* Elapsed time may be the shorter one of the two, where it is closed between. */
static gboolean is_longer(gint64 elapsed, gint64 open, Duration target)
{
    if (target.unit == DURATION_BUSINESS_DAYS)
        return FALSE;
    return elapsed + open > target.amount && (target.unit == DURATION_ELAPSED || elapsed == 0 || target.amount <= WITHIN_A_DAY);
}

/* Only where it is too late for all that the policy may be asked to keep: one ladder may serve several severities, and which it is for nobody
 * has said. */
static void check_length(Fields *f, const Policy *p, TargetKind t, const GArray *all)
{
    int first = last_before_due(p, t);
    guint last = p->levels->len - 1;
    gint64 elapsed = 0, open = 0;
    gboolean is_late = all->len > 0 && first >= 0 && (guint)first < last;
    const Promise *longest = NULL;
    for (guint i = (guint)MAX(first, 0); i < last && is_late; i++)
        is_late = add(level_of(p, i)->ack_within, level_of(p, i)->tries, &elapsed, &open) && add(level_of(p, i + 1)->after, 1, &elapsed, &open);
    for (guint k = 0; k < all->len && is_late; k++) {
        const Promise *one = &g_array_index(all, Promise, k);
        is_late = is_longer(elapsed, open, one->target);
        longest = longest == NULL || one->target.amount > longest->target.amount ? one : longest;
    }
    if (!is_late)
        return;
    g_autofree char *target = duration_format(longest->target), *sum = duration_format_human(elapsed + open);
    problems_warning(f->problems, fields_place(f, level_of(p, last)),
                     "level %u of policy '%s' is asked %s after level %d where nobody answers, and %s of S%d in plan '%s' is %s: it comes too late for that",
                     last + 1, p->name, sum, first + 1, policy_target_name(t), longest->severity + 1, longest->plan->name, target);
}

/* ---- all ---- */

static void check_policy(Fields *f, const Policy *p, const gboolean has_target[TARGET_COUNT])
{
    check_reach(f, p, has_target);
    for (int t = 0; t < TARGET_COUNT && p->levels->len > 0; t++) {
        g_autoptr(GArray) all = promises(f->config, p, (TargetKind)t);
        for (guint i = 0; i + 1 < p->levels->len; i++)
            check_order(f, p, i, (TargetKind)t, all);
        check_length(f, p, (TargetKind)t, all);
    }
}

void ladders_check(Fields *f)
{
    GHashTableIter it;
    gpointer value;
    gboolean has_target[TARGET_COUNT] = {FALSE};
    g_hash_table_iter_init(&it, f->config->plans);
    while (g_hash_table_iter_next(&it, NULL, &value))
        for (int i = 0; i < SEVERITY_COUNT * TARGET_COUNT; i++)
            if (((const ConfigPlan *)value)->severities[i / TARGET_COUNT].targets[i % TARGET_COUNT].given)
                has_target[i % TARGET_COUNT] = TRUE;
    g_hash_table_iter_init(&it, f->config->policies);
    while (g_hash_table_iter_next(&it, NULL, &value))
        check_policy(f, value, has_target);
}
