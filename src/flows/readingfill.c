/* readingfill: a Letter through the rules into a Reading. Every text is cut to what reading_from_json accepts, so that no mail
 * can make a Reading that core refuses. It must never read JSON, nor do anything with the mail. */
#include "flows/readingfill.h"

#include <string.h>

#include "base/limits.h"
#include "base/sha256.h"

#include "rules/quote.h"
#include "rules/signoff.h"

#include "mail/html.h"

#include "base/banned.h"

#define CALENDARS_MAX 20u /* parts that are tried */

/* At most max bytes, cut between characters; control characters but tab become blanks. */
static char *line_of(const char *text, gsize max)
{
    gsize n = text != NULL ? strlen(text) : 0;
    if (n > max) {
        n = max;
        while (n > 0 && ((guchar)text[n] & 0xC0) == 0x80)
            n--;
    }
    char *line = g_strndup(text != NULL ? text : "", n);
    for (char *p = line; *p != '\0'; p++)
        if ((guchar)*p < 0x20 && *p != '\t')
            *p = ' ';
    return line;
}

/* The text without what reading_from_json refuses; line ends become LF. */
static char *plain_text_of(const char *text)
{
    char *plain = g_strdup(text != NULL ? text : ""), *to = plain;
    for (const char *p = plain; *p != '\0'; p++)
        if ((guchar)*p >= 0x20 || *p == '\t' || *p == '\n')
            *to++ = *p;
    *to = '\0';
    return plain;
}

static void copy_lines(GPtrArray *to, const GPtrArray *from, gsize max, guint max_count)
{
    for (guint i = 0; from != NULL && i < from->len && to->len < max_count; i++)
        g_ptr_array_add(to, line_of(from->pdata[i], max));
}

static void copy_addresses(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len && to->len < LIMIT_ADDRESSES; i++)
        g_ptr_array_add(to, line_of(((const LetterAddress *)from->pdata[i])->address, READING_ADDRESS_BYTES));
}

static char *header_line(const GPtrArray *headers, const char *name)
{
    return line_of(letter_find(headers, name), READING_HEADER_BYTES);
}

static void read_headers(Reading *r, const Letter *l)
{
    static const char *const delivered[] = {"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To"};
    for (guint i = 0; i < l->headers->len; i++) {
        const LetterHeader *h = l->headers->pdata[i];
        g_autofree char *name = line_of(h->name, READING_NAME_BYTES), *value = line_of(h->value, READING_HEADER_BYTES);
        if (r->headers->len < READING_HEADERS)
            letter_add_header(r->headers, name, value);
        for (gsize d = 0; d < G_N_ELEMENTS(delivered); d++)
            if (g_ascii_strcasecmp(h->name, delivered[d]) == 0 && r->recipients->len < 100) {
                char *address = line_of(h->value, READING_ADDRESS_BYTES);
                g_strdelimit(address, "<>", ' ');
                g_ptr_array_add(r->recipients, g_strstrip(address));
            }
        if (g_ascii_strcasecmp(h->name, "Authentication-Results") == 0 && r->authentication_results->len < READING_RESULTS_MAX)
            g_ptr_array_add(r->authentication_results, line_of(h->value, READING_RESULT_BYTES));
    }
    r->list_id = header_line(l->headers, "List-Id");
    r->precedence = header_line(l->headers, "Precedence");
    r->auto_submitted = header_line(l->headers, "Auto-Submitted");
    r->thread_index = header_line(l->headers, "Thread-Index");
    r->returned_from = header_line(l->returned, "From");
    r->returned_subject = header_line(l->returned, "Subject");
    r->returned_message_id = header_line(l->returned, "Message-ID");
    r->returned_date = l->returned_date;
    r->returned_text = plain_text_of(l->returned_text); /* mail/message bounds it */
}

static void read_heading(Reading *r, const Letter *l)
{
    const LetterAddress *from = l->from->len > 0 ? l->from->pdata[0] : NULL;
    const LetterAddress *sender = l->sender->len > 0 ? l->sender->pdata[0] : NULL;
    r->from = line_of(from != NULL ? from->address : "", READING_ADDRESS_BYTES);
    r->from_doubtful = l->from_doubtful;
    r->from_name = line_of(from != NULL ? from->name : "", READING_NAME_BYTES);
    r->sender = line_of(sender != NULL ? sender->address : "", READING_ADDRESS_BYTES);
    copy_addresses(r->reply_to, l->reply_to);
    copy_addresses(r->to, l->to);
    copy_addresses(r->cc, l->cc);
    r->subject = line_of(l->subject, LIMIT_SUBJECT_BYTES);
    r->message_id = line_of(l->message_id, READING_ID_BYTES);
    r->date = l->date;
    copy_lines(r->in_reply_to, l->in_reply_to, READING_ID_BYTES, LIMIT_REFERENCES);
    copy_lines(r->references, l->references, READING_ID_BYTES, LIMIT_REFERENCES);
}

