/* language: the words that hold sentences together are few, and each language has its own: whoever writes three lines uses some. A text of
 * logs, names and numbers has none, and is of no language. What two languages share is in neither list. */
#include "rules/language.h"

#include <string.h>

#include <glib.h>

#include "base/banned.h"

#define WORDS_NEEDED 3 /* of its language, and twice as many as of any other */
#define WORD_BYTES 24

static const struct {
    const char *language;
    const char *words; /* between bars, in lower case */
} languages[] = {
    {"de", "|der|und|nicht|ist|ich|wir|sie|ein|eine|einen|mit|auf|dass|auch|bei|seit|haben|habe|kann|können|bitte|unser|unsere|mein|meine|uns|mir|wird"
           "|werden|noch|wie|für|oder|aber|wenn|sich|dem|zum|zur|keine|kein|mehr|heute|guten|danke|ihnen|ihre|sind|nach|über|immer|schon|"},
    {"en", "|the|and|not|is|we|our|with|this|that|have|has|can|cannot|please|my|it|are|you|your|for|from|when|but|since|there|they|what|which|would|could"
           "|been|hello|thanks|still|does|of|to|"},
    {"fr", "|le|les|et|nous|vous|est|pas|une|des|dans|pour|avec|sur|ne|que|qui|notre|nos|votre|bonjour|merci|depuis|mais|ce|cette|sont|avons|plus|"},
    {"es", "|el|los|las|y|no|es|una|con|para|por|que|nuestro|nuestra|hola|gracias|desde|pero|está|hemos|puede|podemos|del|más|muy|"},
    {"it", "|il|gli|della|non|è|una|con|per|che|nostro|nostra|buongiorno|grazie|ma|abbiamo|possiamo|sono|questo|questa|dal|più|dei|"},
    {"nl", "|het|een|niet|wij|ik|met|voor|maar|onze|uw|graag|bedankt|sinds|kunnen|hebben|zijn|aan|naar|deze|wordt|geen|ook|bij|heeft|"},
    {"pt", "|os|não|uma|com|para|que|nosso|nossa|olá|obrigado|obrigada|desde|mas|está|temos|podemos|são|mais|muito|você|nossos|ao|"},
    {"pl", "|nie|jest|się|na|do|od|dla|nasz|nasza|proszę|dzień|dobry|dziękuję|ale|mamy|możemy|czy|przez|już|oraz|"},
    {"sv", "|och|inte|är|vi|jag|med|för|att|det|vår|våra|tack|hej|sedan|kan|har|som|på|till|ett|"},
};

/* All words of the lists by hash; a word of two languages stands there twice. Made once. */
#define SLOTS 1024 /* a power of two, and some three times the words */

typedef struct {
    const char *word; /* up to its bar; NULL: the slot is free */
    guint8 length, language;
} Slot;

static guint hash(const char *word, gsize n)
{
    guint h = 2166136261u; /* FNV-1a */
    for (gsize i = 0; i < n; i++)
        h = (h ^ (guchar)word[i]) * 16777619u;
    return h ^ (h >> 15);
}

static const Slot *all_words(void)
{
    static Slot slots[SLOTS];
    static gboolean is_made;
    if (is_made)
        return slots;
    is_made = TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(languages); i++)
        for (const char *p = languages[i].words + 1; *p != '\0';) {
            gsize n = strcspn(p, "|");
            guint at = hash(p, n) % SLOTS;
            while (slots[at].word != NULL)
                at = (at + 1) % SLOTS;
            slots[at] = (Slot){p, (guint8)n, (guint8)i};
            p += n + 1;
        }
    return slots;
}

static void count(const Slot *slots, const char *word, gsize n, guint *counts)
{
    for (guint at = hash(word, n) % SLOTS; slots[at].word != NULL; at = (at + 1) % SLOTS)
        if (slots[at].length == n && memcmp(slots[at].word, word, n) == 0)
            counts[slots[at].language]++;
}

/* The plain winner, or NULL. */
static const char *most(const guint *counts)
{
    gsize best = 0;
    for (gsize i = 1; i < G_N_ELEMENTS(languages); i++)
        if (counts[i] > counts[best])
            best = i;
    for (gsize i = 0; i < G_N_ELEMENTS(languages); i++)
        if (i != best && counts[i] * 2 > counts[best])
            return NULL;
    return counts[best] >= WORDS_NEEDED ? languages[best].language : NULL;
}

const char *language_of_text(const char *text)
{
    guint counts[G_N_ELEMENTS(languages)] = {0};
    const Slot *slots = all_words();
    if (text == NULL)
        return NULL;
    g_autofree char *head = g_strndup(text, strnlen(text, LANGUAGE_BYTES)), *valid = g_utf8_make_valid(head, -1);
    g_autofree char *lower = g_str_is_ascii(valid) ? g_ascii_strdown(valid, -1) : g_utf8_strdown(valid, -1);
    const char *word = lower;
    for (const char *p = lower;; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c < 0x80 ? g_ascii_isalpha((char)c) : g_unichar_isalpha(c))
            continue;
        if (p > word && p - word <= WORD_BYTES)
            count(slots, word, (gsize)(p - word), counts);
        if (c == 0)
            return most(counts);
        word = g_utf8_next_char(p);
    }
}
