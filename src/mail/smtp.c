/* smtp: the conversation, by libetpan, over our own wire. libetpan greets with the wrong name, verifies no certificate, cuts
 * commands at 512 bytes and knows no deadline; so EHLO, AUTH and RSET are said here, TLS and time are the wire's, and addresses
 * arrive here checked and short. It must never send a password over a connection whose peer is not verified, unless TLS is off by
 * configuration. */
#include "mail/smtp.h"

#include <libetpan/mailsmtp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "mail/wire.h"

#include "base/banned.h"

#define HIGHEST_FD 1000 /* libetpan's own helpers use select() */

enum { AUTH_PLAIN = 1, AUTH_LOGIN = 2 };

struct Smtp {
    const TransportOptions *options;
    mailsmtp *session; /* NULL: not connected */
    Wire *wire;        /* owned by the session's stream */
    int auth;          /* AUTH_* that the server offers */
    guint64 max_size;  /* of a mail (RFC 1870), 0: not said */
    gboolean no_tls;   /* its TLS does not work; opportunistic goes on without */
    char reason[128];  /* of the wire, when it ended */
};

Smtp *smtp_open(const TransportOptions *options)
{
    signal(SIGPIPE, SIG_IGN);
    Smtp *c = g_new0(Smtp, 1);
    c->options = options;
    return c;
}

static void disconnect(Smtp *c)
{
    if (c->session != NULL)
        mailsmtp_free(c->session); /* says QUIT */
    c->session = NULL;
}

void smtp_close(Smtp *c)
{
    if (c == NULL)
        return;
    disconnect(c);
    g_free(c);
}

/* ---- the wire as a stream of libetpan ---- */

static ssize_t low_read(mailstream_low *s, void *bytes, size_t n) { return wire_read(((Smtp *)s->data)->wire, bytes, n); }

static ssize_t low_write(mailstream_low *s, const void *bytes, size_t n) { return wire_write(((Smtp *)s->data)->wire, bytes, n); }

static int low_fd(mailstream_low *s) { return wire_fd(((Smtp *)s->data)->wire); }

static int low_close(mailstream_low *s)
{
    Smtp *c = s->data;
    if (c->wire != NULL)
        g_strlcpy(c->reason, wire_reason(c->wire), sizeof c->reason);
    wire_close(c->wire);
    c->wire = NULL;
    return 0;
}

static void low_free(mailstream_low *s)
{
    low_close(s);
    free(s); /* libetpan's malloc */
}

static void low_cancel(mailstream_low *s) { (void)s; }

static struct mailstream_cancel *low_get_cancel(mailstream_low *s)
{
    (void)s;
    return NULL;
}

static mailstream_low_driver wire_driver = {
    .mailstream_read = low_read,
    .mailstream_write = low_write,
    .mailstream_close = low_close,
    .mailstream_get_fd = low_fd,
    .mailstream_free = low_free,
    .mailstream_cancel = low_cancel,
    .mailstream_get_cancel = low_get_cancel,
};

/* ---- replies ---- */

/* The code that libetpan's last function left; 0 where the connection failed. */
static int code_after(Smtp *c, int r)
{
    if (r == MAILSMTP_ERROR_STREAM)
        c->session->response_code = 0;
    return c->session->response_code;
}

/* The server's last words with their code, or why there are none. */
static char *words(const Smtp *c, const char *at)
{
    if (c->session->response_code != 0)
        return g_strdup_printf("%d %s", c->session->response_code, c->session->response != NULL ? c->session->response : "");
    return g_strdup_printf("%s: %s", at, c->wire != NULL ? wire_reason(c->wire) : c->reason);
}

static gboolean down(const Smtp *c, const char *at, GError **err)
{
    g_autofree char *text = words(c, at);
    return error_set(err, ERROR_TEMPFAIL, "%s", text);
}

/* Reads one reply into the session's buffers, as libetpan does for its own commands. */
static int read_reply(mailsmtp *s)
{
    gboolean more = TRUE;
    s->response_code = 0;
    mmap_string_assign(s->response_buffer, "");
    while (more) {
        const char *line = mailstream_read_line_remove_eol(s->stream, s->line_buffer);
        if (line == NULL || !g_ascii_isdigit(line[0]) || !g_ascii_isdigit(line[1]) || !g_ascii_isdigit(line[2])) {
            s->response_code = 0;
            break;
        }
        s->response_code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
        more = line[3] == '-';
        mmap_string_append(s->response_buffer, line[3] != '\0' ? line + 4 : "");
        mmap_string_append_c(s->response_buffer, '\n');
    }
    s->response = s->response_buffer->str;
    return s->response_code;
}

