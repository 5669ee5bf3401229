/* arrivals: what people's mail does to tickets. Verbs of notifications are acknowledge's. */
#include "flows/arrivals.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "rules/gist.h"
#include "rules/phrase.h"
#include "rules/signoff.h"
#include "rules/threading.h"
#include "rules/wrap.h"

#include "mail/message.h"

#include "flows/acknowledge.h"
#include "flows/alerts.h"
#include "flows/attached.h"
#include "flows/belonging.h"
#include "flows/courtesy.h"
#include "flows/deadlines.h"
#include "flows/heard.h"
#include "flows/notify.h"
#include "flows/onbehalf.h"
#include "flows/opening.h"
#include "flows/people.h"
#include "flows/promise.h"
#include "flows/rating.h"
#include "flows/rescore.h"
#include "flows/told.h"
#include "flows/triggers.h"
#include "flows/vendors.h"
#include "flows/verbs.h"
#include "flows/view.h"
#include "flows/watchers.h"

#include "base/banned.h"

#define SUBJECT_CHARACTERS 60 /* of one that is made from the text */

/* ---- telling the team ---- */

static gboolean tells_team(const ConfigQueue *q) { return q->mode == MODE_RELAY || q->mode == MODE_SHADOW || q->announce; }

static const char *writer(const IntakeCase *c) { return *c->from_name != '\0' ? c->from_name : c->from; }

/* For the team: who seems to write. Where authentication failed it says so, since From is what anybody can write. */
static char *shown_writer(const IntakeCase *c)
{
    g_autofree char *unproven = phrase_make(" (sender not proven: authentication failed)", NULL), *unsure = phrase_make(" (perhaps an automatic mail)", NULL);
    return g_strdup_printf("%s%s%s", writer(c), c->auth == AUTHRES_FAIL ? unproven : "", c->kind != KIND_HUMAN || c->unsure ? unsure : "");
}

/* What the team would not see in the mail itself, or NULL. */
static char *shown_news(const IntakeCase *c)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, c->follows);
    if (c->follows != 0)
        return phrase_make("It answers to [{queue} #{id}], which is closed.", "queue", c->follows_queue, "id", id, NULL);
    return c->reopens ? phrase_make("This ticket was resolved. It is open again.", NULL) : NULL;
}

/* What is new in it; where nothing seems to be, all. */
static char *said_anew(const IntakeCase *c)
{
    return *c->reading->new_text != '\0' ? heard_with(c, c->reading->new_text) : g_strdup(c->reading->text);
}

/* Of a first mail all, its signature too; of one that is sent on for a requester, his text. */
static char *said_to_team(const IntakeCase *c, gboolean is_first)
{
    return is_first ? g_strdup(c->row->is_note ? c->reading->returned_text : c->reading->text) : said_anew(c);
}

/* The mail to each who reads it, but its writer. A queue beside the home queue tells its own team. */
static gboolean tell_team(IntakeCase *c, const ConfigQueue *queue, const char *template, GPtrArray *parts, GError **err)
{
    g_autoptr(GPtrArray) readers = people_readers(c->desk, c->ticket, queue);
    if (!tells_team(queue))
        return TRUE;
    g_autofree char *from = shown_writer(c), *news = shown_news(c), *said = said_to_team(c, strcmp(template, "new-ticket") == 0);
    g_autofree char *whole = attached_for_team(c, said);
    for (guint i = 0; i < readers->len; i++) {
        const char *contact = g_ptr_array_index(readers, i);
        if (c->sender != NULL && strcmp(contact, c->sender->name) == 0)
            continue;
        if (!notify_team(c->desk, c->ticket, contact, template, from, news, whole, parts, err))
            return FALSE;
    }
    return TRUE;
}

gboolean arrivals_tell_queue(IntakeCase *c, const ConfigQueue *queue, const char *template, GError **err)
{
    g_autoptr(GPtrArray) parts = NULL;
    return attached_parts(c, &parts, err) && tell_team(c, queue, template, parts, err);
}

