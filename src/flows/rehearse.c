/* rehearse: drives intake, timers and deliver as core does, without its spool and workers. It must never decide anything that they decide:
 * a second ladder would be one that nobody runs. */
#include "flows/rehearse.h"

#include <string.h>

#include <jansson.h>

#include "base/error.h"
#include "base/keyfile.h"

#include "rules/token.h"

#include "mail/message.h"

#include "store/messages.h"
#include "store/runs.h"

#include "flows/deliver.h"
#include "flows/duty.h"
#include "flows/intake.h"
#include "flows/notify.h"
#include "flows/opening.h"
#include "flows/recalc.h"
#include "flows/timers.h"
#include "flows/verbs.h"

#include "base/banned.h"

#define ROUNDS_AN_INSTANT 100000 /* a guard only: what is due at one instant ends */
#define FIRST_LINE_WITHIN ((gsize)4096) /* of a mail: its text part comes first */
#define CUSTOMER "customer@customer.example"

struct Rehearse {
    Desk *desk;
    RehearseListener *listener;
    void *data;
    gboolean ends_repeats, answers_resolve;
    GArray *repeats;  /* gint64: operations tickets that are asked about again */
    Instant settled_at; /* nothing is due by then any more */
    guint64 mails;    /* that came in */
};

/* ---- life ---- */

/* The same for every rehearsal: what is made of them is shown to nobody and proves nothing. */
static void set_keys(Desk *d)
{
    guchar key[KEYFILE_BYTES];
    memset(key, 'r', sizeof key);
    d->keys.keys = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(d->keys.keys, g_bytes_new(key, sizeof key));
    d->audit_key = g_bytes_new(key, sizeof key);
}

gboolean rehearse_new(Desk *d, Instant at, gboolean ends_repeats, RehearseListener *listener, void *data, Rehearse **ret, GError **err)
{
    message_init();
    set_keys(d);
    d->is_rehearsal = TRUE;
    g_clear_pointer(&d->config->delivery.redirect_all, g_free); /* it would keep channels back */
    d->now = at;
    if (!db_open_scratch(&d->db, err) || !recalc_begin(d, err) || !duty_begin(d, err))
        return FALSE;
    Rehearse *r = g_new0(Rehearse, 1);
    *r = (Rehearse){.desk = d, .listener = listener, .data = data, .ends_repeats = ends_repeats, .settled_at = at - 1};
    r->repeats = g_array_new(FALSE, FALSE, sizeof(gint64));
    *ret = r;
    return TRUE;
}

void rehearse_free(Rehearse *r)
{
    if (r == NULL)
        return;
    g_array_unref(r->repeats);
    g_free(r);
}

Instant rehearse_now(const Rehearse *r) { return r->desk->now; }
void rehearse_set(Rehearse *r, Instant at) { r->desk->now = MAX(at, r->desk->now); }
void rehearse_answers_resolve(Rehearse *r) { r->answers_resolve = TRUE; }

/* ---- mail out ---- */

/* Level and try of a page. *ret_repeats: it asks again about a ticket whose ladder is exhausted. */
static gboolean page_facts(Rehearse *r, const OutboxRow *row, RehearseMail *m, gboolean *ret_repeats, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    *ret_repeats = FALSE;
    if (row->notification_id == 0 || strcmp(row->channel, "mail") != 0)
        return TRUE;
    if (!db_select(r->desk->db, &rows, err,
                   "select n.run_id, n.level, n.attempt, r.is_operational = 1 and r.state = $2 from notification n join run r on r.id = n.run_id where n.id = $1",
                   "ii", row->notification_id, (gint64)RUN_EXHAUSTED))
        return FALSE;
    if (db_next(rows, &local)) {
        m->is_page = TRUE;
        m->run = db_int(rows, 0);
        m->level = (int)db_int(rows, 1);
        m->attempt = (int)db_int(rows, 2);
        *ret_repeats = db_int(rows, 3) != 0;
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static gboolean report(Rehearse *r, const OutboxRow *row, GError **err)
{
    RehearseMail m = {.at = r->desk->now, .ticket = row->ticket_id, .template = row->template, .contact = row->contact, .bytes = row->bytes};
    gboolean repeats;
    if (!page_facts(r, row, &m, &repeats, err))
        return FALSE;
    m.is_command = strcmp(row->class, "command") == 0;
    m.address = m.is_command ? row->channel : row->recipient;
    if (repeats && r->ends_repeats)
        g_array_append_val(r->repeats, row->ticket_id);
    else if (r->listener != NULL)
        r->listener(&m, r->data);
    return TRUE;
}

/* All that is due on one way out is handed over. Its bytes are wanted by nobody then. */
static gboolean hand_over_by(Rehearse *r, gboolean (*next)(Desk *, OutboxRow **, guint *, GError **), guint *handed, GError **err)
{
    Desk *d = r->desk;
    for (;;) {
        g_autoptr(OutboxRow) row = NULL;
        guint passed;
        if (!next(d, &row, &passed, err))
            return FALSE;
        *handed += passed;
        if (row == NULL)
            return TRUE;
        if (!report(r, row, err) || !deliver_done(d, row, TRANSPORT_SENT, "rehearsed", err)
            || !db_run(d->db, err, "update outbox set bytes = x'' where id = $1", "i", row->id))
            return FALSE;
        (*handed)++;
    }
}

static gboolean hand_over(Rehearse *r, guint *ret_handed, GError **err)
{
    *ret_handed = 0;
    return hand_over_by(r, deliver_next, ret_handed, err) && hand_over_by(r, deliver_next_command, ret_handed, err);
}

/* ---- the clock ---- */

static gboolean apply_verb(Rehearse *r, gint64 ticket, const ConfigContact *actor, gint64 run, gint64 page, const Command *command, GPtrArray *results,
                           GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!tickets_load(r->desk->db, ticket, &t, err))
        return FALSE;
    VerbContext v = {.desk = r->desk, .ticket = t, .actor = actor, .run = run, .page = page, .results = results};
    return db_begin(r->desk->db, err) && db_end(r->desk->db, verbs_apply(&v, command, err), err);
}

static gboolean resolve(Rehearse *r, gint64 ticket, GError **err)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    Command command = {.verb = VERB_RESOLVE};
    return apply_verb(r, ticket, NULL, 0, 0, &command, results, err);
}

