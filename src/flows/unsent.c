/* unsent: see the header. It must never call our own mail, quoted, something that the customer should get. */
#include "flows/unsent.h"

#include <string.h>

#include "base/sha256.h"

#include "rules/command.h"
#include "rules/command_line.h"
#include "rules/phrase.h"
#include "rules/words_quote.h"

#include "store/facts.h"

#include "flows/ownticket.h"
#include "flows/view.h"

#include "base/banned.h"

#define OUR_LINE_BYTES 400
#define QUOTE_MARKS 8      /* before a line of ours */
#define DIGEST_DIGITS 16
#define POINTER_BYTES 200  /* of a text that only points at another */
#define SIGNATURES_KEPT 8  /* of a person: of his desk, his telephones, the house's footers */

static char *line_at(const char *p, gsize most)
{
    g_autofree char *one = g_strndup(p, MIN(strcspn(p, "\n"), most));
    return g_utf8_make_valid(one, -1);
}

static const char *next_line(const char *p)
{
    p += strcspn(p, "\n");
    return p + (*p == '\n');
}

gboolean unsent_holds_ours(const char *text)
{
    for (const char *line = text; *line != '\0'; line = next_line(line)) {
        g_autofree char *valid = line_at(line, OUR_LINE_BYTES), *folded = words_quote_fold(valid);
        const char *p = folded;
        for (int marks = 0; *p != '\0' && marks < QUOTE_MARKS && !words_quote_is_notice(p); marks++) /* "> ", "| ", "S1> " */
            p = g_utf8_next_char(p);
        if (words_quote_is_notice(p))
            return TRUE;
    }
    return FALSE;
}

/* Below all that he quotes; our own mails have no such line. */
static gboolean has_bare_note(const char *elided)
{
    for (const char *line = elided; *line != '\0'; line = next_line(line)) {
        g_autofree char *one = line_at(line, OUR_LINE_BYTES);
        if (g_ascii_strcasecmp(g_strstrip(one), "#note") == 0)
            return TRUE;
    }
    return FALSE;
}

char *unsent_verb(const IntakeCase *c)
{
    g_autoptr(CommandReply) below = command_read_work(c->said->signature, NULL);
    if (below->commands->len > 0)
        return g_strconcat("#", ((const Command *)g_ptr_array_index(below->commands, 0))->line, NULL);
    return has_bare_note(c->said->elided) ? g_strdup("#note") : NULL;
}

/* Behind "Best regards," and the empty lines there. */
static const char *behind_closing(const char *text)
{
    const char *p = text + strspn(text, " \t\r\n");
    g_autofree char *line = line_at(p, OUR_LINE_BYTES);
    gboolean has_closed = FALSE;
    if (!command_line_is_thanks(line, &has_closed) || !has_closed)
        return p;
    p = next_line(p);
    return p + strspn(p, " \t\r\n");
}

