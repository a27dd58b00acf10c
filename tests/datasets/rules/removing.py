"""Taking rules away, to see that they are missed: a whole rule out of its table, or one statement that says something."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType

from typing_extensions import override


@dataclass(frozen=True)
class Saying:
    """A statement of a function that yields something, or returns what was found."""

    function: FunctionType
    place: int  # among the statements of the function that say something

    @override
    def __str__(self) -> str:
        said = ast.unparse(_sayings(_tree(self.function))[self.place]).split("\n")[0]
        return f"{self.function.__module__.rpartition('.')[2]}.{self.function.__name__}: {said[:70]}"


def sayings(module: ModuleType) -> Iterator[Saying]:
    """Everything that a module's own functions say."""
    for function in vars(module).values():
        if isinstance(function, FunctionType) and function.__module__ == module.__name__:
            yield from (Saying(function, place) for place in range(len(_sayings(_tree(function)))))


@contextmanager
def without(saying: Saying) -> Iterator[None]:
    """The function runs, but does not say that."""
    whole = saying.function.__code__
    tree = _tree(saying.function)
    said = _sayings(tree)[saying.place]
    said.value = ast.Constant(None) if isinstance(said, ast.Return) else ast.YieldFrom(ast.Tuple([], ast.Load()))
    saying.function.__code__ = _compiled(tree, saying.function)
    try:
        yield
    finally:
        saying.function.__code__ = whole


def _tree(function: FunctionType) -> ast.Module:
    # Sources are read anew for each statement; parsing is cheap, and the same text gives the same tree.
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def _sayings(tree: ast.Module) -> list[ast.Expr | ast.Return]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Expr | ast.Return) and _says_something(node)]


def _says_something(statement: ast.Expr | ast.Return) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Yield | ast.YieldFrom)
    return isinstance(statement.value, ast.Call) and ast.unparse(statement.value.func) == "found"


def _compiled(tree: ast.Module, function: FunctionType) -> CodeType:
    module = compile(ast.fix_missing_locations(tree), function.__code__.co_filename, "exec")
    return next(one for one in module.co_consts if isinstance(one, CodeType) and one.co_name == function.__name__)
