/* replay: what the present policy would have done with old mail, and how two configurations differ in that. */
#ifndef PROGRAMS_REPLAY_H
#define PROGRAMS_REPLAY_H

#include "programs/cmd.h"

/* `escalate replay` without --threads. */
int replay_run(int argc, char **argv, CommandContext *ctx);

#endif
