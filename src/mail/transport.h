/* transport: how a mail leaves: smtp (libetpan), sendmail(1), or files in a directory. One table of three. Failure has a scope:
 * the recipient's (4xx, 5xx to RCPT or DATA) or the transport's own (connect, TLS, AUTH, 421, any failure of MAIL): only the
 * first says something about the person. */
#ifndef MAIL_TRANSPORT_H
#define MAIL_TRANSPORT_H

#include "base/instant.h"

typedef enum {
    TRANSPORT_SENT,             /* SMTP 250 after the data, sendmail exit 0, file renamed into place */
    TRANSPORT_RECIPIENT_FAILED, /* permanent, this recipient */
    TRANSPORT_RECIPIENT_LATER,  /* temporary, this recipient */
    TRANSPORT_DOWN,             /* nothing can be said of the recipient: all wait */
    /* No transport says these: who used it died over this mail, so nothing can be said of either; and over others before it. */
    TRANSPORT_BROKE,
    TRANSPORT_STUCK
} TransportResult;

typedef enum { TRANSPORT_SMTP, TRANSPORT_SENDMAIL, TRANSPORT_DIRECTORY } TransportMethod;
typedef enum { TRANSPORT_TLS_REQUIRED, TRANSPORT_TLS_OPPORTUNISTIC, TRANSPORT_TLS_OFF } TransportTls;

typedef struct {
    TransportMethod method;
    const char *directory;      /* directory: one `.eml` a mail, named by its Message-ID's local part */
    const char *host;           /* smtp */
    int port;
    TransportTls tls;
    const char *user, *password; /* or NULL */
    const char *sendmail;       /* path of sendmail(1) */
    const char *helo;           /* our name; NULL: the host's */
    const char *ca_file;        /* PEM of the authorities to trust instead of the system's; NULL: the system's */
    Seconds seconds;            /* smtp: the longest hand-over, real time; 0: LIMIT_SMTP_SECONDS (name lookup not counted) */
} TransportOptions;

typedef struct {
    const char *sender;     /* "" is the null sender */
    const char *recipient;
    const char *name;       /* for the directory's file name: letters, digits, '-', '.' */
    gboolean want_dsn;      /* NOTIFY=FAILURE,DELAY (RFC 3461) where the server offers it */
    const char *bytes;      /* the mail, CRLF */
    gsize length;
} TransportMail;

typedef struct Transport Transport;
Transport *transport_open(const TransportOptions *options); /* connects at the first mail; keeps the connection */
void transport_close(Transport *t);
/* Hands over one mail. *ret_reply: the server's words or the system's reason, one line, newly allocated, never NULL. Addresses
 * with CR, LF, NUL or space are TRANSPORT_RECIPIENT_FAILED. May block; the caller runs it in a process with a hard deadline. */
TransportResult transport_send(Transport *t, const TransportMail *mail, char **ret_reply);

#endif
