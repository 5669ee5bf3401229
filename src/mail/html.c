/* html: renders an HTML tree to lines, walking it with a loop. It must never fetch anything, never recurse over the tree, and
 * never decide what is new text: it only reports the marks that mail programs leave in their HTML. */
#include "mail/html.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#include "base/limits.h"
#include "mail/quotemark.h"
#include "mail/tame.h"

#include "base/banned.h"

#define LINK_MAX 1000 /* longer ones are trackers: nobody types them */
#define ALT_MAX 200

enum {
    BLOCK = 1,      /* begins and ends a line */
    PARAGRAPH = 2,  /* and has an empty line around it */
    SKIP = 4,       /* with everything in it */
    BREAK = 8,
    ITEM = 16,
    CELL = 32,
    PREFORMATTED = 64,
    LINK = 128,
    IMAGE = 256,
    ORDERED = 512,
    STRUCK = 1024
};

static const struct {
    const char *name;
    int flags;
} elements[] = {
    {"a", LINK},           {"address", BLOCK},  {"article", BLOCK}, {"aside", BLOCK},       {"base", SKIP},
    {"blockquote", BLOCK}, {"body", BLOCK},     {"br", BREAK},      {"caption", BLOCK},     {"center", BLOCK},
    {"dd", BLOCK},         {"del", STRUCK},    {"div", BLOCK},   {"dl", BLOCK},          {"dt", BLOCK},
    {"fieldset", BLOCK},
    {"footer", BLOCK},     {"form", BLOCK},     {"h1", PARAGRAPH},  {"h2", PARAGRAPH},      {"h3", PARAGRAPH},
    {"h4", PARAGRAPH},     {"h5", PARAGRAPH},   {"h6", PARAGRAPH},  {"head", SKIP},         {"header", BLOCK},
    {"hr", PARAGRAPH},     {"img", IMAGE},      {"li", BLOCK | ITEM}, {"link", SKIP},       {"main", BLOCK},
    {"meta", SKIP},        {"nav", BLOCK},      {"object", SKIP},   {"ol", BLOCK | ORDERED}, {"option", BLOCK},
    {"p", PARAGRAPH},      {"pre", BLOCK | PREFORMATTED}, {"s", STRUCK}, {"script", SKIP}, {"section", BLOCK},
    {"strike", STRUCK},    {"style", SKIP},
    {"table", BLOCK},      {"tbody", BLOCK},    {"td", CELL},       {"th", CELL},           {"title", SKIP},
    {"tr", BLOCK},         {"ul", BLOCK},       {"plaintext", BLOCK | PREFORMATTED}, {"xmp", BLOCK | PREFORMATTED},
};

typedef struct {
    LineMark mark;
    gint16 flags;
    gboolean rest, container; /* on leaving: the rest is quoted; its quotation is still to come */
    gboolean space;           /* of what is struck out: a blank stood before it */
    guint items;              /* of a list */
} Frame;

typedef struct {
    GString *text;
    GByteArray *marks;
    GArray *frames;
    GString *line, *struck; /* what is struck out stands in a line of its own, below the line that it was taken from */
    LineMark line_mark, struck_mark;
    gboolean line_used, item, space, in_link, rest_quoted, cut;
    guint blank, preformatted, struck_depth;
    GString *link; /* text of the link so far */
} Render;

static Frame *top(Render *r) { return &g_array_index(r->frames, Frame, r->frames->len - 1); }

static LineMark now_mark(Render *r)
{
    LineMark m = top(r)->mark;
    return m == LINE_OWN && r->rest_quoted ? LINE_QUOTED : m;
}

static void put_line(Render *r, const char *line, gsize length, LineMark mark)
{
    if (r->text->len >= LIMIT_TEXT_BYTES || r->marks->len >= LIMIT_TEXT_LINES) {
        r->cut = TRUE;
        return;
    }
    gsize room = LIMIT_TEXT_BYTES - r->text->len;
    if (length > room) {
        r->cut = TRUE;
        for (length = room; length > 0 && ((guchar)line[length] & 0xC0) == 0x80;)
            length--;
    }
    guint8 m = (guint8)mark;
    g_string_append_len(r->text, line, (gssize)length);
    g_string_append_c(r->text, '\n');
    g_byte_array_append(r->marks, &m, 1);
}

/* The reader still sees what was struck out. */
static void put_struck(Render *r)
{
    if (r->struck->len == 0)
        return;
    g_string_prepend(r->struck, "~~");
    g_string_append(r->struck, "~~");
    put_line(r, r->struck->str, r->struck->len, r->struck_mark);
    g_string_truncate(r->struck, 0);
    r->blank = 0;
}

