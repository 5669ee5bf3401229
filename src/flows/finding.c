/* finding: every term gives a set of tickets, and what is in all of them is found. Terms are judged before any ticket is looked at, since
 * a mistyped one would answer "nothing". */
#include "flows/finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "rules/policy.h"

#include "store/idset.h"
#include "store/search.h"
#include "store/tickets.h"

#include "flows/findnames.h"

#include "base/banned.h"

/* ---- fields ---- */

typedef enum {
    VALUE_NAME,   /* one of known names, by the field's function */
    VALUE_FLAG,   /* yes or no */
    VALUE_SENDER, /* an address or a domain */
    VALUE_DATE    /* with a sign before it */
} ValueKind;

typedef struct {
    const char *text;    /* as it was typed */
    Instant from, until;
    gboolean all;        /* what is over is wanted too */
} Value;

/* Ids of the tickets that have it, ascending. */
typedef gboolean FieldIds(Desk *d, const Value *v, GArray **ids, GError **err);

typedef struct {
    const char *name;
    ValueKind kind;
    gboolean may_be_empty; /* then: those without one */
    gboolean says_state;   /* finds what is over, too */
    FindNames *names;      /* of VALUE_NAME */
    FieldIds *ids;
} Field;

#define OPEN "(state = 'new' or state = 'open' or state = 'waiting')" /* in the words of the index ticket_open */
/* Most tickets are over: what is open alone is looked for among what is open. */
#define EVERY_ONE "select id from ticket where "
#define OPEN_ONES "select id from ticket indexed by ticket_open where is_drill = 0 and " OPEN " and "

static gboolean of_state(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return db_ids(d->db, ids, err, "select id from ticket where state = lower($1) order by id", "s", v->text);
}

static gboolean of_queue(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return v->all ? db_ids(d->db, ids, err, EVERY_ONE "lower(queue) = lower($1) order by id", "s", v->text)
                  : db_ids(d->db, ids, err, OPEN_ONES "lower(queue) = lower($1) order by id", "s", v->text);
}

static gboolean of_owner(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return v->all ? db_ids(d->db, ids, err, EVERY_ONE "lower(coalesce(owner, '')) = lower($1) order by id", "s", v->text)
                  : db_ids(d->db, ids, err, OPEN_ONES "lower(coalesce(owner, '')) = lower($1) order by id", "s", v->text);
}

static gboolean of_unowned(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return v->all ? db_ids(d->db, ids, err, EVERY_ONE "owner is null order by id", "")
                  : db_ids(d->db, ids, err, OPEN_ONES "owner is null order by id", "");
}

static gboolean of_requester(Desk *d, const Value *v, GArray **ids, GError **err)
{
    const char *at = strrchr(v->text, '@');
    return db_ids(d->db, ids, err,
                  /* as the index person_domain has it: rtrim() takes off what is no @ */
                  "select t.id from person as p join ticket as t on t.requester_id = p.id"
                  " where lower(substr(p.address, length(rtrim(p.address, replace(p.address, '@', ''))) + 1)) = lower($1)"
                  " and ($2 is null or lower(p.address) = lower($2)) order by t.id", "ss",
                  at != NULL ? at + 1 : v->text, at != NULL && at > v->text ? v->text : NULL);
}

static gboolean of_severity(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return v->all ? db_ids(d->db, ids, err, EVERY_ONE "severity = cast(substr($1, 2) as integer) - 1 order by id", "s", v->text)
                  : db_ids(d->db, ids, err, OPEN_ONES "severity = cast(substr($1, 2) as integer) - 1 order by id", "s", v->text);
}

static gboolean of_category(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return v->all ? db_ids(d->db, ids, err, EVERY_ONE "lower(coalesce(category, '')) = lower($1) order by id", "s", v->text)
                  : db_ids(d->db, ids, err, OPEN_ONES "lower(coalesce(category, '')) = lower($1) order by id", "s", v->text);
}

static gboolean of_opened(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return v->all ? db_ids(d->db, ids, err, EVERY_ONE "opened_at >= $1 and opened_at < $2 order by id", "tt", v->from, v->until)
                  : db_ids(d->db, ids, err, OPEN_ONES "opened_at >= $1 and opened_at < $2 order by id", "tt", v->from, v->until);
}

static gboolean of_resolved(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return db_ids(d->db, ids, err, "select id from ticket where resolved_at >= $1 and resolved_at < $2 order by id", "tt", v->from, v->until);
}

static gboolean of_late(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return v->all ? db_ids(d->db, ids, err, EVERY_ONE "exists (select 1 from clock c where c.ticket_id = ticket.id and c.state = 0 and c.due_at <= $1) order by id", "t", d->now)
                  : db_ids(d->db, ids, err, OPEN_ONES "exists (select 1 from clock c where c.ticket_id = ticket.id and c.state = 0 and c.due_at <= $1) order by id", "t", d->now);
}

