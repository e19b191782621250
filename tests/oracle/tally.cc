#include "tests/oracle/tally.h"

#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace footfall::oracle {

Tally::Tally() {
  for (const char* word :
       {" EVERY week", " EVERY month", " IN", " LIKE", " NOT", " HAVING",
        " ORDER BY", " LIMIT", " TOP", " FILL", " event("}) {
    words_[word] = 0;
  }
}

void Tally::Add(Kind kind, const Question& question, size_t row_count,
                bool wrong, double footfall_s, double sqlite_s) {
  Counts& counts = kinds_[kind];
  ++counts.asked;
  counts.empty += row_count == 0;
  counts.wrong += wrong;
  counts.rows += row_count;
  counts.footfall_s += footfall_s;
  counts.sqlite_s += sqlite_s;
  const std::string text = question.Footfall();
  for (auto& [word, count] : words_) count += absl::StrContains(text, word);
  std::set<size_t> by(question.by.begin(), question.by.end());
  std::string combination = question.set->spec.name;
  for (const size_t dimension : by)
    absl::StrAppend(&combination, " ", dimension);
  combinations_.insert(combination);
}

Tally::Counts Tally::All() const {
  Counts all;
  for (const auto& [kind, counts] : kinds_) {
    all.asked += counts.asked;
    all.empty += counts.empty;
    all.wrong += counts.wrong;
    all.rows += counts.rows;
    all.footfall_s += counts.footfall_s;
    all.sqlite_s += counts.sqlite_s;
  }
  return all;
}

void Tally::Print() const {
  const auto print = [](const char* name, const Counts& counts) {
    std::printf("  %-12s %6d %6d %6d %9zu %9.2f %9.2f\n", name, counts.asked,
                counts.empty, counts.wrong, counts.rows, counts.footfall_s,
                counts.sqlite_s);
  };
  // Processor time, in seconds, stands under the names.
  std::printf("  %-12s %6s %6s %6s %9s %9s %9s\n", "kind", "asked", "empty",
              "wrong", "rows", "Footfall", "SQLite");
  for (const auto& [kind, counts] : kinds_) print(KindName(kind), counts);
  print("all", All());
  std::printf("  with");
  for (const auto& [word, count] : words_) {
    std::printf("%s %d,", word.c_str(), count);
  }
  std::printf(" %zu combinations of a set and BY\n", combinations_.size());
}

}  // namespace footfall::oracle
