#!/usr/bin/env python3
"""Makes the input patterns of networks/hopfield-brody/experiments from the exemplar: its channels shuffled, its times reversed,
and ten random patterns that take as long. Always the same ones.

    tools/hopfield_brody_patterns.py
"""

import random
from pathlib import Path

NETWORK = Path(__file__).resolve().parent.parent / "networks/hopfield-brody"
RANDOM_PATTERNS = 10


def write(name, times):
    path = NETWORK / "experiments/patterns" / f"{name}.txt"
    path.write_text("".join(f"{time:.3f}\n" for time in times))


def main():
    exemplar = [float(line) for line in (NETWORK / "exemplar.txt").read_text().split()]
    first, last = min(exemplar), max(exemplar)
    write("reversed", [first + last - time for time in exemplar])
    shuffled = list(exemplar)
    random.Random("shuffled").shuffle(shuffled)
    write("shuffled", shuffled)
    for number in range(1, RANDOM_PATTERNS + 1):
        draw = random.Random(f"random {number}")
        write(f"random-{number}", [draw.uniform(first, last) for _ in exemplar])


if __name__ == "__main__":
    main()
