/* heard: see the header. It must never show our own mail, quoted, as something new. */
#include "flows/heard.h"

#include <string.h>

#include "rules/echo.h"
#include "rules/phrase.h"
#include "rules/words_quote.h"
#include "rules/wrap.h"

#include "flows/deliver.h"

#include "base/banned.h"

#define LINE_BYTES 400
#define QUOTE_MARKS 8              /* before a line of ours */
#define HEAD_LINES 2                /* "On …, Kim wrote:" */
#define SHOWN_BYTES (16 * 1024)
#define KEPT_BYTES (64 * 1024)

gboolean heard_holds_ours(const char *text)
{
    for (const char *line = text; *line != '\0'; line = wrap_next_line(line)) {
        g_autofree char *valid = wrap_line_at(line, LINE_BYTES), *folded = words_quote_fold(valid);
        const char *p = folded;
        for (int marks = 0; *p != '\0' && marks < QUOTE_MARKS && !words_quote_is_notice(p); marks++) /* "> ", "| ", "S1> " */
            p = g_utf8_next_char(p);
        if (words_quote_is_notice(p))
            return TRUE;
    }
    return FALSE;
}

static gboolean names_queue(const ConfigQueue *q, const char *quote, const char *folded)
{
    g_autofree char *tag = g_strdup_printf("[%s #", q->name);
    gboolean has = strstr(quote, tag) != NULL;
    for (guint i = 0; q->address[i] != NULL && !has; i++)
        has = strstr(folded, q->address[i]) != NULL;
    return has;
}

/* A quotation of a mail that we sent: it holds its lines, a personal address, a ticket's tag or a queue's address. A ticket may have moved since. */
static gboolean is_of_ours(const IntakeCase *c, const char *quote)
{
    g_autofree char *folded = g_utf8_casefold(quote, -1);
    GHashTableIter queues;
    gpointer q;
    if (token_is_in(quote, -1) || heard_holds_ours(quote))
        return TRUE;
    g_hash_table_iter_init(&queues, c->desk->config->queues);
    while (g_hash_table_iter_next(&queues, NULL, &q))
        if (names_queue(q, quote, folded))
            return TRUE;
    return FALSE;
}

/* "-- " and what our mails have below it. */
static gboolean is_frame(const char *line, gpointer data) { return g_str_has_prefix(line, "--") || is_of_ours(data, line); }

/* Nothing but lines with '>', which nobody types, below a head. */
static gboolean is_marked(const Reading *r)
{
    guint bare = 0;
    for (const char *line = r->elided; *line != '\0'; line = wrap_next_line(line)) {
        const char first = line[strspn(line, " \t\r")];
        bare += first != '>' && first != '\n' && first != '\0';
    }
    return bare == 0 || (bare <= HEAD_LINES && *r->guessed_quote == '\0' && *r->signature == '\0');
}

/* Our own mails that it may quote. */
static gboolean hear_ours(const IntakeCase *c, Echo *e, GError **err)
{
    const GPtrArray *answers = c->reading->in_reply_to;
    g_autoptr(GArray) ids = NULL;
    if (!outbox_quoted(c->desk->db, c->ticket->id, answers->len > 0 ? g_ptr_array_index(answers, 0) : "", c->from, &ids, err))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        g_autofree char *text = NULL;
        if (!deliver_text(c->desk, g_array_index(ids, gint64, i), &text, err))
            return FALSE;
        if (text != NULL)
            echo_hear(e, text);
    }
    return TRUE;
}

/* All that was written in the ticket: `written`, and what it says of itself. */
static gboolean hear_ticket(const IntakeCase *c, const GPtrArray *written, Echo *e, GError **err)
{
    const Ticket *t = c->ticket;
    const char *texts[] = {t->impact, t->next_text, t->cause, t->resolution, t->prevention};
    for (guint i = 0; i < written->len; i++)
        echo_hear(e, g_ptr_array_index(written, i));
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i] != NULL)
            echo_hear(e, texts[i]);
    return hear_ours(c, e, err);
}

/* For the mails that quote it. */
static gboolean keep(const IntakeCase *c, const char *text, GError **err)
{
    g_autofree char *kept = wrap_clip(text, KEPT_BYTES);
    return *kept == '\0' || messages_keep_cut(c->desk->db, c->row->id, kept, err);
}

gboolean heard_take(IntakeCase *c, GError **err)
{
    const Reading *r = c->said;
    g_autoptr(GPtrArray) written = NULL;
    if (c->kind != KIND_HUMAN || is_marked(r))
        return TRUE;
    if (!messages_texts(c->desk->db, c->ticket->id, c->row->id, &written, err))
        return FALSE;
    if (written->len == 0) /* of a first mail the team reads all */
        return keep(c, r->elided, err);
    g_autoptr(Echo) e = echo_new();
    if (!hear_ticket(c, written, e, err))
        return FALSE;
    g_autofree char *news = echo_news(e, r->elided);
    c->heard.typed_in = echo_typed_in(e, r->elided, is_frame, c);
    c->heard.unknown_quote = g_strdup(!echo_knows(e, r->guessed_quote) && !is_of_ours(c, r->guessed_quote) ? r->guessed_quote : "");
    echo_hear(e, c->heard.typed_in); /* may stand below a known signature */
    c->heard.unknown_signature = echo_news(e, r->guessed_signature);
    return keep(c, news, err);
}

void heard_clear(Heard *h)
{
    g_free(h->typed_in);
    g_free(h->unknown_quote);
    g_free(h->unknown_signature);
}

gboolean heard_any(const IntakeCase *c)
{
    return c->heard.typed_in != NULL && (*c->heard.typed_in != '\0' || *c->heard.unknown_quote != '\0' || *c->heard.unknown_signature != '\0');
}

char *heard_with(const IntakeCase *c, const char *text)
{
    if (!heard_any(c))
        return g_strdup(text);
    g_autofree char *heading = phrase_make(PHRASE("Below that, between quoted lines or in what looks like a signature:"), NULL);
    g_autofree char *found = g_strjoin("\n", c->heard.unknown_signature, c->heard.typed_in, c->heard.unknown_quote, NULL), *shown = wrap_clip(g_strstrip(found), SHOWN_BYTES);
    return g_strdup_printf("%s\n\n%s\n\n%s", text, heading, shown);
}
