#include "core/engine/token_counter.h"

#include <utility>

#include "core/tokenizer/clip_tokenizer.h"
#include "core/tokenizer/clip_vocabulary.h"

namespace pleinair {
namespace {

class ClipTokenCounter final : public TokenCounter {
 public:
  explicit ClipTokenCounter(ClipTokenizer tokenizer) : m_tokenizer(std::move(tokenizer)) {}
  [[nodiscard]] int count(std::string_view caption) const override {
    return static_cast<int>(m_tokenizer.encode(caption).size());
  }

 private:
  ClipTokenizer m_tokenizer;
};

}  // namespace

Result<std::shared_ptr<const TokenCounter>> TokenCounter::load(const std::filesystem::path& model) {
  std::error_code ignored;
  // A checkpoint in one file brings no tokenizer: it is CLIP's own.
  const bool file = std::filesystem::is_regular_file(model, ignored);
  PLEINAIR_ASSIGN(ClipTokenizer tokenizer,
                  file ? loadClipTokenizer(false) : ClipTokenizer::load(model / "tokenizer"));
  return std::shared_ptr<const TokenCounter>(std::make_shared<ClipTokenCounter>(std::move(tokenizer)));
}

}  // namespace pleinair
