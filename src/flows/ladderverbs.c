/* ladderverbs: ack, decline, pass, escalate. What they say in the transcript is made of what the ladder did, never of what was asked. */
#include <string.h>

#include "base/log.h"

#include "rules/ladder.h"
#include "rules/phrase.h"

#include "store/runs.h"

#include "flows/escalate.h"
#include "flows/notify.h"
#include "flows/operations.h"
#include "flows/pagemail.h"
#include "flows/policies.h"
#include "flows/verbs_shared.h"
#include "flows/view.h"

#include "base/banned.h"

static gboolean holds(const GArray *ids, gint64 id)
{
    for (guint i = 0; i < ids->len; i++)
        if (g_array_index(ids, gint64, i) == id)
            return TRUE;
    return FALSE;
}

/* What an ack asks for: the hold is made for each run, by its own policy. */
typedef struct {
    const Duration *hold;
    Instant until;
    gboolean is_cut;
} Wish;

/* The runs that a verb is about: those for which the mail that was answered asked, else all that live. */
static gboolean each_run(VerbContext *c, LadderEvent *event, Wish *wish, gboolean (*done)(VerbContext *, const RunRow *, const GPtrArray *, GError **),
                         guint *ret_count, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    g_autoptr(GArray) answered = NULL;
    guint n = 0;
    if (!runs_of_ticket(c->desk->db, c->ticket->id, c->run == 0, &runs, err) || (c->run != 0 && !runs_answered(c->desk->db, c->page, &answered, err)))
        return FALSE;
    const gboolean is_superseded = c->run != 0 && !holds(answered, c->run); /* what asked him: others ask in its place */
    for (guint i = 0; i < runs->len; i++) {
        RunRow *r = g_ptr_array_index(runs, i);
        g_autoptr(GPtrArray) actions = NULL;
        if (c->run != 0 && !holds(answered, r->id))
            continue;
        n++;
        if (is_superseded)
            verbs_say(c, "The policy {policy} asks now, in the place of the one that asked you.", "policy", r->policy, NULL);
        event->is_override = wish != NULL && c->is_override && (wish->hold != NULL || wish->until != INSTANT_NONE);
        if (wish != NULL)
            event->hold_until = escalate_hold_until(c->desk, c->ticket, r->policy, wish->hold, wish->until, c->is_override, &wish->is_cut);
        if (!escalate_event(c->desk, c->ticket, r->id, event, &actions, err) || (done != NULL && !done(c, r, actions, err)))
            return FALSE;
    }
    *ret_count = n;
    return TRUE;
}

static gboolean has_action(const GPtrArray *actions, LadderActionKind kind)
{
    for (guint i = 0; actions != NULL && i < actions->len; i++)
        if (((LadderAction *)g_ptr_array_index(actions, i))->kind == kind)
            return TRUE;
    return FALSE;
}

static gboolean horizontal(const VerbContext *c, const RunRow *r)
{
    const Policy *p = policies_of_run(c->desk, r);
    int level = r->run->level;
    return p != NULL && level > 0 && level <= (int)p->levels->len
           && ((PolicyLevel *)g_ptr_array_index(p->levels, (guint)level - 1))->kind == LEVEL_HORIZONTAL;
}

/* By the first of a quorum too: somebody is at it. The operator is nobody whom a ticket could belong to. */
static gboolean take_up(VerbContext *c, const RunRow *r, GError **err)
{
    Ticket *t = c->ticket;
    if (t->state == TICKET_NEW) {
        t->state = TICKET_OPEN;
        if (!tickets_save(c->desk->db, t, err))
            return FALSE;
    }
    return c->actor == NULL || (t->owner != NULL && !horizontal(c, r)) || verbs_set_owner(c, c->actor->name, err);
}

/* He has the escalation, and its mails say who has the ticket: it must not look as if one of them was false. */
static void say_owner(VerbContext *c)
{
    const ConfigContact *owner = desk_contact(c->desk, c->ticket->owner);
    if (owner != NULL && c->actor != NULL && strcmp(owner->name, c->actor->name) != 0)
        verbs_say(c, "The ticket itself stays with {who}.", "who", owner->full_name, NULL);
}

