#include "tests/oracle/generate.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"

namespace footfall::oracle {
namespace {

using Form = Item::Form;
using F = Function;

class Maker {
 public:
  Maker(Kind kind, uint64_t seed, const std::vector<DataSet>& sets)
      : kind_(kind), random_(seed) {
    for (const DataSet& set : sets) {
      if (Fits(set)) fitting_.push_back(&set);
    }
    q_.set = Pick(fitting_);
    sample_ = &AnyRow();
  }

  Question Make() {
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
        AddItem(Chance(2) ? Form::kRatio : Form::kDifference,
                Pick(Calculable()), Pick(Calculable()));
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
        AddItem(Chance(2) ? Form::kRatio : Form::kDifference,
                Pick(Calculable()), Pick(Calculable()));
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
    }
    return q_;
  }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool Chance(uint64_t one_in) { return Below(one_in) == 0; }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }

  static bool IsLevel(const DataSet& set) {
    return set.spec.over_time == Additivity::kLevel;
  }
  bool Fits(const DataSet& set) const {
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
        return !IsLevel(set) && !set.decimal();
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

  const DataSet::Row& AnyRow() {
    return q_.set->rows[Below(q_.set->rows.size())];
  }

  size_t LevelCount() const {
    return static_cast<size_t>(std::count_if(
        q_.set->spec.dimensions.begin(), q_.set->spec.dimensions.end(),
        [](const Dimension& d) { return d.rule == Additivity::kLevel; }));
  }

  void ChooseBy() {
    const auto& dimensions = q_.set->spec.dimensions;
    for (size_t i = 0; i < dimensions.size(); ++i) {
      // Levels cannot be combined.
      if (dimensions[i].rule == Additivity::kLevel || Chance(2)) {
        q_.by.push_back(i);
      }
    }
    std::shuffle(q_.by.begin(), q_.by.end(), random_);
  }

  static std::string Quoted(const std::string& text) {
    return "'" + absl::StrReplaceAll(text, {{"'", "''"}}) + "'";
  }

  // A pattern that a member matches.
  std::string Pattern(const std::string& member) {
    const size_t cut = Below(member.size() + 1);
    switch (Below(4)) {
      case 0:
        return member.substr(0, std::min<size_t>(cut, 3)) + "%";
      case 1:
        return "%" + member.substr(member.size() - std::min<size_t>(cut, 2));
      case 2: {
        std::string pattern = member;
        if (!pattern.empty()) pattern[Below(pattern.size())] = '_';
        return pattern;
      }
      default:
        return "%" + member.substr(cut / 2, 2) + "%";
    }
  }

  // A condition that the question's sample meets, so that answers are not
  // empty. Without another member to tell apart it may be met by all.
  void AddCondition() {
    const size_t dimension = Below(q_.set->spec.dimensions.size());
    const std::string& name = q_.set->spec.dimensions[dimension].name;
    const std::string& own = sample_->members[dimension];
    std::string other = own;
    for (int i = 0; i < 20 && other == own; ++i) {
      other = AnyRow().members[dimension];
    }
    const uint64_t form = Below(6);
    if (other == own && form % 2 == 1) return AddCondition();
    const auto list = [&](const std::string& first, bool with_own) {
      std::vector<std::string> texts = {Quoted(first)};
      for (uint64_t n = Below(5); n > 0; --n) {
        const std::string& member = AnyRow().members[dimension];
        if (with_own || member != own) texts.push_back(Quoted(member));
      }
      std::shuffle(texts.begin(), texts.end(), random_);
      return absl::StrCat("(", absl::StrJoin(texts, ", "), ")");
    };
    std::string condition;
    switch (form) {
      case 0:
        condition = absl::StrCat(" = ", Quoted(own));
        break;
      case 1:
        condition = absl::StrCat(" != ", Quoted(other));
        break;
      case 2:
        condition = absl::StrCat(" IN ", list(own, true));
        break;
      case 3:
        condition = absl::StrCat(" NOT IN ", list(other, false));
        break;
      case 4:
        condition = absl::StrCat(" LIKE ", Quoted(Pattern(own)));
        break;
      default: {
        // As much of the other as the sample's own does not begin with.
        size_t length = 1;
        while (length < other.size() &&
               own.substr(0, length) == other.substr(0, length)) {
          ++length;
        }
        condition =
            absl::StrCat(" NOT LIKE ", Quoted(other.substr(0, length) + "%"));
      }
    }
    q_.where.push_back(name + condition);
  }

  void ChooseWhere() {
    if (Chance(4)) {  // about a single series
      for (size_t i = 0; i < sample_->members.size(); ++i) {
        if (Chance(4)) continue;
        q_.where.push_back(absl::StrCat(q_.set->spec.dimensions[i].name, " = ",
                                        Quoted(sample_->members[i])));
      }
    } else if (Chance(3) || (IsLarge() && !Chance(3))) {
      AddCondition();
    }
  }

  // All of such a set costs SQLite seconds: it is asked for rarely.
  static constexpr size_t kLarge = 150'000;
  bool IsLarge() const { return q_.set->rows.size() > kLarge; }

  static std::string Text(absl::CivilDay day) {
    return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(),
                           day.day());
  }
  static std::string FirstMoment(const DataSet& set, absl::CivilDay day) {
    return set.sub_day() ? Text(day) + " 00:00:00" : Text(day);
  }
  static std::string LastMoment(const DataSet& set, absl::CivilDay day) {
    return set.sub_day() ? Text(day) + " 23:59:59" : Text(day);
  }

