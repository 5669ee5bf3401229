/* surge: tickets are alike that have one category, or, where they have none, one subject but for what similar_subject() takes off. What
 * they are like is kept as a digest: it finds equals, and says nothing. Senders are counted, not mails. */
#include "flows/surge.h"

#include "base/sha256.h"

#include "rules/phrase.h"
#include "rules/similar.h"
#include "rules/wrap.h"

#include "flows/escalate.h"
#include "flows/notify.h"
#include "flows/ownticket.h"
#include "flows/people.h"

#include "base/banned.h"

#define TOLD_EVERY 10 /* tickets that join */
#define NAMED 20      /* tickets in a line */

/* NULL: like nothing. */
static char *likeness_of(const Ticket *t)
{
    g_autofree char *subject = t->category == NULL ? similar_subject(t->subject) : NULL;
    if (t->category == NULL && subject == NULL)
        return NULL;
    g_autofree char *text = t->category != NULL ? g_strconcat("category ", t->category, NULL) : g_strconcat("subject ", subject, NULL);
    return sha256_hex(text, strlen(text));
}

gboolean surge_of_ticket(Desk *d, gint64 ticket, gint64 *ret, GError **err)
{
    return db_value(d->db, ret, err, "select coalesce((select surge_id from likeness where ticket_id = $1), 0)", "i", ticket);
}

gboolean surge_members(Desk *d, gint64 surge, GArray **ret, GError **err)
{
    return db_ids(d->db, ret, err, "select ticket_id from likeness where surge_id = $1 order by ticket_id", "i", surge);
}

/* "#3, #5 and 4 more" */
static char *named(const GArray *ids)
{
    g_autoptr(GString) s = g_string_new(NULL);
    for (guint i = 0; i < ids->len && i < NAMED; i++)
        g_string_append_printf(s, "%s#%" G_GINT64_FORMAT, i > 0 ? ", " : "", g_array_index(ids, gint64, i));
    if (ids->len > NAMED) {
        g_autofree char *count = g_strdup_printf("%u", ids->len - NAMED);
        return phrase_make("{list} and {count} more", "list", s->str, "count", count, NULL);
    }
    return g_strdup(s->str);
}

static gboolean tell_team(Desk *d, const Ticket *surge, const char *line, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, surge->queue);
    if (queue == NULL)
        return TRUE;
    g_autoptr(GPtrArray) team = people_team(d, surge, queue);
    for (guint i = 0; i < team->len; i++)
        if (!notify_line(d, surge, g_ptr_array_index(team, i), line, err))
            return FALSE;
    return TRUE;
}

/* ---- one begins ---- */

static gboolean open_surge(IntakeCase *c, const char *likeness, int senders, Instant since, GError **err)
{
    Desk *d = c->desk;
    gint64 severity;
    g_autoptr(GArray) members = NULL;
    g_autoptr(Ticket) t = NULL;
    const Ticket *like = c->ticket;
    if (!db_value(d->db, &severity, err,
                  "select min(t.severity) from likeness l join ticket t on t.id = l.ticket_id where l.queue = $1 and l.likeness = $2 and l.at > $3"
                  " and l.surge_id is null", "sst",
                  like->queue, likeness, since)
        || !db_ids(d->db, &members, err, "select ticket_id from likeness where queue = $1 and likeness = $2 and at > $3 and surge_id is null order by ticket_id", "sst", like->queue,
                   likeness, since))
        return FALSE;
    g_autofree char *window = duration_format_human(c->home->spike.within), *all = named(members), *gist = wrap_preview(like->subject, 60);
    g_autofree char *count = g_strdup_printf("%u", members->len), *people = g_strdup_printf("%d", senders);
    g_autofree char *subject = phrase_make("Surge: {count} tickets like '{gist}' in {window:time}", "count", count, "gist", gist, "window", window, NULL);
    g_autofree char *text = phrase_make("{count} senders wrote much the same within {window:time}. Their tickets:\n{tickets}\n\nThis ticket is for what they have in"
                                        " common: its escalation is one for all. Each of the others keeps its own clocks, and its customer is answered there."
                                        " Those that come while this one is open join it.",
                                        "count", people, "window", window, "tickets", all, NULL);
    OpeningFacts facts = {.home = c->home, .subject = subject, .severity = (int)severity, .category = like->category};
    if (!ownticket_open(d, &facts, text, &t, err)
        || !db_run(d->db, err, "insert into surge (ticket_id, queue, likeness, joined, told) values ($1, $2, $3, $4, $4)", "issi", t->id, like->queue, likeness,
                   (gint64)members->len)
        || !db_run(d->db, err, "update likeness set surge_id = $1 where queue = $2 and likeness = $3 and at > $4 and surge_id is null", "isst", t->id,
                   like->queue, likeness, since)
        || !desk_audit(d, t->id, err, "surge", "tickets=%u senders=%d", members->len, senders))
        return FALSE;
    intake_note(c, "a spike: surge ticket %" G_GINT64_FORMAT " is opened", t->id);
    return escalate_cause_all(d, t, "spike", err);
}

