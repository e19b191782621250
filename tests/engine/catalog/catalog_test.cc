// The catalog against its store: loading, creating, folding, damage.

#include "engine/catalog/catalog.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/catalog/blocks.h"
#include "engine/catalog/fold_catalog.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

MetricSpec Spec(const std::string& name = "dau") {
  MetricSpec spec;
  spec.name = name;
  spec.dimensions = {{"app"}, {"platform"}};
  return spec;
}

// A catalog on a store, as the leader of the commit queue uses it.
class CatalogOnStore {
 public:
  explicit CatalogOnStore(uint32_t format = kFormatVersion)
      : store_(storage::NewMemoryStore()) {
    StoreBatch batch;
    batch.Put(Keyspace::kCatalog, FormatKey(), EncodeNumber(format));
    Apply(batch);
    Load();
  }

  void Load() {
    auto catalog = Catalog::Load(*store_->TakeView(), std::nullopt);
    REQUIRE(catalog.status() == absl::OkStatus());
    catalog_ = *std::move(catalog);
  }
  absl::Status TryLoad() {
    return Catalog::Load(*store_->TakeView(), std::nullopt).status();
  }
  void Apply(const StoreBatch& batch) {
    REQUIRE(store_->Apply(batch, Durability::kPowerLoss) == absl::OkStatus());
  }

  std::shared_ptr<const MetricState> Define(const MetricSpec& spec) {
    StoreBatch batch;
    const auto metric = catalog_->Define(spec, &batch);
    REQUIRE(metric.status() == absl::OkStatus());
    Apply(batch);
    return catalog_->Find((*metric)->id);
  }

  // Creates the series of these tuples; returns their numbers.
  std::vector<SeriesId> Create(
      const MetricState& state,
      const std::vector<std::pair<std::string, std::string>>& tuples) {
    std::vector<MemberColumn> columns(2);
    for (const auto& [app, platform] : tuples) {
      columns[0].Add(app);
      columns[1].Add(platform);
    }
    std::vector<SeriesId> series(tuples.size());
    StoreBatch batch;
    const auto created = catalog_->CreateSeries(state, columns, {},
                                                absl::MakeSpan(series), &batch);
    REQUIRE(created.status() == absl::OkStatus());
    created_ = *created;
    Apply(batch);
    return series;
  }

  size_t CountKeys(const std::string& prefix) {
    const auto view = store_->TakeView();
    const auto iterator =
        view->Scan(Keyspace::kCatalog, prefix, AfterPrefix(prefix));
    size_t count = 0;
    while (*iterator->Next()) {
      ++count;
    }
    return count;
  }

  Store& store() { return *store_; }
  Catalog& catalog() { return *catalog_; }
  uint64_t created() const { return created_; }

 private:
  std::unique_ptr<Store> store_;
  std::unique_ptr<Catalog> catalog_;
  uint64_t created_ = 0;
};

TEST_CASE("new series of a batch are numbered in the order of their members",
          "[catalog]") {
  CatalogOnStore on;
  const auto state = on.Define(Spec());
  // Members are numbered as they appear: b 1, a 2; web 1, app 2.
  CHECK(on.Create(*state, {{"b", "web"},
                           {"a", "app"},
                           {"b", "app"},
                           {"b", "web"},
                           {"", ""},
                           {"a", "web"}}) ==
        std::vector<SeriesId>{1, 4, 2, 1, 0, 3});
  CHECK(on.created() == 5);
  CHECK(on.Create(*state, {{"a", "web"}, {"c", ""}}) ==
        std::vector<SeriesId>{3, 5});
  CHECK(on.created() == 1);
}

// Earlier releases refuse the keys of what came later, and say by the format
// why. Without such keys they go on opening the database.
TEST_CASE("the format rises with the first key that it is for", "[catalog]") {
  CatalogOnStore on(kFirstFormatVersion);
  const auto format = [&] {
    std::string value;
    REQUIRE(
        *on.store().TakeView()->Get(Keyspace::kCatalog, FormatKey(), &value));
    return *DecodeNumber(value);
  };
  const auto state = on.Define(Spec());
  const AliasChange alias = {.alias = {"app", "a", "b", std::nullopt}};
  StoreBatch batch;
  on.catalog().ChangeNames({{}, {&alias, 1}, {}}, &batch);
  on.Apply(batch);
  CHECK(format() == kFirstFormatVersion);
  batch = StoreBatch();
  on.catalog().eras().BeginLoading(1);
  on.catalog().eras().Seal(state->metric->id, 5, 1, &batch);
  on.catalog().eras().Touch(state->metric->id, 3, 2, true, &batch);
  on.Apply(batch);
  CHECK(format() == kLateErasFormat);
  batch = StoreBatch();
  const AttributeChange attribute = {
      .attribute = {"app", "a", "category", "chat", std::nullopt}};
  on.catalog().ChangeNames({{}, {}, {&attribute, 1}}, &batch);
  on.Apply(batch);
  CHECK(format() == kAttributesFormat);
  // It never falls.
  on.Load();
  batch = StoreBatch();
  on.catalog().eras().Seal(state->metric->id, 5, 2, &batch);
  on.catalog().eras().Touch(state->metric->id, 2, 3, true, &batch);
  on.Apply(batch);
  CHECK(format() == kAttributesFormat);
}

