/* phrases: see the header. A file that is broken costs its own phrases, never a mail. */
#include "flows/phrases.h"

#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"

#include "base/banned.h"

#define WHOLE "de" /* the shipped file that has all phrases: a test sees to that */

/* FALSE: there is none, or it cannot be read, which is a problem. */
static gboolean read_file(Phrasebook *book, const char *directory, const char *language, GPtrArray *problems)
{
    g_autofree char *path = directory != NULL ? g_build_filename(directory, language, PHRASES_FILE, NULL) : NULL;
    g_autoptr(GString) source = NULL;
    g_autoptr(GError) err = NULL;
    if (path == NULL)
        return FALSE;
    if (files_read(path, LIMIT_TEMPLATE_BYTES, &source, &err)) {
        phrasebook_read(book, path, source->str, problems);
        return TRUE;
    }
    if (err->code != ERROR_NOTFOUND)
        g_ptr_array_add(problems, g_strdup(err->message));
    return FALSE;
}

static Phrasebook *read_all(const Desk *d, const char *language)
{
    g_autofree char *base = g_strndup(language, strcspn(language, "-"));
    const char *languages[] = {language, base, "en"};
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    Phrasebook *book = phrasebook_new();
    for (gsize l = 0; l < G_N_ELEMENTS(languages); l++)
        if (l == 0 || strcmp(languages[l], languages[l - 1]) != 0) {
            read_file(book, d->config->templates, languages[l], problems);
            read_file(book, d->templates, languages[l], problems);
        }
    for (guint i = 0; i < problems->len; i++)
        log_event(LOGGING_WARNING, "event=messages problem=\"%s\"", (const char *)g_ptr_array_index(problems, i));
    return book;
}

const Phrasebook *phrases_of(const Desk *d, const char *language)
{
    Phrasebook *book = g_hash_table_lookup(d->phrases, language);
    if (book == NULL) {
        book = read_all(d, language);
        g_hash_table_insert(d->phrases, g_strdup(language), book);
    }
    return book;
}

char *phrases_say(const Desk *d, const char *language, const char *text) { return phrase_say(text, phrases_of(d, language != NULL ? language : "en")); }

const char *phrases_language(const ConfigContact *contact, const ConfigQueue *queue)
{
    return contact != NULL && contact->language != NULL ? contact->language : queue != NULL && queue->language != NULL ? queue->language : "en";
}

typedef struct {
    const Phrasebook *whole;
    GPtrArray *problems;
    const char *path;
} Check;

static void is_known(const char *english, const char *text, void *data)
{
    const Check *c = data;
    const char *own = NULL;
    (void)text;
    if (phrasebook_find(c->whole, english, &own) == NULL)
        g_ptr_array_add(c->problems, g_strdup_printf("%s:1:1: escalate has no message '%s': expected a msgid of %s/%s", c->path, english, WHOLE, PHRASES_FILE));
    else if (strcmp(own, english) != 0)
        g_ptr_array_add(c->problems, g_strdup_printf("%s:1:1: expected the msgid '%s', not '%s'", c->path, own, english));
}

void phrases_check(const Desk *d, const char *language, GPtrArray *problems)
{
    g_autoptr(Phrasebook) book = phrasebook_new(), whole = phrasebook_new();
    g_autoptr(GPtrArray) elsewhere = g_ptr_array_new_with_free_func(g_free);
    if (!read_file(book, d->config->templates, language, problems))
        return;
    g_autofree char *path = g_build_filename(d->config->templates, language, PHRASES_FILE, NULL);
    Check c = {whole, problems, path};
    if (read_file(whole, d->templates, WHOLE, elsewhere))
        phrasebook_each(book, is_known, &c);
}
