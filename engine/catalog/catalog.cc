#include "engine/catalog/catalog.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/catalog/blocks.h"
#include "storage/base/bytes.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr size_t kRowsAtATime = 4096;

// Series and member numbers are 32 bits, one of which means "unknown".
constexpr uint64_t kMaxNumbers = kUnknownId;

// Maps local member numbers to the catalog's, per dimension.
using LocalMembers = std::vector<std::vector<MemberId>>;

LocalMembers FindMembers(const MetricState& state,
                         absl::Span<const MemberColumn> columns) {
  LocalMembers local(columns.size());
  std::vector<absl::string_view> names;
  for (size_t d = 0; d < columns.size(); ++d) {
    names.clear();
    for (const std::string& name : columns[d].names()) {
      names.push_back(name);
    }
    local[d].resize(names.size());
    state.dictionaries[d]->FindAll(names, absl::MakeSpan(local[d]));
  }
  return local;
}

size_t FindRows(const MetricState& state,
                absl::Span<const MemberColumn> columns,
                const LocalMembers& local, absl::Span<SeriesId> out) {
  std::vector<MemberId> buffer(columns.size() * kRowsAtATime);
  std::array<absl::Span<const MemberId>, kMaxDimensions> tuples;
  size_t unknown = 0;
  for (size_t begin = 0; begin < out.size(); begin += kRowsAtATime) {
    const size_t count = std::min(kRowsAtATime, out.size() - begin);
    for (size_t d = 0; d < columns.size(); ++d) {
      MemberId* const members = buffer.data() + d * kRowsAtATime;
      const uint32_t* const rows = columns[d].rows().data() + begin;
      const MemberId* const numbers = local[d].data();
      for (size_t i = 0; i < count; ++i) {
        members[i] = numbers[rows[i]];
      }
      tuples[d] = absl::MakeConstSpan(members, count);
    }
    unknown +=
        state.series->Find(absl::MakeConstSpan(tuples.data(), columns.size()),
                           out.subspan(begin, count));
  }
  return unknown;
}

// The first way in which two declarations of one name differ; "" for none.
std::string FirstDifference(const MetricSpec& is, const MetricSpec& asked) {
  const auto differ = [](absl::string_view what, absl::string_view a,
                         absl::string_view b) {
    return absl::StrCat("its ", what, " is ", a, ", not ", b);
  };
  const auto type_name = [](ValueType type) {
    return type == ValueType::kInteger ? "INTEGER" : "DECIMAL";
  };
  if (is.value_type != asked.value_type) {
    return differ("value type", type_name(is.value_type),
                  type_name(asked.value_type));
  }
  if (!(is.period == asked.period)) {
    return differ("period", FormatPeriod(is.period),
                  FormatPeriod(asked.period));
  }
  if (is.zone != asked.zone) {
    return differ("zone", is.zone, asked.zone);
  }
  if (is.over_time != asked.over_time) {
    return differ("rule over time", AdditivityName(is.over_time),
                  AdditivityName(asked.over_time));
  }
  if (is.unit != asked.unit) {
    return differ("unit", absl::StrCat("'", is.unit, "'"),
                  absl::StrCat("'", asked.unit, "'"));
  }
  if (is.late != asked.late) {
    return differ("LATE", absl::StrCat(is.late), absl::StrCat(asked.late));
  }
  for (size_t i = 0;
       i < std::min(is.dimensions.size(), asked.dimensions.size()); ++i) {
    const Dimension& a = is.dimensions[i];
    const Dimension& b = asked.dimensions[i];
    if (!(a == b)) {
      return differ(absl::StrCat("dimension ", i + 1),
                    absl::StrCat(a.name, " ", AdditivityName(a.rule)),
                    absl::StrCat(b.name, " ", AdditivityName(b.rule)));
    }
  }
  if (is.dimensions.size() != asked.dimensions.size()) {
    return differ("number of dimensions", absl::StrCat(is.dimensions.size()),
                  absl::StrCat(asked.dimensions.size()));
  }
  return "";
}

