/* digestreply: it must never take a bare "ack" for one of everything, nor for one of the first. */
#include "flows/digestreply.h"

#include "flows/people.h"
#include "flows/verbs_shared.h"
#include "flows/view.h"

#include "base/banned.h"

/* Whether no ladder of the ticket that the digest carries asks any more. */
static gboolean is_over(Desk *d, const GArray *asked, gint64 ticket, gboolean *ret, GError **err)
{
    *ret = TRUE;
    for (guint i = 0; i < asked->len && *ret; i++) {
        gint64 live;
        if (!db_value(d->db, &live, err, "select count(*) from notification n join run r on r.id = n.run_id where n.id = $1 and n.ticket_id = $2 and r.ended_at is null",
                      "ii", g_array_index(asked, gint64, i), ticket))
            return FALSE;
        *ret = live == 0;
    }
    return TRUE;
}

/* Whether this is the mail of whom it was sent to; a colleague answers only for the tickets that are his too. */
static gboolean may_ack(const IntakeCase *c, const VerbContext *v, gint64 ticket)
{
    const ConfigContact *addressed = desk_contact(c->desk, c->notification->contact);
    return v->actor == addressed || people_is_member(addressed, v->actor) || people_is_of_ticket(c->desk, v->actor, ticket);
}

static gboolean ack_ticket(IntakeCase *c, VerbContext *v, const Command *cmd, const GArray *asked, const NotificationRow *n, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    gboolean over;
    if (!tickets_load(c->desk->db, n->ticket_id, &t, err) || !is_over(c->desk, asked, n->ticket_id, &over, err))
        return FALSE;
    VerbContext one = *v;
    one.ticket = t;
    one.run = n->run_id;
    one.page = n->id;
    one.results = results;
    if (over)
        verbs_say(&one, "It is over already: nothing needs to be done.", NULL);
    else if (!may_ack(c, v, t->id))
        verbs_refuse(&one, "you do not belong to its queue", NULL);
    else if (!verbs_apply(&one, cmd, err))
        return FALSE;
    g_autofree char *tag = view_tag(t);
    for (guint i = 0; i < results->len; i++)
        g_ptr_array_add(v->results, g_strdup_printf("%s %s", tag, (const char *)g_ptr_array_index(results, i)));
    v->is_refused = v->is_refused || one.is_refused;
    return TRUE;
}

/* One ack a ticket, whatever ladders of it ask: it is for all that the digest carries of it. */
static gboolean ack_all(IntakeCase *c, VerbContext *v, const Command *cmd, GError **err)
{
    g_autoptr(GArray) asked = NULL;
    g_autoptr(GHashTable) done = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    if (!runs_asked(c->desk->db, c->notification->id, &asked, err))
        return FALSE;
    for (guint i = 0; i < asked->len; i++) {
        g_autoptr(NotificationRow) n = NULL;
        if (!runs_notification(c->desk->db, g_array_index(asked, gint64, i), &n, err))
            return FALSE;
        if (g_hash_table_add(done, g_memdup2(&n->ticket_id, sizeof n->ticket_id)) && !ack_ticket(c, v, cmd, asked, n, err))
            return FALSE;
    }
    /* what was loaded before is old now */
    gint64 ticket = c->ticket->id;
    g_clear_pointer(&c->ticket, tickets_free);
    v->ticket = NULL;
    if (!tickets_load(c->desk->db, ticket, &c->ticket, err))
        return FALSE;
    v->ticket = c->ticket;
    return TRUE;
}

gboolean digestreply_apply(IntakeCase *c, VerbContext *v, GError **err)
{
    const CommandReply *reply = c->said->commands;
    for (guint i = 0; i < reply->commands->len; i++) {
        const Command *cmd = g_ptr_array_index(reply->commands, i);
        intake_note(c, "verb %s at a digest: \"%s\"", command_verb_name(cmd->verb), cmd->line);
        if (cmd->verb == VERB_ACK && cmd->all) {
            if (!ack_all(c, v, cmd, err))
                return FALSE;
        } else {
            verbs_refuse(v, "this came to the address of a digest, which lists several tickets, so \"{verb}\" could be for any of them: nothing was"
                            " changed. Say ACK ALL, or answer one of the addresses in the table",
                         "verb", cmd->verb == VERB_DECLINE ? "NO" : command_verb_name(cmd->verb), NULL); /* NO is what our mails offer */
            v->with_choices = TRUE;
        }
    }
    return TRUE;
}
