"""How much the tests notice: the source is changed at one place at a time, and the tests that run that place are asked.

Written here, for the tools there are change what they cannot know the meaning of: they leave tables alone that stand
outside functions, such as who may do what, and have no word for an audit line, a row lock or a filter that is missing.
"""
