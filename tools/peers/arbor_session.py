"""Arbor, set up as its peers' scripts want it: threads, groups of cells, one timed run."""

import arbor
from arbor import units
from report import Clock, summary


def add_options(parser):
    """What every script for Arbor takes."""
    parser.add_argument("--group", type=int, help="cells of a group, which Arbor advances together (default: the script's best)")


def hh_properties(model):
    """What all cells share, with the reversal potentials that NEURON's hh gives to sodium and potassium."""
    properties = arbor.neuron_cable_properties()
    properties.set_property(
        Vm=model.V_INIT * units.mV,
        cm=0.01 * model.CM * units.F / units.m2,
        rL=model.RA * units.Ohm * units.cm,
        tempK=(model.CELSIUS + 273.15) * units.Kelvin,
    )
    properties.set_ion("na", rev_pot=50 * units.mV)
    properties.set_ion("k", rev_pot=-77 * units.mV)
    properties.catalogue = arbor.default_catalogue()
    return properties


class Session:
    def __init__(self, options):
        self.options = options
        self.clock = Clock()

    def run(self, recipe, *, dt, tstop, group):
        """Runs the recipe; at most `group` cells are advanced together, fewer if threads would stay without. Returns the spikes, a
        structured array."""
        group = self.options.group or min(group, -(-recipe.num_cells() // self.options.threads))
        context = arbor.context(threads=self.options.threads)
        hint = arbor.partition_hint(cpu_group_size=group, prefer_gpu=False)
        domains = arbor.partition_load_balance(recipe, context, {arbor.cell_kind.cable: hint})
        simulation = arbor.simulation(recipe, context, domains)
        simulation.record(arbor.spike_recording.all)
        self.clock.run(lambda: simulation.run(tstop * units.ms, dt * units.ms))
        self.settings = f"{arbor.__version__}, {'vectorised' if arbor.config()['vectorize'] else 'not vectorised'}, "
        self.settings += f"{arbor.config()['arch']}, groups of {group}"
        return simulation.spikes()

    def report(self, *, dt, tstop, compartments, trains, **more):
        """Prints the summary; `trains` has the spike times of each population."""
        summary(
            "Arbor",
            arbor.__version__,
            self.clock,
            threads=self.options.threads,
            dt=dt,
            tstop=tstop,
            compartments=compartments,
            trains=trains,
            settings=self.settings,
            **more,
        )
