/* escalate: the command line of operators and agents. This file has the options before the command, the table of commands, and what
 * all of them share; each command is a file of its own. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/utf8.h"

#include "rules/phrase.h"

#include "flows/localize.h"

#include "programs/cmd.h"

#include "config.h"

#include "base/banned.h"

#define DEFAULT_CONFIG ESCALATE_CONFIG /* configure: sysconfdir */

struct CommandContext {
    const char *config;
    gboolean json;
    Instant now; /* INSTANT_NONE: the system's */
    Desk *desk;
};

#define VERB(name, usage, summary) {name, "ID" usage, summary, cmd_verb}

const CommandEntry cmd_table[] = {
    {"init", "DIR [--system] [--country CODE] [--tz ZONE]", "writes a working starter set into a new directory", cmd_init},
    {"check", "[--mta [--send ADDRESS [--wait SECONDS]] | --database [--repair]]", "checks configuration and templates; the mail server's side; the database", cmd_check},
    {"list", "[-n N] [--all] [WORDS] [FIELD:VALUE]", "lists tickets", cmd_list},
    {"new", "--queue Q --from ADDRESS [OPTIONS] [TEXT]", "opens a ticket for a customer who phoned", cmd_new},
    {"show", "ID", "shows a ticket with its mails and runs", cmd_show},
    {"explain", "ID [--tz ZONE]", "says why each deadline is when it is", cmd_explain},
    {"log", "ID | MESSAGE", "shows the decisions on mails", cmd_log},
    VERB("ack", " [2h | until TIME]", "accepts the escalation"),
    VERB("decline", "", "declines it"),
    VERB("pass", " WHO", "passes it on"),
    VERB("escalate", "", "tells the next level now"),
    VERB("take", "", "takes the ticket (with --as)"),
    VERB("assign", " WHO", "gives the ticket an owner"),
    VERB("severity", " S1…S4", "sets the severity"),
    VERB("wait", " [for customer | for vendor | until TIME]", "waits"),
    VERB("answered", " [TEXT]", "records an answer by phone"),
    VERB("contained", " [TEXT]", "records that the harm is contained"),
    VERB("resolve", " [TEXT]", "resolves the ticket"),
    VERB("reopen", "", "opens it again"),
    VERB("merge", " TICKET", "merges it into another ticket"),
    VERB("spam", "", "closes it as spam"),
    VERB("notspam", "", "undoes that"),
    VERB("note", " TEXT", "adds a private note"),
    VERB("cause", " TEXT", "records the cause"),
    VERB("prevention", " TEXT", "records what is done so that it does not come again"),
    VERB("impact", " TEXT", "records the impact"),
    VERB("category", " WORD", "sets the category"),
    VERB("risk", " NAME", "the ticket has that risk"),
    VERB("override", " VERB … because REASON", "does what a rule refuses (with --as)"),
    VERB("needless", "", "marks the escalation as needless"),
    {"next", "[-n N] | ID TEXT", "shows what is due next; with an ID: records the next step", cmd_next},
    {"maintenance", "[QUEUE until TIME | QUEUE off]", "keeps the ladders of a queue silent for a while; lists that", cmd_maintenance},
    {"inspect", "[--mbox] [FILE…]", "shows how a mail is read, as JSON", cmd_inspect},
    {"hold", "[--other]", "lists mails on hold, or those filed under other", cmd_hold},
    {"requeue", "[--as human | --as other] NAME…", "takes a mail in again", cmd_requeue},
    {"outbox", "[ID]", "lists outgoing mail", cmd_outbox},
    {"calendar", "FILE|NAME …", "open intervals, a month, a feed, what a new file would move", cmd_calendar},
    {"worktime", "add|between|next|open CAL …", "computes on business hours", cmd_worktime},
    {"oncall", "ROTA [--at T] | ROTA --from T --to T [--ics] | --gaps", "says who is on duty, and when nobody is", cmd_oncall},
    {"template", "FILE --data JSON [--partials DIR] [--html]", "renders a template", cmd_template},
    {"drill", "--policy P [--queue Q] [--severity S1…S4] [--subject TEXT] | list | report ID | end ID", "an exercise through the real path", cmd_drill},
    {"roundcall", "[--all | --role ROLE | CONTACT…]", "asks contacts to confirm how they are reached; without words: how that stands", cmd_roundcall},
    {"policy", "NAME [--dot] [--json] | --adopt [ID]", "shows a ladder; running escalations go by the present configuration", cmd_policy},
    {"simulate", "--policy P [--queue Q] [--severity S] [--customer ADDRESS] --from T [--until T] [--answers FILE] [--json]", "says what a policy would send", cmd_simulate},
    {"replay", "[--policy P] [--queue Q] [--until T] [--answers-resolve] [--diff OLD NEW] [--json] MBOX… | --threads MBOX…",
     "says what the policy would have done with old mail, or threads it", cmd_replay},
    {"health", "", "says whether all works, as a monitoring plugin", cmd_health},
    {"audit", "verify [--head N:HASH] | head | desk | ID", "verifies or shows the audit record", cmd_audit},
    {"backup", "FILE", "writes database, keys and mails into one file, while the daemon runs", cmd_backup},
    {"restore", "[--aside] [--leave] [--above N] FILE | --verify FILE", "puts a backup in place, or only verifies it", cmd_restore},
    {"key", "list | rotate", "shows the keys of signed addresses; makes a new one", cmd_key},
    {"help", "[COMMAND]", "shows this list", cmd_help},
};
const gsize cmd_table_length = G_N_ELEMENTS(cmd_table);