TEST_CASE("folding puts blocks together and changes nothing else",
          "[catalog]") {
  CatalogOnStore on;
  auto state = on.Define(Spec());
  std::mt19937 random(8);
  std::vector<std::pair<std::string, std::string>> all;
  for (int batch = 0; batch < 60; ++batch) {
    std::vector<std::pair<std::string, std::string>> tuples;
    for (int i = 0; i < 150; ++i) {
      tuples.emplace_back("app" + std::to_string(random() % 6000),
                          i % 2 == 0 ? "web" : "app");
    }
    on.Create(*state, tuples);
    all.insert(all.end(), tuples.begin(), tuples.end());
  }
  const std::vector<SeriesId> expected = on.Create(*state, all);
  CHECK(on.created() == 0);
  CHECK(on.CountKeys(SeriesBlocksOf(state->metric->id)) == 60);

  const auto fold = [&] {
    const auto view = on.store().TakeView();
    const auto catalog = on.catalog().View();
    StoreBatch batch;
    const auto take = [&](const auto& folded) {
      REQUIRE(folded.status() == absl::OkStatus());
      if (folded->has_value()) (*folded)->AddTo(&batch);
    };
    take(FoldSeriesBlocks(*view, *catalog->Find(state->metric->id), 1, {}));
    take(FoldMemberBlocks(*view, *catalog->FindMembers("app"), 1, {}));
    take(FoldMemberBlocks(*view, *catalog->FindMembers("platform"), 1, {}));
    on.Apply(batch);
    return batch.operations().size();
  };
  CHECK(fold() > 0);
  const SeriesId count = state->series->count();
  const size_t blocks = (count + kFoldedBlockRows - 1) / kFoldedBlockRows;
  CHECK(blocks >= 2);
  CHECK(on.CountKeys(SeriesBlocksOf(state->metric->id)) == blocks);
  CHECK(fold() == 0);  // they lie folded

  on.Load();
  state = on.catalog().Find(state->metric->id);
  CHECK(state->series->count() == count);
  CHECK(on.Create(*state, all) == expected);
  CHECK(on.created() == 0);
}

TEST_CASE("a catalog that does not fit together is not loaded", "[catalog]") {
  struct Case {
    const char* why;
    std::string key;
    std::string value;
    const char* says;
  };
  const std::vector<MemberId> one = {1};
  const std::vector<MemberId> nine = {9};
  const std::vector<absl::Span<const MemberId>> unknown_member = {nine, one};
  const std::vector<absl::Span<const MemberId>> fits = {one, one};
  MetricDeclaration twin{.spec = Spec(), .shape = {.lanes = 64, .steps = 256}};
  MetricDeclaration other = twin;
  other.spec.name = "other";
  other.spec.dimensions = {{"region"}};
  MetricDeclaration invalid = twin;
  invalid.spec.name = "No name";
  MetricDeclaration lost = twin;
  lost.spec.name = "lost";
  lost.spec.zone = "No/Where";
  const Case cases[] = {
      {"an unknown key", "Z", "", "catalog key"},
      {"a short commit", CommitKey(), "abc", "commit number"},
      {"a block past the end", SeriesBlockKey(1, 5), EncodeSeriesBlock(fits, 1),
       "begins at series 5"},
      {"a member that is not there", SeriesBlockKey(1, 1),
       EncodeSeriesBlock(unknown_member, 1), "member 9"},
      {"series of no metric", SeriesBlockKey(7, 0), EncodeSeriesBlock(fits, 1),
       "metric 7"},
      {"garbage for a block", SeriesBlockKey(1, 1), "\x01", "series block"},
      {"members of no dictionary", MemberBlockKey(9, 1),
       EncodeMemberBlock({"x"}), "dictionary 9"},
      {"members past the end", MemberBlockKey(1, 9), EncodeMemberBlock({"x"}),
       "begins at member 9"},
      {"a member twice", MemberBlockKey(1, 2), EncodeMemberBlock({"a"}),
       "twice"},
      {"a second dictionary", DictionaryKey(8), "app", "two dictionaries"},
      {"a name twice", MetricKey(4), EncodeMetric(twin), "name is taken"},
      {"a metric without dictionary", MetricKey(4), EncodeMetric(other),
       "region has no dictionary"},
      {"a declaration that cannot be", MetricKey(4), EncodeMetric(invalid),
       "No name"},
      {"garbage for a metric", MetricKey(4), "garbage", "metric record"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    CatalogOnStore on;
    on.Create(*on.Define(Spec()), {{"a", "web"}});
    StoreBatch batch;
    batch.Put(Keyspace::kCatalog, test.key, test.value);
    on.Apply(batch);
    const absl::Status status = on.TryLoad();
    CHECK(absl::IsDataLoss(status));
    CHECK_THAT(std::string(status.message()), ContainsSubstring(test.says));
  }
  CatalogOnStore on;
  on.Define(Spec());
  StoreBatch batch;
  batch.Put(Keyspace::kCatalog, MetricKey(4), EncodeMetric(lost));
  on.Apply(batch);
  // A zone that only other machines know is no damage.
  CHECK(on.TryLoad() == absl::OkStatus());
}

TEST_CASE("a view keeps its counts while the catalog grows", "[catalog]") {
  CatalogOnStore on;
  const auto state = on.Define(Spec());
  on.Create(*state, {{"a", "web"}});
  const auto view = on.catalog().View();
  CHECK(on.catalog().View() == view);  // nothing has changed
  on.Create(*state, {{"b", "app"}});
  CHECK(view->Find(1)->series.count() == 1);
  CHECK(view->FindMembers("app")->count == 2);
  CHECK(view->series_count() == 1);
  const auto later = on.catalog().View();
  CHECK(later->Find(1)->series.count() == 2);
  CHECK(later->FindMembers("app")->count == 3);
  CHECK(later->FindMembers("region") == nullptr);
  CHECK(later->Find(2) == nullptr);
}

}  // namespace
}  // namespace footfall::engine
