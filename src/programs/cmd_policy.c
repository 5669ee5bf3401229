/* cmd_policy: `escalate policy`: a ladder to read, as text and as a picture. It says what stands in the configuration, and who that is now. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "flows/people.h"
#include "flows/policies.h"

#include "programs/cmd.h"

#include "base/banned.h"

typedef struct {
    Desk *desk;
    const Policy *policy;
    const ConfigQueue *queue; /* whose people are shown */
} Shown;

static const PolicyLevel *level_of(const Policy *p, guint i) { return g_ptr_array_index(p->levels, i); }

static gboolean has_at(const Policy *p)
{
    for (guint i = 0; i < p->levels->len; i++)
        if (level_of(p, i)->at->len > 0)
            return TRUE;
    return FALSE;
}

static void append_list(GString *s, const char *text) { g_string_append_printf(s, "%s%s", s->len > 0 ? ", " : "", text); }

/* "at 75% respond, 30bm before update; or when level 1 is spent, after 1bh" */
static char *when(const Policy *p, guint i)
{
    const PolicyLevel *level = level_of(p, i);
    GString *s = g_string_new(NULL);
    for (guint k = 0; k < level->at->len; k++) {
        const LevelAt *at = &g_array_index(level->at, LevelAt, k);
        g_autofree char *before = duration_format(at->before), *min = duration_format(level->min);
        g_autofree char *text = at->is_before ? g_strdup_printf("%s before %s", before, policy_target_name(at->target))
                                              : g_strdup_printf("at %d%% %s%s%s", at->percent, policy_target_name(at->target),
                                                                level->min.amount > 0 ? ", at the earliest after " : "", level->min.amount > 0 ? min : "");
        append_list(s, text);
    }
    if (i == 0 && !has_at(p))
        append_list(s, "at the breach of any target");
    if (i == 0)
        append_list(s, "at once when a person escalates");
    g_autofree char *after = duration_format(level->after);
    if (i > 0)
        g_string_append_printf(s, "%swhen level %u is spent%s%s", s->len > 0 ? ", or " : "", i, level->after.amount > 0 ? " and then after " : "",
                               level->after.amount > 0 ? after : "");
    return g_string_free(s, FALSE);
}

/* "role:agent (Ann, Eve)": the expression, and whom it means now where that is not the same. */
static char *who(const Shown *s, const GPtrArray *whos)
{
    GString *out = g_string_new(NULL), *names = g_string_new(NULL);
    g_autoptr(GPtrArray) people = people_of(s->desk, NULL, s->queue, whos);
    for (guint i = 0; i < whos->len; i++) {
        g_autofree char *text = who_format(g_ptr_array_index(whos, i));
        append_list(out, text);
    }
    for (guint i = 0; i < people->len; i++)
        append_list(names, desk_contact(s->desk, g_ptr_array_index(people, i))->full_name);
    g_string_append_printf(out, " (%s)", people->len > 0 ? names->str : "nobody now");
    g_string_free(names, TRUE);
    return g_string_free(out, FALSE);
}

/* "2 tries of 30bm each" */
static char *tries(const PolicyLevel *level)
{
    g_autofree char *each = duration_format(level->ack_within);
    return level->tries == 1 ? g_strdup_printf("%s to answer", each) : g_strdup_printf("%d tries, %s to answer each", level->tries, each);
}

static char *what_follows(const Policy *p, guint i)
{
    if (i + 1 < p->levels->len)
        return g_strdup_printf("then level %u", i + 2);
    return p->exhausted_queue != NULL ? g_strdup_printf("then a ticket in queue %s", p->exhausted_queue) : g_strdup("then nobody else is told");
}

/* ---- text ---- */

static void append_notes(const Shown *s, const PolicyLevel *level, GString *out)
{
    g_autofree char *resolve = duration_format(level->resolve_within), *inform = level->inform->len > 0 ? who(s, level->inform) : NULL;
    if (level->quorum > 1)
        g_string_append_printf(out, "; %d must acknowledge", level->quorum);
    if (level->has_resolve_within)
        g_string_append_printf(out, "; the next level if not resolved within %s", resolve);
    if (level->even_acked)
        g_string_append(out, "; even if somebody has it");
    if (level->send_open)
        g_string_append(out, "; mailed in open hours only");
    if (level->respect_hours)
        g_string_append(out, "; not outside a person's hours");
    if (level->calendar != NULL)
        g_string_append_printf(out, "; times on %s", level->calendar);
    if (inform != NULL)
        g_string_append_printf(out, "; informs %s", inform);
}

static void print_text(const Shown *s)
{
    for (guint i = 0; i < s->policy->levels->len; i++) {
        const PolicyLevel *level = level_of(s->policy, i);
        g_autofree char *fires = when(s->policy, i), *people = who(s, level->notify), *answer = tries(level), *then = what_follows(s->policy, i);
        g_autoptr(GString) line = g_string_new(NULL);
        g_string_append_printf(line, "%u\t%s\t%s\t%s\t%s", i + 1, fires, people, answer, then);
        append_notes(s, level, line);
        cmd_print_line(line->str);
    }
}

static void print_json(const Shown *s)
{
    for (guint i = 0; i < s->policy->levels->len; i++) {
        const PolicyLevel *level = level_of(s->policy, i);
        g_autofree char *fires = when(s->policy, i), *people = who(s, level->notify), *each = duration_format(level->ack_within), *then = what_follows(s->policy, i);
        cmd_print_json(json_pack("{s:i, s:s, s:s, s:s, s:i, s:s}", "level", (int)i + 1, "when", fires, "who", people, "ack_within", each, "tries", level->tries,
                                 "then", then));
    }
}

/* ---- picture ---- */

