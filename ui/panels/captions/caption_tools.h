#pragma once

#include <QList>
#include <QWidget>
#include <functional>

#include "ui/bridge/project_session.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace pleinair::ui {

/// What works on many captions at once: the trigger word, a template, find and replace.
class CaptionTools final : public QWidget {
  Q_OBJECT
 public:
  /// `selection` gives the rows that are selected in the filmstrip.
  CaptionTools(ProjectSession& session, std::function<QList<int>()> selection, QWidget* parent = nullptr);
  /// Call when the selection changed, for the button that names it.
  void selectionChanged();
  /// Call when photos or captions changed, for the counts.
  void refresh();
  void focusFind();

 Q_SIGNALS:
  /// A sentence on what was done, with an undo offer.
  void applied(const QString& sentence);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  void updatePreview();
  void applyTemplate(const QList<int>& rows);
  void replaceAll();
  [[nodiscard]] QList<int> allRows() const;
  [[nodiscard]] int matches() const;

  ProjectSession& m_session;
  std::function<QList<int>()> m_selection;
  QLabel *m_triggerTitle, *m_templateTitle, *m_templateHint, *m_findTitle, *m_matches;
  QLineEdit *m_trigger, *m_template, *m_find, *m_replacement;
  QPushButton *m_applyAll, *m_applySelected, *m_replace;
  QCheckBox* m_matchCase;
};

}  // namespace pleinair::ui
