/* postconf: see the header. Attributes of a pipe service stand before `argv=`, which takes the rest of the line (pipe(8)); a word in braces,
 * { name = value }, may hold blanks (postconf(5), since Postfix 3.0). */
#include "rules/postconf.h"

#include <string.h>

#include "base/limits.h"

#include "base/banned.h"

/* Logical lines: one that begins with a blank goes on the line before; comments and empty lines are dropped. */
static GPtrArray *logical_lines(const char *text)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) line = g_string_new(NULL);
    for (guint n = 0; *text != '\0' && n < LIMIT_POSTCONF_LINES; n++) {
        gsize length = strcspn(text, "\n");
        gboolean goes_on = *text == ' ' || *text == '\t';
        if (!goes_on && line->len > 0) {
            g_ptr_array_add(lines, g_strdup(line->str));
            g_string_truncate(line, 0);
        }
        if (*text != '#' && length > 0)
            g_string_append_len(line, text, (gssize)length);
        text += length + (text[length] == '\n');
    }
    if (line->len > 0)
        g_ptr_array_add(lines, g_strdup(line->str));
    return lines;
}

GHashTable *postconf_settings(const char *text)
{
    GHashTable *settings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GPtrArray) lines = logical_lines(text);
    for (guint i = 0; i < lines->len; i++) {
        char *line = g_ptr_array_index(lines, i), *equal = strchr(line, '=');
        if (equal == NULL)
            continue;
        g_autofree char *name = g_strndup(line, (gsize)(equal - line)), *value = g_strdup(equal + 1);
        g_hash_table_insert(settings, g_strdup(g_strstrip(name)), g_strdup(g_strstrip(value)));
    }
    return settings;
}

static GPtrArray *split(const char *value, const char *separators)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    while (*(value += strspn(value, separators)) != '\0') {
        const char *end = value;
        for (int depth = 0; *end != '\0' && (depth > 0 || strchr(separators, *end) == NULL); end++)
            depth += *end == '{' ? 1 : *end == '}' && depth > 0 ? -1 : 0;
        g_ptr_array_add(words, g_strndup(value, (gsize)(end - value)));
        value = end;
    }
    return words;
}

GPtrArray *postconf_words(const char *value) { return split(value, ", \t\n"); }

/* "name=value" or "{ name = value }"; newly allocated, both NULL where it is neither. */
static gboolean attribute(const char *word, char **ret_name, char **ret_value)
{
    gsize n = strlen(word);
    gboolean braced = n >= 2 && word[0] == '{' && word[n - 1] == '}';
    g_autofree char *inner = braced ? g_strndup(word + 1, n - 2) : g_strdup(word);
    char *equal = strchr(inner, '=');
    if (equal == NULL)
        return FALSE;
    *equal = '\0';
    *ret_name = g_strdup(g_strstrip(inner));
    *ret_value = g_strdup(g_strstrip(equal + 1));
    return TRUE;
}

static void take(PostconfPipe *p, const char *name, const char *value)
{
    char **to = strcmp(name, "user") == 0 ? &p->user : strcmp(name, "null_sender") == 0 ? &p->null_sender : strcmp(name, "flags") == 0 ? &p->flags : NULL;
    if (to == NULL)
        return;
    g_free(*to);
    *to = to == &p->user ? g_strndup(value, strcspn(value, ":")) : g_strdup(value);
}

/* Words from the first behind the command. */
static PostconfPipe *pipe_of(const char *name, const GPtrArray *words, guint first)
{
    PostconfPipe *p = g_new0(PostconfPipe, 1);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    gboolean in_argv = FALSE;
    p->name = g_strdup(name);
    for (guint i = first; i < words->len; i++) {
        const char *word = g_ptr_array_index(words, i);
        g_autofree char *key = NULL, *value = NULL;
        if (!in_argv && g_str_has_prefix(word, "argv=")) {
            in_argv = TRUE;
            word += strlen("argv=");
        }
        if (in_argv)
            g_ptr_array_add(argv, g_strdup(word));
        else if (attribute(word, &key, &value))
            take(p, key, value);
    }
    g_ptr_array_add(argv, NULL);
    p->argv = g_strdupv((char **)argv->pdata);
    for (guint i = 0; i + 1 < argv->len; i++)
        g_free(g_ptr_array_index(argv, i));
    return p;
}

void postconf_pipe_free(PostconfPipe *p)
{
    if (p == NULL)
        return;
    g_free(p->name);
    g_free(p->user);
    g_free(p->null_sender);
    g_free(p->flags);
    g_strfreev(p->argv);
    g_free(p);
}

/* name type private unprivileged chroot wakeup maxproc command words… (master(5)) */
GPtrArray *postconf_pipes(const char *text)
{
    GPtrArray *pipes = g_ptr_array_new_with_free_func((GDestroyNotify)postconf_pipe_free);
    g_autoptr(GPtrArray) lines = logical_lines(text);
    for (guint i = 0; i < lines->len; i++) {
        g_autoptr(GPtrArray) words = split(g_ptr_array_index(lines, i), " \t");
        if (words->len >= 8 && strcmp(g_ptr_array_index(words, 1), "unix") == 0 && strcmp(g_ptr_array_index(words, 7), "pipe") == 0)
            g_ptr_array_add(pipes, pipe_of(g_ptr_array_index(words, 0), words, 8));
    }
    return pipes;
}

Seconds postconf_time(const char *value)
{
    static const struct {
        const char *unit;
        Seconds seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
    char *end = NULL;
    gint64 n = g_ascii_strtoll(value, &end, 10);
    if (end == value || n < 0 || n > 100000000)
        return -1;
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(units[i].unit, end) == 0)
            return n * units[i].seconds;
    return -1;
}
