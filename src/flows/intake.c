/* intake: one mail, from its reading to its effects. The order is: known already? — what kind — whose tokens — which ticket — who
 * writes — then one function a case. Nothing here parses bytes; nothing here trusts From where rules want proof. */
#include "flows/intake.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"

#include "rules/phrase.h"
#include "rules/received.h"
#include "rules/threading.h"

#include "store/spool.h"

#include "flows/acknowledge.h"
#include "flows/alerts.h"
#include "flows/arrivals.h"
#include "flows/belonging.h"
#include "flows/copies.h"
#include "flows/courtesy.h"
#include "flows/deadlines.h"
#include "flows/heard.h"
#include "flows/intake_case.h"
#include "flows/lost.h"
#include "flows/people.h"
#include "flows/returns.h"
#include "flows/roundcall.h"
#include "flows/rsvp.h"
#include "flows/workmail.h"
#include "flows/writer.h"

#include "base/banned.h"

#define REFERENCES_KEPT 20

/* ---- shared with the other flows of a mail ---- */

void intake_note(IntakeCase *c, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_ptr_array_add(c->decisions, g_strdup_vprintf(format, ap));
    va_end(ap);
}

gboolean intake_is_believed(const IntakeCase *c)
{
    char *const *trusted = c->desk->config->trusted_authserv;
    return trusted != NULL && trusted[0] != NULL ? c->auth == AUTHRES_PASS : c->auth != AUTHRES_FAIL;
}

gboolean intake_is_reaction(const IntakeCase *c)
{
    const GPtrArray *parts = c->reading->attachments;
    for (guint i = 0; i < parts->len; i++)
        if (g_ascii_strcasecmp(((const LetterAttachment *)g_ptr_array_index(parts, i))->type, "text/vnd.google.email-reaction+json") == 0)
            return TRUE;
    return FALSE;
}

gboolean intake_is_bulk_by_list(const IntakeCase *c) { return c->kind == KIND_BULK && c->reading->unlisted == KIND_HUMAN; }

const char *intake_doubt(const IntakeCase *c)
{
    if (intake_is_reaction(c))
        return PHRASE("it is a reaction, and no answer");
    if (c->torn)
        return PHRASE("it is addressed to two of our personal addresses at once");
    if (c->reading->truncated || c->said->truncated)
        return PHRASE("it was cut off on its way");
    return c->reading->doubtful || c->said->doubtful ? PHRASE("it is not sure what in it is new") : NULL;
}

/* What servers whom we trust say of From, and where it came from. */
static void authenticate(IntakeCase *c)
{
    const Reading *r = c->reading;
    g_autofree char *why = NULL;
    c->auth = authres_verdict(r->authentication_results, c->desk->config->trusted_authserv, r->from, r->from_doubtful);
    if (c->auth != AUTHRES_PASS && received_is_internal(r->headers, c->desk->config->internal, &why))
        c->auth = AUTHRES_PASS;
    if (c->is_by_another && c->auth == AUTHRES_PASS) /* that is proven of whoever sent it on */
        c->auth = AUTHRES_NONE;
    intake_note(c, "from <%s>: %s, authentication %s%s%s", c->from, c->sender != NULL ? c->sender->name : "no contact", authres_name(c->auth),
                why != NULL ? ": " : "", why != NULL ? why : "");
}

/* owner-all@, all-bounces@, all-request@: what lists send from. */
static gboolean is_of_list(const char *address)
{
    const char *at = address != NULL ? strrchr(address, '@') : NULL;
    g_autofree char *local = at != NULL ? g_ascii_strdown(address, at - address) : g_strdup("");
    return g_str_has_prefix(local, "owner-") || g_str_has_suffix(local, "-owner") || g_str_has_suffix(local, "-bounces") || strstr(local, "-bounces+") != NULL
           || g_str_has_suffix(local, "-request");
}

/* RFC 2369, RFC 2919, and what programs that know neither write. */
static gboolean has_list_headers(const IntakeCase *c)
{
    static const char *const marks[] = {"X-BeenThere", "X-Google-Group-Id", "X-Mailing-List", "Mailing-List"};
    const Reading *r = c->reading;
    const char *precedence = letter_find(r->headers, "Precedence");
    for (guint i = 0; i < r->headers->len; i++) {
        const char *name = ((const LetterHeader *)r->headers->pdata[i])->name;
        if (g_ascii_strncasecmp(name, "List-", 5) == 0)
            return TRUE;
        for (gsize k = 0; k < G_N_ELEMENTS(marks); k++)
            if (g_ascii_strcasecmp(name, marks[k]) == 0)
                return TRUE;
    }
    return (precedence != NULL && (g_ascii_strcasecmp(precedence, "list") == 0 || g_ascii_strcasecmp(precedence, "bulk") == 0
                                   || g_ascii_strcasecmp(precedence, "junk") == 0))
           || is_of_list(r->sender) || is_of_list(c->mail->sender);
}

