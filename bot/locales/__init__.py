"""The words: gettext catalogs per language, and how a msgid, a language and values become a text of known SMS size."""
