/* tnef: a TNEF stream to text and files. libytnef 2.0 leaks what occurs twice, stops at the first odd property, writes to stdout
 * when it complains and turns UTF-16 into something that is not quite UTF-8; it also believes lengths. So the stream is first
 * read here, every length checked, and written anew with nothing but the attributes that are wanted, each once; libytnef sees only
 * that. Property values go through it as binary under tags of our own, so that their text is decoded by mail/charset. It must never
 * hand libytnef bytes that it has not walked itself. */
#include "mail/tnef.h"

#include <stdio.h> /* ytnef.h needs it */
#include <string.h>
#include <ytnef.h>

#include "base/limits.h"
#include "mail/charset.h"
#include "mail/salvage.h"

#include "base/banned.h"

#define SIGNATURE 0x223E9F78u
#define OWN_TAG 0x6600u /* + 2 * row of `wanted`, + 1 where the value is UTF-16 */
#define TYPE_UNICODE 0x001Fu
#define TYPE_BINARY 0x0102u
#define MULTI_VALUED 0x1000u
#define TITLE_MAX 99 /* libytnef refuses longer ones, and longer bodies; the whole name is a property */
#define BODY_MAX 100000
#define TEXT_MAX (8u * 1024 * 1024)

/* Properties that are read; the rows are the values of the enum. */
enum { TEXT_PLAIN, TEXT_HTML, CODE_PAGE, FILE_NAME_LONG, FILE_NAME, FILE_TYPE, FILE_OBJECT };
static const guint16 wanted[] = {
    [TEXT_PLAIN] = 0x1000, [TEXT_HTML] = 0x1013, [CODE_PAGE] = 0x3FDE,   [FILE_NAME_LONG] = 0x3707,
    [FILE_NAME] = 0x3704,  [FILE_TYPE] = 0x370E, [FILE_OBJECT] = 0x3701,
};

/* [MS-OXTNEF] 2.1.3.4, [MS-OXCDATA] 2.11.1: bytes of a value in the stream; 0: it has a length of its own. */
static const struct {
    guint16 type, bytes;
} types[] = {
    {0x0002, 4}, {0x0003, 4}, {0x0004, 4},  {0x0005, 8}, {0x0006, 8}, {0x0007, 8}, {0x000A, 4}, {0x000B, 4},
    {0x0014, 8}, {0x0040, 8}, {0x0048, 16}, {0x000D, 0}, {0x001E, 0}, {0x001F, 0}, {0x0102, 0},
};

typedef struct {
    const guint8 *p, *end;
} Cursor;

typedef struct {
    GByteArray *out;
    gboolean damaged;
    guint files;
    guint seen; /* bit n: row n of `copied` was written, of the mail or of the last file */
} Filter;

static guint32 number_at(const guint8 *p) { return p[0] | (guint32)p[1] << 8 | (guint32)p[2] << 16 | (guint32)p[3] << 24; }

static gboolean take(Cursor *c, gsize n, const guint8 **ret)
{
    if ((gsize)(c->end - c->p) < n)
        return FALSE;
    *ret = c->p;
    c->p += n;
    return TRUE;
}

static gboolean take_number(Cursor *c, guint32 *ret)
{
    const guint8 *p;
    if (!take(c, 4, &p))
        return FALSE;
    *ret = number_at(p);
    return TRUE;
}

/* Values are padded to four bytes; at the very end the padding may be missing. */
static gboolean take_padded(Cursor *c, gsize n, const guint8 **ret)
{
    const guint8 *pad;
    if (!take(c, n, ret))
        return FALSE;
    take(c, MIN((4 - n % 4) % 4, (gsize)(c->end - c->p)), &pad);
    return TRUE;
}

static void put(GByteArray *out, const void *bytes, gsize n) { g_byte_array_append(out, bytes, (guint)n); }

static void put_number(GByteArray *out, guint32 n)
{
    const guint8 bytes[] = {(guint8)n, (guint8)(n >> 8), (guint8)(n >> 16), (guint8)(n >> 24)};
    put(out, bytes, sizeof bytes);
}