static gboolean end_repeats(Rehearse *r, guint *did, GError **err)
{
    for (guint i = 0; i < r->repeats->len; i++, (*did)++)
        if (!resolve(r, g_array_index(r->repeats, gint64, i), err))
            return FALSE;
    g_array_set_size(r->repeats, 0);
    return TRUE;
}

/* All that is due now, and what follows from it. */
static gboolean settle(Rehearse *r, GError **err)
{
    Desk *d = r->desk;
    for (guint rounds = 0, did = 1; did > 0; rounds++) {
        guint fired, handed;
        d->acting = NULL;
        if (rounds == ROUNDS_AN_INSTANT)
            return error_set(err, ERROR_INTERNAL, "at %" G_GINT64_FORMAT " something is due again and again", d->now);
        if (!timers_pass(d, d->now, &fired, err) || !hand_over(r, &handed, err))
            return FALSE;
        did = fired + handed;
        if (!end_repeats(r, &did, err))
            return FALSE;
    }
    r->settled_at = d->now;
    return TRUE;
}

gboolean rehearse_next(Rehearse *r, Instant *ret, GError **err)
{
    if (!timers_next(r->desk, ret, err))
        return FALSE;
    return *ret == INSTANT_NONE || *ret > r->settled_at || error_set(err, ERROR_INTERNAL, "a fault: what was due at %" G_GINT64_FORMAT " did not happen", *ret);
}

gboolean rehearse_step(Rehearse *r, Instant at, GError **err)
{
    rehearse_set(r, at);
    return settle(r, err);
}

gboolean rehearse_until(Rehearse *r, Instant at, GError **err)
{
    Instant next;
    for (;;) {
        if (!rehearse_next(r, &next, err))
            return FALSE;
        if (next == INSTANT_NONE || next > at)
            break;
        if (!rehearse_step(r, next, err))
            return FALSE;
    }
    rehearse_set(r, at);
    return TRUE;
}

gboolean rehearse_only_repeats(Rehearse *r, gboolean *ret, GError **err)
{
    gint64 others, repeats;
    *ret = FALSE;
    if (!db_value(r->desk->db, &others, err,
                  "select (select count(*) from due d left join run r on r.id = d.run_id where d.what not in ('shift', 'close')"
                  " and (d.what <> 'run' or r.is_operational = 0 or r.state <> $1)) + (select count(*) from outbox where state = 'queued')",
                  "i", (gint64)RUN_EXHAUSTED)
        || !db_value(r->desk->db, &repeats, err, "select count(*) from due d join run r on r.id = d.run_id where d.what = 'run' and r.is_operational = 1", ""))
        return FALSE;
    *ret = others == 0 && repeats > 0;
    return TRUE;
}

/* ---- mail in ---- */

/* For a queue by its address, with a token that binds it to somebody or to a mail of ours. */
static gboolean is_personal(const Desk *d, const char *address)
{
    g_autofree char *text = token_in_address(address, d->config->token_domain);
    Token token;
    const char *mac;
    return text != NULL && token_parse(text, &token, &mac) && strchr("awb", token.purpose) != NULL
           && (d->config->token_domain != NULL || config_queue_by_address(d->config, address) != NULL);
}

