/* returns: bounces and automatic replies: what they say about the people whom we wrote to. Both are believed only where they name a
 * mail of ours, by its envelope address or its Message-ID. */
#ifndef FLOWS_RETURNS_H
#define FLOWS_RETURNS_H

#include "flows/intake_case.h"

gboolean returns_bounce(IntakeCase *c, gint64 claimed, GError **err);
gboolean returns_auto_reply(IntakeCase *c, gint64 claimed, GError **err);

#endif
