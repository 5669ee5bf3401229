/* yaml: libyaml's events to a tree, with a stack of our own (no recursion on what is read). What is refused but does not stop the
 * parser is told and marked broken, so that the rest is still checked. It must never resolve types: a scalar is its text. */
#include "config/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/limits.h"

#include "base/banned.h"

typedef struct {
    YamlTree *node;
    YamlTree *key;    /* of a mapping: read, its value not yet */
    GHashTable *seen; /* of a mapping: key's text -> its YamlTree */
} Frame;

typedef struct {
    Problems *problems;
    Place file;
    guint *nodes_left;
    Frame stack[LIMIT_CONFIG_NESTING];
    int depth;
    YamlTree *root;
} Builder;

void yaml_tree_free(YamlTree *t)
{
    if (t == NULL)
        return;
    if (t->items != NULL)
        g_ptr_array_unref(t->items); /* recursion is bounded by LIMIT_CONFIG_NESTING */
    g_free(t->text);
    g_free(t);
}

static void tree_destroy(gpointer data) { yaml_tree_free(data); }

guint yaml_tree_pairs(const YamlTree *mapping) { return mapping->items->len / 2; }

gboolean yaml_tree_pair(const YamlTree *mapping, guint i, const YamlTree **ret_key, const YamlTree **ret_value)
{
    const YamlTree *key = mapping->items->pdata[2 * i];
    if (key->is_broken || key->kind != YAML_TREE_SCALAR)
        return FALSE;
    *ret_key = key;
    *ret_value = mapping->items->pdata[2 * i + 1];
    return TRUE;
}

const YamlTree *yaml_tree_get(const YamlTree *mapping, const char *key)
{
    const YamlTree *k, *v;
    for (guint i = 0; mapping->kind == YAML_TREE_MAPPING && i < yaml_tree_pairs(mapping); i++)
        if (yaml_tree_pair(mapping, i, &k, &v) && strcmp(k->text, key) == 0)
            return v;
    return NULL;
}

gboolean yaml_tree_is_empty(const YamlTree *t) { return t->kind == YAML_TREE_SCALAR && t->is_plain && t->text[0] == '\0'; }

char *yaml_tree_describe(const YamlTree *t)
{
    if (t->kind == YAML_TREE_SEQUENCE)
        return g_strdup("a list");
    if (t->kind == YAML_TREE_MAPPING)
        return g_strdup("a mapping");
    if (yaml_tree_is_empty(t))
        return g_strdup("empty");
    return g_strdup_printf("'%.60s%s'", t->text, strlen(t->text) > 60 ? "…" : "");
}

static Place place_of(const Builder *b, yaml_mark_t mark)
{
    Place at = b->file;
    at.line = (int)mark.line + 1;
    at.column = (int)mark.column + 1;
    return at;
}

static void refuse(const Builder *b, YamlTree *node, const char *what)
{
    problems_error(b->problems, &node->at, "%s", what);
    node->is_broken = TRUE;
}

/* A key must be text, once in its mapping. */
static void check_key(const Builder *b, Frame *top, YamlTree *key)
{
    if (key->is_broken)
        return;
    if (key->kind != YAML_TREE_SCALAR) {
        refuse(b, key, "a list or mapping stands as a key, expected a name");
        return;
    }
    const YamlTree *first = g_hash_table_lookup(top->seen, key->text);
    if (first == NULL) {
        g_hash_table_insert(top->seen, key->text, key);
        return;
    }
    g_autofree char *where = problems_place_format(&first->at);
    problems_error(b->problems, &key->at, "key '%s' stands twice, first at %s, expected it once", key->text, where);
    key->is_broken = TRUE;
}

/* Hands `node` to the collection that is open, which owns it from then on. */
static void attach(Builder *b, YamlTree *node)
{
    if (b->depth == 0) {
        if (b->root == NULL)
            b->root = node;
        else
            yaml_tree_free(node); /* of a second document */
        return;
    }
    Frame *top = &b->stack[b->depth - 1];
    gboolean is_key = top->node->kind == YAML_TREE_MAPPING && top->key == NULL;
    g_ptr_array_add(top->node->items, node);
    if (is_key)
        check_key(b, top, node);
    top->key = is_key ? node : NULL;
}

static YamlTree *node_new(Builder *b, YamlTreeKind kind, const yaml_event_t *event, const yaml_char_t *anchor,
                          const yaml_char_t *tag)
{
    YamlTree *node = g_new0(YamlTree, 1);
    node->kind = kind;
    node->at = place_of(b, event->start_mark);
    if (kind == YAML_TREE_SCALAR)
        node->text = g_strdup("");
    else
        node->items = g_ptr_array_new_with_free_func(tree_destroy);
    if (anchor != NULL)
        refuse(b, node, "an anchor (&) is not allowed here, expected the value itself");
    if (tag != NULL)
        refuse(b, node, "a tag (!) is not allowed here, expected the plain value");
    return node;
}

static void add_scalar(Builder *b, const yaml_event_t *event)
{
    YamlTree *node = node_new(b, YAML_TREE_SCALAR, event, event->data.scalar.anchor, event->data.scalar.tag);
    g_free(node->text);
    node->text = g_strndup((const char *)event->data.scalar.value, event->data.scalar.length);
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (strlen(node->text) != event->data.scalar.length)
        refuse(b, node, "a text holds the character NUL, expected text");
    attach(b, node);
}

static void add_alias(Builder *b, const yaml_event_t *event)
{
    YamlTree *node = node_new(b, YAML_TREE_SCALAR, event, NULL, NULL);
    refuse(b, node, "an alias (*) is not allowed here, expected the value itself; quote a text that begins with '*'");
    attach(b, node);
}

