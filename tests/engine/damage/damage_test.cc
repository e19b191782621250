// One damaged file at a time: every answer is right, or DATA_LOSS that names
// what is damaged, and then the folder is as it was.
//
// A sample by default; FOOTFALL_LONG=1 flips every bit of every file and cuts
// every file to every length, but for texts that nothing reads, 2,000 of each.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/engine/damage/damage_sweep.h"
#include "tests/engine/damage/damaged_database.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

bool IsLong() { return std::getenv("FOOTFALL_LONG") != nullptr; }

// Settings and identity are text for people; nothing is read from them.
bool IsText(const std::string& file) {
  return absl::StartsWith(file, "OPTIONS") || file == "IDENTITY" ||
         file == "LOG" || file == "LOCK";
}

// Up to `count` of `all`, always the same ones; `long_count` in a long run.
std::vector<Damage> Sample(std::vector<Damage> all, size_t count,
                           size_t long_count = SIZE_MAX) {
  if (IsLong()) count = long_count;
  if (all.size() <= count) return all;
  std::mt19937 random(13);
  std::shuffle(all.begin(), all.end(), random);
  all.resize(count);
  return all;
}

// Repairs take longer than an examination: of every so many runs.
uint64_t RepairEvery() { return IsLong() ? 64 : 8; }

void Check(Shape shape, const Files& files, const std::vector<Damage>& damages,
           uint64_t repair_every) {
  const SweepCounts counts = Sweep(shape, files, damages, repair_every);
  for (const std::string& wrong : counts.wrong) UNSCOPED_INFO(wrong);
  CHECK(counts.wrong_count == 0);
  CHECK(counts.right + counts.refused + counts.wrong_count >= counts.runs);
  WARN(ShapeName(shape) << ": " << counts.runs << " runs, " << counts.right
                        << " right, " << counts.refused << " refused, "
                        << counts.repairs << " repaired");
}

TEST_CASE("an undamaged database is right", "[damage]") {
  for (const Shape shape : kShapes) {
    const Files files = BuildDatabase(shape);
    REQUIRE(files.contains("FOOTFALL"));
    // Cutting nothing off is no damage.
    const SweepCounts counts = Sweep(
        shape, files,
        {{Damage::Kind::kTruncate, "CURRENT", files.at("CURRENT").size()}}, 1);
    INFO(ShapeName(shape) << (counts.wrong.empty() ? "" : counts.wrong[0]));
    CHECK(counts.right == 1);
  }
}

TEST_CASE("a flipped bit is found or does not matter", "[damage]") {
  for (const Shape shape : kShapes) {
    const Files files = BuildDatabase(shape);
    std::vector<Damage> catalogs;  // MANIFEST, CURRENT, log, record
    std::vector<Damage> tables;
    std::vector<Damage> texts;
    for (const auto& [name, bytes] : files) {
      std::vector<Damage>& damages = IsText(name)                   ? texts
                                     : absl::EndsWith(name, ".sst") ? tables
                                                                    : catalogs;
      for (uint64_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        damages.push_back({Damage::Kind::kFlip, name, bit});
      }
    }
    Check(shape, files, Sample(std::move(catalogs), 150), RepairEvery());
    Check(shape, files, Sample(std::move(tables), 100), RepairEvery());
    Check(shape, files, Sample(std::move(texts), 10, 2000), RepairEvery());
  }
}

TEST_CASE("a file cut short is found or does not matter", "[damage]") {
  for (const Shape shape : kShapes) {
    const Files files = BuildDatabase(shape);
    std::vector<Damage> damages;
    std::vector<Damage> texts;
    for (const auto& [name, bytes] : files) {
      for (uint64_t size = 0; size < bytes.size(); ++size) {
        (IsText(name) ? texts : damages)
            .push_back({Damage::Kind::kTruncate, name, size});
      }
    }
    Check(shape, files, Sample(std::move(damages), 150), RepairEvery());
    Check(shape, files, Sample(std::move(texts), 10, 2000), RepairEvery());
  }
}

TEST_CASE("a removed file is found or does not matter", "[damage]") {
  for (const Shape shape : kShapes) {
    const Files files = BuildDatabase(shape);
    std::vector<Damage> damages;
    for (const auto& [name, bytes] : files) {
      damages.push_back({Damage::Kind::kRemove, name, 0});
    }
    Check(shape, files, damages, 1);
  }
}

TEST_CASE("what a kill leaves is no damage", "[damage]") {
  // By the second half, creations are over.
  const int kills = IsLong() ? 1000 : 30;
  std::mt19937 random(7);
  for (const bool fresh : {true, false}) {
    TempDir folder;
    for (int i = 0; i < kills / 2; ++i) {
      const std::string path =
          fresh ? folder / absl::StrCat("db", i) : folder / "db";
      const int time = static_cast<int>(500 + random() % 60'000);
      const std::string wrong = KillWriter(path, time);
      INFO("kill " << i << " after " << time << " us: " << wrong);
      REQUIRE(wrong.empty());
    }
  }
}

TEST_CASE("a repair that is killed is done again", "[damage]") {
  for (const Shape shape : {Shape::kTables, Shape::kLog}) {
    Files files = BuildDatabase(shape);
    for (auto& [name, bytes] : files) {
      if (absl::StartsWith(name, "MANIFEST")) bytes[50] ^= 2;
    }
    const int kills = IsLong() ? 300 : 12;
    int cut = 0;
    for (int i = 0; i < kills; ++i) {
      bool was_cut = false;
      const std::string wrong =
          KillRepair(files, shape, 1000 + i * 60'000 / kills, &was_cut);
      INFO(ShapeName(shape) << ", kill " << i << ": " << wrong);
      CHECK(wrong.empty());
      if (was_cut) ++cut;
    }
    WARN(ShapeName(shape) << ": " << kills << " kills, " << cut
                          << " in the middle");
  }
}

}  // namespace
}  // namespace footfall::testing
