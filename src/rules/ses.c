/* ses: looks for quoted names in the text and does not build a tree: sendmail breaks long lines inside strings, which no parser of JSON
 * takes. That is safe: inside a string a quote has a backslash before it, so no text of a sender can look like a name. */
#include "rules/ses.h"

#include <string.h>

#include "rules/dsn.h"

#include "base/banned.h"

#define NOTICE_BYTES 65536
#define OBJECTS_MAX 1000 /* of one array */

static const struct {
    const char *type, *array, *action;
    SesNotice notice;
} types[] = {
    {"Bounce", "\"bouncedRecipients\"", "failed", SES_DELIVERY},
    {"DeliveryDelay", "\"delayedRecipients\"", "delayed", SES_DELIVERY},
    {"Delivery", NULL, "delivered", SES_DELIVERY},
    {"Complaint", NULL, NULL, SES_COMPLAINT},
};

/* Behind the string that begins at p with its quote. */
static const char *string_end(const char *p)
{
    for (p++; *p != '\0' && *p != '"'; p++)
        if (*p == '\\' && p[1] != '\0')
            p++;
    return *p == '"' ? p + 1 : p;
}

/* The value behind the name, `"name"` with its quotes: where it begins, or NULL. */
static const char *value_of(const char *text, const char *name)
{
    for (const char *p = text; (p = strstr(p, name)) != NULL; p++) {
        const char *behind = p + strlen(name);
        behind += strspn(behind, " \t\r\n");
        if (*behind == ':')
            return behind + 1 + strspn(behind + 1, " \t\r\n");
    }
    return NULL;
}

/* The string at p, newly allocated, or NULL. Escapes other than of a quote, a backslash and a slash become a space. */
static char *string_at(const char *p)
{
    if (p == NULL || *p != '"')
        return NULL;
    GString *s = g_string_new(NULL);
    const char *end = string_end(p);
    for (p++; p < end && *p != '"'; p++) {
        gboolean escaped = *p == '\\' && p[1] != '\0';
        p += escaped;
        g_string_append_c(s, escaped && strchr("\"\\/", *p) == NULL ? ' ' : *p);
    }
    return g_string_free(s, FALSE);
}

/* The objects of the array that is the value of `name`; char *, none where there is no such array. */
static GPtrArray *objects_of(const char *text, const char *name)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    const char *p = value_of(text, name), *open = NULL;
    for (p = p != NULL && *p == '[' ? p + 1 : ""; *p != '\0' && *p != ']' && all->len < OBJECTS_MAX;) {
        if (*p == '"') {
            p = string_end(p);
            continue;
        }
        open = *p == '{' ? p : open;
        if (*p == '}' && open != NULL)
            g_ptr_array_add(all, g_strndup(open, (gsize)(p - open) + 1));
        p++;
    }
    return all;
}

/* The notice without the breaks that sendmail put into lines longer than 990 bytes. */
static char *text_of(const Letter *l)
{
    g_autofree char *head = g_strndup(l->text, MIN(strlen(l->text), NOTICE_BYTES));
    g_auto(GStrv) pieces = g_strsplit(head, "!\n ", -1);
    char *joined = g_strjoinv("", pieces);
    g_autofree char *valid = g_utf8_make_valid(joined, -1);
    g_free(joined);
    return g_steal_pointer(&valid);
}

/* Which of `types`, or -1. */
static int type_of(const char *text)
{
    if (text[strspn(text, " \t\r\n")] != '{')
        return -1;
    const char *value = value_of(text, "\"notificationType\"");
    g_autofree char *type = string_at(value != NULL ? value : value_of(text, "\"eventType\""));
    for (gsize i = 0; type != NULL && i < G_N_ELEMENTS(types); i++)
        if (strcmp(type, types[i].type) == 0)
            return (int)i;
    return -1;
}

SesNotice ses_notice(const Letter *l)
{
    if (letter_header(l, "X-Amz-Sns-Message-Id") == NULL && !g_str_has_suffix(letter_from(l), "@sns.amazonaws.com"))
        return SES_NONE;
    g_autofree char *text = text_of(l);
    int type = type_of(text);
    return type >= 0 ? types[type].notice : SES_NONE;
}

static void add(GPtrArray *recipients, const char *address, const char *action, const char *status, const char *diagnostic)
{
    const char *at = address != NULL ? strchr(address, '@') : NULL, *start;
    g_autofree char *bare = at != NULL ? dsn_address(address, at, &start) : NULL;
    if (bare == NULL || recipients->len >= DSN_RECIPIENTS_MAX)
        return;
    dsn_add(recipients, bare, action, status != NULL ? dsn_status(status, DSN_ANY) : NULL,
            diagnostic != NULL ? dsn_one_line(diagnostic) : NULL);
}

/* "recipients":["a@x.example","b@x.example"] */
static void add_delivered(const char *text, GPtrArray *recipients)
{
    const char *delivery = value_of(text, "\"delivery\"");
    const char *p = delivery != NULL ? value_of(delivery, "\"recipients\"") : NULL;
    g_autofree char *said = delivery != NULL ? string_at(value_of(delivery, "\"smtpResponse\"")) : NULL;
    for (p = p != NULL && *p == '[' ? p + 1 : ""; *p != '\0' && *p != ']';) {
        g_autofree char *address = string_at(p);
        add(recipients, address, "delivered", said, said);
        p = *p == '"' ? string_end(p) : p + 1;
    }
}

static char *original_id(const char *text)
{
    const char *common = value_of(text, "\"commonHeaders\"");
    g_autofree char *id = common != NULL ? string_at(value_of(common, "\"messageId\"")) : NULL;
    g_autoptr(GPtrArray) headers = objects_of(text, "\"headers\"");
    for (guint i = 0; id == NULL && i < headers->len; i++) {
        g_autofree char *name = string_at(value_of(g_ptr_array_index(headers, i), "\"name\""));
        if (name != NULL && g_ascii_strcasecmp(name, "Message-ID") == 0)
            id = string_at(value_of(g_ptr_array_index(headers, i), "\"value\""));
    }
    return id != NULL && g_str_has_prefix(id, "<") && g_str_has_suffix(id, ">") && strlen(id) < 500 ? g_steal_pointer(&id) : NULL;
}

void ses_read(const Letter *l, GPtrArray *recipients, char **ret_original_id)
{
    g_autofree char *text = text_of(l);
    int type = type_of(text);
    *ret_original_id = original_id(text);
    if (type < 0)
        return;
    if (types[type].array == NULL)
        add_delivered(text, recipients);
    g_autoptr(GPtrArray) objects = types[type].array != NULL ? objects_of(text, types[type].array) : g_ptr_array_new();
    for (guint i = 0; i < objects->len; i++) {
        const char *one = g_ptr_array_index(objects, i);
        g_autofree char *address = string_at(value_of(one, "\"emailAddress\"")), *status = string_at(value_of(one, "\"status\""));
        g_autofree char *diagnostic = string_at(value_of(one, "\"diagnosticCode\""));
        add(recipients, address, types[type].action, status, diagnostic);
    }
}
