/* values: one YAML value to one struct member, by its type in the key table. */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include "config/fields.h"

/* Sets the member of `object`; tells what is wrong and leaves it as it is. Names that refer to something are noted for later. */
void values_set(Fields *f, const ConfigKey *key, const char *label, const YamlTree *value, gpointer object);

#endif
