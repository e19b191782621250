// What is asked: items, and the clauses that go with them.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/oracle/maker.h"

namespace footfall::oracle {
namespace {

using Form = Item::Form;
using F = Function;

}  // namespace

std::vector<Function> Maker::Calculable() const {
  std::vector<F> functions = {F::kAvg,  F::kMin,   F::kMax,   F::kFirst,
                              F::kLast, F::kCount, F::kMedian};
  if (!IsLevel(*q_.set)) functions.push_back(F::kSum);
  return functions;
}

void Maker::AddItem(Form form, F function, F other) {
  Item item;
  item.form = form;
  item.function = function;
  item.other = other;
  item.name = absl::StrCat("x", q_.items.size());
  q_.items.push_back(item);
}

void Maker::AddPlainItems(uint64_t n) {
  for (; n > 0; --n) AddItem(Form::kPlain, Pick(Calculable()));
}

// f / g or f - g. Of x / x Footfall knows that it is not above 1, which SQL
// does not.
void Maker::MakeArithmetic() {
  const F function = Pick(Calculable());
  std::vector<F> others = Calculable();
  others.erase(std::find(others.begin(), others.end(), function));
  if (q_.other_set != nullptr || !q_.sides.empty()) others.push_back(function);
  AddItem(Chance(2) ? Form::kRatio : Form::kDifference, function, Pick(others));
}

void Maker::MakeTop() {
  NeedGroups();
  ChooseSpan(30);
  // Small functions of small numbers make ties.
  const F function =
      Pick(std::vector<F>{F::kCount, F::kMin, F::kMax, F::kAvg, F::kFirst});
  AddItem(Form::kPlain, function);
  q_.top = 1 + static_cast<int64_t>(Below(20));
  switch (Below(4)) {
    case 0:
      ChooseEvery();
      break;
    case 1:
      q_.top_ascending = true;
      q_.order = "x0 ASC";
      break;
    case 2:
      // Judged by the second item.
      AddItem(Form::kPlain, F::kMax);
      q_.top_item = 1;
      q_.order = "x1 DESC";
      break;
    default:
      break;
  }
}

void Maker::MakeShares() {
  NeedGroups();
  ChooseSpan(60);
  if (!Chance(3)) ChooseEvery();
  AddItem(Form::kShare, Pick(std::vector<F>{F::kSum, F::kAvg, F::kMax}));
  if (q_.by.size() > 1 && Chance(2)) q_.items[0].within = {q_.by[0]};
}

void Maker::MakeWithin() {
  NeedGroups();
  ChooseSpan(60);
  if (!Chance(3)) ChooseEvery();
  AddItem(Form::kWithin, Pick(std::vector<F>{F::kSum, F::kAvg, F::kMax}));
  if (q_.by.size() > 1 && Chance(2)) q_.items[0].within = {q_.by[0]};
  q_.items[0].of_groups = Pick(std::vector<std::string>{
      "sum", "avg", "min", "max", "count", "rank", "top_share"});
  if (q_.items[0].of_groups == "count") ChooseTest();
}

void Maker::MakeFirstTime() {
  ChooseSpan(400);
  AddItem(Form::kPlain, F::kFirstTime);
  ChooseTest();
}

void Maker::ChooseTest() {
  Item& item = q_.items[0];
  item.comparison =
      Pick(std::vector<std::string>{">=", ">", ">=", ">", "<", "<="});
  // The sample itself meets it where it is its group's only one.
  const bool grows = item.comparison[0] == '>';
  if (const auto* integer = std::get_if<int64_t>(&sample_->value)) {
    item.threshold = absl::StrCat(grows ? *integer - 1 : *integer * 4 + 1);
    if (*integer > 0 && Chance(4)) absl::StrAppend(&item.threshold, ".5");
  } else {
    const double value = std::get<double>(sample_->value);
    item.threshold = absl::StrFormat("%.2f", grows ? value - 0.5 : value * 4);
    if (item.threshold[0] == '-') item.threshold = "0.25";
  }
}

// Tests that some rows pass, and some do not.
void Maker::ChooseHaving() {
  const std::string test =
      Pick(std::vector<std::string>{">", ">=", "<", "<=", "!="});
  int64_t value = static_cast<int64_t>(Below(3));
  if (q_.items[0].function != F::kCount) {
    value = std::get<int64_t>(sample_->value);
    value = test[0] == '>' ? value / 2 : value * 2 + 1;
  }
  q_.having = absl::StrCat("x0 ", test, " ", value);
  if (q_.items.size() > 1 && Chance(4)) {
    absl::StrAppend(&q_.having, " AND x1 >= x0");
  }
}

void Maker::MakeOrder() {
  ChooseSpan(60);
  if (Chance(2)) ChooseEvery();
  const std::vector<F> functions = {F::kAvg, F::kMin, F::kMax, F::kCount,
                                    F::kLast};
  AddItem(Form::kPlain, Pick(functions));
  AddItem(Form::kPlain, Pick(functions));
  const auto direction = [&] {
    switch (Below(3)) {
      case 0:
        return "";
      case 1:
        return " ASC";
      default:
        return " DESC";
    }
  };
  if (!Chance(4)) ChooseHaving();
  if (!Chance(4)) {
    q_.order = absl::StrCat("x", Below(2), direction());
    if (Chance(3) && !q_.by.empty()) {
      absl::StrAppend(&q_.order, ", ", q_.set->spec.dimensions[q_.by[0]].name,
                      direction());
    }
  }
  if (!Chance(4)) q_.limit = 1 + static_cast<int64_t>(Below(20));
}

// Two members of one dimension.
void Maker::MakeBraces() {
  const size_t dimension = Below(q_.set->spec.dimensions.size());
  const std::string& name = q_.set->spec.dimensions[dimension].name;
  q_.side_dimension = dimension;
  q_.by.erase(std::remove(q_.by.begin(), q_.by.end(), dimension), q_.by.end());
  const auto& members = sample_->members;
  const DataSet::Row* other = sample_;
  // Best of a row that differs there only.
  for (int i = 0; i < 200; ++i) {
    const DataSet::Row& row = AnyRow();
    if (row.members[dimension] == members[dimension]) continue;
    other = &row;
    if (q_.by.empty() || row.members[q_.by[0]] == members[q_.by[0]]) {
      break;
    }
  }
  for (const DataSet::Row* row : {sample_, other}) {
    q_.sides.push_back(
        absl::StrCat(name, " = ", Quoted(row->members[dimension])));
  }
  if (Chance(2)) std::swap(q_.sides[0], q_.sides[1]);
  ChooseClosedSpan(60);
  if (Chance(2)) ChooseEvery();
}

// Buckets may be steps, of the metric itself.
Function Maker::ChooseRowFunction() {
  ChooseEvery();
  if (Chance(3)) q_.every = 0;
  return q_.every == 0 && Chance(2)
             ? F::kBare
             : Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax, F::kLast,
                                   F::kCount});
}

