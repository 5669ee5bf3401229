/* schema: the tables, as steps from each version to the next. A step that was released never changes. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

extern const char *const schema_steps[]; /* schema_steps[n] leads from version n to n + 1 */
extern const int schema_version_count;

#endif
