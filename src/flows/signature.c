/* signature: signed by the contact's key, after the delivery, about this ticket, and never used before. Verbs are taken from the
 * signed part alone. Every doubt is a refusal with its reason. */
#include "flows/signature.h"

#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"
#include "rules/threading.h"
#include "rules/token.h"

#include "base/banned.h"

#define TAG_BYTES 100 /* "[queue #42]" is shorter: names of queues are at most 64 letters */

/* Looks at each "[…]" by itself; sets what is found of this ticket and of others. */
static void find_tags(const char *text, char *const *queues, gint64 ticket, gboolean *ret_own, gboolean *ret_other)
{
    for (const char *p = strchr(text, '['); p != NULL; p = strchr(p + 1, '[')) {
        gsize n = strcspn(p, "]\n");
        if (n >= TAG_BYTES || p[n] != ']')
            continue;
        g_autofree char *tag = g_strndup(p, n + 1);
        gint64 id = threading_tag(tag, queues);
        *ret_own = *ret_own || id == ticket;
        *ret_other = *ret_other || (id != 0 && id != ticket);
    }
}

static gboolean holds_token(const IntakeCase *c, const Reading *said)
{
    if (c->notification == NULL)
        return FALSE;
    Token token = {.purpose = 'a', .id = c->notification->id};
    g_autofree char *mine = token_make(&c->desk->keys, token.purpose, token.id, c->notification->contact);
    g_autofree char *lower = g_ascii_strdown(said->text, -1);
    gboolean found = strstr(lower, mine) != NULL;
    for (guint i = 0; i < said->to->len && !found; i++) {
        g_autofree char *address = g_ascii_strdown(g_ptr_array_index(said->to, i), -1);
        found = strstr(address, mine) != NULL;
    }
    return found;
}

/* NULL, or why what was signed is not about this ticket. */
static const char *misnamed(const IntakeCase *c, const Reading *said)
{
    gboolean own = FALSE, other = FALSE;
    g_autofree char **queues = desk_queue_names(c->desk);
    find_tags(said->subject, queues, c->ticket->id, &own, &other);
    find_tags(said->text, queues, c->ticket->id, &own, &other);
    if (other)
        return PHRASE("what was signed names another ticket");
    return own || holds_token(c, said) ? NULL : PHRASE("what was signed does not name the ticket: write its tag into the text, or quote our mail with it");
}

/* From when on a signature can be an answer: the delivery, at a work address the opening of the ticket. */
static Instant asked_at(const IntakeCase *c)
{
    if (c->notification == NULL)
        return c->ticket->opened_at;
    return c->notification->delivered_at != INSTANT_NONE ? c->notification->delivered_at : G_MAXINT64;
}

static const char *mistimed(const IntakeCase *c, Instant made_at)
{
    Instant since = asked_at(c);
    if (since == G_MAXINT64)
        return PHRASE("our mail counts as not delivered yet");
    if (made_at < since - SIGNATURE_SKEW)
        return PHRASE("it was signed before our mail was delivered");
    return made_at > c->desk->now + SIGNATURE_SKEW ? PHRASE("it was signed in the future") : NULL;
}

/* FALSE without error in *ret_is_new: somebody used it. */
static gboolean use_up(const IntakeCase *c, const ConfigContact *actor, const char *digest, Instant made_at, gboolean *ret_is_new, GError **err)
{
    gint64 n = 0;
    if (!db_value(c->desk->db, &n, err, "select count(*) from signature where digest = $1", "s", digest))
        return FALSE;
    *ret_is_new = n == 0;
    return n > 0 || db_run(c->desk->db, err, "insert into signature (digest, contact, ticket_id, made_at, used_at) values ($1, $2, $3, $4, $5)", "ssiii",
                           digest, actor->name, c->ticket->id, made_at, c->desk->now);
}

gboolean signature_require(IntakeCase *c, const ConfigContact *actor, char **ret_why, GError **err)
{
    const CommandReply *verbs = c->notification != NULL ? c->reading->commands : c->reading->work;
    g_autofree char *digest = NULL;
    GError *local = NULL;
    Instant made_at = INSTANT_NONE;
    gboolean is_new = TRUE;
    if (!actor->ack_signed || verbs->commands->len == 0)
        return TRUE;
    const char *why = NULL;
    if (c->mail->verify == NULL)
        why = PHRASE("it could not be checked here");
    else if (!c->mail->verify(c->mail->data, actor->key, &c->signed_part, &digest, &made_at, &local))
        why = local->message;
    else if ((why = mistimed(c, made_at)) == NULL)
        why = misnamed(c, c->signed_part);
    if (why == NULL && !use_up(c, actor, digest, made_at, &is_new, err))
        return FALSE;
    why = is_new ? why : PHRASE("this signed text was used before");
    intake_note(c, "signature of %s: %s", actor->name, why != NULL ? why : "good");
    if (why != NULL && local != NULL && local->code != ERROR_DATA)
        *ret_why = phrase_make("the signature could not be checked ({why})", "why", why, NULL);
    else if (why != NULL)
        *ret_why = g_strdup(why);
    else
        c->said = c->signed_part;
    g_clear_error(&local);
    return TRUE;
}
