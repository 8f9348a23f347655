#include "core/tokenizer/clip_text_rules.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <array>

namespace pleinair {
namespace {

bool isLetter(UChar32 c) { return (U_GET_GC_MASK(c) & U_GC_L_MASK) != 0; }
bool isNumber(UChar32 c) { return (U_GET_GC_MASK(c) & U_GC_N_MASK) != 0; }
bool isSpace(UChar32 c) { return u_isUWhiteSpace(c) != 0; }

/// The length of the contraction that begins at `at`, or 0. Tried in the pattern's order.
int contractionLength(const icu::UnicodeString& text, int at) {
  static const std::array<icu::UnicodeString, 7> endings{u"'s", u"'t", u"'re", u"'ve", u"'m", u"'ll", u"'d"};
  for (const icu::UnicodeString& ending : endings) {
    if (text.compare(at, ending.length(), ending) == 0) return ending.length();
  }
  return 0;
}

}  // namespace

std::string normalizeForClip(std::string_view text) {
  const icu::StringPiece bytes(text.data(), static_cast<int32_t>(text.size()));
  icu::UnicodeString composed = icu::UnicodeString::fromUTF8(bytes);
  UErrorCode status = U_ZERO_ERROR;
  if (const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status); U_SUCCESS(status)) {
    icu::UnicodeString normalized = nfc->normalize(composed, status);
    if (U_SUCCESS(status)) composed = std::move(normalized);
  }
  icu::UnicodeString clean;
  bool inSpace = false;
  for (int32_t at = 0; at < composed.length(); at = composed.moveIndex32(at, 1)) {
    const UChar32 c = composed.char32At(at);
    if (isSpace(c)) {
      if (!inSpace) clean.append(u' ');
      inSpace = true;
      continue;
    }
    inSpace = false;
    // One code point at a time: the reference knows no context, so a final sigma stays an ordinary one.
    clean.append(icu::UnicodeString(c).toLower(icu::Locale::getRoot()));
  }
  std::string result;
  clean.toUTF8String(result);
  return result;
}

std::vector<std::string> splitForClip(std::string_view normalized) {
  const icu::UnicodeString text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(normalized.data(), static_cast<int32_t>(normalized.size())));
  std::vector<std::string> words;
  int32_t at = 0;
  while (at < text.length()) {
    const UChar32 first = text.char32At(at);
    if (isSpace(first)) {
      at = text.moveIndex32(at, 1);
      continue;
    }
    int32_t end = at + contractionLength(text, at);
    if (end == at) {
      end = text.moveIndex32(at, 1);
      const auto runGoesOn = [&](UChar32 c) {
        if (isLetter(first)) return isLetter(c);
        return !isNumber(first) && !isSpace(c) && !isLetter(c) && !isNumber(c);
      };
      while (end < text.length() && runGoesOn(text.char32At(end))) end = text.moveIndex32(end, 1);
    }
    std::string word;
    text.tempSubStringBetween(at, end).toUTF8String(word);
    words.push_back(std::move(word));
    at = end;
  }
  return words;
}

}  // namespace pleinair
