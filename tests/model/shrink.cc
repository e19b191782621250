#include "tests/model/shrink.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace footfall::testing {
namespace {

class Shrinker {
 public:
  Shrinker(std::vector<Operation> operations,
           const std::function<bool(const std::vector<Operation>&)>& fails,
           int max_runs)
      : kept_(std::move(operations)), fails_(fails), runs_left_(max_runs) {}

  std::vector<Operation> Run() {
    bool smaller = true;
    while (smaller && runs_left_ > 0) {
      smaller = LeaveOutOperations();
      smaller |= LeaveOutRows();
    }
    return kept_;
  }

 private:
  // Keeps `less` if it fails.
  bool Try(std::vector<Operation> less) {
    if (runs_left_ == 0) return false;
    --runs_left_;
    if (!fails_(less)) return false;
    kept_ = std::move(less);
    return true;
  }

  bool LeaveOutOperations() {
    bool smaller = false;
    for (size_t size = (kept_.size() + 1) / 2; size > 0; size /= 2) {
      // From the end: what comes last rarely matters.
      for (size_t end = kept_.size(); end > 0;) {
        const size_t begin = end - std::min(size, end);
        std::vector<Operation> less = kept_;
        less.erase(less.begin() + static_cast<ptrdiff_t>(begin),
                   less.begin() + static_cast<ptrdiff_t>(end));
        smaller |= Try(std::move(less));
        end = begin;
      }
    }
    return smaller;
  }

  bool LeaveOutRows() {
    bool smaller = false;
    for (size_t i = 0; i < kept_.size(); ++i) {
      while (kept_[i].rows > 1 && (TryRows(i, false) || TryRows(i, true))) {
        smaller = true;
      }
    }
    return smaller;
  }

  bool TryRows(size_t i, bool second_half) {
    std::vector<Operation> less = kept_;
    const uint32_t half = less[i].rows / 2;
    if (second_half) less[i].first_row += half;
    less[i].rows = second_half ? less[i].rows - half : half;
    return Try(std::move(less));
  }

  std::vector<Operation> kept_;
  const std::function<bool(const std::vector<Operation>&)>& fails_;
  int runs_left_;
};

}  // namespace

std::vector<Operation> Shrink(
    std::vector<Operation> operations,
    const std::function<bool(const std::vector<Operation>&)>& fails,
    int max_runs) {
  return Shrinker(std::move(operations), fails, max_runs).Run();
}

}  // namespace footfall::testing
