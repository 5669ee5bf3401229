/* workmail: a mail of the team at a personal work address: lines with '#' are verbs, the rest goes to the requester. It must never pass on
 * what was meant for us or for the team alone. */
#include "flows/workmail.h"

#include <string.h>

#include "base/nearest.h"

#include "rules/command_line.h"
#include "rules/command_text.h"
#include "rules/phrase.h"
#include "rules/wrap.h"

#include "mail/message.h"
#include "mail/parttype.h"

#include "flows/acknowledge.h"
#include "flows/attached.h"
#include "flows/belonging.h"
#include "flows/courtesy.h"
#include "flows/heard.h"
#include "flows/notify.h"
#include "flows/ownticket.h"
#include "flows/people.h"
#include "flows/signature.h"
#include "flows/told.h"
#include "flows/unsent.h"
#include "flows/verbs.h"
#include "flows/view.h"
#include "flows/watchers.h"

#include "base/banned.h"

static gboolean is_private(const CommandReply *work)
{
    for (guint i = 0; i < work->commands->len; i++)
        if (((Command *)g_ptr_array_index(work->commands, i))->verb == VERB_NOTE)
            return TRUE;
    return FALSE;
}

static gboolean has_text(const char *s) { return s[strspn(s, " \t\r\n")] != '\0'; }

/* Bytes of the break of a line within a word, as iCalendar folds (RFC 5545 3.1) and quoted-printable breaks (RFC 2045 6.7 (5)); 0: here is none. */
static gsize fold_at(const char *p, gsize left)
{
    static const char *const folds[] = {"\r\n ", "\r\n\t", "\n ", "\n\t", "=\r\n", "=\n"};
    for (gsize i = 0; (*p == '\r' || *p == '\n' || *p == '=') && i < G_N_ELEMENTS(folds); i++)
        if (left >= strlen(folds[i]) && memcmp(p, folds[i], strlen(folds[i])) == 0)
            return strlen(folds[i]);
    return 0;
}

/* UTF-16, as in what Outlook attaches, is ASCII between NULs, and so is what stands plainly in a file of another kind. */
static gboolean holds_personal(const char *bytes, gsize n)
{
    g_autofree char *kept = g_malloc(n + 1);
    gsize used = 0, fold;
    for (gsize i = 0; i < n; i += MAX(fold, 1)) {
        fold = fold_at(bytes + i, n - i);
        if (fold == 0 && bytes[i] != '\0')
            kept[used++] = bytes[i];
    }
    return token_is_in(kept, (gssize)used);
}

/* A part that holds an address which is somebody's alone cannot go to the requester: NULL, or the name of the first. Text is mended. */
static const char *personal_part(GPtrArray *parts)
{
    for (guint i = 0; parts != NULL && i < parts->len; i++) {
        MessagePart *p = g_ptr_array_index(parts, i);
        gsize n;
        guint count;
        const char *bytes = g_bytes_get_data(p->bytes, &n);
        if (holds_personal(p->name, strlen(p->name)))
            return p->type;
        const gboolean is_text = n > 0 && memchr(bytes, '\0', n) == NULL && g_str_has_prefix(p->type, "text/");
        g_autofree char *mended = is_text ? token_scrub(bytes, (gssize)n, &count) : NULL;
        if (is_text && count > 0) {
            g_bytes_unref(p->bytes);
            p->bytes = g_bytes_new_take(mended, strlen(mended));
            mended = NULL;
            bytes = g_bytes_get_data(p->bytes, &n);
        }
        if (holds_personal(bytes, n))
            return *p->name != '\0' ? p->name : p->type;
    }
    return NULL;
}

/* What stands beside the verbs is more than a signature. */
static gboolean has_words(const IntakeCase *c) { return has_text(c->said->work->rest) && !unsent_is_signature(c); }

/* Whether there is anything for the requester. Verbs with nothing beside them but ornaments are no answer. */
static gboolean is_answer(const IntakeCase *c)
{
    const GPtrArray *files = c->reading->attachments;
    gboolean only_ornaments = c->said->work->commands->len > 0;
    if (has_words(c) || files->len == 0)
        return has_words(c);
    for (guint i = 0; i < files->len; i++)
        only_ornaments = only_ornaments && parttype_is_ornament(((LetterAttachment *)g_ptr_array_index(files, i))->type);
    return !only_ornaments;
}

