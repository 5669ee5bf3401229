/* sendmail: hands a mail to sendmail(1), whichever the system has. */
#ifndef MAIL_SENDMAIL_H
#define MAIL_SENDMAIL_H

#include "mail/transport.h"

/* As transport_send, whose checks on the addresses were made. */
TransportResult sendmail_send(const TransportOptions *options, const TransportMail *mail, char **ret_reply);
/* What an exit status (as of waitpid) says. */
TransportResult sendmail_judge(int status);

#endif
