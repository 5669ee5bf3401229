/* cmd: what the commands of escalate(1) share: the table's entries, the options before the command, opening configuration and
 * database, and failing in one way. */
#ifndef PROGRAMS_CMD_H
#define PROGRAMS_CMD_H

#include <jansson.h>

#include "store/tickets.h"

#include "flows/desk.h"

typedef struct CommandContext CommandContext;

/* argv[0] is the command's name. The value is the exit status: 0 done, 1 refused or not found, 2 usage, 75 try again, 78 configuration. */
typedef int CommandMain(int argc, char **argv, CommandContext *ctx);

typedef struct {
    const char *name;
    const char *usage;   /* behind the name */
    const char *summary; /* one line, lower case */
    CommandMain *run;
} CommandEntry;

extern const CommandEntry cmd_table[];
extern const gsize cmd_table_length;

const char *cmd_config_path(CommandContext *ctx);
/* Whether -c named it. */
gboolean cmd_has_config(CommandContext *ctx);
gboolean cmd_json(CommandContext *ctx);
/* The instant that the command works at: --now, else the system's. */
Instant cmd_now(CommandContext *ctx);

/* The configuration with its calendars; problems are printed. NULL: *ret_status is the exit status. */
Desk *cmd_desk(CommandContext *ctx, int *ret_status);
/* The same with the database open. */
Desk *cmd_store(CommandContext *ctx, int *ret_status);
/* The same, and the ticket that the argument names. */
Desk *cmd_ticket(CommandContext *ctx, const char *text, Ticket **ret, int *ret_status);
/* A named calendar of the configuration. */
gboolean cmd_calendar_by_name(CommandContext *ctx, const char *name, Calendar **ret, GError **err);

/* Prints "escalate: message" and returns the exit status. NULL: 0. */
int cmd_fail(const GError *err);
/* Prints the usage line of the command and returns 2. */
int cmd_usage(const char *name);
/* A ticket's number: "42" or "#42". */
gboolean cmd_ticket_id(const char *text, gint64 *ret, GError **err);
/* Prints a JSON value on one line and drops it. */
void cmd_print_json(json_t *value);
/* A time for people, "Fri 22 May 14:02 CEST", with its year where that is not the present one; "-" for INSTANT_NONE. Newly allocated. */
char *cmd_time(const Zone *zone, Instant t, Instant now);
/* The zone in which a ticket (0: what belongs to none) is told: its queue's. */
const Zone *cmd_ticket_zone(Desk *d, gint64 ticket);
/* Prints text with control characters escaped: what comes from mail must not reach a terminal raw. */
void cmd_print_safe(const char *text);
/* The same as one line: a line end in it becomes a blank. */
void cmd_print_line(const char *text);

CommandMain cmd_audit, cmd_backup, cmd_calendar, cmd_check, cmd_database, cmd_drill, cmd_explain, cmd_health, cmd_help, cmd_hold, cmd_init,
    cmd_inspect, cmd_key, cmd_list, cmd_log, cmd_maintenance, cmd_mta, cmd_new, cmd_next, cmd_oncall, cmd_outbox, cmd_policy,
    cmd_replay, cmd_requeue, cmd_restore, cmd_roundcall, cmd_show, cmd_simulate, cmd_template, cmd_verb, cmd_worktime;

#endif
