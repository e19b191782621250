// Sorting and merging runs of cells, in memory and from a file.

#include "engine/write/cell_runs.h"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <random>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::engine {
namespace {

bool Same(const std::vector<Cell>& a, const std::vector<Cell>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Cell& x, const Cell& y) {
                      return x.key == y.key && x.value == y.value;
                    });
}

void StableSort(std::vector<Cell>* cells) {
  std::stable_sort(cells->begin(), cells->end(),
                   [](const Cell& a, const Cell& b) { return a.key < b.key; });
}

TEST_CASE("cells are sorted by key, equal ones in their order", "[bulk]") {
  const uint32_t seed = 7;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  std::vector<Cell> scratch;
  for (const uint32_t bits : {1u, 7u, 11u, 12u, 22u, 27u, 40u, 63u, 64u}) {
    for (const size_t count : {0u, 1u, 2u, 100u, 5000u}) {
      const auto offset_bits = static_cast<uint32_t>(random() % (bits + 1));
      const auto series_bits =
          static_cast<uint32_t>(random() % (bits - offset_bits + 1));
      const CellKeys keys = {.first_era = 0,
                             .series_bits = series_bits,
                             .offset_bits = offset_bits,
                             .key_bits = bits};
      // In any order; in order within each series; within each era.
      for (const uint32_t low : {0u, offset_bits, offset_bits + series_bits}) {
        CAPTURE(bits, offset_bits, series_bits, count, low);
        std::vector<Cell> cells;
        for (size_t i = 0; i < count; ++i) {
          cells.push_back({random() >> (64 - bits), 0});
        }
        if (low > 0) {
          const uint64_t mask = ~uint64_t{0} >> (64 - low);
          std::sort(cells.begin(), cells.end(),
                    [mask](const Cell& a, const Cell& b) {
                      return (a.key & mask) < (b.key & mask);
                    });
        }
        for (size_t i = 0; i < count; ++i) {
          cells[i].value = static_cast<int64_t>(i);
        }
        std::vector<Cell> expected = cells;
        StableSort(&expected);
        REQUIRE(SortCells(keys, {}, &cells, &scratch) == absl::OkStatus());
        CHECK(Same(cells, expected));
        REQUIRE(SortCells(keys, {}, &cells, &scratch) ==
                absl::OkStatus());  // sorted already
        CHECK(Same(cells, expected));
      }
    }
  }
}

TEST_CASE("runs come out as one, the earlier run first", "[bulk]") {
  const uint32_t seed = 8;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const testing::TempDir folder;
  for (int round = 0; round < 60; ++round) {
    const auto file = SpillFile::Create(folder.path());
    REQUIRE(file.status() == absl::OkStatus());
    std::vector<Cell> all;
    CellMerge merge;
    for (size_t runs = random() % 6; runs > 0; --runs) {
      std::vector<Cell> run;
      for (size_t n = random() % 4000; n > 0; --n) {
        run.push_back({random() % 3000, static_cast<int64_t>(random())});
      }
      StableSort(&run);
      // In the file keys are lower; they rise again as they are read.
      const uint64_t more = random() % 3;
      std::vector<Cell> stored = run;
      for (Cell& cell : run) cell.key += more;
      all.insert(all.end(), run.begin(), run.end());
      std::vector<PackedBlock> blocks;
      REQUIRE(AppendRun(stored, file->get(), &blocks).ok());
      CHECK(blocks.size() ==
            (run.size() + kCellsPerBlock - 1) / kCellsPerBlock);
      merge.AddRun(file->get(), std::move(blocks),
                   [more](absl::Span<Cell> cells) {
                     for (Cell& cell : cells) cell.key += more;
                   });
    }
    StableSort(&all);
    REQUIRE(merge.Start() == absl::OkStatus());
    std::vector<Cell> merged;
    std::vector<Cell> next;
    do {
      REQUIRE(merge.Next(&next) == absl::OkStatus());
      merged.insert(merged.end(), next.begin(), next.end());
    } while (!next.empty());
    CHECK(Same(merged, all));
  }
}

// Sets a limit of this process as long as it lives.
class Limit {
 public:
  Limit(decltype(RLIMIT_FSIZE) which, rlim_t value) : which_(which) {
    getrlimit(which_, &before_);
    const rlimit limit = {value, before_.rlim_max};
    setrlimit(which_, &limit);
  }
  ~Limit() { setrlimit(which_, &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  const decltype(RLIMIT_FSIZE) which_;
  rlimit before_ = {};
};

TEST_CASE("a spill file beyond a limit of the process says so", "[bulk]") {
  const testing::TempDir folder;
  const auto file = SpillFile::Create(folder.path());
  REQUIRE(file.ok());
  const std::string bytes(100'000, 'x');
  absl::Status written;
  {
    const auto before =
        signal(SIGXFSZ, SIG_IGN);  // or it would end the program
    const Limit limit(RLIMIT_FSIZE, 64 << 10);
    written = (*file)->Append(bytes.data(), bytes.size());
    signal(SIGXFSZ, before);
  }
  CHECK(written.code() == absl::StatusCode::kResourceExhausted);

  absl::Status made;
  {
    const Limit limit(RLIMIT_NOFILE, 0);
    made = SpillFile::Create(folder.path()).status();
  }
  CHECK(made.code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("a spill file leaves no name and cannot be read past its end",
          "[bulk]") {
  const testing::TempDir folder;
  const auto file = SpillFile::Create(folder.path());
  REQUIRE(file.ok());
  REQUIRE((*file)->Append("abcdef", 6).ok());
  char bytes[6];
  REQUIRE((*file)->Read(2, bytes, 4).ok());
  CHECK(std::string(bytes, 4) == "cdef");
  CHECK((*file)->Read(3, bytes, 4).code() == absl::StatusCode::kUnavailable);
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(SpillFile::Create(folder / "absent").status().code() ==
        absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace footfall::engine
