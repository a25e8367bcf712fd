"""Questions about events in every language, and that they and their answers always exist."""

from __future__ import annotations

from itertools import islice

import pytest

from helpers.data.lab import generators
from helpers.data.lab.api import SPLITS
from helpers.data.lab.grammar import LANGUAGES, ROLES, Event, Thing, ask, realise
from helpers.data.lab.twin import TWINS
from helpers.data.lab.written import find
from helpers.errors import UserError

BOY, GIRL, COOK, CAT = Thing("boy"), Thing("girl"), Thing("cook"), Thing("cat")
OPEN = Event("open", BOY, Thing("box"), place="kitchen", time="yesterday")
SHOW = Event("show", BOY, Thing("ring"), GIRL)

# English, Korean, Russian, Chinese, Hindi, Arabic
GOLDEN = {
    "who": (
        "agent",
        OPEN,
        "Who opened the box in the kitchen yesterday?",
        "어제 누가 부엌에서 상자를 열었는가?",
        "Кто вчера открыл коробку на кухне?",
        "谁昨天在厨房里打开了盒子？",
        "कल रसोई में डिब्बा किसने खोला?",
        "من فتح الصندوق في المطبخ أمس؟",
    ),
    "what": (
        "patient",
        OPEN,
        "What did the boy open in the kitchen yesterday?",
        "소년은 어제 부엌에서 무엇을 열었는가?",
        "Что мальчик вчера открыл на кухне?",
        "男孩昨天在厨房里打开了什么？",
        "लड़के ने कल रसोई में क्या खोला?",
        "ما الذي فتحه الولد في المطبخ أمس؟",
    ),
    "where": (
        "place",
        OPEN,
        "Where did the boy open the box yesterday?",
        "소년은 어제 어디에서 상자를 열었는가?",
        "Где мальчик вчера открыл коробку?",
        "男孩昨天是在哪里打开盒子的？",
        "लड़के ने कल डिब्बा कहाँ खोला?",
        "أين فتح الولد الصندوق أمس؟",
    ),
    "when": (
        "time",
        OPEN,
        "When did the boy open the box in the kitchen?",
        "소년은 언제 부엌에서 상자를 열었는가?",
        "Когда мальчик открыл коробку на кухне?",
        "男孩是什么时候在厨房里打开盒子的？",
        "लड़के ने रसोई में डिब्बा कब खोला?",
        "متى فتح الولد الصندوق في المطبخ؟",
    ),
    "to whom": (
        "recipient",
        SHOW,
        "Who did the boy show the ring to?",
        "소년은 반지를 누구에게 보여 주었는가?",
        "Кому мальчик показал кольцо?",
        "男孩把戒指展示给了谁？",
        "लड़के ने अँगूठी किसे दिखाई?",
        "على من عرض الولد الخاتم؟",
    ),
    "what was given": (
        "patient",
        SHOW,
        "What did the boy show to the girl?",
        "소년은 무엇을 소녀에게 보여 주었는가?",
        "Что мальчик показал девочке?",
        "男孩向女孩展示了什么？",
        "लड़के ने लड़की को क्या दिखाया?",
        "ما الذي عرضه الولد على البنت؟",
    ),
    "whom": (
        "patient",
        Event("help", COOK, CAT, time="today", tense="future"),
        "Who will the cook help today?",
        "요리사는 오늘 누구를 도울 것인가?",
        "Кому повар сегодня поможет?",
        "厨师今天会帮助谁？",
        "रसोइया आज किसकी मदद करेगा?",
        "من الذي سيساعده الطباخ اليوم؟",
    ),
    "where to": (
        "place",
        Event("go", Thing("teacher", number="many"), goal="market", tense="future"),
        "Where will the teachers go?",
        "선생님들은 어디에 갈 것인가?",
        "Куда учителя пойдут?",
        "老师们会去哪里？",
        "अध्यापक कहाँ जाएँगे?",
        "إلى أين سيذهب المعلمون؟",
    ),
    "denied": (
        "agent",
        Event("eat", BOY, Thing("fish"), negated=True),
        "Who did not eat the fish?",
        "누가 생선을 먹지 않았는가?",
        "Кто не съел рыбу?",
        "谁没有吃鱼？",
        "मछली किसने नहीं खाई?",
        "من لم يأكل السمك؟",
    ),
    "what state": (
        "agent",
        Event(None, Thing("soup"), quality="hot"),
        "What was hot?",
        "무엇이 뜨거웠는가?",
        "Что было горячим?",
        "什么很热？",
        "कौन-सी चीज़ गरम थी?",
        "ما الذي كان ساخنا؟",
    ),
    "what is played": (
        "patient",
        Event("play_music", GIRL, Thing("violin"), tense="progressive", time="now"),
        "What is the girl playing now?",
        "소녀는 지금 무엇을 연주하고 있는가?",
        "На чём девочка сейчас играет?",
        "女孩现在正在演奏什么？",
        "लड़की अभी क्या बजा रही है?",
        "ما الذي تعزف عليه البنت الآن؟",
    ),
    "habit": (
        "agent",
        Event("sleep", Thing("cat", number="many"), time="every_day", tense="habitual"),
        "Who sleeps every day?",
        "매일 누가 자는가?",
        "Кто каждый день спит?",
        "谁每天睡觉？",
        "हर दिन कौन सोता है?",
        "من ينام كل يوم؟",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_questions(name):
    role, event, *expected = GOLDEN[name]
    assert [ask(event, role, language) for language in LANGUAGES] == expected


def test_order_and_voice_of_the_answer_leave_the_question_as_it_is():
    turned = Event("open", BOY, Thing("box"), time="today", time_first=True, patient_first=True)
    plain = Event("open", BOY, Thing("box"), time="today")
    for language in LANGUAGES:
        assert ask(turned, "agent", language) == ask(plain, "agent", language)


def test_a_role_that_an_event_has_not_is_refused_by_name():
    with pytest.raises(UserError, match="role: got 'recipient'; accepted: agent, patient"):
        ask(Event("open", BOY, Thing("box")), "recipient", "en")


def _asked(event: Event, role: str) -> tuple[str, str] | None:
    """Table and key of what a question for ``role`` asks for; None where there is nothing."""
    value = getattr(event, role) or (event.goal if role == "place" else None)
    if value is None:
        return None
    if role == "time":
        return "phrases", value
    return "nouns", value.noun if isinstance(value, Thing) else value


def test_every_meaning_is_told_and_asked_for_in_every_language():
    """Random meanings: no exception, no hole, and the answer stands in the sentence."""
    for split in SPLITS:
        for i, meaning in enumerate(islice(generators.parallel(split, "total"), 120)):
            roles = [role for role in ROLES if _asked(meaning.main, role)]
            # one role an item, all in turn
            role = roles[i % len(roles)]
            for language in LANGUAGES:
                sentence = realise(meaning, language)
                assert "None" not in sentence and "  " not in sentence, sentence
                find(sentence, *_asked(meaning.main, role), language)
                question = ask(meaning.main, role, language)
                assert question[-1] in "?？؟" and "None" not in question
                assert "  " not in question and question != sentence


def test_twins_ask_as_their_originals_do():
    for language in TWINS:
        assert ask(OPEN, "time", language)[-1] == "?"
        assert ask(OPEN, "time", language) != ask(OPEN, "place", language)
