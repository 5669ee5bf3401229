/* cmd_month: a month of a calendar as people read it, for `escalate calendar NAME --month`. */
#ifndef PROGRAMS_CMD_MONTH_H
#define PROGRAMS_CMD_MONTH_H

#include "time/calendar.h"

/* Prints the month "2026-12", a line a day: what is open, what closes it, and the hours in all. USAGE error for no month. */
gboolean cmd_month_print(Calendar *c, const char *month, GError **err);

#endif
