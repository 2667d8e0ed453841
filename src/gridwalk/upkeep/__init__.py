"""更正方案: records merged, split and moved by two people, shown before, rechecked, undoable; nothing is ever
lost (P15).
"""
