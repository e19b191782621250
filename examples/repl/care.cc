#include "examples/repl/care.h"

#include <cstdio>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "footfall/verify.h"

namespace footfall::repl {
namespace {

constexpr int kSound = 0;
constexpr int kCannot = 3;
constexpr int kDamaged = 4;

void PrintFindings(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    absl::PrintF("damaged: %s\n", FormatFinding(finding));
  }
}

}  // namespace

int PrintVerify(const std::string& directory) {
  const absl::StatusOr<VerifyReport> report = VerifyDatabase(directory);
  if (!report.ok()) {
    absl::FPrintF(stderr, "cannot verify %s: %s\n", directory,
                  report.status().message());
    return kCannot;
  }
  PrintFindings(report->findings);
  absl::FPrintF(stderr,
                "%d tables of %d bytes, %d metrics, %d tiles, %d samples: %s\n",
                report->table_count, report->table_bytes, report->metric_count,
                report->tile_count, report->sample_count,
                report->findings.empty() ? "all sound" : "damaged");
  return report->findings.empty() ? kSound : kDamaged;
}

int PrintRepair(const std::string& directory) {
  const absl::StatusOr<RepairReport> report = RepairDatabase(directory);
  if (!report.ok()) {
    absl::FPrintF(stderr, "cannot repair %s: %s\n", directory,
                  report.status().message());
    return kCannot;
  }
  PrintFindings(report->findings);
  for (const std::string& lost : report->lost) {
    absl::PrintF("lost: %s\n", lost);
  }
  for (const std::string& note : report->notes) {
    absl::FPrintF(stderr, "note: %s\n", note);
  }
  if (!report->lost_folder.empty()) {
    absl::FPrintF(stderr, "note: the damaged files are in %s/%s\n", directory,
                  report->lost_folder);
  }
  return kSound;
}

}  // namespace footfall::repl
