/* jsoncommand: CommandReply to JSON and back. What comes back was written by a process that read hostile mail: every word is
 * looked up and every number has a range. */
#include "flows/jsoncommand.h"

#include <string.h>

#include "base/limits.h"
#include "flows/jsonin.h"
#include "flows/jsonout.h"

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

static void write_when(GString *s, const CommandWhen *w)
{
    if (!w->given) {
        jsonout_null(s, "until");
        return;
    }
    CommandWhen copy = *w;
    jsonout_open(s, "until", '{');
    for (gsize i = 0; i < G_N_ELEMENTS(when_fields); i++)
        jsonout_integer(s, when_fields[i].name, *number_at(&copy, i));
    if (w->is_instant)
        jsonout_integer(s, "at", w->instant);
    else
        jsonout_null(s, "at");
    jsonout_close(s, '}');
}

static void write_hold(GString *s, const Command *c)
{
    if (!c->has_hold) {
        jsonout_null(s, "hold");
        return;
    }
    jsonout_open(s, "hold", '{');
    jsonout_integer(s, "amount", c->hold.amount);
    jsonout_text(s, "unit", units[c->hold.unit]);
    jsonout_close(s, '}');
}

/* The argument part of the line as people read it: who, severity, hold, text. */
static char *arguments_of(const Command *c)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    if (c->all)
        g_ptr_array_add(words, g_strdup("all"));
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

static void write_brief(GString *s, const Command *c)
{
    g_autofree char *args = arguments_of(c);
    jsonout_text(s, "verb", command_verb_name(c->verb));
    jsonout_text(s, "args", args);
    jsonout_text(s, "line", c->line != NULL ? c->line : "");
}

static void write_command(GString *s, const Command *c)
{
    jsonout_open(s, NULL, '{');
    write_brief(s, c);
    jsonout_flag(s, "loose", c->loose);
    jsonout_flag(s, "all", c->all);
    write_hold(s, c);
    write_when(s, &c->until);
    jsonout_text(s, "wait_for", waits[c->wait_for]);
    jsonout_text(s, "who", c->who);
    jsonout_text(s, "text", c->text);
    jsonout_integer(s, "severity", c->severity);
    jsonout_integer(s, "ticket", c->ticket);
    jsonout_close(s, '}');
}

void jsoncommand_write_first(GString *s, const char *key, const CommandReply *r)
{
    if (r->commands->len == 0) {
        jsonout_null(s, key);
        return;
    }
    jsonout_open(s, key, '{');
    write_brief(s, r->commands->pdata[0]);
    jsonout_close(s, '}');
}

void jsoncommand_write(GString *s, const char *key, const CommandReply *r, const char *whole)
{
    jsonout_open(s, key, '{');
    jsonout_open(s, "commands", '[');
    for (guint i = 0; i < r->commands->len; i++)
        write_command(s, r->commands->pdata[i]);
    jsonout_close(s, ']');
    jsonout_text(s, "rest", g_strcmp0(r->rest, whole) == 0 ? NULL : r->rest != NULL ? r->rest : "");
    jsonout_flag(s, "doubt", r->doubt);
    jsonout_text(s, "unknown", r->unknown);
    jsonout_close(s, '}');
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
    if (!jsonin_choice(o, "verb", names, G_N_ELEMENTS(names), &verb, err) || !jsonin_flag(o, "loose", &c->loose, err) || !jsonin_flag(o, "all", &c->all, err)
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

gboolean jsoncommand_read(const json_t *object, const char *field, const char *whole, CommandReply **ret, GError **err)
{
    json_t *o, *list;
    if (!jsonin_object_or_null(object, field, &o, err))
        return FALSE;
    g_autoptr(CommandReply) r = g_new0(CommandReply, 1);
    r->commands = g_ptr_array_new_with_free_func(free_command);
    if (!jsonin_objects(o, "commands", LIMIT_COMMANDS, &list, err)
        || !jsonin_text_or_null(o, "rest", JSONIN_TEXT, LIMIT_TEXT_BYTES, &r->rest, err) || !jsonin_flag(o, "doubt", &r->doubt, err)
        || !jsonin_text_or_null(o, "unknown", JSONIN_TEXT, LIMIT_TEXT_BYTES, &r->unknown, err))
        return FALSE;
    if (r->rest == NULL)
        r->rest = g_strdup(whole);
    for (gsize i = 0; i < json_array_size(list); i++) {
        Command *c = g_new0(Command, 1);
        g_ptr_array_add(r->commands, c);
        if (!read_command(json_array_get(list, i), c, err))
            return FALSE;
    }
    *ret = g_steal_pointer(&r);
    return TRUE;
}
