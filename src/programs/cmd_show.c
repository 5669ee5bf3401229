/* cmd_show: `escalate show`: one ticket whole. */
#include <stdio.h>
#include <string.h>

#include "store/messages.h"
#include "store/outbox.h"
#include "store/runs.h"

#include "flows/causes.h"
#include "flows/risks.h"
#include "flows/surge.h"
#include "flows/view.h"

#include "programs/cmd.h"

#include "base/banned.h"

/* ---- as one JSON object ---- */

static gboolean add_messages(Desk *d, gint64 ticket, json_t *o, GError **err)
{
    g_autoptr(GPtrArray) in = NULL, out = NULL;
    json_t *messages = json_array(), *sent = json_array();
    json_object_set_new(o, "messages", messages);
    json_object_set_new(o, "outbox", sent);
    if (!messages_list(d->db, ticket, 0, &in, err) || !outbox_list(d->db, ticket, 1000, &out, err))
        return FALSE;
    for (guint i = 0; i < in->len; i++) {
        MessageRow *m = g_ptr_array_index(in, i);
        g_autofree char *at = instant_format(m->received_at);
        json_array_append_new(messages, json_pack("{s:I, s:s, s:s, s:s?, s:s?, s:b, s:s?, s:s?}", "id", (json_int_t)m->id, "at", at, "kind", m->kind, "from",
                                                  m->from_address, "contact", m->contact, "note", m->is_note, "text", m->new_text, "archive", m->archive));
    }
    for (guint i = 0; i < out->len; i++) {
        OutboxRow *r = g_ptr_array_index(out, i);
        g_autofree char *at = instant_format(r->created_at), *handed = instant_format(r->handed_at);
        json_array_append_new(sent, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s?}", "id", (json_int_t)r->id, "at", at, "template", r->template, "channel", r->channel, "to",
                                              r->recipient, "state", r->state, "handed", handed, "reply", r->reply));
    }
    return TRUE;
}

/* All causes of a run, those that are over as well, on one line; NULL with *err. */
static char *because_of(Desk *d, gint64 run, json_t **ret_causes, GError **err)
{
    g_autoptr(GString) s = g_string_new(NULL);
    json_t *one;
    size_t i;
    if (!causes_of_run(d, run, ret_causes, err))
        return NULL;
    json_array_foreach(*ret_causes, i, one)
    {
        const char *over = json_is_true(json_object_get(one, "over")) ? " (over)" : "";
        g_string_append_printf(s, "%s%s%s", i > 0 ? "; " : "", json_string_value(json_object_get(one, "cause")), over);
    }
    return g_strdup(s->str);
}

/* Whether it belongs to a surge, or is one. */
static gboolean add_surge(Desk *d, gint64 ticket, json_t *o, GError **err)
{
    gint64 surge;
    g_autoptr(GArray) members = NULL;
    if (!surge_of_ticket(d, ticket, &surge, err) || !surge_members(d, ticket, &members, err))
        return FALSE;
    g_autoptr(GString) all = g_string_new(NULL);
    json_t *list = json_array();
    for (guint i = 0; i < members->len; i++) {
        json_array_append_new(list, json_integer(g_array_index(members, gint64, i)));
        g_string_append_printf(all, "%s#%" G_GINT64_FORMAT, i > 0 ? ", " : "", g_array_index(members, gint64, i));
    }
    if (surge != 0)
        json_object_set_new(o, "surge", json_integer(surge));
    if (members->len > 0)
        json_object_set_new(o, "surge_of", json_string(all->str));
    json_object_set_new(o, "surge_tickets", list);
    return TRUE;
}

static gboolean add_runs(Desk *d, gint64 ticket, json_t *o, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    json_t *list = json_array();
    json_object_set_new(o, "runs", list);
    if (!runs_of_ticket(d->db, ticket, FALSE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        RunRow *r = g_ptr_array_index(runs, i);
        json_t *pages = json_array();
        for (guint k = 0; k < r->run->pages->len; k++) {
            LadderPage *p = g_ptr_array_index(r->run->pages, k);
            static const char *const states[] = {"queued", "waiting", "spent", "out"};
            g_autofree char *at = instant_format(p->delivered_at), *channels = NULL;
            if (!outbox_channels(d->db, p->id, &channels, err)) {
                json_decref(pages);
                return FALSE;
            }
            json_array_append_new(pages, json_pack("{s:I, s:i, s:i, s:s, s:s, s:s, s:s?}", "notification", (json_int_t)p->id, "level", p->level, "try", p->attempt,
                                                   "contact", p->contact, "state", states[p->state], "delivered", at, "by", channels));
        }
        g_autofree char *until = instant_format(r->run->hold_until);
        json_t *causes = NULL;
        g_autofree char *because = because_of(d, r->id, &causes, err);
        if (because == NULL) {
            json_decref(pages);
            return FALSE;
        }
        json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:i, s:s?, s:s, s:o, s:o, s:s}", "id", (json_int_t)r->id, "policy", r->policy, "state",
                                              ladder_state_name(r->run->state), "level", r->run->level, "acker", r->run->acker, "hold_until", until,
                                              "notifications", pages, "causes", causes, "because", because));
    }
    return TRUE;
}

