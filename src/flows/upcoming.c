/* upcoming: rows of `due` as sentences; those that stand in a transcript too are phrases. People are named as they would be asked now: a rota may have changed by then. */
#include "flows/upcoming.h"

#include <string.h>

#include "rules/phrase.h"

#include "store/clocks.h"
#include "store/runs.h"

#include "flows/outage.h"
#include "flows/people.h"
#include "flows/policies.h"
#include "flows/view.h"

#include "base/banned.h"

static const char *name_of(const Desk *d, const char *contact)
{
    const ConfigContact *c = desk_contact(d, contact);
    return c != NULL ? c->full_name : contact != NULL ? contact : "nobody";
}

static const PolicyLevel *level_of(const Policy *p, int level)
{
    return p == NULL || level < 1 || level > (int)p->levels->len ? NULL : g_ptr_array_index(p->levels, (guint)level - 1);
}

/* Who is away then is replaced by his backup, if that one is there. */
static void put_backups(Desk *d, GPtrArray *people, Instant at)
{
    for (guint i = 0; i < people->len; i++) {
        const ConfigContact *c = desk_contact(d, g_ptr_array_index(people, i));
        if (!people_is_available(d, c->name, FALSE, at) && c->backup != NULL && people_is_available(d, c->backup, FALSE, at)) {
            g_free(people->pdata[i]);
            people->pdata[i] = g_strdup(c->backup);
        }
    }
}

/* "Bob Ng (agent) is asked (level 1 of 3, policy standard)" */
static char *asks(Desk *d, const Ticket *t, const Policy *p, int level, Instant at)
{
    const PolicyLevel *l = level_of(p, level);
    const ConfigQueue *queue = desk_queue(d, t->queue);
    g_autofree char *number = g_strdup_printf("%d", level), *all = g_strdup_printf("%u", p != NULL ? p->levels->len : 0);
    if (l == NULL || queue == NULL)
        return phrase_make("level {level}, which the configuration has no longer", "level", number, NULL);
    g_autoptr(GPtrArray) people = people_of(d, t, queue, l->notify);
    put_backups(d, people, at);
    g_autofree char *names = people_phrase(d, people);
    return phrase_make(people->len > 1 ? PHRASE("{who:phrase} are asked (level {level} of {levels}, policy {policy})")
                                       : PHRASE("{who:phrase} is asked (level {level} of {levels}, policy {policy})"),
                       "who", people->len > 0 ? names : PHRASE("whoever is there then"), "level", number, "levels", all, "policy", p->name, NULL);
}

/* ---- clocks ---- */

/* "75% of respond in support", of what the level has for that clock. */
static char *reached(const PolicyLevel *level, const ClockRow *c)
{
    g_autoptr(GString) s = g_string_new(NULL);
    const char *target = policy_target_name(c->clock.target);
    for (guint i = 0; level != NULL && i < level->at->len; i++) {
        const LevelAt *at = &g_array_index(level->at, LevelAt, i);
        if (at->target != c->clock.target)
            continue;
        g_autofree char *before = duration_format(at->before);
        if (at->is_before)
            g_string_append_printf(s, "%s%s before %s", s->len > 0 ? " or " : "", before, target);
        else
            g_string_append_printf(s, "%s%d%% of %s", s->len > 0 ? " or " : "", at->percent, target);
    }
    return g_strdup_printf("%s in %s", s->len > 0 ? s->str : target, c->queue);
}

static gboolean at_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    ClockRow *c = NULL;
    g_autoptr(RunRow) r = NULL;
    const Policy *p = NULL;
    if (!policies_for(d, t, due->policy, &p, err) || !clocks_load(d->db, due->clock_id, &c, err))
        return FALSE;
    const PolicyLevel *level = level_of(p, due->level);
    g_autofree char *when = reached(level, c), *who = asks(d, t, p, due->level, due->next_at);
    clocks_row_free(c);
    if (!runs_live(d->db, t->id, due->policy, &r, err))
        return FALSE;
    gboolean waits = r != NULL && r->run->state == RUN_HELD && (level == NULL || !level->even_acked);
    if (r != NULL && due->level <= r->run->level) /* it joins what runs: no level fires twice */
        *ret = g_strdup_printf("%s: %s, if the escalation of now is over by then", when, who);
    else
        *ret = waits ? g_strdup_printf("%s: %s, unless %s still has it", when, who, name_of(d, r->run->acker)) : g_strdup_printf("%s: %s", when, who);
    return TRUE;
}