static gboolean of_policy(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return db_ids(d->db, ids, err, "select ticket_id from run where lower(policy) = lower($1) union select ticket_id from ticket_policy where lower(policy) = lower($1) order by 1", "s", v->text);
}

static gboolean of_escalated(Desk *d, const Value *v, GArray **ids, GError **err)
{
    (void)v;
    return db_ids(d->db, ids, err, "select distinct ticket_id from run where ended_at is null order by ticket_id", "");
}

static gboolean of_acked(Desk *d, const Value *v, GArray **ids, GError **err)
{
    (void)v;
    return db_ids(d->db, ids, err, "select distinct ticket_id from run where ended_at is null and acker is not null order by ticket_id", "");
}

static gboolean of_risk(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return db_ids(d->db, ids, err, "select distinct ticket_id from ticket_risk where lower(risk) = lower($1) order by ticket_id", "s", v->text);
}

static const Field fields[] = {
    {"state", VALUE_NAME, FALSE, TRUE, findnames_states, of_state},
    {"queue", VALUE_NAME, FALSE, FALSE, findnames_queues, of_queue},
    {"owner", VALUE_NAME, TRUE, FALSE, findnames_owners, of_owner},
    {"unowned", VALUE_FLAG, FALSE, FALSE, NULL, of_unowned},
    {"requester", VALUE_SENDER, FALSE, FALSE, NULL, of_requester},
    {"severity", VALUE_NAME, FALSE, FALSE, findnames_severities, of_severity},
    {"category", VALUE_NAME, TRUE, FALSE, findnames_categories, of_category},
    {"opened", VALUE_DATE, FALSE, FALSE, NULL, of_opened},
    {"resolved", VALUE_DATE, FALSE, TRUE, NULL, of_resolved},
    {"late", VALUE_FLAG, FALSE, FALSE, NULL, of_late},
    {"policy", VALUE_NAME, FALSE, FALSE, findnames_policies, of_policy},
    {"escalated", VALUE_FLAG, FALSE, FALSE, NULL, of_escalated},
    {"acked", VALUE_FLAG, FALSE, FALSE, NULL, of_acked},
    {"risk", VALUE_NAME, FALSE, FALSE, findnames_risks, of_risk},
};

static const Field *field_named(const char *name, gsize length)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strlen(fields[i].name) == length && strncmp(fields[i].name, name, length) == 0)
            return &fields[i];
    return NULL;
}

/* Where the value of FIELD:VALUE begins, or NULL: the argument is words. */
static const char *value_of(const char *argument)
{
    gsize letters = 0;
    while (g_ascii_isalpha(argument[letters]) || (letters > 0 && argument[letters] == '-'))
        letters++;
    return letters > 0 && argument[letters] == ':' ? argument + letters + 1 : NULL;
}

static gboolean unknown_field(const char *argument, const char *value, GError **err)
{
    g_autoptr(GString) all = g_string_new(NULL);
    g_autofree char *name = g_strndup(argument, (gsize)(value - 1 - argument));
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        g_string_append_printf(all, "%s%s", i == 0 ? "" : i + 1 == G_N_ELEMENTS(fields) ? " or " : ", ", fields[i].name);
    return error_set(err, ERROR_USAGE, "'%s': expected %s before the colon, or the words in quotes", name, all->str);
}

/* ---- values ---- */

static gboolean is_among(const GPtrArray *names, const char *value)
{
    for (guint i = 0; i < names->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(names, i), value) == 0)
            return TRUE;
    return FALSE;
}

static gboolean check_name(Desk *d, const Field *f, const char *value, GError **err)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
    if (*value == '\0' && f->may_be_empty)
        return TRUE;
    for (int used = 0; used < 2; used++) { /* which reads whole tables */
        if (!f->names(d, used == 1, known, err))
            return FALSE;
        if (is_among(known, value))
            return TRUE;
    }
    g_ptr_array_add(known, NULL);
    g_autofree char *all = g_strjoinv(", ", (char **)known->pdata);
    return error_set(err, ERROR_USAGE, "%s '%s': there is none of that name; expected %s", f->name, value, *all != '\0' ? all : "none: no ticket has one");
}