static void read_kind(Reading *r, const Letter *l, gboolean null_sender, const KindWords *words)
{
    g_autoptr(KindVerdict) v = kind_decide(l, null_sender, words);
    r->kind = v->kind;
    r->by_words_only = v->by_words_only;
    r->unlisted = v->unlisted;
    r->unlisted_by_words_only = v->unlisted_by_words_only;
    copy_lines(r->evidence, v->evidence, READING_NAME_BYTES, 100);
    r->original_message_id = v->original_message_id != NULL ? line_of(v->original_message_id, READING_ID_BYTES) : NULL;
    r->until = v->until != NULL ? line_of(v->until, 40) : NULL;
    r->tells_absence = v->tells_absence;
    for (guint i = 0; i < v->recipients->len && i < READING_LISTED_MAX; i++) {
        const KindRecipient *from = v->recipients->pdata[i];
        KindRecipient *k = g_new0(KindRecipient, 1);
        k->address = line_of(from->address, READING_ADDRESS_BYTES);
        k->action = line_of(from->action, READING_NAME_BYTES);
        k->status = line_of(from->status, READING_NAME_BYTES);
        k->diagnostic = line_of(from->diagnostic, READING_DIAGNOSTIC_BYTES);
        g_ptr_array_add(r->bounced, k);
    }
}

/* Text at most READING_TEXT_BYTES, whole lines, with its marks. */
static void cut_text(Reading *r, Letter *l)
{
    gsize n = strlen(l->text);
    if (n <= READING_TEXT_BYTES)
        return;
    n = READING_TEXT_BYTES;
    while (n > 0 && l->text[n - 1] != '\n')
        n--;
    if (n == 0) /* one endless line */
        for (n = READING_TEXT_BYTES - 1; n > 0 && ((guchar)l->text[n] & 0xC0) == 0x80;)
            n--;
    l->text[n] = '\0';
    guint lines = 0;
    for (const char *p = l->text; *p != '\0'; p++)
        lines += *p == '\n';
    g_byte_array_set_size(l->marks, MAX(1u, MIN(lines, l->marks->len)));
    g_ptr_array_add(r->defects, g_strdup("text: too long; the rest was cut"));
}

/* The subject speaks only where nothing else can: not beside a text that is encrypted, attached or sent on. */
static const char *speaking_subject(const Reading *r, const Letter *l)
{
    for (guint i = 0; i < l->attachments->len; i++)
        if (!g_str_has_prefix(((const LetterAttachment *)l->attachments->pdata[i])->type, "image/"))
            return NULL;
    return r->subject;
}

static void read_verbs(Reading *r, const Letter *l, const CommandBreaks *breaks)
{
    command_reply_free(r->commands);
    command_reply_free(r->work);
    r->commands = command_read_notification(r->new_text, speaking_subject(r, l), breaks);
    r->work = command_read_work(r->new_text, breaks);
}

static gboolean has_text(const CommandReply *r)
{
    gboolean has = r->doubt;
    for (guint i = 0; i < r->commands->len && !has; i++)
        has = ((const Command *)r->commands->pdata[i])->text != NULL;
    return has;
}

/* The HTML is looked at where it is needed alone: few mails have a verb with a text. */
static void read_commands(Reading *r, const Letter *l)
{
    CommandBreaks breaks = {NULL};
    read_verbs(r, l, l->has_hard_lines ? &breaks : NULL);
    if (l->html == NULL || (!has_text(r->commands) && !has_text(r->work)))
        return;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GByteArray) marks = g_byte_array_new();
    html_to_text(l->html, strlen(l->html), text, marks);
    breaks.whole = command_whole(text->str, marks);
    read_verbs(r, l, &breaks);
    g_hash_table_unref(breaks.whole);
}

