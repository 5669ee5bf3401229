/* bounce: reads delivery reports. What a server returns of our mail stands below the report and must never be taken for the
 * report: reading ends where the copy begins. It must not invent a status: what no field or text states stays empty. */
#include "rules/bounce.h"

#include <string.h>

#include "rules/dsn.h"
#include "rules/words_quote.h"

#include "base/banned.h"

#define REPORT_LINES 300    /* of free text */
#define DIAGNOSTIC_LINES 12 /* that belong to one recipient */
#define ADDRESSES_PER_LINE 20
#define COPY_LINES 5000 /* in which the Message-ID of the returned mail is sought */

BounceFrom bounce_from(const Glance *g, char **ret_evidence)
{
    const char *path = letter_header(g->letter, "Return-Path");
    gboolean null_path = path != NULL && (strcmp(path, "<>") == 0 || g_ascii_strncasecmp(path, "<MAILER-DAEMON", 14) == 0);
    const char *daemon = glance_in(g, WORDCLASS_DAEMON, g->from), *master = glance_in(g, WORDCLASS_MASTER, g->from);
    if (g->null_sender)
        *ret_evidence = g_strdup("envelope sender <>");
    else if (null_path)
        *ret_evidence = g_strdup_printf("header Return-Path: %s", path);
    else if (daemon != NULL || master != NULL)
        *ret_evidence = g_strdup_printf("header From: %s", daemon != NULL ? daemon : master);
    else
        *ret_evidence = NULL;
    if (g->null_sender || null_path || daemon != NULL)
        return BOUNCE_FROM_DAEMON;
    return master != NULL ? BOUNCE_FROM_MASTER : BOUNCE_FROM_ANYBODY;
}

/* The report, until the copy of the returned mail begins. */
typedef struct {
    GPtrArray *lines;  /* char *: as written, valid UTF-8 */
    GArray *ends;      /* gsize: where each ends in `folded` */
    GString *folded;   /* as one line: phrases are broken across lines */
    gboolean cut;      /* a copy follows */
} Report;

static void report_free(Report *r)
{
    g_ptr_array_unref(r->lines);
    g_array_unref(r->ends);
    g_string_free(r->folded, TRUE);
    g_free(r);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Report, report_free)

static Report *report_new(const Glance *g)
{
    Report *r = g_new0(Report, 1);
    r->lines = g_ptr_array_new_with_free_func(g_free);
    r->ends = g_array_new(FALSE, FALSE, sizeof(gsize));
    r->folded = g_string_new(NULL);
    for (const char *p = g->letter->text; *p != '\0' && r->lines->len < REPORT_LINES;) {
        gsize n = strcspn(p, "\n");
        g_autofree char *line = g_strndup(p, MIN(n, 2000));
        g_autofree char *valid = g_utf8_make_valid(line, -1);
        g_autofree char *folded = words_quote_fold(valid);
        if (r->lines->len > 1 && glance_begins(g, WORDCLASS_COPY, folded) != NULL) {
            r->cut = TRUE;
            break;
        }
        g_ptr_array_add(r->lines, g_steal_pointer(&valid));
        if (*folded != '\0')
            g_string_append_printf(r->folded, "%s ", folded);
        g_array_append_val(r->ends, r->folded->len);
        p += n + (p[n] == '\n');
    }
    return r;
}

/* The phrase of class c in the first `max` lines, or NULL. */
static const char *report_says(const Glance *g, const Report *r, guint max, WordClass c)
{
    if (r->ends->len == 0)
        return NULL;
    gsize end = g_array_index(r->ends, gsize, MIN(max, r->ends->len) - 1);
    char kept = r->folded->str[end];
    r->folded->str[end] = '\0';
    const char *found = glance_in(g, c, r->folded->str);
    r->folded->str[end] = kept;
    return found;
}

static gboolean is_smtp_reply(const char *folded)
{
    const char *p = folded + strspn(folded, "<> ");
    return strchr("245", *p) != NULL && g_ascii_isdigit(p[0]) && g_ascii_isdigit(p[1]) && g_ascii_isdigit(p[2]) &&
           (p[3] == ' ' || p[3] == '-');
}

/* Gateways of telephones answer with "Re: " and a transcript: a refusal of SMTP on a line of its own, and one with the recipient. */
static char *transcript_words(const Glance *g)
{
    gboolean refusal = FALSE, recipient = FALSE;
    g_autoptr(Report) r = report_new(g);
    const char *in_text = report_says(g, r, 60, WORDCLASS_BOUNCE_TEXT);
    for (guint i = 0; i < r->lines->len && i < 60; i++) {
        g_autofree char *folded = words_quote_fold(g_ptr_array_index(r->lines, i));
        const char *p = folded + strspn(folded, " ");
        refusal = refusal || (is_smtp_reply(p) && (*p == '4' || *p == '5'));
        recipient = recipient || g_str_has_prefix(p, "rcpt to:");
    }
    return refusal && recipient && in_text != NULL ? g_strdup_printf("text: %s", in_text) : NULL;
}

