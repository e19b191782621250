#include "engine/catalog/records.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "engine/proto/catalog.pb.h"
#include "storage/base/bytes.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"

namespace footfall::engine {
namespace {

// Flipped in an era, so that byte order is number order.
constexpr uint32_t kSignBit = uint32_t{1} << 31;

void PutBigEndian(uint32_t value, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

uint32_t TakeBigEndian(absl::string_view* in) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<uint8_t>((*in)[static_cast<size_t>(i)]);
  }
  in->remove_prefix(4);
  return value;
}

// Whether every field of a message ends within it. Protobuf finds out where one
// within a field does not, but first asks for as much memory as that says.
bool FieldsFit(absl::string_view message) {
  enum : uint64_t { kNumber = 0, kEightBytes = 1, kSized = 2, kFourBytes = 5 };
  while (!message.empty()) {
    uint64_t tag = 0;
    uint64_t size = 0;
    if (!storage::TakeVarint(&message, &tag)) return false;
    const uint64_t form = tag & 7;
    if (form == kNumber || form == kSized) {
      if (!storage::TakeVarint(&message, &size)) return false;
      if (form == kNumber) size = 0;
    } else if (form == kEightBytes) {
      size = 8;
    } else if (form == kFourBytes) {
      size = 4;
    }
    if (size > message.size()) return false;
    message.remove_prefix(size);
  }
  return true;
}

template <typename Record>
bool Parse(absl::string_view bytes, Record* record) {
  return FieldsFit(bytes) &&
         record->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

std::string Key(char kind) { return std::string(1, kind); }

std::string Key(char kind, uint32_t number) {
  std::string key(1, kind);
  PutBigEndian(number, &key);
  return key;
}

std::string Key(char kind, uint32_t number, uint32_t first) {
  std::string key = Key(kind, number);
  PutBigEndian(first, &key);
  return key;
}

// The messages number their enums from 1, so that 0 is "not said".
template <typename Record, typename T>
Record ToRecord(T value) {
  return static_cast<Record>(static_cast<int>(value) + 1);
}

// False where the number is none of [0, count).
template <typename T>
bool FromRecord(int record, int count, T* value) {
  if (record < 1 || record > count) {
    return false;
  }
  *value = static_cast<T>(record - 1);
  return true;
}

// False where it is none that is known.
bool FromRecord(proto::UnitRecord record, Unit* unit) {
  if (record < static_cast<int>(Unit::kSecond) ||
      record > static_cast<int>(Unit::kYear)) {
    return false;
  }
  *unit = static_cast<Unit>(record);
  return true;
}

absl::Status UnknownNumber(absl::string_view field, int number) {
  return absl::UnimplementedError(absl::StrCat(
      "metric record: ", field, " is ", number,
      "; this build does not know it: written by a later release"));
}

absl::Status NoSuchRecord(absl::string_view what, const absl::Status& why) {
  return absl::DataLossError(absl::StrCat(what, " record: ", why.message()));
}

}  // namespace

std::string FormatKey() { return Key('F'); }
std::string CommitKey() { return Key('C'); }
std::string CountersKey() { return Key('N'); }
std::string DictionaryKey(uint32_t dictionary) { return Key('D', dictionary); }
std::string MetricKey(MetricId metric) { return Key('M', metric); }
std::string MemberBlockKey(uint32_t dictionary, MemberId first) {
  return Key('E', dictionary, first);
}
std::string SeriesBlockKey(MetricId metric, SeriesId first) {
  return Key('S', metric, first);
}
std::string SealedKey(MetricId metric) { return Key('U', metric); }
std::string EventKey(uint32_t event) { return Key('V', event); }
std::string AliasKey(uint32_t alias) { return Key('W', alias); }
std::string AttributeKey(uint32_t attribute) { return Key('Y', attribute); }
std::string LateEraKey(MetricId metric, int32_t era) {
  return Key('X', metric, static_cast<uint32_t>(era) ^ kSignBit);
}

std::string AfterPrefix(absl::string_view prefix) {
  std::string after(prefix);
  while (!after.empty() && static_cast<uint8_t>(after.back()) == 0xff) {
    after.pop_back();
  }
  if (!after.empty()) {
    after.back() = static_cast<char>(static_cast<uint8_t>(after.back()) + 1);
  }
  return after;
}

std::string MemberBlocksOf(uint32_t dictionary) { return Key('E', dictionary); }
std::string SeriesBlocksOf(MetricId metric) { return Key('S', metric); }
std::string LateErasOf(MetricId metric) { return Key('X', metric); }

absl::StatusOr<CatalogKey> ParseCatalogKey(absl::string_view bytes) {
  const absl::string_view whole = bytes;
  CatalogKey key;
  size_t numbers = 0;
  if (!bytes.empty()) {
    key.kind = bytes.front();
    bytes.remove_prefix(1);
    switch (key.kind) {
      case 'F':
      case 'C':
      case 'N':
        break;
      case 'D':
      case 'M':
      case 'U':
      case 'V':
      case 'W':
      case 'Y':
        numbers = 1;
        break;
      case 'E':
      case 'S':
      case 'X':
        numbers = 2;
        break;
      default:
        key.kind = 0;
    }
  }
  if (key.kind == 0 || bytes.size() != numbers * 4) {
    return absl::DataLossError(
        absl::StrCat("catalog key ", absl::BytesToHexString(whole),
                     " has no form that this build knows"));
  }
  if (numbers > 0) {
    key.number = TakeBigEndian(&bytes);
  }
  if (key.kind == 'X') {
    key.era = static_cast<int32_t>(TakeBigEndian(&bytes) ^ kSignBit);
  } else if (numbers > 1) {
    key.first = TakeBigEndian(&bytes);
  }
  return key;
}

std::string EncodeNumber(uint64_t value) {
  std::string out;
  storage::PutVarint(value, &out);
  return out;
}

absl::StatusOr<uint64_t> DecodeNumber(absl::string_view bytes) {
  uint64_t value = 0;
  if (!storage::TakeVarint(&bytes, &value) || !bytes.empty()) {
    return absl::DataLossError("catalog: a number's bytes are cut or too many");
  }
  return value;
}

std::string EncodeEra(int32_t era) {
  std::string out;
  storage::PutU32(static_cast<uint32_t>(era), &out);
  return out;
}

absl::StatusOr<int32_t> DecodeEra(absl::string_view bytes) {
  if (bytes.size() != sizeof(uint32_t)) {
    return absl::DataLossError(
        absl::StrCat("catalog: an era has ", bytes.size(), " bytes, not 4"));
  }
  return static_cast<int32_t>(storage::LoadU32(bytes.data()));
}

namespace {

// Of a metric's record, or a tier's.
template <typename Record>
void PutPeriod(const Period& period, Record* record) {
  record->set_period_unit(
      static_cast<proto::UnitRecord>(static_cast<int>(period.unit)));
  if (period.week_start != absl::Weekday::monday) {
    record->set_period_unit(proto::UNIT_WEEK_FROM);
    record->set_week_start(static_cast<uint32_t>(period.week_start) + 1);
  }
  record->set_period_count(period.count);
}

absl::StatusOr<Period> PeriodOf(proto::UnitRecord unit, int32_t count,
                                uint32_t week_start) {
  Period period;
  period.count = count;
  if (unit == proto::UNIT_WEEK_FROM) {
    period.unit = Unit::kWeek;
    if (week_start < 2 || week_start > 7) {
      return UnknownNumber("week start", static_cast<int>(week_start));
    }
    period.week_start = static_cast<absl::Weekday>(week_start - 1);
  } else if (!FromRecord(unit, &period.unit)) {
    return UnknownNumber("period unit", unit);
  }
  return period;
}

template <typename Record>
absl::StatusOr<storage::TileShape> ShapeOf(const Record& record) {
  const uint64_t cells =
      uint64_t{record.tile_lanes()} * uint64_t{record.tile_steps()};
  if (cells == 0 || cells > storage::kMaxTileCells) {
    return absl::DataLossError(
        absl::StrCat("metric record: a tile of ", record.tile_lanes(), " x ",
                     record.tile_steps(), " cells; 1 to ",
                     storage::kMaxTileCells, " are possible"));
  }
  return storage::TileShape{.lanes = record.tile_lanes(),
                            .steps = record.tile_steps()};
}

void PutKeep(const Period& keep, proto::KeepRecord* record) {
  record->set_unit(static_cast<proto::UnitRecord>(static_cast<int>(keep.unit)));
  record->set_count(keep.count);
}

absl::StatusOr<std::optional<Period>> KeepOf(const proto::KeepRecord& record) {
  // Only a coarser grid is there with nothing said.
  if (record.count() == 0 && record.period_count() != 0) {
    return std::optional<Period>();
  }
  Period keep{.unit = Unit::kDay, .count = record.count()};
  if (!FromRecord(record.unit(), &keep.unit)) {
    return UnknownNumber("keep unit", record.unit());
  }
  return std::optional<Period>(keep);
}

void PutTier(const Tier& tier, const MetricDeclaration::TierRecord& kept,
             proto::KeepRecord* record) {
  if (tier.keep.has_value()) PutKeep(*tier.keep, record);
  PutPeriod(tier.period, record);
  record->set_values(kept.ids.values);
  record->set_whole(kept.ids.whole);
  record->set_tile_lanes(kept.ids.shape.lanes);
  record->set_tile_steps(kept.ids.shape.steps);
  if (kept.kept_from.has_value()) record->set_kept_from(*kept.kept_from);
}

absl::StatusOr<MetricDeclaration::TierRecord> TierOf(
    const proto::KeepRecord& record) {
  MetricDeclaration::TierRecord tier;
  tier.ids.values = record.values();
  tier.ids.whole = record.whole();
  FOOTFALL_ASSIGN_OR_RETURN(tier.ids.shape, ShapeOf(record));
  if (record.has_kept_from()) tier.kept_from = record.kept_from();
  return tier;
}

}  // namespace

std::string EncodeMetric(const MetricDeclaration& declaration) {
  const MetricSpec& spec = declaration.spec;
  proto::MetricRecord record;
  record.set_name(spec.name);
  record.set_value_type(ToRecord<proto::ValueTypeRecord>(spec.value_type));
  PutPeriod(spec.period, &record);
  record.set_zone(spec.zone);
  for (const Dimension& dimension : spec.dimensions) {
    proto::DimensionRecord* const to = record.add_dimensions();
    to->set_name(dimension.name);
    to->set_rule(ToRecord<proto::AdditivityRecord>(dimension.rule));
  }
  record.set_over_time(ToRecord<proto::AdditivityRecord>(spec.over_time));
  record.set_unit(spec.unit);
  if (spec.late != kDefaultLate) record.set_late(spec.late);
  record.set_tile_lanes(declaration.shape.lanes);
  record.set_tile_steps(declaration.shape.steps);
  if (spec.keep.has_value()) PutKeep(*spec.keep, record.add_keep());
  for (size_t i = 0; i < spec.tiers.size(); ++i) {
    PutTier(spec.tiers[i], declaration.tiers[i], record.add_keep());
  }
  if (declaration.kept_from.has_value()) {
    record.set_kept_from(*declaration.kept_from);
  }
  return record.SerializeAsString();
}

absl::StatusOr<MetricDeclaration> DecodeMetric(absl::string_view bytes) {
  proto::MetricRecord record;
  if (!Parse(bytes, &record)) {
    return absl::DataLossError("metric record: the message does not parse");
  }
  MetricDeclaration declaration;
  MetricSpec& spec = declaration.spec;
  spec.name = record.name();
  if (!FromRecord(record.value_type(), 2, &spec.value_type)) {
    return UnknownNumber("value type", record.value_type());
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      spec.period, PeriodOf(record.period_unit(), record.period_count(),
                            record.week_start()));
  spec.zone = record.zone();
  for (const proto::DimensionRecord& from : record.dimensions()) {
    Dimension dimension;
    dimension.name = from.name();
    if (!FromRecord(from.rule(), 3, &dimension.rule)) {
      return UnknownNumber("dimension rule", from.rule());
    }
    spec.dimensions.push_back(std::move(dimension));
  }
  if (!FromRecord(record.over_time(), 3, &spec.over_time)) {
    return UnknownNumber("over time", record.over_time());
  }
  spec.unit = record.unit();
  if (record.has_late()) spec.late = record.late();
  for (int i = 0; i < record.keep_size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<Period> keep,
                              KeepOf(record.keep(i)));
    if (i == 0) {
      spec.keep = keep;
      continue;
    }
    FOOTFALL_ASSIGN_OR_RETURN(
        spec.tiers.emplace_back().period,
        PeriodOf(record.keep(i).period_unit(), record.keep(i).period_count(),
                 record.keep(i).week_start()));
    spec.tiers.back().keep = keep;
    FOOTFALL_ASSIGN_OR_RETURN(declaration.tiers.emplace_back(),
                              TierOf(record.keep(i)));
  }
  if (record.has_kept_from()) declaration.kept_from = record.kept_from();
  FOOTFALL_ASSIGN_OR_RETURN(declaration.shape, ShapeOf(record));
  return declaration;
}

