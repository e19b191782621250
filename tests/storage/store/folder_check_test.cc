// The ways in which the folder of a closed database can be wrong, each with
// what becomes of it. Where it is refused, nothing in it changes.

#include "storage/store/folder_check.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/storage/store/damaged_folder.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

TEST_CASE("files of a closed database that do not belong together are found",
          "[rocksdb][damage]") {
  const Files& files = MakeFolders().closed;
  const Files& earlier = MakeFolders().earlier;
  const std::string manifest = NameOf(files, "MANIFEST");
  const std::string table = NameOf(files, ".sst");
  const std::vector<Case> cases = {
      {"nothing wrong", [](Files*) {}, 4},
      {"CURRENT missing", [](Files* f) { f->erase("CURRENT"); }, -1, "CURRENT"},
      {"CURRENT empty", [](Files* f) { (*f)["CURRENT"] = ""; }, -1, "CURRENT"},
      {"CURRENT without its line's end",
       [](Files* f) { (*f)["CURRENT"].pop_back(); }, -1, "CURRENT"},
      {"CURRENT names what is not there",
       [](Files* f) { (*f)["CURRENT"] = "MANIFEST-000999\n"; }, -1, "CURRENT"},
      {"CURRENT and MANIFEST of an earlier time",
       [&](Files* f) {
         const std::string old = NameOf(earlier, "MANIFEST");
         (*f)[old] = earlier.at(old);
         (*f)["CURRENT"] = old + "\n";
       },
       -1, "CURRENT"},
      {"MANIFEST missing", [&](Files* f) { f->erase(manifest); }, -1, manifest},
      {"MANIFEST empty", [&](Files* f) { (*f)[manifest] = ""; }, -1, manifest},
      {"zeros after MANIFEST",
       [&](Files* f) { (*f)[manifest].append(100, '\0'); }, -1, manifest},
      {"a table missing", [&](Files* f) { f->erase(table); }, -1, table},
      {"a table empty", [&](Files* f) { (*f)[table] = ""; }, -1, table},
      {"a table longer", [&](Files* f) { (*f)[table] += "x"; }, -1, table},
      {"a table that nobody names",
       [&](Files* f) { (*f)["000999.sst"] = f->at(table); }, -1, "000999.sst"},
      {"tables swapped",
       [&](Files* f) {
         // Of one size: only what is written in them tells.
         std::string other;
         for (const auto& [name, bytes] : *f) {
           if (absl::EndsWith(name, ".sst") && name != table &&
               bytes.size() == f->at(table).size()) {
             other = name;
           }
         }
         REQUIRE(!other.empty());
         std::swap((*f)[other], (*f)[table]);
       },
       -1, "table file"},
      {"a log of another time",
       [](Files* f) {
         const Files& killed = MakeFolders().killed;
         const std::string log = NameOf(killed, ".log");
         (*f)[log] = killed.at(log);
       },
       -1, ".log"},
      {"no record", [](Files* f) { f->erase("FOOTFALL"); }, 4},
      {"an older record",
       [&](Files* f) { (*f)["FOOTFALL"] = earlier.at("FOOTFALL"); }, 4},
      {"the record empty", [](Files* f) { (*f)["FOOTFALL"] = ""; }, -1,
       "FOOTFALL"},
      {"the record damaged", [](Files* f) { (*f)["FOOTFALL"][20] ^= 1; }, -1,
       "FOOTFALL"},
      {"the record half written",
       [](Files* f) { (*f)["FOOTFALL.tmp"] = "FOOT"; }, 4},
      {"what nobody reads is missing",
       [](Files* f) {
         f->erase("IDENTITY");
         f->erase("LOCK");
         while (f->lower_bound("OPTIONS") != f->end()) {
           f->erase(f->lower_bound("OPTIONS"));
         }
       },
       4},
      {"what nobody reads is empty or rubbish",
       [](Files* f) {
         for (auto& [name, bytes] : *f) {
           if (absl::StartsWith(name, "OPTIONS")) bytes = "";
         }
         (*f)["IDENTITY"] = "";
         (*f)["LOG"] = std::string(100, '\0');
         (*f)["LOCK"] = "rubbish";
       },
       4},
      {"a MANIFEST that was begun by an opening that died",
       [](Files* f) { (*f)["MANIFEST-000999"] = std::string(10, 'x'); }, 4},
      {"all gone but an empty log",
       [](Files* f) {
         f->clear();
         (*f)["000004.log"] = "";
       },
       -1, "CURRENT"},
      {"all catalogs gone, tables left",
       [&](Files* f) {
         f->erase("CURRENT");
         f->erase(manifest);
         f->erase("FOOTFALL");
       },
       -1, "CURRENT"},
      {"a new empty catalog beside old tables",
       [&](Files* f) {
         const TempDir other;
         const auto store = Open(other / "db");
         Files fresh = ReadFiles(other / "db");
         f->erase(manifest);
         f->erase("FOOTFALL");
         (*f)["CURRENT"] = fresh["CURRENT"];
         const std::string made = NameOf(fresh, "MANIFEST");
         (*f)[made] = fresh[made];
       },
       -1, "MANIFEST"},
  };
  for (const Case& c : cases) CheckCase(files, c);
}