char *bounce_words(const Glance *g, BounceFrom from, gboolean *ret_sure)
{
    const Letter *l = g->letter;
    *ret_sure = TRUE;
    if (letter_header(l, "X-Failed-Recipients") != NULL)
        return g_strdup("header X-Failed-Recipients");
    if (from != BOUNCE_FROM_DAEMON && (g->is_reply || l->in_reply_to->len > 0)) {
        char *transcript = from == BOUNCE_FROM_MASTER ? transcript_words(g) : NULL;
        *ret_sure = FALSE;
        return transcript; /* else a person forwards what he got */
    }
    const char *in_subject = glance_in(g, WORDCLASS_BOUNCE_SUBJECT, g->subject);
    if (from != BOUNCE_FROM_DAEMON && in_subject == NULL)
        return NULL;
    g_autoptr(Report) r = report_new(g);
    const char *in_text = report_says(g, r, from != BOUNCE_FROM_ANYBODY ? 60 : 12, WORDCLASS_BOUNCE_TEXT);
    if (from == BOUNCE_FROM_DAEMON && in_text == NULL && in_subject == NULL)
        return NULL;
    gboolean copy = r->cut || l->returned != NULL;
    if (from == BOUNCE_FROM_MASTER && in_text == NULL && !copy)
        return NULL;
    if (from == BOUNCE_FROM_ANYBODY && (in_text == NULL || !copy))
        return NULL;
    gboolean is_named = in_subject != NULL || glance_begins(g, WORDCLASS_SUCCESS, g->subject) != NULL;
    const char *automatic = letter_header(l, "Auto-Submitted"); /* RFC 3834 5 */
    *ret_sure = from == BOUNCE_FROM_DAEMON && (is_named || copy || (automatic != NULL && g_ascii_strcasecmp(automatic, "no") != 0)); /* "does not exist any more" a customer says of a page too */
    return in_text != NULL ? g_strdup_printf("text: %s", in_text) : g_strdup_printf("subject: %s", in_subject);
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
    static const char *const names[] = {
        "from:",        "message-id:", "subject:",      "date:",         "received:",      "reply-to:",     "sender:",
        "cc:",          "x-",          "received-from", "reporting-mta", "mail from:",     ">>> mail from", "=> mail from",
        "in-reply-to:", "references:", "dkim",          "return-path",   "arrival-date",   "mime-",         "content-",
        "helo",         ">>> ehlo",    ">>> helo",      "from ",         "message from",   "message id",    "mailfrom:",
        "originator",   "sent:",       "delivered-to:", "envelope-from", "message headers"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_has_prefix(folded, names[i]))
            return TRUE;
    return FALSE;
}

static Rank rank_of(const Glance *g, const char *line, const char *start, const char *folded)
{
    const char *p = line + strspn(line, " \t*-<\"'[");
    static const char bullet[] = "\342\200\242"; /* U+2022 */
    if (g_str_has_prefix(p, bullet))
        p += strlen(bullet) + strspn(p + strlen(bullet), " \t<");
    if (start == p)
        return RANK_LEADING;
    const char *label = glance_begins(g, WORDCLASS_RECIPIENT, folded);
    if (label != NULL && strstr(label, "rcpt to:") != NULL)
        return RANK_SMTP; /* of a session, in which others were refused by the reply alone */
    if (label != NULL)
        return strcmp(label, "to:") == 0 ? RANK_TO : RANK_LABEL;
    const char *behind = strchr(start, '>');
    gboolean bracketed = start > line && start[-1] == '<' && behind != NULL;
    if (is_smtp_reply(folded) && bracketed &&
        (g_str_has_prefix(behind, ">...") || g_str_has_prefix(behind, ">:") || g_str_has_prefix(behind, ">,")))
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
    if (all->len >= DSN_RECIPIENTS_MAX)
        return;
    Candidate *c = g_new0(Candidate, 1);
    c->address = g_strdup(address);
    c->rank = rank;
    c->line = line;
    g_ptr_array_add(all, c);
}