gboolean unsent_is_signature(const IntakeCase *c)
{
    const CommandReply *work = c->said->work;
    const char *names[] = {c->sender->full_name, c->from_name, c->sender->name};
    g_autofree char *line = line_at(behind_closing(work->rest), OUR_LINE_BYTES), *first = g_utf8_casefold(g_strstrip(line), -1);
    for (gsize i = 0; work->commands->len > 0 && i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = names[i] != NULL ? g_utf8_casefold(names[i], -1) : NULL;
        if (name != NULL && *name != '\0' && strcmp(first, name) == 0)
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
    if (token_is_in(quote, -1) || unsent_holds_ours(quote))
        return TRUE;
    g_hash_table_iter_init(&queues, c->desk->config->queues);
    while (g_hash_table_iter_next(&queues, NULL, &q))
        if (names_queue(q, quote, folded))
            return TRUE;
    return FALSE;
}

/* "See my answers below": then they stand between lines that nothing marks. */
static gboolean points_below(const char *text)
{
    static const char *const words[] = {"below", "inline", "in line", "unten", "im text", "ci-dessous", "abajo", "sotto"};
    g_autofree char *folded = g_utf8_casefold(text, -1);
    for (gsize i = 0; strlen(folded) <= POINTER_BYTES && i < G_N_ELEMENTS(words); i++)
        if (strstr(folded, words[i]) != NULL)
            return TRUE;
    return FALSE;
}

static void tell(VerbContext *v, const char *english, const char *text)
{
    g_autofree char *line = line_at(text, OUR_LINE_BYTES), *shown = view_cut(g_strstrip(line), UNSENT_SHOWN);
    g_ptr_array_add(v->results, phrase_make(english, "line", shown, NULL));
}

/* However it is broken into lines. */
static char *digest_of(const char *text)
{
    g_autofree char *bare = g_strdup(text);
    gsize n = 0;
    for (const char *p = bare; *p != '\0'; p++)
        if (!g_ascii_isspace(*p))
            bare[n++] = *p;
    char *hex = sha256_hex(bare, n);
    hex[DIGEST_DIGITS] = '\0';
    return hex;
}

/* The fact of that name holds digests of his last SIGNATURES_KEPT, the newest first. */
typedef struct {
    char *name, *all, *digest; /* `all` NULL: none yet */
    gboolean is_known;         /* this one is among them */
} Signatures;

static void signatures_clear(Signatures *s)
{
    g_free(s->name);
    g_free(s->all);
    g_free(s->digest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Signatures, signatures_clear)

static gboolean signatures_load(const IntakeCase *c, const char *text, Signatures *s, GError **err)
{
    s->name = g_strconcat("signature:", c->sender->name, NULL);
    s->digest = digest_of(text);
    if (!facts_text(c->desk->db, s->name, &s->all, err))
        return FALSE;
    s->is_known = s->all != NULL && strstr(s->all, s->digest) != NULL;
    return TRUE;
}

static const char *left_out(const char *text) { return text + strspn(text, "\n"); }

static gboolean tell_signature(const IntakeCase *c, VerbContext *v, const char *text, GError **err)
{
    g_auto(Signatures) s = {0};
    if (*text == '\0')
        return TRUE;
    if (!signatures_load(c, text, &s, err))
        return FALSE;
    if (!s.is_known)
        tell(v, PHRASE("Not sent to the customer: the part that begins with \"{line}\", since it looks like a signature. If it is one, you need do nothing: I"
                       " shall not mention it again. If the customer shall read it, please send it in a mail of its own that begins with other words."), text);
    return TRUE;
}

static gboolean remember_signature(const IntakeCase *c, const char *text, GError **err)
{
    g_auto(Signatures) s = {0};
    if (*text == '\0')
        return TRUE;
    if (!signatures_load(c, text, &s, err))
        return FALSE;
    if (s.is_known)
        return TRUE;
    g_autofree char *all = g_strconcat(s.digest, s.all != NULL ? " " : "", s.all, NULL);
    all[MIN(strlen(all), SIGNATURES_KEPT * (DIGEST_DIGITS + 1) - 1)] = '\0';
    return facts_set_text(c->desk->db, s.name, all, err);
}

static const char *own_signature(const IntakeCase *c) { return unsent_is_signature(c) ? left_out(c->said->work->rest) : ""; }

gboolean unsent_tell(const IntakeCase *c, VerbContext *v, gboolean is_sent, GError **err)
{
    const char *quote = c->said->guessed_quote;
    gboolean is_nobodys;
    if (!ownticket_is_nobodys(c->desk, c->ticket, &is_nobodys, err))
        return FALSE;
    if (is_nobodys)
        return TRUE;
    if (*quote != '\0' && !is_of_ours(c, quote))
        tell(v, PHRASE("Not sent to the customer: the part that begins with \"{line}\", since it looks like a quotation. If the customer shall read it, please"
                       " send it in a mail of its own that begins with other words."), quote);
    else if (*quote != '\0' && points_below(c->said->work->rest))
        g_ptr_array_add(v->results, phrase_make("Not sent to the customer: what stands between the lines that you quote, if anything does. Please send it again above"
                                                " them.", NULL));
    if (!tell_signature(c, v, left_out(c->said->guessed_signature), err) || !tell_signature(c, v, own_signature(c), err))
        return FALSE;
    if (!is_sent && c->said->work->commands->len == 0 && v->results->len == 0 && *left_out(c->said->elided) != '\0')
        g_ptr_array_add(v->results, phrase_make("Nothing was sent to the customer: all of your mail looks like a quotation or a signature.", NULL));
    return TRUE;
}

gboolean unsent_remember(const IntakeCase *c, GError **err)
{
    return remember_signature(c, left_out(c->said->guessed_signature), err) && remember_signature(c, own_signature(c), err);
}
