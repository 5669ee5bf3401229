/* acknowledge: the worst error is a false one, so every doubt ends in a note and the choices, and the run goes on. */
#include "flows/acknowledge.h"

#include <string.h>

#include "rules/phrase.h"
#include "rules/signoff.h"
#include "rules/wrap.h"

#include "flows/belonging.h"
#include "flows/courtesy.h"
#include "flows/digestreply.h"
#include "flows/heard.h"
#include "flows/notify.h"
#include "flows/people.h"
#include "flows/signature.h"
#include "flows/told.h"
#include "flows/verbs.h"

#include "base/banned.h"

/* Whose acknowledgment this is: the addressed contact's, a member's of a list, or an authenticated colleague's own; NULL: nobody's. */
static const ConfigContact *actor_of(IntakeCase *c, const ConfigContact *addressed)
{
    if (c->sender == NULL || c->auth == AUTHRES_FAIL)
        return NULL;
    if (c->sender == addressed || people_is_member(addressed, c->sender))
        return c->sender;
    if (!intake_is_believed(c) || !people_is_of_ticket(c->desk, c->sender, c->ticket->id))
        return NULL;
    intake_note(c, "%s through %s's address", c->sender->name, c->notification->contact);
    return c->sender;
}

/* A stranger with a good token: nothing is done, and whom we know is asked to answer from where we know him. */
gboolean acknowledge_ask_registered(IntakeCase *c, const ConfigContact *addressed, GError **err)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *from = wrap_clip(c->from, 200);
    gboolean may, is_his = addressed != NULL && c->sender == addressed;
    intake_note(c, "from an address that is not registered, or failed authentication: nothing is done");
    c->row->is_note = TRUE;
    if (!intake_store_row(c, err))
        return FALSE;
    if (addressed == NULL)
        return TRUE;
    GuardCase facts = intake_guard_case(c, addressed->email[0], GUARD_REFUSAL);
    facts.null_sender = FALSE; /* it answers the registered address, not the mail's sender */
    g_ptr_array_add(lines, phrase_make(is_his ? PHRASE("Somebody answered from <{from}>, but the mail failed authentication: it may be forged.")
                                              : PHRASE("Somebody answered from <{from}>, which is not one of your addresses here."), "from", from, NULL));
    g_ptr_array_add(lines, phrase_make("Nothing was done, and nothing was sent on. If it was you, please answer {how:phrase}.", "how",
                                       is_his ? PHRASE("through the mail server of that address") : PHRASE("from the address that this mail was sent to"), NULL));
    return courtesy_allows(c->desk, c->ticket, &facts, &may, err)
           && (!may || notify_transcript(c->desk, c->ticket, addressed, c->notification != NULL ? c->notification->id : 0, 0, lines, FALSE, TRUE, NULL, err));
}

static gboolean apply_all(IntakeCase *c, VerbContext *v, GError **err)
{
    g_autoptr(GPtrArray) commands = verbs_in_order(c->said->commands->commands);
    for (guint i = 0; i < commands->len; i++) {
        const Command *cmd = g_ptr_array_index(commands, i);
        intake_note(c, "verb %s: \"%s\"", command_verb_name(cmd->verb), cmd->line);
        if (!verbs_apply(v, cmd, err))
            return FALSE;
    }
    if (*c->said->commands->rest == '\0')
        return TRUE;
    g_ptr_array_add(v->results, phrase_make("What else you wrote is kept as a note.", NULL));
    return told_not_sent(c, v->results, err);
}

gboolean acknowledge_transcript(IntakeCase *c, const VerbContext *v, GError **err)
{
    gboolean is_refusal = v->is_refused || v->with_choices;
    GuardCase facts = intake_guard_case(c, v->actor->email[0], is_refusal ? GUARD_REFUSAL : GUARD_TRANSCRIPT);
    gboolean may;
    if (!courtesy_allows(c->desk, c->ticket, &facts, &may, err) || (!is_refusal && !told_way_out(c, v, err)))
        return FALSE;
    return !may || notify_transcript(c->desk, c->ticket, v->actor, c->notification->id, 0, v->results, v->with_choices, is_refusal, c->reading->message_id, err);
}