/* Says one line (without line end) and reads the answer's code; 0: connection lost. */
static int say(Smtp *c, const char *line)
{
    mailstream *s = c->session->stream;
    if (s == NULL || mailstream_write(s, line, strlen(line)) == -1 || mailstream_write(s, "\r\n", 2) == -1 ||
        mailstream_flush(s) == -1) {
        c->session->response_code = 0;
        return 0;
    }
    return read_reply(c->session);
}

/* ---- opening ---- */

static const char *host_of(const Smtp *c) { return c->options->host != NULL ? c->options->host : "127.0.0.1"; }

static const struct {
    const char *keyword;
    int flag;
} features[] = {
    {"DSN", MAILSMTP_ESMTP_DSN},
    {"STARTTLS", MAILSMTP_ESMTP_STARTTLS},
    {"SIZE", MAILSMTP_ESMTP_SIZE},
    {"8BITMIME", MAILSMTP_ESMTP_8BITMIME},
};

/* One line of the answer to EHLO: keyword and arguments. */
static void note_feature(Smtp *c, const char *line)
{
    g_auto(GStrv) item = g_strsplit_set(line, " \t\r=", 32); /* "AUTH=" as old servers say it */
    for (gsize i = 0; item[0] != NULL && i < G_N_ELEMENTS(features); i++)
        if (g_ascii_strcasecmp(item[0], features[i].keyword) == 0)
            c->session->esmtp |= features[i].flag;
    if (item[0] == NULL || item[1] == NULL)
        return;
    if (g_ascii_strcasecmp(item[0], "SIZE") == 0)
        c->max_size = g_ascii_strtoull(item[1], NULL, 10);
    for (char **m = item + 1; g_ascii_strcasecmp(item[0], "AUTH") == 0 && *m != NULL; m++)
        c->auth |=
            (g_ascii_strcasecmp(*m, "PLAIN") == 0 ? AUTH_PLAIN : 0) | (g_ascii_strcasecmp(*m, "LOGIN") == 0 ? AUTH_LOGIN : 0);
}

static gboolean hello(Smtp *c, GError **err)
{
    const char *name = c->options->helo != NULL ? c->options->helo : g_get_host_name();
    g_autofree char *ehlo = g_strdup_printf("EHLO %s", name), *helo = g_strdup_printf("HELO %s", name);
    c->session->esmtp = 0;
    c->auth = 0;
    c->max_size = 0;
    int code = say(c, ehlo);
    if (code / 100 == 5) /* RFC 5321 3.2 */
        return say(c, helo) / 100 == 2 || down(c, "HELO", err);
    if (code / 100 != 2)
        return down(c, "EHLO", err);
    g_auto(GStrv) lines = g_strsplit(c->session->response, "\n", 128);
    for (char **l = lines[0] != NULL ? lines + 1 : lines; *l != NULL; l++)
        note_feature(c, *l);
    c->session->esmtp |= MAILSMTP_ESMTP;
    return TRUE;
}

static gboolean greet(Smtp *c, gint64 deadline, GError **err)
{
    c->wire = wire_open(host_of(c), c->options->port != 0 ? c->options->port : 25, deadline, err);
    if (c->wire == NULL)
        return FALSE;
    if (wire_fd(c->wire) > HIGHEST_FD) {
        wire_close(g_steal_pointer(&c->wire));
        return error_set(err, ERROR_TEMPFAIL, "connect: too many open files");
    }
    c->session = mailsmtp_new(0, NULL);
    mailstream_low *low = mailstream_low_new(c, &wire_driver);
    mailstream *stream = low != NULL ? mailstream_new(low, 8192) : NULL;
    if (c->session == NULL || stream == NULL)
        g_error("out of memory");
    if (code_after(c, mailsmtp_connect(c->session, stream)) != 220)
        return down(c, "greeting", err);
    return hello(c, err);
}

static gboolean must_verify(const Smtp *c)
{
    return c->options->tls == TRANSPORT_TLS_REQUIRED ||
           (c->options->tls == TRANSPORT_TLS_OPPORTUNISTIC && c->options->user != NULL);
}

/* The handshake after the server's 220. What it sent in the clear behind it could pass for an answer under TLS (CVE-2020-15953).
 * */
