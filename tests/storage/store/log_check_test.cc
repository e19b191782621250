// Logs that a kill or a power cut leaves, and ones that are damaged.

#include "storage/store/log_check.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/store/log_frames.h"
#include "tests/storage/store/damaged_folder.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

TEST_CASE("a killed database's files that do not belong together are found",
          "[rocksdb][damage]") {
  const Files& files = MakeFolders().killed;
  const Files& closed = MakeFolders().closed;
  const std::string manifest = NameOf(files, "MANIFEST");
  const std::string log = NameOf(files, ".log");
  const std::vector<uint64_t> records = BordersOf(files.at(log));
  REQUIRE(records.size() == 9);
  // In the middle of the first block's last whole sector.
  const uint64_t page = 4096;
  const std::vector<Case> cases = {
      {"nothing wrong", [](Files*) {}, 12},
      {"its log missing", [&](Files* f) { f->erase(log); }, -1, log},
      {"its log cut off between batches",
       [&](Files* f) { (*f)[log].resize(records[5]); }, 9},
      {"its log cut off within a batch",
       [&](Files* f) { (*f)[log].resize(records[5] + 1000); }, 9},
      {"its log cut off within a header",
       [&](Files* f) { (*f)[log].resize(records[5] + 3); }, 9},
      {"its log empty", [&](Files* f) { (*f)[log] = ""; }, 4},
      {"zeros after its log", [&](Files* f) { (*f)[log].append(10'000, '\0'); },
       12},
      {"its last batch never reached the medium",
       [&](Files* f) {
         for (uint64_t i = records[7]; i < records[8]; ++i) (*f)[log][i] = 0;
       },
       11},
      {"its last batch's second half never reached the medium",
       [&](Files* f) {
         for (uint64_t i = records[7] / 512 * 512 + 1024; i < records[8]; ++i) {
           (*f)[log][i] = 0;
         }
       },
       11},
      {"a page in the middle never reached the medium",
       [&](Files* f) {
         for (uint64_t i = page; i < 2 * page; ++i) (*f)[log][i] = 0;
       },
       -1, log},
      {"a bit in the middle of its log",
       [&](Files* f) { (*f)[log][records[3] + 500] ^= 4; }, -1, log},
      {"a length in the middle of its log",
       [&](Files* f) { (*f)[log][records[3] + 5] ^= 0x40; }, -1, log},
      {"the last length of its log",
       [&](Files* f) { (*f)[log][records[7] + 5] ^= 0x40; }, -1, log},
      {"the last batch's bytes",
       [&](Files* f) { (*f)[log][records[7] + 500] ^= 4; }, -1, log},
      {"zeros after MANIFEST",
       [&](Files* f) { (*f)[manifest].append(100, '\0'); }, 12},
      {"half an edit after MANIFEST",
       [&](Files* f) {
         std::string edit;
         storage::AppendLogFrames(std::string(40, 'e'), f->at(manifest).size(),
                                  &edit);
         (*f)[manifest] += edit.substr(0, 30);
       },
       12},
      {"a table that was being written",
       [](Files* f) { (*f)["000999.sst"] = std::string(50, 't'); }, 12},
      {"a backup restored over it",
       [&](Files* f) {
         for (const auto& [name, bytes] : closed) (*f)[name] = bytes;
       },
       -1, log},
      {"copied while open: MANIFEST and CURRENT first, the rest later",
       [&](Files* f) {
         const std::string old = NameOf(closed, "MANIFEST");
         f->erase(manifest);
         (*f)[old] = closed.at(old);
         (*f)["CURRENT"] = closed.at("CURRENT");
       },
       -1, "CURRENT"},
      {"copied while open: its log before the last batches",
       [&](Files* f) { (*f)[log].resize(records[3]); }, 7},
  };
  for (const Case& c : cases) CheckCase(files, c);
}

TEST_CASE("what a power cut takes of an unsynced log's middle ends the log",
          "[rocksdb][damage]") {
  for (const bool syncs_last : {false, true}) {
    const Files& files =
        syncs_last ? MakeFolders().resynced : MakeFolders().unsynced;
    const std::string log = NameOf(files, ".log");
    const std::vector<uint64_t> records = BordersOf(files.at(log));
    REQUIRE(records.size() == 9);
    // A batch that waited for the medium says that all before it was there.
    const int batches = syncs_last ? -1 : 7;
    const std::vector<Case> cases = {
        {"nothing wrong", [](Files*) {}, 12},
        {"a batch never reached the medium",
         [&](Files* f) {
           for (uint64_t i = records[3]; i < records[4]; ++i) (*f)[log][i] = 0;
         },
         batches, log},
        {"two pages never reached the medium",
         [&](Files* f) {
           for (uint64_t i = records[3] + 900; i < records[5] + 500; ++i) {
             (*f)[log][i] = 0;
           }
         },
         batches, log},
        {"the medium lost what had been synced",
         [&](Files* f) { (*f)[log][records[1] + 500] ^= 4; }, -1, log},
    };
    for (const Case& c : cases) CheckCase(files, c);
  }
}

TEST_CASE("a record in frames comes back, however long", "[rocksdb][damage]") {
  const TempDir folder;
  const std::vector<size_t> sizes = {0,      1,       32'754, 32'755, 7,
                                     32'761, 100'000, 32'740, 20,     5};
  std::string bytes;
  std::vector<std::string> records;
  for (const size_t size : sizes) {
    records.emplace_back(size, static_cast<char>('a' + records.size()));
    storage::AppendLogFrames(records.back(), bytes.size(), &bytes);
  }
  WriteFiles(folder.path(), {{"log", bytes}});
  std::vector<std::string> found;
  const auto end = storage::ReadLogFrames(
      folder / "log", [&](uint64_t, absl::string_view record) {
        found.emplace_back(record);
        return absl::OkStatus();
      });
  REQUIRE(end.ok());
  CHECK(found == records);
  CHECK(end->end == bytes.size());
  CHECK_FALSE(end->torn);
  CHECK(end->damage.empty());
}

}  // namespace
}  // namespace footfall::testing
