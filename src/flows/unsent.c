/* unsent: see the header. It must never call our own mail, quoted, something that the customer should get. */
#include "flows/unsent.h"

#include <string.h>

#include "base/sha256.h"

#include "rules/command.h"
#include "rules/phrase.h"
#include "rules/signoff.h"
#include "rules/wrap.h"

#include "store/facts.h"

#include "flows/heard.h"
#include "flows/ownticket.h"
#include "flows/view.h"

#include "base/banned.h"

#define OUR_LINE_BYTES 400
#define DIGEST_DIGITS 16
#define SIGNATURES_KEPT 8  /* of a person: of his desk, his telephones, the house's footers */

/* Below all that he quotes; our own mails have no such line. */
static gboolean has_bare_note(const char *elided)
{
    for (const char *line = elided; *line != '\0'; line = wrap_next_line(line)) {
        g_autofree char *one = wrap_line_at(line, OUR_LINE_BYTES);
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

/* *ret_more: he should be told. */
static gboolean is_signature(const IntakeCase *c, gboolean *ret_more)
{
    const char *names[4] = {NULL}, *all[] = {c->sender->full_name, c->from_name, c->sender->name};
    for (gsize i = 0, n = 0; i < G_N_ELEMENTS(all); i++)
        if (all[i] != NULL && *all[i] != '\0')
            names[n++] = all[i];
    *ret_more = FALSE;
    return signoff_is_signature(c->said->work->rest, names, ret_more);
}

gboolean unsent_is_signature(const IntakeCase *c)
{
    gboolean more;
    return is_signature(c, &more);
}

static void tell(VerbContext *v, const char *english, const char *text)
{
    g_autofree char *line = wrap_line_at(text, OUR_LINE_BYTES), *shown = view_cut(g_strstrip(line), UNSENT_SHOWN);
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
    g_autofree char *said = signoff_without_phones(text);
    if (*g_strstrip(said) == '\0')
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

static const char *own_signature(const IntakeCase *c)
{
    gboolean more;
    return is_signature(c, &more) && more ? left_out(c->said->work->rest) : "";
}

gboolean unsent_tell(const IntakeCase *c, VerbContext *v, gboolean is_sent, GError **err)
{
    gboolean is_nobodys;
    if (!ownticket_is_nobodys(c->desk, c->ticket, &is_nobodys, err))
        return FALSE;
    if (is_nobodys)
        return TRUE;
    g_autofree char *typed = heard_typed(c);
    if (*typed != '\0')
        tell(v, PHRASE("Not sent to the customer: \"{line}\", since it stands among the lines that you quote, or below your signature. Please send it again above"
                       " them."),
             left_out(typed));
    if (c->heard.unknown_quote != NULL)
        tell(v, PHRASE("Not sent to the customer: the part that begins with \"{line}\", since it looks like a quotation. If the customer shall read it, please"
                       " send it in a mail of its own that begins with other words."), c->heard.unknown_quote);
    if (!tell_signature(c, v, left_out(c->said->guessed_signature), err) || !tell_signature(c, v, own_signature(c), err))
        return FALSE;
    if (!is_sent && c->said->work->commands->len == 0 && v->results->len == 0 && (*left_out(c->said->elided) != '\0' || unsent_is_signature(c)))
        g_ptr_array_add(v->results, phrase_make("Nothing was sent to the customer: all of your mail looks like a quotation or a signature.", NULL));
    return TRUE;
}

gboolean unsent_remember(const IntakeCase *c, GError **err)
{
    return remember_signature(c, left_out(c->said->guessed_signature), err) && remember_signature(c, own_signature(c), err);
}
