// "Did you mean": the candidate nearest to a word that was not found.

#ifndef FOOTFALL_QUERY_LANG_NEAREST_H_
#define FOOTFALL_QUERY_LANG_NEAREST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footfall::query {

// Collects candidates one by one, so that a dictionary need not be copied.
// Distance counts characters put in, left out, changed or swapped, letter case
// aside; a candidate further than a third of the word is not near. Of equally
// near ones the first offered wins.
class Nearest {
 public:
  explicit Nearest(absl::string_view word);

  void Offer(absl::string_view candidate);

  // Empty: nothing was near.
  const std::string& best() const { return best_; }
  bool found() const { return found_; }

 private:
  std::u32string word_;
  size_t limit_;  // distance that a candidate must stay under
  std::string best_;
  bool found_ = false;
};

// The nearest of `candidates`; empty where none is near.
std::string NearestOf(absl::string_view word,
                      absl::Span<const absl::string_view> candidates);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_NEAREST_H_
