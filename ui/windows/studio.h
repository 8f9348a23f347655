#pragma once

class QApplication;

namespace pleinair::ui {

/// Reads the command line, dresses the application, opens the window and runs it. Returns the exit status.
int runStudio(QApplication& application);

/// Settings to looks: language and theme now, and whenever they change.
void followSettings(QApplication& application);

}  // namespace pleinair::ui