static void put_attribute(GByteArray *out, guint8 level, guint32 id, const guint8 *bytes, gsize n)
{
    guint16 sum = 0;
    for (gsize i = 0; i < n; i++)
        sum = (guint16)(sum + bytes[i]);
    const guint8 end[] = {(guint8)sum, (guint8)(sum >> 8)};
    put(out, &level, 1);
    put_number(out, id);
    put_number(out, (guint32)n);
    put(out, bytes, n);
    put(out, end, sizeof end);
}

/* The names of a property in the named range, which say nothing that is wanted. */
static gboolean skip_names(Cursor *c)
{
    const guint8 *skipped;
    guint32 kind, n;
    if (!take(c, 16, &skipped) || !take_number(c, &kind) || !take_number(c, &n))
        return FALSE;
    return kind == 0 || take_padded(c, n, &skipped); /* a number, or a name of n bytes */
}

static int row_of(guint32 tag)
{
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (wanted[i] == tag >> 16)
            return (int)i;
    return -1;
}

static void put_property(GByteArray *out, int row, gboolean unicode, const guint8 *value, gsize n)
{
    static const guint8 zeros[4];
    put_number(out, (OWN_TAG + (guint32)row * 2 + (unicode ? 1 : 0)) << 16 | TYPE_BINARY);
    put_number(out, 1);
    put_number(out, (guint32)n);
    put(out, value, n);
    put(out, zeros, (4 - n % 4) % 4);
}

/* One property: its values are walked, and the first one of a wanted property is copied. */
static gboolean read_property(Cursor *c, GByteArray *out, guint32 *seen, guint32 *count)
{
    guint32 tag, values = 1;
    if (!take_number(c, &tag) || (tag >> 16 >= 0x8000 && !skip_names(c)))
        return FALSE;
    gboolean multi = (tag & MULTI_VALUED) != 0;
    guint type = tag & 0xFFFFu & ~MULTI_VALUED, i = 0;
    while (i < G_N_ELEMENTS(types) && types[i].type != type)
        i++;
    if (i == G_N_ELEMENTS(types))
        return FALSE;
    if ((multi || types[i].bytes == 0) && !take_number(c, &values))
        return FALSE;
    int row = multi || tag >> 16 >= 0x8000 ? -1 : row_of(tag);
    for (guint32 v = 0; v < values; v++) { /* each takes four bytes at least */
        guint32 n = types[i].bytes;
        const guint8 *value;
        if ((n == 0 && !take_number(c, &n)) || !take_padded(c, n, &value))
            return FALSE;
        if (row < 0 || n == 0 || (*seen & 1u << row) != 0)
            continue;
        *seen |= 1u << row;
        ++*count;
        put_property(out, row, type == TYPE_UNICODE, value, n);
    }
    return TRUE;
}

/* A list of properties, written anew. What cannot be walked ends it. */
static void copy_properties(Filter *f, guint8 level, guint32 id, const guint8 *bytes, gsize n)
{
    Cursor c = {bytes, bytes + n};
    guint32 properties, seen = 0, count = 0;
    g_autoptr(GByteArray) out = g_byte_array_new();
    put_number(out, 0);
    gboolean good = take_number(&c, &properties);
    for (guint32 i = 0; good && i < properties; i++)
        good = read_property(&c, out, &seen, &count);
    f->damaged = f->damaged || !good;
    for (guint i = 0; i < 4; i++)
        out->data[i] = (guint8)(count >> 8 * i);
    if (count > 0)
        put_attribute(f->out, level, id, out->data, out->len);
}

/* Attributes that go on to libytnef, each once a mail or a file. */
static const struct {
    guint32 id;
    gboolean of_file, properties;
} copied[] = {
    {attBody, FALSE, FALSE},       {attOemCodepage, FALSE, FALSE}, {attMAPIProps, FALSE, TRUE},
    {attAttachTitle, TRUE, FALSE}, {attAttachData, TRUE, FALSE},   {attAttachment, TRUE, TRUE},
};