static gboolean breach_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    ClockRow *c = NULL;
    (void)t;
    if (!clocks_load(d->db, due->clock_id, &c, err))
        return FALSE;
    *ret = g_strdup_printf("%s in %s is due", policy_target_name(c->clock.target), c->queue);
    clocks_row_free(c);
    return TRUE;
}

/* ---- runs ---- */

/* Who was mailed and may still answer; the earliest end of that in *by. Joined for a sentence; *n counts them. */
static char *waited_for(const Desk *d, const LadderRun *run, Instant *by, guint *n)
{
    g_autoptr(GString) s = g_string_new(NULL);
    *by = INSTANT_NONE;
    *n = 0;
    for (guint i = 0; i < run->pages->len; i++) {
        const LadderPage *p = g_ptr_array_index(run->pages, i);
        if (p->level != run->level || p->kind == PAGE_REMINDER || (p->state != PAGE_WAITING && p->state != PAGE_QUEUED))
            continue;
        g_string_append_printf(s, "%s%s", (*n)++ > 0 ? ", " : "", name_of(d, p->contact));
        if (p->state == PAGE_WAITING && (*by == INSTANT_NONE || p->deadline_at < *by))
            *by = p->deadline_at;
    }
    return g_strdup(s->str);
}

/* Whether who is asked now is mailed again before the next level is. */
static gboolean has_tries(const LadderRun *run, const PolicyLevel *level)
{
    for (guint i = 0; level != NULL && i < run->pages->len; i++) {
        const LadderPage *p = g_ptr_array_index(run->pages, i);
        if (p->level == run->level && p->state == PAGE_WAITING && p->kind != PAGE_REMINDER && p->attempt < level->tries)
            return TRUE;
    }
    return FALSE;
}

/* What comes when nobody of the level answers. */
static char *afterwards(Desk *d, const Ticket *t, const Policy *p, const LadderRun *run, Instant at)
{
    const PolicyLevel *level = level_of(p, run->level), *next = level_of(p, run->level + 1);
    if (has_tries(run, level))
        return phrase_make("mailed again", NULL);
    if (next == NULL)
        return t->is_drill         ? phrase_make("the exercise ends", NULL)
               : t->is_operational ? phrase_make("the last level is mailed again", NULL)
               : p != NULL && p->exhausted_queue != NULL ? phrase_make("a ticket in {queue} is opened", "queue", p->exhausted_queue, NULL)
                                                         : phrase_make("nobody else is asked", NULL);
    g_autofree char *who = asks(d, t, p, run->level + 1, at), *after = duration_format(next->after);
    return next->after.amount != 0 && run->next_level_at == INSTANT_NONE ? phrase_make("{after} later {then}", "after", after, "then", who, NULL) : g_steal_pointer(&who);
}

static char *climbing_text(Desk *d, const Ticket *t, const RunRow *r, Instant at)
{
    const Policy *p = policies_of_run(d, r);
    Instant by;
    guint n;
    g_autofree char *names = waited_for(d, r->run, &by, &n), *then = afterwards(d, t, p, r->run, at);
    return n > 0 ? g_strdup_printf("no answer of %s by then: %s", names, then) : g_strdup_printf("nobody has taken it: %s", then);
}

/* He who has it was asked whether he keeps it, and may still answer. */
static gboolean is_reminded(const LadderRun *run)
{
    for (guint i = 0; run->state == RUN_HELD && i < run->pages->len; i++) {
        const LadderPage *p = g_ptr_array_index(run->pages, i);
        if (p->kind == PAGE_REMINDER && (p->state == PAGE_QUEUED || p->state == PAGE_WAITING))
            return TRUE;
    }
    return FALSE;
}

static gboolean run_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    g_autoptr(RunRow) r = NULL;
    if (!runs_load(d->db, due->run_id, &r, err))
        return FALSE;
    const LadderRun *run = r->run;
    const char *acker = name_of(d, run->acker);
    if (run->state == RUN_HELD && run->resolve_by != INSTANT_NONE && run->resolve_by <= due->next_at) {
        g_autofree char *who = asks(d, t, policies_of_run(d, r), run->level + 1, due->next_at);
        *ret = g_strdup_printf("%s has neither contained nor resolved it by then: %s", acker, who);
    } else if (is_reminded(run)) {
        *ret = g_strdup_printf("no answer of %s by then: level %d is asked again, without %s", acker, MAX(run->level, 1), acker);
    } else if (run->state == RUN_HELD && run->is_shift_bound) {
        *ret = g_strdup_printf("the shift of %s, who has it, ends: who comes on duty is asked", acker);
    } else if (run->state == RUN_HELD) {
        *ret = g_strdup_printf("the time for which %s has it is over: a reminder goes out", acker);
    } else if (run->state == RUN_EXHAUSTED) {
        *ret = g_strdup(run->is_operational ? "nobody has taken it: the last level is mailed again" : "everybody was asked: is anybody back who was away?");
    } else {
        *ret = climbing_text(d, t, r, due->next_at);
    }
    return TRUE;
}

