#pragma once

#include <QString>

namespace pleinair::ui {

struct Tokens;

/// The application's stylesheet in the colours of `tokens`. Widgets choose their look by object properties:
/// `primary` and `flat` on buttons, `role` = "quiet", "title", "heading", "danger", "done" on labels,
/// `surface` = "panel", "header", "status", "notice", "window" on plain widgets.
QString stylesheet(const Tokens& tokens);

}  // namespace pleinair::ui
