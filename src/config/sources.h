/* sources: the bytes behind a configuration: a file and what it includes, as one list of top-level entries and one digest. */
#ifndef CONFIG_SOURCES_H
#define CONFIG_SOURCES_H

#include "config/yaml.h"

typedef struct {
    const YamlTree *key, *value; /* key is a scalar that was not refused */
} SourcesEntry;

typedef struct {
    GArray *entries;  /* SourcesEntry: those of a file, then those of what it includes, in order of name */
    gboolean is_cut;  /* something could not be read: what is missing may be missing for that */
    char *version;    /* hex of SHA-256 of all bytes, in reading order */
    GPtrArray *shown; /* char *: path of file n for messages */
    GPtrArray *paths; /* char *: the same, absolute */
    GPtrArray *trees; /* YamlTree * */
} Sources;

/* Reads the file and its includes. Never NULL; what is wrong is told in `problems`. */
Sources *sources_read(const char *path, Problems *problems);
/* The same of bytes in memory, where includes are refused: opens no file. */
Sources *sources_read_memory(const char *name, const char *bytes, gsize length, Problems *problems);
void sources_free(Sources *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sources, sources_free)

#endif
