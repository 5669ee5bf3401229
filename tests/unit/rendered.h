/* rendered: commands as one line, for tables of tests. */
#ifndef TESTS_RENDERED_H
#define TESTS_RENDERED_H

#include "rules/command.h"

static void add_when(GString *s, const CommandWhen *w)
{
    static const char *const days[] = {"", "mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    g_string_append(s, " until");
    if (w->is_instant)
        g_string_append_printf(s, " @%" G_GINT64_FORMAT, w->instant);
    if (w->month > 0)
        g_string_append_printf(s, " %04d-%02d-%02d", w->year, w->month, w->day);
    if (w->weekday > 0)
        g_string_append_printf(s, " %s", days[w->weekday]);
    if (w->days_ahead >= 0)
        g_string_append_printf(s, " +%d", w->days_ahead);
    if (w->hour >= 0)
        g_string_append_printf(s, " %02d:%02d", w->hour, w->minute);
}

/* "ack 2h; note <x>" */
static char *render(const GPtrArray *commands)
{
    GString *s = g_string_new(NULL);
    for (guint i = 0; i < commands->len; i++) {
        const Command *c = g_ptr_array_index(commands, i);
        g_string_append_printf(s, "%s%s", i > 0 ? "; " : "", command_verb_name(c->verb));
        if (c->all)
            g_string_append(s, " all");
        if (c->has_hold) {
            static const char units[] = {'s', 'b', 'd'};
            g_string_append_printf(s, " %" G_GINT64_FORMAT "%c", c->hold.amount, units[c->hold.unit]);
        }
        if (c->who != NULL)
            g_string_append_printf(s, " @%s", c->who);
        if (c->severity > 0)
            g_string_append_printf(s, " S%d", c->severity);
        if (c->ticket > 0)
            g_string_append_printf(s, " #%" G_GINT64_FORMAT, c->ticket);
        if (c->wait_for != COMMAND_FOR_NOBODY)
            g_string_append(s, c->wait_for == COMMAND_FOR_CUSTOMER ? " customer" : " vendor");
        if (c->until.given)
            add_when(s, &c->until);
        if (c->text != NULL)
            g_string_append_printf(s, " <%s>", c->text);
    }
    return g_string_free(s, FALSE);
}

#endif
