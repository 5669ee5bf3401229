/* keys: the table. A key that is not here does not exist; one of type KEYS_LATER is refused by name, so that nothing is silently
 * ignored. The rows of a block stand together. Data and lookups only: it must never read a value. */
#include "config/keys.h"

#include <stddef.h>
#include <string.h>

#include "config/config.h"

#include "base/banned.h"

#define AT(type, member) offsetof(type, member)
#define VERBS \
    "ack decline pass escalate take assign severity wait answered contained resolve reopen cause impact next note action " \
    "category risk override merge needless spam notspam status help"
#define LATER(in, key, what) {.block = (in), .name = (key), .type = KEYS_LATER, .help = (what)}
#define BLOCK(in, key, what) {.block = (in), .name = (key), .type = KEYS_BLOCK, .help = (what)}

static const ConfigKey table[] = {
    {KEYS_TOP, "domain", KEYS_DOMAIN, AT(Config, domain), .is_required = TRUE,
     .help = "the domain of Message-IDs and of addresses that no queue gives"},
    {KEYS_TOP, "spool", KEYS_PATH, AT(Config, spool), .fallback = ESCALATE_SPOOLDIR, .help = "directory of message files"},
    {KEYS_TOP, "database", KEYS_PATH, AT(Config, database), .fallback = ESCALATE_STATEDIR "/escalate.db",
     .help = "the SQLite file"},
    {KEYS_TOP, "key-file", KEYS_PATH, AT(Config, key_file), .note = "key, beside the database",
     .help = "keys of tokens in addresses, newest first"},
    {KEYS_TOP, "audit-key-file", KEYS_PATH, AT(Config, audit_key_file), .note = "audit.key, beside the database",
     .help = "key of the audit chain"},
    {KEYS_TOP, "templates", KEYS_PATH, AT(Config, templates), .note = "the built-in ones only",
     .help = "directory that is looked in before the built-in templates"},
    {KEYS_TOP, "words", KEYS_PATH, AT(Config, words), .note = "the built-in ones only",
     .help = "directory of *.words files whose phrases are added to the built-in ones"},
    {KEYS_TOP, "token-domain", KEYS_DOMAIN, AT(Config, token_domain), .note = "plus addresses of the queue",
     .help = "domain whose whole local part is a token, for sites without plus addresses"},
    LATER(KEYS_TOP, "key-life", "how long a retired key still verifies tokens"),
    {KEYS_TOP, "trusted-authserv", KEYS_TOKENS, AT(Config, trusted_authserv), .note = "none: From is believed",
     .help = "whose Authentication-Results count"},
    {KEYS_TOP, "internal", KEYS_NETWORKS, AT(Config, internal),
     .help = "networks whose mail counts as authenticated, and submission: mail of whoever logged in"},
    {KEYS_TOP, "intake-users", KEYS_NAMES, AT(Config, intake_users), .note = "root and the user escalate runs as",
     .help = "users, by name or number, whose envelope lines count"},
    BLOCK(KEYS_TOP, "delivery", "how mail leaves"),
    BLOCK(KEYS_TOP, "severities", "what S1 to S4 mean"),
    BLOCK(KEYS_TOP, "calendars", "business hours by name; 'always' is built in"),
    BLOCK(KEYS_TOP, "contacts", "people by name"),
    BLOCK(KEYS_TOP, "groups", "several contacts under one name"),
    BLOCK(KEYS_TOP, "roles", "what a role may do; a role that is not listed may use every verb but override"),
    BLOCK(KEYS_TOP, "rotas", "who is on duty when"),
    BLOCK(KEYS_TOP, "plans", "targets per severity"),
    BLOCK(KEYS_TOP, "policies", "who is told when a target is at risk"),
    BLOCK(KEYS_TOP, "rules", "list: what a new mail is about; all that match count"),
    BLOCK(KEYS_TOP, "queues", "support addresses and how they are worked"),
    {KEYS_TOP, "include", KEYS_INCLUDE, .help = "further files; a pattern is read in order of name"},
    BLOCK(KEYS_TOP, "customers", "who the customers are"),
    BLOCK(KEYS_TOP, "score", "how points make a severity"),
    BLOCK(KEYS_TOP, "services", "what tickets are about, and who owns it"),
    BLOCK(KEYS_TOP, "vendors", "who outside is asked, with clocks of their own"),
    BLOCK(KEYS_TOP, "risks", "what a ticket may bring upon the house"),
    LATER(KEYS_TOP, "channels", "ways to reach people beside mail"),
    LATER(KEYS_TOP, "limits", "pages per person"),

    {KEYS_DELIVERY, "method", KEYS_WORD, AT(ConfigDelivery, method), .words = "smtp sendmail directory", .fallback = "sendmail",
     .help = "directory: mail is only written to files"},
    {KEYS_DELIVERY, "directory", KEYS_PATH, AT(ConfigDelivery, directory), .note = "outgoing, in the spool",
     .help = "where the method directory writes"},
    {KEYS_DELIVERY, "host", KEYS_HOST, AT(ConfigDelivery, host), .fallback = "127.0.0.1", .help = "SMTP server"},
    {KEYS_DELIVERY, "port", KEYS_NUMBER, AT(ConfigDelivery, port), .min = 1, .max = 65535, .fallback = "25", .help = "its port"},
    {KEYS_DELIVERY, "tls", KEYS_WORD, AT(ConfigDelivery, tls), .words = "required opportunistic off",
     .note = "opportunistic; required where user is given", .help = "whether STARTTLS must, may or must not be used"},
    {KEYS_DELIVERY, "user", KEYS_LINE, AT(ConfigDelivery, user), .help = "SMTP AUTH user"},
    {KEYS_DELIVERY, "password-file", KEYS_PATH, AT(ConfigDelivery, password_file),
     .help = "file whose first line is the password"},
    {KEYS_DELIVERY, "redirect-all", KEYS_ADDRESS, AT(ConfigDelivery, redirect_all),
     .help = "every mail goes to this address instead"},
    {KEYS_DELIVERY, "sendmail", KEYS_PATH, AT(ConfigDelivery, sendmail), .fallback = "/usr/sbin/sendmail",
     .help = "program of the method sendmail"},

    BLOCK(KEYS_SEVERITIES, "S1", "the worst"),
    BLOCK(KEYS_SEVERITIES, "S2", "severe"),
    BLOCK(KEYS_SEVERITIES, "S3", "normal"),
    BLOCK(KEYS_SEVERITIES, "S4", "the mildest"),

    {KEYS_SEVERITY, "title", KEYS_LINE, AT(ConfigSeverity, title), .help = "a word for people: Critical"},
    {KEYS_SEVERITY, "ack-max", KEYS_DURATION, AT(ConfigSeverity, ack_max), .min = 1, .note = "S1 1h, S2 4h, S3 1bd, S4 2bd",
     .help = "longest time that an acknowledgment holds"},
    {KEYS_SEVERITY, "score", KEYS_NUMBER, AT(ConfigSeverity, score), .min = 1, .max = 100,
     .note = "no score reaches it", .help = "score from which it applies"},
    {KEYS_SEVERITY, "example", KEYS_LINE, AT(ConfigSeverity, example), .help = "what is so severe, for who sorts tickets"},
    {KEYS_SEVERITY, "confirm-by", KEYS_DURATION, AT(ConfigSeverity, confirm_by), .beside = AT(ConfigSeverity, has_confirm_by), .min = 1,
     .note = "contained counts until the end", .help = "time in which a second contained must confirm the first"},

    {KEYS_CUSTOMERS, "file", KEYS_PATH, AT(ConfigCustomers, file), .is_required = TRUE, .help = "CSV file; its first line names the columns"},
    BLOCK(KEYS_CUSTOMERS, "columns", "names of its columns"),

#define COLUMN(name, i) {KEYS_COLUMNS, name, KEYS_LINE, AT(ConfigCustomers, columns) + (i) * sizeof(char *), .fallback = NULL, .note = "that word", .help = "the column's name"}
    COLUMN("address", CUSTOMER_ADDRESS),
    COLUMN("name", CUSTOMER_NAME),
    COLUMN("segment", CUSTOMER_SEGMENT),
    COLUMN("revenue", CUSTOMER_REVENUE),
    COLUMN("unit", CUSTOMER_UNIT),
    COLUMN("region", CUSTOMER_REGION),
    COLUMN("language", CUSTOMER_LANGUAGE),
    COLUMN("plan", CUSTOMER_PLAN),
    COLUMN("vip", CUSTOMER_VIP),
#undef COLUMN

    {KEYS_SCORE, "combine", KEYS_WORD, AT(ScoreCombine, is_weighted), .words = "max weighted", .fallback = "max",
     .help = "the greatest of weight times axis, or the weighted mean"},
    BLOCK(KEYS_SCORE, "weights", "percent by axis"),
    {KEYS_SCORE, "margin", KEYS_NUMBER, AT(ScoreCombine, margin), .max = 1000, .fallback = "0",
     .help = "two categories whose points are less apart are a tie, which is triage's to decide"},

#define WEIGHT(name, axis) {KEYS_WEIGHTS, name, KEYS_NUMBER, AT(ScoreCombine, weights) + (axis) * sizeof(int), .max = 1000, .fallback = "100", .help = "percent"}
    WEIGHT("technical", SCORE_TECHNICAL),
    WEIGHT("impact", SCORE_IMPACT),
    WEIGHT("segment", SCORE_SEGMENT),
    WEIGHT("revenue", SCORE_REVENUE),
    WEIGHT("reputation", SCORE_REPUTATION),
#undef WEIGHT

    {KEYS_CALENDAR, "hours", KEYS_PATHS, AT(ConfigCalendar, hours), .note = "open always, but for the holidays",
     .help = "iCalendar files of open hours"},
    {KEYS_CALENDAR, "holidays", KEYS_PATHS, AT(ConfigCalendar, holidays), .help = "iCalendar files of closures"},
    {KEYS_CALENDAR, "timezone", KEYS_ZONE, AT(ConfigCalendar, timezone), .note = "the one that the first file names",
     .help = "zone of its days and of times without one"},
    {KEYS_CALENDAR, "closes", KEYS_EVENTS, AT(ConfigCalendar, closes), .note = "all but those that open",
     .help = "which events of the holiday files close"},
    {KEYS_CALENDAR, "opens", KEYS_EVENTS, AT(ConfigCalendar, opens), .help = "which events of the holiday files open"},
    {KEYS_CALENDAR, "ignores", KEYS_EVENTS, AT(ConfigCalendar, ignores), .help = "which events of the holiday files mean nothing"},
    {KEYS_CALENDAR, "max-age", KEYS_DURATION, AT(ConfigCalendar, max_age), .min = 1, .note = "any",
     .help = "how old the holiday files may become"},

    {KEYS_CONTACT, "name", KEYS_LINE, AT(ConfigContact, full_name), .note = "the key, with a capital",
     .help = "what mails call the contact"},
    {KEYS_CONTACT, "email", KEYS_ADDRESSES, AT(ConfigContact, email), .is_required = TRUE,
     .help = "addresses; mail goes to the first"},
    {KEYS_CONTACT, "phone", KEYS_LINE, AT(ConfigContact, phone), .help = "shown to whom may need it"},
    {KEYS_CONTACT, "backup", KEYS_NAME, AT(ConfigContact, backup), .refers = KEYS_TO_CONTACT,
     .help = "contact who is asked when this one is away"},
    {KEYS_CONTACT, "manager", KEYS_NAMES, AT(ConfigContact, manager), .refers = KEYS_TO_CONTACT,
     .help = "contacts behind manager-of:owner"},
    {KEYS_CONTACT, "calendar", KEYS_NAME, AT(ConfigContact, calendar), .refers = KEYS_TO_CALENDAR,
     .help = "personal hours, for levels with respect-hours"},
    {KEYS_CONTACT, "leave", KEYS_PATHS, AT(ConfigContact, leave), .help = "iCalendar files of absences"},
    {KEYS_CONTACT, "timezone", KEYS_ZONE, AT(ConfigContact, timezone), .note = "the queue's calendar's",
     .help = "zone of times in mails to and from the contact"},
    {KEYS_CONTACT, "language", KEYS_LANGUAGE, AT(ConfigContact, language), .note = "the queue's", .help = "language of mails"},
    {KEYS_CONTACT, "roles", KEYS_NAMES, AT(ConfigContact, roles), .help = "any words; see roles and role:NAME"},
    {KEYS_CONTACT, "list", KEYS_BOOL, AT(ConfigContact, list), .fallback = "no",
     .help = "a shared address: any member may answer"},
    {KEYS_CONTACT, "members", KEYS_NAMES, AT(ConfigContact, members), .refers = KEYS_TO_CONTACT,
     .help = "contacts who read a list"},
    LATER(KEYS_CONTACT, "channels", "ways to reach the contact beside mail"),
    {KEYS_CONTACT, "rsvp", KEYS_BOOL, AT(ConfigContact, rsvp), .fallback = "no",
     .help = "notifications carry an invitation whose Accept is an ack; for persons only"},
    {KEYS_CONTACT, "ack-requires", KEYS_WORD, AT(ConfigContact, ack_signed), .words = "nothing signature", .fallback = "nothing",
     .help = "signature: no verb of the contact counts without one"},
    {KEYS_CONTACT, "key", KEYS_PATHS, AT(ConfigContact, key), .help = "files of PGP public keys and PEM certificates"},

    {KEYS_GROUP, "members", KEYS_NAMES, AT(ConfigGroup, members), .is_required = TRUE, .refers = KEYS_TO_CONTACT,
     .help = "contacts"},
    {KEYS_GROUP, "lead", KEYS_NAME, AT(ConfigGroup, lead), .refers = KEYS_TO_CONTACT, .help = "contact who is asked where no member is there"},

    {KEYS_ROLE, "may", KEYS_CHOICES, AT(ConfigRole, may), .is_required = TRUE, .words = VERBS,
     .help = "verbs that the role may use"},
    {KEYS_ROLE, "queues", KEYS_NAMES, AT(ConfigRole, queues), .refers = KEYS_TO_QUEUE, .note = "all", .help = "where it may"},

    {KEYS_ROTA, "files", KEYS_PATHS, AT(ConfigRota, files), .is_required = TRUE, .help = "iCalendar files of duties"},
    {KEYS_ROTA, "timezone", KEYS_ZONE, AT(ConfigRota, timezone), .note = "the one that the first file names",
     .help = "zone of times without one"},
    {KEYS_ROTA, "fallback", KEYS_WHO, AT(ConfigRota, fallback), .help = "who is asked when nobody is on duty"},
    {KEYS_ROTA, "owner", KEYS_WHO, AT(ConfigRota, owner), .help = "who is told that the rota runs dry"},
    {KEYS_ROTA, "max-age", KEYS_DURATION, AT(ConfigRota, max_age), .min = 1, .note = "any", .help = "how old the files may become"},
    {KEYS_ROTA, "handoff", KEYS_WORD, AT(ConfigRota, handoff), .words = "open always no", .fallback = "open",
     .help = "when those who leave and who come are told"},

    BLOCK(KEYS_PLAN, "S1", "targets of S1"),
    BLOCK(KEYS_PLAN, "S2", "targets of S2"),
    BLOCK(KEYS_PLAN, "S3", "targets of S3"),
    BLOCK(KEYS_PLAN, "S4", "targets of S4"),
    {KEYS_PLAN, "match", KEYS_ATTRIBUTES, AT(ConfigPlan, match), .note = "everybody", .help = "whom the plan is for: any of these"},

    {KEYS_TARGETS, "respond", KEYS_TARGET, AT(ConfigPlanSeverity, targets) + TARGET_RESPOND * sizeof(ConfigTarget),
     .note = "no clock", .help = "time to the first human answer"},
    {KEYS_TARGETS, "update", KEYS_TARGET, AT(ConfigPlanSeverity, targets) + TARGET_UPDATE * sizeof(ConfigTarget),
     .note = "no clock", .help = "longest silence towards the requester"},
    {KEYS_TARGETS, "resolve", KEYS_TARGET, AT(ConfigPlanSeverity, targets) + TARGET_RESOLVE * sizeof(ConfigTarget),
     .note = "no clock", .help = "time to the end"},
    {KEYS_TARGETS, "assign", KEYS_TARGET, AT(ConfigPlanSeverity, targets) + TARGET_ASSIGN * sizeof(ConfigTarget),
     .note = "no clock", .help = "time until somebody owns the ticket"},
    {KEYS_TARGETS, "calendar", KEYS_NAME, AT(ConfigPlanSeverity, calendar), .refers = KEYS_TO_CALENDAR, .note = "the queue's",
     .help = "calendar of these clocks"},

    {KEYS_POLICY, "calendar", KEYS_NAME, AT(Policy, calendar), .refers = KEYS_TO_CALENDAR, .note = "the home queue's",
     .help = "calendar of its business times"},
    BLOCK(KEYS_POLICY, "levels", "list: the ladder, from the first level up"),
    {KEYS_POLICY, "ack-holds", KEYS_DURATION, AT(Policy, ack_holds), .beside = AT(Policy, has_ack_holds), .min = 1,
     .note = "the severity's ack-max", .help = "how long an acknowledgment without a time holds"},
    {KEYS_POLICY, "bridge", KEYS_LINE, AT(Policy, bridge), .help = "where people meet: a link or number, shown in mails"},
    {KEYS_POLICY, "exhausted", KEYS_EXHAUSTED, AT(Policy, exhausted_queue), .refers = KEYS_TO_QUEUE,
     .help = "queue that gets a ticket when nobody answers"},
    BLOCK(KEYS_POLICY, "cadence", "how often the requester hears while it is escalated"),

    {KEYS_LEVEL, "notify", KEYS_WHOS, AT(PolicyLevel, notify), .is_required = TRUE, .help = "who is mailed and may acknowledge"},
    {KEYS_LEVEL, "inform", KEYS_WHOS, AT(PolicyLevel, inform), .help = "who is told, without being asked"},
    {KEYS_LEVEL, "at", KEYS_AT, AT(PolicyLevel, at), .help = "shares of a target's time at which the level fires"},
    {KEYS_LEVEL, "before", KEYS_BEFORE, AT(PolicyLevel, at), .help = "times before a target's end at which it fires"},
    {KEYS_LEVEL, "after", KEYS_DURATION, AT(PolicyLevel, after), .fallback = "0s", .help = "wait when the level below is spent"},
    {KEYS_LEVEL, "min", KEYS_DURATION, AT(PolicyLevel, min), .fallback = "0s",
     .help = "an at fires never earlier than this after its clock's start"},
    {KEYS_LEVEL, "ack-within", KEYS_DURATION, AT(PolicyLevel, ack_within), .min = 1, .fallback = "30m",
     .help = "time to acknowledge, from delivery"},
    {KEYS_LEVEL, "tries", KEYS_NUMBER, AT(PolicyLevel, tries), .min = 1, .max = 100, .fallback = "1",
     .help = "mails to each person before the level is spent"},
    {KEYS_LEVEL, "resolve-within", KEYS_DURATION, AT(PolicyLevel, resolve_within), .beside = AT(PolicyLevel, has_resolve_within),
     .min = 1, .help = "time from the acknowledgment after which the next level is told"},
    {KEYS_LEVEL, "quorum", KEYS_NUMBER, AT(PolicyLevel, quorum), .min = 1, .max = 100, .fallback = "1",
     .help = "how many people of the level must acknowledge"},
    {KEYS_LEVEL, "kind", KEYS_WORD, AT(PolicyLevel, kind), .words = "vertical horizontal", .fallback = "vertical",
     .help = "horizontal: who acknowledges becomes the owner"},
    {KEYS_LEVEL, "template", KEYS_NAME, AT(PolicyLevel, template_name), .note = "that of escalations",
     .help = "template of its mails"},
    {KEYS_LEVEL, "calendar", KEYS_NAME, AT(PolicyLevel, calendar), .refers = KEYS_TO_CALENDAR, .note = "the policy's",
     .help = "calendar of its business times"},
    {KEYS_LEVEL, "send", KEYS_WORD, AT(PolicyLevel, send_open), .words = "always open", .fallback = "always",
     .help = "open: mails wait for the calendar's next opening"},
    {KEYS_LEVEL, "respect-hours", KEYS_BOOL, AT(PolicyLevel, respect_hours), .fallback = "no",
     .help = "people outside their personal hours are passed over"},
    {KEYS_LEVEL, "even-acked", KEYS_BOOL, AT(PolicyLevel, even_acked), .fallback = "no",
     .help = "fires at its breach though somebody acknowledged"},
    {KEYS_LEVEL, "authority", KEYS_LINE, AT(PolicyLevel, authority), .help = "what its people may decide, shown in mails"},
    LATER(KEYS_LEVEL, "channel", "way to reach its people beside mail"),

    {KEYS_RULE, "name", KEYS_NAME, AT(ConfigRule, name), .is_required = TRUE, .help = "name in the history of tickets"},
    {KEYS_RULE, "from", KEYS_REGEX, AT(ConfigRule, from), .help = "pattern of the sender"},
    {KEYS_RULE, "to", KEYS_REGEX, AT(ConfigRule, to), .help = "pattern of the recipients"},
    {KEYS_RULE, "subject", KEYS_REGEX, AT(ConfigRule, subject), .help = "pattern of the subject"},
    {KEYS_RULE, "text", KEYS_REGEX, AT(ConfigRule, text), .help = "pattern of the new text and the subject"},
    {KEYS_RULE, "header", KEYS_HEADER, AT(ConfigRule, header), .beside = AT(ConfigRule, header_name),
     .help = "name of a header field, a colon, pattern of its value"},
    {KEYS_RULE, "severity", KEYS_LEVEL_OF_SEVERITY, AT(ConfigRule, severity), .help = "a floor: at least this severe"},
    {KEYS_RULE, "category", KEYS_NAME, AT(ConfigRule, category), .help = "word for reports"},
    {KEYS_RULE, "policy", KEYS_NAMES, AT(ConfigRule, policy), .refers = KEYS_TO_POLICY, .note = "the queue's", .help = "ladders that the ticket climbs in its place"},
    {KEYS_RULE, "owner", KEYS_WHO, AT(ConfigRule, owner), .note = "the queue's", .help = "who owns the ticket"},
    {KEYS_RULE, "file", KEYS_WORD_TEXT, AT(ConfigRule, file), .words = "other", .help = "other: filed there, no ticket"},
    {KEYS_RULE, "attribute", KEYS_ATTRIBUTES, AT(ConfigRule, attribute), .help = "values of the customer directory, or the category: all must hold"},
    {KEYS_RULE, "history", KEYS_HISTORY, AT(ConfigRule, history), .help = "what was before: all must hold"},
    {KEYS_RULE, "time", KEYS_WORD, AT(ConfigRule, time), .words = "any open closed", .fallback = "any", .help = "whether the queue's calendar is open"},
#define POINTS(name, axis) {KEYS_RULE, name, KEYS_NUMBER, AT(ConfigRule, points) + (axis) * sizeof(int), .max = 100, .fallback = "0", .help = "points on that axis"}
    POINTS("technical", SCORE_TECHNICAL),
    POINTS("impact", SCORE_IMPACT),
    POINTS("segment", SCORE_SEGMENT),
    POINTS("revenue", SCORE_REVENUE),
    POINTS("reputation", SCORE_REPUTATION),
#undef POINTS
    {KEYS_RULE, "risk", KEYS_NAMES, AT(ConfigRule, risk), .refers = KEYS_TO_RISK, .help = "risks that the ticket has"},
    {KEYS_RULE, "service", KEYS_NAME, AT(ConfigRule, service), .refers = KEYS_TO_SERVICE, .help = "what it is about"},
    {KEYS_RULE, "escalate", KEYS_BOOL, AT(ConfigRule, escalate), .fallback = "no", .help = "a mail that it matches escalates its ticket, once"},
    BLOCK(KEYS_RULE, "alert", "mails of monitoring"),

    {KEYS_ALERT, "key", KEYS_REGEX, AT(ConfigAlert, key), .help = "pattern whose groups name the alert"},
    {KEYS_ALERT, "closes", KEYS_REGEX, AT(ConfigAlert, closes), .help = "pattern of mails by which it is over"},
    {KEYS_ALERT, "heartbeat", KEYS_DURATION, AT(ConfigAlert, heartbeat), .min = 1, .note = "none is expected",
     .help = "longest silence of the rule's mails"},

    {KEYS_QUEUE, "address", KEYS_ADDRESSES, AT(ConfigQueue, address), .is_required = TRUE,
     .help = "its addresses; the first is its From"},
    {KEYS_QUEUE, "mode", KEYS_WORD, AT(ConfigQueue, mode), .is_required = TRUE, .words = "observe relay shadow",
     .help = "whether the team answers itself, through escalate, or escalate only rehearses"},
    {KEYS_QUEUE, "team", KEYS_WHOS, AT(ConfigQueue, team), .help = "who answers; required for the mode relay"},
    {KEYS_QUEUE, "announce", KEYS_BOOL, AT(ConfigQueue, announce), .fallback = "no", .help = "mode observe: mail the team too"},
    {KEYS_QUEUE, "owner", KEYS_WHO, AT(ConfigQueue, owner), .help = "who owns new tickets"},
    {KEYS_QUEUE, "lead", KEYS_NAME, AT(ConfigQueue, lead), .is_required = TRUE, .refers = KEYS_TO_CONTACT,
     .help = "contact who gets the daily mail and answers for the queue"},
    {KEYS_QUEUE, "plans", KEYS_NAMES, AT(ConfigQueue, plans), .is_required = TRUE, .refers = KEYS_TO_PLAN,
     .help = "plans, the first that matches counts"},
    {KEYS_QUEUE, "policy", KEYS_NAME, AT(ConfigQueue, policy), .is_required = TRUE, .refers = KEYS_TO_POLICY,
     .help = "its policy"},
    {KEYS_QUEUE, "calendar", KEYS_NAME, AT(ConfigQueue, calendar), .is_required = TRUE, .refers = KEYS_TO_CALENDAR,
     .help = "its business hours"},
    {KEYS_QUEUE, "default-severity", KEYS_LEVEL_OF_SEVERITY, AT(ConfigQueue, default_severity), .fallback = "S3",
     .help = "severity where no rule says one"},
    {KEYS_QUEUE, "language", KEYS_LANGUAGE, AT(ConfigQueue, language), .fallback = "en", .help = "language of mails"},
    {KEYS_QUEUE, "reopen-window", KEYS_DURATION, AT(ConfigQueue, reopen_window), .fallback = "10bd",
     .help = "how long a mail reopens a resolved ticket"},
    {KEYS_QUEUE, "bulk", KEYS_WORD, AT(ConfigQueue, bulk_opens), .words = "other ticket", .fallback = "other",
     .help = "what becomes of bulk mail"},
    {KEYS_QUEUE, "on-behalf", KEYS_BOOL, AT(ConfigQueue, on_behalf), .fallback = "no",
     .help = "a mail that a contact forwards as attachment opens a ticket of its own sender"},
    {KEYS_QUEUE, "own-lists", KEYS_BOOL, AT(ConfigQueue, own_lists), .fallback = "no",
     .help = "the address is a list of ours: its marks do not make mail bulk"},
    {KEYS_QUEUE, "same-domain", KEYS_BOOL, AT(ConfigQueue, same_domain), .fallback = "no",
     .help = "an authenticated sender of the requester's domain may join his tickets"},
    {KEYS_QUEUE, "hours-notice", KEYS_TEXT, AT(ConfigQueue, hours_notice), .help = "text for requesters in closed hours"},
    BLOCK(KEYS_QUEUE, "cadence", "how often the requester hears while it is escalated"),
    {KEYS_QUEUE, "delay-notice", KEYS_DURATION, AT(ConfigQueue, delay_notice), .min = 1, .note = "no such mail",
     .help = "how long before a target would be missed the requester hears of it"},
    {KEYS_QUEUE, "customer-escalates", KEYS_BOOL, AT(ConfigQueue, customer_escalates), .fallback = "yes",
     .help = "a requester's own words for it escalate his ticket"},
    {KEYS_QUEUE, "spike", KEYS_RATE, AT(ConfigQueue, spike), .min = 2, .max = 10000, .note = "none is seen",
     .help = "how many senders of similar tickets within a time are a surge"},
    {KEYS_QUEUE, "triage", KEYS_NAME, AT(ConfigQueue, triage), .refers = KEYS_TO_POLICY,
     .help = "ladder that asks who sorts a ticket without a category, or with two that are a tie"},

    {KEYS_SERVICE, "owner", KEYS_WHO, AT(ConfigService, owner), .is_required = TRUE, .help = "who owns tickets about it"},
    {KEYS_SERVICE, "backup", KEYS_NAME, AT(ConfigService, backup), .refers = KEYS_TO_CONTACT, .help = "contact who owns them while the owner is away"},

    {KEYS_VENDOR, "name", KEYS_LINE, AT(ConfigVendor, full_name), .note = "the key, with a capital", .help = "what mails call the vendor"},
    {KEYS_VENDOR, "email", KEYS_ADDRESSES, AT(ConfigVendor, email), .is_required = TRUE, .help = "addresses; mail goes to the first"},
    {KEYS_VENDOR, "phone", KEYS_LINE, AT(ConfigVendor, phone), .help = "shown to whom may need it"},
    {KEYS_VENDOR, "language", KEYS_LANGUAGE, AT(ConfigVendor, language), .note = "the queue's", .help = "language of mails"},
    {KEYS_VENDOR, "timezone", KEYS_ZONE, AT(ConfigVendor, timezone), .note = "the queue's calendar's", .help = "zone of times in mails"},
    {KEYS_VENDOR, "contract", KEYS_LINE, AT(ConfigVendor, contract), .help = "number or text that mails to the vendor name"},
    {KEYS_VENDOR, "withhold", KEYS_BOOL, AT(ConfigVendor, withhold), .fallback = "yes", .help = "the customer's name and words stay here"},
    BLOCK(KEYS_VENDOR, "targets", "respond, resolve and their calendar, as in a plan"),

    {KEYS_RISK, "level-at-once", KEYS_NUMBER, AT(ConfigRisk, level_at_once), .min = 1, .max = 100, .note = "none",
     .help = "level that fires at once when a ticket has the risk"},
    {KEYS_RISK, "policy", KEYS_NAME, AT(ConfigRisk, policy), .refers = KEYS_TO_POLICY, .note = "the ticket's own",
     .help = "ladder that it climbs beside its own, and of which that level is"},
    {KEYS_RISK, "template", KEYS_NAME, AT(ConfigRisk, template_name), .note = "that of the level", .help = "template of the ticket's pages"},
    {KEYS_RISK, "retain", KEYS_DURATION, AT(ConfigRisk, retain), .beside = AT(ConfigRisk, has_retain), .min = 1, .help = "how long such a ticket is kept after its end"},
    BLOCK(KEYS_RISK, "board", "when it is reported above the ladder, once"),

    {KEYS_BOARD, "notify", KEYS_WHOS, AT(ConfigBoard, notify), .is_required = TRUE, .help = "who is told"},
    {KEYS_BOARD, "after", KEYS_DURATION, AT(ConfigBoard, after), .fallback = "0s", .help = "how long after its opening the ticket is still not resolved"},
    {KEYS_BOARD, "impact", KEYS_NUMBER, AT(ConfigBoard, impact), .max = 100, .fallback = "0", .help = "points on the axis impact, at least"},
    {KEYS_BOARD, "severity", KEYS_LEVEL_OF_SEVERITY, AT(ConfigBoard, severity), .note = "any", .help = "at least as severe"},

#define EVERY(severity, index) \
    {KEYS_CADENCE, severity, KEYS_DURATION, AT(PolicyCadence, every) + (index) * sizeof(Duration), .min = 1, .note = "no updates", \
     .help = "the same for tickets of " severity}
    EVERY("S1", 0),
    EVERY("S2", 1),
    EVERY("S3", 2),
    EVERY("S4", 3),
#undef EVERY
};

