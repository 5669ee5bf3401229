/* rsvp: invitations in notifications (RFC 5546, 6047), and what Accept and Decline do. */
#ifndef FLOWS_RSVP_H
#define FLOWS_RSVP_H

#include "store/runs.h"

#include "flows/intake_case.h"

/* The text/calendar object of notification `p`, newly allocated; *ret is NULL where the contact wants none. */
gboolean rsvp_request(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const ConfigContact *contact, const char *subject, char **ret,
                      GError **err);
/* The cancellation of what the contact was last invited to in that run; *ret is NULL where he was not. */
gboolean rsvp_cancel(Desk *d, const Ticket *t, const RunRow *r, const ConfigContact *contact, const char *subject, char **ret, GError **err);
/* A mail of kind calendar-reply at a notification's address. */
gboolean rsvp_reply(IntakeCase *c, GError **err);

#endif