std::string EncodeEvent(const Event& event) {
  proto::EventRecord record;
  record.set_kind(event.kind);
  record.set_name(event.name);
  record.set_date(FormatDate(event.date));
  for (const DimensionMember& member : event.members) {
    proto::DimensionMemberRecord* const to = record.add_members();
    to->set_dimension(member.dimension);
    to->set_member(member.member);
  }
  record.set_note(event.note);
  record.set_source(event.source);
  return record.SerializeAsString();
}

absl::StatusOr<Event> DecodeEvent(absl::string_view bytes) {
  proto::EventRecord record;
  if (!Parse(bytes, &record)) {
    return absl::DataLossError("event record: the message does not parse");
  }
  Event event;
  event.kind = record.kind();
  event.name = record.name();
  const absl::StatusOr<Date> date = ParseDate(record.date());
  if (!date.ok()) return NoSuchRecord("event", date.status());
  event.date = *date;
  for (const proto::DimensionMemberRecord& from : record.members()) {
    event.members.push_back({from.dimension(), from.member()});
  }
  event.note = record.note();
  event.source = record.source();
  if (const absl::Status valid = ValidateEvent(event); !valid.ok()) {
    return NoSuchRecord("event", valid);
  }
  return event;
}

std::string EncodeAlias(const Alias& alias) {
  proto::AliasRecord record;
  record.set_dimension(alias.dimension);
  record.set_old_name(alias.old_name);
  record.set_new_name(alias.new_name);
  if (alias.from.has_value()) record.set_from(FormatDate(*alias.from));
  return record.SerializeAsString();
}