static gboolean open_collection(Builder *b, YamlTree *node)
{
    if (b->depth == LIMIT_CONFIG_NESTING) {
        problems_error(b->problems, &node->at, "nested too deep, expected at most %d levels", LIMIT_CONFIG_NESTING);
        yaml_tree_free(node);
        return FALSE;
    }
    attach(b, node);
    Frame *frame = &b->stack[b->depth++];
    frame->node = node;
    frame->key = NULL;
    frame->seen = node->kind == YAML_TREE_MAPPING ? g_hash_table_new(g_str_hash, g_str_equal) : NULL;
    return TRUE;
}

static void close_collection(Builder *b)
{
    Frame *frame = &b->stack[--b->depth];
    if (frame->seen != NULL)
        g_hash_table_unref(frame->seen);
    if (b->depth == 0 && frame->node != b->root)
        yaml_tree_free(frame->node);
}

static gboolean is_second_document(Builder *b, const yaml_event_t *event)
{
    if (b->root == NULL)
        return FALSE;
    Place at = place_of(b, event->start_mark);
    problems_error(b->problems, &at, "a second document begins here, expected one document in a file");
    return TRUE;
}

/* One event into the tree; FALSE ends the reading of this file. */
static gboolean take(Builder *b, const yaml_event_t *event)
{
    gboolean is_node = event->type == YAML_SCALAR_EVENT || event->type == YAML_ALIAS_EVENT
                       || event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT;
    if (is_node && (*b->nodes_left)-- == 0) {
        Place at = place_of(b, event->start_mark);
        *b->nodes_left = 0;
        problems_error(b->problems, &at, "too many values, expected at most %d in all files", LIMIT_CONFIG_NODES);
        return FALSE;
    }
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return !is_second_document(b, event);
    case YAML_SCALAR_EVENT:
        add_scalar(b, event);
        return TRUE;
    case YAML_ALIAS_EVENT:
        add_alias(b, event);
        return TRUE;
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(b, node_new(b, YAML_TREE_SEQUENCE, event, event->data.sequence_start.anchor,
                                           event->data.sequence_start.tag));
    case YAML_MAPPING_START_EVENT:
        return open_collection(b, node_new(b, YAML_TREE_MAPPING, event, event->data.mapping_start.anchor,
                                           event->data.mapping_start.tag));
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_collection(b);
        return TRUE;
    default:
        return event->type != YAML_STREAM_END_EVENT;
    }
}

/* The column of a tab among the blanks that begin that line, or 0. */
static int find_tab(const char *bytes, gsize length, int line)
{
    const char *p = bytes, *end = bytes + length;
    for (int i = 1; i < line && p != NULL; i++) {
        p = memchr(p, '\n', (gsize)(end - p));
        p = p != NULL ? p + 1 : NULL;
    }
    int column = 1;
    while (p != NULL && p < end && *p == ' ') {
        p++;
        column++;
    }
    return p != NULL && p < end && *p == '\t' ? column : 0;
}

/* Bytes that are no text: libyaml gives no line for them. */
static void tell_bytes(Builder *b, const yaml_parser_t *parser, const char *bytes, gsize length)
{
    Place at = b->file;
    gsize fault = MIN(parser->problem_offset, length);
    at.line = 1;
    at.column = 1;
    for (gsize i = 0; i < fault; i++) {
        at.column = bytes[i] == '\n' ? 1 : at.column + ((guchar)bytes[i] < 0x80 || (guchar)bytes[i] >= 0xc0);
        at.line += bytes[i] == '\n';
    }
    problems_error(b->problems, &at, "%s, expected text in UTF-8", parser->problem != NULL ? parser->problem : "not text");
}

/* libyaml's own words, and plainer ones for the commonest fault of all. */
static void tell_syntax(Builder *b, const yaml_parser_t *parser, const char *bytes, gsize length)
{
    Place at = place_of(b, parser->problem_mark);
    const char *problem = parser->problem != NULL ? parser->problem : "unreadable";
    int tab = find_tab(bytes, length, at.line);
    if (parser->error == YAML_READER_ERROR) {
        tell_bytes(b, parser, bytes, length);
    } else if (tab > 0) {
        at.column = tab;
        problems_error(b->problems, &at, "a tab indents this line, expected spaces");
    } else if (parser->context == NULL) {
        problems_error(b->problems, &at, "%s, expected YAML", problem);
    } else {
        problems_error(b->problems, &at, "%s %s begun at line %zu, expected YAML", problem, parser->context,
                       parser->context_mark.line + 1);
    }
}

/* What is there of a file that broke off is still checked; a key without its value is not. */
static void close_all(Builder *b)
{
    while (b->depth > 0) {
        Frame *frame = &b->stack[b->depth - 1];
        if (frame->key != NULL)
            g_ptr_array_set_size(frame->node->items, (int)frame->node->items->len - 1);
        close_collection(b);
    }
}

gboolean yaml_tree_parse(const char *bytes, gsize length, const Place *at, guint *nodes_left, Problems *problems, YamlTree **ret)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        g_error("libyaml: out of memory");
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
    Builder b = {.problems = problems, .file = *at, .nodes_left = nodes_left};
    gboolean is_whole = FALSE, more = TRUE;
    while (more) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            tell_syntax(&b, &parser, bytes, length);
            break;
        }
        more = take(&b, &event);
        is_whole = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    close_all(&b);
    yaml_parser_delete(&parser);
    *ret = b.root;
    return is_whole;
}