static void begin_file(Filter *f)
{
    static const guint8 rendering[14];
    put_attribute(f->out, LVL_ATTACHMENT, attAttachRenddata, rendering, sizeof rendering);
    f->files++;
    for (gsize i = 0; i < G_N_ELEMENTS(copied); i++)
        if (copied[i].of_file)
            f->seen &= ~(1u << i);
}

/* How much of a value libytnef takes. What is cut of a body makes the whole damaged, so that winmail.dat stays. */
static gsize accepted(Filter *f, guint32 id, gsize n)
{
    f->damaged = f->damaged || (id == attBody && n > BODY_MAX);
    return id == attAttachTitle ? MIN(n, (gsize)TITLE_MAX) : id == attBody ? MIN(n, (gsize)BODY_MAX) : id == attOemCodepage ? MIN(n, (gsize)TITLE_MAX) : n;
}

static void copy_attribute(Filter *f, guint32 id, const guint8 *bytes, gsize n)
{
    if (id == attAttachRenddata && f->files < LIMIT_MIME_PARTS)
        begin_file(f);
    for (gsize i = 0; i < G_N_ELEMENTS(copied); i++) {
        if (copied[i].id != id || n == 0)
            continue;
        if (copied[i].of_file && f->files == 0)
            begin_file(f);
        if ((f->seen & 1u << i) != 0)
            return;
        f->seen |= 1u << i;
        guint8 level = copied[i].of_file ? LVL_ATTACHMENT : LVL_MESSAGE;
        if (copied[i].properties)
            copy_properties(f, level, id, bytes, n);
        else
            put_attribute(f->out, level, id, bytes, accepted(f, id, n));
    }
}

/* [MS-OXTNEF] 2.1.3.1: level, id, length, value, checksum. */
static void filter(Filter *f, Cursor *c)
{
    while (c->p < c->end) {
        const guint8 *level, *value, *checksum;
        guint32 id, n;
        if (!take(c, 1, &level) || !take_number(c, &id) || !take_number(c, &n) || !take(c, n, &value) || !take(c, 2, &checksum)) {
            f->damaged = TRUE;
            return;
        }
        guint16 sum = 0;
        for (guint32 i = 0; i < n; i++)
            sum = (guint16)(sum + value[i]);
        f->damaged = f->damaged || sum != (checksum[0] | checksum[1] << 8);
        copy_attribute(f, id, value, n);
    }
}

static const variableLength *property(MAPIProps *all, int row, gboolean *ret_unicode)
{
    for (guint32 unicode = 0; unicode < 2; unicode++) {
        const variableLength *v = MAPIFindProperty(all, (OWN_TAG + (guint32)row * 2 + unicode) << 16 | TYPE_BINARY);
        if (v == MAPI_UNDEFINED || v->data == NULL || v->size <= 0)
            continue;
        *ret_unicode = unicode == 1;
        return v;
    }
    return NULL;
}

/* Text in `label` or in UTF-16; NULL for none. */
static char *text_of(const variableLength *v, gboolean unicode, const char *label, gsize *ret_length)
{
    if (v == NULL || v->data == NULL || v->size <= 0)
        return NULL;
    return charset_decode((const char *)v->data, MIN((gsize)v->size, (gsize)TEXT_MAX), unicode ? "utf-16le" : label, ret_length,
                          NULL);
}

static char *property_text(MAPIProps *all, int row, const char *label, gsize *ret_length)
{
    gboolean unicode = FALSE;
    const variableLength *v = property(all, row, &unicode);
    return text_of(v, unicode, label, ret_length);
}

static char *code_page(guint32 number)
{
    if (number == 0)
        return g_strdup("windows-1252");
    return g_strdup_printf(number >= 1250 && number <= 1258 ? "windows-%u" : number == 28591 ? "iso-8859-1" : "cp%u", number);
}

