// The first thing that differed, and what was done before it.

#ifndef FOOTFALL_TESTS_MODEL_FIRST_WRONG_H_
#define FOOTFALL_TESTS_MODEL_FIRST_WRONG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace footfall::testing {

class FirstWrong {
 public:
  // `notes` may be null.
  explicit FirstWrong(std::vector<std::string>* notes) : notes_(notes) {}

  explicit operator bool() const { return wrong_.has_value(); }
  const std::string& text() const { return *wrong_; }

  void Wrong(std::string what) {
    if (!wrong_) wrong_ = std::move(what);
  }
  void Succeeds(const absl::Status& status) {
    if (!status.ok()) Wrong(status.ToString());
  }
  void Same(const std::optional<std::string>& difference) {
    if (difference) Wrong(*difference);
  }
  void Equal(absl::string_view what, uint64_t expected, uint64_t found) {
    if (expected == found) return;
    Wrong(absl::StrCat(what, ": expected ", expected, ", found ", found));
  }
  void Refused(const absl::Status& status, absl::StatusCode code) {
    if (status.code() == code) return;
    Wrong(absl::StrCat("expected ", absl::StatusCodeToString(code), ", found ",
                       status.ToString()));
  }

  bool takes_notes() const { return notes_ != nullptr; }
  void Note(std::string text) {
    if (notes_ != nullptr) notes_->push_back(std::move(text));
  }

 private:
  std::vector<std::string>* const notes_;
  std::optional<std::string> wrong_;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_FIRST_WRONG_H_
