// Catalog: reading it from the store, record by record.

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/catalog/blocks.h"
#include "engine/catalog/catalog.h"
#include "engine/model/tiers.h"
#include "storage/base/bytes.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

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
    case 'Y':
      return attributes_.Load(parsed.number, value);
    case 'F': {
      FOOTFALL_ASSIGN_OR_RETURN(const uint64_t version, DecodeNumber(value));
      format_.Load(version);
      return absl::OkStatus();
    }
    case 'U':
      return eras_.LoadSealed(parsed.number, value);
    case 'X':
      eras_.LoadLate(parsed.number, parsed.era);
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

bool Catalog::TakeNews(absl::Span<const StoreBatch::Operation> changes) {
  for (const StoreBatch::Operation& change : changes) {
    const absl::StatusOr<CatalogKey> key = ParseCatalogKey(change.key);
    if (!key.ok()) return false;
    // What upkeep knows of eras is nothing to a reader.
    if (key->kind == 'U' || key->kind == 'X') continue;
    if (change.kind != StoreBatch::Kind::kPut) return false;
    switch (key->kind) {
      case 'C':
      case 'N':
        break;
      case 'E':
      case 'S':
      case 'V':
      case 'W':
      case 'Y':
        view_ = nullptr;
        break;
      default:
        return false;
    }
    // A record that is there already is refused, as damage would be.
    if (!LoadRecord(change.key, change.value).ok()) return false;
  }
  return true;
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
  loaded->kept_from = declaration->kept_from;
  std::vector<TierIds> tier_ids;
  std::vector<TierStart> starts;
  for (const MetricDeclaration::TierRecord& tier : declaration->tiers) {
    tier_ids.push_back(tier.ids);
    starts.push_back({tier.ids.values, tier.kept_from});
  }
  MakeTiers(starts, loaded.get());
  if (!by_name_.emplace(loaded->spec.name, metric).second) {
    return in_metric(absl::DataLossError("its name is taken"),
                     absl::StatusCode::kDataLoss);
  }
  const bool installed = Install(
      MakeState(std::move(loaded), declaration->shape, std::move(tier_ids)));
  return installed ? absl::OkStatus()
                   : in_metric(absl::DataLossError("another has its number, or "
                                                   "that of one of its tiers"),
                               absl::StatusCode::kDataLoss);
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

}  // namespace footfall::engine
