/* verbs: one function a verb, in a table. Each changes the ticket, its clocks and runs, and says in a line what it did. */
#include "flows/verbs.h"

#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"
#include "rules/token.h"
#include "rules/wrap.h"

#include "store/clocks.h"
#include "store/messages.h"

#include "flows/cadence.h"
#include "flows/containment.h"
#include "flows/courtesy.h"
#include "flows/deadlines.h"
#include "flows/escalate.h"
#include "flows/merge.h"
#include "flows/notify.h"
#include "flows/operations.h"
#include "flows/phrases.h"
#include "flows/rescore.h"
#include "flows/risks.h"
#include "flows/surge.h"
#include "flows/told.h"
#include "flows/upcoming.h"
#include "flows/vendors.h"
#include "flows/verbs_shared.h"
#include "flows/view.h"

#include "base/banned.h"

/* ---- small parts ---- */

void verbs_say(VerbContext *c, const char *english, ...)
{
    va_list ap;
    va_start(ap, english);
    g_autofree char *said = phrase_make_valist(english, ap);
    va_end(ap);
    if (!g_ptr_array_find_with_equal_func(c->results, said, g_str_equal, NULL)) /* several ladders, one answer */
        g_ptr_array_add(c->results, g_steal_pointer(&said));
}

/* Always TRUE: a refusal is an answer, not an error. */
gboolean verbs_refuse(VerbContext *c, const char *english, ...)
{
    va_list ap;
    va_start(ap, english);
    g_autofree char *why = phrase_make_valist(english, ap);
    va_end(ap);
    return verbs_refuse_for(c, why);
}

gboolean verbs_refuse_for(VerbContext *c, const char *why)
{
    c->is_refused = TRUE;
    verbs_say(c, "Not done: {why:phrase}.", "why", why, NULL);
    return TRUE;
}

const char *verbs_actor_name(const VerbContext *c) { return c->actor != NULL ? c->actor->name : c->machine != NULL ? c->machine : "operator"; }

static const ConfigQueue *home(const VerbContext *c) { return desk_queue(c->desk, c->ticket->queue); }
const Zone *verbs_zone(const VerbContext *c) { return desk_contact_zone(c->desk, c->actor, home(c)); }

static gboolean save(VerbContext *c, GError **err) { return tickets_save(c->desk->db, c->ticket, err); }

const ConfigContact *verbs_find_contact(const Desk *d, const char *who)
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

gboolean verbs_set_owner(VerbContext *c, const char *contact, GError **err)
{
    Ticket *t = c->ticket;
    g_free(t->owner);
    t->owner = g_strdup(contact);
    if (t->state == TICKET_NEW)
        t->state = TICKET_OPEN;
    return save(c, err) && deadlines_end(c->desk, t, TARGET_ASSIGN, TRUE, c->desk->now, c->message, err)
           && desk_audit(c->desk, t->id, err, "owner", "owner=%s by=%s", contact, verbs_actor_name(c));
}

/* ---- the owner's verbs ---- */

static gboolean do_take(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    if (c->actor == NULL)
        return verbs_refuse(c, "say who takes it: take --as NAME, or assign NAME", NULL);
    verbs_say(c, "You own the ticket.", NULL);
    return verbs_set_owner(c, c->actor->name, err);
}

static gboolean do_assign(VerbContext *c, const Command *cmd, GError **err)
{
    const ConfigContact *to = verbs_find_contact(c->desk, cmd->who);
    if (to == NULL)
        return verbs_refuse(c, "nobody here is called '{who}'", "who", cmd->who, NULL);
    verbs_say(c, "{who} owns the ticket.", "who", to->full_name, NULL);
    return verbs_set_owner(c, to->name, err)
           && ((c->actor != NULL && strcmp(to->name, c->actor->name) == 0) || notify_owner(c->desk, c->ticket, to->name, err));
}

static gboolean do_severity(VerbContext *c, const Command *cmd, GError **err)
{
    int old = c->ticket->severity;
    rescore_by_hand(c->ticket);
    c->ticket->severity = cmd->severity - 1;
    g_autofree char *severity = g_strdup_printf("S%d", cmd->severity);
    verbs_say(c, "Severity is {severity}.", "severity", severity, NULL);
    return save(c, err) && deadlines_retarget(c->desk, c->ticket, old, c->desk->now, err) && rescore_sorted(c->desk, c->ticket, err)
           && risks_fire(c->desk, c->ticket, err)
           && desk_audit(c->desk, c->ticket->id, err, "severity", "old=S%d new=S%d by=%s", old + 1, cmd->severity, verbs_actor_name(c));
}

