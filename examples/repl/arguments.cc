#include "examples/repl/arguments.h"

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "footfall/metric.h"
#include "footfall/period.h"

namespace footfall::repl {

namespace {

constexpr char kHelp[] =
    R"(footfall [options] DIR [STATEMENTS | FILE.csv]

Asks questions of the database in DIR; where there is none, the first DEFINE
METRIC creates it. DIR may be :memory:, a new database that goes with the
program. It runs the statements behind DIR or those of -c and -f; without any,
the script on stdin, or it shows a prompt when stdin is a terminal. With
FILE.csv it shows at the terminal how it would import the file, and asks whether
to.

  -c STATEMENTS        run these; several are divided by ;
  -f FILE              run the script in FILE
  --mode MODE          print answers as table (the default), box, markdown,
                       vertical, csv, tsv, json or jsonl; or draw those by
                       time as plot or spark
  --values             one column an item, without kind, coverage and partial
  --readonly           open without the right to write; also while another
                       program has DIR open
  --now DATE           what `now` means, as 2025-02-11T00:00Z, in UTC unless it
                       has an offset; the clock where it is left out
  --param NAME=VALUE   the value of $NAME: a number, a date or a range
                       (2025-02-05..2025-02-08) where it looks like one, else a
                       text; '2025' in quotes is a text
  --limit-rows N       refuse answers of more rows (1,000,000)
  --limit-memory MIB   refuse questions that take more (1,024)
  --echo               print each statement before its answer
  --no-bail            after an error, go on with the next statement
  --metrics            print what the database counts as OpenMetrics text, after
                       the statements of -c and -f
  --guess FILE         print the DEFINE and IMPORT that would load a CSV file
  --dump FOLDER        write the whole database into FOLDER: load.sql, and the
                       samples beside it; `cd FOLDER` and run it with -f
  --checkpoint FOLDER  make FOLDER a copy of the database, by hard links; also
                       while another program has DIR open
  --backup FOLDER      add a backup of the database to those in FOLDER; likewise
  --keep N             after --backup, delete all but the newest N
  --backups FOLDER     list the backups in FOLDER, without DIR; with --verify
                       read them all and compare checksums
  --restore FOLDER     make DIR, which is new or empty, the newest backup in
                       FOLDER, or that of --id N
  --id N               the number of a backup, as --backups lists it
  --verify             read everything in DIR and list what is damaged; changes
                       nothing, and works where DIR cannot be opened
  --repair             set aside in DIR/lost what is damaged, and make DIR a
                       database again; says what is lost
  --help, --version

Answers go to stdout; counts, notes and errors to stderr.
Exit code: 0 all well, 1 a statement failed, 2 wrong usage, 3 cannot open DIR,
4 what it prints cannot be written, or --verify found damage. Where a copy, a
backup or its restoration fails, 3.
)";

absl::StatusOr<absl::Time> ParseNow(absl::string_view text) {
  const absl::StatusOr<Date> date = ParseDate(text);
  if (!date.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--now: ", date.status().message()));
  }
  const absl::TimeZone zone =
      absl::FixedTimeZone(date->utc_offset_s.value_or(0));
  return absl::FromCivil(date->start, zone);
}

// "2025-02-05..2025-02-08"; either side may be open. nullopt where it is none.
std::optional<Range> ParseRange(absl::string_view text) {
  const size_t dots = text.find("..");
  if (dots == absl::string_view::npos || text.size() == 2) return std::nullopt;
  RangeBetween between;
  const auto take = [](absl::string_view side,
                       std::optional<DateArgument>* date) {
    if (side.empty()) return true;
    absl::StatusOr<Date> read = ParseDate(side);
    if (!read.ok()) return false;
    *date = *std::move(read);
    return true;
  };
  if (!take(text.substr(0, dots), &between.first) ||
      !take(text.substr(dots + 2), &between.last)) {
    return std::nullopt;
  }
  return Range{std::move(between), {}};
}

ParameterValue ParseValue(absl::string_view text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    return std::string(text.substr(1, text.size() - 2));
  }
  int64_t integer = 0;
  if (absl::SimpleAtoi(text, &integer)) return integer;
  double decimal = 0;
  const bool number_begins =
      !text.empty() && text.find_first_of("+-.0123456789") == 0;
  if (number_begins && absl::SimpleAtod(text, &decimal)) return decimal;
  if (absl::StatusOr<Date> date = ParseDate(text); date.ok()) {
    return *std::move(date);
  }
  if (std::optional<Range> range = ParseRange(text); range.has_value()) {
    return *std::move(range);
  }
  return std::string(text);
}

