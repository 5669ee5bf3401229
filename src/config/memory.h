/* memory: a configuration of bytes in memory, for fuzzing and tests: no file is opened, includes are refused. */
#ifndef CONFIG_MEMORY_H
#define CONFIG_MEMORY_H

#include "config/config.h"

/* As config_load; `name` stands for the file in messages, and relative paths are beside it. */
Config *config_load_memory(const char *name, const char *bytes, gsize length, GPtrArray *problems, GPtrArray *warnings);

#endif