// Whether the blocks under `prefix` begin at 0, kFoldedBlockRows, ... and
// nowhere else, for `count` rows.
absl::StatusOr<bool> LiesFolded(const StoreView& view,
                                const std::string& prefix, uint32_t begin,
                                uint32_t count) {
  const auto iterator =
      view.Scan(Keyspace::kCatalog, prefix, AfterPrefix(prefix));
  uint64_t expected = begin;
  while (true) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, iterator->Next());
    if (!more) {
      return expected >= count;
    }
    FOOTFALL_ASSIGN_OR_RETURN(const CatalogKey key,
                              ParseCatalogKey(iterator->key()));
    if (key.first != expected) {
      return false;
    }
    expected += kFoldedBlockRows;
  }
}

}  // namespace

size_t FindSeries(const MetricState& state,
                  absl::Span<const MemberColumn> columns,
                  absl::Span<SeriesId> out) {
  return FindRows(state, columns, FindMembers(state, columns), out);
}

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::Load(
    const StoreView& view, std::optional<storage::TileShape> shape,
    const StopCheck& stop) {
  std::unique_ptr<Catalog> catalog(new Catalog());
  catalog->shape_ = shape;
  std::string value;
  FOOTFALL_ASSIGN_OR_RETURN(const bool has_format,
                            view.Get(Keyspace::kCatalog, FormatKey(), &value));
  if (has_format) {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t version, DecodeNumber(value));
    if (version > kFormatVersion) {
      return absl::UnimplementedError(
          absl::StrCat("catalog format ", version,
                       " was written by a later release; this "
                       "build reads formats up to ",
                       kFormatVersion));
    }
  }
  const auto iterator = view.Scan(Keyspace::kCatalog, "", "");
  bool any = false;
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, iterator->Next());
    if (!more) {
      break;
    }
    any = true;
    if (!has_format) {
      return absl::DataLossError(
          "catalog: it has records but no format version");
    }
    FOOTFALL_RETURN_IF_ERROR(
        catalog->LoadRecord(iterator->key(), iterator->value()));
  }
  catalog->is_new_ = !any;
  return catalog;
}

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::LoadSound(
    const StoreView& view,
    absl::FunctionRef<void(const CatalogKey&, const absl::Status&)> on_bad) {
  std::unique_ptr<Catalog> catalog(new Catalog());
  const auto iterator = view.Scan(Keyspace::kCatalog, "", "");
  while (true) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, iterator->Next());
    if (!more) return catalog;
    const absl::Status status =
        catalog->LoadRecord(iterator->key(), iterator->value());
    if (status.ok()) continue;
    const absl::StatusOr<CatalogKey> key = ParseCatalogKey(iterator->key());
    on_bad(key.ok() ? *key : CatalogKey(), status);
  }
}

absl::Status Catalog::LoadRecord(absl::string_view key,
                                 absl::string_view value) {
  FOOTFALL_ASSIGN_OR_RETURN(const CatalogKey parsed, ParseCatalogKey(key));
  switch (parsed.kind) {
    case 'C':
      if (value.size() != sizeof(uint64_t)) {
        return absl::DataLossError(absl::StrCat(
            "catalog: the commit number has ", value.size(), " bytes, not 8"));
      }
      commit_ = storage::LoadU64(value.data());
      eras_.BeginLoading(commit_);
      return absl::OkStatus();
    case 'D': {
      auto dictionary =
          std::make_shared<Dictionary>(parsed.number, std::string(value));
      if (!dictionaries_.emplace(dictionary->name(), dictionary).second) {
        return absl::DataLossError(absl::StrCat(
            "catalog: two dictionaries of dimension ", dictionary->name()));
      }
      dictionary_ids_.emplace(parsed.number, std::move(dictionary));
      return absl::OkStatus();
    }
    case 'M':
      return LoadMetric(parsed.number, value);
    case 'N': {
      FOOTFALL_ASSIGN_OR_RETURN(counters_, DecodeCounters(value));
      return absl::OkStatus();
    }
    case 'S':
      return LoadSeries(parsed.number, parsed.first, value);
    case 'E':
      return LoadMembers(parsed.number, parsed.first, value);
    case 'V':
      return events_.Load(parsed.number, value);
    case 'W':
      return aliases_.Load(parsed.number, value);
    case 'U':
      return eras_.LoadSealed(parsed.number, value);
    case 'X':
      eras_.LoadLate(parsed.number, parsed.era);
      return absl::OkStatus();
    default:  // the format version was read first
      return absl::OkStatus();
  }
}