/* ---- tickets, rotas ---- */

static gboolean close_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)d, (void)t, (void)due, (void)err;
    *ret = g_strdup("closed; until then a mail of the requester opens it again");
    return TRUE;
}

static gboolean wait_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)due, (void)err;
    const ConfigQueue *queue = desk_queue(d, t->queue);
    *ret = g_strdup_printf("the wait is over: %s is told", name_of(d, t->owner != NULL ? t->owner : queue != NULL ? queue->lead : NULL));
    return TRUE;
}

static gboolean confirm_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)d, (void)t, (void)due, (void)err;
    *ret = g_strdup("that it is contained counts no more, unless somebody says so again");
    return TRUE;
}

static gboolean board_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)d, (void)t, (void)err;
    *ret = g_strdup_printf("the report on risk %s goes out, where all that it wants holds", due->policy);
    return TRUE;
}

static gboolean cadence_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)d, (void)t, (void)due, (void)err;
    *ret = g_strdup("the requester gets an update, unless somebody writes to him before");
    return TRUE;
}

static gboolean delay_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    ClockRow *c = NULL;
    (void)t;
    if (!clocks_load(d->db, due->clock_id, &c, err))
        return FALSE;
    *ret = g_strdup_printf("the requester is told that it takes longer, if %s is not met before", policy_target_name(c->clock.target));
    clocks_row_free(c);
    return TRUE;
}

static gboolean shift_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)d, (void)t, (void)err;
    *ret = g_strdup_printf("the duty of rota %s changes", due->policy);
    return TRUE;
}

static gboolean digest_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)err;
    *ret = g_strdup_printf(t != NULL ? "%s is mailed, or has it in a digest" : "what waits for %s is mailed", name_of(d, due->policy));
    return TRUE;
}

static gboolean maintenance_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)d, (void)t, (void)err;
    *ret = g_strdup_printf("the maintenance of %s ends: what was to be told meanwhile goes out", due->policy);
    return TRUE;
}

static gboolean drill_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)d, (void)t, (void)due, (void)err;
    *ret = g_strdup("the exercise ends");
    return TRUE;
}

static gboolean roundcall_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)d, (void)t, (void)err;
    *ret = g_strdup_printf(due->level == 1 ? "contacts of %s who have not confirmed how they are reached are reminded"
                                           : "the lead of %s hears who has not confirmed how he is reached", due->policy);
    return TRUE;
}

static gboolean heartbeat_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    (void)d, (void)t, (void)err;
    *ret = g_strdup_printf("no mail of rule %s by then: a ticket is opened", due->policy);
    return TRUE;
}

#define TRANSPORT "transport"
#define MAIL_TO "mail to " /* begins what the query of the outbox says of one; of another channel its name does */

static gboolean transport_text(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    g_auto(Outage) o = {0};
    (void)t, (void)due;
    if (!outage_read(d->db, &o, err))
        return FALSE;
    g_autofree char *since = zone_format_human(desk_contact_zone(d, NULL, NULL), o.since);
    *ret = g_strdup_printf("mail is tried again: none leaves since %s%s%s", since, o.said != NULL ? "; the last try: " : "", o.said != NULL ? o.said : "");
    return TRUE;
}

static const struct {
    const char *what;
    gboolean has_ticket;
    gboolean (*text)(Desk *, const Ticket *, const DueRow *, char **, GError **);
} kinds[] = {{"at", TRUE, at_text},       {"breach", TRUE, breach_text}, {"run", TRUE, run_text},
             {"close", TRUE, close_text}, {"wait", TRUE, wait_text},     {"shift", FALSE, shift_text},
             {"cadence", TRUE, cadence_text}, {"delay", TRUE, delay_text}, {"heartbeat", FALSE, heartbeat_text},
             {"digest", FALSE, digest_text}, {"maintenance", FALSE, maintenance_text},
             {"confirm", TRUE, confirm_text}, {"board", TRUE, board_text}, {"drill", TRUE, drill_text}, {"roundcall", FALSE, roundcall_text},
             {TRANSPORT, FALSE, transport_text}};

