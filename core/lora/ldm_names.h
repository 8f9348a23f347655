#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pleinair {

/// How many layers each block of a UNet has, which decides how the original (LDM, sgm) code counts its blocks.
struct LdmLayout {
  std::vector<int> downLayers, upLayers;  ///< residual blocks of each block
  std::vector<bool> upAttention;          ///< whether an up block has attention
};

/// Read from the module paths of a UNet under diffusers' names.
LdmLayout ldmLayoutOf(const std::vector<std::string>& modulePaths);

/// "down_blocks.1.attentions.0.proj_in" -> "input_blocks.4.1.proj_in": what the original code calls a module of the
/// UNet; nothing for modules it does not have.
std::optional<std::string> ldmUNetPath(const LdmLayout& layout, const std::string& modulePath);

/// The other way round for neutral spellings ("input_blocks_4_1_proj_in"), for UNets whose down blocks all have
/// `layersPerBlock` layers (2 in every Stable Diffusion). Nothing for names that are not the original code's.
std::optional<std::string> neutralPathOfLdm(std::string_view neutralPath, int layersPerBlock = 2);

}  // namespace pleinair
