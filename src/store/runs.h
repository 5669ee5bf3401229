/* runs: escalation runs, their causes, and the notifications that they sent. */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include "rules/ladder.h"

#include "store/db.h"

typedef struct {
    gint64 id, ticket_id;
    char *policy;
    char *config_version;
    char *policy_digest; /* of the text of the policy that it goes by, or NULL: begun by a version that kept none */
    Instant started_at, ended_at;
    LadderRun *run;
} RunRow;

void runs_row_free(RunRow *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunRow, runs_row_free)

gboolean runs_load(Db *db, gint64 id, RunRow **ret, GError **err);
/* The run of that ticket and policy that has not ended; *ret is NULL where there is none. */
gboolean runs_live(Db *db, gint64 ticket, const char *policy, RunRow **ret, GError **err);
/* All runs of a ticket, or only those that have not ended: RunRow *, with free func. */
gboolean runs_of_ticket(Db *db, gint64 ticket, gboolean only_live, GPtrArray **ret, GError **err);
/* Ids of all live runs (gint64). */
gboolean runs_all_live(Db *db, GArray **ret, GError **err);
gboolean runs_insert(Db *db, RunRow *r, GError **err);
/* It goes on by another text, which may have more levels. */
gboolean runs_rebase(Db *db, RunRow *r, const char *policy_digest, guint levels, const char *config_version, GError **err);
/* Stores state and the states of known pages; new pages (id 0) must have been stored by runs_insert_page. */
gboolean runs_save(Db *db, const RunRow *r, const char *end_reason, GError **err);
gboolean runs_insert_page(Db *db, const RunRow *r, LadderPage *p, const char *instead_of, Instant now, GError **err);

/* Adds a cause ("clock:7", "manual", …); *ret_is_new tells whether it was open already. */
gboolean runs_add_cause(Db *db, gint64 run, const char *cause, gint64 clock, Instant now, gboolean *ret_is_new, GError **err);
gboolean runs_end_cause(Db *db, gint64 run, const char *cause, Instant now, GError **err);
/* How many causes are open, and how many of these are paused clocks. */
gboolean runs_causes(Db *db, gint64 run, gint64 *ret_open, gint64 *ret_paused, GError **err);

/* The runs that an answer to that notification is about: its own, and those whose notifications its mail carried beside it (gint64); in the place of
 * one that was superseded what goes on for it. */
gboolean runs_answered(Db *db, gint64 notification, GArray **ret, GError **err);
gboolean runs_succeed(Db *db, gint64 run, gint64 by_run, GError **err);
/* The notifications of which the mail of that one speaks (gint64): itself and what it carries; of a digest what it carries only. */
gboolean runs_asked(Db *db, gint64 notification, GArray **ret, GError **err);
/* A digest for the contact of `first`, a notification; the row is of no ladder, whatever run it names. */
gboolean runs_insert_digest(Db *db, gint64 first, Instant now, gint64 *ret, GError **err);
gboolean runs_digest_delivered(Db *db, gint64 outbox, Instant now, GError **err);
/* How many live runs ask or are held by the contact, but that one. */
gboolean runs_open_of(Db *db, const char *contact, gint64 but, gint64 *ret, GError **err);
/* The notifications that an outgoing mail carries (gint64): none, one, or several. */
gboolean runs_carried(Db *db, gint64 outbox, GArray **ret, GError **err);

/* One notification, for acknowledgments and reports of delivery. */
typedef struct {
    gint64 id, run_id, ticket_id;
    int level, attempt;
    gboolean is_digest;
    char *contact;
    PageState state;
    Instant delivered_at;
} NotificationRow;
void runs_notification_free(NotificationRow *n);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NotificationRow, runs_notification_free)
gboolean runs_notification(Db *db, gint64 id, NotificationRow **ret, GError **err);
/* What became of it ("bounced: 550 5.1.1 …", "acknowledged"), for the next mail and for reports. */
gboolean runs_set_outcome(Db *db, gint64 notification, const char *outcome, Instant now, GError **err);
/* The same where nothing is known of it yet. */
gboolean runs_set_outcome_if_none(Db *db, gint64 notification, const char *outcome, Instant now, GError **err);
/* Mails to the contact that wait for hand-over: those that ask him for other runs and say what a page of this run said, and pages of other runs
 * of the ticket. */
gboolean runs_asks_else(Db *db, const RunRow *r, const char *contact, gint64 *ret_with, gint64 *ret_else, GError **err);

#endif
