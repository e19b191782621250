// Which eras are sealed and which late: what the leader writes with commits.

#include "engine/catalog/era_records.h"

#include <memory>

#include "engine/catalog/records.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

constexpr MetricId kMetric = 7;

// The records of a store, as its leader holds them.
class Leader {
 public:
  Leader() { Reload(0); }

  void Touch(int32_t era, uint64_t commit, bool appends = true) {
    StoreBatch batch;
    records_.Touch(kMetric, era, commit, appends, &batch);
    Apply(batch);
  }
  void Seal(int32_t era, uint64_t seen) {
    StoreBatch batch;
    records_.Seal(kMetric, era, seen, &batch);
    Apply(batch);
  }
  void Clear(int32_t era, uint64_t seen) {
    StoreBatch batch;
    records_.Clear(kMetric, era, seen, &batch);
    Apply(batch);
  }
  void Drop() {
    StoreBatch batch;
    records_.Drop(kMetric, &batch);
    Apply(batch);
  }
  // As after a crash: from what is in the store.
  void Reload(uint64_t commit) {
    const RecordedEras eras = Read();
    records_ = EraRecords(&format_);
    records_.BeginLoading(commit);
    if (eras.sealed_before.has_value()) {
      REQUIRE(
          records_.LoadSealed(kMetric, EncodeEra(*eras.sealed_before)).ok());
    }
    for (const int32_t era : eras.late) records_.LoadLate(kMetric, era);
  }
  RecordedEras Read() const {
    const auto eras = ReadEras(*store_->TakeView(), kMetric);
    REQUIRE(eras.ok());
    return *eras;
  }
  std::vector<int32_t> late() const { return Read().late; }
  const EraRecords& records() const { return records_; }

 private:
  void Apply(const StoreBatch& batch) {
    REQUIRE(store_->Apply(batch, Durability::kPowerLoss).ok());
  }

  const std::unique_ptr<Store> store_ = storage::NewMemoryStore();
  StoredFormat format_;
  EraRecords records_{&format_};
};

TEST_CASE("an era that is appended to once it is sealed is late", "[catalog]") {
  Leader leader;
  leader.Touch(3, 1);
  CHECK(leader.late().empty());
  leader.Seal(5, 1);
  CHECK(leader.Read().sealed_before == 5);
  CHECK(leader.late().empty());
  leader.Touch(5, 2);                     // the living one
  leader.Touch(4, 2, /*appends=*/false);  // tiles of a load, sealed themselves
  CHECK(leader.late().empty());
  leader.Touch(4, 3);
  leader.Touch(-1, 3);
  CHECK(leader.late() == std::vector<int32_t>{-1, 4});
  leader.Clear(4, 3);
  CHECK(leader.late() == std::vector<int32_t>{-1});
}

TEST_CASE("what comes while an era is folded or sealed is not forgotten",
          "[catalog]") {
  Leader leader;
  leader.Touch(3, 10);
  leader.Touch(4, 12);
  leader.Seal(5, 11);  // as it was after commit 11
  CHECK(leader.late() == std::vector<int32_t>{4});
  leader.Clear(4, 11);
  CHECK(leader.late() == std::vector<int32_t>{4});
  leader.Clear(4, 12);
  CHECK(leader.late().empty());
}

TEST_CASE("after loading everything may have been touched", "[catalog]") {
  Leader leader;
  leader.Touch(3, 10);
  leader.Seal(5, 10);
  leader.Touch(3, 11);
  leader.Reload(11);
  CHECK(leader.records().LastTouch(kMetric, 3) == 11);
  leader.Clear(3, 10);  // begun before
  leader.Seal(6, 10);
  CHECK(leader.late() == std::vector<int32_t>{3});
  CHECK(leader.Read().sealed_before == 5);
  leader.Clear(3, 11);
  leader.Seal(6, 11);
  CHECK(leader.late().empty());
  CHECK(leader.Read().sealed_before == 6);
}

TEST_CASE("sealing goes back where an era turns out to be written to",
          "[catalog]") {
  Leader leader;
  leader.Seal(11'000, 0);
  leader.Touch(80, 1);
  CHECK(leader.late() == std::vector<int32_t>{80});
  leader.Seal(80, 1);
  leader.Clear(80, 1);
  leader.Touch(80, 2);
  CHECK(leader.late().empty());
  leader.Touch(79, 3);
  CHECK(leader.late() == std::vector<int32_t>{79});
  leader.Drop();
  CHECK(leader.late().empty());
  CHECK(leader.Read().sealed_before == std::nullopt);
  CHECK(leader.records().LastTouch(kMetric, 80) == 0);
}

}  // namespace
}  // namespace footfall::engine
