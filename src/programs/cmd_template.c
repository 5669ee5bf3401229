/* cmd_template: `escalate template FILE --data JSON`: renders a template, to try it out. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"

#include "flows/view.h"

#include "programs/cmd.h"

#include "base/banned.h"

static char *partial(const char *name, void *data)
{
    const char *directory = data;
    g_autofree char *path = g_strdup_printf("%s/%s.mustache", directory != NULL ? directory : ".", name);
    GString *source = NULL;
    if (directory == NULL || strchr(name, '/') != NULL || !files_read(path, LIMIT_TEMPLATE_BYTES, &source, NULL))
        return NULL;
    return g_string_free(source, FALSE);
}

static int render(const char *file, const char *data, const char *partials, TemplateMode mode)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) source = NULL;
    g_autofree char *out = NULL;
    json_error_t problem;
    json_t *root = json_load_file(data, JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem);
    if (root == NULL) {
        error_set(&err, ERROR_DATA, "%s:%d:%d: %s", data, problem.line, problem.column, problem.text);
        return cmd_fail(err);
    }
    if (files_read(file, LIMIT_TEMPLATE_BYTES, &source, &err)
        && template_render(NULL, file, source->str, mode, &view_template_values, root, partial, (void *)partials, &out, &err))
        fputs(out, stdout);
    json_decref(root);
    return cmd_fail(err);
}

int cmd_template(int argc, char **argv, CommandContext *ctx)
{
    static const struct option options[] = {{"data", required_argument, NULL, 'd'}, {"partials", required_argument, NULL, 'p'},
                                            {"html", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    const char *data = NULL, *partials = NULL;
    TemplateMode mode = TEMPLATE_TEXT;
    int option;
    (void)ctx;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'd')
            data = optarg;
        else if (option == 'p')
            partials = optarg;
        else if (option == 'h')
            mode = TEMPLATE_HTML;
        else
            return cmd_usage(argv[0]);
    }
    if (optind + 1 != argc || data == NULL)
        return cmd_usage(argv[0]);
    return render(argv[optind], data, partials, mode);
}
