"""Sentences come in the language of whoever reads them, from wherever they are said."""

from shop import words
from shop.words import _, ngettext, speaking


def test_a_sentence_is_said_in_the_language_that_was_chosen():
    with speaking("de"):
        assert _("Skip to the content") == "Zum Inhalt springen"
    assert _("Skip to the content") == "Skip to the content"


def test_a_language_we_do_not_have_is_english():
    with speaking("xx"):
        assert words.language() == "en"


def test_a_sentence_that_is_not_translated_stays_english_with_its_values():
    with speaking("de"):
        assert _("Nobody has translated {this}.", this="it") == "Nobody has translated it."


def test_a_number_has_the_sentence_that_fits_it():
    assert ngettext("{count} apple", "{count} apples", 1) == "1 apple"
    assert ngettext("{count} apple", "{count} apples", 0) == "0 apples"


async def test_the_database_speaks_the_language_of_its_caller(world):
    def said(_tx):
        return words.language()

    with speaking("de"):
        assert await world.db.write(said) == "de"
        assert await world.db.read(said) == "de"
    assert await world.db.write(said) == "en"
