/* cmd_worktime: `escalate worktime add|between|next|open CAL …`, also in batches: the arguments of each line of standard input
 * follow those of the command line. It must never change anything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "programs/cmd.h"
#include "rules/duration.h"
#include "time/calendar.h"

#include "base/banned.h"

#define USAGE                                                                                                                    \
    "usage: escalate worktime add CAL START DURATION | between CAL A B | next CAL T | open CAL T; "                              \
    "CAL is a name or --hours F … --holidays F … --tz Z; or --batch"

typedef struct {
    CommandContext *ctx;
    GHashTable *calendars; /* source text -> Calendar, so that a batch reads each file once */
} Session;

typedef struct {
    GPtrArray *plain; /* arguments that are no options */
    GPtrArray *hours, *holidays;
    const char *zone;
} Arguments;

static void arguments_clear(Arguments *a)
{
    g_ptr_array_unref(a->plain);
    g_ptr_array_unref(a->hours);
    g_ptr_array_unref(a->holidays);
}

static gboolean looks_like_file(const char *text) { return strchr(text, '/') != NULL || g_str_has_suffix(text, ".ics"); }

static gboolean read_arguments(char *const *words, gsize n, Arguments *a, GError **err)
{
    for (gsize i = 0; i < n; i++) {
        GPtrArray *files = strcmp(words[i], "--hours") == 0 ? a->hours : strcmp(words[i], "--holidays") == 0 ? a->holidays : NULL;
        gboolean zone = strcmp(words[i], "--tz") == 0;
        if (files == NULL && !zone) {
            if (g_str_has_prefix(words[i], "--"))
                return error_set(err, ERROR_USAGE, "worktime: unexpected '%s'", words[i]);
            g_ptr_array_add(a->plain, words[i]);
            continue;
        }
        if (++i == n)
            return error_set(err, ERROR_USAGE, "worktime: '%s' needs a value", words[i - 1]);
        if (zone) {
            a->zone = words[i];
            continue;
        }
        g_ptr_array_add(files, words[i]);
        while (i + 1 < n && looks_like_file(words[i + 1]))
            g_ptr_array_add(files, words[++i]);
    }
    return TRUE;
}

static char *source_key(const Arguments *a)
{
    GString *key = g_string_new(a->zone);
    for (int pass = 0; pass < 2; pass++) {
        const GPtrArray *files = pass == 0 ? a->hours : a->holidays;
        g_string_append_c(key, '\n');
        for (guint i = 0; i < files->len; i++)
            g_string_append_printf(key, "%s\n", (const char *)g_ptr_array_index(files, i));
    }
    return g_string_free(key, FALSE);
}

static Calendar *calendar_of_files(Session *s, Arguments *a, GError **err)
{
    g_autofree char *key = source_key(a);
    Calendar *c = g_hash_table_lookup(s->calendars, key);
    if (c != NULL)
        return c;
    g_ptr_array_add(a->hours, NULL);
    g_ptr_array_add(a->holidays, NULL);
    const CalendarSource source = {.name = "--hours", .hours = (char *const *)a->hours->pdata, .holidays = (char *const *)a->holidays->pdata,
                                   .zone_id = a->zone};
    c = calendar_new(&source, NULL, err);
    if (c != NULL)
        g_hash_table_insert(s->calendars, g_steal_pointer(&key), c);
    return c;
}

/* Takes the calendar out of the arguments: a name, or the options. */
static Calendar *take_calendar(Session *s, Arguments *a, GError **err)
{
    if (a->hours->len > 0 || a->holidays->len > 0)
        return calendar_of_files(s, a, err);
    Calendar *c = NULL;
    if (a->plain->len == 0 || a->zone != NULL) {
        error_set(err, ERROR_USAGE, USAGE);
        return NULL;
    }
    const char *name = g_ptr_array_steal_index(a->plain, 0);
    if (strcmp(name, "always") == 0)
        return calendar_always();
    return cmd_calendar_by_name(s->ctx, name, &c, err) ? c : NULL;
}

/* A wrong word on the command line is a matter of usage, not of data. */
static gboolean read_instant(const char *text, Instant *ret, GError **err)
{
    g_autoptr(GError) why = NULL;
    return instant_parse(text, ret, &why) || error_set(err, ERROR_USAGE, "%s", why->message);
}

/* Open time also without a b: only here (contracts: `28800s` is `28800bs`). */
static gboolean read_duration(const char *text, Duration *ret, GError **err)
{
    g_autoptr(GError) why = NULL;
    if (!duration_parse(text, ret, &why))
        return error_set(err, ERROR_USAGE, "%s", why->message);
    if (ret->unit == DURATION_ELAPSED && strchr("smh", text[strlen(text) - 1]) != NULL)
        ret->unit = DURATION_OPEN_SECONDS;
    return TRUE;
}

