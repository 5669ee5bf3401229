/* cmd_list: `escalate list`, `next`: tickets at a glance, and what is due. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#include "store/tickets.h"

#include "flows/upcoming.h"
#include "flows/view.h"

#include "programs/cmd.h"

#include "base/banned.h"

/* ---- list ---- */

static const char *const fields[] = {"queue", "state", "owner", "category", "requester"};

/* ---- terms: they are judged before any ticket is looked at, since a mistyped one would answer "nothing" ---- */

static void add_categories(GPtrArray *names, const GPtrArray *rules)
{
    for (guint i = 0; i < rules->len; i++) {
        const ConfigRule *r = g_ptr_array_index(rules, i);
        if (r->category != NULL && !g_ptr_array_find_with_equal_func(names, r->category, g_str_equal, NULL))
            g_ptr_array_add(names, g_strdup(r->category));
    }
}

static void add_names(GPtrArray *names, GHashTable *table)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(table), (GCompareFunc)strcmp);
    for (GList *k = keys; k != NULL; k = k->next)
        g_ptr_array_add(names, g_strdup(k->data));
}

/* What tickets have that the configuration knows no longer. */
static gboolean add_used(DbRows *rows, GPtrArray *names, GError **err)
{
    GError *local = NULL;
    while (db_next(rows, &local))
        if (!g_ptr_array_find_with_equal_func(names, db_text(rows, 0), g_str_equal, NULL))
            g_ptr_array_add(names, g_strdup(db_text(rows, 0)));
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* What may stand behind that field; *ret is NULL where anything may. */
static gboolean known_values(Desk *d, const char *field, GPtrArray **ret, GError **err)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(DbRows) rows = NULL;
    gboolean ok = TRUE;
    if (strcmp(field, "queue") == 0) {
        add_names(names, d->config->queues);
        ok = db_select(d->db, &rows, err, "select distinct queue from ticket order by 1", "") && add_used(rows, names, err);
    } else if (strcmp(field, "owner") == 0) {
        add_names(names, d->config->contacts);
        ok = db_select(d->db, &rows, err, "select distinct owner from ticket where owner is not null order by 1", "") && add_used(rows, names, err);
    } else if (strcmp(field, "category") == 0) {
        add_categories(names, d->config->rules);
        ok = db_select(d->db, &rows, err, "select distinct category from ticket where category is not null order by 1", "") && add_used(rows, names, err);
    } else if (strcmp(field, "state") == 0) {
        for (int s = 0; s < TICKET_STATE_COUNT; s++)
            g_ptr_array_add(names, g_strdup(tickets_state_name((TicketState)s)));
    } else if (strcmp(field, "severity") == 0) {
        for (int s = 1; s <= SEVERITY_COUNT; s++)
            g_ptr_array_add(names, g_strdup_printf("S%d", s));
    }
    *ret = names->len > 0 ? g_steal_pointer(&names) : NULL;
    return ok;
}

static gboolean is_field(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strcmp(fields[i], name) == 0)
            return TRUE;
    return strcmp(name, "severity") == 0;
}

static gboolean check_term(Desk *d, const char *term, GError **err)
{
    const char *colon = strchr(term, ':');
    g_autoptr(GPtrArray) known = NULL;
    if (g_str_has_prefix(term, "--"))
        return error_set(err, ERROR_USAGE, "'%s': expected --all, before the words, or none", term);
    if (colon == NULL)
        return TRUE;
    g_autofree char *name = g_strndup(term, (gsize)(colon - term));
    if (!is_field(name))
        return error_set(err, ERROR_USAGE, "'%s': expected queue, state, owner, category, requester or severity before the colon", name);
    if (!known_values(d, name, &known, err))
        return FALSE;
    gboolean is_known = known == NULL || (colon[1] == '\0' && (strcmp(name, "owner") == 0 || strcmp(name, "category") == 0)); /* without one */
    for (guint i = 0; !is_known && i < known->len; i++)
        is_known = g_ascii_strcasecmp(g_ptr_array_index(known, i), colon + 1) == 0;
    if (is_known)
        return TRUE;
    g_ptr_array_add(known, NULL);
    g_autofree char *all = g_strjoinv(", ", (char **)known->pdata);
    return error_set(err, ERROR_USAGE, "%s '%s': there is none of that name; expected %s", name, colon + 1, all);
}

