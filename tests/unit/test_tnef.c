/* Tests of mail/tnef and mail/inlined: files and text that do not stand in MIME parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "mail/inlined.h"
#include "mail/message.h"
#include "mail/tnef.h"

#include "base/banned.h"

/* ---- a writer of TNEF ---- */

enum { BODY = 0x0002800C, CODE_PAGE = 0x00069007, PROPERTIES = 0x00069003, TITLE = 0x00018010, DATA = 0x0006800F,
       RENDERING = 0x00069002, ATTACHMENT = 0x00069005 };

static void number(GByteArray *out, guint32 n, guint bytes)
{
    for (guint i = 0; i < bytes; i++) {
        guint8 b = (guint8)(n >> 8 * i);
        g_byte_array_append(out, &b, 1);
    }
}

static GByteArray *begin(void)
{
    GByteArray *out = g_byte_array_new();
    number(out, 0x223E9F78, 4);
    number(out, 1, 2);
    return out;
}

static void attribute(GByteArray *out, guint32 id, const void *bytes, guint n)
{
    guint32 sum = 0;
    for (guint i = 0; i < n; i++)
        sum += ((const guint8 *)bytes)[i];
    number(out, id == BODY || id == CODE_PAGE || id == PROPERTIES ? 1 : 2, 1);
    number(out, id, 4);
    number(out, n, 4);
    g_byte_array_append(out, bytes, n);
    number(out, sum & 0xFFFF, 2);
}

static void code_page(GByteArray *out, guint32 page)
{
    g_autoptr(GByteArray) v = g_byte_array_new();
    number(v, page, 4);
    number(v, 0, 4);
    attribute(out, CODE_PAGE, v->data, v->len);
}

static void property(GByteArray *out, guint32 tag, const void *bytes, guint n)
{
    static const guint8 zeros[4];
    number(out, tag, 4);
    number(out, 1, 4);
    number(out, n, 4);
    g_byte_array_append(out, bytes, n);
    g_byte_array_append(out, zeros, (4 - n % 4) % 4);
}

static void file(GByteArray *out, const char *title, const char *data)
{
    static const guint8 rendering[14];
    attribute(out, RENDERING, rendering, sizeof rendering);
    attribute(out, TITLE, title, (guint)strlen(title) + 1);
    attribute(out, DATA, data, (guint)strlen(data));
}

static Tnef *read_tnef(const GByteArray *b) { return tnef_read((const char *)b->data, b->len); }

static void assert_file(const Tnef *t, guint i, const char *name, const char *type, const char *bytes)
{
    assert_true(i < t->files->len);
    const TnefFile *f = t->files->pdata[i];
    assert_string_equal(f->name, name);
    assert_string_equal(f->type, type);
    assert_int_equal(g_bytes_get_size(f->bytes), strlen(bytes));
    assert_memory_equal(g_bytes_get_data(f->bytes, NULL), bytes, strlen(bytes));
}

/* ---- the tests ---- */

static void test_tnef_body_and_files(void **state)
{
    (void)state;
    g_autoptr(GByteArray) b = begin();
    code_page(b, 1251);
    attribute(b, BODY, "\xCF\xF0\xE8\xE2\xE5\xF2", 7);
    file(b, "a.txt", "one");
    file(b, "b.txt", "two");
    g_autoptr(Tnef) t = read_tnef(b);
    assert_string_equal(t->text, "Привет");
    assert_false(t->html || t->damaged);
    assert_int_equal(t->files->len, 2);
    assert_file(t, 0, "a.txt", "application/octet-stream", "one");
    assert_file(t, 1, "b.txt", "application/octet-stream", "two");
}

static void test_tnef_properties(void **state)
{
    (void)state;
    g_autoptr(GByteArray) b = begin(), mail = g_byte_array_new(), of_file = g_byte_array_new();
    static const guint8 guid[16] = {1};
    number(mail, 5, 4);
    number(mail, 0x85010003, 4); /* named by a number */
    g_byte_array_append(mail, guid, 16);
    number(mail, 0, 4);
    number(mail, 0x1234, 4);
    number(mail, 7, 4);
    number(mail, 0x8502001E, 4); /* named by a name of 3 UTF-16 units, with padding */
    g_byte_array_append(mail, guid, 16);
    number(mail, 1, 4);
    number(mail, 6, 4);
    g_byte_array_append(mail, (const guint8 *)"x\0y\0\0\0\0\0", 8);
    number(mail, 1, 4);
    number(mail, 2, 4);
    g_byte_array_append(mail, (const guint8 *)"v\0\0\0", 4);
    number(mail, 0x10001003, 4); /* several numbers */
    number(mail, 2, 4);
    number(mail, 1, 4);
    number(mail, 2, 4);
    number(mail, 0x3FDE0003, 4);
    number(mail, 65001, 4);
    property(mail, 0x10130102, "<p>gr\xC3\xBC\xC3\x9F</p>", 13);
    attribute(b, PROPERTIES, mail->data, mail->len);
    number(of_file, 2, 4);
    property(of_file, 0x3707001F, "\x3D\xD8\x4D\xDC.\0p\0\0", 10); /* a pair of surrogates: one character */
    property(of_file, 0x370E001E, "Image/PNG", 10);
    file(b, "SHORT~1.PNG", "png");
    attribute(b, ATTACHMENT, of_file->data, of_file->len);
    g_autoptr(Tnef) t = read_tnef(b);
    assert_string_equal(t->text, "<p>grüß</p>");
    assert_true(t->html);
    assert_false(t->damaged);
    assert_file(t, 0, "👍.p", "image/png", "png");
}

