/* config: escalate.yaml as one struct. Everything has a default but what only the site knows. All errors of a run are found at once,
 * each `file:line:column: what is wrong, what is expected`; unknown keys are errors that name the nearest known one; anchors, aliases,
 * tags and duplicate keys are refused. Reference: escalate.yaml(5), which is tested against the key table in config/keys. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <sys/types.h>

#include "rules/eventrule.h"
#include "rules/policy.h"
#include "rules/rate.h"
#include "rules/score.h"

typedef struct {
    char *name;
    char **hours, **holidays; /* absolute paths, NULL-terminated, maybe empty */
    char *timezone;           /* or NULL */
    GPtrArray *closes, *opens, *ignores; /* EventRule *, maybe empty */
    Duration max_age;         /* of the holiday files; 0: any */
    int line;
} ConfigCalendar;

typedef enum { HANDOFF_OPEN, HANDOFF_ALWAYS, HANDOFF_NO } ConfigHandoff; /* when those who leave and come are told */

typedef struct {
    char *name;
    char **files;
    char *timezone; /* or NULL */
    Who *fallback, *owner; /* or NULL */
    Duration max_age; /* 0: any */
    ConfigHandoff handoff;
    int line;
} ConfigRota;

typedef struct {
    char *name;      /* key: "bob" */
    char *full_name; /* `name:`, default the key with a capital */
    char **email;    /* at least one, lower case */
    char *phone;     /* or NULL */
    char *backup;    /* contact's name, or NULL */
    char **manager;  /* contacts' names, maybe empty */
    char *calendar;  /* calendar's name, or NULL */
    char **leave;    /* absolute paths */
    char *timezone;  /* or NULL: the home queue's calendar's */
    char *language;  /* or NULL */
    char **roles;
    gboolean list;   /* a list address: any member may answer */
    char **members;  /* contacts' names */
    gboolean rsvp;       /* invitations in his notifications */
    gboolean ack_signed; /* `ack-requires: signature`: no verb without one */
    char **channels; /* names of those that reach him beside mail, maybe empty */
    char **key;      /* absolute paths of PGP keys and certificates */
    const struct ConfigVendor *vendor; /* whose contact it is ("vendor:cdn"), or NULL: one of us */
    int line;
} ConfigContact;

typedef struct {
    char *name;
    char **may; /* verbs' names; a role that is not listed may everything but override */
    char **queues; /* where it may so; empty: everywhere */
} ConfigRole;

typedef struct {
    char *name;
    char **members; /* contacts' names */
    char *lead;     /* contact who is asked where no member is there, or NULL */
    int line;
} ConfigGroup;

typedef struct {
    int score;        /* 1 … 100: from which a ticket is so severe; 0: no score makes it so */
    Duration ack_max; /* defaults: S1 1h, S2 4h, S3 1bd, S4 2bd */
    char *title;      /* "Critical", or NULL */
    char *example;    /* what is so severe, for people; or NULL */
    gboolean has_confirm_by;
    Duration confirm_by; /* `contained` counts no longer than this without a second one */
} ConfigSeverity;

typedef struct {
    gboolean given;
    Duration duration;
} ConfigTarget;

typedef struct {
    gboolean given;
    ConfigTarget targets[TARGET_COUNT];
    char *calendar; /* or NULL: the queue's */
    int line;
} ConfigPlanSeverity;

typedef struct {
    char *name;
    Who *owner;   /* or NULL: the queue's */
    char *backup; /* contact who owns while the owner is away, or NULL */
    int line;
} ConfigService;

/* Somebody outside who helps: asked like a contact, told no more than he must know, with clocks of his own. */
typedef struct ConfigVendor {
    char *name;
    char *full_name;    /* `name:`, default the key with a capital */
    char **email;
    char *phone;        /* or NULL */
    char *language, *timezone; /* or NULL */
    char *contract;     /* number or text that his mails name, or NULL */
    gboolean withhold;  /* the customer's words and name stay here */
    ConfigPlanSeverity targets; /* respond and resolve; calendar NULL: always */
    int line;
} ConfigVendor;

/* When a risk must be reported above the ladder. */
typedef struct {
    GPtrArray *notify; /* Who * */
    Duration after;    /* the ticket's opening */
    int impact;        /* points on the axis impact, at least */
    int severity;      /* 0 … 3, at least as bad */
} ConfigBoard;

typedef struct {
    char *name;
    int level_at_once;   /* that fires when the ticket has the risk; 0: none */
    char *policy;        /* ladder that the ticket climbs beside its own, or NULL */
    char *template_name; /* of its pages, or NULL */
    gboolean has_retain;
    Duration retain;     /* how long such a ticket is kept */
    ConfigBoard board;
    int line;
} ConfigRisk;

typedef enum { CHANNEL_MAIL, CHANNEL_COMMAND } ConfigChannelMethod;

