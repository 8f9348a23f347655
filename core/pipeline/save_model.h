#pragma once

#include <c10/core/ScalarType.h>

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/diffusion/schedule.h"
#include "core/models/clip_text.h"
#include "core/models/unet.h"
#include "core/models/vae.h"

namespace pleinair {

/// The texts of a CLIP tokenizer's two files.
struct TokenizerFiles {
  std::string vocabularyJson;  ///< vocab.json
  std::string merges;          ///< merges.txt, with its "#version" line
};

/// What a model folder is made of. The networks must have storage.
struct ModelParts {
  UNet& unet;
  ClipText& textEncoder;
  Vae& vae;
  ScheduleConfig schedule;
  TokenizerFiles tokenizer;
  std::string name;                  ///< shown to people; may be empty
  ClipText* textEncoder2 = nullptr;  ///< SDXL's second one, with a projection
  TokenizerFiles tokenizer2 = {};    ///< and its tokenizer, which pads with zeros
};

/// Writes a folder that StableDiffusion::load and diffusers read, with weights in `dtype`. Files are replaced one by
/// one, each atomically, model_index.json last.
Result<void> saveModel(const std::filesystem::path& folder, const ModelParts& parts,
                       at::ScalarType dtype = at::ScalarType::Half);

}  // namespace pleinair
