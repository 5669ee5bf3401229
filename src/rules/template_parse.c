/* template_parse: cuts a source once into text and tags; a section knows where it ends. */
#include "rules/template_parse.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "base/banned.h"

static void node_clear(void *data)
{
    TemplateNode *n = data;
    g_free(n->name);
    g_strfreev(n->path);
    g_free(n->indent);
}

void template_parse_free(TemplateParsed *p)
{
    if (p == NULL)
        return;
    g_array_unref(p->nodes);
    g_free(p->name);
    g_free(p->source);
    g_free(p);
}
gboolean template_parse_fail(GError **err, ErrorCode code, const TemplateParsed *p, const TemplateNode *n, const char *reason)
{
    g_autofree char *cut = g_strndup(n->text, MIN(n->length, 60));
    g_autofree char *tag = g_utf8_make_valid(g_strdelimit(cut, "\r\n\t", ' '), -1);
    return error_set(err, code, "template '%s:%d': tag '%s': %s", p->name, n->line, tag, reason);
}

typedef struct {
    TemplateParsed *parsed;
    const char *at;               /* next unread byte */
    int line;                     /* of `at` */
    char *open, *close;           /* delimiters */
    guint stack[LIMIT_TEMPLATE_NESTING]; /* open sections: indices of nodes */
    int depth;
} Reader;

static void advance(Reader *r, const char *to)
{
    for (; r->at < to; r->at++)
        r->line += *r->at == '\n';
}

static void add_text(Reader *r, const char *end)
{
    TemplateNode n = {.kind = TEMPLATE_NODE_TEXT, .text = r->at, .length = (gsize)(end - r->at), .line = r->line};
    if (n.length > 0)
        g_array_append_val(r->parsed->nodes, n);
    advance(r, end);
}

/* `{{=<% %>=}}`: two words without '='. Whatever is wrong with them is told as the reason; NULL where they are good. */
static const char *change_delimiters(Reader *r, const char *inside, gsize length)
{
    static const char expected[] = "expected two delimiters without '=', as in {{=<% %>=}}";
    g_autofree char *text = g_strndup(inside, length);
    g_auto(GStrv) words = g_strsplit_set(text, " \t\r\n", -1);
    const char *found[2];
    guint n = 0;
    for (char **w = words; *w != NULL; w++) {
        if (**w != '\0' && n < 2 && strchr(*w, '=') == NULL)
            found[n++] = *w;
        else if (**w != '\0')
            return expected;
    }
    if (n != 2)
        return expected;
    g_free(r->open);
    g_free(r->close);
    r->open = g_strdup(found[0]);
    r->close = g_strdup(found[1]);
    return NULL;
}

/* Why `name` is none, or NULL. "." is the value at hand. */
static const char *name_fault(TemplateNodeKind kind, const char *name)
{
    if (*name == '\0')
        return "a name is missing";
    if (strpbrk(name, " \t\r\n") != NULL)
        return "a name has no spaces in it";
    if (*name == '$' || *name == '<' || (kind == TEMPLATE_NODE_PARTIAL && *name == '*'))
        return "inheritance and dynamic names are not part of this language";
    if (kind == TEMPLATE_NODE_PARTIAL || strcmp(name, ".") == 0)
        return NULL;
    if (*name == '.' || g_str_has_suffix(name, ".") || strstr(name, "..") != NULL)
        return "a dotted name has an empty part";
    return NULL;
}

static gboolean nest(Reader *r, TemplateNode *n, GError **err)
{
    if (n->kind == TEMPLATE_NODE_SECTION || n->kind == TEMPLATE_NODE_INVERTED) {
        if (r->depth == LIMIT_TEMPLATE_NESTING)
            return template_parse_fail(err, ERROR_LIMIT, r->parsed, n, "sections are nested too deeply");
        r->stack[r->depth++] = r->parsed->nodes->len;
        return TRUE;
    }
    if (n->kind != TEMPLATE_NODE_CLOSE)
        return TRUE;
    if (r->depth == 0)
        return template_parse_fail(err, ERROR_DATA, r->parsed, n, "no section is open");
    TemplateNode *opening = &g_array_index(r->parsed->nodes, TemplateNode, r->stack[--r->depth]);
    opening->end = r->parsed->nodes->len;
    if (strcmp(opening->name, n->name) == 0)
        return TRUE;
    g_autofree char *reason = g_strdup_printf("the open section is '%s', of line %d", opening->name, opening->line);
    return template_parse_fail(err, ERROR_DATA, r->parsed, n, reason);
}

/* Sigil -> kind; `closer` stands before the closing delimiter. */
static const struct {
    char sigil, closer;
    TemplateNodeKind kind;
    gboolean alone; /* takes its line away where nothing else stands on it */
} sigils[] = {
    {'#', 0, TEMPLATE_NODE_SECTION, TRUE}, {'^', 0, TEMPLATE_NODE_INVERTED, TRUE}, {'/', 0, TEMPLATE_NODE_CLOSE, TRUE}, {'>', 0, TEMPLATE_NODE_PARTIAL, TRUE},
    {'!', 0, TEMPLATE_NODE_NOTHING, TRUE}, {'=', '=', TEMPLATE_NODE_NOTHING, TRUE}, {'&', 0, TEMPLATE_NODE_RAW, FALSE}, {'{', '}', TEMPLATE_NODE_RAW, FALSE},
    {0, 0, TEMPLATE_NODE_ESCAPED, FALSE},
};