absl::StatusOr<Alias> DecodeAlias(absl::string_view bytes) {
  proto::AliasRecord record;
  if (!Parse(bytes, &record)) {
    return absl::DataLossError("alias record: the message does not parse");
  }
  Alias alias;
  alias.dimension = record.dimension();
  alias.old_name = record.old_name();
  alias.new_name = record.new_name();
  if (!record.from().empty()) {
    const absl::StatusOr<Date> from = ParseDate(record.from());
    if (!from.ok()) return NoSuchRecord("alias", from.status());
    alias.from = *from;
  }
  if (const absl::Status valid = ValidateAlias(alias); !valid.ok()) {
    return NoSuchRecord("alias", valid);
  }
  return alias;
}

std::string EncodeAttribute(const Attribute& attribute) {
  proto::AttributeRecord record;
  record.set_dimension(attribute.dimension);
  record.set_member(attribute.member);
  record.set_name(attribute.name);
  record.set_value(attribute.value);
  if (attribute.from.has_value()) record.set_from(FormatDate(*attribute.from));
  return record.SerializeAsString();
}

absl::StatusOr<Attribute> DecodeAttribute(absl::string_view bytes) {
  proto::AttributeRecord record;
  if (!Parse(bytes, &record)) {
    return absl::DataLossError("attribute record: the message does not parse");
  }
  Attribute attribute;
  attribute.dimension = record.dimension();
  attribute.member = record.member();
  attribute.name = record.name();
  attribute.value = record.value();
  if (!record.from().empty()) {
    const absl::StatusOr<Date> from = ParseDate(record.from());
    if (!from.ok()) return NoSuchRecord("attribute", from.status());
    attribute.from = *from;
  }
  if (const absl::Status valid = ValidateAttribute(attribute); !valid.ok()) {
    return NoSuchRecord("attribute", valid);
  }
  return attribute;
}

std::string EncodeCounters(const Counters& counters) {
  proto::CountersRecord record;
  record.set_next_metric(counters.next_metric);
  record.set_next_dictionary(counters.next_dictionary);
  return record.SerializeAsString();
}

absl::StatusOr<Counters> DecodeCounters(absl::string_view bytes) {
  proto::CountersRecord record;
  if (!Parse(bytes, &record)) {
    return absl::DataLossError("counters record: the message does not parse");
  }
  return Counters{.next_metric = record.next_metric(),
                  .next_dictionary = record.next_dictionary()};
}

}  // namespace footfall::engine
