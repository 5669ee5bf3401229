/* probe: see the header. It writes the mail and looks for it; who hands it over is the caller. */
#include "flows/probe.h"

#include <string.h>

#include "base/files.h"

#include "mail/compose.h"

#include "store/spool.h"

#include "flows/notify.h"
#include "flows/outgoing.h"

#include "base/banned.h"

#define SUBJECT "escalate: a test of the way in"
#define LOOKED_AT 65536 /* bytes of a file: its envelope and its head */

static gboolean compose(Desk *d, const ConfigQueue *queue, OutboxRow *row, GError **err)
{
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *address = notify_token_address(d, queue, 'b', row->id, NULL), *message_id = outgoing_message_id(d, row->id);
    ComposeDraft draft = {.mail_class = COMPOSE_AUTO_GENERATED, .from_name = "escalate", .from_address = queue->address[0], .to_address = address,
                          .subject = SUBJECT, .message_id = message_id, .date = d->now,
                          .text = "This mail tests that mail to this address reaches escalate.\nNobody need do anything.\n"};
    return compose_mail(&draft, &bytes, err) && outbox_set_bytes(d->db, row->id, address, message_id, bytes, err)
           && db_run(d->db, err, "update outbox set recipient = $2, domain = $3 where id = $1", "iss", row->id, address, strrchr(address, '@') + 1)
           && outbox_sent(d->db, row->id, d->now, "by escalate check --mta", err) && desk_audit(d, 0, err, "probe", "outbox=%" G_GINT64_FORMAT " queue=%s", row->id, queue->name);
}

gboolean probe_write(Desk *d, const ConfigQueue *queue, OutboxRow **ret, GError **err)
{
    OutboxRow row = {.class = (char *)"auto", .template = (char *)"probe", .recipient = queue->address[0], .subject = (char *)SUBJECT, .created_at = d->now,
                     .next_at = d->now};
    return db_begin(d->db, err) && db_end(d->db, outbox_insert(d->db, &row, err) && compose(d, queue, &row, err), err) && outbox_load(d->db, row.id, ret, err);
}

/* Both as one address: case does not count. */
static gboolean envelope_has(const char *text, const char *recipient)
{
    static const char header[] = "X-Escalate-Envelope-Recipient: ";
    for (const char *at = strstr(text, header); at != NULL; at = strstr(at + 1, header)) {
        const char *value = at + strlen(header);
        if (g_ascii_strncasecmp(value, recipient, strlen(recipient)) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean probe_find(Desk *d, const OutboxRow *probe, ProbePlace *ret, char **ret_name, gboolean *ret_kept, GError **err)
{
    g_autoptr(GPtrArray) names = NULL;
    gint64 n;
    *ret = PROBE_NOWHERE;
    if (!db_value(d->db, &n, err, "select count(*) from message where message_id = $1", "s", probe->message_id) || !spool_incoming(d->config->spool, 0, &names, err))
        return FALSE;
    if (n > 0)
        *ret = PROBE_TAKEN_IN;
    for (guint i = names->len; n == 0 && i-- > 0;) { /* the newest first */
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *path = g_build_filename(d->config->spool, "incoming", name, NULL);
        g_autoptr(GString) text = NULL;
        if (!files_read(path, LOOKED_AT, &text, NULL) || strstr(text->str, probe->message_id) == NULL)
            continue;
        *ret = PROBE_INCOMING;
        *ret_name = g_strdup(name);
        *ret_kept = envelope_has(text->str, probe->recipient);
        break;
    }
    return TRUE;
}
