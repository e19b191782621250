// What an event and an alias may hold, and in which order events stand.

#include "footfall/event.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

Event Release(const std::string& name, const std::string& date) {
  Event event;
  event.kind = "release";
  event.name = name;
  event.date = *ParseDate(date);
  return event;
}

TEST_CASE("an event that does not fit is refused by its part", "[event]") {
  CHECK(ValidateEvent(Release("V3", "2024-12-26")).ok());
  struct Case {
    std::function<void(Event*)> spoil;
    std::string part;  // of the message
  };
  const Case cases[] = {
      {[](Event* e) { e->kind.clear(); }, "event, kind: it is empty"},
      {[](Event* e) { e->name.clear(); }, "name: it is empty"},
      {[](Event* e) { e->kind = std::string(256, 'k'); },
       "kind: text of 256 bytes; at most 255"},
      {[](Event* e) { e->name = "a\nb"; }, "name: byte 1 of the text"},
      {[](Event* e) { e->note = "\xff"; }, "note: byte 0 of the text"},
      {[](Event* e) { e->note = std::string(4097, 'n'); },
       "note: text of 4097 bytes; at most 4096"},
      {[](Event* e) { e->source = std::string(4097, 's'); },
       "source: text of 4097 bytes; at most 4096"},
      // A month that begins on its second day; a day with a zone.
      {[](Event* e) {
         e->date = {Unit::kMonth, absl::CivilSecond(2025, 1, 2), {}};
       },
       "date: it is no stretch of the calendar"},
      {[](Event* e) { e->date.utc_offset_s = 0; },
       "date: it is no stretch of the calendar"},
      {[](Event* e) { e->date.start = absl::CivilSecond(10000, 1, 1); },
       "date: it is no stretch of the calendar"},
      {[](Event* e) {
         e->members = {{"App", "A"}};
       },
       "\"App\" is no name"},
      {[](Event* e) {
         e->members = {{"app", ""}};
       },
       "app: it is empty"},
      {[](Event* e) {
         e->members = {{"app", "A"}, {"app", "B"}};
       },
       "app: dimensions stand in order, each at most once"},
      {[](Event* e) {
         for (char c = 'a'; c < 'j'; ++c) {
           e->members.push_back({std::string(1, c), "x"});
         }
       },
       "members: found 9; at most 8"},
  };
  for (const Case& test : cases) {
    Event event = Release("V3", "2024-12-26");
    test.spoil(&event);
    const absl::Status status = ValidateEvent(event);
    CAPTURE(test.part, status);
    CHECK(absl::IsInvalidArgument(status));
    CHECK(absl::StrContains(status.message(), test.part));
  }
  Event longest = Release(std::string(255, 'n'), "2025");
  longest.note = std::string(4096, 'n');
  CHECK(ValidateEvent(longest).ok());
}

TEST_CASE("an alias that does not fit is refused by its part", "[event]") {
  const Alias good = {"app", "old", "new", std::nullopt};
  CHECK(ValidateAlias(good).ok());
  struct Case {
    std::function<void(Alias*)> spoil;
    std::string part;
  };
  const Case cases[] = {
      {[](Alias* a) { a->dimension = "8"; }, "\"8\" is no name"},
      {[](Alias* a) { a->old_name.clear(); }, "old name: it is empty"},
      {[](Alias* a) { a->new_name.clear(); }, "new name: it is empty"},
      {[](Alias* a) { a->new_name = std::string(256, 'n'); },
       "new name: text of 256 bytes"},
      {[](Alias* a) { a->new_name = "old"; }, "it is the old one, 'old'"},
      {[](Alias* a) {
         a->from = {Unit::kYear, absl::CivilSecond(2025, 2, 1), {}};
       },
       "from: it is no stretch of the calendar"},
  };
  for (const Case& test : cases) {
    Alias alias = good;
    test.spoil(&alias);
    const absl::Status status = ValidateAlias(alias);
    CAPTURE(test.part, status);
    CHECK(absl::IsInvalidArgument(status));
    CHECK(absl::StrContains(status.message(), test.part));
  }
}

TEST_CASE("an attribute that does not fit is refused by its part", "[event]") {
  const Attribute good = {"app", "A", "category", "", std::nullopt};
  CHECK(ValidateAttribute(good).ok());
  struct Case {
    std::function<void(Attribute*)> spoil;
    std::string part;
  };
  const Case cases[] = {
      {[](Attribute* a) { a->dimension = "8"; }, "\"8\" is no name"},
      {[](Attribute* a) { a->name = "Category"; }, "\"Category\" is no name"},
      {[](Attribute* a) { a->name = "time"; }, "it is a column"},
      {[](Attribute* a) { a->name = "app"; }, "it is that of the dimension"},
      {[](Attribute* a) { a->member.clear(); }, "member: it is empty"},
      {[](Attribute* a) { a->value = std::string(256, 'n'); },
       "value: text of 256 bytes"},
      {[](Attribute* a) {
         a->from = {Unit::kYear, absl::CivilSecond(2025, 2, 1), {}};
       },
       "from: it is no stretch of the calendar"},
  };
  for (const Case& test : cases) {
    Attribute attribute = good;
    test.spoil(&attribute);
    const absl::Status status = ValidateAttribute(attribute);
    CAPTURE(test.part, status);
    CHECK(absl::IsInvalidArgument(status));
    CHECK(absl::StrContains(status.message(), test.part));
  }
}

TEST_CASE("events stand by date, then by kind, name and members", "[event]") {
  std::vector<Event> order = {
      Release("A", "2024-12-31"), Release("A", "2025"),
      Release("B", "2025"),       Release("A", "2025-01-02"),
      Release("A", "2025-01-02"), Release("A", "2025-01-02"),
  };
  order[0].kind = "zzz";
  order[2].kind = "sale";
  order[4].members = {{"app", "A"}};
  order[5].members = {{"app", "A"}, {"region", "cn"}};
  for (size_t a = 0; a < order.size(); ++a) {
    for (size_t b = 0; b < order.size(); ++b) {
      CAPTURE(a, b);
      const int compared = CompareEvents(order[a], order[b]);
      CHECK((compared < 0) == (a < b));
      CHECK((compared == 0) == (a == b));
    }
  }
  // A day and the hour that begins it are two dates; a note is no part of it.
  CHECK(CompareEvents(Release("A", "2025-01-02"),
                      Release("A", "2025-01-02T00")) != 0);
  Event noted = order[1];
  noted.note = "seen";
  CHECK(CompareEvents(noted, order[1]) == 0);
}

}  // namespace
}  // namespace footfall
