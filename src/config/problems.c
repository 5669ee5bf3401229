/* problems: errors and warnings with their places. Bounded: a file of nothing but faults must not fill memory, so beyond
 * LIMIT_CONFIG_PROBLEMS errors are only counted. It must never print. */
#include "config/problems.h"

#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"

#include "base/banned.h"

#define TEXT_MAX 500 /* bytes of one message, without its place */

typedef struct {
    Place at;
    guint order; /* as found: keeps the sort stable */
    char *text;
} Problem;

typedef struct {
    GPtrArray *list; /* Problem * */
    guint untold;
} Kept;

struct Problems {
    Kept errors, warnings;
};

static void problem_free(gpointer data)
{
    Problem *problem = data;
    g_free(problem->text);
    g_free(problem);
}

Problems *problems_new(void)
{
    Problems *p = g_new0(Problems, 1);
    p->errors.list = g_ptr_array_new_with_free_func(problem_free);
    p->warnings.list = g_ptr_array_new_with_free_func(problem_free);
    return p;
}

void problems_free(Problems *p)
{
    if (p == NULL)
        return;
    g_ptr_array_unref(p->errors.list);
    g_ptr_array_unref(p->warnings.list);
    g_free(p);
}

/* Texts quote the file, and go to terminals and mails. */
static char *clean(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)MIN(strlen(text), TEXT_MAX));
    return utf8_shown(valid);
}

static void keep(Kept *kept, const Place *at, const char *format, va_list ap)
{
    if (kept->list->len >= LIMIT_CONFIG_PROBLEMS) {
        kept->untold++;
        return;
    }
    g_autofree char *text = g_strdup_vprintf(format, ap);
    Problem *problem = g_new0(Problem, 1);
    problem->at = *at;
    problem->order = kept->list->len;
    problem->text = clean(text);
    g_ptr_array_add(kept->list, problem);
}

void problems_error(Problems *p, const Place *at, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    keep(&p->errors, at, format, ap);
    va_end(ap);
}

void problems_warning(Problems *p, const Place *at, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    keep(&p->warnings, at, format, ap);
    va_end(ap);
}

gboolean problems_has_errors(const Problems *p) { return p->errors.list->len > 0; }

gboolean problems_is_full(const Problems *p) { return p->errors.list->len >= LIMIT_CONFIG_PROBLEMS; }

static int compare(gconstpointer a, gconstpointer b)
{
    const Problem *x = *(Problem *const *)a, *y = *(Problem *const *)b;
    if (x->at.file != y->at.file)
        return x->at.file < y->at.file ? -1 : 1;
    if (x->at.line != y->at.line)
        return x->at.line < y->at.line ? -1 : 1;
    if (x->at.column != y->at.column)
        return x->at.column < y->at.column ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

char *problems_place_format(const Place *at)
{
    if (at->line == 0)
        return g_strdup(at->path);
    return g_strdup_printf("%s:%d:%d", at->path, at->line, at->column);
}

static void finish(Kept *kept, GPtrArray *ret)
{
    if (ret == NULL)
        return;
    g_ptr_array_sort(kept->list, compare);
    for (guint i = 0; i < kept->list->len; i++) {
        const Problem *problem = kept->list->pdata[i];
        g_autofree char *place = problems_place_format(&problem->at);
        g_ptr_array_add(ret, g_strdup_printf("%s: %s", place, problem->text));
    }
    if (kept->untold > 0)
        g_ptr_array_add(ret, g_strdup_printf("and %u more", kept->untold));
}

void problems_finish(Problems *p, GPtrArray *errors, GPtrArray *warnings)
{
    finish(&p->errors, errors);
    finish(&p->warnings, warnings);
}
