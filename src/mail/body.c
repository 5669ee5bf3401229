/* body: chooses among alternatives and joins what remains. It must never lose a text that no other part repeats, and never take
 * more than linear time over the parts. */
#include "mail/body.h"

#include <string.h>

#include "base/limits.h"
#include "mail/html.h"

#include "base/banned.h"

#define STRUCK_TRIED 4 /* parts of HTML that are rendered to see it */
#define STUB_BYTES 400 /* longer than a line that tells to use another program */

typedef struct {
    BodyPlace place;
    char *text;
    gsize length;
    gboolean empty;
} Piece;

struct Body {
    GPtrArray *pieces;
};

/* A text/plain part that only says that there is HTML. */
static const char *const stubs[] = {
    "support html", "html-enabled", "html enabled", "html compatible", "html-compatible", "html capable", "view in html",
    "in html format", "html version", "html message", "view this email in", "view this message in", "view it in your browser",
    "html-ansicht", "kein html", "html-format", "ne supporte pas", "no soporta html", "html email client",
};

static void piece_free(gpointer p)
{
    Piece *piece = p;
    g_free(piece->text);
    g_free(piece);
}

Body *body_new(void)
{
    Body *b = g_new0(Body, 1);
    b->pieces = g_ptr_array_new_with_free_func(piece_free);
    return b;
}

void body_free(Body *b)
{
    if (b == NULL)
        return;
    g_ptr_array_unref(b->pieces);
    g_free(b);
}

guint body_count(const Body *b) { return b->pieces->len; }

gboolean body_is_empty(const Body *b)
{
    for (guint i = 0; i < b->pieces->len; i++)
        if (!((const Piece *)b->pieces->pdata[i])->empty)
            return FALSE;
    return TRUE;
}