// Bit 7 of the last byte of a table's properties made RocksDB parse an index
// that is not there, before it looked at the checksum: an assertion ended the
// process.
TEST_CASE("a table's end is checked before it is parsed", "[rocksdb][damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  const Files& files = MakeFolders().closed;
  const std::string table = NameOf(files, ".sst");
  const size_t size = files.at(table).size();
  WriteFiles(path, files);
  int refused = 0;
  for (size_t at = size - 1100; at < size; ++at) {
    std::string bytes = files.at(table);
    bytes[at] = static_cast<char>(bytes[at] ^ 0x80);
    std::ofstream(path + "/" + table, std::ios::binary) << bytes;
    const auto store = OpenRocksdbStore(path, {.read_only = true});
    if (store.ok()) {
      REQUIRE(Count(store->get()) == 4);
      continue;
    }
    ++refused;
    REQUIRE(store.status().code() == absl::StatusCode::kDataLoss);
    REQUIRE(absl::StrContains(store.status().message(), table));
  }
  CHECK(refused > 1000);
}

TEST_CASE("every cut of a closed database's MANIFEST is found",
          "[rocksdb][damage]") {
  const Files& files = MakeFolders().closed;
  const std::string manifest = NameOf(files, "MANIFEST");
  const size_t size = files.at(manifest).size();
  for (size_t cut = 0; cut < size; ++cut) {
    CheckCase(files,
              {absl::StrCat("cut to ", cut),
               [&](Files* f) { (*f)[manifest].resize(cut); }, -1, manifest});
  }
}

TEST_CASE("what a creation leaves that was cut short becomes a database",
          "[rocksdb][damage]") {
  TempDir folder;
  const std::string path = folder / "db";
  REQUIRE(Open(path)->Close().ok());
  const Files made = ReadFiles(path);
  const std::vector<Case> cases = {
      {"nothing", [](Files* f) { f->clear(); }, 0},
      {"a lock",
       [](Files* f) {
         *f = {{"LOCK", ""}};
       },
       0},
      {"a MANIFEST that was not yet current",
       [](Files* f) {
         *f = {{"LOCK", ""},
               {"IDENTITY", "x"},
               {"MANIFEST-000001", ""},
               {"000001.dbtmp", "MANIFEST-0000"}};
       },
       0},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Files files = made;
    c.damage(&files);
    WriteFiles(path, files);
    const auto store = Open(path);
    CHECK(Count(store.get()) == 0);
  }
}

}  // namespace
}  // namespace footfall::testing
