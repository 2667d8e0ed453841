"""The changes: each takes a piece of source and yields what it could be by mistake. Pure."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterator

OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
BESIDE, SHOWN = 30, 100
LOCKS = ("FOR UPDATE",)
OF_PYTHON = {"isinstance", "getattr", "setattr", "hasattr", "min", "max"}
WRITES = {"change", "created", "left", "save"}
MORE_VERBS = ("SEE_AUDIT", "REVEAL", "MANAGE_ACCOUNTS")
"""Of which a set of verbs has one too many: the first it has not got."""
AIMED = ("audit", "filter", "lock", "refusal", "permission", "entry")
"""Kinds of which a sample takes as many each as it can: traces, scopes, locks, refusals, who may do what."""


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change of one file: the ``index``-th that can be made there. ``function``: inside which, as Python calls it;
    empty outside of all.
    """

    path: str
    index: int
    kind: str
    line: int
    function: str
    before: str
    after: str

    @property
    def room(self) -> str:
        return self.path.partition("/")[0].removesuffix(".py")

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.kind}: {self.before} → {self.after}"


@dataclasses.dataclass(frozen=True)
class Site:
    """A node, what stands in its place after the change, and where it hangs."""

    kind: str
    node: ast.AST
    new: ast.AST
    parent: ast.AST
    field: str
    place: int | None
    function: str

    def put(self) -> None:
        """Change the tree."""
        if self.place is None:
            setattr(self.parent, self.field, self.new)
        else:
            getattr(self.parent, self.field)[self.place] = self.new


def mutants(path: str, source: str) -> list[Mutant]:
    """All changes that can be made in a file, in the order of its text."""
    changes = []
    for index, site in enumerate(_sites(ast.parse(source))):
        before, after = _differing(_text(site.node), _text(site.new))
        changes.append(
            Mutant(
                path=path,
                index=index,
                kind=site.kind,
                line=getattr(site.node, "lineno", 0),
                function=site.function,
                before=before,
                after=after,
            )
        )
    return changes


def changed(source: str, index: int) -> str:
    """The source with that change made."""
    tree = ast.parse(source)
    next(site for n, site in enumerate(_sites(tree)) if n == index).put()
    return ast.unparse(ast.fix_missing_locations(tree))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {_text(node.test)}"
    return " ".join(ast.unparse(node).split())


