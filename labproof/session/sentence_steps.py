"""A pytest plugin with the three steps that pytest-bdd has of a course: each carries out all sentences of its kind."""

from pytest_bdd import given, then, when

from labproof.session.sentences import EverySentence, carried_out

for kind, bind in (("given", given), ("when", when), ("then", then)):
    bind(EverySentence(kind))(carried_out)