/* A double-quoted string of the DOT language: quotes and backslashes are escaped, a line end is a line of the label, and what no terminal should
 * get is a question mark. */
static void print_quoted(const char *text)
{
    putchar('"');
    for (const char *p = text; *p != '\0'; p++) {
        guchar c = (guchar)*p;
        if (c == '\n')
            fputs("\\n", stdout);
        else if (c == '"' || c == '\\')
            printf("\\%c", c);
        else
            putchar(c < 0x20 || c == 0x7f ? '?' : c);
    }
    putchar('"');
}

static void print_edge(const char *from, const char *to, const char *label)
{
    printf("  %s -> %s [label=", from, to);
    print_quoted(label);
    puts("];");
}

static void print_node(const char *name, const char *label, const char *shape)
{
    printf("  %s [shape=%s, label=", name, shape);
    print_quoted(label);
    puts("];");
}

/* What fires a level by itself: an edge from the clock. */
static void print_causes(const Policy *p, guint i, const char *node)
{
    const PolicyLevel *level = level_of(p, i);
    for (guint k = 0; k < level->at->len; k++) {
        const LevelAt *at = &g_array_index(level->at, LevelAt, k);
        g_autofree char *before = duration_format(at->before);
        g_autofree char *label = at->is_before ? g_strdup_printf("%s before", before) : g_strdup_printf("%d%%", at->percent);
        print_edge(policy_target_name(at->target), node, label);
    }
    if (i == 0)
        print_edge("person", node, has_at(p) ? "escalates" : "escalates, or a breach");
}

static void print_level(const Shown *s, guint i)
{
    const PolicyLevel *level = level_of(s->policy, i);
    g_autofree char *node = g_strdup_printf("level%u", i + 1), *people = who(s, level->notify), *answer = tries(level);
    g_autofree char *label = g_strdup_printf("%u  %s\n%s", i + 1, people, answer);
    print_node(node, label, "box");
    print_causes(s->policy, i, node);
    if (i + 1 < s->policy->levels->len) {
        const PolicyLevel *next = level_of(s->policy, i + 1);
        g_autofree char *to = g_strdup_printf("level%u", i + 2), *after = duration_format(next->after);
        g_autofree char *edge = next->after.amount > 0 ? g_strdup_printf("no answer, after %s", after) : g_strdup("no answer");
        print_edge(node, to, edge);
    } else if (s->policy->exhausted_queue != NULL) {
        g_autofree char *queue = g_strdup_printf("queue %s", s->policy->exhausted_queue);
        print_node("exhausted", queue, "folder");
        print_edge(node, "exhausted", "nobody took it");
    }
}

static void print_dot(const Shown *s)
{
    gboolean seen[TARGET_COUNT] = {FALSE};
    printf("digraph ");
    print_quoted(s->policy->name);
    puts(" {\n  rankdir=TB;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];");
    print_node("person", "a person", "ellipse");
    for (guint i = 0; i < s->policy->levels->len; i++)
        for (guint k = 0; k < level_of(s->policy, i)->at->len; k++)
            seen[g_array_index(level_of(s->policy, i)->at, LevelAt, k).target] = TRUE;
    for (int t = 0; t < TARGET_COUNT; t++)
        if (seen[t])
            print_node(policy_target_name((TargetKind)t), policy_target_name((TargetKind)t), "ellipse");
    for (guint i = 0; i < s->policy->levels->len; i++)
        print_level(s, i);
    puts("}");
}

/* ---- the command ---- */

/* The first queue that has the policy, else the first of all. */
static const ConfigQueue *queue_of(const Desk *d, const char *policy)
{
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *q = g_ptr_array_index(d->config->queue_order, i);
        if (strcmp(q->policy, policy) == 0)
            return q;
    }
    return g_ptr_array_index(d->config->queue_order, 0);
}

/* Running escalations go over to the configuration as it is now: all of them, or those of a ticket. */
static int adopt(CommandContext *ctx, const char *ticket)
{
    g_autoptr(GError) err = NULL;
    gint64 id = 0;
    guint moved, stayed;
    int status = 0;
    Desk *d = NULL;
    if (ticket != NULL && !cmd_ticket_id(ticket, &id, &err))
        return cmd_fail(err);
    if ((d = cmd_store(ctx, &status)) == NULL)
        return status;
    if (!db_begin(d->db, &err) || !db_end(d->db, policies_adopt(d, id, &moved, &stayed, &err), &err))
        return cmd_fail(err);
    printf("%u escalation%s by the present configuration now", moved, moved == 1 ? " goes" : "s go");
    printf(stayed > 0 ? ", %u stay as they began: their policy is gone or lost levels\n" : "\n", stayed);
    return 0;
}

int cmd_policy(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    gboolean dot = FALSE, json = cmd_json(ctx);
    const char *name = NULL;
    int status = 0;
    if (argc > 1 && argc < 4 && strcmp(argv[1], "--adopt") == 0)
        return adopt(ctx, argc == 3 ? argv[2] : NULL);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--dot") == 0)
            dot = TRUE;
        else if (strcmp(argv[i], "--json") == 0)
            json = TRUE;
        else if (argv[i][0] != '-' && name == NULL)
            name = argv[i];
        else
            return cmd_usage(argv[0]);
    }
    if (name == NULL)
        return cmd_usage(argv[0]);
    Desk *d = cmd_desk(ctx, &status);
    if (d == NULL)
        return status;
    Shown s = {d, desk_policy(d, name), queue_of(d, name)};
    if (s.policy == NULL) {
        error_set(&err, ERROR_NOTFOUND, "policy '%s': the configuration has none of that name", name);
        return cmd_fail(err);
    }
    if (dot)
        print_dot(&s);
    else if (json)
        print_json(&s);
    else
        print_text(&s);
    return 0;
}
