/* dsn: RFC 3464 fields, and the pieces that free texts share with them: status codes (RFC 3463), addresses, recipients. It must
 * not invent a status: what no field or text states stays empty. */
#include "rules/dsn.h"

#include <string.h>

#include "rules/words_quote.h"

#include "base/banned.h"

#define DIAGNOSTIC_BYTES 500
#define DSN_LINES 5000

void dsn_recipient_free(KindRecipient *r)
{
    if (r == NULL)
        return;
    g_free(r->address);
    g_free(r->action);
    g_free(r->status);
    g_free(r->diagnostic);
    g_free(r);
}

/* A status that leaves open what the far server said: undefined, other address status, given up for time. */
static gboolean is_vague(const char *status)
{
    return g_str_has_suffix(status, ".0.0") || g_str_has_suffix(status, ".1.0") || g_str_has_suffix(status, ".4.7");
}

static gboolean is_of_class(char digit, char class)
{
    return class == DSN_ANY || digit == class || (class == DSN_FAILURE && digit != '2');
}

/* Bytes of the enhanced status code (RFC 3463) at p, or 0. "5.1.1Z" is seen in the wild; 5.10.20.30 is an address. */
static gsize status_at(const char *p)
{
    if (p[1] != '.' || !g_ascii_isdigit(p[2]) || p[2] > '7' || p[3] != '.')
        return 0;
    gsize digits = strspn(p + 4, "0123456789");
    char behind = p[4 + digits];
    if (digits < 1 || digits > 3 || g_ascii_islower(behind) || (behind == '.' && g_ascii_isdigit(p[5 + digits])))
        return 0;
    return 4 + digits;
}

/* The first status code of that class in the text that is not vague, else the first; newly allocated, or NULL. */
char *dsn_status(const char *text, char class)
{
    char *found = NULL;
    for (const char *p = text; (p = strpbrk(p, "245")) != NULL; p++) {
        gsize n = p > text && (g_ascii_isalnum(p[-1]) || p[-1] == '.') ? 0 : status_at(p);
        if (n == 0 || !is_of_class(*p, class))
            continue;
        g_autofree char *one = g_strndup(p, n);
        if (found == NULL || !is_vague(one)) {
            g_free(found);
            found = g_steal_pointer(&one);
        }
        if (!is_vague(found))
            break;
    }
    return found;
}

#define WIDE 0x2E80 /* from here on: the scripts of East Asia */

/* The letter at p beyond ASCII, or 0; a field that was cut may end within one. */
static gunichar letter_at(const char *p)
{
    gunichar c = (guchar)*p >= 0x80 ? g_utf8_get_char_validated(p, -1) : 0;
    return c <= 0x10FFFF && g_unichar_isalnum(c) ? c : 0;
}

/* Wide letters belong to an address only where they stand at its '@': texts in those scripts put no space before one. */
static gboolean is_foreign(const char *p, gboolean wide)
{
    gunichar c = letter_at(p);
    return c != 0 && (wide || c < WIDE);
}

static const char *local_start(const char *line, const char *at)
{
    const char *start = at;
    gboolean wide = start > line && letter_at(g_utf8_prev_char(start)) >= WIDE;
    while (start > line) {
        const char *before = g_utf8_prev_char(start);
        if (!g_ascii_isalnum(*before) && !is_foreign(before, wide) && strchr("!#$%&*+-/=?^_`{|}~.'", *before) == NULL)
            break;
        start = before;
    }
    while (start < at && strchr("'*=/.", *start) != NULL)
        start++;
    return start;
}

static const char *domain_end(const char *at)
{
    const char *end = at + 1;
    gboolean wide = letter_at(end) >= WIDE;
    while (g_ascii_isalnum(*end) || (*end != '\0' && strchr("-._", *end) != NULL) || is_foreign(end, wide))
        end = g_utf8_next_char(end);
    while (end > at + 1 && strchr("-._", end[-1]) != NULL)
        end--;
    return end;
}

/* The address round the '@' at `at`, or NULL; *ret_start is where it begins. */
char *dsn_address(const char *line, const char *at, const char **ret_start)
{
    const char *start = local_start(line, at), *end = domain_end(at);
    if (start == at || end == at + 1 || end - start > 320)
        return NULL;
    g_autofree char *local = g_strndup(start, (gsize)(at - start));
    g_autofree char *domain = g_ascii_strdown(at + 1, end - at - 1);
    *ret_start = start;
    return g_strconcat(local, "@", domain, NULL);
}

char *dsn_one_line(const char *text)
{
    GString *s = g_string_new(NULL);
    for (const char *p = text; *p != '\0' && s->len < DIAGNOSTIC_BYTES; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_isspace(c) || g_unichar_iscntrl(c)) {
            if (s->len > 0 && s->str[s->len - 1] != ' ')
                g_string_append_c(s, ' ');
        } else if (s->len + 4 <= DIAGNOSTIC_BYTES)
            g_string_append_unichar(s, c);
        else
            break;
    }
    return g_strchomp(g_string_free(s, FALSE));
}

void dsn_add(GPtrArray *recipients, const char *address, const char *action, char *status, char *diagnostic)
{
    KindRecipient *r = g_new0(KindRecipient, 1);
    const char *at = strrchr(address, '@');
    g_autofree char *domain = at != NULL ? g_ascii_strdown(at, -1) : NULL;
    g_autofree char *local = at != NULL ? g_strndup(address, (gsize)(at - address)) : g_strdup(address);
    r->address = g_strconcat(local, domain, NULL);
    r->action = g_strdup(action);
    r->status = status != NULL ? status : g_strdup("");
    r->diagnostic = diagnostic != NULL ? diagnostic : g_strdup("");
    g_ptr_array_add(recipients, r);
}

