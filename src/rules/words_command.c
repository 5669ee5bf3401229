/* words_command: an index over the rows of data/replies, by phrase. It must never answer for a phrase that no row holds. */
#include "rules/words_command.h"

#include <string.h>

#include "rules/words_replies.h"

#include "base/banned.h"

/* Built once, never changed afterwards: a mail asks for many phrases, and nearly all are none. */
typedef struct {
    GHashTable *holders; /* phrase -> GPtrArray of the rows that hold it, in the order of the table */
    GHashTable *longest; /* first word -> number of words of the longest phrase that begins with it */
    GHashTable *openers; /* of phrases that stand at the begin of a line: the first two words, or the only one */
} Index;

static gboolean opens(WordsClass c)
{
    return c == WORDS_VERB || c == WORDS_STRONG || c == WORDS_WEAK || c == WORDS_NEAR || c == WORDS_GREETING || c == WORDS_THANKS || c == WORDS_CLOSING
           || c == WORDS_PRAISE || c == WORDS_WELL || c == WORDS_THANKS_MORE || c == WORDS_PEOPLE || c == WORDS_PLEASE;
}

static void index_phrase(Index *x, const char *phrase, const WordsRow *row)
{
    guint words = 1;
    for (const char *p = phrase; *p != '\0'; p++)
        words += *p == ' ';
    g_autofree char *first = g_strndup(phrase, strcspn(phrase, " "));
    GPtrArray *holders = g_hash_table_lookup(x->holders, phrase);
    if (holders == NULL) {
        holders = g_ptr_array_new();
        g_hash_table_insert(x->holders, g_strdup(phrase), holders);
    }
    g_ptr_array_add(holders, (gpointer)row);
    if (opens(row->class)) {
        const char *second = strchr(phrase, ' ');
        g_hash_table_add(x->openers, second != NULL ? g_strndup(phrase, (gsize)(second - phrase) + 1 + strcspn(second + 1, " ")) : g_strdup(phrase));
    }
    if (GPOINTER_TO_UINT(g_hash_table_lookup(x->longest, first)) < words)
        g_hash_table_replace(x->longest, g_steal_pointer(&first), GUINT_TO_POINTER(words));
}

static Index *build(void)
{
    Index *x = g_new0(Index, 1);
    x->holders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    x->longest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    x->openers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (gsize i = 0; words_replies[i].words != NULL; i++) {
        g_auto(GStrv) phrases = g_strsplit(words_replies[i].words, "|", -1);
        for (guint k = 0; phrases[k] != NULL; k++)
            if (*phrases[k] != '\0')
                index_phrase(x, phrases[k], &words_replies[i]);
    }
    return x;
}

static const Index *index_of_words(void)
{
    static Index *x;
    if (g_once_init_enter(&x))
        g_once_init_leave(&x, build());
    return x;
}

/* The first row of that class, and of that value unless it is negative, that holds the phrase. */
static const WordsRow *find(WordsClass c, int value, const char *phrase)
{
    const GPtrArray *holders = g_hash_table_lookup(index_of_words()->holders, phrase);
    for (guint i = 0; holders != NULL && i < holders->len; i++) {
        const WordsRow *row = g_ptr_array_index(holders, i);
        if (row->class == c && (value < 0 || row->value == value))
            return row;
    }
    return NULL;
}

gboolean words_command_negates(const char *word)
{
    for (gsize i = 0; words_replies[i].words != NULL; i++) {
        if (words_replies[i].class != WORDS_NEGATION_IN)
            continue;
        g_auto(GStrv) parts = g_strsplit(words_replies[i].words, "|", -1);
        for (guint k = 0; parts[k] != NULL; k++)
            if (*parts[k] != '\0' && strstr(word, parts[k]) != NULL)
                return TRUE;
    }
    return FALSE;
}

guint words_command_longest(const char *first_word) { return GPOINTER_TO_UINT(g_hash_table_lookup(index_of_words()->longest, first_word)); }

gboolean words_command_opens(const char *begin) { return g_hash_table_contains(index_of_words()->openers, begin); }

gboolean words_command_find(WordsClass c, const char *phrase, int *ret_value)
{
    const WordsRow *row = find(c, -1, phrase);
    if (row != NULL && ret_value != NULL)
        *ret_value = row->value;
    return row != NULL;
}

gboolean words_command_has(WordsClass c, int value, const char *phrase) { return find(c, value, phrase) != NULL; }
