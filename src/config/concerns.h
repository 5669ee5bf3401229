/* concerns: the blocks of escalate.yaml that say what tickets are about, who else has to do with it, and how people are reached: services,
 * vendors, risks, channels. */
#ifndef CONFIG_CONCERNS_H
#define CONFIG_CONCERNS_H

#include "config/fields.h"

gpointer concerns_make_service(Fields *f, const char *name, int line);
gpointer concerns_make_vendor(Fields *f, const char *name, int line);
gpointer concerns_make_risk(Fields *f, const char *name, int line);
gpointer concerns_make_channel(Fields *f, const char *name, int line);
void concerns_read_vendor(Fields *f, const char *label, const YamlTree *key, const YamlTree *value, gpointer vendor);
void concerns_read_risk(Fields *f, const char *label, const YamlTree *key, const YamlTree *value, gpointer risk);
void concerns_read_channel(Fields *f, const char *label, const YamlTree *key, const YamlTree *value, gpointer channel);
void concerns_service_free(gpointer service);
void concerns_vendor_free(gpointer vendor);
void concerns_risk_free(gpointer risk);
void concerns_channel_free(gpointer channel);

/* What can be read and does nothing, or cannot be. */
void concerns_check(Fields *f);

#endif