/* *ret_held: there is an answer, and it cannot go out. */
static gboolean relay_answer(IntakeCase *c, VerbContext *v, gboolean *ret_held, GError **err)
{
    g_autoptr(GPtrArray) parts = NULL;
    gboolean is_nobodys;
    *ret_held = FALSE;
    if (is_private(c->said->work))
        return TRUE;
    if (!is_answer(c)) {
        if (c->reading->attachments->len > 0)
            g_ptr_array_add(v->results, phrase_make("Nothing was sent to the customer: beside the verbs is no text, only a picture or a card.", NULL));
        return TRUE;
    }
    if (!ownticket_is_nobodys(c->desk, c->ticket, &is_nobodys, err))
        return FALSE;
    if (is_nobodys) {
        g_ptr_array_add(v->results, phrase_make(c->ticket->is_operational
                                                    ? PHRASE("Your answer is kept in this ticket. Nobody outside got it: the customer waits in the ticket that this one is about.")
                                                    : PHRASE("Your answer is kept in this ticket. Nobody outside got it: there is no customer in it."),
                                                NULL));
        return verbs_answered(c->desk, c->ticket, c->sender->name, NULL, c->desk->now, c->row->id, err);
    }
    if (!attached_parts(c, &parts, err))
        return FALSE;
    const char *personal = personal_part(parts);
    if (personal != NULL) {
        intake_note(c, "not relayed: the part %s holds a personal address", personal);
        *ret_held = v->is_refused = TRUE;
        g_autofree char *name = wrap_clip(personal, 100);
        g_ptr_array_add(v->results, phrase_make("Not sent to the customer: the attachment {name} holds an address that is yours alone. Please"
                                                " answer again without it.", "name", name, NULL));
        return messages_set_note(c->desk->db, c->row->id, err);
    }
    g_autofree char *rest = token_scrub(has_words(c) ? c->said->work->rest : "", -1, NULL), *text = attached_for_requester(c, rest, c->ticket->language);
    if (c->left_out != NULL)
        g_ptr_array_add(v->results, phrase_make("Your answer was sent without {files}: too large for one mail. The customer was told so, but has no"
                                                " other way to it: please give him one.", "files", c->left_out, NULL));
    intake_note(c, "relayed to the requester");
    if (c->said->work->commands->len > 0)
        told_relayed(v);
    return watchers_of_team(c, err) && notify_relay(c->desk, c->ticket, c->sender, text, parts, c->row->id, err)
           && verbs_answered(c->desk, c->ticket, c->sender->name, NULL, c->desk->now, c->row->id, err);
}

typedef struct {
    const char *why, *advice; /* phrases; NULL: it is no person's */
} NotTaken;

/* Why a mail that may be a person's is none to us, and what he can do. */
static NotTaken why_not_taken(const IntakeCase *c)
{
    static const char again[] = PHRASE("If you wrote it for the customer, please send it again with the line #status above it.");
    if (c->kind == KIND_CALENDAR)
        return (NotTaken){PHRASE("it is an invitation, and I pass on none"), PHRASE("Please send your text without it, or attach the meeting as a file.")};
    if (c->unsure)
        return (NotTaken){PHRASE("it reads like an automatic mail"), again};
    return intake_is_bulk_by_list(c) ? (NotTaken){PHRASE("it came through a mailing list"), again} : (NotTaken){NULL, NULL};
}

