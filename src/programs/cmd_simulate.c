/* cmd_simulate: `escalate simulate`: every mail that a policy would send for one ticket, as the real engine would. It leaves no trace. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "flows/answers.h"
#include "flows/rehearse.h"

#include "programs/cmd.h"
#include "programs/rehearsed.h"

#include "base/banned.h"

#define FORESEEN ((Seconds)30 * 86400) /* without --until */

typedef struct {
    const char *policy, *queue, *severity, *customer, *from, *until, *answers;
    gboolean json;
} Options;

typedef struct {
    Rehearsed shown;
    Desk *desk;
    const Options *options;
    ConfigQueue *queue;
    GPtrArray *answers; /* Answer * */
    Instant from, until;
    gint64 ticket;
    gboolean is_cut;    /* only repeats were left */
} Simulation;

static gboolean read_options(int argc, char **argv, Options *o, GError **err)
{
    const struct {
        const char *name;
        const char **into;
    } known[] = {{"--policy", &o->policy}, {"--queue", &o->queue}, {"--severity", &o->severity}, {"--customer", &o->customer},
                 {"--from", &o->from},     {"--until", &o->until}, {"--answers", &o->answers}};
    for (int i = 1; i < argc; i++) {
        gsize k = 0;
        while (k < G_N_ELEMENTS(known) && strcmp(argv[i], known[k].name) != 0)
            k++;
        if (k < G_N_ELEMENTS(known) && i + 1 < argc)
            *known[k].into = argv[++i];
        else if (strcmp(argv[i], "--json") == 0)
            o->json = TRUE;
        else
            return error_set(err, ERROR_USAGE, "simulate: unexpected '%s'", argv[i]);
    }
    if (o->policy == NULL || o->from == NULL)
        return error_set(err, ERROR_USAGE, "simulate: say which with --policy, and when with --from");
    return TRUE;
}

static gboolean read_severity(const Simulation *s, int *ret, GError **err)
{
    const char *text = s->options->severity;
    *ret = s->queue->default_severity;
    if (text == NULL)
        return TRUE;
    if ((*text != 'S' && *text != 's') || text[1] < '1' || text[1] >= '1' + SEVERITY_COUNT || text[2] != '\0')
        return error_set(err, ERROR_USAGE, "simulate: severity '%s': expected S1 to S%d", text, SEVERITY_COUNT);
    *ret = text[1] - '1';
    return TRUE;
}

/* Whose plan, language and name count. Of the house he would be no customer. */
static gboolean check_customer(const Simulation *s, GError **err)
{
    const char *address = s->options->customer, *at = address != NULL ? strchr(address, '@') : NULL;
    if (address == NULL)
        return TRUE;
    if (at == NULL || at == address || at[1] == '\0' || strpbrk(address, " \t\r\n<>\",") != NULL)
        return error_set(err, ERROR_USAGE, "simulate: customer '%s': expected a mail address, like kim@customer.example", address);
    if (config_contact_by_address(s->desk->config, address) != NULL || config_queue_by_address(s->desk->config, address) != NULL)
        return error_set(err, ERROR_USAGE, "simulate: customer '%s': expected an address that is not of the configuration", address);
    return TRUE;
}

static gboolean read_times(Simulation *s, GError **err)
{
    const Options *o = s->options;
    if (!instant_parse(o->from, &s->from, err))
        return FALSE;
    s->until = s->from + FORESEEN;
    return (o->until == NULL || instant_parse(o->until, &s->until, err))
           && (s->until >= s->from || error_set(err, ERROR_USAGE, "simulate: --until lies before --from"));
}

/* ---- how it goes ---- */

static gboolean play(Simulation *s, Rehearse *r, const Answer *a, GError **err)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    rehearsed_answer(&s->shown, a->at, a->who != NULL ? a->who->name : "customer", a->text);
    if (a->who == NULL)
        return rehearse_customer(r, s->ticket, a->text, err);
    gboolean ok = rehearse_answer(r, a->who, a->command, results, err);
    for (guint i = 0; ok && i < results->len; i++)
        rehearsed_result(&s->shown, a->at, a->who->name, g_ptr_array_index(results, i));
    return ok;
}

/* Answers are mail, and mail comes before what is due at the same instant. */
static gboolean step(Simulation *s, Rehearse *r, guint *answered, gboolean *ret_over, GError **err)
{
    const Answer *a = *answered < s->answers->len ? g_ptr_array_index(s->answers, *answered) : NULL;
    Instant next;
    if (!rehearse_next(r, &next, err))
        return FALSE;
    gboolean is_answer = a != NULL && (next == INSTANT_NONE || a->at <= next);
    if (s->options->until == NULL && a == NULL && !rehearse_only_repeats(r, &s->is_cut, err))
        return FALSE;
    *ret_over = s->is_cut || (!is_answer && (next == INSTANT_NONE || next > s->until));
    if (*ret_over)
        return TRUE;
    if (!is_answer)
        return rehearse_step(r, next, err);
    (*answered)++;
    rehearse_set(r, a->at);
    return play(s, r, a, err);
}

static gboolean simulate(Simulation *s, int severity, GError **err)
{
    g_autoptr(Rehearse) r = NULL;
    g_autoptr(GPtrArray) runs = NULL;
    guint answered = 0;
    gboolean over = FALSE;
    if (!rehearse_new(s->desk, s->from, FALSE, rehearsed_mail, &s->shown, &r, err) || !rehearse_open(r, s->queue, severity, s->options->customer, &s->ticket, err))
        return FALSE;
    while (!over)
        if (!step(s, r, &answered, &over, err))
            return FALSE;
    if (!rehearse_runs(r, &runs, err))
        return FALSE;
    rehearsed_end(&s->shown, runs, s->is_cut ? INSTANT_NONE : s->until);
    return TRUE;
}

static gboolean run(Simulation *s, GError **err)
{
    const Options *o = s->options;
    int severity;
    s->answers = g_ptr_array_new();
    if (!rehearsed_queue(s->desk, o->policy, o->queue, &s->queue, err) || !read_severity(s, &severity, err) || !check_customer(s, err) || !read_times(s, err))
        return FALSE;
    if (o->answers != NULL) {
        g_ptr_array_unref(s->answers);
        s->answers = NULL;
        if (!answers_read(s->desk, o->answers, s->queue, s->from, s->until, &s->answers, err))
            return FALSE;
    }
    s->shown = (Rehearsed){.desk = s->desk, .zone = desk_contact_zone(s->desk, NULL, s->queue), .json = o->json};
    return simulate(s, severity, err);
}

int cmd_simulate(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    Options o = {.json = cmd_json(ctx)};
    int status = 0;
    if (argc == 1)
        return cmd_usage(argv[0]);
    if (!read_options(argc, argv, &o, &err))
        return cmd_fail(err);
    Simulation s = {.desk = cmd_desk(ctx, &status), .options = &o};
    if (s.desk == NULL)
        return status;
    run(&s, &err);
    if (s.answers != NULL)
        g_ptr_array_unref(s.answers);
    return cmd_fail(err);
}
