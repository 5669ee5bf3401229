/* bounce: reads delivery reports. What a server returns of our mail stands below the report and must never be taken for the report:
 * reading ends where the copy begins. It must not invent a status: what no field or text states stays empty. */
#include "rules/bounce.h"

#include <string.h>

#include "rules/words_kind.h"
#include "rules/words_quote.h"

#include "base/banned.h"

#define REPORT_LINES 300      /* of free text */
#define DIAGNOSTIC_LINES 12   /* that belong to one recipient */
#define DIAGNOSTIC_BYTES 500
#define DSN_LINES 5000
#define ADDRESSES_PER_LINE 20

void bounce_recipient_free(KindRecipient *r)
{
    if (r == NULL)
        return;
    g_free(r->address);
    g_free(r->action);
    g_free(r->status);
    g_free(r->diagnostic);
    g_free(r);
}

/* Recognition */

static char *first_from(const Letter *l)
{
    const LetterAddress *a = l->from->len > 0 ? g_ptr_array_index(l->from, 0) : NULL;
    const char *raw = letter_header(l, "From");
    g_autofree char *all = a != NULL ? g_strdup_printf("%s <%s> %s", a->name, a->address, raw != NULL ? raw : "") : g_strdup(raw != NULL ? raw : "");
    return words_quote_fold(all);
}

BounceFrom bounce_from(const Letter *l, gboolean null_sender, char **ret_evidence)
{
    const char *path = letter_header(l, "Return-Path");
    gboolean null_path = path != NULL && (strcmp(path, "<>") == 0 || g_ascii_strncasecmp(path, "<MAILER-DAEMON", 14) == 0);
    g_autofree char *from = first_from(l);
    const char *daemon = words_kind_in(KINDWORDS_DAEMON, from), *master = words_kind_in(KINDWORDS_MASTER, from);
    if (null_sender)
        *ret_evidence = g_strdup("envelope sender <>");
    else if (null_path)
        *ret_evidence = g_strdup_printf("header Return-Path: %s", path);
    else if (daemon != NULL || master != NULL)
        *ret_evidence = g_strdup_printf("header From: %s", daemon != NULL ? daemon : master);
    else
        *ret_evidence = NULL;
    if (null_sender || null_path || daemon != NULL)
        return BOUNCE_FROM_DAEMON;
    return master != NULL ? BOUNCE_FROM_MASTER : BOUNCE_FROM_ANYBODY;
}

/* Lines of the report, until the copy of the returned mail begins. `raw` lines are parts of *ret_text. */
static GPtrArray *report_lines(const Letter *l, gboolean *ret_cut)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    *ret_cut = FALSE;
    for (const char *p = l->text; *p != '\0' && lines->len < REPORT_LINES;) {
        gsize n = strcspn(p, "\n");
        g_autofree char *line = g_strndup(p, MIN(n, 2000));
        g_autofree char *valid = g_utf8_make_valid(line, -1);
        g_autofree char *folded = words_quote_fold(valid);
        if (lines->len > 1 && words_kind_begins(KINDWORDS_COPY, folded) != NULL) {
            *ret_cut = TRUE;
            break;
        }
        g_ptr_array_add(lines, g_steal_pointer(&valid));
        p += n + (p[n] == '\n');
    }
    return lines;
}

static const char *find_in_lines(const GPtrArray *lines, guint max, KindWords c)
{
    for (guint i = 0; i + 1 < lines->len + 1 && i < max; i++) {
        const char *line = g_ptr_array_index(lines, i), *next = i + 1 < lines->len ? g_ptr_array_index(lines, i + 1) : "";
        g_autofree char *joined = g_strdup_printf("%s %s", line, next); /* phrases are broken across lines */
        g_autofree char *folded = words_quote_fold(joined);
        const char *word = words_kind_in(c, folded);
        if (word != NULL)
            return word;
    }
    return NULL;
}

