#include "core/engine/token_counter.h"

#include <utility>

#include "core/tokenizer/clip_tokenizer.h"

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
  PLEINAIR_ASSIGN(ClipTokenizer tokenizer, ClipTokenizer::load(model / "tokenizer"));
  return std::shared_ptr<const TokenCounter>(std::make_shared<ClipTokenCounter>(std::move(tokenizer)));
}

}  // namespace pleinair