/* To his registered address, whatever way his mail came, as to a person: were he a machine, LIMIT_REFUSALS_PER_TICKET_DAY ends it. */
static gboolean send_transcript(IntakeCase *c, const VerbContext *v, gboolean *ret_sent, GError **err)
{
    GuardCase facts = intake_guard_case(c, c->sender->email[0], v->is_refused ? GUARD_REFUSAL : GUARD_TRANSCRIPT);
    gint64 work = 0;
    *ret_sent = FALSE;
    facts.kind = KIND_HUMAN;
    facts.has_list_headers = FALSE;
    if (v->results->len == 0 && !v->with_choices)
        return TRUE;
    if ((v->is_refused || v->with_choices) && !tickets_work(c->desk->db, c->ticket->id, c->sender->name, &work, err))
        return FALSE;
    return courtesy_allows(c->desk, c->ticket, &facts, ret_sent, err)
           && (!*ret_sent || notify_transcript(c->desk, c->ticket, c->sender, 0, work, v->results, v->with_choices, v->is_refused, c->reading->message_id, err));
}

static gboolean work_transcript(IntakeCase *c, const VerbContext *v, GError **err)
{
    gboolean sent;
    return send_transcript(c, v, &sent, err);
}

/* By what it means ("fixed"), else by its letters. */
static const char *nearest_verb(const char *word)
{
    CommandLine line = command_line_read(word);
    Nearest nearest = {.meant = word};
    if (line.command != NULL) {
        nearest.name = command_verb_name(line.command->verb);
        command_free(line.command);
        return nearest.name;
    }
    if (g_ascii_strncasecmp(word, "clos", 4) == 0) /* as other systems call it */
        return command_verb_name(VERB_RESOLVE);
    for (int i = 0; i < VERB_COUNT; i++)
        nearest_offer(&nearest, command_verb_name((Verb)i));
    return nearest.name;
}

/* It is a verb as it stands, and was not taken, since a mail program may have broken its line. Else *ret_expected is how the verb that it names is
 * written, or NULL. */
static gboolean may_go_on(const char *line, const char **ret_expected)
{
    g_autofree char *marked = g_strconcat("#", line, NULL);
    Command *c = NULL;
    gboolean is_verb = command_line_read_verb(marked, TRUE, &c, ret_expected);
    command_free(c);
    return is_verb;
}

static char *not_understood(const char *word, const char *line)
{
    const char *expected = NULL;
    g_autofree char *first = g_strndup(word, MIN(strcspn(word, " \t:,"), 40));
    if (may_go_on(word, &expected))
        return phrase_make("Nothing was done, and nothing was sent to the customer: the text of \"{line}\" may go on in the next line. Please send it again"
                           " with an empty line below it; what the customer shall read can stand below, too.", "line", line, NULL);
    if (expected != NULL)
        return phrase_make("Nothing was done, and nothing was sent to the customer: I do not understand \"{line}\". It is written #{expected}. Please send it"
                           " again; a line of text that begins with # needs a blank before it.", "line", line, "expected", expected, NULL);
    return phrase_make("Nothing was done, and nothing was sent to the customer: I do not understand \"{line}\". The nearest verb is #{verb}. Please send it"
                       " again; a line of text that begins with # needs a blank before it.", "line", line, "verb", nearest_verb(first), NULL);
}

/* Nothing of the mail is done, and nothing goes out: it is a note, and he reads `line` (taken over). */
static gboolean refuse(IntakeCase *c, VerbContext *v, const char *why, char *line, GError **err)
{
    intake_note(c, "%s: nothing is done, nothing goes out", why);
    v->is_refused = TRUE;
    g_ptr_array_add(v->results, line);
    return messages_set_note(c->desk->db, c->row->id, err) && work_transcript(c, v, err);
}

/* A line that was meant for us and is not understood may be anything but text for the customer. */
static gboolean refuse_unknown(IntakeCase *c, VerbContext *v, GError **err)
{
    const char *line = c->said->work->unknown, *word = line, *inside = command_text_inside(line);
    if (inside != NULL) {
        g_autofree char *shown = view_cut(inside, UNSENT_SHOWN);
        return refuse(c, v, "a verb in the middle of a line", phrase_make("Nothing was done, and nothing was sent to the customer: \"{line}\" stands in the middle"
                      " of a line. Please send it again with the verb on a line of its own, or without the #.", "line", shown, NULL), err);
    }
    while (*word != '\0' && !g_unichar_isalpha(g_utf8_get_char(word)))
        word = g_utf8_next_char(word);
    g_autofree char *cut = view_cut(line, UNSENT_SHOWN);
    return refuse(c, v, "a line that begins with # and is no verb, or may go on", not_understood(word, cut), err);
}

