/* schema: what a fact looks like. Columns in _at are instants (seconds UTC, NULL is "never"), _id are keys; contacts, queues,
 * policies and calendars are named as in the configuration. */
#include "store/schema.h"

#include "base/error.h"

#include "base/banned.h"

static const char step_1[] =
    /* Personal values live here and nowhere in the audit; erasing one is deleting address, name and key. */
    "create table person (id integer primary key, address text unique, name text, key blob not null) strict;"

    "create table ticket (id integer primary key, queue text not null, state text not null, severity integer not null,"
    " severity_sticks integer not null default 0, category text, subject text not null, requester_id integer not null references person,"
    " language text not null, owner text, opened_at integer not null, answered_at integer, resolved_at integer, closed_at integer,"
    " reopened integer not null default 0, linked_id integer references ticket, merged_into_id integer references ticket,"
    " unsure integer not null default 0, spam integer not null default 0, waiting_for text, wait_until_at integer,"
    " impact text, next_text text, next_until_at integer, cause text, resolution text, contained_at integer,"
    " root_message_id text, last_from_requester text, is_operational integer not null default 0, needless integer not null default 0) strict;"
    "create index ticket_state on ticket (state, queue);"
    "create index ticket_requester on ticket (requester_id, opened_at);"
    /* Queues of a ticket: the home queue and those that were addressed beside it. */
    "create table ticket_queue (ticket_id integer not null references ticket, queue text not null, is_home integer not null,"
    " primary key (ticket_id, queue)) strict;"
    "create table participant (ticket_id integer not null references ticket, address text not null, primary key (ticket_id, address)) strict;"

    /* Every mail, in and out; ticket_id NULL is filed under `other`. */
    "create table message (id integer primary key, ticket_id integer references ticket, direction text not null, kind text not null,"
    " spool_name text, spool_digest text, content_digest text, message_id text, from_address text, from_name text, subject text, new_text text,"
    " sent_at integer, received_at integer not null, contact text, is_note integer not null default 0, is_verified integer not null default 0,"
    " filed text, archive text) strict;"
    "create unique index message_spool on message (spool_name) where spool_name is not null;"
    "create index message_message_id on message (message_id);"
    "create index message_ticket on message (ticket_id, id);"
    "create index message_from on message (from_address, received_at);"
    "create table decision (message_id integer not null references message, n integer not null, line text not null,"
    " primary key (message_id, n)) strict;"

    "create table clock (id integer primary key, ticket_id integer not null references ticket, queue text not null, target text not null,"
    " calendar text not null, duration text not null, state integer not null, started_at integer not null, segment_at integer not null,"
    " consumed integer not null, total integer not null, due_at integer, met_at integer, breached_at integer,"
    " config_version text not null) strict;"
    "create index clock_ticket on clock (ticket_id);"
    "create table clock_event (id integer primary key, clock_id integer not null references clock, at integer not null, event text not null,"
    " due_at integer, message_id integer references message) strict;"
    "create index clock_event_clock on clock_event (clock_id, id);"

    /* Everything that fires is a row with next_at. */
    "create table due (id integer primary key, what text not null, next_at integer not null, ticket_id integer references ticket,"
    " clock_id integer references clock, run_id integer, policy text, level integer) strict;"
    "create index due_next on due (next_at, id);"
    "create index due_ticket on due (ticket_id, what);"

    "create table run (id integer primary key, ticket_id integer not null references ticket, policy text not null, state integer not null,"
    " level integer not null, levels text not null, acker text, acked_at integer, hold_until integer, resolve_by integer,"
    " next_level_at integer, repeat_at integer, repeat_after integer not null default 0, suspended_at integer,"
    " is_operational integer not null, started_at integer not null, ended_at integer, end_reason text, config_version text not null) strict;"
    "create unique index run_live on run (ticket_id, policy) where ended_at is null;"
    "create table run_cause (run_id integer not null references run, cause text not null, clock_id integer references clock, since_at integer not null,"
    " ended_at integer, primary key (run_id, cause)) strict;"
    "create table run_name (run_id integer not null references run, role text not null, contact text not null,"
    " primary key (run_id, role, contact)) strict;"
    "create table notification (id integer primary key, run_id integer not null references run, ticket_id integer not null references ticket,"
    " level integer not null, attempt integer not null, is_reminder integer not null, contact text not null, state integer not null,"
    " created_at integer not null, delivered_at integer, deadline_at integer, instead_of text, outcome text, outcome_at integer) strict;"
    "create index notification_run on notification (run_id);"
    "create index notification_ticket on notification (ticket_id);"
    "create table work (id integer primary key, ticket_id integer not null references ticket, contact text not null,"
    " unique (ticket_id, contact)) strict;"

    /* An outgoing mail is the bytes in its row. */
    "create table outbox (id integer primary key, ticket_id integer references ticket, notification_id integer references notification,"
    " class text not null, template text not null, sender text not null, recipient text not null, domain text not null, contact text,"
    " message_id text not null,"
    " subject text not null, bytes blob not null, state text not null, attempts integer not null default 0, created_at integer not null,"
    " next_at integer, handed_at integer, reply text, is_archived integer not null default 0) strict;"
    "create index outbox_next on outbox (next_at, id) where state = 'queued';"
    "create index outbox_archive on outbox (id) where is_archived = 0 and state <> 'queued';"
    "create index outbox_recipient on outbox (recipient, created_at);"
    "create index outbox_domain on outbox (domain, created_at);"
    "create index outbox_message_id on outbox (message_id);"
    "create index outbox_ticket on outbox (ticket_id);"

    "create table away (id integer primary key, contact text not null, from_at integer not null, until_at integer not null,"
    " evidence text not null, message_id integer references message) strict;"
    "create index away_contact on away (contact, until_at);"
    "create table strike (spool_name text primary key, count integer not null, reason text not null) strict;"
    "create table fact (name text primary key, value text not null) strict;"

    "create table audit (number integer primary key, at integer not null, ticket_id integer, event text not null, detail text not null,"
    " hash text not null) strict;"
    "create index audit_ticket on audit (ticket_id);";

