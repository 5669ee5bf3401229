/* replay: old mailboxes through the real engine, on the mails' own clock. It leaves no trace. */
#include "programs/replay.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "flows/tally.h"

#include "programs/oldmail.h"
#include "programs/rehearsed.h"

#include "base/banned.h"

#define TAIL ((Seconds)30 * 86400) /* looked at behind the last mail, without --until */
#define REACH ((Seconds)30 * 86400)

typedef struct {
    const char *policy, *queue, *until, *before, *after;
    gboolean json, answers_resolve;
    int first; /* mailbox among the arguments */
} Options;

typedef struct {
    const Options *options;
    const OldMails *mails;
    Rehearsed shown;
    Tally *tally;
    gboolean is_quiet; /* no line a page */
    Desk *desk;
    Rehearse *rehearse;
} Replay;

static gboolean read_options(int argc, char **argv, Options *o, GError **err)
{
    const struct {
        const char *name;
        const char **into;
    } known[] = {{"--policy", &o->policy}, {"--queue", &o->queue}, {"--until", &o->until}};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        gsize k = 0;
        while (k < G_N_ELEMENTS(known) && strcmp(argv[i], known[k].name) != 0)
            k++;
        if (k < G_N_ELEMENTS(known) && i + 1 < argc) {
            *known[k].into = argv[++i];
        } else if (strcmp(argv[i], "--diff") == 0 && i + 2 < argc) {
            o->before = argv[++i];
            o->after = argv[++i];
        } else if (strcmp(argv[i], "--json") == 0) {
            o->json = TRUE;
        } else if (strcmp(argv[i], "--answers-resolve") == 0) {
            o->answers_resolve = TRUE;
        } else {
            return error_set(err, ERROR_USAGE, "replay: unexpected '%s'", argv[i]);
        }
    }
    o->first = i;
    return i < argc || error_set(err, ERROR_USAGE, "replay: which mailbox?");
}

/* ---- one configuration ---- */

static void on_mail(const RehearseMail *mail, void *data)
{
    Replay *p = data;
    tally_page(p->tally, mail);
    if (mail->is_page && !p->is_quiet)
        rehearsed_mail(mail, &p->shown);
}

/* The team's old answers came from its own addresses: in a relay queue only those at a work address would count, and there were none. */
static void believe_the_team(Desk *d)
{
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        ConfigQueue *q = g_ptr_array_index(d->config->queue_order, i);
        if (q->mode == MODE_RELAY)
            q->mode = MODE_OBSERVE;
    }
}

static gboolean prepare(Replay *p, GError **err)
{
    const Options *o = p->options;
    ConfigQueue *queue = g_ptr_array_index(p->desk->config->queue_order, 0);
    if (o->queue != NULL && desk_queue(p->desk, o->queue) == NULL)
        return error_set(err, ERROR_NOTFOUND, "queue '%s': the configuration has none of that name", o->queue);
    if (o->queue != NULL)
        queue = g_hash_table_lookup(p->desk->config->queues, o->queue);
    if (o->policy != NULL && !rehearsed_queue(p->desk, o->policy, queue->name, &queue, err))
        return FALSE;
    p->shown = (Rehearsed){.desk = p->desk, .zone = desk_contact_zone(p->desk, NULL, queue), .json = o->json};
    believe_the_team(p->desk);
    return TRUE;
}

/* A file of hours that begins later than the mails leaves them to lie until then, and all of it would look late. */
static void warn_of_closed(const Replay *p, Instant first)
{
    for (guint i = 0; i < p->desk->config->queue_order->len; i++) {
        const ConfigQueue *q = g_ptr_array_index(p->desk->config->queue_order, i);
        Seconds open = 1;
        if (calendar_between(desk_calendar(p->desk, q->calendar), first, first + REACH, &open, NULL) && open == 0)
            fprintf(stderr, "escalate: queue '%s': calendar '%s' has no open time in the 30 days after the first mail: do its files begin later?\n", q->name,
                    q->calendar);
    }
}

static gboolean take_all(Replay *p, GError **err)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    for (guint i = 0; i < oldmail_count(p->mails); i++) {
        RehearseFate fate;
        if (!oldmail_read(p->mails, i, bytes, err) || !rehearse_until(p->rehearse, oldmail_at(p->mails, i) - 1, err))
            return FALSE;
        rehearse_set(p->rehearse, oldmail_at(p->mails, i));
        if (!rehearse_take(p->rehearse, bytes->str, bytes->len, p->options->queue, &fate, err))
            return FALSE;
        tally_fate(p->tally, fate);
    }
    return TRUE;
}

