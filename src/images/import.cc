#include "images/import.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/config.h"
#include "host/program_file.h"
#include "host/queries.h"
#include "images/archive.h"
#include "images/made.h"
#include "images/worker.h"
#include "os/file.h"
#include "os/pipe.h"
#include "os/process.h"

namespace hutch::images {
namespace {

struct Tree {
  os::Fd fd;
  std::string place;
  bool is_directory = false;
};

Result<Tree> open_tree(const std::string& place) {
  if (place == "-") return Tree{.fd = TRY(os::duplicate(STDIN_FILENO)), .place = "/dev/stdin"};
  char buffer[PATH_MAX];
  if (::realpath(place.c_str(), buffer) == nullptr) {
    return unexpected(system_error(errno, text::format(_("cannot open '%s'"), text::printable(place).c_str())));
  }
  const HostPath path = TRY(HostPath::parse(buffer));
  Tree tree{.fd = TRY(os::open_path(path, O_RDONLY | O_NOCTTY)), .place = path.str()};
  struct stat status {};
  if (::fstat(tree.fd.get(), &status) != 0) return unexpected(system_error(errno, _("cannot read")));
  tree.is_directory = S_ISDIR(status.st_mode);
  return tree;
}

Status copy(int fd, BlobWriter& writer, const Interrupt& interrupt) {
  constexpr std::size_t kPiece = 256u << 10;
  std::string buffer(kPiece, '\0');
  while (true) {
    TRY(interrupt.check());
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count == 0) return {};
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot read")));
    TRY(writer.append(std::string_view(buffer.data(), static_cast<std::size_t>(count))));
  }
}

Status copy_from_program(std::vector<std::string> command, int input, BlobWriter& writer, const Interrupt& interrupt) {
  const auto program = TRY_IN(_("importing needs another program"), host::find_command(command.front()));
  const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), O_WRONLY));
  os::Pipe output = TRY(os::make_pipe());
  auto process = TRY(os::Process::spawn(
      {.program = program.path,
       .arguments = command,
       .environment = host::own_environment(),
       .descriptors = {{input, STDIN_FILENO}, {output.write.get(), STDOUT_FILENO}, {nothing.get(), STDERR_FILENO}},
       .new_session = false}));
  output.write.reset();
  TRY(copy(output.read.get(), writer, interrupt));
  const os::Ending ending = TRY(process.wait());
  if (!ending.was_signalled && ending.value == 0) return {};
  return failure(ErrorKind::kInvalid,
                 text::format(_("'%s' failed: the archive is damaged or cannot be read"), command.front().c_str()));
}

// Hostile streams are the worker's: it is in a sandbox.
Status copy_decompressed(const Store& store, int file, BlobWriter& writer, const Interrupt& interrupt) {
  Worker worker(store);
  os::Pipe pipe = TRY(os::make_pipe());
  TRY(worker.send({.act = image::Act::kDecompress}, {file, pipe.write.get()}));
  pipe.write.reset();
  TRY(copy(pipe.read.get(), writer, interrupt));
  TRY(worker.receive());
  return {};
}

Status write_layer(const Store& store, const Tree& tree, BlobWriter& writer, const Interrupt& interrupt) {
  if (tree.is_directory) {
    const std::vector<std::string> command = {"tar",       "--directory",     tree.place,    "--create",
                                              "--file=-",  "--format=pax",    "--sort=name", "--owner=0",
                                              "--group=0", "--numeric-owner", "--xattrs",    "."};
    const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), O_RDONLY));
    return copy_from_program(command, nothing.get(), writer, interrupt);
  }
  // A pipe cannot be looked into: what comes through one is taken as it is, and must be no compressed archive.
  char start[6] = {};
  const ssize_t count = ::pread(tree.fd.get(), start, sizeof start, 0);
  if (count < 0 && errno == ESPIPE) return copy(tree.fd.get(), writer, interrupt);
  if (count < 0) return unexpected(system_error(errno, _("cannot read")));
  const bool is_compressed = is_compressed_archive({start, static_cast<std::size_t>(count)});
  return is_compressed ? copy_decompressed(store, tree.fd.get(), writer, interrupt)
                       : copy(tree.fd.get(), writer, interrupt);
}

}  // namespace

Result<std::unique_ptr<Source>> import_tree(const Store& store, const std::string& place,
                                            const image::Platform& platform, const Interrupt& interrupt) {
  const Tree tree = TRY(open_tree(place));
  BlobWriter writer = TRY(store.begin_new_blob());
  TRY_IN(text::printable(tree.place), write_layer(store, tree, writer, interrupt));
  TRY(writer.commit());
  const image::Config config{.platform = platform, .layers = {writer.digest()}};
  MadeImage made{.transport = "tarball",
                 .place = tree.place,
                 .names = {},
                 .config = image::format(config),
                 .layers = {{.media_type = image::kOciLayer, .digest = writer.digest(), .size = writer.size()}},
                 .files = {}};
  return make_source(std::move(made), std::nullopt);
}

}  // namespace hutch::images
