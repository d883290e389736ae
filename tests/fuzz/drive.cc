// Runs a fuzz target over its seeds and over mutations of them, the same ones every time. For compilers without
// libFuzzer; with it, link the target against -fsanitize=fuzzer instead and give it the seeds' directory.
#include <dirent.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::string> read_seeds(const std::string& directory) {
  std::vector<std::string> names;
  DIR* const stream = ::opendir(directory.c_str());
  if (stream == nullptr) return {};
  while (const dirent* const entry = ::readdir(stream)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  ::closedir(stream);
  std::sort(names.begin(), names.end());
  std::vector<std::string> seeds;
  for (const std::string& name : names) {
    std::ifstream file(directory + "/" + name, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    seeds.push_back(content.str());
  }
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string next() {
    std::string input = seeds_[below(seeds_.size())];
    for (std::size_t count = 1 + below(6); count > 0; --count) change(input);
    return input;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void change(std::string& input) {
    const std::size_t at = below(input.size() + 1);
    const std::size_t length = below(std::min<std::size_t>(input.size() - at, 32) + 1);
    switch (below(5)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(random_());
        break;
      case 1:
        input.erase(at, length);
        break;
      case 2:
        input.insert(at, input.substr(at, length));
        break;
      case 3: {  // a piece of another seed
        const std::string& other = seeds_[below(seeds_.size())];
        const std::size_t from = below(other.size() + 1);
        input.insert(at, other.substr(from, below(64)));
        break;
      }
      default:
        input.insert(at, 1, static_cast<char>(random_()));
    }
  }

  const std::vector<std::string>& seeds_;
  std::mt19937 random_{20240229};
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: %s SEED-DIRECTORY MUTATIONS\n", arguments[0]);
    return 2;
  }
  const std::vector<std::string> seeds = read_seeds(arguments[1]);
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds in '%s'\n", arguments[1]);
    return 1;
  }
  const auto run = [](const std::string& input) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  };
  for (const std::string& seed : seeds) run(seed);
  Mutator mutator(seeds);
  const long mutations = std::atol(arguments[2]);
  for (long done = 0; done < mutations; ++done) run(mutator.next());
  std::printf("%zu seeds, %ld mutations\n", seeds.size(), mutations);
  return 0;
}
