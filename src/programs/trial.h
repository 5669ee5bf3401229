/* trial: a configuration, and all files that it names, read by a child first. Calendars and the like are others' files, and libraries read them: one over
 * which the reader dies is refused as one that is wrong, and does not take the daemon with it at every start. */
#ifndef PROGRAMS_TRIAL_H
#define PROGRAMS_TRIAL_H

#include "flows/desk.h"

/* As desk_load, after the trial. NULL: `problems` (char *) has what is wrong, or over what of it the child died, or came to no end. */
Desk *trial_load(const char *config, Instant now, GPtrArray *problems, GPtrArray *warnings);

#endif