void Maker::MakeLookBack() {
  ChooseSpan(60);
  const F function = ChooseRowFunction();
  AddItem(Form::kPlain, function);
  const std::vector<Form> forms = {Form::kLag, Form::kDelta, Form::kGrowth};
  for (uint64_t n = 1 + Below(2); n > 0; --n) {
    AddItem(Pick(forms), function);
    ChooseShift(&q_.items.back());
  }
}

void Maker::MakeRunning() {
  ChooseSpan(60);
  F function = ChooseRowFunction();
  // Of users, levels and averages there is no running sum.
  const bool adds = q_.set->spec.over_time == Additivity::kAdds;
  const bool sums = adds && Chance(2);
  if (sums && function != F::kBare && function != F::kCount) {
    function = F::kSum;
  }
  AddItem(Form::kPlain, function);
  AddItem(sums ? Form::kCumulative : Form::kMa, function);
  if (!sums) q_.items.back().n = 1 + static_cast<int64_t>(Below(8));
}

void Maker::MakeRanks() {
  NeedGroups();
  ChooseSpan(40);
  const F function = ChooseRowFunction();
  AddItem(Form::kPlain, function);
  AddItem(Form::kRank, function);
  if (Chance(2)) return;
  AddItem(Form::kRankDelta, function);
  ChooseShift(&q_.items.back());
}