/* A day of the zone, or an instant: [*ret_from, *ret_until). */
static gboolean read_date(const char *text, const Zone *zone, Instant *ret_from, Instant *ret_until)
{
    int year, month, day;
    char *end;
    if (instant_parse(text, ret_from, NULL)) {
        *ret_until = *ret_from + 1;
        return TRUE;
    }
    if (strlen(text) != 10 || strspn(text, "0123456789-") != 10 || text[4] != '-' || text[7] != '-')
        return FALSE;
    year = (int)g_ascii_strtoll(text, &end, 10);
    month = (int)g_ascii_strtoll(text + 5, &end, 10);
    day = (int)g_ascii_strtoll(text + 8, &end, 10);
    if (year < 1970 || !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        return FALSE;
    *ret_from = zone_instant(zone, (Civil){.year = year, .month = month, .day = day}, ZONE_FIRST);
    *ret_until = zone_instant(zone, (Civil){.year = year, .month = month, .day = day + 1}, ZONE_FIRST);
    return TRUE;
}

static gboolean read_range(const Field *f, const char *value, const Zone *zone, Instant *ret_from, Instant *ret_until, GError **err)
{
    Instant from, until;
    gsize sign = strspn(value, "<>=");
    g_autofree char *how = g_strndup(value, sign);
    if (!read_date(value + sign, zone, &from, &until))
        return error_set(err, ERROR_USAGE, "%s '%s': expected a date, 2026-11-26, with >= <= > < or nothing before it", f->name, value);
    *ret_from = strcmp(how, ">") == 0 ? until : *how == '<' ? 0 : from;
    *ret_until = strcmp(how, "<") == 0 ? from : *how == '>' ? INSTANT_MAX : until;
    if (sign <= 1 || strcmp(how, ">=") == 0 || strcmp(how, "<=") == 0)
        return TRUE;
    return error_set(err, ERROR_USAGE, "%s '%s': expected >= <= > < = or nothing before the date", f->name, value);
}

static gboolean ids_of_flag(Desk *d, const Field *f, const Value *v, GArray **ret, gboolean *ret_without, GError **err)
{
    *ret_without = g_ascii_strcasecmp(v->text, "no") == 0;
    if (!*ret_without && g_ascii_strcasecmp(v->text, "yes") != 0)
        return error_set(err, ERROR_USAGE, "%s '%s': expected yes or no", f->name, v->text);
    return f->ids(d, v, ret, err);
}

/* *ret_without: those that are not among *ret. */
static gboolean ids_of_field(Desk *d, const Field *f, Value *v, const Zone *zone, GArray **ret, gboolean *ret_without, GError **err)
{
    *ret_without = FALSE;
    switch (f->kind) {
    case VALUE_NAME:
        return check_name(d, f, v->text, err) && f->ids(d, v, ret, err);
    case VALUE_FLAG:
        return ids_of_flag(d, f, v, ret, ret_without, err);
    case VALUE_SENDER:
        if (*v->text == '\0' || g_str_has_suffix(v->text, "@"))
            return error_set(err, ERROR_USAGE, "%s '%s': expected an address or a domain", f->name, v->text);
        return f->ids(d, v, ret, err);
    case VALUE_DATE:
        return read_range(f, v->text, zone, &v->from, &v->until, err) && f->ids(d, v, ret, err);
    }
    return FALSE;
}

/* ---- words ---- */

static void term_free(gpointer p)
{
    SearchTerm *t = p;
    g_free(t->text);
    g_free(t);
}

/* Whether the index has anything of it: letters and digits of any script. */
static gboolean has_word(const char *text)
{
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        if (g_unichar_isalnum(g_utf8_get_char(p)))
            return TRUE;
    return FALSE;
}

static gboolean add_term(GPtrArray *terms, const char *text, gsize length, gboolean is_prefix, GError **err)
{
    g_autofree char *word = g_strndup(text, length);
    if (!has_word(word)) /* a dash between two words */
        return TRUE;
    SearchTerm *t = g_new0(SearchTerm, 1);
    t->text = g_steal_pointer(&word);
    t->is_prefix = is_prefix;
    g_ptr_array_add(terms, t);
    return (terms->len <= LIMIT_SEARCH_TERMS && length <= LIMIT_SEARCH_TERM_BYTES)
           || error_set(err, ERROR_USAGE, "too much to search for: at most %d words of %d bytes", LIMIT_SEARCH_TERMS, LIMIT_SEARCH_TERM_BYTES);
}

/* Words and "several words" of one argument, each with a star behind it or not. */
static gboolean read_words(const char *argument, GPtrArray *terms, GError **err)
{
    guint before = terms->len;
    if (!g_utf8_validate(argument, -1, NULL))
        return error_set(err, ERROR_USAGE, "what is searched for is not UTF-8");
    for (const char *p = argument; *(p += strspn(p, " \t\r\n")) != '\0';) {
        gboolean is_phrase = *p == '"';
        const char *from = p + is_phrase;
        gsize length = strcspn(from, is_phrase ? "\"" : " \t\r\n\"");
        p = from + length + (is_phrase && from[length] == '"');
        gboolean is_prefix = is_phrase ? *p == '*' : length > 1 && from[length - 1] == '*';
        p += is_phrase && is_prefix;
        if (!add_term(terms, from, length - (!is_phrase && is_prefix), is_prefix, err))
            return FALSE;
    }
    return terms->len > before || error_set(err, ERROR_USAGE, "'%s': there is no letter or digit in it to search for", argument);
}

/* ---- all together ---- */

typedef struct {
    gint64 id, severity;
} Place;

static int by_severity(gconstpointer a, gconstpointer b)
{
    const Place *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity < y->severity ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* The most pressing first; those that are over go unless all are wanted. Exercises have a list of their own. */
static gboolean in_order(Desk *d, gboolean all, GArray *ids, GError **err)
{
    g_autoptr(GArray) places = g_array_sized_new(FALSE, FALSE, sizeof(Place), ids->len);
    for (guint i = 0; i < ids->len; i++) {
        Place p = {.id = g_array_index(ids, gint64, i)};
        if (!db_value(d->db, &p.severity, err,
                      "select case when is_drill = 1 or ($2 = 0 and not " OPEN ") then -1 else severity end from ticket where id = $1", "ii", p.id, (gint64)all))
            return FALSE;
        if (p.severity >= 0)
            g_array_append_val(places, p);
    }
    g_array_sort(places, by_severity);
    g_array_set_size(ids, places->len);
    for (guint i = 0; i < ids->len; i++)
        g_array_index(ids, gint64, i) = g_array_index(places, Place, i).id;
    return TRUE;
}

static gboolean every(Desk *d, const Value *v, GArray **ids, GError **err)
{
    return v->all ? db_ids(d->db, ids, err, EVERY_ONE "1 order by id", "") : db_ids(d->db, ids, err, OPEN_ONES "1 order by id", "");
}

/* Without any term: in order at once, since of a million one wants the first few. */
static gboolean first_of_all(Desk *d, gboolean all, gint64 max, GArray **ret, GError **err)
{
    return all ? db_ids(d->db, ret, err, "select id from ticket where is_drill = 0 order by severity, id limit $1", "i", max)
               : db_ids(d->db, ret, err, "select id from ticket indexed by ticket_open where is_drill = 0 and " OPEN " order by severity, id limit $1", "i", max);
}

static gboolean narrow_by_field(Desk *d, const char *argument, const char *value, gboolean all, const Zone *zone, GArray **set, GError **err)
{
    Value v = {.text = value, .all = all};
    const Field *f = field_named(argument, (gsize)(value - 1 - argument));
    g_autoptr(GArray) ids = NULL;
    gboolean without;
    if (!ids_of_field(d, f, &v, zone, &ids, &without, err) || (without && *set == NULL && !every(d, &v, set, err)))
        return FALSE;
    idset_narrow(set, ids, without);
    return TRUE;
}

/* Reads all arguments before any is looked up; *ret_all: what is over is wanted too. */
static gboolean read_arguments(char *const *args, int n, GPtrArray *terms, gboolean *ret_all, GError **err)
{
    for (int i = 0; i < n; i++) {
        const char *value = value_of(args[i]);
        const Field *f = value != NULL ? field_named(args[i], (gsize)(value - 1 - args[i])) : NULL;
        if (g_str_has_prefix(args[i], "--") || strcmp(args[i], "-n") == 0)
            return error_set(err, ERROR_USAGE, "'%s': expected -n N and --all before the words, or none", args[i]);
        if (value != NULL && f == NULL)
            return unknown_field(args[i], value, err);
        if (f != NULL && f->says_state)
            *ret_all = TRUE;
        if (value == NULL && !read_words(args[i], terms, err))
            return FALSE;
    }
    return TRUE;
}

gboolean finding_tickets(Desk *d, char *const *args, int n, gboolean all, gint64 max, const Zone *zone, GArray **ret, GError **err)
{
    g_autoptr(GPtrArray) terms = g_ptr_array_new_with_free_func(term_free);
    g_autoptr(GArray) set = NULL, found = NULL;
    if (!read_arguments(args, n, terms, &all, err))
        return FALSE;
    if (n == 0)
        return first_of_all(d, all, max, ret, err);
    for (int i = 0; i < n; i++) {
        const char *value = value_of(args[i]);
        if (value != NULL && !narrow_by_field(d, args[i], value, all, zone, &set, err))
            return FALSE;
    }
    if (terms->len > 0) {
        if (!search_tickets(d->db, terms, &found, err))
            return FALSE;
        idset_narrow(&set, found, FALSE);
    }
    if (!in_order(d, all, set, err))
        return FALSE;
    if (max >= 0 && set->len > max)
        g_array_set_size(set, (guint)max);
    *ret = g_steal_pointer(&set);
    return TRUE;
}