/* message/delivery-status */

typedef struct {
    char *original, *final, *actual, *action, *status, *diagnostic;
} Group;

static void group_clear(Group *g)
{
    g_free(g->original);
    g_free(g->final);
    g_free(g->actual);
    g_free(g->action);
    g_free(g->status);
    g_free(g->diagnostic);
    memset(g, 0, sizeof *g);
}

/* One word without control characters, no longer than an address. */
static gboolean is_bare_name(const char *text)
{
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        if (g_unichar_isspace(g_utf8_get_char(p)) || g_unichar_iscntrl(g_utf8_get_char(p)))
            return FALSE;
    return *text != '\0' && strlen(text) <= 320;
}

/* `rfc822; <bob@example.com>` to its address; an address without type is taken as well. */
static char *typed_address(const char *value)
{
    const char *p = strchr(value, ';') != NULL ? strchr(value, ';') + 1 : value;
    const char *at = strchr(p, '@'), *start;
    if (at != NULL)
        return dsn_address(p, at, &start);
    char *bare = g_strdup(p); /* a local part alone, or what the server made of it */
    g_strdelimit(bare, "<>\"", ' ');
    g_strstrip(bare);
    if (is_bare_name(bare))
        return bare;
    g_free(bare);
    return NULL;
}

static const char *known_action(const char *text, const char *status)
{
    static const char *const actions[] = {"failed", "delayed", "delivered", "relayed", "expanded"};
    g_autofree char *folded = text != NULL ? words_quote_fold(text) : g_strdup("");
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++)
        if (strncmp(folded, actions[i], 4) == 0)
            return actions[i];
    return status != NULL && *status == '2' ? "delivered" : "failed";
}

static void group_finish(Group *g, GPtrArray *recipients)
{
    const char *address = g->final != NULL ? g->final : g->original;
    if (g->original != NULL && (address == NULL || strchr(address, '@') == NULL))
        address = g->original; /* a mailbox name of the server's own */
    if (address == NULL)
        address = g->actual;
    if (address != NULL && recipients->len < DSN_RECIPIENTS_MAX) {
        char *status = g->status != NULL ? dsn_status(g->status, DSN_ANY) : NULL;
        char *said = g->diagnostic != NULL ? dsn_status(g->diagnostic, status != NULL ? *status : DSN_ANY) : NULL;
        if (said != NULL && (status == NULL || !is_vague(said))) { /* what the far server said, not what this one made of it */
            g_free(status);
            status = g_steal_pointer(&said);
        }
        g_free(said);
        dsn_add(recipients, address, known_action(g->action, status), status,
                g->diagnostic != NULL ? dsn_one_line(g->diagnostic) : NULL);
    }
    group_clear(g);
}

static void take_field(Group *g, const char *name, const char *value, GPtrArray *recipients)
{
    static const struct {
        const char *name;
        gsize offset;
        gboolean is_address;
    } fields[] = {
        {"Original-Recipient", G_STRUCT_OFFSET(Group, original), TRUE},
        {"Final-Recipient", G_STRUCT_OFFSET(Group, final), TRUE},
        {"X-Actual-Recipient", G_STRUCT_OFFSET(Group, actual), TRUE},
        {"Action", G_STRUCT_OFFSET(Group, action), FALSE},
        {"Status", G_STRUCT_OFFSET(Group, status), FALSE},
        {"Diagnostic-Code", G_STRUCT_OFFSET(Group, diagnostic), FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (g_ascii_strcasecmp(name, fields[i].name) != 0)
            continue;
        char **slot = (char **)(void *)((char *)g + fields[i].offset);
        if (*slot != NULL && fields[i].offset == G_STRUCT_OFFSET(Group, final))
            group_finish(g, recipients); /* no blank line between recipients */
        if (*slot == NULL)
            *slot = fields[i].is_address ? typed_address(value) : g_strdup(value);
        return;
    }
}

void dsn_read(const char *text, GPtrArray *recipients)
{
    Group group = {0};
    g_autoptr(GString) field = g_string_new(NULL);
    guint count = 0;
    for (const char *p = text;; count++) {
        gsize n = strcspn(p, "\n");
        gsize width = n > 0 && p[n - 1] == '\r' ? n - 1 : n;
        gboolean folded = width > 0 && (*p == ' ' || *p == '\t');
        gboolean at_end = p[n] == '\0' || count >= DSN_LINES;
        if (folded && field->len < 4000)
            g_string_append_len(field, p, (gssize)width);
        if (!folded || at_end) {
            char *colon = strchr(field->str, ':');
            if (colon != NULL) {
                *colon = '\0';
                g_strchomp(field->str);
                take_field(&group, field->str, g_strstrip(colon + 1), recipients);
            }
            g_string_truncate(field, 0);
        }
        if (width == 0)
            group_finish(&group, recipients);
        else if (!folded)
            g_string_append_len(field, p, (gssize)MIN(width, 4000));
        if (at_end && field->len == 0)
            break;
        p += p[n] == '\0' ? n : n + 1;
        if (count > DSN_LINES)
            break;
    }
    group_finish(&group, recipients);
}
