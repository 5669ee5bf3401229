/* drillreport: what an exercise showed: who was asked when, by which mail, what he answered and how fast. All of it stands in the
 * notifications and the audit: an exercise keeps no record beside the real one. */
#include "flows/drill.h"

#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"

#include "flows/policies.h"
#include "flows/view.h"

#include "base/banned.h"

typedef struct {
    gint64 id;
    char *contact, *instead_of, *outcome, *verb;
    int level, attempt;
    PageState state;
    PageKind kind;
    Instant asked_at, delivered_at, outcome_at, answered_at;
} Asked;

static void asked_free(gpointer p)
{
    Asked *a = p;
    g_free(a->contact);
    g_free(a->instead_of);
    g_free(a->outcome);
    g_free(a->verb);
    g_free(a);
}

static gboolean read_asked(Desk *d, gint64 ticket, GPtrArray *list, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err,
                   "select id, contact, instead_of, outcome, level, attempt, state, kind, created_at, delivered_at, outcome_at from notification"
                   " where ticket_id = $1 order by id",
                   "i", ticket))
        return FALSE;
    while (db_next(rows, &local)) {
        Asked *a = g_new0(Asked, 1);
        *a = (Asked){.id = db_int(rows, 0), .contact = g_strdup(db_text(rows, 1)), .instead_of = g_strdup(db_text(rows, 2)),
                     .outcome = g_strdup(db_text(rows, 3)), .level = (int)db_int(rows, 4), .attempt = (int)db_int(rows, 5),
                     .state = (PageState)db_int(rows, 6), .kind = (PageKind)db_int(rows, 7), .asked_at = db_instant(rows, 8),
                     .delivered_at = db_instant(rows, 9), .outcome_at = db_instant(rows, 10), .answered_at = INSTANT_NONE};
        g_ptr_array_add(list, a);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* The value of `name` ("by=") in the detail of an audit row; newly allocated, NULL: it has none. */
static char *field(const char *detail, const char *name)
{
    const char *at = strstr(detail, name);
    return at == NULL ? NULL : g_strndup(at + strlen(name), strcspn(at + strlen(name), " "));
}

/* The last mail to him before he said it. What he says after that is no answer to it. */
static void answer(GPtrArray *list, const char *contact, const char *verb, Instant at)
{
    for (guint i = list->len; i-- > 0;) {
        Asked *a = g_ptr_array_index(list, i);
        if (strcmp(a->contact, contact) != 0 || a->asked_at > at)
            continue;
        if (a->verb == NULL) {
            a->verb = g_strdup(verb);
            a->answered_at = at;
        }
        return;
    }
}

/* Verbs stand in the audit, whether they came by mail, by the calendar or at the command line. */
static gboolean read_answers(Desk *d, gint64 ticket, GPtrArray *list, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err, "select at, detail from audit where ticket_id = $1 and event = 'verb' order by number", "i", ticket))
        return FALSE;
    while (db_next(rows, &local)) {
        g_autofree char *verb = field(db_text(rows, 1), "verb="), *by = field(db_text(rows, 1), "by=");
        if (verb != NULL && by != NULL)
            answer(list, by, verb, db_instant(rows, 0));
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static const char *name_of(const Desk *d, const char *contact)
{
    const ConfigContact *c = desk_contact(d, contact);
    return c != NULL ? c->full_name : contact;
}

static void set_time(json_t *o, const char *key, const char *key_local, const Zone *zone, Instant t, Instant now)
{
    if (t == INSTANT_NONE)
        return;
    g_autofree char *at = zone_format_rfc3339(zone, t), *local = view_time(zone, t, now);
    json_object_set_new(o, key, json_string(at));
    json_object_set_new(o, key_local, json_string(local));
}

/* In words: what came of that mail. A bounce counts, whatever else is known. */
static char *words(const Desk *d, const Asked *a)
{
    const ConfigContact *c = desk_contact(d, a->contact);
    gboolean is_known = a->outcome != NULL && strcmp(a->outcome, "withdrawn") != 0;
    if (a->verb != NULL) {
        Seconds took = a->delivered_at != INSTANT_NONE ? MAX(a->answered_at - a->delivered_at, 0) : 0;
        g_autofree char *after = duration_format_human(took);
        return phrase_make("{verb} after {time:time}", "verb", a->verb, "time", after, NULL);
    }
    if (c != NULL && c->vendor != NULL)
        return phrase_make("a vendor: not asked in an exercise", NULL);
    if (is_known)
        return phrase_is_in(a->outcome) ? g_strdup(a->outcome) : phrase_make(a->outcome, NULL);
    return phrase_make(a->delivered_at != INSTANT_NONE ? PHRASE("no answer") : a->state == PAGE_QUEUED ? PHRASE("not sent yet") : PHRASE("not sent: it was over before"), NULL);
}

static json_t *asked_view(Desk *d, const Asked *a, const Zone *zone)
{
    g_autofree char *said = words(d, a), *outcome = phrase_plain(a->outcome != NULL ? a->outcome : "");
    json_t *o = json_pack("{s:I, s:s, s:s, s:i, s:i, s:s}", "notification", (json_int_t)a->id, "contact", a->contact, "name", name_of(d, a->contact), "level",
                          a->level, "try", a->attempt, "said", said);
    gboolean failed = g_str_has_prefix(outcome, "bounced") || g_str_has_prefix(outcome, "not delivered");
    set_time(o, "asked", "asked_at", zone, a->asked_at, d->now);
    set_time(o, "delivered", "delivered_at", zone, a->delivered_at, d->now);
    set_time(o, "answered", "answered_at", zone, a->answered_at, d->now);
    json_object_set_new(o, "instead_of", a->instead_of != NULL ? json_string(name_of(d, a->instead_of)) : json_null());
    json_object_set_new(o, "verb", a->verb != NULL ? json_string(a->verb) : json_null());
    json_object_set_new(o, "took_seconds", a->verb != NULL && a->delivered_at != INSTANT_NONE ? json_integer(a->answered_at - a->delivered_at) : json_null());
    json_object_set_new(o, "failed", failed ? json_string(a->outcome) : json_null());
    return o;
}

/* Each once, of those who were reached, or were to be, and said nothing. */
static json_t *silent(Desk *d, const GPtrArray *list)
{
    json_t *names = json_array();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < list->len; i++) {
        const Asked *a = g_ptr_array_index(list, i);
        if (a->verb != NULL)
            g_hash_table_add(seen, a->contact);
    }
    for (guint i = 0; i < list->len; i++) {
        const Asked *a = g_ptr_array_index(list, i);
        if (a->delivered_at != INSTANT_NONE && g_hash_table_add(seen, a->contact))
            json_array_append_new(names, json_string(name_of(d, a->contact)));
    }
    return names;
}

