#pragma once

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace pleinair::ui {

/// Language, theme, device and the place of new projects. Every choice takes effect at once.
class SettingsDialog final : public QDialog {
  Q_OBJECT
 public:
  explicit SettingsDialog(QWidget* parent = nullptr);
  [[nodiscard]] QComboBox* languageBox() const { return m_language; }
  [[nodiscard]] QComboBox* themeBox() const { return m_theme; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  void readSettings();
  void writeDevice();
  void showHint();

  QLabel *m_languageLabel, *m_themeLabel, *m_deviceLabel, *m_precisionLabel, *m_folderLabel, *m_deviceHint;
  QComboBox *m_language, *m_theme, *m_device, *m_precision;
  QLineEdit* m_folder;
  QPushButton *m_browse, *m_close;
  bool m_filling = false;
};

}  // namespace pleinair::ui