/* Alone on a line it tells a customer nothing. "Status" may be a heading, and what has a text is a sentence. */
static gboolean is_order(const Command *cmd)
{
    return cmd->verb == VERB_NOTE || (cmd->text == NULL && cmd->verb != VERB_STATUS && cmd->verb != VERB_HELP && cmd->verb != VERB_RESOLVE
                                      && cmd->verb != VERB_ANSWERED && cmd->verb != VERB_CONTAINED);
}

/* "resolve the plug was loose": nobody begins a mail to a customer so, but with "Resolved". */
static gboolean begins_with_resolve(const char *text)
{
    const char *first = text + strspn(text, " \t\r\n"), *name = command_verb_name(VERB_RESOLVE);
    return g_ascii_strncasecmp(first, name, strlen(name)) == 0 && !g_unichar_isalpha(g_utf8_get_char(first + strlen(name)));
}

/* A mail of nothing but verbs, as people know them from notifications, or one that begins with one or as a note, is no text for the customer. Loose words
 * ("ok", "done") may be. */
static gboolean is_unmarked(const IntakeCase *c, Verb *ret)
{
    const char *text = c->said->work->rest;
    g_autoptr(CommandReply) typed = command_read_notification(text, NULL, NULL);
    if (!has_text(text) || command_reply_has_loose(typed))
        return FALSE;
    const Command *first = typed->commands->len > 0 ? g_ptr_array_index(typed->commands, 0) : NULL;
    *ret = first != NULL ? first->verb : VERB_RESOLVE;
    return begins_with_resolve(text) || (first != NULL && (!has_text(typed->rest) || is_order(first)));
}

static gboolean refuse_unmarked(IntakeCase *c, VerbContext *v, Verb first, GError **err)
{
    char *answer = phrase_make("Nothing was done, and nothing was sent to the customer: at this address a verb begins with #, as in #{verb}. Please send"
                               " it again, or with a sentence around it if the customer shall read it.", "verb", command_verb_name(first), NULL);
    return refuse(c, v, "nothing but verbs without #", answer, err);
}

/* A verb below what was taken for a signature: whoever wrote it there waits for it to be done, and may mean that all is a note. */
static gboolean refuse_below(IntakeCase *c, VerbContext *v, const char *line, GError **err)
{
    g_autofree char *cut = view_cut(line, UNSENT_SHOWN);
    char *answer = phrase_make("Nothing was done, and nothing was sent to the customer: \"{line}\" stands below what looks like your signature. Please"
                               " send it again, with all verbs at the top.", "line", cut, NULL);
    return refuse(c, v, "a verb below what looks like a signature", answer, err);
}

/* Done after the answer beside it, which ends what those others would be asked for. */
static gboolean asks_others(const Command *cmd) { return cmd->verb == VERB_PASS || cmd->verb == VERB_DECLINE || cmd->verb == VERB_ESCALATE; }

static gboolean apply(VerbContext *v, const GPtrArray *commands, gboolean that_ask_others, GError **err)
{
    g_autoptr(GPtrArray) order = verbs_in_order(commands);
    for (guint i = 0; i < order->len; i++) {
        const Command *cmd = g_ptr_array_index(order, i);
        if (asks_others(cmd) == that_ask_others && (cmd->verb != VERB_NOTE || cmd->text != NULL) && !verbs_apply(v, cmd, err))
            return FALSE;
    }
    return TRUE;
}

static gboolean do_work(IntakeCase *c, VerbContext *v, GError **err)
{
    g_autofree char *below = unsent_verb(c);
    Verb first;
    if (!is_private(c->said->work) && is_unmarked(c, &first))
        return refuse_unmarked(c, v, first, err);
    if (c->said->work->unknown != NULL)
        return refuse_unknown(c, v, err);
    if (below != NULL)
        return refuse_below(c, v, below, err);
    gboolean is_held, is_told;
    if (!apply(v, c->said->work->commands, FALSE, err) || !relay_answer(c, v, &is_held, err))
        return FALSE;
    const gboolean tells = !is_held && !is_private(c->said->work);
    if ((tells && !unsent_tell(c, v, is_answer(c), err)) || !apply(v, c->said->work->commands, TRUE, err) || !send_transcript(c, v, &is_told, err))
        return FALSE;
    return !tells || !is_told || unsent_remember(c, err);
}

