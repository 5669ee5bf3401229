/* lmtp: commands by a table, the mail by a small automaton. It must never take a bare LF or CR for the end of a line (what one server
 * takes for text and the next for a command smuggles mail in), never hold more of the client's bytes than one line and the envelope, and
 * answer 5xx to nothing but the client's own faults. */
#include "rules/lmtp.h"

#include <string.h>

#include "base/limits.h"

#include "base/banned.h"

#define TOO_LARGE "552 5.3.4 the mail is larger than this server takes"

typedef enum { AT_COMMAND, AT_MAIL, AT_VERDICT, AT_END } Stage;

/* Where in the mail: RFC 5321 4.5.2. */
typedef enum { LINE_START, IN_LINE, AFTER_CR, AFTER_DOT, AFTER_DOT_CR } Place;

struct Lmtp {
    char *host;
    Stage stage;
    GString *line; /* the command so far */
    gboolean has_greeted;
    char *sender; /* NULL: no MAIL yet */
    GPtrArray *recipients;
    gsize envelope; /* bytes of sender and recipients */
    Place place;
    gint64 size; /* of the mail so far as RFC 1870 counts it: with CRLF, without stuffed dots */
    guint faults;
};

Lmtp *lmtp_new(const char *host)
{
    Lmtp *l = g_new0(Lmtp, 1);
    l->host = g_strdup(host);
    l->line = g_string_new(NULL);
    l->recipients = g_ptr_array_new_with_free_func(g_free);
    return l;
}

void lmtp_free(Lmtp *l)
{
    if (l == NULL)
        return;
    g_free(l->host);
    g_string_free(l->line, TRUE);
    g_free(l->sender);
    g_ptr_array_unref(l->recipients);
    g_free(l);
}

const char *lmtp_sender(const Lmtp *l) { return l->sender; }
const GPtrArray *lmtp_recipients(const Lmtp *l) { return l->recipients; }
gboolean lmtp_has_mail(const Lmtp *l) { return l->stage == AT_MAIL || l->stage == AT_VERDICT; }

/* ---- replies ---- */

static void reply(Lmtp *l, const char *text, GString *out)
{
    g_string_append(out, text);
    g_string_append(out, "\r\n");
    if (*text == '5')
        l->faults++;
}

static void add_words(const char *words, GString *out)
{
    gsize length = MIN(strlen(words), LIMIT_REPLY_BYTES - 100); /* RFC 5321 4.5.3.1.5: 512 with code and CRLF */
    for (gsize i = 0; i < length; i++)
        g_string_append_c(out, g_ascii_isprint(words[i]) ? words[i] : '?');
    g_string_append(out, "\r\n");
}

void lmtp_greet(const Lmtp *l, GString *out) { g_string_append_printf(out, "220 %s escalate LMTP\r\n", l->host); }

void lmtp_leave(const Lmtp *l, const char *words, GString *out)
{
    g_string_append_printf(out, "421 4.3.2 %s ", l->host);
    add_words(words, out);
}

static void forget_mail(Lmtp *l)
{
    g_clear_pointer(&l->sender, g_free);
    g_ptr_array_set_size(l->recipients, 0);
    l->envelope = 0;
}

void lmtp_finish(Lmtp *l, gboolean is_stored, const char *words, GString *out)
{
    for (guint i = 0; i < l->recipients->len; i++) {
        g_string_append(out, is_stored ? "250 2.0.0 " : "451 4.3.0 ");
        add_words(words, out);
    }
    forget_mail(l);
    l->stage = AT_COMMAND;
}

/* ---- arguments ---- */

/* Over a source route "@a,@b:", which RFC 5321 appendix C wants taken and left out. */
static const char *skip_route(const char *p)
{
    const char *colon = *p == '@' ? strchr(p, ':') : NULL;
    return colon != NULL && strcspn(p, " \"<>") > (gsize)(colon - p) ? colon + 1 : p;
}

/* `FROM:<…>` or `TO:<…>`, as in RFC 5321 4.1.2; a blank before '<' is a fault of many clients. *at is left behind '>'. A quoted local part may
 * hold anything. NULL: no path. */
