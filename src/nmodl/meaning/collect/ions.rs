//! Ions, and the currents a mechanism computes.

use super::Collector;
use super::symbols::plain;
use crate::diagnostic::Diagnostic;
use crate::nmodl::ast::{Name, UseIon};
use crate::nmodl::meaning::{Current, CurrentKind, Ion, IonId, IonRole, IonVariable, MechanismKind, Storage};

impl Collector<'_> {
    pub(super) fn ions_and_currents(&mut self) {
        let lists = std::mem::take(&mut self.lists);
        if self.meaning.kind == MechanismKind::ArtificialCell {
            let currents = lists.nonspecific.iter().chain(&lists.electrode).copied();
            for name in currents.chain(lists.ions.iter().map(|i| &i.ion)) {
                self.said.push(
                    Diagnostic::error("nmodl/no-membrane", "an artificial cell has no ions and no currents")
                        .at(name.span, "needs a membrane")
                        .help("write `POINT_PROCESS` instead of `ARTIFICIAL_CELL`, or remove it"),
                );
            }
        }
        for use_ion in &lists.ions {
            self.ion(use_ion);
        }
        let plain_currents =
            [(&lists.nonspecific, CurrentKind::Nonspecific), (&lists.electrode, CurrentKind::Electrode)];
        for (list, kind) in plain_currents {
            for name in list {
                let Some(symbol) = self.meaning.find(&name.text) else { continue };
                if self.meaning.currents.iter().any(|c| c.symbol == symbol) {
                    let message = format!("the current `{}` is named twice in the NEURON block", name.text);
                    self.said.push(
                        Diagnostic::error("nmodl/duplicate", message)
                            .at(name.span, "")
                            .help("name it in one place, as it is added to the membrane once for each"),
                    );
                } else {
                    self.meaning.currents.push(Current { symbol, kind });
                }
            }
        }
        self.lists = lists;
    }

    fn ion(&mut self, use_ion: &UseIon) {
        let ion = &use_ion.ion.text;
        if let Some(first) = self.meaning.ions.iter().find(|i| i.name.text == *ion) {
            self.said.push(
                Diagnostic::error("nmodl/duplicate", format!("the ion `{ion}` is named twice in USEION"))
                    .at(use_ion.ion.span, "the second time")
                    .at(first.name.span, "the first time")
                    .help("write one USEION with all that is read and written"),
            );
            return;
        }
        let id = IonId(self.meaning.ions.len());
        let mut variables = Vec::new();
        let uses = use_ion.read.iter().map(|n| (n, false)).chain(use_ion.write.iter().map(|n| (n, true)));
        for (name, write) in uses {
            let Some(role) = self.ion_role(ion, name) else { continue };
            let symbol = match self.meaning.find(&name.text) {
                Some(symbol) => symbol,
                None => self.add(plain(&name.text, Storage::Ion, name.span)),
            };
            let target = &mut self.meaning.symbols[symbol.0];
            let before = target.ion.is_some_and(|i| i.write);
            let read = target.ion.is_some_and(|i| i.read) || !write;
            target.ion = Some(IonVariable { ion: id, role, read, write: before || write });
            if !matches!(target.storage, Storage::State { .. }) {
                // What PARAMETER says of an ion's variable is ignored.
                target.storage = Storage::Ion;
                target.default = 0.0;
            }
            if !variables.contains(&symbol) {
                variables.push(symbol);
            }
            if write && role == IonRole::Current {
                self.meaning.currents.push(Current { symbol, kind: CurrentKind::Ionic(id) });
            }
        }
        let valence = use_ion.valence.as_ref().map(|v| v.value);
        self.meaning.ions.push(Ion { name: use_ion.ion.clone(), valence, variables });
    }

    fn ion_role(&mut self, ion: &str, name: &Name) -> Option<IonRole> {
        let all = [
            (format!("e{ion}"), IonRole::Reversal),
            (format!("{ion}i"), IonRole::Inside),
            (format!("{ion}o"), IonRole::Outside),
            (format!("i{ion}"), IonRole::Current),
        ];
        if let Some((_, role)) = all.iter().find(|(n, _)| *n == name.text) {
            return Some(*role);
        }
        let message = format!("`{}` is no variable of the ion `{ion}`", name.text);
        let [reversal, inside, outside, current] = all.map(|(n, _)| n);
        self.said.push(
            Diagnostic::error("nmodl/ion-variable", message)
                .at(name.span, format!("expected `{reversal}`, `{inside}`, `{outside}` or `{current}`")),
        );
        None
    }
}
