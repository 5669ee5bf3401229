/* verbs: one function a verb, in a table. Each changes the ticket, its clocks and runs, and says in a line what it did. */
#include "flows/verbs.h"

#include <string.h>

#include "base/error.h"

#include "rules/ladder.h"

#include "store/clocks.h"
#include "store/messages.h"

#include "flows/courtesy.h"
#include "flows/deadlines.h"
#include "flows/escalate.h"
#include "flows/notify.h"
#include "flows/view.h"

#include "base/banned.h"

/* ---- small parts ---- */

static void say(VerbContext *c, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void say(VerbContext *c, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_ptr_array_add(c->results, g_strdup_vprintf(format, ap));
    va_end(ap);
}

/* Always TRUE: a refusal is an answer, not an error. */
static gboolean refuse(VerbContext *c, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean refuse(VerbContext *c, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *why = g_strdup_vprintf(format, ap);
    va_end(ap);
    c->is_refused = TRUE;
    say(c, "Not done: %s.", why);
    return TRUE;
}

static const char *actor_name(const VerbContext *c) { return c->actor != NULL ? c->actor->name : "operator"; }

static const ConfigQueue *home(const VerbContext *c) { return desk_queue(c->desk, c->ticket->queue); }
static const Zone *zone_of(const VerbContext *c) { return desk_contact_zone(c->desk, c->actor, home(c)); }

static gboolean save(VerbContext *c, GError **err) { return tickets_save(c->desk->db, c->ticket, err); }

static const ConfigContact *find_contact(const Desk *d, const char *who)
{
    const ConfigContact *c = desk_contact(d, who);
    if (c == NULL && strchr(who, '@') != NULL)
        c = config_contact_by_address(d->config, who);
    for (guint i = 0; c == NULL && i < d->config->contact_order->len; i++) {
        const ConfigContact *one = g_ptr_array_index(d->config->contact_order, i);
        if (g_ascii_strcasecmp(one->name, who) == 0 || g_ascii_strcasecmp(one->full_name, who) == 0)
            c = one;
    }
    return c;
}

static gboolean set_owner(VerbContext *c, const char *contact, GError **err)
{
    Ticket *t = c->ticket;
    g_free(t->owner);
    t->owner = g_strdup(contact);
    if (t->state == TICKET_NEW)
        t->state = TICKET_OPEN;
    return save(c, err) && deadlines_end(c->desk, t, TARGET_ASSIGN, TRUE, c->desk->now, c->message, err)
           && desk_audit(c->desk, t->id, err, "owner", "owner=%s by=%s", contact, actor_name(c));
}

/* The runs that a verb is about: the one that was answered, else all that live. */
static gboolean each_run(VerbContext *c, LadderEvent *event, gboolean (*done)(VerbContext *, const RunRow *, const GPtrArray *, GError **),
                         guint *ret_count, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    guint n = 0;
    if (!runs_of_ticket(c->desk->db, c->ticket->id, c->run == 0, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        RunRow *r = g_ptr_array_index(runs, i);
        g_autoptr(GPtrArray) actions = NULL;
        if (c->run != 0 && r->id != c->run)
            continue;
        n++;
        if (!escalate_event(c->desk, c->ticket, r->id, event, &actions, err) || (done != NULL && !done(c, r, actions, err)))
            return FALSE;
    }
    *ret_count = n;
    return TRUE;
}

/* ---- the ladder's verbs ---- */

static gboolean has_action(const GPtrArray *actions, LadderActionKind kind)
{
    for (guint i = 0; actions != NULL && i < actions->len; i++)
        if (((LadderAction *)g_ptr_array_index(actions, i))->kind == kind)
            return TRUE;
    return FALSE;
}

static gboolean horizontal(const VerbContext *c, const RunRow *r)
{
    const Policy *p = desk_policy(c->desk, r->policy);
    int level = r->run->level;
    return p != NULL && level > 0 && level <= (int)p->levels->len
           && ((PolicyLevel *)g_ptr_array_index(p->levels, (guint)level - 1))->kind == LEVEL_HORIZONTAL;
}

static gboolean acked(VerbContext *c, const RunRow *before, const GPtrArray *actions, GError **err)
{
    g_autoptr(RunRow) r = NULL;
    if (!runs_load(c->desk->db, before->id, &r, err))
        return FALSE;
    if (has_action(actions, LADDER_DO_LATE)) {
        say(c, "Recorded. It is over already: nothing needs to be done.");
        return TRUE;
    }
    if (has_action(actions, LADDER_DO_QUORUM)) {
        say(c, "Recorded. More of your level must acknowledge.");
        return TRUE;
    }
    if (has_action(actions, LADDER_DO_ALSO)) {
        const ConfigContact *first = desk_contact(c->desk, r->run->acker);
        say(c, "Recorded: you are also on it. %s has it.", first != NULL ? first->full_name : r->run->acker);
        return TRUE;
    }
    g_autofree char *until = view_time(zone_of(c), r->run->hold_until, c->desk->now);
    say(c, "You have it, until %s %s. Nobody else is asked meanwhile.", until, zone_abbreviation(zone_of(c), r->run->hold_until));
    if (c->page != 0 && !runs_set_outcome(c->desk->db, c->page, "acknowledged", c->desk->now, err))
        return FALSE;
    return (c->ticket->owner != NULL && !horizontal(c, r)) || set_owner(c, actor_name(c), err);
}

static gboolean do_ack(VerbContext *c, const Command *cmd, GError **err)
{
    Instant until = INSTANT_NONE;
    guint n = 0;
    GError *local = NULL;
    if (cmd->until.given && !command_when(&cmd->until, zone_of(c), c->desk->now, &until, &local)) {
        refuse(c, "%s", local->message);
        g_error_free(local);
        return TRUE;
    }
    const Duration *hold = cmd->has_hold ? &cmd->hold : NULL;
    g_autofree char *policy = NULL;
    if (c->run != 0 && !db_text_value(c->desk->db, &policy, err, "select policy from run where id = $1", "i", c->run))
        return FALSE;
    LadderEvent event = {.kind = LADDER_ACK, .contact = actor_name(c),
                         .hold_until = escalate_hold_until(c->desk, c->ticket, policy, hold, until)};
    if (!each_run(c, &event, acked, &n, err))
        return FALSE;
    if (n == 0)
        return refuse(c, "nothing is escalated on this ticket now");
    return TRUE;
}

static gboolean do_decline(VerbContext *c, const Command *cmd, GError **err)
{
    LadderEvent event = {.kind = LADDER_DECLINE, .contact = actor_name(c)};
    guint n = 0;
    (void)cmd;
    if (!each_run(c, &event, NULL, &n, err))
        return FALSE;
    if (n == 0)
        return refuse(c, "nothing is escalated on this ticket now");
    say(c, "You are out of it. The next one is asked.");
    return c->page == 0 || runs_set_outcome(c->desk->db, c->page, "declined", c->desk->now, err);
}

static gboolean do_pass(VerbContext *c, const Command *cmd, GError **err)
{
    const ConfigContact *to = find_contact(c->desk, cmd->who);
    LadderEvent event = {.kind = LADDER_PASS, .contact = actor_name(c), .other = to != NULL ? to->name : NULL};
    guint n = 0;
    if (to == NULL)
        return refuse(c, "nobody here is called '%s'", cmd->who);
    if (!each_run(c, &event, NULL, &n, err))
        return FALSE;
    if (n == 0)
        return refuse(c, "nothing is escalated on this ticket now");
    say(c, "%s is asked instead of you.", to->full_name);
    return c->page == 0 || runs_set_outcome(c->desk->db, c->page, "passed on", c->desk->now, err);
}

static gboolean do_escalate(VerbContext *c, const Command *cmd, GError **err)
{
    LadderEvent event = {.kind = LADDER_ESCALATE, .contact = actor_name(c)};
    guint n = 0;
    (void)cmd;
    if (!escalate_each(c->desk, c->ticket, &event, &n, err))
        return FALSE;
    if (n == 0 && !escalate_cause(c->desk, c->ticket, home(c)->policy, "manual", 0, 0, err))
        return FALSE;
    say(c, "Escalated: the next level is told.");
    return TRUE;
}

/* ---- the owner's verbs ---- */

static gboolean do_take(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    if (c->actor == NULL)
        return refuse(c, "say who: assign NAME");
    say(c, "You own the ticket.");
    return set_owner(c, c->actor->name, err);
}

static gboolean do_assign(VerbContext *c, const Command *cmd, GError **err)
{
    const ConfigContact *to = find_contact(c->desk, cmd->who);
    if (to == NULL)
        return refuse(c, "nobody here is called '%s'", cmd->who);
    say(c, "%s owns the ticket.", to->full_name);
    return set_owner(c, to->name, err)
           && ((c->actor != NULL && strcmp(to->name, c->actor->name) == 0) || notify_line(c->desk, c->ticket, to->name, "You own this ticket now.", err));
}

static gboolean do_severity(VerbContext *c, const Command *cmd, GError **err)
{
    int old = c->ticket->severity;
    c->ticket->severity = cmd->severity - 1;
    c->ticket->severity_sticks = TRUE;
    say(c, "Severity is S%d.", cmd->severity);
    return save(c, err) && deadlines_retarget(c->desk, c->ticket, old, c->desk->now, err)
           && desk_audit(c->desk, c->ticket->id, err, "severity", "old=S%d new=S%d by=%s", old + 1, cmd->severity, actor_name(c));
}

static gboolean do_wait(VerbContext *c, const Command *cmd, GError **err)
{
    Ticket *t = c->ticket;
    Instant until = INSTANT_NONE;
    GError *local = NULL;
    if (t->state >= TICKET_RESOLVED)
        return refuse(c, "the ticket is %s", tickets_state_name(t->state));
    if (cmd->until.given && !command_when(&cmd->until, zone_of(c), c->desk->now, &until, &local)) {
        refuse(c, "%s", local->message);
        g_error_free(local);
        return TRUE;
    }
    const char *why = until != INSTANT_NONE ? "until" : cmd->wait_for == COMMAND_FOR_VENDOR ? "vendor" : "customer";
    g_free(t->waiting_for);
    t->waiting_for = g_strdup(why);
    t->wait_until_at = until;
    t->state = TICKET_WAITING;
    DueRow row = {.what = (char *)"wait", .next_at = until, .ticket_id = t->id};
    say(c, strcmp(why, "customer") == 0 ? "Waiting for the customer: update and resolve pause." : "Waiting: the clocks go on.");
    return save(c, err) && (until == INSTANT_NONE || clocks_due_add(c->desk->db, &row, err))
           && (strcmp(why, "customer") != 0 || deadlines_pause(c->desk, t, c->desk->now, c->message, err))
           && desk_audit(c->desk, t->id, err, "wait", "for=%s by=%s", why, actor_name(c));
}

/* A text of the team that belongs to the ticket, as a message of its own. */
static gboolean record(VerbContext *c, const char *kind, const char *text, GError **err)
{
    MessageRow m = {.ticket_id = c->ticket->id, .direction = (char *)"in", .kind = (char *)kind, .new_text = (char *)text,
                    .subject = (char *)kind, .sent_at = INSTANT_NONE, .received_at = c->desk->now, .contact = (char *)actor_name(c), .is_note = TRUE};
    return text == NULL || messages_insert(c->desk->db, &m, err);
}

static gboolean progress(VerbContext *c, GError **err)
{
    LadderEvent event = {.kind = LADDER_PROGRESS, .hold_until = escalate_hold_until(c->desk, c->ticket, NULL, NULL, INSTANT_NONE)};
    return escalate_each(c->desk, c->ticket, &event, NULL, err);
}

static gboolean do_answered(VerbContext *c, const Command *cmd, GError **err)
{
    say(c, "Recorded as an answer to the customer.");
    return record(c, "answered", cmd->text != NULL ? cmd->text : "answered by phone", err)
           && verbs_answered(c->desk, c->ticket, actor_name(c), NULL, c->desk->now, c->message, err);
}

static gboolean do_contained(VerbContext *c, const Command *cmd, GError **err)
{
    c->ticket->contained_at = c->desk->now;
    say(c, "Contained. Answer and solution are still owed.");
    return save(c, err) && record(c, "contained", cmd->text, err) && escalate_contained(c->desk, c->ticket, err)
           && desk_audit(c->desk, c->ticket->id, err, "contained", "by=%s", actor_name(c));
}

static void set_text(char **field, const char *text)
{
    g_free(*field);
    *field = g_strdup(text);
}

/* All clocks of a ticket that is over. */
static gboolean end_clocks(VerbContext *c, gboolean resolved, GError **err)
{
    Desk *d = c->desk;
    Ticket *t = c->ticket;
    return deadlines_end(d, t, TARGET_RESOLVE, resolved, d->now, c->message, err) && deadlines_end(d, t, TARGET_RESPOND, FALSE, d->now, c->message, err)
           && deadlines_end(d, t, TARGET_UPDATE, FALSE, d->now, c->message, err) && deadlines_end(d, t, TARGET_ASSIGN, FALSE, d->now, c->message, err);
}

static gboolean end_runs(VerbContext *c, const char *reason, GError **err)
{
    LadderEvent event = {.kind = LADDER_END, .text = reason};
    return escalate_each(c->desk, c->ticket, &event, NULL, err);
}

static gboolean schedule_close(VerbContext *c, GError **err)
{
    DueRow row = {.what = (char *)"close", .ticket_id = c->ticket->id};
    if (!calendar_add(desk_calendar(c->desk, home(c)->calendar), c->desk->now, home(c)->reopen_window, &row.next_at, NULL))
        row.next_at = c->desk->now + 14 * 86400;
    return clocks_due_clear(c->desk->db, c->ticket->id, "close", 0, err) && clocks_due_add(c->desk->db, &row, err);
}

static gboolean do_resolve(VerbContext *c, const Command *cmd, GError **err)
{
    Ticket *t = c->ticket;
    gboolean may_tell = FALSE;
    if (t->state >= TICKET_RESOLVED)
        return refuse(c, "the ticket is %s already", tickets_state_name(t->state));
    if (cmd->text != NULL)
        set_text(&t->resolution, cmd->text);
    t->state = TICKET_RESOLVED;
    t->resolved_at = c->desk->now;
    say(c, "Resolved.");
    GuardCase facts = {.to = t->requester != NULL ? t->requester : "", .mail_class = GUARD_UPDATE, .is_participant = TRUE};
    return save(c, err) && end_runs(c, "it is resolved", err) && end_clocks(c, TRUE, err) && schedule_close(c, err)
           && courtesy_allows(c->desk, t, &facts, &may_tell, err) && (!may_tell || notify_requester(c->desk, t, "resolved", NULL, NULL, err))
           && desk_audit(c->desk, t->id, err, "resolved", "by=%s", actor_name(c));
}

static gboolean do_reopen(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    if (c->ticket->state < TICKET_RESOLVED)
        return refuse(c, "the ticket is %s", tickets_state_name(c->ticket->state));
    say(c, "The ticket is open again.");
    return verbs_reopen(c->desk, c->ticket, c->message, err);
}

static gboolean do_text(VerbContext *c, const Command *cmd, GError **err)
{
    Ticket *t = c->ticket;
    char **field = cmd->verb == VERB_CAUSE ? &t->cause : cmd->verb == VERB_IMPACT ? &t->impact : cmd->verb == VERB_CATEGORY ? &t->category : &t->next_text;
    GError *local = NULL;
    if (cmd->verb == VERB_NEXT) {
        t->next_until_at = INSTANT_NONE;
        if (cmd->until.given && !command_when(&cmd->until, zone_of(c), c->desk->now, &t->next_until_at, &local)) {
            refuse(c, "%s", local->message);
            g_error_free(local);
            return TRUE;
        }
    }
    set_text(field, cmd->text);
    say(c, "Recorded: %s.", command_verb_name(cmd->verb));
    return save(c, err) && (cmd->verb != VERB_CAUSE || progress(c, err))
           && desk_audit(c->desk, t->id, err, "text", "verb=%s by=%s", command_verb_name(cmd->verb), actor_name(c));
}

static gboolean do_note(VerbContext *c, const Command *cmd, GError **err)
{
    say(c, "Noted.");
    return record(c, "note", cmd->text, err);
}

static gboolean do_spam(VerbContext *c, const Command *cmd, GError **err)
{
    Ticket *t = c->ticket;
    (void)cmd;
    t->state = TICKET_CLOSED;
    t->spam = TRUE;
    t->closed_at = c->desk->now;
    say(c, "Closed as spam; the sender gets no automatic mail any more.");
    return save(c, err) && end_runs(c, "it is spam", err) && end_clocks(c, FALSE, err)
           && desk_audit(c->desk, t->id, err, "spam", "by=%s", actor_name(c));
}

static gboolean do_notspam(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    if (!c->ticket->spam)
        return refuse(c, "the ticket is not marked as spam");
    c->ticket->spam = FALSE;
    c->ticket->closed_at = INSTANT_NONE;
    c->ticket->state = TICKET_NEW;
    say(c, "The ticket is open; its clocks start now.");
    return save(c, err) && deadlines_start(c->desk, c->ticket, home(c), TRUE, c->desk->now, c->message, err)
           && desk_audit(c->desk, c->ticket->id, err, "notspam", "by=%s", actor_name(c));
}

static gboolean do_needless(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    c->ticket->needless = TRUE;
    say(c, "Recorded: this escalation was needless.");
    return save(c, err) && desk_audit(c->desk, c->ticket->id, err, "needless", "by=%s", actor_name(c));
}

static gboolean do_status(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    (void)err;
    say(c, "This is how it stands:"); /* the transcript shows the ticket below */
    return TRUE;
}

static gboolean do_help(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    (void)err;
    c->with_choices = TRUE;
    return TRUE;
}

/* ---- the table ---- */

typedef gboolean Handler(VerbContext *, const Command *, GError **);

static Handler *const handlers[VERB_COUNT] = {
    [VERB_ACK] = do_ack,           [VERB_DECLINE] = do_decline,   [VERB_PASS] = do_pass,         [VERB_ESCALATE] = do_escalate,
    [VERB_TAKE] = do_take,         [VERB_ASSIGN] = do_assign,     [VERB_SEVERITY] = do_severity, [VERB_WAIT] = do_wait,
    [VERB_ANSWERED] = do_answered, [VERB_CONTAINED] = do_contained, [VERB_RESOLVE] = do_resolve, [VERB_REOPEN] = do_reopen,
    [VERB_CAUSE] = do_text,        [VERB_IMPACT] = do_text,       [VERB_NEXT] = do_text,         [VERB_NOTE] = do_note,
    [VERB_CATEGORY] = do_text,     [VERB_SPAM] = do_spam,         [VERB_NOTSPAM] = do_notspam,   [VERB_NEEDLESS] = do_needless,
    [VERB_STATUS] = do_status,     [VERB_HELP] = do_help,
};

gboolean verbs_apply(VerbContext *c, const Command *command, GError **err)
{
    const char *verb = command_verb_name(command->verb);
    c->desk->acting = c->actor != NULL ? c->actor->name : NULL;
    if (home(c) == NULL)
        return refuse(c, "queue '%s' is not configured any more", c->ticket->queue);
    if (c->actor != NULL && !config_contact_may(c->desk->config, c->actor, verb)) {
        refuse(c, "your role may not use '%s'", verb);
        return desk_audit(c->desk, c->ticket->id, err, "verb-refused", "verb=%s by=%s", verb, actor_name(c));
    }
    return desk_audit(c->desk, c->ticket->id, err, "verb", "verb=%s by=%s message=%" G_GINT64_FORMAT " notification=%" G_GINT64_FORMAT, verb, actor_name(c),
                      c->message, c->page)
           && handlers[command->verb](c, command, err);
}

/* ---- what mail does beside verbs ---- */

gboolean verbs_answered(Desk *d, Ticket *t, const char *contact, const char *queue, Instant at, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    VerbContext c = {.desk = d, .ticket = t, .actor = desk_contact(d, contact), .message = message, .results = results};
    d->acting = c.actor != NULL ? c.actor->name : NULL;
    if (t->state == TICKET_NEW)
        t->state = TICKET_OPEN;
    if (t->answered_at == INSTANT_NONE)
        t->answered_at = at;
    if (!save(&c, err) || (t->owner == NULL && c.actor != NULL && !set_owner(&c, contact, err)))
        return FALSE;
    return deadlines_answered(d, t, queue, at, message, err) && progress(&c, err)
           && (t->requester == NULL || courtesy_person_wrote(d, t->requester, err))
           && desk_audit(d, t->id, err, "answered", "by=%s message=%" G_GINT64_FORMAT, contact, message);
}

gboolean verbs_reopen(Desk *d, Ticket *t, gint64 message, GError **err)
{
    gboolean was_waiting = t->state == TICKET_WAITING;
    gboolean was_over = t->state == TICKET_RESOLVED || t->state == TICKET_CLOSED;
    if (!was_waiting && !was_over)
        return TRUE;
    t->state = TICKET_OPEN;
    set_text(&t->waiting_for, NULL);
    t->wait_until_at = t->closed_at = INSTANT_NONE;
    t->spam = FALSE;
    if (was_over)
        t->reopened++;
    return tickets_save(d->db, t, err) && clocks_due_clear(d->db, t->id, "close", 0, err) && clocks_due_clear(d->db, t->id, "wait", 0, err)
           && (was_over ? deadlines_reopened(d, t, d->now, message, err) : deadlines_resume(d, t, d->now, message, err))
           && desk_audit(d, t->id, err, was_over ? "reopened" : "resumed", "message=%" G_GINT64_FORMAT, message);
}
