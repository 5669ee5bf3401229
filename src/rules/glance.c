/* glance: folding costs more than looking up, so each piece is folded here, once a mail. */
#include "rules/glance.h"

#include <string.h>

#include "rules/words_quote.h"

#include "base/banned.h"

#define FEW_LINES 3
#define FEW_BYTES 300
#define PREFACE_LINES 4 /* of which those that only greet are not counted */
#define PREFACE_BYTES 60
#define MORE_LINES 12
#define MORE_BYTES 990
#define LINES_SEEN 60 /* empty ones too */

static char *fold_from(const Letter *l)
{
    const LetterAddress *a = l->from->len > 0 ? g_ptr_array_index(l->from, 0) : NULL;
    const char *raw = letter_header(l, "From");
    g_autofree char *all =
        a != NULL ? g_strdup_printf("%s <%s> %s", a->name, a->address, raw != NULL ? raw : "") : g_strdup(raw != NULL ? raw : "");
    return words_quote_fold(all);
}

/* "Dear Sir," "Please note:" "(English below)" */
static gboolean is_preface(const char *folded)
{
    gsize n = strlen(folded);
    return n > 0 && n < PREFACE_BYTES && strchr(",:!)", folded[n - 1]) != NULL;
}

static void fold_first_lines(Glance *g)
{
    const Letter *l = g->letter;
    g_autoptr(GString) all = g_string_new(NULL);
    gsize few = 0;
    guint taken = 0, counted = 0;
    const char *p = l->text;
    for (guint i = 0; i < LINES_SEEN && *p != '\0' && taken < MORE_LINES && all->len < MORE_BYTES; i++) {
        gsize n = strcspn(p, "\n");
        g_autofree char *line = g_strndup(p, MIN(n, MORE_BYTES));
        g_autofree char *valid = g_utf8_make_valid(line, -1);
        g_autofree char *folded = words_quote_fold(valid);
        p += n + (p[n] == '\n');
        gboolean is_struck = i < l->marks->len && l->marks->data[i] == LINE_STRUCK;
        if (*folded == '\0' || is_struck || (taken == 0 && words_quote_is_banner(folded)))
            continue;
        if (*folded == '>' || (i < l->marks->len && l->marks->data[i] != LINE_OWN) || words_quote_is_original(folded) ||
            words_quote_is_forward(folded))
            break;
        taken++;
        counted += taken > PREFACE_LINES || !is_preface(folded);
        g_string_append_printf(all, "%s%s", all->len > 0 ? " " : "", folded);
        if (counted <= FEW_LINES && (few == 0 || all->len <= FEW_BYTES))
            few = all->len;
    }
    g->few = g_strndup(all->str, few);
    g->more = g_string_free(g_steal_pointer(&all), FALSE);
}

Glance *glance_new(const Letter *l, gboolean null_sender, const KindWords *words)
{
    Glance *g = g_new0(Glance, 1);
    g->letter = l;
    g->words = words;
    g->null_sender = null_sender;
    g->is_reply = words_quote_reply_prefix(l->subject) > 0;
    g->is_answer = g->is_reply || l->in_reply_to->len > 0 || l->references->len > 0;
    g->subject = words_quote_fold(l->subject);
    g->from = fold_from(l);
    fold_first_lines(g);
    return g;
}

void glance_free(Glance *g)
{
    if (g == NULL)
        return;
    g_free(g->subject);
    g_free(g->from);
    g_free(g->few);
    g_free(g->more);
    g_free(g);
}

const char *glance_in(const Glance *g, WordClass c, const char *folded)
{
    const KindWord *w = words_kind_in(g->words, c, folded);
    return w != NULL ? w->phrase : NULL;
}

const char *glance_begins(const Glance *g, WordClass c, const char *folded)
{
    const KindWord *w = words_kind_begins(g->words, c, folded);
    return w != NULL ? w->phrase : NULL;
}