  // About `days` days around a sample, said in one of the ways to say it; in
  // sets of long periods or of minutes, as many steps.
  void ChooseSpan(int64_t days) {
    const DataSet& set = *q_.set;
    absl::CivilDay center;
    absl::ParseLenientCivilTime(sample_->d.substr(0, 10), &center);
    switch (set.spec.period.unit) {
      case Unit::kWeek:
        days *= 3;
        break;
      case Unit::kQuarter:
        days *= 8;
        break;
      case Unit::kMinute:
        days = 1 + static_cast<int64_t>(Below(2));
        break;
      default:
        break;
    }
    const auto some = [&](int64_t n) {
      return static_cast<int64_t>(Below(static_cast<uint64_t>(n)));
    };
    const absl::CivilDay first = center - some(days);
    const absl::CivilDay last = first + days - 1 + some(3);
    Span& span = q_.span;
    const uint64_t form = Below(10);
    switch (form < 3 && IsLarge() && !Chance(3) ? 9 : form) {
      case 0:
        return;  // all there is
      case 1:
        span.clause = absl::StrCat("DURING ", Text(first), "..");
        span.first = FirstMoment(set, first);
        return;
      case 2:
        span.clause = absl::StrCat("DURING ..", Text(last));
        span.last = LastMoment(set, last);
        return;
      case 3:
        SetDate(center, &span);
        return;
      case 4: {
        // The days that are over when the one after them is half over.
        const int64_t count = last - first + 1;
        span.clause = absl::StrCat("DURING LAST ", count, " days COMPLETE");
        span.now = absl::FromCivil(absl::CivilHour(last + 1) + 12,
                                   absl::UTCTimeZone());
        // ... as far as the metric's steps are days.
        if (set.spec.period.unit != Unit::kDay) {
          span.clause.clear();
          span.now = absl::InfiniteFuture();
          return;
        }
        break;
      }
      default:
        span.clause = absl::StrCat("DURING ", Text(first), "..", Text(last));
    }
    span.first = FirstMoment(set, first);
    span.last = LastMoment(set, last);
  }

  // One date, as long as it is written: the month or year around a day, and of
  // minutes the day.
  void SetDate(absl::CivilDay day, Span* span) {
    const DataSet& set = *q_.set;
    absl::CivilDay first = day;
    absl::CivilDay end = day + 1;
    size_t length = 10;
    if (set.spec.period.unit == Unit::kQuarter ||
        (!set.sub_day() && Chance(3))) {
      first = absl::CivilDay(absl::CivilYear(day));
      end = absl::CivilDay(absl::CivilYear(day) + 1);
      length = 4;
    } else if (!set.sub_day()) {
      first = absl::CivilDay(absl::CivilMonth(day));
      end = absl::CivilDay(absl::CivilMonth(day) + 1);
      length = 7;
    }
    span->clause = absl::StrCat("DURING ", Text(first).substr(0, length));
    span->first = FirstMoment(set, first);
    span->last = LastMoment(set, end - 1);
  }

  // Of days mostly weeks and months, which people ask for.
  void ChooseEvery() {
    q_.every = Chance(2) && q_.set->spec.period.unit == Unit::kDay
                   ? 1 + Below(2)
                   : Below(q_.set->buckets.size());
  }

  std::vector<F> Calculable() const {
    std::vector<F> functions = {F::kAvg,  F::kMin,   F::kMax,   F::kFirst,
                                F::kLast, F::kCount, F::kMedian};
    if (!IsLevel(*q_.set)) functions.push_back(F::kSum);
    return functions;
  }

  void AddItem(Form form, F function, F other = F::kAvg) {
    Item item;
    item.form = form;
    item.function = function;
    item.other = other;
    item.name = absl::StrCat("x", q_.items.size());
    q_.items.push_back(item);
  }

  void AddPlainItems(uint64_t n) {
    for (; n > 0; --n) AddItem(Form::kPlain, Pick(Calculable()));
  }

  // BY at least one dimension.
  void NeedGroups() {
    if (q_.by.empty()) q_.by.push_back(Below(q_.set->spec.dimensions.size()));
  }

