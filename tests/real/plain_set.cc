#include "tests/real/plain_set.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "tests/support/catch.h"

namespace footfall {

namespace {

std::string Unpack(const std::string& file) {
  const gzFile stream = gzopen(file.c_str(), "rb");
  REQUIRE(stream != nullptr);
  std::string text;
  char piece[1 << 16];
  int size = 0;
  while ((size = gzread(stream, piece, sizeof(piece))) > 0) {
    text.append(piece, static_cast<size_t>(size));
  }
  REQUIRE(gzclose(stream) == Z_OK);
  return text;
}

// The fields of the line at `*at`, which moves behind it. A field may be
// quoted, a quote in it doubled; none of these sets has a line end in one.
std::vector<std::string> TakeLine(const std::string& text, size_t* at) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (; *at < text.size(); ++*at) {
    const char c = text[*at];
    if (c == '"') {
      const bool doubled =
          quoted && *at + 1 < text.size() && text[*at + 1] == '"';
      if (doubled) {
        fields.back().push_back('"');
        ++*at;
      } else {
        quoted = !quoted;
      }
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c == '\n' && !quoted) {
      ++*at;
      break;
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

}  // namespace

std::string RealDataFolder() {
  const char* const folder = std::getenv("FOOTFALL_DATA");
  return folder != nullptr ? folder : FOOTFALL_SOURCE_DIR "/../shared/data";
}

std::string RealSetFile(const std::string& name) {
  return RealDataFolder() + "/" + name + ".csv.gz";
}

std::optional<std::vector<PlainRow>> ReadPlainSet(const std::string& name) {
  const std::string file = RealSetFile(name);
  if (!std::filesystem::exists(file)) {
    std::cout << "real set " << name << ": not there, NOT RUN (" << file
              << "; FOOTFALL_DATA names the folder)\n";
    return std::nullopt;
  }
  const std::string text = Unpack(file);
  size_t at = 0;
  REQUIRE(TakeLine(text, &at) == std::vector<std::string>{"date", "app",
                                                          "version", "platform",
                                                          "region", "value"});
  std::vector<PlainRow> rows;
  while (at < text.size()) {
    const std::vector<std::string> fields = TakeLine(text, &at);
    REQUIRE(fields.size() == 6);
    rows.push_back({fields[0], fields[1], fields[2], fields[3], fields[4],
                    std::stoll(fields[5])});
  }
  std::cout << "real set " << name << ": " << rows.size() << " rows\n";
  return rows;
}

std::map<std::string, PlainSummary> Summarize(
    const std::vector<PlainRow>& rows, const std::string& first,
    const std::string& last,
    const std::function<std::string(const PlainRow&)>& member) {
  std::map<std::string, std::map<std::string, int64_t>> days;
  for (const PlainRow& row : rows) {
    if (row.date < first || row.date > last) continue;
    days[member(row)][row.date] += row.value;
  }
  std::map<std::string, PlainSummary> summaries;
  for (const auto& [name, values] : days) {
    PlainSummary& summary = summaries[name];
    summary.member = name;
    summary.max = values.begin()->second;
    for (const auto& [date, value] : values) {
      summary.sum += value;
      summary.max = std::max(summary.max, value);
      ++summary.present;
    }
  }
  return summaries;
}

std::vector<PlainSummary> TopByAverage(
    const std::map<std::string, PlainSummary>& summaries, size_t count) {
  std::vector<PlainSummary> top;
  for (const auto& [name, summary] : summaries) top.push_back(summary);
  // The map is in byte order, which a stable sort keeps among equals.
  std::stable_sort(top.begin(), top.end(),
                   [](const PlainSummary& a, const PlainSummary& b) {
                     return a.average() > b.average();
                   });
  top.resize(std::min(top.size(), count));
  return top;
}

}  // namespace footfall
