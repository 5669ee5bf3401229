/* policy: the words of the configuration as plain data: targets, severities, who-expressions, levels. */
#ifndef RULES_POLICY_H
#define RULES_POLICY_H

#include "rules/duration.h"

typedef enum { TARGET_RESPOND, TARGET_UPDATE, TARGET_RESOLVE, TARGET_ASSIGN, TARGET_COUNT } TargetKind;
const char *policy_target_name(TargetKind t); /* "respond" */
gboolean policy_target_from_name(const char *name, TargetKind *ret);

#define SEVERITY_COUNT 4 /* S1 (worst) … S4; index 0 … 3 */

typedef enum {
    WHO_CONTACT,          /* contact:NAME, or a bare NAME */
    WHO_ROTA,             /* rota:NAME */
    WHO_ROLE,             /* role:NAME: contacts with that role in the queue's team first, else all with it */
    WHO_GROUP,            /* group:NAME */
    WHO_MANAGER_OF_OWNER, /* manager-of:owner */
    WHO_LEAD,             /* the queue's lead */
    WHO_OWNER,
    WHO_VENDOR,           /* vendor:NAME */
    WHO_SERVICE_OWNER     /* who owns the service that the ticket is about; while he is away its backup */
} WhoKind;

typedef struct {
    WhoKind kind;
    char *name; /* or NULL */
} Who;

typedef struct {
    TargetKind target;
    int percent;     /* of consumed time; used when `before` is not given */
    gboolean is_before;
    Duration before; /* this long before the clock's due */
} LevelAt;

/* How often the requester hears while his ticket is escalated, by severity; an amount of 0: not by itself. */
typedef struct {
    Duration every[SEVERITY_COUNT];
} PolicyCadence;

typedef enum { LEVEL_VERTICAL, LEVEL_HORIZONTAL } LevelKind;

typedef struct {
    GPtrArray *notify;     /* Who * */
    GPtrArray *inform;     /* Who *: told without token or ack */
    GArray *at;            /* LevelAt: `at` and `before` */
    Duration min;          /* an `at` fires never earlier than this after the clock's start */
    Duration after;        /* from the instant at which the level below is spent */
    Duration ack_within;   /* default 30m */
    int tries;             /* default 1 */
    gboolean has_resolve_within;
    Duration resolve_within;
    int quorum;            /* default 1 */
    LevelKind kind;
    char *template_name;   /* or NULL */
    char *calendar;        /* or NULL: the policy's, else the home queue's */
    char **channels;       /* names, or NULL: beside mail, which always goes */
    gboolean send_open;    /* send: open */
    gboolean respect_hours;
    gboolean even_acked;
    char *authority;       /* or NULL */
    int line;              /* in the configuration */
} PolicyLevel;

typedef struct {
    char *name;
    char *calendar;        /* or NULL */
    GPtrArray *levels;     /* PolicyLevel *, level 1 first */
    gboolean has_ack_holds;
    Duration ack_holds;
    char *bridge;          /* or NULL */
    int max_open;          /* from how many open runs of a contact on his backup is asked for new ones; 0: any */
    char *exhausted_queue; /* of `exhausted: queue:NAME`, or NULL */
    PolicyCadence cadence; /* where it has none for a severity, the queue's counts */
    int line;
} Policy;

PolicyLevel *policy_level_new(void); /* with the defaults above */
void policy_level_free(PolicyLevel *l);
Policy *policy_new(const char *name);
void policy_free(Policy *p);
Who *who_new(WhoKind kind, const char *name);
void who_free(Who *w);
/* `rota:primary`, `role:agent`, `vendor:cdn`, `lead`, `bob` …; DATA error lists what is allowed. */
gboolean who_parse(const char *text, Who **ret, GError **err);
char *who_format(const Who *w);
/* `75% respond`; DATA error. */
gboolean policy_at_parse(const char *text, LevelAt *ret, GError **err);
/* `30bm respond`; DATA error. */
gboolean policy_before_parse(const char *text, LevelAt *ret, GError **err);

/* Whether any level asks or informs by that rota. */
gboolean policy_names_rota(const Policy *p, const char *rota);

#endif
