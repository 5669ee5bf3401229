/* ses: the notices of Amazon SES about mail of ours that come by mail through SNS: one JSON object as text. Pure. */
#ifndef RULES_SES_H
#define RULES_SES_H

#include "rules/letter.h"

typedef enum { SES_NONE, SES_DELIVERY /* what became of a mail, good or bad */, SES_COMPLAINT } SesNotice;

/* SES_NONE for all that SNS sends of other services. */
SesNotice ses_notice(const Letter *l);
/* Appends KindRecipient *; *ret_original_id is the Message-ID of our mail, newly allocated, or NULL where SES was not told to give it. */
void ses_read(const Letter *l, GPtrArray *recipients, char **ret_original_id);

#endif
