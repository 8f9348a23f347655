#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "core/tokenizer/clip_tokenizer.h"

using pleinair::ClipTokenizer;

namespace {

const ClipTokenizer& tokenizer() {
  static const ClipTokenizer loaded = [] {
    auto result = ClipTokenizer::load(PLEINAIR_SOURCE_DIR "/tests/golden/sd15/tokenizer");
    if (!result) {
      std::fprintf(stderr, "%s\n", result.error().text().c_str());
      std::abort();
    }
    return std::move(result).value();
  }();
  return loaded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto ids = tokenizer().encode(text);
  for (const std::int64_t id : ids) {
    if (id < 0 || id >= static_cast<std::int64_t>(tokenizer().vocabularySize())) std::abort();
  }
  const auto padded = tokenizer().encodePadded(text);
  if (padded.size() != ClipTokenizer::kContextLength || padded.front() != tokenizer().beginId()) std::abort();
  return 0;
}
