/* score: how bad a matter is, as a sum that can be told: points on axes, and from them a number from 0 to 100 and a severity. Pure. */
#ifndef RULES_SCORE_H
#define RULES_SCORE_H

#include <glib.h>

typedef enum { SCORE_TECHNICAL, SCORE_IMPACT, SCORE_SEGMENT, SCORE_REVENUE, SCORE_REPUTATION, SCORE_AXES } ScoreAxis;
const char *score_axis_name(ScoreAxis a); /* "impact" */

/* How axes make one number. */
typedef struct {
    gboolean is_weighted;        /* the weighted mean; else the greatest of weight × axis, so that one axis alone can reach the worst */
    int weights[SCORE_AXES];     /* percent; 100 is 1 */
    int margin;                  /* two categories that are less apart are a tie */
} ScoreCombine;

typedef struct {
    int points[SCORE_AXES]; /* as added up; each counts at most 100 */
} ScoreSum;

/* What the axis counts: at most 100. */
int score_axis(const ScoreSum *sum, ScoreAxis a);
/* 0 … 100. */
int score_value(const ScoreSum *sum, const ScoreCombine *combine);
/* The worst severity (0 is the worst) whose threshold is reached; thresholds[i] < 0: that one has none. -1: no threshold is reached. */
int score_severity(int value, const int *thresholds, int count);

#endif
