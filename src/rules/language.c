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

#define HASH_BEGIN 2166136261u /* FNV-1a */
static guint hash_add(guint h, char c) { return (h ^ (guchar)c) * 16777619u; }
static guint slot_of(guint h) { return (h ^ (h >> 15)) % SLOTS; }

/* The word that is read, in lower case; n above WORD_BYTES: too long to be one of ours. */
typedef struct {
    char bytes[WORD_BYTES];
    gsize n;
    guint hash;
} Word;

static void word_add(Word *w, const char *bytes, gsize n)
{
    for (gsize i = 0; i < n && w->n <= WORD_BYTES; i++, w->n++) {
        if (w->n < WORD_BYTES)
            w->bytes[w->n] = bytes[i];
        w->hash = hash_add(w->hash, bytes[i]);
    }
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
            Word word = {.hash = HASH_BEGIN};
            word_add(&word, p, n);
            guint at = slot_of(word.hash);
            while (slots[at].word != NULL)
                at = (at + 1) % SLOTS;
            slots[at] = (Slot){p, (guint8)n, (guint8)i};
            p += n + 1;
        }
    return slots;
}

static void count_and_begin(Word *w, const Slot *slots, guint *counts)
{
    for (guint at = slot_of(w->hash); w->n > 0 && w->n <= WORD_BYTES && slots[at].word != NULL; at = (at + 1) % SLOTS)
        if (slots[at].length == w->n && memcmp(slots[at].word, w->bytes, w->n) == 0)
            counts[slots[at].language]++;
    w->n = 0;
    w->hash = HASH_BEGIN;
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
    Word word = {.hash = HASH_BEGIN};
    if (text == NULL)
        return NULL;
    for (const char *p = text, *end = text + strnlen(text, LANGUAGE_BYTES); p < end;) {
        gunichar c = (guchar)*p < 0x80 ? (gunichar)*p : g_utf8_get_char_validated(p, end - p);
        gboolean is_char = c < 0x110000; /* else a broken one, which ends a word */
        if (c < 0x80 ? g_ascii_isalpha((char)c) : is_char && g_unichar_isalpha(c)) {
            char small[6];
            gsize n = 1;
            if (c < 0x80)
                small[0] = g_ascii_tolower((char)c);
            else
                n = (gsize)g_unichar_to_utf8(g_unichar_tolower(c), small);
            word_add(&word, small, n);
        } else {
            count_and_begin(&word, slots, counts);
        }
        p += is_char ? g_utf8_skip[(guchar)*p] : 1;
    }
    count_and_begin(&word, slots, counts);
    return most(counts);
}
