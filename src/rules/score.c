/* score: see the header. */
#include "rules/score.h"

#include "base/banned.h"

static const char *const names[SCORE_AXES] = {"technical", "impact", "segment", "revenue", "reputation"};

const char *score_axis_name(ScoreAxis a) { return names[a]; }

int score_axis(const ScoreSum *sum, ScoreAxis a) { return CLAMP(sum->points[a], 0, 100); }

int score_value(const ScoreSum *sum, const ScoreCombine *combine)
{
    int greatest = 0, total = 0, weights = 0;
    for (int a = 0; a < SCORE_AXES; a++) {
        int weighed = score_axis(sum, (ScoreAxis)a) * combine->weights[a];
        greatest = MAX(greatest, weighed);
        total += weighed;
        weights += combine->weights[a];
    }
    int value = !combine->is_weighted ? (greatest + 50) / 100 : weights > 0 ? (total + weights / 2) / weights : 0;
    return MIN(value, 100);
}

int score_severity(int value, const int *thresholds, int count)
{
    for (int s = 0; s < count; s++)
        if (thresholds[s] >= 0 && value >= thresholds[s])
            return s;
    return -1;
}
