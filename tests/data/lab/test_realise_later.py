"""Golden sentences of the languages that came later: what a native reader would write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.data.lab.grammar import Event, Meaning, Thing, realise
from helpers.data.lab.realise_ar import thing as arabic
from helpers.data.lab.realise_hi import thing as hindi
from helpers.data.lab.realise_zh import thing as chinese

BOY, GIRL, COOK, CAT = Thing("boy"), Thing("girl"), Thing("cook"), Thing("cat")
OPEN = Event("open", BOY, Thing("box"))
SHOW = Event("show", BOY, Thing("ring", definite=False), GIRL)

# Chinese, Hindi, Arabic
GOLDEN = {
    "simple": (
        Meaning(replace(OPEN, place="kitchen", time="yesterday", manner="quietly")),
        "男孩昨天在厨房里静静地打开了盒子。",
        "लड़के ने कल रसोई में चुपचाप डिब्बा खोला।",
        "فتح الولد الصندوق بهدوء في المطبخ أمس.",
    ),
    "patient first": (
        Meaning(replace(OPEN, patient_first=True, place="hotel")),
        "盒子在宾馆里被男孩打开了。",
        "डिब्बा लड़के ने होटल में खोला।",
        "الصندوق فتحه الولد في الفندق.",
    ),
    "progressive": (
        Meaning(replace(OPEN, tense="progressive", time="now", negated=True)),
        "男孩现在没有在打开盒子。",
        "लड़का अभी डिब्बा नहीं खोल रहा है।",
        "لا يفتح الولد الصندوق الآن.",
    ),
    "habit of many": (
        Meaning(Event("sleep", Thing("cat", number="many"), tense="habitual", time="every_day")),
        "那些猫每天都睡觉。",
        "बिल्लियाँ हर दिन सोती हैं।",
        "تنام القطط كل يوم.",
    ),
    "future": (
        Meaning(replace(OPEN, tense="future", negated=True)),
        "男孩不会打开盒子。",
        "लड़का डिब्बा नहीं खोलेगा।",
        "لن يفتح الولد الصندوق.",
    ),
    "two objects": (
        Meaning(SHOW),
        "男孩把一枚戒指展示给了女孩。",
        "लड़के ने एक अँगूठी लड़की को दिखाई।",
        "عرض الولد خاتما على البنت.",
    ),
    "new agent, numerals": (
        Meaning(Event("see", Thing("girl", number="2", definite=False), Thing("wolf", number="3"))),
        "两个女孩看见了那三只狼。",
        "दो लड़कियों ने तीन भेड़ियों को देखा।",
        "شاهدت بنتان الذئاب الثلاثة.",
    ),
    "pair": (
        Meaning(Event("sing", Thing("boy", partner=GIRL), manner="loudly")),
        "男孩和女孩大声地唱了歌。",
        "लड़के और लड़की ने ज़ोर से गाना गाया।",
        "غنى الولد والبنت بصوت عال.",
    ),
    "relative clause": (
        Meaning(
            Event(
                "sell",
                Thing("cook", relative=Event("find", COOK, Thing("coin", definite=False))),
                Thing("lamp", "old", definite=False),
            )
        ),
        "找到了一枚硬币的厨师卖了一盏旧灯。",
        "एक सिक्का ढूँढ लेने वाले रसोइए ने एक पुराना दीपक बेचा।",
        "باع الطباخ الذي وجد عملة معدنية مصباحا قديما.",
    ),
    "shared agent": (
        Meaning(Event("go", GIRL, goal="market"), "and", Event("buy", GIRL, Thing("honey"))),
        "女孩去了市场，并买了蜂蜜。",
        "लड़की बाज़ार गई और उसने शहद ख़रीदा।",
        "ذهبت البنت إلى السوق واشترت العسل.",
    ),
    "contrast": (
        Meaning(Event("cry", BOY), "but", Event("laugh", replace(GIRL, definite=False))),
        "男孩哭了，但一个女孩笑了。",
        "लड़का रोया, लेकिन एक लड़की हँसी।",
        "بكى الولد، في حين ضحكت بنت.",
    ),
    "cause": (
        Meaning(Event("cry", BOY), "because", Event(None, CAT, quality="sick"), True),
        "因为猫生病了，所以男孩哭了。",
        "चूँकि बिल्ली बीमार थी, इसलिए लड़का रोया।",
        "لأن القطة كانت مريضة، بكى الولد.",
    ),
    "while": (
        Meaning(
            Event("eat", CAT, Thing("fish")), "while", Event("cry", BOY, tense="past_progressive")
        ),
        "猫吃了鱼，当时男孩正在哭。",
        "बिल्ली ने मछली खाई, जब लड़का रो रहा था।",
        "أكلت القطة السمك بينما كان الولد يبكي.",
    ),
    "after": (
        Meaning(Event("eat", BOY, Thing("bread")), "after", Event("help", BOY, GIRL), True),
        "男孩帮助了女孩之后，男孩吃了面包。",
        "लड़के के लड़की की मदद करने के बाद लड़के ने रोटी खाई।",
        "بعد أن ساعد الولد البنت، أكل الولد الخبز.",
    ),
    "prepositions and the dative": (
        Meaning(Event("ride", BOY, Thing("horse", "black", definite=False))),
        "男孩骑了一匹黑色的马。",
        "लड़के ने एक काले घोड़े की सवारी की।",
        "ركب الولد حصانا أسود.",
    ),
    "feeding": (
        Meaning(Event("feed", BOY, Thing("mouse", number="many"))),
        "男孩喂了那些老鼠。",
        "लड़के ने चूहों को खाना खिलाया।",
        "أطعم الولد الفئران.",
    ),
    "habit, denied": (
        Meaning(
            Event(
                "read",
                BOY,
                Thing("book", definite=False),
                tense="habitual",
                time="every_day",
                negated=True,
            )
        ),
        "男孩每天都不读一本书。",
        "लड़का हर दिन एक किताब नहीं पढ़ता।",
        "لا يقرأ الولد كتابا كل يوم.",
    ),
    "ongoing at a place": (
        Meaning(
            Event(
                "drink",
                Thing("woman"),
                Thing("tea"),
                place="kitchen",
                time="now",
                tense="progressive",
            )
        ),
        "女人现在正在厨房里喝茶。",
        "औरत अभी रसोई में चाय पी रही है।",
        "تشرب المرأة الشاي في المطبخ الآن.",
    ),
    "future of two": (
        Meaning(
            Event(
                "go",
                Thing("teacher", number="2", definite=False),
                goal="school",
                time="tomorrow",
                tense="future",
            )
        ),
        "两位老师明天会去学校。",
        "दो अध्यापक कल स्कूल जाएँगे।",
        "سيذهب معلمان إلى المدرسة غدا.",
    ),
    "help": (
        Meaning(
            Event(
                "help",
                Thing("doctor", "young"),
                Thing("child", "sick", definite=False),
                time="last_year",
            )
        ),
        "年轻的医生去年帮助了一个生病的孩子。",
        "जवान डॉक्टर ने पिछले साल एक बीमार बच्चे की मदद की।",
        "ساعد الطبيب الشاب طفلا مريضا في العام الماضي.",
    ),
    "look": (
        Meaning(Event("look_for", GIRL, Thing("key"), place="garden", manner="patiently")),
        "女孩在花园里耐心地找了钥匙。",
        "लड़की ने बग़ीचे में धैर्य से चाबी की तलाश की।",
        "بحثت البنت عن المفتاح بصبر في الحديقة.",
    ),
    "many people": (
        Meaning(
            Event(
                "build",
                Thing("engineer", number="many"),
                Thing("hotel", "new"),
                place="city",
                tense="progressive",
            )
        ),
        "工程师们正在城市里建新宾馆。",
        "इंजीनियर शहर में नया होटल बना रहे हैं।",
        "يبني المهندسون الفندق الجديد في المدينة.",
    ),
    "feminine plural": (
        Meaning(
            Event(
                "read",
                Thing("girl", number="3", definite=False),
                Thing("letter", number="4", definite=False),
            )
        ),
        "三个女孩读了四封信。",
        "तीन लड़कियों ने चार चिट्ठियाँ पढ़ीं।",
        "قرأت ثلاث بنات أربع رسائل.",
    ),
    "passive future": (
        Meaning(
            Event(
                "sell",
                Thing("merchant"),
                Thing("car", "red"),
                tense="future",
                patient_first=True,
                negated=True,
            )
        ),
        "红色的汽车不会被商人卖掉。",
        "लाल गाड़ी व्यापारी नहीं बेचेगा।",
        "السيارة الحمراء لن يبيعها التاجر.",
    ),
    "state denied": (
        Meaning(
            Event("cry", BOY),
            "because",
            Event(None, Thing("soup"), quality="delicious", negated=True),
        ),
        "男孩哭了，因为汤不美味。",
        "लड़का रोया, क्योंकि सूप स्वादिष्ट नहीं था।",
        "بكى الولد لأن الحساء لم يكن لذيذا.",
    ),
    "suddenly": (
        Meaning(
            Event("return", Thing("cat", partner=Thing("dog")), goal="yard", manner="suddenly")
        ),
        "猫和狗突然返回了院子。",
        "बिल्ली और कुत्ता अचानक आँगन में लौटे।",
        "عادت القطة والكلب إلى الفناء فجأة.",
    ),
    "bring": (
        Meaning(
            Event(
                "bring",
                Thing("grandmother"),
                Thing("bread"),
                Thing("neighbour"),
                time="this_morning",
            )
        ),
        "奶奶今天早上把面包带给了邻居。",
        "दादी आज सुबह रोटी पड़ोसी के लिए लाईं।",
        "أحضرت الجدة الخبز للجار هذا الصباح.",
    ),
    "music": (
        Meaning(
            Event(
                "play_music",
                Thing("musician"),
                Thing("piano", "old"),
                place="theatre",
                time="yesterday_evening",
            )
        ),
        "音乐家昨天晚上在剧院里演奏了旧钢琴。",
        "संगीतकार ने कल शाम नाट्यशाला में पुराना पियानो बजाया।",
        "عزف الموسيقي على البيانو القديم في المسرح مساء أمس.",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_sentences(name):
    meaning, *expected = GOLDEN[name]
    assert [realise(meaning, language) for language in ("zh", "hi", "ar")] == expected


@pytest.mark.parametrize(
    ("thing", "oblique", "expected"),
    [
        (Thing("boy", "big"), True, "बड़े लड़के"),
        (Thing("boy", "big", "3"), False, "तीन बड़े लड़के"),
        (Thing("boy", "big", "3"), True, "तीन बड़े लड़कों"),
        (Thing("key", "old", definite=False), False, "एक पुरानी चाबी"),
        (Thing("key", "old", "many"), False, "पुरानी चाबियाँ"),
        (Thing("woman", number="2"), True, "दो औरतों"),
        (Thing("man", "wooden", "many"), True, "लकड़ी के आदमियों"),
        (Thing("bird", number="4"), False, "चार चिड़ियाँ"),
        (Thing("postman", "tired"), True, "थके हुए डाकिए"),
        (Thing("grandfather", "hungry"), False, "भूखे दादाजी"),
        (Thing("milk", definite=False), False, "दूध"),
        (Thing("window", "red"), True, "लाल खिड़की"),
    ],
)
def test_hindi_agreement(thing, oblique, expected):
    assert hindi(thing, oblique) == expected


@pytest.mark.parametrize(
    ("thing", "case", "expected"),
    [
        (Thing("car", "red"), "nom", "السيارة الحمراء"),
        (Thing("shirt", "red", definite=False), "acc", "قميصا أحمر"),
        (Thing("letter", "long", definite=False), "acc", "رسالة طويلة"),
        (Thing("boy", number="many"), "acc", "الأولاد"),
        (Thing("teacher", "tired", "many"), "nom", "المعلمون المتعبون"),
        (Thing("teacher", "tired", "many"), "gen", "المعلمين المتعبين"),
        (Thing("girl", "clever", "many"), "nom", "البنات الذكيات"),
        (Thing("dog", "big", "many"), "nom", "الكلاب الكبيرة"),
        (Thing("girl", number="2", definite=False), "acc", "بنتين"),
        (Thing("apple", number="2", definite=False), "nom", "تفاحتان"),
        (Thing("apple", number="5", definite=False), "acc", "خمس تفاحات"),
        (Thing("key", number="10", definite=False), "nom", "عشرة مفاتيح"),
        (Thing("cook", number="6", definite=False), "nom", "ستة طباخين"),
        (Thing("zoo"), "gen", "حديقة الحيوان"),
        (Thing("water", definite=False), "acc", "ماء"),
    ],
)
def test_arabic_agreement(thing, case, expected):
    assert arabic(thing, case) == expected


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (Thing("book", definite=False), "一本书"),
        (Thing("teacher", number="3", definite=False), "三位老师"),
        (Thing("horse", "white", "2", definite=False), "两匹白色的马"),
        (Thing("child", number="many"), "孩子们"),
        (Thing("chair", "old", "many"), "那些旧椅子"),
        (Thing("water", definite=False), "水"),
        (Thing("car", number="7", definite=False), "七辆汽车"),
    ],
)
def test_chinese_classifiers(thing, expected):
    assert chinese(thing) == expected
