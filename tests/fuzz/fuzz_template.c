/* Fuzzes rules/template: any source, in all modes, over a fixed tree of values, with partials of which one is the source
 * itself. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/error.h"
#include "base/limits.h"

#include "rules/template.h"
#include "rules/template_walk.h"

#include "base/banned.h"

/* ---- values: an object, a list or a text ---- */

typedef struct Value Value;
struct Value {
    const char *key, *text; /* text NULL: not a text */
    gboolean is_list;
    const Value *children;  /* the last has neither key nor text nor children */
};

#define TEXT(name, value) {name, value, FALSE, NULL}
#define LAST {NULL, NULL, FALSE, NULL}
static const Value tags[] = {TEXT(NULL, "one"), TEXT(NULL, "two"), LAST};
static const Value person[] = {TEXT("name", "Bo <b> & \"co\""), TEXT("mail", "bo@example.net\r\nBcc: x"), LAST};
static const Value people[] = {{NULL, NULL, FALSE, person}, {NULL, NULL, FALSE, person}, LAST};
static const Value ticket[] = {TEXT("id", "42"),
                               TEXT("subject", "It is\ndown \xF0\x9F\x94\xA5"),
                               TEXT("empty", ""),
                               TEXT("source", "{{id}}"),
                               {"tags", NULL, TRUE, tags},
                               {"owner", NULL, FALSE, person},
                               {"people", NULL, TRUE, people},
                               LAST};
static const Value top[] = {{"ticket", NULL, FALSE, ticket}, TEXT("x", "y"), {"list", NULL, TRUE, people}, LAST};
static const Value root = {NULL, NULL, FALSE, top};

static gboolean is_last(const Value *v) { return v->key == NULL && v->text == NULL && v->children == NULL; }

static const void *member(const void *value, const char *key)
{
    const Value *v = value;
    if (v->children == NULL || v->is_list)
        return NULL;
    for (const Value *c = v->children; !is_last(c); c++)
        if (strcmp(c->key, key) == 0)
            return c;
    return NULL;
}

static gssize length(const void *value)
{
    const Value *v = value;
    gssize n = 0;
    if (!v->is_list)
        return -1;
    while (!is_last(&v->children[n]))
        n++;
    return n;
}

static const void *item(const void *value, gsize index) { return &((const Value *)value)->children[index]; }

static gboolean is_true(const void *value)
{
    const Value *v = value;
    return v->text == NULL || *v->text != '\0';
}

static char *text(const void *value)
{
    const Value *v = value;
    return g_strdup(v->text != NULL ? v->text : "");
}

static char *partial(const char *name, void *data)
{
    if (strcmp(name, "self") == 0)
        return g_strdup(data);
    return strcmp(name, "part") == 0 ? g_strdup("{{#tags}}{{.}}\n{{/tags}}") : NULL;
}

/* ---- */

static void check(char *source, TemplateMode mode, gboolean is_template)
{
    static const TemplateValues values = {member, length, item, is_true, text};
    g_autofree char *out = NULL;
    g_autoptr(GError) err = NULL;
    gboolean ok = template_render(NULL, "fuzz", source, mode, &values, &root, partial, source, &out, &err);
    FUZZ_PROMISE(ok == (err == NULL) && ok == (out != NULL));
    FUZZ_PROMISE(ok || fuzz_is_text(err->message));
    FUZZ_PROMISE(!ok || (fuzz_is_text(out) && strlen(out) <= LIMIT_TEMPLATE_OUTPUT));
    FUZZ_PROMISE(!ok || is_template);
    FUZZ_PROMISE(ok || !is_template || err->code == ERROR_LIMIT);
    for (const char *p = out; mode == TEMPLATE_HEADER && ok && *p != '\0'; p++)
        FUZZ_PROMISE((unsigned char)*p >= ' ' && *p != 0x7f);
}

static void visit(const TemplateTag *tag, void *data)
{
    (void)data;
    FUZZ_PROMISE(tag->line >= 1 && *tag->name != '\0' && tag->sections->len <= LIMIT_TEMPLATE_NESTING * (LIMIT_TEMPLATE_NESTING + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *source = fuzz_text(data, size);
    g_autoptr(GPtrArray) names = NULL;
    gboolean is_template = template_names("fuzz", source, &names, NULL);
    for (int mode = TEMPLATE_TEXT; mode <= TEMPLATE_HEADER; mode++)
        check(source, (TemplateMode)mode, is_template);
    g_autoptr(GError) err = NULL;
    gboolean ok = template_walk("fuzz", source, visit, NULL, partial, source, &err);
    FUZZ_PROMISE(ok == (err == NULL) && (!ok || is_template) && (ok || !is_template || err->code == ERROR_LIMIT));
    return 0;
}