/* Of a checked term: a WORD of the subject, or FIELD:VALUE. */
static gboolean matches(const Ticket *t, const char *term)
{
    const char *colon = strchr(term, ':');
    g_autofree char *severity = g_strdup_printf("S%d", t->severity + 1);
    const char *values[] = {t->queue, tickets_state_name(t->state), t->owner, t->category, t->requester};
    if (colon == NULL) {
        g_autofree char *hay = g_utf8_casefold(t->subject, -1), *needle = g_utf8_casefold(term, -1);
        return strstr(hay, needle) != NULL;
    }
    g_autofree char *name = g_strndup(term, (gsize)(colon - term));
    if (strcmp(name, "severity") == 0)
        return g_ascii_strcasecmp(severity, colon + 1) == 0;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strcmp(fields[i], name) == 0)
            return g_ascii_strcasecmp(values[i] != NULL ? values[i] : "", colon + 1) == 0;
    return FALSE;
}

static gboolean wanted(const Ticket *t, char **terms, int n, gboolean all)
{
    gboolean by_state = FALSE;
    for (int i = 0; i < n; i++) {
        if (!matches(t, terms[i]))
            return FALSE;
        by_state = by_state || g_str_has_prefix(terms[i], "state:");
    }
    return all || by_state || t->state < TICKET_RESOLVED;
}

static void print_row(const Ticket *t, const json_t *view)
{
    json_t *first = json_array_get(json_object_get(view, "due"), 0);
    const char *target = json_string_value(json_object_get(first, "target")), *at = json_string_value(json_object_get(first, "at"));
    gboolean late = json_is_true(json_object_get(first, "late"));
    g_autofree char *due = target == NULL ? g_strdup("-") : g_strdup_printf("%s %s%s", target, at, late ? " LATE" : "");
    g_autofree char *whole = g_strdup_printf("%6" G_GINT64_FORMAT "  S%d %-9s %-12s %-10s %-24s %s\n", t->id, t->severity + 1,
                                             tickets_state_name(t->state), t->queue, t->owner != NULL ? t->owner : "-", due, t->subject);
    cmd_print_safe(whole);
}

int cmd_list(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GArray) ids = NULL;
    int status = 0;
    gboolean all = argc > 1 && strcmp(argv[1], "--all") == 0;
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    for (int i = 1 + all; i < argc; i++)
        if (!check_term(d, argv[i], &err))
            return cmd_fail(err);
    if (!db_ids(d->db, &ids, &err, "select id from counted_ticket where $1 = 1 or state in ('new', 'open', 'waiting') or $2 > 0 order by severity, id", "ii",
                (gint64)all, (gint64)(argc - 1 - all)))
        return cmd_fail(err);
    for (guint i = 0; err == NULL && i < ids->len; i++) {
        g_autoptr(Ticket) t = NULL;
        if (!tickets_load(d->db, g_array_index(ids, gint64, i), &t, &err) || !wanted(t, argv + 1 + all, argc - 1 - all, all))
            continue;
        json_t *view = view_ticket(d, t, desk_contact_zone(d, NULL, desk_queue(d, t->queue)), &err);
        if (view == NULL)
            break;
        if (cmd_json(ctx))
            cmd_print_json(json_incref(view));
        else
            print_row(t, view);
        json_decref(view);
    }
    return cmd_fail(err);
}

/* ---- next ---- */

static int print_next(Desk *d, gint64 max, gboolean json)
{
    g_autoptr(GError) err = NULL;
    json_t *list, *one;
    size_t i;
    if (!upcoming_list(d, 0, max, NULL, &list, &err))
        return cmd_fail(err);
    json_array_foreach(list, i, one)
    {
        const char *tag = json_string_value(json_object_get(one, "tag")), *subject = json_string_value(json_object_get(one, "subject"));
        g_autofree char *line = g_strdup_printf("%-22s %s%s%s%s", json_string_value(json_object_get(one, "at_local")), tag != NULL ? tag : "",
                                                tag != NULL ? " " : "", json_string_value(json_object_get(one, "text")), subject != NULL ? " · " : "");
        g_autofree char *whole = g_strconcat(line, subject, NULL);
        if (json)
            cmd_print_json(json_incref(one));
        else
            cmd_print_line(whole);
    }
    json_decref(list);
    return 0;
}

int cmd_next(int argc, char **argv, CommandContext *ctx)
{
    gint64 max = 20;
    int status = 0;
    if (argc >= 3 && strcmp(argv[1], "-n") != 0)
        return cmd_verb(argc, argv, ctx);
    if (argc == 3 && ((max = g_ascii_strtoll(argv[2], NULL, 10)) <= 0))
        return cmd_usage(argv[0]);
    if (argc == 2)
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    return d == NULL ? status : print_next(d, max, cmd_json(ctx));
}
