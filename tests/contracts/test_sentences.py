"""Everything a shopper reads can be said in every language, and each rule about it is able to fail."""

from pathlib import Path

import pytest

from shop import words
from shop.words import ENGLISH, LANGUAGES
from tests.contracts import sentences

ROOT = Path(__file__).parents[2]
FOLDER = Path(words.__file__).parent
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'


@pytest.mark.parametrize("language", LANGUAGES.keys() - {ENGLISH})
def test_every_sentence_is_translated_and_none_is_left_over(language):
    assert sentences.untranslated(ROOT, FOLDER / language) == []


def test_no_shoppers_page_says_anything_in_one_language_only():
    assert sentences.bare_sentences(ROOT) == []


@pytest.fixture
def planted(tmp_path):
    (tmp_path / "shop" / "words" / "de").mkdir(parents=True)
    (tmp_path / "shop" / "x.py").write_text('_("Hello {name}", name=1)\n')
    return tmp_path


@pytest.mark.parametrize(
    "told",
    ["", 'msgid "Hello {name}"\nmsgstr "Hallo"\n', 'msgid "Hello {name}"\nmsgstr ""\n'],
    ids=["missing", "other slots", "empty"],
)
def test_a_sentence_without_its_translation_is_found(planted, told):
    (planted / "shop" / "words" / "de" / "x.po").write_text(HEAD + told)

    assert sentences.untranslated(planted, planted / "shop" / "words" / "de") != []


def test_a_translation_of_nothing_is_found(planted):
    told = 'msgid "Hello {name}"\nmsgstr "Hallo {name}"\n\nmsgid "Bye"\nmsgstr "Ade"\n'
    (planted / "shop" / "words" / "de" / "x.po").write_text(HEAD + told)

    assert sentences.untranslated(planted, planted / "shop" / "words" / "de") == ["'Bye' is said nowhere"]


def test_two_files_that_disagree_are_found(planted):
    folder = planted / "shop" / "words" / "de"
    (folder / "a.po").write_text(HEAD + 'msgid "Bye"\nmsgstr "Ade"\n')
    (folder / "b.po").write_text(HEAD + 'msgid "Bye"\nmsgstr "Servus"\n')

    with pytest.raises(ValueError, match="Bye"):
        sentences.catalogue(folder)


@pytest.mark.parametrize("bare", ["<p>Hello</p>", '<img alt="A mug">', "<p>{{ x }} left</p>"])
def test_a_bare_sentence_is_found(tmp_path, bare):
    (tmp_path / "partials" / "cart").mkdir(parents=True)
    (tmp_path / "partials" / "cart" / "x.html").write_text(bare)

    assert sentences.bare_sentences(tmp_path) != []