static gboolean is_empty(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (i + 1 < length && (guchar)text[i] == 0xC2 && (guchar)text[i + 1] == 0xA0)
            i++;
        else if (!g_ascii_isspace(text[i]))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_stub(const char *text, gsize length)
{
    if (is_empty(text, length))
        return TRUE;
    if (length > STUB_BYTES)
        return FALSE;
    g_autofree char *low = g_ascii_strdown(text, (gssize)length);
    for (gsize i = 0; i < G_N_ELEMENTS(stubs); i++)
        if (strstr(low, stubs[i]) != NULL)
            return TRUE;
    return FALSE;
}

/* HTML that its sender labelled text/plain. */
static gboolean begins_as_html(const char *text)
{
    while (g_ascii_isspace(*text))
        text++;
    return g_ascii_strncasecmp(text, "<!doctype html", 14) == 0 || g_ascii_strncasecmp(text, "<html", 5) == 0;
}

void body_add(Body *b, const BodyPlace *place, const char *text, gsize length)
{
    Piece *p = g_new0(Piece, 1);
    p->place = *place;
    p->text = g_strndup(text, length);
    p->length = length;
    if (!p->place.html && begins_as_html(p->text))
        p->place.html = TRUE;
    p->empty = p->place.html ? is_empty(text, length) : is_stub(text, length);
    g_ptr_array_add(b->pieces, p);
}

typedef struct {
    GHashTable *of;                        /* group -> number of the child */
    GHashTable *plain_inside, *html_inside; /* innermost alternatives: with plain text; whose HTML is taken all the same */
} Choice;

/* Plain text says nothing of what is struck out: of the alternatives only the HTML tells what its sender took back. */
static void choose_struck(const Body *b, Choice *c)
{
    guint tried = 0;
    for (guint i = 0; i < b->pieces->len && tried < STRUCK_TRIED; i++) {
        const Piece *p = b->pieces->pdata[i];
        if (p->place.group == 0 || p->empty || !p->place.html || g_hash_table_contains(c->of, GINT_TO_POINTER(p->place.group)))
            continue;
        tried++;
        if (!html_has_struck(p->text, p->length))
            continue;
        g_hash_table_insert(c->of, GINT_TO_POINTER(p->place.group), GINT_TO_POINTER(p->place.choice));
        g_hash_table_add(c->html_inside, GINT_TO_POINTER(p->place.inner));
    }
}

/* Per alternative: the first child with plain text that says something, else the last with HTML, else the first. */
static void choose(const Body *b, Choice *c)
{
    choose_struck(b, c);
    for (guint i = 0; i < b->pieces->len; i++) {
        const Piece *p = b->pieces->pdata[i];
        if (p->place.group == 0 || p->empty || p->place.html)
            continue;
        if (!g_hash_table_contains(c->of, GINT_TO_POINTER(p->place.group)))
            g_hash_table_insert(c->of, GINT_TO_POINTER(p->place.group), GINT_TO_POINTER(p->place.choice));
        g_hash_table_add(c->plain_inside, GINT_TO_POINTER(p->place.inner));
    }
    for (guint i = b->pieces->len; i-- > 0;) {
        const Piece *p = b->pieces->pdata[i];
        if (p->place.group != 0 && p->place.html && !p->empty
            && !g_hash_table_contains(c->of, GINT_TO_POINTER(p->place.group)))
            g_hash_table_insert(c->of, GINT_TO_POINTER(p->place.group), GINT_TO_POINTER(p->place.choice));
    }
}

static gboolean is_chosen(const Piece *p, const Choice *c)
{
    if (p->place.group == 0)
        return TRUE;
    gpointer choice;
    if (!g_hash_table_lookup_extended(c->of, GINT_TO_POINTER(p->place.group), NULL, &choice))
        return TRUE; /* all are empty */
    if (GPOINTER_TO_INT(choice) != p->place.choice)
        return FALSE;
    gboolean nested = p->place.inner != p->place.group;
    if (nested && g_hash_table_contains(c->html_inside, GINT_TO_POINTER(p->place.inner)))
        return p->place.html;
    return !(p->place.html && nested && g_hash_table_contains(c->plain_inside, GINT_TO_POINTER(p->place.inner)));
}

typedef struct {
    GString *text;
    GByteArray *marks;
    gboolean cut;
} Sink;

/* Of a line too long for what is left, its beginning. */
static void add_line(Sink *s, const char *line, gsize n)
{
    gsize room = LIMIT_TEXT_BYTES - MIN(s->text->len, (gsize)LIMIT_TEXT_BYTES);
    if (room == 0 || s->marks->len >= LIMIT_TEXT_LINES) {
        s->cut = TRUE;
        return;
    }
    if (n > room) {
        s->cut = TRUE;
        for (n = room; n > 0 && ((guchar)line[n] & 0xC0) == 0x80;)
            n--;
    }
    for (gsize i = 0; i < n; i++) /* control characters are for terminals, not for readers */
        if ((guchar)line[i] >= 0x20 ? line[i] != 0x7F : line[i] == '\t')
            g_string_append_c(s->text, line[i]);
    g_string_append_c(s->text, '\n');
    guint8 own = LINE_OWN;
    g_byte_array_append(s->marks, &own, 1);
}

/* One line of `p`; *ret_length without its end (LF, CR LF, CR). Returns where the next begins. */
static const char *next_line(const char *p, const char *end, gsize *ret_length)
{
    const char *q = p;
    while (q < end && *q != '\n' && *q != '\r')
        q++;
    *ret_length = (gsize)(q - p);
    while (q + 1 < end && q[0] == '\r' && q[1] == '\r')
        q++;
    if (q + 1 < end && q[0] == '\r' && q[1] == '\n')
        q++;
    return q < end ? q + 1 : end;
}

static void add_plain(Sink *s, const Piece *p)
{
    const char *end = p->text + p->length;
    for (const char *at = p->text; at < end && !s->cut;) {
        gsize n;
        const char *line = at;
        at = next_line(at, end, &n);
        add_line(s, line, n);
    }
}

/* RFC 3676 4: depth of quoting, space-stuffing, and whether the paragraph goes on in the next line. */
static void add_flowed(Sink *s, const Piece *p)
{
    const char *end = p->text + p->length;
    g_autoptr(GString) held = g_string_new(NULL);
    gsize held_depth = 0;
    gboolean holding = FALSE;
    for (const char *at = p->text; at < end && !s->cut;) {
        gsize n, depth = 0;
        const char *line = at;
        at = next_line(at, end, &n);
        while (depth < n && line[depth] == '>')
            depth++;
        const char *text = line + depth;
        gsize length = n - depth;
        if (length > 0 && *text == ' ') {
            text++;
            length--;
        }
        gboolean signature = length == 3 && memcmp(text, "-- ", 3) == 0;
        gboolean flows = length > 0 && text[length - 1] == ' ' && !signature;
        if (holding && (depth != held_depth || signature)) {
            add_line(s, held->str, held->len);
            holding = FALSE;
        }
        if (!holding) {
            g_string_truncate(held, 0);
            for (gsize i = 0; i < depth; i++)
                g_string_append_c(held, '>');
            if (depth > 0)
                g_string_append_c(held, ' ');
            held_depth = depth;
        }
        g_string_append_len(held, text, (gssize)(flows && p->place.delsp ? length - 1 : length));
        holding = flows;
        if (!flows)
            add_line(s, held->str, held->len);
    }
    if (holding)
        add_line(s, held->str, held->len);
}

/* What was not chosen beside the plain text, and says the same. */
static char *steal_html(Body *b, const Choice *c)
{
    for (guint i = 0; i < b->pieces->len; i++) {
        Piece *p = b->pieces->pdata[i];
        if (p->place.html && !p->empty && !is_chosen(p, c))
            return g_steal_pointer(&p->text);
    }
    return NULL;
}

gboolean body_finish(Body *b, gsize max_bytes, Letter *l)
{
    g_autoptr(GHashTable) of = g_hash_table_new(NULL, NULL), plain_inside = g_hash_table_new(NULL, NULL),
                          html_inside = g_hash_table_new(NULL, NULL);
    Choice c = {of, plain_inside, html_inside};
    Sink s = {g_string_new(NULL), g_byte_array_new(), FALSE};
    gboolean html = FALSE, plain = FALSE, flowed = FALSE;
    choose(b, &c);
    for (guint i = 0; i < b->pieces->len && !s.cut; i++) {
        const Piece *p = b->pieces->pdata[i];
        if (!is_chosen(p, &c))
            continue;
        if (s.text->len > 0 && s.text->len < max_bytes && !g_str_has_suffix(s.text->str, "\n\n"))
            add_line(&s, "", 0);
        if (p->place.html)
            s.cut = html_to_text(p->text, p->length, s.text, s.marks) || s.cut;
        else if (p->place.flowed)
            add_flowed(&s, p);
        else
            add_plain(&s, p);
        html = html || p->place.html;
        plain = plain || !p->place.html;
        flowed = flowed || p->place.flowed;
        s.cut = s.cut || s.text->len > max_bytes;
    }
    g_free(l->text);
    g_free(l->html);
    g_byte_array_unref(l->marks);
    l->text = g_string_free(s.text, FALSE);
    l->marks = s.marks;
    l->text_from_html = html && !plain;
    l->has_hard_lines = !html && !flowed;
    l->html = l->has_hard_lines ? steal_html(b, &c) : NULL;
    return s.cut;
}
