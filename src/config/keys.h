/* keys: the one table of all keys of escalate.yaml. The reader, the messages and the test of escalate.yaml(5) go by it. */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <glib.h>

typedef enum {
    KEYS_TOP,
    KEYS_DELIVERY,
    KEYS_LMTP,
    KEYS_LIMITS,
    KEYS_ALARM,
    KEYS_SEVERITIES,
    KEYS_SEVERITY,
    KEYS_CUSTOMERS,
    KEYS_COLUMNS,
    KEYS_SCORE,
    KEYS_WEIGHTS,
    KEYS_CALENDAR,
    KEYS_CONTACT,
    KEYS_GROUP,
    KEYS_ROLE,
    KEYS_ROTA,
    KEYS_PLAN,
    KEYS_TARGETS,
    KEYS_POLICY,
    KEYS_LEVEL,
    KEYS_RULE,
    KEYS_ALERT,
    KEYS_QUEUE,
    KEYS_SERVICE,
    KEYS_VENDOR,
    KEYS_RISK,
    KEYS_BOARD,
    KEYS_CADENCE,
    KEYS_CHANNEL,
    KEYS_BLOCK_COUNT
} KeysBlock;

/* Type of a value, and of the struct member it goes to. Where a list is wanted one value alone will do. */
typedef enum {
    KEYS_BLOCK,      /* keys of its own: read by config/blocks */
    KEYS_INCLUDE,    /* read by config/sources */
    KEYS_LINE,       /* char *: one line */
    KEYS_LINES,      /* char **: a line each */
    KEYS_TEXT,       /* char *: may have several lines */
    KEYS_NAME,       /* char *; `refers` says to what */
    KEYS_NAMES,      /* char ** */
    KEYS_TOKENS,     /* char **: lower case, no blanks */
    KEYS_NETWORKS,   /* char **: networks and the word submission */
    KEYS_PATH,       /* char *: absolute */
    KEYS_PATHS,      /* char ** */
    KEYS_ADDRESS,    /* char *: lower case */
    KEYS_ADDRESSES,  /* char ** */
    KEYS_DOMAIN,     /* char *: lower case */
    KEYS_HOST,       /* char *: host name or IP address */
    KEYS_LISTEN,     /* char *: absolute path, or IP address:port of the loopback network */
    KEYS_ZONE,       /* char *: IANA */
    KEYS_LANGUAGE,   /* char * */
    KEYS_BOOL,       /* gboolean */
    KEYS_NUMBER,     /* int, min … max */
    KEYS_WORD,       /* int or enum: which of `words` */
    KEYS_WORD_TEXT,  /* char *: one of `words` */
    KEYS_CHOICES,    /* char **: some of `words` */
    KEYS_LEVEL_OF_SEVERITY, /* int 0 … 3 */
    KEYS_DURATION,   /* Duration */
    KEYS_RATE,       /* Rate; its count is min … max */
    KEYS_TARGET,     /* ConfigTarget */
    KEYS_WHO,        /* Who * */
    KEYS_WHOS,       /* GPtrArray * of Who * */
    KEYS_AT,         /* GArray * of LevelAt, appended */
    KEYS_BEFORE,     /* the same */
    KEYS_REGEX,      /* GRegex * */
    KEYS_EVENTS,     /* GPtrArray * of EventRule * */
    KEYS_ATTRIBUTES, /* GPtrArray * of ConfigAttribute * */
    KEYS_HISTORY,    /* GPtrArray * of ConfigHistory * */
    KEYS_HEADER,     /* GRegex *, and char * at `beside` */
    KEYS_EXHAUSTED,  /* char *: name behind `queue:` */
    KEYS_TYPE_COUNT
} KeysType;

/* What names refer to. */
typedef enum {
    KEYS_TO_NOTHING,
    KEYS_TO_CALENDAR,
    KEYS_TO_CONTACT,
    KEYS_TO_GROUP,
    KEYS_TO_ROLE,
    KEYS_TO_ROTA,
    KEYS_TO_PLAN,
    KEYS_TO_POLICY,
    KEYS_TO_QUEUE,
    KEYS_TO_SERVICE,
    KEYS_TO_VENDOR,
    KEYS_TO_RISK,
    KEYS_TO_CHANNEL,
    KEYS_TO_COUNT
} KeysTo;

typedef struct {
    KeysBlock block;
    const char *name;
    KeysType type;
    gsize offset;         /* of the member */
    gsize beside;         /* of a gboolean "given", or KEYS_HEADER's name; 0: none */
    gboolean is_required;
    KeysTo refers;
    const char *words;    /* separated by blanks */
    int min, max;         /* of a number; min of a duration's amount */
    const char *fallback; /* the default as one would write it, or NULL */
    const char *note;     /* the default in words where there is no fallback, or NULL: none */
    const char *help;     /* one line */
} ConfigKey;

#define KEYS_PER_BLOCK_MAX 40

/* The rows of one block, together. Cannot fail. */
const ConfigKey *keys_of(KeysBlock block, guint *ret_count);
/* NULL for an unknown one. */
const ConfigKey *keys_find(KeysBlock block, const char *name);
/* The nearest known name; never NULL. */
const char *keys_nearest(KeysBlock block, const char *name);
/* "configuration", "contact" … */
const char *keys_block_title(KeysBlock block);
/* "contact" of KEYS_TO_CONTACT, and the block where such names stand: "contacts". */
const char *keys_to_title(KeysTo to);
const char *keys_to_block(KeysTo to);
/* What a value of that key looks like: "a duration, like 30m or 4bh"; newly allocated. */
char *keys_expected(const ConfigKey *key);

#endif