absl::Status AddParameter(absl::string_view text, Arguments* arguments) {
  const size_t equals = text.find('=');
  const absl::string_view name = text.substr(0, equals);
  if (equals == absl::string_view::npos || !IsValidName(name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--param: expected name=value, found ", text));
  }
  arguments->parameters[std::string(name)] =
      ParseValue(text.substr(equals + 1));
  return absl::OkStatus();
}

// A whole number from 1 up.
template <typename Number>
absl::Status TakeCount(absl::string_view option, absl::string_view value,
                       Number* number) {
  if (absl::SimpleAtoi(value, number) && *number >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      option, ": expected a whole number from 1 up, found ", value));
}

template <std::string Arguments::*place>
absl::Status TakeText(absl::string_view value, Arguments* arguments) {
  arguments->*place = std::string(value);
  return absl::OkStatus();
}

// Options that take a value, and what becomes of it.
struct ValueOption {
  absl::string_view name;
  absl::Status (*take)(absl::string_view value, Arguments* arguments);
};

constexpr ValueOption kValueOptions[] = {
    {"-c",
     [](absl::string_view value, Arguments* arguments) {
       arguments->scripts.push_back({false, std::string(value)});
       return absl::OkStatus();
     }},
    {"-f",
     [](absl::string_view value, Arguments* arguments) {
       arguments->scripts.push_back({true, std::string(value)});
       return absl::OkStatus();
     }},
    {"--mode",
     [](absl::string_view value, Arguments* arguments) {
       const std::optional<Mode> mode = ParseMode(value);
       if (!mode.has_value()) {
         return absl::InvalidArgumentError(
             absl::StrCat("--mode: expected ", ModeList(), ", found ", value));
       }
       arguments->settings.mode = *mode;
       return absl::OkStatus();
     }},
    {"--now",
     [](absl::string_view value, Arguments* arguments) {
       const absl::StatusOr<absl::Time> now = ParseNow(value);
       if (now.ok()) arguments->now = *now;
       return now.status();
     }},
    {"--param", AddParameter},
    {"--limit-rows",
     [](absl::string_view value, Arguments* arguments) {
       return TakeCount("--limit-rows", value, &arguments->limits.max_rows);
     }},
    {"--limit-memory",
     [](absl::string_view value, Arguments* arguments) {
       uint32_t mib = 0;
       absl::Status status = TakeCount("--limit-memory", value, &mib);
       arguments->limits.max_memory_bytes = uint64_t{mib} << 20;
       return status;
     }},
    {"--guess", TakeText<&Arguments::guess_file>},
    {"--dump", TakeText<&Arguments::dump_folder>},
    {"--checkpoint", TakeText<&Arguments::checkpoint>},
    {"--backup", TakeText<&Arguments::backup>},
    {"--backups", TakeText<&Arguments::backups>},
    {"--restore", TakeText<&Arguments::restore>},
    {"--keep",
     [](absl::string_view value, Arguments* arguments) {
       return TakeCount("--keep", value, &arguments->kept_backups);
     }},
    {"--id",
     [](absl::string_view value, Arguments* arguments) {
       return TakeCount("--id", value, &arguments->backup_id.emplace());
     }},
};

struct FlagOption {
  absl::string_view name;
  void (*take)(Arguments* arguments);
};

constexpr FlagOption kFlagOptions[] = {
    {"--readonly", [](Arguments* a) { a->read_only = true; }},
    {"--echo", [](Arguments* a) { a->settings.echo = true; }},
    {"--no-bail", [](Arguments* a) { a->settings.bail = false; }},
    {"--values", [](Arguments* a) { a->settings.values = true; }},
    {"--help", [](Arguments* a) { a->help = true; }},
    {"-h", [](Arguments* a) { a->help = true; }},
    {"--version", [](Arguments* a) { a->version = true; }},
    {"--verify", [](Arguments* a) { a->verify = true; }},
    {"--repair", [](Arguments* a) { a->repair = true; }},
    {"--metrics", [](Arguments* a) { a->metrics = true; }},
};

// Whether a word behind the directory is no file to import: statements, the
// one that is a single word, or a command with a dot.
bool IsStatement(absl::string_view word) {
  std::error_code error;
  if (std::filesystem::exists(std::string(word), error)) return false;
  return word.find_first_of(" \t\n;") != absl::string_view::npos ||
         absl::EqualsIgnoreCase(word, "COMPACT") ||
         (word.size() > 1 && word[0] == '.' && absl::ascii_isalpha(word[1]));
}