/* It would stand in a header. */
static void test_tnef_type(void **state)
{
    (void)state;
    static const char *const types[] = {"image/png\r\nX-A: b", "image/p\xC3\xBCng", "image", "image/png; x=y"};
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(GByteArray) b = begin(), of_file = g_byte_array_new();
        number(of_file, 1, 4);
        property(of_file, 0x370E001E, types[i], (guint)strlen(types[i]) + 1);
        file(b, "a", "png");
        attribute(b, ATTACHMENT, of_file->data, of_file->len);
        g_autoptr(Tnef) t = read_tnef(b);
        assert_file(t, 0, "a", "application/octet-stream", "png");
    }
}

/* Whatever the length at which it is cut, and whichever byte is another one, the answer is whole. */
static void test_tnef_hostile(void **state)
{
    (void)state;
    g_autoptr(GByteArray) b = begin(), p = g_byte_array_new();
    attribute(b, BODY, "hello", 6);
    attribute(b, BODY, "again", 6);
    number(p, 1, 4);
    property(p, 0x10000102, "hello", 5);
    attribute(b, PROPERTIES, p->data, p->len);
    attribute(b, PROPERTIES, p->data, p->len);
    attribute(b, DATA, "without a beginning", 19);
    file(b, "a.txt", "one");
    for (guint n = 0; n <= b->len; n++) {
        g_autofree char *exact = g_memdup2(b->data, n); /* a sanitizer sees the end */
        g_autoptr(Tnef) t = tnef_read(exact, n);
        assert_true((t != NULL) == (n >= 6));
        assert_true(t == NULL || t->damaged || t->files->len <= 2);
    }
    for (guint i = 6; i < b->len; i++)
        for (guint k = 0; k < 3; k++) {
            g_autofree guint8 *copy = g_memdup2(b->data, b->len);
            copy[i] = (guint8[]){0, 0x7F, 0xFF}[k];
            g_autoptr(Tnef) t = tnef_read((const char *)copy, b->len);
            assert_non_null(t);
        }
    g_autoptr(GByteArray) endless = begin();
    static const guint8 rendering[14];
    for (guint i = 0; i < 100000; i++)
        attribute(endless, RENDERING, rendering, sizeof rendering);
    g_autoptr(Tnef) many = read_tnef(endless);
    assert_int_equal(many->files->len, 1000);
    assert_null(tnef_read("no TNEF at all", 14));
}

/* Sizes that libytnef itself takes for corruption. */
static void test_tnef_large(void **state)
{
    (void)state;
    g_autofree char *text = g_strnfill(300000, 'x'), *title = g_strnfill(300, 't'), *name = g_strnfill(400, 'n');
    g_autoptr(GByteArray) b = begin(), mail = g_byte_array_new(), of_file = g_byte_array_new();
    attribute(b, BODY, text, 300000);
    number(mail, 1, 4);
    property(mail, 0x10130102, text, 300000);
    g_autoptr(GByteArray) html = begin();
    attribute(html, PROPERTIES, mail->data, mail->len);
    g_autoptr(Tnef) whole = read_tnef(html);
    assert_false(whole->damaged);
    assert_int_equal(whole->length, 300000);
    attribute(b, PROPERTIES, mail->data, mail->len);
    file(b, title, text);
    file(b, title, text);
    number(of_file, 1, 4);
    property(of_file, 0x3707001E, name, 400);
    attribute(b, ATTACHMENT, of_file->data, of_file->len);
    g_autoptr(Tnef) t = read_tnef(b);
    assert_true(t->damaged); /* the body was cut; the same in a property is whole */
    assert_int_equal(t->length, 100000);
    title[99] = '\0';
    assert_file(t, 0, title, "application/octet-stream", text);
    assert_file(t, 1, name, "application/octet-stream", text);
}

