/* prescan: finds what breaks a MIME parser without being one. It errs to one side: every line that could be a header, a boundary
 * or a nested mail to some parser counts as one, and the limits are far above what people send. Where a limit is met in what may
 * well be text, bytes are added or one is changed; nothing is dropped but surplus fields of the top header. It must never
 * recurse, and the work per line is bounded by constants. */
#include "mail/prescan.h"

#include <string.h>

#include "base/limits.h"
#include "mail/boundary.h"

#include "base/banned.h"

#define NESTED_COLONS 200   /* in an address field below the top: recursion so deep is harmless, and prose is spared */
#define KNOWN_BOUNDARIES 64 /* compared with every "--" line */
#define LOOSE_DASHES 20000  /* "--" lines of no known boundary, where many boundaries were declared */
#define JUNK_LINES 5

typedef struct {
    const char *start; /* in the input; NULL: a nested message, or one whose boundary was not understood */
    gsize length;
} Level;

typedef struct {
    const char *in;
    gsize length;
    gsize copied;    /* input up to here is in out, when there is an out */
    GByteArray *out; /* made at the first change */
    GPtrArray *defects;
    Level stack[LIMIT_MIME_DEPTH];
    guint depth;
    Level known[KNOWN_BOUNDARIES];
    guint known_count, declared, unclear, parts, loose;
    guint fields; /* of the lines since the last empty or "--" line */
    gsize field_bytes, run_bytes;
    guint colons, parens;
    gboolean in_field, in_address;
} Scan;

typedef struct {
    gsize at, end, next; /* the line without its end; where the next begins */
} Line;

static void defect(Scan *s, const char *what)
{
    for (guint i = 0; i < s->defects->len; i++)
        if (strcmp(s->defects->pdata[i], what) == 0)
            return;
    g_ptr_array_add(s->defects, g_strdup(what));
}

/* Replaces `skip` bytes at `at` by text. Changes come in ascending order. */
static void change(Scan *s, gsize at, gsize skip, const char *text)
{
    if (s->out == NULL)
        s->out = g_byte_array_sized_new((guint)MIN(s->length + 1024, (gsize)G_MAXUINT / 2));
    if (at < s->copied)
        return;
    g_byte_array_append(s->out, (const guint8 *)s->in + s->copied, (guint)(at - s->copied));
    g_byte_array_append(s->out, (const guint8 *)text, (guint)strlen(text));
    s->copied = at + skip;
}

static Line line_at(const Scan *s, gsize at)
{
    const char *eol = memchr(s->in + at, '\n', s->length - at);
    Line l = {at, eol != NULL ? (gsize)(eol - s->in) : s->length, eol != NULL ? (gsize)(eol - s->in) + 1 : s->length};
    while (l.end > l.at && s->in[l.end - 1] == '\r')
        l.end--;
    return l;
}

/* Length of the field name that the line begins with, or 0. */
static gsize name_length(const Scan *s, const Line *l)
{
    const char *p = s->in + l->at, *colon = memchr(p, ':', l->end - l->at);
    if (colon == NULL || colon == p)
        return 0;
    const char *q = p;
    while (q < colon && (guchar)*q > 32 && (guchar)*q != 127)
        q++;
    gsize n = (gsize)(q - p);
    while (q < colon && (*q == ' ' || *q == '\t'))
        q++;
    return q == colon ? n : 0;
}

static gboolean is_folded(const Scan *s, const Line *l)
{
    return l->end > l->at && (s->in[l->at] == ' ' || s->in[l->at] == '\t');
}

static gboolean name_is(const Scan *s, const Line *l, gsize n, const char *name)
{
    return n == strlen(name) && g_ascii_strncasecmp(s->in + l->at, name, n) == 0;
}

/* Fields that a parser may read as addresses: From, Resent-To, Disposition-Notification-To, Cc … */
static gboolean is_address_field(const Scan *s, const Line *l, gsize n)
{
    static const char *const ends[] = {"from", "sender", "to", "cc"};
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        gsize m = strlen(ends[i]);
        if (n >= m && g_ascii_strncasecmp(s->in + l->at + n - m, ends[i], m) == 0)
            return TRUE;
    }
    return FALSE;
}