absl::Status Catalog::LoadMetric(MetricId metric, absl::string_view value) {
  const auto in_metric = [metric](const absl::Status& status,
                                  absl::StatusCode code) {
    return absl::Status(
        code, absl::StrCat("catalog: metric ", metric, ": ", status.message()));
  };
  absl::StatusOr<MetricDeclaration> declaration = DecodeMetric(value);
  if (!declaration.ok()) {
    return in_metric(declaration.status(), declaration.status().code());
  }
  absl::Status usable;
  absl::StatusOr<Grid> grid =
      Grid::Create(declaration->spec.period, declaration->spec.zone);
  if (!grid.ok()) {
    // Zone data differ between machines; the other metrics need not suffer.
    usable = absl::FailedPreconditionError(absl::StrCat(
        "metric ", declaration->spec.name,
        " cannot be read or written here: ", grid.status().message()));
    grid = Grid::Create(declaration->spec.period, "UTC");
  }
  MetricSpec checked = declaration->spec;
  if (!usable.ok()) checked.zone = "UTC";
  if (const absl::Status valid =
          grid.ok() ? ValidateMetricSpec(checked) : grid.status();
      !valid.ok()) {
    return in_metric(valid, absl::StatusCode::kDataLoss);
  }
  for (const Dimension& dimension : declaration->spec.dimensions) {
    if (!dictionaries_.contains(dimension.name)) {
      return in_metric(absl::DataLossError(absl::StrCat(
                           "dimension ", dimension.name, " has no dictionary")),
                       absl::StatusCode::kDataLoss);
    }
  }
  auto loaded = std::make_shared<Metric>();
  loaded->id = metric;
  loaded->spec = std::move(declaration->spec);
  loaded->grid = *std::move(grid);
  loaded->usable = std::move(usable);
  if (!by_name_.emplace(loaded->spec.name, metric).second) {
    return in_metric(absl::DataLossError("its name is taken"),
                     absl::StatusCode::kDataLoss);
  }
  metrics_.emplace(metric, MakeState(std::move(loaded), declaration->shape));
  return absl::OkStatus();
}