static void end_line(Render *r)
{
    if (!r->line_used && r->item)
        return; /* "- " waits for its text, which may stand in a paragraph of its own */
    if (r->line_used) {
        gsize n = r->line->len;
        while (n > 0 && r->line->str[n - 1] == ' ')
            n--;
        put_line(r, r->line->str, n, r->line_mark);
        r->blank = 0;
    }
    put_struck(r);
    g_string_truncate(r->line, 0);
    r->line_used = r->space = r->item = FALSE;
}

static void blank_line(Render *r)
{
    end_line(r);
    if (r->blank == 0 && r->marks->len > 0)
        put_line(r, "", 0, now_mark(r));
    r->blank++;
}

static void put_chars(Render *r, const char *s, gsize n)
{
    gboolean struck = r->struck_depth > 0;
    GString *line = struck ? r->struck : r->line;
    if (r->space && line->len > 0)
        g_string_append_c(line, ' ');
    r->space = FALSE;
    if (struck && line->len == 0)
        r->struck_mark = now_mark(r) == LINE_OWN ? LINE_STRUCK : now_mark(r);
    else if (!struck && !r->line_used)
        r->line_mark = now_mark(r);
    r->line_used = r->line_used || !struck;
    gsize room = LIMIT_TEXT_BYTES - MIN(line->len, (gsize)LIMIT_TEXT_BYTES);
    if (n > room) {
        r->cut = TRUE;
        for (n = room; n > 0 && ((guchar)s[n] & 0xC0) == 0x80;)
            n--;
    }
    g_string_append_len(line, s, (gssize)n);
    if (!struck && r->in_link && r->link->len < LINK_MAX)
        g_string_append_len(r->link, s, (gssize)n);
}

/* Filling of preview lines and soft hyphens: nothing that a reader sees. */
static gboolean is_invisible(gunichar c)
{
    return c == 0x200B || c == 0x200C || c == 0xFEFF || c == 0xAD || c == 0x34F || c == 0x2060 || c == 0x180E
           || (c < 0x20 && c != '\n' && c != '\t');
}

static void put_text(Render *r, const char *s)
{
    for (const char *p = s; *p != '\0' && !r->cut; ) {
        const char *next = g_utf8_next_char(p);
        gunichar c = g_utf8_get_char(p);
        if (r->preformatted > 0 && c == '\n') {
            r->line_used = TRUE;
            if (r->line->len == 0)
                r->line_mark = now_mark(r);
            end_line(r);
        } else if (r->preformatted > 0 && (c == ' ' || c == '\t')) {
            put_chars(r, " ", 1);
        } else if (c == 0xA0 || c == 0x2003 || c == 0x2002 || c == 0x3000 || (c < 0x80 && g_ascii_isspace((char)c))) {
            if (!r->space && r->in_link && r->link->len > 0)
                g_string_append_c(r->link, ' ');
            r->space = TRUE;
        } else if (!is_invisible(c)) {
            const char *stop = next; /* a run of plain letters at once */
            while ((guchar)*stop > 0x20 && (guchar)*stop < 0x7F)
                stop++;
            put_chars(r, p, (gsize)(stop - p));
            next = stop;
        }
        p = next;
    }
}

static const char *attribute(const void *node, const char *name)
{
    const xmlNode *n = node;
    for (const xmlAttr *a = n->properties; a != NULL; a = a->next)
        if (strcmp((const char *)a->name, name) == 0)
            return a->children != NULL && a->children->content != NULL ? (const char *)a->children->content : "";
    return NULL;
}

static gboolean has_quotation(const xmlNode *n)
{
    for (const xmlNode *c = n->children; c != NULL; c = c->next)
        if (c->type == XML_ELEMENT_NODE && strcmp((const char *)c->name, "blockquote") == 0)
            return TRUE;
    return FALSE;
}

static gboolean is_hidden(const xmlNode *n)
{
    const char *style = attribute(n, "style");
    return style != NULL && quotemark_is_hidden(style);
}

static gboolean is_struck(const xmlNode *n)
{
    const char *style = attribute(n, "style");
    return style != NULL && quotemark_is_struck(style);
}

static int flags_of(const xmlNode *n)
{
    const char *style = n->properties != NULL ? attribute(n, "style") : NULL;
    int kept = style != NULL && quotemark_keeps_lines(style) ? PREFORMATTED : 0;
    for (gsize i = 0; i < G_N_ELEMENTS(elements); i++)
        if (*elements[i].name == (char)*n->name && strcmp(elements[i].name, (const char *)n->name) == 0)
            return elements[i].flags | kept;
    return kept;
}

static QuotemarkEffect rule_of(const xmlNode *n)
{
    return n->properties == NULL ? quotemark_bare((const char *)n->name) : quotemark_of((const char *)n->name, attribute, n);
}

