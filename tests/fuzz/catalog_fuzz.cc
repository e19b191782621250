// Any bytes as a key or a value of the catalog, or as a tile's key: what was
// written, or a refusal. What decodes is encoded and decodes to the same.
//
//   u8 what: the letter of its key (engine/FORMAT.md), K for a catalog key, T
//   for a tile's; of a series block u8 dimensions; then the bytes

#include <string>
#include <vector>

#include "engine/catalog/blocks.h"
#include "engine/catalog/records.h"
#include "storage/key/tile_key.h"
#include "tests/fuzz/require.h"

namespace footfall::engine {
namespace {

void CheckSeries(absl::string_view bytes) {
  if (bytes.empty()) {
    return;
  }
  const size_t dimensions =
      static_cast<uint8_t>(bytes[0]) % (kMaxDimensions + 1);
  bytes.remove_prefix(1);
  std::vector<std::vector<MemberId>> columns;
  size_t rows = 0;
  const absl::Status status =
      DecodeSeriesBlock(bytes, dimensions, &columns, &rows);
  if (!status.ok()) {
    FUZZ_REQUIRE(IsRefusal(status));
    return;
  }
  FUZZ_REQUIRE(rows >= 1 && rows <= kMaxBlockRows);
  FUZZ_REQUIRE(columns.size() == dimensions);
  std::vector<absl::Span<const MemberId>> tuples;
  for (const std::vector<MemberId>& column : columns) {
    FUZZ_REQUIRE(column.size() == rows);
    for (const MemberId member : column) {
      FUZZ_REQUIRE(member != kUnknownId);
    }
    tuples.push_back(column);
  }
  if (rows > kFoldedBlockRows) {
    return;  // for speed's sake
  }
  std::vector<std::vector<MemberId>> again;
  size_t rows_again = 0;
  FUZZ_REQUIRE(DecodeSeriesBlock(EncodeSeriesBlock(tuples, rows), dimensions,
                                 &again, &rows_again)
                   .ok());
  FUZZ_REQUIRE(rows_again == rows);
  FUZZ_REQUIRE(again == columns);
}

void CheckMembers(absl::string_view bytes) {
  std::vector<std::string> members;
  const absl::Status status = DecodeMemberBlock(bytes, &members);
  if (!status.ok()) {
    FUZZ_REQUIRE(absl::IsDataLoss(status));
    return;
  }
  FUZZ_REQUIRE(!members.empty() && members.size() <= kMaxBlockRows);
  for (const std::string& member : members) {
    FUZZ_REQUIRE(member.size() <= kMaxMemberBytes);
  }
  const std::vector<absl::string_view> views(members.begin(), members.end());
  std::vector<std::string> again;
  FUZZ_REQUIRE(DecodeMemberBlock(EncodeMemberBlock(views), &again).ok());
  FUZZ_REQUIRE(again == members);
}

void CheckMetric(absl::string_view bytes) {
  const auto metric = DecodeMetric(bytes);
  if (!metric.ok()) {
    FUZZ_REQUIRE(IsRefusal(metric.status()));
    return;
  }
  const auto again = DecodeMetric(EncodeMetric(*metric));
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(again->spec == metric->spec);
  FUZZ_REQUIRE(again->shape == metric->shape);
}

// What has no form of a later release: DATA_LOSS alone.
template <typename Decoder, typename Encoder>
void CheckValue(absl::string_view bytes, Decoder decode, Encoder encode) {
  const auto value = decode(bytes);
  if (!value.ok()) {
    FUZZ_REQUIRE(absl::IsDataLoss(value.status()));
    return;
  }
  const auto again = decode(encode(*value));
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(*again == *value);
}

void CheckCounters(absl::string_view bytes) {
  const auto counters = DecodeCounters(bytes);
  if (!counters.ok()) {
    FUZZ_REQUIRE(absl::IsDataLoss(counters.status()));
    return;
  }
  const auto again = DecodeCounters(EncodeCounters(*counters));
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(again->next_metric == counters->next_metric);
  FUZZ_REQUIRE(again->next_dictionary == counters->next_dictionary);
}

std::string KeyOf(const CatalogKey& key) {
  switch (key.kind) {
    case 'C':
      return CommitKey();
    case 'D':
      return DictionaryKey(key.number);
    case 'E':
      return MemberBlockKey(key.number, key.first);
    case 'F':
      return FormatKey();
    case 'M':
      return MetricKey(key.number);
    case 'N':
      return CountersKey();
    case 'S':
      return SeriesBlockKey(key.number, key.first);
    case 'U':
      return SealedKey(key.number);
    case 'V':
      return EventKey(key.number);
    case 'W':
      return AliasKey(key.number);
    case 'X':
      return LateEraKey(key.number, key.era);
    case 'Y':
      return AttributeKey(key.number);
    default:
      return "";
  }
}

void CheckKey(absl::string_view bytes) {
  const auto key = ParseCatalogKey(bytes);
  FUZZ_REQUIRE(key.ok() ? KeyOf(*key) == bytes
                        : absl::IsDataLoss(key.status()));
}

void CheckTileKey(absl::string_view bytes) {
  const auto key = storage::DecodeTileKey(bytes);
  FUZZ_REQUIRE(key.ok() ? storage::EncodeTileKey(*key) == bytes
                        : absl::IsDataLoss(key.status()));
}

void CheckRecord(char what, absl::string_view bytes) {
  switch (what) {
    case 'E':
      return CheckMembers(bytes);
    case 'F':
      return CheckValue(bytes, DecodeNumber, EncodeNumber);
    case 'K':
      return CheckKey(bytes);
    case 'M':
      return CheckMetric(bytes);
    case 'N':
      return CheckCounters(bytes);
    case 'S':
      return CheckSeries(bytes);
    case 'T':
      return CheckTileKey(bytes);
    case 'U':
      return CheckValue(bytes, DecodeEra, EncodeEra);
    case 'V':
      return CheckValue(bytes, DecodeEvent, EncodeEvent);
    case 'W':
      return CheckValue(bytes, DecodeAlias, EncodeAlias);
    case 'Y':
      return CheckValue(bytes, DecodeAttribute, EncodeAttribute);
    default:
      return;
  }
}

}  // namespace
}  // namespace footfall::engine

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::vector<char> exact(data + 1, data + size);
  footfall::engine::CheckRecord(static_cast<char>(data[0]),
                                absl::string_view(exact.data(), exact.size()));
  return 0;
}
