#pragma once

#include <QWidget>

#include "ui/models/sample_grid_model.h"
#include "ui/widgets/sample_grid.h"
#include "ui/widgets/wipe_view.h"

class QLabel;
class QPushButton;
class QSlider;
class QStackedWidget;

namespace pleinair::ui {

class QuietSlider;

/// The samples of a run: the grid, one sample large (with the base model to wipe against), and a slider that walks
/// over the steps at a fixed prompt and seed. Follows new samples while it stands on the latest.
class SampleBrowser final : public QWidget {
  Q_OBJECT
 public:
  /// Model and loader must outlive the widget.
  SampleBrowser(SampleGridModel& model, PictureLoader& loader, QWidget* parent = nullptr);

  /// Lights the sample nearest to `step` without moving the keyboard focus.
  void showStep(int step);
  void showLarge(int row, int column);
  void showGrid();
  [[nodiscard]] bool showsLarge() const;
  [[nodiscard]] SampleGrid& grid() { return *m_grid; }
  [[nodiscard]] WipeView& large() { return *m_large; }
  [[nodiscard]] QSlider* slider() const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  void onModelChanged();
  void onCurrentChanged();
  void loadLarge();
  [[nodiscard]] QString stepText(int column) const;

  SampleGridModel& m_model;
  PictureLoader& m_loader;
  QStackedWidget* m_stack;
  SampleGrid* m_grid;
  WipeView* m_large;
  QWidget* m_bar;
  QuietSlider* m_slider;
  QLabel* m_step;
  QPushButton* m_gridButton;
  QPushButton* m_wipeButton;
  int m_columns = 0;
};

}  // namespace pleinair::ui