static gboolean shake_hands(Smtp *c, GError **err)
{
    if (c->session->stream->read_buffer_len != 0)
        return error_set(err, ERROR_TEMPFAIL, "STARTTLS: the server talks before the handshake");
    if (!wire_start_tls(c->wire, host_of(c), c->options->ca_file, err)) {
        c->no_tls = !must_verify(c);
        return FALSE;
    }
    return (!must_verify(c) || wire_verify(c->wire, err)) && hello(c, err);
}

static gboolean protect(Smtp *c, GError **err)
{
    if (c->options->tls == TRANSPORT_TLS_OFF || c->no_tls)
        return TRUE;
    if ((c->session->esmtp & MAILSMTP_ESMTP_STARTTLS) == 0)
        return !must_verify(c) || error_set(err, ERROR_TEMPFAIL, "the server offers no STARTTLS");
    int code = code_after(c, mailesmtp_starttls(c->session));
    if (code == 220)
        return shake_hands(c, err);
    if (code == 0 || code == 421 || must_verify(c))
        return down(c, "STARTTLS", err);
    return TRUE;
}

static int say_base64(Smtp *c, const char *before, const char *bytes, gsize n)
{
    g_autofree char *coded = g_base64_encode((const guchar *)bytes, n);
    g_autofree char *line = g_strconcat(before, coded, NULL);
    int code = say(c, line);
    explicit_bzero(coded, strlen(coded));
    explicit_bzero(line, strlen(line));
    return code;
}

/* RFC 4616, and the older LOGIN. */
static gboolean authenticate(Smtp *c, GError **err)
{
    const char *user = c->options->user, *password = c->options->password != NULL ? c->options->password : "";
    if (user == NULL)
        return TRUE;
    if (c->auth == 0)
        return error_set(err, ERROR_TEMPFAIL, "AUTH: the server offers neither PLAIN nor LOGIN");
    int code;
    if ((c->auth & AUTH_PLAIN) != 0) {
        GString *all = g_string_new(NULL);
        g_string_append_c(all, '\0');
        g_string_append_len(all, user, (gssize)strlen(user) + 1);
        g_string_append(all, password);
        code = say_base64(c, "AUTH PLAIN ", all->str, all->len);
        explicit_bzero(all->str, all->len);
        g_string_free(all, TRUE);
    } else {
        code = say(c, "AUTH LOGIN");
        code = code == 334 ? say_base64(c, "", user, strlen(user)) : code;
        code = code == 334 ? say_base64(c, "", password, strlen(password)) : code;
    }
    return code == 235 || down(c, "AUTH", err);
}

static gboolean connect_once(Smtp *c, gint64 deadline, GError **err)
{
    if (greet(c, deadline, err) && protect(c, err) && authenticate(c, err))
        return TRUE;
    disconnect(c);
    return FALSE;
}

/* Opportunistic TLS whose handshake fails is tried again in the clear, once: whoever can break it could as well hide STARTTLS. */
static gboolean connect_server(Smtp *c, gint64 deadline, GError **err)
{
    c->no_tls = FALSE;
    g_autoptr(GError) first = NULL;
    if (connect_once(c, deadline, &first) || (c->no_tls && connect_once(c, deadline, NULL)))
        return TRUE;
    g_propagate_error(err, g_steal_pointer(&first));
    return FALSE;
}

/* ---- one mail ---- */

TransportResult smtp_judge(int code, int good)
{
    if (code / 100 == good)
        return TRANSPORT_SENT;
    if (code == 421 || code < 400 || code > 599)
        return TRANSPORT_DOWN;
    return code < 500 ? TRANSPORT_RECIPIENT_LATER : TRANSPORT_RECIPIENT_FAILED;
}

static int do_mail(Smtp *c, const TransportMail *m) { return mailesmtp_mail(c->session, m->sender, 0, NULL); }

static int do_rcpt(Smtp *c, const TransportMail *m)
{
    return mailesmtp_rcpt(c->session, m->recipient, m->want_dsn ? MAILSMTP_DSN_NOTIFY_FAILURE | MAILSMTP_DSN_NOTIFY_DELAY : 0,
                          NULL);
}

static int do_data(Smtp *c, const TransportMail *m)
{
    (void)m;
    return mailsmtp_data(c->session);
}

