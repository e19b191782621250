// How many questions were asked of what, and how they went.

#ifndef FOOTFALL_TESTS_ORACLE_TALLY_H_
#define FOOTFALL_TESTS_ORACLE_TALLY_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "tests/oracle/generate.h"
#include "tests/oracle/question.h"

namespace footfall::oracle {

class Tally {
 public:
  Tally();

  // `row_count` as SQLite has it, which took `sqlite_s`.
  void Add(Kind kind, const Question& question, size_t row_count, bool wrong,
           double footfall_s, double sqlite_s);

  void Print() const;

  struct Counts {
    int asked = 0;
    int empty = 0;
    int wrong = 0;
    size_t rows = 0;
    double footfall_s = 0;  // of processor time
    double sqlite_s = 0;
  };
  Counts All() const;
  const std::map<Kind, Counts>& kinds() const { return kinds_; }

  // How many questions said each of the words that every run should say.
  const std::map<std::string, int>& words() const { return words_; }

 private:
  std::map<Kind, Counts> kinds_;
  std::map<std::string, int> words_;
  std::set<std::string> combinations_;  // of a set and its BY
};

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_ORACLE_TALLY_H_
