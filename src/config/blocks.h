/* blocks: the named blocks of escalate.yaml to the structs of config.h. */
#ifndef CONFIG_BLOCKS_H
#define CONFIG_BLOCKS_H

#include "config/fields.h"

/* Reads all entries of the sources into f->config; names are not looked up yet. */
void blocks_read(Fields *f);

/* A contact of that name, without addresses, in the order of contacts; the caller puts it into the table. */
gpointer blocks_make_contact(Fields *f, const char *name, int line);

/* g_hash_table value destructors of config.h's structs; NULL does nothing. */
void blocks_calendar_free(gpointer calendar);
void blocks_contact_free(gpointer contact);
void blocks_group_free(gpointer group);
void blocks_role_free(gpointer role);
void blocks_rota_free(gpointer rota);
void blocks_plan_free(gpointer plan);
void blocks_policy_free(gpointer policy);
void blocks_queue_free(gpointer queue);

#endif
