// What a repair made takes the place of what was there, also when it is cut
// short and finished later.

#include "storage/store/folder_exchange.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("an exchange that fails half way is finished later", "[damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  fs::create_directory(path);
  Write(path + "/000010.sst", "a table that stays");
  Write(path + "/000011.sst", "a damaged table");
  Write(path + "/CURRENT", "old");
  Write(path + "/MANIFEST-000009", "old");
  const auto lost = storage::MakeLostFolder(path);
  REQUIRE(lost.status() == absl::OkStatus());
  REQUIRE(storage::MakeRepairFolder(path) == absl::OkStatus());
  const std::string repair = storage::RepairFolder(path);
  REQUIRE(storage::LinkOrCopy(path + "/000010.sst", repair + "/000010.sst") ==
          absl::OkStatus());
  Write(repair + "/CURRENT", "new");
  Write(repair + "/MANIFEST-000012", "new");
  REQUIRE(storage::BeginExchange(path, *lost) == absl::OkStatus());

  // What stands in the way of the last old file, after the tables' turn.
  const std::string obstacle = path + "/" + *lost + "/MANIFEST-000009";
  fs::create_directory(obstacle);
  CHECK(absl::IsUnavailable(storage::FinishExchange(path).status()));
  CHECK(storage::HasExchange(path));
  fs::remove(obstacle);

  const auto finished = storage::FinishExchange(path);
  REQUIRE(finished.status() == absl::OkStatus());
  CHECK(*finished == *lost);
  CHECK(!storage::HasExchange(path));
  CHECK(!fs::exists(repair));
  CHECK(Read(path + "/000010.sst") == "a table that stays");
  CHECK(Read(path + "/CURRENT") == "new");
  CHECK(Read(path + "/MANIFEST-000012") == "new");
  CHECK(!fs::exists(path + "/000011.sst"));
  CHECK(Read(path + "/" + *lost + "/000011.sst") == "a damaged table");
  CHECK(Read(path + "/" + *lost + "/CURRENT") == "old");
}

}  // namespace
}  // namespace footfall::testing
