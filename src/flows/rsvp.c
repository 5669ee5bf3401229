/* rsvp: an answer pressed in a calendar is a person's word like a reply, and must pass the same questions; what a calendar may have done
 * by itself, or what contradicts the words beside it, is a note. */
#include "flows/rsvp.h"

#include <string.h>

#include "rules/command_line.h"
#include "rules/itip.h"

#include "flows/acknowledge.h"
#include "flows/notify.h"
#include "flows/people.h"
#include "flows/phrases.h"
#include "flows/policies.h"
#include "flows/verbs.h"

#include "base/banned.h"

#define SHOWN_SECONDS ((Seconds)1800) /* how long it stands in a calendar, which it never blocks */

/* ---- out ---- */

typedef struct {
    gint64 count, first; /* notifications of one UID: how many before, and the one whose address answers go to */
} Series;

static gboolean series_of(Desk *d, gint64 run, int level, const char *contact, gint64 before, Series *ret, GError **err)
{
    return db_value(d->db, &ret->count, err, "select count(*) from notification where run_id = $1 and level = $2 and contact = $3 and id < $4", "iisi", run,
                    (gint64)level, contact, before)
           && db_value(d->db, &ret->first, err, "select coalesce(min(id), 0) from notification where run_id = $1 and level = $2 and contact = $3", "iis", run,
                       (gint64)level, contact);
}

static char *write_object(Desk *d, const Ticket *t, const RunRow *r, int level, const Series *s, const ConfigContact *contact, const char *subject,
                          char *(*write)(const ItipInvitation *))
{
    g_autofree char *organizer = notify_token_address(d, desk_queue(d, t->queue), 'a', s->first, contact->name);
    g_autofree char *buttons = phrase_make("Accept: you take it. Decline: you cannot. Both are as good as a reply to the mail.", NULL);
    g_autofree char *said = phrases_say(d, phrases_language(contact, desk_queue(d, t->queue)), buttons), *description = g_strdup_printf("%s\n%s", subject, said);
    ItipInvitation i = {.run = r->id, .level = level, .contact = contact->name, .domain = d->config->domain, .nth = (int)s->count, .organizer = organizer,
                        .attendee = contact->email[0], .attendee_name = contact->full_name, .summary = subject, .description = description,
                        .url = policies_of_run(d, r)->bridge, .stamp = d->now, .start = d->now, .end = d->now + SHOWN_SECONDS};
    return write(&i);
}

gboolean rsvp_request(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const ConfigContact *contact, const char *subject, char **ret,
                      GError **err)
{
    Series s;
    *ret = NULL;
    if (!contact->rsvp)
        return TRUE;
    if (!series_of(d, r->id, p->level, contact->name, p->id, &s, err))
        return FALSE;
    *ret = write_object(d, t, r, p->level, &s, contact, subject, itip_request);
    return TRUE;
}

gboolean rsvp_cancel(Desk *d, const Ticket *t, const RunRow *r, const ConfigContact *contact, const char *subject, char **ret, GError **err)
{
    Series s;
    gint64 level;
    *ret = NULL;
    if (contact == NULL || !contact->rsvp)
        return TRUE;
    if (!db_value(d->db, &level, err,
                  "select coalesce((select level from notification where run_id = $1 and contact = $2 and delivered_at is not null and level > 0 order by id desc limit 1), 0)",
                  "is", r->id, contact->name)
        || (level > 0 && !series_of(d, r->id, (int)level, contact->name, G_MAXINT64, &s, err)))
        return FALSE;
    if (level > 0)
        *ret = write_object(d, t, r, (int)level, &s, contact, subject, itip_cancel);
    return TRUE;
}

/* ---- in ---- */

