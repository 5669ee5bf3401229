/* transport: one table of three ways out, and what they have in common: the address check and a reply that is one clean line. It
 * must never let a byte of an address become an SMTP command or an option (libetpan passes CR LF through; measured). */
#include "mail/transport.h"

#include <string.h>

#include "base/limits.h"
#include "mail/outdir.h"
#include "mail/sendmail.h"
#include "mail/smtp.h"

#include "base/banned.h"

struct Transport {
    TransportOptions options; /* its strings are ours */
    Smtp *smtp;
};

static TransportResult by_smtp(Transport *t, const TransportMail *mail, char **ret_reply)
{
    if (t->smtp == NULL)
        t->smtp = smtp_open(&t->options);
    return smtp_send(t->smtp, mail, ret_reply);
}

static TransportResult by_sendmail(Transport *t, const TransportMail *mail, char **ret_reply)
{
    return sendmail_send(&t->options, mail, ret_reply);
}

static TransportResult by_directory(Transport *t, const TransportMail *mail, char **ret_reply)
{
    return outdir_send(&t->options, mail, ret_reply);
}

static TransportResult (*const methods[])(Transport *, const TransportMail *, char **) = {
    [TRANSPORT_SMTP] = by_smtp,
    [TRANSPORT_SENDMAIL] = by_sendmail,
    [TRANSPORT_DIRECTORY] = by_directory,
};

/* The strings of TransportOptions, so that copying and freeing cannot forget one. */
static const gsize strings[] = {
    G_STRUCT_OFFSET(TransportOptions, directory), G_STRUCT_OFFSET(TransportOptions, host),
    G_STRUCT_OFFSET(TransportOptions, user),      G_STRUCT_OFFSET(TransportOptions, password),
    G_STRUCT_OFFSET(TransportOptions, sendmail),  G_STRUCT_OFFSET(TransportOptions, helo),
    G_STRUCT_OFFSET(TransportOptions, ca_file),
};

Transport *transport_open(const TransportOptions *options)
{
    Transport *t = g_new0(Transport, 1);
    t->options = *options;
    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++) {
        char **copy = &G_STRUCT_MEMBER(char *, &t->options, strings[i]);
        *copy = g_strdup(*copy);
    }
    return t;
}

void transport_close(Transport *t)
{
    if (t == NULL)
        return;
    smtp_close(t->smtp);
    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(G_STRUCT_MEMBER(char *, &t->options, strings[i]));
    g_free(t);
}

/* What is wrong with an envelope address, or NULL. */
static const char *fault_of(const char *address, gboolean may_be_null)
{
    if (address == NULL || (*address == '\0' && !may_be_null))
        return "no address";
    if (strlen(address) > LIMIT_ENVELOPE_ADDRESS_BYTES)
        return "address too long";
    for (const char *p = address; *p != '\0'; p++)
        if ((guchar)*p <= ' ' || *p == 0x7f || *p == '<' || *p == '>')
            return "address holds a space, bracket or control character";
    return NULL;
}

/* One line of bounded, valid UTF-8 without control characters. */
static char *one_line(const char *words)
{
    g_autofree char *cut = g_strndup(words, LIMIT_REPLY_BYTES);
    char *line = g_utf8_make_valid(cut, -1);
    for (char *p = line; *p != '\0'; p++)
        if ((guchar)*p < ' ' || *p == 0x7f)
            *p = ' ';
    return g_strchomp(line);
}

TransportResult transport_send(Transport *t, const TransportMail *mail, char **ret_reply)
{
    const char *fault = fault_of(mail->recipient, FALSE);
    const char *refused = fault != NULL ? mail->recipient : mail->sender;
    if (fault == NULL)
        fault = fault_of(mail->sender, TRUE);
    g_autofree char *reply = NULL;
    TransportResult result = TRANSPORT_RECIPIENT_FAILED;
    if (fault != NULL)
        reply = g_strdup_printf("%s: '%s'", fault, refused != NULL ? refused : "");
    else
        result = methods[t->options.method](t, mail, &reply);
    *ret_reply = one_line(reply);
    return result;
}