void Maker::MakeInner() {
  ChooseSpan(200);
  // Inner buckets, and outer ones that are made of whole ones.
  std::vector<std::pair<size_t, size_t>> nested;
  switch (q_.set->spec.period.unit) {
    case Unit::kMinute:
      nested = {{1, 2}, {1, 3}, {2, 3}, {2, 4}, {3, 4}};
      break;
    case Unit::kWeek:
      nested = {{0, 1}, {0, 2}, {1, 2}};
      break;
    case Unit::kQuarter:
      nested = {{0, 1}, {0, 2}, {1, 2}};
      break;
    default:
      nested = {{1, 6}, {2, 3}, {2, 4}, {3, 4}, {2, 7}, {0, 2}};
  }
  const auto [inner, outer] = Pick(nested);
  q_.inner = inner;
  if (Chance(2)) q_.every = outer;
  q_.inner_function = Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax, F::kCount,
                                          F::kLast, F::kMedian});
  if (Chance(2)) {
    AddItem(Form::kPlain,
            Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax, F::kFirst, F::kLast,
                                F::kCount, F::kMedian, F::kStddev}));
    return;
  }
  NeedGroups();
  AddItem(Form::kPlain, F::kCountInTop);
  q_.items[0].n = 1 + static_cast<int64_t>(Below(20));
}

void Maker::MakeAcross() {
  const auto& dimensions = q_.set->spec.dimensions;
  if (IsLevel(*q_.set) || q_.by.size() == dimensions.size()) {
    q_.by.resize(Below(dimensions.size()));
  }
  for (size_t i = 0; i < dimensions.size(); ++i) {
    const bool split = std::find(q_.by.begin(), q_.by.end(), i) != q_.by.end();
    if (!split && (IsLevel(*q_.set) || !Chance(3) ||
                   (i + 1 == dimensions.size() && q_.across.empty()))) {
      q_.across.push_back(i);
    }
  }
  if (q_.across.empty()) {
    for (size_t i = 0; i < dimensions.size() && q_.across.empty(); ++i) {
      if (std::find(q_.by.begin(), q_.by.end(), i) == q_.by.end()) {
        q_.across.push_back(i);
      }
    }
  }
  q_.across_function =
      Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax, F::kMedian, F::kCount});
  ChooseSpan(60);
  if (Chance(2)) ChooseEvery();
  const F function =
      q_.every == 0 ? F::kBare
                    : Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax, F::kLast});
  AddItem(Form::kPlain, function);
}

void Maker::MakeOthers() {
  q_.by.assign(1, Below(q_.set->spec.dimensions.size()));
  ChooseSpan(40);
  if (Chance(2)) ChooseEvery();
  AddItem(Form::kPlain,
          Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax, F::kSum}));
  q_.top = 1 + static_cast<int64_t>(Below(10));
  q_.others = "all the rest";
}

// Of this set and another with its dimensions.
void Maker::MakeTwoMetrics() {
  do {
    q_.other_set = Pick(of_apps_);
  } while (q_.other_set == q_.set);
  ChooseClosedSpan(60);
  if (Chance(2)) ChooseEvery();
}

// A function of each side.
void Maker::AddSides() {
  for (const size_t side : {0u, 1u}) {
    AddItem(Form::kPlain, Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax,
                                              F::kMedian, F::kLast}));
    q_.items.back().side = side;
  }
}

void Maker::MakeSidesOrder() {
  if (IsOfApps(*q_.set) && q_.set->spec.dimensions.size() == 2 && Chance(2)) {
    MakeTwoMetrics();
  } else {
    MakeBraces();
  }
  if (q_.by.empty()) {
    size_t dimension = Below(q_.set->spec.dimensions.size());
    if (!q_.sides.empty() && dimension == q_.side_dimension) {
      dimension = (dimension + 1) % q_.set->spec.dimensions.size();
    }
    q_.by.push_back(dimension);
  }
  AddSides();
  q_.order_item = Below(2);
  if (Chance(2)) {
    q_.top = 1 + static_cast<int64_t>(Below(10));
    q_.top_item = *q_.order_item;
  } else {
    q_.limit = 1 + static_cast<int64_t>(Below(30));
  }
}

void Maker::MakeFill() {
  ChooseClosedSpan(60);
  ChooseEvery();
  for (uint64_t n = 1 + Below(2); n > 0; --n) {
    AddItem(Form::kPlain, Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax,
                                              F::kLast, F::kMedian}));
  }
  q_.fill = Pick(std::vector<FillMode>{FillMode::kNull, FillMode::kZero,
                                       FillMode::kPrevious});
  if (q_.fill == FillMode::kPrevious && Chance(2)) {
    q_.fill_max = 1 + static_cast<int64_t>(Below(4));
  }
}

void Maker::MakeEvents() {
  MakeFirstTime();
  q_.items[0].form = Form::kDaysToEvent;
  // An event of an app applies to groups of that app.
  if (std::find(q_.by.begin(), q_.by.end(), 0) == q_.by.end()) {
    q_.by.insert(q_.by.begin(), 0);
  }
}

}  // namespace footfall::oracle
