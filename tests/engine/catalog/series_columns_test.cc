// Dictionaries and series tables in memory.

#include "engine/catalog/series_columns.h"

#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/catalog/members.h"
#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

TEST_CASE("members are numbered in order of appearance", "[catalog]") {
  Dictionary members(3, "app");
  CHECK(members.count() == 1);
  CHECK(members.Add("") == 0);
  CHECK(members.Add("b") == 1);
  CHECK(members.Add("a") == 2);
  CHECK(members.Add("b") == 1);
  CHECK(members.count() == 3);
  CHECK(members.Name(0).empty());
  CHECK(members.Name(2) == "a");
  CHECK(members.Find("a", 3) == 2);
  CHECK_FALSE(members.Find("a", 2).has_value());  // not yet in that state
  CHECK_FALSE(members.Find("c", 3).has_value());
  const std::vector<absl::string_view> names = {"a", "x", "", "b"};
  std::vector<MemberId> found(names.size());
  CHECK(members.FindAll(names, absl::MakeSpan(found)) == 1);
  CHECK(found == std::vector<MemberId>{2, kUnknownId, 0, 1});
}

TEST_CASE("a member's text stays where it is", "[catalog]") {
  Dictionary members(1, "app");
  members.Add("first");
  const absl::string_view first = members.Name(1);
  for (int i = 0; i < 50'000; ++i) {
    members.Add("member number " + std::to_string(i));
  }
  CHECK(first.data() == members.Name(1).data());
  CHECK(first == "first");
  CHECK(members.Name(40'002) == "member number 40000");
}

TEST_CASE("a member costs its text and some twenty bytes", "[catalog]") {
  Dictionary members(1, "app");
  size_t text = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string name = "app " + std::to_string(i);
    text += name.size();
    members.Add(name);
  }
  CHECK(members.memory_bytes() < text * 2 + 100'000 * 28);
}

// Row-wise tuples as columns.
struct Tuples {
  std::vector<std::vector<MemberId>> columns;
  std::vector<absl::Span<const MemberId>> spans() const {
    return {columns.begin(), columns.end()};
  }
};

TEST_CASE("a series is found by its members, in any order of asking",
          "[catalog]") {
  std::mt19937 random(5);
  SeriesColumns table(3);
  std::map<std::vector<MemberId>, SeriesId> expected;
  Tuples all{std::vector<std::vector<MemberId>>(3)};
  for (int batch = 0; batch < 5; ++batch) {
    Tuples fresh{std::vector<std::vector<MemberId>>(3)};
    for (int i = 0; i < 2000; ++i) {
      const std::vector<MemberId> tuple = {
          static_cast<MemberId>(random() % 500),
          static_cast<MemberId>(random() % 4),
          static_cast<MemberId>(random() % 8)};
      const SeriesId next = static_cast<SeriesId>(expected.size());
      if (expected.emplace(tuple, next).second) {
        for (size_t d = 0; d < 3; ++d) {
          fresh.columns[d].push_back(tuple[d]);
          all.columns[d].push_back(tuple[d]);
        }
      }
    }
    table.Append(fresh.spans(), fresh.columns[0].size());
    std::vector<SeriesId> found(all.columns[0].size());
    REQUIRE(table.Find(all.spans(), absl::MakeSpan(found)) == 0);
    for (SeriesId series = 0; series < found.size(); ++series) {
      REQUIRE(found[series] == series);
    }
  }
  CHECK(table.count() == expected.size());
  Tuples asked{std::vector<std::vector<MemberId>>(3)};
  std::vector<SeriesId> answers;
  for (int i = 0; i < 5000; ++i) {
    const std::vector<MemberId> tuple = {
        i % 100 == 0 ? kUnknownId : static_cast<MemberId>(random() % 600),
        static_cast<MemberId>(random() % 4),
        static_cast<MemberId>(random() % 8)};
    for (size_t d = 0; d < 3; ++d) {
      asked.columns[d].push_back(tuple[d]);
    }
    const auto known = expected.find(tuple);
    answers.push_back(known == expected.end() ? kUnknownId : known->second);
  }
  std::vector<SeriesId> found(answers.size());
  table.Find(asked.spans(), absl::MakeSpan(found));
  CHECK(found == answers);
}

TEST_CASE("a block that may not hold a member does not", "[catalog]") {
  std::mt19937 random(6);
  SeriesColumns table(1);
  std::vector<MemberId> members;
  for (MemberId i = 0; i < 5000; ++i) {
    members.push_back(i / 3 + static_cast<MemberId>(random() % 5));
  }
  const std::vector<absl::Span<const MemberId>> spans = {members};
  table.Append(spans, members.size());
  for (SeriesId block = 0; block * SeriesTable::kBlock < 5000; ++block) {
    const size_t begin = block * SeriesTable::kBlock;
    const size_t end = std::min<size_t>(5000, begin + SeriesTable::kBlock);
    for (MemberId member = 0; member < 2000; ++member) {
      const bool holds =
          std::find(members.begin() + static_cast<ptrdiff_t>(begin),
                    members.begin() + static_cast<ptrdiff_t>(end),
                    member) != members.begin() + static_cast<ptrdiff_t>(end);
      if (holds) {
        REQUIRE(table.BlockMayHold(0, block, member));
      }
    }
    // One app fills few blocks: most are skipped.
    CHECK_FALSE(table.BlockMayHold(0, block, block < 2 ? 1600 : 0));
  }
}

TEST_CASE("a series costs four bytes a dimension and a few for its index",
          "[catalog]") {
  SeriesColumns table(3);
  Tuples tuples{std::vector<std::vector<MemberId>>(3)};
  for (MemberId i = 0; i < 100'000; ++i) {
    tuples.columns[0].push_back(i / 3);
    tuples.columns[1].push_back(i % 3);
    tuples.columns[2].push_back(0);
  }
  table.Append(tuples.spans(), 100'000);
  CHECK(table.memory_bytes() < 100'000 * 12.5);  // no index until one writes
  std::vector<SeriesId> found(100'000);
  table.Find(tuples.spans(), absl::MakeSpan(found));
  CHECK(table.memory_bytes() < 100'000 * 25);
}

TEST_CASE("readers of a series table run beside its writer",
          "[catalog][thread]") {
  SeriesColumns table(2);
  std::atomic<SeriesId> published = 0;
  constexpr SeriesId kCount = 20'000;
  std::atomic<int> wrong = 0;
  std::thread reader([&] {
    SeriesId count = 0;
    std::vector<MemberId> members;
    while (count < kCount) {
      count = published.load(std::memory_order_acquire);
      members.resize(count);
      table.ReadMembers(1, 0, absl::MakeSpan(members));
      for (SeriesId i = 0; i < count; ++i) {
        wrong += members[i] == i + 7 ? 0 : 1;
      }
      for (SeriesId block = 0; block * SeriesTable::kBlock < count; ++block) {
        wrong += table.BlockMayHold(1, block, block * SeriesTable::kBlock + 7)
                     ? 0
                     : 1;
      }
    }
  });
  for (SeriesId i = 0; i < kCount; i += 100) {
    Tuples tuples{std::vector<std::vector<MemberId>>(2)};
    for (SeriesId j = i; j < i + 100; ++j) {
      tuples.columns[0].push_back(j % 10);
      tuples.columns[1].push_back(j + 7);
    }
    table.Append(tuples.spans(), 100);
    published.store(i + 100, std::memory_order_release);
  }
  reader.join();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace footfall::engine
