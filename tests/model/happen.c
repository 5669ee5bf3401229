/* happen: mails that come, verbs, deliveries and their failures, time. It goes through the same flows as the daemon, in the same
 * transactions; only workers and files are left out. */
#include "tests/model/model.h"

#include <string.h>

#include "base/error.h"

#include "store/outbox.h"

#include "flows/deliver.h"
#include "flows/duty.h"
#include "flows/intake.h"
#include "flows/maintenance.h"
#include "flows/notify.h"
#include "flows/recalc.h"
#include "flows/timers.h"
#include "flows/verbs.h"

#include "base/banned.h"

#define ROUNDS_MAX 200 /* that one instant may need */

static const char *const contacts[] = {"ann", "bob", "eve", "carol", "dana", "gil", "xeno"};
static const char *const requesters[] = {"kim@acme.test", "lee@acme.test", "pat@other.test"};

static int pick(guint32 dice, gsize n) { return (int)(dice % n); }

static void settled(Model *m, gboolean ok, GError *err, const char *doing)
{
    if (ok)
        return;
    model_fail(m, "%s: %s", doing, err != NULL ? err->message : "refused without a reason");
    g_clear_error(&err);
}

/* ---- mail in ---- */

static gboolean no_parts(void *data, GPtrArray **ret, GError **err)
{
    (void)err;
    *ret = g_ptr_array_ref(((Model *)data)->no_parts);
    return TRUE;
}

static IntakeCopy never_a_copy(void *data, const char *archive)
{
    (void)data, (void)archive;
    return INTAKE_OTHER;
}

/* A mail as the filter would have brought it. `headers`: lines more, each with its LF. */
static void mail(Model *m, const char *sender, const char *from, const char *to, const char *subject, const char *headers, const char *body)
{
    GError *err = NULL;
    Desk *d = m->desk;
    int n = ++m->mails;
    g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT ".000001-1-%d-1.model", d->now, n);
    g_autofree char *bytes = g_strdup_printf("From: %s\nTo: %s\nSubject: %s\nMessage-ID: <mail.%d@model.test>\nDate: Tue, 26 May 2026 08:00:00 +0000\n%s\n%s\n",
                                             from, to, subject, n, headers, body);
    g_autoptr(Reading) reading = reading_of_mail(bytes, strlen(bytes), *sender == '\0', d->words);
    const char *recipients[] = {to};
    IntakeMail in = {.name = name, .digest = name, .archive = name, .sender = sender, .recipients = recipients, .recipient_count = 1, .reading = reading,
                     .parts = no_parts, .compare = never_a_copy, .data = m};
    d->acting = NULL;
    gboolean ok = db_begin(d->db, &err) && db_end(d->db, intake_mail(d, &in, &err), &err);
    settled(m, ok, err, "a mail");
}

static void open_ticket(Model *m, const Event *e)
{
    static const char *const subjects[] = {"Shop is down", "Shop is slow", "A question", "Invoice", "Urgent, it is slow", "Both of them", "A lawyer asks", "Urgent: the newspaper", "Both, and urgent: a lawyer", "Urgent: a lawyer"};
    static const char *const queues[] = {"support@model.test", "support@model.test", "billing@model.test", "support@model.test, billing@model.test"};
    const char *from = requesters[pick(e->dice[0], G_N_ELEMENTS(requesters))], *to = queues[pick(e->dice[1], G_N_ELEMENTS(queues))];
    const char *subject = subjects[pick(e->dice[2], G_N_ELEMENTS(subjects))];
    model_trace(m, "%s to %s: %s", from, to, subject);
    mail(m, from, from, to, subject, "", "Please help. Since this morning nobody here can work.");
}

/* ---- what there is ---- */

/* The newest mostly: what happened last is what people answer. */
static gint64 any_row(Model *m, guint32 dice, gint64 newest)
{
    (void)m;
    return newest == 0 ? 0 : dice % 3 != 0 ? newest : 1 + (gint64)((dice / 3) % (guint32)newest);
}

