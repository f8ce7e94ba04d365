"""The numbers of networks/ring, which its peers share; the description there says what they mean."""

import argparse

DT, TSTOP = 0.025, 200.0  # ms
CELSIUS, V_INIT = 6.3, -65.0
SOMA_LENGTH, SOMA_DIAM = 20.0, 20.0  # um
BRANCH_LENGTH, BRANCH_DIAM = 150.0, 2.0  # um
RA, CM = 100.0, 1.0  # ohm cm, uF/cm2
PAS_G, PAS_E = 0.001, -65.0  # S/cm2, mV
TAU, REVERSAL, WEIGHT = 2.0, 0.0, 0.05  # ms, mV, uS
DELAY, KICK_START, KICK_DELAY = 5.0, 1.0, 1.0  # ms
THRESHOLD = 0.0  # mV


def parser(description):
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--rings", type=int, default=4)
    found.add_argument("--cells", type=int, default=8, help="in each ring")
    found.add_argument("--branches", type=int, default=4, help="dendrites of each cell")
    found.add_argument("--compartments", type=int, default=5, help="of each dendrite")
    found.add_argument("--active", action="store_true", help="hh in the dendrites too, instead of pas")
    found.add_argument("--threads", type=int, default=1)
    found.add_argument("--tstop", type=float, default=TSTOP, help="ms")
    return found


def source_of(cell, cells):
    """The cell that excites `cell`: the one before it in its ring."""
    return cell - cell % cells + (cell - 1) % cells
