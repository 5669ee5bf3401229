/* schema: the tables, as steps from each version to the next. A step that was released never changes. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

/* Of a person p, what stands behind the last @, in small letters: as the index person_domain has it. rtrim() takes off what is no @. */
#define SCHEMA_PERSON_DOMAIN "lower(substr(p.address, length(rtrim(p.address, replace(p.address, '@', ''))) + 1))"

extern const char *const schema_steps[]; /* schema_steps[n] leads from version n to n + 1 */
extern const int schema_version_count;

#endif
