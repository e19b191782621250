// The nine questions in SQL that any engine of SQL reads.
//
//   samples (app, platform, time, value)   keyed by the first three
//   apps (id, name), platforms (id, name)  what the numbers stand for
//   days (time, month)                     of each day, the months since
//                                          1970-01: date functions are slow,
//                                          and every engine has its own

#ifndef FOOTFALL_BENCH_COMPARE_SQL_QUESTIONS_H_
#define FOOTFALL_BENCH_COMPARE_SQL_QUESTIONS_H_

#include <string>

#include "bench/compare/engine.h"

namespace footfall::bench {

struct SqlQuestion {
  std::string text;
  int keys = 0;  // the first columns are keys of AnswerRow, the rest values
};

SqlQuestion SqlOf(Question question);

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_COMPARE_SQL_QUESTIONS_H_