absl::Status Catalog::LoadMembers(uint32_t dictionary, MemberId first,
                                  absl::string_view value) {
  const auto found = dictionary_ids_.find(dictionary);
  if (found == dictionary_ids_.end()) {
    return absl::DataLossError(absl::StrCat(
        "catalog: members of dictionary ", dictionary, ", which is not there"));
  }
  Dictionary& members = *found->second;
  std::vector<std::string> names;
  FOOTFALL_RETURN_IF_ERROR(DecodeMemberBlock(value, &names));
  if (first != members.count()) {
    return absl::DataLossError(absl::StrCat(
        "catalog: dimension ", members.name(), ": a block begins at member ",
        first, "; ", members.count(), " members come before it"));
  }
  for (const std::string& name : names) {
    if (members.Add(name) != first++) {
      return absl::DataLossError(absl::StrCat("catalog: dimension ",
                                              members.name(), ": member '",
                                              name, "' is there twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status Catalog::LoadSeries(MetricId metric, SeriesId first,
                                 absl::string_view value) {
  const auto found = metrics_.find(metric);
  if (found == metrics_.end()) {
    return absl::DataLossError(absl::StrCat("catalog: series of metric ",
                                            metric, ", which is not there"));
  }
  SeriesColumns& series = *found->second->series;
  std::vector<std::vector<MemberId>> columns;
  size_t row_count = 0;
  FOOTFALL_RETURN_IF_ERROR(
      DecodeSeriesBlock(value, series.dimension_count(), &columns, &row_count));
  if (first != series.count()) {
    return absl::DataLossError(
        absl::StrCat("catalog: metric ", metric, ": a block begins at series ",
                     first, "; ", series.count(), " come before it"));
  }
  for (size_t d = 0; d < columns.size(); ++d) {
    const MemberId members = found->second->dictionaries[d]->count();
    for (const MemberId member : columns[d]) {
      if (member >= members) {
        return absl::DataLossError(
            absl::StrCat("catalog: metric ", metric, ": the block of series ",
                         first, " has member ", member, " in dimension ", d,
                         "; ", members, " are known"));
      }
    }
  }
  const std::vector<absl::Span<const MemberId>> tuples(columns.begin(),
                                                       columns.end());
  series.Append(tuples, row_count);
  return absl::OkStatus();
}

std::shared_ptr<const MetricState> Catalog::MakeState(
    std::shared_ptr<const Metric> metric, storage::TileShape shape) const {
  auto state = std::make_shared<MetricState>();
  state->layout = {.shape = shape,
                   .type = metric->spec.value_type == ValueType::kInteger
                               ? storage::CellType::kInteger
                               : storage::CellType::kDecimal,
                   .season = SeasonOf(metric->spec.period)};
  for (const Dimension& dimension : metric->spec.dimensions) {
    state->dictionaries.push_back(dictionaries_.at(dimension.name));
  }
  state->series =
      std::make_shared<SeriesColumns>(metric->spec.dimensions.size());
  state->metric = std::move(metric);
  return state;
}

std::shared_ptr<const MetricState> Catalog::Find(MetricId metric) const {
  const auto found = metrics_.find(metric);
  return found == metrics_.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<const Metric>> Catalog::Define(
    const MetricSpec& spec, StoreBatch* batch) {
  FOOTFALL_RETURN_IF_ERROR(ValidateMetricSpec(spec));
  FOOTFALL_ASSIGN_OR_RETURN(Grid grid, Grid::Create(spec.period, spec.zone));
  if (const auto found = by_name_.find(spec.name); found != by_name_.end()) {
    const std::shared_ptr<const Metric>& metric =
        metrics_.at(found->second)->metric;
    const std::string difference = FirstDifference(metric->spec, spec);
    if (!difference.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("metric ", spec.name, " is there, and ", difference));
    }
    return metric;
  }
  if (counters_.next_metric == std::numeric_limits<MetricId>::max()) {
    return absl::ResourceExhaustedError("all metric ids have been given");
  }
  for (const Dimension& dimension : spec.dimensions) {
    if (!dictionaries_.contains(dimension.name)) {
      const uint32_t id = counters_.next_dictionary++;
      auto dictionary = std::make_shared<Dictionary>(id, dimension.name);
      dictionaries_.emplace(dimension.name, dictionary);
      dictionary_ids_.emplace(id, std::move(dictionary));
      batch->Put(Keyspace::kCatalog, DictionaryKey(id), dimension.name);
    }
  }
  auto metric = std::make_shared<Metric>();
  metric->id = counters_.next_metric++;
  metric->spec = spec;
  metric->grid = std::move(grid);
  const storage::TileShape shape =
      shape_.has_value() ? *shape_ : DefaultTileShape(spec.period);
  batch->Put(Keyspace::kCatalog, MetricKey(metric->id),
             EncodeMetric({.spec = spec, .shape = shape}));
  batch->Put(Keyspace::kCatalog, CountersKey(), EncodeCounters(counters_));
  metrics_.emplace(metric->id, MakeState(metric, shape));
  by_name_.emplace(spec.name, metric->id);
  declarations_ = nullptr;
  view_ = nullptr;
  return std::shared_ptr<const Metric>(std::move(metric));
}

absl::StatusOr<MetricId> Catalog::Drop(absl::string_view name,
                                       StoreBatch* batch) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    return absl::NotFoundError(absl::StrCat("there is no metric ", name));
  }
  const MetricId metric = found->second;
  const std::string series = SeriesBlocksOf(metric);
  batch->Delete(Keyspace::kCatalog, MetricKey(metric));
  batch->DeleteRange(Keyspace::kCatalog, series, AfterPrefix(series));
  eras_.Drop(metric, batch);
  by_name_.erase(found);
  metrics_.erase(metric);
  declarations_ = nullptr;
  view_ = nullptr;
  return metric;
}

absl::StatusOr<uint64_t> Catalog::CreateSeries(
    const MetricState& state, absl::Span<const MemberColumn> columns,
    absl::Span<const RowKind> kinds, absl::Span<SeriesId> out,
    StoreBatch* batch) {
  const size_t dimensions = columns.size();
  LocalMembers local = FindMembers(state, columns);
  if (FindRows(state, columns, local, out) == 0) {
    return uint64_t{0};
  }
  std::vector<size_t> rows;  // that need a new series
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i] == kUnknownId &&
        (kinds.empty() || kinds[i] != RowKind::kDelete)) {
      rows.push_back(i);
    }
  }
  if (rows.empty()) {
    return uint64_t{0};
  }
  // Each row could bring a series, and each local name a member.
  if (uint64_t{state.series->count()} + rows.size() >= kMaxNumbers) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "metric ", state.metric->spec.name, " has ", state.series->count(),
        " series; a metric can have ", kMaxNumbers));
  }
  for (size_t d = 0; d < dimensions; ++d) {
    const Dictionary& dictionary = *state.dictionaries[d];
    if (uint64_t{dictionary.count()} + columns[d].names().size() >=
        kMaxNumbers) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "dimension ", dictionary.name(), " has ", dictionary.count(),
          " members; a dimension can have ", kMaxNumbers));
    }
  }

  for (size_t d = 0; d < dimensions; ++d) {
    Dictionary& dictionary = *state.dictionaries[d];
    const MemberId first = dictionary.count();
    std::vector<absl::string_view> added;
    for (const size_t row : rows) {
      const uint32_t number = columns[d].rows()[row];
      MemberId& member = local[d][number];
      if (member == kUnknownId) {
        member = dictionary.Add(columns[d].names()[number]);
        added.push_back(columns[d].names()[number]);
      }
    }
    for (size_t begin = 0; begin < added.size(); begin += kFoldedBlockRows) {
      const size_t count =
          std::min<size_t>(kFoldedBlockRows, added.size() - begin);
      batch->Put(
          Keyspace::kCatalog,
          MemberBlockKey(dictionary.id(), first + static_cast<MemberId>(begin)),
          EncodeMemberBlock(absl::MakeConstSpan(added).subspan(begin, count)));
    }
  }

  // Distinct tuples, in the order of their members.
  const auto member = [&](size_t row, size_t d) {
    return local[d][columns[d].rows()[row]];
  };
  const auto compare = [&](size_t a, size_t b) {
    for (size_t d = 0; d < dimensions; ++d) {
      const MemberId x = member(a, d);
      const MemberId y = member(b, d);
      if (x != y) {
        return x < y ? -1 : 1;
      }
    }
    return 0;
  };
  const auto less = [&](size_t a, size_t b) { return compare(a, b) < 0; };
  if (!std::is_sorted(rows.begin(), rows.end(), less)) {
    std::sort(rows.begin(), rows.end(), less);
  }
  rows.erase(
      std::unique(rows.begin(), rows.end(),
                  [&](size_t a, size_t b) { return compare(a, b) == 0; }),
      rows.end());
  std::vector<std::vector<MemberId>> tuples(dimensions);
  for (size_t d = 0; d < dimensions; ++d) {
    tuples[d].reserve(rows.size());
    for (const size_t row : rows) {
      tuples[d].push_back(member(row, d));
    }
  }
  const SeriesId first = state.series->count();
  std::vector<absl::Span<const MemberId>> spans(dimensions);
  for (size_t begin = 0; begin < rows.size(); begin += kFoldedBlockRows) {
    const size_t count =
        std::min<size_t>(kFoldedBlockRows, rows.size() - begin);
    for (size_t d = 0; d < dimensions; ++d) {
      spans[d] = absl::MakeConstSpan(tuples[d]).subspan(begin, count);
    }
    batch->Put(
        Keyspace::kCatalog,
        SeriesBlockKey(state.metric->id, first + static_cast<SeriesId>(begin)),
        EncodeSeriesBlock(spans, count));
  }
  for (size_t d = 0; d < dimensions; ++d) {
    spans[d] = tuples[d];
  }
  state.series->Append(spans, rows.size());
  view_ = nullptr;
  FindRows(state, columns, local, out);
  return rows.size();
}