static void say_wait(VerbContext *c)
{
    const Ticket *t = c->ticket;
    if (t->wait_until_at == INSTANT_NONE) {
        verbs_say(c, tickets_pauses(t) ? PHRASE("Waiting for the customer: update and resolve pause.") : PHRASE("Waiting for the vendor: the clocks go on."), NULL);
        return;
    }
    g_autofree char *until = view_time(verbs_zone(c), t->wait_until_at, c->desk->now);
    verbs_say(c, "Waiting until {until:time} {zone}: the clocks go on.", "until", until, "zone", zone_abbreviation(verbs_zone(c), t->wait_until_at), NULL);
}

static gboolean do_wait(VerbContext *c, const Command *cmd, GError **err)
{
    Ticket *t = c->ticket;
    Instant until = INSTANT_NONE;
    GError *local = NULL;
    if (t->state >= TICKET_RESOLVED)
        return verbs_refuse(c, "the ticket is {state:phrase}", "state", tickets_state_name(t->state), NULL);
    if (cmd->until.given && !command_when(&cmd->until, verbs_zone(c), c->desk->now, &until, &local)) {
        verbs_refuse_for(c, local->message);
        g_error_free(local);
        return TRUE;
    }
    gboolean was_for_customer = tickets_pauses(t);
    const char *why = until != INSTANT_NONE ? "until" : cmd->wait_for == COMMAND_FOR_VENDOR ? "vendor" : "customer";
    g_free(t->waiting_for);
    t->waiting_for = g_strdup(why);
    t->wait_until_at = until;
    t->state = TICKET_WAITING;
    DueRow row = {.what = (char *)"wait", .next_at = until, .ticket_id = t->id};
    say_wait(c);
    gboolean is_for_customer = strcmp(why, "customer") == 0;
    return save(c, err) && clocks_due_clear(c->desk->db, t->id, "wait", 0, err) && (until == INSTANT_NONE || clocks_due_add(c->desk->db, &row, err))
           && (is_for_customer || !was_for_customer || deadlines_resume(c->desk, t, c->desk->now, c->message, err))
           && (!is_for_customer || deadlines_pause(c->desk, t, c->desk->now, c->message, err))
           && desk_audit(c->desk, t->id, err, "wait", "for=%s by=%s", why, verbs_actor_name(c));
}

/* A text of the team that belongs to the ticket, as a message of its own. */
static gboolean record(VerbContext *c, const char *kind, const char *text, GError **err)
{
    MessageRow m = {.ticket_id = c->ticket->id, .direction = (char *)"in", .kind = (char *)kind, .new_text = (char *)text,
                    .subject = (char *)kind, .sent_at = INSTANT_NONE, .received_at = c->desk->now, .contact = (char *)verbs_actor_name(c), .is_note = TRUE};
    return text == NULL || messages_insert(c->desk->db, &m, err);
}

static gboolean progress(VerbContext *c, GError **err)
{
    LadderEvent event = {.kind = LADDER_PROGRESS, .hold_until = escalate_hold_until(c->desk, c->ticket, NULL, NULL, INSTANT_NONE, FALSE, NULL)};
    return escalate_each(c->desk, c->ticket, &event, NULL, err);
}

static gboolean do_answered(VerbContext *c, const Command *cmd, GError **err)
{
    gboolean is_told;
    if (!told_waits_elsewhere(c, &is_told, err))
        return FALSE;
    if (is_told)
        return TRUE;
    verbs_say(c, "Recorded as an answer to the customer.", NULL);
    return record(c, "answered", cmd->text != NULL ? cmd->text : "answered by phone", err)
           && verbs_answered(c->desk, c->ticket, verbs_actor_name(c), NULL, c->desk->now, c->message, err);
}

static gboolean do_contained(VerbContext *c, const Command *cmd, GError **err)
{
    if (c->ticket->state >= TICKET_RESOLVED)
        return verbs_refuse(c, "the ticket is {state:phrase}", "state", tickets_state_name(c->ticket->state), NULL);
    return containment_say(c, err) && save(c, err) && record(c, "contained", cmd->text, err) && escalate_contained(c->desk, c->ticket, err);
}

/* What people write may reach the requester: without addresses that are somebody's alone. */
static void set_text(char **field, const char *text)
{
    g_free(*field);
    *field = text == NULL ? NULL : token_scrub(text, -1, NULL);
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
    return escalate_each(c->desk, c->ticket, &event, NULL, err) && operations_over(c->desk, c->ticket, reason, err);
}