static int do_message(Smtp *c, const TransportMail *m)
{
    gsize n = m->length; /* libetpan ends the last line itself */
    if (n >= 2 && memcmp(m->bytes + n - 2, "\r\n", 2) == 0)
        n -= 2;
    return mailsmtp_data_message(c->session, m->bytes, n);
}

static const struct {
    const char *name;
    int (*go)(Smtp *, const TransportMail *);
    int good; /* first digit */
} steps[] = {
    {"MAIL", do_mail, 2}, /* first: whatever fails here is the transport's */
    {"RCPT", do_rcpt, 2},
    {"DATA", do_data, 3},
    {"end of data", do_message, 2},
};

/* *ret_began: the server took MAIL. */
static TransportResult hand_over(Smtp *c, const TransportMail *mail, gboolean *ret_began, char **ret_reply)
{
    TransportResult result = TRANSPORT_SENT;
    *ret_began = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(steps) && result == TRANSPORT_SENT; i++) {
        int r = steps[i].go(c, mail);
        result = smtp_judge(code_after(c, r), steps[i].good);
        if (i == 0 && result != TRANSPORT_SENT)
            result = TRANSPORT_DOWN;
        else
            *ret_began = TRUE;
        g_free(*ret_reply);
        *ret_reply = words(c, steps[i].name);
    }
    return result;
}

/* `address` in ASCII, its domain by IDNA; NULL where the local part has none (libetpan knows no SMTPUTF8). */
static char *to_ascii(const char *address)
{
    if (g_str_is_ascii(address))
        return g_strdup(address);
    const char *at = strrchr(address, '@');
    g_autofree char *local = at != NULL ? g_strndup(address, (gsize)(at - address)) : NULL;
    if (local == NULL || !g_str_is_ascii(local) || !g_utf8_validate(at + 1, -1, NULL))
        return NULL;
    g_autofree char *domain = g_hostname_to_ascii(at + 1);
    if (domain == NULL || strlen(local) + 1 + strlen(domain) > LIMIT_ENVELOPE_ADDRESS_BYTES)
        return NULL;
    return g_strconcat(local, "@", domain, NULL);
}

static gboolean is_too_large(const Smtp *c, const TransportMail *mail, char **ret_reply)
{
    if (c->max_size == 0 || mail->length <= c->max_size)
        return FALSE;
    *ret_reply =
        g_strdup_printf("552 mail of %" G_GSIZE_FORMAT " bytes, the server takes %" G_GUINT64_FORMAT, mail->length, c->max_size);
    return TRUE;
}

/* A kept connection may be dead, or die of MAIL ("too many"): then everything once more over a new one. */
static TransportResult deliver(Smtp *c, const TransportMail *mail, gint64 deadline, char **ret_reply)
{
    gboolean kept = c->session != NULL, began = FALSE;
    if (kept) {
        wire_set_deadline(c->wire, deadline);
        if (say(c, "RSET") / 100 != 2)
            disconnect(c);
    }
    for (;;) {
        g_autoptr(GError) err = NULL;
        if (c->session == NULL) {
            kept = FALSE;
            if (!connect_server(c, deadline, &err)) {
                *ret_reply = g_strdup(err->message);
                return TRANSPORT_DOWN;
            }
        }
        if (is_too_large(c, mail, ret_reply)) /* said before MAIL, whose failure would stop all mail */
            return TRANSPORT_RECIPIENT_FAILED;
        TransportResult result = hand_over(c, mail, &began, ret_reply);
        if (result == TRANSPORT_DOWN)
            disconnect(c);
        if (result != TRANSPORT_DOWN || began || !kept)
            return result;
        g_clear_pointer(ret_reply, g_free);
    }
}

TransportResult smtp_send(Smtp *c, const TransportMail *mail, char **ret_reply)
{
    TransportMail ascii = *mail;
    g_autofree char *recipient = to_ascii(mail->recipient), *sender = to_ascii(mail->sender);
    if (recipient == NULL || sender == NULL) {
        *ret_reply = g_strdup_printf("address '%s' needs SMTPUTF8", recipient == NULL ? mail->recipient : mail->sender);
        return TRANSPORT_RECIPIENT_FAILED;
    }
    ascii.recipient = recipient;
    ascii.sender = sender;
    Seconds seconds = c->options->seconds > 0 ? c->options->seconds : LIMIT_SMTP_SECONDS;
    char *reply = NULL;
    TransportResult result = deliver(c, &ascii, instant_monotonic_us() + seconds * 1000000, &reply);
    *ret_reply = reply;
    return result;
}
