#include "engine/exchange/reject_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "engine/exchange/csv_reader.h"
#include "engine/exchange/without_sigpipe.h"
#include "storage/base/file_error.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

void RejectFile::CloseFile::operator()(std::FILE* file) const {
  const WithoutSigpipe without;
  std::fclose(file);
}

absl::StatusOr<std::unique_ptr<RejectFile>> RejectFile::Create(
    const std::string& path, absl::Span<const std::string> header,
    bool of_several_files) {
  auto file =
      std::unique_ptr<RejectFile>(new RejectFile(path, of_several_files));
  FOOTFALL_RETURN_IF_ERROR(file->Open());
  std::string text = of_several_files ? "file,line,reason" : "line,reason";
  for (const std::string& name : header) {
    text.push_back(',');
    AppendCsvField(name, &text);
  }
  text.push_back('\n');
  FOOTFALL_RETURN_IF_ERROR(file->Write(text));
  return file;
}

absl::Status RejectFile::Open() {
  // A FIFO that nobody reads must not make the caller wait.
  const int descriptor =
      open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK,
           0666);
  if (descriptor < 0) return Failed();
  file_.reset(fcntl(descriptor, F_SETFL, 0) == 0 ? fdopen(descriptor, "w")
                                                 : nullptr);
  if (file_ != nullptr) return absl::OkStatus();
  const absl::Status failed = Failed();
  close(descriptor);
  return failed;
}

absl::Status RejectFile::Add(absl::string_view file, uint64_t line,
                             absl::string_view reason,
                             absl::Span<const absl::string_view> fields) {
  std::string text;
  if (of_several_files_) {
    AppendCsvField(file, &text);
    text.push_back(',');
  }
  absl::StrAppend(&text, line, ",");
  AppendCsvField(reason, &text);
  for (const absl::string_view field : fields) {
    text.push_back(',');
    AppendCsvField(field, &text);
  }
  text.push_back('\n');
  return Write(text);
}

absl::Status RejectFile::Close() {
  const WithoutSigpipe without;
  std::FILE* const file = file_.release();
  return std::fclose(file) == 0 ? absl::OkStatus() : Failed();
}

absl::Status RejectFile::Write(absl::string_view text) {
  const WithoutSigpipe without;
  const size_t written = std::fwrite(text.data(), 1, text.size(), file_.get());
  return written == text.size() ? absl::OkStatus() : Failed();
}

absl::Status RejectFile::Failed() const {
  const int error = errno;
  return storage::FileError(
      error, absl::StrCat("rejects: ", path_, " cannot be written"));
}

}  // namespace footfall::engine