static gboolean play(Replay *p, GArray **ret, GError **err)
{
    guint n = oldmail_count(p->mails);
    Instant end = n > 0 ? oldmail_at(p->mails, n - 1) + TAIL : 0;
    if (!prepare(p, err) || (p->options->until != NULL && !instant_parse(p->options->until, &end, err)))
        return FALSE;
    if (n > 0)
        warn_of_closed(p, oldmail_at(p->mails, 0));
    p->tally = tally_new(p->shown.zone);
    tally_undated(p->tally, oldmail_undated(p->mails));
    if (!rehearse_new(p->desk, n > 0 ? oldmail_at(p->mails, 0) : 0, TRUE, on_mail, p, &p->rehearse, err))
        return FALSE;
    if (p->options->answers_resolve)
        rehearse_answers_resolve(p->rehearse);
    return take_all(p, err) && rehearse_until(p->rehearse, end, err) && tally_rows(p->tally, p->desk, ret, err);
}

static gboolean replay(const Options *o, const OldMails *mails, Desk *d, GArray **ret, GError **err)
{
    Replay p = {.options = o, .mails = mails, .desk = d, .is_quiet = o->before != NULL};
    gboolean ok = play(&p, ret, err);
    rehearse_free(p.rehearse);
    tally_free(p.tally);
    return ok;
}

/* ---- what is printed ---- */

static void print_rows(const GArray *rows, gboolean json)
{
    json_t *totals = json_object();
    for (guint i = 0; i < rows->len; i++) {
        const TallyRow *r = &g_array_index(rows, TallyRow, i);
        if (json && json_object_get(totals, r->group) == NULL)
            json_object_set_new(totals, r->group, json_object());
        if (json)
            json_object_set_new(json_object_get(totals, r->group), r->name, json_integer(r->n));
        else
            printf("%-14s  %-30s  %8" G_GINT64_FORMAT "\n", r->group, r->name, r->n);
    }
    if (json)
        cmd_print_json(json_pack("{s:O}", "totals", totals));
    json_decref(totals);
}

static void print_pairs(const GArray *pairs, gboolean json)
{
    json_t *all = json_array();
    if (!json)
        printf("%-14s  %-30s  %8s  %8s  %9s\n", "", "", "OLD", "NEW", "DIFFERENCE");
    for (guint i = 0; i < pairs->len; i++) {
        const TallyPair *p = &g_array_index(pairs, TallyPair, i);
        gint64 more = p->after - p->before;
        if (json)
            json_array_append_new(all, json_pack("{s:s, s:s, s:I, s:I}", "group", p->group, "name", p->name, "old", (json_int_t)p->before, "new",
                                                 (json_int_t)p->after));
        else if (more == 0)
            printf("%-14s  %-30s  %8" G_GINT64_FORMAT "  %8" G_GINT64_FORMAT "\n", p->group, p->name, p->before, p->after);
        else
            printf("%-14s  %-30s  %8" G_GINT64_FORMAT "  %8" G_GINT64_FORMAT "  %+10" G_GINT64_FORMAT "\n", p->group, p->name, p->before, p->after, more);
    }
    if (json)
        cmd_print_json(json_pack("{s:O}", "diff", all));
    json_decref(all);
}

/* ---- two configurations ---- */

/* NULL: its problems are printed. */
static Desk *load(const char *path)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    Desk *d = NULL;
    if (desk_load(path, &d, problems, warnings))
        return d;
    for (guint i = 0; i < problems->len; i++)
        fprintf(stderr, "%s\n", (const char *)g_ptr_array_index(problems, i));
    return NULL;
}

static int diff(const Options *o, const OldMails *mails)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(Desk) old = load(o->before), new = load(o->after);
    g_autoptr(GArray) before = NULL, after = NULL, pairs = NULL;
    if (old == NULL || new == NULL)
        return 78;
    if (!replay(o, mails, old, &before, &err) || !replay(o, mails, new, &after, &err))
        return cmd_fail(err);
    pairs = tally_pairs(before, after);
    print_pairs(pairs, o->json);
    return 0;
}

int replay_run(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(OldMails) mails = NULL;
    g_autoptr(GArray) rows = NULL;
    Options o = {.json = cmd_json(ctx)};
    int status = 0;
    if (!read_options(argc, argv, &o, &err))
        return cmd_fail(err);
    Desk *d = o.before == NULL ? cmd_desk(ctx, &status) : NULL;
    if (status != 0)
        return status;
    if (!oldmail_open(argv + o.first, argc - o.first, &mails, &err))
        return cmd_fail(err);
    if (o.before != NULL)
        return diff(&o, mails);
    if (!replay(&o, mails, d, &rows, &err))
        return cmd_fail(err);
    print_rows(rows, o.json);
    return 0;
}
