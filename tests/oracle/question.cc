// Questions in Footfall's words.

#include "tests/oracle/question.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace footfall::oracle {
namespace {

std::string DimensionList(const Question& question,
                          const std::vector<size_t>& dimensions) {
  return absl::StrJoin(
      dimensions, ", ", [&](std::string* out, size_t dimension) {
        out->append(question.set->spec.dimensions[dimension].name);
      });
}

const DataSet& SetOf(const Question& question, size_t side) {
  return side == 1 && question.other_set != nullptr ? *question.other_set
                                                    : *question.set;
}

// As it stands before the parenthesis.
std::string NameOf(const Question& question, const Item& item,
                   Function function, size_t side = 0) {
  switch (function) {
    case Function::kBare:
      return "";
    case Function::kSum:
      // The bounds of a sum over time are those of the users.
      return SetOf(question, side).spec.over_time == Additivity::kOverlaps &&
                     item.form != Item::Form::kBounds
                 ? "user_days"
                 : "sum";
    case Function::kAvg:
      return "avg";
    case Function::kMin:
      return "min";
    case Function::kMax:
      return "max";
    case Function::kFirst:
      return "first";
    case Function::kLast:
      return "last";
    case Function::kCount:
      return "count";
    case Function::kMedian:
      return "median";
    case Function::kCoverage:
      return "coverage";
    case Function::kFirstTime:
      return "first_time";
    case Function::kStddev:
      return "stddev";
    case Function::kPercentile:
      return absl::StrCat("p", item.n);
    case Function::kStreak:
      return "streak";
    case Function::kSlope:
      return "slope";
    case Function::kCagr:
      return "cagr";
    case Function::kCorr:
      return "corr";
    case Function::kCountInTop:
      return "count_in_top";
  }
  return "";
}

// What a function over time is of: the metric, with braces, combined across
// dimensions, by inner buckets.
std::string Operand(const Question& question, const Item& item, size_t side) {
  std::string text = SetOf(question, side).spec.name;
  if (!question.sides.empty()) {
    absl::StrAppend(&text, "{", question.sides[side], "}");
  }
  if (!question.across.empty()) {
    text = absl::StrCat(NameOf(question, item, question.across_function), "(",
                        text, " ACROSS ",
                        DimensionList(question, question.across), ")");
  }
  if (question.inner) {
    text = absl::StrCat(NameOf(question, item, question.inner_function), "(",
                        text, ")");
  }
  return text;
}

std::string Call(const Question& question, const Item& item, Function function,
                 size_t side) {
  std::string text = Operand(question, item, side);
  if (function == Function::kBare) return text;
  if (function == Function::kFirstTime || function == Function::kStreak) {
    absl::StrAppend(&text, " ", item.comparison, " ", item.threshold);
  } else if (function == Function::kCorr) {
    absl::StrAppend(&text, ", ", Operand(question, item, 1));
  } else if (function == Function::kCountInTop) {
    absl::StrAppend(&text, ", ", item.n);
  }
  if (question.inner) {
    absl::StrAppend(&text, " EVERY ",
                    question.set->buckets[*question.inner].text);
  }
  return absl::StrCat(NameOf(question, item, function, side), "(", text, ")");
}

// Without its name.
std::string ItemText(const Question& question, const Item& item) {
  const std::string call = Call(question, item, item.function, item.side);
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
    case Item::Form::kWithin:
      text = absl::StrCat(item.of_groups, "(", call);
      if (item.of_groups == "count") {
        absl::StrAppend(&text, " ", item.comparison, " ", item.threshold);
      }
      absl::StrAppend(
          &text, " WITHIN ",
          item.within.empty() ? "ALL" : DimensionList(question, item.within),
          ")");
      break;
    case Item::Form::kRatio:
      text = absl::StrCat(call, " / ", Call(question, item, item.other, 1));
      break;
    case Item::Form::kDifference:
      text = absl::StrCat(call, " - ", Call(question, item, item.other, 1));
      break;
    case Item::Form::kBounds:
      text = absl::StrCat("bounds(", call, ")");
      break;
    case Item::Form::kLag:
      text = absl::StrCat("lag(", call, ", ", item.shift, ")");
      break;
    case Item::Form::kDelta:
      text = absl::StrCat("delta(", call, ", ", item.shift, ")");
      break;
    case Item::Form::kGrowth:
      text = absl::StrCat("growth(", call, ", ", item.shift, ")");
      break;
    case Item::Form::kMa:
      text = absl::StrCat("ma(", call, ", ", item.n, ")");
      break;
    case Item::Form::kCumulative:
      text = absl::StrCat("cumulative(", call, ")");
      break;
    case Item::Form::kRank:
      text = absl::StrCat("rank(", call, ")");
      break;
    case Item::Form::kRankDelta:
      text = absl::StrCat("rank_delta(", call, ", ", item.shift, ")");
      break;
    case Item::Form::kDaysToEvent:
      text =
          absl::StrCat("days_between(", call, ", event('", kEventKind, "'))");
      break;
  }
  return text;
}

const char* FillText(FillMode fill) {
  switch (fill) {
    case FillMode::kNull:
      return " FILL null";
    case FillMode::kZero:
      return " FILL zero";
    case FillMode::kPrevious:
      return " FILL previous";
    default:
      return "";
  }
}

}  // namespace

std::string Question::Footfall() const {
  std::string text = "SELECT ";
  for (size_t i = 0; i < items.size(); ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "", ItemText(*this, items[i]), " AS ",
                    items[i].name);
  }
  if (!where.empty()) {
    absl::StrAppend(&text, " WHERE ", absl::StrJoin(where, " AND "));
  }
  if (!span.clause.empty()) absl::StrAppend(&text, " ", span.clause);
  if (!by.empty()) absl::StrAppend(&text, " BY ", DimensionList(*this, by));
  if (every && say_every) {
    absl::StrAppend(&text, " EVERY ", set->buckets[*every].text,
                    FillText(fill));
    if (fill_max) absl::StrAppend(&text, " MAX ", *fill_max);
  }
  if (!having.empty()) absl::StrAppend(&text, " HAVING ", having);
  if (top) absl::StrAppend(&text, " TOP ", *top);
  if (!others.empty()) absl::StrAppend(&text, " OTHERS '", others, "'");
  if (order_item) {
    absl::StrAppend(&text, " ORDER BY ", ItemText(*this, items[*order_item]),
                    " DESC");
  } else if (!order.empty()) {
    absl::StrAppend(&text, " ORDER BY ", order);
  }
  if (limit) absl::StrAppend(&text, " LIMIT ", *limit);
  return text;
}

}  // namespace footfall::oracle