/* Verbs that are not signed where they must be: neither they nor the text beside them go anywhere. */
static gboolean refuse_unsigned(IntakeCase *c, VerbContext *v, const char *why, GError **err)
{
    c->row->is_note = v->is_refused = TRUE;
    g_ptr_array_add(v->results, phrase_make("Nothing was done, nor sent on: your verbs must be signed, and {why:phrase}.", "why", why, NULL));
    return intake_store_row(c, err) && work_transcript(c, v, err);
}

/* By the person whose address that is, by one of the list's, or by one of those that the ticket asks. */
static gboolean may_write(const IntakeCase *c)
{
    if (c->sender == NULL || c->auth == AUTHRES_FAIL)
        return FALSE;
    return c->sender == c->work_contact || people_is_member(c->work_contact, c->sender)
           || (intake_is_believed(c) && people_is_of_ticket(c->desk, c->sender, c->ticket->id));
}

gboolean workmail_take(IntakeCase *c, GError **err)
{
    g_clear_pointer(&c->ticket, tickets_free);
    if (!belonging_load(c, c->work_ticket, err))
        return FALSE;
    if (!may_write(c)) {
        intake_note(c, "at the work address of %s, but not from him: a note, nothing is done", c->work_contact != NULL ? c->work_contact->name : "nobody");
        return acknowledge_ask_registered(c, c->work_contact, err);
    }
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    VerbContext v = {.desk = c->desk, .ticket = c->ticket, .actor = c->sender, .results = results, .is_work = TRUE};
    g_autofree char *unsigned_why = NULL;
    c->row->contact = g_strdup(c->sender->name);
    if (!signature_require(c, c->sender, &unsigned_why, err))
        return FALSE;
    if (unsigned_why != NULL)
        return refuse_unsigned(c, &v, unsigned_why, err);
    c->row->is_note = is_private(c->said->work) || !has_words(c);
    const char *why = intake_doubt(c);
    const gboolean is_ours = why == NULL && !is_private(c->said->work) && heard_holds_ours(c->said->new_text);
    if (is_ours)
        why = PHRASE("it holds lines of our own mail, which the customer must not read");
    if (why != NULL) {
        intake_note(c, "%s: a note, nothing is done", why);
        c->row->is_note = v.is_refused = TRUE;
        g_ptr_array_add(results, phrase_make("Nothing was sent to the customer, and nothing else was done: {why:phrase}. Your mail is kept as a note.", "why", why, NULL));
        if (c->reading->doubtful || is_ours)
            g_ptr_array_add(results, phrase_make("Please send it again, with your answer above all that you quote.", NULL));
        return intake_store_row(c, err) && work_transcript(c, &v, err);
    }
    if (!intake_store_row(c, err) || !people_set_back(c->desk, c->sender->name, err))
        return FALSE;
    v.message = c->row->id;
    return do_work(c, &v, err);
}

gboolean workmail_not_taken(IntakeCase *c, GError **err)
{
    const NotTaken not_taken = why_not_taken(c);
    const gboolean is_perhaps_his_answer = c->work_ticket != 0 && c->ticket != NULL && may_write(c) && has_text(c->said->new_text);
    if (not_taken.why == NULL || !is_perhaps_his_answer)
        return TRUE;
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    VerbContext v = {.desk = c->desk, .ticket = c->ticket, .actor = c->sender, .results = results, .is_refused = TRUE};
    intake_note(c, "at the work address of %s, and from him: he is told that it was not sent", c->sender->name);
    g_ptr_array_add(results, phrase_make("Nothing was sent to the customer: {why:phrase}. Your mail is kept as a note.", "why", not_taken.why, NULL));
    g_ptr_array_add(results, phrase_make(not_taken.advice, NULL));
    return work_transcript(c, &v, err);
}
