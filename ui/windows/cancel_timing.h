#pragma once

namespace pleinair::ui {

class EngineBridge;
class MainWindow;

/// Works in a project of its own below the temporary folder, presses Cancel at many moments of trainings and
/// generations with the starter model, and prints how long it took from the click until the window showed the work as
/// cancelled: per phase and over all, the worst and the median. For `--measure-cancel`. Returns the exit status.
int measureCancel(MainWindow& window, EngineBridge& bridge);

}  // namespace pleinair::ui
