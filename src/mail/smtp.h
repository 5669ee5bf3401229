/* smtp: hands mails to an SMTP server (RFC 5321) over one connection that is kept between them. The only user of libetpan's SMTP.
 * */
#ifndef MAIL_SMTP_H
#define MAIL_SMTP_H

#include "mail/transport.h"

typedef struct Smtp Smtp;

/* `options` must outlive it. Connects at the first mail. Ignores SIGPIPE from here on. */
Smtp *smtp_open(const TransportOptions *options);
void smtp_close(Smtp *c); /* NULL is fine */
/* As transport_send, whose checks on the addresses were made. Ends within options->seconds, name lookup not counted. A connection
 * that the server closed between mails is opened again once. */
TransportResult smtp_send(Smtp *c, const TransportMail *mail, char **ret_reply);
/* What a reply code (0: none came) to RCPT or DATA says, where `good` is the wanted first digit. */
TransportResult smtp_judge(int code, int good);

#endif
