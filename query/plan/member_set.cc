// Which members of one dimension a question allows.

#include "query/plan/member_set.h"

#include <algorithm>
#include <utility>

namespace footfall::query {
namespace {

// Bytes of the UTF-8 character that begins at `at`; 1 for a stray byte.
size_t CharacterSize(absl::string_view text, size_t at) {
  const unsigned char lead = static_cast<unsigned char>(text[at]);
  size_t size = 1;
  if (lead >= 0xc2 && lead < 0xf5) size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return std::min(size, text.size() - at);
}

}  // namespace

void MemberSet::KeepOnly(MemberId member) {
  if (!Contains(member)) {
    kind_ = Kind::kNone;
  } else {
    kind_ = Kind::kOne;
    one_ = member;
  }
  some_.clear();
}

void MemberSet::Keep(const std::vector<bool>& members) {
  std::vector<bool> kept(members.size());
  size_t count = 0;
  MemberId last = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    const MemberId member = static_cast<MemberId>(i);
    if (!members[i] || !Contains(member)) continue;
    kept[i] = true;
    last = member;
    ++count;
  }
  if (count < 2) {
    kind_ = count == 0 ? Kind::kNone : Kind::kOne;
    one_ = last;
    some_.clear();
    return;
  }
  kind_ = Kind::kSome;
  some_ = std::move(kept);
}

bool MemberSet::IsWithin(const MemberSet& other) const {
  if (!other.picked() || kind_ == Kind::kNone) return true;
  if (kind_ == Kind::kOne) return other.Contains(one_);
  if (kind_ != Kind::kSome) return false;
  for (size_t i = 0; i < some_.size(); ++i) {
    if (some_[i] && !other.Contains(static_cast<MemberId>(i))) return false;
  }
  return true;
}

bool MemberSet::Meets(const MemberSet& other) const {
  if (kind_ == Kind::kNone || other.kind_ == Kind::kNone) return false;
  if (!picked() || !other.picked()) return true;
  if (kind_ == Kind::kOne) return other.Contains(one_);
  for (size_t i = 0; i < some_.size(); ++i) {
    if (some_[i] && other.Contains(static_cast<MemberId>(i))) return true;
  }
  return false;
}

bool MatchesLike(absl::string_view text, absl::string_view pattern) {
  // Greedy with one way back: after a mismatch the last `%` takes one character
  // more. Earlier ones never need to: at most text x pattern comparisons.
  size_t t = 0;
  size_t p = 0;
  size_t after_percent = absl::string_view::npos;
  size_t retry_from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      after_percent = ++p;
      retry_from = t;
    } else if (p < pattern.size() && pattern[p] == '_') {
      ++p;
      t += CharacterSize(text, t);
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (after_percent != absl::string_view::npos) {
      p = after_percent;
      retry_from += CharacterSize(text, retry_from);
      t = retry_from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

}  // namespace footfall::query
