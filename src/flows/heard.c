/* heard: see the header. It must never show our own mail, quoted, as something new. */
#include "flows/heard.h"

#include <string.h>

#include "rules/echo.h"
#include "rules/phrase.h"
#include "rules/signoff.h"
#include "rules/words_quote.h"
#include "rules/wrap.h"

#include "flows/deliver.h"

#include "base/banned.h"

#define LINE_BYTES 400
#define QUOTE_MARKS 8              /* before a line of ours */
#define SHOWN_BYTES (16 * 1024)
#define KEPT_BYTES (8 * 1024)

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

static gboolean names_queue(const ConfigQueue *q, const char *folded)
{
    gboolean has = FALSE;
    for (guint i = 0; q->address[i] != NULL && !has; i++)
        has = strstr(folded, q->address[i]) != NULL;
    return has;
}

/* A quotation of a mail that we sent: it holds its lines, a personal address or a queue's. A tag proves nothing: all mails of the thread have it. */
static gboolean is_of_ours(const IntakeCase *c, const char *quote)
{
    g_autofree char *folded = g_utf8_casefold(quote, -1);
    GHashTableIter queues;
    gpointer q;
    if (token_is_in(quote, -1) || heard_holds_ours(quote))
        return TRUE;
    g_hash_table_iter_init(&queues, c->desk->config->queues);
    while (g_hash_table_iter_next(&queues, NULL, &q))
        if (names_queue(q, folded))
            return TRUE;
    return FALSE;
}

/* "[support #1], S2", which our mails have below "-- ". */
static gboolean is_tag_line(const IntakeCase *c, const char *line)
{
    const char *number = *line == '[' ? strstr(line, " #") : NULL, *end = number != NULL ? number + 2 + strspn(number + 2, "0123456789") : NULL;
    g_autofree char *queue = number != NULL ? g_strndup(line + 1, (gsize)(number - line - 1)) : NULL;
    return end != NULL && end > number + 2 && *end == ']' && (end[1] == '\0' || end[1] == ',') && desk_queue(c->desk, queue) != NULL;
}

/* The buttons of the HTML of a page, "ACK ACK 2h NO STATUS", which its text has not. One word alone is somebody's. */
static gboolean is_buttons(const char *line)
{
    g_autofree char *folded = words_quote_fold(line);
    g_auto(GStrv) words = g_strsplit_set(folded, " |[]\302\240", -1);
    guint n = 0;
    gboolean is = g_str_has_prefix(folded, "ack") || g_str_has_prefix(folded, "[ack");
    for (guint i = 0; words[i] != NULL && is; i++) {
        is = *words[i] == '\0' || g_strv_contains((const char *const[]){"ack", "all", "2h", "no", "status", NULL}, words[i]);
        n += *words[i] != '\0';
    }
    return is && n > 1;
}

/* What our mails have and their text has not. Below all of a mail of ours what looks like another one is; between its lines somebody may begin as we do. */
static gboolean is_frame(const char *line, gboolean is_below, gpointer data)
{
    const IntakeCase *c = data;
    const gboolean is_address = strpbrk(line, " \t") == NULL && strchr(line, '@') != NULL;
    return strcmp(line, "--") == 0 || strcmp(line, "-- ") == 0 || is_tag_line(c, line) || is_buttons(line) || ((is_below || is_address) && is_of_ours(c, line));
}

/* ---- what it may quote ---- */

static gboolean add_ours(const IntakeCase *c, const char *answers, GPtrArray *texts, GError **err)
{
    g_autoptr(GArray) ids = NULL;
    if (!outbox_quoted(c->desk->db, c->ticket->id, answers, c->from, &ids, err))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        char *text = NULL;
        if (!deliver_text(c->desk, g_array_index(ids, gint64, i), &text, err))
            return FALSE;
        if (text != NULL)
            g_ptr_array_add(texts, text);
    }
    return TRUE;
}

/* Our mails to him, and what others wrote in the ticket that he could read. */
static gboolean originals(const IntakeCase *c, GPtrArray **ret, GError **err)
{
    const GPtrArray *ids = c->reading->in_reply_to;
    const char *answers = ids->len > 0 ? g_ptr_array_index(ids, 0) : "";
    g_autoptr(GPtrArray) texts = NULL;
    if (!messages_quoted(c->desk->db, c->ticket->id, c->row->id, answers, c->sender != NULL, &texts, err) || !add_ours(c, answers, texts, err))
        return FALSE;
    *ret = g_steal_pointer(&texts);
    return TRUE;
}

/* What was cut as a quotation: all that was, but the lines of signatures. */
static char *quoted(const Reading *r)
{
    GString *s = g_string_new(NULL);
    const char *signature = r->signature;
    for (const char *line = r->elided; *line != '\0'; line = wrap_next_line(line)) {
        const gsize n = strcspn(line, "\n");
        signature += strspn(signature, "\n");
        if (n > 0 && strncmp(signature, line, n) == 0 && (signature[n] == '\n' || signature[n] == '\0')) /* no length is asked: for each line that would be dear */
            signature += n;
        else
            g_string_append_printf(s, "%.*s\n", (int)n, line);
    }
    return g_string_free(s, FALSE);
}

