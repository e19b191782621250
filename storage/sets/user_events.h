// Events as they arrive, turned into what a piece is built of.

#ifndef FOOTFALL_STORAGE_SETS_USER_EVENTS_H_
#define FOOTFALL_STORAGE_SETS_USER_EVENTS_H_

#include <cstdint>
#include <vector>

#include "storage/sets/cells.h"

namespace footfall::storage {

// A user was in a cell.
struct UserEvent {
  uint64_t hash;
  uint32_t cell;
};

// Sorts events by (hash, cell), in any order and as often as they come. Hashes
// fall evenly, so most of the work is one pass that puts each where its first
// bits belong.
void SortEvents(std::vector<UserEvent>* events);

// Calls visit(UserSteps) for each user and lane of sorted events, ascending.
template <typename Visit>
void ForEachUserOf(const std::vector<UserEvent>& events, Visit visit) {
  for (size_t i = 0; i < events.size();) {
    UserSteps user = {events[i].hash, 0, events[i].cell / kPieceSteps};
    for (; i < events.size() && events[i].hash == user.hash &&
           events[i].cell / kPieceSteps == user.lane;
         ++i) {
      user.steps |= uint64_t{1} << events[i].cell % kPieceSteps;
    }
    visit(user);
  }
}

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_USER_EVENTS_H_
