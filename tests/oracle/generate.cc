// The kinds of questions.

#include "tests/oracle/generate.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/oracle/maker.h"

namespace footfall::oracle {
namespace {

using Form = Item::Form;
using F = Function;

}  // namespace

Maker::Maker(Kind kind, uint64_t seed, const std::vector<DataSet>& sets)
    : kind_(kind), random_(seed) {
  for (const DataSet& set : sets) {
    if (Fits(set)) fitting_.push_back(&set);
    if (IsOfApps(set)) of_apps_.push_back(&set);
  }
  q_.set = Pick(fitting_);
  sample_ = &AnyRow();
}

Question Maker::Make() {
  ChooseBy();
  ChooseWhere();
  switch (kind_) {
    case Kind::kRange:
      ChooseSpan(30);
      AddItem(Form::kPlain, F::kBare);
      q_.every = 0;
      q_.say_every = Chance(2);
      break;
    case Kind::kSums:
      ChooseSpan(60);
      AddItem(Form::kPlain, F::kSum);
      if (Chance(2)) AddItem(Form::kPlain, F::kCount);
      break;
    case Kind::kBuckets:
      ChooseSpan(200);
      ChooseEvery();
      AddPlainItems(1 + Below(4));
      if (!q_.set->decimal() && Chance(2)) ChooseHaving();
      if (Chance(3)) q_.limit = 1 + static_cast<int64_t>(Below(100));
      break;
    case Kind::kTwoStages:
      q_.by.resize(std::min<size_t>(q_.by.size(), LevelCount()));
      ChooseSpan(100);
      if (Chance(2)) ChooseEvery();
      AddItem(Form::kPlain, F::kAvg);
      AddPlainItems(Below(3));
      if (!q_.set->decimal() && Chance(4)) q_.order = "x0 DESC";
      if (!q_.order.empty()) q_.limit = 1 + static_cast<int64_t>(Below(50));
      break;
    case Kind::kTop:
      MakeTop();
      break;
    case Kind::kShares:
      MakeShares();
      break;
    case Kind::kWithin:
      MakeWithin();
      break;
    case Kind::kFirstTimes:
      MakeFirstTime();
      break;
    case Kind::kCoverage:
      ChooseSpan(90);
      if (Chance(2)) ChooseEvery();
      AddItem(Form::kPlain, F::kCoverage);
      AddItem(Form::kPlain, F::kCount);
      break;
    case Kind::kFilters:
      while (q_.where.size() < 3) AddCondition();
      ChooseSpan(60);
      if (Chance(2)) ChooseEvery();
      AddPlainItems(1 + Below(2));
      break;
    case Kind::kOrder:
      MakeOrder();
      break;
    case Kind::kArithmetic:
      ChooseSpan(90);
      if (Chance(2)) ChooseEvery();
      MakeArithmetic();
      break;
    case Kind::kBounds:
      ChooseSpan(60);
      if (Chance(2)) ChooseEvery();
      AddItem(Form::kBounds, Pick(std::vector<F>{F::kSum, F::kAvg, F::kMax,
                                                 F::kMin, F::kMedian}));
      break;
    case Kind::kSpread:
      ChooseSpan(120);
      if (Chance(2)) ChooseEvery();
      AddItem(Form::kPlain, F::kPercentile);
      q_.items[0].n = 1 + static_cast<int64_t>(Below(99));
      AddItem(Form::kPlain, F::kStddev);
      break;
    case Kind::kStreaks:
      ChooseSpan(200);
      if (Chance(2)) ChooseEvery();
      AddItem(Form::kPlain, F::kStreak);
      ChooseTest();
      break;
    case Kind::kTrends:
      ChooseSpan(600);
      if (Chance(4)) ChooseEvery();
      AddItem(Form::kPlain, F::kSlope);
      AddItem(Form::kPlain, F::kCagr);
      break;
    case Kind::kBraces:
      MakeBraces();
      MakeArithmetic();
      break;
    case Kind::kCorr:
      MakeBraces();
      AddItem(Form::kPlain, F::kCorr);
      break;
    case Kind::kLookBack:
      MakeLookBack();
      break;
    case Kind::kRunning:
      MakeRunning();
      break;
    case Kind::kRanks:
      MakeRanks();
      break;
    case Kind::kInner:
      MakeInner();
      break;
    case Kind::kAcross:
      MakeAcross();
      break;
    case Kind::kOthers:
      MakeOthers();
      break;
    case Kind::kTwoMetrics:
      MakeTwoMetrics();
      if (Chance(2)) {
        MakeArithmetic();
      } else {
        AddSides();
      }
      break;
    case Kind::kSidesOrder:
      MakeSidesOrder();
      break;
    case Kind::kFill:
      MakeFill();
      break;
    case Kind::kEvents:
      MakeEvents();
      break;
  }
  return q_;
}

bool Maker::Fits(const DataSet& set) const {
  switch (kind_) {
    case Kind::kSums:
    case Kind::kShares:
    case Kind::kBounds:
      return !IsLevel(set);
    case Kind::kStreaks:
    case Kind::kTrends:
      // Long stretches, which cost SQLite seconds.
      return set.rows.size() < kLarge;
    case Kind::kBraces:
    case Kind::kCorr:
      return set.spec.dimensions.size() > 1 && !set.decimal();
    case Kind::kOthers:
    case Kind::kWithin:
      return !IsLevel(set) && !set.decimal();
    case Kind::kTwoMetrics:
      return IsOfApps(set) && set.spec.dimensions.size() == 2;
    case Kind::kSidesOrder:
      return !IsLevel(set) && set.spec.dimensions.size() > 1 && !set.decimal();
    case Kind::kEvents:
      return set.spec.dimensions[0].name == "app";
    case Kind::kAcross:
      return set.spec.dimensions.size() > 1;
    case Kind::kRanks:
      return !set.decimal() && set.rows.size() < kLarge;
    case Kind::kInner:
    case Kind::kTop:
    case Kind::kOrder:
      // Sums of decimals may differ in the last bit, and so their order.
      return !set.decimal();
    default:
      return true;
  }
}

const char* KindName(Kind kind) {
  switch (kind) {
    case Kind::kRange:
      return "range";
    case Kind::kSums:
      return "sums";
    case Kind::kBuckets:
      return "buckets";
    case Kind::kTwoStages:
      return "two stages";
    case Kind::kTop:
      return "top";
    case Kind::kShares:
      return "shares";
    case Kind::kWithin:
      return "within";
    case Kind::kFirstTimes:
      return "first time";
    case Kind::kCoverage:
      return "coverage";
    case Kind::kFilters:
      return "filters";
    case Kind::kOrder:
      return "order";
    case Kind::kArithmetic:
      return "arithmetic";
    case Kind::kBounds:
      return "bounds";
    case Kind::kSpread:
      return "spread";
    case Kind::kStreaks:
      return "streaks";
    case Kind::kTrends:
      return "trends";
    case Kind::kBraces:
      return "braces";
    case Kind::kCorr:
      return "corr";
    case Kind::kLookBack:
      return "look back";
    case Kind::kRunning:
      return "running";
    case Kind::kRanks:
      return "ranks";
    case Kind::kInner:
      return "inner";
    case Kind::kAcross:
      return "across";
    case Kind::kOthers:
      return "others";
    case Kind::kTwoMetrics:
      return "two metrics";
    case Kind::kSidesOrder:
      return "sides order";
    case Kind::kFill:
      return "fill";
    case Kind::kEvents:
      return "events";
  }
  return "";
}

Question MakeQuestion(Kind kind, uint64_t seed,
                      const std::vector<DataSet>& sets) {
  return Maker(kind, seed, sets).Make();
}

}  // namespace footfall::oracle
