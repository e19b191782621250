// An array that only grows and never moves: one writer appends while any number
// of readers use what was published to them, without locks.

#ifndef FOOTFALL_ENGINE_CATALOG_CHUNKED_ARRAY_H_
#define FOOTFALL_ENGINE_CATALOG_CHUNKED_ARRAY_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace footfall::engine {

// Chunk 0 holds kFirst elements and each later chunk as many as all before it,
// so 23 pointers reach 2^32 elements and none is ever copied.
//
// Threads: one writer at a time calls the non-const functions. A reader may use
// elements [0, n) once n reached it through something that orders memory (a
// snapshot's pointer); it must not ask for size().
template <typename T>
class ChunkedArray {
 public:
  static constexpr size_t kFirst = 1024;

  ChunkedArray() = default;
  ChunkedArray(const ChunkedArray&) = delete;
  ChunkedArray& operator=(const ChunkedArray&) = delete;
  ~ChunkedArray() {
    for (std::atomic<T*>& chunk : chunks_) {
      delete[] chunk.load(std::memory_order_relaxed);
    }
  }

  // Appends a default-initialized element and returns it.
  T& Grow() {
    const size_t chunk = ChunkOf(size_);
    T* elements = chunks_[chunk].load(std::memory_order_relaxed);
    if (elements == nullptr) {
      elements = new T[ChunkSize(chunk)];
      chunks_[chunk].store(elements, std::memory_order_release);
    }
    return elements[size_++ - ChunkBegin(chunk)];
  }
  void PushBack(const T& value) { Grow() = value; }

  // The writer's own count.
  size_t size() const { return size_; }

  const T& operator[](size_t index) const {
    const size_t chunk = ChunkOf(index);
    return Chunk(chunk)[index - ChunkBegin(chunk)];
  }
  // Writer, or elements that are safe to change under readers.
  T& at(size_t index) {
    const size_t chunk = ChunkOf(index);
    return Chunk(chunk)[index - ChunkBegin(chunk)];
  }

  // The longest stretch of [begin, end) from `begin` that lies together.
  absl::Span<const T> Stretch(size_t begin, size_t end) const {
    const size_t chunk = ChunkOf(begin);
    const size_t first = ChunkBegin(chunk);
    const size_t last = std::min(end, first + ChunkSize(chunk));
    return absl::MakeConstSpan(Chunk(chunk) + (begin - first), last - begin);
  }

 private:
  static constexpr size_t kChunks = 24;

  static size_t ChunkOf(size_t index) {
    return static_cast<size_t>(std::bit_width(index / kFirst));
  }
  static size_t ChunkBegin(size_t chunk) {
    return chunk == 0 ? 0 : kFirst << (chunk - 1);
  }
  static size_t ChunkSize(size_t chunk) {
    return chunk == 0 ? kFirst : kFirst << (chunk - 1);
  }
  T* Chunk(size_t chunk) const {
    return chunks_[chunk].load(std::memory_order_acquire);
  }

  std::array<std::atomic<T*>, kChunks> chunks_ = {};
  size_t size_ = 0;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_CHUNKED_ARRAY_H_
