// The bytes of series blocks and member blocks.

#include "engine/catalog/blocks.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

using Columns = std::vector<std::vector<MemberId>>;

std::string Encode(const Columns& columns, size_t rows) {
  std::vector<absl::Span<const MemberId>> spans(columns.begin(), columns.end());
  return EncodeSeriesBlock(spans, rows);
}

struct SeriesCase {
  const char* why;
  Columns columns;
  size_t rows;
};

std::vector<SeriesCase> SeriesCases() {
  std::vector<SeriesCase> cases = {
      {"a constant", {{7, 7, 7, 7}}, 4},
      {"one row", {{0}, {kUnknownId - 1}}, 1},
      {"no dimension", {}, 1},
      {"rising by one", {{5, 6, 7, 8, 9}}, 5},
      {"the largest steps", {{0, kUnknownId - 1, 0, kUnknownId - 1, 0}}, 5},
  };
  SeriesCase market{"apps x platforms x regions", Columns(3), 0};
  for (MemberId app = 0; app < 300; ++app) {
    for (MemberId platform = 1; platform < 4; ++platform) {
      for (MemberId region = 0; region < 4; ++region) {
        market.columns[0].push_back(1000 + app);
        market.columns[1].push_back(platform);
        market.columns[2].push_back(region);
        ++market.rows;
      }
    }
  }
  cases.push_back(market);
  std::mt19937 random(1);
  SeriesCase noise{"noise", Columns(2), 1000};
  for (int i = 0; i < 1000; ++i) {
    noise.columns[0].push_back(static_cast<MemberId>(random()) >> 1);
    noise.columns[1].push_back(static_cast<MemberId>(random() % 10));
  }
  cases.push_back(noise);
  return cases;
}

TEST_CASE("a series block returns its columns", "[catalog]") {
  for (const SeriesCase& test : SeriesCases()) {
    CAPTURE(test.why);
    const std::string bytes = Encode(test.columns, test.rows);
    Columns columns;
    size_t rows = 0;
    REQUIRE(DecodeSeriesBlock(bytes, test.columns.size(), &columns, &rows) ==
            absl::OkStatus());
    CHECK(rows == test.rows);
    CHECK(columns == test.columns);
  }
}

TEST_CASE("series in the order of their members cost little", "[catalog]") {
  for (const SeriesCase& test : SeriesCases()) {
    if (test.why == std::string("apps x platforms x regions")) {
      // 3,600 rows of three members: under 6 bits a row before compression.
      CHECK(Encode(test.columns, test.rows).size() < test.rows * 6 / 8);
    }
  }
}

TEST_CASE("a damaged series block is refused, or at least decodes in bounds",
          "[catalog]") {
  std::mt19937 random(2);
  for (const SeriesCase& test : SeriesCases()) {
    CAPTURE(test.why);
    const std::string bytes = Encode(test.columns, test.rows);
    Columns columns;
    size_t rows = 0;
    for (size_t size = 0; size < bytes.size(); ++size) {
      if (bytes.size() > 300 && size % 37 != 0) {
        continue;
      }
      REQUIRE(!DecodeSeriesBlock(absl::string_view(bytes).substr(0, size),
                                 test.columns.size(), &columns, &rows)
                   .ok());
    }
    CHECK(!DecodeSeriesBlock(bytes + "x", test.columns.size(), &columns, &rows)
               .ok());
    for (int i = 0; i < 200; ++i) {
      std::string damaged = bytes;
      damaged[random() % damaged.size()] ^=
          static_cast<char>(1 << (random() % 8));
      if (DecodeSeriesBlock(damaged, test.columns.size(), &columns, &rows)
              .ok()) {
        for (const std::vector<MemberId>& column : columns) {
          REQUIRE(column.size() == rows);
          for (const MemberId member : column) {
            REQUIRE(member != kUnknownId);
          }
        }
      }
    }
  }
}

TEST_CASE("a member block returns its members", "[catalog]") {
  std::vector<std::string> members = {"",
                                      "DeepSeek",
                                      "DeepSeek R1",
                                      "文心一言",
                                      "文小言",
                                      std::string(kMaxMemberBytes, 'x'),
                                      std::string(kMaxMemberBytes, 'x')};
  for (int i = 0; i < 500; ++i) {
    members.push_back("115." + std::to_string(i / 10) + "." +
                      std::to_string(i % 10));
  }
  const std::vector<absl::string_view> views(members.begin(), members.end());
  const std::string bytes = EncodeMemberBlock(views);
  std::vector<std::string> decoded;
  REQUIRE(DecodeMemberBlock(bytes, &decoded) == absl::OkStatus());
  CHECK(decoded == members);
  for (size_t size = 0; size < bytes.size(); ++size) {
    REQUIRE(
        !DecodeMemberBlock(absl::string_view(bytes).substr(0, size), &decoded)
             .ok());
  }
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    if (DecodeMemberBlock(damaged, &decoded).ok()) {
      for (const std::string& member : decoded) {
        REQUIRE(member.size() <= kMaxMemberBytes);
      }
    }
  }
}

// These bytes are on users' disks. If this fails, add a form; do not edit it.
TEST_CASE("blocks keep their bytes", "[catalog][golden]") {
  struct Case {
    const char* form;
    std::vector<MemberId> column;
    const char* bytes;
  };
  const Case cases[] = {
      {"constant",
       {7, 7, 7},
       "03"
       "0007"},
      {"packed",
       {1, 3, 2},
       "03"
       "010102"
       "18"},
      {"steps",
       {9, 90, 171, 250},
       "04"
       "0209"
       "9e01"
       "02"
       "0a"},
      {"runs",
       {5, 5, 5, 5, 5, 300},
       "06"
       "0302"
       "0a04"
       "ce0400"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.form);
    CHECK(absl::BytesToHexString(Encode({test.column}, test.column.size())) ==
          test.bytes);
  }
  CHECK(absl::BytesToHexString(EncodeMemberBlock({"web", "wear", ""})) ==
        "03"
        "000200"
        "030200"
        "7765626172");
}

}  // namespace
}  // namespace footfall::engine
