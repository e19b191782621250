// Writes the made-up market as CSV: `make_market --help` says how.

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "examples/market/market.h"

namespace footfall::market {
namespace {

constexpr char kHelp[] =
    R"(make_market [daily|minutely|decimal] [options]

Writes a made-up market of apps as CSV, the same one every time. Synthetic: no
number in it was measured anywhere.

  daily      date,app,platform,value   daily users, from 2018-01-01
             20,000 apps x 3 platforms x 1,096 days = 65,760,000 rows
  minutely   time,app,platform,value   active users, from 2020-06-01T00:00Z
             1,000 series x 43,200 minutes = 43,200,000 rows
  decimal    date,app,measure,value    percentages, averages, ratios
             6,000 series x 1,096 days = 6,576,000 rows

  --apps N         daily: apps
  --platforms N    daily: platforms of each app, 1 to 8
  --series N       minutely, decimal: series
  --days N         daily, decimal: days
  --minutes N      minutely: minutes
  --rank-stride N  daily, minutely: take the sizes of every N-th rank, so that
                   a small market spans the sizes of a large one
  --drop-zeros     daily: leave out the days before a launch and in gaps (a day
                   with data and no users keeps its 0)
  --keep-zeros     daily: write those days as 0 (this is the default)
  --output FILE    write there instead of stdout
)";

// Rows on their way to a file, in large pieces.
class Output {
 public:
  explicit Output(FILE* file) : file_(file) { text_.reserve(2 * kPiece); }

  void Add(absl::string_view piece) {
    text_.append(piece.data(), piece.size());
  }
  template <typename Value>
  void EndRow(Value value) {
    char digits[40];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value);
    *end.ptr = '\n';
    text_.append(digits, static_cast<size_t>(end.ptr + 1 - digits));
    if (text_.size() >= kPiece) Flush();
  }
  // False once a write has failed.
  bool Flush() {
    ok_ = ok_ &&
          std::fwrite(text_.data(), 1, text_.size(), file_) == text_.size() &&
          std::fflush(file_) == 0;
    text_.clear();
    return ok_;
  }
  bool ok() const { return ok_; }

 private:
  static constexpr size_t kPiece = 1 << 20;
  FILE* file_;
  std::string text_;
  bool ok_ = true;
};

struct Options {
  std::string kind = "daily";
  DailySpec daily;
  MinutelySpec minutely;
  DecimalSpec decimal;
  bool drop_zeros = false;
  std::string output;
};

std::vector<std::string> Days(int count) {
  std::vector<std::string> days;
  days.reserve(static_cast<size_t>(count));
  for (int day = 0; day < count; ++day) {
    days.push_back(absl::FormatCivilTime(kFirstDay + day));
  }
  return days;
}

std::vector<std::string> Minutes(int count) {
  std::vector<std::string> minutes;
  minutes.reserve(static_cast<size_t>(count));
  const absl::CivilMinute first(kFirstMinuteDay);
  for (int minute = 0; minute < count; ++minute) {
    minutes.push_back(absl::FormatCivilTime(first + minute) + "Z");
  }
  return minutes;
}

void WriteDaily(const Options& options, Output* out) {
  const DailySpec& spec = options.daily;
  const std::vector<std::string> days = Days(spec.days);
  out->Add("date,app,platform,value\n");
  AppDays made;
  for (int app = 0; app < spec.apps && out->ok(); ++app) {
    MakeAppDays(spec, app, &made);
    size_t cell = 0;
    for (int p = 0; p < spec.platforms; ++p) {
      const std::string members =
          absl::StrCat(",", AppName(app), ",", PlatformName(p), ",");
      for (const std::string& day : days) {
        if (made.running[cell] || !options.drop_zeros) {
          out->Add(day);
          out->Add(members);
          out->EndRow(made.users[cell]);
        }
        ++cell;
      }
    }
  }
}

