#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/tokenizer/clip_tokenizer.h"

namespace pleinair {

/// CLIP's own vocabulary (bpe_simple_vocab_16e6.txt.gz), as set-up put it beside the program; empty where it is not
/// installed. PLEINAIR_CLIP_VOCABULARY names another place.
std::filesystem::path clipVocabularyFile();

/// CLIP's own tokenizer, for checkpoints in a single file, which bring none. OpenCLIP pads with id 0, CLIP with its end
/// token. NotFound says how to install the vocabulary.
Result<ClipTokenizer> loadClipTokenizer(bool padsWithZero);

/// The same from a given file.
Result<ClipTokenizer> loadClipTokenizer(const std::filesystem::path& file, bool padsWithZero);

}  // namespace pleinair