/* A run may stand still for two reasons at once; a hold may end with a shift; a notification may be a handoff; a mail
 * to the requester passes on an answer of the team. */
static const char step_2[] =
    "alter table run add column suspended_for integer not null default 0;"
    "alter table run add column is_shift_bound integer not null default 0;"
    "update run set suspended_for = 1 where suspended_at is not null;"
    "alter table notification rename column is_reminder to kind;"
    "alter table outbox add column answer_id integer references message;";

/* What was signed counts once, for ever: the digest says nothing about a person. */
static const char step_3[] =
    "create table signature (digest text primary key, contact text not null, ticket_id integer not null references ticket,"
    " made_at integer not null, used_at integer not null) strict;";

/* Where a mail belongs that comes before the one that it answers, and one whose References were dropped. */
static const char step_4[] =
    "create table message_reference (reference text not null, message_id integer not null references message,"
    " primary key (reference, message_id)) strict;"
    "alter table message add column conversation text;"
    "create index message_conversation on message (conversation) where conversation is not null;"
    /* The newest answer to an invitation: what was sent before it counts no more. */
    "create table rsvp (uid text not null, contact text not null, sequence integer not null, stamped_at integer not null,"
    " primary key (uid, contact)) strict;";

/* With each event of a clock what it was reckoned by, so that its log alone makes the deadline again when a calendar or a target changes; and
 * how far that has come. */
static const char step_5[] =
    "alter table clock_event add column calendar text;"
    /* The few clocks that may have counted by another calendar before. */
    "create index due_shift on due (next_at) where what = 'shift';" /* of rotas, among the dues of all tickets */
    "create index clock_event_turn on clock_event (clock_id) where event in ('tighten', 'retarget');"
    "alter table clock_event add column duration text;"
    "alter table clock_event add column calendar_version text;"
    "create index clock_open on clock (calendar, id) where state in (0, 1);"
    "create table basis (name text primary key, version text not null) strict;"
    "create table recalc (name text primary key, after_id integer not null, begun_at integer not null,"
    " moved integer not null, past integer not null) strict;"
    /* What people were last told of their duties, up to that horizon: whoever is changed hears of it. */
    "create table shift (rota text not null, contact text not null, start_at integer not null, end_at integer not null,"
    " primary key (rota, contact, start_at)) strict;"
    /* What the rules gave a mail, for explain. */
    "create table score (ticket_id integer not null references ticket, message_id integer references message, at integer not null,"
    " rule text not null, axis text not null, points integer not null) strict;"
    "create index score_ticket on score (ticket_id, at);"
    "create table shift_horizon (rota text primary key, until_at integer not null) strict;";