typedef gboolean (*Answer)(Calendar *c, Instant t, const char *rest, char **ret, GError **err);

static gboolean answer_add(Calendar *c, Instant t, const char *rest, char **ret, GError **err)
{
    Duration d;
    Instant answer;
    if (!read_duration(rest, &d, err) || !calendar_add(c, t, d, &answer, err))
        return FALSE;
    *ret = zone_format_rfc3339(calendar_zone(c), answer);
    return TRUE;
}

static gboolean answer_between(Calendar *c, Instant t, const char *rest, char **ret, GError **err)
{
    Instant b;
    Seconds answer;
    if (!read_instant(rest, &b, err) || !calendar_between(c, t, b, &answer, err))
        return FALSE;
    *ret = g_strdup_printf("%" G_GINT64_FORMAT, answer);
    return TRUE;
}

static gboolean answer_next(Calendar *c, Instant t, const char *rest, char **ret, GError **err)
{
    (void)rest;
    Instant answer;
    if (!calendar_next(c, t, &answer, err))
        return FALSE;
    *ret = zone_format_rfc3339(calendar_zone(c), answer);
    return TRUE;
}

static gboolean answer_open(Calendar *c, Instant t, const char *rest, char **ret, GError **err)
{
    (void)rest;
    gboolean answer;
    if (!calendar_is_open(c, t, &answer, err))
        return FALSE;
    *ret = g_strdup(answer ? "yes" : "no");
    return TRUE;
}

static const struct {
    const char *verb;
    Answer answer;
    guint arguments; /* behind the calendar */
} verbs[] = {
    {"add", answer_add, 2},
    {"between", answer_between, 2},
    {"next", answer_next, 1},
    {"open", answer_open, 1},
};

static gboolean answer_arguments(Session *s, Arguments *a, char **ret, GError **err)
{
    const char *verb = a->plain->len > 0 ? g_ptr_array_steal_index(a->plain, 0) : "";
    gsize k = 0;
    while (k < G_N_ELEMENTS(verbs) && strcmp(verbs[k].verb, verb) != 0)
        k++;
    if (k == G_N_ELEMENTS(verbs))
        return error_set(err, ERROR_USAGE, USAGE);
    Calendar *c = take_calendar(s, a, err);
    if (c == NULL)
        return FALSE;
    if (a->plain->len != verbs[k].arguments)
        return error_set(err, ERROR_USAGE, USAGE);
    Instant t;
    if (!read_instant(g_ptr_array_index(a->plain, 0), &t, err))
        return FALSE;
    return verbs[k].answer(c, t, a->plain->len > 1 ? g_ptr_array_index(a->plain, 1) : NULL, ret, err);
}

static gboolean answer_words(Session *s, char *const *words, gsize n, char **ret, GError **err)
{
    Arguments a = {.plain = g_ptr_array_new(), .hours = g_ptr_array_new(), .holidays = g_ptr_array_new()};
    gboolean good = read_arguments(words, n, &a, err) && answer_arguments(s, &a, ret, err);
    arguments_clear(&a);
    return good;
}

static gboolean answer_line(Session *s, const GPtrArray *common, char *line)
{
    g_autoptr(GPtrArray) words = g_ptr_array_copy((GPtrArray *)common, NULL, NULL);
    char *rest = line;
    for (char *word; (word = strsep(&rest, " \t\r\n")) != NULL;)
        if (*word != '\0')
            g_ptr_array_add(words, word);
    g_autofree char *answer = NULL;
    g_autoptr(GError) err = NULL;
    gboolean good = answer_words(s, (char *const *)words->pdata, words->len, &answer, &err);
    if (good)
        puts(answer);
    else
        printf("error: %s\n", err->message);
    return good;
}

static int run_batch(Session *s, const GPtrArray *common)
{
    char *line = NULL;
    size_t size = 0;
    gboolean good = TRUE;
    while (getline(&line, &size, stdin) >= 0)
        good = answer_line(s, common, line) && good;
    free(line);
    return good ? 0 : 1;
}

static int run_once(Session *s, const GPtrArray *words)
{
    g_autofree char *answer = NULL;
    g_autoptr(GError) err = NULL;
    if (!answer_words(s, (char *const *)words->pdata, words->len, &answer, &err))
        return cmd_fail(err);
    puts(answer);
    return 0;
}

int cmd_worktime(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    gboolean batch = FALSE;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--batch") == 0)
            batch = TRUE;
        else
            g_ptr_array_add(words, argv[i]);
    }
    g_autoptr(GHashTable) calendars = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)calendar_free);
    Session s = {ctx, calendars};
    return batch ? run_batch(&s, words) : run_once(&s, words);
}
