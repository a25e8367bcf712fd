"""Heads: shapes, losses with a known value, and what may not change a prediction."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from helpers.models.features import FORMS, IGNORED, Collator
from helpers.models.heads import TaskModel, compared

WIDTH = 32
ALL = sorted({form for forms in FORMS.values() for form in forms})
LABELS = {"classification": 3, "paired": 3, "tagging": 4}


@pytest.fixture(scope="module")
def base(tiny_folder):
    from helpers.models.loading import load_model

    return load_model(tiny_folder, "tiny")


def rows_of(form: str) -> list[dict]:
    """Two rows of unlike lengths."""
    short, long = [0, 5, 6, 2], [0, 7, 8, 9, 10, 11, 2]
    if form == "siamese":
        made = [([short, long], 0.2), ([long, long], 1.0)]
    elif form == "paired":
        made = [([short, long], 1), ([long, long], 0)]
    elif form == "choice":
        made = [([long, short, long, short], 1), ([short, long, short], 0)]
    elif form in ("span", "matching"):
        made = [([short], [2, 2]), ([long], [3, 5])]
    elif form == "tagging":
        made = [([short], [IGNORED, 1, 3, IGNORED]), ([long], [IGNORED, 0, 1, 2, 3, 0, IGNORED])]
    else:
        made = [([short], 1), ([long], 0)]
    return [
        {"segments": parts, "length": max(map(len, parts)), "labels": label, "question": (1, 2)}
        for parts, label in made
    ]


def model_of(base, form: str, seed: int = 0) -> TaskModel:
    return TaskModel(base, form, n_labels=LABELS.get(form, 0), seed=seed).eval()


@pytest.mark.parametrize("form", ALL)
def test_shapes_losses_and_padding(base, form):
    model, rows = model_of(base, form), rows_of(form)
    with torch.no_grad():
        both = model(**Collator(form, 1)(rows))
        alone = [model(**Collator(form, 1)([row])) for row in rows]
    shapes = {
        "siamese": (2,), "cross-encoder": (2,), "classification": (2, 3), "choice": (2, 3),
        "paired": (2, 3), "tagging": (2, 7, 4), "span": (2, 7, 2), "matching": (2, 7, 2),
    }  # fmt: skip
    assert both["logits"].shape == shapes[form]
    assert math.isfinite(both["loss"])
    # neither a longer neighbour nor its padding changes an answer
    for i, one in enumerate(alone):
        own = one["logits"][0]
        cut = both["logits"][i][: len(own)] if own.ndim else both["logits"][i]
        assert torch.allclose(own, cut, atol=1e-5)
    unlabelled = [{k: v for k, v in row.items() if k != "labels"} for row in rows]
    assert "loss" not in model(**Collator(form, 1)(unlabelled))


@pytest.mark.parametrize("form", ALL)
def test_the_seed_alone_decides_a_heads_first_weights(base, form):
    before = torch.random.get_rng_state()
    one, same, other = (model_of(base, form, seed).head.state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(one[name], same[name]) for name in one)
    if form != "siamese":  # a scale of 1 and a shift of 0 for all
        assert any(not torch.equal(one[name], other[name]) for name in one)
    assert torch.equal(before, torch.random.get_rng_state())  # and no other draw is moved


def test_siamese_is_a_cosine_and_learns_its_scale(base):
    model, batch = model_of(base, "siamese"), Collator("siamese", 1)(rows_of("siamese"))
    with torch.no_grad():
        found = model(**batch)
        assert found["logits"][1] == pytest.approx(1.0, abs=1e-5)  # a text with itself
        expected = functional.mse_loss(found["logits"], batch["labels"])
        assert found["loss"] == pytest.approx(float(expected))
        turned = Collator("siamese", 1)(
            [row | {"segments": row["segments"][::-1]} for row in rows_of("siamese")]
        )
        assert torch.allclose(model(**turned)["logits"], found["logits"], atol=1e-5)
        model.head.scale.fill_(0.5), model.head.shift.fill_(0.25)
        assert torch.equal(model(**batch)["logits"], found["logits"])  # no ranking depends on it
        assert model(**batch)["loss"] != found["loss"]


def test_what_is_compared_and_how():
    one, two = torch.tensor([1.0, 2.0]), torch.tensor([3.0, -1.0])
    assert compared(one, two).tolist() == [1, 2, 3, -1, 2, 3, 3, -2]


def test_a_pair_has_sides_and_a_choice_is_scored_by_itself(base):
    def answers(form: str, segments: list[list[int]]) -> torch.Tensor:
        row = {"segments": segments, "length": max(map(len, segments))}
        return model_of(base, form)(**Collator(form, 1)([row]))["logits"][0]

    one, two, other = [0, 5, 6, 2], [0, 7, 8, 2], [0, 9, 9, 2]
    with torch.no_grad():
        assert not torch.allclose(answers("paired", [one, two]), answers("paired", [two, one]))
        both = answers("choice", [one, two, other])
        assert torch.allclose(answers("choice", [one, other, two]), both.flip(0), atol=1e-6)
        assert not torch.allclose(answers("choice", [other, two, other]), both, atol=1e-3)


def test_a_tag_is_told_from_a_token_and_its_neighbours(base):
    """With the encoder's output left out, only the embeddings near a token can change its tag."""
    model = model_of(base, "tagging")
    with torch.no_grad():
        model.head.near.weight[:, :WIDTH] = 0.0
        rows = [[0, 5, 6, 7, 8, 9, 2], [0, 5, 6, 7, 8, 11, 2]]
        rows = [{"segments": [ids], "length": len(ids)} for ids in rows]
        one, two = model(**Collator("tagging", 1)(rows))["logits"]
    assert torch.allclose(one[:4], two[:4], atol=1e-6)
    assert all(not torch.allclose(one[i], two[i], atol=1e-4) for i in (4, 5, 6))


