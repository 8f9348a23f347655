#pragma once

#include <QSplitter>

namespace pleinair::ui {

/// The three columns of a panel: a list at the left, the picture area, an inspector at the right. Remembers sizes and
/// what is folded away under its name; the window finds it by type for F6 and F7.
class PanelSplitter final : public QSplitter {
  Q_OBJECT
 public:
  /// `left` or `right` may be null. Takes ownership.
  PanelSplitter(const QString& name, QWidget* left, QWidget* middle, QWidget* right, QWidget* parent = nullptr);
  ~PanelSplitter() override;

  void toggleLeft();
  void toggleRight();

 private:
  void remember() const;
  void toggle(QWidget* side);
  QString m_name;
  QWidget* m_left;
  QWidget* m_right;
};

}  // namespace pleinair::ui
