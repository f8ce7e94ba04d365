//! What a program needs to be there before it may run: found once, when it is compiled, so that starting it costs little.

use super::columns::{Instances, IonColumns, NodeColumns};
use super::program::{Action, Code, Lookup, PlaceUse, Step};
use super::table::TableValues;
use crate::ir::{IonVariable, Place, Sum};

/// All that a program reads and changes outside its registers.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    /// Columns of the mechanism: as many as the last one that is used.
    columns: usize,
    /// Shared variables, counted alike.
    globals: usize,
    /// Places that are not columns.
    outside: Vec<Place>,
    /// Sums of the compartment that are added to.
    right_hand_side: bool,
    diagonal: bool,
    /// Tables, with how many columns each must have.
    tables: Vec<(usize, usize)>,
    /// Random variables.
    randoms: Vec<usize>,
    /// Lists of times.
    plays: bool,
}

impl Needs {
    pub fn of(places: &[PlaceUse], steps: &[Step], lookups: &[Lookup], actions: &[Action]) -> Needs {
        let mut needs = Needs::default();
        places.iter().for_each(|used| needs.place(used.place));
        for action in actions {
            match *action {
                Action::Store(place, _) => needs.place(place),
                Action::Add(Sum::RightHandSide, _) => needs.right_hand_side = true,
                Action::Add(Sum::Diagonal, _) => needs.diagonal = true,
                Action::Add(Sum::IonCurrent(ion), _) => needs.place(Place::Ion(ion, IonVariable::Current)),
                Action::WriteGlobal(global, _) => needs.globals = needs.globals.max(global as usize + 1),
                Action::WriteArgument(..) => {}
            }
        }
        for step in steps {
            match step.code {
                Code::Lookup(lookup) => {
                    let Lookup { table, results, .. } = &lookups[lookup as usize];
                    let last = results.iter().map(|result| result.column as usize + 1).max();
                    needs.tables.push((*table as usize, last.unwrap_or(0)));
                }
                Code::Given { table, .. } => needs.tables.push((table as usize, 0)),
                Code::Random { random, .. }
                | Code::RandomAlways { random, .. }
                | Code::SetStream { random, .. } => needs.randoms.push(random as usize),
                Code::PlaySize | Code::PlayAt => needs.plays = true,
                _ => {}
            }
        }
        needs.tables.sort_unstable();
        needs.tables.dedup();
        needs.randoms.sort_unstable();
        needs.randoms.dedup();
        needs
    }

    fn place(&mut self, place: Place) {
        match place {
            Place::Column(column) => self.columns = self.columns.max(column.0 as usize + 1),
            _ if self.outside.contains(&place) => {}
            _ => self.outside.push(place),
        }
    }

    /// Checks that all of it is there for `count` instances. The vector code relies on it.
    ///
    /// # Panics
    /// When something is not there.
    pub fn check(
        &self,
        globals: &[f64],
        tables: &[TableValues],
        instances: &Instances,
        nodes: &NodeColumns,
        ions: &[IonColumns],
        count: usize,
    ) {
        assert!(self.columns <= instances.columns.columns(), "a column is not there");
        assert!(self.globals <= globals.len(), "a global is not there");
        let check_node = |length: usize| {
            assert!(instances.nodes.fits(count, length), "an instance's compartment is not there");
        };
        for place in &self.outside {
            match *place {
                Place::Column(_) => {}
                Place::Voltage => check_node(nodes.voltage.len()),
                Place::Area => check_node(nodes.area.len()),
                Place::Diameter => check_node(nodes.diameter.len()),
                Place::PointScale => {
                    assert!(instances.point_scale.len() >= count, "point scales are not there");
                }
                Place::Ion(ion, variable) => {
                    let (which, index) = &instances.ions[ion.0 as usize];
                    let length = ions[*which].get(variable).len();
                    assert!(index.fits(count, length), "an instance's ion is not there");
                }
            }
        }
        if self.right_hand_side {
            check_node(nodes.right_hand_side.len());
        }
        if self.diagonal {
            check_node(nodes.diagonal.len());
        }
        for (table, columns) in &self.tables {
            assert!(tables[*table].columns() >= *columns, "a table's column is not there");
        }
        for random in &self.randoms {
            assert!(instances.randoms[*random].len() >= count, "a stream is not there");
        }
        assert!(!self.plays || instances.plays.len() >= count, "a list of times is not there");
    }
}
