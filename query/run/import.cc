#include "query/run/import.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "footfall/csv_import.h"
#include "footfall/guard.h"
#include "query/exec/run.h"
#include "query/lang/diagnostic.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/event_scope.h"
#include "query/run/change.h"
#include "query/run/lookup.h"
#include "query/run/run.h"

namespace footfall::query {
namespace {

using Role = Import::Column::Role;
using Metrics = std::vector<std::shared_ptr<const Metric>>;

absl::StatusOr<Metrics> FindMetrics(const Snapshot& snapshot,
                                    const Import& import,
                                    absl::string_view text) {
  Metrics metrics;
  bool uses_own = false;
  for (const Import::Column& column : import.columns) {
    uses_own = uses_own || column.role == Role::kValuesOf ||
               (column.role == Role::kValue && !column.into.has_value());
  }
  const bool has_own = !import.metric.name.empty();
  if (uses_own && !has_own) {
    return Refuse(Refusal::kImportInto, text, import.path_source);
  }
  if (has_own) {
    FOOTFALL_ASSIGN_OR_RETURN(
        auto metric, LookUpUsableMetric(snapshot, import.metric, text));
    metrics.push_back(std::move(metric));
  }
  for (const Import::Column& column : import.columns) {
    if (!column.into.has_value()) continue;
    FOOTFALL_ASSIGN_OR_RETURN(auto metric,
                              LookUpUsableMetric(snapshot, *column.into, text));
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

// A TIME, a VALUE a metric, dimensions of the metrics, each at most once.
absl::Status CheckColumns(const Import& import, const Metrics& metrics,
                          absl::string_view text) {
  size_t times = 0;
  size_t wide = 0;
  std::vector<std::string> values;
  std::vector<std::string> given;
  for (const Import::Column& column : import.columns) {
    const auto twice = [&](absl::string_view what) {
      return Refuse(Refusal::kColumnTwice, text, column.source, {what});
    };
    if (column.role == Role::kTime) {
      if (++times > 1) return twice("TIME");
      continue;
    }
    if (column.role == Role::kValue) {
      const std::string& into =
          column.into.has_value() ? column.into->name : import.metric.name;
      if (std::count(values.begin(), values.end(), into) > 0) {
        return twice(column.into.has_value() ? absl::StrCat("VALUE INTO ", into)
                                             : "VALUE");
      }
      values.push_back(into);
      continue;
    }
    if (column.role == Role::kValuesOf && ++wide > 1) return twice("VALUES OF");
    for (const auto& metric : metrics) {
      FOOTFALL_RETURN_IF_ERROR(
          LookUpDimension(*metric, {column.dimension, column.source}, text)
              .status());
    }
    if (std::count(given.begin(), given.end(), column.dimension) > 0) {
      return twice(column.dimension);
    }
    given.push_back(column.dimension);
  }
  if (times == 1 && (!values.empty() || wide > 0)) return absl::OkStatus();
  return Refuse(Refusal::kImportColumns, text, import.metric.source,
                {times == 0 ? "TIME" : "VALUE"});
}

const std::string& Said(const Text& text) {
  return std::get<std::string>(text);
}

void AddColumn(const Import::Column& column, ImportSpec* spec) {
  using To = ImportColumn::Role;
  static constexpr struct {
    Role from;
    To to;
  } kRoles[] = {
      {Role::kTime, To::kTime},           {Role::kValue, To::kValue},
      {Role::kDimension, To::kDimension}, {Role::kConstant, To::kConstant},
      {Role::kValuesOf, To::kValuesOf},   {Role::kKind, To::kKind},
      {Role::kName, To::kName},           {Role::kNote, To::kNote},
      {Role::kSource, To::kSource}};
  ImportColumn& out = spec->columns.emplace_back();
  for (const auto& role : kRoles) {
    if (role.from == column.role) out.role = role.to;
  }
  out.header = column.header;
  out.dimension = column.dimension;
  out.trim = column.trim;
  out.fold_case = column.fold_case;
  if (column.into.has_value()) out.metric = column.into->name;
  for (const std::optional<Text>* text : {&column.empty, &column.constant}) {
    if (text->has_value()) out.member = Said(**text);
  }
  if (column.role == Role::kValuesOf) {
    out.headers = column.headers;
    out.all_others = column.all_others;
  } else {
    for (const std::string& header : column.headers) {
      spec->columns.push_back({.role = To::kTime, .header = header});
    }
  }
}

// One ASCII character; `none` is what an empty text stands for.
absl::Status ReadMark(const std::optional<Text>& clause, absl::string_view word,
                      absl::string_view text, Source source,
                      std::optional<char>* mark) {
  if (!clause.has_value()) return absl::OkStatus();
  std::string said = Said(*clause);
  if (word == "DELIMITER" &&
      (said == "\\t" || absl::EqualsIgnoreCase(said, "tab"))) {
    said.assign(1, '\t');  // g++ 12 warns of an assigned literal here
  }
  const bool may_be_none = word == "QUOTE" || word == "THOUSANDS";
  if (said.empty() && may_be_none) {
    *mark = '\0';
    return absl::OkStatus();
  }
  const absl::string_view allowed = word == "DECIMAL"     ? ".,"
                                    : word == "THOUSANDS" ? ".,' "
                                                          : "";
  const auto byte = static_cast<unsigned char>(said.empty() ? 0 : said[0]);
  const bool fits =
      said.size() == 1 && byte < 0x80 && (byte >= 0x20 || byte == '\t') &&
      (allowed.empty() || allowed.find(said[0]) != absl::string_view::npos);
  if (!fits) {
    return Refuse(
        Refusal::kImportMark, text, source,
        {word, QuotedText(said),
         word == "DECIMAL"     ? "'.' or ','"
         : word == "THOUSANDS" ? "',', '.', ' ' or a single quote"
                               : "one ASCII character, such as ';', or 'tab'"});
  }
  *mark = said[0];
  return absl::OkStatus();
}

absl::Status ReadDialect(const Import& import, absl::string_view text,
                         ImportSpec* spec) {
  const Source source = import.clauses_source;
  std::optional<char> decimal;
  std::optional<char> thousands;
  const struct {
    const std::optional<Text>& clause;
    absl::string_view word;
    std::optional<char>* mark;
  } marks[] = {{import.delimiter, "DELIMITER", &spec->dialect.delimiter},
               {import.quote, "QUOTE", &spec->dialect.quote},
               {import.decimal, "DECIMAL", &decimal},
               {import.thousands, "THOUSANDS", &thousands}};
  for (const auto& mark : marks) {
    FOOTFALL_RETURN_IF_ERROR(
        ReadMark(mark.clause, mark.word, text, source, mark.mark));
  }
  spec->thousands = thousands.value_or('\0');
  // Who declares points between thousands has commas before decimals.
  spec->decimal = decimal.value_or(spec->thousands == '.' ? ',' : '.');
  if (spec->decimal == spec->thousands) {
    return Refuse(Refusal::kImportMark, text, source,
                  {"THOUSANDS", QuotedText(Said(*import.thousands)),
                   "another mark than DECIMAL"});
  }
  if (import.skip.has_value()) {
    spec->dialect.skip = static_cast<uint32_t>(*import.skip);
  }
  if (import.encoding.has_value() &&
      !absl::EqualsIgnoreCase(Said(*import.encoding), "utf-16") &&
      !absl::EqualsIgnoreCase(Said(*import.encoding), "utf16")) {
    spec->dialect.encoding = ParseEncoding(Said(*import.encoding));
    if (!spec->dialect.encoding.has_value()) {
      return Refuse(Refusal::kImportMark, text, source,
                    {"ENCODING", QuotedText(Said(*import.encoding)),
                     "'utf-8', 'utf-16', 'utf-16le', 'utf-16be' or 'latin1'"});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ImportSpec> SpecOf(const Import& import,
                                  absl::string_view text) {
  ImportSpec spec;
  spec.path = Said(import.path);
  spec.metric = import.metric.name;
  spec.events = import.events;
  if (import.attributes_of.has_value()) {
    spec.attributes_of = import.attributes_of->name;
  }
  for (const Import::Column& column : import.columns) AddColumn(column, &spec);
  if (import.rejects.has_value()) spec.rejects_path = Said(*import.rejects);
  if (import.zone.has_value()) spec.zone = Said(import.zone->name);
  if (import.format.has_value()) spec.time_format = Said(*import.format);
  for (const Text& word : import.null_words) {
    spec.null_words.push_back(Said(word));
  }
  for (const Import::Filter& filter : import.where) {
    ImportCondition& condition = spec.where.emplace_back();
    condition.header = filter.header;
    condition.negated = filter.negated;
    for (const Text& one : filter.texts) {
      condition.texts.push_back(Said(one));
    }
  }
  spec.same_sample = import.duplicates.value_or(SameSample::kRefuse);
  FOOTFALL_RETURN_IF_ERROR(ReadDialect(import, text, &spec));
  return spec;
}

std::string Summary(const ImportReport& report, const ImportSpec& spec) {
  // A row may give values of several metrics.
  const bool by_value = spec.metric.empty();
  const absl::string_view one = by_value ? "value" : "row";
  const absl::string_view many = by_value ? "values" : "rows";
  std::string out =
      absl::StrCat(Counted(report.rows, "row", "rows"), " read: ");
  if (spec.events) {
    absl::StrAppend(&out, Counted(report.events, "event", "events"),
                    " added or changed, ");
  } else if (!spec.attributes_of.empty()) {
    absl::StrAppend(&out, Counted(report.attributes, "attribute", "attributes"),
                    " added or changed, ");
  } else {
    absl::StrAppend(&out, Counted(report.series, "series", "series"), " (",
                    Counted(report.new_series, "new", "new"), "), ",
                    Counted(report.samples, "sample", "samples"), ", ",
                    Counted(report.merged, one, many), " merged, ",
                    Counted(report.equal, one, many), " equal, ");
  }
  absl::StrAppend(&out, Counted(report.rejected, "row", "rows"), " rejected");
  if (report.filtered > 0) {
    absl::StrAppend(&out, ", ", Counted(report.filtered, "row", "rows"),
                    " left out by WHERE");
  }
  if (report.no_value > 0) {
    absl::StrAppend(&out, ", ", Counted(report.no_value, "field", "fields"),
                    " without a value");
  }
  for (const std::string& problem : report.problems) {
    absl::StrAppend(&out, "\n  ", problem);
  }
  if (report.rejected > report.problems.size() && !report.problems.empty()) {
    absl::StrAppend(&out, "\n  and ", report.rejected - report.problems.size(),
                    " more");
  }
  return out;
}

}  // namespace

absl::StatusOr<ImportOutcome> RunImport(Database& database,
                                        const Import& import,
                                        absl::string_view text,
                                        const QueryOptions& query_options,
                                        const ExecuteHooks& hooks) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  if (import.attributes_of.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(
        CheckDimension(*snapshot, *import.attributes_of, text));
  } else if (!import.events) {
    FOOTFALL_ASSIGN_OR_RETURN(const Metrics metrics,
                              FindMetrics(*snapshot, import, text));
    FOOTFALL_RETURN_IF_ERROR(CheckColumns(import, metrics, text));
  }
  FOOTFALL_ASSIGN_OR_RETURN(const ImportSpec spec, SpecOf(import, text));
  ImportOptions options;
  options.stop = [&] { return CheckStop(query_options); };
  options.progress = [&](const ImportProgress& progress) {
    if (hooks.on_progress) {
      hooks.on_progress(progress);
    }
    return query_options.cancelled == nullptr ||
           !query_options.cancelled->load(std::memory_order_relaxed);
  };
  const absl::StatusOr<ImportReport> report =
      ImportCsv(database, spec, options);
  if (!report.ok()) {
    // The file is what is wrong, so that is where the caret goes. What is
    // wrong in which of its lines stands below.
    const absl::string_view message = report.status().message();
    const size_t first = std::min(message.find('\n'), message.size());
    std::string below;
    Guarded([&] {
      below = absl::StrReplaceAll(
          absl::StripLeadingAsciiWhitespace(message.substr(first)),
          {{"\n  ", "\n"}});
      return absl::OkStatus();
    }).IgnoreError();  // no memory for words: the code says it
    return Diagnostic(report.status().code(), text, import.path_source,
                      message.substr(0, first), below);
  }
  return ImportOutcome{Summary(*report, spec), report->notes};
}

}  // namespace footfall::query
