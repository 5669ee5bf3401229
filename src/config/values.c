/* values: a function per type. Each one checks wholly: what is not understood to the last character is refused. It must never
 * look a name up: names may stand before what they name. */
#include "config/values.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/network.h"
#include "base/zone.h"

#include "rules/eventrule.h"
#include "rules/pattern.h"
#include "rules/received.h"

#include "config/ruleterm.h"

#include "base/banned.h"

#define TOKEN_MAX 255
#define PATTERN_MAX 4096

/* A value on its way. `text` is NULL for types that take lists or read `node` themselves. */
typedef struct {
    Fields *f;
    const ConfigKey *key;
    const char *label;
    const YamlTree *node;
    const char *text;
    char *member; /* address of the member */
    gpointer object;
} Value;

static void mismatch(const Value *v)
{
    if (problems_is_full(v->f->problems)) {
        problems_error(v->f->problems, &v->node->at, "'%s' is wrong", v->key->name);
        return;
    }
    g_autofree char *what = yaml_tree_describe(v->node), *want = keys_expected(v->key);
    problems_error(v->f->problems, &v->node->at, "'%s' of %s is %s, expected %s", v->key->name, v->label, what, want);
}

static void complain(const Value *v, const char *message)
{
    problems_error(v->f->problems, &v->node->at, "'%s' of %s: %s", v->key->name, v->label, message);
}

static void put_text(const Value *v, char *text)
{
    char **slot = (char **)(gpointer)v->member;
    g_free(*slot);
    *slot = text;
}

static void put_int(const Value *v, int number) { *(int *)(gpointer)v->member = number; }

static void refer(const Value *v, KeysTo to, const char *name)
{
    FieldsReference r = {to, name, v->node->at};
    if (to != KEYS_TO_NOTHING)
        g_array_append_val(v->f->references, r);
}

static gboolean has_controls(const char *text, gboolean lines_allowed)
{
    for (const char *p = text; *p != '\0'; p++)
        if (((guchar)*p < 0x20 || *p == 0x7f) && !(lines_allowed && (*p == '\n' || *p == '\t')))
            return TRUE;
    return FALSE;
}

static gboolean is_token(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if ((guchar)*p <= 0x20 || *p == 0x7f)
            return FALSE;
    return *text != '\0' && strlen(text) <= TOKEN_MAX;
}

/* Labels of letters, digits and '-' between dots; other than ASCII as it is (RFC 6531). */
static gboolean is_domain(const char *text)
{
    gsize label = 0;
    if (strlen(text) > TOKEN_MAX)
        return FALSE;
    for (const char *p = text; *p != '\0'; p++) {
        gboolean is_plain = g_ascii_isalnum(*p) || (guchar)*p >= 0x80;
        gboolean is_hyphen = *p == '-' && label > 0 && p[1] != '.' && p[1] != '\0';
        if (*p == '.' && label > 0 && p[1] != '\0')
            label = 0;
        else if ((!is_plain && !is_hyphen) || ++label > 63)
            return FALSE;
    }
    return label > 0;
}

/* A bare addr-spec without quoting (RFC 5321 4.1.2): what can stand in a header and on a command line as it is. */
static gboolean is_address(const char *text)
{
    const char *at = strrchr(text, '@');
    if (at == NULL || at == text || at - text > 64 || !is_domain(at + 1))
        return FALSE;
    for (const char *p = text; p < at; p++)
        if (!g_ascii_isalnum(*p) && (guchar)*p < 0x80 && strchr("!#$%&'*+-/=?^_`{|}~.", *p) == NULL)
            return FALSE;
    return TRUE;
}

static gboolean word_index(const char *words, const char *text, int *ret)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);
    for (int i = 0; list[i] != NULL; i++) {
        if (strcmp(list[i], text) == 0) {
            *ret = i;
            return TRUE;
        }
    }
    return FALSE;
}

/* Takes the text; NULL: what is written is none. */
static void put_or_refuse(const Value *v, char *text)
{
    if (text == NULL)
        mismatch(v);
    else
        put_text(v, text);
}

static void set_line(const Value *v) { put_or_refuse(v, has_controls(v->text, v->key->type == KEYS_TEXT) ? NULL : g_strdup(v->text)); }

static void set_name(const Value *v)
{
    if (!fields_is_name(v->text)) {
        mismatch(v);
        return;
    }
    put_text(v, g_strdup(v->text));
    refer(v, v->key->refers, v->text);
}

