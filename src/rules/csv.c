/* csv: one record at a time. A quote that nothing closes spoils its record, not the rest: it ends with its line. */
#include "rules/csv.h"

#include <string.h>

#include "base/banned.h"

void csv_init(CsvReader *r, const char *text, gsize length)
{
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        length -= 3;
    }
    const char *newline = memchr(text, '\n', length);
    gsize first = newline != NULL ? (gsize)(newline - text) : length;
    gboolean has_comma = memchr(text, ',', first) != NULL;
    *r = (CsvReader){.p = text, .end = text + length};
    r->comma = has_comma ? ',' : memchr(text, ';', first) != NULL ? ';' : memchr(text, '\t', first) != NULL ? '\t' : ',';
}

static gboolean at_line_end(const CsvReader *r, const char *p) { return p == r->end || *p == '\n' || (*p == '\r' && p + 1 < r->end && p[1] == '\n'); }

/* Behind the opening quote; returns where the field ends, or NULL: no quote closes it within the record. */
static const char *read_quoted(const CsvReader *r, const char *p, GString *out)
{
    for (; p < r->end; p++) {
        if (*p != '"') {
            g_string_append_c(out, *p);
        } else if (p + 1 < r->end && p[1] == '"') {
            g_string_append_c(out, '"');
            p++;
        } else {
            p++;
            return at_line_end(r, p) || *p == r->comma ? p : NULL;
        }
    }
    return NULL;
}

static const char *read_plain(const CsvReader *r, const char *p, GString *out)
{
    for (; !at_line_end(r, p) && *p != r->comma; p++)
        g_string_append_c(out, *p);
    return p;
}

static void skip_line(CsvReader *r)
{
    const char *newline = memchr(r->p, '\n', (gsize)(r->end - r->p));
    r->p = newline != NULL ? newline + 1 : r->end;
}

static guint lines_in(const char *from, const char *to)
{
    guint n = 0;
    for (; from < to; from++)
        n += *from == '\n' ? 1 : 0;
    return n;
}

/* The fields of one record, which is not empty; NULL, or what is wrong. */
static const char *read_record(CsvReader *r, GPtrArray *fields)
{
    for (const char *p = r->p;;) {
        g_autoptr(GString) field = g_string_new(NULL);
        if (fields->len == CSV_FIELDS_MAX)
            return "it has too many fields";
        p = p < r->end && *p == '"' ? read_quoted(r, p + 1, field) : read_plain(r, p, field);
        if (p == NULL)
            return "a quotation mark is not closed, or something follows the closing one";
        if (memchr(field->str, '\0', field->len) != NULL)
            return "there is a NUL byte in it";
        g_ptr_array_add(fields, g_utf8_make_valid(g_strstrip(field->str), -1));
        if (p < r->end && *p == r->comma) {
            p++;
            continue;
        }
        r->p = p;
        return NULL;
    }
}

gboolean csv_next(CsvReader *r, GPtrArray *fields, const char **ret_problem)
{
    g_ptr_array_set_size(fields, 0);
    *ret_problem = NULL;
    while (r->p < r->end && at_line_end(r, r->p)) {
        r->line++;
        skip_line(r);
    }
    if (r->p == r->end)
        return FALSE;
    const char *from = r->p;
    *ret_problem = read_record(r, fields);
    if (*ret_problem != NULL)
        g_ptr_array_set_size(fields, 0);
    skip_line(r);
    r->line += MAX(lines_in(from, r->p), 1u);
    return TRUE;
}