/* A header of mail, and not the first line of somebody's prose. */
static gboolean is_mail_field(const Scan *s, const Line *l, gsize n)
{
    static const char *const names[] = {
        "from", "to", "cc", "bcc", "subject", "date", "message-id", "return-path", "reply-to", "sender", "mime-version",
        "in-reply-to", "references", "delivered-to", "auto-submitted", "precedence", "importance", "priority", "organization",
        "user-agent", "thread-index", "thread-topic", "envelope-to", "apparently-to", "errors-to", "status",
    };
    static const char *const starts[] = {
        "x-", "received", "resent-", "content-", "list-", "dkim-", "arc-", "authentication-", "domainkey", "delivery-",
        "disposition-",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (name_is(s, l, n, names[i]))
            return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++)
        if (n > strlen(starts[i]) && g_ascii_strncasecmp(s->in + l->at, starts[i], strlen(starts[i])) == 0)
            return TRUE;
    return FALSE;
}

/* Groups nest by ':', comments by '(': beyond `max` they become blanks. At the top NUL and CR do as well: they end a value early
 * for whoever reads it as a C string. */
static void clean_value(Scan *s, gsize from, gsize to, guint max, gboolean top)
{
    for (gsize i = from; i < to; i++) {
        char c = s->in[i];
        if (top && (c == '\0' || c == '\r')) {
            change(s, i, 1, " ");
            defect(s, "header: NUL or CR inside a line");
        }
        if (!s->in_address)
            continue;
        if (c == ')' && s->parens > 0)
            s->parens--;
        guint *count = c == ':' ? &s->colons : c == '(' ? &s->parens : NULL;
        if (count != NULL && *count >= max) {
            change(s, i, 1, " ");
            defect(s, "header: addresses nested too deep were flattened");
        } else if (count != NULL) {
            (*count)++;
        }
    }
}

static gboolean contains(const char *p, gsize n, const char *word)
{
    gsize m = strlen(word);
    for (gsize i = 0; i + m <= n; i++)
        if (g_ascii_strncasecmp(p + i, word, m) == 0)
            return TRUE;
    return FALSE;
}

/* A Content-Type field at `l`, with its folded lines: does it open another level? */
static void declare(Scan *s, const Line *l, gsize name)
{
    gsize stop = l->next;
    while (stop < s->length && stop - l->at < LIMIT_HEADER_FIELD_BYTES && (s->in[stop] == ' ' || s->in[stop] == '\t'))
        stop = line_at(s, stop).next;
    const char *value = s->in + l->at + name;
    gsize n = MIN(stop - l->at, (gsize)LIMIT_HEADER_FIELD_BYTES) - MIN(name, (gsize)LIMIT_HEADER_FIELD_BYTES);
    gboolean multipart = contains(value, n, "multipart");
    if (!multipart && !contains(value, n, "message"))
        return;
    if (s->depth >= LIMIT_MIME_DEPTH || s->declared >= LIMIT_MIME_PARTS) {
        change(s, l->at, 1, "X"); /* "Xontent-Type": the part becomes plain text and stays readable */
        defect(s, "mime: parts nested too deep are shown as text");
        return;
    }
    Level level = {NULL, 0};
    s->declared++;
    if (multipart && !boundary_find(value, n, &level.start, &level.length)) {
        level.start = NULL;
        s->unclear += contains(value, n, "boundary") ? 1 : 0;
    }
    s->stack[s->depth++] = level;
    if (level.start != NULL && s->known_count < KNOWN_BOUNDARIES)
        s->known[s->known_count++] = level;
}

static gboolean matches(const Level *b, const char *p, gsize n)
{
    return b->start != NULL && n >= b->length && memcmp(p, b->start, b->length) == 0;
}

/* A line that begins with "--": pops what it ends, and counts. */
static void dashes(Scan *s, const Line *l)
{
    const char *p = s->in + l->at + 2;
    gsize n = l->end - l->at - 2;
    gboolean hit = FALSE;
    for (guint i = s->depth; i-- > 0 && !hit;)
        if (matches(&s->stack[i], p, n)) {
            gsize rest = n - s->stack[i].length;
            gboolean closing = rest >= 2 && memcmp(p + s->stack[i].length, "--", 2) == 0;
            if (rest > 0 && !closing && !g_ascii_isspace(p[s->stack[i].length])) {
                hit = TRUE; /* a longer boundary with this beginning: counted, pops nothing */
                break;
            }
            s->depth = closing ? i : i + 1;
            hit = TRUE;
        }
    for (guint i = 0; i < s->known_count && !hit; i++)
        hit = matches(&s->known[i], p, n);
    if (hit || s->unclear > 0)
        s->parts++;
    else if (s->declared > KNOWN_BOUNDARIES)
        s->loose++;
    if (s->parts > LIMIT_MIME_PARTS || s->loose > LOOSE_DASHES) {
        change(s, l->at, 1, " ");
        defect(s, "mime: too many parts; the last ones are one");
    }
}

