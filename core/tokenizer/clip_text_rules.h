#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pleinair {

/// CLIP's clean-up: NFC, runs of white space to one space, lower case code point by code point. UTF-8 in and out;
/// broken bytes become U+FFFD.
std::string normalizeForClip(std::string_view text);

/// Splits normalised text as CLIP's pattern does: contractions ('s 't 're 've 'm 'll 'd), runs of letters, single
/// digits, runs of anything else that is not space. White space is dropped.
std::vector<std::string> splitForClip(std::string_view normalized);

}  // namespace pleinair