static void set_path(const Value *v)
{
    const GPtrArray *paths = v->f->sources->paths;
    guint file = (guint)v->node->at.file;
    const char *beside = file >= 1 && file <= paths->len ? paths->pdata[file - 1] : NULL;
    put_or_refuse(v, has_controls(v->text, FALSE) ? NULL : files_resolve(beside, v->text));
}

static void set_listen(const Value *v)
{
    int port;
    guint8 address[16];
    if (strchr(v->text, '/') != NULL || strchr(v->text, ':') == NULL)
        set_path(v);
    else
        put_or_refuse(v, network_parse_loopback(v->text, address, &port) ? g_strdup(v->text) : NULL);
}

/* A second owner of an address would make mail of his unclear, and a queue that mails itself never ends. */
static void register_address(const Value *v, const char *address)
{
    gboolean is_queue = v->key->block == KEYS_QUEUE;
    const Place *first = g_hash_table_lookup(v->f->addresses, address);
    if (first != NULL) {
        g_autofree char *where = problems_place_format(first);
        problems_error(v->f->problems, &v->node->at,
                       "address '%s' is used twice, first at %s, expected one contact or queue for it", address, where);
    } else if (is_queue && strchr(address, '+') != NULL) {
        complain(v, "a queue's address holds a '+', expected one without: tokens stand behind the '+'");
    } else {
        g_hash_table_insert(v->f->addresses, g_strdup(address), (gpointer)&v->node->at);
    }
}

static void set_address(const Value *v)
{
    put_or_refuse(v, is_address(v->text) ? g_ascii_strdown(v->text, -1) : NULL);
}

static void set_domain(const Value *v)
{
    gboolean is_ip =
        v->key->type == KEYS_HOST && is_token(v->text) && strspn(v->text, "0123456789abcdefABCDEF:.") == strlen(v->text);
    put_or_refuse(v, is_domain(v->text) || is_ip ? g_ascii_strdown(v->text, -1) : NULL);
}

static void set_zone(const Value *v)
{
    put_or_refuse(v, zone_get(v->text, NULL) != NULL ? g_strdup(v->text) : NULL);
}

static void set_language(const Value *v)
{
    gsize letters = strspn(v->text, "abcdefghijklmnopqrstuvwxyz");
    const char *region = v->text + letters;
    gboolean good = letters >= 2 && letters <= 3 && (*region == '\0' || (*region == '-' && g_ascii_isalpha(region[1])));
    for (const char *p = region; *p != '\0'; p++)
        good = good && (g_ascii_isalnum(*p) || *p == '-');
    put_or_refuse(v, good && strlen(v->text) <= 16 ? g_strdup(v->text) : NULL);
}

static void set_bool(const Value *v)
{
    int i;
    if (word_index("no yes false true off on", v->text, &i))
        put_int(v, i % 2);
    else
        mismatch(v);
}

static void set_number(const Value *v)
{
    guint64 n;
    if (g_ascii_string_to_unsigned(v->text, 10, (guint64)v->key->min, (guint64)v->key->max, &n, NULL))
        put_int(v, (int)n);
    else
        mismatch(v);
}

static void set_word(const Value *v)
{
    int i;
    if (!word_index(v->key->words, v->text, &i))
        mismatch(v);
    else if (v->key->type == KEYS_WORD_TEXT)
        put_text(v, g_strdup(v->text));
    else
        put_int(v, i);
}

static void set_severity(const Value *v)
{
    int i;
    if (word_index("S1 S2 S3 S4", v->text, &i))
        put_int(v, i);
    else
        mismatch(v);
}

static gboolean read_duration(const Value *v, Duration *ret)
{
    g_autoptr(GError) err = NULL;
    if (!duration_parse(v->text, ret, &err)) {
        complain(v, err->message);
        return FALSE;
    }
    gboolean is_target = v->key->type == KEYS_TARGET;
    if (ret->amount >= (is_target ? 1 : v->key->min))
        return TRUE;
    problems_error(v->f->problems, &v->node->at, "'%s' of %s is 0, expected a duration of more", v->key->name, v->label);
    return FALSE;
}

static void set_duration(const Value *v)
{
    Duration d;
    if (!read_duration(v, &d))
        return;
    if (v->key->type == KEYS_TARGET)
        *(ConfigTarget *)(gpointer)v->member = (ConfigTarget){TRUE, d};
    else
        *(Duration *)(gpointer)v->member = d;
    if (v->key->type == KEYS_DURATION && v->key->beside != 0)
        *(gboolean *)(gpointer)((char *)v->object + v->key->beside) = TRUE;
    if (v->key->type == KEYS_TARGET)
        g_hash_table_insert(v->f->places, v->member, (gpointer)&v->node->at);
}