static void scan_line(const Glance *g, const char *line, guint number, gboolean ours_too, GPtrArray *all)
{
    g_autofree char *folded = words_quote_fold(line);
    const char *p = folded + strspn(folded, " ");
    if (is_other_header(p))
        return;
    guint found = 0;
    for (const char *at = line; (at = strchr(at, '@')) != NULL && found < ADDRESSES_PER_LINE; at++, found++) {
        const char *start = line;
        g_autofree char *address = dsn_address(line, at, &start);
        if (address == NULL || (!ours_too && is_ours(g->letter, address)))
            continue;
        gboolean in_url =
            start > line + 2 && (start[-1] == ':' || start[-1] == '?' || start[-1] == '=') && strstr(line, "http") != NULL;
        if (!in_url)
            add_candidate(all, address, rank_of(g, line, start, p), number);
    }
}

static GPtrArray *find_candidates(const Glance *g, const GPtrArray *lines)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(candidate_free);
    for (int ours_too = 0; ours_too < 2 && all->len == 0; ours_too++)
        for (guint i = 0; i < lines->len; i++)
            scan_line(g, g_ptr_array_index(lines, i), i, ours_too == 1, all);
    Rank best = RANK_NONE;
    for (guint i = 0; i < all->len; i++)
        best = MAX(best, ((const Candidate *)g_ptr_array_index(all, i))->rank);
    for (guint i = all->len; i-- > 0;)
        if (((const Candidate *)g_ptr_array_index(all, i))->rank < best)
            g_ptr_array_remove_index(all, i);
    return all;
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
    return dsn_one_line(p);
}

static const char *action_by_words(const Glance *g, const Report *r)
{
    if (glance_begins(g, WORDCLASS_SUCCESS, g->subject) != NULL) /* further on our own subject may stand in it */
        return "delivered";
    gboolean given_up = glance_in(g, WORDCLASS_GIVEN_UP, g->subject) != NULL;
    gboolean delay_in_subject = glance_in(g, WORDCLASS_DELAY, g->subject) != NULL;
    gboolean delay = delay_in_subject || report_says(g, r, 40, WORDCLASS_DELAY) != NULL;
    given_up = given_up || report_says(g, r, 40, WORDCLASS_GIVEN_UP) != NULL;
    if (delay && (!given_up || delay_in_subject))
        return "delayed";
    if (given_up || glance_in(g, WORDCLASS_BOUNCE_SUBJECT, g->subject) != NULL)
        return "failed";
    const char *in_text = report_says(g, r, 40, WORDCLASS_SUCCESS);
    return in_text != NULL && !g_str_has_suffix(in_text, ":") ? "delivered" : "failed"; /* "cannot be delivered:" */
}

