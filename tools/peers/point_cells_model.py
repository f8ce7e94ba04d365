"""The numbers and the connections of networks/point-cells, which its peers share; the description there says what they mean."""

import argparse

DT, TSTOP = 0.025, 200.0  # ms
CELSIUS, V_INIT = 6.3, -65.0
LENGTH = DIAM = 20.0  # um
CM, RA = 1.0, 35.4  # uF/cm2, ohm cm
TAU, REVERSAL = 2.0, 0.0  # ms, mV
OUTDEGREE = 100  # cells that each cell reaches
RING = 10  # groups in a ring
WEIGHT = 0.0005  # uS
KICK_WEIGHT = 0.05  # uS
KICK_DELAY = 1.0  # ms
THRESHOLD = 0.0  # mV


def parser(description):
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--cells", type=int, default=1000)
    found.add_argument("--threads", type=int, default=1)
    found.add_argument("--tstop", type=float, default=TSTOP, help="ms")
    return found


def groups(cells):
    """Number of groups: cells of a group have the same number modulo it."""
    return cells // OUTDEGREE


def rings(cells):
    """Number of rings of groups; each is kicked once."""
    return groups(cells) // RING


def sources(target, cells):
    """The cells that reach `target`: all of the group before its own in the ring of groups."""
    count = groups(cells)
    group = target % count
    before = group - group % RING + (group + RING - 1) % RING
    return range(before, cells, count)


def delay(source, target, cells):
    """ms; between 5 and 9 in steps of 0.1."""
    count = groups(cells)
    return 5 + (7 * (source // count) + 13 * (target // count)) % 41 / 10


def kicked(cells):
    """Cells kicked once, with the times at which the kicks arrive, ms: the first group of each ring."""
    count = groups(cells)
    for ring in range(rings(cells)):
        for cell in range(RING * ring, cells, count):
            yield ring, cell


def kick_start(ring, cells):
    """ms"""
    return 1 + 60 * ring / rings(cells)