static Who *read_who(const Value *v)
{
    static const KeysTo refers[] = {[WHO_CONTACT] = KEYS_TO_CONTACT, [WHO_ROTA] = KEYS_TO_ROTA, [WHO_ROLE] = KEYS_TO_ROLE,
                                    [WHO_GROUP] = KEYS_TO_GROUP,     [WHO_MANAGER_OF_OWNER] = KEYS_TO_NOTHING,
                                    [WHO_LEAD] = KEYS_TO_NOTHING,    [WHO_OWNER] = KEYS_TO_NOTHING,
                                    [WHO_VENDOR] = KEYS_TO_VENDOR,   [WHO_SERVICE_OWNER] = KEYS_TO_NOTHING};
    g_autoptr(GError) err = NULL;
    Who *who = NULL;
    if (!who_parse(v->text, &who, &err))
        complain(v, err->message);
    else
        refer(v, refers[who->kind], who->name);
    return who;
}

/* Single ones say who owns, or stands in: the owner himself answers neither. */
static void set_who(const Value *v)
{
    Who *who = read_who(v);
    if (who == NULL)
        return;
    if (who->kind == WHO_OWNER || who->kind == WHO_MANAGER_OF_OWNER) {
        problems_error(v->f->problems, &v->node->at, "'%s' of %s is '%s', expected a contact, rota, role, group or lead",
                       v->key->name, v->label, v->text);
        who_free(who);
        return;
    }
    Who **slot = (Who **)(gpointer)v->member;
    who_free(*slot);
    *slot = who;
}

static void set_rate(const Value *v)
{
    Rate *rate = (Rate *)(gpointer)v->member;
    if (!rate_parse(v->text, rate, NULL) || rate->count < v->key->min || rate->count > v->key->max)
        mismatch(v);
}

static void add_who(const Value *v)
{
    Who *who = read_who(v);
    if (who != NULL)
        g_ptr_array_add(*(GPtrArray **)(gpointer)v->member, who);
}

static void add_at(const Value *v)
{
    g_autoptr(GError) err = NULL;
    LevelAt at;
    gboolean is_before = v->key->type == KEYS_BEFORE;
    if (!(is_before ? policy_before_parse(v->text, &at, &err) : policy_at_parse(v->text, &at, &err)))
        complain(v, err->message);
    else if (!is_before && at.percent == 0)
        complain(v, "0% is the clock's start, expected 1% or more");
    else
        g_array_append_val(*(GArray **)(gpointer)v->member, at);
}

static GRegex *compile(const Value *v, const char *pattern)
{
    g_autoptr(GError) err = NULL;
    GRegex *regex = pattern_new(pattern, &err);
    if (regex == NULL)
        complain(v, err->message);
    return regex;
}

static void add_parsed(const Value *v)
{
    g_autoptr(GError) err = NULL;
    gpointer item = v->key->type == KEYS_EVENTS ? (gpointer)eventrule_parse(v->text, &err) : ruleterm_parse(v->key->type, v->text, &err);
    if (item != NULL)
        g_ptr_array_add(*(GPtrArray **)(gpointer)v->member, item);
    else
        complain(v, err->message);
}

static void put_regex(const Value *v, GRegex *regex) /* NULL: it was complained of */
{
    GRegex **slot = (GRegex **)(gpointer)v->member;
    if (*slot != NULL)
        g_regex_unref(*slot);
    *slot = regex;
}

static void set_regex(const Value *v) { put_regex(v, compile(v, v->text)); }

static void set_header(const Value *v)
{
    const char *colon = strchr(v->text, ':');
    gboolean good = colon != NULL && colon > v->text && colon - v->text <= 100;
    for (const char *p = v->text; good && p < colon; p++)
        good = g_ascii_isgraph(*p); /* RFC 5322 3.6.8 ftext */
    if (!good) {
        mismatch(v);
        return;
    }
    char **name = (char **)(gpointer)((char *)v->object + v->key->beside);
    g_free(*name);
    *name = g_strndup(v->text, (gsize)(colon - v->text));
    put_regex(v, compile(v, colon + 1 + strspn(colon + 1, " ")));
}

static void set_exhausted(const Value *v)
{
    const char *name = g_str_has_prefix(v->text, "queue:") ? v->text + strlen("queue:") : "";
    if (!fields_is_name(name)) {
        mismatch(v);
        put_text(v, g_strdup("")); /* it is given, though wrong: no second word about it */
        return;
    }
    put_text(v, g_strdup(name));
    refer(v, v->key->refers, name);
}

