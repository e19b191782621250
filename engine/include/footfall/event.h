// What happened, who was renamed, and what members are: names beside the
// samples, in the same batches, the same log and the same snapshots.
//
// Threads: plain values and functions of them.

#ifndef FOOTFALL_EVENT_H_
#define FOOTFALL_EVENT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "footfall/metric.h"
#include "footfall/period.h"

#pragma GCC visibility push(default)
namespace footfall {

inline constexpr size_t kMaxNoteBytes = 4096;
// Of a database.
inline constexpr size_t kMaxEvents = 100'000;
inline constexpr size_t kMaxAliases = 10'000;
inline constexpr size_t kMaxAttributes = 100'000;

// A member of a dimension, by name.
struct DimensionMember {
  std::string dimension = {};
  std::string member = {};

  friend bool operator==(const DimensionMember&,
                         const DimensionMember&) = default;
};

// A release, an outage, a campaign: something that happened on a date. Kind,
// name, date and members together say which event it is.
struct Event {
  std::string kind = {};  // 'release'; 1 to kMaxMemberBytes
  std::string name = {};  // 'V3'; likewise
  Date date = {};         // as precise as it was written
  // What it happened to, by dimension, one member each; none: to everything.
  std::vector<DimensionMember> members = {};
  std::string note = {};    // up to kMaxNoteBytes; may be empty
  std::string source = {};  // where it is from; likewise

  friend bool operator==(const Event&, const Event&) = default;
};

// By the first second of the date, then kind, name and members, byte by byte;
// 0 where both are the same event, whatever their notes and sources.
int CompareEvents(const Event& a, const Event& b);

// INVALID_ARGUMENT names the part, what was found and what would be right.
// Members stand in order of their dimensions.
absl::Status ValidateEvent(const Event& event);

// One member that appears under two names: samples of `old_name` are to be read
// as those of `new_name`.
struct Alias {
  std::string dimension = {};
  std::string old_name = {};      // 1 to kMaxMemberBytes
  std::string new_name = {};      // likewise; another
  std::optional<Date> from = {};  // samples from its start on; none: all

  friend bool operator==(const Alias&, const Alias&) = default;
};

// As ValidateEvent().
absl::Status ValidateAlias(const Alias& alias);

// What a member of a dimension is: its category, its maker. Questions are split
// by the name as by a dimension. Of a member's values of one name that with the
// latest `from` holds.
struct Attribute {
  std::string dimension = {};
  std::string member = {};  // 1 to kMaxMemberBytes
  std::string name = {};    // of the attribute; another than the dimension
  std::string value = {};   // up to kMaxMemberBytes; empty: it is not known
  std::optional<Date> from = {};  // from its start on; none: always

  friend bool operator==(const Attribute&, const Attribute&) = default;
};

// By name, member and when they begin; 0 where one takes the place of the
// other. Of a name, all are of one dimension.
int CompareAttributes(const Attribute& a, const Attribute& b);

// As ValidateEvent().
absl::Status ValidateAttribute(const Attribute& attribute);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_EVENT_H_