static void new_run(Scan *s)
{
    s->fields = 0;
    s->run_bytes = s->field_bytes = 0;
    s->in_field = s->in_address = FALSE;
}

/* Below the top a header too long ends early: an empty line is added, and what follows is body. */
static void bound_run(Scan *s, const Line *l)
{
    if (s->fields <= LIMIT_HEADER_FIELDS && s->field_bytes <= LIMIT_HEADER_FIELD_BYTES
        && s->run_bytes <= LIMIT_HEADER_BLOCK_BYTES)
        return;
    gsize at = l->at;
    if (s->field_bytes > LIMIT_HEADER_FIELD_BYTES && l->end - l->at > LIMIT_HEADER_FIELD_BYTES)
        at += LIMIT_HEADER_FIELD_BYTES;
    change(s, at, 0, at == l->at ? "\n" : "\n\n");
    defect(s, "mime: the header of a part was too long");
    new_run(s);
}

static void body_line(Scan *s, const Line *l)
{
    if (l->end == l->at) {
        new_run(s);
        return;
    }
    if (l->end - l->at > 2 && s->in[l->at] == '-' && s->in[l->at + 1] == '-') {
        new_run(s);
        dashes(s, l);
        return;
    }
    gsize name = 0, length = l->end - l->at;
    gboolean folded = is_folded(s, l) && s->in_field;
    if (!folded && (name = name_length(s, l)) == 0) {
        s->in_field = s->in_address = FALSE;
        return;
    }
    s->field_bytes = folded ? s->field_bytes + length : length;
    s->run_bytes += length;
    s->fields += !folded;
    s->in_field = TRUE;
    bound_run(s, l);
    if (!folded) {
        s->in_address = is_address_field(s, l, name);
        s->colons = s->parens = 0;
        if (name_is(s, l, name, "content-type"))
            declare(s, l, name);
    }
    if (s->in_address)
        clean_value(s, folded ? l->at : l->at + name + 1, l->end, NESTED_COLONS, FALSE);
}

/* A line of the top header that is no field: does a field follow soon, so that a mailer broke the one before? */
static gboolean field_follows(const Scan *s, const Line *junk)
{
    gsize at = junk->next;
    for (int i = 0; i < JUNK_LINES && at < s->length; i++) {
        Line l = line_at(s, at);
        if (l.end == l.at)
            return FALSE;
        gsize n = name_length(s, &l);
        if (n > 0 && is_mail_field(s, &l, n))
            return TRUE;
        at = l.next;
    }
    return FALSE;
}

typedef struct {
    gboolean known, structured; /* a header of mail was seen; multipart or message */
    gboolean dropping, ended;
} Top;

/* Counts the line. FALSE: it is over a limit, of the field or of the block, and was dropped. */
static gboolean top_limits(Scan *s, Top *t, const Line *l, gboolean folded)
{
    gsize length = l->next - l->at;
    s->field_bytes = folded ? s->field_bytes + length : length;
    s->fields += !folded;
    s->run_bytes += length;
    if (!folded)
        t->dropping = FALSE;
    if (s->fields <= LIMIT_HEADER_FIELDS && s->run_bytes <= LIMIT_HEADER_BLOCK_BYTES && !t->dropping
        && (!folded || s->field_bytes <= LIMIT_HEADER_FIELD_BYTES))
        return TRUE;
    change(s, l->at, length, "");
    t->dropping = TRUE;
    defect(s, "header: too long; the rest was cut");
    return FALSE;
}

static void top_field(Scan *s, Top *t, const Line *l, gsize name)
{
    gsize end = MIN(l->end, l->at + LIMIT_HEADER_FIELD_BYTES);
    if (name > 0) {
        t->known = t->known || is_mail_field(s, l, name);
        s->in_address = is_address_field(s, l, name);
        s->colons = s->parens = 0;
        if (name_is(s, l, name, "content-type")) {
            guint before = s->declared;
            declare(s, l, name);
            t->structured = t->structured || s->declared > before;
        }
    }
    clean_value(s, l->at + (name > 0 ? name + 1 : 0), end, LIMIT_ADDRESS_NESTING, TRUE);
    if (end < l->end) {
        change(s, end, l->end - end, "");
        t->dropping = TRUE;
        defect(s, "header: a field was too long; its rest was cut");
    }
}

