// The file that takes rows which do not fit.

#ifndef FOOTFALL_ENGINE_EXCHANGE_REJECT_FILE_H_
#define FOOTFALL_ENGINE_EXCHANGE_REJECT_FILE_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footfall::engine {

// CSV: the file where there are several, line, reason, then the fields as they
// were, under the header of the first file. Of a broken record the text is one
// field.
class RejectFile {
 public:
  // Replaces what is at `path`. It cannot be written: RESOURCE_EXHAUSTED where
  // there is no room, UNAVAILABLE otherwise. The same below.
  static absl::StatusOr<std::unique_ptr<RejectFile>> Create(
      const std::string& path, absl::Span<const std::string> header,
      bool of_several_files);

  // `file` counts where there are several.
  absl::Status Add(absl::string_view file, uint64_t line,
                   absl::string_view reason,
                   absl::Span<const absl::string_view> fields);

  // All rows are on their way to the medium. No more come after it.
  absl::Status Close();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const;
  };

  RejectFile(std::string path, bool of_several_files)
      : path_(std::move(path)), of_several_files_(of_several_files) {}
  absl::Status Open();
  absl::Status Write(absl::string_view text);
  absl::Status Failed() const;

  const std::string path_;
  const bool of_several_files_;
  std::unique_ptr<std::FILE, CloseFile> file_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_REJECT_FILE_H_
