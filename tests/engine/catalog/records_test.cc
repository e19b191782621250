// Keys and values of the catalog.

#include "engine/catalog/records.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

constexpr uint32_t kMax = std::numeric_limits<uint32_t>::max();

TEST_CASE("catalog keys are taken apart as they were put together",
          "[catalog]") {
  struct Case {
    std::string key;
    char kind;
    uint32_t number;
    uint32_t first;
  };
  const Case cases[] = {
      {FormatKey(), 'F', 0, 0},
      {CommitKey(), 'C', 0, 0},
      {CountersKey(), 'N', 0, 0},
      {DictionaryKey(3), 'D', 3, 0},
      {MetricKey(kMax), 'M', kMax, 0},
      {MemberBlockKey(1, 4097), 'E', 1, 4097},
      {SeriesBlockKey(2, 0x01020304), 'S', 2, 0x01020304},
      {SealedKey(9), 'U', 9, 0},
      {EventKey(0x01020304), 'V', 0x01020304, 0},
      {AliasKey(0), 'W', 0, 0},
      {AttributeKey(7), 'Y', 7, 0},
      {LateEraKey(9, -3), 'X', 9, 0},
  };
  for (const Case& test : cases) {
    CAPTURE(test.kind);
    const auto key = ParseCatalogKey(test.key);
    REQUIRE(key.ok());
    CHECK(key->kind == test.kind);
    CHECK(key->number == test.number);
    CHECK(key->first == test.first);
    CHECK(absl::IsDataLoss(ParseCatalogKey(test.key + "x").status()));
    CHECK(absl::IsDataLoss(
        ParseCatalogKey(test.key.substr(0, test.key.size() - 1)).status()));
  }
  CHECK(absl::IsDataLoss(ParseCatalogKey("").status()));
  CHECK(absl::IsDataLoss(ParseCatalogKey("Z").status()));
}

// These bytes are on users' disks.
TEST_CASE("the key of a late era keeps its bytes", "[catalog][golden]") {
  CHECK(LateEraKey(9, -3) == std::string("X\0\0\0\x09\x7f\xff\xff\xfd", 9));
  CHECK(LateEraKey(1, 78) == std::string("X\0\0\0\x01\x80\0\0\x4e", 9));
}

TEST_CASE("a record comes after those that it refers to", "[catalog]") {
  CHECK(DictionaryKey(kMax) < MemberBlockKey(0, 0));
  CHECK(MemberBlockKey(kMax, kMax) < MetricKey(0));
  CHECK(MetricKey(kMax) < SeriesBlockKey(0, 0));
  CHECK(MetricKey(kMax) < LateEraKey(0, -1));
  CHECK(LateEraKey(1, -2) < LateEraKey(1, -1));
  CHECK(LateEraKey(1, -1) < LateEraKey(1, 0));
  CHECK(LateEraKey(1, 0) < AfterPrefix(LateErasOf(1)));
  CHECK(ParseCatalogKey(LateEraKey(9, -3))->era == -3);
  CHECK(SeriesBlockKey(1, 255) < SeriesBlockKey(1, 256));
  CHECK(SeriesBlockKey(1, kMax) < AfterPrefix(SeriesBlocksOf(1)));
  CHECK(AfterPrefix(SeriesBlocksOf(1)) <= SeriesBlockKey(2, 0));
  CHECK(AfterPrefix(SeriesBlocksOf(255)) <= SeriesBlockKey(256, 0));
  CHECK(AfterPrefix("a\xff") == "b");
}

MetricDeclaration Declaration() {
  MetricDeclaration declaration;
  declaration.spec.name = "price";
  declaration.spec.value_type = ValueType::kDecimal;
  declaration.spec.period = {Unit::kMinute, 15};
  declaration.spec.zone = "Asia/Shanghai";
  declaration.spec.dimensions = {{"app", Additivity::kOverlaps},
                                 {"region", Additivity::kLevel},
                                 {"channel", Additivity::kAdds}};
  declaration.spec.over_time = Additivity::kLevel;
  declaration.spec.unit = "USD";
  declaration.shape = {.lanes = 16, .steps = 1024};
  return declaration;
}

TEST_CASE("a metric's record returns its declaration", "[catalog]") {
  const MetricDeclaration declaration = Declaration();
  const auto decoded = DecodeMetric(EncodeMetric(declaration));
  REQUIRE(decoded.ok());
  CHECK(decoded->spec == declaration.spec);
  CHECK(decoded->shape == declaration.shape);
}