def test_losses_with_a_known_value(base):
    head = model_of(base, "classification").head
    assert head.loss(torch.zeros(5, 3), torch.tensor([0, 1, 2, 0, 1])) == pytest.approx(math.log(3))
    spans = model_of(base, "span").head
    logits = torch.zeros(1, 4, 2)
    assert spans.loss(logits, torch.tensor([[1, 3]])) == pytest.approx(math.log(4))
    logits[0, 1, 0] = 50.0  # the start is sure, the end is one in four
    assert spans.loss(logits, torch.tensor([[1, 3]])) == pytest.approx(math.log(4) / 2)
    tagger = model_of(base, "tagging").head
    logits = torch.zeros(1, 3, 4)
    logits[0, 1] = torch.tensor([9.0, -9.0, 0.0, 0.0])  # wrong, but nothing looks at it
    tags = torch.tensor([[2, IGNORED, 1]])
    assert tagger.loss(logits, tags) == pytest.approx(math.log(4))


def test_what_is_not_there_is_never_chosen(base):
    with torch.no_grad():
        choices = model_of(base, "choice")(**Collator("choice", 1)(rows_of("choice")))["logits"]
        assert choices[1].argmax() < 2
        assert choices[1, 2] <= -1e4
        for form in ("span", "matching"):
            logits = model_of(base, form)(**Collator(form, 1)(rows_of(form)))["logits"]
            assert (logits[0, 4:] <= -1e4).all()
            assert (logits[0, :4] > -1e4).all()


