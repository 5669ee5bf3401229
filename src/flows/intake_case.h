/* intake_case: what intake and the handlers of its cases share while one mail is worked on. Private to them. */
#ifndef FLOWS_INTAKE_CASE_H
#define FLOWS_INTAKE_CASE_H

#include "rules/authres.h"
#include "rules/guard.h"

#include "store/messages.h"
#include "store/outbox.h"
#include "store/runs.h"
#include "store/tickets.h"

#include "flows/intake.h"

/* flows/heard; each NULL where there is none. */
typedef struct {
    char *typed_in;          /* between lines of what he quotes, each group below the line above it, with "> " */
    char *unknown_quote;     /* what looks like a quotation and nobody here wrote */
    char *unknown_signature; /* of what looks like a signature, what did not stand under a mail before */
} Heard;

typedef struct {
    Desk *desk;
    const IntakeMail *mail;
    const Reading *reading;
    const Reading *said;           /* what verbs are taken from: the reading, or what was signed of it */
    Reading *signed_part;          /* or NULL */
    char *from, *from_name;        /* who wrote it: From, but for what a list or a form sends in its own name */
    gboolean is_by_another;        /* that is another than From says: no authority comes of it */
    Kind kind;                     /* after the configuration had its say */
    gboolean unsure;               /* by words only, or by a calendar's file beside text */
    AuthresVerdict auth;
    const ConfigContact *sender;   /* the contact whose address From is, or NULL */
    const ConfigQueue *home;       /* or NULL: no queue is addressed */
    GPtrArray *other_queues;       /* ConfigQueue * */

    /* what the tokens in its addresses prove */
    NotificationRow *notification; /* a-token */
    gint64 work_ticket;            /* w-token, with … */
    const ConfigContact *work_contact;
    OutboxRow *envelope_row;       /* b-token, or the mail that a bounce returns */
    gint64 token_ticket;           /* of any verified token, the strongest; 0: none */
    gboolean at_envelope_address;
    gboolean is_silent;            /* entered by one of the team: no auto-ack */
    Token lost;                    /* a token of ours that no row has since a restore; purpose 0: none */
    const ConfigContact *lost_by;  /* whose it was, or NULL */
    guint lost_tries;              /* so many were looked at for that */
    gboolean torn;                 /* personal addresses of two rows at once: nothing that they allow is done */

    const ConfigRule *alert;       /* the monitoring rule that it matches, or NULL, with … */
    char *alert_key;               /* what names the alert */
    gboolean reopens;              /* the ticket was resolved, and is open again by it */
    gint64 follows;                /* the closed ticket that it answers to, or 0, with … */
    const char *follows_queue;     /* the configuration's */
    gboolean is_raised;            /* its customer asked for escalation, and it was done */

    Ticket *ticket;                /* that it joins or opened, or NULL */
    MessageRow *row;               /* stored */
    Heard heard;                   /* what of it was cut, and not written before */
    char *left_out;                /* names of attachments that are not passed on, or NULL */
    GPtrArray *decisions;          /* char * */
} IntakeCase;

/* Whether From is believed where it matters: authenticated, or, where nobody is trusted to say so, not known to be forged. */
gboolean intake_is_believed(const IntakeCase *c);
/* A click on a face below the mail, as Gmail sends it: whatever its text part says, nobody wrote it. */
gboolean intake_is_reaction(const IntakeCase *c);
/* Nothing but the marks of a list makes it bulk. */
gboolean intake_is_bulk_by_list(const IntakeCase *c);
/* Why no verb is taken from this mail, or NULL; constant text. */
const char *intake_doubt(const IntakeCase *c);
void intake_note(IntakeCase *c, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Facts for the guard about answering this mail at `to`. */
GuardCase intake_guard_case(const IntakeCase *c, const char *to, GuardClass mail_class);
/* Stores the message's row: must be called once, when ticket and row->is_note, contact are known. */
gboolean intake_store_row(IntakeCase *c, GError **err);

#endif
