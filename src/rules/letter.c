/* letter: life and look-up of the plain struct that an inbound mail becomes. It must never decide anything about the mail. */
#include "rules/letter.h"

#include <string.h>

#include "base/banned.h"

static void header_free(gpointer p)
{
    LetterHeader *h = p;
    g_free(h->name);
    g_free(h->value);
    g_free(h);
}

static void address_free(gpointer p)
{
    LetterAddress *a = p;
    g_free(a->name);
    g_free(a->address);
    g_free(a);
}

static void attachment_free(gpointer p)
{
    LetterAttachment *a = p;
    g_free(a->name);
    g_free(a->type);
    g_free(a);
}

static void calendar_free(gpointer p)
{
    LetterCalendar *c = p;
    g_free(c->method);
    g_free(c->text);
    g_free(c);
}

GPtrArray *letter_new_headers(void) { return g_ptr_array_new_with_free_func(header_free); }
GPtrArray *letter_new_attachments(void) { return g_ptr_array_new_with_free_func(attachment_free); }
GPtrArray *letter_new_calendars(void) { return g_ptr_array_new_with_free_func(calendar_free); }

Letter *letter_new(void)
{
    Letter *l = g_new0(Letter, 1);
    l->headers = letter_new_headers();
    l->from = g_ptr_array_new_with_free_func(address_free);
    l->sender = g_ptr_array_new_with_free_func(address_free);
    l->reply_to = g_ptr_array_new_with_free_func(address_free);
    l->to = g_ptr_array_new_with_free_func(address_free);
    l->cc = g_ptr_array_new_with_free_func(address_free);
    l->subject = g_strdup("");
    l->message_id = g_strdup("");
    l->in_reply_to = g_ptr_array_new_with_free_func(g_free);
    l->references = g_ptr_array_new_with_free_func(g_free);
    l->date = l->returned_date = INSTANT_NONE;
    l->content_type = g_strdup("");
    l->report_type = g_strdup("");
    l->text = g_strdup("");
    l->marks = g_byte_array_new();
    l->attachments = letter_new_attachments();
    l->calendars = letter_new_calendars();
    l->defects = g_ptr_array_new_with_free_func(g_free);
    return l;
}

void letter_free(Letter *l)
{
    if (l == NULL)
        return;
    GPtrArray *lists[] = {l->headers, l->from, l->sender, l->reply_to, l->to, l->cc, l->in_reply_to, l->references,
                          l->attachments, l->calendars, l->defects};
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        g_ptr_array_unref(lists[i]);
    char *texts[] = {l->subject, l->message_id, l->content_type, l->report_type, l->text, l->html, l->delivery_status, l->disposition,
                     l->feedback, l->returned_text};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_byte_array_unref(l->marks);
    if (l->returned != NULL)
        g_ptr_array_unref(l->returned);
    g_free(l);
}

const char *letter_find(const GPtrArray *headers, const char *name)
{
    for (guint i = 0; headers != NULL && i < headers->len; i++) {
        const LetterHeader *h = headers->pdata[i];
        if (g_ascii_strcasecmp(h->name, name) == 0)
            return h->value;
    }
    return NULL;
}

const char *letter_header(const Letter *l, const char *name) { return letter_find(l->headers, name); }

const char *letter_from(const Letter *l)
{
    if (l->from->len == 0)
        return "";
    return ((const LetterAddress *)l->from->pdata[0])->address;
}

void letter_add_header(GPtrArray *headers, const char *name, const char *value)
{
    LetterHeader *h = g_new0(LetterHeader, 1);
    h->name = g_strdup(name);
    h->value = g_strdup(value);
    g_ptr_array_add(headers, h);
}

void letter_add_address(GPtrArray *list, const char *name, const char *address)
{
    LetterAddress *a = g_new0(LetterAddress, 1);
    const char *at = strrchr(address, '@');
    a->name = g_strdup(name != NULL ? name : "");
    if (at != NULL) {
        g_autofree char *domain = g_ascii_strdown(at, -1);
        a->address = g_strdup_printf("%.*s%s", (int)(at - address), address, domain);
    } else {
        a->address = g_strdup(address);
    }
    g_ptr_array_add(list, a);
}

void letter_add_attachment(GPtrArray *list, const char *name, const char *type, gsize size)
{
    LetterAttachment *a = g_new0(LetterAttachment, 1);
    a->name = g_strdup(name);
    a->type = g_strdup(type);
    a->size = size;
    g_ptr_array_add(list, a);
}
