/* lost: the numbers between a backup and what was made above them. It must never let such a token allow anything. */
#include "flows/lost.h"

#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"
#include "rules/wrap.h"

#include "store/facts.h"

#include "flows/bulletin.h"

#include "base/banned.h"

#define BEGINNING 100
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

/* Whose it was no row knows any more: anybody's of the configuration (*ret_whose), or (NULL) nobody's. */
static gboolean is_ours(const IntakeCase *c, Token token, const char *mac, const ConfigContact **ret_whose)
{
    const GPtrArray *contacts = c->desk->config->contact_order;
    *ret_whose = NULL;
    if ((token.purpose == 't' || token.purpose == 'b') && token_verify(&c->desk->keys, token, NULL, mac))
        return TRUE;
    for (guint i = 0; token.purpose != 't' && i < contacts->len; i++) {
        const ConfigContact *contact = g_ptr_array_index(contacts, i);
        if (token_verify(&c->desk->keys, token, contact->name, mac)) {
            *ret_whose = contact;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean lost_look(IntakeCase *c, Token token, const char *mac, GError **err)
{
    gint64 above = 0;
    gboolean is_known;
    const ConfigContact *whose;
    if (c->lost.purpose != 0 || token.purpose == 'm')
        return TRUE;
    if (!facts_number(c->desk->db, FACTS_RESTORED, 0, &above, err))
        return FALSE;
    if (token.id > above || c->lost_tries++ >= TRIES_MAX)
        return TRUE;
    if (!has_row(c->desk->db, token, &is_known, err))
        return FALSE;
    if (is_known || !is_ours(c, token, mac, &whose))
        return TRUE;
    g_autofree char *name = name_of(token);
    c->lost = token;
    c->lost_by = whose;
    intake_note(c, "it answers %s, which was made after the backup that was restored: as if it had no token", name);
    return TRUE;
}

/* The first line of what he wrote, to be known again. Newly allocated. */
static char *beginning(const IntakeCase *c)
{
    const char *text = c->reading->new_text + strspn(c->reading->new_text, " \t\n");
    g_autofree char *line = g_strndup(text, strcspn(text, "\n"));
    return wrap_clip(line, BEGINNING);
}

static char *place(const IntakeCase *c)
{
    if (c->ticket == NULL)
        return phrase_make("It is filed under other (escalate hold --other).", NULL);
    g_autofree char *ticket = g_strdup_printf("%" G_GINT64_FORMAT, c->ticket->id);
    return phrase_make("It is in ticket {number} now.", "number", ticket, NULL);
}

static gboolean mail_lead(IntakeCase *c, GError **err)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, c->lost.id), *begins = beginning(c);
    g_ptr_array_add(lines, phrase_make("From {who}: {subject}", "who", c->from, "subject", c->reading->subject, NULL));
    if (*begins != '\0')
        g_ptr_array_add(lines, phrase_make("It begins: {text}", "text", begins, NULL));
    g_ptr_array_add(lines, phrase_make("It answers {kind:phrase} {number}, made after the backup that was restored. What it was about, no ticket knows;"
                                       " nothing that it says was done.", "kind", kind_of(c->lost.purpose), "number", number, NULL));
    g_ptr_array_add(lines, place(c));
    return bulletin_send(c->desk, c->home, c->home->lead, PHRASE("A mail answers what was lost"), lines, err);
}

/* Whose token it was believes that he has it now, whoever sent the mail. */
static gboolean mail_owner(IntakeCase *c, GError **err)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *begins = beginning(c);
    if (c->lost_by == NULL || c->lost_by->vendor != NULL || g_strcmp0(c->lost_by->name, c->home->lead) == 0)
        return TRUE;
    g_ptr_array_add(lines, g_strdup(c->reading->subject));
    if (*begins != '\0')
        g_ptr_array_add(lines, phrase_make("It begins: {text}", "text", begins, NULL));
    g_ptr_array_add(lines, phrase_make("It answers a mail of ours that was lost when a backup was restored. It acknowledged nothing, and nothing that it says was done.", NULL));
    g_ptr_array_add(lines, phrase_make("If you are asked again, answer that mail.", NULL));
    g_ptr_array_add(lines, place(c));
    return bulletin_send(c->desk, c->home, c->lost_by->name, PHRASE("Your answer was NOT counted"), lines, err);
}

gboolean lost_tell(IntakeCase *c, GError **err)
{
    gint64 told;
    if (c->lost.purpose == 0 || c->home == NULL || (c->kind != KIND_HUMAN && c->kind != KIND_CALENDAR_REPLY) || c->notification != NULL || c->work_ticket != 0)
        return TRUE;
    g_autofree char *name = name_of(c->lost), *fact = g_strconcat("lost:", name, NULL);
    if (!facts_number(c->desk->db, fact, INSTANT_NONE, &told, err))
        return FALSE;
    if (told != INSTANT_NONE)
        return TRUE;
    return facts_set_number(c->desk->db, fact, c->desk->now, err)
           && desk_audit(c->desk, c->ticket != NULL ? c->ticket->id : 0, err, "lost", "message=%" G_GINT64_FORMAT " answers=\"%s\"", c->row->id, name)
           && mail_owner(c, err) && (c->home->lead == NULL || mail_lead(c, err));
}