/* What filters write: SpamAssassin and rspamd, Bogofilter, Barracuda, Exchange (its verdict, and a confidence of 5 or more). */
static gboolean is_spam_marked(const Reading *r)
{
    static const struct {
        const char *name, *begins, *holds;
    } marks[] = {{"X-Spam-Flag", "yes", NULL},  {"X-Spam-Status", "yes", NULL},           {"X-Spam", "yes", NULL},
                 {"X-Spam", "true", NULL},      {"X-Bogosity", "spam", NULL},             {"X-Bogosity", "yes", NULL},
                 {"X-Barracuda-Spam-Flag", "yes", NULL}, {"X-Forefront-Antispam-Report", "", "SFV:SPM"},
                 {"X-MS-Exchange-Organization-SCL", "5", NULL}, {"X-MS-Exchange-Organization-SCL", "6", NULL}, {"X-MS-Exchange-Organization-SCL", "7", NULL},
                 {"X-MS-Exchange-Organization-SCL", "8", NULL}, {"X-MS-Exchange-Organization-SCL", "9", NULL}};
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
        const char *value = letter_find(r->headers, marks[i].name);
        if (value != NULL && g_ascii_strncasecmp(value, marks[i].begins, strlen(marks[i].begins)) == 0
            && (marks[i].holds == NULL || strstr(value, marks[i].holds) != NULL))
            return TRUE;
    }
    return FALSE;
}

GuardCase intake_guard_case(const IntakeCase *c, const char *to, GuardClass mail_class)
{
    return (GuardCase){.to = to,
                       .mail_class = mail_class,
                       .is_participant = TRUE,
                       .kind = c->kind,
                       .null_sender = c->mail->sender != NULL && *c->mail->sender == '\0',
                       .at_envelope_address = c->at_envelope_address,
                       .has_list_headers = has_list_headers(c) && !(c->home != NULL && c->home->own_lists),
                       .auth_failed = c->auth == AUTHRES_FAIL || (c->auth == AUTHRES_BROKEN && c->sender == NULL),
                       .is_spam = is_spam_marked(c->reading) || (c->ticket != NULL && c->ticket->spam),
                       .is_monitor = c->alert != NULL,
                       .is_unsure = c->unsure};
}

/* The newest and the first: what a later mail will name too. */
static gboolean store_references(const IntakeCase *c, GError **err)
{
    const GPtrArray *fields[] = {c->reading->in_reply_to, c->reading->references};
    for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
        for (guint i = 0; i < fields[f]->len; i++)
            if ((i == 0 || i + REFERENCES_KEPT >= fields[f]->len) && !messages_add_reference(c->desk->db, c->row->id, g_ptr_array_index(fields[f], i), err))
                return FALSE;
    return TRUE;
}

gboolean intake_store_row(IntakeCase *c, GError **err)
{
    const Reading *r = c->reading;
    MessageRow *m = c->row;
    m->ticket_id = c->ticket != NULL ? c->ticket->id : 0;
    m->direction = g_strdup("in");
    m->kind = g_strdup(kind_name(c->kind));
    m->spool_name = g_strdup(c->mail->name);
    m->spool_digest = g_strdup(c->mail->digest);
    m->content_digest = copies_digest(c);
    m->message_id = g_strdup(r->message_id);
    m->from_address = g_strdup(c->from);
    m->from_name = g_strdup(c->from_name);
    m->subject = g_strdup(r->subject);
    m->new_text = g_strdup(r->new_text);
    m->sent_at = r->date;
    m->received_at = c->desk->now;
    m->is_verified = c->auth == AUTHRES_PASS;
    m->archive = g_strdup(c->mail->archive);
    m->conversation = threading_conversation(r->thread_index);
    const GuardCase facts = intake_guard_case(c, c->from, GUARD_UPDATE);
    return messages_insert(c->desk->db, m, err)
           && (m->ticket_id == 0 || (store_references(c, err) && courtesy_remember(c->desk, m->id, &facts, err) && heard_take(c, err)));
}