static void top_line(Scan *s, Top *t, const Line *l)
{
    gsize name = name_length(s, l);
    gboolean folded = is_folded(s, l) && s->fields > 0;
    if (!folded && name == 0) {
        if (!field_follows(s, l)) {
            t->ended = TRUE; /* the body begins without an empty line */
            return;
        }
        defect(s, "header: a line is no header field");
        if (s->fields == 0) {
            change(s, l->at, l->next - l->at, "");
            return;
        }
        change(s, l->at, 0, " ");
        folded = TRUE;
    }
    if (top_limits(s, t, l, folded))
        top_field(s, t, l, folded ? 0 : name);
}

/* Returns where the body begins. */
static gsize top_header(Scan *s, Top *t)
{
    gsize at = 0;
    while (at < s->length) {
        Line l = line_at(s, at);
        if (l.end == l.at) {
            if (l.next - l.at > 2)
                change(s, l.at, l.next - l.at, "\n"); /* CR CR LF is no empty line to a parser */
            return l.next;
        }
        top_line(s, t, &l);
        if (t->ended) {
            change(s, at, 0, "\n");
            defect(s, "header: no empty line before the body");
            return at;
        }
        at = l.next;
    }
    return at;
}

static gsize skip_before_header(const char *bytes, gsize length)
{
    gsize at = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    for (;;) {
        while (at < length && (bytes[at] == '\n' || bytes[at] == '\r'))
            at++;
        if (length - at < 8)
            return at;
        gsize word = at + (bytes[at] == '>' ? 1 : 0);
        gboolean from = memcmp(bytes + word, "From ", 5) == 0 && bytes[word + 5] != ':' && bytes[word + 5] != ' ';
        if (!from)
            return at;
        const char *eol = memchr(bytes + at, '\n', length - at);
        if (eol == NULL)
            return at;
        at = (gsize)(eol - bytes) + 1;
    }
}

/* Lines that end with CR alone: a parser would see one line. */
static GByteArray *mend_line_ends(const char *bytes, gsize length)
{
    GByteArray *copy = g_byte_array_sized_new((guint)length);
    g_byte_array_append(copy, (const guint8 *)bytes, (guint)length);
    for (guint i = 0; i < copy->len; i++)
        if (copy->data[i] == '\r')
            copy->data[i] = '\n';
    return copy;
}

static void finish(Prescan *p, Scan *s)
{
    p->bytes = s->in;
    p->length = s->length;
    if (s->out == NULL)
        return;
    g_byte_array_append(s->out, (const guint8 *)s->in + s->copied, (guint)(s->length - s->copied));
    if (p->owned != NULL)
        g_byte_array_unref(p->owned);
    p->owned = s->out;
    p->bytes = (const char *)s->out->data;
    p->length = s->out->len;
}

void prescan_init(Prescan *p, const char *bytes, gsize length)
{
    *p = (Prescan){.defects = g_ptr_array_new_with_free_func(g_free)};
    gsize skip = skip_before_header(bytes, length);
    bytes += skip;
    length -= skip;
    if (memchr(bytes, '\n', length) == NULL && memchr(bytes, '\r', length) != NULL) {
        p->owned = mend_line_ends(bytes, length);
        bytes = (const char *)p->owned->data;
        g_ptr_array_add(p->defects, g_strdup("mail: lines end with CR alone"));
    }
    Scan s = {.in = bytes, .length = length, .defects = p->defects};
    Top top = {0};
    gsize body = top_header(&s, &top);
    p->has_header = top.known;
    p->header_length = s.out == NULL ? body : s.out->len + (body - s.copied);
    if (!top.known) { /* no mail: nothing of it may be taken for a header, and nothing is changed */
        g_clear_pointer(&s.out, g_byte_array_unref);
        s.copied = p->header_length = 0;
        top.structured = FALSE;
    }
    if (top.structured) {
        new_run(&s);
        for (gsize at = body; at < length;) {
            Line l = line_at(&s, at);
            body_line(&s, &l);
            at = l.next;
        }
    }
    finish(p, &s);
}

void prescan_clear(Prescan *p)
{
    g_ptr_array_unref(p->defects);
    if (p->owned != NULL)
        g_byte_array_unref(p->owned);
    *p = (Prescan){0};
}
