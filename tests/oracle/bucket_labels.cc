#include "tests/oracle/bucket_labels.h"

#include <string>

#include "absl/strings/str_replace.h"

namespace footfall::oracle {
namespace {

// Days since 1970-01-01.
const char kDayNumber[] = "CAST(julianday(d) - 2440587.5 AS INTEGER)";

std::string With(std::string pattern, const std::string& d) {
  return absl::StrReplaceAll(pattern, {{"$d", d}});
}

// The ISO week of a date: that of its Thursday.
std::string IsoWeek(const std::string& d) {
  return With(
      "(strftime('%Y', date($d, '-3 days', 'weekday 4')) || '-W' || "
      "printf('%02d', (strftime('%j', date($d, '-3 days', 'weekday 4')) - 1) "
      "/ 7 + 1))",
      d);
}

std::string Quarter() {
  return "(substr(d, 1, 4) || '-Q' || ((substr(d, 6, 2) + 2) / 3))";
}

// n-fold units count from 1970; the label is that of the first unit.
std::string FoldedDays(int n) {
  const std::string fold = std::to_string(n);
  return std::string("date('1970-01-01', (") + kDayNumber + " / " + fold +
         " * " + fold + ") || ' days')";
}
std::string FoldedWeeks(int n) {
  const std::string fold = std::to_string(n);
  return IsoWeek(std::string("date('1969-12-29', ((") + kDayNumber +
                 " + 3) / 7 / " + fold + " * " + fold + " * 7) || ' days')");
}
std::string FoldedMonths(int n) {
  const std::string fold = std::to_string(n);
  const std::string month =
      "(((substr(d, 1, 4) - 1970) * 12 + substr(d, 6, 2) "
      "- 1) / " +
      fold + " * " + fold + ")";
  return "printf('%04d-%02d', 1970 + " + month + " / 12, " + month +
         " % 12 + 1)";
}
std::string FoldedQuarters(int n) {
  const std::string fold = std::to_string(n);
  const std::string quarter =
      "(((substr(d, 1, 4) - 1970) * 4 + (substr(d, 6, 2) + 2) / 3 - 1) / " +
      fold + " * " + fold + ")";
  return "printf('%04d-Q%d', 1970 + " + quarter + " / 4, " + quarter +
         " % 4 + 1)";
}

// `d` is `2020-06-01 13:05:00` there; the zone is UTC.
std::string Clock(const std::string& hour, const std::string& minute) {
  return "(substr(d, 1, 10) || 'T' || " + hour + " || ':' || " + minute +
         " || ':00Z')";
}

}  // namespace

std::vector<BucketWord> BucketsOf(Unit unit) {
  const BucketWord year = {"year", "substr(d, 1, 4)"};
  switch (unit) {
    case Unit::kMinute:
      return {
          {"minute", Clock("substr(d, 12, 2)", "substr(d, 15, 2)")},
          {"15 minutes", Clock("substr(d, 12, 2)",
                               "printf('%02d', substr(d, 15, 2) / 15 * 15)")},
          {"hour", Clock("substr(d, 12, 2)", "'00'")},
          {"6 hours",
           Clock("printf('%02d', substr(d, 12, 2) / 6 * 6)", "'00'")},
          {"day", "substr(d, 1, 10)"}};
    case Unit::kWeek:
      return {{"week", IsoWeek("d")},
              {"2 weeks", FoldedWeeks(2)},
              {"4 weeks", FoldedWeeks(4)}};
    case Unit::kQuarter:
      return {{"quarter", Quarter()}, {"2 quarters", FoldedQuarters(2)}, year};
    default:
      return {{"day", "d"},
              {"week", IsoWeek("d")},
              {"month", "substr(d, 1, 7)"},
              {"quarter", Quarter()},
              year,
              {"10 days", FoldedDays(10)},
              {"2 weeks", FoldedWeeks(2)},
              {"2 months", FoldedMonths(2)}};
  }
}

}  // namespace footfall::oracle