/* Whether it is newer than what he answered to the same invitation before (RFC 5546 2.1.5). */
static gboolean is_newer(IntakeCase *c, const ConfigContact *actor, gboolean *ret, GError **err)
{
    const InviteReply *r = c->reading->calendar_reply;
    Instant stamp = r->dtstamp != INSTANT_NONE ? r->dtstamp : c->reading->date != INSTANT_NONE ? c->reading->date : c->desk->now;
    gint64 later;
    if (!db_value(c->desk->db, &later, err,
                  "select count(*) from rsvp where uid = $1 and contact = $2 and (sequence > $3 or (sequence = $3 and stamped_at >= $4))", "ssit", r->uid,
                  actor->name, (gint64)r->sequence, stamp))
        return FALSE;
    *ret = later == 0;
    return later > 0
           || db_run(c->desk->db, err,
                     "insert into rsvp (uid, contact, sequence, stamped_at) values ($1, $2, $3, $4) on conflict (uid, contact) do update set"
                     " sequence = excluded.sequence, stamped_at = excluded.stamped_at",
                     "ssit", r->uid, actor->name, (gint64)r->sequence, stamp);
}

/* Instants at which mails of this run were delivered to whom the answer's address was given. */
static gboolean deliveries(IntakeCase *c, GArray **ret, GError **err)
{
    return db_ids(c->desk->db, ret, err, "select delivered_at from notification where run_id = $1 and contact = $2 and delivered_at is not null order by id", "is",
                  c->notification->run_id, c->notification->contact);
}

static gboolean is_of_run(const IntakeCase *c)
{
    ItipUid uid;
    if (!itip_parse_uid(c->reading->calendar_reply->uid, &uid))
        return FALSE;
    gboolean is_his = uid.run == c->notification->run_id;
    itip_uid_clear(&uid);
    return is_his;
}

/* The words beside the answer: the object's COMMENT, else the mail's own text. */
static CommandReply *words_of(const IntakeCase *c)
{
    const char *comment = c->reading->calendar_reply->comment;
    return command_read_notification(*comment != '\0' ? comment : c->reading->new_text, NULL, NULL);
}

