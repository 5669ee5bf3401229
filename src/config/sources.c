/* sources: files to entries. Includes are depth first, in order of name whatever the locale, and bounded in depth, number and
 * bytes. It must never know what a key means, but for `include`. */
#include "config/sources.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/utf8.h"

#include "base/banned.h"

typedef struct {
    Sources *sources;
    Problems *problems;
    GChecksum *digest;
    GHashTable *files; /* "device:inode" -> shown path: a file is read once */
    gsize bytes_left;
    guint nodes_left;
    int depth;
    gboolean is_memory;
} Reader;

static void tree_destroy(gpointer data) { yaml_tree_free(data); }

static void read_includes(Reader *r, const YamlTree *value);

static void take_root(Reader *r, const YamlTree *root)
{
    g_autoptr(GPtrArray) includes = g_ptr_array_new();
    if (root->kind != YAML_TREE_MAPPING) {
        g_autofree char *what = yaml_tree_describe(root);
        if (!root->is_broken && !yaml_tree_is_empty(root))
            problems_error(r->problems, &root->at, "the file is %s, expected keys with values, like 'domain: tiny.example'",
                           what);
        return;
    }
    SourcesEntry entry;
    for (guint i = 0; i < yaml_tree_pairs(root); i++) {
        if (!yaml_tree_pair(root, i, &entry.key, &entry.value))
            continue;
        if (strcmp(entry.key->text, "include") == 0)
            g_ptr_array_add(includes, (gpointer)entry.value);
        else
            g_array_append_val(r->sources->entries, entry);
    }
    for (guint i = 0; i < includes->len; i++)
        read_includes(r, includes->pdata[i]);
}

static void take_bytes(Reader *r, const char *shown, const char *bytes, gsize length)
{
    Sources *s = r->sources;
    g_ptr_array_add(s->shown, g_strdup(shown));
    g_autofree char *here = g_get_current_dir();
    g_ptr_array_add(s->paths, g_path_is_absolute(shown) ? g_strdup(shown) : g_build_filename(here, shown, NULL));
    Place at = {.path = s->shown->pdata[s->shown->len - 1], .file = (int)s->shown->len};
    r->bytes_left -= length;
    g_checksum_update(r->digest, (const guchar *)bytes, (gssize)length);
    YamlTree *tree = NULL;
    if (!yaml_tree_parse(bytes, length, &at, &r->nodes_left, r->problems, &tree))
        s->is_cut = TRUE;
    if (tree == NULL)
        return;
    g_ptr_array_add(s->trees, tree);
    take_root(r, tree);
}

/* Tells, and notes that the rest is not to be trusted. */
static void cut(Reader *r, const Place *at, const char *what, const char *expected)
{
    problems_error(r->problems, at, "%s, expected %s", what, expected);
    r->sources->is_cut = TRUE;
}

/* FALSE where that file was read before, by whatever name. */
static gboolean is_new(Reader *r, const char *path, const Place *at)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return TRUE; /* opening it will say why */
    g_autofree char *id = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64)st.st_dev, (guint64)st.st_ino);
    const char *first = g_hash_table_lookup(r->files, id);
    if (first == NULL) {
        g_hash_table_insert(r->files, g_steal_pointer(&id), g_strdup(path));
        return TRUE;
    }
    problems_error(r->problems, at, "'%s' is included again (it is read as '%s'), expected each file once", path, first);
    return FALSE;
}

static void read_file(Reader *r, const char *path, const Place *at)
{
    g_autoptr(GError) err = NULL;
    GString *bytes = NULL;
    if (!is_new(r, path, at))
        return;
    if (g_hash_table_size(r->files) > LIMIT_CONFIG_FILES) {
        cut(r, at, "too many files", "at most " G_STRINGIFY(LIMIT_CONFIG_FILES));
        return;
    }
    if (!files_read(path, r->bytes_left, &bytes, &err)) {
        gboolean is_long = g_error_matches(err, ESCALATE_ERROR, ERROR_LIMIT);
        cut(r, at, err->message, is_long ? "at most 4 MiB in all files" : "a readable file");
        return;
    }
    take_bytes(r, path, bytes->str, bytes->len);
    g_string_free(bytes, TRUE);
}