static Ticket *any_ticket(Model *m, guint32 dice)
{
    Ticket *t = NULL;
    gint64 newest = model_number(m, "select coalesce(max(id), 0) from ticket", "");
    gint64 id = dice % 2 == 0 ? model_number(m, "select coalesce(max(id), 0) from ticket where state in ('new', 'open', 'waiting')", "")
                              : any_row(m, dice / 2, newest);
    if (id != 0 && !tickets_load(m->desk->db, id, &t, NULL))
        model_fail(m, "ticket %" G_GINT64_FORMAT " is gone", id);
    return t;
}

static NotificationRow *any_page(Model *m, guint32 dice)
{
    NotificationRow *n = NULL;
    gint64 id = any_row(m, dice, model_number(m, "select coalesce(max(id), 0) from notification", ""));
    if (id != 0 && !runs_notification(m->desk->db, id, &n, NULL))
        model_fail(m, "notification %" G_GINT64_FORMAT " is gone", id);
    return n;
}

static const ConfigQueue *queue_of(Model *m, gint64 ticket)
{
    g_autoptr(Ticket) t = NULL;
    return tickets_load(m->desk->db, ticket, &t, NULL) ? desk_queue(m->desk, t->queue) : NULL;
}

/* ---- people ---- */

static void requester_writes(Model *m, const Event *e)
{
    static const char *const texts[] = {"Any news?", "Many thanks!", "It is down again, all of it.", "One more thing: the printer.", "Our lawyer asks.", "It is urgent now.",
                                        "Both of them.", "Please escalate this."};
    g_autoptr(Ticket) t = any_ticket(m, e->dice[0]);
    const char *text = texts[pick(e->dice[1], G_N_ELEMENTS(texts))];
    if (t == NULL || t->is_operational)
        return;
    g_autofree char *to = notify_token_address(m->desk, desk_queue(m->desk, t->queue), 't', t->id, NULL);
    const char *from = e->dice[2] % 5 == 0 ? "lee@acme.test" : t->requester;
    model_trace(m, "%s writes in ticket %" G_GINT64_FORMAT ": %s", from, t->id, text);
    mail(m, from, from, to, "Re: it", "", text);
}

static const char *const replies[] = {
    "ack", "ok", "on it", "ack 2h", "ack 10m", "ack until 18:00", "no", "pass bob", "pass carol", "pass zoe", "escalate", "take", "assign eve", "severity S1",
    "severity S3", "wait for customer", "wait for vendor", "wait until tomorrow 10:00", "answered by phone", "contained by a restart", "resolve done", "fixed",
    "reopen", "cause a cable", "next logs by 18:00", "impact 40 users", "status", "needless", "spam", "notspam", "Hmm, who is on this?",
    "ack all", "ack all", "ack all 30m", "contained", "risk legal", "risk press", "override ack 3d because of the fair", "override severity S1 because of them", "category billing",
};

/* A reply to a page, by him who was asked or by somebody else. */
static void reply(Model *m, const Event *e)
{
    g_autoptr(NotificationRow) n = any_page(m, e->dice[0]);
    const char *text = e->dice[1] % 3 == 0 ? "ack" : replies[pick(e->dice[1] / 3, G_N_ELEMENTS(replies))];
    if (n == NULL)
        return;
    const char *who = e->dice[2] % 4 != 0 ? n->contact : contacts[pick(e->dice[2] / 4, G_N_ELEMENTS(contacts))];
    const ConfigContact *c = desk_contact(m->desk, who);
    if (c == NULL)
        return;
    g_autofree char *to = notify_token_address(m->desk, queue_of(m, n->ticket_id), 'a', n->id, n->contact);
    model_trace(m, "%s replies to page %" G_GINT64_FORMAT " of %s (ticket %" G_GINT64_FORMAT ", run %" G_GINT64_FORMAT "): %s", who, n->id, n->contact,
                n->ticket_id, n->run_id, text);
    mail(m, c->email[0], c->email[0], to, "Re: it", "", text);
}