// What to say of a word where there is a directory and a file, or a statement.
absl::Status OneTooMany(absl::string_view word, const Arguments& arguments) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected one directory, found also ", word,
                   "; a statement stands in quotes: footfall ",
                   arguments.directory, " 'SHOW METRICS'"));
}

// The options that make the program do something else than run statements.
std::vector<absl::string_view> ActsOf(const Arguments& arguments) {
  std::vector<absl::string_view> acts;
  const auto add = [&](absl::string_view option, bool is_given) {
    if (is_given) acts.push_back(option);
  };
  add("--guess", !arguments.guess_file.empty());
  add("--dump", !arguments.dump_folder.empty());
  add("--checkpoint", !arguments.checkpoint.empty());
  add("--backup", !arguments.backup.empty());
  add("--backups", !arguments.backups.empty());
  add("--restore", !arguments.restore.empty());
  // With --backups it says what to do with them.
  add("--verify", arguments.verify && arguments.backups.empty());
  add("--repair", arguments.repair);
  return acts;
}

absl::Status CheckWhole(const Arguments& arguments) {
  if (arguments.help || arguments.version) return absl::OkStatus();
  const std::vector<absl::string_view> acts = ActsOf(arguments);
  if (acts.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(acts[0], " or ", acts[1], ", not both"));
  }
  if (!acts.empty() && (!arguments.scripts.empty() || arguments.metrics)) {
    return absl::InvalidArgumentError(
        absl::StrCat(acts[0], " stands alone, without -c, -f, --metrics"));
  }
  if (arguments.kept_backups > 0 && arguments.backup.empty()) {
    return absl::InvalidArgumentError("--keep is for --backup alone");
  }
  if (arguments.backup_id.has_value() && arguments.restore.empty()) {
    return absl::InvalidArgumentError("--id is for --restore alone");
  }
  if (!arguments.guess_file.empty()) return absl::OkStatus();  // of a file
  if (!arguments.backups.empty()) {
    if (arguments.directory.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "--backups needs no database, found ", arguments.directory));
  }
  if (arguments.directory.empty()) {
    return absl::InvalidArgumentError("expected the directory of a database");
  }
  if (!arguments.csv_file.empty() &&
      (!acts.empty() || !arguments.scripts.empty())) {
    return OneTooMany(arguments.csv_file, arguments);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Arguments> ParseArguments(
    const std::vector<std::string>& words) {
  Arguments arguments;
  bool only_names = false;  // after --
  for (size_t i = 0; i < words.size(); ++i) {
    const absl::string_view word = words[i];
    if (only_names || word == "-" || !absl::StartsWith(word, "-")) {
      if (!arguments.directory.empty() && IsStatement(word)) {
        arguments.scripts.push_back({false, std::string(word)});
        continue;
      }
      std::string& place = arguments.directory.empty() ? arguments.directory
                                                       : arguments.csv_file;
      if (!place.empty()) {
        return OneTooMany(word, arguments);
      }
      place = std::string(word);
      continue;
    }
    if (word == "--") {
      only_names = true;
      continue;
    }
    bool taken = false;
    for (const FlagOption& option : kFlagOptions) {
      if (word != option.name) continue;
      option.take(&arguments);
      taken = true;
    }
    for (const ValueOption& option : kValueOptions) {
      const bool joined = absl::StartsWith(option.name, "--") &&
                          absl::StartsWith(word, option.name) &&
                          word.size() > option.name.size() &&
                          word[option.name.size()] == '=';
      if (word != option.name && !joined) continue;
      taken = true;
      absl::string_view value;
      if (joined) {
        value = word.substr(option.name.size() + 1);
      } else if (++i < words.size()) {
        value = words[i];
      } else {
        return absl::InvalidArgumentError(
            absl::StrCat(word, ": expected a value after it"));
      }
      if (absl::Status status = option.take(value, &arguments); !status.ok()) {
        return status;
      }
    }
    if (!taken) {
      return absl::InvalidArgumentError(absl::StrCat("unknown option ", word));
    }
  }
  if (absl::Status status = CheckWhole(arguments); !status.ok()) return status;
  return arguments;
}

absl::string_view HelpText() { return kHelp; }

}  // namespace footfall::repl
