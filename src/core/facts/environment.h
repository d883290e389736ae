// Which of the caller's variables a sandbox gets without being asked: language, terminal, desktop and look. Nothing
// that holds a path, a token or a command.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace hutch::facts {

inline constexpr std::array kInheritedVariables = {
    std::string_view("CLICOLOR"),
    std::string_view("COLORTERM"),
    std::string_view("DESKTOP_SESSION"),
    std::string_view("DRI_PRIME"),
    std::string_view("DESKTOP_STARTUP_ID"),  // one use each: lets a window come to the front
    std::string_view("XDG_ACTIVATION_TOKEN"),
    std::string_view("GDK_DPI_SCALE"),
    std::string_view("GDK_SCALE"),
    std::string_view("GSK_RENDERER"),
    std::string_view("KDE_FULL_SESSION"),
    std::string_view("KDE_SESSION_VERSION"),
    std::string_view("LANG"),
    std::string_view("LANGUAGE"),
    std::string_view("LIBGL_ALWAYS_SOFTWARE"),
    std::string_view("NO_COLOR"),
    std::string_view("QT_ENABLE_HIGHDPI_SCALING"),
    std::string_view("QT_FONT_DPI"),
    std::string_view("QT_QUICK_BACKEND"),
    std::string_view("QT_SCALE_FACTOR"),
    std::string_view("QT_SCALE_FACTOR_ROUNDING_POLICY"),
    std::string_view("TERM"),
    std::string_view("TZ"),
    std::string_view("XCURSOR_SIZE"),
    std::string_view("XCURSOR_THEME"),
    std::string_view("XDG_CURRENT_DESKTOP"),
    std::string_view("XDG_SESSION_CLASS"),
    std::string_view("XDG_SESSION_DESKTOP"),
};

[[nodiscard]] constexpr bool is_inherited(std::string_view name) {
  return name.starts_with("LC_") ||
         std::find(kInheritedVariables.begin(), kInheritedVariables.end(), name) != kInheritedVariables.end();
}

}  // namespace hutch::facts
