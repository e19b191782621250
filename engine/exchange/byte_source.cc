#include "engine/exchange/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/base/file_error.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr size_t kPackedBytes = size_t{1} << 18;
constexpr size_t kBytesBetweenStops = size_t{1} << 18;
constexpr int kWaitMs = 5;
// Window of 2^15 bytes, and a gzip head to be read.
constexpr int kGzipWindow = 15 + 16;

class FileSource final : public ByteSource {
 public:
  // `descriptor` does not block.
  FileSource(int descriptor, std::string path, bool is_regular,
             uint64_t bytes_total, StopCheck stop)
      : descriptor_(descriptor),
        path_(std::move(path)),
        is_regular_(is_regular),
        bytes_total_(bytes_total),
        stop_(std::move(stop)) {}
  ~FileSource() override { close(descriptor_); }

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
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

  const std::string& path() const { return path_; }
  const StopCheck& stop() const { return stop_; }
  uint64_t bytes_read() const override { return bytes_read_; }
  uint64_t bytes_total() const override { return bytes_total_; }

 private:
  // Whether there is something to read, or the end, after a short while. A pipe
  // that nobody has written yet is not at its end.
  bool Wait() const {
    pollfd waited = {.fd = descriptor_, .events = POLLIN, .revents = 0};
    return poll(&waited, 1, stop_ ? kWaitMs : -1) > 0;
  }

  const int descriptor_;
  const std::string path_;
  const bool is_regular_;
  const uint64_t bytes_total_;
  const StopCheck stop_;
  uint64_t bytes_read_ = 0;
};

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

// gzip: one or more members, one after the other.
class GzipSource final : public ByteSource {
 public:
  GzipSource(std::unique_ptr<FileSource> file, const std::string& front)
      : file_(std::move(file)), packed_(kPackedBytes) {
    std::memcpy(packed_.data(), front.data(), front.size());
    stream_.next_in = packed_.data();
    stream_.avail_in = static_cast<uInt>(front.size());
    is_open_ = inflateInit2(&stream_, kGzipWindow) == Z_OK;
  }
  ~GzipSource() override {
    if (is_open_) inflateEnd(&stream_);
  }

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    if (!is_open_) {
      return absl::ResourceExhaustedError(
          absl::StrCat(file_->path(), ": no memory to unpack gzip data"));
    }
    FOOTFALL_RETURN_IF_ERROR(AskStop(file_->stop()));
    size = std::min(size, kBytesBetweenStops);
    stream_.next_out = reinterpret_cast<Bytef*>(bytes);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      if (stream_.avail_in == 0) {
        FOOTFALL_ASSIGN_OR_RETURN(const bool more, Fill());
        if (!more) {
          if (between_members_) return size_t{0};
          return absl::DataLossError(
              absl::StrCat(file_->path(), ": the gzip data end early, after ",
                           unpacked_bytes_, " bytes of text"));
        }
      }
      if (between_members_) {
        // Zeros may follow the last member, as padding.
        if (*stream_.next_in == 0) {
          ++stream_.next_in;
          --stream_.avail_in;
          continue;
        }
        inflateReset(&stream_);
        between_members_ = false;
      }
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        between_members_ = true;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return absl::DataLossError(
            absl::StrCat(file_->path(), ": the gzip data are damaged, after ",
                         unpacked_bytes_ + size - stream_.avail_out,
                         " bytes of text", stream_.msg != nullptr ? ": " : "",
                         stream_.msg != nullptr ? stream_.msg : ""));
      }
    }
    const size_t got = size - stream_.avail_out;
    unpacked_bytes_ += got;
    return got;
  }

  uint64_t bytes_read() const override { return file_->bytes_read(); }
  uint64_t bytes_total() const override { return file_->bytes_total(); }

 private:
  absl::StatusOr<bool> Fill() {
    FOOTFALL_ASSIGN_OR_RETURN(
        const size_t got,
        file_->Read(reinterpret_cast<char*>(packed_.data()), packed_.size()));
    stream_.next_in = packed_.data();
    stream_.avail_in = static_cast<uInt>(got);
    return got > 0;
  }

  const std::unique_ptr<FileSource> file_;
  std::vector<Bytef> packed_;
  z_stream stream_ = {};
  bool is_open_ = false;
  bool between_members_ = false;
  uint64_t unpacked_bytes_ = 0;
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
  while (front.size() < 2) {
    char byte;
    FOOTFALL_ASSIGN_OR_RETURN(const size_t got, file->Read(&byte, 1));
    if (got == 0) break;
    front.push_back(byte);
  }
  if (front == "\x1f\x8b") {
    return std::make_unique<GzipSource>(std::move(file), front);
  }
  return std::make_unique<PlainSource>(std::move(file), std::move(front));
}

}  // namespace footfall::engine