static void apply_rule(Render *r, const xmlNode *n, Frame *f)
{
    QuotemarkEffect rule = rule_of(n);
    switch (rule) {
    case QUOTEMARK_QUOTED:
        f->mark = LINE_QUOTED;
        break;
    case QUOTEMARK_HEAD:
    case QUOTEMARK_HEAD_REST:
        f->mark = f->mark == LINE_QUOTED ? LINE_QUOTED : LINE_QUOTE_HEAD;
        f->rest = rule == QUOTEMARK_HEAD_REST;
        break;
    case QUOTEMARK_REST:
        f->rest = TRUE;
        break;
    case QUOTEMARK_SIGNATURE:
        if (f->mark == LINE_OWN && !r->rest_quoted)
            f->mark = LINE_SIGNATURE;
        break;
    case QUOTEMARK_CONTAINER:
        f->container = f->mark == LINE_OWN && has_quotation(n);
        f->mark = f->container ? LINE_QUOTE_HEAD : LINE_QUOTED;
        break;
    case QUOTEMARK_NONE:
        break;
    }
}

static void put_item(Render *r)
{
    char label[16] = "-";
    for (guint i = r->frames->len - 1; i-- > 0;) { /* from the element around the item */
        Frame *f = &g_array_index(r->frames, Frame, i);
        if ((f->flags & ORDERED) != 0)
            g_snprintf(label, sizeof label, "%u.", ++f->items);
        if ((f->flags & (ORDERED | BLOCK)) != 0)
            break;
    }
    put_chars(r, label, strlen(label));
    r->space = TRUE;
    r->line_used = FALSE; /* an item without text is no line */
    r->item = TRUE;
}

static void put_image(Render *r, const xmlNode *n)
{
    const char *alt = attribute(n, "alt");
    if (alt == NULL || *alt == '\0' || strlen(alt) > ALT_MAX)
        return;
    if (g_utf8_strlen(alt, -1) <= 4 && (guchar)*alt >= 0x80) { /* an emoji drawn as an image */
        put_text(r, alt);
        return;
    }
    put_chars(r, "[", 1);
    put_text(r, alt);
    r->space = FALSE;
    put_chars(r, "]", 1);
}

/* FALSE: nothing inside is rendered. */
static gboolean enter(Render *r, const xmlNode *n)
{
    int flags = flags_of(n);
    if ((flags & SKIP) != 0)
        return FALSE;
    if (is_hidden(n)) { /* not seen, and yet where the quotation begins */
        r->rest_quoted = r->rest_quoted || rule_of(n) == QUOTEMARK_REST || rule_of(n) == QUOTEMARK_HEAD_REST;
        return FALSE;
    }
    if (is_struck(n))
        flags |= STRUCK;
    Frame f = {.mark = top(r)->mark, .flags = (gint16)flags};
    apply_rule(r, n, &f);
    if ((flags & PARAGRAPH) != 0 && !(attribute(n, "class") != NULL && strstr(attribute(n, "class"), "MsoNormal") != NULL))
        blank_line(r);
    else if ((flags & (BLOCK | PARAGRAPH)) != 0 || f.mark != top(r)->mark)
        end_line(r);
    if ((flags & STRUCK) != 0 && r->struck_depth++ == 0) {
        f.space = r->space;
        r->space = FALSE;
    }
    g_array_append_val(r->frames, f);
    if ((flags & BREAK) != 0) {
        if (r->line_used || r->struck->len > 0)
            end_line(r);
        else
            blank_line(r);
    } else if ((flags & CELL) != 0 && r->line_used) {
        put_chars(r, " ", 1);
        r->space = TRUE;
    } else if ((flags & ITEM) != 0) {
        put_item(r);
    } else if ((flags & IMAGE) != 0) {
        put_image(r, n);
    } else if ((flags & LINK) != 0) {
        r->in_link = TRUE;
        g_string_truncate(r->link, 0);
    }
    r->preformatted += (flags & PREFORMATTED) != 0;
    return TRUE;
}

static const char *bare(const char *url)
{
    static const char *const schemes[] = {"https://", "http://", "mailto:", "tel:", "www."};
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_ascii_strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            url += strlen(schemes[i]);
    return url;
}

static void put_link(Render *r, const xmlNode *n)
{
    const char *href = attribute(n, "href");
    r->in_link = FALSE;
    if (href == NULL || strlen(href) > LINK_MAX || r->link->len == 0
        || (g_ascii_strncasecmp(href, "http", 4) != 0 && g_ascii_strncasecmp(href, "mailto:", 7) != 0))
        return;
    g_strstrip(r->link->str);
    const char *a = bare(href), *b = bare(r->link->str);
    gsize n1 = strlen(a), n2 = strlen(b);
    n1 -= n1 > 0 && a[n1 - 1] == '/';
    n2 -= n2 > 0 && b[n2 - 1] == '/';
    if (n1 == n2 && g_ascii_strncasecmp(a, b, n1) == 0)
        return;
    r->space = TRUE;
    put_chars(r, "<", 1);
    put_text(r, g_ascii_strncasecmp(href, "mailto:", 7) == 0 ? href + 7 : href);
    put_chars(r, ">", 1);
}

