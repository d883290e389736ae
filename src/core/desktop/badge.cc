#include "core/desktop/badge.h"

#include <array>
#include <cstdint>

#include "base/base64.h"

namespace hutch::desktop {
namespace {

// Dark enough for a white letter.
constexpr std::array<std::string_view, 8> kColours = {"#1a5fb4", "#26745a", "#a35200", "#a51d2d",
                                                      "#613583", "#63452c", "#00758f", "#8f0f5b"};

std::string_view colour_of(const BoxName& box) {
  std::uint32_t sum = 0;
  for (const char c : box.str()) sum = sum * 31 + static_cast<unsigned char>(c);
  return kColours[sum % kColours.size()];
}

// Names of boxes begin with a letter or digit.
char letter_of(const BoxName& box) {
  const char first = box.empty() ? '?' : box.str().front();
  return first >= 'a' && first <= 'z' ? static_cast<char>(first - 'a' + 'A') : first;
}

}  // namespace

std::optional<std::string> media_type_of(std::string_view file_name) {
  if (file_name.ends_with(".png")) return "image/png";
  if (file_name.ends_with(".svg")) return "image/svg+xml";
  return std::nullopt;
}

std::string badged_icon(std::string_view image, std::string_view media_type, const BoxName& box) {
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"128\" "
      "height=\"128\" "
      "viewBox=\"0 0 128 128\">\n<image width=\"128\" height=\"128\" xlink:href=\"data:";
  svg += media_type;
  svg += ";base64,";
  svg += encode_base64(image);
  svg += "\"/>\n<circle cx=\"96\" cy=\"96\" r=\"29\" stroke=\"#ffffff\" stroke-width=\"4\" fill=\"";
  svg += colour_of(box);
  svg +=
      "\"/>\n<text x=\"96\" y=\"110\" text-anchor=\"middle\" font-family=\"sans-serif\" font-weight=\"bold\" "
      "font-size=\"40\" "
      "fill=\"#ffffff\">";
  svg += letter_of(box);
  return svg + "</text>\n</svg>\n";
}

}  // namespace hutch::desktop
