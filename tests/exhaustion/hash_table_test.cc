// Hash tables whose allocations fail, against standard ones that do not.

#include "footfall/hash_table.h"

#include <map>
#include <new>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/exhaustion/failing_new.h"
#include "tests/support/catch.h"

namespace footfall::testing {
namespace {

// Too long to lie in the string itself.
std::string Name(uint32_t number) {
  return absl::StrCat("a name of more than some bytes, number ", number);
}

// Runs `change`; false where memory ran out at its n-th allocation.
template <typename Change>
bool Try(uint64_t n, const Change& change) {
  FailAllocation(Failing::kOne, n);
  bool done = true;
  try {
    change();
  } catch (const std::bad_alloc&) {
    done = false;
  }
  FailAllocation(Failing::kNone, 0);
  return done;
}

TEST_CASE("a map whose allocations fail stays as it was", "[exhaustion]") {
  std::mt19937 random(7);
  FlatHashMap<std::string, std::string> map;
  std::map<std::string, std::string> plain;
  int failures = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = Name(random() % 700);
    const std::string value = Name(random() % 1000);
    const uint64_t n = random() % 6;
    switch (random() % 5) {
      case 0: {
        map.erase(key);
        plain.erase(key);
        break;
      }
      case 1: {
        if (Try(n, [&] { map[key] = value; })) {
          plain[key] = value;
        } else {
          ++failures;
          // It may have gone in without its value.
          if (map.contains(key)) plain.try_emplace(key);
        }
        break;
      }
      case 2: {
        if (Try(n, [&] { map.try_emplace(key, value); })) {
          plain.try_emplace(key, value);
        } else {
          ++failures;
        }
        break;
      }
      default: {
        if (Try(n, [&] { map.emplace(key, value); })) {
          plain.emplace(key, value);
        } else {
          ++failures;
        }
      }
    }
    if (i % 500 == 0) {
      // A copy, and what is left after some went.
      FlatHashMap<std::string, std::string> copy;
      if (Try(random() % 40, [&] { copy = map; }))
        CHECK(copy.size() == map.size());
      map.EraseIf(
          [](const auto& element) { return element.first.back() == '7'; });
      std::erase_if(plain, [](const auto& element) {
        return element.first.back() == '7';
      });
      const std::map<std::string, std::string> held(map.begin(), map.end());
      REQUIRE(held == plain);
    }
  }
  CHECK(failures > 1000);
  map.clear();
  CHECK(map.emplace("a", "b").second);
}

TEST_CASE("a set whose allocations fail stays as it was", "[exhaustion]") {
  std::mt19937 random(8);
  FlatHashSet<uint32_t> set;
  std::set<uint32_t> plain;
  int failures = 0;
  for (int i = 0; i < 20'000; ++i) {
    const uint32_t key = random() % 5'000;
    if (random() % 3 == 0) {
      set.erase(key);
      plain.erase(key);
    } else if (Try(random() % 2, [&] { set.insert(key); })) {
      plain.insert(key);
    } else {
      ++failures;
    }
    if (i % 1000 == 0) {
      Try(0, [&] { set.reserve(set.size() * 3); });
      REQUIRE(std::set<uint32_t>(set.begin(), set.end()) == plain);
    }
  }
  CHECK(failures > 5);
  FlatHashSet<uint32_t> moved = std::move(set);
  CHECK(moved.size() == plain.size());
}

}  // namespace
}  // namespace footfall::testing
