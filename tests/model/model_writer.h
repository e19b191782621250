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
#include "tests/model/operation.h"

namespace footfall::testing {

class ModelWriter {
 public:
  // Files to import are written to `file_name`. All pointers outlive this.
  ModelWriter(std::string file_name, History* history, FirstWrong* found)
      : specs_(RandomSpecs()),
        file_name_(std::move(file_name)),
        history_(history),
        found_(found) {}

  // Requires: operation.act is one of kDefine to kImport.
  void Do(Database* database, const Operation& operation);

 private:
  // The metric, or null where it is not there.
  std::shared_ptr<const Metric> Find(uint32_t metric) const;
  bool IsThere(uint32_t metric) const;
  // The database has done the change.
  void Changed(const ModelChange& change);
  void Define(const Operation& operation);
  void Redefine(const Operation& operation);
  void Drop(const Operation& operation);
  // Other values for samples that are there.
  std::vector<MetricRow> Overwriting(const Operation& operation);
  // Adds the rows of metrics that are there, to the batch and the change.
  void AddRows(absl::Span<const MetricRow> rows, SampleBatch* batch,
               ModelChange* change);
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

  const std::vector<MetricSpec> specs_;
  const std::string file_name_;
  History* const history_;
  FirstWrong* const found_;
  Database* database_ = nullptr;  // during Do()
  Random random_;
  bool had_dimension_ = false;  // one of those that aliases are made for
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_MODEL_WRITER_H_
