/* entry: what was said is made a mail, so that rules, rating and clocks see what they would see of one. It must never take anything in it
 * for a verb, an address of ours or somebody else's words. */
#include "flows/entry.h"

#include <string.h>

#include "base/error.h"

#include "mail/compose.h"

#include "flows/arrivals.h"
#include "flows/heard.h"
#include "flows/intake_case.h"
#include "flows/writer.h"

#include "base/banned.h"

static gboolean check(const Desk *d, const EntryFacts *f, GError **err)
{
    if (!compose_is_address(f->from))
        return error_set(err, ERROR_USAGE, "'%s': expected the customer's mail address", f->from);
    if (config_queue_by_address(d->config, f->from) != NULL)
        return error_set(err, ERROR_USAGE, "'%s': is an address of ours, expected the customer's", f->from);
    if (f->text[strspn(f->text, " \t\r\n")] == '\0')
        return error_set(err, ERROR_USAGE, "no text: say what the customer wants");
    return TRUE;
}

/* The reading of the mail that the customer would have sent; all of the text is what he newly said. */
static gboolean read_as_mail(const Desk *d, const EntryFacts *f, Reading **ret, GError **err)
{
    g_autofree char *id = g_strdup_printf("<entry@%s>", d->config->domain), *subject = g_strdup(f->subject != NULL ? f->subject : "");
    g_autoptr(GBytes) bytes = NULL;
    gsize n;
    ComposeDraft draft = {.mail_class = COMPOSE_RELAYED, .from_name = f->name, .from_address = f->from, .to_address = f->queue->address[0],
                          .subject = g_strdelimit(subject, "\r\n", ' '), .message_id = id, .date = d->now, .text = f->text};
    if (!compose_mail(&draft, &bytes, err))
        return FALSE;
    const char *mail = g_bytes_get_data(bytes, &n);
    Reading *r = reading_of_mail(mail, n, FALSE, d->words);
    g_free(r->new_text);
    r->new_text = g_strdup(f->text);
    *r->message_id = '\0'; /* nobody has it, so nobody will answer to it */
    *ret = r;
    return TRUE;
}

static gboolean store(IntakeCase *c, const EntryFacts *f, const char *who, GError **err)
{
    if (!arrivals_enter(c, f->severity, f->category, f->with_ack, err))
        return FALSE;
    for (guint i = 0; i < c->decisions->len; i++)
        if (!messages_decision(c->desk->db, c->row->id, g_ptr_array_index(c->decisions, i), err))
            return FALSE;
    return desk_audit(c->desk, c->ticket->id, err, "entered", "by=%s message=%" G_GINT64_FORMAT, who, c->row->id);
}

gboolean entry_open(Desk *d, const EntryFacts *f, gint64 *ret, GError **err)
{
    g_autoptr(Reading) r = NULL;
    const char *who = f->contact != NULL ? f->contact->name : "operator";
    if (!check(d, f, err) || !read_as_mail(d, f, &r, err))
        return FALSE;
    IntakeMail mail = {.reading = r};
    IntakeCase c = {.desk = d, .mail = &mail, .reading = r, .said = r, .kind = KIND_HUMAN, .home = f->queue};
    c.other_queues = g_ptr_array_new();
    c.decisions = g_ptr_array_new_with_free_func(g_free);
    c.row = g_new0(MessageRow, 1);
    c.row->filed = g_strdup_printf("entered by %s", who);
    writer_find(&c);
    intake_note(&c, "entered by %s for <%s>", who, f->from);
    d->acting = f->contact != NULL ? f->contact->name : NULL;
    gboolean ok = db_begin(d->db, err) && db_end(d->db, store(&c, f, who, err), err);
    if (ok)
        *ret = c.ticket->id;
    g_ptr_array_unref(c.other_queues);
    g_ptr_array_unref(c.decisions);
    messages_row_free(c.row);
    g_free(c.from);
    g_free(c.from_name);
    tickets_free(c.ticket);
    g_free(c.left_out);
    heard_clear(&c.heard);
    return ok;
}
