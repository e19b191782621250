// A real data set read the plain way, to compare answers with: no code of the
// product is used here.

#ifndef FOOTFALL_TESTS_REAL_PLAIN_SET_H_
#define FOOTFALL_TESTS_REAL_PLAIN_SET_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace footfall {

// A row of a series file: date,app,version,platform,region,value.
struct PlainRow {
  std::string date;  // YYYY-MM-DD: byte order is time order
  std::string app;
  std::string version;
  std::string platform;
  std::string region;
  int64_t value = 0;
};

// The folder of the sets: $FOOTFALL_DATA, else ../shared/data beside the
// repository.
std::string RealDataFolder();
// The file of a set, whether it is there or not.
std::string RealSetFile(const std::string& name);

// The rows of a set, or nothing where its file is not there. Says on stdout
// which, so that a test's output tells what ran.
std::optional<std::vector<PlainRow>> ReadPlainSet(const std::string& name);

// Of one group over a range: what avg, max and count say.
struct PlainSummary {
  std::string member;
  int64_t sum = 0;
  int64_t max = 0;
  int64_t present = 0;  // steps with a value

  double average() const {
    return static_cast<double>(sum) / static_cast<double>(present);
  }
};

// Rows of [first, last], both dates, by the member that `member` picks of a
// row; rows of the same member and date are summed first.
std::map<std::string, PlainSummary> Summarize(
    const std::vector<PlainRow>& rows, const std::string& first,
    const std::string& last,
    const std::function<std::string(const PlainRow&)>& member);

// The `count` largest by average; equal ones by member, byte by byte.
std::vector<PlainSummary> TopByAverage(
    const std::map<std::string, PlainSummary>& summaries, size_t count);

}  // namespace footfall

#endif  // FOOTFALL_TESTS_REAL_PLAIN_SET_H_
