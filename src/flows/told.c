/* told: see the header. */
#include "flows/told.h"

#include <string.h>

#include "rules/command_args.h"
#include "rules/command_line.h"
#include "rules/phrase.h"
#include "rules/token.h"
#include "rules/wrap.h"

#include "flows/cadence.h"
#include "flows/notify.h"
#include "flows/ownticket.h"
#include "flows/verbs_shared.h"
#include "flows/view.h"

#include "base/banned.h"

#define QUOTED_BYTES 1000

static ConfigMode mode_of(const Desk *d, const Ticket *t) { return desk_queue(d, t->queue)->mode; }

/* Nothing leaves the house for him. */
static gboolean reaches_nobody(const Desk *d, const Ticket *t)
{
    return t->is_drill || mode_of(d, t) == MODE_SHADOW || d->config->delivery.redirect_all != NULL;
}

static void quote(VerbContext *v, const char *english, const char *text)
{
    g_autofree char *shown = text != NULL ? wrap_clip(text, QUOTED_BYTES) : NULL;
    if (shown != NULL)
        verbs_say(v, english, "text", shown, NULL);
}

void told_resolved(VerbContext *v)
{
    const Ticket *t = v->ticket;
    if (reaches_nobody(v->desk, t))
        return;
    if (t->resolution == NULL)
        verbs_say(v, "The customer was told that it is solved.", NULL);
    quote(v, PHRASE("The customer was told: \"{text}\""), t->resolution);
    quote(v, PHRASE("With the cause: \"{text}\""), t->cause);
    quote(v, PHRASE("And what is done against it: \"{text}\""), t->prevention);
}

void told_relayed(VerbContext *v)
{
    if (v->results->len > 0 && !reaches_nobody(v->desk, v->ticket))
        verbs_say(v, "The rest of your mail goes to the customer.", NULL);
}

/* The step that comes next goes into the updates that the customer gets by themselves. */
static gboolean say_when_read(VerbContext *v, GError **err)
{
    gboolean is_nobodys;
    Instant at;
    if (!ownticket_is_nobodys(v->desk, v->ticket, &is_nobodys, err) || !cadence_next(v->desk, v->ticket->id, &at, err))
        return FALSE;
    if (is_nobodys || v->ticket->state >= TICKET_RESOLVED || reaches_nobody(v->desk, v->ticket))
        return TRUE;
    if (at == INSTANT_NONE) {
        verbs_say(v, "No update is to come, so the customer does not get it by itself.", NULL);
        return TRUE;
    }
    g_autofree char *time = view_time(verbs_zone(v), at, v->desk->now);
    verbs_say(v, "The customer gets it with the update of {time}.", "time", time, NULL);
    return TRUE;
}

gboolean told_recorded(VerbContext *v, const Command *cmd, GError **err)
{
    const char *name = command_verb_name(cmd->verb);
    g_autofree char *text = token_scrub(cmd->text, -1, NULL), *shown = wrap_clip(text, QUOTED_BYTES);
    g_autofree char *unread = cmd->verb == VERB_NEXT && !cmd->until.given ? command_args_unread_by(text) : NULL;
    if (cmd->verb != VERB_NEXT || v->ticket->next_until_at == INSTANT_NONE) {
        verbs_say(v, "Recorded, {verb}: \"{text}\"", "verb", name, "text", shown, NULL);
        if (unread != NULL)
            verbs_say(v, "No time was read from \"{text}\": please write it as in \"by tue 16:00\" or \"by 2026-12-31 16:00\".", "text", unread, NULL);
    } else {
        g_autofree char *time = view_time(verbs_zone(v), v->ticket->next_until_at, v->desk->now);
        verbs_say(v, "Recorded, {verb}: \"{text}\", by {time}", "verb", name, "text", shown, "time", time, NULL);
    }
    return cmd->verb != VERB_NEXT || say_when_read(v, err);
}

static gboolean lists(const GPtrArray *addresses, const char *address)
{
    for (guint i = 0; i < addresses->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(addresses, i), address) == 0)
            return TRUE;
    return FALSE;
}

gboolean told_is_addressed(const IntakeCase *c)
{
    const char *requester = c->ticket->requester;
    return requester != NULL && (lists(c->reading->to, requester) || lists(c->reading->cc, requester));
}

gboolean told_not_sent(const IntakeCase *c, GPtrArray *lines, GError **err)
{
    gboolean is_nobodys;
    if (!ownticket_is_nobodys(c->desk, c->ticket, &is_nobodys, err))
        return FALSE;
    if (!is_nobodys && !c->ticket->is_drill && !told_is_addressed(c))
        g_ptr_array_add(lines, phrase_make("The customer does not get it.", NULL));
    return TRUE;
}

gboolean told_way_out(const IntakeCase *c, const VerbContext *v, GError **err)
{
    gboolean is_nobodys;
    gint64 has_it = 0;
    g_autofree char *address = NULL;
    if (v->is_digest || c->ticket->is_drill || mode_of(c->desk, c->ticket) != MODE_RELAY
        || !config_contact_may(c->desk->config, v->actor, command_verb_name(VERB_ANSWERED), c->ticket->queue))
        return TRUE;
    if (!db_value(c->desk->db, &has_it, err, "select count(*) from run where id = $1 and acker = $2 and ended_at is null", "is", v->run, v->actor->name)
        || !ownticket_is_nobodys(c->desk, c->ticket, &is_nobodys, err))
        return FALSE;
    if (has_it == 0 || is_nobodys)
        return TRUE;
    if (!notify_work_address(c->desk, c->ticket, v->actor, &address, err))
        return FALSE;
    g_ptr_array_add(v->results, phrase_make("To write to the customer, write to {address}", "address", address, NULL));
    return TRUE;
}

void told_colon(const IntakeCase *c, GPtrArray *lines)
{
    const char *text = c->said->new_text + strspn(c->said->new_text, " \t\r\n"), *expected;
    g_autofree char *first = g_strndup(text, strcspn(text, "\r\n")), *valid = g_utf8_make_valid(first, -1);
    Command *meant = NULL;
    if (command_line_read_verb(valid, FALSE, &meant, &expected) && meant->text != NULL)
        g_ptr_array_add(lines, phrase_make("If it was meant as a command, please put a colon behind its verb, \"{verb}: …\","
                                           " its text on one line with an empty line below, and no question into it.", "verb",
                                           command_verb_name(meant->verb), NULL));
    command_free(meant);
}

gboolean told_waits_elsewhere(VerbContext *c, gboolean *ret, GError **err)
{
    g_autoptr(Ticket) about = NULL;
    if (!ownticket_about(c->desk, c->ticket, &about, err))
        return FALSE;
    *ret = about != NULL && about->state < TICKET_RESOLVED && about->requester != NULL;
    if (!*ret)
        return TRUE;
    g_autofree char *tag = view_tag(about);
    return verbs_refuse(c, "no customer waits in this ticket: he waits in {ticket}, where it must be said", "ticket", tag, NULL);
}

gboolean told_open(VerbContext *c, GError **err)
{
    g_autoptr(Ticket) about = NULL;
    if (!ownticket_about(c->desk, c->ticket, &about, err))
        return FALSE;
    if (about == NULL || about->state >= TICKET_RESOLVED)
        return TRUE;
    g_autofree char *tag = view_tag(about);
    verbs_say(c, "{ticket}, which it was about, is still open, and its customer was told nothing.", "ticket", tag, NULL);
    return TRUE;
}