gboolean arrivals_bring_queue(IntakeCase *c, const ConfigQueue *queue, GError **err)
{
    g_autoptr(GPtrArray) queues = NULL;
    if (!tickets_queues(c->desk->db, c->ticket->id, &queues, err))
        return FALSE;
    if (g_ptr_array_find_with_equal_func(queues, queue->name, g_str_equal, NULL))
        return TRUE;
    intake_note(c, "brings queue %s", queue->name);
    return tickets_add_queue(c->desk->db, c->ticket->id, queue->name, FALSE, err)
           && deadlines_start(c->desk, c->ticket, queue, FALSE, c->desk->now, 0, err) && arrivals_tell_queue(c, queue, "new-ticket", err);
}

static gboolean tell_teams(IntakeCase *c, const char *template, gboolean others, GError **err)
{
    g_autoptr(GPtrArray) parts = NULL;
    if (!attached_parts(c, &parts, err) || !tell_team(c, c->home, template, parts, err))
        return FALSE;
    for (guint i = 0; others && i < c->other_queues->len; i++)
        if (!tell_team(c, g_ptr_array_index(c->other_queues, i), template, parts, err))
            return FALSE;
    return TRUE;
}

/* ---- a new ticket ---- */

static gboolean auto_ack(IntakeCase *c, GError **err)
{
    GuardCase facts = intake_guard_case(c, c->ticket->requester != NULL ? c->ticket->requester : c->from, GUARD_AUTO_ACK);
    gboolean may, is_spammer;
    if (c->is_silent)
        return TRUE;
    if (!courtesy_is_spammer(c->desk, facts.to, c->auth == AUTHRES_PASS, &is_spammer, err))
        return FALSE;
    facts.is_spam = facts.is_spam || is_spammer;
    if (!courtesy_allows(c->desk, c->ticket, &facts, &may, err))
        return FALSE;
    intake_note(c, may ? "auto-ack to the sender" : "no auto-ack: the guard refuses");
    json_t *view = NULL;
    const char *template = c->is_raised ? "raised" : "auto-ack";
    return !may || (promise_times(c->desk, c->ticket, &view, err) && notify_requester(c->desk, c->ticket, template, view, c->ticket->root_message_id, err));
}

/* The last ticket of a sender who opened more than the limit within an hour; 0: he did not. Mail that is authenticated and mail that is
 * not are counted apart, so that nobody can use up somebody else's number. */
static gboolean flooded(IntakeCase *c, gint64 *ret_last, GError **err)
{
    gint64 n;
    *ret_last = 0;
    if (!db_value(c->desk->db, &n, err,
                  "select count(*) from ticket t join person p on p.id = t.requester_id where p.address = $1 and t.opened_at > $2"
                  " and exists (select 1 from message m where m.ticket_id = t.id and m.direction = 'in' and m.is_verified = $3)",
                  "sti", c->from, c->desk->now - 3600, (gint64)(c->auth == AUTHRES_PASS)))
        return FALSE;
    return n < LIMIT_TICKETS_PER_ADDRESS_HOUR
           || db_value(c->desk->db, ret_last, err,
                       "select coalesce(max(t.id), 0) from ticket t join person p on p.id = t.requester_id where p.address = $1 and t.state in"
                       " ('new', 'open', 'waiting')",
                       "s", c->from);
}

/* A mail whose From is forged, so far as is known, brings nobody in. */
static gboolean add_participants(IntakeCase *c, GError **err)
{
    const GPtrArray *fields[] = {c->reading->to, c->reading->cc};
    if (c->auth == AUTHRES_FAIL)
        return TRUE;
    for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
        for (guint i = 0; i < fields[f]->len && i < 50; i++) {
            const char *address = g_ptr_array_index(fields[f], i);
            if (strchr(address, '@') == NULL || config_queue_by_address(c->desk->config, address) != NULL)
                continue;
            if (!tickets_add_participant(c->desk->db, c->ticket->id, address, err))
                return FALSE;
        }
    return TRUE;
}

