/* heading: header fields of real mail. Takes the first field that says something where RFC 5322 allows one; finds addresses and
 * identifiers by their shape where no grammar fits. It must never refuse a mail for its header. */
#include "mail/heading.h"

#include <string.h>

#include "base/limits.h"
#include "mail/charset.h"
#include "mail/words.h"

#include "base/banned.h"

void heading_defect(Letter *l, const char *what)
{
    for (guint i = 0; i < l->defects->len; i++)
        if (strcmp(l->defects->pdata[i], what) == 0)
            return;
    g_ptr_array_add(l->defects, g_strdup(what));
}

void heading_replace(char **where, char *with)
{
    g_free(*where);
    *where = with;
}

/* An address that still holds brackets was encoded with its name. */
static gboolean first_is_whole(const GPtrArray *list)
{
    const char *address = list->len > 0 ? ((const LetterAddress *)list->pdata[0])->address : "";
    return strchr(address, '@') != NULL && strpbrk(address, "<>") == NULL;
}

/* What stands in encoded words is a name first: an address is sought there only where there is none beside them. */
static char *address_by_shape(const char *raw)
{
    g_autofree char *plain = words_without_encoded(raw), *decoded = words_decode(raw, strlen(raw));
    char *found = words_find_address(plain);
    return found != NULL ? found : words_find_address(decoded);
}

/* Outside of quoted strings and comments (RFC 5322 3.2.2, 3.2.4) stands what looks like an address, is no name before an <address>, and is not the one
 * that was taken: another reader may take it. */
static gboolean has_another(const char *raw, const char *taken)
{
    gboolean is_quoted = FALSE, in_name = FALSE, other = FALSE, is_rest = FALSE; /* of "kim lee"@acme.example */
    int depth = 0;
    g_autoptr(GString) word = g_string_new(NULL);
    for (const char *p = raw;; p++) {
        if (*p != '\0' && !is_quoted && depth == 0 && *p != '"' && *p != '(' && !g_ascii_isspace(*p) && strchr("<>,;:", *p) == NULL) {
            is_rest = word->len == 0 ? *p == '@' && p > raw && p[-1] == '"' : is_rest;
            g_string_append_c(word, *p);
            continue;
        }
        gboolean is_taken = (is_rest && word->len > 0) || g_ascii_strcasecmp(word->str, taken) == 0;
        in_name = (in_name && !(*p == '>' && is_taken)) || (strchr(word->str, '@') != NULL && !is_taken);
        other = other || (in_name && (*p == ',' || *p == ';' || *p == '\0'));
        g_string_truncate(word, 0);
        if (*p == '\0')
            return other;
        if (*p == '\\' && p[1] != '\0' && (is_quoted || depth > 0))
            p++;
        else if (*p == '"' && depth == 0)
            is_quoted = !is_quoted;
        else if (!is_quoted && *p == '(')
            depth++;
        else if (!is_quoted && *p == ')' && depth > 0)
            depth--;
    }
}

static void read_addresses(Letter *l, const HeadingParsers *p, GPtrArray *list, const char *raw)
{
    g_autofree char *text = charset_mend(raw, strlen(raw), NULL);
    g_strdelimit(text, "\r\n", ' ');
    p->addresses(text, list);
    if (first_is_whole(list)) {
        l->from_doubtful = l->from_doubtful || (list == l->from && has_another(text, ((const LetterAddress *)list->pdata[0])->address));
        return;
    }
    g_autofree char *found = address_by_shape(raw);
    if (found == NULL)
        return;
    g_ptr_array_set_size(list, 0);
    letter_add_address(list, "", found);
    heading_defect(l, "header: an address was found only by its shape");
    l->from_doubtful = l->from_doubtful || list == l->from;
}

Instant heading_date(const HeadingParsers *p, const char *raw)
{
    g_autofree char *text = words_decode(raw, strlen(raw));
    Instant t = p->date(text);
    return t > -62135596800 && t <= INSTANT_MAX ? t : INSTANT_NONE;
}

static void read_message_id(Letter *l, const char *raw)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    words_ids(raw, strlen(raw), 1, ids);
    if (ids->len > 0) {
        heading_replace(&l->message_id, g_strdup(ids->pdata[0]));
        return;
    }
    g_autofree char *text = words_decode(raw, MIN(strlen(raw), (gsize)998));
    g_strdelimit(text, "<> \t", '_');
    if (*text != '\0') {
        heading_replace(&l->message_id, g_strdup_printf("<%s>", text));
        heading_defect(l, "header: Message-ID has no angle brackets or no domain");
    }
}

static char *read_subject(const char *raw)
{
    char *text = words_decode(raw, strlen(raw));
    gsize n = strlen(text);
    if (n > LIMIT_SUBJECT_BYTES) {
        n = LIMIT_SUBJECT_BYTES;
        while (n > 0 && ((guchar)text[n] & 0xC0) == 0x80)
            n--;
        text[n] = '\0';
    }
    return text;
}

/* Fields that RFC 5322 3.6 allows once: the first that says something counts. */
static void read_field(Letter *l, const HeadingParsers *p, const char *name, const char *raw)
{
    const struct {
        const char *name;
        GPtrArray *list;
        gboolean once;
    } addresses[] = {{"from", l->from, TRUE},   {"sender", l->sender, TRUE}, {"reply-to", l->reply_to, TRUE},
                     {"to", l->to, FALSE}, {"cc", l->cc, FALSE}},
      ids[] = {{"in-reply-to", l->in_reply_to, FALSE}, {"references", l->references, FALSE}};
    for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++)
        if (g_ascii_strcasecmp(name, addresses[i].name) == 0) {
            if (addresses[i].once && addresses[i].list->len > 0) {
                heading_defect(l, "header: a field that is allowed once occurs again; the first counts");
                l->from_doubtful = l->from_doubtful || addresses[i].list == l->from;
            } else {
                read_addresses(l, p, addresses[i].list, raw);
            }
        }
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++)
        if (g_ascii_strcasecmp(name, ids[i].name) == 0)
            words_ids(raw, strlen(raw), LIMIT_REFERENCES, ids[i].list);
    if (g_ascii_strcasecmp(name, "subject") == 0 && *l->subject == '\0')
        heading_replace(&l->subject, read_subject(raw));
    else if (g_ascii_strcasecmp(name, "message-id") == 0 && *l->message_id == '\0')
        read_message_id(l, raw);
    else if (g_ascii_strcasecmp(name, "date") == 0 && l->date == INSTANT_NONE)
        l->date = heading_date(p, raw);
}

void heading_read(Letter *l, const HeadingParsers *p, const char *bytes, gsize length)
{
    g_autoptr(GPtrArray) fields = words_fields(bytes, length, LIMIT_HEADER_FIELDS);
    for (guint i = 0; i < fields->len; i++) {
        const LetterHeader *h = fields->pdata[i];
        g_autofree char *value = words_decode(h->value, strlen(h->value));
        letter_add_header(l->headers, h->name, value);
        read_field(l, p, h->name, h->value);
    }
    if (l->from->len == 0)
        heading_defect(l, "header: no From");
    l->from_doubtful = l->from_doubtful || l->from->len > 1;
}
