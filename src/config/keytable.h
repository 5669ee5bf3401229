/* keytable: the rows behind config/keys. Private to it. */
#ifndef CONFIG_KEYTABLE_H
#define CONFIG_KEYTABLE_H

#include "config/keys.h"

extern const ConfigKey keytable_rows[];
extern const guint keytable_count;

#endif
