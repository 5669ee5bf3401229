/* fields: values of one block into one struct, by the key table: types, defaults, what is required, what is unknown. */
#ifndef CONFIG_FIELDS_H
#define CONFIG_FIELDS_H

#include "config/config.h"
#include "config/keys.h"
#include "config/sources.h"

/* A name that was used, to be looked up when all files are read. */
typedef struct {
    KeysTo to;
    const char *name; /* owned by the struct or tree it came from */
    Place at;
} FieldsReference;

/* All that reading a configuration needs beside the tree. */
typedef struct {
    Config *config;
    Problems *problems;
    const Sources *sources;
    GArray *references;    /* FieldsReference */
    GHashTable *addresses; /* lower-case address -> const Place *: of contacts and queues */
    GHashTable *places;    /* struct or pointer to member -> const Place *: where it was written */
} Fields;

void fields_init(Fields *f, Config *config, Problems *problems, const Sources *sources);
void fields_clear(Fields *f);

/* One struct in the making. `label` is for messages: "contact 'bob'". */
typedef struct {
    KeysBlock block;
    gpointer object;
    const char *label;
    const Place *at;
    const Place *seen[KEYS_PER_BLOCK_MAX]; /* by row of the block */
} FieldsScope;

/* One key. Returns its row where the caller must read it himself (KEYS_BLOCK) and is the first to, else NULL. */
const ConfigKey *fields_take(Fields *f, FieldsScope *scope, const YamlTree *key, const YamlTree *value);
/* Defaults, and what is missing. */
void fields_finish(Fields *f, FieldsScope *scope);
/* The same for a whole mapping; blocks inside it are left to the caller. FALSE where `value` is no mapping (an empty value
 * is one). `at` is where something missing is told. */
gboolean fields_read(Fields *f, KeysBlock block, const char *label, const Place *at, const YamlTree *value, gpointer object);

/* Whether `value` is a mapping or empty; tells where not. */
gboolean fields_is_mapping(Fields *f, const YamlTree *value, const char *label);
/* Letters, digits, '.', '_', '-' and whatever is not ASCII, at most 64 bytes. */
gboolean fields_is_name(const char *text);
const Place *fields_place(const Fields *f, gconstpointer of);

#endif