static gboolean open_with(IntakeCase *c, const OpeningFacts *facts, const Rating *rating, const OnBehalf *behalf, GError **err)
{
    if (!opening_ticket(c->desk, facts, &c->ticket, err))
        return FALSE;
    intake_note(c, "opens ticket %" G_GINT64_FORMAT " in %s, severity S%d", c->ticket->id, c->home->name, facts->severity + 1);
    return intake_store_row(c, err) && (behalf == NULL || onbehalf_store(c, behalf, err)) && rating_store(c->desk, rating, c->ticket->id, c->row->id, err)
           && rescore_prepare(c->desk, c->ticket, rating, err) && alerts_opened(c, err)
           && opening_clocks(c->desk, facts, c->ticket, c->row->id, err) && add_participants(c, err) && watchers_of_requester(c, err)
           && triggers_of_mail(c, rating, TRUE, err)
           && auto_ack(c, err) && tell_teams(c, "new-ticket", TRUE, err) && rescore_begin(c->desk, c->ticket, rating, err);
}

/* For a mail without a subject what it begins to say; NULL: it has one, or says nothing. */
static char *first_words(const char *subject, const char *text)
{
    g_autofree char *gist = subject[strspn(subject, " \t\r\n")] == '\0' && text != NULL ? gist_of(text) : NULL;
    if (gist != NULL && g_str_has_suffix(gist, "."))
        gist[strlen(gist) - 1] = '\0';
    return gist == NULL ? NULL : wrap_preview(gist, SUBJECT_CHARACTERS);
}

static gboolean open_it(IntakeCase *c, const Rating *rating, gint64 claimed, GError **err)
{
    const Reading *r = c->reading;
    OpeningFacts facts = {.home = c->home, .other_queues = c->other_queues, .requester = *c->from != '\0' ? c->from : "unknown@invalid",
                          .requester_name = c->from_name, .subject = r->subject, .severity = rating->severity, .category = rating->category, .service = rating->service,
                          .owner = rating->owner, .message_id = *r->message_id != '\0' ? r->message_id : NULL, .linked_id = claimed,
                          .unsure = c->unsure, .at = c->desk->now};
    OnBehalf behalf = {0};
    gboolean is_behalf = onbehalf_of(c, &behalf);
    if (is_behalf) {
        facts.requester = behalf.address;
        facts.requester_name = behalf.name;
        facts.subject = r->returned_subject;
        facts.message_id = *r->returned_message_id != '\0' ? r->returned_message_id : NULL;
        intake_note(c, "forwarded by %s as attachment: on behalf of <%s>", c->sender->name, behalf.address);
        c->row->contact = g_strdup(c->sender->name);
        c->row->is_note = TRUE;
    }
    const char *text = is_behalf ? r->returned_text : r->new_text;
    facts.language = promise_language(c->desk, text);
    g_autofree char **queues = desk_queue_names(c->desk);
    g_autofree char *bare = threading_without_tags(facts.subject, queues), *named = first_words(bare, text);
    facts.subject = named != NULL ? named : bare;
    gboolean ok = open_with(c, &facts, rating, is_behalf ? &behalf : NULL, err);
    onbehalf_clear(&behalf);
    return ok;
}

/* What the rules say of the mail, into the decision log too; rating_clear(). */
static gboolean rate(IntakeCase *c, const Ticket *t, Rating *ret, GError **err)
{
    RatingFacts facts;
    const ConfigQueue *queue = t != NULL ? desk_queue(c->desk, t->queue) : c->home;
    if (!rating_facts(c->desk, queue, t, t != NULL ? t->requester : c->from, &facts, err))
        return FALSE;
    const RatingMail mail = rating_mail(c->reading);
    rating_of(c->desk, &mail, queue, &facts, ret);
    if (facts.customer != NULL)
        intake_note(c, "customer %s%s%s", facts.customer->name, *facts.customer->segment != '\0' ? ", segment " : "", facts.customer->segment);
    for (guint i = 0; i < ret->matched->len; i++)
        intake_note(c, "rule %s matches", (const char *)g_ptr_array_index(ret->matched, i));
    if (ret->rows->len > 0)
        intake_note(c, "score %d", ret->score);
    return TRUE;
}