static gboolean store_decisions(const IntakeCase *c, GError **err)
{
    for (guint i = 0; i < c->decisions->len; i++)
        if (!messages_decision(c->desk->db, c->row->id, g_ptr_array_index(c->decisions, i), err))
            return FALSE;
    g_autofree char *name = log_quote(c->mail->name), *last = log_quote(g_ptr_array_index(c->decisions, c->decisions->len - 1));
    log_event(LOGGING_INFO, "ticket=%" G_GINT64_FORMAT " event=mail-in message=%" G_GINT64_FORMAT " kind=%s file=%s decision=%s", c->row->ticket_id, c->row->id,
              kind_name(c->kind), name, last);
    return TRUE;
}

/* ---- queues ---- */

static void add_queue(IntakeCase *c, const ConfigQueue *q)
{
    if (q == NULL || q == c->home)
        return;
    if (c->home == NULL) {
        c->home = q;
        return;
    }
    for (guint i = 0; i < c->other_queues->len; i++)
        if (g_ptr_array_index(c->other_queues, i) == q)
            return;
    g_ptr_array_add(c->other_queues, (gpointer)q);
}

/* The home queue is the first in To, then Cc, then the envelope. */
static void find_queues(IntakeCase *c)
{
    const Config *config = c->desk->config;
    const GPtrArray *fields[] = {c->reading->to, c->reading->cc, c->reading->recipients};
    for (gsize f = 0; f < 2; f++)
        for (guint i = 0; i < fields[f]->len; i++)
            add_queue(c, config_queue_by_address(config, g_ptr_array_index(fields[f], i)));
    for (int i = 0; i < c->mail->recipient_count; i++)
        add_queue(c, config_queue_by_address(config, c->mail->recipients[i]));
    if (c->mail->queue != NULL)
        add_queue(c, desk_queue(c->desk, c->mail->queue));
    for (guint i = 0; i < fields[2]->len && c->home == NULL; i++)
        add_queue(c, config_queue_by_address(config, g_ptr_array_index(fields[2], i)));
}

/* ---- kind ---- */

static gboolean has_typed_verb(const Reading *r)
{
    for (guint i = 0; i < r->commands->commands->len; i++)
        if (!((const Command *)g_ptr_array_index(r->commands->commands, i))->loose)
            return TRUE;
    return FALSE;
}

/* What no machine would write, so that words of absence or a list's marks make it none. */
static const char *why_typed(const IntakeCase *c)
{
    if (c->work_ticket != 0 && c->unsure && c->kind == KIND_CALENDAR)
        return "the meeting is a file beside his text";
    if (c->work_ticket != 0)
        return c->reading->work->commands->len > 0 && (c->unsure || intake_is_bulk_by_list(c)) ? "it has a verb" : NULL;
    /* "ACK. Ann is on vacation until Monday, so I take it." */
    return c->kind == KIND_AUTO_REPLY && c->unsure && c->notification != NULL && has_typed_verb(c->reading) ? "it begins with a verb" : NULL;
}

static gboolean decide_kind(IntakeCase *c, GError **err)
{
    const Reading *r = c->reading;
    g_autoptr(OutboxRow) own = NULL;
    const char *typed;
    c->kind = r->kind;
    c->unsure = r->by_words_only;
    for (guint i = 0; i < r->evidence->len; i++)
        intake_note(c, "kind %s: %s", kind_name(r->kind), (const char *)g_ptr_array_index(r->evidence, i));
    if (!belonging_own_mail(c, r->message_id, &own, err))
        return FALSE;
    if (own != NULL) {
        c->kind = KIND_OWN;
        intake_note(c, "kind own: Message-ID is that of outbox row %" G_GINT64_FORMAT, own->id);
    } else if (c->mail->as_human && c->kind != KIND_HUMAN) {
        c->kind = KIND_HUMAN;
        intake_note(c, "kind human: requeued as human by the operator");
    } else if ((typed = why_typed(c)) != NULL) {
        c->kind = KIND_HUMAN;
        c->unsure = FALSE;
        intake_note(c, "kind human: at an address that is somebody's alone, and %s", typed);
    } else if (c->kind == KIND_BULK && c->home != NULL && c->home->own_lists) {
        c->kind = r->unlisted;
        c->unsure = r->unlisted_by_words_only;
        intake_note(c, "kind %s: %s is reached through a list of its own (own-lists)", kind_name(c->kind), c->home->name);
    }
    return TRUE;
}

/* ---- the table: which mail does what ---- */

static gboolean file_other(IntakeCase *c, const char *why, GError **err)
{
    intake_note(c, "filed under other: %s", why);
    c->row->filed = g_strdup(why);
    return intake_store_row(c, err);
}

static gboolean append_silently(IntakeCase *c, GError **err)
{
    intake_note(c, "appended; no state, no clock");
    c->row->is_note = TRUE;
    return intake_store_row(c, err);
}

