/* jsoncommand: CommandReply to JSON and back. What comes back was written by a process that read hostile mail: every word is
 * looked up and every number has a range. */
#include "flows/jsoncommand.h"

#include <string.h>

#include "base/limits.h"
#include "flows/jsonin.h"

#include "base/banned.h"

#define LINE_MAX_BYTES 4000
#define YEARS_MAX 9999

static const char *const units[] = {
    [DURATION_ELAPSED] = "elapsed", [DURATION_OPEN_SECONDS] = "open-seconds", [DURATION_BUSINESS_DAYS] = "business-days"};
static const char *const waits[] = {
    [COMMAND_FOR_NOBODY] = "nobody", [COMMAND_FOR_CUSTOMER] = "customer", [COMMAND_FOR_VENDOR] = "vendor"};

/* Numbers of a CommandWhen and their ranges. */
static const struct {
    const char *name;
    gsize offset;
    int low, high;
} when_fields[] = {
    {"year", offsetof(CommandWhen, year), 0, YEARS_MAX},        {"month", offsetof(CommandWhen, month), 0, 12},
    {"day", offsetof(CommandWhen, day), 0, 31},                 {"weekday", offsetof(CommandWhen, weekday), 0, 7},
    {"days_ahead", offsetof(CommandWhen, days_ahead), -1, 400}, {"hour", offsetof(CommandWhen, hour), -1, 24},
    {"minute", offsetof(CommandWhen, minute), -1, 59},
};

static int *number_at(CommandWhen *w, gsize i) { return (int *)(void *)((char *)w + when_fields[i].offset); }

static json_t *text_or_null(const char *text) { return text != NULL ? json_string(text) : json_null(); }

static json_t *write_when(const CommandWhen *w)
{
    if (!w->given)
        return json_null();
    CommandWhen copy = *w;
    json_t *o = json_object();
    for (gsize i = 0; i < G_N_ELEMENTS(when_fields); i++)
        json_object_set_new(o, when_fields[i].name, json_integer(*number_at(&copy, i)));
    json_object_set_new(o, "at", w->is_instant ? json_integer(w->instant) : json_null());
    return o;
}

static json_t *write_hold(const Command *c)
{
    if (!c->has_hold)
        return json_null();
    return json_pack("{s:I, s:s}", "amount", (json_int_t)c->hold.amount, "unit", units[c->hold.unit]);
}

/* The argument part of the line as people read it: who, severity, hold, text. */
static char *arguments_of(const Command *c)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    if (c->severity > 0)
        g_ptr_array_add(words, g_strdup_printf("S%d", c->severity));
    if (c->ticket > 0)
        g_ptr_array_add(words, g_strdup_printf("%" G_GINT64_FORMAT, c->ticket));
    if (c->wait_for != COMMAND_FOR_NOBODY)
        g_ptr_array_add(words, g_strdup_printf("for %s", waits[c->wait_for]));
    if (c->has_hold)
        g_ptr_array_add(words, duration_format(c->hold));
    if (c->who != NULL)
        g_ptr_array_add(words, g_strdup(c->who));
    if (c->text != NULL)
        g_ptr_array_add(words, g_strdup(c->text));
    if (c->until.given) {
        GString *until = g_string_new("until");
        if (c->until.year > 0)
            g_string_append_printf(until, " %04d-%02d-%02d", c->until.year, c->until.month, c->until.day);
        static const char *const days[] = {"", "mon", "tue", "wed", "thu", "fri", "sat", "sun"};
        if (c->until.weekday > 0 && c->until.weekday <= 7)
            g_string_append_printf(until, " %s", days[c->until.weekday]);
        if (c->until.days_ahead >= 0)
            g_string_append(until, c->until.days_ahead == 0 ? " today" : c->until.days_ahead == 1 ? " tomorrow" : "");
        if (c->until.hour >= 0)
            g_string_append_printf(until, " %02d:%02d", c->until.hour, MAX(0, c->until.minute));
        g_ptr_array_add(words, g_string_free(until, FALSE));
    }
    g_ptr_array_add(words, NULL);
    return g_strjoinv(" ", (char **)words->pdata);
}

static json_t *write_brief(const Command *c)
{
    g_autofree char *args = arguments_of(c);
    return json_pack("{s:s, s:s, s:s}", "verb", command_verb_name(c->verb), "args", args, "line", c->line != NULL ? c->line : "");
}

static json_t *write_command(const Command *c)
{
    json_t *o = write_brief(c);
    json_object_set_new(o, "loose", json_boolean(c->loose));
    json_object_set_new(o, "hold", write_hold(c));
    json_object_set_new(o, "until", write_when(&c->until));
    json_object_set_new(o, "wait_for", json_string(waits[c->wait_for]));
    json_object_set_new(o, "who", text_or_null(c->who));
    json_object_set_new(o, "text", text_or_null(c->text));
    json_object_set_new(o, "severity", json_integer(c->severity));
    json_object_set_new(o, "ticket", json_integer(c->ticket));
    return o;
}

