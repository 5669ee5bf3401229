/* Fuzzes rules/words_kind and rules/appeal: a site's file of phrases behind the first empty line, a customer's text before it; and
 * rules/shortmessage with both. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "rules/appeal.h"
#include "rules/shortmessage.h"

#include "base/banned.h"

static KindWords *words;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    words = words_kind_new();
    return 0;
}

static void check_short(const char *text)
{
    g_autofree char *plain = shortmessage_plain(text), *cut = shortmessage_cut(text, 160), *digits = shortmessage_digits(text);
    FUZZ_PROMISE(fuzz_is_text(plain) && fuzz_is_text(cut) && strspn(digits, "0123456789") == strlen(digits));
    FUZZ_PROMISE(shortmessage_length(cut) <= 160);
    for (const char *p = plain; *p != '\0'; p++)
        FUZZ_PROMISE((unsigned char)*p >= ' ' && *p != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *input = fuzz_text(data, size);
    g_auto(GStrv) parts = g_strsplit(input, "\n\n", 2);
    g_autoptr(KindWords) own = words_kind_new();
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    const char *text = parts[0] != NULL ? parts[0] : "", *phrases = parts[0] != NULL && parts[1] != NULL ? parts[1] : "";
    guint before = words_kind_count(own);
    words_kind_add(own, "fuzz", phrases, strlen(phrases), problems);
    FUZZ_PROMISE(words_kind_count(own) >= before);
    for (guint i = 0; i < problems->len; i++)
        FUZZ_PROMISE(fuzz_is_text(problems->pdata[i]));
    const KindWord *asked = appeal_in(words, text), *with_own = appeal_in(own, text);
    FUZZ_PROMISE(asked == NULL || fuzz_is_text(asked->phrase));
    FUZZ_PROMISE(with_own == NULL || fuzz_is_text(with_own->phrase));
    check_short(text);
    return 0;
}