gboolean acknowledge_actor(IntakeCase *c, const ConfigContact **ret, gboolean *ret_done, GError **err)
{
    const ConfigContact *addressed = desk_contact(c->desk, c->notification->contact);
    *ret_done = FALSE;
    g_clear_pointer(&c->ticket, tickets_free);
    if (!belonging_load(c, c->notification->ticket_id, err))
        return FALSE;
    *ret = actor_of(c, addressed);
    *ret_done = *ret == NULL;
    return *ret != NULL || acknowledge_ask_registered(c, addressed, err);
}

static gboolean subject_holds_verb(const char *before, const char *subject)
{
    g_autofree char *all = g_strconcat(before, subject, NULL);
    g_autoptr(CommandReply) reply = command_read_notification("", all, NULL);
    return reply->commands->len > 0;
}

static gboolean ends_in(const char *subject, const char *line)
{
    g_autofree char *a = g_utf8_casefold(subject, -1), *b = g_utf8_casefold(line, -1);
    return *g_strstrip(b) != '\0' && g_str_has_suffix(g_strstrip(a), b);
}

/* Between the subject that our mail had and the verb stands more: "… Did Ann ACK". */
static gboolean has_more(const char *subject, const char *known, const char *line)
{
    g_autofree char *a = g_utf8_casefold(subject, -1), *b = g_utf8_casefold(known, -1), *verb = g_utf8_casefold(line, -1);
    const char *last = *g_strstrip(b) != '\0' ? g_strrstr(a, b) : NULL, *none = last == NULL ? strrchr(a, ')') : NULL; /* "(no subject)", of a ticket without one */
    const char *behind = last != NULL ? last + strlen(b) : *b == '\0' && none != NULL ? none + 1 : "";
    behind += strspn(behind, " \t.,:;-!");
    return *behind != '\0' && !g_str_has_prefix(behind, g_strstrip(verb));
}

/* Where the text holds no verb, one stands in the subject: and that may be the customer's own, who wrote "… sends no ACK", for our mail had
 * his subject and a reply keeps it. The second form is for gateways that put a word before "Re:". */
static gboolean is_perhaps_customers(const IntakeCase *c)
{
    const GPtrArray *commands = c->said->commands->commands;
    g_autoptr(CommandReply) typed = command_read_notification(c->said->new_text, NULL, NULL);
    if (commands->len == 0 || typed->commands->len > 0)
        return FALSE;
    const Command *last = g_ptr_array_index(commands, commands->len - 1);
    const char *subject = c->ticket->subject;
    return subject_holds_verb("Re: ", subject) || subject_holds_verb("re ", subject) || ends_in(subject, last->line) || has_more(c->reading->subject, tickets_bare_subject(c->ticket), last->line);
}

/* Why nothing is done of what he wrote, or NULL; constant text. */
static const char *why_no_verb(const IntakeCase *c)
{
    const char *why = intake_doubt(c);
    if (why == NULL && c->said->commands->commands->len == 0)
        return "a note";
    if (why == NULL && heard_takes_back(c))
        return "between the lines that it quotes, or below, stands what may take it back";
    return why == NULL && is_perhaps_customers(c) ? "it has no verb in its text, and that in its subject may be the customer's" : why;
}

/* Who wrote "will do" may believe that he has it. */
static gboolean tell_untaken(VerbContext *v, GError **err)
{
    gint64 n;
    if (v->is_digest)
        return TRUE;
    if (!db_value(v->desk->db, &n, err, "select count(*) from run where id = $1 and ended_at is null and state <> $2", "ii", v->run, (gint64)RUN_HELD))
        return FALSE;
    if (n > 0)
        g_ptr_array_add(v->results, phrase_make("You have not taken it, and nobody else has.", NULL));
    return TRUE;
}

