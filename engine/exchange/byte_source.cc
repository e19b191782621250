#include "engine/exchange/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/file_source.h"
#include "storage/base/file_error.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

FileSource::~FileSource() { close(descriptor_); }

absl::StatusOr<size_t> FileSource::Read(char* bytes, size_t size) {
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop_));
    if (!is_regular_ && !Wait()) continue;
    const ssize_t got =
        read(descriptor_, bytes, std::min(size, kBytesBetweenStops));
    if (got >= 0) {
      bytes_read_ += static_cast<uint64_t>(got);
      return static_cast<size_t>(got);
    }
    if (errno == EINTR || errno == EAGAIN) continue;
    const int error = errno;
    return storage::FileError(error, absl::StrCat(path_, " cannot be read"));
  }
}

// Whether there is something to read, or the end, after a short while. A pipe
// that nobody has written yet is not at its end.
bool FileSource::Wait() const {
  constexpr int kWaitMs = 5;
  pollfd waited = {.fd = descriptor_, .events = POLLIN, .revents = 0};
  return poll(&waited, 1, stop_ ? kWaitMs : -1) > 0;
}

namespace {

constexpr absl::string_view kGzipMark = "\x1f\x8b";
constexpr absl::string_view kZstdMark = "\x28\xb5\x2f\xfd";

// A file whose first bytes were looked at already.
class PlainSource final : public ByteSource {
 public:
  PlainSource(std::unique_ptr<FileSource> file, std::string front)
      : file_(std::move(file)), front_(std::move(front)) {}

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    if (front_at_ == front_.size()) return file_->Read(bytes, size);
    const size_t taken = std::min(size, front_.size() - front_at_);
    std::memcpy(bytes, front_.data() + front_at_, taken);
    front_at_ += taken;
    return taken;
  }

  uint64_t bytes_read() const override { return file_->bytes_read(); }
  uint64_t bytes_total() const override { return file_->bytes_total(); }

 private:
  const std::unique_ptr<FileSource> file_;
  const std::string front_;
  size_t front_at_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(
    const std::string& path, const StopCheck& stop) {
  // A pipe that nobody writes must not hold us up where nobody can stop us.
  // The standard input stays as it is for the rest of the process.
  const int descriptor =
      path == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                  : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int error = errno;
    const absl::Status status =
        storage::FileError(error, absl::StrCat(path, " cannot be opened"));
    return error == ENOENT || error == ENOTDIR
               ? absl::NotFoundError(status.message())
               : status;
  }
  struct stat status = {};
  const bool known = fstat(descriptor, &status) == 0;
  const bool is_regular = known && S_ISREG(status.st_mode);
  auto file = std::make_unique<FileSource>(
      descriptor, path, is_regular,
      is_regular ? static_cast<uint64_t>(status.st_size) : 0, stop);
  if (known && S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is a folder; a file is wanted"));
  }
  std::string front;
  while (front.size() < kZstdMark.size()) {
    char byte;
    FOOTFALL_ASSIGN_OR_RETURN(const size_t got, file->Read(&byte, 1));
    if (got == 0) break;
    front.push_back(byte);
  }
  if (absl::StartsWith(front, kGzipMark)) {
    return UnpackGzip(std::move(file), front);
  }
  if (front == kZstdMark) return UnpackZstd(std::move(file), front);
  return std::make_unique<PlainSource>(std::move(file), std::move(front));
}

}  // namespace footfall::engine
