#include "core/tokenizer/clip_vocabulary.h"

#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace pleinair {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "bpe_simple_vocab_16e6.txt.gz";
constexpr std::size_t kMaxTextBytes = std::size_t{64} << 20;
/// The file lists more merges than CLIP was trained with: 49408 tokens less 2 x 256 bytes, begin and end.
constexpr std::size_t kMerges = 49408 - 512 - 2;

Result<std::string> unzipped(const fs::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
  const Error broken{ErrorCode::CorruptFile, "CLIP's vocabulary cannot be read", file.string(),
                     "Delete the file and run ./studio setup again."};
  if (!stream) return broken;
  std::string text;
  std::vector<char> buffer(std::size_t{1} << 16);
  int got = 0;
  while ((got = gzread(stream.get(), buffer.data(), static_cast<unsigned>(buffer.size()))) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > kMaxTextBytes) return broken;
  }
  if (got < 0) return broken;
  return text;
}

/// The lines after the first, which is a title.
std::vector<std::string> mergeLines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t at = text.find('\n');
  while (at != std::string::npos && lines.size() < kMerges) {
    const std::size_t end = text.find('\n', at + 1);
    std::string line = text.substr(at + 1, end == std::string::npos ? end : end - at - 1);
    if (line.empty()) break;
    lines.push_back(std::move(line));
    at = end;
  }
  return lines;
}

}  // namespace

fs::path clipVocabularyFile() {
  if (const char* given = std::getenv("PLEINAIR_CLIP_VOCABULARY"); given != nullptr && *given != 0) return given;
  std::error_code problem;
  const fs::path program = fs::read_symlink("/proc/self/exe", problem).parent_path();
  // Beside the installed program, then where ./studio setup puts it, from a build folder (build/release/bin).
  for (const fs::path& folder : {program / "../share/pleinair/clip", program / "../../../.deps/clip"}) {
    if (fs::exists(folder / kFileName, problem)) return folder / kFileName;
  }
  return {};
}

Result<ClipTokenizer> loadClipTokenizer(bool padsWithZero) {
  const fs::path file = clipVocabularyFile();
  if (file.empty()) {
    return Error{ErrorCode::NotFound, "A model in a single file needs CLIP's vocabulary, which is not installed",
                 kFileName, "Run ./studio setup once with a network, or use the model's diffusers folder."};
  }
  return loadClipTokenizer(file, padsWithZero);
}

Result<ClipTokenizer> loadClipTokenizer(const fs::path& file, bool padsWithZero) {
  PLEINAIR_ASSIGN(const std::string text, unzipped(file));
  const std::vector<std::string> merges = mergeLines(text);
  if (merges.size() != kMerges) {
    return Error{ErrorCode::CorruptFile, "CLIP's vocabulary is not complete", file.string(),
                 "Delete the file and run ./studio setup again."};
  }
  return ClipTokenizer::fromMerges(merges, padsWithZero);
}

}  // namespace pleinair
