/* cmd_health: `escalate health`: a monitoring plugin: state, a line a check, and the plugin's exit code. */
#include <stdio.h>

#include "flows/health.h"

#include "programs/cmd.h"

#include "base/banned.h"

/* 'name'=value[unit];warning;critical, as plugins give their figures. */
static void print_figures(const GPtrArray *checks)
{
    const char *before = " |";
    for (guint i = 0; i < checks->len; i++) {
        const HealthCheck *c = g_ptr_array_index(checks, i);
        if (!c->has_value)
            continue;
        printf("%s %s=%" G_GINT64_FORMAT "%s;", before, c->name, c->value, c->unit);
        if (c->warning != 0)
            printf("%" G_GINT64_FORMAT, c->warning);
        putchar(';');
        if (c->critical != 0)
            printf("%" G_GINT64_FORMAT, c->critical);
        before = "";
    }
    putchar('\n');
}

static void print_text(const GPtrArray *checks)
{
    g_autofree char *headline = health_headline(checks);
    cmd_print_safe(headline);
    print_figures(checks);
    for (guint i = 0; i < checks->len; i++) {
        const HealthCheck *c = g_ptr_array_index(checks, i);
        printf("%-8s %s: ", health_word(c->state), c->name);
        cmd_print_line(c->text);
    }
}

int cmd_health(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free), checks = NULL;
    g_autoptr(Desk) d = NULL;
    if (argc != 1) {
        printf("ESCALATE %s - health takes no argument\n", health_word(HEALTH_UNKNOWN)); /* what a monitor shows */
        cmd_usage(argv[0]);
        return HEALTH_UNKNOWN;
    }
    if (desk_load(cmd_config_path(ctx), &d, problems, warnings)) {
        d->now = cmd_now(ctx);
        checks = health_checks(d);
    } else {
        checks = health_unloaded(problems);
    }
    if (cmd_json(ctx))
        cmd_print_json(health_json(checks, cmd_now(ctx)));
    else
        print_text(checks);
    return (int)health_worst(checks);
}