static char *take_path(const char **at, const char *word)
{
    gsize n = strlen(word);
    if (g_ascii_strncasecmp(*at, word, n) != 0 || (*at)[n] != ':')
        return NULL;
    const char *p = *at + n + 1;
    p += strspn(p, " ");
    if (*p != '<')
        return NULL;
    const char *start = p = skip_route(p + 1);
    for (gboolean quoted = FALSE; *p != '\0' && (quoted || *p != '>'); p++) {
        if (quoted && *p == '\\' && p[1] != '\0')
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted && (*p == ' ' || *p == '<'))
            return NULL;
    }
    if (*p != '>' || (p[1] != '\0' && p[1] != ' ') || p - start > LIMIT_LMTP_ADDRESS_BYTES)
        return NULL;
    *at = p + 1;
    return g_strndup(start, (gsize)(p - start));
}

/* Each answers NULL, or the reply that refuses. */
static const char *take_size(const char *value)
{
    guint64 size;
    if (value == NULL || !g_ascii_string_to_unsigned(value, 10, 0, G_MAXINT64, &size, NULL))
        return "501 5.5.4 SIZE=: expected a number of bytes";
    return size > LIMIT_MAIL_BYTES ? TOO_LARGE : NULL;
}

static const char *take_body(const char *value)
{
    gboolean is_known = value != NULL && (g_ascii_strcasecmp(value, "7BIT") == 0 || g_ascii_strcasecmp(value, "8BITMIME") == 0);
    return is_known ? NULL : "501 5.5.4 BODY=: expected 7BIT or 8BITMIME";
}

static const char *take_utf8(const char *value) { return value == NULL ? NULL : "501 5.5.4 SMTPUTF8 has no value"; }

static const struct {
    const char *name;
    const char *(*take)(const char *value);
} parameters[] = {{"SIZE", take_size}, {"BODY", take_body}, {"SMTPUTF8", take_utf8}};

static const char *take_parameter(char *word)
{
    char *value = strchr(word, '=');
    if (value != NULL)
        *value++ = '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(parameters); i++)
        if (g_ascii_strcasecmp(word, parameters[i].name) == 0)
            return parameters[i].take(value);
    return "555 5.5.4 a parameter that LHLO did not offer";
}

static const char *take_parameters(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    const char *refusal = NULL;
    for (char **word = words; *word != NULL && refusal == NULL; word++)
        if (**word != '\0')
            refusal = take_parameter(*word);
    return refusal;
}

/* ---- commands ---- */

static LmtpEvent do_lhlo(Lmtp *l, const char *rest, GString *out)
{
    if (*rest == '\0') {
        reply(l, "501 5.5.4 LHLO: expected a name", out);
        return LMTP_MORE;
    }
    forget_mail(l);
    l->has_greeted = TRUE;
    g_string_append_printf(out, "250-%s\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE %d\r\n", l->host,
                           LIMIT_MAIL_BYTES);
    return LMTP_MORE;
}

static LmtpEvent do_mail(Lmtp *l, const char *rest, GString *out)
{
    if (l->sender != NULL) {
        reply(l, "503 5.5.1 MAIL was said already", out);
        return LMTP_MORE;
    }
    g_autofree char *sender = take_path(&rest, "FROM");
    const char *refusal = sender == NULL ? "501 5.1.7 expected MAIL FROM:<address>" : take_parameters(rest);
    if (refusal == NULL) {
        l->envelope = strlen(sender);
        l->sender = g_steal_pointer(&sender);
    }
    reply(l, refusal != NULL ? refusal : "250 2.1.0 sender taken", out);
    return LMTP_MORE;
}

/* Every address is taken: the MTA has decided that it is ours, and what no queue has waits in hold for a person. */
static LmtpEvent do_rcpt(Lmtp *l, const char *rest, GString *out)
{
    g_autofree char *address = take_path(&rest, "TO");
    const char *refusal = address == NULL || *address == '\0' ? "501 5.1.3 expected RCPT TO:<address>" : NULL;
    if (refusal == NULL && rest[strspn(rest, " ")] != '\0')
        refusal = "555 5.5.4 a parameter that LHLO did not offer";
    if (refusal == NULL && (l->recipients->len >= LIMIT_LMTP_RECIPIENTS || l->envelope + strlen(address) > LIMIT_LMTP_ENVELOPE_BYTES))
        refusal = "452 4.5.3 too many recipients in one transaction";
    if (refusal == NULL) {
        l->envelope += strlen(address);
        g_ptr_array_add(l->recipients, g_steal_pointer(&address));
    }
    reply(l, refusal != NULL ? refusal : "250 2.1.5 recipient taken", out);
    return LMTP_MORE;
}

