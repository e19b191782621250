// Small databases that are damaged on purpose, and what is right about them.

#ifndef FOOTFALL_TESTS_ENGINE_DAMAGE_DAMAGED_DATABASE_H_
#define FOOTFALL_TESTS_ENGINE_DAMAGE_DAMAGED_DATABASE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "footfall/database.h"
#include "tests/model/plain_database.h"

namespace footfall::testing {

// Bytes by name, of a folder without its sub-folders.
using Files = std::map<std::string, std::string>;

Files ReadFiles(const std::string& path);
// `path` then holds these files and nothing else.
void WriteFiles(const std::string& path, const Files& files);

enum class Shape {
  kCompacted,  // closed after Compact()
  kTables,     // closed, several tables, one of a bulk load
  kLog,        // as a kill leaves it: tables, and a log with batches
  kLogAlone,   // the same without a table
};
inline constexpr Shape kShapes[] = {Shape::kCompacted, Shape::kTables,
                                    Shape::kLog, Shape::kLogAlone};
std::string ShapeName(Shape shape);

// Builds it in a process of its own, so that the caller may fork().
Files BuildDatabase(Shape shape);

// What it holds after all changes but the last `lost` ones.
PlainDatabase StateOf(Shape shape, int lost);
// How many of its last changes are in the log alone.
int ChangesInLog(Shape shape);

struct Damage {
  enum class Kind { kFlip, kTruncate, kRemove } kind;
  std::string file;
  uint64_t place = 0;  // the bit, or the size that is left
};
std::string Describe(const Damage& damage);
void Apply(const Damage& damage, Files* files);

// As the database was built. Require() ends the process with 1.
absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path,
                                               bool read_only);
void MakeChange(Database* database, int change, bool loads);
inline constexpr int kChanges = 9;  // numbered from 0, which defines
void Require(const absl::Status& status, const char* what);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_ENGINE_DAMAGE_DAMAGED_DATABASE_H_