gboolean arrivals_open(IntakeCase *c, gint64 claimed, GError **err)
{
    Rating rating;
    gint64 last = 0;
    if (!rate(c, NULL, &rating, err))
        return FALSE;
    gboolean ok;
    if (rating.file != NULL && !c->mail->as_human) {
        intake_note(c, "filed under other: a rule says so");
        c->row->filed = g_strdup(PHRASE("rule"));
        ok = intake_store_row(c, err);
    } else if (c->alert == NULL && !flooded(c, &last, err)) {
        ok = FALSE;
    } else if (last != 0) {
        ok = belonging_load(c, last, err);
        intake_note(c, "flood: more than %d new tickets an hour of this sender: appended to ticket %" G_GINT64_FORMAT, LIMIT_TICKETS_PER_ADDRESS_HOUR, last);
        c->row->filed = g_strdup(PHRASE("flood"));
        ok = ok && intake_store_row(c, err) && watchers_of_requester(c, err) && rescore_mail(c->desk, c->ticket, &rating, c->row->id, c->decisions, err) && tell_teams(c, "relay-in", FALSE, err);
    } else {
        ok = open_it(c, &rating, claimed, err);
    }
    rating_clear(&rating);
    return ok;
}

gboolean arrivals_enter(IntakeCase *c, int severity, const char *category, gboolean with_ack, GError **err)
{
    Rating rating;
    if (!rate(c, NULL, &rating, err))
        return FALSE;
    int by_rules = rating.severity;
    if (severity >= 0)
        rating.severity = severity;
    if (category != NULL)
        rating.category = category;
    c->is_silent = !with_ack;
    gboolean ok = open_it(c, &rating, 0, err);
    rating_clear(&rating);
    if (!ok || severity < 0)
        return ok;
    c->ticket->severity_sticks = 1 + by_rules;
    return tickets_save(c->desk->db, c->ticket, err);
}

/* ---- into a ticket: the requester's side ---- */

/* Who holds the run is told of every mail of the customer. */
static gboolean tell_ackers(IntakeCase *c, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    if (!runs_of_ticket(c->desk->db, c->ticket->id, TRUE, &runs, err))
        return FALSE;
    g_autofree char *text = wrap_preview(c->reading->new_text, 300);
    g_autofree char *line = phrase_make(c->is_raised ? PHRASE("{who} asks for escalation. You have it still: {text}") : PHRASE("A new mail of {who}: {text}"), "who",
                                        writer(c), "text", text, NULL);
    for (guint i = 0; i < runs->len; i++) {
        RunRow *r = g_ptr_array_index(runs, i);
        if (r->run->state == RUN_HELD && !notify_line(c->desk, c->ticket, r->run->acker, line, err))
            return FALSE;
    }
    return TRUE;
}

/* What he writes now, and what was before, may make it worse. */
gboolean arrivals_rescore(IntakeCase *c, gboolean reopens, GError **err)
{
    Rating rating;
    if (!rate(c, c->ticket, &rating, err))
        return FALSE;
    gboolean ok = rescore_mail(c->desk, c->ticket, &rating, c->row->id, c->decisions, err)
                  && (!reopens || verbs_reopen(c->desk, c->ticket, c->row->id, err)) && triggers_of_mail(c, &rating, FALSE, err);
    rating_clear(&rating);
    return ok;
}

/* What is over stays over. *ret_more: somebody should see it all the same. */
static gboolean is_only_thanks(const IntakeCase *c, gboolean *ret_more)
{
    *ret_more = FALSE;
    return signoff_is_content(c->reading->new_text, ret_more) || intake_is_reaction(c);
}

