// The array that grows under its readers.

#include "engine/catalog/chunked_array.h"

#include <atomic>
#include <cstdint>
#include <thread>

#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

TEST_CASE("a chunked array keeps its elements where they are", "[catalog]") {
  ChunkedArray<uint32_t> array;
  array.PushBack(0);
  const uint32_t* const first = &array[0];
  constexpr uint32_t kCount = 100'000;
  for (uint32_t i = 1; i < kCount; ++i) {
    array.PushBack(i * 3);
  }
  CHECK(array.size() == kCount);
  CHECK(&array[0] == first);
  for (uint32_t i = 0; i < kCount; ++i) {
    REQUIRE(array[i] == i * 3);
  }
}

TEST_CASE("stretches cover a range without gap or overlap", "[catalog]") {
  ChunkedArray<uint32_t> array;
  for (uint32_t i = 0; i < 10'000; ++i) {
    array.PushBack(i);
  }
  struct Case {
    size_t begin;
    size_t end;
    const char* why;
  };
  const Case cases[] = {
      {0, 1, "one element"},
      {0, 1024, "exactly the first chunk"},
      {1023, 1025, "over the first edge"},
      {0, 10'000, "over every edge"},
      {4096, 8192, "exactly a later chunk"},
      {5, 5, "nothing"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    size_t next = test.begin;
    while (next < test.end) {
      const auto stretch = array.Stretch(next, test.end);
      REQUIRE(!stretch.empty());
      for (const uint32_t value : stretch) {
        REQUIRE(value == next++);
      }
    }
    CHECK(next == test.end);
  }
}

TEST_CASE("readers see what was published while the writer goes on",
          "[catalog][thread]") {
  ChunkedArray<uint64_t> array;
  std::atomic<uint64_t> published = 0;
  constexpr uint64_t kCount = 50'000;
  std::atomic<uint64_t> wrong = 0;
  std::thread reader([&] {
    uint64_t count = 0;
    while (count < kCount) {
      count = published.load(std::memory_order_acquire);
      for (uint64_t i = count > 64 ? count - 64 : 0; i < count; ++i) {
        wrong += array[i] == i * i ? 0 : 1;
      }
    }
  });
  for (uint64_t i = 0; i < kCount; ++i) {
    array.PushBack(i * i);
    published.store(i + 1, std::memory_order_release);
  }
  reader.join();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace footfall::engine
