#include "examples/repl/database_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "footfall/options.h"

namespace footfall::repl {
namespace {

constexpr absl::string_view kInMemory = ":memory:";

bool Creates(const Statement& statement) {
  const Import* const import = std::get_if<Import>(&statement.node);
  if (import != nullptr && import->events) return true;
  return std::holds_alternative<Define>(statement.node) ||
         std::holds_alternative<AddEvent>(statement.node);
}

}  // namespace

DatabaseFolder::DatabaseFolder(std::string path, bool read_only)
    : path_(std::move(path)), read_only_(read_only) {}

absl::Status DatabaseFolder::Open() {
  if (path_ == kInMemory) {
    if (read_only_) {
      return absl::InvalidArgumentError(absl::StrCat(
          kInMemory, " with --readonly: a new database has nothing to read"));
    }
    absl::StatusOr<std::unique_ptr<Database>> made = Database::OpenInMemory({});
    if (made.ok()) database_ = *std::move(made);
    return made.status();
  }
  DatabaseOptions options;
  options.read_only = read_only_;
  options.create_if_missing = false;
  absl::StatusOr<std::unique_ptr<Database>> opened =
      Database::Open(path_, options);
  if (absl::IsNotFound(opened.status())) {
    if (!read_only_) return absl::OkStatus();
    return absl::NotFoundError(
        absl::StrCat(opened.status().message(),
                     "; without --readonly, DEFINE METRIC creates one"));
  }
  if (!opened.ok()) return opened.status();
  database_ = *std::move(opened);
  return absl::OkStatus();
}

absl::Status DatabaseFolder::OpenFor(const std::vector<Statement>& statements) {
  if (database_ != nullptr) return absl::OkStatus();
  if (std::none_of(statements.begin(), statements.end(), Creates)) {
    cannot_open_ = true;
    return absl::NotFoundError(absl::StrCat(
        "cannot open ", path_,
        ": there is no database; the first DEFINE METRIC creates one"));
  }
  absl::StatusOr<std::unique_ptr<Database>> created = Database::Open(path_, {});
  if (!created.ok()) {
    cannot_open_ = true;
    return absl::Status(
        created.status().code(),
        absl::StrCat("cannot open ", created.status().message()));
  }
  database_ = *std::move(created);
  return absl::OkStatus();
}

std::shared_ptr<const Snapshot> DatabaseFolder::TakeSnapshot() const {
  return database_ == nullptr ? nullptr : database_->TakeSnapshot();
}

absl::Status DatabaseFolder::Close() {
  return database_ == nullptr ? absl::OkStatus() : database_->Close();
}

absl::Status DatabaseFolder::Change(std::string path) {
  // Opened beside the one in use, so that one is still there where this fails.
  // The same folder cannot be: one of the two would wait for the other's lock.
  std::error_code error;
  if (path != kInMemory && std::filesystem::equivalent(path_, path, error)) {
    const absl::Status closed = Close();
    database_.reset();
    path_ = std::move(path);
    cannot_open_ = false;
    return closed.ok() ? Open() : closed;
  }
  DatabaseFolder next(std::move(path), read_only_);
  if (absl::Status status = next.Open(); !status.ok()) return status;
  const absl::Status closed = Close();
  path_ = std::move(next.path_);
  database_ = std::move(next.database_);
  cannot_open_ = false;
  return closed;
}

}  // namespace footfall::repl
