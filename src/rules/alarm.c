/* alarm: what comes and goes within `after` is nobody's alarm; what was raised is always ended. */
#include "rules/alarm.h"

#include "base/banned.h"

void alarm_init(AlarmState *s) { *s = (AlarmState){.bad_since = INSTANT_NONE, .raised_at = INSTANT_NONE}; }

void alarm_resume(AlarmState *s, Instant raised_at, Instant now)
{
    if (raised_at != INSTANT_NONE)
        s->raised_at = CLAMP(raised_at, ALARM_LONG_AGO, now);
}

AlarmAct alarm_step(AlarmState *s, gboolean is_bad, Instant now, Seconds after, Seconds again)
{
    gboolean was_raised = s->raised_at != INSTANT_NONE;
    if (!is_bad) {
        alarm_init(s);
        return was_raised ? ALARM_OVER : ALARM_NOTHING;
    }
    if (s->bad_since == INSTANT_NONE)
        s->bad_since = now;
    if (now - s->bad_since < after || (was_raised && now - s->raised_at < again))
        return ALARM_NOTHING;
    s->raised_at = now;
    return ALARM_RAISE;
}
