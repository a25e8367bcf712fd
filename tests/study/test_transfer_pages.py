"""Sentences that chapters 3 to 5 make from recorded runs: every alternative, on planted frames."""

from types import SimpleNamespace

import pandas as pd
import pytest

from helpers.study import transfer_pages as pages

TLM, NANO = "models/xlmr-nano-tlm", "models/xlmr-nano"


def gains(**lows):
    names = {"tlm": TLM, "nano": NANO}
    return pd.DataFrame(
        [{"encoder": names[name], "low": low} for name, ends in lows.items() for low in ends]
    )


@pytest.mark.parametrize(
    ("lows", "first"),
    [
        ({"tlm": [0.1, 0.1], "nano": [-0.1, -0.1]}, "depends on the encoder"),
        ({"tlm": [-0.1], "nano": [-0.1]}, "nothing is shown to transfer"),
        ({"tlm": [0.1], "nano": [0.1]}, "Something of what English pairs teach transfers: a"),
        ({"tlm": [0.1, -0.1], "nano": [0.1, -0.1]}, "to some languages"),
    ],
)
def test_similarity_answers_as_its_gains_do(lows, first):
    assert first in pages.similarity_verdict(gains(**lows), [])


def test_similarity_counts_every_encoder_best_first_and_names_untold_shares():
    text = pages.similarity_verdict(gains(nano=[-0.1, 0.0], tlm=[0.1, 0.1]), [])
    assert "in all 2 other languages for `xlmr-nano-tlm`, which read translations; in none" in text
    assert "cannot be told.**" in text
    some = pages.similarity_verdict(gains(nano=[-0.1], tlm=[0.1]), [TLM])
    assert "cannot be told for `xlmr-nano`, which read none." in some
    assert "cannot be told" not in pages.similarity_verdict(gains(tlm=[0.1]), [TLM])


def reading(ratios, low=0.1):
    return pd.DataFrame(
        [
            {"encoder": encoder, "role": "target", "ratio": ratio, "source_gain_low": low}
            for encoder, ratio in ratios
        ]
    )


def test_reading_cannot_be_told_where_english_is_not_read_or_hardly():
    untold = [(TLM, float("nan")), (NANO, float("nan"))]
    assert "read even English" in pages.reading_verdict(reading(untold, low=-0.01))
    assert "too little" in pages.reading_verdict(reading(untold, low=0.01))
    told = pages.reading_verdict(reading([(TLM, 0.2), (TLM, 0.61), (NANO, float("nan"))]))
    assert "between 20% and 61%" in told and "for `xlmr-nano`, which read none it cannot" in told


def agreed(tlm, nano, arrives=True):
    rows = [(TLM, one) for one in tlm] + [(NANO, one) for one in nano]
    return pd.DataFrame(
        [
            {"encoder": encoder, "course": "reviews", "line": f"set{i} ", "agrees": one}
            for i, (encoder, one) in enumerate(rows)
        ]
    ).assign(arrives=arrives)


def test_sentiment_claims_only_where_accuracy_agrees():
    assert pages.sentiment_verdict(agreed([True], [True])).startswith("**Yes:")
    assert pages.sentiment_verdict(agreed([False], [False])).startswith("**No:")
    part = pages.sentiment_verdict(agreed([True, False], [False, False]))
    assert part.startswith("**In part:") and "1 of 2 sets of reviews (set0)" in part
    assert "By macro-F1 alone (rule 1) 3 more" in part and part.index("tlm") < part.index(
        "none of 2"
    )


def test_columns_of_one_value_go_into_the_caption():
    frame = pd.DataFrame({"gain": [1, 2], "seeds": [5, 5], "base": ["x", ""], "less": ["", ""]})
    kept, alike = pages.varying(frame)
    assert list(kept) == ["gain"] and alike == "In every line: *seeds* 5; *base* x."
    assert pages.varying(frame[["gain"]])[1] == ""


def recorded(encoder, rates, values, **params):
    rows = [
        SimpleNamespace(
            method="trial", task="stsb", name="spearman", value=value,
            setting={"learning_rate": rate, "form": "siamese"},
        )
        for rate, value in zip(rates, values, strict=True)
    ]  # fmt: skip
    params = {
        "train_size": 0,
        "epochs": 0,
        "learning_rates": rates,
        "source_language": "en",
    } | params
    record = SimpleNamespace(chapter="03_sts", data={"source": "local"}, params=params, rows=rows)
    return [SimpleNamespace(record=record)]


def test_a_budget_names_rows_passes_and_where_the_highest_rate_won():
    real = {
        NANO: recorded(NANO, (1e-4, 3e-4), (0.5, 0.6)),
        TLM: recorded(TLM, (1e-4, 3e-4), (0.6, 0.6)),
    }
    told = pages.budget(real, {"similarity": "{} pairs"})
    assert "3,000 pairs, read twice, two learning rates tried" in told
    assert "the best one for 1 of 2 encoders" in told, "an equal trial is no win"
    assert "for 1 of 2 the trials could not tell the best ones apart" in told, "and no loss"
    even = {name: recorded(name, (1e-4, 3e-4), (0.6, 0.6)) for name in (NANO, TLM)}
    told = pages.budget(even, {"similarity": "{} pairs"})
    assert "none of 2 encoders; for both the trials could not tell" in told
    own = {NANO: recorded(NANO, (1e-3,), (0.5,), train_size=10, epochs=3)}
    told = pages.budget(own, {"similarity": "{} pairs"})
    assert "10 pairs, read 3 times, one learning rate: " in told
