"""Values for FUNCTION_TABLEs, which a file leaves to its user: the same in both simulators."""

RANGE = (-100.0, 50.0)  # of the first argument, a potential (mV)
SECOND = (0.0, 1.0)  # of the second argument
VALUES = [0.2, 0.35, 0.9, 0.6, 0.4, 0.3]


def values(number, arguments):
    """The values of table `number` of a file: a list, or a list of lists where there are two arguments."""
    row = [value * (1 + number / 4) for value in VALUES]
    return row if arguments == 1 else [row, [2 * value for value in row]]


def description(mechanism, tables):
    """Lines of a Volley description; `tables` are (name, number of arguments)."""
    lines = []
    for number, (name, arguments) in enumerate(tables):
        low, high = (RANGE[0], RANGE[1]) if arguments == 1 else ([RANGE[0], SECOND[0]], [RANGE[1], SECOND[1]])
        given = values(number, arguments)
        if arguments == 2:
            given = [list(row) for row in zip(*given)]
        lines += [f"[function_table.{mechanism}.{name}]", f"values = {given}", f"from = {low}", f"to = {high}", ""]
    return lines
