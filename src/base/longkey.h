/* longkey: long texts as keys of a GHashTable, with g_str_equal. g_str_hash reads every byte, for each look-up; this reads the length and a few. Two
 * texts of one length that differ elsewhere are only slower to tell apart, so it is not for keys that a stranger chooses. */
#ifndef BASE_LONGKEY_H
#define BASE_LONGKEY_H

#include <glib.h>

guint longkey_hash(gconstpointer text);

#endif