typedef struct {
    guint sigil;          /* index into sigils */
    const char *inside;   /* what stands between */
    gsize inside_length;
    const char *end;      /* after the closing delimiter */
} Tag;

static gboolean find_tag(const Reader *r, const char *start, Tag *tag)
{
    const char *p = start + strlen(r->open);
    for (tag->sigil = 0; sigils[tag->sigil].sigil != 0 && sigils[tag->sigil].sigil != *p; tag->sigil++)
        ;
    if (sigils[tag->sigil].sigil != 0)
        p++;
    char closer[2] = {sigils[tag->sigil].closer, '\0'};
    g_autofree char *close = g_strconcat(closer, r->close, NULL);
    const char *end = strstr(p, close);
    if (end == NULL)
        return FALSE;
    tag->inside = p;
    tag->inside_length = (gsize)(end - p);
    tag->end = end + strlen(close);
    return TRUE;
}

/* Whether nothing but blanks stands beside the tag on its line: *start and *end are then widened to the line and its end. */
static gboolean stands_alone(const char *source, const char **start, const char **end)
{
    const char *a = *start, *b = *end;
    while (a > source && (a[-1] == ' ' || a[-1] == '\t'))
        a--;
    while (*b == ' ' || *b == '\t')
        b++;
    if (a > source && a[-1] != '\n')
        return FALSE;
    if (b[0] == '\r' && b[1] == '\n')
        b++;
    if (*b != '\n' && *b != '\0')
        return FALSE;
    *start = a;
    *end = *b == '\n' ? b + 1 : b;
    return TRUE;
}

/* Turns what stands inside the tag into the node's name; comments and delimiters have none. */
static gboolean read_inside(Reader *r, const Tag *tag, TemplateNode *n, GError **err)
{
    if (n->kind == TEMPLATE_NODE_NOTHING) {
        const char *fault = sigils[tag->sigil].sigil == '=' ? change_delimiters(r, tag->inside, tag->inside_length) : NULL;
        return fault == NULL || template_parse_fail(err, ERROR_DATA, r->parsed, n, fault);
    }
    n->name = g_strstrip(g_strndup(tag->inside, tag->inside_length));
    const char *fault = name_fault(n->kind, n->name);
    if (fault != NULL)
        return template_parse_fail(err, ERROR_DATA, r->parsed, n, fault);
    n->path = strcmp(n->name, ".") == 0 ? g_new0(char *, 1) : g_strsplit(n->name, ".", -1);
    return nest(r, n, err);
}

static gboolean read_tag(Reader *r, const char *start, GError **err)
{
    Tag tag;
    TemplateNode n = {.text = start};
    if (!find_tag(r, start, &tag)) {
        advance(r, start);
        n.line = r->line;
        n.length = strcspn(start, "\r\n");
        return template_parse_fail(err, ERROR_DATA, r->parsed, &n, "its end is missing");
    }
    const char *from = start, *to = tag.end;
    gboolean alone = sigils[tag.sigil].alone && stands_alone(r->parsed->source, &from, &to);
    n.kind = sigils[tag.sigil].kind;
    n.length = (gsize)(tag.end - start);
    add_text(r, from);
    n.line = r->line;
    if (alone && n.kind == TEMPLATE_NODE_PARTIAL && from < start)
        n.indent = g_strndup(from, (gsize)(start - from));
    if (!read_inside(r, &tag, &n, err)) {
        node_clear(&n);
        return FALSE;
    }
    if (n.kind != TEMPLATE_NODE_NOTHING)
        g_array_append_val(r->parsed->nodes, n);
    advance(r, to);
    return TRUE;
}

static gboolean read_all(Reader *r, GError **err)
{
    const char *start;
    while ((start = strstr(r->at, r->open)) != NULL)
        if (!read_tag(r, start, err))
            return FALSE;
    add_text(r, r->at + strlen(r->at));
    if (r->depth == 0)
        return TRUE;
    const TemplateNode *open = &g_array_index(r->parsed->nodes, TemplateNode, r->stack[r->depth - 1]);
    return template_parse_fail(err, ERROR_DATA, r->parsed, open, "the section is never closed");
}

TemplateParsed *template_parse_source(const char *name, const char *source, gsize max, GError **err)
{
    if (strlen(source) > max) {
        error_set(err, ERROR_LIMIT, "template '%s': longer than %" G_GSIZE_FORMAT " bytes", name, max);
        return NULL;
    }
    g_autoptr(TemplateParsed) p = g_new0(TemplateParsed, 1);
    p->name = g_strdup(name);
    p->source = g_strdup(source);
    p->nodes = g_array_new(FALSE, FALSE, sizeof(TemplateNode));
    g_array_set_clear_func(p->nodes, node_clear);
    Reader r = {.parsed = p, .at = p->source, .line = 1, .open = g_strdup("{{"), .close = g_strdup("}}")};
    gboolean good = read_all(&r, err);
    g_free(r.open);
    g_free(r.close);
    return good ? g_steal_pointer(&p) : NULL;
}