static LmtpEvent do_data(Lmtp *l, const char *rest, GString *out)
{
    if (*rest != '\0' || l->recipients->len == 0) { /* RFC 2033 4.2: without a recipient there is nobody to answer for */
        reply(l, *rest != '\0' ? "501 5.5.4 DATA has no argument" : "503 5.5.1 RCPT first", out);
        return LMTP_MORE;
    }
    l->stage = AT_MAIL;
    l->place = LINE_START;
    l->size = 0;
    reply(l, "354 end with a line of one dot", out);
    return LMTP_BEGIN;
}

static LmtpEvent do_rset(Lmtp *l, const char *rest, GString *out)
{
    if (*rest == '\0')
        forget_mail(l);
    reply(l, *rest == '\0' ? "250 2.0.0 forgotten" : "501 5.5.4 RSET has no argument", out);
    return LMTP_MORE;
}

static LmtpEvent do_noop(Lmtp *l, const char *rest, GString *out)
{
    (void)rest;
    reply(l, "250 2.0.0 here", out);
    return LMTP_MORE;
}

static LmtpEvent do_vrfy(Lmtp *l, const char *rest, GString *out)
{
    reply(l, *rest != '\0' ? "252 2.5.2 every address is taken" : "501 5.5.4 VRFY: expected an address", out);
    return LMTP_MORE;
}

static LmtpEvent do_quit(Lmtp *l, const char *rest, GString *out)
{
    (void)rest;
    reply(l, "221 2.0.0 bye", out);
    return LMTP_CLOSE;
}

/* RFC 2033 4.1: HELO and EHLO are no commands here. */
static LmtpEvent do_helo(Lmtp *l, const char *rest, GString *out)
{
    (void)rest;
    reply(l, "500 5.5.1 this is LMTP: LHLO", out);
    return LMTP_MORE;
}

typedef enum { NEEDS_NOTHING, NEEDS_LHLO, NEEDS_MAIL } Needs;

static const struct {
    const char *name;
    Needs needs;
    LmtpEvent (*run)(Lmtp *l, const char *rest, GString *out);
} commands[] = {
    {"LHLO", NEEDS_NOTHING, do_lhlo}, {"MAIL", NEEDS_LHLO, do_mail},    {"RCPT", NEEDS_MAIL, do_rcpt},    {"DATA", NEEDS_MAIL, do_data},
    {"RSET", NEEDS_NOTHING, do_rset}, {"NOOP", NEEDS_NOTHING, do_noop}, {"VRFY", NEEDS_NOTHING, do_vrfy}, {"QUIT", NEEDS_NOTHING, do_quit},
    {"HELO", NEEDS_NOTHING, do_helo}, {"EHLO", NEEDS_NOTHING, do_helo},
};

static LmtpEvent obey(Lmtp *l, const char *line, GString *out)
{
    const gsize n = 4; /* letters of each */
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (g_ascii_strncasecmp(line, commands[i].name, n) != 0 || (line[n] != '\0' && line[n] != ' '))
            continue;
        const char *rest = line + n + strspn(line + n, " ");
        if (commands[i].needs >= NEEDS_LHLO && !l->has_greeted)
            reply(l, "503 5.5.1 LHLO first", out);
        else if (commands[i].needs == NEEDS_MAIL && l->sender == NULL)
            reply(l, "503 5.5.1 MAIL first", out);
        else
            return commands[i].run(l, rest, out);
        return LMTP_MORE;
    }
    reply(l, "500 5.5.1 not a command of this server", out);
    return LMTP_MORE;
}

static gboolean has_control(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if (g_ascii_iscntrl(text[i]))
            return TRUE;
    return FALSE;
}

/* A line with its LF is here. What is not ended by CRLF, or has no end in sight, may be a mail's text that somebody wants read as commands: no
 * more of it. */