static gboolean acked(VerbContext *c, const RunRow *before, const GPtrArray *actions, GError **err)
{
    g_autoptr(RunRow) r = NULL;
    if (!runs_load(c->desk->db, before->id, &r, err))
        return FALSE;
    if (has_action(actions, LADDER_DO_LATE)) {
        verbs_say(c, c->ticket->state < TICKET_RESOLVED ? PHRASE("Recorded. That escalation is over already, but the ticket is open: TAKE makes it yours.")
                                                        : PHRASE("Recorded. It is over already: nothing needs to be done."), NULL);
        return TRUE;
    }
    if (has_action(actions, LADDER_DO_QUORUM)) {
        verbs_say(c, "Recorded. More of your level must acknowledge.", NULL);
        return take_up(c, r, err);
    }
    if (has_action(actions, LADDER_DO_ALSO)) {
        const ConfigContact *first = desk_contact(c->desk, r->run->acker);
        verbs_say(c, "Recorded: you are also on it. {who} has it.", "who", first != NULL ? first->full_name : r->run->acker, NULL);
        return TRUE;
    }
    g_autofree char *until = view_time(verbs_zone(c), r->run->hold_until, c->desk->now);
    verbs_say(c, "You have it, until {until:time} {zone}. Nobody else is asked meanwhile.", "until", until, "zone", zone_abbreviation(verbs_zone(c), r->run->hold_until), NULL);
    g_autofree char *outcome = c->actor != NULL ? phrase_make("{who} took it", "who", c->actor->full_name, NULL) : g_strdup(PHRASE("acknowledged"));
    if (c->page != 0 && !runs_set_outcome(c->desk->db, c->page, outcome, c->desk->now, err))
        return FALSE;
    if (!take_up(c, r, err))
        return FALSE;
    say_owner(c);
    return operations_over(c->desk, c->ticket, outcome, err);
}

gboolean ladderverbs_ack(VerbContext *c, const Command *cmd, GError **err)
{
    Instant until = INSTANT_NONE;
    guint n = 0;
    GError *local = NULL;
    if (cmd->all && !c->is_digest)
        return verbs_refuse(c, "ACK ALL takes what a digest lists, and this is none; to take this one, say ACK", NULL);
    if (cmd->until.given && !command_when(&cmd->until, verbs_zone(c), c->desk->now, &until, &local)) {
        verbs_refuse_for(c, local->message);
        g_error_free(local);
        return TRUE;
    }
    Wish wish = {.hold = cmd->has_hold ? &cmd->hold : NULL, .until = until};
    LadderEvent event = {.kind = LADDER_ACK, .contact = verbs_actor_name(c)};
    if (!each_run(c, &event, &wish, acked, &n, err))
        return FALSE;
    if (n > 0 && wish.is_cut) {
        g_autofree char *most = duration_format(c->desk->config->severities[c->ticket->severity].ack_max);
        g_autofree char *severity = g_strdup_printf("S%d", c->ticket->severity + 1);
        verbs_say(c, "You asked for longer: {severity} is held for {most} at most.", "severity", severity, "most", most, NULL);
    }
    if (n == 0)
        return verbs_refuse(c, "nothing is escalated on this ticket now", NULL);
    return TRUE;
}

/* His page was not mailed: it is in the digest that he gets. */
static gboolean waits_for_digest(const VerbContext *c, const char *contact)
{
    gint64 n = 0;
    g_autoptr(GError) err = NULL;
    if (!db_value(c->desk->db, &n, &err, "select count(*) from folded f join notification n on n.id = f.notification_id where f.contact = $1 and n.ticket_id = $2",
                  "si", contact, c->ticket->id))
        log_error("digest of a contact", err);
    return n > 0;
}