/* A ticket that is over waits for nothing, nor for the word that it is contained. */
static gboolean clear_waiting(VerbContext *c, GError **err)
{
    return clocks_due_clear(c->desk->db, c->ticket->id, "close", 0, err) && clocks_due_clear(c->desk->db, c->ticket->id, "wait", 0, err)
           && containment_over(c->desk, c->ticket->id, err);
}

static gboolean schedule_close(VerbContext *c, GError **err)
{
    DueRow row = {.what = (char *)"close", .ticket_id = c->ticket->id};
    if (!calendar_add(desk_calendar(c->desk, home(c)->calendar), c->desk->now, home(c)->reopen_window, &row.next_at, NULL))
        row.next_at = c->desk->now + 14 * 86400;
    return clear_waiting(c, err) && clocks_due_add(c->desk->db, &row, err);
}

static gboolean do_resolve(VerbContext *c, const Command *cmd, GError **err)
{
    Ticket *t = c->ticket;
    gboolean may_tell = FALSE;
    if (t->state >= TICKET_RESOLVED)
        return verbs_refuse(c, "the ticket is {state:phrase} already", "state", tickets_state_name(t->state), NULL);
    if (cmd->text != NULL)
        set_text(&t->resolution, cmd->text);
    t->state = TICKET_RESOLVED;
    t->resolved_at = c->desk->now;
    if (!courtesy_may_update(c->desk, t, &may_tell, err))
        return FALSE;
    may_tell = may_tell && !t->is_operational;
    verbs_say(c, "Resolved.", NULL);
    if (!told_open(c, err))
        return FALSE;
    if (may_tell)
        told_resolved(c);
    return save(c, err) && vendors_resolved(c->desk, t, err) && end_runs(c, PHRASE("it is resolved"), err) && end_clocks(c, TRUE, err) && schedule_close(c, err)
           && (!may_tell || notify_requester(c->desk, t, "resolved", NULL, NULL, err))
           && desk_audit(c->desk, t->id, err, "resolved", "by=%s", verbs_actor_name(c)) && surge_resolved(c->desk, t, err);
}

static gboolean do_reopen(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    if (c->ticket->state < TICKET_RESOLVED)
        return verbs_refuse(c, "the ticket is {state:phrase}", "state", tickets_state_name(c->ticket->state), NULL);
    verbs_say(c, "The ticket is open again.", NULL);
    if (c->ticket->resolution != NULL || c->ticket->cause != NULL || c->ticket->prevention != NULL || c->ticket->next_text != NULL)
        verbs_say(c, "What was said of its solution, cause, prevention and next step counts no more.", NULL);
    return verbs_reopen(c->desk, c->ticket, c->message, err);
}

static char **text_of(Ticket *t, Verb verb)
{
    switch (verb) {
    case VERB_CAUSE: return &t->cause;
    case VERB_PREVENTION: return &t->prevention;
    case VERB_IMPACT: return &t->impact;
    case VERB_CATEGORY: return &t->category;
    default: return &t->next_text;
    }
}

static gboolean do_text(VerbContext *c, const Command *cmd, GError **err)
{
    Ticket *t = c->ticket;
    char **field = text_of(t, cmd->verb);
    GError *local = NULL;
    if (cmd->verb == VERB_NEXT) {
        t->next_until_at = INSTANT_NONE;
        if (cmd->until.given && !command_when(&cmd->until, verbs_zone(c), c->desk->now, &t->next_until_at, &local)) {
            verbs_refuse_for(c, local->message);
            g_error_free(local);
            return TRUE;
        }
    }
    set_text(field, cmd->text);
    return save(c, err) && told_recorded(c, cmd, err) && (cmd->verb != VERB_CAUSE || progress(c, err))
           && desk_audit(c->desk, t->id, err, "text", "verb=%s by=%s", command_verb_name(cmd->verb), verbs_actor_name(c));
}

/* What kind of matter it is: rules and plans may ask for that. */
static gboolean do_category(VerbContext *c, const Command *cmd, GError **err)
{
    return do_text(c, cmd, err) && rescore_sorted(c->desk, c->ticket, err) && rescore_again(c->desk, c->ticket, err);
}

