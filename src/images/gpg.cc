#include "images/gpg.h"

#include <unistd.h>

#include "base/base64.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/image/policy.h"
#include "host/program_file.h"
#include "os/file.h"
#include "os/memfile.h"
#include "os/pipe.h"
#include "os/process.h"

namespace hutch::images {
namespace {

constexpr int kKeyring = 10;  // descriptors in gpgv
constexpr int kMessage = 11;
constexpr int kStatus = 12;
constexpr std::string_view kStatusMark = "[GNUPG:] ";

// What gpgv says of the signatures (GnuPG's doc/DETAILS).
struct Verdict {
  int valid = 0;
  bool is_flawed = false;
  std::string fingerprint;
};

Verdict read_status(const std::string& status) {
  Verdict verdict;
  for (const std::string_view line : text::split(status, '\n')) {
    if (!line.starts_with(kStatusMark)) continue;
    const auto words = text::split(line.substr(kStatusMark.size()), ' ');
    const std::string_view word = words.front();
    if (word == "VALIDSIG" && words.size() > 10) {
      ++verdict.valid;
      verdict.fingerprint = words[10];
    }
    for (const std::string_view flaw : {"BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "FAILURE"}) {
      if (word == flaw) verdict.is_flawed = true;
    }
  }
  return verdict;
}

Result<os::Fd> keyring_of(const std::vector<std::string>& keys) {
  std::string ring;
  for (const std::string& key : keys) ring += TRY(without_armour(key));
  return os::make_sealed_file("hutch-keyring", ring);
}

std::string at_descriptor(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

}  // namespace

Result<std::string> without_armour(std::string_view key) {
  constexpr std::string_view kBegin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
  constexpr std::string_view kEnd = "-----END PGP PUBLIC KEY BLOCK-----";
  if (key.find(kBegin) == std::string_view::npos) return std::string(key);
  std::string bytes;
  while (true) {
    const std::size_t begin = key.find(kBegin);
    if (begin == std::string_view::npos) break;
    const std::size_t end = key.find(kEnd, begin);
    if (end == std::string_view::npos) return failure(ErrorKind::kInvalid, _("a key's armour has no end"));
    const std::string_view block = key.substr(begin + kBegin.size(), end - begin - kBegin.size());
    key = key.substr(end + kEnd.size());
    std::string digits;
    bool is_header = true;  // lines up to the empty one
    bool is_first = true;
    for (const std::string_view raw : text::split(block, '\n')) {
      const std::string_view line = text::trim(raw);
      if (is_header) {
        is_header = is_first || !line.empty();
        is_first = false;
        continue;
      }
      if (!line.starts_with('=')) digits += line;  // a line with '=' is the checksum
    }
    const auto decoded = decode_base64(digits);
    if (!decoded) return failure(ErrorKind::kInvalid, _("a key's armour is not base64"));
    bytes += *decoded;
  }
  return bytes;
}

Result<OpenedMessage> open_signed_message(std::string_view signature, const std::vector<std::string>& keys) {
  const auto program = TRY_IN(_("GPG signatures are checked by gpgv"), host::find_command("gpgv"));
  const os::Fd ring = TRY(keyring_of(keys));
  const os::Fd message = TRY(os::make_sealed_file("hutch-signature", signature));
  const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), 2 /* O_RDWR */));
  os::Pipe output = TRY(os::make_pipe());
  os::Pipe status = TRY(os::make_pipe());
  auto process = TRY(os::Process::spawn(
      {.program = program.path,
       .arguments = {"gpgv", "--homedir", "/nonexistent", "--keyring", at_descriptor(kKeyring), "--status-fd",
                     std::to_string(kStatus), "--output", "-", at_descriptor(kMessage)},
       .environment = {"LC_ALL=C", "PATH=/usr/bin:/bin"},
       .descriptors = {{nothing.get(), STDIN_FILENO},
                       {output.write.get(), STDOUT_FILENO},
                       {nothing.get(), STDERR_FILENO},
                       {ring.get(), kKeyring},
                       {message.get(), kMessage},
                       {status.write.get(), kStatus}},
       .new_session = false}));
  output.write.reset();
  status.write.reset();
  // A payload that the pipe holds does not keep gpgv from its status; longer ones are none that hutch knows.
  OpenedMessage opened{.payload = TRY(os::read_all(output.read.get(), image::kSignatureLimit)), .fingerprint = {}};
  const std::string said = TRY(os::read_all(status.read.get(), image::kSignatureLimit));
  const os::Ending ending = TRY(process.wait());
  const Verdict verdict = read_status(said);
  const bool is_good = !ending.was_signalled && ending.value == 0 && verdict.valid == 1 && !verdict.is_flawed;
  if (!is_good)
    return failure(ErrorKind::kDenied, _("a signature that none of the keys made, or that holds no longer"));
  opened.fingerprint = verdict.fingerprint;
  return opened;
}

}  // namespace hutch::images