static gboolean text_of(Desk *d, const Ticket *t, const DueRow *due, char **ret, GError **err)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].what, due->what) == 0 && (t != NULL || !kinds[i].has_ticket))
            return kinds[i].text(d, t, due, ret, err);
    *ret = g_strdup(due->what); /* mail: the words are the query's */
    return TRUE;
}

/* ---- the list ---- */

static gboolean add_one(Desk *d, const DueRow *due, const Zone *zone, json_t *list, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    g_autofree char *text = NULL;
    if ((due->ticket_id != 0 && !tickets_load(d->db, due->ticket_id, &t, err)) || !text_of(d, t, due, &text, err))
        return FALSE;
    const Zone *z = zone != NULL ? zone : desk_contact_zone(d, NULL, t != NULL ? desk_queue(d, t->queue) : NULL);
    const Instant when = MAX(due->next_at, d->now); /* what is overdue comes now: a timer of a stop */
    g_autofree char *at = zone_format_rfc3339(z, when), *tag = t != NULL ? view_tag(t) : NULL, *human = zone_format_human(z, when);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "at", at, "at_local", human, "what", g_str_has_prefix(due->what, MAIL_TO) ? "mail" : due->what, "text", text);
    if (t != NULL) {
        json_object_set_new(o, "ticket", json_integer(t->id));
        json_object_set_new(o, "tag", json_string(tag));
        json_object_set_new(o, "subject", json_string(t->subject));
    }
    if (due->policy != NULL)
        json_object_set_new(o, "policy", json_string(due->policy));
    if (due->level != 0)
        json_object_set_new(o, "level", json_integer(due->level));
    json_array_append_new(list, o);
    return TRUE;
}

#define DUE "select id, what, next_at, coalesce(ticket_id, 0), coalesce(clock_id, 0), coalesce(run_id, 0), policy, coalesce(level, 0) from due "
#define QUEUED                                                                                                                                        \
    "select id, case class when 'command' then channel else 'mail' end || ' to ' || recipient || ' is sent (' || template || ')', next_at,"              \
    " coalesce(ticket_id, 0), 0, 0, null, 0 from outbox where state = 'queued' "

/* Pages of a ticket that wait for a digest, or for their level to open. In this order (cross join): by itself SQLite begins with all that is due. */
#define FOLDED                                                                                                                                        \
    "select d.id, d.what, d.next_at, n.ticket_id, 0, 0, f.contact, n.level from notification n cross join folded f on f.notification_id = n.id"         \
    " cross join due d on d.ticket_id is null and d.what = 'digest' and d.policy = f.contact where n.ticket_id = $1 and n.state = 0"

/* Of all tickets the first few of either, by the index: there may be a million. */
static gboolean read_rows(Desk *d, gint64 ticket, gint64 max, GPtrArray *list, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    gboolean ok = ticket != 0 ? db_select(d->db, &rows, err, DUE "where ticket_id = $1 union all " QUEUED "and ticket_id = $1 union all " FOLDED " order by 3, 1 limit $2", "ii", ticket, max)
                              : db_select(d->db, &rows, err,
                                          "select * from (" DUE "order by next_at, id limit $1) union all select * from (" QUEUED "order by next_at, id limit $1)"
                                          " order by 3, 1 limit $1", "i", max);
    return ok && clocks_due_read(rows, list, err);
}

/* Whether anything of the ticket (0: of any) waits for mail to leave. */
static gboolean hangs_on_mail(Desk *d, gint64 ticket, gboolean *ret, GError **err)
{
    gint64 n = 1;
    gboolean ok = ticket == 0
                  || db_value(d->db, &n, err,
                              "select (select count(*) from outbox where ticket_id = $1 and state = 'queued')"
                              " + (select count(*) from run where ticket_id = $1 and ended_at is null)", "i", ticket);
    *ret = n > 0;
    return ok;
}