static void read_text(Reading *r, Letter *l)
{
    cut_text(r, l);
    g_autoptr(QuoteSplit) q = quote_split(l->text, l->marks);
    r->text = g_strdup(l->text);
    r->new_text = g_steal_pointer(&q->new_text);
    r->elided = g_steal_pointer(&q->elided);
    r->signature = g_steal_pointer(&q->signature);
    r->guessed_quote = g_steal_pointer(&q->guessed_quote);
    r->guessed_signature = g_steal_pointer(&q->guessed_signature);
    r->doubtful = q->doubtful;
    r->text_from_html = l->text_from_html;
    r->truncated = l->truncated;
    read_commands(r, l);
    const gboolean is_unsure = r->doubtful || r->truncated;
    if (!is_unsure && (r->commands->commands->len == 0 || !signoff_takes_back(r->signature, command_reply_has_loose(r->commands) ? SIGNOFF_BELOW_WORD : SIGNOFF_BELOW_VERB)))
        return;
    /* No verb is taken; at a work address the verbs stay, so that a #note is not sent out as an answer, and the doubt says so. */
    r->work->doubt = r->work->doubt || is_unsure;
    r->commands->doubt = r->commands->doubt || r->commands->commands->len > 0;
    g_ptr_array_set_size(r->commands->commands, 0);
    g_free(r->commands->rest);
    r->commands->rest = g_strdup(r->new_text);
}

static void read_calendars(Reading *r, const Letter *l)
{
    r->calendar_method = g_strdup("");
    for (guint i = 0; i < MIN(l->calendars->len, CALENDARS_MAX); i++) {
        const LetterCalendar *c = l->calendars->pdata[i];
        InviteReply *invite = NULL;
        g_autoptr(GError) err = NULL;
        if (!invite_read_reply(c->text, *c->method != '\0' ? c->method : NULL, &invite, &err)) {
            g_ptr_array_add(r->defects, line_of(err->message, READING_NAME_BYTES));
            continue;
        }
        g_free(r->calendar_method);
        r->calendar_method = line_of(invite->method, READING_NAME_BYTES);
        if (strcmp(invite->method, "REPLY") == 0)
            r->calendar_reply = invite;
        else
            invite_reply_free(invite);
        return;
    }
}

static void read_attachments(Reading *r, const Letter *l)
{
    for (guint i = 0; i < l->attachments->len && i < READING_LISTED_MAX; i++) {
        const LetterAttachment *a = l->attachments->pdata[i];
        g_autofree char *name = line_of(a->name, READING_NAME_BYTES), *type = line_of(a->type, READING_NAME_BYTES);
        letter_add_attachment(r->attachments, name, type, a->size);
    }
}

static void add_part(GString *s, const char *part) { g_string_append_len(s, part, (gssize)strlen(part) + 1); } /* with its NUL: no two ways to split */

/* Blanks at the end of a line, and empty lines at the end of a text, are taken off on one way and not on the other. */
static void add_lines(GString *s, const char *text)
{
    gsize used = s->len;
    for (const char *line = text; *line != '\0';) {
        gsize n = strcspn(line, "\n"), kept = n;
        while (kept > 0 && g_ascii_isspace(line[kept - 1]))
            kept--;
        g_string_append_len(s, line, (gssize)kept);
        if (kept > 0)
            used = s->len;
        g_string_append_c(s, '\n');
        line += n + (line[n] == '\n');
    }
    g_string_truncate(s, used);
    g_string_append_c(s, '\0');
}

/* What makes two mails copies of one. */
static char *digest_of(const Reading *r, const Letter *l)
{
    g_autofree char *date = r->date != INSTANT_NONE ? instant_format(r->date) : g_strdup("");
    g_autoptr(GString) whole = g_string_new(NULL);
    add_part(whole, r->from);
    add_part(whole, date);
    add_part(whole, r->message_id);
    add_part(whole, r->subject);
    add_lines(whole, l->text);
    for (guint i = 0; i < l->attachments->len; i++) {
        const LetterAttachment *a = l->attachments->pdata[i];
        g_autofree char *size = g_strdup_printf("%" G_GSIZE_FORMAT, a->size);
        add_part(whole, a->name);
        add_part(whole, size);
    }
    return sha256_hex(whole->str, whole->len);
}

void readingfill_from_letter(Reading *r, Letter *l, gboolean null_sender, const KindWords *words)
{
    copy_lines(r->defects, l->defects, READING_NAME_BYTES, READING_LISTED_MAX - CALENDARS_MAX - 1);
    read_heading(r, l);
    read_headers(r, l);
    r->content_digest = digest_of(r, l);
    read_kind(r, l, null_sender, words);
    read_text(r, l);
    read_calendars(r, l);
    read_attachments(r, l);
}