/* ---- shared by the commands ---- */

static const char default_config[] = DEFAULT_CONFIG;

const char *cmd_config_path(CommandContext *ctx) { return ctx->config; }

gboolean cmd_has_config(CommandContext *ctx) { return ctx->config != default_config; }
gboolean cmd_json(CommandContext *ctx) { return ctx->json; }
Instant cmd_now(CommandContext *ctx) { return ctx->now != INSTANT_NONE ? ctx->now : instant_now(); }

int cmd_fail(const GError *err)
{
    if (err == NULL)
        return 0;
    g_autofree char *plain = phrase_plain(err->message), *shown = utf8_shown(plain);
    fprintf(stderr, "escalate: %s\n", shown);
    return error_exit_status(err);
}

const Zone *cmd_ticket_zone(Desk *d, gint64 ticket)
{
    g_autofree char *queue = NULL;
    if (ticket != 0 && !db_text_value(d->db, &queue, NULL, "select queue from ticket where id = $1", "i", ticket))
        return zone_utc();
    const ConfigQueue *first = d->config->queue_order->len > 0 ? g_ptr_array_index(d->config->queue_order, 0) : NULL;
    return desk_contact_zone(d, NULL, queue != NULL ? desk_queue(d, queue) : first);
}

char *cmd_time(const Zone *zone, Instant t, Instant now)
{
    if (t == INSTANT_NONE)
        return g_strdup("-");
    g_autofree char *human = zone_format_human(zone, t);
    Civil then = zone_civil(zone, t);
    const char *clock = strchr(human, ':'); /* the year stands before the hours */
    if (then.year == zone_civil(zone, now).year || clock == NULL)
        return g_steal_pointer(&human);
    int before = (int)(clock - human) - 3;
    return g_strdup_printf("%.*s %d%s", before, human, then.year, human + before);
}

void cmd_print_safe(const char *text)
{
    g_autofree char *plain = phrase_plain(text);
    g_autoptr(GString) shown = g_string_new(NULL);
    for (const char *p = plain; *p != '\0';) {
        if (*p == '\n' || *p == '\t')
            g_string_append_c(shown, *p++);
        else
            p += utf8_append_shown(shown, p);
    }
    fputs(shown->str, stdout);
}

void cmd_print_line(const char *text)
{
    g_autofree char *line = g_strdelimit(g_strdup(text), "\n\r", ' ');
    cmd_print_safe(line);
    putchar('\n');
}

void cmd_print_json(json_t *value)
{
    localize_plain(value);
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    puts(text);
    free(text);
    json_decref(value);
}

#define MOST_TYPOS 2 /* a name with more of them is another */

static int no_command(const char *name)
{
    Nearest nearest = {.meant = name};
    for (gsize i = 0; i < cmd_table_length; i++)
        nearest_offer(&nearest, cmd_table[i].name);
    if (strlen(name) > MOST_TYPOS && nearest.distance <= MOST_TYPOS)
        fprintf(stderr, "escalate: there is no command '%s': is '%s' meant? See escalate help\n", name, nearest.name);
    else
        fprintf(stderr, "escalate: there is no command '%s'; see escalate help\n", name);
    return 2;
}

static void print_usage(FILE *to, const CommandEntry *c) { fprintf(to, "usage: escalate %s%s%s\n", c->name, *c->usage != '\0' ? " " : "", c->usage); }

int cmd_usage(const char *name)
{
    for (gsize i = 0; i < cmd_table_length; i++)
        if (strcmp(cmd_table[i].name, name) == 0)
            print_usage(stderr, &cmd_table[i]);
    return 2;
}

gboolean cmd_ticket_id(const char *text, gint64 *ret, GError **err)
{
    char *end = NULL;
    const char *digits = *text == '#' ? text + 1 : text;
    gint64 id = g_ascii_strtoll(digits, &end, 10);
    if (end == digits || *end != '\0' || id <= 0)
        return error_set(err, ERROR_USAGE, "'%s': expected the number of a ticket", text);
    *ret = id;
    return TRUE;
}

static void print_all(const char *what, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        fprintf(stderr, "%s", what);
        fprintf(stderr, "%s\n", (const char *)g_ptr_array_index(lines, i));
    }
}

Desk *cmd_desk(CommandContext *ctx, int *ret_status)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    if (ctx->desk != NULL)
        return ctx->desk;
    if (!desk_load(ctx->config, &ctx->desk, problems, warnings)) {
        print_all("", problems);
        *ret_status = 78;
    } else {
        ctx->desk->now = cmd_now(ctx);
    }
    return ctx->desk;
}