char *bounce_words(const Letter *l, BounceFrom from, gboolean *ret_sure)
{
    gboolean cut;
    *ret_sure = TRUE;
    if (letter_header(l, "X-Failed-Recipients") != NULL)
        return g_strdup("header X-Failed-Recipients");
    if (from != BOUNCE_FROM_DAEMON && (words_quote_reply_prefix(l->subject) > 0 || l->in_reply_to->len > 0))
        return NULL; /* a person forwards what he got */
    g_autofree char *subject = words_quote_fold(l->subject);
    const char *in_subject = words_kind_in(KINDWORDS_BOUNCE_SUBJECT, subject);
    if (from != BOUNCE_FROM_DAEMON && in_subject == NULL)
        return NULL;
    g_autoptr(GPtrArray) lines = report_lines(l, &cut);
    const char *in_text = find_in_lines(lines, from != BOUNCE_FROM_ANYBODY ? 60 : 12, KINDWORDS_BOUNCE_TEXT);
    if (from == BOUNCE_FROM_DAEMON && in_text == NULL && in_subject == NULL)
        return NULL;
    gboolean copy = cut || l->returned != NULL;
    if (from != BOUNCE_FROM_DAEMON && (in_text == NULL || (from == BOUNCE_FROM_ANYBODY && !copy)))
        return NULL;
    *ret_sure = from == BOUNCE_FROM_DAEMON || (from == BOUNCE_FROM_MASTER && copy);
    return in_text != NULL ? g_strdup_printf("text: %s", in_text) : g_strdup_printf("subject: %s", in_subject);
}

/* Words of reports */

/* A status that leaves open what the far server said: undefined, other address status, given up for time. */
static gboolean is_vague(const char *status)
{
    return g_str_has_suffix(status, ".0.0") || g_str_has_suffix(status, ".1.0") || g_str_has_suffix(status, ".4.7");
}

#define CLASS_ANY 0
#define CLASS_FAILURE 'f' /* 4 or 5 */