static gboolean do_risk(VerbContext *c, const Command *cmd, GError **err)
{
    if (g_hash_table_lookup(c->desk->config->risks, cmd->text) == NULL) {
        g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(c->desk->config->risks), (GCompareFunc)strcmp);
        g_autoptr(GString) all = g_string_new(NULL);
        for (const GList *l = names; l != NULL; l = l->next)
            g_string_append_printf(all, "%s%s", all->len > 0 ? ", " : "", (const char *)l->data);
        g_autofree char *named = wrap_clip(cmd->text, 64);
        return all->len > 0 ? verbs_refuse(c, "there is no risk '{risk}'; there are: {all}", "risk", named, "all", all->str, NULL)
                            : verbs_refuse(c, "there is no risk '{risk}', the configuration has none", "risk", named, NULL);
    }
    if (c->ticket->state >= TICKET_RESOLVED)
        return verbs_refuse(c, "the ticket is {state:phrase}", "state", tickets_state_name(c->ticket->state), NULL);
    verbs_say(c, "The ticket has the risk {risk}.", "risk", cmd->text, NULL);
    return risks_add(c->desk, c->ticket, cmd->text, verbs_actor_name(c), err) && deadlines_repolicied(c->desk, c->ticket, err)
           && risks_fire(c->desk, c->ticket, err);
}

static gboolean do_note(VerbContext *c, const Command *cmd, GError **err)
{
    verbs_say(c, "Noted.", NULL);
    return record(c, "note", cmd->text, err);
}

static gboolean do_spam(VerbContext *c, const Command *cmd, GError **err)
{
    Ticket *t = c->ticket;
    (void)cmd;
    t->state = TICKET_CLOSED;
    t->spam = TRUE;
    t->closed_at = c->desk->now;
    verbs_say(c, "Closed as spam; the sender gets no automatic mail any more.", NULL);
    return save(c, err) && end_runs(c, PHRASE("it is spam"), err) && end_clocks(c, FALSE, err) && clear_waiting(c, err)
           && desk_audit(c->desk, t->id, err, "spam", "by=%s", verbs_actor_name(c));
}

static gboolean do_notspam(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    if (!c->ticket->spam)
        return verbs_refuse(c, "the ticket is not marked as spam", NULL);
    c->ticket->spam = FALSE;
    c->ticket->closed_at = c->ticket->contained_at = INSTANT_NONE;
    c->ticket->state = TICKET_NEW;
    verbs_say(c, "The ticket is open; its clocks start now.", NULL);
    return save(c, err) && deadlines_start(c->desk, c->ticket, home(c), TRUE, c->desk->now, c->message, err)
           && desk_audit(c->desk, c->ticket->id, err, "notspam", "by=%s", verbs_actor_name(c));
}

static gboolean do_needless(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    c->ticket->needless = TRUE;
    verbs_say(c, "Recorded: this escalation was needless.", NULL);
    return save(c, err) && desk_audit(c->desk, c->ticket->id, err, "needless", "by=%s", verbs_actor_name(c));
}

