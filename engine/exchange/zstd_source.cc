// Unpacks zstd, where the build has it.

#include "absl/strings/str_cat.h"
#include "engine/exchange/file_source.h"

#ifdef FOOTFALL_ZSTD
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "storage/base/status_macros.h"
#endif

namespace footfall::engine {

#ifdef FOOTFALL_ZSTD

namespace {

struct FreeStream {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

// The text that a frame may refer back to, which takes as much memory: what
// every decoder should have (RFC 8878) and `zstd -19` uses. A few bytes of a
// file could ask for 128 MiB else.
constexpr int kMaxWindowLog = 23;

// One or more frames, one after the other.
class ZstdSource final : public ByteSource {
 public:
  ZstdSource(std::unique_ptr<FileSource> file, const std::string& front)
      : file_(std::move(file)),
        packed_(ZSTD_DStreamInSize()),
        stream_(ZSTD_createDStream()) {
    if (stream_ != nullptr) {
      ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
    }
    std::memcpy(packed_.data(), front.data(), front.size());
    in_ = {packed_.data(), front.size(), 0};
  }

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    if (stream_ == nullptr) {
      return absl::ResourceExhaustedError(
          absl::StrCat(file_->path(), ": no memory to unpack zstd data"));
    }
    FOOTFALL_RETURN_IF_ERROR(AskStop(file_->stop()));
    ZSTD_outBuffer out = {bytes, std::min(size, kBytesBetweenStops), 0};
    while (out.pos == 0) {
      // What a full buffer left in the stream comes without more bytes.
      if (in_.pos == in_.size && !pending_) {
        FOOTFALL_ASSIGN_OR_RETURN(const size_t got,
                                  file_->Read(packed_.data(), packed_.size()));
        in_ = {packed_.data(), got, 0};
        if (got == 0 && between_frames_) return size_t{0};
        if (got == 0) {
          return absl::DataLossError(
              absl::StrCat(file_->path(), ": the zstd data end early, after ",
                           unpacked_bytes_, " bytes of text"));
        }
      }
      const size_t wanted = ZSTD_decompressStream(stream_.get(), &out, &in_);
      if (ZSTD_getErrorCode(wanted) ==
          ZSTD_error_frameParameter_windowTooLarge) {
        return absl::InvalidArgumentError(absl::StrCat(
            file_->path(), ": its zstd data need a window of more than ",
            (1 << kMaxWindowLog) >> 20,
            " MiB to be unpacked; pack it without --long and --ultra, or "
            "unpack it first"));
      }
      if (ZSTD_isError(wanted) != 0) {
        return absl::DataLossError(
            absl::StrCat(file_->path(), ": the zstd data are damaged, after ",
                         unpacked_bytes_ + out.pos,
                         " bytes of text: ", ZSTD_getErrorName(wanted)));
      }
      between_frames_ = wanted == 0;
      pending_ = !between_frames_ && out.pos == out.size;
    }
    unpacked_bytes_ += out.pos;
    return out.pos;
  }

  uint64_t bytes_read() const override { return file_->bytes_read(); }
  uint64_t bytes_total() const override { return file_->bytes_total(); }

 private:
  const std::unique_ptr<FileSource> file_;
  std::vector<char> packed_;
  const std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
  ZSTD_inBuffer in_ = {};
  bool between_frames_ = false;
  bool pending_ = false;  // the stream may hold more text
  uint64_t unpacked_bytes_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> UnpackZstd(
    std::unique_ptr<FileSource> file, const std::string& front) {
  return std::make_unique<ZstdSource>(std::move(file), front);
}

#else

absl::StatusOr<std::unique_ptr<ByteSource>> UnpackZstd(
    std::unique_ptr<FileSource> file, const std::string& /*front*/) {
  return absl::UnimplementedError(absl::StrCat(
      file->path(),
      " is packed by zstd, which this build is without: unpack it"));
}

#endif

}  // namespace footfall::engine