/* At the command line, or an answer at a work address. */
static void verb(Model *m, const Event *e)
{
    g_autoptr(Ticket) t = any_ticket(m, e->dice[0]);
    g_autoptr(Command) command = NULL;
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    GError *err = NULL;
    if (t == NULL)
        return;
    const char *line = replies[pick(e->dice[1], G_N_ELEMENTS(replies))];
    g_autofree char *merge = g_strdup_printf("merge %d", 1 + pick(e->dice[3], 4));
    if (e->dice[2] % 8 == 0)
        line = merge;
    const char *who = e->dice[2] % 3 == 0 ? NULL : contacts[pick(e->dice[2] / 3, G_N_ELEMENTS(contacts))];
    if (!command_read_line(line, &command, NULL))
        return;
    VerbContext v = {.desk = m->desk, .ticket = t, .actor = desk_contact(m->desk, who), .results = results};
    model_trace(m, "%s, ticket %" G_GINT64_FORMAT ": %s", who != NULL ? who : "operator", t->id, line);
    gboolean ok = db_begin(m->desk->db, &err) && db_end(m->desk->db, verbs_apply(&v, command, &err), &err);
    settled(m, ok, err, line);
}

/* A copy with the requester in To (observe), or at the personal work address (relay). */
static void answer(Model *m, const Event *e)
{
    g_autoptr(Ticket) t = any_ticket(m, e->dice[0]);
    const char *who = contacts[pick(e->dice[1], 3)], *text = e->dice[2] % 4 == 0 ? "#wait for customer\nWhich printer?" : "Please restart it.";
    gint64 work;
    if (t == NULL || t->requester == NULL)
        return;
    const ConfigContact *c = desk_contact(m->desk, who);
    const ConfigQueue *queue = desk_queue(m->desk, t->queue);
    gboolean is_relay = queue->mode == MODE_RELAY;
    if (!tickets_work(m->desk->db, t->id, who, &work, NULL))
        return model_fail(m, "no work address");
    g_autofree char *address = notify_token_address(m->desk, queue, is_relay ? 'w' : 't', is_relay ? work : t->id, is_relay ? who : NULL);
    g_autofree char *to = is_relay ? g_strdup(address) : g_strdup_printf("%s, %s", t->requester, address);
    model_trace(m, "%s answers in ticket %" G_GINT64_FORMAT, who, t->id);
    mail(m, c->email[0], c->email[0], to, "Re: it", "", is_relay ? text : "Please restart it.");
}

/* ---- machines ---- */

static void bounce(Model *m, const Event *e)
{
    gint64 id = any_row(m, e->dice[0], model_number(m, "select coalesce(max(id), 0) from outbox", ""));
    g_autoptr(OutboxRow) row = NULL;
    if (id == 0 || !outbox_load(m->desk->db, id, &row, NULL) || row->handed_at == INSTANT_NONE || row->ticket_id == 0
        || *row->sender == '\0')
        return;
    g_autofree char *body = g_strdup_printf("--x\nContent-Type: text/plain\n\nIt could not be delivered.\n\n--x\nContent-Type: message/delivery-status\n\n"
                                            "Reporting-MTA: dns; mx.model.test\n\nFinal-Recipient: rfc822; %s\nAction: failed\nStatus: 5.1.1\n"
                                            "Diagnostic-Code: smtp; 550 5.1.1 user unknown\n\n--x--",
                                            row->recipient);
    model_trace(m, "mail %" G_GINT64_FORMAT " (%s to %s) bounces", id, row->template, row->recipient);
    mail(m, "", "MAILER-DAEMON@mx.model.test", row->sender, "Undelivered Mail Returned to Sender",
         "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n", body);
}

static void out_of_office(Model *m, const Event *e)
{
    g_autoptr(NotificationRow) n = any_page(m, e->dice[0]);
    const ConfigContact *c = n == NULL ? NULL : desk_contact(m->desk, n->contact);
    if (c == NULL)
        return;
    g_autofree char *to = notify_token_address(m->desk, queue_of(m, n->ticket_id), 'a', n->id, n->contact);
    const char *text = e->dice[1] % 2 == 0 ? "I am out of office until 2026-05-28." : "I am out of the office.";
    model_trace(m, "%s, to page %" G_GINT64_FORMAT ": %s", n->contact, n->id, text);
    mail(m, "", c->email[0], to, "Out of office", "Auto-Submitted: auto-replied\n", text);
}