/* One string of a list into *ret, or NULL where it is wrong. */
static char *read_item(const Value *v)
{
    int i;
    char *text = NULL;
    Value inner = *v;
    inner.member = (char *)&text;
    switch (v->key->type) {
    case KEYS_PATHS:
        set_path(&inner);
        break;
    case KEYS_ADDRESSES:
        set_address(&inner);
        if (text != NULL)
            register_address(v, text);
        break;
    case KEYS_CHOICES:
        if (word_index(v->key->words, v->text, &i))
            text = g_strdup(v->text);
        else
            mismatch(v);
        break;
    case KEYS_NETWORKS:
        if (received_is_internal_word(v->text))
            text = g_strdup(v->text);
        else
            mismatch(v);
        break;
    case KEYS_LINES:
        set_line(&inner);
        break;
    case KEYS_TOKENS:
        if (is_token(v->text))
            text = g_ascii_strdown(v->text, -1);
        else
            mismatch(v);
        break;
    default:
        set_name(&inner);
    }
    return text;
}

static void add_string(const Value *v)
{
    char *text = read_item(v);
    if (text != NULL)
        g_ptr_array_add(*(GPtrArray **)(gpointer)v->member, text);
}

typedef struct {
    gboolean is_list;
    void (*set)(const Value *); /* of a list: adds one */
} Setter;

#define ONE(key, set) [KEYS_##key] = {FALSE, set}
#define LIST(key, add) [KEYS_##key] = {TRUE, add}
static const Setter setters[KEYS_TYPE_COUNT] = {
    ONE(LINE, set_line), ONE(TEXT, set_line), ONE(NAME, set_name), LIST(NAMES, add_string), LIST(TOKENS, add_string), ONE(PATH, set_path),
    LIST(PATHS, add_string), ONE(ADDRESS, set_address), LIST(ADDRESSES, add_string), ONE(DOMAIN, set_domain), ONE(HOST, set_domain), ONE(LISTEN, set_listen), ONE(ZONE, set_zone),
    ONE(LANGUAGE, set_language), ONE(BOOL, set_bool), ONE(NUMBER, set_number), ONE(WORD, set_word), ONE(WORD_TEXT, set_word), LIST(CHOICES, add_string),
    ONE(LEVEL_OF_SEVERITY, set_severity), ONE(EXHAUSTED, set_exhausted), ONE(RATE, set_rate), ONE(DURATION, set_duration), ONE(TARGET, set_duration),
    ONE(WHO, set_who), LIST(WHOS, add_who), LIST(AT, add_at), LIST(BEFORE, add_at), LIST(LINES, add_string), LIST(NETWORKS, add_string),
    LIST(EVENTS, add_parsed), LIST(ATTRIBUTES, add_parsed), LIST(HISTORY, add_parsed), ONE(REGEX, set_regex), ONE(HEADER, set_header),
};

static void add_each(const Value *v, void (*add)(const Value *))
{
    gboolean is_list = v->node->kind == YAML_TREE_SEQUENCE;
    if (is_list && v->node->items->len == 0 && v->key->is_required)
        complain(v, "the list is empty, expected at least one");
    for (guint i = 0; i < (is_list ? v->node->items->len : 1); i++) {
        Value item = *v;
        item.node = is_list ? v->node->items->pdata[i] : v->node;
        item.text = item.node->text;
        if (item.node->is_broken)
            continue;
        if (item.node->kind != YAML_TREE_SCALAR || item.text[0] == '\0')
            mismatch(&item);
        else
            add(&item);
    }
}

static void set_strings(const Value *v)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    Value inner = *v;
    inner.member = (char *)&all;
    add_each(&inner, add_string);
    g_ptr_array_add(all, NULL);
    char ***slot = (char ***)(gpointer)v->member;
    g_strfreev(*slot);
    *slot = (char **)g_ptr_array_steal(all, NULL);
    g_ptr_array_unref(all);
}

void values_set(Fields *f, const ConfigKey *key, const char *label, const YamlTree *value, gpointer object)
{
    Value v = {f, key, label, value, value->text, (char *)object + key->offset, object};
    const Setter *setter = &setters[key->type];
    if (value->is_broken || setter->set == NULL)
        return;
    if (setter->set == add_string)
        set_strings(&v);
    else if (setter->is_list)
        add_each(&v, setter->set);
    else if (value->kind != YAML_TREE_SCALAR || value->text[0] == '\0')
        mismatch(&v);
    else
        setter->set(&v);
}
