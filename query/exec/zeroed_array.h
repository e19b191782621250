// Numbers that are all 0 to begin with, and take no memory before they are
// written: the system gives pages of zeros when they are touched.

#ifndef FOOTFALL_QUERY_EXEC_ZEROED_ARRAY_H_
#define FOOTFALL_QUERY_EXEC_ZEROED_ARRAY_H_

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace footfall::query {

template <typename T>
class ZeroedArray {
  static_assert(std::is_arithmetic_v<T>);

 public:
  ZeroedArray() = default;
  explicit ZeroedArray(size_t size) : numbers_(Allocate(size)), size_(size) {}

  size_t size() const { return size_; }
  T& operator[](size_t i) { return numbers_.get()[i]; }
  const T& operator[](size_t i) const { return numbers_.get()[i]; }

  void Append(const ZeroedArray& other) {
    ZeroedArray longer(size_ + other.size_);
    std::copy_n(numbers_.get(), size_, longer.numbers_.get());
    std::copy_n(other.numbers_.get(), other.size_,
                longer.numbers_.get() + size_);
    *this = std::move(longer);
  }

 private:
  struct Free {
    void operator()(T* numbers) const { std::free(numbers); }
  };
  static T* Allocate(size_t size) {
    if (size == 0) return nullptr;
    void* numbers = std::calloc(size, sizeof(T));
    if (numbers == nullptr) throw std::bad_alloc();
    return static_cast<T*>(numbers);
  }

  std::unique_ptr<T, Free> numbers_;
  size_t size_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ZEROED_ARRAY_H_