static gboolean do_status(VerbContext *c, const Command *cmd, GError **err)
{
    (void)cmd;
    verbs_say(c, "This is how it stands:", NULL); /* the transcript shows the ticket below */
    if (c->ticket->state == TICKET_WAITING)
        say_wait(c);
    return upcoming_status(c->desk, c->ticket, verbs_zone(c), c->results, err);
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

static gboolean do_override(VerbContext *, const Command *, GError **);

static Handler *const handlers[VERB_COUNT] = {
    [VERB_ACK] = ladderverbs_ack,           [VERB_DECLINE] = ladderverbs_decline,   [VERB_PASS] = ladderverbs_pass,         [VERB_ESCALATE] = ladderverbs_escalate,
    [VERB_TAKE] = do_take,         [VERB_ASSIGN] = do_assign,     [VERB_SEVERITY] = do_severity, [VERB_WAIT] = do_wait,
    [VERB_ANSWERED] = do_answered, [VERB_CONTAINED] = do_contained, [VERB_RESOLVE] = do_resolve, [VERB_REOPEN] = do_reopen,
    [VERB_CAUSE] = do_text,        [VERB_PREVENTION] = do_text,   [VERB_IMPACT] = do_text,       [VERB_NEXT] = do_text,         [VERB_NOTE] = do_note,
    [VERB_CATEGORY] = do_category, [VERB_RISK] = do_risk,       [VERB_OVERRIDE] = do_override, [VERB_MERGE] = merge_verb,     [VERB_SPAM] = do_spam,         [VERB_NOTSPAM] = do_notspam,
    [VERB_NEEDLESS] = do_needless, [VERB_STATUS] = do_status,     [VERB_HELP] = do_help,
};

/* The verb inside, though a role or the longest hold would refuse it. Who, what and why stand in the audit: the reason as a message, which can
 * be erased. */
static gboolean do_override(VerbContext *c, const Command *cmd, GError **err)
{
    g_autoptr(Command) inner = NULL;
    g_autoptr(GError) local = NULL;
    gint64 why;
    if (cmd->reason == NULL)
        return verbs_refuse(c, "an override needs its reason: override {verb} because …", "verb", cmd->text, NULL);
    if (!command_read_line(cmd->text, &inner, &local))
        return verbs_refuse_for(c, local->message);
    if (inner->verb == VERB_OVERRIDE)
        return verbs_refuse(c, "one override is enough", NULL);
    if (!record(c, "override", cmd->reason, err) || !db_value(c->desk->db, &why, err, "select max(id) from message where ticket_id = $1", "i", c->ticket->id)
        || !desk_audit(c->desk, c->ticket->id, err, "override", "verb=%s by=%s reason=message:%" G_GINT64_FORMAT, command_verb_name(inner->verb),
                       verbs_actor_name(c), why))
        return FALSE;
    c->is_override = TRUE;
    gboolean ok = handlers[inner->verb](c, inner, err);
    c->is_override = FALSE;
    return ok;
}

GPtrArray *verbs_in_order(const GPtrArray *commands)
{
    GPtrArray *order = g_ptr_array_new();
    for (int later = 0; later < 2; later++)
        for (guint i = 0; i < commands->len; i++) {
            Command *cmd = g_ptr_array_index(commands, i);
            if ((cmd->verb != VERB_CAUSE && cmd->verb != VERB_PREVENTION) == later)
                g_ptr_array_add(order, cmd);
        }
    return order;
}

gboolean verbs_apply(VerbContext *c, const Command *command, GError **err)
{
    const char *verb = command_verb_name(command->verb);
    c->desk->acting = c->actor != NULL ? c->actor->name : NULL;
    if (home(c) == NULL)
        return verbs_refuse(c, "queue '{queue}' is not configured any more", "queue", c->ticket->queue, NULL);
    if (c->ticket->state == TICKET_MERGED && command->verb != VERB_STATUS && command->verb != VERB_HELP) {
        g_autofree char *into = g_strdup_printf("%" G_GINT64_FORMAT, c->ticket->merged_into_id);
        return verbs_refuse(c, "the ticket was merged into {ticket}", "ticket", into, NULL);
    }
    if (c->actor != NULL && !config_contact_may(c->desk->config, c->actor, verb, c->ticket->queue)) {
        verbs_refuse(c, "your role may not use '{verb}'", "verb", verb, NULL);
        return desk_audit(c->desk, c->ticket->id, err, "verb-refused", "verb=%s by=%s", verb, verbs_actor_name(c));
    }
    return desk_audit(c->desk, c->ticket->id, err, "verb", "verb=%s by=%s message=%" G_GINT64_FORMAT " notification=%" G_GINT64_FORMAT, verb, verbs_actor_name(c),
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
    gboolean is_home = queue == NULL || strcmp(queue, t->queue) == 0; /* the home queue gives the owner */
    if (!save(&c, err) || (is_home && t->owner == NULL && c.actor != NULL && !verbs_set_owner(&c, contact, err)))
        return FALSE;
    return deadlines_answered(d, t, queue, at, message, err) && cadence_heard(d, t, at, err) && progress(&c, err)
           && (t->requester == NULL || courtesy_person_wrote(d, t->requester, err))
           && desk_audit(d, t->id, err, "answered", "by=%s message=%" G_GINT64_FORMAT, contact, message);
}

gboolean verbs_recovered(Desk *d, Ticket *t, const char *by, const char *text, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    VerbContext c = {.desk = d, .ticket = t, .machine = by, .message = message, .results = results};
    const ConfigQueue *queue = desk_queue(d, t->queue);
    g_autofree char *said = phrases_say(d, queue != NULL ? queue->language : NULL, text);
    const Command resolve = {.verb = VERB_RESOLVE, .text = said};
    return verbs_apply(&c, &resolve, err);
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
    if (was_over) {
        t->reopened++;
        t->contained_at = INSTANT_NONE; /* of what is open now nobody has said so */
        t->next_until_at = INSTANT_NONE;
        char **const told[] = {&t->resolution, &t->cause, &t->prevention, &t->next_text}; /* and those were none: they must not be told again */
        for (gsize i = 0; i < G_N_ELEMENTS(told); i++)
            set_text(told[i], NULL);
    }
    return tickets_save(d->db, t, err) && clocks_due_clear(d->db, t->id, "close", 0, err) && clocks_due_clear(d->db, t->id, "wait", 0, err)
           && (was_over ? deadlines_reopened(d, t, d->now, message, err) : deadlines_resume(d, t, d->now, message, err))
           && desk_audit(d, t->id, err, was_over ? "reopened" : "resumed", "message=%" G_GINT64_FORMAT, message);
}
