/* jsonin: JSON objects from a process that hostile bytes may have taken over, read field by field: type, size, UTF-8, range.
 * Every function sets its result only on success; a DATA error names the field. Text is valid UTF-8 without NUL (jansson sees to
 * that). */
#ifndef FLOWS_JSONIN_H
#define FLOWS_JSONIN_H

#include <jansson.h>

#include "base/instant.h"

typedef enum {
    JSONIN_LINE, /* one line: no control character but tab */
    JSONIN_TEXT  /* lines: LF and tab */
} JsoninKind;

/* A string of at most max bytes; newly allocated. */
gboolean jsonin_text(const json_t *object, const char *field, JsoninKind kind, gsize max, char **ret, GError **err);
/* The same of bytes that stand beside the object. */
gboolean jsonin_bytes(const char *text, gsize n, const char *field, JsoninKind kind, gsize max, char **ret, GError **err);
/* The same; null or absent gives NULL. */
gboolean jsonin_text_or_null(const json_t *object, const char *field, JsoninKind kind, gsize max, char **ret, GError **err);
/* Appends the strings of an array of at most max_count lines. */
gboolean jsonin_lines(const json_t *object, const char *field, gsize max_count, gsize max, GPtrArray *to, GError **err);
gboolean jsonin_flag(const json_t *object, const char *field, gboolean *ret, GError **err);
gboolean jsonin_number(const json_t *object, const char *field, gint64 low, gint64 high, gint64 *ret, GError **err);
/* RFC 3339, or null for INSTANT_NONE. */
gboolean jsonin_instant(const json_t *object, const char *field, Instant *ret, GError **err);
/* Index into `names` of the string. */
gboolean jsonin_choice(const json_t *object, const char *field, const char *const *names, gsize count, guint *ret, GError **err);
/* An array of at most max objects; borrowed. */
gboolean jsonin_objects(const json_t *object, const char *field, gsize max, json_t **ret, GError **err);
/* An object, borrowed; null or absent gives NULL. */
gboolean jsonin_object_or_null(const json_t *object, const char *field, json_t **ret, GError **err);

#endif