/* `pattern` beside the file that names it; only the pattern itself is one, not that file's folder. */
static char *full_pattern(const char *beside, const char *pattern)
{
    if (g_path_is_absolute(pattern))
        return g_strdup(pattern);
    g_autofree char *folder = g_path_get_dirname(beside);
    GString *out = g_string_new(NULL);
    for (const char *p = folder; *p != '\0'; p++) {
        if (strchr("*?[]\\", *p) != NULL)
            g_string_append_c(out, '\\');
        g_string_append_c(out, *p);
    }
    g_string_append_printf(out, "/%s", pattern);
    return g_string_free(out, FALSE);
}

static void read_pattern(Reader *r, const YamlTree *value)
{
    g_autofree char *pattern = full_pattern(value->at.path, value->text);
    glob_t found = {0};
    int rc = glob(pattern, GLOB_NOSORT, NULL, &found);
    if (rc == GLOB_NOMATCH && strpbrk(value->text, "*?[") == NULL) {
        g_autofree char *what = g_strdup_printf("include '%s' is not there", value->text);
        cut(r, &value->at, what, "a file");
    } else if (rc != 0 && rc != GLOB_NOMATCH) {
        cut(r, &value->at, "include cannot be looked up", "a readable directory");
    }
    if (found.gl_pathc > 0)
        qsort(found.gl_pathv, found.gl_pathc, sizeof(char *), utf8_order);
    for (gsize i = 0; i < found.gl_pathc; i++)
        read_file(r, found.gl_pathv[i], &value->at);
    globfree(&found);
}

/* Recursion: into the files that `value` names, LIMIT_CONFIG_INCLUDES deep. */
static void read_includes(Reader *r, const YamlTree *value)
{
    gboolean is_list = value->kind == YAML_TREE_SEQUENCE;
    if (value->is_broken)
        return;
    if (r->is_memory || r->depth == LIMIT_CONFIG_INCLUDES) {
        cut(r, &value->at, r->is_memory ? "include has no place here" : "includes are nested too deep",
            r->is_memory ? "a whole configuration" : "at most " G_STRINGIFY(LIMIT_CONFIG_INCLUDES) " levels");
        return;
    }
    r->depth++;
    for (guint i = 0; i < (is_list ? value->items->len : 1); i++) {
        const YamlTree *item = is_list ? value->items->pdata[i] : value;
        g_autofree char *what = yaml_tree_describe(item);
        if (item->is_broken)
            continue;
        if (item->kind != YAML_TREE_SCALAR || item->text[0] == '\0')
            problems_error(r->problems, &item->at, "include is %s, expected a file or pattern, like contacts.d/*.yaml", what);
        else
            read_pattern(r, item);
    }
    r->depth--;
}

static Sources *sources_new(void)
{
    Sources *s = g_new0(Sources, 1);
    s->entries = g_array_new(FALSE, FALSE, sizeof(SourcesEntry));
    s->shown = g_ptr_array_new_with_free_func(g_free);
    s->paths = g_ptr_array_new_with_free_func(g_free);
    s->trees = g_ptr_array_new_with_free_func(tree_destroy);
    return s;
}

static void reader_init(Reader *r, Problems *problems)
{
    *r = (Reader){.problems = problems, .bytes_left = LIMIT_CONFIG_BYTES, .nodes_left = LIMIT_CONFIG_NODES};
    r->sources = sources_new();
    r->digest = g_checksum_new(G_CHECKSUM_SHA256);
    r->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static Sources *reader_finish(Reader *r)
{
    r->sources->version = g_strdup(g_checksum_get_string(r->digest));
    g_checksum_free(r->digest);
    g_hash_table_unref(r->files);
    return r->sources;
}

Sources *sources_read(const char *path, Problems *problems)
{
    Reader r;
    reader_init(&r, problems);
    Place at = {.path = path};
    read_file(&r, path, &at);
    return reader_finish(&r);
}

Sources *sources_read_memory(const char *name, const char *bytes, gsize length, Problems *problems)
{
    Reader r;
    reader_init(&r, problems);
    r.is_memory = TRUE;
    Place at = {.path = name};
    if (length > LIMIT_CONFIG_BYTES)
        cut(&r, &at, "too long", "at most 4 MiB in all files");
    else
        take_bytes(&r, name, bytes, length);
    return reader_finish(&r);
}

void sources_free(Sources *s)
{
    if (s == NULL)
        return;
    g_array_unref(s->entries);
    g_ptr_array_unref(s->trees);
    g_ptr_array_unref(s->shown);
    g_ptr_array_unref(s->paths);
    g_free(s->version);
    g_free(s);
}
