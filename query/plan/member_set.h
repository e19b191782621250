// Which members of one dimension a question allows.

#ifndef FOOTFALL_QUERY_PLAN_MEMBER_SET_H_
#define FOOTFALL_QUERY_PLAN_MEMBER_SET_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "footfall/metric.h"

namespace footfall::query {

// A set of member numbers. Starts as all of them: a dimension that no
// condition names, which is not *picked*.
class MemberSet {
 public:
  MemberSet() = default;

  // Narrows the set to `member` alone.
  void KeepOnly(MemberId member);
  // Narrows the set to the members with a bit; those past its end are out.
  void Keep(const std::vector<bool>& members);

  // Whether a condition named the dimension.
  bool picked() const { return kind_ != Kind::kAll; }
  bool Contains(MemberId member) const {
    switch (kind_) {
      case Kind::kAll:
        return true;
      case Kind::kOne:
        return member == one_;
      case Kind::kSome:
        return member < some_.size() && some_[member];
      case Kind::kNone:
        break;
    }
    return false;
  }
  // The only member; nullopt where there may be several, or none.
  std::optional<MemberId> single() const {
    if (kind_ == Kind::kOne) return one_;
    return std::nullopt;
  }
  // Whether every member of this set is in `other`.
  bool IsWithin(const MemberSet& other) const;
  // Whether some member is in both.
  bool Meets(const MemberSet& other) const;
  // What it takes beside itself.
  size_t Bytes() const { return some_.size() / 8; }
  bool certainly_empty() const { return kind_ == Kind::kNone; }
  // Memory beside the set itself.
  size_t size_bytes() const { return some_.capacity() / 8; }

  friend bool operator==(const MemberSet&, const MemberSet&) = default;

 private:
  enum class Kind : uint8_t { kAll, kOne, kSome, kNone };
  Kind kind_ = Kind::kAll;
  MemberId one_ = 0;
  std::vector<bool> some_;
};

// LIKE: `%` stands for any text, `_` for one character (not byte); everything
// else for itself.
bool MatchesLike(absl::string_view text, absl::string_view pattern);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_MEMBER_SET_H_
