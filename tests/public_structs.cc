// Every public struct, made as an embedder makes it: with some of its members
// named. Compiled by public_headers_test.sh, which counts the warnings, and
// looks for each struct of the headers here.
//
// g++ warns of each member that was left out and has no initialiser of its own.

#include "footfall/admin.h"
#include "footfall/ask.h"
#include "footfall/csv_export.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"
#include "footfall/functions.h"
#include "footfall/listener.h"
#include "footfall/metrics.h"
#include "footfall/query.h"
#include "footfall/shared_resources.h"
#include "footfall/verify.h"

namespace footfall {

// Takes anything.
template <typename... Made>
void Use(const Made&... /*made*/) {}

void UseAll() {
  // --- Settings and what is declared.
  Use(DatabaseOptions{.create_if_missing = false},
      UpkeepOptions{.max_share = 0.25}, SharedLimits{.memory_budget_bytes = 1},
      WriteOptions{.durability = Durability::kProcessCrash},
      QueryOptions{.threads = 2}, QueryOptions{.limits = {.max_rows = 5}},
      QueryLimits{.max_nesting = 5}, ExecuteHooks{.on_progress = nullptr},
      TableOptions{.max_rows = 5}, NumberStyle{.cut = true},
      ImportOptions{.compact = false}, ExportPart{.end = 5});
  Use(MetricSpec{.name = "dau", .dimensions = {{.name = "app"}}},
      Dimension{.name = "app"}, Tier{.period = {.unit = Unit::kMonth}},
      Period{.unit = Unit::kWeek}, MetricChanges{.unit = "users"},
      Metric{.id = 1});
  Use(Event{.kind = "release"}, Event{.date = {.precision = Unit::kYear}},
      DimensionMember{.dimension = "app"}, Alias{.old_name = "a"},
      EventChange{.removes = true}, AliasChange{.removes = true},
      Attribute{.dimension = "app"}, AttributeChange{.removes = true},
      Date{.precision = Unit::kMonth}, StepRange{.begin = 1});
  // --- Rows and scans.
  Use(SampleColumns{.steps = {}}, SampleColumns::Members{.names = {}},
      SampleRows::Unfit{.row = 1}, BulkLoader::Row{.step = 1},
      BulkLoader::Clash{.series = 1}, ScanRequest{.metric = 1},
      ScanStats{.tiles = 1}, Slab{.first_step = 1});
  Use(StoreBatch::Operation{.key = "k"}, StoreNews{.is_all_new = true},
      StoreStats{.table_bytes = 1});
  // --- Files.
  Use(CsvDialect{.delimiter = ';'}, SniffedCsv{.cr_lines = true},
      ImportSpec{.path = "a.csv"}, ImportColumn{.header = "date"},
      ImportCondition{.header = "app"}, ImportProgress{.rows = 1},
      ImportReport{.rows = 1}, ImportGuess{.define_text = ""},
      ExportReport{.rows = 1});
  // --- What comes back.
  Use(WriteResult{.commit = 1}, DatabaseStats{.commit = 1},
      DatabaseHealth{.last_commit = 1}, FollowState{.commit = 1},
      DatabaseMetrics{.writes = 1}, LatencyHistogram{.sum_seconds = 1},
      SlowQuestion{.text = ""}, SamplesRemoved{.metric = ""},
      CheckpointReport{.table_count = 1}, BackupInfo{.id = 1},
      BackupReport{.new_bytes = 1}, Finding{.what = ""},
      VerifyReport{.table_count = 1}, RepairReport{.lost_folder = ""},
      Outcome{.summary = ""}, Column{.name = ""}, FunctionInfo{.name = ""});
  // --- The tree of a statement.
  Use(Source{.begin = 1}, Sources{.list = {}}, Parameter{.name = "app"},
      Condition{.dimension = "app"}, RangeBetween{.one_date = true},
      RangeLast{.count = 2}, Range{.form = {}}, Operand{.metric = "dau"},
      EventReference{.kind = "release"}, Duration{.count = 2},
      OffsetRange{.last = 2}, RangeOffsets{.last = 2}, Over{.count = 28},
      Total{.name = {}}, Call{.function = "avg"}, Negation{.inner = {}},
      Arithmetic{.op = '*'}, Number{.value = 1.5}, Expr{.node = Number()},
      Test{.comparison = Comparison::kLess}, Argument{.form = Duration()},
      Item{.name = "a"}, Name{.name = "app"}, Every{.fill = FillMode::kZero},
      Top{.count = 2}, OrderKey{.descending = true}, Align{.first = 1},
      Zone{.name = "UTC"}, ask::Quoted{.text = "a"});
  Use(Statement{.explain = Statement::Explain::kPlan}, Select{.limit = 1},
      Show{.what = Show::What::kMembers}, Define{.spec = {.name = "dau"}},
      Insert{.metric = {.name = "dau"}}, Insert::Row{.members = {}},
      Import{.events = true}, Import::Column{.header = "date"},
      Import::Filter{.header = "app"}, Export{.path = "a.csv"},
      Delete{.metric = {.name = "dau"}}, Alter{.metric = {.name = "dau"}},
      Drop{.what = Drop::What::kAlias}, AddEvent{.kind = "release"},
      AddEvent::For{.member = "a"}, AddAlias{.old_name = "a"},
      AddAttribute{.member = "a"}, Compact{.metric = {}});
}

}  // namespace footfall