def _differing(before: str, after: str) -> tuple[str, str]:
    """Both texts, from a little before the place where they part."""
    parted = (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
    start = max(0, next(parted, min(len(before), len(after))) - BESIDE)
    return before[start : start + SHOWN], after[start : start + SHOWN]


def _sites(tree: ast.Module) -> Iterator[Site]:
    yield from _below(tree, "")


def _below(parent: ast.AST, function: str) -> Iterator[Site]:
    for field, value in ast.iter_fields(parent):
        if field in {"annotation", "returns", "type_params", "decorator_list"}:
            continue
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or _is_declaring(node):
                continue
            inner = _inside(node, function, parent)
            for kind, change in CHANGES.items():
                for new in change(node):
                    yield Site(kind, node, new, parent, field, place, inner)
            yield from _below(node, inner)


def _is_declaring(node: ast.AST) -> bool:
    """A docstring, an import, a type that is declared."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.Import | ast.ImportFrom | ast.AnnAssign) and getattr(node, "value", None) is None


def _inside(node: ast.AST, function: str, parent: ast.AST) -> str:
    """The name Python gives to the code below a node (``__qualname__``)."""
    if isinstance(node, ast.ClassDef):
        return f"{function}.{node.name}".lstrip(".")
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
        joint = "." if isinstance(parent, ast.ClassDef) else ".<locals>."
        return f"{function}{joint}{name}" if function else name
    return function


def _called(node: ast.AST) -> str:
    """The name a call is made by."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _condition(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If):
        yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        yield ast.If(ast.Constant(False), node.body, node.orelse)


def _comparison(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPPOSITES:
        yield ast.Compare(node.left, [OPPOSITES[type(node.ops[0])]()], node.comparators)


def _logic(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for n in range(len(node.values)):
            rest = [value for m, value in enumerate(node.values) if m != n]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand


def _constant(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)


def _arithmetic(node: ast.AST) -> Iterator[ast.AST]:
    swapped: dict[type[ast.operator], ast.operator] = {
        ast.Add: ast.Sub(),
        ast.Sub: ast.Add(),
        ast.BitAnd: ast.BitOr(),
        ast.BitOr: ast.BitAnd(),
    }
    if isinstance(node, ast.BinOp) and type(node.op) in swapped:
        yield ast.BinOp(node.left, swapped[type(node.op)], node.right)


def _arguments(node: ast.AST) -> Iterator[ast.AST]:
    """Two arguments in each other's place, of one form: what differs in form fails by itself."""
    if isinstance(node, ast.Call) and len(node.args) > 1 and _called(node) not in OF_PYTHON:
        first, second, *rest = node.args
        if type(first) is type(second) and not isinstance(first, ast.Starred | ast.Constant):
            yield ast.Call(node.func, [second, first, *rest], node.keywords)


def _call(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and _called(node.value) not in {"audit", "require", *WRITES, ""}:
        yield ast.Pass()


def _write(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and _called(node.value) in WRITES:
        yield ast.Pass()


def _audit(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and _called(node.value) == "audit":
        yield ast.Pass()


def _filter(node: ast.AST) -> Iterator[ast.AST]:
    """A scope that is not kept to: the whole filter, or one condition of several."""
    if _called(node) not in {"filter", "exclude"} or not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Attribute):
        yield ast.Call(ast.Attribute(node.func.value, "all", ast.Load()), [], [])
    if len(node.args) + len(node.keywords) > 1:
        for n in range(len(node.args)):
            yield ast.Call(node.func, [a for m, a in enumerate(node.args) if m != n], node.keywords)
        for n in range(len(node.keywords)):
            yield ast.Call(node.func, node.args, [k for m, k in enumerate(node.keywords) if m != n])


def _lock(node: ast.AST) -> Iterator[ast.AST]:
    if _called(node) == "select_for_update" and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield node.func.value
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and any(lock in node.value for lock in LOCKS):
        yield ast.Constant(node.value.replace(LOCKS[0], ""))


def _refusal(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Raise) and node.exc is not None:
        yield ast.Pass()


def _permission(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and _called(node.value) == "require":
        yield ast.Pass()
    if _called(node) in {"may", "may_anywhere"}:
        yield ast.Constant(True)


def _entry(node: ast.AST) -> Iterator[ast.AST]:
    """A table of verbs with one too few, one too many, or another in the place of one."""
    if isinstance(node, ast.Set) and node.elts and all(_is_verb(element) for element in node.elts):
        for n in range(len(node.elts)):
            yield ast.Set([element for m, element in enumerate(node.elts) if m != n] or [ast.Starred(ast.List([]))])
        there = {element.attr for element in node.elts if isinstance(element, ast.Attribute)}
        more = next((verb for verb in MORE_VERBS if verb not in there), None)
        if more is not None:
            yield ast.Set([*node.elts, ast.Attribute(ast.Name("Verb"), more)])
    if isinstance(node, ast.Dict):
        for n, value in enumerate(node.values):
            if _is_verb(value) and isinstance(value, ast.Attribute):
                other = "SEE_COUNTS" if value.attr != "SEE_COUNTS" else "SEE_ROWS_MASKED"
                verb = ast.Attribute(ast.Name("Verb"), other)
                yield ast.Dict(node.keys, [verb if m == n else v for m, v in enumerate(node.values)])


def _is_verb(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Verb"


CHANGES: dict[str, Callable[[ast.AST], Iterator[ast.AST]]] = {
    "condition": _condition,
    "comparison": _comparison,
    "logic": _logic,
    "constant": _constant,
    "arithmetic": _arithmetic,
    "arguments": _arguments,
    "call": _call,
    "write": _write,
    "audit": _audit,
    "filter": _filter,
    "lock": _lock,
    "refusal": _refusal,
    "permission": _permission,
    "entry": _entry,
}
"""Kind → what it makes of a node."""