gboolean acknowledge_mail(IntakeCase *c, GError **err)
{
    const ConfigContact *actor;
    gboolean done;
    if (!acknowledge_actor(c, &actor, &done, err) || done)
        return done;
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    VerbContext v = {.desk = c->desk, .ticket = c->ticket, .actor = actor, .run = c->notification->run_id, .page = c->notification->id,
                     .results = results, .is_digest = c->notification->is_digest};
    g_autofree char *unsigned_why = NULL;
    c->row->contact = g_strdup(actor->name);
    c->row->is_note = TRUE;
    if (!intake_store_row(c, err) || !people_set_back(c->desk, actor->name, err))
        return FALSE;
    v.message = c->row->id;
    if (!signature_require(c, actor, &unsigned_why, err))
        return FALSE;
    const char *why = why_no_verb(c);
    if (unsigned_why != NULL) {
        g_ptr_array_add(results, phrase_make("Nothing was done: your replies must be signed, and {why:phrase}.", "why", unsigned_why, NULL));
        v.is_refused = TRUE;
    } else if (why != NULL) {
        intake_note(c, "no verb: %s", why);
        g_ptr_array_add(results, phrase_make("Your mail is kept as a note. It holds no clear command, so nothing else was done.", NULL));
        v.with_choices = TRUE;
        if (!told_not_sent(c, results, err) || !tell_untaken(&v, err))
            return FALSE;
        if (intake_doubt(c) == NULL)
            told_colon(c, results);
    } else if (!(v.is_digest ? digestreply_apply(c, &v, err) : apply_all(c, &v, err))) {
        return FALSE;
    }
    return acknowledge_transcript(c, &v, err);
}

/* The page of his that the mail names in In-Reply-To; 0: none. *ret_line: it names a mail of ours to him that asks nothing. */
static gboolean page_answered(IntakeCase *c, gint64 *ret, gboolean *ret_line, GError **err)
{
    const GPtrArray *ids = c->reading->in_reply_to;
    g_autoptr(OutboxRow) own = NULL;
    *ret = 0;
    *ret_line = FALSE;
    if (ids->len == 0 || !belonging_own_mail(c, g_ptr_array_index(ids, 0), &own, err))
        return ids->len == 0;
    if (own != NULL && g_strcmp0(own->contact, c->sender->name) == 0) {
        *ret = own->notification_id;
        *ret_line = own->notification_id == 0;
    }
    return TRUE;
}

/* He would take it, and may believe that he has: nobody has it, and he answers a line that only told him so. */
static gboolean would_take(IntakeCase *c, gboolean *ret, GError **err)
{
    gint64 n;
    *ret = FALSE;
    if (((const Command *)g_ptr_array_index(c->reading->commands->commands, 0))->verb != VERB_ACK)
        return TRUE;
    if (!db_value(c->desk->db, &n, err, "select count(*) from run where ticket_id = $1 and ended_at is null and state <> $2", "ii", c->ticket->id, (gint64)RUN_HELD))
        return FALSE;
    *ret = n > 0;
    return TRUE;
}

gboolean acknowledge_misdirected(IntakeCase *c, GError **err)
{
    const ConfigQueue *home = desk_queue(c->desk, c->ticket->queue);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    gint64 page;
    gboolean may, is_line;
    if (c->reading->commands->commands->len == 0 || home == NULL)
        return TRUE;
    if (!page_answered(c, &page, &is_line, err) || (is_line && !would_take(c, &is_line, err)))
        return FALSE;
    if (page == 0 && !is_line)
        return TRUE;
    GuardCase facts = intake_guard_case(c, c->sender->email[0], GUARD_REFUSAL);
    g_autofree char *address = page == 0 ? NULL : notify_token_address(c->desk, home, 'a', page, c->sender->name);
    intake_note(c, "verbs at the address of everybody, where none is read: he is told where to answer");
    g_ptr_array_add(lines, phrase_make("Nothing was done: this came to the address that customers write to, where no verb is read.", NULL));
    g_ptr_array_add(lines, page != 0 ? phrase_make("Reply to the notification itself, or write to {address}", "address", address, NULL)
                                     : phrase_make("You have not taken it: that mail was for your information. Reply to a notification of this ticket.", NULL));
    return courtesy_allows(c->desk, c->ticket, &facts, &may, err)
           && (!may || notify_transcript(c->desk, c->ticket, c->sender, page, 0, lines, FALSE, TRUE, c->reading->message_id, err));
}
