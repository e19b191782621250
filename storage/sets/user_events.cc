#include "storage/sets/user_events.h"

#include <algorithm>
#include <bit>

namespace footfall::storage {
namespace {

bool Less(const UserEvent& a, const UserEvent& b) {
  return a.hash != b.hash ? a.hash < b.hash : a.cell < b.cell;
}

// Events for each place of the first pass.
constexpr size_t kEventsAPlace = 4;
// Fewer are sorted by comparing.
constexpr size_t kFewEvents = 256;
// So many bits of places: their counts stay in the second-level cache.
constexpr uint32_t kMostPlaceBits = 15;

// Hashes that do not fall evenly (no one's do, unless chosen) crowd a place.
constexpr size_t kCrowd = 64;

void SortPlace(UserEvent* begin, UserEvent* end) {
  if (static_cast<size_t>(end - begin) > kCrowd) {
    std::sort(begin, end, Less);
    return;
  }
  for (UserEvent* i = begin; i != end; ++i) {
    const UserEvent event = *i;
    UserEvent* at = i;
    for (; at != begin && Less(event, at[-1]); --at) {
      *at = at[-1];
    }
    *at = event;
  }
}

}  // namespace

void SortEvents(std::vector<UserEvent>* events) {
  if (events->size() < kFewEvents) {
    std::sort(events->begin(), events->end(), Less);
    return;
  }
  // All hashes of a range begin with the same bits.
  uint64_t differ = 0;
  for (const UserEvent& event : *events) {
    differ |= event.hash ^ events->front().hash;
  }
  const auto skip = static_cast<uint32_t>(std::countl_zero(differ | 1));
  const uint32_t bits = std::min(
      kMostPlaceBits,
      static_cast<uint32_t>(std::bit_width(events->size() / kEventsAPlace)));
  const auto place = [&](const UserEvent& event) {
    return event.hash << skip >> (64 - bits);
  };
  std::vector<size_t> ends((size_t{1} << bits) + 1);
  for (const UserEvent& event : *events) {
    ++ends[place(event) + 1];
  }
  for (size_t i = 1; i < ends.size(); ++i) {
    ends[i] += ends[i - 1];
  }
  std::vector<UserEvent> sorted(events->size());
  for (const UserEvent& event : *events) {
    sorted[ends[place(event)]++] = event;
  }
  // ends[i] is now where place i ends.
  size_t begin = 0;
  for (size_t i = 0; i + 1 < ends.size(); ++i) {
    SortPlace(sorted.data() + begin, sorted.data() + ends[i]);
    begin = ends[i];
  }
  events->swap(sorted);
}

}  // namespace footfall::storage