static const char *const block_titles[KEYS_BLOCK_COUNT] = {
    [KEYS_TOP] = "the configuration",
    [KEYS_DELIVERY] = "delivery",
    [KEYS_SEVERITIES] = "severities",
    [KEYS_SEVERITY] = "severity",
    [KEYS_CUSTOMERS] = "customers",
    [KEYS_COLUMNS] = "columns",
    [KEYS_SCORE] = "score",
    [KEYS_WEIGHTS] = "weights",
    [KEYS_CALENDAR] = "calendar",
    [KEYS_CONTACT] = "contact",
    [KEYS_GROUP] = "group",
    [KEYS_ROLE] = "role",
    [KEYS_ROTA] = "rota",
    [KEYS_PLAN] = "plan",
    [KEYS_TARGETS] = "plan",
    [KEYS_POLICY] = "policy",
    [KEYS_LEVEL] = "level",
    [KEYS_RULE] = "rule",
    [KEYS_ALERT] = "alert",
    [KEYS_QUEUE] = "queue",
    [KEYS_SERVICE] = "service",
    [KEYS_VENDOR] = "vendor",
    [KEYS_RISK] = "risk",
    [KEYS_BOARD] = "board",
    [KEYS_CADENCE] = "cadence",
};

static const struct {
    const char *title, *block;
} to_names[KEYS_TO_COUNT] = {
    [KEYS_TO_NOTHING] = {"", ""},
    [KEYS_TO_CALENDAR] = {"calendar", "calendars"}, [KEYS_TO_CONTACT] = {"contact", "contacts"},
    [KEYS_TO_GROUP] = {"group", "groups"},          [KEYS_TO_ROLE] = {"role", "roles of contacts"},
    [KEYS_TO_ROTA] = {"rota", "rotas"},             [KEYS_TO_PLAN] = {"plan", "plans"},
    [KEYS_TO_POLICY] = {"policy", "policies"},      [KEYS_TO_QUEUE] = {"queue", "queues"},
    [KEYS_TO_SERVICE] = {"service", "services"},    [KEYS_TO_VENDOR] = {"vendor", "vendors"},
    [KEYS_TO_RISK] = {"risk", "risks"},
};

