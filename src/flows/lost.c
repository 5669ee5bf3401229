/* lost: the numbers between a backup and what was made above them. It must never let such a token allow anything. */
#include "flows/lost.h"

#include "base/error.h"

#include "rules/phrase.h"

#include "flows/bulletin.h"

#include "base/banned.h"

#define TRIES_MAX 20 /* tokens of one mail: each is tried for every contact and key */

static const char *kind_of(char purpose)
{
    return purpose == 't'   ? PHRASE("ticket")
           : purpose == 'w' ? PHRASE("work address")
           : purpose == 'a' ? PHRASE("notification")
                            : PHRASE("outgoing mail");
}

/* "notification 1093"; newly allocated. */
static char *name_of(Token token) { return g_strdup_printf("%s %" G_GINT64_FORMAT, kind_of(token.purpose), token.id); }

/* Whether anything has the number. */
static gboolean has_row(Db *db, Token token, gboolean *ret, GError **err)
{
    const char purpose[] = {token.purpose, '\0'};
    gint64 n;
    if (!db_value(db, &n, err,
                  "select (select count(*) from ticket where id = $1 and $2 = 't') + (select count(*) from work where id = $1 and $2 = 'w')"
                  " + (select count(*) from notification where id = $1 and $2 = 'a') + (select count(*) from outbox where id = $1 and $2 = 'b')",
                  "is", token.id, purpose))
        return FALSE;
    *ret = n > 0;
    return TRUE;
}

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
    gint64 above = 0;
    gboolean is_known;
    if (c->lost.purpose != 0 || token.purpose == 'm')
        return TRUE;
    if (!db_value(c->desk->db, &above, err, "select coalesce((select cast(value as integer) from fact where name = 'restored'), 0)", ""))
        return FALSE;
    if (token.id > above || c->lost_tries++ >= TRIES_MAX)
        return TRUE;
    if (!has_row(c->desk->db, token, &is_known, err))
        return FALSE;
    if (is_known || !is_ours(c, token, mac))
        return TRUE;
    g_autofree char *name = name_of(token);
    c->lost = token;
    intake_note(c, "it answers %s, which was made after the backup that was restored: as if it had no token", name);
    return TRUE;
}

static gboolean mail_lead(IntakeCase *c, GError **err)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, c->lost.id);
    g_autofree char *ticket = g_strdup_printf("%" G_GINT64_FORMAT, c->ticket != NULL ? c->ticket->id : 0);
    g_ptr_array_add(lines, phrase_make("From {who}: {subject}", "who", c->reading->from, "subject", c->reading->subject, NULL));
    g_ptr_array_add(lines, phrase_make("It answers {kind:phrase} {number}, made after the backup that was restored. What it was about, no ticket knows;"
                                       " nothing that it says was done.", "kind", kind_of(c->lost.purpose), "number", number, NULL));
    g_ptr_array_add(lines, c->ticket != NULL ? phrase_make("It is in ticket {number} now.", "number", ticket, NULL)
                                             : phrase_make("It is filed under other (escalate hold --other).", NULL));
    return bulletin_send(c->desk, c->home, c->home->lead, PHRASE("A mail answers what was lost"), lines, err);
}

gboolean lost_tell(IntakeCase *c, GError **err)
{
    gint64 n;
    if (c->lost.purpose == 0 || c->home == NULL || c->home->lead == NULL)
        return TRUE;
    g_autofree char *name = name_of(c->lost), *fact = g_strconcat("lost:", name, NULL), *now = g_strdup_printf("%" G_GINT64_FORMAT, c->desk->now);
    if (!db_value(c->desk->db, &n, err, "select count(*) from fact where name = $1", "s", fact))
        return FALSE;
    if (n > 0)
        return TRUE;
    return db_run(c->desk->db, err, "insert into fact (name, value) values ($1, $2)", "ss", fact, now)
           && desk_audit(c->desk, c->ticket != NULL ? c->ticket->id : 0, err, "lost", "message=%" G_GINT64_FORMAT " answers=\"%s\"", c->row->id, name)
           && mail_lead(c, err);
}
