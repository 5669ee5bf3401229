/* similar: see the header. */
#include "rules/similar.h"

#include <string.h>

#include "rules/words_quote.h"

#include "base/banned.h"

#define LIKENESS_BYTES 200
#define PREFIXES 20

/* Behind "Re:", "Fwd:" and "[tag]", however many there are. */
static const char *bare(const char *subject)
{
    for (int i = 0; i < PREFIXES; i++) {
        subject += strspn(subject, " \t\r\n");
        const char *close = *subject == '[' ? strchr(subject, ']') : NULL;
        gsize n = close != NULL ? (gsize)(close - subject) + 1 : words_quote_reply_prefix(subject);
        if (n == 0)
            break;
        subject += n;
    }
    return subject;
}

char *similar_subject(const char *subject)
{
    g_autofree char *valid = g_utf8_make_valid(subject, -1), *folded = words_quote_fold(bare(valid));
    g_autoptr(GString) s = g_string_new(NULL);
    int letters = 0;
    for (const char *p = folded; *p != '\0' && s->len < LIKENESS_BYTES - 8; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_isalpha(c) || g_unichar_ismark(c)) {
            g_string_append_unichar(s, c);
            letters++;
        } else if (s->len > 0 && s->str[s->len - 1] != ' ') {
            g_string_append_c(s, ' ');
        }
    }
    return letters < 2 ? NULL : g_strchomp(g_string_free(g_steal_pointer(&s), FALSE));
}