  void MakeTop() {
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

  void MakeShares() {
    NeedGroups();
    ChooseSpan(60);
    if (!Chance(3)) ChooseEvery();
    AddItem(Form::kShare, Pick(std::vector<F>{F::kSum, F::kAvg, F::kMax}));
    if (q_.by.size() > 1 && Chance(2)) q_.items[0].within = {q_.by[0]};
  }

  void MakeFirstTime() {
    ChooseSpan(400);
    AddItem(Form::kPlain, F::kFirstTime);
    ChooseTest();
  }

  void ChooseTest() {
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
  void ChooseHaving() {
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

  void MakeOrder() {
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
  void MakeBraces() {
    const size_t dimension = Below(q_.set->spec.dimensions.size());
    const std::string& name = q_.set->spec.dimensions[dimension].name;
    q_.side_dimension = dimension;
    q_.by.erase(std::remove(q_.by.begin(), q_.by.end(), dimension),
                q_.by.end());
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

  void ChooseClosedSpan(int64_t days) {
    do {
      q_.span = Span();
      ChooseSpan(days);
    } while (!q_.span.first || !q_.span.last);
  }

  // Buckets may be steps, of the metric itself.
  F ChooseRowFunction() {
    ChooseEvery();
    if (Chance(3)) q_.every = 0;
    return q_.every == 0 && Chance(2)
               ? F::kBare
               : Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax, F::kLast,
                                     F::kCount});
  }

  // A shift that leads from bucket to bucket.
  void ChooseShift(Item* item) {
    const std::string& bucket = q_.set->buckets[*q_.every].text;
    const size_t space = bucket.find(' ');
    const bool folded = space != std::string::npos;
    int64_t n = 0;
    if (!folded || !absl::SimpleAtoi(bucket.substr(0, space), &n)) n = 1;
    std::string unit = folded ? bucket.substr(space + 1) : bucket;
    if (unit.back() == 's') unit.pop_back();
    n *= 1 + static_cast<int64_t>(Below(3));
    if (!folded && !Chance(3)) {
      std::vector<std::string> units = {unit};
      if (unit == "day" && !q_.set->sub_day()) {
        units = {"day", "week", "month", "quarter", "year"};
      } else if (unit == "month") {
        units = {"month", "quarter", "year"};
      } else if (unit == "quarter") {
        units = {"quarter", "year"};
      }
      unit = Pick(units);
      n = unit == "year" ? 1 : n;
    }
    item->shift = absl::StrCat(n, " ", unit, n == 1 ? "" : "s");
    int64_t factor = 1;
    if (unit == "week") {
      factor = 7;
      unit = "day";
    } else if (unit == "quarter") {
      factor = 3;
      unit = "month";
    }
    item->sql_shift = absl::StrCat("-", n * factor, " ", unit, "s");
  }

  void MakeLookBack() {
    ChooseSpan(60);
    const F function = ChooseRowFunction();
    AddItem(Form::kPlain, function);
    const std::vector<Form> forms = {Form::kLag, Form::kDelta, Form::kGrowth};
    for (uint64_t n = 1 + Below(2); n > 0; --n) {
      AddItem(Pick(forms), function);
      ChooseShift(&q_.items.back());
    }
  }

  void MakeRunning() {
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

  void MakeRanks() {
    NeedGroups();
    ChooseSpan(40);
    const F function = ChooseRowFunction();
    AddItem(Form::kPlain, function);
    AddItem(Form::kRank, function);
    if (Chance(2)) return;
    AddItem(Form::kRankDelta, function);
    ChooseShift(&q_.items.back());
  }

  void MakeInner() {
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
    q_.inner_function = Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax,
                                            F::kCount, F::kLast, F::kMedian});
    if (Chance(2)) {
      AddItem(Form::kPlain, Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax,
                                                F::kFirst, F::kLast, F::kCount,
                                                F::kMedian, F::kStddev}));
      return;
    }
    NeedGroups();
    AddItem(Form::kPlain, F::kCountInTop);
    q_.items[0].n = 1 + static_cast<int64_t>(Below(20));
  }

  void MakeAcross() {
    const auto& dimensions = q_.set->spec.dimensions;
    if (IsLevel(*q_.set) || q_.by.size() == dimensions.size()) {
      q_.by.resize(Below(dimensions.size()));
    }
    for (size_t i = 0; i < dimensions.size(); ++i) {
      const bool split =
          std::find(q_.by.begin(), q_.by.end(), i) != q_.by.end();
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
        q_.every == 0
            ? F::kBare
            : Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax, F::kLast});
    AddItem(Form::kPlain, function);
  }

  void MakeOthers() {
    q_.by.assign(1, Below(q_.set->spec.dimensions.size()));
    ChooseSpan(40);
    if (Chance(2)) ChooseEvery();
    AddItem(Form::kPlain,
            Pick(std::vector<F>{F::kAvg, F::kMin, F::kMax, F::kSum}));
    q_.top = 1 + static_cast<int64_t>(Below(10));
    q_.others = "all the rest";
  }

  Kind kind_;
  std::mt19937_64 random_;
  std::vector<const DataSet*> fitting_;
  Question q_;
  const DataSet::Row* sample_;  // the question is about it, among others
};

}  // namespace

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
  }
  return "";
}

Question MakeQuestion(Kind kind, uint64_t seed,
                      const std::vector<DataSet>& sets) {
  return Maker(kind, seed, sets).Make();
}

}  // namespace footfall::oracle
