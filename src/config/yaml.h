/* yaml: the only place that knows libyaml: bytes of one file to a small tree in which every node knows its place. The dialect is
 * narrow: one document, UTF-8, no anchors, aliases, tags or duplicate keys, bounded nesting and number of nodes. */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include "config/problems.h"

typedef enum { YAML_TREE_SCALAR, YAML_TREE_SEQUENCE, YAML_TREE_MAPPING } YamlTreeKind;

typedef struct {
    YamlTreeKind kind;
    gboolean is_broken; /* refused and told of already: readers skip it in silence */
    gboolean is_plain;  /* a scalar without quotes */
    Place at;
    char *text;       /* of a scalar, without NUL inside */
    GPtrArray *items; /* YamlTree *: of a sequence; of a mapping key, value, key, value … */
} YamlTree;

/* Reads the bytes of file number `at->file`, shown as `at->path`. Each node takes one from *nodes_left. *ret is what was read, or
 * NULL for nothing; FALSE where reading broke off. What is wrong is told in `problems`. */
gboolean yaml_tree_parse(const char *bytes, gsize length, const Place *at, guint *nodes_left, Problems *problems, YamlTree **ret);
void yaml_tree_free(YamlTree *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YamlTree, yaml_tree_free)

/* Number of pairs of a mapping. */
guint yaml_tree_pairs(const YamlTree *mapping);
/* Pair i; FALSE where its key was refused. */
gboolean yaml_tree_pair(const YamlTree *mapping, guint i, const YamlTree **ret_key, const YamlTree **ret_value);
/* The value of that key, or NULL. */
const YamlTree *yaml_tree_get(const YamlTree *mapping, const char *key);
/* `key:` with nothing behind it. */
gboolean yaml_tree_is_empty(const YamlTree *t);
/* "a list", "a mapping", "'text'" for messages; newly allocated. */
char *yaml_tree_describe(const YamlTree *t);

#endif
