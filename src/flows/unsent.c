/* unsent: see the header. It must never call our own mail, quoted, something that the customer should get. */
#include "flows/unsent.h"

#include <string.h>

#include "base/sha256.h"

#include "rules/command.h"
#include "rules/phrase.h"
#include "rules/words_quote.h"

#include "store/facts.h"

#include "flows/ownticket.h"
#include "flows/view.h"

#include "base/banned.h"

#define OUR_LINE_BYTES 400
#define QUOTE_MARKS 8      /* before a line of ours */
#define DIGEST_DIGITS 16
#define SIGNATURES_KEPT 8  /* of a person: of his desk, his telephones, the house's footers */
#define RFC_SIGNATURE "-- \n" /* RFC 3676 4.3: his mail program says so */

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

char *unsent_verb(const IntakeCase *c)
{
    g_autoptr(CommandReply) below = command_read_work(c->said->guessed_signature, NULL);
    return below->commands->len > 0 ? g_strconcat("#", ((const Command *)g_ptr_array_index(below->commands, 0))->line, NULL) : NULL;
}

gboolean unsent_is_signature(const IntakeCase *c)
{
    const CommandReply *work = c->said->work;
    const char *names[] = {c->sender->full_name, c->from_name, c->sender->name};
    g_autofree char *line = line_at(work->rest + strspn(work->rest, " \t\r\n"), OUR_LINE_BYTES), *first = g_utf8_casefold(g_strstrip(line), -1);
    for (gsize i = 0; work->commands->len > 0 && i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = names[i] != NULL ? g_utf8_casefold(names[i], -1) : NULL;
        if (name != NULL && *name != '\0' && strcmp(first, name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* A quotation of a mail that we sent: it holds its lines, the personal address, its tag, or the queue's address. */
static gboolean is_of_ours(const IntakeCase *c, const char *quote)
{
    guint personal;
    g_autofree char *tag = view_tag(c->ticket);
    const ConfigQueue *q = desk_queue(c->desk, c->ticket->queue);
    g_free(token_scrub(quote, -1, &personal));
    if (personal > 0 || strstr(quote, tag) != NULL || unsent_holds_ours(quote))
        return TRUE;
    g_autofree char *folded = g_utf8_casefold(quote, -1);
    for (guint i = 0; q->address[i] != NULL; i++)
        if (strstr(folded, q->address[i]) != NULL)
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

/* The newest first. */
static gboolean remember_signature(const IntakeCase *c, const char *text, gboolean *ret_is_new, GError **err)
{
    g_autofree char *name = g_strconcat("signature:", c->sender->name, NULL), *known = NULL, *digest = digest_of(text);
    if (!facts_text(c->desk->db, name, &known, err))
        return FALSE;
    *ret_is_new = known == NULL || strstr(known, digest) == NULL;
    if (!*ret_is_new)
        return TRUE;
    g_autofree char *all = g_strconcat(digest, known != NULL ? " " : "", known, NULL);
    all[MIN(strlen(all), SIGNATURES_KEPT * (DIGEST_DIGITS + 1) - 1)] = '\0';
    return facts_set_text(c->desk->db, name, all, err);
}

static gboolean tell_signature(const IntakeCase *c, VerbContext *v, GError **err)
{
    const char *text = unsent_is_signature(c) ? c->said->work->rest : c->said->guessed_signature;
    gboolean is_new;
    text += strspn(text, "\n");
    if (*text == '\0' || g_str_has_prefix(text, RFC_SIGNATURE))
        return TRUE;
    if (!remember_signature(c, text, &is_new, err))
        return FALSE;
    if (is_new)
        tell(v, PHRASE("Not sent to the customer: what begins with \"{line}\". It looks like a signature. If it is one, do nothing: I do not ask again. If the"
                       " customer shall read it, please send it alone, and begin it otherwise."), text);
    return TRUE;
}

gboolean unsent_tell(const IntakeCase *c, VerbContext *v, GError **err)
{
    const char *quote = c->said->guessed_quote;
    gboolean is_nobodys;
    if (*quote == '\0' && *c->said->guessed_signature == '\0' && !unsent_is_signature(c))
        return TRUE;
    if (!ownticket_is_nobodys(c->desk, c->ticket, &is_nobodys, err) || is_nobodys)
        return is_nobodys;
    if (*quote != '\0' && !is_of_ours(c, quote))
        tell(v, PHRASE("Not sent to the customer: what begins with \"{line}\". It looks like a quotation. If the customer shall read it, please send it"
                       " alone, and begin it otherwise."), quote);
    return tell_signature(c, v, err);
}