/* A way to reach people beside mail. Address and arguments are Mustache of the contact's values. */
typedef struct {
    char *name;
    ConfigChannelMethod method;
    char *address;       /* method mail; or NULL */
    char **argv;         /* method command, the first an absolute path; else empty */
    Duration timeout;    /* elapsed, at most LIMIT_CHANNEL_SECONDS */
    char *template_name; /* default "sms" */
    char *where;         /* "FILE:LINE:COLUMN" */
    int line;
} ConfigChannel;

/* `segment:gold`: a column of the customer directory, or category, and a pattern of the whole value. */
typedef struct {
    char *column;
    GRegex *value;
} ConfigAttribute;

typedef struct {
    char *name;
    GPtrArray *match; /* ConfigAttribute *: for whom it is, any of them; empty: for everybody */
    ConfigPlanSeverity severities[SEVERITY_COUNT];
    int line;
} ConfigPlan;

/* `reopened >= 2`: what was before. */
typedef enum { HISTORY_REOPENED, HISTORY_UNANSWERED, HISTORY_REASSIGNED, HISTORY_MAILS, HISTORY_COUNT } ConfigHistoryKind;
typedef struct {
    ConfigHistoryKind kind;
    int least;
} ConfigHistory;

typedef enum { RULE_ANY_TIME, RULE_OPEN, RULE_CLOSED } ConfigRuleTime; /* of the queue's calendar */

typedef enum {
    CUSTOMER_ADDRESS,
    CUSTOMER_NAME,
    CUSTOMER_SEGMENT,
    CUSTOMER_REVENUE,
    CUSTOMER_UNIT,
    CUSTOMER_REGION,
    CUSTOMER_LANGUAGE,
    CUSTOMER_PLAN,
    CUSTOMER_VIP,
    CUSTOMER_COLUMNS
} CustomerColumn;

typedef struct {
    char *file;                      /* or NULL: there is no directory */
    char *columns[CUSTOMER_COLUMNS]; /* what the file calls them; NULL: by customers_column() */
    int line;
} ConfigCustomers;

/* Mails of monitoring: what names an alert, what ends it, how often one must come. */
typedef struct {
    GRegex *key, *closes; /* or NULL; `key` has a group */
    Duration heartbeat;   /* 0: none is expected */
} ConfigAlert;

typedef struct {
    char *name;
    GRegex *from, *to, *subject, *text; /* or NULL; caseless, with match limit; all given ones must match */
    char *header_name;                  /* `header: 'X-Spam-Flag: YES'`: name … */
    GRegex *header;                     /* … and pattern of its value; or NULL */
    GPtrArray *attribute;               /* ConfigAttribute *: all must hold */
    GPtrArray *history;                 /* ConfigHistory *: all must hold */
    ConfigRuleTime time;
    int points[SCORE_AXES];
    int severity;                       /* 0..3, or -1; a floor */
    char *category, *file;              /* or NULL; file: "other" */
    char **policy, **risk;              /* names, maybe empty */
    char *service;                      /* name, or NULL */
    Who *owner;                         /* or NULL */
    gboolean escalate;
    ConfigAlert alert;
    int line;
} ConfigRule;

typedef enum { MODE_OBSERVE, MODE_RELAY, MODE_SHADOW } ConfigMode;

typedef struct {
    char *name;
    char **address;     /* at least one, lower case; the first is its From */
    ConfigMode mode;
    GPtrArray *team;    /* Who * */
    gboolean announce;  /* observe: mail the team too */
    Who *owner;         /* or NULL */
    char *lead;         /* contact's name */
    char **plans;       /* at least one */
    char *policy;
    char *calendar;
    int default_severity; /* 0..3 */
    char *language;       /* default "en" */
    Duration reopen_window; /* default 10bd */
    gboolean bulk_opens;    /* bulk: ticket */
    gboolean on_behalf;     /* a mail that the team forwards as attachment opens its sender's ticket */
    gboolean own_lists;
    gboolean same_domain;   /* an authenticated sender of the requester's domain is a participant */
    char *hours_notice;     /* or NULL: text for closed hours */
    PolicyCadence cadence;
    Duration delay_notice;  /* amount 0: no note of delay */
    char *triage;           /* policy that asks who sorts a ticket of which no rule is sure, or NULL */
    gboolean customer_escalates; /* his words for it do */
    Rate spike;             /* count 0: none is seen */
    int line;
} ConfigQueue;

typedef enum { DELIVERY_SMTP, DELIVERY_SENDMAIL, DELIVERY_DIRECTORY } ConfigDeliveryMethod;
typedef enum { TLS_REQUIRED, TLS_OPPORTUNISTIC, TLS_OFF } ConfigTls;

