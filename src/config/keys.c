/* keys: lookups in the table of keys, and what its types look like to a reader. It must never read a value. */
#include "config/keys.h"

#include <string.h>

#include "base/nearest.h"

#include "config/keytable.h"

#include "base/banned.h"

static const char *const block_titles[KEYS_BLOCK_COUNT] = {
    [KEYS_TOP] = "the configuration",
    [KEYS_DELIVERY] = "delivery",
    [KEYS_LMTP] = "lmtp",
    [KEYS_LIMITS] = "limits",
    [KEYS_ALARM] = "alarm",
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
    [KEYS_CHANNEL] = "channel",
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
    [KEYS_TO_RISK] = {"risk", "risks"},             [KEYS_TO_CHANNEL] = {"channel", "channels"},
};

static const char *const expected[KEYS_TYPE_COUNT] = {
    [KEYS_BLOCK] = "keys of its own",
    [KEYS_INCLUDE] = "a file or pattern",
    [KEYS_LINE] = "a line of text",
    [KEYS_LINES] = "a list of lines of text",
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
    [KEYS_LISTEN] = "the path of a socket, or a loopback address and port, like 127.0.0.1:24",
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
    while (first < keytable_count && keytable_rows[first].block != block)
        first++;
    while (first + n < keytable_count && keytable_rows[first + n].block == block)
        n++;
    *ret_count = n;
    return keytable_rows + first;
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

const char *keys_nearest(KeysBlock block, const char *name)
{
    guint n;
    Nearest nearest = {.meant = name};
    const ConfigKey *rows = keys_of(block, &n);
    for (guint i = 0; i < n; i++)
        nearest_offer(&nearest, rows[i].name);
    return nearest.name;
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
    if (key->type == KEYS_RATE)
        return g_strdup_printf("a number from %d to %d and an elapsed time, like 10/15m", key->min, key->max);
    if (key->refers != KEYS_TO_NOTHING && (key->type == KEYS_NAME || key->type == KEYS_NAMES))
        return g_strdup_printf(key->type == KEYS_NAME ? "a name under %s" : "a list of names under %s",
                               to_names[key->refers].block);
    if (key->type == KEYS_DURATION && key->min > 0)
        return g_strdup_printf("%s, more than 0", expected[key->type]);
    return g_strdup(expected[key->type]);
}