absl::Status Catalog::CheckNames(absl::Span<const EventChange> events,
                                 absl::Span<const AliasChange> aliases) const {
  FOOTFALL_RETURN_IF_ERROR(events_.Check(events));
  for (const AliasChange& change : aliases) {
    const auto found = dictionaries_.find(change.alias.dimension);
    if (found == dictionaries_.end()) {
      if (change.removes) continue;
      return absl::NotFoundError(
          absl::StrCat("alias in ", change.alias.dimension,
                       ": no metric has this dimension"));
    }
    if (uint64_t{found->second->count()} + 2 * aliases.size() >= kMaxNumbers) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "dimension ", found->first, " has ", found->second->count(),
          " members; a dimension can have ", kMaxNumbers));
    }
  }
  return aliases_.Check(aliases);
}

Catalog::NameCounts Catalog::ChangeNames(absl::Span<const EventChange> events,
                                         absl::Span<const AliasChange> aliases,
                                         StoreBatch* batch) {
  for (const AliasChange& change : aliases) {
    if (change.removes) continue;
    Dictionary* const dictionary =
        dictionaries_.at(change.alias.dimension).get();
    AddMember(dictionary, change.alias.old_name, batch);
    AddMember(dictionary, change.alias.new_name, batch);
  }
  view_ = nullptr;
  return {.events = events_.Apply(events, batch),
          .aliases = aliases_.Apply(aliases, batch)};
}

