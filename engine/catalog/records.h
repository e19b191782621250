// The keys and values of the catalog key space. engine/FORMAT.md gives the
// bytes.
//
//   F                          format version
//   C                          number of the last commit
//   N                          CountersRecord
//   D dictionary:u32           name of the dimension
//   E dictionary:u32 first:u32 member block: text of members from `first`
//   M metric:u32               MetricRecord
//   S metric:u32 first:u32     series block: columns of series from `first`
//   U metric:u32               era before which upkeep has sealed all tiles
//   V event:u32                EventRecord
//   W alias:u32                AliasRecord
//   X metric:u32 era:i32       an era before that, written to since: nothing
//   Y attribute:u32            AttributeRecord
//
// Numbers in keys are big-endian: byte order is number order. A record comes
// after those that it refers to, so that one pass in key order loads all.

#ifndef FOOTFALL_ENGINE_CATALOG_RECORDS_H_
#define FOOTFALL_ENGINE_CATALOG_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/catalog/tile_layout.h"
#include "footfall/event.h"
#include "footfall/metric.h"
#include "storage/tile/tile.h"

namespace footfall::engine {

// The newest catalog format that this build reads. A database begins in the
// first one, is of the second from its first late era (X) on, and of the third
// from its first attribute (Y) on.
inline constexpr uint32_t kFormatVersion = 3;
inline constexpr uint32_t kFirstFormatVersion = 1;
inline constexpr uint32_t kLateErasFormat = 2;
inline constexpr uint32_t kAttributesFormat = 3;

std::string FormatKey();
std::string CommitKey();
std::string CountersKey();
std::string DictionaryKey(uint32_t dictionary);
std::string MetricKey(MetricId metric);
std::string MemberBlockKey(uint32_t dictionary, MemberId first);
std::string SeriesBlockKey(MetricId metric, SeriesId first);
std::string SealedKey(MetricId metric);
std::string EventKey(uint32_t event);
std::string AliasKey(uint32_t alias);
std::string LateEraKey(MetricId metric, int32_t era);
std::string AttributeKey(uint32_t attribute);

// The first key after every key that starts with `prefix`.
std::string AfterPrefix(absl::string_view prefix);

// Prefixes of keys, for scans: all member blocks of a dictionary, all series
// blocks of a metric, all its late eras.
std::string MemberBlocksOf(uint32_t dictionary);
std::string SeriesBlocksOf(MetricId metric);
std::string LateErasOf(MetricId metric);

// A catalog key, taken apart.
struct CatalogKey {
  char kind = 0;        // the letter above
  uint32_t number = 0;  // dictionary, metric, event, alias, ..: if there is one
  uint32_t first = 0;   // first member or series of a block
  int32_t era = 0;      // of a late era
};

// DATA_LOSS unless the bytes are a key of the form above.
absl::StatusOr<CatalogKey> ParseCatalogKey(absl::string_view bytes);

// A varint alone: the format version.
std::string EncodeNumber(uint64_t value);
absl::StatusOr<uint64_t> DecodeNumber(absl::string_view bytes);

// An era: the value of a SealedKey().
std::string EncodeEra(int32_t era);
absl::StatusOr<int32_t> DecodeEra(absl::string_view bytes);

// What a metric's record says.
struct MetricDeclaration {
  MetricSpec spec;
  storage::TileShape shape;
  std::optional<int64_t> kept_from = std::nullopt;  // as Metric::kept_from
  // Of each tier of the spec.
  struct TierRecord {
    TierIds ids;
    std::optional<int64_t> kept_from = std::nullopt;
  };
  std::vector<TierRecord> tiers = {};
};

std::string EncodeMetric(const MetricDeclaration& declaration);
// DATA_LOSS where the bytes are no such record, or words or a shape in it are
// none; UNIMPLEMENTED where they need a later release. Whether the declaration
// could have been made is for ValidateMetricSpec() to say.
absl::StatusOr<MetricDeclaration> DecodeMetric(absl::string_view bytes);

// Each as it was given. DATA_LOSS where the bytes are no such record or hold
// what Validate...() refuses.
std::string EncodeEvent(const Event& event);
absl::StatusOr<Event> DecodeEvent(absl::string_view bytes);
std::string EncodeAlias(const Alias& alias);
absl::StatusOr<Alias> DecodeAlias(absl::string_view bytes);
std::string EncodeAttribute(const Attribute& attribute);
absl::StatusOr<Attribute> DecodeAttribute(absl::string_view bytes);

struct Counters {
  MetricId next_metric = 1;
  uint32_t next_dictionary = 1;
};

std::string EncodeCounters(const Counters& counters);
absl::StatusOr<Counters> DecodeCounters(absl::string_view bytes);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_RECORDS_H_
