// Operations that change a database, done to it and to the model, and what they
// answer compared.

#ifndef FOOTFALL_TESTS_MODEL_MODEL_WRITER_H_
#define FOOTFALL_TESTS_MODEL_MODEL_WRITER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "footfall/database.h"
#include "tests/model/first_wrong.h"
#include "tests/model/history.h"
#include "tests/model/model_keeper.h"
#include "tests/model/operation.h"

namespace footfall::testing {

class ModelWriter {
 public:
  // Files to import are written to `file_name`. All pointers outlive this.
  ModelWriter(std::string file_name, History* history, ModelKeeper* keeper,
              FirstWrong* found)
      : specs_(RandomSpecs()),
        file_name_(std::move(file_name)),
        history_(history),
        keeper_(keeper),
        found_(found) {}

  // Requires: operation.act is one of kDefine to kImport.
  void Do(Database* database, const Operation& operation);

  // RandomSpecs(), as they are declared by now or will be.
  const std::vector<MetricSpec>& specs() const { return specs_; }

 private:
  // The metric, or null where it is not there.
  std::shared_ptr<const Metric> Find(uint32_t metric) const;
  bool IsThere(uint32_t metric) const;
  // The database has done the change, since `before_`.
  void Changed(const ModelChange& change);
  void Define(const Operation& operation);
  void Redefine(const Operation& operation);
  void Alter(const Operation& operation);
  // Whether the database takes it. `metric` is there.
  bool Fits(const Metric& metric, const MetricSpec& after) const;
  void Drop(const Operation& operation);
  // Other values for samples that are there.
  std::vector<MetricRow> Overwriting(const Operation& operation);
  // Adds the rows of metrics that are there, to the batch and the change.
  // Returns how many of them are older than what is kept.
  uint64_t AddRows(absl::Span<const MetricRow> rows, SampleBatch* batch,
                   ModelChange* change);
  // The row, as the metric takes it.
  static Row Fitted(const Row& row, const MetricSpec& spec);
  void AddNames(size_t count, SampleBatch* batch, ModelChange* change);
  void Write(const Operation& operation, const std::vector<MetricRow>& rows,
             bool names);
  // One row of many does not fit: nothing of the batch is there.
  void Misfit(const Operation& operation);
  // An alias leads back to where it began, or an event has no name.
  void CloseCircle(const Operation& operation);
  void Delete(const Operation& operation);
  void Load(const Operation& operation);
  void Import(const Operation& operation);
  // The rows, in notes.
  void NoteRows(absl::Span<const MetricRow> rows);
  bool OneIn(uint64_t count) { return random_() % count == 0; }

  std::vector<MetricSpec> specs_;
  const std::string file_name_;
  History* const history_;
  ModelKeeper* const keeper_;
  FirstWrong* const found_;
  Database* database_ = nullptr;  // during Do()
  uint64_t before_ = 0;           // the commit before it changes anything
  Random random_;
  bool had_dimension_ = false;  // one of those that aliases are made for
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_MODEL_WRITER_H_
