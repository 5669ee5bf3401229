/* outbox: mails to be handed over: the bytes are written by the transaction that decided them, and sent at least once with the same
 * Message-ID, unless a later committed fact withdrew them before. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/db.h"

typedef struct {
    gint64 id, ticket_id, notification_id; /* 0: none */
    gint64 copy_of;   /* the row whose mail this is too, for another of its recipients; or 0 */
    gint64 answer_id; /* the message of the team that it passes on, or 0 */
    char *class;     /* "page", "auto" (an answer), "refusal", "relay", "command" (of a channel), "update" (news that follow no mail, and use up nobody's number a day) */
    char *channel;   /* "mail", or the configuration's name; NULL at insertion: mail */
    char *template;  /* "escalation", "auto-ack", … */
    char *sender;    /* envelope: "" or a b-address */
    char *recipient; /* envelope */
    char *contact;   /* or NULL */
    char *message_id, *subject;
    GBytes *bytes;   /* NULL where only facts were asked for */
    char *state;     /* queued sent withdrawn failed */
    int attempts;
    Instant created_at, next_at, handed_at;
    char *reply;     /* what the server said last, or NULL */
} OutboxRow;

void outbox_row_free(OutboxRow *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutboxRow, outbox_row_free)

/* Reserves the id that the b-address and the Message-ID are made of: an insert whose bytes follow. */
gboolean outbox_insert(Db *db, OutboxRow *r, GError **err);
gboolean outbox_set_bytes(Db *db, gint64 id, const char *sender, const char *message_id, GBytes *bytes, GError **err);
/* The mail of the row `first` to one more of its recipients: the same bytes and Message-ID. Its envelope sender is its own, so that what
 * fails is known for each. */
gboolean outbox_insert_copy(Db *db, gint64 first, const char *recipient, gint64 *ret_id, GError **err);
gboolean outbox_set_sender(Db *db, gint64 id, const char *sender, GError **err);
/* Ids (gint64) of rows whose bytes nobody needs any more, oldest first. */
gboolean outbox_to_archive(Db *db, gint64 max, GArray **ret, GError **err);
/* The oldest queued mail that is due; *ret is NULL where there is none. */
gboolean outbox_next(Db *db, Instant now, OutboxRow **ret, GError **err);
/* The same of what is handed to commands. */
gboolean outbox_next_command(Db *db, Instant now, OutboxRow **ret, GError **err);
gboolean outbox_load(Db *db, gint64 id, OutboxRow **ret, GError **err);
/* Rows of the ticket that a mail from `from` may quote: with that Message-ID, and the last to that address; gint64. */
gboolean outbox_quoted(Db *db, gint64 ticket, const char *message_id, const char *from, GArray **ret, GError **err);
/* The row with that Message-ID, of copies the first; *ret is NULL where there is none. */
gboolean outbox_by_message_id(Db *db, const char *message_id, OutboxRow **ret, GError **err);
/* Pages about the ticket of `row` to the same contact in the same way, which wait: not before `until`. */
gboolean outbox_pause_pages(Db *db, const OutboxRow *row, Instant until, GError **err);
/* Rows of a ticket (0: all), at most the last `max`, newest last, without bytes. OutboxRow *, with free func. */
gboolean outbox_list(Db *db, gint64 ticket, gint64 max, GPtrArray **ret, GError **err);
gboolean outbox_sent(Db *db, gint64 id, Instant now, const char *reply, GError **err);
/* Tried and put off until `next`. */
gboolean outbox_later(Db *db, gint64 id, Instant next, const char *reply, GError **err);
gboolean outbox_failed(Db *db, gint64 id, Instant now, const char *reply, GError **err);
/* The notification waits for the digest of its contact, until it is carried, withdrawn, or taken out. */
gboolean outbox_fold(Db *db, gint64 notification, const char *contact, Instant now, GError **err);
gboolean outbox_unfold(Db *db, gint64 notification, GError **err);
/* Mails of a contact that ask him for one ticket, handed over or waiting to be, since an instant. */
gboolean outbox_pages(Db *db, const char *contact, Instant since, gint64 *ret, GError **err);
/* The notification is told no more: its mail, if it waits, is withdrawn where it carries nothing else. */
gboolean outbox_withdraw_notification(Db *db, gint64 notification, GError **err);
/* It was sent and came back. */
gboolean outbox_bounced(Db *db, gint64 id, const char *reply, GError **err);
/* What waits of notifications of the run that want no answer any more, on whatever channel, is withdrawn. */
gboolean outbox_withdraw_stale(Db *db, gint64 run, GError **err);
/* Whether the notification reached somebody, or still may, by another channel than that row's. */
gboolean outbox_has_other_channel(Db *db, gint64 notification, const OutboxRow *row, gboolean *ret, GError **err);
/* The channels by which it was handed over, "mail, sms"; NULL: none. Newly allocated. */
gboolean outbox_channels(Db *db, gint64 notification, char **ret, GError **err);
/* The mail `outbox` carries that notification beside its own; another that waits to carry it alone is withdrawn. */
gboolean outbox_carry(Db *db, gint64 notification, gint64 outbox, GError **err);
/* By the same ways as that mail's own the pages that it carries are not told once more. */
gboolean outbox_carry_ways(Db *db, gint64 outbox, GError **err);
/* Automatic mails to an address or, with `domain`, to those of its domain who are no contacts, since an instant. */
gboolean outbox_count(Db *db, const char *recipient, gboolean domain, Instant since, gint64 *ret, GError **err);

#endif
