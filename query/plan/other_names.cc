#include "query/plan/other_names.h"

#include <initializer_list>

namespace footfall::query {
namespace {

struct OtherNames {
  std::initializer_list<absl::string_view> names;
  absl::string_view hint;
};

}  // namespace

absl::string_view HintForOtherName(absl::string_view name) {
  static const OtherNames kTable[] = {
      // ---- Called otherwise here
      {{"average", "mean", "avg_over_time"}, "the mean is avg: avg(dau)"},
      {{"percentile", "percentile_cont", "percentile_disc", "quantile",
        "approx_percentile", "quantile_over_time", "histogram_quantile"},
       "percentiles are p1 to p99: p95(dau)"},
      {{"mode"}, "the value in the middle is median: median(dau)"},
      {{"std", "stdev", "stddev_samp", "stddev_pop", "variance", "var",
        "var_samp"},
       "the spread is stddev: stddev(dau)"},
      {{"total", "increase", "sum_over_time"},
       "a total is sum, of users user_days: sum(mentions)"},
      {{"moving_average", "rolling", "rolling_mean", "sma"},
       "the mean of the last 7 days is avg(dau OVER 7 days)"},
      {{"cumsum", "running_total", "running_sum"},
       "a running total is cumulative(x)"},
      {{"rate", "irate", "deriv"},
       "the change since the step before is delta(x, 1 day), the trend "
       "slope(x); samples are no counters that only rise"},
      {{"diff", "difference"}, "a difference is delta(x, 1 day)"},
      {{"pct_change", "yoy", "mom", "wow", "change"},
       "a change in percent is growth: growth(avg(dau), 1 month)"},
      {{"first_value", "argmin", "arg_min", "argmax", "arg_max",
        "tmax_over_time"},
       "the day of the record is when(max(dau))"},
      {{"count_gt_over_time", "share_gt_over_time", "count_if", "countif"},
       "the number of steps at which a test holds is count(dau > 1000)"},
      {{"lead"}, "lag looks back; a later value has a row of its own"},
      {{"dense_rank", "row_number", "percent_rank"},
       "the place among the groups is rank(x); equal values share it"},
      {{"ntile", "quartile"},
       "the limits of the quarters are p25(x WITHIN ALL), p50 and p75"},
      {{"topk", "bottomk", "top_n", "limitk"},
       "the best groups are kept by TOP: SELECT avg(dau) BY app TOP 5"},
      {{"date_trunc", "time_bucket", "tumble"},
       "time is cut by EVERY: EVERY month"},
      {{"day_of_week", "dayofweek", "extract", "date_part", "to_char",
        "strftime"},
       "parts of the calendar make groups: BY weekday(time), hour(time)"},
      {{"coalesce", "ifnull", "nvl", "fill"},
       "FILL puts values where there are none: EVERY day FILL zero"},
      {{"if", "iff", "case", "greatest", "least", "sign", "clamp_min",
        "clamp_max"},
       "HAVING tests rows, braces pick members, count(x > 0) counts steps"},
      {{"round", "floor", "ceil", "trunc"},
       "values are not rounded; the table mode prints few digits"},
      {{"log", "ln", "log10", "exp", "sqrt", "pow", "power"},
       "there are + - * / and abs; what needs more is worked out on the "
       "answer"},
      {{"zscore", "z_score"},
       "(dau - avg(dau OVER 28 days)) / stddev(dau OVER 28 days)"},
      {{"expected", "seasonal", "detrend", "anomaly", "anomalies", "outliers",
        "anomaly_detection"},
       "nothing here is learned from the data: compare with avg(dau OVER 28 "
       "days), or with the same weekday, growth(dau, 1 week)"},
      {{"gini", "herfindahl", "hhi"},
       "concentration is sum(share(x) * share(x) WITHIN ALL), or top_share(x)"},
      {{"histogram", "width_bucket", "bin"},
       "a class of a histogram is count(x > 1000 WITHIN ALL)"},
      {{"quick_ratio"},
       "it is arithmetic: (came + rose) / (left + fell), from delta(x, 1 "
       "month) and contribution(x, 1 month)"},
      // ---- Not from daily numbers
      {{"unique", "uniq", "approx_count_distinct", "count_distinct",
        "distinct"},
       "different people of several days are not known from daily numbers: "
       "bounds(sum(dau)) has their least and most"},
      {{"retention", "cohort", "stickiness", "churn", "lifecycle"},
       "who came back is not known from daily numbers: load it as a metric of "
       "its own, with a dimension of cohorts"},
      {{"funnel", "windowfunnel", "path", "paths", "attribution"},
       "single people are not in this database; steps that were counted are "
       "metrics, and one over the other is a ratio"},
      // ---- Not in this database
      {{"forecast", "predict", "predict_linear", "prophet", "arima",
        "linear_regression"},
       "nothing here foretells: slope(dau) is the trend, and the answer goes "
       "to "
       "a tool for forecasts"},
      {{"ewma", "ema", "holt_winters", "double_exponential_smoothing", "trend",
        "smooth", "lowess"},
       "values are smoothed by windows: avg(dau OVER 28 days)"},
      {{"ttest", "t_test", "chi_square", "significance", "causal_impact",
        "p_value"},
       "tests of significance need the people, who are not here; before and "
       "after are growth(avg(dau), 4 weeks) and ALIGN ON event('release')"},
      {{"label_replace", "label_join", "regexp_replace", "regexp_match",
        "regexp_extract", "concat", "substr"},
       "members are texts as they were loaded: ALIAS joins two names, "
       "ATTRIBUTE gives a member a category"},
      {{"convert", "currency", "to_usd"},
       "amounts are as they were loaded; rates may be a metric, and x * rate a "
       "question"},
      {{"rand", "random", "sample"},
       "nothing is drawn at random; EVERY thins out"},
  };
  for (const OtherNames& row : kTable) {
    for (const absl::string_view other : row.names) {
      if (other == name) return row.hint;
    }
  }
  return "";
}

}  // namespace footfall::query