static void read_text(Tnef *t, TNEFStruct *from)
{
    gboolean unicode = FALSE;
    guint32 page = from->CodePage.size >= 4 ? number_at(from->CodePage.data) : 0;
    g_autofree char *label = code_page(page);
    t->text = property_text(&from->MapiProperties, TEXT_PLAIN, label, &t->length);
    if (t->text == NULL)
        t->text = text_of(&from->body, FALSE, label, &t->length);
    const variableLength *html = property(&from->MapiProperties, TEXT_HTML, &unicode);
    if (t->text != NULL || html == NULL)
        return;
    gboolean ignored;
    const variableLength *internet = property(&from->MapiProperties, CODE_PAGE, &ignored);
    g_autofree char *own = salvage_charset((const char *)html->data, (gsize)html->size);
    g_autofree char *named = internet != NULL && internet->size >= 4 ? code_page(number_at(internet->data)) : NULL;
    t->text = text_of(html, unicode, named != NULL ? named : own != NULL ? own : label, &t->length);
    t->html = TRUE;
}

/* A type goes into a header when the file is sent on. */
static gboolean is_type(const char *type)
{
    const char *p = type;
    while (p != NULL && (guchar)*p > ' ' && (guchar)*p < 0x7f)
        p++;
    return p != NULL && *p == '\0' && strchr(type, '/') != NULL;
}

static void read_file(Tnef *t, Attachment *a, const char *label)
{
    gboolean ignored;
    const variableLength *object = property(&a->MAPI, FILE_OBJECT, &ignored);
    const variableLength *data = a->FileData.size > 0 || object == NULL ? &a->FileData : object;
    TnefFile *f = g_new0(TnefFile, 1);
    f->name = property_text(&a->MAPI, FILE_NAME_LONG, label, NULL);
    if (f->name == NULL)
        f->name = property_text(&a->MAPI, FILE_NAME, label, NULL);
    if (f->name == NULL)
        f->name = text_of(&a->Title, FALSE, label, NULL);
    if (f->name == NULL)
        f->name = g_strdup("");
    g_autofree char *type = property_text(&a->MAPI, FILE_TYPE, label, NULL);
    f->type = g_ascii_strdown(is_type(type) ? type : "application/octet-stream", -1);
    f->bytes = g_bytes_new(data->data, (gsize)MAX(data->size, 0));
    g_ptr_array_add(t->files, f);
}

static void file_free(gpointer p)
{
    TnefFile *f = p;
    g_free(f->name);
    g_free(f->type);
    g_bytes_unref(f->bytes);
    g_free(f);
}

static void read_struct(Tnef *t, TNEFStruct *from)
{
    read_text(t, from);
    g_autofree char *label = code_page(from->CodePage.size >= 4 ? number_at(from->CodePage.data) : 0);
    for (Attachment *a = from->starting_attach.next; a != NULL; a = a->next)
        read_file(t, a, label);
}

Tnef *tnef_read(const char *bytes, gsize length)
{
    const guint8 *start = (const guint8 *)bytes;
    if (length < 6 || length > TNEF_BYTES || number_at(start) != SIGNATURE)
        return NULL;
    g_autoptr(GByteArray) out = g_byte_array_new();
    put(out, start, 6);
    Filter f = {.out = out};
    Cursor c = {start + 6, start + length};
    filter(&f, &c);
    Tnef *t = g_new0(Tnef, 1);
    t->files = g_ptr_array_new_with_free_func(file_free);
    TNEFStruct parsed = {0};
    TNEFInitialize(&parsed);
    t->damaged = TNEFParseMemory(out->data, (long)out->len, &parsed) < 0 || f.damaged;
    read_struct(t, &parsed);
    TNEFFree(&parsed);
    return t;
}

void tnef_free(Tnef *t)
{
    if (t == NULL)
        return;
    g_free(t->text);
    g_ptr_array_unref(t->files);
    g_free(t);
}
