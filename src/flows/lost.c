/* lost: the numbers between a backup and what was made above them. It must never let such a token allow anything. */
#include "flows/lost.h"

#include "base/error.h"

#include "flows/bulletin.h"

#include "base/banned.h"

static const struct {
    char purpose;
    const char *what, *count; /* how many rows have that number */
} purposes[] = {
    {'t', "ticket", "select count(*) from ticket where id = $1"},
    {'w', "work address", "select count(*) from work where id = $1"},
    {'a', "notification", "select count(*) from notification where id = $1"},
    {'b', "outgoing mail", "select count(*) from outbox where id = $1"},
};

/* Whose it was is not known any more: anybody's of the configuration. */
static gboolean is_ours(const IntakeCase *c, Token token, const char *mac)
{
    const GPtrArray *contacts = c->desk->config->contact_order;
    gboolean good = (token.purpose == 't' || token.purpose == 'b') && token_verify(&c->desk->keys, token, NULL, mac);
    for (guint i = 0; !good && token.purpose != 't' && i < contacts->len; i++)
        good = token_verify(&c->desk->keys, token, ((const ConfigContact *)g_ptr_array_index(contacts, i))->name, mac);
    return good;
}

gboolean lost_look(IntakeCase *c, Token token, const char *mac, GError **err)
{
    gint64 above = 0, rows = 1;
    const char *what = NULL;
    if (c->lost != NULL || !db_value(c->desk->db, &above, err, "select coalesce((select cast(value as integer) from fact where name = 'restored'), 0)", ""))
        return c->lost != NULL;
    if (token.id > above)
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(purposes); i++)
        if (purposes[i].purpose == token.purpose) {
            what = purposes[i].what;
            if (!db_value(c->desk->db, &rows, err, purposes[i].count, "i", token.id))
                return FALSE;
        }
    if (rows > 0 || !is_ours(c, token, mac))
        return TRUE;
    c->lost = g_strdup_printf("%s %" G_GINT64_FORMAT, what, token.id);
    intake_note(c, "it answers %s, which was made after the backup that was restored: as if it had no token", c->lost);
    return TRUE;
}

static gboolean mail_lead(IntakeCase *c, GError **err)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(lines, g_strdup_printf("From %s: %s", c->reading->from, c->reading->subject));
    g_ptr_array_add(lines, g_strdup_printf("It answers %s, which was made after the backup that was restored. What it was about, no ticket knows;"
                                           " nothing that it says was done.", c->lost));
    g_ptr_array_add(lines, c->ticket != NULL ? g_strdup_printf("It is in ticket %" G_GINT64_FORMAT " now.", c->ticket->id)
                                             : g_strdup("It is filed under other (escalate hold --other)."));
    return bulletin_send(c->desk, c->home, c->home->lead, "A mail answers what was lost", lines, err);
}

gboolean lost_tell(IntakeCase *c, GError **err)
{
    gint64 n;
    if (c->lost == NULL || c->home == NULL || c->home->lead == NULL)
        return TRUE;
    g_autofree char *fact = g_strconcat("lost:", c->lost, NULL), *now = g_strdup_printf("%" G_GINT64_FORMAT, c->desk->now);
    if (!db_value(c->desk->db, &n, err, "select count(*) from fact where name = $1", "s", fact))
        return FALSE;
    if (n > 0)
        return TRUE;
    return db_run(c->desk->db, err, "insert into fact (name, value) values ($1, $2)", "ss", fact, now)
           && desk_audit(c->desk, c->ticket != NULL ? c->ticket->id : 0, err, "lost", "message=%" G_GINT64_FORMAT " answers=\"%s\"", c->row->id, c->lost)
           && mail_lead(c, err);
}
