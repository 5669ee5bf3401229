/* onbehalf: it must never let anybody but an authenticated contact choose who a requester is. */
#include "flows/onbehalf.h"

#include <string.h>

#include "base/banned.h"

#define ADDRESS_MAX 254

/* "Kim Lee <kim@acme.test>", or an address alone; FALSE where that is not plain. */
static gboolean split(const char *mailbox, OnBehalf *ret)
{
    const char *open = strrchr(mailbox, '<'), *close = open != NULL ? strchr(open, '>') : NULL;
    g_autofree char *address = open == NULL ? g_strdup(mailbox) : close == NULL ? g_strdup("") : g_strndup(open + 1, (gsize)(close - open - 1));
    g_strstrip(address);
    const char *at = strchr(address, '@');
    if (at == NULL || at == address || strchr(at + 1, '@') != NULL || strchr(at, '.') == NULL || strlen(address) > ADDRESS_MAX)
        return FALSE;
    for (const char *p = address; *p != '\0'; p++)
        if ((guchar)*p <= ' ' || *p == 0x7f || strchr("<>,;:\"()[]\\", *p) != NULL)
            return FALSE;
    g_autofree char *name = open != NULL ? g_strndup(mailbox, (gsize)(open - mailbox)) : g_strdup("");
    g_strdelimit(name, "\"", ' ');
    ret->name = g_strdup(g_strstrip(name));
    ret->address = g_steal_pointer(&address);
    return TRUE;
}

gboolean onbehalf_of(const IntakeCase *c, OnBehalf *ret)
{
    OnBehalf b = {0};
    if (!c->home->on_behalf || c->sender == NULL || !intake_is_believed(c) || !split(c->reading->returned_from, &b))
        return FALSE;
    if (config_contact_by_address(c->desk->config, b.address) != NULL || config_queue_by_address(c->desk->config, b.address) != NULL) {
        onbehalf_clear(&b);
        return FALSE;
    }
    *ret = b;
    return TRUE;
}

void onbehalf_clear(OnBehalf *b)
{
    g_clear_pointer(&b->address, g_free);
    g_clear_pointer(&b->name, g_free);
}

gboolean onbehalf_store(IntakeCase *c, const OnBehalf *b, GError **err)
{
    const Reading *r = c->reading;
    MessageRow m = {.ticket_id = c->ticket->id, .direction = (char *)"in", .kind = (char *)kind_name(KIND_HUMAN), .message_id = r->returned_message_id,
                    .from_address = b->address, .from_name = b->name, .subject = r->returned_subject, .new_text = r->returned_text,
                    .sent_at = r->returned_date, .received_at = c->desk->now};
    return messages_insert(c->desk->db, &m, err);
}