static gboolean from_requester(IntakeCase *c, GError **err)
{
    Ticket *t = c->ticket;
    gboolean has_more, is_thanks = is_only_thanks(c, &has_more);
    if (g_strcmp0(t->requester, c->from) == 0 && *c->reading->message_id != '\0') {
        g_free(t->last_from_requester);
        t->last_from_requester = g_strdup(c->reading->message_id);
        if (!tickets_save(c->desk->db, t, err))
            return FALSE;
    }
    if (!intake_store_row(c, err) || !add_participants(c, err) || !watchers_of_requester(c, err))
        return FALSE;
    is_thanks = is_thanks && c->heard.typed_in == NULL; /* "Thanks", and among the quoted lines "no, it is not" */
    if (t->state >= TICKET_RESOLVED && is_thanks) {
        intake_note(c, "only thanks: does not reopen"); /* what is attached may say more: a screenshot, or a signature's logo */
        return (!has_more && !heard_any(c) && c->reading->attachments->len == 0) || tell_teams(c, "relay-in", FALSE, err);
    }
    c->reopens = t->state == TICKET_RESOLVED;
    if (t->state == TICKET_WAITING || t->state == TICKET_RESOLVED)
        intake_note(c, "%s becomes open", tickets_state_name(t->state));
    return (is_thanks ? verbs_reopen(c->desk, t, c->row->id, err) : arrivals_rescore(c, TRUE, err)) && tell_teams(c, "relay-in", FALSE, err) && tell_ackers(c, err);
}

/* By its words alone; what came through a list; or out of a ticket system of the customer's, which marks what his people write, too (RFC 3834 5). */
static gboolean may_be_a_persons(const IntakeCase *c)
{
    const Reading *r = c->reading;
    if (c->ticket->spam || c->ticket->state >= TICKET_RESOLVED)
        return c->unsure;
    return c->unsure || c->kind == KIND_BULK
           || (c->kind == KIND_AUTO_REPLY && !r->tells_absence && g_ascii_strncasecmp(r->auto_submitted, "auto-generated", strlen("auto-generated")) == 0);
}

gboolean arrivals_append_machine(IntakeCase *c, GError **err)
{
    gboolean is_ours = c->sender != NULL || c->notification != NULL || c->work_ticket != 0 || c->at_envelope_address, is_partner = FALSE;
    intake_note(c, "appended; no state, no clock");
    c->row->is_note = TRUE;
    if (!intake_store_row(c, err))
        return FALSE;
    return !may_be_a_persons(c) || is_ours || (tickets_has_participant(c->desk->db, c->ticket->id, c->from, &is_partner, err)
                                               && (!is_partner || tell_teams(c, "relay-in", FALSE, err)));
}

/* ---- into a ticket: the team's side ---- */

/* Which queues an answer of this contact counts for: an answer from home meets all, another only its own. */
static const char *queue_of_answer(IntakeCase *c)
{
    const ConfigQueue *home = desk_queue(c->desk, c->ticket->queue);
    g_autoptr(GPtrArray) queues = NULL;
    if (home == NULL || people_is_of_queue(c->desk, c->sender, home) || !tickets_queues(c->desk->db, c->ticket->id, &queues, NULL))
        return NULL;
    for (guint i = 0; i < queues->len; i++) {
        const ConfigQueue *q = desk_queue(c->desk, g_ptr_array_index(queues, i));
        if (q != NULL && people_is_of_queue(c->desk, c->sender, q))
            return q->name;
    }
    return NULL;
}

/* How he does answer: at a work address, or from his own mailbox. */
static gboolean way_to_answer(const IntakeCase *c, const ConfigQueue *home, char **ret, GError **err)
{
    g_autofree char *address = NULL;
    if (home->mode != MODE_RELAY) {
        *ret = phrase_make("To answer, write to {address} from your mailbox, with {queue} in Cc.", "address", c->ticket->requester, "queue", home->address[0], NULL);
        return TRUE;
    }
    if (!notify_work_address(c->desk, c->ticket, c->sender, &address, err))
        return FALSE;
    *ret = phrase_make("To answer, write to {address}", "address", address, NULL);
    return TRUE;
}

/* Who of the team answers the ticket's address, which customers are given, believes that the customer reads it: he is told. */
static gboolean tell_misdirected(IntakeCase *c, const ConfigQueue *home, GError **err)
{
    const Ticket *t = c->ticket;
    GuardCase facts = intake_guard_case(c, c->sender->email[0], GUARD_REFUSAL);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    char *way;
    gboolean may = FALSE;
    if (!courtesy_allows(c->desk, t, &facts, &may, err))
        return FALSE;
    if (!may)
        return TRUE;
    if (!way_to_answer(c, home, &way, err))
        return FALSE;
    g_autofree char *customer = t->requester_name != NULL ? wrap_clip(t->requester_name, 100) : phrase_make(PHRASE("the customer"), NULL);
    g_ptr_array_add(lines, phrase_make("This was not sent to {customer}: it came to the ticket's address, and is kept as a note.", "customer", customer, NULL));
    g_ptr_array_add(lines, way);
    return notify_transcript(c->desk, t, c->sender, 0, 0, lines, FALSE, TRUE, c->reading->message_id, err);
}