static const char *const expected[KEYS_TYPE_COUNT] = {
    [KEYS_BLOCK] = "keys of its own",
    [KEYS_LATER] = "nothing",
    [KEYS_INCLUDE] = "a file or pattern",
    [KEYS_LINE] = "a line of text",
    [KEYS_TEXT] = "text",
    [KEYS_NAME] = "a name of letters, digits, '.', '_' and '-'",
    [KEYS_NAMES] = "a list of names",
    [KEYS_TOKENS] = "a list of words without blanks",
    [KEYS_NETWORKS] = "a list of networks, like 192.0.2.0/24, and submission",
    [KEYS_PATH] = "a path",
    [KEYS_PATHS] = "a list of paths",
    [KEYS_ADDRESS] = "a mail address",
    [KEYS_ADDRESSES] = "a list of mail addresses",
    [KEYS_DOMAIN] = "a domain, like tiny.example",
    [KEYS_HOST] = "a host name or IP address",
    [KEYS_ZONE] = "a time zone, like Europe/Berlin",
    [KEYS_LANGUAGE] = "a language, like en or pt-BR",
    [KEYS_BOOL] = "yes or no",
    [KEYS_LEVEL_OF_SEVERITY] = "S1, S2, S3 or S4",
    [KEYS_DURATION] = "a duration, like 30m, 4bh or 2bd",
    [KEYS_RATE] = "a number and an elapsed time, like 10/15m",
    [KEYS_TARGET] = "a duration, like 30bm, 4bh or 2bd",
    [KEYS_WHO] = "who, like rota:NAME or a contact's name",
    [KEYS_WHOS] = "a list of who, like [role:agent, bob]",
    [KEYS_AT] = "a list like [75% respond, 100% resolve]",
    [KEYS_BEFORE] = "a list like [30bm respond]",
    [KEYS_REGEX] = "a pattern",
    [KEYS_EVENTS] = "a list like [summary:holiday, 'category:Public holiday']",
    [KEYS_ATTRIBUTES] = "a list like [segment:gold, 'vip:yes']",
    [KEYS_HISTORY] = "a list like [reopened>=2, unanswered>=3]",
    [KEYS_HEADER] = "a field and a pattern, like 'X-Spam-Flag: YES'",
    [KEYS_EXHAUSTED] = "queue:NAME",
};

