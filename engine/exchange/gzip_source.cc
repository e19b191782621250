// Unpacks gzip.

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/exchange/file_source.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr size_t kPackedBytes = size_t{1} << 18;
// Window of 2^15 bytes, and a gzip head to be read.
constexpr int kGzipWindow = 15 + 16;

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

std::unique_ptr<ByteSource> UnpackGzip(std::unique_ptr<FileSource> file,
                                       const std::string& front) {
  return std::make_unique<GzipSource>(std::move(file), front);
}

}  // namespace footfall::engine