static gboolean no_human(IntakeCase *c, gint64 claimed, GError **err)
{
    if (c->kind == KIND_BULK && c->ticket == NULL && c->home != NULL && c->home->bulk_opens)
        return arrivals_open(c, 0, err);
    if (c->unsure && c->ticket == NULL) { /* words alone never keep a mail out */
        intake_note(c, "not a person's by its words only: opens a ticket, unsure, without auto-ack");
        return arrivals_open(c, claimed, err);
    }
    if (c->ticket != NULL)
        return arrivals_append_machine(c, err);
    return file_other(c, kind_name(c->kind), err);
}

/* An agent who copies the requester, or others, shows them the personal address that he writes to, and they answer all. Their mail is what it
 * would be at the ticket's address: nothing that such an address allows is theirs, and nothing of it is lost. A vendor is one of them. */
static gboolean is_outsider_at_personal(const IntakeCase *c, gboolean *ret, GError **err)
{
    *ret = FALSE;
    if ((c->notification == NULL && c->work_ticket == 0) || c->ticket == NULL)
        return TRUE;
    if (c->sender != NULL) {
        *ret = c->sender->vendor != NULL && people_is_of_ticket(c->desk, c->sender, c->ticket->id);
        return TRUE;
    }
    return tickets_has_participant(c->desk->db, c->ticket->id, c->from, ret, err);
}

static gboolean human(IntakeCase *c, gint64 claimed, GError **err)
{
    gboolean is_partner = FALSE, is_outsider;
    /* nobody is given that address to write to, but some reply to the envelope: nothing is answered there, and no person's mail is lost */
    if (c->at_envelope_address && c->notification == NULL && c->work_ticket == 0) {
        if (c->ticket == NULL)
            return roundcall_answer(c, err);
        if (c->sender == NULL && !tickets_has_participant(c->desk->db, c->ticket->id, c->from, &is_partner, err))
            return FALSE;
        return is_partner ? arrivals_append(c, err) : append_silently(c, err);
    }
    if (c->sender != NULL && intake_is_believed(c) && !people_set_back(c->desk, c->sender->name, err))
        return FALSE;
    if (!is_outsider_at_personal(c, &is_outsider, err))
        return FALSE;
    if (is_outsider) {
        intake_note(c, "of a participant, at an address that is somebody's alone: as at the ticket's");
        return arrivals_append(c, err);
    }
    if (c->notification != NULL)
        return acknowledge_mail(c, err);
    if (c->work_ticket != 0)
        return workmail_take(c, err);
    if (c->ticket != NULL)
        return arrivals_append(c, err);
    return arrivals_open(c, claimed, err);
}

static gboolean calendar_reply(IntakeCase *c, gint64 claimed, GError **err)
{
    return c->notification != NULL ? rsvp_reply(c, err) : no_human(c, claimed, err);
}

typedef gboolean CaseHandler(IntakeCase *, gint64, GError **);

static CaseHandler *const cases[KIND_COUNT] = {
    [KIND_HUMAN] = human,     [KIND_AUTO_REPLY] = returns_auto_reply, [KIND_BOUNCE] = returns_bounce,
    [KIND_RECEIPT] = no_human, [KIND_CALENDAR_REPLY] = calendar_reply,      [KIND_CALENDAR] = no_human,
    [KIND_REPORT] = no_human, [KIND_BULK] = no_human,                 [KIND_OWN] = no_human,
};

static void identify(IntakeCase *c)
{
    c->sender = *c->from == '\0' || c->is_by_another ? NULL : config_contact_by_address(c->desk->config, c->from);
    authenticate(c);
}

/* What it is, where it belongs; *ret_claimed: the ticket that it names and does not join, or 0. */
static gboolean place(IntakeCase *c, gint64 *ret_claimed, GError **err)
{
    const Reading *r = c->reading;
    if (!decide_kind(c, err))
        return FALSE;
    if (c->kind == KIND_BOUNCE && c->envelope_row == NULL && r->original_message_id != NULL
        && !belonging_own_mail(c, r->original_message_id, &c->envelope_row, err))
        return FALSE;
    if (c->token_ticket == 0 && c->envelope_row != NULL)
        c->token_ticket = c->envelope_row->ticket_id;
    if (!belonging_find(c, ret_claimed, err))
        return FALSE;
    if (c->home == NULL && c->ticket != NULL)
        c->home = desk_queue(c->desk, c->ticket->queue);
    return c->home != NULL || c->envelope_row == NULL || belonging_home(c, err);
}

