#include "query/lang/nearest.h"

#include <algorithm>
#include <vector>

#include "query/lang/utf8.h"

namespace footfall::query {
namespace {

// Longer words are not compared: nobody mistypes 80 characters.
constexpr size_t kMaxCharacters = 80;

std::u32string Fold(absl::string_view text) {
  std::u32string out;
  while (!text.empty()) {
    const Character c = FirstCharacter(text);
    const bool upper = c.code >= 'A' && c.code <= 'Z';
    out.push_back(static_cast<char32_t>(upper ? c.code + ('a' - 'A') : c.code));
    text.remove_prefix(c.size);
  }
  return out;
}

// Optimal string alignment distance of a and b, or `limit` if it is not less.
size_t Distance(const std::u32string& a, const std::u32string& b,
                size_t limit) {
  const size_t difference =
      a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference >= limit) return limit;
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    size_t least = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
      least = std::min(least, row[j]);
    }
    if (least >= limit) return limit;
    std::swap(before, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], limit);
}

}  // namespace

Nearest::Nearest(absl::string_view word)
    : word_(Fold(word)), limit_(std::max<size_t>(word_.size() / 3, 1) + 1) {}

void Nearest::Offer(absl::string_view candidate) {
  if (candidate.empty() || limit_ == 0 || word_.size() > kMaxCharacters ||
      candidate.size() > 4 * kMaxCharacters) {
    return;
  }
  const std::u32string folded = Fold(candidate);
  const size_t distance = Distance(word_, folded, limit_);
  // A word with nothing of the candidate left in it is not a slip.
  if (distance >= limit_ || distance >= folded.size()) return;
  limit_ = distance;
  best_ = std::string(candidate);
  found_ = true;
}

std::string NearestOf(absl::string_view word,
                      absl::Span<const absl::string_view> candidates) {
  Nearest nearest(word);
  for (const absl::string_view candidate : candidates) nearest.Offer(candidate);
  return nearest.best();
}

}  // namespace footfall::query
