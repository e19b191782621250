// Events are sorted, however their hashes fall.

#include "storage/sets/user_events.h"

#include <algorithm>
#include <random>

#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

TEST_CASE("events are sorted by hash and cell", "[sets]") {
  std::mt19937_64 random(5);
  for (const size_t count : {0u, 1u, 2u, 255u, 256u, 3000u, 200'000u}) {
    for (int kind = 0; kind < 5; ++kind) {
      std::vector<UserEvent> events;
      for (size_t i = 0; i < count; ++i) {
        const uint64_t hash = kind == 0   ? random()        // as hashes fall
                              : kind == 1 ? random() >> 12  // of one range
                              : kind == 2 ? random() % 50   // few users
                              : kind == 3 ? 7               // one user
                                          : i;              // sorted already
        events.push_back({hash, static_cast<uint32_t>(random() % 4096)});
      }
      const auto less = [](const UserEvent& a, const UserEvent& b) {
        return a.hash != b.hash ? a.hash < b.hash : a.cell < b.cell;
      };
      std::vector<UserEvent> sorted = events;
      std::stable_sort(sorted.begin(), sorted.end(), less);
      SortEvents(&events);
      REQUIRE(events.size() == sorted.size());
      bool same = true;
      for (size_t i = 0; i < count; ++i) {
        same &= events[i].hash == sorted[i].hash &&
                events[i].cell == sorted[i].cell;
      }
      CHECK(same);
    }
  }
}

}  // namespace
}  // namespace footfall::storage
