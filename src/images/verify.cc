#include <cstdio>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "images/stored.h"
#include "images/trust.h"
#include "images/verbs.h"
#include "images/wish.h"

namespace hutch::images {

// Asks the policy as it is now about an image that is here: signatures are looked for anew, where it came from.
Result<int> verify(const Words& words) {
  const Interrupt interrupt = TRY(Interrupt::watch());
  Http http = TRY(Http::create());
  const RegistryOptions options = TRY(registry_options(words));
  const PolicyFile policy = TRY(read_policy(words.value("policy")));
  const Store store = TRY(open_own_store());
  Json documents = Json::array();
  int status = 0;
  for (const std::string& name : words.arguments) {
    image::Record record = TRY(find_by_any_name(store, name));
    const auto source = TRY(open_stored(http, interrupt, options, store, record));
    const Document document = TRY(source->manifest(nullptr));
    const auto state = judge(policy, *source, document, document);
    if (!state && state.error().kind != ErrorKind::kDenied) return unexpected(state.error());
    if (!state) status = 1;
    documents.push_back({{"name", name},
                         {"digest", record.manifest.digest.str()},
                         {"accepted", state.has_value()},
                         {"trust", state ? *state : std::string()},
                         {"reason", state ? std::string() : state.error().message}});
    if (!words.has("json")) {
      const std::string line =
          state ? text::format(_("%s: accepted (%s)"), text::printable(name).c_str(), state->c_str())
                : text::format(_("%s: not accepted: %s"), text::printable(name).c_str(), state.error().message.c_str());
      (void)std::fprintf(stdout, "%s\n", line.c_str());  // main() looks at what standard output took
    }
    if (state) {
      record.trust = *state;
      TRY(store.put_image(record));
    }
  }
  if (words.has("json")) (void)std::fputs(format_json({{"images", documents}}).c_str(), stdout);  // as above
  return status;
}

}  // namespace hutch::images
