"""Rules of our own that a general linter cannot know; each is shown an example it must find.

Plain walks over the syntax tree: semgrep says the same in its own language, at 274 MB and eleven seconds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from tests.test_architecture import SOURCE, python_files

Rule = Callable[[ast.Call], bool]
LOGGER = re.compile(r"_?(log|logger|access)")
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}
MAY: dict[str, tuple[str, str]] = {
    "core/bulk.py": ("values_in_sql", "names of tables from the models, quoted"),
    "simulate": ("guessable_random", "dice that decide nothing secret, and have to fall the same way again"),
}
"""File or room → the rule it may break, and why."""


def _name(node: ast.AST) -> str:
    """The last word of what is called: ``eval``, ``loads`` of ``pickle.loads``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _owner(call: ast.Call) -> str:
    return _name(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def _has(call: ast.Call, keyword: str, value: object) -> bool:
    return any(k.arg == keyword and isinstance(k.value, ast.Constant) and k.value.value is value for k in call.keywords)


def _is_constant_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id.isupper()


def _made_of_values(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return not all(_is_constant_name(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
    if isinstance(node, ast.Call) and _name(node.func) == "format":  # psycopg quotes an Identifier
        return not all(isinstance(a, ast.Call) and _name(a.func) == "Identifier" for a in node.args)
    return isinstance(node, ast.BinOp)


def _is_kind_of_error(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "__name__"


def personal_data_in_log(call: ast.Call) -> bool:
    """A log line holds constants and counts; numbers stand in ``extra``, tracebacks with their values nowhere."""
    level = _name(call.func)
    if not LOGGER.fullmatch(_owner(call)) or level not in LEVELS:
        return False
    text, *values = call.args[1:] if level == "log" else call.args
    return level == "exception" or not isinstance(text, ast.Constant) or not all(map(_is_kind_of_error, values))


def values_in_sql(call: ast.Call) -> bool:
    """Values go to execute() as parameters, never into the text."""
    return _name(call.func) in {"execute", "executemany", "raw"} and bool(call.args) and _made_of_values(call.args[0])


def html_not_escaped(call: ast.Call) -> bool:
    """Templates escape; ``format_html`` where HTML is built in code."""
    return _name(call.func) in {"mark_safe", "SafeString"} and not all(isinstance(a, ast.Constant) for a in call.args)


def guard_switched_off(call: ast.Call) -> bool:
    """Neither CSRF nor framing nor TLS checks are switched off."""
    off = {"csrf_exempt", "xframe_options_exempt", "_create_unverified_context"}
    return _name(call.func) in off or _has(call, "verify", False)


def code_from_data(call: ast.Call) -> bool:
    """Data is never run or unpickled, and no shell reads it."""
    if isinstance(call.func, ast.Name):
        return call.func.id in {"eval", "exec"}
    unsafe = {("pickle", "load"), ("pickle", "loads"), ("marshal", "loads"), ("yaml", "load"), ("os", "system")}
    return (_owner(call), _name(call.func)) in unsafe or _has(call, "shell", True)


def guessable_random(call: ast.Call) -> bool:
    """Secrets and numbers of exports come from the module ``secrets``."""
    return _owner(call) == "random" and _name(call.func) != "Random"


RULES: dict[Rule, tuple[str, ...]] = {
    personal_data_in_log: ('logger.warning(f"no such person {name}")', 'log.exception("failed")', 'logger.info("at %s", x)'),
    values_in_sql: (
        'cursor.execute(f"SELECT * FROM t WHERE name = \'{name}\'")', 'cursor.execute("SELECT %s" % name)',
        'cursor.execute("SELECT {}".format(name))',
    ),
    html_not_escaped: ("mark_safe(remark)", 'SafeString(f"<b>{name}</b>")'),
    guard_switched_off: ("csrf_exempt(page)", "client.get(url, verify=False)"),
    code_from_data: ("eval(typed)", "pickle.loads(data)", "subprocess.run(words, shell=True)"),
    guessable_random: ("random.choice(letters)", "random.getrandbits(64)"),
}  # fmt: skip
HARMLESS = """
logger.warning("request", extra={"status": 500})
cursor.execute("SELECT * FROM t WHERE name = %s", [name])
mark_safe("<hr>")
client.get(url, verify=True)
subprocess.run(words)
secrets.choice(letters)
json.loads(data)
"""


def calls(source: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield node
        for decorator in getattr(node, "decorator_list", ()):  # @csrf_exempt calls without parentheses
            if isinstance(decorator, ast.Name):
                yield ast.Call(func=decorator, args=[], keywords=[], lineno=decorator.lineno)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_it_finds_its_examples_and_nothing_in_the_program(rule: Rule) -> None:
    for example in RULES[rule]:
        assert any(map(rule, calls(example))), example
    assert not [ast.unparse(call) for call in calls(HARMLESS) if rule(call)]
    found = []
    for path in python_files():
        name = path.relative_to(SOURCE).as_posix()
        if rule.__name__ in {MAY[known][0] for known in (name, name.split("/")[0]) if known in MAY}:
            continue
        found += [f"{name}:{call.lineno} {ast.unparse(call)[:90]}" for call in calls(path.read_text()) if rule(call)]
    assert not found


def test_a_guard_is_also_seen_where_it_is_switched_off_by_a_decorator() -> None:
    assert any(map(guard_switched_off, calls("@csrf_exempt\ndef page(request): ...")))
