#pragma once

#include <QWidget>

#include "ui/bridge/picture_loader.h"
#include "ui/models/sets_model.h"

class QLabel;
class QListView;
class QPushButton;

namespace pleinair::ui {

/// The project's sets with a strip of their pictures. One selected set is shown; two to four can be compared; a set
/// dragged on another one starts comparing. F2 renames, Delete moves to the trash.
class SetsList final : public QWidget {
  Q_OBJECT
 public:
  /// Model and loader must outlive the widget.
  SetsList(SetsModel& model, PictureLoader& loader, QWidget* parent = nullptr);

  void select(const std::filesystem::path& folder);
  [[nodiscard]] std::vector<std::filesystem::path> selected() const;
  void selectAll(const std::vector<std::filesystem::path>& folders);
  void setReadOnly(bool readOnly);
  [[nodiscard]] QListView& list() { return *m_list; }

 Q_SIGNALS:
  void chosen(const std::filesystem::path& folder);
  void compareRequested(const std::vector<std::filesystem::path>& folders);
  void trashRequested(const std::vector<std::filesystem::path>& folders);

 protected:
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void retranslate();
  void showButtons();
  void showMenu(QPoint place);

  SetsModel& m_model;
  QListView* m_list;
  QLabel* m_title;
  QLabel* m_empty;
  QPushButton* m_compare;
  bool m_readOnly = false;
};

}  // namespace pleinair::ui