/* Of our own making then, or an answer to that: no key of today's verifies it, and no question of this rehearsal is meant. */
static gboolean is_ours(const Desk *d, const Reading *r)
{
    g_autofree char *of_id = token_in_message_id(r->message_id);
    const char *at = strrchr(r->message_id, '@');
    const GPtrArray *fields[] = {r->to, r->cc, r->recipients};
    if (of_id != NULL && at != NULL && g_str_has_prefix(at + 1, d->config->domain) && strcmp(at + 1 + strlen(d->config->domain), ">") == 0)
        return TRUE;
    for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
        for (guint i = 0; i < fields[f]->len; i++)
            if (is_personal(d, g_ptr_array_index(fields[f], i)))
                return TRUE;
    return FALSE;
}

/* The ticket that the mail answered, of the team to the requester; 0: it did not. */
static gboolean answered_ticket(Rehearse *r, const char *name, gint64 *ret, GError **err)
{
    return db_value(r->desk->db, ret, err,
                    "select coalesce((select ticket_id from message where spool_name = $1 and kind = 'human' and contact is not null and is_note = 0), 0)",
                    "s", name);
}

static gboolean take_in(Rehearse *r, const IntakeMail *mail, RehearseFate *ret, GError **err)
{
    Db *db = r->desk->db;
    g_autoptr(GError) why = NULL;
    if (!db_savepoint(db, err))
        return FALSE;
    gboolean well = intake_mail(r->desk, mail, &why);
    if (!db_savepoint_end(db, well, &why, err))
        return FALSE;
    *ret = why == NULL ? REHEARSE_TAKEN : g_str_has_prefix(why->message, INTAKE_NO_QUEUE) ? REHEARSE_NO_QUEUE : REHEARSE_BAD;
    return TRUE;
}

static gboolean take_reading(Rehearse *r, const Reading *reading, const char *queue, RehearseFate *ret, GError **err)
{
    g_autofree char *name = g_strdup_printf("rehearsed-%" G_GUINT64_FORMAT, ++r->mails);
    IntakeMail mail = {.name = name, .digest = "", .queue = queue, .reading = reading};
    gint64 answered = 0;
    r->desk->acting = NULL;
    if (!db_begin(r->desk->db, err) || !db_end(r->desk->db, take_in(r, &mail, ret, err), err))
        return FALSE;
    if (r->answers_resolve && *ret == REHEARSE_TAKEN && (!answered_ticket(r, name, &answered, err) || (answered != 0 && !resolve(r, answered, err))))
        return FALSE;
    return settle(r, err);
}

gboolean rehearse_take(Rehearse *r, const char *bytes, gsize length, const char *queue, RehearseFate *ret, GError **err)
{
    g_autoptr(Reading) reading = reading_of_mail(bytes, length, FALSE, r->desk->words);
    if (is_ours(r->desk, reading)) {
        *ret = REHEARSE_OURS;
        return TRUE;
    }
    return take_reading(r, reading, queue, ret, err);
}

/* ---- a made-up ticket ---- */

static gboolean open_it(Rehearse *r, const ConfigQueue *queue, int severity, const char *customer, gint64 *ret_ticket, GError **err)
{
    Desk *d = r->desk;
    g_autoptr(Ticket) t = NULL;
    OpeningFacts facts = {.home = queue, .requester = customer != NULL ? customer : CUSTOMER, .requester_name = "A customer", .subject = "A simulated problem", .severity = severity,
                          .message_id = "<0@customer.example>", .at = d->now};
    if (!opening_ticket(d, &facts, &t, err))
        return FALSE;
    MessageRow m = {.ticket_id = t->id, .direction = (char *)"in", .kind = (char *)"human", .message_id = (char *)facts.message_id,
                    .from_address = (char *)facts.requester, .from_name = (char *)facts.requester_name, .subject = (char *)facts.subject,
                    .new_text = (char *)"This is a simulated problem.", .sent_at = d->now, .received_at = d->now, .is_verified = TRUE};
    if (!messages_insert(d->db, &m, err) || !opening_clocks(d, &facts, t, m.id, err))
        return FALSE;
    *ret_ticket = t->id;
    return TRUE;
}

gboolean rehearse_open(Rehearse *r, const ConfigQueue *queue, int severity, const char *customer, gint64 *ret_ticket, GError **err)
{
    return db_begin(r->desk->db, err) && db_end(r->desk->db, open_it(r, queue, severity, customer, ret_ticket, err), err) && settle(r, err);
}

