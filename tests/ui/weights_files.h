#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <filesystem>
#include <vector>

namespace pleinair::ui::test {

/// The tiny SD 1.5 in the diffusers layout that the engine's tests use.
inline std::filesystem::path goldenSd15() { return std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sd15"; }

struct NamedShape {
  QString name;
  std::vector<int> shape;
};

/// A safetensors file of zeros in float32.
inline QByteArray safetensorsFile(const std::vector<NamedShape>& tensors, const QJsonObject& metadata = {}) {
  QJsonObject header;
  if (!metadata.isEmpty()) header.insert(QStringLiteral("__metadata__"), metadata);
  int offset = 0;
  for (const auto& [name, shape] : tensors) {
    QJsonArray extents;
    int bytes = 4;
    for (const int extent : shape) {
      extents.append(extent);
      bytes *= extent;
    }
    header.insert(name, QJsonObject{{QStringLiteral("dtype"), QStringLiteral("F32")},
                                    {QStringLiteral("shape"), extents},
                                    {QStringLiteral("data_offsets"), QJsonArray{offset, offset + bytes}}});
    offset += bytes;
  }
  const QByteArray json = QJsonDocument(header).toJson(QJsonDocument::Compact);
  QByteArray file(8, '\0');
  for (int i = 0; i < 8; ++i) file[i] = static_cast<char>((json.size() >> (8 * i)) & 0xff);
  return file + json + QByteArray(offset, '\0');
}

/// What torch.save writes first: a zip with a pickle inside.
inline QByteArray pickleFile() { return QByteArray("PK\x03\x04\x14\0\0\0\0\0archive/data.pkl\x80\x02", 32); }

/// A LoRA of one layer as kohya's trainer writes it, with two tensors that mean nothing.
inline QByteArray taughtLora(const QByteArray& description = "Skies at dusk") {
  const QString layer = QStringLiteral("lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.");
  const QJsonObject metadata{
      {QStringLiteral("ss_output_name"), QStringLiteral("Evening skies")},
      {QStringLiteral("modelspec.trigger_phrase"), QStringLiteral("SKY")},
      {QStringLiteral("modelspec.description"), QString::fromLatin1(description)},
      {QStringLiteral("ss_sd_model_name"), QStringLiteral("v1-5-pruned.safetensors")},
      {QStringLiteral("ss_tag_frequency"), QStringLiteral(R"({"5_skies":{"red sky":7,"sea":3}})")},
      {QStringLiteral("ss_training_finished_at"), QStringLiteral("1700000000.5")},
      {QStringLiteral("ss_num_train_images"), QStringLiteral("24")},
      {QStringLiteral("ss_steps"), QStringLiteral("300")}};
  return safetensorsFile({{layer + QStringLiteral("lora_down.weight"), {2, 320}},
                          {layer + QStringLiteral("lora_up.weight"), {320, 2}},
                          {layer + QStringLiteral("alpha"), {1}},
                          {QStringLiteral("some.other.tensor"), {3}},
                          {QStringLiteral("another.one"), {2, 2}}},
                         metadata);
}

}  // namespace pleinair::ui::test