/* ---- mail out ---- */

/* What was being handed over while something else happened: withdrawn or not, it is out. */
static void arrive(Model *m)
{
    g_autoptr(OutboxRow) row = g_steal_pointer(&m->under_way);
    GError *err = NULL;
    m->desk->acting = NULL;
    settled(m, row == NULL || deliver_done(m->desk, row, m->is_down ? TRANSPORT_DOWN : TRANSPORT_SENT, "250 ok", &err), err, "delivery");
}

static gboolean hand_over_command(Model *m, TransportResult result)
{
    g_autoptr(OutboxRow) row = NULL;
    GError *err = NULL;
    guint passed;
    m->desk->acting = NULL;
    gboolean ok = deliver_next_command(m->desk, &row, &passed, &err) && (row == NULL || deliver_done(m->desk, row, result, "exit 0", &err));
    settled(m, ok, err, "a command");
    return ok && row != NULL;
}

static gboolean hand_over(Model *m, TransportResult result, const char *text)
{
    g_autoptr(OutboxRow) row = NULL;
    GError *err = NULL;
    guint passed;
    arrive(m);
    m->desk->acting = NULL;
    gboolean ok = deliver_next(m->desk, &row, &passed, &err) && (row == NULL || deliver_done(m->desk, row, result, text, &err));
    settled(m, ok, err, "delivery");
    return ok && row != NULL;
}

static void set_out(Model *m, const Event *e)
{
    GError *err = NULL;
    guint passed;
    (void)e;
    arrive(m);
    settled(m, deliver_next(m->desk, &m->under_way, &passed, &err), err, "delivery");
    if (m->under_way != NULL)
        model_trace(m, "mail %" G_GINT64_FORMAT " (%s to %s) is under way", m->under_way->id, m->under_way->template, m->under_way->recipient);
}

static void deliver_all(Model *m)
{
    arrive(m);
    while (m->failure == NULL && hand_over_command(m, m->is_down ? TRANSPORT_RECIPIENT_FAILED : TRANSPORT_SENT))
        continue;
    for (int i = 0; i < ROUNDS_MAX && m->failure == NULL; i++)
        if (!hand_over(m, m->is_down ? TRANSPORT_DOWN : TRANSPORT_SENT, m->is_down ? "connection refused" : "250 ok"))
            return;
    if (!m->is_down)
        model_fail(m, "delivery finds no end");
}

static void one_fails(Model *m, const Event *e)
{
    static const TransportResult results[] = {TRANSPORT_RECIPIENT_FAILED, TRANSPORT_RECIPIENT_LATER, TRANSPORT_SENT};
    TransportResult result = m->is_down ? TRANSPORT_DOWN : results[pick(e->dice[0], G_N_ELEMENTS(results))];
    model_trace(m, "the next mail: result %d", result);
    hand_over(m, result, "550 5.1.1 user unknown");
}

static void transport(Model *m, const Event *e)
{
    (void)e;
    m->is_down = !m->is_down;
    model_trace(m, "the transport is %s", m->is_down ? "down" : "up");
    deliver_all(m);
}

/* ---- time ---- */

/* All that is due now, as in a round of the daemon. */
static void fire(Model *m)
{
    guint fired = 1;
    GError *err = NULL;
    for (int i = 0; fired > 0 && m->failure == NULL; i++) {
        guint reckoned = 0;
        m->desk->acting = NULL;
        do
            settled(m, recalc_pass(m->desk, &reckoned, &err), err, "recalc");
        while (reckoned > 0 && m->failure == NULL);
        gboolean ok = timers_pass(m->desk, m->desk->now, &fired, &err);
        settled(m, ok, err, "timers");
        if (i == ROUNDS_MAX)
            model_fail(m, "the timers of one instant find no end");
    }
}

static Instant next_due(Model *m)
{
    gint64 next = model_number(m, "select coalesce(min(next_at), 0) from due where what <> 'shift'", "");
    return next == 0 ? INSTANT_NONE : next;
}