/* Its risks, and how long they want it kept: from its end, or as if that were now. */
static gboolean add_risks(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(GPtrArray) risks = NULL;
    Duration retain;
    gboolean is_kept;
    Instant until;
    if (!risks_of(d, t->id, &risks, err) || !risks_retain(d, t->id, &retain, &is_kept, err))
        return FALSE;
    if (risks->len > 0) {
        g_ptr_array_add(risks, NULL);
        g_autofree char *names = g_strjoinv(", ", (char **)risks->pdata);
        json_object_set_new(o, "risks", json_string(names));
    }
    Instant end = t->closed_at != INSTANT_NONE ? t->closed_at : t->resolved_at != INSTANT_NONE ? t->resolved_at : d->now;
    const ConfigQueue *queue = desk_queue(d, t->queue);
    if (is_kept && calendar_add(desk_calendar(d, queue != NULL ? queue->calendar : NULL), end, retain, &until, NULL)) {
        g_autofree char *at = zone_format_rfc3339(zone, until);
        json_object_set_new(o, "kept_exact", json_string(at));
    }
    return TRUE;
}

/* ---- for people: facts, then a table each, with headings; times by the clock of the ticket's queue ---- */

typedef struct {
    const char *heading, *key;
    gboolean is_time;
} Column;

typedef struct {
    const Zone *zone;
    Instant now;
} Reader;

static char *cell(const json_t *row, const Column *column, const Reader *reader)
{
    const json_t *value = json_object_get(row, column->key);
    Instant at;
    if (column->is_time)
        return instant_parse(json_is_string(value) ? json_string_value(value) : "", &at, NULL) ? cmd_time(reader->zone, at, reader->now) : g_strdup("-");
    char *text = g_strdelimit(view_template_values.text(value), "\n\r\t", ' ');
    if (strcmp(column->key, "left") == 0 && *text != '\0') {
        char *whole = g_strconcat(json_is_true(json_object_get(row, "late")) ? "late " : "in ", text, NULL);
        g_free(text);
        return whole;
    }
    if (*text != '\0')
        return text;
    g_free(text);
    return g_strdup("-");
}

/* The last column is as long as it is. */
static void print_cells(char *const *cells, const gsize *width, gsize n)
{
    g_autoptr(GString) line = g_string_new(" ");
    for (gsize c = 0; c < n; c++) {
        gsize length = (gsize)g_utf8_strlen(cells[c], -1);
        g_string_append_printf(line, " %s%*s", cells[c], c + 1 < n ? (int)(width[c] - length) + 1 : 0, "");
    }
    cmd_print_line(g_strchomp(line->str));
}

static void print_table(const char *title, const json_t *array, const Column *columns, gsize n, const Reader *reader)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_autofree gsize *width = g_new0(gsize, n);
    for (gsize i = 0; i <= json_array_size(array); i++) {
        char **cells = g_new0(char *, n + 1);
        for (gsize c = 0; c < n; c++) {
            cells[c] = i == 0 ? g_strdup(columns[c].heading) : cell(json_array_get(array, i - 1), &columns[c], reader);
            width[c] = MAX(width[c], (gsize)g_utf8_strlen(cells[c], -1));
        }
        g_ptr_array_add(rows, cells);
    }
    if (rows->len == 1)
        return;
    printf("\n%s\n", title);
    for (guint i = 0; i < rows->len; i++)
        print_cells(g_ptr_array_index(rows, i), width, n);
}

