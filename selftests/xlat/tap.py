# SPDX-License-Identifier: GPL-2.0
"""Test cases in the order they are written, TAP on stdout."""
import sys
import traceback

CASES = []


def case(name, *args):
    """Decorator: the function is a test, called with args; it fails by an exception."""
    def add(function):
        CASES.append((name, function, args))
        return function
    return add


def equal(got, want, what="value"):
    if got != want:
        def text(value):
            return value.hex() if isinstance(value, bytes) else repr(value)
        raise AssertionError(f"{what}\n  wanted {text(want)}\n  got    {text(got)}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def run():
    """Runs all cases; argv may hold parts of the names of those to run. Ends the program."""
    wanted = [c for c in CASES if not sys.argv[1:] or any(word in c[0] for word in sys.argv[1:])]
    failed = 0
    print(f"TAP version 13\n1..{len(wanted)}", flush=True)
    for number, (name, function, args) in enumerate(wanted, 1):
        try:
            function(*args)
            print(f"ok {number} - {name}", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            where = traceback.extract_tb(error.__traceback__)
            place = " < ".join(f"{f.name}:{f.lineno}" for f in reversed(where[1:]))
            print(f"not ok {number} - {name}")
            for line in (f"{type(error).__name__}: {error}\n{place}").splitlines():
                print(f"# {line}")
            sys.stdout.flush()
    sys.exit(failed > 0)
