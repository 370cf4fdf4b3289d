"""Small working stand-ins, made for rehearsals, for the four programs that Debian lacks.

They run in images of their own, away from the engine: a module here may import the standard library, the
Debian packages that the catalog names and standins itself, and nothing else.
"""
