/* jsoncommand: the verbs of a reply (rules/command) as JSON, both ways. */
#ifndef FLOWS_JSONCOMMAND_H
#define FLOWS_JSONCOMMAND_H

#include <jansson.h>

#include "rules/command.h"

/* {commands: [{verb, args, line, loose, hold, until, wait_for, who, text, severity, ticket}], rest, doubt, unknown}, as member `key`
 * (flows/jsonout). `whole` is the text that the verbs were looked for in: a rest that is all of it, as in nearly every mail, is null. */
void jsoncommand_write(GString *s, const char *key, const CommandReply *r, const char *whole);
/* Reads field `field` of `object`, which is hostile: DATA error names the field. */
gboolean jsoncommand_read(const json_t *object, const char *field, const char *whole, CommandReply **ret, GError **err);
/* {verb, args, line} of the first command, or null. */
void jsoncommand_write_first(GString *s, const char *key, const CommandReply *r);

#endif
