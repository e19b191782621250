// The end of a table of format 5:
//
//   blocks     each followed by u8 compression and u32 checksum
//   footer     u8 kind of checksum; varints offset and size of the list of
//              meta blocks, then of the index; zeros; u32 format; u64 magic
//
// The list of meta blocks holds entries of three varints (bytes shared with the
// name before, further bytes, bytes of the value), a name and a value, which is
// the block's offset and size; then u32 places and how many.

#include "storage/store/rocksdb_table_guard.h"

#include <exception>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/base/varint.h"

namespace footfall::storage {
namespace {

constexpr size_t kFooterSize = 53;
constexpr size_t kTrailerSize = 5;
constexpr uint64_t kTableMagic = 0x88e241b785f4cff7;
constexpr uint32_t kFormat = 5;
constexpr char kXxh3 = 4;
constexpr uint64_t kMaxBlock = uint64_t{64} << 20;

struct Place {
  uint64_t offset = 0;
  uint64_t size = 0;
};

bool TakePlace(absl::string_view* in, Place* place) {
  return TakeVarint(in, &place->offset) && TakeVarint(in, &place->size);
}

class TableEnd {
 public:
  TableEnd(const rocksdb::FSRandomAccessFile* file, uint64_t size)
      : file_(file), size_(size) {}

  rocksdb::IOStatus Check() const {
    if (size_ < kFooterSize) return Damage("it is shorter than a table");
    std::string footer;
    rocksdb::IOStatus status = Read(size_ - kFooterSize, kFooterSize, &footer);
    if (!status.ok()) return status;
    const char* const end = footer.data() + footer.size();
    if (LoadU64(end - 8) != kTableMagic) return Damage("its last bytes");
    if (LoadU32(end - 12) != kFormat) return Damage("its format");
    if (footer[0] != kXxh3) return Damage("its kind of checksum");
    absl::string_view places(footer.data() + 1, kFooterSize - 13);
    Place list;
    Place index;
    if (!TakePlace(&places, &list) || !TakePlace(&places, &index) ||
        !IsInside(list) || !IsInside(index)) {
      return Damage("the places in its footer");
    }
    std::string block;
    status = ReadBlock(list, &block);
    if (!status.ok()) return status;
    Place properties;
    if (!FindProperties(block, &properties) || !IsInside(properties)) {
      return Damage("its list of meta blocks");
    }
    return ReadBlock(properties, &block);
  }

 private:
  static rocksdb::IOStatus Damage(const std::string& what) {
    return rocksdb::IOStatus::Corruption("damaged table: " + what);
  }

  bool IsInside(const Place& place) const {
    const uint64_t end = size_ - kFooterSize;
    return place.size <= kMaxBlock && place.offset <= end &&
           place.size + kTrailerSize <= end - place.offset;
  }

  rocksdb::IOStatus Read(uint64_t offset, size_t size, std::string* out) const {
    out->resize(size);
    rocksdb::Slice bytes;
    rocksdb::IOStatus status = file_->Read(offset, size, rocksdb::IOOptions(),
                                           &bytes, out->data(), nullptr);
    if (!status.ok()) return status;
    if (bytes.size() != size) return Damage("it ends early");
    if (bytes.data() != out->data()) out->assign(bytes.data(), bytes.size());
    return status;
  }

  // Reads and checks a block, without what follows it.
  rocksdb::IOStatus ReadBlock(const Place& place, std::string* block) const {
    rocksdb::IOStatus status =
        Read(place.offset, place.size + kTrailerSize, block);
    if (!status.ok()) return status;
    // The checksum is over the block, then over the byte that tells how it is
    // compressed.
    constexpr uint32_t kLastByteFactor = 0x6b9083d9;
    const uint32_t stored = LoadU32(block->data() + place.size + 1);
    const uint32_t compression = static_cast<uint8_t>((*block)[place.size]);
    block->resize(place.size);
    const uint32_t checksum =
        Checksum(*block, /*seed=*/0) ^ (compression * kLastByteFactor);
    if (checksum != stored) {
      return Damage(
          absl::StrCat("the block at ", place.offset, " fails its checksum"));
    }
    return status;
  }

  // False where the list cannot be read.
  static bool FindProperties(absl::string_view block, Place* properties) {
    constexpr absl::string_view kName = "rocksdb.properties";
    if (block.size() < sizeof(uint32_t)) return false;
    const uint64_t places =
        LoadU32(block.data() + block.size() - sizeof(uint32_t));
    if (places > block.size() / sizeof(uint32_t) - 1) return false;
    block.remove_suffix((places + 1) * sizeof(uint32_t));
    std::string name;
    while (!block.empty()) {
      uint64_t shared = 0;
      uint64_t more = 0;
      uint64_t value = 0;
      if (!TakeVarint(&block, &shared) || !TakeVarint(&block, &more) ||
          !TakeVarint(&block, &value) || shared > name.size() ||
          more > block.size() || value > block.size() - more) {
        return false;
      }
      name.resize(shared);
      name.append(block.data(), more);
      block.remove_prefix(more);
      absl::string_view place = block.substr(0, value);
      block.remove_prefix(value);
      if (name == kName) return TakePlace(&place, properties);
    }
    return false;
  }

  const rocksdb::FSRandomAccessFile* const file_;
  const uint64_t size_;
};

class TableGuard final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "footfall.table_guard"; }

  rocksdb::IOStatus NewRandomAccessFile(
      const std::string& name, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
      rocksdb::IODebugContext* context) override {
    rocksdb::IOStatus status =
        target()->NewRandomAccessFile(name, options, file, context);
    if (!status.ok() || !absl::EndsWith(name, ".sst")) return status;
    try {
      status = CheckTable(name, options, file->get(), context);
    } catch (const std::exception&) {  // no memory: it may do so later
      status = rocksdb::IOStatus::Aborted();
    }
    if (!status.ok()) file->reset();
    return status;
  }

 private:
  rocksdb::IOStatus CheckTable(const std::string& name,
                               const rocksdb::FileOptions& options,
                               const rocksdb::FSRandomAccessFile* file,
                               rocksdb::IODebugContext* context) {
    uint64_t size = 0;
    rocksdb::IOStatus status =
        target()->GetFileSize(name, options.io_options, &size, context);
    if (status.ok()) status = TableEnd(file, size).Check();
    if (status.IsCorruption()) {
      return rocksdb::IOStatus::Corruption(status.getState(), name);
    }
    return status;
  }
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> GuardTables(
    std::shared_ptr<rocksdb::FileSystem> files) {
  return std::make_shared<TableGuard>(std::move(files));
}

std::shared_ptr<rocksdb::Env> GuardedEnv(rocksdb::Env* base) {
  if (base != nullptr) {
    return rocksdb::NewCompositeEnv(GuardTables(base->GetFileSystem()));
  }
  // Never destroyed: databases may close after main() has ended.
  static const auto* const machine = new std::shared_ptr<rocksdb::Env>(
      rocksdb::NewCompositeEnv(GuardTables(rocksdb::FileSystem::Default())));
  return *machine;
}

}  // namespace footfall::storage