static gboolean process(IntakeCase *c, GError **err)
{
    gint64 claimed;
    gboolean is_copy = FALSE, is_alert = FALSE;
    find_queues(c);
    if (!belonging_tokens(c, err))
        return FALSE;
    identify(c);
    if (!place(c, &claimed, err) || !copies_take(c, &is_copy, err))
        return FALSE;
    if (is_copy)
        return TRUE;
    if (c->home == NULL) {
        g_autofree char *all = belonging_addressed(c);
        return error_set(err, ERROR_DATA, INTAKE_NO_QUEUE " any address that this mail is for: %s", *all != '\0' ? all : "it names none");
    }
    return alerts_take(c, &is_alert, err)
           && (is_alert || (cases[c->kind](c, claimed, err) && (c->kind == KIND_HUMAN || workmail_not_taken(c, err))));
}

static void case_init(IntakeCase *c, Desk *d, const IntakeMail *mail)
{
    *c = (IntakeCase){.desk = d, .mail = mail, .reading = mail->reading, .said = mail->reading};
    c->other_queues = g_ptr_array_new();
    c->decisions = g_ptr_array_new_with_free_func(g_free);
    c->row = g_new0(MessageRow, 1);
    for (guint i = 0; i < mail->reading->defects->len; i++)
        intake_note(c, "defect: %s", (const char *)g_ptr_array_index(mail->reading->defects, i));
    writer_find(c);
}

static void case_clear(IntakeCase *c)
{
    g_ptr_array_unref(c->other_queues);
    g_ptr_array_unref(c->decisions);
    messages_row_free(c->row);
    runs_notification_free(c->notification);
    outbox_row_free(c->envelope_row);
    reading_free(c->signed_part);
    tickets_free(c->ticket);
    heard_clear(&c->heard);
    g_free(c->left_out);
    g_free(c->from);
    g_free(c->from_name);
    g_free(c->alert_key);
}

gboolean intake_mail(Desk *d, const IntakeMail *mail, GError **err)
{
    gint64 named, known = 0;
    IntakeCase c;
    if (!messages_by_spool_name(d->db, mail->name, NULL, &named, err) || (named != 0 && !messages_by_spool_name(d->db, mail->name, mail->digest, &known, err)))
        return FALSE;
    if (named != 0) /* the same bytes: committed before a crash; only the rename is missing */
        return known != 0 || error_set(err, ERROR_DATA, SPOOL_NAME_TAKEN ": message %" G_GINT64_FORMAT, named);
    case_init(&c, d, mail);
    gboolean ok = (mail->as_other ? file_other(&c, PHRASE("by the operator, unread"), err) : process(&c, err) && lost_tell(&c, err)) && store_decisions(&c, err);
    case_clear(&c);
    return ok;
}

/* "agent", "requester", "participant", "unknown". */
static gboolean role_of_sender(const IntakeCase *c, char **ret, GError **err)
{
    gboolean is_participant = FALSE;
    if (c->sender == NULL && c->ticket != NULL && !tickets_has_participant(c->desk->db, c->ticket->id, c->from, &is_participant, err))
        return FALSE;
    const char *of_contact = c->sender != NULL && c->sender->roles != NULL && c->sender->roles[0] != NULL ? c->sender->roles[0] : "contact";
    gboolean is_requester = c->ticket != NULL && g_strcmp0(c->ticket->requester, c->from) == 0;
    *ret = g_strdup(c->sender != NULL ? of_contact : is_requester ? "requester" : is_participant ? "participant" : "unknown");
    return TRUE;
}

gboolean intake_preview(Desk *d, const IntakeMail *mail, IntakePlace *ret, GError **err)
{
    IntakeCase c;
    IntakePlace p = {0};
    case_init(&c, d, mail);
    find_queues(&c);
    gboolean ok = belonging_tokens(&c, err);
    identify(&c);
    ok = ok && place(&c, &p.claimed, err) && role_of_sender(&c, &p.sender_role, err);
    if (ok) {
        p.queue = c.home != NULL ? g_strdup(c.home->name) : NULL;
        p.sender = c.sender != NULL ? g_strdup(c.sender->name) : NULL;
        p.kind = c.kind;
        p.ticket = c.ticket != NULL ? c.ticket->id : 0;
        p.decisions = g_ptr_array_ref(c.decisions);
        *ret = p;
    }
    case_clear(&c);
    return ok;
}

void intake_place_clear(IntakePlace *p)
{
    g_free(p->queue);
    g_free(p->sender);
    g_free(p->sender_role);
    g_clear_pointer(&p->decisions, g_ptr_array_unref);
}
