/* Fuzzes rules/command: the three readers of verbs on one text (its first line is a subject where it begins with "Subject:"), and
 * the times that are found in it. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/limits.h"

#include "rules/command.h"
#include "rules/letter.h"
#include "rules/signoff.h"

#include "base/banned.h"

static const CommandBreaks broken = {NULL}; /* nothing tells whether */

#define NOW ((Instant)1795597200) /* 2026-11-25T09:00:00Z */

static const Zone *zone;

static void check_when(const CommandWhen *when)
{
    Instant t = INSTANT_NONE;
    g_autoptr(GError) err = NULL;
    if (!when->given)
        return;
    if (command_when(when, zone, NOW, &t, &err))
        FUZZ_PROMISE(t > NOW && t <= NOW + 367 * 86400);
    else
        FUZZ_PROMISE(err != NULL && t == INSTANT_NONE);
}

static void check_command(const Command *c)
{
    Verb v;
    FUZZ_PROMISE((unsigned)c->verb < VERB_COUNT);
    FUZZ_PROMISE(command_verb_from_name(command_verb_name(c->verb), &v) && v == c->verb);
    FUZZ_PROMISE(c->severity >= 0 && c->severity <= 4);
    FUZZ_PROMISE((c->verb == VERB_SEVERITY) == (c->severity != 0));
    FUZZ_PROMISE(c->who == NULL || fuzz_is_text(c->who));
    FUZZ_PROMISE(c->text == NULL || fuzz_is_text(c->text));
    FUZZ_PROMISE(fuzz_is_text(c->line));
    FUZZ_PROMISE(!c->has_hold || c->hold.amount >= 0);
    check_when(&c->until);
}

static void check_reply(CommandReply *r)
{
    FUZZ_PROMISE(r->commands->len <= LIMIT_COMMANDS);
    FUZZ_PROMISE(fuzz_is_text(r->rest));
    for (guint i = 0; i < r->commands->len; i++)
        check_command(g_ptr_array_index(r->commands, i));
    command_reply_free(r);
}

/* With HTML beside it that has no end of line before a small letter. */
static void check_with_whole(const char *body, const char *subject)
{
    g_autofree char *text = g_strdup(body);
    g_autoptr(GByteArray) marks = g_byte_array_new();
    g_byte_array_set_size(marks, (guint)strlen(text) + 1);
    memset(marks->data, LINE_OWN, marks->len);
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\n' && g_ascii_islower(p[1]))
            *p = ' ';
    CommandBreaks breaks = {command_whole(text, marks)};
    check_reply(command_read_notification(body, subject, &breaks));
    check_reply(command_read_work(body, &breaks));
    g_hash_table_unref(breaks.whole);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    zone = zone_get("Europe/Berlin", NULL);
    if (zone == NULL)
        zone = zone_utc();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    g_autofree char *subject = NULL;
    const char *body = text;
    g_autoptr(Command) one = NULL;
    g_autoptr(GError) err = NULL;
    if (g_str_has_prefix(text, "Subject:")) {
        gsize n = strcspn(text, "\n");
        subject = g_strndup(text + strlen("Subject:"), n - strlen("Subject:"));
        body = text + n;
    }
    check_reply(command_read_notification(body, subject, &broken));
    check_reply(command_read_work(body, &broken));
    check_with_whole(body, subject);
    gboolean more;
    signoff_is_only_thanks(body, &more);
    static const char *const names[] = {"Bob Ng", "bob", NULL};
    signoff_is_signature(body, names, &more);
    g_autofree char *line = g_strndup(text, strcspn(text, "\n"));
    if (command_read_line(line, &one, &err))
        check_command(one);
    else
        FUZZ_PROMISE(one == NULL && err != NULL && fuzz_is_text(err->message));
    return 0;
}
