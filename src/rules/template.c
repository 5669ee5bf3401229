/* template: Mustache. A source is cut once into a flat array of nodes (text and tags; a section knows where it ends), then the
 * array is walked with a stack of contexts. Templates are the operator's, values are anybody's: a value is never read as template
 * again, and depth, steps, partials and output are bounded. It must never do I/O nor know what the values are.
 * Specification: https://github.com/mustache/spec, modules comments, delimiters, interpolation, inverted, partials, sections. */
#include "rules/template.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "base/banned.h"

typedef enum { NODE_TEXT, NODE_ESCAPED, NODE_RAW, NODE_SECTION, NODE_INVERTED, NODE_CLOSE, NODE_PARTIAL, NODE_NOTHING } NodeKind;

typedef struct {
    NodeKind kind;
    const char *text; /* into the source: the literal text, or the whole tag (for messages) */
    gsize length;
    int line;
    char *name;       /* of a tag; NULL for text */
    char **path;      /* the name's parts; empty for "." */
    char *indent;     /* of a partial alone on its line, else NULL */
    guint end;        /* of a section: the index of its closing tag */
} Node;

typedef struct {
    char *name, *source;
    GArray *nodes; /* Node */
} Parsed;

static void node_clear(void *data)
{
    Node *n = data;
    g_free(n->name);
    g_strfreev(n->path);
    g_free(n->indent);
}

static void parsed_free(Parsed *p)
{
    if (p == NULL)
        return;
    g_array_unref(p->nodes);
    g_free(p->name);
    g_free(p->source);
    g_free(p);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Parsed, parsed_free)

static gboolean fail(GError **err, ErrorCode code, const Parsed *p, const Node *n, const char *reason)
{
    g_autofree char *cut = g_strndup(n->text, MIN(n->length, 60));
    g_autofree char *tag = g_utf8_make_valid(g_strdelimit(cut, "\r\n\t", ' '), -1);
    return error_set(err, code, "template '%s:%d': tag '%s': %s", p->name, n->line, tag, reason);
}