/* The mail's text without the event's title, which the requester wrote, nor links: so programs announce an answer. */
static char *announcement(const IntakeCase *c)
{
    g_auto(GStrv) parts = g_strsplit(c->reading->new_text, *c->ticket->subject != '\0' ? c->ticket->subject : "\n", -1);
    g_autofree char *untitled = g_strjoinv("\n", parts);
    g_auto(GStrv) lines = g_strsplit(untitled, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
        if (strstr(lines[i], "://") != NULL)
            *lines[i] = '\0';
    return g_strjoinv("\n", lines);
}

/* Whether words beside the answer ask, or what was accepted is denied or handed over. A comment is all his own, of a mail's text at most
 * the first line. */
static gboolean takes_back(const IntakeCase *c, ItipMeaning meaning)
{
    const char *comment = c->reading->calendar_reply->comment;
    g_autofree char *text = *comment != '\0' ? g_strdup(comment) : announcement(c);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean is_his = TRUE;
    for (guint i = 0; lines[i] != NULL; i++) {
        if (*g_strstrip(lines[i]) == '\0')
            continue;
        if (meaning == ITIP_ACK && is_his ? command_line_takes_back(lines[i]) : command_line_asks(lines[i]))
            return TRUE;
        is_his = *comment != '\0';
    }
    return FALSE;
}

/* Whether what he wrote says something else than what he pressed. */
static gboolean contradicts(const IntakeCase *c, const CommandReply *words, ItipMeaning meaning)
{
    static const Verb verbs[] = {[ITIP_ACK] = VERB_ACK, [ITIP_DECLINE] = VERB_DECLINE, [ITIP_PASS] = VERB_PASS, [ITIP_NOTE] = VERB_NOTE};
    if (words->commands->len > 0)
        return ((Command *)g_ptr_array_index(words->commands, 0))->verb != verbs[meaning];
    return takes_back(c, meaning);
}

/* Whether a calendar may have answered by itself: by what it says, or, whose clock is wrong or says nothing, by when it came. */
static gboolean is_automatic(const IntakeCase *c, const GArray *delivered)
{
    return itip_is_automatic(c->reading->calendar_reply->dtstamp, delivered) || itip_is_automatic(c->reading->date, delivered)
           || itip_is_automatic(c->desk->now, delivered);
}

/* Why the answer does nothing, for the person; NULL: it counts. */
static const char *doubt(IntakeCase *c, const ConfigContact *actor, const CommandReply *words, ItipMeaning meaning, gboolean is_new, const GArray *delivered)
{
    const InviteReply *r = c->reading->calendar_reply;
    if (!is_of_run(c))
        return PHRASE("it answers another invitation");
    const ConfigContact *attendee = config_contact_by_address(c->desk->config, r->attendee);
    if (attendee == NULL)
        return PHRASE("its attendee is nobody here");
    if (c->unsure && attendee != actor) /* a file beside his own text */
        return PHRASE("it may be somebody else's that you sent on: please reply ACK");
    if (!is_new)
        return PHRASE("a newer answer of yours came before it");
    if (actor->ack_signed)
        return PHRASE("your answers must be signed: please reply by mail");
    if (meaning == ITIP_ACK && c->mail->sender != NULL && *c->mail->sender == '\0')
        return PHRASE("nobody stands behind its envelope: please reply ACK");
    if (meaning == ITIP_ACK && is_automatic(c, delivered))
        return PHRASE("it came so soon that your calendar may have answered by itself: please reply ACK");
    if (meaning == ITIP_NOTE)
        return PHRASE("it neither takes it nor refuses it");
    if (meaning == ITIP_NOTHING)
        return PHRASE("it says neither yes nor no");
    if (meaning == ITIP_PASS && config_contact_by_address(c->desk->config, r->delegated_to) == NULL)
        return PHRASE("whom you delegate it to is nobody here");
    return contradicts(c, words, meaning) ? PHRASE("what you pressed and what you wrote are not the same") : NULL;
}

static gboolean act(IntakeCase *c, VerbContext *v, const CommandReply *words, ItipMeaning meaning, GError **err)
{
    static const Verb verbs[] = {[ITIP_ACK] = VERB_ACK, [ITIP_DECLINE] = VERB_DECLINE, [ITIP_PASS] = VERB_PASS};
    const ConfigContact *to = config_contact_by_address(c->desk->config, c->reading->calendar_reply->delegated_to);
    Command pressed = {.verb = verbs[meaning], .line = c->reading->calendar_reply->partstat, .who = to != NULL ? to->name : NULL};
    const Command *said = words->commands->len > 0 ? g_ptr_array_index(words->commands, 0) : &pressed;
    intake_note(c, "calendar answer %s of %s: verb %s", pressed.line, v->actor->name, command_verb_name(said->verb));
    return verbs_apply(v, said, err);
}

gboolean rsvp_reply(IntakeCase *c, GError **err)
{
    const InviteReply *r = c->reading->calendar_reply;
    const ConfigContact *actor = NULL;
    gboolean done = FALSE, is_new = FALSE;
    if (r == NULL || *r->attendee == '\0') {
        intake_note(c, "a calendar reply without attendee: nothing");
        c->row->is_note = TRUE;
        return intake_store_row(c, err);
    }
    if (!acknowledge_actor(c, &actor, &done, err) || done)
        return done;
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) delivered = NULL;
    g_autoptr(CommandReply) words = words_of(c);
    ItipMeaning meaning = itip_meaning(r->partstat);
    VerbContext v = {.desk = c->desk, .ticket = c->ticket, .actor = actor, .run = c->notification->run_id, .page = c->notification->id, .results = results};
    c->row->contact = g_strdup(actor->name);
    c->row->is_note = TRUE;
    if (!intake_store_row(c, err) || !deliveries(c, &delivered, err) || !is_newer(c, actor, &is_new, err))
        return FALSE;
    v.message = c->row->id;
    const char *why = intake_doubt(c);
    if (why == NULL)
        why = doubt(c, actor, words, meaning, is_new, delivered);
    if (why == NULL) /* who is away stays away when his calendar declines for him */
        return (is_automatic(c, delivered) || people_set_back(c->desk, actor->name, err)) && act(c, &v, words, meaning, err)
               && acknowledge_transcript(c, &v, err);
    intake_note(c, "calendar answer %s of %s does nothing: %s", r->partstat, actor->name, why);
    g_ptr_array_add(results, phrase_make("Your calendar's answer is kept as a note, and nothing was done: {why:phrase}.", "why", why, NULL));
    v.with_choices = TRUE;
    return acknowledge_transcript(c, &v, err);
}