void Catalog::AddMember(Dictionary* dictionary, absl::string_view name,
                        StoreBatch* batch) {
  const MemberId next = dictionary->count();
  if (dictionary->Add(name) != next) return;  // it was there
  batch->Put(Keyspace::kCatalog, MemberBlockKey(dictionary->id(), next),
             EncodeMemberBlock({name}));
}

absl::Status Catalog::FoldSeriesBlocks(MetricId metric, const StoreView& view,
                                       StoreBatch* batch) const {
  const std::shared_ptr<const MetricState> state = Find(metric);
  if (state == nullptr) {
    return absl::OkStatus();
  }
  const SeriesColumns& series = *state->series;
  const SeriesId count = series.count();
  const std::string prefix = SeriesBlocksOf(metric);
  FOOTFALL_ASSIGN_OR_RETURN(const bool folded,
                            LiesFolded(view, prefix, 0, count));
  if (folded) {
    return absl::OkStatus();
  }
  batch->DeleteRange(Keyspace::kCatalog, prefix, AfterPrefix(prefix));
  std::vector<std::vector<MemberId>> columns(series.dimension_count());
  for (SeriesId first = 0; first < count;) {
    const SeriesId rows = std::min(kFoldedBlockRows, count - first);
    std::vector<absl::Span<const MemberId>> spans;
    for (size_t d = 0; d < columns.size(); ++d) {
      columns[d].resize(rows);
      series.ReadMembers(d, first, absl::MakeSpan(columns[d]));
      spans.push_back(columns[d]);
    }
    batch->Put(Keyspace::kCatalog, SeriesBlockKey(metric, first),
               EncodeSeriesBlock(spans, rows));
    first += rows;
  }
  return absl::OkStatus();
}

absl::Status Catalog::FoldMemberBlocks(absl::string_view dimension,
                                       const StoreView& view,
                                       StoreBatch* batch) const {
  const auto found = dictionaries_.find(dimension);
  if (found == dictionaries_.end()) {
    return absl::OkStatus();
  }
  const Dictionary& members = *found->second;
  const MemberId count = members.count();
  const std::string prefix = MemberBlocksOf(members.id());
  // Member 0 is not written.
  FOOTFALL_ASSIGN_OR_RETURN(const bool folded,
                            LiesFolded(view, prefix, 1, count));
  if (folded) {
    return absl::OkStatus();
  }
  batch->DeleteRange(Keyspace::kCatalog, prefix, AfterPrefix(prefix));
  std::vector<absl::string_view> names;
  for (MemberId first = 1; first < count;
       first += static_cast<MemberId>(names.size())) {
    names.clear();
    for (MemberId member = first;
         member < count && names.size() < kFoldedBlockRows; ++member) {
      names.push_back(members.Name(member));
    }
    batch->Put(Keyspace::kCatalog, MemberBlockKey(members.id(), first),
               EncodeMemberBlock(names));
  }
  return absl::OkStatus();
}

std::shared_ptr<const CatalogView> Catalog::View() {
  if (view_ == nullptr) {
    std::vector<std::shared_ptr<const MetricState>> states;
    for (const auto& [id, state] : metrics_) {
      states.push_back(state);
    }
    if (declarations_ == nullptr) {
      std::vector<std::shared_ptr<const Metric>> metrics;
      for (const auto& state : states) metrics.push_back(state->metric);
      std::sort(metrics.begin(), metrics.end(),
                [](const auto& a, const auto& b) {
                  return a->spec.name < b->spec.name;
                });
      declarations_ = std::make_shared<const Declarations>(std::move(metrics));
    }
    view_ = std::make_shared<const CatalogView>(
        declarations_, states, events_.View(), aliases_.View());
  }
  return view_;
}

}  // namespace footfall::engine
