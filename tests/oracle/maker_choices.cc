// What a question is about: groups, members, time.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "tests/oracle/maker.h"

namespace footfall::oracle {
namespace {

std::string Text(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

std::string FirstMoment(const DataSet& set, absl::CivilDay day) {
  return set.sub_day() ? Text(day) + " 00:00:00" : Text(day);
}

std::string LastMoment(const DataSet& set, absl::CivilDay day) {
  return set.sub_day() ? Text(day) + " 23:59:59" : Text(day);
}

}  // namespace

size_t Maker::LevelCount() const {
  return static_cast<size_t>(std::count_if(
      q_.set->spec.dimensions.begin(), q_.set->spec.dimensions.end(),
      [](const Dimension& d) { return d.rule == Additivity::kLevel; }));
}

void Maker::ChooseBy() {
  const auto& dimensions = q_.set->spec.dimensions;
  for (size_t i = 0; i < dimensions.size(); ++i) {
    // Levels cannot be combined.
    if (dimensions[i].rule == Additivity::kLevel || Chance(2)) {
      q_.by.push_back(i);
    }
  }
  std::shuffle(q_.by.begin(), q_.by.end(), random_);
}

void Maker::NeedGroups() {
  if (q_.by.empty()) q_.by.push_back(Below(q_.set->spec.dimensions.size()));
}

std::string Maker::Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

// A pattern that a member matches.
std::string Maker::Pattern(const std::string& member) {
  const size_t cut = Below(member.size() + 1);
  switch (Below(4)) {
    case 0:
      return member.substr(0, std::min<size_t>(cut, 3)) + "%";
    case 1:
      return absl::StrCat(
          "%", member.substr(member.size() - std::min<size_t>(cut, 2)));
    case 2: {
      std::string pattern = member;
      if (!pattern.empty()) pattern[Below(pattern.size())] = '_';
      return pattern;
    }
    default:
      return absl::StrCat("%", member.substr(cut / 2, 2), "%");
  }
}

// A condition that the question's sample meets, so that answers are not empty.
// Without another member to tell apart it may be met by all.
void Maker::AddCondition() {
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

void Maker::ChooseWhere() {
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

// About `days` days around a sample, said in one of the ways to say it; in sets
// of long periods or of minutes, as many steps.
void Maker::ChooseSpan(int64_t days) {
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
      span.now =
          absl::FromCivil(absl::CivilHour(last + 1) + 12, absl::UTCTimeZone());
      // ... as far as the metric's steps are days.
      if (set.spec.period.unit != Unit::kDay) {
        span.clause.clear();
        span.now = kAllIsOver;
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
void Maker::SetDate(absl::CivilDay day, Span* span) {
  const DataSet& set = *q_.set;
  absl::CivilDay first = day;
  absl::CivilDay end = day + 1;
  size_t length = 10;
  if (set.spec.period.unit == Unit::kQuarter || (!set.sub_day() && Chance(3))) {
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
void Maker::ChooseEvery() {
  q_.every = Chance(2) && q_.set->spec.period.unit == Unit::kDay
                 ? 1 + Below(2)
                 : Below(q_.set->buckets.size());
}

void Maker::ChooseClosedSpan(int64_t days) {
  do {
    q_.span = Span();
    ChooseSpan(days);
  } while (!q_.span.first || !q_.span.last);
}

// A shift that leads from bucket to bucket.
void Maker::ChooseShift(Item* item) {
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

}  // namespace footfall::oracle