/* "Bob", or "Bob (at 9:00 CET)" at a level that sends in open hours only, or "Bob (with the next digest)". */
static char *asked_when(const VerbContext *c, const RunRow *r, const LadderAction *a)
{
    const ConfigContact *who = desk_contact(c->desk, a->contact);
    const char *name = who != NULL ? who->full_name : a->contact;
    const Policy *policy = policies_of_run(c->desk, r);
    Instant opening = policy == NULL ? INSTANT_NONE : pagemail_opening(c->desk, g_ptr_array_index(policy->levels, (guint)a->level - 1));
    if (opening <= c->desk->now)
        return waits_for_digest(c, a->contact) ? phrase_make("{who} (with the next digest)", "who", name, NULL) : g_strdup(name);
    g_autofree char *at = view_time(verbs_zone(c), opening, c->desk->now);
    return phrase_make("{who} (at {at:time} {zone})", "who", name, "at", at, "zone", zone_abbreviation(verbs_zone(c), opening), NULL);
}

/* Who is asked now because of what a verb did; newly allocated, NULL: nobody. */
static char *asked_now(const VerbContext *c, const RunRow *r, const GPtrArray *actions)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < actions->len; i++) {
        const LadderAction *a = g_ptr_array_index(actions, i);
        if (a->kind != LADDER_DO_PAGE)
            continue;
        g_autofree char *said = asked_when(c, r, a);
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", said);
    }
    return names->len > 0 ? g_strdup(names->str) : NULL;
}

/* `next` where somebody is asked in his place; `none` where nobody is, though others were before. */
static gboolean say_out(VerbContext *c, const GPtrArray *actions, const char *asked, const char *next, const char *none)
{
    if (asked != NULL)
        verbs_say(c, next, "who", asked, NULL);
    else if (has_action(actions, LADDER_DO_EXHAUSTED))
        verbs_say(c, "You are out of it. Nobody else is left to ask: the lead is told.", NULL);
    else
        verbs_say(c, none, NULL);
    return TRUE;
}

static gboolean left(VerbContext *c, const RunRow *before, const GPtrArray *actions, GError **err)
{
    g_autofree char *asked = asked_now(c, before, actions);
    (void)err;
    const RunRow *r = before;
    if (r->run->state == RUN_ENDED)
        return verbs_refuse(c, "it is over already; nothing needs to be done", NULL);
    const ConfigContact *acker = r->run->state == RUN_HELD ? desk_contact(c->desk, r->run->acker) : NULL;
    if (asked == NULL && acker != NULL && acker != c->actor) {
        verbs_say(c, "You are out of it. {who} has it.", "who", acker->full_name, NULL);
        return TRUE;
    }
    return say_out(c, actions, asked, PHRASE("You are out of it. Asked now: {who}."), PHRASE("You are out of it. Whoever else was asked still is."));
}

static gboolean has_part(const VerbContext *c, const RunRow *before)
{
    const char *who = verbs_actor_name(c);
    gboolean has = g_strcmp0(before->run->acker, who) == 0;
    for (guint i = 0; i < before->run->pages->len && !has; i++) {
        const LadderPage *p = g_ptr_array_index(before->run->pages, i);
        has = (p->state == PAGE_QUEUED || p->state == PAGE_WAITING) && strcmp(p->contact, who) == 0;
    }
    return has;
}

static gboolean passed(VerbContext *c, const RunRow *before, const GPtrArray *actions, GError **err)
{
    g_autofree char *asked = asked_now(c, before, actions);
    (void)err;
    if (before->run->state == RUN_ENDED)
        return verbs_refuse(c, "it is over already; nothing needs to be done", NULL);
    if (asked == NULL && !has_part(c, before))
        return verbs_refuse(c, "you are not the one who is asked now", NULL);
    return say_out(c, actions, asked, PHRASE("Asked instead of you: {who}."),
                   PHRASE("You are out of it. Whom you named was asked already, or cannot be asked now; whoever else was asked still is."));
}

