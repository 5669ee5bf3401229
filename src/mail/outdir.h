/* outdir: the directory transport: each mail a file NAME.eml, byte for byte as it would have been handed over. */
#ifndef MAIL_OUTDIR_H
#define MAIL_OUTDIR_H

#include "mail/transport.h"

/* As transport_send. A second hand-over of the same name replaces the first (it is the same mail). The directory must exist. */
TransportResult outdir_send(const TransportOptions *options, const TransportMail *mail, char **ret_reply);

#endif
