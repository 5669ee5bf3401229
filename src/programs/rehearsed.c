/* rehearsed: lines and JSON objects. All text of mails is printed escaped. */
#include "programs/rehearsed.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "programs/cmd.h"

#include "base/banned.h"

static char *exact(const Rehearsed *s, Instant t) { return t == INSTANT_NONE ? NULL : zone_format_rfc3339(s->zone, t); }

static ConfigQueue *queue_with(const Desk *d, const char *policy)
{
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        ConfigQueue *q = g_ptr_array_index(d->config->queue_order, i);
        if (strcmp(q->policy, policy) == 0)
            return q;
    }
    return g_ptr_array_index(d->config->queue_order, 0);
}

gboolean rehearsed_queue(Desk *d, const char *policy, const char *name, ConfigQueue **ret, GError **err)
{
    if (desk_policy(d, policy) == NULL)
        return error_set(err, ERROR_NOTFOUND, "policy '%s': the configuration has none of that name", policy);
    ConfigQueue *q = name != NULL ? g_hash_table_lookup(d->config->queues, name) : queue_with(d, policy);
    if (q == NULL)
        return error_set(err, ERROR_NOTFOUND, "queue '%s': the configuration has none of that name", name);
    g_autofree char *copy = g_strdup(policy);
    g_free(q->policy);
    q->policy = g_steal_pointer(&copy);
    *ret = q;
    return TRUE;
}

static void print_json_mail(const RehearseMail *m, const char *at, const char *line)
{
    json_t *o = json_pack("{s:s, s:s, s:s?, s:s, s:s}", "at", at, "template", m->template, "contact", m->contact, "to", m->address, "text", line);
    if (m->ticket != 0)
        json_object_set_new(o, "ticket", json_integer(m->ticket));
    if (m->is_page) {
        json_object_set_new(o, "level", json_integer(m->level));
        json_object_set_new(o, "try", json_integer(m->attempt));
    }
    cmd_print_json(o);
}

void rehearsed_mail(const RehearseMail *m, void *data)
{
    Rehearsed *s = data;
    g_autofree char *at = exact(s, m->at), *line = rehearse_first_line(m);
    g_autofree char *level = m->is_page ? g_strdup_printf("%d/%d", m->level, m->attempt) : g_strdup("-");
    g_autofree char *ticket = m->ticket != 0 ? g_strdup_printf("#%" G_GINT64_FORMAT, m->ticket) : g_strdup("-");
    s->mails++;
    s->pages += m->is_page ? 1 : 0;
    if (s->json) {
        print_json_mail(m, at, line);
        return;
    }
    g_autofree char *all = g_strdup_printf("%s\t%s\t%s\t%s <%s>\t%s\t%s", at, level, m->template, m->contact != NULL ? m->contact : "customer", m->address,
                                           ticket, line);
    cmd_print_line(all);
}

static void print_said(const Rehearsed *s, Instant t, const char *kind, const char *who, const char *text)
{
    g_autofree char *at = exact(s, t);
    if (s->json) {
        cmd_print_json(json_pack("{s:s, s:s, s:s, s:s}", "at", at, kind, text, "contact", who, "template", kind));
        return;
    }
    g_autofree char *all = g_strdup_printf("%s\t-\t%s\t%s\t-\t%s", at, kind, who, text);
    cmd_print_line(all);
}

void rehearsed_answer(Rehearsed *s, Instant at, const char *who, const char *text) { print_said(s, at, "answer", who, text); }
void rehearsed_result(Rehearsed *s, Instant at, const char *who, const char *text) { print_said(s, at, "result", who, text); }

/* ---- the end ---- */

static void print_json_run(const Rehearsed *s, const RehearseRun *r)
{
    g_autofree char *held = r->state == RUN_HELD ? exact(s, r->hold_until) : NULL, *exhausted = exact(s, r->exhausted_at), *ended = exact(s, r->ended_at);
    cmd_print_json(json_pack("{s:I, s:s, s:s, s:i, s:s?, s:s?, s:s?, s:s?, s:s?}", "ticket", (json_int_t)r->ticket, "policy", r->policy, "state",
                             ladder_state_name(r->state), "level", r->level, "held_by", r->state == RUN_HELD ? r->acker : NULL, "held_until", held,
                             "exhausted_at", exhausted, "ended_at", ended, "end_reason", r->end_reason));
}

/* "exhausted at …", "held by bob until …" */
static char *how_it_stands(const Rehearsed *s, const RehearseRun *r)
{
    g_autofree char *held = exact(s, r->hold_until), *exhausted = exact(s, r->exhausted_at), *ended = exact(s, r->ended_at);
    switch (r->state) {
    case RUN_HELD:
        return held == NULL ? g_strdup_printf("held by %s", r->acker) : g_strdup_printf("held by %s until %s", r->acker, held);
    case RUN_EXHAUSTED:
        return r->is_operational ? g_strdup("exhausted: its last level is asked again until somebody answers") : g_strdup_printf("exhausted at %s", exhausted);
    case RUN_ENDED:
        return g_strdup_printf("ended at %s: %s", ended, r->end_reason != NULL ? r->end_reason : "no cause is left");
    default:
        return g_strdup_printf("still climbing, at level %d", r->level);
    }
}

void rehearsed_end(Rehearsed *s, const GPtrArray *runs, Instant until)
{
    g_autofree char *last = exact(s, until);
    for (guint i = 0; i < runs->len; i++) {
        const RehearseRun *r = g_ptr_array_index(runs, i);
        g_autofree char *how = how_it_stands(s, r);
        g_autofree char *line = g_strdup_printf("ticket #%" G_GINT64_FORMAT ", policy %s: %s", r->ticket, r->policy, how);
        if (s->json)
            print_json_run(s, r);
        else
            cmd_print_line(line);
    }
    if (s->json) {
        cmd_print_json(json_pack("{s:{s:I, s:I}}", "totals", "mails", (json_int_t)s->mails, "pages", (json_int_t)s->pages));
        return;
    }
    if (runs->len == 0)
        printf("nothing escalates until %s\n", last != NULL ? last : "then");
    printf("%u mails, %u of them ask somebody\n", s->mails, s->pages);
}