/* ---- one goes on ---- */

static gboolean join(IntakeCase *c, gint64 surge, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    gint64 joined, more;
    if (!db_value(c->desk->db, &joined, err, "update surge set joined = joined + 1 where ticket_id = $1 returning joined", "i", surge)
        || !db_value(c->desk->db, &more, err, "select joined - told from surge where ticket_id = $1", "i", surge)
        || !tickets_load(c->desk->db, surge, &t, err)
        || !desk_audit(c->desk, c->ticket->id, err, "surge-join", "surge=%" G_GINT64_FORMAT " tickets=%" G_GINT64_FORMAT, surge, joined))
        return FALSE;
    intake_note(c, "joins surge ticket %" G_GINT64_FORMAT, surge);
    if (more < TOLD_EVERY)
        return TRUE;
    g_autofree char *by_now = g_strdup_printf("%" G_GINT64_FORMAT, joined);
    g_autofree char *line = phrase_make("{more} more tickets like that came: {all} by now. You need do nothing for this mail.", "more", G_STRINGIFY(TOLD_EVERY), "all",
                                        by_now, NULL);
    return tell_team(c->desk, t, line, err) && db_run(c->desk->db, err, "update surge set told = joined where ticket_id = $1", "i", surge);
}

gboolean surge_count(IntakeCase *c, GError **err)
{
    Desk *d = c->desk;
    const Rate *spike = &c->home->spike;
    Instant since = d->now - spike->within;
    gint64 surge, senders;
    g_autofree char *likeness = spike->count > 0 ? likeness_of(c->ticket) : NULL;
    if (likeness == NULL)
        return TRUE;
    if (!db_value(d->db, &surge, err,
                  "select coalesce(max(s.ticket_id), 0) from surge s join ticket t on t.id = s.ticket_id where s.queue = $1 and s.likeness = $2 and t.state in"
                  " ('new', 'open', 'waiting')",
                  "ss", c->ticket->queue, likeness)
        || !db_run(d->db, err, "insert into likeness (ticket_id, queue, likeness, at, requester_id, surge_id) values ($1, $2, $3, $4, $5, nullif($6, 0))",
                   "isstii", c->ticket->id, c->ticket->queue, likeness, d->now, c->ticket->requester_id, surge))
        return FALSE;
    if (surge != 0)
        return join(c, surge, err);
    return db_value(d->db, &senders, err,
                    "select count(*) from (select distinct requester_id from likeness where queue = $1 and likeness = $2 and at > $3 and surge_id is null limit $4) as n",
                    "ssti", c->ticket->queue, likeness, since, (gint64)spike->count)
           && (senders < spike->count || open_surge(c, likeness, (int)senders, since, err));
}

gboolean surge_resolved(Desk *d, const Ticket *t, GError **err)
{
    g_autoptr(GArray) left = NULL;
    gint64 n;
    if (!db_value(d->db, &n, err, "select count(*) from surge where ticket_id = $1", "i", t->id))
        return FALSE;
    if (n == 0)
        return TRUE;
    if (!db_ids(d->db, &left, err,
                "select t.id from likeness l join ticket t on t.id = l.ticket_id where l.surge_id = $1 and t.state in ('new', 'open', 'waiting') order by t.id",
                "i", t->id))
        return FALSE;
    g_autofree char *all = named(left), *line = left->len == 0 ? phrase_make("The surge is resolved, and so are all of its tickets.", NULL)
                                                : phrase_make("The surge is resolved. Of its tickets these are still open, and their customers wait: {tickets}", "tickets", all, NULL);
    return tell_team(d, t, line, err);
}