json_t *jsoncommand_write_first(const CommandReply *r)
{
    return r->commands->len > 0 ? write_brief(r->commands->pdata[0]) : json_null();
}

json_t *jsoncommand_write(const CommandReply *r)
{
    json_t *list = json_array();
    for (guint i = 0; i < r->commands->len; i++)
        json_array_append_new(list, write_command(r->commands->pdata[i]));
    json_t *o = json_object();
    json_object_set_new(o, "commands", list);
    json_object_set_new(o, "rest", json_string(r->rest != NULL ? r->rest : ""));
    json_object_set_new(o, "doubt", json_boolean(r->doubt));
    json_object_set_new(o, "unknown", r->unknown != NULL ? json_string(r->unknown) : json_null());
    return o;
}

static gboolean read_when(const json_t *o, CommandWhen *w, GError **err)
{
    json_t *in;
    w->days_ahead = w->hour = w->minute = -1;
    if (!jsonin_object_or_null(o, "until", &in, err))
        return FALSE;
    w->given = in != NULL;
    for (gsize i = 0; in != NULL && i < G_N_ELEMENTS(when_fields); i++) {
        gint64 n;
        if (!jsonin_number(in, when_fields[i].name, when_fields[i].low, when_fields[i].high, &n, err))
            return FALSE;
        *number_at(w, i) = (int)n;
    }
    w->is_instant = in != NULL && json_is_integer(json_object_get(in, "at"));
    return !w->is_instant || jsonin_number(in, "at", 0, INSTANT_MAX, &w->instant, err);
}

static gboolean read_hold(const json_t *o, Command *c, GError **err)
{
    json_t *in;
    guint unit;
    if (!jsonin_object_or_null(o, "hold", &in, err))
        return FALSE;
    c->has_hold = in != NULL;
    if (in == NULL)
        return TRUE;
    if (!jsonin_number(in, "amount", 0, (gint64)100 * 366 * 86400, &c->hold.amount, err)
        || !jsonin_choice(in, "unit", units, G_N_ELEMENTS(units), &unit, err))
        return FALSE;
    c->hold.unit = (DurationUnit)unit;
    return TRUE;
}

static gboolean read_command(const json_t *o, Command *c, GError **err)
{
    const char *names[VERB_COUNT];
    for (int i = 0; i < VERB_COUNT; i++)
        names[i] = command_verb_name((Verb)i);
    guint verb, wait_for;
    gint64 severity;
    if (!jsonin_choice(o, "verb", names, G_N_ELEMENTS(names), &verb, err) || !jsonin_flag(o, "loose", &c->loose, err)
        || !read_hold(o, c, err) || !read_when(o, &c->until, err)
        || !jsonin_choice(o, "wait_for", waits, G_N_ELEMENTS(waits), &wait_for, err)
        || !jsonin_text_or_null(o, "who", JSONIN_LINE, LINE_MAX_BYTES, &c->who, err)
        || !jsonin_text_or_null(o, "text", JSONIN_TEXT, LIMIT_TEXT_BYTES, &c->text, err)
        || !jsonin_number(o, "severity", 0, 4, &severity, err) || !jsonin_number(o, "ticket", 0, 999999999, &c->ticket, err)
        || !jsonin_text(o, "line", JSONIN_TEXT, LIMIT_TEXT_BYTES, &c->line, err))
        return FALSE;
    c->verb = (Verb)verb;
    c->wait_for = (CommandFor)wait_for;
    c->severity = (int)severity;
    return TRUE;
}

static void free_command(gpointer p) { command_free(p); }

gboolean jsoncommand_read(const json_t *object, const char *field, CommandReply **ret, GError **err)
{
    json_t *o, *list;
    if (!jsonin_object_or_null(object, field, &o, err))
        return FALSE;
    g_autoptr(CommandReply) r = g_new0(CommandReply, 1);
    r->commands = g_ptr_array_new_with_free_func(free_command);
    if (!jsonin_objects(o, "commands", LIMIT_COMMANDS, &list, err)
        || !jsonin_text(o, "rest", JSONIN_TEXT, LIMIT_TEXT_BYTES, &r->rest, err) || !jsonin_flag(o, "doubt", &r->doubt, err)
        || !jsonin_text_or_null(o, "unknown", JSONIN_TEXT, LIMIT_TEXT_BYTES, &r->unknown, err))
        return FALSE;
    for (gsize i = 0; i < json_array_size(list); i++) {
        Command *c = g_new0(Command, 1);
        g_ptr_array_add(r->commands, c);
        if (!read_command(json_array_get(list, i), c, err))
            return FALSE;
    }
    *ret = g_steal_pointer(&r);
    return TRUE;
}