/* A vendor's mail is for the team, whoever else reads it: it answers no customer and accepts nothing. */
static gboolean from_vendor(IntakeCase *c, GError **err)
{
    c->row->contact = g_strdup(c->sender->name);
    c->row->is_note = TRUE;
    if (!intake_is_believed(c)) {
        intake_note(c, "of the vendor %s by its From alone, not authenticated: a note", c->sender->full_name);
        return intake_store_row(c, err);
    }
    intake_note(c, "an answer of the vendor %s", c->sender->full_name);
    if (!intake_store_row(c, err))
        return FALSE;
    g_autofree char *said = said_anew(c);
    return vendors_answered(c->desk, c->ticket, c->sender, said, c->row->id, err);
}

/* It was meant for the customer: the reply button of a mail about his, where the team is told of each (`announce`). */
static gboolean is_misdirected_answer(const IntakeCase *c, const ConfigQueue *home)
{
    return home->mode == MODE_RELAY || (home->announce && c->ticket->requester != NULL && c->token_ticket == c->ticket->id && intake_is_believed(c)
                                        && c->reading->commands->commands->len == 0);
}

static gboolean from_team(IntakeCase *c, GError **err)
{
    const ConfigQueue *home = desk_queue(c->desk, c->ticket->queue);
    gboolean to_requester = told_is_addressed(c);
    c->row->contact = g_strdup(c->sender->name);
    if (home->mode == MODE_RELAY || !to_requester || !intake_is_believed(c)) {
        intake_note(c, home->mode == MODE_RELAY ? "of the team, but not at a work address: a note"
                       : !to_requester         ? "of the team, not to the requester: a note"
                                               : "of the team by its From alone, not authenticated: a note");
        c->row->is_note = TRUE;
        return intake_store_row(c, err) && (is_misdirected_answer(c, home) ? tell_misdirected(c, home, err) : acknowledge_misdirected(c, err));
    }
    intake_note(c, "an answer of %s to the requester%s", c->sender->name, c->auth == AUTHRES_PASS ? "" : " (unverified)");
    return intake_store_row(c, err) && people_set_back(c->desk, c->sender->name, err)
           && verbs_answered(c->desk, c->ticket, c->sender->name, queue_of_answer(c), c->desk->now, c->row->id, err);
}

gboolean arrivals_append(IntakeCase *c, GError **err)
{
    const ConfigQueue *home = desk_queue(c->desk, c->ticket->queue);
    if (home == NULL)
        return error_set(err, ERROR_DATA, "ticket %" G_GINT64_FORMAT ": its queue '%s' is not configured any more", c->ticket->id, c->ticket->queue);
    gboolean is_requester = g_strcmp0(c->ticket->requester, c->from) == 0, has_more;
    if (!is_requester && c->sender == NULL && c->auth == AUTHRES_PASS && !vendors_colleague(c->desk, c->ticket, c->from, &c->sender, err))
        return FALSE;
    if (!is_requester && c->sender != NULL && people_is_of_ticket(c->desk, c->sender, c->ticket->id))
        return c->sender->vendor != NULL ? from_vendor(c, err) : from_team(c, err);
    if (c->ticket->state == TICKET_CLOSED && (c->ticket->spam || !is_only_thanks(c, &has_more))) {
        gint64 old = c->follows = c->ticket->id;
        c->follows_queue = home->name;
        intake_note(c, "ticket %" G_GINT64_FORMAT " is closed: a new one that links it", old);
        g_clear_pointer(&c->ticket, tickets_free);
        return arrivals_open(c, old, err);
    }
    return from_requester(c, err);
}