/* As his mail program and our server would write it. */
gboolean rehearse_customer(Rehearse *r, gint64 ticket, const char *text, GError **err)
{
    Desk *d = r->desk;
    g_autoptr(Ticket) t = NULL;
    RehearseFate fate;
    if (!tickets_load(d->db, ticket, &t, err))
        return FALSE;
    const char *server = d->config->trusted_authserv[0] != NULL ? d->config->trusted_authserv[0] : "none";
    g_autofree char *to = notify_token_address(d, desk_queue(d, t->queue), 't', t->id, NULL), *date = instant_format_mail(d->now);
    g_autofree char *mail = g_strdup_printf("Authentication-Results: %s; dmarc=pass header.from=%s\nFrom: A customer <%s>\nTo: %s\n"
                                            "Subject: Re: %s\nDate: %s\nMessage-ID: <%" G_GUINT64_FORMAT "@customer.example>\nMIME-Version: 1.0\n"
                                            "Content-Type: text/plain; charset=utf-8\n\n%s\n",
                                            server, strchr(t->requester, '@') + 1, t->requester, to, t->subject, date, r->mails + 1, text);
    g_autoptr(Reading) reading = reading_of_mail(mail, strlen(mail), FALSE, d->words);
    return take_reading(r, reading, t->queue, &fate, err);
}

gboolean rehearse_answer(Rehearse *r, const ConfigContact *who, const Command *command, GPtrArray *results, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    gint64 page = 0, run = 0, ticket = 0;
    if (!db_select(r->desk->db, &rows, err, "select id, run_id, ticket_id from notification where contact = $1 and delivered_at is not null order by id desc limit 1",
                   "s", who->name))
        return FALSE;
    if (db_next(rows, &local)) {
        page = db_int(rows, 0);
        run = db_int(rows, 1);
        ticket = db_int(rows, 2);
    }
    g_clear_pointer(&rows, db_rows_free);
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    if (page == 0) {
        g_ptr_array_add(results, g_strdup_printf("Not done: %s was not asked before, and has nothing to answer.", who->full_name));
        return TRUE;
    }
    return apply_verb(r, ticket, who, run, page, command, results, err) && settle(r, err);
}

/* ---- what is seen of it ---- */

/* Of a letter that greets, what it says: a greeting ends with a comma and says nothing. */
static char *first_line(const char *text)
{
    text += strspn(text, "\n ");
    gsize n = strcspn(text, "\n");
    const char *rest = text + n + strspn(text + n, "\n ");
    if (n > 0 && text[n - 1] == ',' && *rest != '\0')
        return g_strndup(rest, strcspn(rest, "\n"));
    return g_strndup(text, n);
}

char *rehearse_first_line(const RehearseMail *mail)
{
    gsize n;
    const char *bytes = g_bytes_get_data(mail->bytes, &n);
    if (mail->is_command) {
        json_t *o = json_loadb(bytes, n, 0, NULL);
        const char *text = json_string_value(json_object_get(o, "text"));
        char *line = first_line(text != NULL ? text : "");
        json_decref(o);
        return line;
    }
    g_autoptr(Letter) l = message_parse(bytes, MIN(n, FIRST_LINE_WITHIN));
    return first_line(l->text);
}

static void run_free(gpointer p)
{
    RehearseRun *r = p;
    g_free(r->policy);
    g_free(r->acker);
    g_free(r->end_reason);
    g_free(r);
}

static RehearseRun *run_of(DbRows *rows)
{
    RehearseRun *r = g_new0(RehearseRun, 1);
    r->run = db_int(rows, 0);
    r->ticket = db_int(rows, 1);
    r->policy = g_strdup(db_text(rows, 2));
    r->state = (RunState)db_int(rows, 3);
    r->level = (int)db_int(rows, 4);
    r->acker = g_strdup(db_text(rows, 5));
    r->hold_until = db_instant(rows, 6);
    r->ended_at = db_instant(rows, 7);
    r->end_reason = g_strdup(db_text(rows, 8));
    r->is_operational = db_int(rows, 9) != 0;
    r->exhausted_at = db_instant(rows, 10);
    return r;
}

gboolean rehearse_runs(Rehearse *r, GPtrArray **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(run_free);
    GError *local = NULL;
    if (!db_select(r->desk->db, &rows, err,
                   "select r.id, r.ticket_id, r.policy, r.state, r.level, r.acker, r.hold_until, r.ended_at, r.end_reason, r.is_operational,"
                   " (select min(a.at) from audit a where a.ticket_id = r.ticket_id and a.event = 'exhausted' and a.detail like 'run=' || r.id || ' %')"
                   " from run r order by r.id",
                   ""))
        return FALSE;
    while (db_next(rows, &local))
        g_ptr_array_add(list, run_of(rows));
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = g_steal_pointer(&list);
    return TRUE;
}