static gboolean is_of_class(char digit, char class)
{
    return class == CLASS_ANY || digit == class || (class == CLASS_FAILURE && digit != '2');
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
static char *find_status(const char *text, char class)
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

static gboolean is_address_byte(char c)
{
    return g_ascii_isalnum(c) || (c & 0x80) != 0 || strchr("!#$%&*+-/=?^_`{|}~.'", c) != NULL;
}

/* The address round the '@' at `at`, or NULL; *ret_start is where it begins. */
static char *address_at(const char *line, const char *at, const char **ret_start)
{
    const char *start = at, *end = at + 1;
    while (start > line && is_address_byte(start[-1]))
        start--;
    while (start < at && strchr("'*=/.", *start) != NULL)
        start++;
    while (g_ascii_isalnum(*end) || *end == '-' || *end == '.' || *end == '_' || (*end & 0x80) != 0)
        end++;
    while (end > at + 1 && !g_ascii_isalnum(end[-1]) && (end[-1] & 0x80) == 0)
        end--;
    if (start == at || end == at + 1 || end - start > 320)
        return NULL;
    g_autofree char *local = g_strndup(start, (gsize)(at - start));
    g_autofree char *domain = g_ascii_strdown(at + 1, end - at - 1);
    *ret_start = start;
    return g_strconcat(local, "@", domain, NULL);
}

/* Free text */

typedef enum { RANK_NONE, RANK_ANYWHERE, RANK_TO, RANK_SMTP, RANK_LABEL, RANK_LEADING } Rank;

typedef struct {
    char *address;
    Rank rank;
    guint line;
} Candidate;

static void candidate_free(gpointer p)
{
    Candidate *c = p;
    g_free(c->address);
    g_free(c);
}

/* Header lines of the original that a report quotes name others than recipients. */
static gboolean is_other_header(const char *folded)
{
    static const char *const names[] = {"from:", "message-id:", "subject:", "date:", "received:", "reply-to:", "sender:", "cc:", "x-", "received-from",
                                        "reporting-mta", "mail from:", ">>> mail from", "=> mail from", "in-reply-to:", "references:", "dkim", "return-path",
                                        "arrival-date", "mime-", "content-", "helo", ">>> ehlo", ">>> helo", "from ", "message from", "message id",
                                        "mailfrom:", "originator", "sent:", "delivered-to:", "envelope-from", "message headers"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_has_prefix(folded, names[i]))
            return TRUE;
    return FALSE;
}

static gboolean is_smtp_reply(const char *folded)
{
    const char *p = folded + strspn(folded, "<> ");
    return strchr("245", *p) != NULL && g_ascii_isdigit(p[0]) && g_ascii_isdigit(p[1]) && g_ascii_isdigit(p[2]) && (p[3] == ' ' || p[3] == '-');
}

static Rank rank_of(const char *line, const char *start, const char *folded)
{
    const char *p = line + strspn(line, " \t*-<\"'[");
    static const char bullet[] = "\342\200\242"; /* U+2022 */
    if (g_str_has_prefix(p, bullet))
        p += strlen(bullet) + strspn(p + strlen(bullet), " \t<");
    if (start == p)
        return RANK_LEADING;
    const char *label = words_kind_begins(KINDWORDS_RECIPIENT, folded);
    if (label != NULL)
        return strcmp(label, "to:") == 0 ? RANK_TO : RANK_LABEL;
    const char *behind = strchr(start, '>');
    gboolean bracketed = start > line && start[-1] == '<' && behind != NULL;
    if (is_smtp_reply(folded) && bracketed && (g_str_has_prefix(behind, ">...") || g_str_has_prefix(behind, ">:") || g_str_has_prefix(behind, ">,")))
        return RANK_SMTP;
    return is_smtp_reply(folded) && strchr(folded, '@') != NULL && strstr(folded, "unknown") != NULL ? RANK_SMTP : RANK_ANYWHERE;
}

static gboolean is_ours(const Letter *l, const char *address)
{
    const GPtrArray *lists[] = {l->to, l->from, l->cc};
    for (gsize k = 0; k < G_N_ELEMENTS(lists); k++)
        for (guint i = 0; i < lists[k]->len && i < 20; i++)
            if (g_ascii_strcasecmp(((const LetterAddress *)g_ptr_array_index(lists[k], i))->address, address) == 0)
                return TRUE;
    return g_ascii_strncasecmp(address, "mailer-daemon@", 14) == 0 || g_ascii_strncasecmp(address, "postmaster@", 11) == 0;
}

static void add_candidate(GPtrArray *all, const char *address, Rank rank, guint line)
{
    for (guint i = 0; i < all->len; i++) {
        Candidate *known = g_ptr_array_index(all, i);
        if (g_ascii_strcasecmp(known->address, address) != 0)
            continue;
        if (rank > known->rank) {
            known->rank = rank;
            known->line = line;
        }
        return;
    }
    if (all->len >= BOUNCE_RECIPIENTS_MAX)
        return;
    Candidate *c = g_new0(Candidate, 1);
    c->address = g_strdup(address);
    c->rank = rank;
    c->line = line;
    g_ptr_array_add(all, c);
}

static void scan_line(const Letter *l, const char *line, guint number, gboolean ours_too, GPtrArray *all)
{
    g_autofree char *folded = words_quote_fold(line);
    const char *p = folded + strspn(folded, " ");
    if (is_other_header(p))
        return;
    guint found = 0;
    for (const char *at = line; (at = strchr(at, '@')) != NULL && found < ADDRESSES_PER_LINE; at++, found++) {
        const char *start = line;
        g_autofree char *address = address_at(line, at, &start);
        if (address == NULL || (!ours_too && is_ours(l, address)))
            continue;
        gboolean in_url = start > line + 2 && (start[-1] == ':' || start[-1] == '?' || start[-1] == '=') && strstr(line, "http") != NULL;
        if (!in_url)
            add_candidate(all, address, rank_of(line, start, p), number);
    }
}

static GPtrArray *find_candidates(const Letter *l, const GPtrArray *lines)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(candidate_free);
    for (int ours_too = 0; ours_too < 2 && all->len == 0; ours_too++)
        for (guint i = 0; i < lines->len; i++)
            scan_line(l, g_ptr_array_index(lines, i), i, ours_too == 1, all);
    Rank best = RANK_NONE;
    for (guint i = 0; i < all->len; i++)
        best = MAX(best, ((const Candidate *)g_ptr_array_index(all, i))->rank);
    for (guint i = all->len; i-- > 0;)
        if (((const Candidate *)g_ptr_array_index(all, i))->rank < best)
            g_ptr_array_remove_index(all, i);
    return all;
}

static char *one_line(const char *text)
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

/* The lines of candidate i: from its address to the next candidate. */
static char *lines_of(const GPtrArray *lines, const GPtrArray *all, guint i)
{
    const Candidate *c = g_ptr_array_index(all, i);
    guint end = MIN(lines->len, c->line + DIAGNOSTIC_LINES);
    if (i + 1 < all->len)
        end = MIN(end, ((const Candidate *)g_ptr_array_index(all, i + 1))->line);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint k = c->line; k < MAX(end, c->line + 1); k++)
        g_string_append_printf(text, "%s ", (const char *)g_ptr_array_index(lines, k));
    const char *p = text->str + strspn(text->str, " \t*-<\"'[");
    if (c->rank == RANK_LEADING && g_ascii_strncasecmp(p, c->address, strlen(c->address)) == 0)
        p += strlen(c->address) + strspn(p + strlen(c->address), ">:;,.\"')] \t");
    return one_line(p);
}

