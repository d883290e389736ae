// The layers of one image on their way in: which to fetch next, what another process is fetching, and unpacking while
// they come. Sources ask it for writers and give them bytes.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "images/bag.h"
#include "images/interrupt.h"
#include "images/progress.h"
#include "images/store.h"
#include "images/unpack.h"

namespace hutch::images {

class Intake {
 public:
  Intake(const Store& store, Unpacking& unpacking, std::vector<image::Layer> layers, Progress& progress,
         const Interrupt& interrupt);

  // A blob to fetch from the writer's offset() on; null when there is none left, or only such as other processes
  // are fetching while `may_wait` is false.
  [[nodiscard]] Result<BlobWriter*> next(bool may_wait);
  [[nodiscard]] const image::Descriptor& descriptor_of(const BlobWriter& writer) const;
  [[nodiscard]] Status take(BlobWriter& writer, std::string_view bytes);
  // What is left to fetch, out of a file, and complete().
  [[nodiscard]] Status take_rest(BlobWriter& writer, const Slice& slice);
  // All bytes are there: digest and size are compared.
  [[nodiscard]] Status complete(BlobWriter& writer);
  [[nodiscard]] Status pump();
  // Readable when pump() has something to do; -1 when nothing is under way.
  [[nodiscard]] int descriptor() const { return unpacking_.descriptor(); }
  [[nodiscard]] const Interrupt& interrupt() const { return interrupt_; }

 private:
  struct Open {
    std::size_t layer = 0;
    std::unique_ptr<BlobWriter> writer;
  };
  [[nodiscard]] Result<bool> claim(std::size_t layer);

  const Store& store_;
  Unpacking& unpacking_;
  std::vector<image::Layer> layers_;
  Progress& progress_;
  const Interrupt& interrupt_;
  std::deque<std::size_t> wanted_;
  std::deque<std::size_t> busy_;
  std::vector<Open> open_;
};

}  // namespace hutch::images
