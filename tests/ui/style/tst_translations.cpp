// Every visible text has its Russian, with the same placeholders; no plural is missing in either language.
#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <QXmlStreamReader>
#include <set>

#include "ui/style/language.h"

class TestTranslations : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyTextIsTranslated_data() {
    QTest::addColumn<QString>("code");
    QTest::addColumn<int>("plurals");
    QTest::newRow("ru") << QStringLiteral("ru") << 3;
    QTest::newRow("en") << QStringLiteral("en") << 2;
  }

  void everyTextIsTranslated() {
    QFETCH(const QString, code);
    QFETCH(const int, plurals);
    QFile file(QStringLiteral(PLEINAIR_SOURCE_DIR "/translations/pleinair_%1.ts").arg(code));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QXmlStreamReader xml(&file);
    QString source;
    bool plural = false;
    int messages = 0;
    while (!xml.atEnd()) {
      xml.readNext();
      if (!xml.isStartElement()) continue;
      if (xml.name() == QLatin1String("message")) {
        plural = xml.attributes().value(QLatin1String("numerus")) == QLatin1String("yes");
        ++messages;
      } else if (xml.name() == QLatin1String("source")) {
        source = xml.readElementText();
      } else if (xml.name() == QLatin1String("translation")) {
        QVERIFY2(!xml.attributes().hasAttribute(QLatin1String("type")), qPrintable(source));
        QStringList forms;
        if (plural) {
          while (xml.readNextStartElement()) forms << xml.readElementText();
          QCOMPARE(forms.size(), plurals);
        } else {
          forms << xml.readElementText();
        }
        for (const QString& form : forms) {
          QVERIFY2(!form.isEmpty(), qPrintable(source));
          // A singular may leave its number out; nothing may name a placeholder that is not there.
          for (const QString& name : placeholders(form)) {
            QVERIFY2(placeholders(source).contains(name), qPrintable(source + QStringLiteral(" / ") + form));
          }
          if (!plural) QVERIFY2(placeholders(form) == placeholders(source), qPrintable(source));
        }
      }
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QVERIFY(messages > 10);
  }

  void russianIsSpokenAndLeftAgain() {
    pleinair::ui::applyLanguage(QStringLiteral("ru"));
    QCOMPARE(QCoreApplication::translate("Stages", "Training"), QStringLiteral("Обучение"));
    QCOMPARE(QLocale().language(), QLocale::Russian);
    pleinair::ui::applyLanguage(QStringLiteral("en"));
    QCOMPARE(QCoreApplication::translate("Stages", "Training"), QStringLiteral("Training"));
  }

 private:
  static std::multiset<QString> placeholders(const QString& text) {
    static const QRegularExpression pattern(QStringLiteral("%[1-9n]"));
    std::multiset<QString> found;
    auto matches = pattern.globalMatch(text);
    while (matches.hasNext()) found.insert(matches.next().captured());
    return found;
  }
};

QTEST_GUILESS_MAIN(TestTranslations)
#include "tst_translations.moc"