TEST_CASE("a metric's record says how long samples are awaited", "[catalog]") {
  MetricDeclaration declaration = Declaration();
  CHECK(DecodeMetric(EncodeMetric(declaration))->spec.late == 7);
  for (const int32_t late : {0, 3, kMaxLate}) {
    declaration.spec.late = late;
    CHECK(DecodeMetric(EncodeMetric(declaration))->spec.late == late);
  }
}

// These bytes are on users' disks. If this fails, add a field; do not edit it.
TEST_CASE("a metric's record says on which day weeks begin", "[catalog]") {
  for (int day = 0; day < 7; ++day) {
    MetricDeclaration declaration = Declaration();
    declaration.spec.period = {Unit::kWeek, 2, static_cast<absl::Weekday>(day)};
    std::string bytes = EncodeMetric(declaration);
    const auto decoded = DecodeMetric(bytes);
    REQUIRE(decoded.ok());
    CHECK(decoded->spec == declaration.spec);
    // Field 3, of a unit that an earlier release refuses rather than to read
    // ISO weeks; and field 14, the last.
    const std::string hex = absl::BytesToHexString(bytes);
    CHECK(absl::StrContains(hex, day == 0 ? "18052002" : "18092002"));
    CHECK(absl::EndsWith(hex, absl::StrCat("70", "0", day + 1)) == (day > 0));
    if (day == 0) continue;
    for (const char wrong : {0, 1, 8}) {
      bytes.back() = wrong;
      CHECK(absl::IsUnimplemented(DecodeMetric(bytes).status()));
    }
  }
}

TEST_CASE("a metric's record keeps its bytes", "[catalog][golden]") {
  CHECK(absl::BytesToHexString(EncodeMetric(Declaration())) ==
        "0a057072696365"                  // 1 name
        "1002"                            // 2 DECIMAL
        "1802"                            // 3 minute
        "200f"                            // 4 of 15
        "2a0d417369612f5368616e67686169"  // 5 zone
        "32070a036170701002"              // 6 app OVERLAPS
        "320a0a06726567696f6e1003"        // 6 region LEVEL
        "320b0a076368616e6e656c1001"      // 6 channel ADDS
        "3803"                            // 7 LEVEL
        "4203555344"                      // 8 unit
        "4810"                            // 9 lanes
        "508008");                        // 10 steps
}

Event SomeEvent() {
  Event event;
  event.kind = "release";
  event.name = "R1";
  event.date = *ParseDate("2025-01-20");
  event.members = {{"app", "A"}, {"region", "cn"}};
  event.note = "note";
  event.source = "src";
  return event;
}

TEST_CASE("records of events and aliases return what they were given",
          "[catalog]") {
  CHECK(*DecodeEvent(EncodeEvent(SomeEvent())) == SomeEvent());
  Event plain = SomeEvent();
  plain.members.clear();
  plain.note.clear();
  plain.date = *ParseDate("2025-01-20T13:05:00+08:00");
  CHECK(*DecodeEvent(EncodeEvent(plain)) == plain);
  const Alias always = {"app", "old", "new", std::nullopt};
  CHECK(*DecodeAlias(EncodeAlias(always)) == always);
  const Alias later = {"app", "old", "new", *ParseDate("2024-Q4")};
  CHECK(*DecodeAlias(EncodeAlias(later)) == later);
  const Attribute ever = {"app", "A", "category", "chat", std::nullopt};
  CHECK(*DecodeAttribute(EncodeAttribute(ever)) == ever);
  const Attribute unknown = {"app", "A", "category", "", *ParseDate("2025-03")};
  CHECK(*DecodeAttribute(EncodeAttribute(unknown)) == unknown);
}

// These bytes are on users' disks. If this fails, add a field; do not edit it.
TEST_CASE("records of events and aliases keep their bytes",
          "[catalog][golden]") {
  CHECK(absl::BytesToHexString(EncodeEvent(SomeEvent())) ==
        "0a0772656c65617365"            // 1 kind
        "12025231"                      // 2 name
        "1a0a323032352d30312d3230"      // 3 date
        "22080a03617070120141"          // 4 app A
        "220c0a06726567696f6e1202636e"  // 4 region cn
        "2a046e6f7465"                  // 5 note
        "3203737263");                  // 6 source
  CHECK(absl::BytesToHexString(
            EncodeAlias({"app", "old", "new", *ParseDate("2025")})) ==
        "0a03617070"      // 1 dimension
        "12036f6c64"      // 2 old name
        "1a036e6577"      // 3 new name
        "220432303235");  // 4 from
  CHECK(absl::BytesToHexString(EncodeAttribute(
            {"app", "A", "category", "chat", *ParseDate("2025")})) ==
        "0a03617070"            // 1 dimension
        "120141"                // 2 member
        "1a0863617465676f7279"  // 3 name
        "220463686174"          // 4 value
        "2a0432303235");        // 5 from
}