static char *unless_empty(char *text)
{
    if (*text != '\0')
        return text;
    g_free(text);
    return NULL;
}

/* By the original of which most stands there. NULL: nothing; *ret_any: there is one, or NULL. */
static char *typed_in(IntakeCase *c, const GPtrArray *texts, const char *quote, gboolean *ret_any)
{
    char *typed = g_strdup("");
    guint most = 0;
    for (guint i = 0; i < texts->len; i++) {
        guint known;
        g_autofree char *found = echo_typed_in(g_ptr_array_index(texts, i), quote, is_frame, c, &known);
        if (known <= most)
            continue;
        most = known;
        g_free(typed);
        typed = g_steal_pointer(&found);
    }
    if (ret_any != NULL)
        *ret_any = most > 0;
    return unless_empty(typed);
}

static gboolean find_quoted(IntakeCase *c, GError **err)
{
    const char *guessed = c->said->guessed_quote;
    g_autofree char *quote = quoted(c->said);
    g_autoptr(GPtrArray) texts = NULL;
    if (*quote == '\0')
        return TRUE;
    if (!originals(c, &texts, err))
        return FALSE;
    gboolean is_known;
    c->heard.typed_in = typed_in(c, texts, quote, &is_known);
    const char *unknown = is_known || c->sender != NULL ? guessed : quote; /* a customer's log behind '>', his mail that passed us by */
    if (*unknown == '\0' || is_of_ours(c, unknown))
        return TRUE;
    if (is_known)
        g_free(typed_in(c, texts, guessed, &is_known));
    c->heard.unknown_quote = is_known ? NULL : g_strdup(unknown);
    return TRUE;
}

/* What may be no signature: what nothing marks as one, and what a customer has below "-- " and an empty line, who types below his signature. */
static char *perhaps_text(const IntakeCase *c)
{
    const Reading *r = c->said;
    const char *first = r->signature + strspn(r->signature, "\n"), *below = strstr(first, "\n\n");
    g_autofree char *both = c->sender == NULL && below != NULL ? g_strjoin("\n", r->guessed_signature, below, NULL) : g_strdup(r->guessed_signature);
    return signoff_without_phones(both);
}

/* A signature is news once a ticket: its lines are kept. */
static gboolean find_signature(IntakeCase *c, GError **err)
{
    const Reading *r = c->said;
    g_autoptr(GPtrArray) known = NULL;
    if (*r->signature == '\0')
        return TRUE;
    if (!messages_signatures(c->desk->db, c->ticket->id, c->row->id, &known, err))
        return FALSE;
    g_autofree char *perhaps = perhaps_text(c);
    c->heard.unknown_signature = unless_empty(echo_new_lines(known, perhaps));
    g_autofree char *news = echo_new_lines(known, r->signature), *kept = wrap_clip(news, KEPT_BYTES);
    return *kept == '\0' || c->row->id == 0 || messages_keep_signature(c->desk->db, c->row->id, kept, err);
}

gboolean heard_take(IntakeCase *c, GError **err)
{
    heard_clear(&c->heard);
    if (c->kind == KIND_BOUNCE || c->kind == KIND_CALENDAR_REPLY)
        return TRUE;
    return find_quoted(c, err) && find_signature(c, err);
}

void heard_clear(Heard *h)
{
    g_clear_pointer(&h->typed_in, g_free);
    g_clear_pointer(&h->unknown_quote, g_free);
    g_clear_pointer(&h->unknown_signature, g_free);
}

static const char *text_of(const char *found) { return found != NULL ? found : ""; }

gboolean heard_any(const IntakeCase *c)
{
    return c->heard.typed_in != NULL || c->heard.unknown_quote != NULL || c->heard.unknown_signature != NULL;
}

char *heard_typed(const IntakeCase *c)
{
    GString *typed = g_string_new(NULL);
    for (const char *line = text_of(c->heard.typed_in); *line != '\0'; line = wrap_next_line(line))
        if (*line != '>')
            g_string_append_len(typed, line, wrap_next_line(line) - line);
    return g_string_free(typed, FALSE);
}

gboolean heard_takes_back(const IntakeCase *c)
{
    const gboolean is_loose = command_reply_has_loose(c->said->commands);
    g_autofree char *typed = heard_typed(c);
    return signoff_takes_back(typed, is_loose ? SIGNOFF_AMONG_QUOTED : SIGNOFF_BELOW_WORD)
           || (is_loose && signoff_takes_back(text_of(c->heard.unknown_quote), SIGNOFF_AMONG_QUOTED));
}

char *heard_with(const IntakeCase *c, const char *text)
{
    if (!heard_any(c))
        return g_strdup(text);
    g_autofree char *heading = phrase_make(PHRASE("Below that, between quoted lines or in what looks like a signature:"), NULL);
    g_autofree char *found = g_strjoin("\n", text_of(c->heard.unknown_signature), text_of(c->heard.typed_in), text_of(c->heard.unknown_quote), NULL);
    g_strstrip(found);
    g_autofree char *shown = wrap_clip(found, SHOWN_BYTES);
    return g_strdup_printf("%s\n\n%s\n\n%s%s", text, heading, shown, strlen(found) > SHOWN_BYTES ? "\342\200\246" : "");
}