static void leave(Render *r, const xmlNode *n)
{
    Frame f = *top(r);
    if ((f.flags & LINK) != 0)
        put_link(r, n);
    if ((f.flags & ITEM) != 0)
        r->item = FALSE;
    r->preformatted -= (f.flags & PREFORMATTED) != 0;
    if ((f.flags & STRUCK) != 0 && --r->struck_depth == 0)
        r->space = r->space || f.space;
    LineMark outer = g_array_index(r->frames, Frame, r->frames->len - 2).mark;
    if ((f.flags & (BLOCK | PARAGRAPH)) != 0 || f.mark != outer)
        end_line(r);
    g_array_set_size(r->frames, r->frames->len - 1);
    if ((f.flags & PARAGRAPH) != 0 && !(attribute(n, "class") != NULL && strstr(attribute(n, "class"), "MsoNormal") != NULL))
        blank_line(r);
    if (f.rest)
        r->rest_quoted = TRUE;
    Frame *parent = top(r);
    if (parent->container && strcmp((const char *)n->name, "blockquote") == 0) {
        parent->container = FALSE; /* what follows the quotation was typed below it */
        parent->mark = LINE_OWN;
    }
}

static void walk(Render *r, const xmlNode *root)
{
    const xmlNode *n = root;
    while (n != NULL && !r->cut) {
        gboolean inside = FALSE;
        if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
            if (n->content != NULL)
                put_text(r, (const char *)n->content);
        } else if (n->type == XML_ELEMENT_NODE && enter(r, n)) {
            if (n->children != NULL)
                inside = TRUE;
            else
                leave(r, n);
        }
        if (inside) {
            n = n->children;
            continue;
        }
        while (n != root && n->next == NULL) {
            n = n->parent;
            if (n == NULL)
                return;
            leave(r, n);
            if (n == root)
                return;
        }
        n = n == root ? NULL : n->next;
    }
}

static void ignore_error(void *context, const char *message, ...)
{
    (void)context;
    (void)message;
}

void html_init(void)
{
    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, ignore_error);
}

gboolean html_to_text(const char *html, gsize length, GString *text, GByteArray *marks)
{
    gboolean cut = FALSE;
    gsize before = text->len;
    GString *tame = tame_html(html, length, &cut);
    htmlDocPtr doc = htmlReadMemory(tame->str, (int)tame->len, NULL, "UTF-8",
                                    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET
                                        | HTML_PARSE_NODEFDTD | HTML_PARSE_COMPACT);
    g_string_free(tame, TRUE);
    Render r = {.text = text, .marks = marks, .frames = g_array_new(FALSE, TRUE, sizeof(Frame)), .line = g_string_new(NULL),
                .struck = g_string_new(NULL), .link = g_string_new(NULL)};
    Frame base = {.mark = LINE_OWN};
    g_array_append_val(r.frames, base);
    if (doc != NULL && xmlDocGetRootElement(doc) != NULL)
        walk(&r, xmlDocGetRootElement(doc));
    end_line(&r);
    while (text->len > before + 1 && g_str_has_suffix(text->str, "\n\n")) { /* the space after the last paragraph */
        g_string_truncate(text, text->len - 1);
        g_byte_array_set_size(marks, marks->len - 1);
    }
    if (doc != NULL)
        xmlFreeDoc(doc);
    g_string_free(r.line, TRUE);
    g_string_free(r.struck, TRUE);
    g_string_free(r.link, TRUE);
    g_array_unref(r.frames);
    return r.cut || cut;
}

/* Whether anything in it could strike out. */
static gboolean may_strike(const char *html, gsize length)
{
    static const char *const tags[] = {"s", "strike", "del"};
    const char *end = html + length;
    if (memmem(html, length, "ine-through", 11) != NULL)
        return TRUE;
    for (const char *p = html; (p = memchr(p, '<', (gsize)(end - p))) != NULL; p++)
        for (gsize i = 0; end - p > 2 && strchr("sSdD", p[1]) != NULL && i < G_N_ELEMENTS(tags); i++) {
            gsize n = strlen(tags[i]);
            if ((gsize)(end - p) > n + 1 && g_ascii_strncasecmp(p + 1, tags[i], n) == 0 && !g_ascii_isalnum(p[n + 1]))
                return TRUE;
        }
    return FALSE;
}

gboolean html_has_struck(const char *html, gsize length)
{
    if (!may_strike(html, length))
        return FALSE;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GByteArray) marks = g_byte_array_new();
    html_to_text(html, length, text, marks);
    return marks->len > 0 && memchr(marks->data, LINE_STRUCK, marks->len) != NULL;
}