static int by_time(gconstpointer a, gconstpointer b)
{
    const DueRow *const *x = a, *const *y = b;
    return (*x)->next_at != (*y)->next_at ? ((*x)->next_at < (*y)->next_at ? -1 : 1) : (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

/* A mail that waits leaves with the next try, at best. */
static void put_mails_off(GPtrArray *rows, Instant retry)
{
    for (guint i = 0; i < rows->len; i++) {
        DueRow *row = g_ptr_array_index(rows, i);
        if (g_str_has_prefix(row->what, MAIL_TO))
            row->next_at = MAX(row->next_at, retry);
    }
}

/* While no mail leaves, that comes among the other things. */
static gboolean put_transport(Desk *d, gint64 ticket, gint64 max, GPtrArray *rows, GError **err)
{
    g_auto(Outage) o = {0};
    gboolean hangs;
    if (!outage_read(d->db, &o, err) || o.since == INSTANT_NONE)
        return err == NULL || *err == NULL;
    if (!hangs_on_mail(d, ticket, &hangs, err) || !hangs)
        return err == NULL || *err == NULL;
    DueRow *row = g_new0(DueRow, 1);
    row->what = g_strdup(TRANSPORT);
    row->next_at = MAX(o.retry, d->now);
    put_mails_off(rows, row->next_at);
    g_ptr_array_add(rows, row);
    g_ptr_array_sort(rows, by_time);
    if ((gint64)rows->len > max)
        g_ptr_array_set_size(rows, (int)max);
    return TRUE;
}

gboolean upcoming_list(Desk *d, gint64 ticket, gint64 max, const Zone *zone, json_t **ret, GError **err)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)clocks_due_free);
    if (!read_rows(d, ticket, max, rows, err) || !put_transport(d, ticket, max, rows, err))
        return FALSE;
    json_t *list = json_array();
    for (guint i = 0; i < rows->len; i++)
        if (!add_one(d, g_ptr_array_index(rows, i), zone, list, err)) {
            json_decref(list);
            return FALSE;
        }
    *ret = list;
    return TRUE;
}

/* ---- how it stands ---- */

static char *run_status(Desk *d, const Ticket *t, const RunRow *r, const Zone *zone)
{
    const LadderRun *run = r->run;
    Instant by = INSTANT_NONE;
    guint n = 0;
    g_autofree char *names = waited_for(d, run, &by, &n);
    if (run->state == RUN_HELD) {
        if (run->hold_until == INSTANT_NONE)
            return phrase_make("{who} has it, until further notice. Nobody else is asked meanwhile.", "who", name_of(d, run->acker), NULL);
        g_autofree char *until = view_time(zone, run->hold_until, d->now);
        if (is_reminded(run))
            return phrase_make("{who} had it, until {until:time} {zone}, and is asked whether that goes on.", "who", name_of(d, run->acker), "until", until,
                               "zone", zone_abbreviation(zone, run->hold_until), NULL);
        return phrase_make("{who} has it, until {until:time} {zone}. Nobody else is asked meanwhile.", "who", name_of(d, run->acker), "until", until, "zone",
                           zone_abbreviation(zone, run->hold_until), NULL);
    }
    if (run->suspended_at != INSTANT_NONE)
        return phrase_make("Nobody is asked now: the escalation stands still.", NULL);
    if (run->state == RUN_EXHAUSTED)
        return phrase_make("Everybody was asked, and nobody has taken it.", NULL);
    Instant next = by != INSTANT_NONE ? by : run->next_level_at;
    g_autofree char *then = afterwards(d, t, policies_of_run(d, r), run, next != INSTANT_NONE ? next : d->now);
    g_autofree char *when = next != INSTANT_NONE ? view_time(zone, next, d->now) : NULL;
    if (n == 0)
        return when == NULL ? phrase_make("Nobody has taken it.", NULL)
                            : phrase_make("Nobody has taken it. At {at:time} {zone}: {then}.", "at", when, "zone", zone_abbreviation(zone, next), "then", then, NULL);
    return when == NULL ? phrase_make("Asked now: {who}. Then: {then}.", "who", names, "then", then, NULL)
                        : phrase_make("Asked now: {who}, until {until:time} {zone}. Then: {then}.", "who", names, "until", when, "zone",
                                      zone_abbreviation(zone, next), "then", then, NULL);
}

gboolean upcoming_status(Desk *d, const Ticket *t, const Zone *zone, GPtrArray *lines, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    if (!runs_of_ticket(d->db, t->id, TRUE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++)
        g_ptr_array_add(lines, run_status(d, t, g_ptr_array_index(runs, i), zone));
    if (runs->len == 0)
        g_ptr_array_add(lines, phrase_make("Nobody is asked now.", NULL));
    return TRUE;
}