/* The code that goes with what the text says, for a report that gives none; newly allocated, or NULL. */
static char *status_by_words(const Glance *g, const char *text, const char *action)
{
    g_autofree char *folded = words_quote_fold(text);
    if (strcmp(action, "failed") != 0 && strcmp(action, "delayed") != 0)
        return NULL;
    for (int c = WORDCLASS_STATUS_MAILBOX; c <= WORDCLASS_STATUS_REFUSED; c++) {
        if (glance_in(g, (WordClass)c, folded) == NULL)
            continue;
        char *status = g_strdup(words_kind_status((WordClass)c));
        status[0] = strcmp(action, "delayed") == 0 ? '4' : status[0]; /* RFC 3463 2: 4 is what may still change */
        return status;
    }
    return NULL;
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
    g_auto(GStrv) parts = g_strsplit_set(value, ", \t<>", DSN_RECIPIENTS_MAX);
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

/* `near`: the text about this recipient, or NULL; `whole`: all of it, where it is about him alone, or NULL. */
static char *free_status(const Glance *g, const char *near, const char *whole, const char *action)
{
    char class = strcmp(action, "delivered") == 0 ? DSN_ANY : DSN_FAILURE;
    char *status = near != NULL ? dsn_status(near, class) : NULL;
    if (status == NULL && whole != NULL)
        status = dsn_status(whole, class);
    if (status == NULL && near != NULL)
        status = status_by_words(g, near, action);
    if (status == NULL && whole != NULL)
        status = status_by_words(g, whole, action);
    return status;
}

static void read_free_text(const Glance *g, GPtrArray *recipients)
{
    const Letter *l = g->letter;
    g_autoptr(Report) r = report_new(g);
    g_autoptr(GPtrArray) from_header = g_ptr_array_new_with_free_func(candidate_free);
    g_autoptr(GPtrArray) in_text = find_candidates(g, r->lines);
    header_candidates(l, from_header);
    place_candidates(from_header, in_text);
    GPtrArray *all = from_header->len > 0 ? from_header : in_text;
    g_autofree char *whole = join_lines(r->lines);
    const char *action = action_by_words(g, r);
    for (guint i = 0; i < all->len; i++) {
        const Candidate *c = g_ptr_array_index(all, i);
        char *diagnostic = r->lines->len > 0 ? lines_of(r->lines, all, i) : NULL;
        dsn_add(recipients, c->address, action, free_status(g, diagnostic, all->len == 1 ? whole : NULL, action), diagnostic);
    }
    if (all->len > 0)
        return;
    const char *to = l->returned != NULL ? letter_find(l->returned, "To") : NULL;
    const char *at = to != NULL ? strchr(to, '@') : NULL, *start;
    g_autofree char *address = at != NULL ? dsn_address(to, at, &start) : NULL;
    dsn_add(recipients, address != NULL ? address : "", action, free_status(g, NULL, whole, action), dsn_one_line(whole));
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
    for (const char *p = text; p != NULL && *p != '\0' && lines < COPY_LINES; lines++) {
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

/* Of the mail that is returned, as a part or in the text. A header of the report itself is what anybody may have replied with. */
static char *original_id(const Letter *l)
{
    char *id = l->returned != NULL ? id_in(letter_find(l->returned, "Message-ID")) : NULL;
    if (id == NULL && l->returned_text != NULL)
        id = id_in_text(l->returned_text);
    return id != NULL ? id : id_in_text(l->text);
}

/* Where the fields say x.0.0 the text for people may say more: the code behind the address, before another one comes. */
static void sharpen(const Glance *g, GPtrArray *recipients)
{
    g_autoptr(Report) report = report_new(g);
    g_autofree char *whole = join_lines(report->lines);
    for (guint i = 0; i < recipients->len; i++) {
        KindRecipient *r = g_ptr_array_index(recipients, i);
        const char *at = strchr(r->address, '@') != NULL ? strcasestr(whole, r->address) : NULL;
        if ((*r->status != '\0' && !g_str_has_suffix(r->status, ".0.0")) || at == NULL)
            continue;
        at += strlen(r->address);
        gsize n = 0;
        while (at[n] != '\0' && n < 600 &&
               !(at[n] == '@' && g_ascii_strncasecmp(at + n, strchr(r->address, '@'), strlen(strchr(r->address, '@'))) != 0))
            n++;
        g_autofree char *near = g_strndup(at, n);
        char *said = dsn_status(near, *r->status);
        if (said != NULL && (*r->status == '\0' || !g_str_has_suffix(said, ".0.0"))) {
            g_free(r->status);
            r->status = g_steal_pointer(&said);
        }
        g_free(said);
    }
}

/* Fields that give no code at all: what the far server said. */
static void complete(const Glance *g, GPtrArray *recipients)
{
    for (guint i = 0; i < recipients->len; i++) {
        KindRecipient *r = g_ptr_array_index(recipients, i);
        char *said = *r->status == '\0' ? status_by_words(g, r->diagnostic, r->action) : NULL;
        if (said == NULL)
            continue;
        g_free(r->status);
        r->status = said;
    }
}

/* The fields where they stand in the text, since a broken multipart or a gateway put them there; newly allocated, or NULL. */
static char *fields_in_text(const Glance *g)
{
    g_autoptr(Report) r = report_new(g);
    gboolean named = FALSE, told = FALSE;
    g_autoptr(GString) fields = g_string_new(NULL);
    for (guint i = 0; i < r->lines->len; i++) {
        const char *line = g_ptr_array_index(r->lines, i);
        gboolean final = g_ascii_strncasecmp(line, "Final-Recipient:", 16) == 0;
        gboolean begins = final || g_ascii_strncasecmp(line, "Reporting-MTA:", 14) == 0 ||
                          g_ascii_strncasecmp(line, "Original-Recipient:", 19) == 0;
        named = named || final;
        told = told || g_ascii_strncasecmp(line, "Action:", 7) == 0;
        if (begins || fields->len > 0)
            g_string_append_printf(fields, "%s\n", line);
    }
    return named && told ? g_string_free(g_steal_pointer(&fields), FALSE) : NULL;
}

void bounce_read(const Glance *g, GPtrArray *recipients, char **ret_original_id)
{
    const Letter *l = g->letter;
    g_autofree char *in_text = l->delivery_status == NULL ? fields_in_text(g) : NULL;
    const char *fields = l->delivery_status != NULL ? l->delivery_status : in_text;
    if (fields != NULL) {
        dsn_read(fields, recipients);
        sharpen(g, recipients);
        complete(g, recipients);
    }
    if (recipients->len == 0)
        read_free_text(g, recipients);
    *ret_original_id = original_id(l);
}