static const char step_6[] =
    /* The ladders of a ticket: its queue's, or those that rules and risks name; `origin` is who named it. */
    "create table ticket_policy (ticket_id integer not null references ticket, policy text not null, origin text not null,"
    " primary key (ticket_id, policy)) strict;"
    "alter table ticket add column service text;"
    "alter table ticket add column contained_confirmed integer not null default 0;"
    /* Which risks a ticket has, and when the board was told of it. */
    "create table ticket_risk (ticket_id integer not null references ticket, risk text not null, origin text not null, since_at integer not null,"
    " told_at integer, primary key (ticket_id, risk)) strict;"
    /* A mail answers to one notification, and may carry others beside it. */
    "create table beside (notification_id integer primary key references notification, outbox_id integer not null references outbox) strict;"
    "create index beside_outbox on beside (outbox_id);"
    /* What a running escalation began with, as text. */
    "create table policy_text (digest text primary key, text text not null) strict;"
    "alter table run add column policy_digest text references policy_text;"
    /* An exercise is a ticket that counts nowhere: lists, summaries and metrics read counted_ticket. */
    "alter table ticket add column is_drill integer not null default 0;"
    "create view counted_ticket as select * from ticket where is_drill = 0;"
    "create index ticket_drill on ticket (id) where is_drill = 1;"
    /* A round in which contacts confirm how they are reached: who was asked by which mails, and what came of it. */
    "create table roundcall (id integer primary key, begun_at integer not null, ended_at integer) strict;"
    "create table roundcall_asked (id integer primary key, roundcall_id integer not null references roundcall, contact text not null, queue text not null,"
    " state text not null, outbox_id integer references outbox, reminder_id integer references outbox, reminded_at integer, answered_at integer,"
    " message_id integer references message, reason text, unique (roundcall_id, contact)) strict;"
    "create index roundcall_outbox on roundcall_asked (outbox_id);"
    "create index roundcall_reminder on roundcall_asked (reminder_id) where reminder_id is not null;"
    /* When the requester last heard from a person or by an update; of which clocks he was told that it takes longer; why a mail may not be
     * answered by a machine. */
    "alter table ticket add column heard_at integer;"
    "alter table clock add column delay_told_at integer;"
    "alter table message add column refused text;"
    /* Full text of mails, for store/search: the index alone, the text stays where it is. Up to which message it goes is a fact. No trigger
     * keeps it: FTS5 writes out what it has at every savepoint, and after a failure each mail has one (db_batch). */
    "create virtual table message_word using fts5 (subject, new_text, content = 'message', content_rowid = 'id', columnsize = 0,"
    " tokenize = 'unicode61 remove_diacritics 2');"
    "insert into message_word (message_word) values ('rebuild');"
    "insert into fact (name, value) select 'search', coalesce(max(id), 0) from message;"
    /* Covers the way from a hit to its ticket: without it every hit would read the page of its mail's text. */
    "create index message_place on message (id, ticket_id);"
    /* Who gets copies of the answers: To and Cc of the requester's newest mail, and whom the team added since. */
    "create table watcher (ticket_id integer not null references ticket, address text not null, n integer not null, primary key (ticket_id, address)) strict;"
    /* A mail with several recipients: a row each, with an envelope sender of its own; the bytes are those of the first. */
    "alter table outbox add column copy_of integer references outbox;"
    "create index outbox_copy on outbox (copy_of) where copy_of is not null;"
    /* Which ticket an alert of monitoring is, and when a rule that expects mails was last heard; `ticket_id` is about its silence. */
    "create table alert (rule text not null, key text not null, ticket_id integer not null references ticket, opened_at integer not null,"
    " primary key (rule, key)) strict;"
    "create index alert_ticket on alert (ticket_id);"
    "create index alert_opened on alert (rule, opened_at);"
    "create table heartbeat (rule text primary key, queue text not null, heard_at integer not null, ticket_id integer references ticket) strict;"
    "create index due_heartbeat on due (policy) where what = 'heartbeat';"
    /* Of queues that look for spikes: what a ticket is like, as a digest, and the surge that it belongs to. */
    "create table likeness (ticket_id integer primary key references ticket, queue text not null, likeness text not null, at integer not null,"
    " requester_id integer not null, surge_id integer references ticket) strict;"
    "create index likeness_recent on likeness (queue, likeness, at, requester_id);"
    "create index likeness_surge on likeness (surge_id) where surge_id is not null;"
    "create table surge (ticket_id integer primary key references ticket, queue text not null, likeness text not null, joined integer not null,"
    " told integer not null) strict;" /* how many there were when the team last heard */
    "create index surge_like on surge (queue, likeness);"
    /* When a customer asked for escalation, and in which run. */
    "create table appeal (id integer primary key, ticket_id integer not null references ticket, run_id integer references run,"
    " message_id integer references message, at integer not null) strict;"
    "create index appeal_ticket on appeal (ticket_id, at);"
    /* The runs of a ticket, whether they live or not, and those that a clock caused: asked at every event. */
    "create index run_ticket on run (ticket_id);"
    "create index run_cause_clock on run_cause (clock_id) where clock_id is not null;"
    /* A notification goes by several channels, a row each; rows of the class `command` are run and need no transport. */
    "alter table outbox add column channel text not null default 'mail';"
    "create index outbox_command on outbox (next_at, id) where state = 'queued' and class = 'command';"
    "create index outbox_notification on outbox (notification_id) where notification_id is not null;"
    /* Pages that wait for the digest of their contact; queues whose ladders are silent; what people are told when that is over. */
    "create table folded (notification_id integer primary key references notification, contact text not null, since_at integer not null) strict;"
    "create index folded_contact on folded (contact);"
    "create table maintenance (queue text primary key, since_at integer not null, until_at integer not null) strict;"
    "create table waiting_line (id integer primary key, contact text not null, ticket_id integer not null references ticket, line text not null,"
    " created_at integer not null) strict;"
    "create index waiting_line_contact on waiting_line (contact);"
    "create index outbox_page on outbox (contact, created_at) where notification_id is not null;"
    "create index notification_open on notification (contact) where state in (0, 1);"
    "create index run_acker on run (acker) where ended_at is null;"
    /* What is done so that it does not come again. */
    "alter table ticket add column prevention text;";

