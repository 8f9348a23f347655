#pragma once

#include <QWidget>

#include "ui/bridge/project_session.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace pleinair::ui {

/// What is known of the selected photos, and the project's trigger word.
class PhotoInspector final : public QWidget {
  Q_OBJECT
 public:
  PhotoInspector(EngineBridge& bridge, ProjectSession& session, QWidget* parent = nullptr);
  void showRows(const QList<int>& rows);

 Q_SIGNALS:
  void captionRequested(int row);
  void removeRequested();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  void readFile();

  EngineBridge& m_bridge;
  ProjectSession& m_session;
  QList<int> m_rows;
  QString m_sizeOf;  ///< the path that m_pixels and m_bytes belong to
  QSize m_pixels;
  qint64 m_bytes = -1;
  QLabel *m_title, *m_facts, *m_captionTitle, *m_caption, *m_triggerTitle, *m_triggerHint;
  QPushButton *m_star, *m_edit, *m_remove;
  QLineEdit* m_trigger;
};

}  // namespace pleinair::ui