static void test_tnef_in_mail(void **state)
{
    (void)state;
    static const struct {
        const char *label, *first, *type, *want;
        gboolean broken;
        const char *files[3];
    } rows[] = {
        {"its text is all there is", "", "application/ms-tnef; name=x", "from Outlook\n", FALSE, {"a.txt", NULL}},
        {"the mail has a text", "--b\n\nhello\n", "application/ms-tnef", "hello\n", FALSE, {"a.txt", NULL}},
        {"another label", "--b\n\nhello\n", "application/octet-stream; name=WINMAIL.DAT", "hello\n", FALSE, {"a.txt", NULL}},
        {"cut off", "", "application/ms-tnef; name=winmail.dat", "from Outlook\n", TRUE, {"winmail.dat", NULL}},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) b = begin();
        attribute(b, BODY, "from Outlook", 13);
        file(b, "a.txt", "one");
        g_autofree char *code = g_base64_encode(b->data, rows[i].broken ? b->len - 20 : b->len);
        g_autofree char *mail = g_strdup_printf("From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n%s--b\n"
                                                "Content-Type: %s\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n",
                                                rows[i].first, rows[i].type, code);
        g_autoptr(Letter) l = message_parse(mail, strlen(mail));
        assert_string_equal(l->text, rows[i].want);
        guint n = l->attachments->len;
        assert_string_equal(((LetterAttachment *)l->attachments->pdata[n - 1])->name, rows[i].files[0]);
        GPtrArray *parts = NULL;
        assert_true(message_parts(mail, strlen(mail), 1000, &parts, NULL));
        assert_int_equal(parts->len, n);
        g_ptr_array_unref(parts);
    }
}

static void test_tnef_in_returned_mail(void **state)
{
    (void)state;
    g_autoptr(GByteArray) b = begin();
    attribute(b, BODY, "from Outlook", 13);
    g_autofree char *code = g_base64_encode(b->data, b->len);
    g_autofree char *mail = g_strdup_printf("From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee\n--b\n"
                                            "Content-Type: message/rfc822\n\nSubject: x\nContent-Type: application/ms-tnef\n"
                                            "Content-Transfer-Encoding: base64\n\n%s\n--b--\n", code);
    g_autoptr(Letter) l = message_parse(mail, strlen(mail));
    assert_string_equal(l->text, "see\n");
    assert_string_equal(l->returned_text, "from Outlook\n");
}

static void test_inlined(void **state)
{
    (void)state;
    static const struct {
        const char *label, *text, *rest, *name, *bytes;
    } rows[] = {
        {"nothing", "begin at ten\n", "begin at ten\n", NULL, NULL},
        {"uuencode", "see\nbegin 644 a.txt\n#;VYE\n`\nend\nbye\n", "see\nbye\n", "a.txt", "one"},
        {"CR LF, no end", "begin 0644 a b.txt\r\n#;VYE\r\n", "", "a b.txt", "one"},
        {"blanks cut on the way", "begin 644 z\n$86\nend\n", "", "z", "a`\0"},
        {"prose that begins so", "begin 644 times\nand again, with lower case\nend\n",
         "begin 644 times\nand again, with lower case\nend\n", NULL, NULL},
        {"a file behind one that is none", "begin 644 x\n#;VYE\nno, it is not\nbegin 644 y\n#;VYE\nend\n",
         "begin 644 x\n#;VYE\nno, it is not\n", "y", "one"},
        {"yEnc without an end", "see\n=ybegin line=128 size=3 name=b.bin\nthe server is down\nbye\n",
         "see\n=ybegin line=128 size=3 name=b.bin\nthe server is down\nbye\n", NULL, NULL},
        {"yEnc", "see\n=ybegin line=128 size=3 name=b.bin\n\x99\x98=\xCF\n=yend size=3\nbye\n", "see\nbye\n", "b.bin", "one"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) text = g_byte_array_new();
        g_byte_array_append(text, (const guint8 *)rows[i].text, (guint)strlen(rows[i].text));
        g_autoptr(GPtrArray) files = inlined_take(text);
        assert_int_equal(text->len, strlen(rows[i].rest));
        assert_memory_equal(text->data, rows[i].rest, text->len);
        assert_int_equal(files != NULL ? files->len : 0, rows[i].name != NULL ? 1 : 0);
        if (rows[i].name == NULL)
            continue;
        const InlinedFile *f = files->pdata[0];
        assert_string_equal(f->name, rows[i].name);
        assert_memory_equal(g_bytes_get_data(f->bytes, NULL), rows[i].bytes, strlen(rows[i].bytes));
    }
}

static int set_up(void **state)
{
    (void)state;
    message_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tnef_body_and_files), cmocka_unit_test(test_tnef_properties), cmocka_unit_test(test_tnef_hostile),
        cmocka_unit_test(test_tnef_large), cmocka_unit_test(test_tnef_in_mail), cmocka_unit_test(test_tnef_type), cmocka_unit_test(test_tnef_in_returned_mail),        cmocka_unit_test(test_inlined),
    };
    return cmocka_run_group_tests_name("tnef", tests, set_up, NULL);
}
