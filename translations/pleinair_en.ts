<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en">
<context>
    <name>pleinair::ui::BlindView</name>
    <message numerus="yes">
        <source>All %n pairs are judged.</source>
        <translation>
            <numerusform>The one pair is judged.</numerusform>
            <numerusform>All %n pairs are judged.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::CaptionTools</name>
    <message numerus="yes">
        <source>Template applied to %n captions.</source>
        <translation>
            <numerusform>Template applied to %n caption.</numerusform>
            <numerusform>Template applied to %n captions.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Replaced in %n captions.</source>
        <translation>
            <numerusform>Replaced in %n caption.</numerusform>
            <numerusform>Replaced in %n captions.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Apply to the %n selected</source>
        <translation>
            <numerusform>Apply to the selected one</numerusform>
            <numerusform>Apply to the %n selected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in %n captions</source>
        <translation>
            <numerusform>in %n caption</numerusform>
            <numerusform>in %n captions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Apply to all %n</source>
        <translation>
            <numerusform>Apply to all %n</numerusform>
            <numerusform>Apply to all %n</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::CaptionsPanel</name>
    <message numerus="yes">
        <source>%n without caption</source>
        <translation>
            <numerusform>%n without caption</numerusform>
            <numerusform>%n without caption</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::GalleryPanel</name>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n step</numerusform>
            <numerusform>%n steps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Generate %n picture(s)</source>
        <translation>
            <numerusform>Generate %n picture</numerusform>
            <numerusform>Generate %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n set(s) moved to the trash.</source>
        <translation>
            <numerusform>%n set moved to the trash.</numerusform>
            <numerusform>%n sets moved to the trash.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::LoraInfoDialog</name>
    <message numerus="yes">
        <source>%n layers of the UNet</source>
        <translation>
            <numerusform>%n layer of the UNet</numerusform>
            <numerusform>%n layers of the UNet</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layers of the text encoders</source>
        <translation>
            <numerusform>%n layer of the text encoders</numerusform>
            <numerusform>%n layers of the text encoders</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors have no meaning for this program and will not act:</source>
        <translation>
            <numerusform>%n tensor has no meaning for this program and will not act:</numerusform>
            <numerusform>%n tensors have no meaning for this program and will not act:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::MainWindow</name>
    <message numerus="yes">
        <source>%1 acts only in part: %n of its layers have no place in this model, for example %2.</source>
        <translation>
            <numerusform>%1 acts only in part: one of its layers has no place in this model: %2.</numerusform>
            <numerusform>%1 acts only in part: %n of its layers have no place in this model, for example %2.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photos removed.</source>
        <translation>
            <numerusform>%n photo removed.</numerusform>
            <numerusform>%n photos removed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Captions · %n without</source>
        <translation>
            <numerusform>Captions · %n without</numerusform>
            <numerusform>Captions · %n without</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n files could not be read.</source>
        <translation>
            <numerusform>%n file could not be read.</numerusform>
            <numerusform>%n files could not be read.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::PhotoInspector</name>
    <message numerus="yes">
        <source>%n photos</source>
        <translation>
            <numerusform>%n photo</numerusform>
            <numerusform>%n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photos selected</source>
        <translation>
            <numerusform>%n photo selected</numerusform>
            <numerusform>%n photos selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::ProjectSession</name>
    <message numerus="yes">
        <source>template on %n captions</source>
        <translation>
            <numerusform>template on %n caption</numerusform>
            <numerusform>template on %n captions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>replace in %n captions</source>
        <translation>
            <numerusform>replace in %n caption</numerusform>
            <numerusform>replace in %n captions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>star on %n photos</source>
        <translation>
            <numerusform>star on %n photo</numerusform>
            <numerusform>star on %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>no star on %n photos</source>
        <translation>
            <numerusform>no star on %n photo</numerusform>
            <numerusform>no star on %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>remove %n photos</source>
        <translation>
            <numerusform>remove %n photo</numerusform>
            <numerusform>remove %n photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::RecentCard</name>
    <message numerus="yes">
        <source>%n photos</source>
        <translation>
            <numerusform>%n photo</numerusform>
            <numerusform>%n photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::RunsModel</name>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n step</numerusform>
            <numerusform>%n steps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::StatusStrip</name>
    <message numerus="yes">
        <source>CPU, %n cores</source>
        <translation>
            <numerusform>CPU, %n core</numerusform>
            <numerusform>CPU, %n cores</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::TokenMeter</name>
    <message numerus="yes">
        <source>%n tokens too many: the model does not read the end of this caption</source>
        <translation>
            <numerusform>%n token too many: the model does not read the end of this caption</numerusform>
            <numerusform>%n tokens too many: the model does not read the end of this caption</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::TrainingPanel</name>
    <message numerus="yes">
        <source>%n photo(s) without caption: the trigger stands for it.</source>
        <translation>
            <numerusform>%n photo without caption: the trigger stands for it.</numerusform>
            <numerusform>%n photos without caption: the trigger stands for it.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s) without caption, and no trigger word is set.</source>
        <translation>
            <numerusform>%n photo without caption, and no trigger word is set.</numerusform>
            <numerusform>%n photos without caption, and no trigger word is set.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 is trained: %n step(s).</source>
        <translation>
            <numerusform>%1 is trained: %n step.</numerusform>
            <numerusform>%1 is trained: %n steps.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>pleinair::ui::TrainingPlan</name>
    <message numerus="yes">
        <source>about %n s</source>
        <translation>
            <numerusform>about %n s</numerusform>
            <numerusform>about %n s</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n min</source>
        <translation>
            <numerusform>about %n min</numerusform>
            <numerusform>about %n min</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s)</source>
        <translation>
            <numerusform>%n photo</numerusform>
            <numerusform>%n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n step</numerusform>
            <numerusform>%n steps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>each photo seen about %n time(s)</source>
        <translation>
            <numerusform>each photo seen about %n time</numerusform>
            <numerusform>each photo seen about %n times</numerusform>
        </translation>
    </message>
</context>
</TS>
