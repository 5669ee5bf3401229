/* answers: reads the script of a rehearsal. Every line is right before the first is played. */
#include "flows/answers.h"

#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"

#include "base/banned.h"

typedef struct {
    const Desk *desk;
    const ConfigQueue *queue;
    Instant from, until;
} Script;

static void answer_free(gpointer p)
{
    Answer *a = p;
    command_free(a->command);
    g_free(a->text);
    g_free(a);
}

/* The next word of the line, cut off it; "" at its end. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t");
    char *end = word + strcspn(word, " \t");
    *rest = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return word;
}

static gboolean read_time(const Script *s, const char *word, Instant *ret, GError **err)
{
    Duration d;
    if (*word != '+') {
        if (!instant_parse(word, ret, NULL))
            return error_set(err, ERROR_DATA, "time '%.64s': expected RFC 3339, like 2026-11-22T10:00:00+01:00, or + and a duration, like +25m", word);
    } else if (!duration_parse(word + 1, &d, err) || !calendar_add(desk_calendar(s->desk, s->queue->calendar), s->from, d, ret, err)) {
        return FALSE;
    }
    if (*ret >= s->from && *ret <= s->until)
        return TRUE;
    return error_set(err, ERROR_DATA, "'%.64s' is not within the time that is simulated", word);
}

static gboolean read_contact(const Script *s, const char *word, Answer *a, GError **err)
{
    a->who = desk_contact(s->desk, word);
    return a->who != NULL || error_set(err, ERROR_DATA, "'%.64s' is no contact, expected one of contacts, or 'customer'", word);
}

static gboolean read_line(const Script *s, char *line, Answer *a, GError **err)
{
    char *rest = line;
    const char *time = next_word(&rest), *who = next_word(&rest);
    if (!read_time(s, time, &a->at, err))
        return FALSE;
    if (*who == '\0')
        return error_set(err, ERROR_DATA, "nobody answers, expected TIME WHO VERB");
    a->text = g_strdup(g_strstrip(rest));
    if (strcmp(who, "customer") == 0 && desk_contact(s->desk, who) == NULL)
        return *a->text != '\0' || error_set(err, ERROR_DATA, "the customer says nothing, expected a text");
    return read_contact(s, who, a, err) && command_read_line(a->text, &a->command, err);
}

static int by_time(gconstpointer x, gconstpointer y)
{
    const Answer *a = *(const Answer *const *)x, *b = *(const Answer *const *)y;
    return a->at != b->at ? (a->at < b->at ? -1 : 1) : a->line - b->line;
}

gboolean answers_read(const Desk *d, const char *path, const ConfigQueue *queue, Instant from, Instant until, GPtrArray **ret, GError **err)
{
    Script s = {d, queue, from, until};
    g_autoptr(GString) text = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(answer_free);
    if (!files_read(path, LIMIT_ANSWERS_BYTES, &text, err))
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    for (int i = 0; lines[i] != NULL; i++) {
        GError *local = NULL;
        char *line = g_strstrip(lines[i]);
        if (*line == '\0' || *line == '#')
            continue;
        Answer *a = g_new0(Answer, 1);
        a->line = i + 1;
        g_ptr_array_add(list, a);
        if (!g_utf8_validate(line, -1, NULL))
            error_set(&local, ERROR_DATA, "not UTF-8");
        else
            read_line(&s, line, a, &local);
        if (local != NULL) {
            error_set(err, ERROR_DATA, "%s:%d: %s", path, i + 1, local->message);
            g_error_free(local);
            return FALSE;
        }
    }
    g_ptr_array_sort(list, by_time);
    *ret = g_steal_pointer(&list);
    return TRUE;
}