typedef struct {
    ConfigDeliveryMethod method; /* default sendmail */
    char *directory;             /* default spool/outgoing */
    char *host;                  /* default 127.0.0.1 */
    int port;                    /* default 25 */
    ConfigTls tls;               /* default opportunistic; required whenever a user is set */
    char *user, *password_file;  /* or NULL */
    char *redirect_all;          /* or NULL */
    char *sendmail;              /* default /usr/sbin/sendmail */
} ConfigDelivery;

typedef struct {
    char *listen; /* absolute path of a Unix socket, or "127.0.0.1:24", "[::1]:24"; NULL: no LMTP */
    char **users; /* names or numbers of who may connect to the socket; default: intake_users */
} ConfigLmtp;

typedef struct {
    Rate per_person; /* pages of one contact that are mails of their own; default: all */
    char **immune;         /* severities ("S1") whose pages are always; default S1 */
} ConfigLimits;

/* A program that is run when health is critical, as one of a channel is. */
typedef struct {
    char **argv; /* the first an absolute path; or NULL: none */
    Duration after, timeout; /* elapsed; timeout at most LIMIT_CHANNEL_SECONDS */
} ConfigAlarm;

typedef struct {
    char *path;                 /* the file that was read */
    char *domain;
    char *spool, *database;     /* absolute; defaults /var/spool/escalate, /var/lib/escalate/escalate.db */
    char *key_file, *audit_key_file; /* absolute; defaults beside the database: key, audit.key */
    Duration key_life;          /* of a retired key; elapsed */
    char *templates;            /* directory that is looked in before the built-in ones; or NULL */
    char *words;                /* directory of *.words files; or NULL */
    char *token_domain;         /* default: plus addresses at the queue's own domain; then NULL */
    char **trusted_authserv;    /* lower case */
    char **internal;            /* networks, "submission": see rules/received.h; or NULL */
    char **intake_users;        /* user names or numbers whose envelope lines count; default: root and escalate's own user */
    ConfigDelivery delivery;
    ConfigLmtp lmtp;
    ConfigLimits limits;
    ConfigAlarm alarm;
    ConfigSeverity severities[SEVERITY_COUNT];
    ConfigCustomers customers;
    ScoreCombine score;
    GHashTable *calendars, *rotas, *contacts, *groups, *roles, *plans, *policies, *queues, *services, *vendors, *risks, *channels; /* name -> struct */
    GPtrArray *queue_order;     /* ConfigQueue *, as written: decides ties */
    GPtrArray *contact_order;   /* ConfigContact *, as written */
    GPtrArray *rules;           /* ConfigRule *, as written */
    GHashTable *places;         /* struct -> char *: config_place() */
    char *version;              /* hex digest of all bytes that were read: the policy version of the audit */
} Config;

/* Reads the file and its includes. On any error returns NULL and appends all messages to `problems` (char *). Cross references
 * (unknown contact, calendar, plan …) are checked here; files of calendars are not opened (`escalate check` does). Warnings are
 * appended to `warnings`. */
Config *config_load(const char *path, GPtrArray *problems, GPtrArray *warnings);
void config_free(Config *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

/* Where a struct of the configuration (a level, policy, contact, rota, queue …) was written, "file:line:column"; its first file if that is
 * not known. Lives as long as the configuration. */
const char *config_place(const Config *c, gconstpointer of);

/* The contact with that address (case of the domain does not count, nor of the local part), or NULL. */
const ConfigContact *config_contact_by_address(const Config *c, const char *address);
/* The queue with that address, a +extension in the local part taken off, or NULL. */
const ConfigQueue *config_queue_by_address(const Config *c, const char *address);
/* Whether `intake-users` names that user: the envelope lines that he writes count. */
gboolean config_is_intake_user(const Config *c, uid_t user);
/* Whether the envelope lines in a file of `owner` count: root's, those of `own`, whom escalate runs as, and of whom `intake-users` names. */
gboolean config_counts_owner(const Config *c, uid_t owner, uid_t own);
/* Whether `users` of lmtp names that user. */
gboolean config_is_lmtp_user(const Config *c, uid_t user);
/* Whether a ticket of that queue may climb by that policy: the queue's own, one that asks who sorts it, or one that a rule or a risk names. */
gboolean config_may_climb(const Config *c, const ConfigQueue *queue, const char *policy);
/* Targets of severity s (0..3) in plan p: its own line, else the nearest worse one's, else the nearest milder one's. */
const ConfigPlanSeverity *config_plan_severity(const ConfigPlan *p, int s);
/* Whether the contact may use that verb in that queue: any of his roles that is not listed allows all but override; one that is, what it says,
 * where it says. No roles: as not listed. A vendor's mail is a note, whatever verb it holds. */
gboolean config_contact_may(const Config *c, const ConfigContact *contact, const char *verb, const char *queue);

#endif