static LmtpEvent end_of_line(Lmtp *l, GString *out)
{
    GString *line = l->line;
    LmtpEvent event = LMTP_CLOSE;
    gboolean is_crlf = line->len >= 2 && line->str[line->len - 2] == '\r' && memchr(line->str, '\r', line->len - 2) == NULL;
    if (line->len > LIMIT_LMTP_LINE_BYTES) {
        reply(l, "500 5.5.2 line too long", out);
    } else if (!is_crlf) {
        reply(l, "500 5.5.2 a line ends with CRLF, and with nothing else", out);
    } else if (has_control(line->str, line->len - 2)) {
        reply(l, "500 5.5.2 control character in a command", out);
        event = LMTP_MORE;
    } else {
        g_string_truncate(line, line->len - 2);
        event = obey(l, g_strchomp(line->str), out);
    }
    g_string_truncate(line, 0);
    if (event != LMTP_CLOSE && l->faults > LIMIT_LMTP_FAULTS) {
        lmtp_leave(l, "too many faults", out);
        event = LMTP_CLOSE;
    }
    return event;
}

static LmtpEvent read_command(Lmtp *l, const char *bytes, gsize length, gsize *used, GString *out)
{
    gsize room = LIMIT_LMTP_LINE_BYTES + 1 - l->line->len;
    const char *newline = memchr(bytes, '\n', MIN(length, room));
    gsize n = newline != NULL ? (gsize)(newline - bytes) + 1 : MIN(length, room);
    *used += n;
    g_string_append_len(l->line, bytes, (gssize)n);
    return newline != NULL || n == room ? end_of_line(l, out) : LMTP_MORE;
}

/* ---- the mail ---- */

/* `wire` bytes of the client became these. */
static void put(Lmtp *l, GString *mail, const char *bytes, gsize length, gsize wire)
{
    l->size += (gint64)wire;
    if (l->size <= LIMIT_MAIL_BYTES)
        g_string_append_len(mail, bytes, (gssize)length);
}

static LmtpEvent end_of_mail(Lmtp *l, GString *out)
{
    l->stage = AT_VERDICT;
    if (l->size <= LIMIT_MAIL_BYTES)
        return LMTP_END;
    for (guint i = 0; i < l->recipients->len; i++)
        g_string_append(out, TOO_LARGE "\r\n");
    forget_mail(l);
    l->stage = AT_COMMAND;
    return LMTP_DROP;
}

/* Where the byte leads. What turns out to be text is put; the byte itself is put where the next place is IN_LINE. *ret_end: it was the last. */
static Place step_place(Lmtp *l, char c, GString *mail, gboolean *ret_end)
{
    gboolean after_cr = l->place == AFTER_CR || l->place == AFTER_DOT_CR;
    if (l->place == AFTER_DOT_CR && c == '\n') {
        *ret_end = TRUE;
        return LINE_START;
    }
    if (l->place == AFTER_CR && c == '\n') {
        put(l, mail, "\n", 1, 2);
        return LINE_START;
    }
    if (after_cr)
        put(l, mail, "\r", 1, 1); /* a bare one, of the text */
    if (c == '\r')
        return l->place == AFTER_DOT ? AFTER_DOT_CR : AFTER_CR;
    if (l->place == LINE_START && c == '.')
        return AFTER_DOT; /* stuffed, or the end: it is no text in either case */
    put(l, mail, &c, 1, 1);
    return IN_LINE;
}

static LmtpEvent read_mail(Lmtp *l, const char *bytes, gsize length, gsize *used, GString *out, GString *mail)
{
    gboolean is_end = FALSE;
    const char *p = bytes, *end = bytes + length;
    while (p < end && !is_end) {
        if (l->place == IN_LINE) {
            const char *cr = memchr(p, '\r', (gsize)(end - p));
            gsize n = (gsize)((cr != NULL ? cr : end) - p);
            put(l, mail, p, n, n);
            p += n;
        }
        if (p < end)
            l->place = step_place(l, *p++, mail, &is_end);
    }
    *used += (gsize)(p - bytes);
    return is_end ? end_of_mail(l, out) : LMTP_MORE;
}

LmtpEvent lmtp_step(Lmtp *l, const char *bytes, gsize length, gsize *ret_used, GString *out, GString *mail)
{
    LmtpEvent event = LMTP_MORE;
    *ret_used = 0;
    if (l->stage == AT_VERDICT)
        return LMTP_END;
    if (l->stage == AT_END)
        return LMTP_CLOSE;
    while (event == LMTP_MORE && *ret_used < length) {
        const char *p = bytes + *ret_used;
        gsize n = length - *ret_used;
        event = l->stage == AT_MAIL ? read_mail(l, p, n, ret_used, out, mail) : read_command(l, p, n, ret_used, out);
    }
    if (event == LMTP_CLOSE)
        l->stage = AT_END;
    return event;
}