void WriteMinutely(const Options& options, Output* out) {
  const MinutelySpec& spec = options.minutely;
  const std::vector<std::string> minutes = Minutes(spec.minutes);
  out->Add("time,app,platform,value\n");
  std::vector<int64_t> users;
  for (int series = 0; series < spec.series && out->ok(); ++series) {
    MakeMinutes(spec, series, &users);
    const std::string members =
        absl::StrCat(",", AppName(MinutelyApp(series)), ",",
                     PlatformName(MinutelyPlatform(series)), ",");
    for (size_t i = 0; i < users.size(); ++i) {
      out->Add(minutes[i]);
      out->Add(members);
      out->EndRow(users[i]);
    }
  }
}

void WriteDecimal(const Options& options, Output* out) {
  const DecimalSpec& spec = options.decimal;
  const std::vector<std::string> days = Days(spec.days);
  out->Add("date,app,measure,value\n");
  std::vector<double> values;
  for (int series = 0; series < spec.series && out->ok(); ++series) {
    MakeDecimals(spec, series, &values);
    const std::string members = absl::StrCat(",", AppName(DecimalApp(series)),
                                             ",", DecimalMeasure(series), ",");
    for (size_t i = 0; i < values.size(); ++i) {
      out->Add(days[i]);
      out->Add(members);
      out->EndRow(values[i]);
    }
  }
}

// Takes the arguments; an empty text, or what is wrong with them.
std::string ReadArguments(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; ++i) {
    const absl::string_view word = argv[i];
    if (word == "daily" || word == "minutely" || word == "decimal") {
      options->kind = std::string(word);
      continue;
    }
    if (word == "--drop-zeros" || word == "--keep-zeros") {
      options->drop_zeros = word == "--drop-zeros";
      continue;
    }
    if (!absl::StartsWith(word, "--")) {
      return absl::StrCat("unknown word: ", word);
    }
    if (i + 1 >= argc) return absl::StrCat(word, ": expected a value after it");
    const absl::string_view value = argv[++i];
    if (word == "--output") {
      options->output = std::string(value);
      continue;
    }
    int count = 0;
    if (!absl::SimpleAtoi(value, &count) || count < 1) {
      return absl::StrCat(word, ": expected a number from 1, found ", value);
    }
    if (word == "--apps") {
      options->daily.apps = count;
    } else if (word == "--platforms") {
      if (count > kMaxPlatforms) {
        return absl::StrCat("--platforms: at most ", kMaxPlatforms);
      }
      options->daily.platforms = count;
    } else if (word == "--series") {
      options->minutely.series = options->decimal.series = count;
    } else if (word == "--days") {
      options->daily.days = options->decimal.days = count;
    } else if (word == "--minutes") {
      options->minutely.minutes = count;
    } else if (word == "--rank-stride") {
      options->daily.rank_stride = options->minutely.rank_stride = count;
    } else {
      return absl::StrCat("unknown word: ", word);
    }
  }
  return "";
}

int Main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") == 0) {
      absl::PrintF("%s", kHelp);
      return EXIT_SUCCESS;
    }
  }
  Options options;
  const std::string wrong = ReadArguments(argc, argv, &options);
  if (!wrong.empty()) {
    absl::FPrintF(stderr, "make_market: %s\nmake_market --help says more\n",
                  wrong);
    return 2;
  }
  FILE* file = stdout;
  if (!options.output.empty()) {
    file = std::fopen(options.output.c_str(), "wb");
    if (file == nullptr) {
      absl::FPrintF(stderr, "make_market: cannot write %s: %s\n",
                    options.output, std::strerror(errno));
      return EXIT_FAILURE;
    }
  }
  Output out(file);
  if (options.kind == "daily") {
    WriteDaily(options, &out);
  } else if (options.kind == "minutely") {
    WriteMinutely(options, &out);
  } else {
    WriteDecimal(options, &out);
  }
  bool written = out.Flush();
  if (file != stdout) written = std::fclose(file) == 0 && written;
  if (!written) {
    absl::FPrintF(stderr, "make_market: could not write all of it: %s\n",
                  std::strerror(errno));
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace footfall::market

int main(int argc, char** argv) { return footfall::market::Main(argc, argv); }
