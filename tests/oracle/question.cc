// Questions in Footfall's words.

#include "tests/oracle/question.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace footfall::oracle {
namespace {

std::string Call(const Question& question, const Item& item,
                 Function function) {
  const MetricSpec& spec = question.set->spec;
  const auto call = [&](const char* name) {
    return absl::StrCat(name, "(", spec.name, ")");
  };
  switch (function) {
    case Function::kBare:
      return spec.name;
    case Function::kSum:
      // The bounds of a sum over time are those of the users.
      return call(spec.over_time == Additivity::kOverlaps &&
                          item.form != Item::Form::kBounds
                      ? "user_days"
                      : "sum");
    case Function::kAvg:
      return call("avg");
    case Function::kMin:
      return call("min");
    case Function::kMax:
      return call("max");
    case Function::kFirst:
      return call("first");
    case Function::kLast:
      return call("last");
    case Function::kCount:
      return call("count");
    case Function::kMedian:
      return call("median");
    case Function::kCoverage:
      return call("coverage");
    case Function::kFirstTime:
      return absl::StrCat("first_time(", spec.name, " ", item.comparison, " ",
                          item.threshold, ")");
  }
  return "";
}

std::string DimensionList(const Question& question,
                          const std::vector<size_t>& dimensions) {
  return absl::StrJoin(
      dimensions, ", ", [&](std::string* out, size_t dimension) {
        out->append(question.set->spec.dimensions[dimension].name);
      });
}

std::string ItemText(const Question& question, const Item& item) {
  const std::string call = Call(question, item, item.function);
  std::string text;
  switch (item.form) {
    case Item::Form::kPlain:
      text = call;
      break;
    case Item::Form::kShare:
      text = absl::StrCat("share(", call);
      if (!item.within.empty()) {
        absl::StrAppend(&text, " WITHIN ",
                        DimensionList(question, item.within));
      }
      text.append(")");
      break;
    case Item::Form::kRatio:
      text = absl::StrCat(call, " / ", Call(question, item, item.other));
      break;
    case Item::Form::kDifference:
      text = absl::StrCat(call, " - ", Call(question, item, item.other));
      break;
    case Item::Form::kBounds:
      text = absl::StrCat("bounds(", call, ")");
      break;
  }
  return absl::StrCat(text, " AS ", item.name);
}

}  // namespace

std::string Question::Footfall() const {
  std::string text = "SELECT ";
  for (size_t i = 0; i < items.size(); ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "", ItemText(*this, items[i]));
  }
  if (!where.empty()) {
    absl::StrAppend(&text, " WHERE ", absl::StrJoin(where, " AND "));
  }
  if (!span.clause.empty()) absl::StrAppend(&text, " ", span.clause);
  if (!by.empty()) absl::StrAppend(&text, " BY ", DimensionList(*this, by));
  if (every && say_every) {
    absl::StrAppend(&text, " EVERY ", set->buckets[*every].text);
  }
  if (!having.empty()) absl::StrAppend(&text, " HAVING ", having);
  if (top) absl::StrAppend(&text, " TOP ", *top);
  if (!order.empty()) absl::StrAppend(&text, " ORDER BY ", order);
  if (limit) absl::StrAppend(&text, " LIMIT ", *limit);
  return text;
}

}  // namespace footfall::oracle
