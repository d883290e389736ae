// What libstdc++ does when something cannot go on, without exceptions: the program ends. Defining these here keeps its
// throwing versions out, and with them the unwinder, the demangler and the C library's message catalogues, which would
// be most of this small program.
#include <cstdlib>
#include <new>

void* operator new(std::size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace std {
[[noreturn]] void __throw_length_error(const char*) {
  abort();
}
[[noreturn]] void __throw_logic_error(const char*) {
  abort();
}
[[noreturn]] void __throw_out_of_range_fmt(const char*, ...) {
  abort();
}
[[noreturn]] void __throw_bad_alloc() {
  abort();
}
[[noreturn]] void __throw_bad_array_new_length() {
  abort();
}
}  // namespace std

namespace __gnu_cxx {
[[noreturn]] void __verbose_terminate_handler() {
  abort();
}
}  // namespace __gnu_cxx
