// OpenMetricsText(): metrics as text of OpenMetrics 1.0.
//
//   # TYPE footfall_write_bytes counter
//   # UNIT footfall_write_bytes bytes
//   # HELP footfall_write_bytes Bytes given to the log.
//   footfall_write_bytes_total 1024
//   # EOF

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "footfall/metrics.h"

namespace footfall {
namespace {

class OpenMetrics {
 public:
  // `unit`: the end of the name, or "".
  void Counter(absl::string_view name, absl::string_view unit,
               absl::string_view help, uint64_t value) {
    Begin(name, "counter", unit, help);
    absl::StrAppend(&text_, "footfall_", name, "_total ", value, "\n");
  }

  void Gauge(absl::string_view name, absl::string_view unit,
             absl::string_view help, uint64_t value) {
    Begin(name, "gauge", unit, help);
    absl::StrAppend(&text_, "footfall_", name, " ", value, "\n");
  }

  void Histogram(absl::string_view name, absl::string_view unit,
                 absl::string_view help, const LatencyHistogram& histogram) {
    Begin(name, "histogram", unit, help);
    uint64_t count = 0;
    for (size_t i = 0; i < histogram.counts.size(); ++i) {
      count += histogram.counts[i];
      const bool last = i == LatencyHistogram::kUpperSeconds.size();
      absl::StrAppend(
          &text_, "footfall_", name, "_bucket{le=\"",
          last ? "+Inf" : absl::StrCat(LatencyHistogram::kUpperSeconds[i]),
          "\"} ", count, "\n");
    }
    absl::StrAppend(&text_, "footfall_", name, "_count ", count, "\n");
    // To the nanosecond: StrCat has six digits, and the rate of a large sum
    // would be one of steps.
    absl::StrAppendFormat(&text_, "footfall_%s_sum %.9f\n", name,
                          histogram.sum_seconds);
  }

  std::string Finish() { return absl::StrCat(text_, "# EOF\n"); }

 private:
  void Begin(absl::string_view name, absl::string_view type,
             absl::string_view unit, absl::string_view help) {
    absl::StrAppend(&text_, "# TYPE footfall_", name, " ", type, "\n");
    if (!unit.empty()) {
      absl::StrAppend(&text_, "# UNIT footfall_", name, " ", unit, "\n");
    }
    absl::StrAppend(&text_, "# HELP footfall_", name, " ", help, "\n");
  }

  std::string text_;
};

}  // namespace

std::string OpenMetricsText(const DatabaseMetrics& m) {
  OpenMetrics out;
  out.Counter("writes", "", "Batches written.", m.writes);
  out.Counter("samples", "", "Samples that batches wrote.", m.samples);
  out.Counter("expired_rows", "", "Rows left out as older than KEEP.",
              m.expired_rows);
  out.Counter("loads", "", "Bulk loads published.", m.loads);
  out.Counter("loaded_samples", "", "Samples of bulk loads.", m.loaded_samples);
  out.Counter("deleted_samples", "", "Samples deleted.", m.deleted_samples);
  out.Counter("write_bytes", "bytes", "Keys and values given to the log.",
              m.write_bytes);
  out.Counter("patches", "", "Patches appended to tiles through the log.",
              m.patches);
  out.Counter("folded_tiles", "", "Tiles whose patches upkeep folded.",
              m.folded_tiles);
  out.Counter("removed_tiles", "", "Tiles that upkeep found empty.",
              m.removed_tiles);
  out.Counter("keep_removals", "", "Times that KEEP removed samples.",
              m.keep_removals);
  out.Counter("catalog_folds", "",
              "Times that upkeep put blocks of the catalog together.",
              m.catalog_folds);
  out.Counter("block_cache_hits", "", "Blocks found in memory.", m.cache_hits);
  out.Counter("block_cache_misses", "", "Blocks read from the medium.",
              m.cache_misses);
  out.Counter("stalls", "", "Times that the store slowed writes or held them.",
              m.stalls);
  out.Counter("failed_questions", "", "Questions answered with an error.",
              m.failed_questions);
  out.Counter("slow_questions", "", "Questions slower than slow_question.",
              m.slow_questions);
  out.Counter("dropped_events", "", "Events the listener was too slow for.",
              m.dropped_events);
  out.Histogram("question_seconds", "seconds", "How long questions took.",
                m.questions);
  out.Gauge("commit", "", "Number of the last commit.", m.commit);
  out.Gauge("metrics", "", "Metrics declared.", m.metrics);
  out.Gauge("series", "", "Series of all metrics.", m.series);
  out.Gauge("upkeep_tiles", "", "Tiles that upkeep has to look at.",
            m.upkeep_tiles);
  out.Gauge("upkeep_metrics", "", "Metrics that upkeep has to walk.",
            m.upkeep_metrics);
  out.Gauge("upkeep_names", "", "Parts of the catalog that upkeep looks at.",
            m.upkeep_names);
  out.Gauge("damaged_tiles", "", "Tiles that upkeep skips.", m.damaged_tiles);
  out.Gauge("table_bytes", "bytes", "Bytes of tables.", m.table_bytes);
  out.Gauge("catalog_bytes", "bytes", "Bytes of the catalog's tables.",
            m.catalog_bytes);
  out.Gauge("log_bytes", "bytes", "Bytes of the log.", m.log_bytes);
  out.Gauge("memory_bytes", "bytes", "Block cache and write buffers.",
            m.memory_bytes);
  out.Gauge("plan_bytes", "bytes", "Plans of questions, about.", m.plan_bytes);
  out.Gauge("tables", "", "Tables.", m.tables);
  out.Gauge("oldest_snapshot_seconds", "seconds",
            "How long the oldest snapshot has been held.",
            m.oldest_snapshot_seconds);
  out.Gauge("takes_writes", "", "1: writes are taken; 0: see Health().",
            m.takes_writes ? 1 : 0);
  return out.Finish();
}

}  // namespace footfall