Desk *cmd_store(CommandContext *ctx, int *ret_status)
{
    g_autoptr(GError) err = NULL;
    Desk *d = cmd_desk(ctx, ret_status);
    if (d == NULL || d->db != NULL)
        return d;
    if (desk_open_store(d, &err))
        return d;
    *ret_status = cmd_fail(err);
    return NULL;
}

Desk *cmd_ticket(CommandContext *ctx, const char *text, Ticket **ret, int *ret_status)
{
    g_autoptr(GError) err = NULL;
    gint64 id;
    Desk *d = NULL;
    if (!cmd_ticket_id(text, &id, &err))
        *ret_status = cmd_fail(err);
    else if ((d = cmd_store(ctx, ret_status)) != NULL && !tickets_load(d->db, id, ret, &err)) {
        *ret_status = cmd_fail(err);
        d = NULL;
    }
    return d;
}

gboolean cmd_calendar_by_name(CommandContext *ctx, const char *name, Calendar **ret, GError **err)
{
    int status = 0;
    if (strcmp(name, "always") == 0) {
        *ret = calendar_always();
        return TRUE;
    }
    Desk *d = cmd_desk(ctx, &status);
    if (d == NULL)
        return error_set(err, ERROR_CONFIG, "calendar '%s': the configuration '%s' cannot be loaded", name, ctx->config);
    Calendar *c = g_hash_table_lookup(d->calendars, name);
    if (c == NULL)
        return error_set(err, ERROR_NOTFOUND, "calendar '%s': the configuration has none of that name", name);
    *ret = c;
    return TRUE;
}

int cmd_help(int argc, char **argv, CommandContext *ctx)
{
    (void)ctx;
    for (gsize i = 0; argc > 1 && i < cmd_table_length; i++)
        if (strcmp(cmd_table[i].name, argv[1]) == 0) {
            print_usage(stdout, &cmd_table[i]);
            printf("  %s\n", cmd_table[i].summary);
            return 0;
        }
    if (argc > 1) {
        return no_command(argv[1]);
    }
    puts("usage: escalate [-c CONF] [--json] [--now TIME] COMMAND …");
    for (gsize i = 0; i < cmd_table_length; i++)
        printf("  %-12s %s\n", cmd_table[i].name, cmd_table[i].summary);
    puts("\"escalate help COMMAND\" says how one is used; escalate(1) describes all.");
    return 0;
}

/* ---- options ---- */

static int run(int argc, char **argv, CommandContext *ctx)
{
    for (gsize i = 0; i < cmd_table_length; i++)
        if (strcmp(cmd_table[i].name, argv[0]) == 0) {
            char *help[] = {(char *)"help", argv[0], NULL};
            gboolean asks = argc == 2 && strcmp(argv[1], "--help") == 0;
            int status = asks ? cmd_help(2, help, ctx) : cmd_table[i].run(argc, argv, ctx);
            if (fflush(stdout) != 0) {
                fprintf(stderr, "escalate: cannot write the output: %s\n", g_strerror(errno));
                return 75;
            }
            return status;
        }
    return no_command(argv[0]);
}

/* A command was refused: perhaps for an option that stands before its name only. */
static void hint_order(int argc, char **argv)
{
    static const char *const before[] = {"-c", "--config", "--json", "--now"};
    for (int i = 1; i < argc; i++)
        for (gsize k = 0; k < G_N_ELEMENTS(before); k++)
            if (strcmp(argv[i], before[k]) == 0 || (g_str_has_prefix(argv[i], before[k]) && argv[i][strlen(before[k])] == '=')) {
                g_autofree char *line = g_strdup_printf("escalate: %s stands before the command: escalate %s … %s\n", before[k], before[k], argv[0]);
                fputs(line, stderr);
                return;
            }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'}, {"json", no_argument, NULL, 'j'},
                                            {"now", required_argument, NULL, 'n'},    {"version", no_argument, NULL, 'V'},
                                            {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    CommandContext ctx = {.config = default_config, .now = INSTANT_NONE};
    g_autoptr(GError) err = NULL;
    int option;
    log_open("escalate", FALSE);
    log_set_level(LOGGING_WARNING);
    while ((option = getopt_long(argc, argv, "+c:", options, NULL)) != -1) {
        if (option == 'c')
            ctx.config = optarg;
        else if (option == 'j')
            ctx.json = TRUE;
        else if (option == 'n' && !instant_parse(optarg, &ctx.now, &err))
            return cmd_fail(err), 2;
        else if (option == 'V')
            return puts("escalate " PACKAGE_VERSION) < 0;
        else if (option == 'h')
            return cmd_help(1, argv, &ctx);
        else if (option == '?')
            return 2;
    }
    if (optind >= argc) {
        cmd_help(1, argv, &ctx);
        return 2;
    }
    argc -= optind;
    argv += optind;
    optind = 0; /* each command reads its own options */
    int status = run(argc, argv, &ctx);
    if (status == 2 || status == 78) /* the line or the configuration: not where that was given behind the command */
        hint_order(argc, argv);
    desk_free(ctx.desk);
    return status;
}
