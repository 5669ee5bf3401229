/* cmd_new: `escalate new`: a ticket for a customer who phoned. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"

#include "flows/entry.h"
#include "flows/view.h"

#include "programs/cmd.h"

#include "base/banned.h"

typedef struct {
    const char *queue, *from, *name, *subject, *severity, *category, *as;
    gboolean ack;
} Options;

static gboolean read_options(int argc, char **argv, Options *o)
{
    static const struct option options[] = {{"queue", required_argument, NULL, 'q'},    {"from", required_argument, NULL, 'f'},
                                            {"name", required_argument, NULL, 'n'},     {"subject", required_argument, NULL, 's'},
                                            {"severity", required_argument, NULL, 'v'}, {"category", required_argument, NULL, 'c'},
                                            {"as", required_argument, NULL, 'a'},       {"ack", no_argument, NULL, 'k'},
                                            {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        const char **values[] = {['q'] = &o->queue, ['f'] = &o->from, ['n'] = &o->name, ['s'] = &o->subject,
                                 ['v'] = &o->severity, ['c'] = &o->category, ['a'] = &o->as};
        if (option == '?')
            return FALSE;
        if (option == 'k')
            o->ack = TRUE;
        else
            *values[option] = optarg;
    }
    return o->queue != NULL && o->from != NULL;
}

/* The words behind the options, else standard input. */
static gboolean read_text(int argc, char **argv, char **ret, GError **err)
{
    g_autoptr(GString) text = g_string_new(NULL), input = NULL;
    for (int i = optind; i < argc; i++)
        g_string_append_printf(text, "%s%s", i > optind ? " " : "", argv[i]);
    if (optind >= argc) {
        if (!files_read_fd(STDIN_FILENO, "standard input", LIMIT_TEXT_BYTES, &input, err))
            return FALSE;
        g_string_append_len(text, input->str, (gssize)input->len);
    }
    if (text->len > LIMIT_TEXT_BYTES || strlen(text->str) != text->len || !g_utf8_validate(text->str, -1, NULL))
        return error_set(err, ERROR_USAGE, "the text is not UTF-8, or longer than %d bytes", LIMIT_TEXT_BYTES);
    *ret = g_strdup(text->str);
    return TRUE;
}

/* Names to what they mean. */
static gboolean look_up(const Desk *d, const Options *o, EntryFacts *f, GError **err)
{
    const char *words[] = {o->from, o->name, o->subject, o->category};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (words[i] != NULL && (!g_utf8_validate(words[i], -1, NULL) || strpbrk(words[i], "\r\n") != NULL))
            return error_set(err, ERROR_USAGE, "'%s': expected one line of UTF-8", words[i]);
    f->queue = desk_queue(d, o->queue);
    f->contact = desk_contact(d, o->as);
    if (f->queue == NULL)
        return error_set(err, ERROR_NOTFOUND, "queue '%s': the configuration has none of that name", o->queue);
    if (o->as != NULL && f->contact == NULL)
        return error_set(err, ERROR_NOTFOUND, "contact '%s': the configuration has none of that name", o->as);
    f->severity = -1;
    if (o->severity == NULL)
        return TRUE;
    f->severity = g_ascii_tolower(o->severity[0]) == 's' && o->severity[1] != '\0' && o->severity[2] == '\0' ? o->severity[1] - '1' : -1;
    return (f->severity >= 0 && f->severity < SEVERITY_COUNT) || error_set(err, ERROR_USAGE, "severity '%s': expected S1 to S%d", o->severity, SEVERITY_COUNT);
}

static gboolean print_ticket(Desk *d, gint64 id, gboolean as_json, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!as_json) {
        printf("%" G_GINT64_FORMAT "\n", id);
        return TRUE;
    }
    if (!tickets_load(d->db, id, &t, err))
        return FALSE;
    json_t *view = view_ticket(d, t, desk_contact_zone(d, NULL, desk_queue(d, t->queue)), err);
    if (view != NULL)
        cmd_print_json(view);
    return view != NULL;
}

int cmd_new(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *text = NULL;
    Options o = {0};
    int status = 0;
    gint64 id;
    if (!read_options(argc, argv, &o))
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    EntryFacts f = {.from = o.from, .name = o.name, .subject = o.subject, .category = o.category, .with_ack = o.ack};
    if (!look_up(d, &o, &f, &err) || !read_text(argc, argv, &text, &err))
        return cmd_fail(err);
    f.text = text;
    if (entry_open(d, &f, &id, &err))
        print_ticket(d, id, cmd_json(ctx), &err);
    return cmd_fail(err);
}
