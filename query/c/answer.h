// An answer as C sees it: the vectors of an Answer by their addresses, and
// arrays made of those that C cannot read.

#ifndef FOOTFALL_QUERY_C_ANSWER_H_
#define FOOTFALL_QUERY_C_ANSWER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "footfall/answer.h"
#include "footfall/footfall.h"

namespace footfall::query {

// Immutable, and never moved: C and Arrow hold pointers into it.
class CAnswer {
 public:
  explicit CAnswer(Answer answer);
  CAnswer(const CAnswer&) = delete;
  CAnswer& operator=(const CAnswer&) = delete;

  const Answer& answer() const { return answer_; }
  const std::vector<footfall_column>& columns() const { return columns_; }

 private:
  // Of one column, what Answer has otherwise; empty where it has not.
  struct Arrays {
    std::vector<uint8_t> missing;
    std::vector<uint32_t> codes;
    std::vector<const char*> dictionary;
    std::vector<int64_t> starts;
  };

  const Answer answer_;
  std::vector<Arrays> arrays_;
  std::vector<footfall_column> columns_;
};

// Seconds from 1970-01-01T00:00 on the same clock.
int64_t CivilSeconds(const absl::CivilSecond& time);

}  // namespace footfall::query

struct footfall_answer {
  std::shared_ptr<const footfall::query::CAnswer> shared;
};

namespace footfall::query {

// A new handle for C to free.
footfall_answer* NewAnswer(Answer answer);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_C_ANSWER_H_
