// One question, made of a seed: what it is about, and what it asks of that.

#ifndef FOOTFALL_TESTS_ORACLE_MAKER_H_
#define FOOTFALL_TESTS_ORACLE_MAKER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "tests/oracle/data_set.h"
#include "tests/oracle/generate.h"
#include "tests/oracle/question.h"

namespace footfall::oracle {

class Maker {
 public:
  Maker(Kind kind, uint64_t seed, const std::vector<DataSet>& sets);
  Question Make();

 private:
  // generate.cc
  bool Fits(const DataSet& set) const;

  uint64_t Below(uint64_t n) { return random_() % n; }
  bool Chance(uint64_t one_in) { return Below(one_in) == 0; }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }
  // Not one under a name that is another's from some date on: whoever asks for
  // that finds both, which no condition of SQL says.
  const DataSet::Row& AnyRow() {
    while (true) {
      const DataSet::Row& row = q_.set->rows[Below(q_.set->rows.size())];
      if (std::none_of(q_.set->aliases.begin(), q_.set->aliases.end(),
                       [&](const Alias& alias) {
                         return alias.old_name == row.members[0];
                       })) {
        return row;
      }
    }
  }

  static bool IsLevel(const DataSet& set) {
    return set.spec.over_time == Additivity::kLevel;
  }
  // Daily numbers of apps and platforms, which stand beside one another.
  static bool IsOfApps(const DataSet& set) {
    const auto& dimensions = set.spec.dimensions;
    return set.spec.period == Period{Unit::kDay, 1} && !set.decimal() &&
           dimensions.size() >= 2 && dimensions[0].name == "app" &&
           dimensions[1].name == "platform";
  }
  // All of such a set costs SQLite seconds: it is asked for rarely.
  static constexpr size_t kLarge = 150'000;
  bool IsLarge() const { return q_.set->rows.size() > kLarge; }

  // maker_choices.cc: groups, members, time
  size_t LevelCount() const;
  void ChooseBy();
  // BY at least one dimension.
  void NeedGroups();
  static std::string Quoted(const std::string& text);
  std::string Pattern(const std::string& member);
  void AddCondition();
  void ChooseWhere();
  void ChooseSpan(int64_t days);
  void ChooseClosedSpan(int64_t days);
  void SetDate(absl::CivilDay day, Span* span);
  void ChooseEvery();
  void ChooseShift(Item* item);

  // maker_items.cc: a kind each, and what they share
  std::vector<Function> Calculable() const;
  Function ChooseRowFunction();
  void AddItem(Item::Form form, Function function,
               Function other = Function::kAvg);
  void AddPlainItems(uint64_t n);
  void ChooseTest();
  void MakeArithmetic();
  void ChooseHaving();
  void MakeTop();
  void MakeShares();
  void MakeWithin();
  void MakeFirstTime();
  void MakeOrder();
  void MakeBraces();
  void MakeLookBack();
  void MakeRunning();
  void MakeRanks();
  void MakeInner();
  void MakeAcross();
  void MakeOthers();
  void MakeTwoMetrics();
  void AddSides();
  void MakeSidesOrder();
  void MakeFill();
  void MakeEvents();

  Kind kind_;
  std::mt19937_64 random_;
  std::vector<const DataSet*> fitting_;
  std::vector<const DataSet*> of_apps_;
  Question q_;
  const DataSet::Row* sample_;  // the question is about it, among others
};

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_ORACLE_MAKER_H_
