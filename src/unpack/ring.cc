#include "unpack/ring.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/i18n.h"

namespace hutch::unpack {
namespace {

// One byte down a pipe stands for one slot. SIGPIPE is ignored in this program.
bool tell(int fd) {
  const char token = 's';
  while (true) {
    const ssize_t count = ::write(fd, &token, 1);
    if (count == 1) return true;
    if (errno != EINTR) return false;
  }
}

bool await(int fd) {
  char token = 0;
  while (true) {
    const ssize_t count = ::read(fd, &token, 1);
    if (count == 1) return true;
    if (count == 0 || errno != EINTR) return false;
  }
}

}  // namespace

Result<Ring> Ring::make() {
  os::Pipe full = TRY(os::make_pipe());
  os::Pipe free = TRY(os::make_pipe());
  void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return unexpected(system_error(errno, _("cannot get memory")));
  Ring ring(new (memory) Shared, std::move(full), std::move(free));
  ring.shared_->closing = Closing();
  for (std::size_t slot = 0; slot < kSlots; ++slot) (void)tell(ring.free_.write.get());  // both ends are open
  return ring;
}

Ring::Ring(Ring&& other) noexcept
    : shared_(std::exchange(other.shared_, nullptr)),
      full_(std::move(other.full_)),
      free_(std::move(other.free_)),
      slot_(other.slot_),
      holds_slot_(other.holds_slot_) {}

Ring::~Ring() {
  if (shared_ != nullptr) (void)::munmap(shared_, sizeof(Shared));
}

void Ring::become_producer() {
  full_.read.reset();
  free_.write.reset();
}

void Ring::become_consumer() {
  full_.write.reset();
  free_.read.reset();
}

std::span<char> Ring::free_slot() {
  if (!await(free_.read.get())) return {};
  return {shared_->bytes[slot_], kSlotSize};
}

void Ring::fill(std::size_t length) {
  shared_->lengths[slot_] = length;
  slot_ = (slot_ + 1) % kSlots;
  (void)tell(full_.write.get());  // a consumer that is gone is noticed by free_slot()
}

void Ring::close(const Closing& closing) {
  shared_->closing = closing;
  shared_->closing.is_set = true;
  full_.write.reset();
}

std::string_view Ring::next() {
  if (std::exchange(holds_slot_, false)) {
    slot_ = (slot_ + 1) % kSlots;
    (void)tell(free_.write.get());  // a producer that is gone needs no slots
  }
  if (!await(full_.read.get())) return {};
  holds_slot_ = true;
  const std::size_t length = shared_->lengths[slot_];
  return {shared_->bytes[slot_], length <= kSlotSize ? length : 0};
}

}  // namespace hutch::unpack