const ConfigKey *keys_of(KeysBlock block, guint *ret_count)
{
    guint first = 0, n = 0;
    while (first < G_N_ELEMENTS(table) && table[first].block != block)
        first++;
    while (first + n < G_N_ELEMENTS(table) && table[first + n].block == block)
        n++;
    *ret_count = n;
    return table + first;
}

const ConfigKey *keys_find(KeysBlock block, const char *name)
{
    guint n;
    const ConfigKey *rows = keys_of(block, &n);
    for (guint i = 0; i < n; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

guint keys_distance(const char *a, const char *b)
{
    guint row[65];
    gsize m = MIN(strlen(a), 64), n = MIN(strlen(b), 64);
    for (guint j = 0; j <= n; j++)
        row[j] = j;
    for (guint i = 1; i <= m; i++) {
        guint diagonal = row[0];
        row[0] = i;
        for (guint j = 1; j <= n; j++) {
            guint change = diagonal + (g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]));
            diagonal = row[j];
            row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}

const char *keys_nearest(KeysBlock block, const char *name)
{
    guint n, best = G_MAXUINT;
    const char *nearest = NULL;
    const ConfigKey *rows = keys_of(block, &n);
    for (guint i = 0; i < n; i++) {
        guint d = keys_distance(name, rows[i].name);
        if (rows[i].type == KEYS_LATER || d >= best)
            continue;
        best = d;
        nearest = rows[i].name;
    }
    return nearest;
}

const char *keys_block_title(KeysBlock block) { return block_titles[block]; }

const char *keys_to_title(KeysTo to) { return to_names[to].title; }

const char *keys_to_block(KeysTo to) { return to_names[to].block; }

char *keys_expected(const ConfigKey *key)
{
    if (key->words != NULL) {
        g_auto(GStrv) words = g_strsplit(key->words, " ", -1);
        g_autofree char *list = g_strjoinv(", ", words);
        return g_strdup_printf(words[1] == NULL ? "%s" : key->type == KEYS_CHOICES ? "some of %s" : "one of %s", list);
    }
    if (key->type == KEYS_NUMBER)
        return g_strdup_printf("a whole number from %d to %d", key->min, key->max);
    if (key->refers != KEYS_TO_NOTHING && (key->type == KEYS_NAME || key->type == KEYS_NAMES))
        return g_strdup_printf(key->type == KEYS_NAME ? "a name under %s" : "a list of names under %s",
                               to_names[key->refers].block);
    if (key->type == KEYS_DURATION && key->min > 0)
        return g_strdup_printf("%s, more than 0", expected[key->type]);
    return g_strdup(expected[key->type]);
}