static void print_facts(const json_t *t, const Reader *reader)
{
    static const Column facts[] = {{"ticket", "tag", FALSE},       {"subject", "subject", FALSE},   {"queue", "queue", FALSE},
                                   {"state", "state", FALSE},      {"silent until", "maintenance_exact", TRUE},
                                   {"severity", "severity", FALSE}, {"category", "category", FALSE}, {"service", "service", FALSE},
                                   {"requester", "requester_name", FALSE}, {"address", "requester", FALSE}, {"owner", "owner", FALSE},
                                   {"opened", "opened_exact", TRUE}, {"resolved", "resolved_exact", TRUE},
                                   {"contained", "contained_exact", TRUE}, {"risks", "risks", FALSE}, {"kept until", "kept_exact", TRUE},
                                   {"impact", "impact", FALSE},
                                   {"next", "next", FALSE},        {"cause", "cause", FALSE},       {"prevention", "prevention", FALSE},       {"resolution", "resolution", FALSE},
                                   {"waiting for", "waiting_for", FALSE}, {"waiting until", "wait_until_exact", TRUE},
                                   {"part of surge", "surge", FALSE}, {"surge of", "surge_of", FALSE}};
    for (gsize k = 0; k < G_N_ELEMENTS(facts); k++) {
        if (json_object_get(t, facts[k].key) == NULL)
            continue;
        g_autofree char *value = cell(t, &facts[k], reader), *line = g_strdup_printf("%-15s %s", facts[k].heading, value);
        cmd_print_line(line);
    }
}

static void print_show(const json_t *o, const Reader *reader)
{
    static const Column clocks[] = {{"target", "target", FALSE}, {"queue", "queue", FALSE},   {"state", "state", FALSE},
                                    {"within", "duration", FALSE}, {"due", "at_exact", TRUE}, {"left", "left", FALSE}};
    static const Column runs[] = {{"run", "id", FALSE},       {"policy", "policy", FALSE}, {"state", "state", FALSE},
                                  {"level", "level", FALSE},  {"taken by", "acker", FALSE}, {"until", "hold_until", TRUE},
                                  {"because", "because", FALSE}};
    static const Column pages[] = {{"number", "notification", FALSE}, {"level", "level", FALSE}, {"try", "try", FALSE},
                                   {"to", "contact", FALSE},          {"state", "state", FALSE}, {"delivered", "delivered", TRUE}, {"by", "by", FALSE}};
    static const Column in[] = {{"number", "id", FALSE}, {"at", "at", TRUE}, {"kind", "kind", FALSE}, {"from", "from", FALSE}, {"text", "text", FALSE}};
    static const Column out[] = {{"number", "id", FALSE}, {"at", "at", TRUE},       {"template", "template", FALSE}, {"by", "channel", FALSE},
                                 {"to", "to", FALSE},     {"state", "state", FALSE}, {"the server said", "reply", FALSE}};
    const json_t *t = json_object_get(o, "ticket");
    size_t i;
    json_t *run;
    print_facts(t, reader);
    print_table("clocks", json_object_get(t, "clocks"), clocks, G_N_ELEMENTS(clocks), reader);
    print_table("escalations", json_object_get(o, "runs"), runs, G_N_ELEMENTS(runs), reader);
    json_array_foreach(json_object_get(o, "runs"), i, run)
    {
        g_autofree char *title = g_strdup_printf("notifications of run %" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(run, "id")));
        print_table(title, json_object_get(run, "notifications"), pages, G_N_ELEMENTS(pages), reader);
    }
    print_table("mails in", json_object_get(o, "messages"), in, G_N_ELEMENTS(in), reader);
    print_table("mails out", json_object_get(o, "outbox"), out, G_N_ELEMENTS(out), reader);
}

int cmd_show(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(Ticket) t = NULL;
    int status = 0;
    if (argc != 2)
        return cmd_usage(argv[0]);
    Desk *d = cmd_ticket(ctx, argv[1], &t, &status);
    if (d == NULL)
        return status;
    const Reader reader = {desk_contact_zone(d, NULL, desk_queue(d, t->queue)), d->now};
    json_t *o = json_object(), *view = view_ticket(d, t, reader.zone, &err);
    if (view != NULL) {
        json_object_set_new(o, "ticket", view);
        if (add_risks(d, t, reader.zone, view, &err) && add_surge(d, t->id, view, &err) && add_runs(d, t->id, o, &err) && add_messages(d, t->id, o, &err)) {
            if (cmd_json(ctx))
                cmd_print_json(json_incref(o));
            else
                print_show(o, &reader);
        }
    }
    json_decref(o);
    return cmd_fail(err);
}