TEST_CASE("a damaged record of an event or alias is told", "[catalog]") {
  Event nameless = SomeEvent();
  nameless.name.clear();
  CHECK(absl::IsDataLoss(DecodeEvent(EncodeEvent(nameless)).status()));
  CHECK(absl::IsDataLoss(DecodeEvent("").status()));
  CHECK(absl::IsDataLoss(DecodeAlias("").status()));
  CHECK(absl::IsDataLoss(DecodeAttribute("").status()));
  CHECK(absl::IsDataLoss(
      DecodeAttribute(EncodeAttribute({"app", "A", "app", "x", std::nullopt}))
          .status()));
  CHECK(absl::IsDataLoss(
      DecodeAlias(EncodeAlias({"app", "same", "same", std::nullopt}))
          .status()));
  const std::string event = EncodeEvent(SomeEvent());
  const std::string alias =
      EncodeAlias({"app", "old", "new", *ParseDate("2025")});
  std::mt19937 random(5);
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = i % 2 == 0 ? event : alias;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    DecodeEvent(damaged).status().IgnoreError();  // whatever: no crash
    DecodeAlias(damaged).status().IgnoreError();
  }
}

TEST_CASE("a record from a later release is told from a damaged one",
          "[catalog]") {
  const std::string bytes = EncodeMetric(Declaration());
  std::string later = bytes;
  later[8] = 9;  // the value type
  CHECK(absl::IsUnimplemented(DecodeMetric(later).status()));
  MetricDeclaration declaration = Declaration();
  declaration.shape = {.lanes = 0, .steps = 1024};
  CHECK(absl::IsDataLoss(DecodeMetric(EncodeMetric(declaration)).status()));
  declaration.shape = {.lanes = 65536, .steps = 65536};
  CHECK(absl::IsDataLoss(DecodeMetric(EncodeMetric(declaration)).status()));
  CHECK(absl::IsDataLoss(DecodeMetric(bytes.substr(0, 3)).status()));
  std::mt19937 random(4);
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    DecodeMetric(damaged).status().IgnoreError();  // whatever: no crash
  }
}

TEST_CASE("a metric's record returns its tiers", "[catalog]") {
  MetricDeclaration declaration;
  declaration.spec.name = "requests";
  declaration.spec.period = {Unit::kMinute, 1};
  declaration.spec.keep = Period{Unit::kDay, 30};
  declaration.spec.tiers = {{{Unit::kHour, 1}, Period{Unit::kYear, 2}},
                            {{Unit::kWeek, 1, absl::Weekday::sunday}, {}}};
  declaration.shape = {.lanes = 16, .steps = 1024};
  declaration.kept_from = 600;
  declaration.tiers = {
      {{.values = 8, .whole = 9, .shape = {.lanes = 16, .steps = 1024}}, -5},
      {{.values = 10, .whole = 11, .shape = {.lanes = 64, .steps = 256}}, {}}};
  const std::string bytes = EncodeMetric(declaration);
  const auto decoded = DecodeMetric(bytes);
  REQUIRE(decoded.status() == absl::OkStatus());
  CHECK(decoded->spec == declaration.spec);
  REQUIRE(decoded->tiers.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(decoded->tiers[i].ids.values == declaration.tiers[i].ids.values);
    CHECK(decoded->tiers[i].ids.whole == declaration.tiers[i].ids.whole);
    CHECK(decoded->tiers[i].ids.shape == declaration.tiers[i].ids.shape);
    CHECK(decoded->tiers[i].kept_from == declaration.tiers[i].kept_from);
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    DecodeMetric(bytes.substr(0, size)).status().IgnoreError();  // no crash
  }
}

TEST_CASE("numbers and counters return what they were given", "[catalog]") {
  CHECK(*DecodeNumber(EncodeNumber(300)) == 300);
  CHECK(absl::IsDataLoss(DecodeNumber("").status()));
  CHECK(absl::IsDataLoss(DecodeNumber("\x01\x01").status()));
  CHECK(*DecodeEra(EncodeEra(-7)) == -7);
  CHECK(absl::IsDataLoss(DecodeEra("abc").status()));
  const auto counters =
      DecodeCounters(EncodeCounters({.next_metric = 5, .next_dictionary = 9}));
  REQUIRE(counters.ok());
  CHECK(counters->next_metric == 5);
  CHECK(counters->next_dictionary == 9);
}

}  // namespace
}  // namespace footfall::engine