/* He wants the next level whatever becomes of the clock that began it; but who sorts is asked no longer than until somebody has. */
static gboolean join(VerbContext *c, const RunRow *r, GError **err)
{
    const ConfigQueue *home = desk_queue(c->desk, c->ticket->queue);
    return (home != NULL && g_strcmp0(home->triage, r->policy) == 0) || escalate_cause(c->desk, c->ticket, r->policy, "manual", 0, -1, err);
}

static gboolean raised(VerbContext *c, const RunRow *before, const GPtrArray *actions, GError **err)
{
    g_autofree char *asked = asked_now(c, before, actions);
    const char *acker = before->run->state == RUN_HELD ? before->run->acker : NULL;
    if (asked == NULL && has_action(actions, LADDER_DO_EXHAUSTED)) {
        verbs_say(c, "Escalated. Nobody is above who could be asked: the lead is told.", NULL);
        return TRUE;
    }
    if (asked == NULL)
        return verbs_refuse(c, "nobody is above who could be asked", NULL);
    if (!join(c, before, err))
        return FALSE;
    verbs_say(c, "Escalated. Asked now: {who}.", "who", asked, NULL);
    if (acker == NULL || (c->actor != NULL && strcmp(acker, c->actor->name) == 0))
        return TRUE;
    g_autofree char *line = phrase_make("{by:phrase} asked for the next level: {who}. It is not yours alone any more.", "by",
                                        c->actor != NULL ? c->actor->full_name : PHRASE("The operator"), "who", asked, NULL);
    return notify_line(c->desk, c->ticket, acker, line, err);
}

gboolean ladderverbs_decline(VerbContext *c, const Command *cmd, GError **err)
{
    LadderEvent event = {.kind = LADDER_DECLINE, .contact = verbs_actor_name(c)};
    guint n = 0;
    (void)cmd;
    /* first, since the mail to the next one says so */
    if ((c->page != 0 && !runs_set_outcome(c->desk->db, c->page, PHRASE("said no"), c->desk->now, err)) || !each_run(c, &event, NULL, left, &n, err))
        return FALSE;
    if (n == 0)
        return verbs_refuse(c, "nothing is escalated on this ticket now", NULL);
    return TRUE;
}

gboolean ladderverbs_pass(VerbContext *c, const Command *cmd, GError **err)
{
    const ConfigContact *to = verbs_find_contact(c->desk, cmd->who);
    LadderEvent event = {.kind = LADDER_PASS, .contact = verbs_actor_name(c), .other = to != NULL ? to->name : NULL};
    guint n = 0;
    if (to == NULL)
        return verbs_refuse(c, "nobody here is called '{who}'", "who", cmd->who, NULL);
    if ((c->page != 0 && !runs_set_outcome(c->desk->db, c->page, PHRASE("passed it on"), c->desk->now, err)) || !each_run(c, &event, NULL, passed, &n, err))
        return FALSE;
    if (n == 0)
        return verbs_refuse(c, "nothing is escalated on this ticket now; {mark}ASSIGN {who} makes it somebody else's", "mark", c->is_work ? "#" : "", "who",
                            cmd->who, NULL);
    return TRUE;
}

gboolean ladderverbs_escalate(VerbContext *c, const Command *cmd, GError **err)
{
    LadderEvent event = {.kind = LADDER_ESCALATE, .contact = verbs_actor_name(c)};
    guint n = 0;
    (void)cmd;
    if (c->ticket->state >= TICKET_RESOLVED)
        return verbs_refuse(c, "the ticket is {state:phrase}", "state", tickets_state_name(c->ticket->state), NULL);
    gint64 run = c->run;
    c->run = 0; /* all that live: he asks for the ticket, not for one of its runs */
    gboolean ok = each_run(c, &event, NULL, raised, &n, err);
    c->run = run;
    if (!ok)
        return FALSE;
    if (n == 0 && !escalate_cause_all(c->desk, c->ticket, "manual", err))
        return FALSE;
    if (n == 0)
        verbs_say(c, "Escalated: level 1 is asked.", NULL);
    return TRUE;
}