def test_matching_sees_where_the_questions_words_stand(base):
    """The head's own features, before anything is learnt: 1 where a question's token stands."""
    seen = {}
    model = model_of(base, "matching")
    keep = model.head.found.register_forward_pre_hook(
        lambda module, given: seen.update(told=given[0])
    )
    ids = [0, 5, 6, 2, 9, 5, 10, 2]
    row = {"segments": [ids], "length": len(ids), "question": (1, 3)}
    with torch.no_grad():
        model(**Collator("matching", 1)([row]))
    keep.remove()
    asked, own = seen["told"][0, :, 0], seen["told"][0, :, 1]
    assert asked.tolist() == [0, 1, 1, 0, 0, 0, 0, 0]
    assert own[[1, 2, 5]].tolist() == pytest.approx([1, 1, 1], abs=1e-5)
    assert own[[0, 3, 4, 6, 7]].max() < 0.999


def masked_rows() -> list[dict]:
    made = [
        ([0, 5, 4, 2], [IGNORED, IGNORED, 6, IGNORED]),
        ([0, 7, 8, 4, 10, 4, 2], [IGNORED, IGNORED, 8, 9, IGNORED, 11, IGNORED]),
    ]
    return [{"segments": [ids], "length": len(ids), "labels": labels} for ids, labels in made]


def test_masked_tokens_alone_are_projected_and_asked(base):
    model, rows = model_of(base, "masked"), masked_rows()
    words = base.get_input_embeddings().weight
    with torch.no_grad():
        both = model(**Collator("masked", 1)(rows))
        alone = [model(**Collator("masked", 1)([row])) for row in rows]
        nothing = model(**Collator("masked", 1)([{**rows[0], "labels": [IGNORED] * 4}]))
        batch = Collator("masked", 1)(
            [{k: v for k, v in row.items() if k != "labels"} for row in rows]
        )
        unasked = model(**batch)
    assert both["logits"].shape == (4, len(words))
    # in reading order, and neither a longer neighbour nor its padding changes them
    assert torch.allclose(both["logits"], torch.cat([one["logits"] for one in alone]), atol=1e-5)
    gold = torch.tensor([6, 8, 9, 11])
    assert both["loss"] == pytest.approx(float(functional.cross_entropy(both["logits"], gold)))
    assert unasked["logits"].shape == (0, len(words)) and "loss" not in unasked
    assert nothing["loss"] == 0


def test_masked_head_is_tied_to_the_embeddings(base):
    model = model_of(base, "masked")
    size = base.get_input_embeddings().num_embeddings
    assert {name: value.shape for name, value in model.head.named_parameters()} == {
        "scale": (),
        "bias": (size,),
    }
    logits = model.head(torch.zeros(1, 2, WIDTH), torch.ones(size, WIDTH), torch.tensor([[3, 4]]))
    loss = model.head.loss(logits, torch.tensor([[3, 4]])).item()
    assert loss == pytest.approx(math.log(size))


def test_masked_text_is_learnt_with_frozen_embeddings(one_thread):
    from helpers.data.sources import load
    from helpers.models.features import features
    from helpers.models.loading import find_folder, load_model, load_tokenizer

    folder = find_folder("models/tiny")
    texts = load("sst2", "en", "train", "lab", n=12).table
    rows = features("masked", texts, load_tokenizer(folder, "tiny"))
    model = model_of(load_model(folder, "tiny"), "masked")
    words = model.base.get_input_embeddings().weight.requires_grad_(False)
    before, batch, losses = words.clone(), Collator("masked", 1)(rows), []
    learning = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=3e-3)
    for _ in range(15):
        loss = model(**batch)["loss"]
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[0] < 1.1 * math.log(len(words))  # begins no worse than a guess
    assert losses[-1] < losses[0] - 1
    assert torch.equal(before, words)


def test_sixteen_bits_stay_inside_the_encoder(base):
    batch = Collator("classification", 1)(rows_of("classification"))
    with torch.no_grad():
        full = model_of(base, "classification")(**batch)["logits"]
        half = TaskModel(base, "classification", n_labels=3, precision="bfloat16").eval()(**batch)
    assert half["logits"].dtype == torch.float32
    assert torch.allclose(half["logits"], full, atol=0.1)