static gboolean add_head(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(GPtrArray) policies = NULL;
    g_autofree char *severity = g_strdup_printf("S%d", t->severity + 1), *acker = NULL;
    if (!policies_names(d, t, t->queue, &policies, err)
        || !db_text_value(d->db, &acker, err, "select acker from run where ticket_id = $1 and acker is not null order by id limit 1", "i", t->id))
        return FALSE;
    gboolean is_over = t->state == TICKET_CLOSED;
    json_object_set_new(o, "drill", json_integer(t->id));
    json_object_set_new(o, "queue", json_string(t->queue));
    json_object_set_new(o, "policy", json_string(policies->len > 0 ? g_ptr_array_index(policies, 0) : "-"));
    json_object_set_new(o, "severity", json_string(severity));
    json_object_set_new(o, "subject", json_string(tickets_bare_subject(t)));
    json_object_set_new(o, "over", json_boolean(is_over));
    json_object_set_new(o, "result", is_over && t->resolution != NULL ? json_string(t->resolution) : json_null());
    json_object_set_new(o, "taken_by", acker != NULL ? json_string(acker) : json_null());
    set_time(o, "begun", "begun_at", zone, t->opened_at, d->now);
    set_time(o, "ended", "ended_at", zone, t->closed_at, d->now);
    json_object_set_new(o, "zone", json_string(zone_abbreviation(zone, d->now)));
    return TRUE;
}

gboolean drillreport_of(Desk *d, gint64 ticket, json_t **ret, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(asked_free);
    if (!tickets_load(d->db, ticket, &t, err))
        return FALSE;
    if (!t->is_drill)
        return error_set(err, ERROR_NOTFOUND, "ticket %" G_GINT64_FORMAT ": is no exercise", ticket);
    const Zone *zone = desk_contact_zone(d, NULL, desk_queue(d, t->queue));
    json_t *o = json_object(), *asked = json_array();
    json_object_set_new(o, "asked", asked);
    if (!read_asked(d, ticket, list, err) || !read_answers(d, ticket, list, err) || !add_head(d, t, zone, o, err)) {
        json_decref(o);
        return FALSE;
    }
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(asked, asked_view(d, g_ptr_array_index(list, i), zone));
    json_t *names = silent(d, list);
    json_object_set_new(o, "silent", names);
    json_object_set_new(o, "has_silent", json_boolean(json_array_size(names) > 0));
    *ret = o;
    return TRUE;
}

gboolean drillreport_all(Desk *d, GArray **ret, GError **err) { return db_ids(d->db, ret, err, "select id from ticket where is_drill = 1 order by id desc", ""); }
