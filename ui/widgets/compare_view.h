#pragma once

#include <QWidget>

#include "ui/widgets/blind_view.h"
#include "ui/widgets/compare_grid.h"
#include "ui/widgets/wipe_view.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace pleinair::ui {

/// Comparison of two to four sets: the aligned grid, and over it two pictures of one row large, to wipe and flip.
/// The first picture is the row's in the first set, the second the row's in the current column.
class CompareView final : public QWidget {
  Q_OBJECT
 public:
  /// The loader must outlive the widget.
  explicit CompareView(PictureLoader& loader, QWidget* parent = nullptr);

  void setSets(std::vector<SetRecord> sets);
  void updateSet(const SetRecord& record);
  [[nodiscard]] CompareGrid& grid() { return *m_grid; }
  [[nodiscard]] WipeView& wipe() { return *m_wipe; }
  [[nodiscard]] bool showsPair() const;
  /// Shows the current row's pair large.
  void showPair(WipeView::Mode mode);
  /// The first set against the current one without their names, pair by pair: 1 and 2 vote.
  void showBlind();
  [[nodiscard]] BlindView& blind() { return *m_blind; }
  [[nodiscard]] bool showsBlind() const;
  void showGrid();

 Q_SIGNALS:
  /// Back to a single set.
  void closeRequested();

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void retranslate();
  void loadPair();
  /// The keys are named where there is room for all of them.
  void fitKeys();
  [[nodiscard]] std::pair<int, int> pair() const;
  [[nodiscard]] QString label(int column) const;

  PictureLoader& m_loader;
  QStackedWidget* m_stack;
  CompareGrid* m_grid;
  WipeView* m_wipe;
  BlindView* m_blind;
  QLabel* m_keys;
  QString m_keysText;
  QPushButton* m_back;
  QPushButton* m_wipeButton;
  QPushButton* m_flipButton;
  QPushButton* m_blindButton;
  WipeView::Mode m_wanted = WipeView::Mode::Wipe;
};

}  // namespace pleinair::ui