static const char *action_by_words(const Letter *l, const GPtrArray *lines)
{
    g_autofree char *subject = words_quote_fold(l->subject);
    gboolean given_up = words_kind_in(KINDWORDS_GIVEN_UP, subject) != NULL;
    gboolean delay = words_kind_in(KINDWORDS_DELAY, subject) != NULL || find_in_lines(lines, 40, KINDWORDS_DELAY) != NULL;
    given_up = given_up || find_in_lines(lines, 40, KINDWORDS_GIVEN_UP) != NULL;
    if (delay && (!given_up || words_kind_in(KINDWORDS_DELAY, subject) != NULL))
        return "delayed";
    if (!given_up && words_kind_in(KINDWORDS_BOUNCE_SUBJECT, subject) == NULL &&
        (words_kind_in(KINDWORDS_SUCCESS, subject) != NULL || find_in_lines(lines, 40, KINDWORDS_SUCCESS) != NULL))
        return "delivered";
    return "failed";
}

static void add_recipient(GPtrArray *recipients, const char *address, const char *action, char *status, char *diagnostic)
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

static char *join_lines(const GPtrArray *lines)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(all, "%s\n", (const char *)g_ptr_array_index(lines, i));
    return g_string_free(all, FALSE);
}

/* X-Failed-Recipients (Exim, Google): a list of addresses. */
static void header_candidates(const Letter *l, GPtrArray *all)
{
    const char *value = letter_header(l, "X-Failed-Recipients");
    if (value == NULL)
        return;
    g_auto(GStrv) parts = g_strsplit_set(value, ", \t<>", BOUNCE_RECIPIENTS_MAX);
    for (guint i = 0; parts[i] != NULL; i++)
        if (strchr(parts[i], '@') != NULL)
            add_candidate(all, parts[i], RANK_LEADING, 0);
}

/* Where in the text the recipients of the header stand, if they do. */
static void place_candidates(GPtrArray *all, const GPtrArray *in_text)
{
    for (guint i = 0; i < all->len; i++) {
        Candidate *c = g_ptr_array_index(all, i);
        for (guint k = 0; k < in_text->len; k++) {
            const Candidate *t = g_ptr_array_index(in_text, k);
            if (g_ascii_strcasecmp(c->address, t->address) == 0)
                c->line = t->line;
        }
    }
}