/* What a ticket asks of somebody, when a thousand others ask it too. */
static const char step_7[] =
    "drop index notification_open;"
    "create index notification_open on notification (contact, ticket_id) where state in (0, 1);";

/* A number that stood in an address, a Message-ID, an invitation or the audit never comes back, whatever is deleted or restored: those tables
 * count on from the highest that there ever was (db_jump moves that). What they hold is not touched by the word, so it is put into their text:
 * to make them anew would copy all mail. The table that goes again makes SQLite's own of the counts. */
static const char step_8[] =
    "create table made_once (id integer primary key autoincrement) strict; drop table made_once;"
    "pragma writable_schema = on;"
    "update sqlite_schema set sql = replace(sql, '(id integer primary key,', '(id integer primary key autoincrement,')"
    " where type = 'table' and name in ('person', 'ticket', 'message', 'clock', 'run', 'notification', 'work', 'outbox', 'roundcall');"
    "pragma writable_schema = reset;";

static const char step_9[] =
    /* A hold that somebody gave himself by an override. */
    "alter table run add column is_overridden integer not null default 0;"
    /* What goes on in the place of a run that ended: an answer to what that one asked is one to these. */
    "create table successor (run_id integer not null references run, by_run_id integer not null references run, primary key (run_id, by_run_id))"
    " without rowid, strict;";

static const char step_10[] =
    "create index outbox_first on outbox (next_at, id) where state = 'queued' and class = 'page';"
    "create index ticket_linked on ticket (linked_id) where linked_id is not null;"
    /* The first tickets of `list` and the customers of a domain, among a million of either. */
    "create index ticket_open on ticket (severity, id) where is_drill = 0 and state in ('new', 'open', 'waiting');"
    "create index person_domain on person (lower(substr(address, length(rtrim(address, replace(address, '@', ''))) + 1)));";

/* For a list of three SQLite makes a temporary table at each change of a ticket; it sees no other words for the same as the same. An outage is told by a
 * try that fails, and has no timer any more. */
static const char step_11[] =
    "drop index ticket_open;"
    "create index ticket_open on ticket (severity, id) where is_drill = 0 and (state = 'new' or state = 'open' or state = 'waiting');"
    "delete from due where what = 'outage';";

/* Of a mail's signature, the lines that no mail of the ticket had before: the team reads them once. */
static const char step_12[] =
    "create table message_signature (message_id integer primary key references message, text text not null) strict;";

const char *const schema_steps[] = {step_1, step_2, step_3, step_4, step_5, step_6, step_7, step_8, step_9, step_10, step_11, step_12};
const int schema_version_count = 12;

static gboolean read_version(Db *db, gint64 *ret, GError **err) { return db_value(db, ret, err, "select coalesce(max(version), 0) from schema_version", ""); }

gboolean schema_migrate(Db *db, GError **err)
{
    gint64 version = 0;
    if (!db_begin(db, err))
        return FALSE;
    gboolean ok = db_script(db, "create table if not exists schema_version (version integer not null) strict", err)
                  && read_version(db, &version, err);
    if (ok && version > schema_version_count)
        ok = error_set(err, ERROR_CONFIG, "database: has schema version %d, this program knows up to %d: a newer escalate made it; install that, or restore a"
                       " backup of before", (int)version, schema_version_count);
    for (; ok && version < schema_version_count; version++)
        ok = db_script(db, schema_steps[version], err)
             && db_run(db, err, "insert into schema_version (version) values ($1)", "i", version + 1);
    return db_end(db, ok, err);
}

gboolean schema_is_ours(Db *db, GError **err)
{
    gint64 version = 0;
    if (!read_version(db, &version, err))
        return FALSE;
    return version == schema_version_count
           || error_set(err, ERROR_CONFIG, "database: has schema version %d, this program's is %d", (int)version, schema_version_count);
}