/* To that instant, with a round at each that is due before. */
static void walk(Model *m, Instant until)
{
    for (int i = 0; i < ROUNDS_MAX && m->failure == NULL; i++) {
        Instant next = next_due(m);
        if (next == INSTANT_NONE || next > until)
            break;
        m->desk->now = MAX(m->desk->now, next);
        fire(m);
        deliver_all(m);
        fire(m);
        hold_check(m);
    }
    m->desk->now = MAX(m->desk->now, until);
    fire(m);
}

static void some_minutes(Model *m, const Event *e)
{
    walk(m, m->desk->now + 60 * (1 + pick(e->dice[0], 40)));
    model_trace(m, "minutes later");
}

static void next_thing(Model *m, const Event *e)
{
    Instant next = next_due(m);
    (void)e;
    if (next == INSTANT_NONE)
        return;
    m->desk->now = MAX(m->desk->now, next);
    model_trace(m, "the next thing is due");
    fire(m);
}

static void downtime(Model *m, const Event *e)
{
    static const Seconds leaps[] = {3600, 5 * 3600, 20 * 3600, 3 * 86400};
    m->desk->now += leaps[pick(e->dice[0], G_N_ELEMENTS(leaps))];
    model_trace(m, "after a downtime");
    fire(m);
}

static void hours(Model *m, const Event *e)
{
    walk(m, m->desk->now + 3600 * (1 + pick(e->dice[0], 8)));
    model_trace(m, "hours later");
}

/* Other hours, another rota, other targets and times to answer, and one contact less; and back. */
static void reload(Model *m, const Event *e)
{
    GError *err = NULL;
    (void)e;
    model_exchange(m);
    model_trace(m, "a reload");
    gboolean ok = recalc_begin(m->desk, &err) && duty_begin(m->desk, &err);
    settled(m, ok, err, "a reload");
}

/* ---- the operator ---- */

static void maintenance(Model *m, const Event *e)
{
    static const char *const queues[] = {"support", "billing"};
    const char *queue = queues[pick(e->dice[0], G_N_ELEMENTS(queues))];
    GError *err = NULL;
    gboolean was, begins = e->dice[1] % 3 != 0;
    Instant until = m->desk->now + 600 * (1 + pick(e->dice[2], 20));
    model_trace(m, begins ? "maintenance of %s" : "no maintenance of %s", queue);
    gboolean ok = db_begin(m->desk->db, &err)
                  && db_end(m->desk->db, begins ? maintenance_begin(m->desk, queue, until, &err) : maintenance_end(m->desk, queue, "off", &was, &err), &err);
    settled(m, ok, err, "maintenance");
}

/* Of the vendor whom a ticket asked, at its address. */
static void vendor_answers(Model *m, const Event *e)
{
    g_autoptr(Ticket) t = any_ticket(m, e->dice[0]);
    if (t == NULL || t->is_operational)
        return;
    g_autofree char *to = notify_token_address(m->desk, desk_queue(m->desk, t->queue), 't', t->id, NULL);
    model_trace(m, "the vendor writes in ticket %" G_GINT64_FORMAT, t->id);
    mail(m, "help@cdn.test", "help@cdn.test", to, "Re: it", "", "We look at it.");
}

/* ---- the table ---- */

static void nothing(Model *m, const Event *e) { (void)m, (void)e; }

static void (*const kinds[])(Model *, const Event *) = {
    open_ticket, open_ticket, requester_writes, reply,         reply,         reply,        reply,    verb,      verb,  verb,      answer, bounce,
    out_of_office, one_fails, one_fails,        transport,     some_minutes,  some_minutes, next_thing, next_thing, next_thing, downtime, hours, reload, nothing,
    maintenance, vendor_answers, set_out,
};
const int happen_kinds = G_N_ELEMENTS(kinds);

void happen(Model *m, const Event *e)
{
    m->desk->now += 1 + e->dice[3] % 90;
    fire(m);
    gboolean is_under_way = m->under_way != NULL; /* it takes as long as what happens now */
    kinds[e->kind](m, e);
    fire(m);
    if (is_under_way)
        arrive(m);
    if (m->under_way == NULL && e->dice[3] % 4 != 0) /* else the mails wait for the next event */
        deliver_all(m);
    fire(m);
}