static void read_free_text(const Letter *l, GPtrArray *recipients)
{
    gboolean cut;
    g_autoptr(GPtrArray) lines = report_lines(l, &cut);
    g_autoptr(GPtrArray) from_header = g_ptr_array_new_with_free_func(candidate_free);
    g_autoptr(GPtrArray) in_text = find_candidates(l, lines);
    header_candidates(l, from_header);
    place_candidates(from_header, in_text);
    GPtrArray *all = from_header->len > 0 ? from_header : in_text;
    g_autofree char *whole = join_lines(lines);
    const char *action = action_by_words(l, lines);
    char class = strcmp(action, "delivered") == 0 ? CLASS_ANY : CLASS_FAILURE;
    for (guint i = 0; i < all->len; i++) {
        const Candidate *c = g_ptr_array_index(all, i);
        char *diagnostic = lines->len > 0 ? lines_of(lines, all, i) : NULL;
        char *status = diagnostic != NULL ? find_status(diagnostic, class) : NULL;
        if (status == NULL && all->len == 1)
            status = find_status(whole, class);
        add_recipient(recipients, c->address, action, status, diagnostic);
    }
    if (all->len > 0)
        return;
    const char *to = l->returned != NULL ? letter_find(l->returned, "To") : NULL;
    const char *at = to != NULL ? strchr(to, '@') : NULL, *start;
    g_autofree char *address = at != NULL ? address_at(to, at, &start) : NULL;
    add_recipient(recipients, address != NULL ? address : "", action, find_status(whole, class), one_line(whole));
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

/* `rfc822; <bob@example.com>` to its address; an address without type is taken as well. */
static char *typed_address(const char *value)
{
    const char *p = strchr(value, ';') != NULL ? strchr(value, ';') + 1 : value;
    const char *at = strchr(p, '@'), *start;
    if (at != NULL)
        return address_at(p, at, &start);
    char *bare = g_strdup(p); /* a local part alone, or what the server made of it */
    g_strdelimit(bare, "<>\"", ' ');
    g_strstrip(bare);
    if (*bare != '\0' && strchr(bare, ' ') == NULL)
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
    if (address != NULL && recipients->len < BOUNCE_RECIPIENTS_MAX) {
        char *status = g->status != NULL ? find_status(g->status, CLASS_ANY) : NULL;
        char *said = g->diagnostic != NULL ? find_status(g->diagnostic, status != NULL ? *status : CLASS_ANY) : NULL;
        if (said != NULL && (status == NULL || !is_vague(said))) { /* what the far server said, not what this one made of it */
            g_free(status);
            status = g_steal_pointer(&said);
        }
        g_free(said);
        add_recipient(recipients, address, known_action(g->action, status), status, g->diagnostic != NULL ? one_line(g->diagnostic) : NULL);
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
        {"Original-Recipient", G_STRUCT_OFFSET(Group, original), TRUE}, {"Final-Recipient", G_STRUCT_OFFSET(Group, final), TRUE},
        {"X-Actual-Recipient", G_STRUCT_OFFSET(Group, actual), TRUE},   {"Action", G_STRUCT_OFFSET(Group, action), FALSE},
        {"Status", G_STRUCT_OFFSET(Group, status), FALSE},              {"Diagnostic-Code", G_STRUCT_OFFSET(Group, diagnostic), FALSE},
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

static void read_delivery_status(const char *text, GPtrArray *recipients)
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

/* The mail that came back */

static char *id_in(const char *value)
{
    const char *open = value != NULL ? strchr(value, '<') : NULL;
    const char *close = open != NULL ? strchr(open, '>') : NULL;
    return close != NULL && close - open > 2 && close - open < 500 ? g_strndup(open, (gsize)(close - open) + 1) : NULL;
}

/* A line "Message-ID: <…>" of the copy in plain text. */
static char *id_in_text(const char *text)
{
    guint lines = 0;
    for (const char *p = text; p != NULL && *p != '\0' && lines < DSN_LINES; lines++) {
        const char *start = p + strspn(p, "> \t|");
        if (g_ascii_strncasecmp(start, "Message-ID:", 11) == 0) {
            g_autofree char *value = g_strndup(start + 11, MIN(strcspn(start + 11, "\n") + 200, strlen(start + 11)));
            return id_in(value);
        }
        p = strchr(p, '\n');
        p = p != NULL ? p + 1 : NULL;
    }
    return NULL;
}

static char *original_id(const Letter *l)
{
    char *id = l->returned != NULL ? id_in(letter_find(l->returned, "Message-ID")) : NULL;
    if (id == NULL && l->returned_text != NULL)
        id = id_in_text(l->returned_text);
    if (id == NULL)
        id = id_in_text(l->text);
    if (id == NULL)
        id = id_in(letter_header(l, "X-Original-Message-ID"));
    if (id == NULL && l->in_reply_to->len > 0)
        id = g_strdup(g_ptr_array_index(l->in_reply_to, 0));
    return id;
}

/* Where the fields say x.0.0 the text for people may say more: the code behind the address, before another one comes. */
static void sharpen(const Letter *l, GPtrArray *recipients)
{
    gboolean cut;
    g_autoptr(GPtrArray) lines = report_lines(l, &cut);
    g_autofree char *whole = join_lines(lines);
    for (guint i = 0; i < recipients->len; i++) {
        KindRecipient *r = g_ptr_array_index(recipients, i);
        const char *at = strchr(r->address, '@') != NULL ? strcasestr(whole, r->address) : NULL;
        if ((*r->status != '\0' && !g_str_has_suffix(r->status, ".0.0")) || at == NULL)
            continue;
        at += strlen(r->address);
        gsize n = 0;
        while (at[n] != '\0' && n < 600 && !(at[n] == '@' && g_ascii_strncasecmp(at + n, strchr(r->address, '@'), strlen(strchr(r->address, '@'))) != 0))
            n++;
        g_autofree char *near = g_strndup(at, n);
        char *said = find_status(near, *r->status);
        if (said != NULL && (*r->status == '\0' || !g_str_has_suffix(said, ".0.0"))) {
            g_free(r->status);
            r->status = g_steal_pointer(&said);
        }
        g_free(said);
    }
}

void bounce_read(const Letter *l, GPtrArray *recipients, char **ret_original_id)
{
    if (l->delivery_status != NULL) {
        read_delivery_status(l->delivery_status, recipients);
        sharpen(l, recipients);
    }
    if (recipients->len == 0)
        read_free_text(l, recipients);
    *ret_original_id = original_id(l);
}