typedef struct {
    Parsed *parsed;
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
    Node n = {.kind = NODE_TEXT, .text = r->at, .length = (gsize)(end - r->at), .line = r->line};
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
static const char *name_fault(NodeKind kind, const char *name)
{
    if (*name == '\0')
        return "a name is missing";
    if (strpbrk(name, " \t\r\n") != NULL)
        return "a name has no spaces in it";
    if (*name == '$' || *name == '<' || (kind == NODE_PARTIAL && *name == '*'))
        return "inheritance and dynamic names are not part of this language";
    if (kind == NODE_PARTIAL || strcmp(name, ".") == 0)
        return NULL;
    if (*name == '.' || g_str_has_suffix(name, ".") || strstr(name, "..") != NULL)
        return "a dotted name has an empty part";
    return NULL;
}

static gboolean nest(Reader *r, Node *n, GError **err)
{
    if (n->kind == NODE_SECTION || n->kind == NODE_INVERTED) {
        if (r->depth == LIMIT_TEMPLATE_NESTING)
            return fail(err, ERROR_LIMIT, r->parsed, n, "sections are nested too deeply");
        r->stack[r->depth++] = r->parsed->nodes->len;
        return TRUE;
    }
    if (n->kind != NODE_CLOSE)
        return TRUE;
    if (r->depth == 0)
        return fail(err, ERROR_DATA, r->parsed, n, "no section is open");
    Node *opening = &g_array_index(r->parsed->nodes, Node, r->stack[--r->depth]);
    opening->end = r->parsed->nodes->len;
    if (strcmp(opening->name, n->name) == 0)
        return TRUE;
    g_autofree char *reason = g_strdup_printf("the open section is '%s', of line %d", opening->name, opening->line);
    return fail(err, ERROR_DATA, r->parsed, n, reason);
}

/* Sigil -> kind; `closer` stands before the closing delimiter. */
static const struct {
    char sigil, closer;
    NodeKind kind;
    gboolean alone; /* takes its line away where nothing else stands on it */
} sigils[] = {
    {'#', 0, NODE_SECTION, TRUE}, {'^', 0, NODE_INVERTED, TRUE}, {'/', 0, NODE_CLOSE, TRUE}, {'>', 0, NODE_PARTIAL, TRUE},
    {'!', 0, NODE_NOTHING, TRUE}, {'=', '=', NODE_NOTHING, TRUE}, {'&', 0, NODE_RAW, FALSE}, {'{', '}', NODE_RAW, FALSE},
    {0, 0, NODE_ESCAPED, FALSE},
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
static gboolean read_inside(Reader *r, const Tag *tag, Node *n, GError **err)
{
    if (n->kind == NODE_NOTHING) {
        const char *fault = sigils[tag->sigil].sigil == '=' ? change_delimiters(r, tag->inside, tag->inside_length) : NULL;
        return fault == NULL || fail(err, ERROR_DATA, r->parsed, n, fault);
    }
    n->name = g_strstrip(g_strndup(tag->inside, tag->inside_length));
    const char *fault = name_fault(n->kind, n->name);
    if (fault != NULL)
        return fail(err, ERROR_DATA, r->parsed, n, fault);
    n->path = strcmp(n->name, ".") == 0 ? g_new0(char *, 1) : g_strsplit(n->name, ".", -1);
    return nest(r, n, err);
}

static gboolean read_tag(Reader *r, const char *start, GError **err)
{
    Tag tag;
    Node n = {.text = start};
    if (!find_tag(r, start, &tag)) {
        advance(r, start);
        n.line = r->line;
        n.length = strcspn(start, "\r\n");
        return fail(err, ERROR_DATA, r->parsed, &n, "its end is missing");
    }
    const char *from = start, *to = tag.end;
    gboolean alone = sigils[tag.sigil].alone && stands_alone(r->parsed->source, &from, &to);
    n.kind = sigils[tag.sigil].kind;
    n.length = (gsize)(tag.end - start);
    add_text(r, from);
    n.line = r->line;
    if (alone && n.kind == NODE_PARTIAL && from < start)
        n.indent = g_strndup(from, (gsize)(start - from));
    if (!read_inside(r, &tag, &n, err)) {
        node_clear(&n);
        return FALSE;
    }
    if (n.kind != NODE_NOTHING)
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
    const Node *open = &g_array_index(r->parsed->nodes, Node, r->stack[r->depth - 1]);
    return fail(err, ERROR_DATA, r->parsed, open, "the section is never closed");
}

static Parsed *parse(const char *name, const char *source, gsize max, GError **err)
{
    if (strlen(source) > max) {
        error_set(err, ERROR_LIMIT, "template '%s': longer than %" G_GSIZE_FORMAT " bytes", name, max);
        return NULL;
    }
    g_autoptr(Parsed) p = g_new0(Parsed, 1);
    p->name = g_strdup(name);
    p->source = g_strdup(source);
    p->nodes = g_array_new(FALSE, FALSE, sizeof(Node));
    g_array_set_clear_func(p->nodes, node_clear);
    Reader r = {.parsed = p, .at = p->source, .line = 1, .open = g_strdup("{{"), .close = g_strdup("}}")};
    gboolean good = read_all(&r, err);
    g_free(r.open);
    g_free(r.close);
    return good ? g_steal_pointer(&p) : NULL;
}

typedef struct {
    TemplateMode mode;
    const TemplateValues *values;
    TemplatePartial partial;
    void *partial_data;
    const void *contexts[LIMIT_TEMPLATE_NESTING + 2]; /* the root, one a section, the one that is refused */
    int context_count;
    int depth;             /* of sections and partials together */
    guint steps;
    GHashTable *partials;  /* indent + '>' + name -> Parsed *; empty text for unknown ones */
    gsize partial_bytes;
    GString *out;
} Render;

static gboolean render_range(Render *r, const Parsed *p, guint from, guint to, GError **err);

/* A broken chain is absent: only the first part is looked for in the contexts around (specification, "dotted names"). */
static const void *lookup(const Render *r, const Node *n)
{
    if (n->path[0] == NULL)
        return r->contexts[r->context_count - 1];
    const void *value = NULL;
    for (int i = r->context_count; value == NULL && i > 0; i--)
        if (r->contexts[i - 1] != NULL)
            value = r->values->member(r->contexts[i - 1], n->path[0]);
    for (char **part = n->path + 1; value != NULL && *part != NULL; part++)
        value = r->values->member(value, *part);
    return value;
}

static void append_escaped(GString *out, const char *text)
{
    static const char special[] = "&<>\"";
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
    for (gsize n; n = strcspn(text, special), text[n] != '\0'; text += n + 1) {
        g_string_append_len(out, text, (gssize)n);
        g_string_append(out, entities[strchr(special, text[n]) - special]);
    }
    g_string_append(out, text);
}

static gboolean render_value(Render *r, const Parsed *p, const Node *n, GError **err)
{
    const void *value = lookup(r, n);
    g_autofree char *text = value != NULL ? r->values->text(value) : NULL;
    if (text == NULL)
        return TRUE;
    if (strlen(text) > LIMIT_TEMPLATE_OUTPUT)
        return fail(err, ERROR_LIMIT, p, n, "the output is too long");
    if (n->kind == NODE_ESCAPED && r->mode == TEMPLATE_HTML)
        append_escaped(r->out, text);
    else
        g_string_append(r->out, text);
    return TRUE;
}

static gboolean render_with(Render *r, const Parsed *p, guint section, const void *context, GError **err)
{
    r->contexts[r->context_count++] = context;
    gboolean good = render_range(r, p, section + 1, g_array_index(p->nodes, Node, section).end, err);
    r->context_count--;
    return good;
}

static gboolean render_section(Render *r, const Parsed *p, guint i, GError **err)
{
    const Node *n = &g_array_index(p->nodes, Node, i);
    const void *value = lookup(r, n);
    gboolean is_true = value != NULL && r->values->is_true(value);
    if (n->kind == NODE_INVERTED)
        return is_true || render_range(r, p, i + 1, n->end, err);
    if (!is_true)
        return TRUE;
    gssize length = r->values->length(value);
    if (length < 0)
        return render_with(r, p, i, value, err);
    for (gsize k = 0; k < (gsize)length; k++)
        if (!render_with(r, p, i, r->values->item(value, k), err))
            return FALSE;
    return TRUE;
}

/* `indent` before each line of the text (specification, "standalone partials": of the template, not of the values in it). */
static char *indented(const char *text, const char *indent, gsize max)
{
    if (indent == NULL)
        return g_strdup(text);
    GString *out = g_string_new(NULL);
    while (*text != '\0' && out->len <= max) {
        const char *end = strchr(text, '\n');
        end = end != NULL ? end + 1 : text + strlen(text);
        g_string_append(out, indent);
        g_string_append_len(out, text, end - text);
        text = end;
    }
    return g_string_free(out, FALSE);
}

/* The partial, read once per name and indent. All partials of a rendering together are bounded. */
static const Parsed *get_partial(Render *r, const Parsed *p, const Node *n, GError **err)
{
    g_autofree char *key = g_strdup_printf("%s>%s", n->indent != NULL ? n->indent : "", n->name);
    Parsed *found = g_hash_table_lookup(r->partials, key);
    if (found != NULL)
        return found;
    g_autofree char *text = r->partial != NULL ? r->partial(n->name, r->partial_data) : NULL;
    g_autofree char *source = indented(text != NULL ? text : "", n->indent, LIMIT_TEMPLATE_OUTPUT);
    r->partial_bytes += strlen(source) + strlen(key);
    if (r->partial_bytes > LIMIT_TEMPLATE_OUTPUT) {
        fail(err, ERROR_LIMIT, p, n, "the partials together are too long");
        return NULL;
    }
    found = parse(n->name, source, LIMIT_TEMPLATE_OUTPUT, err);
    if (found != NULL)
        g_hash_table_insert(r->partials, g_steal_pointer(&key), found);
    return found;
}

static gboolean render_partial(Render *r, const Parsed *p, const Node *n, GError **err)
{
    const Parsed *partial = get_partial(r, p, n, err);
    return partial != NULL && render_range(r, partial, 0, partial->nodes->len, err);
}

static gboolean render_node(Render *r, const Parsed *p, guint i, GError **err)
{
    const Node *n = &g_array_index(p->nodes, Node, i);
    switch (n->kind) {
    case NODE_TEXT: g_string_append_len(r->out, n->text, (gssize)n->length); return TRUE;
    case NODE_ESCAPED:
    case NODE_RAW: return render_value(r, p, n, err);
    case NODE_SECTION:
    case NODE_INVERTED: return render_section(r, p, i, err);
    case NODE_PARTIAL: return render_partial(r, p, n, err);
    default: return TRUE;
    }
}

/* Recursion is bounded by LIMIT_TEMPLATE_NESTING: a partial that includes itself for ever ends here. Steps bound what repeats
 * without writing anything. */
static gboolean render_range(Render *r, const Parsed *p, guint from, guint to, GError **err)
{
    r->steps++;
    if (from == to)
        return TRUE;
    const Node *n = &g_array_index(p->nodes, Node, from);
    if (r->depth > LIMIT_TEMPLATE_NESTING)
        return fail(err, ERROR_LIMIT, p, n, "sections and partials are nested too deeply");
    r->depth++;
    for (guint i = from; i < to; i++) {
        n = &g_array_index(p->nodes, Node, i);
        if (++r->steps > LIMIT_TEMPLATE_STEPS)
            return fail(err, ERROR_LIMIT, p, n, "too much is repeated");
        if (!render_node(r, p, i, err))
            return FALSE;
        if (r->out->len > LIMIT_TEMPLATE_OUTPUT)
            return fail(err, ERROR_LIMIT, p, n, "the output is too long");
        if (n->kind == NODE_SECTION || n->kind == NODE_INVERTED)
            i = n->end;
    }
    r->depth--;
    return TRUE;
}

/* Length in bytes of the control character or line end at p, else 0: C0, DEL, C1 (U+0080 to U+009F), U+2028 and U+2029. */
static gsize control_at(const char *p)
{
    guchar a = (guchar)p[0], b = a != '\0' ? (guchar)p[1] : 0;
    if ((a < 0x20 && a != '\0') || a == 0x7f)
        return 1;
    if (a == 0xc2 && b >= 0x80 && b < 0xa0)
        return 2;
    if (a == 0xe2 && b == 0x80 && ((guchar)p[2] == 0xa8 || (guchar)p[2] == 0xa9))
        return 3;
    return 0;
}

/* One line: each run of blanks that has a control character or line end in it becomes one space; none at either end. */
static char *one_line(const char *text)
{
    GString *out = g_string_new(NULL);
    while (*text != '\0') {
        const char *p = text;
        gboolean has_control = FALSE;
        for (gsize n; *p == ' ' || (n = control_at(p)) > 0;) {
            has_control = has_control || *p != ' ';
            p += *p == ' ' ? 1 : n;
        }
        if (p == text)
            g_string_append_c(out, *p++);
        else if (has_control)
            g_string_append_c(out, ' ');
        else
            g_string_append_len(out, text, p - text);
        text = p;
    }
    return g_strstrip(g_string_free(out, FALSE));
}

gboolean template_render(const char *name, const char *source, TemplateMode mode, const TemplateValues *values, const void *root,
                         TemplatePartial partial, void *partial_data, char **ret, GError **err)
{
    g_autoptr(Parsed) p = parse(name, source, LIMIT_TEMPLATE_BYTES, err);
    if (p == NULL)
        return FALSE;
    g_autoptr(GHashTable) partials = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)parsed_free);
    g_autoptr(GString) out = g_string_new(NULL);
    Render r = {.mode = mode, .values = values, .partial = partial, .partial_data = partial_data, .contexts = {root},
                .context_count = 1, .partials = partials, .out = out};
    if (!render_range(&r, p, 0, p->nodes->len, err))
        return FALSE;
    *ret = mode == TEMPLATE_HEADER ? one_line(out->str) : g_string_free(g_steal_pointer(&out), FALSE);
    return TRUE;
}

gboolean template_names(const char *name, const char *source, GPtrArray **ret, GError **err)
{
    g_autoptr(Parsed) p = parse(name, source, LIMIT_TEMPLATE_BYTES, err);
    if (p == NULL)
        return FALSE;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal); /* keys belong to the nodes */
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < p->nodes->len; i++) {
        const Node *n = &g_array_index(p->nodes, Node, i);
        gboolean is_value = n->kind != NODE_TEXT && n->kind != NODE_PARTIAL && n->kind != NODE_CLOSE && n->path[0] != NULL;
        if (is_value && g_hash_table_add(seen, n->name))
            g_ptr_array_add(names, g_strdup(n->name));
    }
    *ret = names;
    return TRUE;
}
